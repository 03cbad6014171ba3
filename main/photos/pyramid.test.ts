import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRaster, type Raster, type Rect } from '../restoration/raster';
import { Pyramid } from './pyramid';

function noise(width: number, height: number, channels: 1 | 3, depth: 8 | 16, seed = 1): Raster {
  const raster = createRaster(width, height, channels, depth);
  let state = seed;
  for (let i = 0; i < raster.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    raster.data[i] = state >>> (32 - depth);
  }
  return raster;
}

/** The mean of a box of the raster, cut off at its edges. */
function meanOf({ data, width, height, channels }: Raster, x: number, y: number, factor: number, channel: number) {
  let sum = 0;
  let count = 0;
  for (let row = y; row < Math.min(height, y + factor); row++) {
    for (let column = x; column < Math.min(width, x + factor); column++) {
      sum += data[(row * width + column) * channels + channel]!;
      count += 1;
    }
  }
  return sum / count;
}

/** The tile of a level, as the viewer asks for it. */
function tileAt(raster: Raster, level: number, column: number, row: number, side: number) {
  const factor = 2 ** level;
  const x = column * side * factor;
  const y = row * side * factor;
  const rect: Rect = {
    x,
    y,
    width: Math.min(side * factor, raster.width - x),
    height: Math.min(side * factor, raster.height - y),
  };
  return { rect, width: Math.ceil(rect.width / factor), height: Math.ceil(rect.height / factor), factor };
}

describe('tiles', () => {
  test('at full size are the raster’s own pixels, for every kind of raster', async () => {
    for (const raster of [noise(70, 50, 3, 8), noise(70, 50, 1, 8), noise(70, 50, 3, 16), noise(70, 50, 1, 16)]) {
      const { rect, width, height } = tileAt(raster, 0, 1, 1, 32);
      const tile = await new Pyramid(raster).read(rect, width, height);
      expect(tile).toMatchObject({ width: 32, height: 18, channels: raster.channels, depth: raster.depth });
      for (let y = 0; y < height; y++) {
        const from = ((rect.y + y) * raster.width + rect.x) * raster.channels;
        expect(tile.data.subarray(y * width * tile.channels, (y + 1) * width * tile.channels)).toEqual(
          raster.data.subarray(from, from + width * tile.channels),
        );
      }
    }
  });

  test('at every level are the means of the pixels they cover, from the raster or its copies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom(1 as const, 3 as const),
        fc.constantFrom(8 as const, 16 as const),
        fc.nat(),
        async (width, height, level, channels, depth, seed) => {
          const raster = noise(width, height, channels, depth, seed);
          const side = 16;
          const columns = Math.ceil(width / (side * 2 ** level));
          const rows = Math.ceil(height / (side * 2 ** level));
          const tile = tileAt(raster, level, seed % columns, (seed >> 8) % rows, side);
          const read = await new Pyramid(raster).read(tile.rect, tile.width, tile.height);
          expect([read.width, read.height]).toEqual([tile.width, tile.height]);
          for (let y = 0; y < read.height; y++) {
            for (let x = 0; x < read.width; x++) {
              const left = tile.rect.x + x * tile.factor;
              const top = tile.rect.y + y * tile.factor;
              // If the photo's edge cuts a box off, a copy's last pixels get slightly too much weight.
              if (left + tile.factor > width || top + tile.factor > height) continue;
              const channel = (x + y) % channels;
              const mean = meanOf(raster, left, top, tile.factor, channel);
              // Each of up to three copies rounds by up to a half.
              expect(Math.abs(read.data[(y * read.width + x) * channels + channel]! - mean)).toBeLessThanOrEqual(2);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('keep flat areas flat and white white, at the edges too', async () => {
    const raster = createRaster(1031, 769, 3, 16);
    raster.data.fill(65535);
    const pyramid = new Pyramid(raster);
    for (const level of [1, 3, 5]) {
      const { rect, width, height } = tileAt(raster, level, 0, 0, 64);
      expect((await pyramid.read(rect, width, height)).data.every((value) => value === 65535)).toBe(true);
    }
  });
});

test('any other size is made by resizing', async () => {
  const raster = createRaster(3000, 2000, 1, 8);
  raster.data.fill(77);
  const read = await new Pyramid(raster).read({ x: 100, y: 0, width: 2900, height: 2000 }, 145, 97);
  expect(read).toMatchObject({ width: 145, height: 97 });
  expect(read.data.every((value) => value === 77)).toBe(true);
});

test('the copies take little memory', async () => {
  const pyramid = new Pyramid(noise(2048, 2048, 3, 8));
  const copy = await pyramid.copyFor(64);
  expect(copy.scale).toBeGreaterThanOrEqual(4);
  expect(pyramid.bytes).toBeLessThan(pyramid.raster.data.byteLength * 1.1);
});
