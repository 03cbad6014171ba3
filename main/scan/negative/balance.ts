import { fromLinear } from '../../restoration/colour';
import { decadesOf, GAMMA, type Three, UNMIX } from './density';
import type { Sampled } from './sampled';
import WEIGHTS from './weights.json';

/**
 * How strongly each layer of a colour negative was exposed and developed: the slope and the shift that give the photograph back. They
 * are estimated from what is measured on the frame, in stages that each look at the result of the one before. The estimate was fitted
 * by `models/training/film_negatives.py`, which measures the same on made negatives.
 */

export interface Balance {
  slope: Three;
  shift: Three;
}

interface Stage {
  mean: number[];
  scale: number[];
  offset: number[];
  /** Six rows of weights, one for each thing that is estimated. */
  weights: number[];
}

/** Where a correctly exposed white lies above the foot of the curve, in decades. */
const WHITE = 1.75;
const LEVELS = [0.005, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 0.998];
const SPREAD = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98];
/** Limits of lightness, in decades below white, between which neutral places are looked for. */
const BANDS = [-9, -1.4, -0.9, -0.5, -0.2, 9];
const NEAR = [0.05, 0.12];
const EXPOSURES = [0.01, 0.1, 0.5, 0.9, 0.99];
/** Where lightness is corrected: the shares of the picture that are darker. */
const PIVOTS = [0.35, 0.93];
const [LEAST_SLOPE, MOST_SLOPE] = [0.6, 1.8];

/** Decades of exposure of the places of a picture, and which of their right neighbours belong to it as well. */
interface Exposures {
  planes: Float64Array[];
  /** Index of the right neighbour of each place; -1 without one. */
  next: Int32Array;
}

export function balanceOf(scan: Sampled, base: Three, picture: Uint8Array, from: 'strip' | 'picture'): Balance {
  const exposures = exposuresOf(scan, base, picture);
  const greys = Float64Array.from(exposures.planes[0]!, (red, i) =>
    grey(red, exposures.planes[1]![i]!, exposures.planes[2]![i]!),
  );
  const places = quantiles(greys, PIVOTS) as [number, number];
  let slope: Three = [1, 1, 1];
  let shift: Three = [-WHITE, -WHITE, -WHITE];
  for (const stage of WEIGHTS[from] as Stage[]) {
    const values = measure(exposures, slope, shift);
    const change = estimate(stage, values);
    const at = (k: 0 | 1) => {
      const [light, red, blue] = change.slice(3 * k, 3 * k + 3) as [number, number, number];
      // Of grey, red over green, and blue over green: the three layers.
      const green = light - 0.25 * (red + blue);
      const changes = [green + red, green, green + blue];
      return changes.map((value, c) => slope[c]! * places[k] + shift[c]! + value);
    };
    const [low, high] = [at(0), at(1)];
    const apart = Math.max(0.2, places[1] - places[0]);
    slope = low.map((value, c) =>
      Math.min(MOST_SLOPE, Math.max(LEAST_SLOPE, (high[c]! - value) / apart)),
    ) as unknown as Three;
    shift = high.map((value, c) => value - slope[c]! * places[1]) as unknown as Three;
  }
  return { slope, shift };
}

const grey = (red: number, green: number, blue: number) => (red + 2 * green + blue) / 4;

function estimate({ mean, scale, offset, weights }: Stage, values: number[]): number[] {
  const normal = values.map((value, i) => Math.min(3, Math.max(-3, (value - mean[i]!) / scale[i]!)));
  return offset.map((start, row) => {
    let sum = start;
    for (let i = 0; i < normal.length; i++) sum += weights[row * normal.length + i]! * normal[i]!;
    return sum;
  });
}

function exposuresOf({ width, planes }: Sampled, base: Three, picture: Uint8Array): Exposures {
  const places: number[] = [];
  const indices = new Int32Array(picture.length).fill(-1);
  for (let i = 0; i < picture.length; i++) {
    if (picture[i] !== 1) continue;
    indices[i] = places.length;
    places.push(i);
  }
  const next = Int32Array.from(places, (i) => ((i + 1) % width === 0 ? -1 : indices[i + 1]!));
  const exposed = [0, 1, 2].map((c) => {
    const row = UNMIX[c]!;
    return Float64Array.from(places, (i) => {
      let density = 0;
      for (let layer = 0; layer < 3; layer++) density += row[layer]! * (planes[layer]![i]! - base[layer]!);
      return decadesOf(density / GAMMA[c]!);
    });
  });
  return { planes: exposed, next };
}

/** The same, in the same order, as `measured` in `models/training/film_negatives.py`. */
function measure({ planes, next }: Exposures, slope: Three, shift: Three): number[] {
  const light = planes.map((plane, c) => plane.map((value) => slope[c]! * value + shift[c]!));
  const [reds, greens, blues] = light as [Float64Array, Float64Array, Float64Array];
  const count = reds.length;
  const values = light.flatMap((plane) => quantiles(plane, LEVELS).map(shown));
  const greys = reds.map((red, i) => grey(red, greens[i]!, blues[i]!));
  const levels = quantiles(greys, LEVELS);
  values.push(...levels, ...levels.map(shown));
  const red = reds.map((value, i) => value - greens[i]!);
  const blue = blues.map((value, i) => value - greens[i]!);
  values.push(...quantiles(red, SPREAD), ...quantiles(blue, SPREAD));
  for (const width of NEAR) {
    for (let band = 0; band < BANDS.length - 1; band++) {
      let [total, sumRed, sumBlue] = [0, 0, 0];
      for (let i = 0; i < count; i++) {
        const isInside = greys[i]! > BANDS[band]! && greys[i]! <= BANDS[band + 1]!;
        const near = isInside ? Math.exp(-(red[i]! ** 2 + blue[i]! ** 2) / (2 * width * width)) + 1e-4 : 0;
        const weight = near + 1e-5;
        total += weight;
        sumRed += weight * red[i]!;
        sumBlue += weight * blue[i]!;
      }
      values.push(sumRed / total, sumBlue / total, Math.log(total / count + 1e-3));
    }
  }
  values.push(...edges(light, greys, next));
  for (const plane of planes) values.push(...quantiles(plane, EXPOSURES));
  return values;
}

/** Edges are mostly neutral: how steep one layer is against the other there. */
function edges(light: Float64Array[], greys: Float64Array, next: Int32Array): number[] {
  const squares = [0, 0, 0];
  const products = [0, 0, 0];
  let pairs = 0;
  for (let i = 0; i < next.length; i++) {
    const other = next[i]!;
    if (other < 0) continue;
    pairs += 1;
    if (greys[i]! <= -1.6) continue;
    const steps = light.map((plane) => plane[other]! - plane[i]!);
    for (let c = 0; c < 3; c++) {
      squares[c]! += steps[c]! ** 2;
      products[c]! += steps[c]! * steps[1]!;
    }
  }
  const energy = squares.map((sum) => sum / Math.max(1, pairs) + 1.5e-6);
  const angles = [0, 2].flatMap((c) => {
    const both = products[c]! / Math.max(1, pairs);
    const angle = Math.atan2(2 * both, energy[1]! - energy[c]!) / 2 - Math.PI / 4;
    return [angle, both / Math.sqrt(energy[c]! * energy[1]!)];
  });
  return [...angles, ...energy.map((value) => Math.log(value + 1e-4))];
}

const shown = (light: number) => Math.min(1, fromLinear(10 ** Math.min(0.3, Math.max(-3, light))));

function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  const ordered = Float64Array.from(values).sort();
  return shares.map((share) => ordered[Math.floor(share * ordered.length)]!);
}
