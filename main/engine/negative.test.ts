import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSharp } from '../photos/sharp';
import type { Raster } from '../restoration/raster';
import { testScene } from '../restoration/testing/scene';
import { drawNegative, drawShot } from '../scan/testing/film';
import { Job } from './job';
import { negativeOn, openedFrom } from './opened';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-negative-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const scene = testScene(180, 120, 4);

async function save({ width, height, channels, data, depth }: Raster, name: string): Promise<string> {
  const sharp = await loadSharp();
  const path = join(folder, name);
  const image = sharp(data as Uint8Array, { raw: { width, height, channels } });
  await (depth === 16 ? image.toColourspace('rgb16') : image).tiff({ compression: 'lzw' }).toFile(path);
  return path;
}

const open = (path: string, about: Partial<Parameters<typeof openedFrom>[2]> = {}) =>
  openedFrom(new Job('1', () => {}), 'photo', { path, ...about }, 'photo', 1);

test('a negative is recognised, developed once after it was decoded, and opened alike from what was found', async () => {
  const path = await save(drawNegative(scene, drawShot(3), { strip: 0.06 }), 'negative.tif');
  const scan = await open(path);
  expect(scan.photo).toMatchObject({ negative: true, depth: 16 });
  expect(scan.photo.page).toBeUndefined();

  const wished = await open(path, { wish: { negative: { kind: 'auto', base: null } } });
  expect(wished.photo).toMatchObject({ negative: false, depth: 16, width: scan.photo.width });
  expect(wished.photo.notes.map(({ key }) => key)).toContain('notes.negative.colour.strip');
  const { page } = wished.photo;
  const measured = await negativeOn(scan, { photoId: 'photo', kind: 'colour', base: null, at: null, scan: null });
  expect(page!.scan.negative).toEqual(measured.negative);

  const again = await open(path, { scan: page!.scan });
  expect(again.source.raster.data).toEqual(wished.source.raster.data);
  // The page itself is not touched by what was cut out of it.
  const cut = {
    ...page!.scan,
    corners: [
      [20, 10],
      [120, 10],
      [120, 90],
      [20, 90],
    ] as const,
  };
  const part = await openedFrom(new Job('2', () => {}), 'part', { path, scan: cut }, 'part', 1, scan.source);
  expect([part.photo.width, part.photo.height]).toEqual([100, 80]);
  const at = (x: number, y: number) => (y * again.photo.width + x) * 3;
  const row = again.source.raster.data.slice(at(20, 50), at(120, 50));
  expect(part.source.raster.data.slice(40 * 300, 41 * 300)).toEqual(row);
  expect((await open(path)).source.raster.data).toEqual(scan.source.raster.data);
});

test('a positive stays as it is with auto, and says so', async () => {
  const path = await save(scene, 'positive.tif');
  const { photo, source } = await open(path, { wish: { negative: { kind: 'auto', base: null } } });
  expect(photo.negative).toBe(false);
  expect(photo.notes.map(({ key }) => key)).toContain('notes.negativeNone');
  expect(photo.page).toBeUndefined();
  expect(source.raster.data).toEqual(scene.data);
});

test('an even scan that is asked for as a negative is refused', async () => {
  const path = await save({ ...scene, data: new Uint8Array(scene.data.length).fill(120) }, 'even.tif');
  await expect(open(path, { wish: { negative: { kind: 'colour', base: null } } })).rejects.toMatchObject({
    code: 'NEGATIVE_IMPOSSIBLE',
  });
});
