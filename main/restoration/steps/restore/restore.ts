import type { Analysis } from '../../../../contract/photo';
import type { RestoreSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import { DelayedRows } from '../../delayed-rows';
import { measureQuality, type Quality } from '../../quality';
import { maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import { chosen, type PassReport, type StepTools, type Wanted } from '../../tools';

/** The generator's input for the expected error: its root mean square, in units of 0..1. */
const ERROR_INPUT = 'strength';
/**
 * If the user switches the step on for a photo that measures clean, it expects at least this error, in 8-bit levels.
 */
const LEAST_ERROR = 3;
/** Share of the luminance grain that {@link RestoreSettings} with `keepGrain` keep. */
const GRAIN_KEPT = 0.65;

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
  { strength, keepGrain, generator }: RestoreSettings,
  tools: StepTools,
): Promise<PassReport | null> {
  if (strength === 0) return null;
  const { noise, compression } = expected;
  const isNoise = noise === 0 ? 0 : noise ** 2 / (noise ** 2 + compression ** 2);
  const kept = keepGrain ? GRAIN_KEPT * isNoise : 0;
  const wanted = chosen({ generator });
  const rows = new DelayedRows(raster);
  let before = new Float32Array(0);
  const report = await tools.runTiles({
    task: 'restore',
    wanted,
    width: raster.width,
    height: raster.height,
    extras: extrasFor(errorOf(expected) / 255, wanted, tools),
    read: (rect, into) => {
      rows.release(rect.y);
      readSrgb(raster, rect, tools.colour, into);
    },
    write: (rect, planes) => {
      // The result waits in `rows`, so the raster still holds the tile's input.
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

function extrasFor(error: number, wanted: Wanted, tools: StepTools): Record<string, number> {
  const input = tools.generator('restore', wanted)?.extraInputs.find(({ name }) => name === ERROR_INPUT);
  // A generator without this input has one fixed strength.
  return input ? { [ERROR_INPUT]: Math.max(input.min, Math.min(input.max, error)) } : {};
}

/** Turns the generator's output into the change to apply. */
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
