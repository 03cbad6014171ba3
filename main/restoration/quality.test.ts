import { beforeAll, describe, expect, test } from 'vitest';
import { measureQuality } from './quality';
import type { Raster } from './raster';
import { cropped, withJpegLoss, withNoise } from './testing/degradations';
import { to16Bit, toGrey } from './testing/rasters';
import { testScene } from './testing/scene';

let scene: Raster;
beforeAll(() => {
  scene = testScene(640, 480, 3);
});

/** Root mean square difference in 8-bit levels. */
function errorBetween(one: Raster, other: Raster): number {
  let sum = 0;
  for (let i = 0; i < one.data.length; i++) sum += (one.data[i]! - other.data[i]!) ** 2;
  return Math.sqrt(sum / one.data.length);
}

describe('noise', () => {
  test.each([5, 10, 15, 25])('white noise of %i levels is found within a sixth, in every kind of raster', (sigma) => {
    for (const raster of [scene, to16Bit(scene), toGrey(scene), toGrey(to16Bit(scene))]) {
      const { noise, blockiness } = measureQuality(withNoise(raster, sigma));
      expect(noise / sigma).toBeGreaterThan(5 / 6);
      expect(noise / sigma).toBeLessThan(7 / 6);
      expect(blockiness).toBeLessThan(1.1);
    }
  });

  test.each([0.5, 0.7, 1])('so is grain that is blurred by %f pixels', (blur) => {
    for (const sigma of [8, 16]) {
      const { noise, lumaNoise } = measureQuality(withNoise(scene, sigma, { blur, mono: true }));
      expect(noise / sigma).toBeGreaterThan(0.8);
      expect(noise / sigma).toBeLessThan(1.2);
      expect(lumaNoise / noise).toBeGreaterThan(0.9);
    }
  });

  test('the noise of a sensor is lower in the luma than in the channels', () => {
    const { noise, lumaNoise } = measureQuality(withNoise(scene, 12));
    expect(lumaNoise / noise).toBeLessThan(0.75);
  });

  test('texture is not mistaken for noise', () => {
    // Steep waves of all directions and strengths, nowhere flat.
    const data = scene.data.slice();
    for (let i = 0; i < data.length; i++) {
      const x = Math.floor(i / 3) % scene.width;
      const y = Math.floor(i / 3 / scene.width);
      const strength = 20 + 15 * Math.sin(x / 61) * Math.sin(y / 47);
      data[i] =
        128 + strength * Math.sin((x * (2 + Math.sin(y / 90))) / 4) * Math.sin((y * (2 + Math.cos(x / 90))) / 4);
    }
    expect(measureQuality({ ...scene, data }).noise).toBeLessThan(6);
  });
});

describe('compression', () => {
  test.each([10, 20, 40, 60])(
    'the error of JPEG quality %i is measured within two fifths, wherever the grid begins',
    (q) => {
      const lossy = withJpegLoss(scene, q);
      const error = errorBetween(lossy, scene);
      for (const [left, top] of [
        [0, 0],
        [3, 6],
      ] as const) {
        const { compression } = measureQuality(cropped(lossy, left, top));
        expect(compression / error).toBeGreaterThan(0.6);
        expect(compression / error).toBeLessThan(1.4);
      }
    },
  );

  test('blocks stand out more at lower quality', () => {
    const seen = [95, 60, 30, 10].map((quality) => measureQuality(withJpegLoss(scene, quality)).blockiness);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(seen[0]).toBeLessThan(1.15);
    expect(seen[3]).toBeGreaterThan(1.5);
  });

  test('a fence of 8 pixels is not a grid', () => {
    const data = scene.data.slice();
    for (let i = 0; i < data.length; i++) if (Math.floor(i / 3) % 8 === 0) data[i] = Math.max(0, data[i]! - 12);
    const { blockiness, compression } = measureQuality({ ...scene, data });
    expect(blockiness).toBeLessThan(1.1);
    expect(compression).toBeLessThan(1.5);
  });
});

test('a clean scene has neither, and tiny pictures give finite numbers', () => {
  const { noise, blockiness, compression } = measureQuality(scene);
  expect(noise).toBeLessThan(3);
  expect(blockiness).toBeLessThan(1.1);
  expect(compression).toBeLessThan(2);
  for (const side of [1, 2, 7, 8, 9, 33]) {
    for (const value of Object.values(measureQuality(testScene(side, side, 1)))) {
      expect(Number.isFinite(value) && value >= 0).toBe(true);
    }
  }
});
