import type { SeededRandom } from './seeded-random';

/** Opacities or one channel of a picture: rows without padding, values 0..1. */
export interface Field {
  width: number;
  height: number;
  data: Float32Array;
}

export type Point = readonly [x: number, y: number];

export function createField(width: number, height: number): Field {
  return { width, height, data: new Float32Array(width * height) };
}

const clamp = (value: number) => Math.max(0, Math.min(1, value));

/** Raises a field to `value` within `radius` of a segment, with an edge that is one pixel soft. */
function capsule({ width, height, data }: Field, [x0, y0]: Point, [x1, y1]: Point, radius: number, value: number) {
  const reach = radius + 1;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + reach));
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const t = square === 0 ? 0 : clamp((px * dx + py * dy) / square);
      const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
      const cover = value * clamp(radius + 0.5 - distance);
      const at = y * width + x;
      if (cover > data[at]!) data[at] = cover;
    }
  }
}

/** Draws a polyline with a width for each of its points, in pixels. Below one pixel it gets fainter, not thinner. */
export function drawPath(field: Field, points: readonly Point[], widths: (i: number) => number, value = 1): void {
  for (let i = 1; i < points.length; i++) {
    const width = widths(i);
    capsule(field, points[i - 1]!, points[i]!, Math.max(1, width) / 2, value * Math.min(1, width));
  }
}

/** Fills an ellipse; `angle` is that of its first semi-axis to the x axis, in radians. */
export function drawEllipse(field: Field, [cx, cy]: Point, [a, b]: Point, angle: number, value: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.max(a, b) + 1;
  eachNear(field, cx, cy, reach, (x, y, at) => {
    const u = ((x - cx) * cos + (y - cy) * sin) / a;
    const v = ((y - cy) * cos - (x - cx) * sin) / b;
    const cover = value * clamp((1 - Math.sqrt(u * u + v * v)) * Math.min(a, b) + 0.5);
    if (cover > field.data[at]!) field.data[at] = cover;
  });
}

/** Fills a polygon, sampled at 4 x 4 points of each pixel. */
export function drawPolygon(field: Field, corners: readonly Point[]): void {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [cx, cy] = [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
  const reach = Math.max(Math.max(...xs) - cx, Math.max(...ys) - cy) + 1;
  const isInside = (x: number, y: number) => {
    let inside = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const [xi, yi] = corners[i]!;
      const [xj, yj] = corners[j]!;
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  };
  eachNear(field, cx, cy, reach, (x, y, at) => {
    let count = 0;
    for (let i = 0; i < 16; i++) if (isInside(x - 0.375 + (i & 3) / 4, y - 0.375 + (i >> 2) / 4)) count++;
    if (count / 16 > field.data[at]!) field.data[at] = count / 16;
  });
}

/** Calls back with the centres of the pixels near a point. */
function eachNear(
  { width, height }: Field,
  cx: number,
  cy: number,
  reach: number,
  visit: (x: number, y: number, at: number) => void,
): void {
  const [left, right] = [Math.max(0, Math.floor(cx - reach)), Math.min(width, Math.ceil(cx + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(cy - reach)), Math.min(height, Math.ceil(cy + reach))];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) visit(x + 0.5, y + 0.5, y * width + x);
  }
}

/** Smooth noise from `low` to `high` with features of about `cell` pixels. */
export function smoothNoise(
  random: SeededRandom,
  width: number,
  height: number,
  cell: number,
  low: number,
  high: number,
): Field {
  const columns = Math.ceil(width / cell) + 2;
  const rows = Math.ceil(height / cell) + 2;
  const grid = Float32Array.from({ length: columns * rows }, () => random.unit());
  const field = createField(width, height);
  const across = Float32Array.from({ length: width }, (_, x) => (x + 0.5) / cell);
  const eased = (t: number) => t * t * (3 - 2 * t);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor((y + 0.5) / cell);
    const ty = eased((y + 0.5) / cell - row);
    for (let x = 0; x < width; x++, at++) {
      const column = Math.floor(across[x]!);
      const tx = eased(across[x]! - column);
      const i = row * columns + column;
      const upper = grid[i]! + (grid[i + 1]! - grid[i]!) * tx;
      const lower = grid[i + columns]! + (grid[i + columns + 1]! - grid[i + columns]!) * tx;
      field.data[at] = low + (high - low) * (upper + (lower - upper) * ty);
    }
  }
  return field;
}

/** Gaussian blur of standard deviation `sigma` pixels; the border is reflected. */
export function blurred({ width, height, data }: Field, sigma: number): Field {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  return convolved({ width, height, data }, kernel);
}

/** The mean over squares with sides of `2 * reach + 1` pixels. */
export function averaged(field: Field, reach: number): Field {
  return convolved(field, new Float32Array(2 * reach + 1).fill(1));
}

/** Convolves rows and columns with a kernel of odd length, normalised to a sum of 1. */
function convolved({ width, height, data }: Field, kernel: Float32Array): Field {
  const reach = kernel.length >> 1;
  const sum = kernel.reduce((all, weight) => all + weight, 0);
  const weights = kernel.map((weight) => weight / sum);
  const mirror = (i: number, size: number) => {
    let at = i;
    while (at < 0 || at >= size) at = at < 0 ? -1 - at : 2 * size - 1 - at;
    return at;
  };
  const rows = new Float32Array(data.length);
  const line = new Float32Array(width + 2 * reach);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < line.length; i++) line[i] = data[y * width + mirror(i - reach, width)]!;
    for (let x = 0; x < width; x++) {
      let value = 0;
      for (let k = 0; k < weights.length; k++) value += weights[k]! * line[x + k]!;
      rows[y * width + x] = value;
    }
  }
  const out = createField(width, height);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < weights.length; k++) {
      const from = mirror(y + k - reach, height) * width;
      const weight = weights[k]!;
      for (let x = 0; x < width; x++) out.data[y * width + x]! += weight * rows[from + x]!;
    }
  }
  return out;
}

/** Changes every value. */
export function alter({ data }: Field, change: (value: number, at: number) => number): void {
  for (let i = 0; i < data.length; i++) data[i] = clamp(change(data[i]!, i));
}
