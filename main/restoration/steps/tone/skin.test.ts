import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Face } from '../../../../contract/photo';
import { fromLab, toLab } from '../../colour';
import { createRaster } from '../../raster';
import { guardSkin, skinOf } from './skin';
import { CURVE_SIZE, curveAt, type ToneCurves } from './tone';

const face = (x: number, y: number, width: number, height: number): Face => ({
  x,
  y,
  width,
  height,
  certainty: 0.9,
  points: Array.from({ length: 5 }, () => ({ x, y })),
});

const gamma = (power: number) => Float32Array.from({ length: CURVE_SIZE }, (_, i) => (i / (CURVE_SIZE - 1)) ** power);
const curves = (red: number, green: number, blue: number): ToneCurves => ({
  red: gamma(red),
  green: gamma(green),
  blue: gamma(blue),
});
const hueOf = ([, a, b]: readonly [number, number, number]) => (Math.atan2(b, a) * 180) / Math.PI;
const through = ({ red, green, blue }: ToneCurves, skin: readonly [number, number, number]) =>
  toLab(curveAt(red, skin[0]), curveAt(green, skin[1]), curveAt(blue, skin[2]));

const SKIN = [0.82, 0.63, 0.53] as const;

describe('the guard of skin', () => {
  test('leaves curves alone that give skin a hue of skin', () => {
    const fair = curves(1, 1.05, 1.1);
    expect(guardSkin(fair, SKIN)).toBe(fair);
  });

  test('takes back what turns skin magenta, red, yellow or green, and keeps its lightness', () => {
    const plain = curves(1, 1, 1);
    for (const hue of [-15, 5, 15, 85, 100, 115]) {
      const angle = (hue * Math.PI) / 180;
      const skin = fromLab(65, 20 * Math.cos(angle), 20 * Math.sin(angle));
      const after = through(guardSkin(plain, skin), skin);
      expect(hueOf(after)).toBeGreaterThan(23);
      expect(hueOf(after)).toBeLessThan(74);
      expect(Math.abs(after[0] - 65)).toBeLessThan(4);
    }
  });

  test('changes no density by more than its limit, clips nothing and keeps the order of tones, whatever the colour', () => {
    const component = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(component, component, component), (skin) => {
        for (const curve of Object.values(guardSkin(curves(1, 1, 1), skin)) as Float32Array[]) {
          expect(curve.every((value, i) => i === 0 || value >= curve[i - 1]! - 1e-6)).toBe(true);
          expect(curve.at(-20)!).toBeLessThan(1);
          expect(Math.abs(curve[512]! - 0.5)).toBeLessThan(0.15);
        }
      }),
    );
  });

  test('takes the median of all faces, without their edges and without damaged pixels', () => {
    const small = createRaster(100, 100, 3, 8);
    small.data.fill(40);
    for (let y = 20; y < 60; y++) {
      for (let x = 10; x < 40; x++) small.data.set(y === 40 ? [255, 255, 255] : [209, 161, 135], 3 * (100 * y + x));
    }
    const skin = skinOf(small, [face(0.1, 0.2, 0.3, 0.4)], null);
    expect(skin!.map((value) => Math.round(value * 255))).toEqual([209, 161, 135]);
    expect(skinOf(small, [face(0.1, 0.2, 0.3, 0.4)], null, () => true)).toBeNull();
    expect(skinOf(small, [], null)).toBeNull();
    expect(skinOf(small, [face(0.99, 0.99, 0.01, 0.01)], null)).not.toBeUndefined();
  });
});

test('CIELAB and back gives the same colour', () => {
  const component = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(component, component, component, (...colour) => {
      for (const [c, value] of fromLab(...toLab(...colour)).entries()) expect(value).toBeCloseTo(colour[c]!, 3);
    }),
  );
});
