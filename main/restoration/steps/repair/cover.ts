import type { Rect } from '../../raster';
import type { TileGrid } from '../../tools';

/** Two parts instead of one have to save at least this share of the pixels. */
const WORTH_IT = 0.9;

/**
 * The parts of a core that have to be computed: rectangles that hold all its holes, each as small as the net's grid allows.
 * A core is cut in two where the parts and the context around them are together smaller, so that two specks in opposite
 * corners cost two small tiles. No part where there is no hole.
 *
 * @param holes the core's mask, in rows of `core.width`; above 0 in a hole
 */
export function coverOf(holes: Uint8Array, core: Rect, { multiple, halo }: TileGrid): Rect[] {
  const cost = ({ width, height }: Rect) => (width + 2 * halo) * (height + 2 * halo);
  const cover = (rect: Rect): Rect[] => {
    const part = boundsOf(holes, core, rect, multiple);
    if (part === null) return [];
    const isWide = part.width >= part.height;
    const length = isWide ? part.width : part.height;
    if (length <= multiple) return [part];
    const first = Math.ceil(length / 2 / multiple) * multiple;
    const halves: Rect[] = isWide
      ? [
          { ...part, width: first },
          { ...part, x: part.x + first, width: part.width - first },
        ]
      : [
          { ...part, height: first },
          { ...part, y: part.y + first, height: part.height - first },
        ];
    const parts = halves.flatMap(cover);
    return parts.reduce((sum, each) => sum + cost(each), 0) < WORTH_IT * cost(part) ? parts : [part];
  };
  return cover(core);
}

/** What bounds the holes of a part of a core, on the grid from the core's corner; null where there are none. */
function boundsOf(holes: Uint8Array, core: Rect, rect: Rect, multiple: number): Rect | null {
  let [left, top, right, bottom] = [rect.x + rect.width, -1, -1, -1];
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    const row = (y - core.y) * core.width - core.x;
    let x = rect.x;
    while (x < rect.x + rect.width && holes[row + x] === 0) x++;
    if (x === rect.x + rect.width) continue;
    if (top < 0) top = y;
    bottom = y + 1;
    left = Math.min(left, x);
    let last = rect.x + rect.width - 1;
    while (holes[row + last] === 0) last--;
    right = Math.max(right, last + 1);
  }
  if (top < 0) return null;
  const down = (at: number, from: number) => from + Math.floor((at - from) / multiple) * multiple;
  const up = (at: number, from: number, end: number) =>
    Math.min(end, from + Math.ceil((at - from) / multiple) * multiple);
  const [x, y] = [down(left, core.x), down(top, core.y)];
  return {
    x,
    y,
    width: up(right, core.x, rect.x + rect.width) - x,
    height: up(bottom, core.y, rect.y + rect.height) - y,
  };
}
