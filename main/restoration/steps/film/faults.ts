import type { FilmFaults } from '../../../../contract/photo';
import type { Raster } from '../../raster';
import type { StepTools } from '../../tools';
import { findLeak, LEAK_PIXELS } from './leak';
import { findLines, type Line, lumaPlane, SCRATCH_PIXELS } from './scratches';
import { findVignette, VIGNETTE_PIXELS } from './vignette';

/**
 * Measures the faults of scanned film in a photo. Does not change the raster. A photo without colours has no leaks: the
 * tint of its paper is red light too. Throws CANCELLED.
 */
export async function findFilmFaults(raster: Raster, hasColours: boolean, tools: StepTools): Promise<FilmFaults> {
  const scratches = await findScratches(await tools.shrink(raster, SCRATCH_PIXELS), tools);
  const vignette = findVignette(await tools.shrink(raster, VIGNETTE_PIXELS), tools.colour);
  await tools.breathe();
  const leak = hasColours ? findLeak(await tools.shrink(raster, LEAK_PIXELS), tools.colour) : null;
  await tools.breathe();
  return { scratches, leak, vignette };
}

/** A film has its scratches in one direction: the one with the strongest line. */
async function findScratches(small: Raster, tools: StepTools): Promise<FilmFaults['scratches']> {
  let best: FilmFaults['scratches'] = { across: false, lines: [] };
  let strongest = 0;
  for (const across of [false, true]) {
    const plane = lumaPlane(small, across);
    const lines = await findLines(plane, across, () => tools.breathe());
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
