import fc from 'fast-check';
import { expect, test } from 'vitest';
import { budgetsFor } from './memory';

const GIGABYTE = 1024 ** 3;

test('a chosen limit is not exceeded on any computer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65_536 }), fc.integer({ min: GIGABYTE, max: 2 ** 40 }), (memory, total) => {
      const { generators, renderings } = budgetsFor(memory, total);
      expect(Math.min(generators, renderings)).toBeGreaterThan(0);
      expect(generators + renderings).toBeLessThanOrEqual(memory * 1024 ** 2);
    }),
  );
});

test('by default a large computer is not filled, and a small one still keeps a picture', () => {
  expect(budgetsFor(0, 512 * GIGABYTE)).toEqual({ generators: 2 * GIGABYTE, renderings: 2 * GIGABYTE });
  expect(budgetsFor(0, 4 * GIGABYTE)).toEqual({ generators: GIGABYTE, renderings: GIGABYTE / 2 });
  expect(budgetsFor(0, GIGABYTE).renderings).toBe(GIGABYTE / 4);
});
