import type { CurvePoint } from '../contract/recipe';

/**
 * A smooth curve through points with rising x, which never swings beyond them: cubic pieces with limited slopes (Fritsch and
 * Carlson, "Monotone piecewise cubic interpolation", SIAM J. Numer. Anal. 17, 1980). (0, 0) and (1, 1) are added where no
 * point stands at that end.
 */
export function through(given: readonly CurvePoint[]): (x: number) => number {
  const points = [...given];
  if (points.length === 0 || points[0]!.x > 0) points.unshift({ x: 0, y: 0 });
  if (points.at(-1)!.x < 1) points.push({ x: 1, y: 1 });
  const last = points.length - 1;
  const slopes = Array.from({ length: last }, (_, i) => {
    const [one, next] = [points[i]!, points[i + 1]!];
    return (next.y - one.y) / (next.x - one.x);
  });
  const tangents = points.map((_, i) => {
    if (i === 0) return slopes[0]!;
    if (i === last) return slopes[last - 1]!;
    const [before, after] = [slopes[i - 1]!, slopes[i]!];
    // At a peak the curve is level, so that it does not rise beyond it.
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  return (x) => {
    let i = 0;
    while (i < last - 1 && x >= points[i + 1]!.x) i++;
    const [one, next] = [points[i]!, points[i + 1]!];
    const width = next.x - one.x;
    const t = Math.max(0, Math.min(1, (x - one.x) / width));
    const u = 1 - t;
    return (
      one.y * (1 + 2 * t) * u * u +
      width * tangents[i]! * t * u * u +
      next.y * t * t * (3 - 2 * t) -
      width * tangents[i + 1]! * t * t * u
    );
  };
}
