import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileTokens } from './tokens';

let top: string;
let root: string;

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'emulsion-files-'));
  root = join(top, 'album');
  await mkdir(join(root, '1931'), { recursive: true });
  await writeFile(join(root, 'photo 10.jpg'), 'x');
  await writeFile(join(root, 'photo 9.JPG'), 'xy');
  await writeFile(join(root, 'notes.txt'), 'x');
  await writeFile(join(root, '.hidden.jpg'), 'x');
  await writeFile(join(top, 'secret.jpg'), 'x');
  await mkdir(join(top, 'elsewhere'));
});
afterEach(() => rm(top, { recursive: true, force: true }));

test('lists folders first, then pictures in natural order, without hidden and other files', async () => {
  const listing = await createFileTokens(root).list(null);
  expect(listing.entries.map((entry) => entry.name)).toEqual(['1931', 'photo 9.JPG', 'photo 10.jpg']);
  expect(listing.parent).toBeNull();
  expect(listing.entries[1]).toMatchObject({ kind: 'photo', bytes: 2 });
});

test('lists folders below and above, but never above the root', async () => {
  const files = createFileTokens(root);
  const { entries } = await files.list(null);
  const inner = await files.list(entries[0]!.token);
  expect(inner.name).toBe('1931');
  expect(files.path(inner.token, 'folder')).toBe(join(root, '1931'));
  const back = await files.list(inner.parent);
  expect(back.name).toBe('album');
  expect(back.parent).toBeNull();
});

test('links that leave the root, and dangling ones, are not offered', async () => {
  await symlink(join(top, 'secret.jpg'), join(root, 'leak.jpg'));
  await symlink(join(top, 'elsewhere'), join(root, 'leak'));
  await symlink(join(top, 'gone.jpg'), join(root, 'dangling.jpg'));
  await symlink(join(root, 'photo 9.JPG'), join(root, 'inside.jpg'));
  const { entries } = await createFileTokens(root).list(null);
  expect(entries.map((entry) => entry.name)).toEqual(['1931', 'inside.jpg', 'photo 9.JPG', 'photo 10.jpg']);
});

test('a folder that was offered from outside the root is not listed', async () => {
  const files = createFileTokens(root);
  const [outside] = await files.offer([join(top, 'elsewhere')]);
  await expect(files.list(outside!.token)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('accepts only tokens that it gave out, and only for their kind', async () => {
  const files = createFileTokens(root);
  const [photo] = await files.offer([join(root, 'photo 9.JPG')]);
  expect(files.path(photo!.token, 'photo')).toBe(join(root, 'photo 9.JPG'));
  expect(() => files.path(photo!.token, 'folder')).toThrowError(expect.objectContaining({ code: 'NOT_ALLOWED' }));
  expect(() => files.path(join(root, 'photo 9.JPG'), 'photo')).toThrowError(
    expect.objectContaining({ code: 'NOT_ALLOWED' }),
  );
  expect((await files.offer([join(root, 'photo 9.JPG')]))[0]!.token).toBe(photo!.token);
});

test('reports a missing file, and lists nothing without a root', async () => {
  await expect(createFileTokens(null).offer([join(root, 'gone.jpg')])).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(createFileTokens(null).list(null)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('a net is told from a photo by its name, and a folder with nothing but one net stands for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  const names = ['net.onnx', 'net.dtmodel', 'old.pth', 'net.onnx.data', 'lake.jpg'];
  for (const name of names) await writeFile(join(folder, name), name);
  await mkdir(join(folder, 'one'));
  for (const name of ['net.onnx', 'net.onnx.data']) await writeFile(join(folder, 'one', name), name);
  const files = createFileTokens(null);
  const offered = await files.offer([...names.map((name) => join(folder, name)), join(folder, 'one'), folder]);
  expect(offered.map(({ kind }) => kind)).toEqual([
    'model',
    'model',
    'model',
    'weights',
    'photo',
    'model',
    // It holds a photo too.
    'folder',
  ]);
  expect(files.path(offered[5]!.token, 'model')).toBe(join(folder, 'one', 'net.onnx'));
  await rm(folder, { recursive: true });
});

test('a print on a page is a photo of its own, whose corners are those that were found last', async () => {
  const files = createFileTokens(root);
  const path = join(root, 'photo 10.jpg');
  const corners = [
    [0, 0],
    [9, 0],
    [9, 9],
    [0, 9],
  ] as const;
  const [whole] = await files.offer([path]);
  const first = await files.offerPrint(path, undefined, { number: 1, corners });
  const second = await files.offerPrint(path, 2, { number: 2, corners });
  expect([first, second].map(({ name }) => name)).toEqual(['photo 10-1.jpg', 'photo 10-p2-2.jpg']);
  expect(new Set([whole, first, second].map((each) => each!.token)).size).toBe(3);
  expect(files.print(whole!.token)).toBeUndefined();
  expect([files.page(second.token), files.print(second.token)?.number]).toEqual([2, 2]);
  const moved = corners.map(([x, y]) => [x + 1, y] as const) as unknown as typeof corners;
  expect((await files.offerPrint(path, undefined, { number: 1, corners: moved })).token).toBe(first.token);
  expect(files.print(first.token)).toEqual({ number: 1, corners: moved });
});
