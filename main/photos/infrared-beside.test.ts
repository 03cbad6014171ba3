import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inEnglish, sentenceOf } from '../../text/message';
import { scan } from '../storage/scan';
import { createFileTokens } from '../storage/tokens';
import { infraredBeside, mayBeInfrared, photoOfInfrared } from './infrared-beside';
import { openPhoto } from './open';
import { temporaryFolder } from './test-support';
import { tiffFile } from './test-tiff';

const folder = temporaryFolder();

const page = (width: number, height: number, samples: 1 | 3, value: number, tags: Record<number, number> = {}) => ({
  width,
  height,
  bits: Array<number>(samples).fill(8),
  photometric: samples === 1 ? 1 : 2,
  pixels: new Uint8Array(width * height * samples).fill(value),
  tags,
});

let cases = 0;
/** A folder with `lake.tif` of 64 x 48 and these files. */
async function folderWith(files: Record<string, Uint8Array>): Promise<string> {
  const path = join(folder(), `case ${++cases}`);
  await mkdir(path);
  await writeFile(join(path, 'lake.tif'), tiffFile([page(64, 48, 3, 90)]));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

const notesOf = async (path: string) => (await openPhoto(path)).notes.map((note) => sentenceOf(note, inEnglish()));

/** What a batch finds: names, and why the others are left out. */
async function listed(path: string): Promise<string[]> {
  const all: string[] = [];
  for await (const found of scan(path, { except: [] })) {
    all.push('error' in found ? `${found.name}: ${sentenceOf(found.error.reason![0]!, inEnglish())}` : found.name);
  }
  return all;
}

test.each(['lake_IR.tif', 'lake_ir.tif', 'lake_IR.tiff'])('%s belongs to lake.tif and is no photo', async (name) => {
  const path = await folderWith({ [name]: tiffFile([page(64, 48, 1, 77)]) });
  const photo = await openPhoto(join(path, 'lake.tif'));
  expect(photo.infrared).toMatchObject({ width: 64, height: 48, channels: 1 });
  expect(photo.infrared!.data[5]).toBe(77);
  expect(photo.raster.data[5]).toBe(90);
  expect(await notesOf(join(path, 'lake.tif'))).toEqual([`${name} is the infrared picture of this photo`]);
  expect(await listed(path)).toEqual(
    expect.arrayContaining(['lake.tif', `${name}: It is the infrared picture of lake.tif and is used for that photo.`]),
  );
});

test('one at half the size is enlarged, one in three channels counts as well', async () => {
  const half = await folderWith({ 'lake_IR.tif': tiffFile([page(32, 24, 1, 50)]) });
  expect((await openPhoto(join(half, 'lake.tif'))).infrared).toMatchObject({ width: 64, height: 48, channels: 1 });
  const three = await folderWith({ 'lake_IR.tif': tiffFile([page(64, 48, 3, 60)]) });
  const { infrared } = await openPhoto(join(three, 'lake.tif'));
  expect([infrared!.channels, infrared!.data[7]]).toEqual([1, 60]);
});

test('photos of different sizes are two photos, and it is said', async () => {
  const path = await folderWith({ 'lake_IR.tif': tiffFile([page(60, 30, 1, 50)]) });
  expect(await listed(path)).toEqual(['lake.tif', 'lake_IR.tif']);
  expect((await openPhoto(join(path, 'lake.tif'))).infrared).toBeNull();
  expect(await notesOf(join(path, 'lake.tif'))).toEqual([
    'lake_IR.tif beside it has another size, so it counts as a photo of its own',
  ]);
  // In colour and smaller, it is somebody's photo.
  const colour = await folderWith({ 'lake_IR.tif': tiffFile([page(32, 24, 3, 50)]) });
  expect(await listed(colour)).toEqual(['lake.tif', 'lake_IR.tif']);
});

test('without its photo it is one itself; a broken one and a link are none', async () => {
  const path = await folderWith({
    'sea_IR.tif': tiffFile([page(64, 48, 1, 1)]),
    'lake_IR.tif': new Uint8Array([73, 73, 42, 0, 9]),
  });
  expect(await photoOfInfrared(join(path, 'sea_IR.tif'))).toBeNull();
  expect(await infraredBeside(join(path, 'sea_IR.tif'))).toBeNull();
  expect((await openPhoto(join(path, 'lake.tif'))).infrared).toBeNull();
  const linked = await folderWith({ elsewhere: tiffFile([page(64, 48, 1, 1)]) });
  await symlink(join(linked, 'elsewhere'), join(linked, 'lake_IR.tif'));
  expect(await infraredBeside(join(linked, 'lake.tif'))).toBeNull();
});

test('a page of the file counts more, at half the size too; of another shape it is said', async () => {
  const half = await folderWith({});
  await writeFile(join(half, 'two.tif'), tiffFile([page(64, 48, 3, 9), page(32, 24, 1, 44, { 254: 4 })]));
  expect((await openPhoto(join(half, 'two.tif'))).infrared).toMatchObject({ width: 64, height: 48 });
  await writeFile(join(half, 'odd.tif'), tiffFile([page(64, 48, 3, 9), page(40, 48, 1, 44, { 254: 4 })]));
  expect(await notesOf(join(half, 'odd.tif'))).toEqual([
    'The infrared picture (40 × 48) has another shape than the photo and is not used',
  ]);
});

test('chosen together, only the photo is opened', async () => {
  const path = await folderWith({ 'lake_IR.tif': tiffFile([page(64, 48, 1, 77)]) });
  const tokens = createFileTokens(null);
  const [photo, infrared] = ['lake.tif', 'lake_IR.tif'].map((name) => join(path, name)) as [string, string];
  expect((await tokens.offer([infrared, photo])).map(({ name }) => name)).toEqual(['lake.tif']);
  expect((await tokens.offer([infrared])).map(({ name }) => name)).toEqual(['lake_IR.tif']);
});

test('sides are rounded to whole pixels, and proportions count', () => {
  const photo = { width: 101, height: 67 };
  expect(mayBeInfrared({ width: 51, height: 34, samples: 1 }, photo)).toBe(true);
  expect(mayBeInfrared({ width: 50, height: 33, samples: 1 }, photo)).toBe(true);
  expect(mayBeInfrared({ width: 51, height: 51, samples: 1 }, photo)).toBe(false);
  expect(mayBeInfrared({ width: 10, height: 7, samples: 1 }, photo)).toBe(false);
  expect(mayBeInfrared({ width: 101, height: 67, samples: 4 }, photo)).toBe(false);
});
