import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BatchSettings, readPages } from '../../contract/batch';
import { wantedPages } from '../photos/pages';
import { tiffFile } from '../photos/test-tiff';
import type { Found } from '../storage/found';
import { createFileTokens } from '../storage/tokens';
import { photosOf } from './pages';
import { expectedPath } from './photo';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-pages-'));
});
afterAll(() => rm(folder, { recursive: true }));

const page = (width: number) => ({ width, height: 8, bits: [8], photometric: 1, pixels: new Uint8Array(width * 8) });

async function found(name: string, widths: number[]): Promise<Found> {
  const path = join(folder, name);
  await writeFile(path, tiffFile(widths.map(page)));
  const { size, mtimeMs } = await stat(path);
  return { name, path, bytes: size, modified: mtimeMs };
}

async function namesOf(file: Found, pages: string): Promise<[string, string][]> {
  const settings = BatchSettings.parse({ pages });
  const names: [string, string][] = [];
  for await (const photo of photosOf(file, settings)) names.push([photo.name, expectedPath(photo, folder, settings)]);
  return names.map(([name, path]) => [name, path.slice(folder.length + 1)]);
}

test('every page is a photo of its own, with a name and a result of its own', async () => {
  const file = await found('album.tif', [20, 30, 40]);
  expect(await namesOf(file, 'all')).toEqual([
    ['album.tif', 'album.tif'],
    ['album.tif#page=2', 'album-p2.tif'],
    ['album.tif#page=3', 'album-p3.tif'],
  ]);
  expect(await namesOf(file, 'first')).toEqual([['album.tif', 'album.tif']]);
  expect(await namesOf(file, '2-9')).toEqual([
    ['album.tif#page=2', 'album-p2.tif'],
    ['album.tif#page=3', 'album-p3.tif'],
  ]);
});

test('a single photo is restored whatever pages are wanted', async () => {
  expect(await namesOf(await found('one.tif', [20]), '2-5')).toEqual([['one.tif', 'one.tif']]);
});

test('choices that make no sense are refused', () => {
  for (const text of ['', '0', '3-2', '1-', 'last', '-1', '1,2', '2-5-7']) expect(readPages(text), text).toBeNull();
  expect(wantedPages(readPages('2')!, 3)).toEqual([2]);
});

test('tokens of the pages of one file are different and remember their page', async () => {
  const { path } = await found('three.tif', [20, 30, 40]);
  const tokens = createFileTokens(null);
  const [file] = await tokens.offer([path]);
  const others = await tokens.otherPages(file!.token, 3);
  expect(others.map(({ name, token }) => [name, tokens.page(token), tokens.path(token, 'photo')])).toEqual([
    ['three.tif (2)', 2, path],
    ['three.tif (3)', 3, path],
  ]);
  expect(tokens.page(file!.token)).toBeUndefined();
  // After a restart, the session asks for the same photo again.
  expect((await tokens.offerPage(path, 2)).token).toBe(others[0]!.token);
});
