import type { Histogram } from '../../contract/photo';

/**
 * The count that fills the height of the drawing: the largest one without the two ends, where clipped pixels would
 * flatten everything else.
 */
export function scaleOf(histograms: readonly Histogram[]): number {
  const inner = histograms.flatMap(({ red, green, blue, luma }) =>
    [red, green, blue, luma].flatMap((bins) => bins.slice(1, -1)),
  );
  const highest = inner.reduce((most, count) => Math.max(most, count), 0);
  const ends = histograms.flatMap(({ luma }) => [luma[0]!, luma[255]!]);
  return Math.max(1, highest === 0 ? Math.max(0, ...ends) : highest);
}

/** A closed outline over 256 tones, each one unit wide, standing on `height`. Counts above `scale` are cut. */
export function outlineOf(bins: readonly number[], scale: number, height: number): string {
  const points = bins.map((count, tone) => `${tone} ${(height * (1 - Math.min(1, count / scale))).toFixed(1)}`);
  return `M0 ${height}L${points.join('L')}L${bins.length - 1} ${height}Z`;
}

/** The tone (0 to 255) at or below which this share of the pixels lies. */
export function toneAt(bins: readonly number[], share: number): number {
  const wanted = bins.reduce((sum, count) => sum + count, 0) * share;
  let sum = 0;
  for (const [tone, count] of bins.entries()) {
    sum += count;
    if (sum >= wanted) return tone;
  }
  return bins.length - 1;
}
