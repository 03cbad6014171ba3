import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LightSettings } from '../contract/recipe';
import { through } from './curve';

const points = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })), {
    selector: ([x]) => x,
    maxLength: 12,
  })
  .map((list) => list.sort(([a], [b]) => a - b).map(([x, y]) => ({ x: x / 100, y: y / 100 })));

test('a curve goes through its points, and between two of them stays between their values', () => {
  fc.assert(
    fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), (given, x) => {
      expect(LightSettings.safeParse({ curve: given }).success).toBe(true);
      const curve = through(given);
      for (const point of given) expect(curve(point.x)).toBeCloseTo(point.y, 9);
      const all = [
        ...(given[0]?.x === 0 ? [] : [{ x: 0, y: 0 }]),
        ...given,
        ...(given.at(-1)?.x === 1 ? [] : [{ x: 1, y: 1 }]),
      ];
      const next = all.findIndex((point) => point.x >= x);
      const [before, after] = [all[Math.max(0, next - 1)]!, all[next]!];
      expect(curve(x)).toBeGreaterThanOrEqual(Math.min(before.y, after.y) - 1e-9);
      expect(curve(x)).toBeLessThanOrEqual(Math.max(before.y, after.y) + 1e-9);
    }),
  );
});

test('no points are the straight line', () => {
  for (const x of [0, 0.123, 0.5, 1]) expect(through([])(x)).toBeCloseTo(x, 12);
});

test('points out of order are refused', () => {
  const out = [
    { x: 0.5, y: 0.5 },
    { x: 0.5, y: 0.6 },
  ];
  expect(LightSettings.safeParse({ curve: out }).success).toBe(false);
});
