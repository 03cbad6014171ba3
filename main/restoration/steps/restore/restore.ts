import type { Analysis } from '../../../../contract/photo';
import type { RestoreSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import { DelayedRows } from '../../delayed-rows';
import {
  atAffordableSize,
  atSize,
  fittingSize,
  LumaReader,
  lumaPlane,
  seesWhole,
  shareOf,
  takesLuma,
} from '../../foreign';
import { GuidedPlanes } from '../../guided';
import { measureQuality, type Quality } from '../../quality';
import { maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import {
  chosen,
  type ForeignFacts,
  type GeneratorFacts,
  type PassReport,
  type StepTools,
  type Wanted,
} from '../../tools';

/** The generator's input for the expected error: its root mean square, in units of 0..1. */
const ERROR_INPUT = 'strength';
/**
 * If the user switches the step on for a photo that measures clean, it expects at least this error, in 8-bit levels.
 */
const LEAST_ERROR = 3;
/** Share of the luminance grain that {@link RestoreSettings} with `keepGrain` keep. */
const GRAIN_KEPT = 0.65;
const BAND_PIXELS = 1 << 17;

/** Inputs of nets from elsewhere: the standard deviation of noise in 0..1, and how much a JPEG lost, 0..1. */
const NOISE_INPUTS = /^(?:sigma|noise)/i;
const LOSS_INPUTS = /^(?:qf|quality)/i;
/** All of them. */
export const MEASURED_INPUTS = new RegExp(`^${ERROR_INPUT}$|${NOISE_INPUTS.source}|${LOSS_INPUTS.source}`, 'i');
/** The error that compression causes, in 8-bit levels, by how much the quality of a JPEG lacks to 100 %. */
const LOSSES = [
  [0, 0],
  [1.7, 0.1],
  [3, 0.25],
  [4.5, 0.5],
  [7, 0.8],
  [9.5, 0.9],
] as const;

/** Noise and compression errors of a raster, in 8-bit levels. */
export type Expected = Pick<Quality, 'noise' | 'compression'>;

/**
 * The errors to remove from a raster that shows a photo at any size. Noise is measured in the raster itself, since
 * shrinking averages it away, fine noise more than coarse noise. Compression cannot be measured there, because the grid
 * of a reduced photo falls between the pixels; the error of the full size is scaled down instead.
 */
export function expectedIn(raster: Raster, analysis: Analysis): Expected {
  const scale = Math.sqrt((raster.width * raster.height) / (1e6 * analysis.megapixels));
  const { noise, compression } = measureQuality(raster);
  const isFullSize = scale > 0.999;
  return { noise, compression: isFullSize ? compression : scale * analysis.compression };
}

/** Root mean square of the expected error in 8-bit levels. */
export function errorOf({ noise, compression }: Expected): number {
  return Math.max(LEAST_ERROR, Math.hypot(noise, compression));
}

/**
 * Removes noise, grain and compression artefacts from a raster, in place. The generator gets the measured error, as far
 * as its card allows. `strength` is the share of its change that is applied, 0..1; 0 changes nothing. With `keepGrain`,
 * a share of the luminance change is left out: only as much as noise causes, and not compression, whose blocks are not
 * grain. The change is made in sRGB, whatever the raster's encoding.
 *
 * Returns null if there was nothing to do. Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED. After
 * a throw the raster cannot be used.
 */
export async function restore(
  raster: Raster,
  expected: Expected,
  { strength, keepGrain, ...named }: RestoreSettings,
  tools: StepTools,
): Promise<Restored | null> {
  if (strength === 0) return null;
  const { noise, compression } = expected;
  const isNoise = noise === 0 ? 0 : noise ** 2 / (noise ** 2 + compression ** 2);
  const kept = keepGrain ? GRAIN_KEPT * isNoise : 0;
  const wanted = chosen(named);
  const facts = tools.generator('restore', wanted);
  const { extras, ...told } = extrasFor(expected, facts);
  if (seesWhole(facts)) {
    const { report, seen } = await restoreWhole(raster, { facts, wanted, extras, strength, kept }, tools);
    return { ...report, ...told, ...(seen && { seen }) };
  }
  const isLuma = takesLuma(facts);
  const luma = new LumaReader(raster, tools.colour);
  const rows = new DelayedRows(raster);
  let before = new Float32Array(0);
  const report = await tools.runTiles({
    task: 'restore',
    wanted,
    width: raster.width,
    height: raster.height,
    extras,
    read: (rect, into) => {
      rows.release(rect.y);
      if (isLuma) luma.read(rect, into);
      else readSrgb(raster, rect, tools.colour, into);
    },
    write: (rect, planes) => {
      // The result waits in `rows`, so the raster still holds the tile's input.
      const samples = 3 * rect.width * rect.height;
      if (before.length < samples) before = new Float32Array(samples);
      readSrgb(raster, rect, tools.colour, before);
      const count = rect.width * rect.height;
      const change = isLuma ? lumaChange(planes, before, count) : difference(planes, before, count, facts);
      weaken(change, count, strength, kept);
      applyChange(raster, rect, change, before, rows, tools);
    },
  });
  rows.finish();
  return { ...report, ...told };
}

/** How a pass was computed, and what the generator was told. */
export interface Restored extends PassReport {
  /** Noise, in 8-bit levels. */
  sigma?: number;
  /** The quality of a JPEG, 0..100. */
  quality?: number;
  /** The size at which the whole picture was seen, if it was reduced. */
  seen?: { width: number; height: number };
}

interface Whole {
  facts: GeneratorFacts & { foreign: ForeignFacts };
  wanted: Wanted;
  extras: Record<string, number>;
  strength: number;
  kept: number;
}

/** Lets a net see the whole picture, reduced if it has to be. What it changes there is enlarged along the picture's edges. */
async function restoreWhole(
  raster: Raster,
  { facts, wanted, extras, strength, kept }: Whole,
  tools: StepTools,
): Promise<{ report: PassReport; seen: Restored['seen'] | null }> {
  const { width, height } = raster;
  const isLuma = takesLuma(facts);
  let small = raster;
  let change = new Float32Array(0);
  const { report, size } = await atAffordableSize(
    (share) => fittingSize(facts.foreign, shareOf(fittingSize(facts.foreign, raster), share)),
    async (tried) => {
      small = await atSize(raster, tried, tools);
      const pixels = tried.width * tried.height;
      const before = new Float32Array(3 * pixels);
      readSrgb(small, { x: 0, y: 0, ...tried }, tools.colour, before);
      return tools.runTiles({
        task: 'restore',
        wanted,
        ...tried,
        extras,
        read: (rect, into) => {
          if (isLuma) new LumaReader(small, tools.colour).read(rect, into);
          else readSrgb(small, rect, tools.colour, into);
        },
        write: (_, planes) => {
          change = (isLuma ? lumaChange(planes, before, pixels) : difference(planes, before, pixels, facts)).slice();
        },
        weight: 0.7,
      });
    },
  );
  const count = size.width * size.height;
  const guide = lumaPlane(small, tools.colour);
  weaken(change, count, strength, kept);
  const guided = new GuidedPlanes({ ...size, luma: guide, planes: change }, raster);
  const rows = new DelayedRows(raster);
  const band = Math.max(1, Math.floor(BAND_PIXELS / width));
  const found = new Float64Array(3);
  for (let y = 0; y < height; y += band) {
    const rect = { x: 0, y, width, height: Math.min(band, height - y) };
    const pixels = width * rect.height;
    const own = new Float32Array(3 * pixels);
    const part = new Float32Array(3 * pixels);
    readSrgb(raster, rect, tools.colour, own);
    for (let i = 0; i < pixels; i++) {
      const luma = lumaOf(own[i]!, own[i + pixels]!, own[i + 2 * pixels]!);
      guided.at(i % width, y + Math.floor(i / width), luma, found);
      for (let c = 0; c < 3; c++) part[c * pixels + i] = found[c]!;
    }
    applyChange(raster, rect, part, own, rows, tools);
    rows.release(y + rect.height);
    await tools.breathe();
    tools.progress(0.7 + (0.3 * (y + rect.height)) / height);
  }
  rows.finish();
  return { report, seen: size.width === width && size.height === height ? null : size };
}

/** What the generator is told about the photo, as far as its card allows. */
function extrasFor(expected: Expected, facts: GeneratorFacts | null) {
  const error = errorOf(expected);
  const extras: Record<string, number> = {};
  const told: Pick<Restored, 'sigma' | 'quality'> = {};
  for (const { name, min, max } of facts?.extraInputs ?? []) {
    const within = (value: number) => Math.max(min, Math.min(max, value));
    if (facts?.foreign ? NOISE_INPUTS.test(name) : name === ERROR_INPUT) {
      extras[name] = within(error / 255);
      if (facts?.foreign) told.sigma = 255 * extras[name];
    } else if (facts?.foreign && LOSS_INPUTS.test(name)) {
      extras[name] = within(lossOf(Math.max(LEAST_ERROR, expected.compression)));
      told.quality = 100 * (1 - extras[name]);
    }
  }
  return { extras, ...told };
}

function lossOf(compression: number): number {
  for (let i = 1; i < LOSSES.length; i++) {
    const [[from, low], [to, high]] = [LOSSES[i - 1]!, LOSSES[i]!];
    if (compression <= to) return low + ((high - low) * (compression - from)) / (to - from);
  }
  return LOSSES.at(-1)![1];
}

/** Turns the generator's output into its difference from what it saw, in place. */
function difference(planes: Float32Array, before: Float32Array, count: number, facts: GeneratorFacts | null) {
  // Nets from elsewhere see no value outside 0..1.
  const isClamped = facts?.foreign !== undefined;
  for (let i = 0; i < 3 * count; i++) {
    planes[i]! -= isClamped ? Math.max(0, Math.min(1, before[i]!)) : before[i]!;
  }
  return planes;
}

/** The same change in every channel, from luma. */
function lumaChange(luma: Float32Array, before: Float32Array, count: number): Float32Array {
  const change = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const own = lumaOf(before[i]!, before[i + count]!, before[i + 2 * count]!);
    const value = luma[i]! - Math.max(0, Math.min(1, own));
    change[i] = value;
    change[i + count] = value;
    change[i + 2 * count] = value;
  }
  return change;
}

/** Leaves the change as strong as it is to be applied. */
function weaken(change: Float32Array, count: number, strength: number, kept: number): void {
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [change[i]!, change[i + count]!, change[i + 2 * count]!];
    const grain = kept * lumaOf(red, green, blue);
    change[i] = strength * (red - grain);
    change[i + count] = strength * (green - grain);
    change[i + 2 * count] = strength * (blue - grain);
  }
}

function applyChange(
  raster: Raster,
  rect: Rect,
  change: Float32Array,
  before: Float32Array,
  rows: DelayedRows,
  tools: StepTools,
): void {
  const { channels, data, width } = raster;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  const isWide = tools.colour !== null && channels === 3;
  if (isWide) {
    for (let i = 0; i < 3 * count; i++) change[i] = before[i]! + change[i]!;
    tools.colour?.fromSrgb(change, count);
  }
  for (let y = 0, i = 0; y < rect.height; y++) {
    const row = rows.row(rect.y + y);
    const start = (rect.y + y) * width * channels;
    let target = rect.x * channels;
    for (let x = 0; x < rect.width; x++, i++, target += channels) {
      if (channels === 1) {
        const mean = (change[i]! + change[i + count]! + change[i + 2 * count]!) / 3;
        row[target] = sample(data[start + target]! + mean * max, max);
        continue;
      }
      for (let c = 0; c < 3; c++) {
        const value = change[i + c * count]! * max;
        row[target + c] = sample(isWide ? value : data[start + target + c]! + value, max);
      }
    }
  }
}

function sample(value: number, max: number): number {
  return Math.max(0, Math.min(max, Math.round(value)));
}
