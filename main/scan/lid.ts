import { median, quantile } from '../restoration/statistics';
import { blurred, boxMean, type Coarse } from './coarse';

/** Learns from the margin of a page what lies behind the prints: the scanner's lid, the album's paper, a table. */

export interface Lid {
  /** 1 where the page does not look like the lid. */
  readonly marks: Uint8Array;
  /** Share of the page that looks like the lid, 0..1. */
  readonly share: number;
  /** Share of the margin whose colours are found all around the page, 0..1: little where a picture reaches to its edges. */
  readonly even: number;
  /** It is bright and without colour, so that the white border of a print may look the same. */
  readonly isWhite: boolean;
  /**
   * How much the brightness changes over two pixels without there being an edge, as a mean over {@link ALONG} pixels to either
   * side of a place.
   */
  readonly rough: number;
  /** Whether a pixel would look like the lid if only this share of the light fell there, 0..1: in the shadow of a print. */
  readonly isLidAt: (x: number, y: number, shade: number) => boolean;
}

/** The margin, as a share of the longer side of the page. */
const MARGIN = 0.014;
const SEGMENTS = 32;
/** A colour that only so many segments of the margin have belongs to something that lies there. */
const SPREAD = 12;
/** A colour is common where this share of the margin's segments have it. */
const COMMON = 0.6;
/** Pixels on either side of a place on an edge over which changes are averaged. */
export const ALONG = 3;
/** Bins along each axis of the colours. */
const BINS = 128;

export function lidOf({ width, height, planes }: Coarse): Lid {
  const margin = Math.max(2, Math.round(MARGIN * Math.max(width, height)));
  const smooth = planes.map((plane) => blurred(plane, width, height)) as [Float32Array, Float32Array, Float32Array];
  const samples = marginOf(width, height, margin);
  const light = lightOf(smooth[0], width, height, samples);
  const colours = learn(smooth, samples, light);
  // Rows across the slope of a shadow are not even.
  const shaded = learn(smooth, samples, light, 2.5);
  const marks = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) marks[i] = colours.has(i, light(x, y)) ? 0 : 1;
  }
  markTexture(planes[0], width, height, samples, marks);
  let lid = 0;
  for (const mark of marks) lid += 1 - mark;
  const [bright, red, yellow] = smooth.map((plane) => median(samples.map(({ at }) => plane[at]!)));
  const changes: number[] = [];
  for (const { at, x, y } of samples) {
    if (marks[at] !== 0 || x < 1 || x >= width - 1 || y < ALONG || y >= height - ALONG) continue;
    let step = 0;
    for (let i = -ALONG; i <= ALONG; i++) step += planes[0][at + i * width + 1]! - planes[0][at + i * width - 1]!;
    changes.push(Math.abs(step) / (2 * ALONG + 1));
  }
  return {
    marks,
    share: lid / marks.length,
    even: colours.even,
    isWhite: bright! > 190 && Math.abs(red!) < 10 && Math.abs(yellow!) < 14,
    rough: Math.min(2 * quantile(changes, 0.9), 3 * noiseOf(planes[0], width, height)),
    isLidAt: (x, y, shade) => shaded.has(y * width + x, light(x, y) * shade),
  };
}

/** The standard deviation of changes in the smoother parts of a page. */
function noiseOf(plane: Float32Array, width: number, height: number): number {
  const changes: number[] = [];
  for (let y = ALONG; y < height - ALONG; y += 5) {
    for (let x = 1; x < width - 1; x += 5) {
      let step = 0;
      for (let i = -ALONG; i <= ALONG; i++) step += plane[(y + i) * width + x + 1]! - plane[(y + i) * width + x - 1]!;
      changes.push(Math.abs(step) / (2 * ALONG + 1));
    }
  }
  // 30 % of a normal distribution lie within 0.385 standard deviations.
  return quantile(changes, 0.3) / 0.385;
}

interface Sample {
  x: number;
  y: number;
  at: number;
  segment: number;
}

/** The pixels of the margin, with the segment of it in which they lie. */
function marginOf(width: number, height: number, margin: number): Sample[] {
  const samples: Sample[] = [];
  const around = 2 * (width + height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= margin && x < width - margin && y >= margin && y < height - margin) {
        x = width - margin - 1;
        continue;
      }
      const nearest = Math.min(x, y, width - 1 - x, height - 1 - y);
      const along =
        nearest === y
          ? x
          : nearest === width - 1 - x
            ? width + y
            : nearest === height - 1 - y
              ? width + height + (width - 1 - x)
              : 2 * width + height + (height - 1 - y);
      const segment = Math.min(SEGMENTS - 1, Math.floor((along / around) * SEGMENTS));
      samples.push({ x, y, at: y * width + x, segment });
    }
  }
  return samples;
}

/** How the light falls off over the page, 1 on average: a plane through the margin, if it explains its differences. */
function lightOf(plane: Float32Array, width: number, height: number, samples: readonly Sample[]) {
  const places = Array.from({ length: SEGMENTS }, () => ({ x: 0, y: 0, value: 0, count: 0 }));
  for (const { x, y, at, segment } of samples) {
    const place = places[segment]!;
    place.x += x / width - 0.5;
    place.y += y / height - 0.5;
    place.value += plane[at]!;
    place.count += 1;
  }
  const means = places
    .filter(({ count }) => count > 0)
    .map(({ x, y, value, count }) => ({ x: x / count, y: y / count, value: value / count, weight: 1 }));
  let [level, across, down] = [0, 0, 0];
  for (let round = 0; round < 8; round++) {
    [level, across, down] = fitPlane(means);
    const misses = means.map(({ x, y, value }) => Math.abs(value - level - across * x - down * y));
    const scale = Math.max(0.3, median(misses));
    for (const [i, each] of means.entries()) each.weight = 1 / (1 + (misses[i]! / (2 * scale)) ** 2);
  }
  const middle = median(means.map(({ value }) => value));
  const before = median(means.map(({ value }) => Math.abs(value - middle)));
  const after = median(means.map(({ x, y, value }) => Math.abs(value - level - across * x - down * y)));
  if (level < 4 || after > 0.6 * before) return () => 1;
  return (x: number, y: number) => Math.max(0.5, 1 + (across * (x / width - 0.5) + down * (y / height - 0.5)) / level);
}

function fitPlane(points: readonly { x: number; y: number; value: number; weight: number }[]) {
  let [w, x, y, xx, yy, xy, v, xv, yv] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const { x: px, y: py, value, weight } of points) {
    w += weight;
    x += weight * px;
    y += weight * py;
    xx += weight * px * px;
    yy += weight * py * py;
    xy += weight * px * py;
    v += weight * value;
    xv += weight * px * value;
    yv += weight * py * value;
  }
  const [mx, my, mv] = [x / w, y / w, v / w];
  const [cxx, cyy, cxy] = [xx / w - mx * mx + 1e-6, yy / w - my * my + 1e-6, xy / w - mx * my];
  const [cxv, cyv] = [xv / w - mx * mv, yv / w - my * mv];
  const area = cxx * cyy - cxy * cxy;
  const across = (cxv * cyy - cyv * cxy) / area;
  const down = (cyv * cxx - cxv * cxy) / area;
  return [mv - across * mx - down * my, across, down] as const;
}

/** The colours of the margin that most of it shares. */
function learn(
  planes: readonly [Float32Array, Float32Array, Float32Array],
  samples: readonly Sample[],
  light: (x: number, y: number) => number,
  finest = 0.8,
) {
  const values = samples.map(({ x, y, at }) => planes[0][at]! / light(x, y));
  const bySegment: number[][] = Array.from({ length: SEGMENTS }, () => []);
  for (const [i, { segment }] of samples.entries()) bySegment[segment]!.push(values[i]!);
  const spreads = bySegment.filter((each) => each.length > 0).map((each) => spreadOf(each));
  const size = Math.max(finest, Math.min(4, 1.2 * quantile(spreads, 0.3)));
  const middle = planes.map((plane) => median(samples.map(({ at }) => plane[at]!)));
  const binOf = (at: number, lightness: number) => {
    let bin = 0;
    for (let c = 0; c < 3; c++) {
      const place = Math.round((planes[c]![at]! / lightness - middle[c]!) / size) + BINS / 2;
      // Colours far from all others share the outermost bin.
      bin = bin * BINS + Math.max(0, Math.min(BINS - 1, place));
    }
    return bin;
  };
  const seen = new Map<number, number>();
  for (const { x, y, at, segment } of samples) {
    const bin = binOf(at, light(x, y));
    seen.set(bin, (seen.get(bin) ?? 0) | (1 << segment));
  }
  const near = new Map<number, number>();
  for (const [bin, segments] of seen) {
    for (let a = -1; a <= 1; a++) {
      for (let b = -1; b <= 1; b++) {
        for (let c = -1; c <= 1; c++) {
          const other = bin + (a * BINS + b) * BINS + c;
          near.set(other, (near.get(other) ?? 0) | segments);
        }
      }
    }
  }
  const known = new Uint8Array(BINS ** 3);
  for (const [bin, segments] of near) {
    if (bin >= 0 && bin < known.length && bitsOf(segments) >= SPREAD) known[bin] = 1;
  }
  let common = 0;
  for (const { x, y, at } of samples) {
    if (bitsOf(near.get(binOf(at, light(x, y))) ?? 0) >= COMMON * SEGMENTS) common += 1;
  }
  return {
    has: (at: number, lightness: number) => known[binOf(at, lightness)] === 1,
    even: common / samples.length,
  };
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Marks places that are far smoother or rougher than the margin is anywhere, though their colours are the same. */
function markTexture(
  plane: Float32Array,
  width: number,
  height: number,
  samples: readonly Sample[],
  marks: Uint8Array,
): void {
  const reach = Math.max(3, Math.round(Math.max(width, height) / 300));
  const detail = new Float32Array(plane.length);
  const means = boxMean(plane, width, height, 2);
  for (let i = 0; i < plane.length; i++) detail[i] = Math.abs(plane[i]! - means[i]!);
  const rough = boxMean(detail, width, height, reach);
  const inMargin = samples.filter(({ at }) => marks[at] === 0).map(({ at }) => rough[at]!);
  if (inMargin.length === 0) return;
  const [low, high] = [quantile(inMargin, 0.003), quantile(inMargin, 0.997)];
  const odd = new Uint8Array(plane.length);
  for (let i = 0; i < odd.length; i++) odd[i] = rough[i]! < low / 1.6 || rough[i]! > high * 1.6 + 1 ? 1 : 0;
  // Rough edges of prints reach as far out as the window does.
  const share = boxMean(odd, width, height, reach + 1);
  for (let i = 0; i < odd.length; i++) if (share[i]! > 0.98) marks[i] = 1;
}

function spreadOf(values: readonly number[]): number {
  const middle = median(values);
  return 1.48 * median(values.map((value) => Math.abs(value - middle)));
}
