import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clippingOf, differenceOf, histogramOf } from './inspection';
import { createRaster, type Raster } from './raster';
import { to16Bit, toGrey } from './testing/rasters';
import { testScene } from './testing/scene';

const breathe = async () => {};
const ofSamples = (channels: 1 | 3, depth: 8 | 16, samples: number[]): Raster => {
  const raster = createRaster(samples.length / channels, 1, channels, depth);
  raster.data.set(samples);
  return raster;
};

describe('difference', () => {
  test('is black between equal pictures with any gain, and symmetric', () => {
    const scene = testScene(60, 40, 2);
    expect(differenceOf(scene, scene, 64).data.every((value) => value === 0)).toBe(true);
    const other = testScene(60, 40, 3);
    expect(differenceOf(scene, other, 4).data).toEqual(differenceOf(other, scene, 4).data);
  });

  test('is amplified and limited to white', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.constantFrom(1, 4, 16, 64), (a, b, gain) => {
        const [value] = differenceOf(ofSamples(1, 8, [a]), ofSamples(1, 8, [b]), gain).data;
        expect(value).toBe(Math.min(255, Math.abs(a - b) * gain));
      }),
    );
  });

  test('shows differences of 16-bit samples that 8 bits would hide', () => {
    const before = ofSamples(3, 16, [1000, 1000, 1000]);
    const after = ofSamples(3, 16, [1000, 1064, 1000]);
    expect([...differenceOf(before, after, 1).data]).toEqual([0, 0, 0]);
    expect([...differenceOf(before, after, 64).data]).toEqual([0, 16, 0]);
  });

  test('treats grey as three equal channels if the other picture has colours', () => {
    const grey = ofSamples(1, 8, [100]);
    expect([...differenceOf(grey, ofSamples(3, 8, [100, 90, 120]), 1).data]).toEqual([0, 10, 20]);
    expect([...differenceOf(ofSamples(3, 8, [100, 90, 120]), grey, 1).data]).toEqual([0, 10, 20]);
  });

  test('is refused for different sizes', () => {
    expect(() => differenceOf(testScene(10, 10, 1), testScene(10, 11, 1), 1)).toThrow(RangeError);
  });
});

test('clipping marks only the pixels that are cut off above and below', () => {
  const kinds = (raster: Raster) =>
    [...clippingOf(raster)].flatMap((value, i, all) =>
      i % 4 === 3 ? [value === 0 ? '.' : all[i - 3]! > 200 ? 'h' : 's'] : [],
    );
  expect(kinds(ofSamples(3, 8, [0, 0, 0, 0, 0, 1, 255, 10, 10, 254, 254, 254]))).toEqual(['s', '.', 'h', '.']);
  expect(kinds(ofSamples(1, 16, [0, 255, 65535, 65534]))).toEqual(['s', '.', 'h', '.']);
});

describe('histogram', () => {
  test('counts every pixel once per channel, in any kind of raster', async () => {
    const scene = testScene(130, 90, 4);
    for (const raster of [scene, to16Bit(scene), toGrey(scene), toGrey(to16Bit(scene))]) {
      const histogram = await histogramOf(raster, breathe);
      for (const name of ['red', 'green', 'blue', 'luma'] as const) {
        expect(histogram[name]).toHaveLength(256);
        expect(histogram[name].reduce((sum, count) => sum + count, 0)).toBe(130 * 90);
      }
    }
    const wide = createRaster(130, 90, 3, 16);
    wide.data.set(Uint16Array.from(scene.data, (value) => value * 257));
    expect(await histogramOf(wide, breathe)).toEqual(await histogramOf(scene, breathe));
  });

  test('counts tones in the right bins and returns the clipped shares', async () => {
    const histogram = await histogramOf(ofSamples(3, 8, [0, 0, 0, 255, 0, 0, 10, 20, 30, 10, 20, 30]), breathe);
    expect(histogram.red[10]).toBe(2);
    expect(histogram.green[20]).toBe(2);
    expect(histogram.blue[30]).toBe(2);
    expect(histogram.luma[Math.round(0.2126 * 10 + 0.7152 * 20 + 0.0722 * 30)]).toBe(2);
    expect(histogram).toMatchObject({ shadows: 0.25, highlights: 0.25 });
  });
});
