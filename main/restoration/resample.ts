interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Planes `[count, height, width]` at another size: averaged where they get smaller, else interpolated linearly. Values
 * stay between those that they come from.
 */
export function resample(planes: Float32Array, from: Size, to: Size): Float32Array {
  if (from.width === to.width && from.height === to.height) return planes;
  const count = planes.length / (from.width * from.height);
  const across = tapsOf(from.width, to.width);
  const down = tapsOf(from.height, to.height);
  const narrow = new Float32Array(count * from.height * to.width);
  for (let row = 0; row < count * from.height; row++) {
    for (let x = 0; x < to.width; x++) {
      const { first, weights } = across[x]!;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * planes[row * from.width + first + k]!;
      narrow[row * to.width + x] = sum;
    }
  }
  const out = new Float32Array(count * to.width * to.height);
  for (let plane = 0; plane < count; plane++) {
    for (let y = 0; y < to.height; y++) {
      const { first, weights } = down[y]!;
      const target = (plane * to.height + y) * to.width;
      for (let k = 0; k < weights.length; k++) {
        const weight = weights[k]!;
        const source = (plane * from.height + first + k) * to.width;
        for (let x = 0; x < to.width; x++) out[target + x]! += weight * narrow[source + x]!;
      }
    }
  }
  return out;
}

interface Taps {
  first: number;
  /** Their sum is 1. */
  weights: number[];
}

/** A triangle as wide as two samples of the coarser side. */
function tapsOf(from: number, to: number): Taps[] {
  const reach = Math.max(1, from / to);
  return Array.from({ length: to }, (_, i) => {
    const middle = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.ceil(middle - reach));
    const last = Math.min(from - 1, Math.floor(middle + reach));
    const weights: number[] = [];
    for (let at = first; at <= last; at++) weights.push(Math.max(0, 1 - Math.abs(at - middle) / reach));
    const sum = weights.reduce((total, each) => total + each, 0);
    if (sum === 0) return { first: Math.max(0, Math.min(from - 1, Math.round(middle))), weights: [1] };
    return { first, weights: weights.map((each) => each / sum) };
  });
}
