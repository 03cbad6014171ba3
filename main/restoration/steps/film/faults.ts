import type { FilmFaults } from '../../../../contract/photo';
import { type Planes, planesOf, type Raster } from '../../raster';
import type { StepTools } from '../../tools';
import { findLeak, LEAK_PIXELS } from './leak';
import { findLines, type Line, lumaPlane, SCRATCH_PIXELS } from './scratches';
import { findVignette, VIGNETTE_PIXELS } from './vignette';

/** Small copies of a photo on which the faults of scanned film are looked for. */
export interface FilmSamples {
  readonly scratches: Raster;
  readonly vignette: Planes;
  /** Null for a grey photo, which has no leaks: the tint of its paper is red light too. */
  readonly leak: Planes | null;
}

/** Throws CANCELLED. */
export async function filmSamples(raster: Raster, tools: Pick<StepTools, 'shrink' | 'colour'>): Promise<FilmSamples> {
  const { colour } = tools;
  const [scratches, vignette, leak] = await Promise.all([
    tools.shrink(raster, SCRATCH_PIXELS),
    tools.shrink(raster, VIGNETTE_PIXELS),
    raster.channels === 1 ? null : tools.shrink(raster, LEAK_PIXELS),
  ]);
  return { scratches, vignette: planesOf(vignette, colour), leak: leak && planesOf(leak, colour) };
}

/** Measures the faults of scanned film. `breathe` is called every few milliseconds, and throws to cancel. */
export async function filmFaultsOf(samples: FilmSamples, breathe: () => Promise<void>): Promise<FilmFaults> {
  const scratches = await findScratches(samples.scratches, breathe);
  const vignette = findVignette(samples.vignette);
  await breathe();
  const leak = samples.leak && findLeak(samples.leak);
  await breathe();
  return { scratches, leak, vignette };
}

/** A film has its scratches in one direction: the one with the strongest line. */
async function findScratches(small: Raster, breathe: () => Promise<void>): Promise<FilmFaults['scratches']> {
  let best: FilmFaults['scratches'] = { across: false, lines: [] };
  let strongest = 0;
  for (const across of [false, true]) {
    const plane = lumaPlane(small, across);
    const lines = await findLines(plane, across, breathe);
    const score = Math.max(0, ...lines.map((line) => line.score));
    if (score > strongest) {
      strongest = score;
      best = { across, lines: lines.map((line) => inShares(line, plane)) };
    }
  }
  return best;
}

const inShares = (
  { left, width, isBright, parts }: Line,
  plane: { width: number; height: number },
): FilmFaults['scratches']['lines'][number] => ({
  start: left / plane.width,
  width: width / plane.width,
  isBright,
  parts: parts.map(([from, to]) => ({ from: from / plane.height, to: to / plane.height })),
});
