import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFile } from './hash';
import { scan } from './scan';
import { systemPath } from './system-path';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A path in the encoding of western Europe before UTF-8. */
const latin1 = (...names: string[]) =>
  Buffer.concat([Buffer.from(folder), ...names.map((name) => Buffer.from(`/${name}`, 'latin1'))]);

test('a path of text stays as it is, and so does a file that does not exist', async () => {
  expect(await systemPath('/a/Grün.jpg')).toBe('/a/Grün.jpg');
  expect((await systemPath(join(folder, 'a\ufffd.jpg'))).toString()).toBe(join(folder, 'a\ufffd.jpg'));
});

// Other systems keep names as text.
describe.runIf(process.platform === 'linux')('names in another encoding', () => {
  test('are found in a folder, and opened by what they look like', async () => {
    await mkdir(latin1('Großeltern'));
    await writeFile(latin1('Großeltern', 'Müller 1.jpg'), 'one');
    await writeFile(latin1('Großeltern', 'Müller 2.jpg'), 'two');
    const found = [];
    for await (const each of scan(folder, { except: [] })) found.push(each);
    expect(found).toEqual([
      expect.objectContaining({ name: 'Gro\ufffdeltern/M\ufffdller 1.jpg', bytes: 3 }),
      expect.objectContaining({ name: 'Gro\ufffdeltern/M\ufffdller 2.jpg', bytes: 3 }),
    ]);
    const hashes = await Promise.all(found.map((each) => ('path' in each ? hashFile(each.path) : '')));
    expect(new Set(hashes).size).toBe(2);
  });

  test('are reported if two of them look alike', async () => {
    await writeFile(latin1('Müller.jpg'), 'one');
    await writeFile(latin1('Möller.jpg'), 'two');
    const found = [];
    for await (const each of scan(folder, { except: [] })) found.push('error' in each ? each.error.message : each.name);
    expect(found).toEqual(Array(2).fill(expect.stringContaining('the same otherwise')));
  });

  test('do not hide a file whose name is text', async () => {
    await writeFile(join(folder, 'M\ufffdller.jpg'), 'text');
    expect((await systemPath(join(folder, 'M\ufffdller.jpg'))).toString()).toBe(join(folder, 'M\ufffdller.jpg'));
    expect(await hashFile(join(folder, 'M\ufffdller.jpg'))).toHaveLength(64);
  });
});
