import type { Raster } from '../../restoration/raster';
import { median, quantile } from '../../restoration/statistics';
import { type Affine, blurred, FLOOR, logOf, readPlanes, readWarped } from './planes';

/**
 * How much of the photo the infrared picture shows. Dyes let infrared light through, but not all of it, and silver and the cyan dye of
 * Kodachrome stop it. The infrared picture is predicted from the photo's values and their logarithms, blurred as much as it is
 * itself.
 */

/** Blurs that are tried, in pixels. */
const BLURS = [0, 0.7, 1, 1.4, 2, 2.8];
/** A stronger blur has to explain this much more. */
const BETTER = 0.97;
const PATCH = 40;
const MARGIN = 8;
const MOST_PATCHES = 130;
/** Every so many pixels of a patch count. */
const STRIDE = 3;
/** Weight of the prior that no value matters, per sample. */
const RIDGE = 1e-5;

export interface Crosstalk {
  /** Blur of the photo, in pixels. */
  readonly blur: number;
  /** Infrared value that counts as white, 0..1. */
  readonly white: number;
  /** Weights of 1, and of each channel's value and logarithm in turn. */
  readonly weights: readonly number[];
  /** Share of the photo's contrast that the infrared picture has, 0..1. */
  readonly share: number;
  /** How it adds up best: as light, as density, or as the light of a developed negative. */
  readonly law: 'light' | 'density' | 'inverse';
}

interface Samples {
  /** Values of each channel. */
  readonly channels: Float32Array[];
  readonly infrared: Float32Array;
}

/** Measures it on patches of the whole picture. `between` may throw to stop. */
export async function measureCrosstalk(
  photo: Raster,
  infrared: Raster,
  map: Affine,
  between: () => Promise<void>,
): Promise<Crosstalk> {
  const candidates: Samples[] = [];
  for (const blur of BLURS) {
    candidates.push(samplesOf(photo, infrared, map, blur));
    await between();
  }
  const white = quantile(candidates[0]!.infrared, 0.98);
  let best = { blur: 0, spread: Number.POSITIVE_INFINITY, weights: [] as number[] };
  for (const [i, samples] of candidates.entries()) {
    const { weights, off } = fitted(
      featuresOf(samples, LIGHT_AND_DENSITY),
      samples.infrared.map((value) => value / white),
    );
    // The largest are dust; the middle says little where most of the photo is smooth.
    const spread = trimmed(off.map(Math.abs));
    if (spread < best.spread * (i === 0 ? 1 : BETTER)) best = { blur: BLURS[i]!, spread, weights };
    await between();
  }
  const samples = candidates[BLURS.indexOf(best.blur)]!;
  return { blur: best.blur, white, weights: best.weights, ...shareOf(samples, white) };
}

/** The predicted infrared picture, as a share of its white, of blurred planes. */
export function predicted({ weights }: Crosstalk, channels: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(channels[0]!.length).fill(weights[0]!);
  for (const [c, plane] of channels.entries()) {
    const [light, density] = [weights[1 + 2 * c]!, weights[2 + 2 * c]!];
    for (let i = 0; i < out.length; i++) out[i]! += light * plane[i]! + density * logOf(plane[i]!);
  }
  for (let i = 0; i < out.length; i++) if (out[i]! < FLOOR) out[i] = FLOOR;
  return out;
}

const LIGHT = (value: number) => value;
const DENSITY = (value: number) => Math.log(value + FLOOR);
const LIGHT_AND_DENSITY = [LIGHT, DENSITY];

/** 1, and functions of each channel in turn, for each sample. */
interface Features {
  size: number;
  values: Float64Array;
}

function featuresOf({ channels, infrared }: Samples, functions: readonly ((value: number) => number)[]): Features {
  const size = 1 + channels.length * functions.length;
  const values = new Float64Array(size * infrared.length);
  for (let at = 0; at < infrared.length; at++) {
    let next = at * size;
    values[next++] = 1;
    for (const plane of channels) for (const of of functions) values[next++] = of(plane[at]!);
  }
  return { size, values };
}

/** The share of the photo's contrast, by the law that fits better: densities that add up, or light that does. */
function shareOf(samples: Samples, white: number): Pick<Crosstalk, 'share' | 'law'> {
  const target = samples.infrared.map((value) => value / white);
  const light = fitted(featuresOf(samples, [LIGHT]), target);
  const logarithms = target.map(DENSITY);
  const density = fitted(featuresOf(samples, [DENSITY]), logarithms);
  // Both as differences of light.
  const apart = density.off.map((off, i) => Math.abs(target[i]! + FLOOR - Math.exp(logarithms[i]! - off)));
  const isDensity = trimmed(apart) <= trimmed(light.off.map(Math.abs));
  const sum = (weights: readonly number[]) => weights.slice(1).reduce((all, each) => all + each, 0);
  const lit = sum(light.weights);
  // A developed negative is bright where the film stops light.
  if (lit < 0) return { share: -lit / Math.max(0.05, light.weights[0]!), law: 'inverse' };
  return isDensity
    ? { share: Math.abs(sum(density.weights)), law: 'density' }
    : { share: lit / Math.max(0.05, lit + light.weights[0]!), law: 'light' };
}

/**
 * Least squares whose weights fall with the distance; dust, which is darker than predicted, drops out. `off`: how far each sample
 * lies above what is predicted.
 */
function fitted({ size, values }: Features, target: Float32Array): { weights: number[]; off: Float32Array } {
  const off = new Float32Array(target.length);
  let weights: number[] = [];
  let scale = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    for (let at = 0; at < target.length; at++) {
      const t = off[at]! / scale;
      if (t < -3) continue;
      const weight = 1 / (1 + (t * t) / 4);
      const from = at * size;
      for (let i = 0; i < size; i++) {
        const part = weight * values[from + i]!;
        right[i]! += part * target[at]!;
        for (let j = 0; j <= i; j++) matrix[i * size + j]! += part * values[from + j]!;
      }
    }
    for (let i = 1; i < size; i++) matrix[i * size + i]! += RIDGE * target.length;
    weights = solved(matrix, right, size);
    for (let at = 0; at < target.length; at++) {
      let sum = target[at]!;
      for (let i = 0; i < size; i++) sum -= weights[i]! * values[at * size + i]!;
      off[at] = sum;
    }
    scale = Math.max(1e-4, 1.4826 * median(off.map(Math.abs)));
  }
  return { weights, off };
}

/** Solves a symmetric system whose lower half is given. */
function solved(lower: Float64Array, right: Float64Array, size: number): number[] {
  // Cholesky: the ridge keeps it positive.
  const root = Float64Array.from(lower);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = root[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= root[i * size + k]! * root[j * size + k]!;
      root[i * size + j] = i === j ? Math.sqrt(Math.max(1e-9, sum)) : sum / root[j * size + j]!;
    }
  }
  const half = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= root[i * size + k]! * half[k]!;
    half[i] = sum / root[i * size + i]!;
  }
  const out = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    let sum = half[i]!;
    for (let k = i + 1; k < size; k++) sum -= root[k * size + i]! * out[k]!;
    out[i] = sum / root[i * size + i]!;
  }
  return out;
}

function samplesOf(photo: Raster, infrared: Raster, map: Affine, blur: number): Samples {
  const { width, height } = photo;
  const edge = Math.min(PATCH, width, height);
  const columns = Math.max(
    1,
    Math.min(Math.floor(width / edge), Math.round(Math.sqrt((MOST_PATCHES * width) / height))),
  );
  const rows = Math.max(1, Math.min(Math.floor(height / edge), Math.round(MOST_PATCHES / columns)));
  const side = Math.ceil(edge / STRIDE);
  const each = side * side;
  const channels = Array.from({ length: photo.channels }, () => new Float32Array(columns * rows * each));
  const out = new Float32Array(columns * rows * each);
  const outer = edge + 2 * MARGIN;
  for (let n = 0; n < columns * rows; n++) {
    const x = Math.round(((n % columns) + 0.5) * (width / columns) - edge / 2);
    const y = Math.round((Math.floor(n / columns) + 0.5) * (height / rows) - edge / 2);
    const rect = { x: x - MARGIN, y: y - MARGIN, width: outer, height: outer };
    const planes = readPlanes(photo, rect).map((plane) => blurred(plane, outer, outer, blur));
    const warped = readWarped(infrared, map, rect);
    let to = n * each;
    for (let v = 0; v < edge; v += STRIDE) {
      for (let u = 0; u < edge; u += STRIDE, to++) {
        const from = (v + MARGIN) * outer + u + MARGIN;
        for (const [c, plane] of planes.entries()) channels[c]![to] = plane[from]!;
        out[to] = warped[from]!;
      }
    }
  }
  return { channels, infrared: out };
}

/** The mean of all but the largest tenth, which are dust. */
function trimmed(values: Float32Array): number {
  const ordered = values.slice().sort();
  const count = Math.max(1, Math.floor(0.9 * ordered.length));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += ordered[i]!;
  return sum / count;
}
