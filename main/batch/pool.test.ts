import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapeFor } from './pool';

const GIGABYTE = 2 ** 30;

test('one photo for each core, as many as there is memory for, and at least one', () => {
  const of = (cores: number, gigabytes: number, wanted = 0) =>
    shapeFor({ wanted, cores, memory: gigabytes * GIGABYTE });
  expect(of(2, 8)).toEqual({ engines: 2, threads: 1 });
  expect(of(8, 4)).toEqual({ engines: 3, threads: 2 });
  expect(of(16, 64)).toEqual({ engines: 16, threads: 1 });
  expect(of(4, 0.5)).toEqual({ engines: 1, threads: 4 });
  expect(of(4, 64, 2)).toEqual({ engines: 2, threads: 2 });
});

test('photos computed together never take more cores and memory than there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 128 }), fc.integer({ min: 1, max: 512 }), (cores, gigabytes) => {
      const each = 0.8 * GIGABYTE;
      const { engines, threads } = shapeFor({ wanted: 0, cores, memory: gigabytes * GIGABYTE, each });
      expect(engines).toBeGreaterThanOrEqual(1);
      expect(engines * threads).toBeLessThanOrEqual(cores);
      if (engines > 1) expect(engines * each).toBeLessThanOrEqual(gigabytes * GIGABYTE);
    }),
  );
});
