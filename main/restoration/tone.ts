import type { StepOf } from '../../preload/contract';
import { type Lab, toLab } from './colour';
import { maxValue, type Raster, readSrgb } from './raster';
import type { StepTools } from './tools';

/**
 * Fade, cast and contrast correction without a net.
 *
 * Dyes that fade lose density, each layer by a share of its own, while stain and scanner flare add some everywhere:
 * measured density is an affine function of the original density, one function per layer (Gschwind and Frey,
 * "Electronic imaging, a tool for the reconstruction of faded color photographs", J. Imaging Sci. Technol. 38, 1994).
 * The correction is its inverse: per channel, density is scaled and shifted so that robust black and white points land
 * on neutral targets. Density is taken above a small flare, which keeps the curve finite at black and spares the
 * shadows' noise.
 *
 * Whether a colour cast is a fault or the subject is judged in CIELAB by the distance of the a*b* cloud from neutral
 * against its own spread (Gasparini and Schettini, "Color balancing of digital photos using simple image statistics",
 * Pattern Recognition 37, 2004). Monochrome and toned prints keep their tint.
 */

/** The statistics are taken on a copy of at most this many pixels. */
export const TONE_PIXELS = 250_000;

/** Share of the picture's width and height left out on each side: edges of the print, mounts, scanner beds. */
const MARGIN = 0.06;

/** What a picture's tones are like. Densities are those of {@link densityOf}. */
export interface ToneStatistics {
  /** Lightness L* at the far ends of the tones: mean of the 0.05 % and 0.5 % percentiles, and of their mirror images. */
  readonly dark: number;
  readonly light: number;
  readonly median: number;
  /** Black and white points per channel as sRGB components, at 0.2 % and 99.8 %. */
  readonly black: readonly [number, number, number];
  readonly white: readonly [number, number, number];
  /** Mean a*, b*. */
  readonly mean: readonly [number, number];
  /** Root mean square distance of a*b* from their mean. */
  readonly spread: number;
  /** Mean colour of the darkest and of the lightest 2 %. */
  readonly darkEnd: Lab;
  readonly lightEnd: Lab;
  /** Share of pixels with a chroma under 5. */
  readonly neutral: number;
  readonly colour: 'colour' | 'monochrome' | 'toned';
}

/**
 * Measures the tones of a small raster (see {@link TONE_PIXELS}), away from its borders. `ignore` names pixels that do
 * not count, such as damage.
 */
export function measureTone(
  raster: Raster,
  colour: StepTools['colour'],
  ignore?: (x: number, y: number) => boolean,
): ToneStatistics {
  const { width, height } = raster;
  const total = width * height;
  const planes = new Float32Array(3 * total);
  readSrgb(raster, { x: 0, y: 0, width, height }, colour, planes);
  const marginX = Math.floor(width * MARGIN);
  const marginY = Math.floor(height * MARGIN);
  let chosen = indicesWithin(width, height, marginX, marginY, ignore);
  if (chosen.length === 0) chosen = indicesWithin(width, height, 0, 0);
  const count = chosen.length;
  const labs = new Float32Array(3 * count);
  const channels = [0, 1, 2].map(() => new Float32Array(count));
  for (let i = 0; i < count; i++) {
    const at = chosen[i]!;
    const red = planes[at]!;
    const green = planes[at + total]!;
    const blue = planes[at + 2 * total]!;
    channels[0]![i] = red;
    channels[1]![i] = green;
    channels[2]![i] = blue;
    labs.set(toLab(red, green, blue), 3 * i);
  }
  const lightness = Float32Array.from({ length: count }, (_, i) => labs[3 * i]!).sort();
  for (const channel of channels) channel.sort();
  const points = (share: number) => channels.map((channel) => quantile(channel, share)) as [number, number, number];
  const ends = {
    dark: meanWhere(labs, (L) => L <= quantile(lightness, 0.02)),
    light: meanWhere(labs, (L) => L >= quantile(lightness, 0.98)),
    all: meanWhere(labs, () => true),
  };
  let squares = 0;
  let neutral = 0;
  for (let i = 0; i < count; i++) {
    const a = labs[3 * i + 1]!;
    const b = labs[3 * i + 2]!;
    squares += (a - ends.all[1]) ** 2 + (b - ends.all[2]) ** 2;
    if (a * a + b * b < 25) neutral++;
  }
  return {
    dark: (quantile(lightness, 0.0005) + quantile(lightness, 0.005)) / 2,
    light: (quantile(lightness, 0.9995) + quantile(lightness, 0.995)) / 2,
    median: quantile(lightness, 0.5),
    black: points(0.002),
    white: points(0.998),
    mean: [ends.all[1], ends.all[2]],
    spread: Math.sqrt(squares / count),
    darkEnd: ends.dark,
    lightEnd: ends.light,
    neutral: neutral / count,
    colour: raster.channels === 1 ? 'monochrome' : kindOfColour(labs, Math.hypot(ends.all[1], ends.all[2])),
  };
}

function indicesWithin(
  width: number,
  height: number,
  marginX: number,
  marginY: number,
  ignore?: (x: number, y: number) => boolean,
): Int32Array {
  const chosen = new Int32Array(width * height);
  let count = 0;
  for (let y = marginY; y < height - marginY; y++) {
    for (let x = marginX; x < width - marginX; x++) if (!ignore?.(x, y)) chosen[count++] = y * width + x;
  }
  return chosen.subarray(0, count);
}

function quantile(sorted: Float32Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))]!;
}

function meanWhere(labs: Float32Array, wanted: (lightness: number) => boolean): Lab {
  const sum = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < labs.length; i += 3) {
    if (!wanted(labs[i]!)) continue;
    for (let k = 0; k < 3; k++) sum[k]! += labs[i + k]!;
    count++;
  }
  return [sum[0]! / count, sum[1]! / count, sum[2]! / count];
}

/**
 * A print without colours has one a*b* for each lightness: what matters is the distance from that curve, above all
 * across the tint's own direction, because stains and uneven bleaching change its strength more than its hue. The
 * bounds are far from both photographs in colour and from old prints.
 */
function kindOfColour(labs: Float32Array, meanChroma: number): ToneStatistics['colour'] {
  const BINS = 21;
  const sums = new Float64Array(3 * BINS);
  const binOf = (i: number) => 3 * Math.max(0, Math.min(BINS - 1, Math.floor(labs[i]! / 5)));
  for (let i = 0; i < labs.length; i += 3) {
    const bin = binOf(i);
    sums[bin]! += 1;
    sums[bin + 1]! += labs[i + 1]!;
    sums[bin + 2]! += labs[i + 2]!;
  }
  const distances = new Float32Array(labs.length / 3);
  const across = new Float32Array(labs.length / 3);
  for (let i = 0; i < labs.length; i += 3) {
    const bin = binOf(i);
    const tintA = sums[bin + 1]! / sums[bin]!;
    const tintB = sums[bin + 2]! / sums[bin]!;
    const a = labs[i + 1]! - tintA;
    const b = labs[i + 2]! - tintB;
    distances[i / 3] = Math.hypot(a, b);
    across[i / 3] = Math.abs(a * tintB - b * tintA) / Math.max(1e-6, Math.hypot(tintA, tintB));
  }
  distances.sort();
  across.sort();
  if (meanChroma < 5) return quantile(distances, 0.95) < 5 && quantile(distances, 0.99) < 7 ? 'monochrome' : 'colour';
  const near = quantile(distances, 0.95) < 12 && quantile(distances, 0.99) < 14;
  const straight = quantile(across, 0.95) < 4.6 && quantile(across, 0.99) < 6.8;
  return near && straight && meanChroma < 40 ? 'toned' : 'colour';
}

/** How sure it is that a picture's colour cast is a fault, 0..1: a cloud of colours far from neutral, tightly packed. */
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

/** Linear light that a black surface seems to have in a scan of a print. */
const FLARE = 0.008;

/** Density above flare of an sRGB component, 0 at white, about 2.1 at black. */
function densityOf(component: number): number {
  const linear = component <= 0.04045 ? component / 12.92 : ((component + 0.055) / 1.055) ** 2.4;
  return -Math.log10((linear + FLARE) / (1 + FLARE));
}

const FULL_BLACK = densityOf(0);

function componentOf(density: number): number {
  const linear = 10 ** -density * (1 + FLARE) - FLARE;
  if (linear <= 0) return 0;
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** Where restored blacks and whites go, as sRGB components. */
const BLACK_TARGET = 0.045;
const WHITE_TARGET = 0.95;
/** Density is stretched by no more than this, lest noise be made visible. */
const LARGEST_STRETCH = 2.5;
/** The lightest tones lose at most this much density (a doubling of light): a dark photo stays a dark photo. */
const LARGEST_LIGHTENING = 0.3;
/** Share of the median lightness that stays as it is. */
const OWN_KEY = 0.35;
/** Share of a certain cast that is taken out: some of it may be the light of the day. */
const CAST_SHARE = 0.85;

/** One monotone curve per channel over sRGB components 0..1, sampled evenly at {@link CURVE_SIZE} points. */
export interface ToneCurves {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}
const CURVE_SIZE = 1025;

export type ToneSettings = StepOf<'tone'>['settings'];

/** The curves that correct a picture with these statistics; null where they would change nothing. */
export function toneCurves(statistics: ToneStatistics, settings: ToneSettings): ToneCurves | null {
  if (settings.strength === 0 || (settings.cast === 0 && settings.contrast === 0)) return null;
  const black = statistics.black.map(densityOf);
  const white = statistics.white.map(densityOf);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const tinted = statistics.colour !== 'colour';
  const certain = castConfidence(statistics);
  // The ends of the tones tell a cast only where they are nearly neutral, or where the whole picture has one.
  const chroma = (end: Lab) => Math.hypot(end[1], end[2]);
  const castAt = (end: Lab) =>
    tinted ? 0 : settings.cast * Math.max(CAST_SHARE * certain, ramp(-chroma(end), -20, -10));
  // Blacks that have gone pale have done so by fading, and their tint is the fading's, however strong.
  const castDark = Math.max(castAt(statistics.darkEnd), tinted ? 0 : settings.cast * ramp(statistics.dark, 16, 24));
  const castLight = castAt(statistics.lightEnd);
  // A toned print's channels move together: what the densest and the thinnest layer allow holds for all.
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
  // Fading thins the middle tones too, but not all that is light has faded: a part of the picture's own key is kept.
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
  return { red, green, blue };
}

/**
 * Bends a line of densities beyond the targets, so that what was not clipped is not clipped by it: full black and full
 * white stay what they are, and all between them keep apart.
 */
function bend(
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

/** Maps 0..`reach` to 0..`room` with slope 1 at 0; the identity where there is room enough. */
function compress(value: number, reach: number, room: number): number {
  if (reach <= room) return value;
  return room <= 0 ? 0 : value / (1 + value * (1 / room - 1 / reach));
}

/** The sRGB component of a neutral of that lightness. */
function lightnessComponent(lightness: number): number {
  const y = lightness > 8 ? ((lightness + 16) / 116) ** 3 : lightness / 903.3;
  return y <= 0.0031308 ? y * 12.92 : 1.055 * y ** (1 / 2.4) - 0.055;
}

/** A curve at a component; outside 0..1 it goes on as a shift, so that wide-gamut colours keep their distance. */
export function curveAt(curve: Float32Array, component: number): number {
  if (component <= 0) return curve[0]! + component;
  if (component >= 1) return curve[CURVE_SIZE - 1]! + component - 1;
  const place = component * (CURVE_SIZE - 1);
  const index = Math.floor(place);
  return curve[index]! + (place - index) * (curve[index + 1]! - curve[index]!);
}

/**
 * Mean structural similarity (Wang et al. 2004; 8 x 8 windows, over the three channels) of a small raster to itself
 * after the curves, 0..1.
 */
export function similarityAfter(small: Raster, curves: ToneCurves): number {
  const { width, height, channels, data } = small;
  const max = maxValue(small);
  const tables = [curves.red, curves.green, curves.blue].map((curve) => lookupTable(curve, max));
  const scale = 255 / max;
  let total = 0;
  let windows = 0;
  for (let c = 0; c < channels; c++) {
    const table = tables[c]!;
    for (let top = 0; top + 8 <= height; top += 8) {
      for (let left = 0; left + 8 <= width; left += 8) {
        let [p, q, pp, qq, pq] = [0, 0, 0, 0, 0];
        for (let y = top; y < top + 8; y++) {
          for (let x = left; x < left + 8; x++) {
            const value = data[(y * width + x) * channels + c]!;
            const before = value * scale;
            const after = table[value]! * scale;
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
  }
  return windows === 0 ? 1 : total / windows;
}

/** Rows between two chances to cancel: a few milliseconds of work. */
const BLOCK_PIXELS = 1 << 18;

/** Applies curves in place. Throws CANCELLED, leaving some rows changed. */
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

function lookupTable(curve: Float32Array, max: number): Uint16Array {
  const table = new Uint16Array(max + 1);
  for (let value = 0; value <= max; value++) table[value] = sample(curveAt(curve, value / max), max);
  return table;
}

function sample(value: number, max: number): number {
  return Math.max(0, Math.min(max, Math.round(value * max)));
}
