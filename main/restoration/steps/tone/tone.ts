import type { StepOf } from '../../../../contract/recipe';
import { type Lab, type Labs, lumaOf, toLabs } from '../../colour';
import { maxValue, type Planes, planesOf, type Raster, readSrgb } from '../../raster';
import type { StepTools } from '../../tools';
import { componentOf, densityOf, FULL_BLACK } from './density';

/**
 * Correction of fading, colour cast and contrast without a net, for photos without colours and where no generator
 * estimates the fading (fading.ts).
 *
 * Fading dyes lose density, each layer by its own share, while stain and scanner flare add some everywhere: measured
 * density is an affine function of the original density, one for each layer (Gschwind and Frey, "Electronic imaging, a
 * tool for the reconstruction of faded color photographs", J. Imaging Sci. Technol. 38, 1994). The correction is its
 * inverse: per channel, density is scaled and shifted so that robust black and white points reach neutral targets.
 *
 * Whether a colour cast is a fault or belongs to the subject is judged in CIELAB by the distance of the a*b* cloud from
 * neutral relative to its spread (Gasparini and Schettini, "Color balancing of digital photos using simple image
 * statistics", Pattern Recognition 37, 2004). Monochrome and toned prints keep their tint.
 */

/** The statistics are measured on a copy of at most this many pixels. */
export const TONE_PIXELS = 250_000;

/** Share of the picture's width and height that is left out on each side: edges of the print, mounts, scanner beds. */
export const MARGIN = 0.06;

/** Statistics of a picture's tones. Densities are those of {@link densityOf}. */
export interface ToneStatistics {
  /**
   * Lightness L* at both ends of the tones: mean of the 0.05 % and 0.5 % percentiles, and of the 99.5 % and 99.95 %
   * ones.
   */
  readonly dark: number;
  readonly light: number;
  readonly median: number;
  /** Black and white points of each channel as sRGB components, at 0.2 % and 99.8 %. */
  readonly black: readonly [number, number, number];
  readonly white: readonly [number, number, number];
  /** Mean a*, b*. */
  readonly mean: readonly [number, number];
  /** Root mean square distance of a*b* from their mean. */
  readonly spread: number;
  /** Mean colour of the darkest and of the lightest 2 %. */
  readonly darkEnd: Lab;
  readonly lightEnd: Lab;
  /** Share of pixels with a chroma below 5, 0..1. */
  readonly neutral: number;
  readonly colour: 'colour' | 'monochrome' | 'toned';
}

/** Which pixels do not count, such as damage. */
export type Ignored = (x: number, y: number) => boolean;

/** Measures the tones of a small raster (see {@link TONE_PIXELS}), away from its borders. */
export function measureTone(raster: Raster, colour: StepTools['colour'], ignore?: Ignored): ToneStatistics {
  return tonesOf(planesOf(raster, colour), ignore);
}

/** The same of its planes. */
export function tonesOf({ width, height, isGrey, values: planes }: Planes, ignore?: Ignored): ToneStatistics {
  const total = width * height;
  const marginX = Math.floor(width * MARGIN);
  const marginY = Math.floor(height * MARGIN);
  let chosen = indicesWithin(width, height, marginX, marginY, ignore);
  if (chosen.length === 0) chosen = indicesWithin(width, height, 0, 0);
  const count = chosen.length;
  const channels = [0, 1, 2].map((channel) => {
    const samples = new Float32Array(count);
    for (let i = 0; i < count; i++) samples[i] = planes[channel * total + chosen[i]!]!;
    return samples;
  }) as [Float32Array, Float32Array, Float32Array];
  const labs = toLabs(...channels);
  const points = channels.map((channel) => quantiles(channel, 0.002, 0.998));
  const [darkest, dark, darkEnd, median, lightEnd, light, lightest] = quantiles(
    labs.lightness,
    ...[0.0005, 0.005, 0.02, 0.5, 0.98, 0.995, 0.9995],
  ) as [number, number, number, number, number, number, number];
  const mean = meanBetween(labs, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  let squares = 0;
  let neutral = 0;
  for (let i = 0; i < count; i++) {
    const a = labs.a[i]!;
    const b = labs.b[i]!;
    squares += (a - mean[1]) ** 2 + (b - mean[2]) ** 2;
    if (a * a + b * b < 25) neutral++;
  }
  return {
    dark: (darkest + dark) / 2,
    light: (lightest + light) / 2,
    median,
    black: points.map((point) => point[0]) as [number, number, number],
    white: points.map((point) => point[1]) as [number, number, number],
    mean: [mean[1], mean[2]],
    spread: Math.sqrt(squares / count),
    darkEnd: meanBetween(labs, Number.NEGATIVE_INFINITY, darkEnd),
    lightEnd: meanBetween(labs, lightEnd, Number.POSITIVE_INFINITY),
    neutral: neutral / count,
    colour: isGrey ? 'monochrome' : kindOfColour(labs, Math.hypot(mean[1], mean[2])),
  };
}

function indicesWithin(width: number, height: number, marginX: number, marginY: number, ignore?: Ignored): Int32Array {
  const chosen = new Int32Array(width * height);
  let count = 0;
  for (let y = marginY; y < height - marginY; y++) {
    for (let x = marginX; x < width - marginX; x++) if (!ignore?.(x, y)) chosen[count++] = y * width + x;
  }
  return chosen.subarray(0, count);
}

/** Bins of {@link quantiles}: enough that each holds few values, and few enough to be counted quickly. */
const BINS = 4096;

/** The values at these shares (0..1) of the sorted list. Sorts only the bins that hold one of them. */
function quantiles(values: Float32Array, ...shares: number[]): number[] {
  const count = values.length;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return shares.map(() => low);
  const scale = (BINS - 1) / (high - low);
  const starts = new Uint32Array(BINS + 1);
  for (let i = 0; i < count; i++) starts[Math.floor((values[i]! - low) * scale) + 1]! += 1;
  for (let bin = 0; bin < BINS; bin++) starts[bin + 1]! += starts[bin]!;
  const ranks = shares.map((share) => Math.round(share * (count - 1)));
  const wanted = new Map<number, { values: Float32Array; filled: number }>();
  const bins = ranks.map((rank) => {
    let bin = 0;
    while (starts[bin + 1]! <= rank) bin++;
    wanted.set(bin, { values: new Float32Array(starts[bin + 1]! - starts[bin]!), filled: 0 });
    return bin;
  });
  const isWanted = new Uint8Array(BINS);
  for (const bin of bins) isWanted[bin] = 1;
  for (let i = 0; i < count; i++) {
    const bin = Math.floor((values[i]! - low) * scale);
    if (isWanted[bin] === 0) continue;
    const into = wanted.get(bin)!;
    into.values[into.filled++] = values[i]!;
  }
  for (const each of wanted.values()) each.values.sort();
  return ranks.map((rank, i) => wanted.get(bins[i]!)!.values[rank - starts[bins[i]!]!]!);
}

/** Mean colour of the pixels with a lightness in this range, including both ends. */
function meanBetween({ lightness, a, b }: Labs, low: number, high: number): Lab {
  let [sumL, sumA, sumB, count] = [0, 0, 0, 0];
  for (let i = 0; i < lightness.length; i++) {
    const value = lightness[i]!;
    if (value < low || value > high) continue;
    sumL += value;
    sumA += a[i]!;
    sumB += b[i]!;
    count++;
  }
  return [sumL / count, sumA / count, sumB / count];
}

/**
 * A print without colours has one a*b* for each lightness. The distance from that curve decides, above all across the
 * direction of the tint, because stains and uneven bleaching change the strength of a tint more than its hue. The
 * bounds are far from both colour photographs and old prints.
 */
function kindOfColour({ lightness, a, b }: Labs, meanChroma: number): ToneStatistics['colour'] {
  const STEPS = 21;
  const count = lightness.length;
  const steps = new Uint8Array(count);
  const sums = new Float64Array(3 * STEPS);
  for (let i = 0; i < count; i++) {
    const step = Math.max(0, Math.min(STEPS - 1, Math.floor(lightness[i]! / 5)));
    steps[i] = step;
    sums[step]! += 1;
    sums[STEPS + step]! += a[i]!;
    sums[2 * STEPS + step]! += b[i]!;
  }
  const tintA = new Float64Array(STEPS);
  const tintB = new Float64Array(STEPS);
  const lengths = new Float64Array(STEPS);
  for (let step = 0; step < STEPS; step++) {
    tintA[step] = sums[STEPS + step]! / sums[step]!;
    tintB[step] = sums[2 * STEPS + step]! / sums[step]!;
    lengths[step] = Math.max(1e-6, Math.hypot(tintA[step]!, tintB[step]!));
  }
  const distances = new Float32Array(count);
  const across = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const step = steps[i]!;
    const offA = a[i]! - tintA[step]!;
    const offB = b[i]! - tintB[step]!;
    distances[i] = Math.sqrt(offA * offA + offB * offB);
    across[i] = Math.abs(offA * tintB[step]! - offB * tintA[step]!) / lengths[step]!;
  }
  const [far, farthest] = quantiles(distances, 0.95, 0.99) as [number, number];
  if (meanChroma < 5) return far < 5 && farthest < 7 ? 'monochrome' : 'colour';
  const [wide, widest] = quantiles(across, 0.95, 0.99) as [number, number];
  const near = far < 12 && farthest < 14;
  const straight = wide < 4.6 && widest < 6.8;
  return near && straight && meanChroma < 40 ? 'toned' : 'colour';
}

/** Certainty that a picture's colour cast is a fault, 0..1: high for a dense cloud of colours far from neutral. */
export function castConfidence(statistics: ToneStatistics): number {
  if (statistics.colour !== 'colour') return 0;
  const distance = Math.hypot(...statistics.mean);
  const ratio = (distance - statistics.spread) / Math.max(statistics.spread, 1);
  return ramp(ratio, 0.9, 1.3) * ramp(-distance, -40, -30) * ramp(-statistics.neutral, -0.08, -0.03);
}

/** 0 up to `low`, 1 from `high`, linear between. */
export function ramp(value: number, low: number, high: number): number {
  return Math.max(0, Math.min(1, (value - low) / (high - low)));
}

// ------------------------------------------------------------------------------------------------ curves

/** Targets of restored blacks and whites, as sRGB components. */
const BLACK_TARGET = 0.045;
const WHITE_TARGET = 0.95;
/** Largest stretch of density. A larger one would make noise visible. */
const LARGEST_STRETCH = 2.5;
/** The lightest tones lose at most this much density (a doubling of light), so that a dark photo stays dark. */
const LARGEST_LIGHTENING = 0.3;
/** Share of the median lightness that stays. */
const OWN_KEY = 0.35;
/** Share of a certain cast that is removed. The rest may be the light of the scene. */
const CAST_SHARE = 0.85;

/** One monotone curve per channel over sRGB components 0..1, sampled evenly at {@link CURVE_SIZE} points. */
export interface ToneCurves {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /**
   * The three curves are equal and change the brightness alone: a stretch of each channel would strengthen the tint of a
   * print without colours, and turn the faint one of a black-and-white print into a cast.
   */
  readonly keepsTint?: boolean;
}
export const CURVE_SIZE = 1025;

export type ToneSettings = StepOf<'tone'>['settings'];

/** The curves that correct a picture with these statistics; null if they would change nothing. */
export function toneCurves(statistics: ToneStatistics, settings: ToneSettings): ToneCurves | null {
  if (settings.strength === 0 || (settings.cast === 0 && settings.contrast === 0)) return null;
  const black = statistics.black.map(densityOf);
  const white = statistics.white.map(densityOf);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const tinted = statistics.colour !== 'colour';
  const certain = castConfidence(statistics);
  // The colours of the tones' ends show a cast only if they are nearly neutral, or if the whole picture has a cast.
  const chroma = (end: Lab) => Math.hypot(end[1], end[2]);
  const castAt = (end: Lab) =>
    tinted ? 0 : settings.cast * Math.max(CAST_SHARE * certain, ramp(-chroma(end), -20, -10));
  // Pale blacks are a result of fading, and so is their tint, however strong it is.
  const castDark = Math.max(castAt(statistics.darkEnd), tinted ? 0 : settings.cast * ramp(statistics.dark, 16, 24));
  const castLight = castAt(statistics.lightEnd);
  // A toned print's channels move together, so the densest and the thinnest layer limit all of them.
  const blackMean = tinted ? Math.max(...black) : mean(black);
  const whiteMean = tinted ? Math.min(...white) : mean(white);
  const blackTarget = blackMean + settings.contrast * Math.max(0, densityOf(BLACK_TARGET) - blackMean);
  const whiteTarget =
    whiteMean - settings.contrast * Math.min(LARGEST_LIGHTENING, Math.max(0, whiteMean - densityOf(WHITE_TARGET)));
  const stretch = (blackTarget - whiteTarget) / Math.max(blackMean - whiteMean, 1e-3);
  const limit = Math.min(1, LARGEST_STRETCH / stretch);
  const lines = [0, 1, 2].map((channel) => {
    const from = {
      black: blackMean + castDark * (black[channel]! - blackMean),
      white: whiteMean + castLight * (white[channel]! - whiteMean),
    };
    const slope = (limit * (blackTarget - whiteTarget)) / Math.max(from.black - from.white, 1e-3);
    const line = bend((density) => whiteTarget + slope * (density - from.white), whiteTarget, blackTarget);
    return (component: number) => componentOf(line(densityOf(component)));
  });
  // Fading also lightens the middle tones, but a light photo is not always faded, so part of its own lightness is kept.
  const middle = Math.max(0.02, Math.min(0.98, lightnessComponent(statistics.median)));
  const moved = Math.max(0.02, Math.min(0.98, mean(lines.map((line) => line(middle)))));
  const wanted = OWN_KEY * middle + (1 - OWN_KEY) * moved;
  const gamma = Math.max(0.7, Math.min(1.4, Math.log(wanted) / Math.log(moved)));
  const [red, green, blue] = lines.map((line) =>
    Float32Array.from({ length: CURVE_SIZE }, (_, i) => {
      const component = i / (CURVE_SIZE - 1);
      return component + settings.strength * (line(component) ** gamma - component);
    }),
  ) as [Float32Array, Float32Array, Float32Array];
  return { red, green, blue, keepsTint: tinted };
}

/** Largest change of density that makes a colour grey. Beyond it, hardly any of that colour's light is left. */
const LARGEST_SHIFT = 0.6;
/** Ends of the tones, as sRGB components, beyond which the shift bends so that nothing new is clipped. */
const LIGHTEST = 0.985;
const DARKEST = 0.02;

/**
 * The curves followed by a shift of the densities that makes a colour of the photo grey, at its own lightness. `neutral`
 * is `#rrggbb`, in the photo before the curves; null curves change nothing.
 */
export function withNeutral(curves: ToneCurves | null, neutral: string): ToneCurves {
  const base = curves ? [curves.red, curves.green, curves.blue] : [null, null, null];
  const after = (channel: number, component: number) => {
    const curve = base[channel];
    return curve ? curveAt(curve, component) : component;
  };
  const densities = [1, 3, 5].map((at, channel) =>
    densityOf(after(channel, Number.parseInt(neutral.slice(at, at + 2), 16) / 255)),
  );
  const weights = [0.2126, 0.7152, 0.0722];
  const grey = densities.reduce((sum, density, channel) => sum + weights[channel]! * density, 0);
  const shifts = densities.map((density) => Math.max(-LARGEST_SHIFT, Math.min(LARGEST_SHIFT, grey - density)));
  return shifted(curves, shifts as [number, number, number]);
}

/** The curves followed by a shift of each channel's density; null curves change nothing. Nothing new is clipped. */
export function shifted(curves: ToneCurves | null, shifts: readonly [number, number, number]): ToneCurves {
  const base = curves ? [curves.red, curves.green, curves.blue] : [null, null, null];
  const [red, green, blue] = shifts.map((shift, channel) => {
    const line = bend((each) => each + shift, densityOf(LIGHTEST), densityOf(DARKEST));
    return Float32Array.from({ length: CURVE_SIZE }, (_, i) => {
      const component = i / (CURVE_SIZE - 1);
      const before = base[channel];
      return componentOf(line(densityOf(before ? curveAt(before, component) : component)));
    });
  }) as [Float32Array, Float32Array, Float32Array];
  return { red, green, blue };
}

/**
 * Bends a line of densities beyond the targets, so that it clips nothing that was not clipped before: full black and
 * full white stay the same, and all tones between them stay distinct.
 */
export function bend(
  line: (density: number) => number,
  whiteTarget: number,
  blackTarget: number,
): (density: number) => number {
  const deepest = line(FULL_BLACK) - blackTarget;
  const lightest = whiteTarget - line(0);
  return (density) => {
    const moved = line(density);
    if (moved > blackTarget) return blackTarget + compress(moved - blackTarget, deepest, FULL_BLACK - blackTarget);
    if (moved < whiteTarget) return whiteTarget - compress(whiteTarget - moved, lightest, whiteTarget);
    return moved;
  };
}

/** Maps 0..`reach` to 0..`room` with slope 1 at 0; the identity if there is enough room. */
function compress(value: number, reach: number, room: number): number {
  if (reach <= room) return value;
  return room <= 0 ? 0 : value / (1 + value * (1 / room - 1 / reach));
}

/** The sRGB component of a neutral with that lightness. */
function lightnessComponent(lightness: number): number {
  const y = lightness > 8 ? ((lightness + 16) / 116) ** 3 : lightness / 903.3;
  return y <= 0.0031308 ? y * 12.92 : 1.055 * y ** (1 / 2.4) - 0.055;
}

/** A curve at a component. Outside 0..1 it continues as a shift, so that wide-gamut colours keep their distance. */
export function curveAt(curve: Float32Array, component: number): number {
  if (component <= 0) return curve[0]! + component;
  if (component >= 1) return curve[CURVE_SIZE - 1]! + component - 1;
  const place = component * (CURVE_SIZE - 1);
  const index = Math.floor(place);
  return curve[index]! + (place - index) * (curve[index + 1]! - curve[index]!);
}

/**
 * Structural similarity of a small raster to itself after the curves (Wang et al. 2004; 8 x 8 windows), 0..1: that of
 * the channel that suffers most, or of the luma if it is lower. A mean would let good channels hide a bad one.
 */
export function similarityAfter(small: Raster, curves: ToneCurves): number {
  const { channels, data } = small;
  const max = maxValue(small);
  const scale = 255 / max;
  const tables = [curves.red, curves.green, curves.blue].map((curve) => lookupTable(curve, max));
  const count = small.width * small.height;
  // The last plane is the luma. A grey raster has only one plane.
  const planes = channels === 3 ? 4 : 1;
  const before = Array.from({ length: planes }, () => new Float32Array(count));
  const after = Array.from({ length: planes }, () => new Float32Array(count));
  for (let c = 0; c < channels; c++) {
    // The same table as in {@link applyTone}.
    const table = tables[channels === 1 ? 1 : c]!;
    for (let i = 0; i < count; i++) {
      const value = data[i * channels + c]!;
      before[c]![i] = value * scale;
      after[c]![i] = table[value]! * scale;
    }
  }
  if (channels === 3) {
    for (const [red, green, blue, luma] of [before, after]) {
      for (let i = 0; i < count; i++) luma![i] = lumaOf(red![i]!, green![i]!, blue![i]!);
    }
  }
  return Math.min(...before.map((plane, i) => similarity(plane, after[i]!, small.width, small.height)));
}

/** Mean structural similarity of two planes in 8-bit levels; 1 if they are smaller than a window. */
function similarity(one: Float32Array, other: Float32Array, width: number, height: number): number {
  let total = 0;
  let windows = 0;
  for (let top = 0; top + 8 <= height; top += 8) {
    for (let left = 0; left + 8 <= width; left += 8) {
      let [p, q, pp, qq, pq] = [0, 0, 0, 0, 0];
      for (let y = top; y < top + 8; y++) {
        for (let i = y * width + left; i < y * width + left + 8; i++) {
          const before = one[i]!;
          const after = other[i]!;
          p += before;
          q += after;
          pp += before * before;
          qq += after * after;
          pq += before * after;
        }
      }
      p /= 64;
      q /= 64;
      const means = (2 * p * q + 6.5025) / (p * p + q * q + 6.5025);
      total += (means * (2 * (pq / 64 - p * q) + 58.5225)) / (pp / 64 - p * p + qq / 64 - q * q + 58.5225);
      windows++;
    }
  }
  return windows === 0 ? 1 : total / windows;
}

/** Pixels computed between two checks for a cancel: a few milliseconds of work. */
const BLOCK_PIXELS = 1 << 18;

/** Applies curves in place. Throws CANCELLED, and then some rows have changed. */
export async function applyTone(raster: Raster, curves: ToneCurves, tools: StepTools): Promise<void> {
  const { width, height, channels, data } = raster;
  const max = maxValue(raster);
  const each = [curves.red, curves.green, curves.blue];
  const rows = Math.max(1, Math.floor(BLOCK_PIXELS / width));
  const wide = tools.colour && channels === 3 ? tools.colour : null;
  // A grey photo takes the mean of the curves, which are equal for it anyway.
  const tables = wide ? null : each.map((curve) => lookupTable(curve, max));
  for (let y = 0; y < height; y += rows) {
    const block = { x: 0, y, width, height: Math.min(rows, height - y) };
    const start = y * width * channels;
    const end = start + block.width * block.height * channels;
    if (tables && channels === 1) {
      const grey = tables[1]!;
      for (let i = start; i < end; i++) data[i] = grey[data[i]!]!;
    } else if (curves.keepsTint) {
      const count = block.width * block.height;
      const planes = new Float32Array(3 * count);
      readSrgb(raster, block, wide, planes);
      brighten(curves.green, planes, count);
      wide?.fromSrgb(planes, count);
      for (let i = 0, target = start; i < count; i++, target += 3) {
        for (let c = 0; c < 3; c++) data[target + c] = sample(planes[i + c * count]!, max);
      }
    } else if (tables) {
      const [red, green, blue] = tables as [Uint16Array, Uint16Array, Uint16Array];
      for (let i = start; i < end; i += 3) {
        data[i] = red[data[i]!]!;
        data[i + 1] = green[data[i + 1]!]!;
        data[i + 2] = blue[data[i + 2]!]!;
      }
    } else {
      const count = block.width * block.height;
      const planes = new Float32Array(3 * count);
      readSrgb(raster, block, wide, planes);
      for (let c = 0; c < 3; c++) {
        for (let i = c * count; i < (c + 1) * count; i++) planes[i] = curveAt(each[c]!, planes[i]!);
      }
      wide!.fromSrgb(planes, count);
      for (let i = 0, target = start; i < count; i++, target += 3) {
        for (let c = 0; c < 3; c++) data[target + c] = sample(planes[i + c * count]!, max);
      }
    }
    tools.progress((y + block.height) / height);
    await tools.breathe();
  }
}

/** Puts the brightness of each pixel through a curve and keeps its distance from grey, as far as there is room for it. */
function brighten(curve: Float32Array, planes: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!];
    const grey = lumaOf(red, green, blue);
    const target = curveAt(curve, grey);
    const above = Math.max(red, green, blue) - grey;
    const below = grey - Math.min(red, green, blue);
    // A pixel that was clipped already has no room, and keeps what it can.
    const share = Math.max(0, Math.min(1, above > 0 ? (1 - target) / above : 1, below > 0 ? target / below : 1));
    planes[i] = target + share * (red - grey);
    planes[i + count] = target + share * (green - grey);
    planes[i + 2 * count] = target + share * (blue - grey);
  }
}

function lookupTable(curve: Float32Array, max: number): Uint16Array {
  const table = new Uint16Array(max + 1);
  for (let value = 0; value <= max; value++) table[value] = sample(curveAt(curve, value / max), max);
  return table;
}

function sample(value: number, max: number): number {
  return Math.max(0, Math.min(max, Math.round(value * max)));
}

/** Distance of the ends of the tones from those of a print in good condition, in L*. */
export function lostRange(tone: ToneStatistics): number {
  return Math.max(0, tone.dark - 9) + Math.max(0, 91 - tone.light);
}

export const LEAST_LOSS = 3.5;
/**
 * Lowest structural similarity in every channel after a correction on weak evidence. It leaves room for 0.995 at full
 * size.
 */
const LEAST_SIMILARITY = 0.997;

/** Certainty that a photo has faded and is not just dull, 0..1. */
export function evidenceOfFading(tone: ToneStatistics): number {
  const lost = lostRange(tone);
  return Math.max(
    // A cast that may equally belong to the subject is no evidence yet.
    ramp(castConfidence(tone), 0.5, 0.7),
    tone.colour === 'colour' ? ramp(lost, 12, 18) : ramp(lost, 4, 10),
  );
}

/**
 * Strength of the correction, 0..1. Weak evidence gets a weak correction: a photo that is merely dull may hardly change
 * visibly, and a photo that has certainly faded may change as much as necessary.
 */
export function toneStrength(small: Raster, tone: ToneStatistics): number {
  const lost = lostRange(tone);
  const certain = castConfidence(tone);
  const evidence = evidenceOfFading(tone);
  let steps = Math.round(5 + 15 * Math.max(ramp(lost, LEAST_LOSS, 14), certain));
  for (; steps > 1; steps--) {
    const curves = toneCurves(tone, { strength: steps / 20, cast: 1, contrast: 1 });
    if (!curves || similarityAfter(small, curves) >= LEAST_SIMILARITY - evidence) break;
  }
  return steps / 20;
}
