import { describe, expect, test } from 'vitest';
import { scanFor } from '../../document/scan';
import type { OpenPhoto } from '../photos/open';
import { cropRaster } from '../restoration/raster';
import { to16Bit, toGrey } from '../restoration/testing/rasters';
import { testScene } from '../restoration/testing/scene';
import { cutPhoto } from './cut';
import { cutOut } from './warp';

const scene = testScene(160, 120, 7);
const crop = { x: 20, y: 30, width: 90, height: 60 };
const breathe = async () => {};

const photo = (change: Partial<OpenPhoto>) =>
  ({ raster: scene, alpha: null, infrared: null, missing: [], ...change }) as OpenPhoto;

describe('a print on a page', () => {
  test('of whole pixels is copied bit by bit, in any depth, with its opacity and its infrared scan', async () => {
    const [deep, grey] = [to16Bit(scene), toGrey(to16Bit(scene))];
    const scan = scanFor({ crop }, scene)!;
    const cut = await cutPhoto(photo({ raster: deep, alpha: grey, infrared: grey }), scan, breathe);
    expect(cut.raster).toEqual(cropRaster(deep, crop));
    expect(cut.alpha).toEqual(cropRaster(grey, crop));
    expect(cut.infrared).toEqual(cropRaster(grey, crop));
    expect(cut.page).toEqual({ width: 160, height: 120, scan });
  });

  test('is the same in strips as at once, and can be stopped between them', async () => {
    const wide = testScene(1600, 1200, 3);
    const scan = scanFor({ straighten: 7 }, wide)!;
    const shares: number[] = [];
    const cut = await cutPhoto(photo({ raster: wide }), scan, async (share) => void shares.push(share));
    expect(shares.length).toBeGreaterThan(1);
    expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBe(1);
    expect(Buffer.compare(cut.raster.data as Uint8Array, cutOut(wide, scan.corners).data as Uint8Array)).toBe(0);
    const stop = async () => {
      throw new Error('stopped');
    };
    await expect(cutPhoto(photo({ raster: wide }), scan, stop)).rejects.toThrow('stopped');
  });

  test('has the parts that the file lacks where they then lie, and none that were cut off', async () => {
    const missing = [
      { x: 0, y: 80, width: 160, height: 40 },
      { x: 150, y: 0, width: 10, height: 10 },
    ];
    const scan = scanFor({ crop }, scene)!;
    expect((await cutPhoto(photo({ missing }), scan, breathe)).missing).toEqual([
      { x: 0, y: 50, width: 90, height: 10 },
    ]);
  });

  test('that cannot be cut out is refused with the reason', async () => {
    const refused = (scan: Parameters<typeof cutPhoto>[1]) =>
      cutPhoto(photo({}), scan, breathe).then(
        () => null,
        ({ code, reason }) => [code, reason[0].key],
      );
    const outside = scanFor({ crop: { ...crop, x: 100 } }, scene)!;
    expect(await refused(outside)).toEqual(['CROP_IMPOSSIBLE', 'failures.cropOutside']);
    const [a, b, c, d] = outside.corners.map(([x, y]) => [x - 80, y] as const) as never as typeof outside.corners;
    expect(await refused({ corners: [a, c, b, d] })).toEqual(['CROP_IMPOSSIBLE', 'failures.cropCorners']);
    expect(await refused(scanFor({ crop: { ...crop, width: 3 } }, scene)!)).toEqual([
      'CROP_IMPOSSIBLE',
      'failures.cropSmall',
    ]);
    const huge = { corners: [a, b, c, d] as const, size: { width: 20_000, height: 20_000 } };
    expect(await refused(huge)).toEqual(['CROP_IMPOSSIBLE', 'failures.cropLarge']);
  });
});
