import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRaster, type Raster, type Rect } from '../../raster';
import { inRects, maskOf } from '../../testing/masks';
import { random } from '../../testing/random';
import { copyOf } from '../../testing/rasters';
import { fakeTools } from '../../testing/tools';
import { addGrain } from './grain';

const SIZE = { width: 150, height: 130 };
const HOLE: Rect = { x: 50, y: 40, width: 40, height: 44 };
const mask = maskOf(SIZE, inRects(HOLE));
const tools = fakeTools();

/** A grey photo with grain of `deviation` levels around a hole that is filled without any. */
function filled(deviation: number, { channels = 3, depth = 8 }: { channels?: 1 | 3; depth?: 8 | 16 } = {}): Raster {
  const raster = createRaster(SIZE.width, SIZE.height, channels, depth);
  const next = random(3);
  const scale = depth === 8 ? 1 : 257;
  for (let i = 0; i < SIZE.width * SIZE.height; i++) {
    const isHole = inRects(HOLE)(i % SIZE.width, Math.floor(i / SIZE.width));
    // Evenly distributed numbers deviate by 0.29 of their range.
    const grain = isHole ? 0 : (deviation * (next() - 0.5)) / 0.29;
    raster.data.fill(Math.round((120 + grain) * scale), channels * i, channels * (i + 1));
  }
  return raster;
}

/** The standard deviation of the first channel in the hole, in levels. */
function deviationIn(raster: Raster): number {
  const values: number[] = [];
  for (let y = HOLE.y; y < HOLE.y + HOLE.height; y++) {
    for (let x = HOLE.x; x < HOLE.x + HOLE.width; x++) {
      values.push(raster.data[(y * raster.width + x) * raster.channels]! / (raster.depth === 8 ? 1 : 257));
    }
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('the grain of a fill', () => {
  test.each([
    ['8 bit', {}],
    ['16 bit', { depth: 16 }],
    ['grey', { channels: 1 }],
  ] as const)('comes from around it, and nothing else changes: %s', async (_, kind) => {
    const before = filled(6, kind);
    const raster = copyOf(before);
    await addGrain(raster, mask, tools);
    expect(deviationIn(raster)).toBeGreaterThan(1.5);
    expect(deviationIn(raster)).toBeLessThan(6);
    for (let i = 0; i < raster.data.length; i++) {
      const pixel = Math.floor(i / raster.channels);
      const isHole = inRects(HOLE)(pixel % SIZE.width, Math.floor(pixel / SIZE.width));
      if (!isHole && raster.data[i] !== before.data[i]) throw new Error(`pixel ${pixel} changed`);
    }
  });

  test('is as strong as that of the photo', async () => {
    const [weak, strong] = [filled(3), filled(9)];
    await addGrain(weak, mask, tools);
    await addGrain(strong, mask, tools);
    expect(deviationIn(strong)).toBeGreaterThan(2 * deviationIn(weak));
  });

  test('is none where the photo has none, or the fill has it already', async () => {
    const smooth = filled(0);
    const before = copyOf(smooth);
    await addGrain(smooth, mask, tools);
    expect(smooth.data).toEqual(before.data);
    const grainy = filled(6);
    const next = random(8);
    for (let i = 0; i < grainy.data.length; i += 3) {
      if (grainy.data[i] === 120) grainy.data.fill(Math.round(120 + (6 * (next() - 0.5)) / 0.29), i, i + 3);
    }
    const copy = copyOf(grainy);
    await addGrain(grainy, mask, tools);
    const changes = grainy.data.map((value, i) => Math.abs(value - copy.data[i]!));
    expect(Math.max(...changes)).toBeLessThanOrEqual(3);
  });

  test('of a calm part does not come from a busy one beside it', async () => {
    const raster = filled(1);
    const next = random(4);
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < 40; x++)
        raster.data.fill(Math.round(60 + 120 * next()), 3 * (y * 150 + x), 3 * (y * 150 + x) + 3);
    }
    await addGrain(raster, mask, tools);
    expect(deviationIn(raster)).toBeLessThan(2);
  });

  test('is the same in parts as in whole, and each part is announced before it changes', async () => {
    const whole = filled(6);
    await addGrain(whole, mask, tools);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: HOLE.height - 1 }), async (height) => {
        const raster = filled(6);
        const unchanged = copyOf(raster);
        const before = (rect: Rect) => {
          const at = 3 * (rect.y * SIZE.width + rect.x);
          expect(raster.data[at]).toBe(unchanged.data[at]);
        };
        // Squares that both parts meet have their grain already, and lack less.
        const upper = { ...HOLE, height: Math.ceil((HOLE.y + height) / 32) * 32 - HOLE.y };
        const lower = { ...HOLE, y: upper.y + upper.height, height: HOLE.y + HOLE.height - upper.y - upper.height };
        await addGrain(raster, mask, tools, { region: upper, before });
        if (lower.height > 0) await addGrain(raster, mask, tools, { region: lower, before });
        expect(raster.data).toEqual(whole.data);
      }),
      { numRuns: 8 },
    );
  });
});
