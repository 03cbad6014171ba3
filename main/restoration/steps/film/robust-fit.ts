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
  // All features in one array, and all products in another: every photo goes through here, and each of them is read 25 times.
  const rows = new Float64Array(count * observations.length);
  for (const [index, { features }] of observations.entries()) rows.set(features, count * index);
  const products = new Float64Array(count * count);
  const sums = new Float64Array(count);
  for (let round = 0; round < ROUNDS; round++) {
    products.fill(0);
    sums.fill(0);
    for (let index = 0; index < observations.length; index++) {
      const { value, scale, isBound } = observations[index]!;
      const row = count * index;
      let predicted = 0;
      for (let i = 0; i < count; i++) predicted += found[i]! * rows[row + i]!;
      const off = (value - predicted) / scale;
      if (isBound && (round === 0 || off > 0)) continue;
      // From the second round on: the first one has no fit yet that could be off.
      const weight = 1 / scale / (round === 0 || isBound ? 1 : (1 + off * off) ** POWER);
      for (let i = 0; i < count; i++) {
        const share = weight * rows[row + i]!;
        if (share === 0) continue;
        sums[i]! += share * value;
        for (let j = i; j < count; j++) products[count * i + j]! += share * rows[row + j]!;
      }
    }
    for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) products[count * i + j] = products[count * j + i]!;
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let i = 0; i < count; i++) {
        let rest = sums[i]!;
        for (let j = 0; j < count; j++) if (j !== i) rest -= products[count * i + j]! * found[j]!;
        const best = rest / (1.001 * products[count * i + i]! + 1e-9);
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
