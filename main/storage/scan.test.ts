import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScanOptions } from './found';
import { look, scan } from './scan';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, content = 'x', modified?: number): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  if (modified !== undefined) await utimes(path, modified, modified);
  return path;
}

async function names(options: Partial<ScanOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const each of scan(folder, { except: [], ...options })) {
    found.push('error' in each ? `${each.name}: ${each.error.code}` : each.name);
  }
  return found;
}

test('finds every file once, sorts numbers by value, and survives circular links', async () => {
  for (const name of ['10.jpg', '9.jpg', 'b/1.jpg', 'a/c/2.png', '.hidden.jpg', '.git/3.jpg']) await put(name);
  await symlink('..', join(folder, 'a', 'up'));
  await symlink('.', join(folder, 'self'));
  await symlink('round', join(folder, 'round'));
  await symlink('nowhere.jpg', join(folder, 'z-dangling.jpg'));
  await symlink(join(folder, 'b', '1.jpg'), join(folder, 'linked.jpg'));
  expect(await names()).toEqual([
    '9.jpg',
    '10.jpg',
    'linked.jpg',
    'round: FILE_MISSING',
    'z-dangling.jpg: FILE_MISSING',
    'a/c/2.png',
    'b/1.jpg',
  ]);
});

test('a file that is deleted or renamed after its folder was listed is passed over', async () => {
  for (const name of ['1.jpg', '2.jpg', '3.jpg', '5/a.jpg']) await put(name);
  await symlink('nowhere.jpg', join(folder, '4.jpg'));
  const found: string[] = [];
  for await (const each of scan(folder, { except: [] })) {
    found.push('error' in each ? `${each.name}: ${each.error.code}` : each.name);
    // The folder is listed by now, and the next file is looked at after this.
    if (each.name === '1.jpg')
      for (const name of ['2.jpg', '4.jpg', '5']) await rm(join(folder, name), { recursive: true });
  }
  expect(found).toEqual(['1.jpg', '3.jpg']);
});

test('leaves out the folders of systems and programs, and says so; the chosen folder may be one', async () => {
  const own = ['@eaDir', '#recycle', '@Recycle', '$RECYCLE.BIN', 'lost+found', '.Trash-1000', 'Old.lrdata'];
  for (const name of own) await put(`1931/${name}/a.jpg/SYNOPHOTO_THUMB_XL.jpg`);
  for (const name of ['a.jpg', 'lost+found.jpg', 'recycle/a.jpg', '1931/b.jpg']) await put(name);
  expect((await names()).sort()).toEqual(
    [
      ...own.map((name) => `1931/${name}: NOT_A_PHOTO`),
      '1931/b.jpg',
      'a.jpg',
      'lost+found.jpg',
      'recycle/a.jpg',
    ].sort(),
  );
  const chosen: string[] = [];
  for await (const each of scan(join(folder, '1931', '#recycle'), { except: [] })) chosen.push(each.name);
  expect(chosen).toEqual(['a.jpg/SYNOPHOTO_THUMB_XL.jpg']);
});

test('reports links that lead out of a folder which is not to be left', async () => {
  await put('root/a.jpg');
  await put('outside/b.jpg');
  await symlink('../outside', join(folder, 'root', 'folder'));
  await symlink('../outside/b.jpg', join(folder, 'root', 'photo.jpg'));
  await symlink('a.jpg', join(folder, 'root', 'inside.jpg'));
  const found: string[] = [];
  for await (const each of scan(join(folder, 'root'), { except: [], within: join(folder, 'root') })) {
    found.push('error' in each ? `${each.name}: ${each.error.code}` : each.name);
  }
  expect(found).toEqual(['a.jpg', 'folder: NOT_ALLOWED', 'inside.jpg', 'photo.jpg: NOT_ALLOWED']);
});

test('returns names of any kind unchanged', async () => {
  const odd = ['line\nbreak.jpg', '😀 família.jpg', 'tab\there.png', `${'long '.repeat(40)}.jpg`, "it's & <b>.jpg"];
  const deep = `${Array.from({ length: 20 }, (_, level) => `folder-of-depth-${level}`).join('/')}/deep.jpg`;
  for (const name of [...odd, deep]) await put(name);
  expect(join(folder, deep).length).toBeGreaterThan(260);
  expect((await names()).sort()).toEqual([...odd, deep].sort());
});

test('globs match by path, or by name in any folder, ignoring case', async () => {
  for (const name of ['a.JPG', 'b.tif', '1931/a.jpg', '1931/proofs/c.jpg', '1932/[odd] d.jpg']) await put(name);
  expect(await names({ include: ['*.jpg'] })).toEqual(['a.JPG', '1931/a.jpg', '1931/proofs/c.jpg', '1932/[odd] d.jpg']);
  expect(await names({ include: ['1931/**'], exclude: ['**/proofs/**'] })).toEqual(['1931/a.jpg']);
  expect(await names({ exclude: ['*.{jpg,tif}'] })).toEqual([]);
});

test('sorts in other orders, and leaves out folders even through a link', async () => {
  await put('small.jpg', 'x', 300);
  await put('large.jpg', 'x'.repeat(100), 100);
  await put('middle.jpg', 'x'.repeat(10), 200);
  await put('out/restored.jpg');
  await symlink('out', join(folder, 'alias'));
  const except = [join(folder, 'out')];
  expect(await names({ except, order: 'smallest' })).toEqual(['small.jpg', 'middle.jpg', 'large.jpg']);
  expect(await names({ except, order: 'largest' })).toEqual(['large.jpg', 'middle.jpg', 'small.jpg']);
  expect(await names({ except, order: 'oldest' })).toEqual(['large.jpg', 'middle.jpg', 'small.jpg']);
  expect(await names({ except, order: 'newest' })).toEqual(['small.jpg', 'middle.jpg', 'large.jpg']);
});

test('a missing folder is an error, not an empty folder', async () => {
  await rm(folder, { recursive: true });
  await expect(names()).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

test('judges a file by its content; a broken file with a photo’s name is not a stray', async () => {
  expect(await look(await put('letter.txt', 'Dear Ada'))).toMatchObject({
    stray: true,
    error: { code: 'NOT_A_PHOTO' },
  });
  expect(await look(await put('letter.jpg', 'Dear Ada'))).toMatchObject({
    stray: false,
    error: { code: 'NOT_A_PHOTO' },
  });
  expect(await look(await put('empty.jpg', ''))).toMatchObject({ stray: false, error: { code: 'FILE_EMPTY' } });
  expect(await look(await put('photo.bin', 'GIF89a…'))).toBeNull();
  expect(await look(join(folder, 'gone.jpg'))).toMatchObject({ stray: false, error: { code: 'FILE_MISSING' } });
});

test('a list of files is all that is looked at; what is gone is reported, and nothing outside is read', async () => {
  for (const name of ['10.jpg', '9.jpg', 'a/1.jpg', 'out/2.jpg', 'other.jpg']) await put(name);
  const outside = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  try {
    await writeFile(join(outside, 'secret.jpg'), 'x');
    await symlink(join(outside, 'secret.jpg'), join(folder, 'link.jpg'));
    const only = ['10.jpg', 'a/1.jpg', '9.jpg', 'gone.jpg', 'out/2.jpg', 'link.jpg', '../up.jpg', 'a'];
    expect(await names({ only, except: [join(folder, 'out')], within: folder })).toEqual([
      '../up.jpg: NOT_ALLOWED',
      '9.jpg',
      '10.jpg',
      'a/1.jpg',
      'gone.jpg: FILE_MISSING',
      'link.jpg: NOT_ALLOWED',
    ]);
    expect(await names({ only, order: 'largest' })).toContain('a/1.jpg');
    // An empty list is no list.
    expect(await names({ only: [] })).toContain('other.jpg');
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
});
