import { describe, expect, test } from 'vitest';
import { AT_THRESHOLD } from '../../../document/evidence';
import { createRaster, type Raster } from '../../restoration/raster';
import { testScene } from '../../restoration/testing/scene';
import { drawInfraredShot, f1, type InfraredShot, type MadeScan, makeInfraredScan } from '../testing/infrared';
import { type InfraredReading, readInfrared, tellInfrared } from '.';

const SIZE = { width: 480, height: 360 };

function scanOf(seed: number, change: Partial<InfraredShot> = {}): MadeScan {
  const scene = testScene(SIZE.width, SIZE.height, seed);
  return makeInfraredScan(scene, { ...drawInfraredShot(seed), dust: 200, noise: 0.01, ...change }, seed);
}

const read = ({ photo, infrared }: MadeScan) => readInfrared(photo, infrared);

function score(reading: InfraredReading, { truth }: MadeScan): number {
  if (reading.outcome === 'refused') return 0;
  const mask = reading.dust.plane.map((value) => (value >= AT_THRESHOLD ? 1 : 0));
  return f1(mask, truth, SIZE.width, SIZE.height).f1;
}

describe('dust is read off infrared', () => {
  test.each([
    ['a third of a pixel away', 1, { shift: [0.2, -0.22], share: 0.1, depth: 8 }],
    ['three pixels away and larger', 2, { shift: [-2.2, 2.1], scale: 1.002, depth: 16 }],
    ['with 30 % of the photo in it, as light', 3, { share: 0.3, by: 'light' }],
    ['with 30 % of the photo in it, as density', 4, { share: 0.3, by: 'density' }],
    ['soft and noisy', 5, { blur: 1.8, noise: 0.03 }],
    ['unevenly lit', 6, { uneven: 0.3, depth: 16 }],
  ] as const)('%s', async (_, seed, change) => {
    const scan = scanOf(seed, change);
    expect(score(await read(scan), scan)).toBeGreaterThanOrEqual(0.95);
  });

  test('where it lies is measured to a third of a pixel, and told', async () => {
    const scan = scanOf(2, { shift: [-2.2, 2.1], scale: 1, turn: 0 });
    const use = tellInfrared(await read(scan), scan.photo);
    expect(use).toMatchObject({ outcome: 'used', refusal: null });
    expect(use.shift!.x).toBeCloseTo(-2.2, 0.5);
    expect(Math.hypot(use.shift!.x + 2.2, use.shift!.y - 2.1)).toBeLessThan(0.33);
  });

  test('a developed negative shows dust as bright as its infrared picture is dark', async () => {
    const scan = scanOf(3);
    const inverted: Raster = {
      ...scan.photo,
      data: scan.photo.data.map((value) => (scan.photo.depth === 8 ? 255 : 65535) - value),
    };
    expect(score(await readInfrared(inverted, scan.infrared), scan)).toBeGreaterThanOrEqual(0.95);
  });

  test('a clean film has none', async () => {
    const reading = await read(scanOf(7, { dust: -1 }));
    expect(reading).toMatchObject({ outcome: 'used', dust: { pieces: 0, share: 0 } });
  });

  test('neither picture is changed, and the work can be stopped', async () => {
    const scan = scanOf(8);
    const [photo, infrared] = [scan.photo.data.slice(), scan.infrared.data.slice()];
    await read(scan);
    expect([scan.photo.data, scan.infrared.data]).toEqual([photo, infrared]);
    const stop = async () => {
      throw new Error('stop');
    };
    await expect(readInfrared(scan.photo, scan.infrared, stop)).rejects.toThrow('stop');
  });

  test('the holder of the film is no dust', async () => {
    const scan = scanOf(9, { shift: [0, 0], scale: 1, turn: 0 });
    for (const raster of [scan.photo, scan.infrared]) {
      for (let y = 0; y < SIZE.height; y++)
        raster.data.fill(0, y * SIZE.width * raster.channels, (y * SIZE.width + 30) * raster.channels);
    }
    const reading = await read(scan);
    const plane = reading.outcome === 'used' ? reading.dust.plane : [];
    expect(reading.outcome).toBe('used');
    expect(plane[100 * SIZE.width + 10]).toBe(0);
    expect(plane[200 * SIZE.width + 25]).toBe(0);
  });
});

describe('an infrared picture is refused', () => {
  test.each([
    ['of silver film', { share: 0.95, by: 'density', of: 'luma' }],
    ['of thin silver film, as light', { share: 0.8, by: 'light', of: 'luma' }],
    ['of Kodachrome, whose cyan dye stops it', { share: 0.6, by: 'density', of: 'red' }],
  ] as const)('%s', async (_, change) => {
    expect(await read(scanOf(11, change))).toMatchObject({ outcome: 'refused', refusal: 'picture' });
  });

  test('of another photo', async () => {
    const { photo } = scanOf(12);
    const { infrared } = scanOf(13, { depth: photo.depth });
    expect(await readInfrared(photo, infrared)).toMatchObject({ outcome: 'refused', refusal: 'other' });
  });

  test.each([
    ['black', 0],
    ['white', 255],
  ])('that is %s everywhere', async (_, value) => {
    const { photo } = scanOf(14, { depth: 8 });
    const infrared = createRaster(photo.width, photo.height, 1, 8);
    infrared.data.fill(value);
    expect(await readInfrared(photo, infrared)).toMatchObject({ outcome: 'refused', refusal: 'empty' });
  });

  test('of one pixel', async () => {
    const reading = await readInfrared(createRaster(1, 1, 3, 8), createRaster(1, 1, 1, 8));
    expect(reading).toMatchObject({ outcome: 'refused', refusal: 'small' });
  });
});
