/**
 * From the density of a colour negative above its film base to the light that exposed it, after what all such films have in common:
 * a straight part, a rounded toe, and dyes that each take some of the light that belongs to the others.
 */

export type Three = readonly [number, number, number];

/** Density per decade of exposure on the straight part, of red, green and blue. */
export const GAMMA: Three = [0.58, 0.61, 0.66];
/** Roundness of the toe, in decades. */
export const TOE = 0.18;
/** The least exposure that is told from none, in decades above the foot of the straight part. */
export const LEAST_DECADES = -0.7;

/**
 * What a channel sees of the dyes of the others is taken off. Rows are channels; each adds up to 1, so that greys keep their
 * density.
 */
export const UNMIX: readonly [Three, Three, Three] = inverted([
  [1, 0.08, 0.02],
  [0.1, 1, 0.07],
  [0.04, 0.14, 1],
]);

function inverted(mixed: readonly [Three, Three, Three]): [Three, Three, Three] {
  const [a, b, c] = mixed[0];
  const [d, e, f] = mixed[1];
  const [g, h, i] = mixed[2];
  const rows = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ] as const;
  return rows.map((row) => {
    const sum = row[0] + row[1] + row[2];
    return row.map((value) => value / sum);
  }) as unknown as [Three, Three, Three];
}

/** Decades of exposure above the foot of the straight part, of a density on a straight part with slope 1. */
export function decadesOf(straight: number): number {
  if (straight > 12 * TOE) return straight;
  const least = TOE * Math.log1p(Math.exp(LEAST_DECADES / TOE));
  return TOE * Math.log(Math.expm1(Math.max(straight, least) / TOE));
}
