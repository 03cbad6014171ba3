import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScratch } from './scratch';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('is private, and what killed programs have left is removed, but nothing else', async () => {
  const dead = 2 ** 22 + 5;
  const [left, running, other] = [`emulsion-scratch-${dead}-a`, `emulsion-scratch-${process.pid}-a`, `else-${dead}-a`];
  for (const name of [left, running, other]) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, 'photo.jpg'), 'private');
  }
  // Whoever can write to the folder for temporary files could put a link there.
  await symlink(join(parent, other), join(parent, `emulsion-scratch-${dead}-link`));
  const scratch = await makeScratch(parent);
  expect(existsSync(join(parent, left))).toBe(false);
  for (const name of [running, other]) expect(existsSync(join(parent, name, 'photo.jpg'))).toBe(true);
  if (process.platform !== 'win32') expect((await stat(scratch)).mode & 0o777).toBe(0o700);
});
