import { describe, expect, test } from 'vitest';
import type { Raster, Rect } from '../../raster';
import { inRects, maskOf } from '../../testing/masks';
import { copyOf, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeInpainter, fakeTools } from '../../testing/tools';
import { inpaint } from './inpaint';

const SIZE = { width: 240, height: 180 };
const scene = testScene(SIZE.width, SIZE.height, 5);

const tools = () => fakeTools({ inpaint: fakeInpainter });
const WIDE: Rect = { x: 90, y: 70, width: 48, height: 40 };
const NARROW: Rect = { x: 10, y: 20, width: 200, height: 8 };

/** How many different values the first channel has in the middle of a rectangle: 1 in a flat filling. */
function tonesIn(raster: Raster, { x, y, width, height }: Rect): number {
  const seen = new Set<number>();
  for (let row = y + 4; row < y + height - 4; row++) {
    for (let column = x + 4; column < x + width - 4; column++) {
      seen.add(raster.data[(row * raster.width + column) * raster.channels]!);
    }
  }
  return seen.size;
}

describe('a wide hole', () => {
  test.each([
    ['8 bit', scene],
    ['16 bit', to16Bit(scene)],
    ['grey', toGrey(scene)],
  ] as const)('gets texture from its surroundings, and only masked pixels change: %s', async (_, raster) => {
    const copy = copyOf(raster);
    const changed: Rect[] = [];
    const { filled } = await inpaint(copy, maskOf(SIZE, inRects(WIDE)), tools(), {
      before: (rect) => changed.push(rect),
    });
    expect(filled).toBe(1);
    expect(tonesIn(copy, WIDE)).toBeGreaterThan(20);
    for (let i = 0; i < raster.data.length; i++) {
      if (copy.data[i] === raster.data[i]) continue;
      const pixel = Math.floor(i / raster.channels);
      const [x, y] = [pixel % raster.width, Math.floor(pixel / raster.width)];
      expect(x >= WIDE.x && x < WIDE.x + WIDE.width && y >= WIDE.y && y < WIDE.y + WIDE.height).toBe(true);
      expect(changed.some((r) => x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height)).toBe(true);
    }
  });

  test('is wide by its narrower side: a long crease keeps the net’s filling', async () => {
    const copy = copyOf(scene);
    expect((await inpaint(copy, maskOf(SIZE, inRects(NARROW)), tools())).filled).toBe(0);
  });

  test('is found beside narrow ones, and each by itself', async () => {
    const other: Rect = { x: 170, y: 110, width: 40, height: 50 };
    expect((await inpaint(copyOf(scene), maskOf(SIZE, inRects(WIDE, NARROW, other)), tools())).filled).toBe(2);
  });

  test('on a small copy is wide in proportion to the full photo', async () => {
    const spot: Rect = { x: 100, y: 80, width: 16, height: 16 };
    expect((await inpaint(copyOf(scene), maskOf(SIZE, inRects(spot)), tools())).filled).toBe(0);
    expect((await inpaint(copyOf(scene), maskOf(SIZE, inRects(spot)), tools(), { full: 2 * SIZE.width })).filled).toBe(
      1,
    );
  });

  test('of the whole picture has no source and keeps the net’s filling', async () => {
    const all: Rect = { x: 0, y: 0, ...SIZE };
    expect((await inpaint(copyOf(scene), maskOf(SIZE, inRects(all)), tools())).filled).toBe(0);
  });

  test('at the border is filled', async () => {
    const corner: Rect = { x: 0, y: 0, width: 40, height: 40 };
    const copy = copyOf(scene);
    expect((await inpaint(copy, maskOf(SIZE, inRects(corner)), tools())).filled).toBe(1);
    expect(tonesIn(copy, corner)).toBeGreaterThan(20);
  });
});
