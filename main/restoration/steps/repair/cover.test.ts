import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rect } from '../../raster';
import { coverOf } from './cover';

const CORE: Rect = { x: 512, y: 256, width: 250, height: 256 };
const GRID = { multiple: 32, halo: 64 };
const cost = (parts: readonly Rect[]) =>
  parts.reduce((sum, { width, height }) => sum + (width + 128) * (height + 128), 0);

function holesAt(...rects: readonly Rect[]): Uint8Array {
  const holes = new Uint8Array(CORE.width * CORE.height);
  for (const { x, y, width, height } of rects) {
    for (let row = y; row < y + height; row++) holes.fill(255, row * CORE.width + x, row * CORE.width + x + width);
  }
  return holes;
}

describe('coverOf', () => {
  test('covers every hole once, on the grid, for no more than the whole core', () => {
    const rect = fc
      .tuple(fc.nat(249), fc.nat(255), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }))
      .map(([x, y, width, height]) => ({
        ...{ x, y, width: Math.min(width, CORE.width - x), height: Math.min(height, CORE.height - y) },
      }));
    fc.assert(
      fc.property(fc.array(rect, { minLength: 1, maxLength: 12 }), (rects) => {
        const holes = holesAt(...rects);
        const parts = coverOf(holes, CORE, GRID);
        const times = new Uint8Array(holes.length);
        for (const { x, y, width, height } of parts) {
          expect((x - CORE.x) % GRID.multiple).toBe(0);
          expect((y - CORE.y) % GRID.multiple).toBe(0);
          expect(x + width).toBeLessThanOrEqual(CORE.x + CORE.width);
          expect(y + height).toBeLessThanOrEqual(CORE.y + CORE.height);
          for (let row = y - CORE.y; row < y - CORE.y + height; row++) {
            for (let column = x - CORE.x; column < x - CORE.x + width; column++) times[row * CORE.width + column]!++;
          }
        }
        expect(holes.every((hole, i) => (hole > 0 ? times[i] === 1 : times[i]! <= 1))).toBe(true);
        expect(cost(parts)).toBeLessThanOrEqual(cost([CORE]));
      }),
    );
  });

  test('two specks in opposite corners are two small parts', () => {
    const parts = coverOf(
      holesAt({ x: 3, y: 5, width: 4, height: 4 }, { x: 240, y: 250, width: 4, height: 4 }),
      CORE,
      GRID,
    );
    expect(parts).toEqual([
      { x: 512, y: 256, width: 32, height: 32 },
      { x: 736, y: 480, width: 26, height: 32 },
    ]);
  });

  test('without a hole there is nothing to compute', () => {
    expect(coverOf(holesAt(), CORE, GRID)).toEqual([]);
  });
});
