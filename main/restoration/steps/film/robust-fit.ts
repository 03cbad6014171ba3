/** An observation: a value that a weighted sum of features should give, and how far off it usually is. */
export interface Observation {
  features: readonly number[];
  value: number;
  scale: number;
  /** The value is only the most that the sum may be. */
  isBound?: boolean;
}

const POWER = 0.5;
const ROUNDS = 25;
const SWEEPS = 40;

/**
 * Fits coefficients to observations, most of which may be far off: a Cauchy weight is given to each by its distance
 * from the fit, again and again. All coefficients after the first `free` ones stay at 0 or above.
 */
export function robustFit(observations: readonly Observation[], free = 0): number[] {
  const count = observations[0]?.features.length ?? 0;
  const found = new Array<number>(count).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    const products = Array.from({ length: count }, () => new Float64Array(count));
    const sums = new Float64Array(count);
    for (const { features, value, scale, isBound } of observations) {
      const off = (value - predict(found, features)) / scale;
      if (isBound && (round === 0 || off > 0)) continue;
      // From the second round on: the first one has no fit yet that could be off.
      const weight = 1 / scale / (round === 0 || isBound ? 1 : (1 + off * off) ** POWER);
      for (let i = 0; i < count; i++) {
        if (features[i] === 0) continue;
        sums[i]! += weight * features[i]! * value;
        for (let j = 0; j < count; j++) products[i]![j]! += weight * features[i]! * features[j]!;
      }
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let i = 0; i < count; i++) {
        let rest = sums[i]!;
        for (let j = 0; j < count; j++) if (j !== i) rest -= products[i]![j]! * found[j]!;
        const best = rest / (1.001 * products[i]![i]! + 1e-9);
        found[i] = i < free ? best : Math.max(0, best);
      }
    }
  }
  return found;
}

export function predict(coefficients: readonly number[], features: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < coefficients.length; i++) sum += coefficients[i]! * features[i]!;
  return sum;
}
