import { describe, expect, test } from 'vitest';
import type { Mask } from '../../mask';
import { createRaster, type Raster, type Rect } from '../../raster';
import { maskOf } from '../../testing/masks';
import { random } from '../../testing/random';
import { SoftEdges } from './soft-edges';

const [WIDTH, HEIGHT] = [200, 160];
const SIZE = { width: WIDTH, height: HEIGHT };

/** A grainy grey photo with a bright scratch of `width` pixels at x = 60, which fades out over `fade` pixels. */
function scratched(width: number, fade: number, depth: 8 | 16 = 8): Raster {
  const raster = createRaster(WIDTH, HEIGHT, 3, depth);
  const next = random(5);
  const scale = depth === 8 ? 1 : 257;
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const away = Math.max(0, Math.abs((i % WIDTH) - 60) - width / 2);
    const light = 110 * Math.max(0, 1 - away / Math.max(fade, 1e-6));
    const value = Math.round((110 + light + 8 * (next() - 0.5)) * scale);
    raster.data.fill(value, 3 * i, 3 * i + 3);
  }
  return raster;
}

function hidden(raster: Raster, mask: Mask, rect: Rect = { x: 0, y: 0, width: WIDTH, height: HEIGHT }): Float32Array {
  const bytes = new Uint8Array(rect.width * rect.height);
  mask.read(rect, bytes);
  const into = new Float32Array(bytes.length);
  new SoftEdges(raster, mask, null).hide(rect, bytes, into);
  return into;
}

/** How many pixels of a row are hidden. */
const inRow = (into: Float32Array, y: number) =>
  into.subarray(y * WIDTH, (y + 1) * WIDTH).reduce((sum, v) => sum + v, 0);

describe('the edges of a mask', () => {
  const tight = maskOf(SIZE, (x) => Math.abs(x - 60) <= 2);

  test('are hidden too where damage shines through beside it', () => {
    for (const depth of [8, 16] as const) {
      const into = hidden(scratched(4, 3, depth), tight);
      expect([0, 80, 159].map((y) => inRow(into, y))).toEqual([7, 7, 7]);
    }
  });

  test('stay visible where the mask covers the damage', () => {
    expect(inRow(hidden(scratched(2, 0.5), tight), 80)).toBe(5);
    expect(inRow(hidden(scratched(0, 0), tight), 80)).toBe(5);
  });

  test('are judged in each part of a photo by itself, and in tiles as in whole', () => {
    const raster = scratched(4, 3);
    // A second mask, far away from the scratch, on sound ground.
    const both = maskOf(SIZE, (x, y) => (Math.abs(x - 60) <= 2 && y < 90) || (Math.abs(x - 180) <= 2 && y > 140));
    const into = hidden(raster, both);
    expect(inRow(into, 40)).toBe(7);
    expect(inRow(into, 150)).toBe(5);
    const part = { x: 40, y: 20, width: 60, height: 50 };
    const tile = hidden(raster, both, part);
    for (let y = 1; y < part.height - 1; y++) {
      for (let x = 1; x < part.width - 1; x++) {
        expect(tile[y * part.width + x]).toBe(into[(part.y + y) * WIDTH + part.x + x]);
      }
    }
  });

  test('an empty mask, a full one and a single pixel give an answer', () => {
    const raster = scratched(4, 3);
    expect(
      hidden(
        raster,
        maskOf(SIZE, () => false),
      ).every((value) => value === 0),
    ).toBe(true);
    expect(
      hidden(
        raster,
        maskOf(SIZE, () => true),
      ).every((value) => value === 1),
    ).toBe(true);
    expect(
      hidden(
        raster,
        maskOf(SIZE, (x, y) => x === 60 && y === 60),
      ).reduce((sum, v) => sum + v, 0),
    ).toBe(1);
  });
});
