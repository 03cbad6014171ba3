import { describe, expect, test } from 'vitest';
import { damageScene } from './damage';
import { sameSamples, to16Bit, toGrey } from './rasters';
import { testScene } from './scene';

describe('the generated photograph', () => {
  test('is always the same, and different for another seed', () => {
    expect(sameSamples(testScene(120, 90, 1).data, testScene(120, 90, 1).data)).toBe(true);
    expect(sameSamples(testScene(120, 90, 1).data, testScene(120, 90, 2).data)).toBe(false);
  });

  test('shows the same scene at every size', () => {
    const small = testScene(80, 60, 3);
    const large = testScene(320, 240, 3);
    let sum = 0;
    for (let y = 0; y < 60; y++) {
      for (let x = 0; x < 80; x++) {
        for (let c = 0; c < 3; c++) {
          let mean = 0;
          for (let i = 0; i < 16; i++) mean += large.data[3 * ((4 * y + (i >> 2)) * 320 + 4 * x + (i % 4)) + c]! / 16;
          sum += Math.abs(mean - small.data[3 * (y * 80 + x) + c]!);
        }
      }
    }
    expect(sum / small.data.length).toBeLessThan(14);
  });

  test('damage is drawn only inside its mask, on a copy, for every kind of raster', () => {
    const scene = testScene(200, 150, 1);
    for (const clean of [scene, toGrey(scene), to16Bit(scene)]) {
      const before = clean.data.slice();
      const { raster, mask } = damageScene(clean, 4);
      expect(sameSamples(clean.data, before)).toBe(true);
      let changed = 0;
      for (let i = 0; i < before.length; i++) {
        if (raster.data[i] === before[i]) continue;
        changed++;
        if (mask[Math.floor(i / clean.channels)] === 0) throw new Error(`sample ${i} outside the mask changed`);
      }
      const share = mask.filter((value) => value !== 0).length / mask.length;
      expect(share).toBeGreaterThan(0.005);
      expect(share).toBeLessThan(0.1);
      expect(changed).toBeGreaterThan(0.6 * share * before.length);
    }
  });
});
