import type { Rect } from './geometry';

/*
 * Operations that change a mask depending on its surroundings. All work on rectangles, and pieces agree with the whole.
 */

/**
 * Dilation by a disc: a pixel of `rect` is 255 if a pixel of `core` (the values of `outer`; not 0 is inside) lies within
 * `radius`, at most 254. `outer` reaches that far around `rect`, or to the edge of the picture.
 */
export function dilate(core: Uint8Array, outer: Rect, radius: number, rect: Rect, out: Uint8Array): void {
  const reach = Math.floor(radius);
  // Distance along the row to the nearest masked pixel.
  const far = reach + 1;
  const distance = new Uint8Array(core.length);
  for (let y = 0; y < outer.height; y++) {
    const row = y * outer.width;
    let last = far;
    for (let x = 0; x < outer.width; x++) {
      last = core[row + x] !== 0 ? 0 : Math.min(far, last + 1);
      distance[row + x] = last;
    }
    last = far;
    for (let x = outer.width - 1; x >= 0; x--) {
      last = core[row + x] !== 0 ? 0 : Math.min(far, last + 1);
      if (last < distance[row + x]!) distance[row + x] = last;
    }
  }
  const halfWidth = new Int32Array(reach + 1);
  for (let dy = 0; dy <= reach; dy++) halfWidth[dy] = Math.floor(Math.sqrt(radius * radius - dy * dy));
  // How many rows within reach have something near a column. Most pixels have none and need no search.
  const near = new Uint16Array(rect.width);
  const count = (row: number, change: number) => {
    if (row < 0 || row >= outer.height) return;
    const start = row * outer.width + rect.x - outer.x;
    for (let x = 0; x < rect.width; x++) if (distance[start + x]! <= reach) near[x]! += change;
  };
  const top = rect.y - outer.y;
  for (let row = top - reach; row < top + reach; row++) count(row, 1);
  for (let y = 0; y < rect.height; y++) {
    const line = top + y;
    count(line + reach, 1);
    for (let x = 0; x < rect.width; x++) {
      let inside = 0;
      for (let dy = -reach; dy <= reach && near[x] !== 0; dy++) {
        const row = line + dy;
        if (row < 0 || row >= outer.height) continue;
        if (distance[row * outer.width + rect.x - outer.x + x]! <= halfWidth[Math.abs(dy)]!) {
          inside = 255;
          break;
        }
      }
      out[y * rect.width + x] = inside;
    }
    count(line - reach, -1);
  }
}

/** A pixel of a soft mask with at least this value counts as inside. */
const INSIDE = 128;

/**
 * Grows a mask by a disc: everything within `radius` of its inside (128 or more) becomes 255, the rest stays. `values` are
 * those of `outer`, which reaches `radius` around `rect`.
 */
export function grow(values: Uint8Array, outer: Rect, radius: number, rect: Rect, out: Uint8Array): void {
  const core = values.map((value) => (value >= INSIDE ? 1 : 0));
  dilate(core, outer, radius, rect, out);
  forEachInner(outer, rect, (from, to) => {
    if (values[from]! > out[to]!) out[to] = values[from]!;
  });
}

/** Grows the outside, so that shrinking equals inverting, growing and inverting again. */
export function shrink(values: Uint8Array, outer: Rect, radius: number, rect: Rect, out: Uint8Array): void {
  const core = values.map((value) => (value < INSIDE ? 1 : 0));
  dilate(core, outer, radius, rect, out);
  forEachInner(outer, rect, (from, to) => {
    out[to] = out[to] === 0 ? values[from]! : 0;
  });
}

/** Three passes of a box filter come close to a Gaussian of the same width. */
const PASSES = 3;

/** Half the width of the box for a feather of that radius, in pixels. */
function boxReach(radius: number): number {
  return Math.max(1, Math.round(radius / PASSES));
}

/** How far around a rectangle {@link feather} looks, in pixels. */
export function featherReach(radius: number): number {
  return PASSES * boxReach(radius);
}

/** Softens the edge of a mask over about `radius` pixels on either side. The picture's edge pixels are repeated. */
export function feather(values: Uint8Array, outer: Rect, radius: number, rect: Rect, out: Uint8Array): void {
  const reach = boxReach(radius);
  const { width, height } = outer;
  let from = values.slice();
  let to = new Uint8Array(values.length);
  const pass = (lines: number, length: number, lineStep: number, step: number) => {
    for (let i = 0; i < PASSES; i++) {
      for (let line = 0; line < lines; line++) boxLine(from, to, line * lineStep, step, length, reach);
      [from, to] = [to, from];
    }
  };
  pass(height, width, width, 1);
  pass(width, height, 1, width);
  forEachInner(outer, rect, (source, target) => {
    out[target] = from[source]!;
  });
}

/** The mean of `2 * reach + 1` values along a line, rounded; the ends are repeated beyond it. Sums are exact. */
function boxLine(from: Uint8Array, to: Uint8Array, start: number, step: number, length: number, reach: number): void {
  const size = 2 * reach + 1;
  const at = (index: number) => from[start + step * Math.max(0, Math.min(length - 1, index))]!;
  let sum = 0;
  for (let i = -reach; i <= reach; i++) sum += at(i);
  for (let i = 0; i < length; i++) {
    to[start + step * i] = Math.floor((2 * sum + size) / (2 * size));
    sum += at(i + reach + 1) - at(i - reach);
  }
}

function forEachInner(outer: Rect, rect: Rect, visit: (from: number, to: number) => void): void {
  for (let y = 0; y < rect.height; y++) {
    const from = (rect.y - outer.y + y) * outer.width + rect.x - outer.x;
    for (let x = 0; x < rect.width; x++) visit(from + x, y * rect.width + x);
  }
}
