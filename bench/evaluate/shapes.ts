/**
 * Pixel shapes for the scores of real damage, the same as `models/training/evaluation/shapes.py` pixel by pixel. Masks have one
 * byte per pixel, 0 or 1, in rows without padding. Integer arithmetic decides what lies inside a polygon, so that both sides
 * get the same pixels.
 */

export type Point = readonly [x: number, y: number];

export interface Mask {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A part of a picture: the position of its first pixel, and its mask. */
export interface Window extends Mask {
  left: number;
  top: number;
}

/** Rounds halves to the even number, as NumPy and OpenCV do. */
function rounded(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** Pixels that a mark may be off by: 3 for a longer side of 640, in proportion, and at least 1. */
export function tolerance(width: number, height: number): number {
  return Math.max(1, rounded((3 * Math.max(width, height)) / 640));
}

/** The pixels within `reach` of a mask, by OpenCV's ellipse: runs of a row widen those of the rows around it. */
export function near({ width, height, data }: Mask, reach: number): Uint8Array {
  const half = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const dy = i - reach;
    return rounded(reach * Math.sqrt((reach * reach - dy * dy) * (1 / (reach * reach))));
  });
  const wide = width + 1;
  // At each place, the number of runs that begin minus those that end.
  const edges = new Int32Array(wide * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      if (data[row + x] === 0) continue;
      const from = x;
      while (x + 1 < width && data[row + x + 1] !== 0) x++;
      for (let dy = -Math.min(reach, y); dy <= Math.min(reach, height - 1 - y); dy++) {
        const more = half[dy + reach]!;
        const at = (y + dy) * wide;
        edges[at + Math.max(0, from - more)]!++;
        edges[at + Math.min(width, x + more + 1)]!--;
      }
    }
  }
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let open = 0;
    for (let x = 0; x < width; x++) {
      open += edges[y * wide + x]!;
      if (open > 0) out[y * width + x] = 1;
    }
  }
  return out;
}

/** The part of a picture between two corners, both included; empty if it lies outside. */
function windowOf(left: number, top: number, right: number, bottom: number, width: number, height: number): Window {
  const [x, y] = [Math.max(0, left), Math.max(0, top)];
  const w = Math.max(0, Math.min(width, right + 1) - x);
  const h = Math.max(0, Math.min(height, bottom + 1) - y);
  return { left: x, top: y, width: w, height: h, data: new Uint8Array(w * h) };
}

/**
 * The pixels of a polygon. Corners are rounded to pixels. A pixel is inside if an odd number of edges lies to its left; the
 * edges belong to the polygon.
 */
export function polygon(points: readonly Point[], width: number, height: number): Window {
  const xs = points.map(([x]) => rounded(x));
  const ys = points.map(([, y]) => rounded(y));
  const part = windowOf(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), width, height);
  const { left, top, width: w, height: h, data } = part;
  if (w === 0 || h === 0) return part;
  const crossings = new Int32Array((w + 1) * h);
  for (let i = 0; i < xs.length; i++) {
    const next = (i + 1) % xs.length;
    const [x, y, dx, dy] = [xs[i]!, ys[i]!, xs[next]! - xs[i]!, ys[next]! - ys[i]!];
    const until = Math.min(top + h, Math.max(y, y + dy));
    for (let row = Math.max(top, Math.min(y, y + dy)); row < until; row++) {
      const first = x + Math.ceil(((row - y) * dx) / dy) - left;
      crossings[(row - top) * (w + 1) + Math.max(0, Math.min(w, first))]!++;
    }
  }
  for (let row = 0; row < h; row++) {
    let count = 0;
    for (let x = 0; x < w; x++) {
      count += crossings[row * (w + 1) + x]!;
      data[row * w + x] = count % 2;
    }
  }
  for (let i = 0; i < xs.length; i++) {
    const next = (i + 1) % xs.length;
    const [dx, dy] = [xs[next]! - xs[i]!, ys[next]! - ys[i]!];
    const steps = Math.max(Math.abs(dx), Math.abs(dy));
    const many = Math.max(1, steps);
    for (let step = 0; step <= steps; step++) {
      const x = xs[i]! + Math.floor((2 * step * dx + many) / (2 * many)) - left;
      const y = ys[i]! + Math.floor((2 * step * dy + many) / (2 * many)) - top;
      if (x >= 0 && x < w && y >= 0 && y < h) data[y * w + x] = 1;
    }
  }
  return part;
}

/** The pixels of a disc with a radius of at least one pixel. */
export function disc([x, y]: Point, radius: number, width: number, height: number): Window {
  const [cx, cy, r] = [rounded(x), rounded(y), Math.max(1, rounded(radius))];
  const part = windowOf(cx - r, cy - r, cx + r, cy + r, width, height);
  for (let i = 0; i < part.data.length; i++) {
    const dx = part.left + (i % part.width) - cx;
    const dy = part.top + Math.floor(i / part.width) - cy;
    if (dx * dx + dy * dy <= r * r) part.data[i] = 1;
  }
  return part;
}

/** Calls back for each pixel along a polyline with its index and the length that it represents. */
export function alongLine(
  points: readonly Point[],
  width: number,
  height: number,
  visit: (at: number, length: number) => void,
): void {
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i - 1]!;
    const [dx, dy] = [points[i]![0] - x, points[i]![1] - y];
    const length = Math.sqrt(dx * dx + dy * dy);
    const count = Math.ceil(length);
    for (let step = 0; step < count; step++) {
      const along = (step + 0.5) / count;
      const column = Math.floor(x + dx * along + 0.5);
      const row = Math.floor(y + dy * along + 0.5);
      if (column >= 0 && column < width && row >= 0 && row < height) visit(row * width + column, length / count);
    }
  }
}

/** The centre lines of a mask, one pixel wide (Zhang and Suen 1984). */
export function thin({ width, height, data }: Mask): Uint8Array {
  const wide = width + 2;
  const pixels = new Uint8Array(wide * (height + 2));
  for (let y = 0; y < height; y++) {
    pixels.set(data.subarray(y * width, (y + 1) * width), (y + 1) * wide + 1);
  }
  // Clockwise from the pixel above.
  const around = [-wide, 1 - wide, 1, wide + 1, wide, wide - 1, -1, -wide - 1];
  let left: number[] = [];
  for (let at = 0; at < pixels.length; at++) if (pixels[at]) left.push(at);
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const isFirst of [true, false]) {
      const gone = left.filter((at) => {
        let count = 0;
        let starts = 0;
        for (let i = 0; i < 8; i++) {
          const here = pixels[at + around[i]!]!;
          count += here;
          if (here === 0 && pixels[at + around[(i + 1) % 8]!] === 1) starts++;
        }
        if (count < 2 || count > 6 || starts !== 1) return false;
        const [up, right, down, back] = [0, 2, 4, 6].map((i) => pixels[at + around[i]!] === 1);
        return isFirst ? !(right && down && (up || back)) : !(up && back && (right || down));
      });
      if (gone.length === 0) continue;
      for (const at of gone) pixels[at] = 0;
      left = left.filter((at) => pixels[at] === 1);
      hasChanged = true;
    }
  }
  const out = new Uint8Array(width * height);
  for (const at of left) out[(Math.floor(at / wide) - 1) * width + (at % wide) - 1] = 1;
  return out;
}
