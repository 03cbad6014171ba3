import type { FilmFaults } from '../../contract/photo';
import { type Quality, type QualityWindows, qualityOf, qualityWindows } from './quality';
import { type Planes, planesOf, type Raster } from './raster';
import { type FilmSamples, filmFaultsOf, filmSamples } from './steps/film/faults';
import { TONE_PIXELS, type ToneStatistics, tonesOf } from './steps/tone/tone';
import type { StepTools } from './tools';

/**
 * What is measured of a photo's pixels alone. It needs no net and no other result, so it is computed from small samples in a
 * thread of its own, while the nets run.
 */

/** Small samples of a photo. None of them is a part of its raster. */
export interface PixelSamples {
  readonly tones: Planes;
  readonly film: FilmSamples;
  readonly quality: QualityWindows;
}

export interface PixelMeasurements {
  /** The tones of the whole photo, damage included. */
  readonly tone: ToneStatistics;
  /** Leaks are looked for in every photo of three channels, also where it turns out to have no colours. */
  readonly film: FilmFaults;
  readonly quality: Quality;
}

/** The measurements of a photo, and the copy of at most {@link TONE_PIXELS} on which its tones were measured. */
export interface MeasuredPixels extends PixelMeasurements {
  readonly small: Raster;
}

/** Measures a photo. Does not change the raster. Throws CANCELLED. */
export async function measurePixels(raster: Raster, tools: StepTools): Promise<MeasuredPixels> {
  const [film, small] = await Promise.all([filmSamples(raster, tools), tools.shrink(raster, TONE_PIXELS)]);
  const tones = planesOf(small, tools.colour);
  const measured = await tools.pixels({ tones, film, quality: qualityWindows(raster) });
  return { ...measured, small };
}

/** Measures samples. `breathe` is called every few milliseconds, and throws to cancel. */
export async function measureSamples(
  { tones, film, quality }: PixelSamples,
  breathe: () => Promise<void>,
): Promise<PixelMeasurements> {
  const tone = tonesOf(tones);
  await breathe();
  const faults = await filmFaultsOf(film, breathe);
  return { tone, film: faults, quality: qualityOf(quality) };
}
