import { maxValue, type Raster, type Rect } from '../../restoration/raster';

/** Parts of rasters as floats, and what is done to them in rows without padding. */

/** Added before a logarithm, so that noise in black does not count: a share of white. */
export const FLOOR = 0.02;

/** Logarithms of `FLOOR + i / PER_UNIT`. */
const PER_UNIT = 8192;
const MOST = 2;
const LOGARITHMS = Float32Array.from({ length: MOST * PER_UNIT + 2 }, (_, i) => Math.log(FLOOR + i / PER_UNIT));

/** `Math.log(value + FLOOR)` to five digits, of a value of 0..2; several times as fast. */
export function logOf(value: number): number {
  const place = value <= 0 ? 0 : value >= MOST ? MOST * PER_UNIT : value * PER_UNIT;
  const index = place | 0;
  const low = LOGARITHMS[index]!;
  return low + (place - index) * (LOGARITHMS[index + 1]! - low);
}

/** Maps a pixel of the photo to one of its infrared picture: `u = ax x + ay y + a`, `v = bx x + by y + b`. Centres are whole numbers. */
export interface Affine {
  readonly a: number;
  readonly ax: number;
  readonly ay: number;
  readonly b: number;
  readonly bx: number;
  readonly by: number;
}

export const IDENTITY: Affine = { a: 0, ax: 1, ay: 0, b: 0, bx: 0, by: 1 };

/**
 * A part of a raster as one plane per channel, 0..1 in its own encoding. The rectangle may reach beyond the picture, whose border is
 * repeated there.
 */
export function readPlanes(raster: Raster, { x, y, width, height }: Rect): Float32Array[] {
  const { channels, data } = raster;
  const scale = 1 / maxValue(raster);
  const planes = Array.from({ length: channels }, () => new Float32Array(width * height));
  const columns = Int32Array.from(
    { length: width },
    (_, i) => Math.min(raster.width - 1, Math.max(0, x + i)) * channels,
  );
  for (const [c, plane] of planes.entries()) {
    for (let row = 0, to = 0; row < height; row++) {
      const line = Math.min(raster.height - 1, Math.max(0, y + row)) * raster.width * channels + c;
      for (let column = 0; column < width; column++, to++) plane[to] = data[line + columns[column]!]! * scale;
    }
  }
  return planes;
}

/** The infrared picture as it lies on a part of the photo: 0..1, interpolated by cubics. Its border is repeated. */
export function readWarped(infrared: Raster, map: Affine, { x, y, width, height }: Rect): Float32Array {
  const { data } = infrared;
  const [w, h] = [infrared.width, infrared.height];
  const scale = 1 / maxValue(infrared);
  const out = new Float32Array(width * height);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to++) {
      const u = map.a + map.ax * (x + column) + map.ay * (y + row);
      const v = map.b + map.bx * (x + column) + map.by * (y + row);
      const iu = Math.floor(u);
      const iv = Math.floor(v);
      // The weights of Catmull and Rom.
      const s = u - iu;
      const t = v - iv;
      const s0 = s * (-0.5 + s * (1 - 0.5 * s));
      const s1 = 1 + s * s * (-2.5 + 1.5 * s);
      const s2 = s * (0.5 + s * (2 - 1.5 * s));
      const s3 = s * s * (-0.5 + 0.5 * s);
      const t0 = t * (-0.5 + t * (1 - 0.5 * t));
      const t1 = 1 + t * t * (-2.5 + 1.5 * t);
      const t2 = t * (0.5 + t * (2 - 1.5 * t));
      const t3 = t * t * (-0.5 + 0.5 * t);
      let [i0, i1, i2, i3] = [iu - 1, iu, iu + 1, iu + 2];
      let [j0, j1, j2, j3] = [(iv - 1) * w, iv * w, (iv + 1) * w, (iv + 2) * w];
      if (iu < 1 || iu >= w - 2 || iv < 1 || iv >= h - 2) {
        const inside = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
        [i0, i1, i2, i3] = [inside(iu - 1, w), inside(iu, w), inside(iu + 1, w), inside(iu + 2, w)];
        [j0, j1, j2, j3] = [inside(iv - 1, h) * w, inside(iv, h) * w, inside(iv + 1, h) * w, inside(iv + 2, h) * w];
      }
      const sum =
        t0 * (s0 * data[j0 + i0]! + s1 * data[j0 + i1]! + s2 * data[j0 + i2]! + s3 * data[j0 + i3]!) +
        t1 * (s0 * data[j1 + i0]! + s1 * data[j1 + i1]! + s2 * data[j1 + i2]! + s3 * data[j1 + i3]!) +
        t2 * (s0 * data[j2 + i0]! + s1 * data[j2 + i1]! + s2 * data[j2 + i2]! + s3 * data[j2 + i3]!) +
        t3 * (s0 * data[j3 + i0]! + s1 * data[j3 + i1]! + s2 * data[j3 + i2]! + s3 * data[j3 + i3]!);
      out[to] = sum < 0 ? 0 : sum * scale;
    }
  }
  return out;
}

/** A plane blurred by a Gaussian; its border is repeated. */
export function blurred(plane: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma <= 0) return plane;
  const reach = Math.max(1, Math.ceil(2.3 * sigma));
  const kernel = Float32Array.from({ length: reach + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const total = kernel.reduce((sum, each, i) => sum + (i === 0 ? each : 2 * each), 0);
  for (let i = 0; i <= reach; i++) kernel[i]! /= total;
  const middle = kernel[0]!;
  const across = new Float32Array(plane.length);
  const padded = new Float32Array(width + 2 * reach);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    padded.fill(plane[from]!, 0, reach);
    padded.set(plane.subarray(from, from + width), reach);
    padded.fill(plane[from + width - 1]!, reach + width);
    for (let x = 0; x < width; x++) across[from + x] = middle * padded[x + reach]!;
    for (let i = 1; i <= reach; i++) {
      const weight = kernel[i]!;
      for (let x = 0; x < width; x++) across[from + x]! += weight * (padded[x + reach - i]! + padded[x + reach + i]!);
    }
  }
  const out = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const to = y * width;
    for (let x = 0; x < width; x++) out[to + x] = middle * across[to + x]!;
    for (let i = 1; i <= reach; i++) {
      const weight = kernel[i]!;
      const above = Math.max(0, y - i) * width;
      const below = Math.min(height - 1, y + i) * width;
      for (let x = 0; x < width; x++) out[to + x]! += weight * (across[above + x]! + across[below + x]!);
    }
  }
  return out;
}

/** Means over squares of `2 * reach + 1` pixels; the border is repeated. */
export function averaged(plane: Float32Array, width: number, height: number, reach: number): Float32Array {
  const share = 1 / (2 * reach + 1);
  const across = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    const at = (x: number) => plane[from + Math.min(width - 1, Math.max(0, x))]!;
    let sum = 0;
    for (let x = -reach; x <= reach; x++) sum += at(x);
    for (let x = 0; x < width; x++) {
      across[from + x] = sum * share;
      sum += at(x + reach + 1) - at(x - reach);
    }
  }
  const out = new Float32Array(plane.length);
  const sums = new Float32Array(width);
  const row = (y: number) => Math.min(height - 1, Math.max(0, y)) * width;
  for (let y = -reach; y <= reach; y++) for (let x = 0; x < width; x++) sums[x]! += across[row(y) + x]!;
  for (let y = 0; y < height; y++) {
    const [next, last] = [row(y + reach + 1), row(y - reach)];
    for (let x = 0; x < width; x++) {
      out[y * width + x] = sums[x]! * share;
      sums[x]! += across[next + x]! - across[last + x]!;
    }
  }
  return out;
}

/** Logarithm of the mean of planes that share their pixels. */
export function logMean(planes: readonly Float32Array[]): Float32Array {
  const [first] = planes;
  const out = new Float32Array(first!.length);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (const plane of planes) sum += plane[i]!;
    out[i] = logOf(sum / planes.length);
  }
  return out;
}

/** A copy of a raster that is `times` smaller, as means of squares. */
export function reduced({ width, height, channels, depth, data }: Raster, times: number): Raster {
  const [w, h] = [Math.max(1, Math.floor(width / times)), Math.max(1, Math.floor(height / times))];
  const out = depth === 8 ? new Uint8Array(w * h * channels) : new Uint16Array(w * h * channels);
  const sums = new Float64Array(w * channels);
  for (let y = 0; y < h; y++) {
    sums.fill(0);
    for (let j = 0; j < times; j++) {
      let from = (y * times + j) * width * channels;
      for (let x = 0; x < w; x++) {
        for (let i = 0; i < times; i++) for (let c = 0; c < channels; c++) sums[x * channels + c]! += data[from++]!;
      }
    }
    for (let i = 0; i < sums.length; i++) out[y * w * channels + i] = Math.round(sums[i]! / (times * times));
  }
  return { width: w, height: h, channels, depth, data: out };
}
