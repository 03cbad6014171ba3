import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRaster } from '../../raster';
import { inRects, maskOf } from '../../testing/masks';
import { copyOf } from '../../testing/rasters';
import { fakeInpainter, fakeTools } from '../../testing/tools';
import { inpaint } from './inpaint';
import { Slivers } from './slivers';

const SIZE = { width: 300, height: 200 };
const WHOLE = { x: 0, y: 0, ...SIZE };

test('a rim between a deep place and the edge is a sliver, on every side', () => {
  const sides = [
    { rect: { x: 3, y: 50, width: 20, height: 60 }, inside: { x: 1, y: 80 }, behind: { x: 3, y: 80 } },
    { rect: { x: 277, y: 50, width: 20, height: 60 }, inside: { x: 298, y: 80 }, behind: { x: 296, y: 80 } },
    { rect: { x: 100, y: 2, width: 60, height: 20 }, inside: { x: 120, y: 0 }, behind: { x: 120, y: 2 } },
    { rect: { x: 100, y: 178, width: 60, height: 20 }, inside: { x: 120, y: 199 }, behind: { x: 120, y: 197 } },
  ];
  for (const { rect, inside, behind } of sides) {
    const slivers = new Slivers(maskOf(SIZE, inRects(rect)), WHOLE);
    expect(slivers.any).toBe(true);
    expect(slivers.behind(inside.x, inside.y)).toEqual(behind);
    expect(slivers.has(150, 100)).toBe(false);
  }
});

test('what is deeper than a rim, or has only a scratch behind it, is part of the photo', () => {
  const deep = { x: 10, y: 50, width: 40, height: 60 };
  const scratch = { x: 3, y: 50, width: 4, height: 60 };
  for (const rect of [deep, scratch]) expect(new Slivers(maskOf(SIZE, inRects(rect)), WHOLE).any).toBe(false);
});

test('no masked pixel is one, and a sliver always has a masked pixel behind it', () => {
  const rect = fc.record({
    x: fc.integer({ min: 0, max: 40 }),
    y: fc.integer({ min: 0, max: 30 }),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 4 }), (rects) => {
      const isMasked = inRects(...rects);
      const size = { width: 60, height: 50 };
      const slivers = new Slivers(maskOf(size, isMasked), { x: 0, y: 0, ...size });
      for (let y = 0; y < size.height; y++) {
        for (let x = 0; x < size.width; x++) {
          const behind = slivers.behind(x, y);
          if (behind === null) continue;
          expect(isMasked(x, y)).toBe(false);
          expect(isMasked(behind.x, behind.y)).toBe(true);
        }
      }
    }),
  );
});

test('a filling at the edge continues the print, not the black lid beside it', async () => {
  const raster = createRaster(SIZE.width, SIZE.height, 3, 8);
  for (let i = 0; i < raster.data.length; i++) {
    const x = Math.floor(i / 3) % SIZE.width;
    raster.data[i] = x < 4 ? 0 : 200 + (Math.floor(i / 3) % 7);
  }
  const hole = { x: 4, y: 0, width: 40, height: SIZE.height };
  const copy = copyOf(raster);
  await inpaint(copy, maskOf(SIZE, inRects(hole)), fakeTools({ inpaint: fakeInpainter }));
  for (let y = 10; y < SIZE.height - 10; y++) {
    for (let x = 0; x < 44; x++) {
      const value = copy.data[3 * (y * SIZE.width + x)]!;
      if (x < 4) expect(value).toBe(0);
      else expect(value).toBeGreaterThan(190);
    }
  }
});
