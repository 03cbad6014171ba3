import type { Histogram } from '../../contract/photo';

/**
 * The count that fills the height of the drawing: the highest of the inner tones. The two ends, where clipped pixels
 * pile up, would press everything else flat.
 */
export function scaleOf(histograms: readonly Histogram[]): number {
  const inner = histograms.flatMap(({ red, green, blue, luma }) =>
    [red, green, blue, luma].flatMap((bins) => bins.slice(1, -1)),
  );
  const highest = inner.reduce((most, count) => Math.max(most, count), 0);
  const ends = histograms.flatMap(({ luma }) => [luma[0]!, luma[255]!]);
  return Math.max(1, highest === 0 ? Math.max(0, ...ends) : highest);
}

/** A closed outline over 256 tones, one unit wide each, standing on `height`; what is higher than `scale` is cut. */
export function outlineOf(bins: readonly number[], scale: number, height: number): string {
  const points = bins.map((count, tone) => `${tone} ${(height * (1 - Math.min(1, count / scale))).toFixed(1)}`);
  return `M0 ${height}L${points.join('L')}L${bins.length - 1} ${height}Z`;
}

/** The tone (0 to 255) below or at which so large a share of the pixels lies. */
export function toneAt(bins: readonly number[], share: number): number {
  const wanted = bins.reduce((sum, count) => sum + count, 0) * share;
  let sum = 0;
  for (const [tone, count] of bins.entries()) {
    sum += count;
    if (sum >= wanted) return tone;
  }
  return bins.length - 1;
}
