import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enlargePlane } from './plane';

const size = fc.record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) });

describe('an enlarged plane', () => {
  test('stays the same at its own size', () => {
    fc.assert(
      fc.property(size, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (of, values) => {
        const plane = Uint8Array.from([...values.take(of.width * of.height)]);
        expect([...enlargePlane(plane, of, of)]).toEqual([...plane]);
      }),
    );
  });

  test('is linear between its pixels, and constant at its edges', () => {
    // A slope of 40 per pixel becomes 10 per pixel at four times the size.
    const slope = enlargePlane(Uint8Array.of(0, 40, 80), { width: 3, height: 1 }, { width: 12, height: 2 });
    expect([...slope.subarray(0, 12)]).toEqual([0, 0, 5, 15, 25, 35, 45, 55, 65, 75, 80, 80]);
    expect([...slope.subarray(12)]).toEqual([...slope.subarray(0, 12)]);
    const down = enlargePlane(Uint8Array.of(0, 40, 80), { width: 1, height: 3 }, { width: 2, height: 12 });
    expect([...down].filter((_, i) => i % 2 === 1)).toEqual([...slope.subarray(0, 12)]);
  });

  test('has no value outside the range of its neighbours', () => {
    fc.assert(
      fc.property(size, size, fc.infiniteStream(fc.constantFrom(0, 255)), (of, more, values) => {
        const plane = Uint8Array.from([...values.take(of.width * of.height)]);
        const to = { width: of.width + more.width, height: of.height + more.height };
        const large = enlargePlane(plane, of, to);
        for (let i = 0; i < large.length; i++) {
          const x = (((i % to.width) + 0.5) * of.width) / to.width - 0.5;
          const y = ((Math.floor(i / to.width) + 0.5) * of.height) / to.height - 0.5;
          const near = [Math.floor(y), Math.ceil(y)].flatMap((row) =>
            [Math.floor(x), Math.ceil(x)].map((column) => {
              const at = (place: number, length: number) => Math.max(0, Math.min(length - 1, place));
              return plane[at(row, of.height) * of.width + at(column, of.width)]!;
            }),
          );
          expect(large[i]).toBeGreaterThanOrEqual(Math.min(...near));
          expect(large[i]).toBeLessThanOrEqual(Math.max(...near));
        }
      }),
    );
  });
});
