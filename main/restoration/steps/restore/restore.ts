import type { Analysis } from '../../../../contract/photo';
import type { RestoreSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import { DelayedRows } from '../../delayed-rows';
import { measureQuality, type Quality } from '../../quality';
import { maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import type { PassReport, StepTools } from '../../tools';

/** The generator's input that says how large an error to expect: its root mean square, in units of 0..1. */
const ERROR_INPUT = 'strength';
/** Somebody who switches the step on by hand for a photo that measures clean expects at least this much of it. */
const LEAST_ERROR = 3;
/** Share of the luminance grain that {@link RestoreSettings} with `keepGrain` leave standing. */
const GRAIN_KEPT = 0.65;

/** How a raster differs from the photo that it shows, in 8-bit levels. */
export type Expected = Pick<Quality, 'noise' | 'compression'>;

/**
 * What is to be taken out of a raster that shows a photo at any size. Noise is measured in the raster itself, since
 * shrinking averages it away, the more the finer it is; compression is not, as the grid of a shrunken photo lies
 * between the pixels: there the error of the full size is taken, less by the scale.
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
 * Takes noise, grain and the marks of compression out of a raster, in place. The generator is told how large the error
 * is that was measured, as far as its card allows; `strength` is the share of its change that is made, 0 changes
 * nothing. With `keepGrain`, a share of the luminance that it would take out stays: as much as belongs to noise and
 * not to compression, whose blocks are nobody's grain. The change is made in sRGB, whatever the raster's encoding.
 *
 * Gives null where nothing was to be done. Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; after
 * a throw the raster is of no use.
 */
export async function restore(
  raster: Raster,
  expected: Expected,
  { strength, keepGrain }: RestoreSettings,
  tools: StepTools,
): Promise<PassReport | null> {
  if (strength === 0) return null;
  const { noise, compression } = expected;
  const isNoise = noise === 0 ? 0 : noise ** 2 / (noise ** 2 + compression ** 2);
  const kept = keepGrain ? GRAIN_KEPT * isNoise : 0;
  const rows = new DelayedRows(raster);
  let before = new Float32Array(0);
  const report = await tools.runTiles({
    task: 'restore',
    width: raster.width,
    height: raster.height,
    extras: extrasFor(errorOf(expected) / 255, tools),
    read: (rect, into) => {
      rows.release(rect.y);
      readSrgb(raster, rect, tools.colour, into);
    },
    write: (rect, planes) => {
      // The rows wait, so the raster still has what the tile was made from.
      const samples = 3 * rect.width * rect.height;
      if (before.length < samples) before = new Float32Array(samples);
      readSrgb(raster, rect, tools.colour, before);
      toChange(planes, before, rect.width * rect.height, strength, kept);
      applyChange(raster, rect, planes, before, rows, tools);
    },
  });
  rows.finish();
  return report;
}

function extrasFor(error: number, tools: StepTools): Record<string, number> {
  const input = tools.generator('restore')?.extraInputs.find(({ name }) => name === ERROR_INPUT);
  // A generator that takes no such input has one strength of its own.
  return input ? { [ERROR_INPUT]: Math.max(input.min, Math.min(input.max, error)) } : {};
}

/** Turns what a generator gave into the change to make. */
function toChange(planes: Float32Array, before: Float32Array, count: number, strength: number, kept: number): void {
  for (let i = 0; i < count; i++) {
    const red = planes[i]! - before[i]!;
    const green = planes[i + count]! - before[i + count]!;
    const blue = planes[i + 2 * count]! - before[i + 2 * count]!;
    const grain = kept * lumaOf(red, green, blue);
    planes[i] = strength * (red - grain);
    planes[i + count] = strength * (green - grain);
    planes[i + 2 * count] = strength * (blue - grain);
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
