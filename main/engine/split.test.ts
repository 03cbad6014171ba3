import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPhoto } from '../photos/open';
import { loadSharp } from '../photos/sharp';
import { cropRaster, type Raster } from '../restoration/raster';
import { testScene } from '../restoration/testing/scene';
import { drawAlbum } from '../scan/testing/album';
import { Job } from './job';
import { splitScan } from './split';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-split-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const request = (name: string) => ({
  path: join(folder, name),
  format: null,
  quality: 92,
  metadata: 'all' as const,
  target: { folder: join(folder, 'out'), root: join(folder, 'out'), stem: 'page' },
});

async function save(raster: Raster, name: string): Promise<void> {
  const sharp = await loadSharp();
  const { width, height, channels, data } = raster;
  await sharp(data as Uint8Array, { raw: { width, height, channels } })
    .withMetadata({ density: 300, exif: { IFD0: { ImageDescription: 'Album of 1931' } } })
    .withIccProfile('p3')
    .toFile(join(folder, name));
}

const album = (count: number) =>
  drawAlbum(
    {
      ...{ width: 450, height: 600, lid: 'black', count, turn: 0, touching: 0 },
      ...{ bordered: 0, shadow: 0, noise: 1, gradient: 0 },
    },
    [testScene(200, 150, 1), testScene(150, 200, 2)],
    3,
  );

test('each print becomes a file of its own, with profile, resolution and description of the scan', async () => {
  await save(album(2).page, 'page.png');
  const { prints } = await splitScan(new Job('1', () => {}), request('page.png'));
  expect((await readdir(join(folder, 'out'))).sort()).toEqual(['page-1.png', 'page-2.png']);
  const page = await openPhoto(join(folder, 'page.png'));
  for (const print of prints) {
    const cut = await openPhoto(print.path);
    expect([cut.raster.width, cut.raster.height]).toEqual([print.width, print.height]);
    expect(cut.metadata.density).toBeCloseTo(300, 0);
    expect(cut.profileName).toBe(page.profileName);
    expect(Buffer.from(cut.metadata.exif!).includes('Album of 1931')).toBe(true);
    // Nothing was generated.
    expect(cut.metadata.xmp).not.toContain('DigitalSourceType');
    // It is cut out and nothing else: the same pixels, but for the sub-pixel place of its corners.
    const [x, y] = print.corners[0].map(Math.round) as [number, number];
    const part = cropRaster(page.raster, { x, y, width: print.width, height: print.height });
    let off = 0;
    for (const [i, value] of part.data.entries()) off += Math.abs(value - cut.raster.data[i]!);
    expect(off / part.data.length).toBeLessThan(12);
  }
  // Nothing is replaced.
  await splitScan(new Job('2', () => {}), request('page.png'));
  expect(await readdir(join(folder, 'out'))).toHaveLength(4);
});

test('an empty lid is told and nothing is written', async () => {
  await save(album(0).page, 'empty.png');
  await rm(join(folder, 'out'), { recursive: true, force: true });
  await expect(splitScan(new Job('3', () => {}), request('empty.png'))).rejects.toMatchObject({ code: 'NO_PRINTS' });
  expect(await readdir(folder)).not.toContain('out');
});

test('a cancelled job leaves nothing', async () => {
  await save(album(2).page, 'page.png');
  const job = new Job('4', () => {});
  job.cancel();
  await expect(splitScan(job, request('page.png'))).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await readdir(folder)).not.toContain('out');
});
