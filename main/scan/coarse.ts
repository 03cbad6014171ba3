import type { Raster } from '../restoration/raster';

/** A page made small enough to look for prints on it. */

/** Planes of `width * height` values in levels of 8 bits, whatever the depth of the page. */
export interface Coarse {
  readonly width: number;
  readonly height: number;
  /** Pixels of the page to one of these, along each side. */
  readonly times: number;
  /** Brightness, 0..255, red against green, and yellow against blue, both around 0. */
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
}

/** The longer side of a coarse page has at most this many pixels. */
export const COARSE_SIDE = 1400;

/** Averages whole blocks of pixels. What is left of a block at the right and lower edge does not count. */
export function coarseOf(page: Raster): Coarse {
  const times = Math.max(1, Math.ceil(Math.max(page.width, page.height) / COARSE_SIDE));
  const width = Math.max(1, Math.floor(page.width / times));
  const height = Math.max(1, Math.floor(page.height / times));
  const planes = [0, 1, 2].map(() => new Float32Array(width * height)) as [Float32Array, Float32Array, Float32Array];
  const [light, red, yellow] = planes;
  const { channels, data } = page;
  const sums = new Float64Array(width * 3);
  const [acrossCount, downCount] = [Math.min(times, page.width), Math.min(times, page.height)];
  const scale = (page.depth === 8 ? 1 : 255 / 65535) / (acrossCount * downCount);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let row = 0; row < downCount; row++) {
      let at = (y * times + row) * page.width * channels;
      for (let x = 0; x < width; x++) {
        let [r, g, b] = [0, 0, 0];
        if (channels === 1) {
          for (let i = 0; i < acrossCount; i++) r += data[at++]!;
          [g, b] = [r, r];
        } else {
          for (let i = 0; i < acrossCount; i++, at += 3) {
            r += data[at]!;
            g += data[at + 1]!;
            b += data[at + 2]!;
          }
        }
        sums[3 * x]! += r;
        sums[3 * x + 1]! += g;
        sums[3 * x + 2]! += b;
      }
    }
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const [r, g, b] = [sums[3 * x]! * scale, sums[3 * x + 1]! * scale, sums[3 * x + 2]! * scale];
      light[i] = (r + 2 * g + b) / 4;
      red[i] = (r - g) / 2;
      yellow[i] = (r + g) / 4 - b / 2;
    }
  }
  return { width, height, times, planes };
}

/** Blurred by about a pixel. */
export function blurred(plane: Float32Array, width: number, height: number): Float32Array {
  const rows = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = 0; x < width; x++) {
      const left = plane[at + Math.max(0, x - 1)]!;
      const right = plane[at + Math.min(width - 1, x + 1)]!;
      const farLeft = plane[at + Math.max(0, x - 2)]!;
      const farRight = plane[at + Math.min(width - 1, x + 2)]!;
      rows[at + x] = (6 * plane[at + x]! + 4 * (left + right) + farLeft + farRight) / 16;
    }
  }
  for (let y = 0; y < height; y++) {
    const [one, two] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    const [far, farther] = [Math.max(0, y - 2) * width, Math.min(height - 1, y + 2) * width];
    for (let x = 0, at = y * width; x < width; x++, at++) {
      out[at] = (6 * rows[at]! + 4 * (rows[one + x]! + rows[two + x]!) + rows[far + x]! + rows[farther + x]!) / 16;
    }
  }
  return out;
}

/** Means over squares of `2 * reach + 1` pixels, smaller at the edges. */
export function boxMean(plane: ArrayLike<number>, width: number, height: number, reach: number): Float32Array {
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(reach, width); x++) sum += plane[at + x]!;
    for (let x = 0; x < width; x++) {
      if (x + reach < width) sum += plane[at + x + reach]!;
      if (x - reach - 1 >= 0) sum -= plane[at + x - reach - 1]!;
      rows[at + x] = sum / (Math.min(width - 1, x + reach) - Math.max(0, x - reach) + 1);
    }
  }
  const out = new Float32Array(plane.length);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(reach, height); y++) for (let x = 0; x < width; x++) sums[x]! += rows[y * width + x]!;
  for (let y = 0; y < height; y++) {
    const [added, dropped] = [y + reach, y - reach - 1];
    const count = Math.min(height - 1, y + reach) - Math.max(0, y - reach) + 1;
    for (let x = 0; x < width; x++) {
      if (added < height) sums[x]! += rows[added * width + x]!;
      if (dropped >= 0) sums[x]! -= rows[dropped * width + x]!;
      out[y * width + x] = sums[x]! / count;
    }
  }
  return out;
}
