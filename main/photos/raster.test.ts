import { describe, expect, test } from 'vitest';
import type { Raster } from '../restoration/raster';
import { encodeRegion, resizeRaster, shrinkRaster } from './raster';
import { loadSharp } from './sharp';
import { maxDifference, PROFILES, testRaster } from './test-support';

const sharp = await loadSharp();

describe('shrinkRaster', () => {
  test.each([
    [1, 8],
    [3, 8],
    [1, 16],
    [3, 16],
  ] as const)('averages %i channel(s) of %i bits', async (channels, depth) => {
    const small = await shrinkRaster(testRaster(200, 120, channels, depth), 60 * 100);
    expect(small).toMatchObject({ width: 100, height: 60, channels, depth });
    expect(maxDifference(small, testRaster(100, 60, channels, depth))).toBeLessThan(depth === 8 ? 4 : 4 * 257);
  });

  test('returns the raster itself if it is small enough', async () => {
    const raster = testRaster(10, 10, 3, 8);
    expect(await shrinkRaster(raster, 100)).toBe(raster);
  });

  test('does not overshoot at edges and keeps flat areas flat', async () => {
    const edge: Raster = {
      width: 90,
      height: 90,
      channels: 1,
      depth: 8,
      data: Uint8Array.from({ length: 8100 }, (_, i) => (i % 90 < 45 ? 60 : 180)),
    };
    const small = await shrinkRaster(edge, 900);
    expect(Math.min(...small.data)).toBe(60);
    expect(Math.max(...small.data)).toBe(180);
  });

  test('keeps at least one pixel of a very narrow picture', async () => {
    expect(await resizeRaster(testRaster(5000, 1, 3, 8), 50, 1)).toMatchObject({ width: 50, height: 1 });
    expect((await shrinkRaster(testRaster(5000, 1, 3, 8), 10)).height).toBe(1);
  });
});

describe('encodeRegion', () => {
  const pixels = async (bytes: Uint8Array) =>
    sharp(bytes, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });

  test('returns exactly the region, pixel for pixel', async () => {
    const raster = testRaster(120, 90, 3, 8);
    const rect = { x: 30, y: 20, width: 50, height: 40 };
    const { type, bytes } = await encodeRegion({ raster, rect, width: 50, height: 40 });
    expect(type).toBe('image/png');
    const { data, info } = await pixels(bytes);
    expect(info).toMatchObject({ width: 50, height: 40, channels: 3 });
    for (const [x, y] of [
      [0, 0],
      [49, 0],
      [17, 39],
    ] as const) {
      const source = ((y + 20) * 120 + x + 30) * 3;
      expect([...data.subarray((y * 50 + x) * 3, (y * 50 + x) * 3 + 3)]).toEqual([
        ...raster.data.subarray(source, source + 3),
      ]);
    }
  });

  test('sends large regions as JPEG and masks without loss', async () => {
    const raster = testRaster(600, 400, 1, 8);
    const rect = { x: 0, y: 0, width: 600, height: 400 };
    expect((await encodeRegion({ raster, rect, width: 600, height: 400 })).type).toBe('image/jpeg');
    const mask = await encodeRegion({ raster, rect, width: 600, height: 400, lossless: true });
    expect(mask.type).toBe('image/png');
    const { data } = await sharp(mask.bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(Buffer.compare(data, Buffer.from(raster.data))).toBe(0);
  });

  test('shrinks stripes to their mean instead of picking some', async () => {
    const stripes: Raster = {
      width: 400,
      height: 400,
      channels: 1,
      depth: 8,
      data: Uint8Array.from({ length: 160_000 }, (_, i) => (i % 2) * 200),
    };
    const { bytes } = await encodeRegion({
      raster: stripes,
      rect: { x: 0, y: 0, width: 400, height: 400 },
      width: 50,
      height: 50,
    });
    const { data } = await sharp(bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(Math.abs(data[25 * 50 + 25]! - 100)).toBeLessThan(6);
  });

  test('enlarges by repeating pixels', async () => {
    const { bytes } = await encodeRegion({
      raster: testRaster(4, 4, 3, 16),
      rect: { x: 0, y: 0, width: 2, height: 2 },
      width: 8,
      height: 8,
    });
    const { data } = await pixels(bytes);
    expect(new Set(Array.from({ length: 64 }, (_, i) => data.subarray(i * 3, i * 3 + 3).join())).size).toBe(4);
  });

  test('sends the profile along', async () => {
    const raster = testRaster(400, 400, 3, 8);
    for (const size of [40, 400]) {
      const { bytes } = await encodeRegion({
        raster,
        rect: { x: 0, y: 0, width: 400, height: 400 },
        width: size,
        height: size,
        profile: PROFILES.p3,
      });
      expect((await sharp(bytes).metadata()).icc).toEqual(Buffer.from(PROFILES.p3));
    }
  });

  test('shows the opacity of the region', async () => {
    const alpha = testRaster(100, 100, 1, 8);
    const { bytes } = await encodeRegion({
      raster: testRaster(100, 100, 3, 8),
      alpha,
      rect: { x: 50, y: 50, width: 50, height: 50 },
      width: 50,
      height: 50,
    });
    const { data, info } = await pixels(bytes);
    expect(info.channels).toBe(4);
    expect(data[3]).toBe(alpha.data[50 * 100 + 50]);
  });

  test('refuses a region outside the raster', async () => {
    const outside = encodeRegion({
      raster: testRaster(10, 10, 3, 8),
      rect: { x: 5, y: 0, width: 6, height: 5 },
      width: 6,
      height: 5,
    });
    await expect(outside).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
