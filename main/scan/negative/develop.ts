import type { Negative } from '../../../contract/scan';
import { fromLinear, toLinear } from '../../restoration/colour';
import { type ColourTransform, createRaster, maxValue, type Raster } from '../../restoration/raster';
import { decadesOf, GAMMA, type Three, UNMIX } from './density';

/**
 * From the scan of a negative to a positive, at the depth of the scan: tables for each channel, and between them the linear mixture
 * of the densities.
 */

/** Samples of one strip: a fraction of a second. */
const STRIP_SAMPLES = 3_000_000;
/** Steps of the table from density to the result, and the densities that it reaches from the base on. */
const STEPS = 1 << 16;
const [LEAST_DENSITY, MOST_DENSITY] = [-0.5, 4.5];
/** Light below this is the scanner's noise. */
const LEAST_LIGHT = 10 ** -4.5;
/** Decades by which warmth or tint at 1 shifts a channel. */
const BALANCE = 0.1;
/** Contrast turns around this light. */
const PIVOT = Math.log10(0.18);
/** Above this share of white, light is compressed instead of cut off. */
const KNEE = 0.85;

/**
 * Linear light of the samples of a raster, as far as one channel alone tells: the curve of its colour profile along the greys.
 */
export function linearTable(max: number, colour: ColourTransform | null): Float64Array {
  const count = max + 1;
  const table = new Float64Array(count);
  if (colour === null) {
    for (let i = 0; i < count; i++) table[i] = toLinear(i / max);
    return table;
  }
  const planes = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) planes[i] = planes[i + count] = planes[i + 2 * count] = i / max;
  colour.toSrgb(planes, count);
  for (let i = 0; i < count; i++) table[i] = toLinear(Math.max(0, planes[i + count]!));
  return table;
}

/** The sample of linear light, 0..1, in `steps + 1` even steps of its square root. */
function sampleTable(max: number, colour: ColourTransform | null, steps: number): Float64Array {
  const lights = Float64Array.from({ length: steps + 1 }, (_, i) => fromLinear((i / steps) ** 2));
  if (colour !== null) {
    const count = steps + 1;
    const planes = new Float32Array(3 * count);
    for (let i = 0; i < count; i++) planes[i] = planes[i + count] = planes[i + 2 * count] = lights[i]!;
    colour.fromSrgb(planes, count);
    for (let i = 0; i < count; i++) lights[i] = planes[i + count]!;
  }
  return lights.map((value) => Math.max(0, Math.min(1, value)) * max);
}

/** Whites beyond the paper get a little of its range, so that they keep their drawing. */
function compressed(light: number): number {
  if (light <= KNEE) return light;
  const room = 1 - KNEE;
  return KNEE + room * (1 - Math.exp(-(light - KNEE) / room));
}

/** Decades of light of a layer, from decades of exposure. */
export function toneOf({ slope, shift, exposure, contrast, warmth, tint }: Negative, layer: 0 | 1 | 2) {
  const balance = [warmth + tint / 2, -tint, -warmth + tint / 2][layer]! * BALANCE;
  const stretch = 2 ** contrast;
  return (decades: number) => {
    const light = slope[layer] * decades + shift[layer] + exposure * Math.log10(2) + balance;
    return PIVOT + stretch * (light - PIVOT);
  };
}

/** Silver takes the same from all channels, and the mean of the three has less noise than one. */
const MEAN: readonly [Three, Three, Three] = [
  [1 / 3, 1 / 3, 1 / 3],
  [1 / 3, 1 / 3, 1 / 3],
  [1 / 3, 1 / 3, 1 / 3],
];

/**
 * A new raster with the positive. `between` is called after each strip with the share that is done, and may throw to stop.
 */
export async function develop(
  scan: Raster,
  negative: Negative,
  colour: ColourTransform | null,
  between: (share: number) => Promise<void>,
): Promise<Raster> {
  const { width, height, channels, depth } = scan;
  const positive = createRaster(width, height, channels, depth);
  const max = maxValue(scan);
  const linear = linearTable(max, colour);
  const densities = [0, 1, 2].map((c) => {
    const base = Math.log10(negative.base[c]!);
    return Float32Array.from(linear, (light) => base - Math.log10(Math.max(LEAST_LIGHT, light)));
  });
  const outputs = [0, 1, 2].map((c) => outputTable(negative, c as 0 | 1 | 2, max, channels === 1 ? null : colour));
  const rows = Math.max(1, Math.floor(STRIP_SAMPLES / (width * channels)));
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const [from, to] = [top * width * channels, bottom * width * channels];
    if (channels === 1) developGrey(scan.data, positive.data, densities[1]!, outputs[1]!, from, to);
    else developColours(scan.data, positive.data, densities, outputs, negative.kind, from, to);
    await between(bottom / height);
  }
  return positive;
}

const SCALE = (STEPS - 1) / (MOST_DENSITY - LEAST_DENSITY);

/** The sample for each density of a layer. */
function outputTable(negative: Negative, layer: 0 | 1 | 2, max: number, colour: ColourTransform | null) {
  const steps = 4096;
  const samples = sampleTable(max, colour, steps);
  const tone = toneOf(negative, layer);
  const gamma = negative.kind === 'mono' ? GAMMA[1] : GAMMA[layer];
  const table = max > 255 ? new Uint16Array(STEPS) : new Uint8Array(STEPS);
  for (let i = 0; i < STEPS; i++) {
    const light = compressed(10 ** tone(decadesOf((i / SCALE + LEAST_DENSITY) / gamma)));
    const place = Math.sqrt(light) * steps;
    const low = Math.min(steps - 1, Math.floor(place));
    table[i] = Math.round(samples[low]! + (place - low) * (samples[low + 1]! - samples[low]!));
  }
  return table;
}

type Samples = Uint8Array | Uint16Array;

function developGrey(data: Samples, out: Samples, density: Float32Array, table: Samples, from: number, to: number) {
  for (let i = from; i < to; i++) out[i] = table[stepOf(density[data[i]!]!)]!;
}

function stepOf(density: number): number {
  const step = (density - LEAST_DENSITY) * SCALE;
  return step < 0 ? 0 : step > STEPS - 1 ? STEPS - 1 : (step + 0.5) | 0;
}

function developColours(
  data: Samples,
  out: Samples,
  [reds, greens, blues]: Float32Array[],
  [red, green, blue]: Samples[],
  kind: Negative['kind'],
  from: number,
  to: number,
) {
  const [[a, b, c], [d, e, f], [g, h, i]] = kind === 'mono' ? MEAN : UNMIX;
  for (let at = from; at < to; at += 3) {
    const [r0, g0, b0] = [reds![data[at]!]!, greens![data[at + 1]!]!, blues![data[at + 2]!]!];
    out[at] = red![stepOf(a * r0 + b * g0 + c * b0)]!;
    out[at + 1] = green![stepOf(d * r0 + e * g0 + f * b0)]!;
    out[at + 2] = blue![stepOf(g * r0 + h * g0 + i * b0)]!;
  }
}
