import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addSums, mergedSums, SUMS_NAME } from './sums';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-sums-'));
  await mkdir(join(folder, 'out'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const out = () => join(folder, 'out');
const sums = () => readFile(join(out(), SUMS_NAME), 'utf8');
const put = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return { path: join(folder, name) };
};
const check = () => spawnSync('sha256sum', ['-c', '--strict', SUMS_NAME], { cwd: out(), encoding: 'utf8' });

test.skipIf(process.platform !== 'linux')('sha256sum checks them from the folder, whatever the names are', async () => {
  const files = [
    await put('a photo.jpg', 'one'),
    await put('out/a photo.png', 'two'),
    await put('out/li\nne\\.png', 'three'),
  ];
  await addSums({ folder: out() }, files);
  expect(check()).toMatchObject({ status: 0 });
  expect(await sums()).toContain('  ../a photo.jpg\n');
  // The tool writes the same lines.
  const own = execFileSync('sha256sum', ['../a photo.jpg', 'a photo.png', 'li\nne\\.png'], {
    cwd: out(),
    encoding: 'utf8',
  });
  expect(await sums()).toBe(own);
  await put('out/a photo.png', 'changed');
  expect(check().status).toBe(1);
  await addSums({ folder: out() }, [files[1]!]);
  expect(check().status).toBe(0);
  expect((await sums()).split('\n')).toHaveLength(4);
});

test('lines of others stay as they are, and writers wait for one another', async () => {
  const stranger = `# kept\n${'a'.repeat(64)} *theirs.iso`;
  await put(`out/${SUMS_NAME}`, stranger);
  const files = await Promise.all(Array.from({ length: 8 }, (_, i) => put(`out/${i}.png`, String(i))));
  await Promise.all(files.map((file) => addSums({ folder: out() }, [file])));
  const lines = (await sums()).trimEnd().split('\n');
  expect(lines.slice(0, 2).join('\n')).toBe(stranger);
  expect(lines).toHaveLength(10);
});

test('a name is in the list once', () => {
  const text = `${'a'.repeat(64)}  one\n${'b'.repeat(64)} *one\n`;
  expect(mergedSums(text, new Map([['one', 'c'.repeat(64)]]))).toBe(`${'c'.repeat(64)}  one\n`);
});

test.skipIf(process.platform === 'win32')('a link in its place is not followed', async () => {
  const { path } = await put('victim', 'theirs');
  await symlink(path, join(out(), SUMS_NAME));
  await expect(addSums({ folder: out() }, [await put('out/a.png', 'a')])).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
  });
  expect(await readFile(path, 'utf8')).toBe('theirs');
});
