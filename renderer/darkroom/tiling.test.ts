import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PictureQuery, TILE } from '../../contract/pictures';
import type { Rect, Size } from './geometry';
import {
  baseOf,
  coarsestLevel,
  finestLevel,
  levelFor,
  parentOf,
  type Source,
  tileAt,
  tilesFor,
  tilesIn,
} from './tiling';

const side = fc.integer({ min: 1, max: 20_000 });
const photo = fc.record({ width: side, height: side });
const sourceOf = (of: Size, size: Size = of): Source => ({
  photoId: 'p',
  photo: of,
  layer: 'original',
  revision: 0,
  size,
});
const regionIn = (of: Size, [a, b, c, d]: number[]): Rect => {
  const x = a! * (of.width - 1);
  const y = b! * (of.height - 1);
  return { x, y, width: Math.max(1e-3, c! * (of.width - x)), height: Math.max(1e-3, d! * (of.height - y)) };
};
const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });

describe('a tile', () => {
  test('requests whole pixels inside the photo that a power of two scales to its size', () => {
    fc.assert(
      fc.property(photo, fc.nat(6), fc.nat(), (of, level, seed) => {
        const source = sourceOf(of);
        const step = TILE * 2 ** level;
        const column = seed % Math.ceil(of.width / step);
        const row = (seed >> 10) % Math.ceil(of.height / step);
        const { query, rect } = tileAt(source, level, column, row);
        expect(PictureQuery.parse(query)).toEqual(query);
        expect(query.x + query.w).toBeLessThanOrEqual(of.width);
        expect(query.y + query.h).toBeLessThanOrEqual(of.height);
        expect(query.width).toBe(Math.ceil(query.w / 2 ** level));
        expect(Math.max(query.width, query.height)).toBeLessThanOrEqual(TILE);
        expect(rect.width - query.w).toBeLessThan(2 ** level);
      }),
    );
  });

  test('of an enlarged picture covers less of the photo', () => {
    const source = sourceOf({ width: 1000, height: 800 }, { width: 2000, height: 1600 });
    expect(finestLevel(source)).toBe(-1);
    expect(levelFor(source, 4)).toBe(-1);
    expect(tileAt(source, -1, 1, 0).query).toMatchObject({ x: 256, w: 256, width: 512, height: 512 });
  });
});

describe('the level', () => {
  test('gives the screen at least nine tenths of its pixels, and at most four times as many', () => {
    fc.assert(
      fc.property(photo, fc.double({ min: 0.01, max: 32, noNaN: true }), (of, scale) => {
        const source = sourceOf(of);
        const level = levelFor(source, scale);
        const devicePixels = scale * 2 ** level;
        if (level > finestLevel(source)) expect(devicePixels).toBeLessThanOrEqual(1.12);
        if (level < coarsestLevel(source) && level > finestLevel(source)) expect(devicePixels).toBeGreaterThan(0.54);
      }),
    );
  });

  test('is the photo’s own resolution at 100 % and above', () => {
    for (const scale of [1, 2, 8, 32]) expect(levelFor(sourceOf({ width: 9000, height: 6000 }), scale)).toBe(0);
  });

  test('is a single tile at its coarsest', () => {
    fc.assert(
      fc.property(photo, (of) => {
        const source = sourceOf(of);
        expect(tilesIn(source, coarsestLevel(source), { x: 0, y: 0, ...of })).toEqual([baseOf(source)]);
      }),
    );
  });
});

describe('the tiles of a region', () => {
  test('cover it, do not overlap, and come from the middle outwards', () => {
    fc.assert(
      fc.property(photo, fc.nat(4), fractions, (of, level, f) => {
        const source = sourceOf(of);
        const region = regionIn(of, f);
        const tiles = tilesIn(source, level, region);
        const middle = { x: region.x + region.width / 2, y: region.y + region.height / 2 };
        const step = TILE * 2 ** level;
        // The corners and the middle of the region each lie in exactly one tile.
        for (const at of [
          { x: region.x, y: region.y },
          { x: region.x + region.width * 0.999_999, y: region.y + region.height * 0.999_999 },
          middle,
        ]) {
          const holding = tiles.filter(
            ({ rect }) => at.x >= rect.x && at.x < rect.x + step && at.y >= rect.y && at.y < rect.y + step,
          );
          expect(holding).toHaveLength(1);
        }
        const far = tiles.map(({ rect }) => Math.hypot(rect.x + step / 2 - middle.x, rect.y + step / 2 - middle.y));
        for (let i = 1; i < far.length; i++) expect(far[i]!).toBeGreaterThanOrEqual(far[i - 1]! - 1e-6);
      }),
    );
  });

  test('each lie in the parent that replaces it', () => {
    fc.assert(
      fc.property(photo, fractions, (of, f) => {
        const source = sourceOf(of);
        for (const tile of tilesIn(source, 0, regionIn(of, f)).slice(0, 5)) {
          for (let level = 1; level <= coarsestLevel(source); level++) {
            const { rect } = parentOf(source, tile, level);
            expect(tile.rect.x).toBeGreaterThanOrEqual(rect.x);
            expect(tile.rect.y).toBeGreaterThanOrEqual(rect.y);
            expect(tile.rect.x + tile.rect.width).toBeLessThanOrEqual(rect.x + rect.width);
            expect(tile.rect.y + tile.rect.height).toBeLessThanOrEqual(rect.y + rect.height);
          }
        }
      }),
    );
  });

  test('are few for any photo and any zoom', () => {
    const pane = { width: 1440, height: 900 };
    fc.assert(
      fc.property(photo, fc.double({ min: 0.02, max: 32, noNaN: true }), fractions, (of, scale, f) => {
        const source = sourceOf(of);
        if (scale * Math.max(of.width, of.height) < 500) return;
        const region = {
          x: f[0]! * of.width,
          y: f[1]! * of.height,
          width: pane.width / scale,
          height: pane.height / scale,
        };
        const { sharp, rough } = tilesFor(source, region, scale);
        expect(sharp.length).toBeLessThanOrEqual(35);
        expect(rough.length).toBeLessThanOrEqual(12);
      }),
    );
  });
});

test('a reduced preview is requested whole, in its own pixels', () => {
  const source = sourceOf({ width: 11_500, height: 8700 }, { width: 1625, height: 1229 });
  const { sharp, rough } = tilesFor(source, { x: 100, y: 100, width: 500, height: 400 }, 1);
  expect(sharp).toEqual(rough);
  expect(sharp[0]!.query).toMatchObject({ x: 0, y: 0, w: 11_500, h: 8700, width: 1625, height: 1229 });
  const strip = sourceOf({ width: 1000, height: 100_000 }, { width: 141, height: 14_142 });
  expect(PictureQuery.safeParse(baseOf(strip).query).success).toBe(true);
});
