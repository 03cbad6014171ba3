/** The value below which this share (0..1) of the values lies; 0 of none. Sorts a copy. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0;
  const sorted = new Float64Array(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** The middle value, the upper one of two; 0 of none. */
export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);
