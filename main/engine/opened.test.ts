import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printSize, scanFor } from '../../document/scan';
import { testScene } from '../restoration/testing/scene';
import { cutOut } from '../scan/warp';
import { Job } from './job';
import { type Opened, OpenedPhotos, openedFrom } from './opened';
import { temporaryFolder } from './test-support';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const WIDTH = 1600;
const HEIGHT = 200;
/** Bytes of one photo with the copies that it may have. */
const BYTES = Math.ceil(WIDTH * HEIGHT * 3 * 1.07);

async function write(name: string, tone: number): Promise<string> {
  const path = join(folder.path, name);
  const background = { r: tone, g: 100, b: 50 };
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background } })
    .png()
    .toFile(path);
  return path;
}

const job = () => new Job('job', () => {});
const open = async (path: string) => openedFrom(job(), path, { path }, 'photo.png', 1);

test('photos that were not used lately give up their pixels until the others fit, and keep a small picture', async () => {
  const photos = new OpenedPhotos(2 * BYTES);
  const opened: Opened[] = [];
  for (let i = 0; i < 5; i++) {
    const each = await open(await write(`${i}.png`, 40 * i));
    opened.push(each);
    photos.add(String(i), each);
    await photos.settle(each);
    expect(photos.bytes).toBeLessThanOrEqual(2 * BYTES);
  }
  expect(opened.map(({ isResting }) => isResting)).toEqual([true, true, true, false, false]);
  const { small } = opened[1]!;
  expect(small?.pyramid.raster).toMatchObject({ width: 640, height: 80, depth: 8 });
  expect([...small!.pyramid.raster.data.subarray(0, 3)]).toEqual([40, 100, 50]);
  expect(() => opened[1]!.source).toThrowError(expect.objectContaining({ code: 'INTERNAL' }));

  // The one that was used least lately rests next; those in use do not, however large they are.
  photos.use('3');
  await opened[0]!.wake(job());
  await photos.settle(opened[0]);
  expect(opened.map(({ isResting }) => isResting)).toEqual([false, true, true, false, true]);
  photos.limit(1);
  await photos.settle(opened[0], opened[3]);
  expect(opened.map(({ isResting }) => isResting)).toEqual([false, true, true, false, true]);
  expect(() => photos.use('unknown')).toThrowError(expect.objectContaining({ code: 'UNKNOWN_PHOTO' }));
});

test('a photo at rest has the same pixels when it is used again, and keeps what was measured', async () => {
  const opened = await open(await write('again.png', 77));
  const before = opened.source.raster.data.slice();
  const coarse = { coarse: null } as Opened['damage'];
  opened.damage = { ...coarse, coarse } as Opened['damage'];
  const { histograms } = opened;
  await opened.rest();
  await opened.rest();
  expect(opened.bytes).toBe(0);
  // The result of the fine pass is large, and is found again.
  expect(opened.damage).toBe(coarse);
  await opened.wake(job());
  await opened.wake(job());
  expect(Buffer.compare(opened.source.raster.data as Uint8Array, before as Uint8Array)).toBe(0);
  expect(opened.small).toBeNull();
  expect(opened.histograms).toBe(histograms);
});

test('a print is cut out of its page, also of one that is open already, and again after a rest', async () => {
  const path = join(folder.path, 'page.png');
  await sharp(Buffer.from(testScene(300, 200, 2).data), { raw: { width: 300, height: 200, channels: 3 } })
    .png()
    .toFile(path);
  const scan = scanFor({ straighten: 4 }, { width: 300, height: 200 })!;
  const whole = await open(path);
  expect(whole.photo.page).toBeUndefined();
  const file = { path, scan };
  const print = await openedFrom(job(), 'print', file, 'page.png', 1);
  expect(print.photo).toMatchObject({ ...printSize(scan), page: { width: 300, height: 200, scan } });
  const expected = cutOut(whole.source.raster, scan.corners);
  const isExpected = ({ source }: Opened) =>
    Buffer.compare(source.raster.data as Uint8Array, expected.data as Uint8Array) === 0;
  expect(isExpected(print)).toBe(true);
  await print.rest();
  await print.wake(job());
  expect(isExpected(print)).toBe(true);

  const photos = new OpenedPhotos(1e9);
  photos.add('page', whole);
  photos.add('print', print);
  const known = await photos.pageOf(file);
  expect(known).toBe(whole.source);
  // Nothing is read from the file.
  const again = await openedFrom(job(), 'again', { ...file, path: `${path}.gone` }, 'page.png', 1, known);
  expect(isExpected(again)).toBe(true);
  // The whole page is decoded for itself, and another page of the file is another picture.
  expect(await photos.pageOf({ path })).toBeNull();
  expect(await photos.pageOf({ ...file, page: 2 })).toBeNull();
  // Another file in its place is not the page, and one at rest has no pixels.
  await utimes(path, 1, 1);
  expect(await photos.pageOf(file)).toBeNull();
  photos.delete('page');
  expect(await photos.pageOf(file)).toBeNull();
});

test('another file in its place is not taken for the photo, and one that is gone is missed', async () => {
  const path = await write('changed.png', 10);
  const opened = await open(path);
  await opened.rest();
  await write('changed.png', 11);
  await utimes(path, 1, 1);
  await expect(opened.wake(job())).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
  expect(opened.small).not.toBeNull();
  await rm(path);
  await expect(opened.wake(job())).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await writeFile(path, 'no photo');
  await expect(opened.wake(job())).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
});
