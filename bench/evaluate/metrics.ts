import type { Picture } from './protocol';

/** PSNR in dB over all samples, or over the pixels where `mask` is not 0. Equal pictures give 100. */
export function psnr(one: Picture, other: Picture, mask?: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < one.data.length; i++) {
    if (mask && mask[Math.floor(i / 3)] === 0) continue;
    sum += ((one.data[i]! - other.data[i]!) / 255) ** 2;
    count++;
  }
  return -10 * Math.log10(sum / count + 1e-10);
}

const WINDOW = 11;
const WEIGHTS = (() => {
  const weights = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
})();

/**
 * Mean structural similarity (Wang et al. 2004: Gaussian window of 11 pixels, sigma 1.5, only where it lies wholly inside
 * the picture), averaged over the three channels.
 */
export function ssim(one: Picture, other: Picture): number {
  const { width, height } = one;
  let total = 0;
  for (let c = 0; c < 3; c++) {
    const a = Float64Array.from({ length: width * height }, (_, i) => one.data[3 * i + c]!);
    const b = Float64Array.from({ length: width * height }, (_, i) => other.data[3 * i + c]!);
    const [meanA, meanB, aa, bb, ab] = [a, b, product(a, a), product(b, b), product(a, b)].map((plane) =>
      smooth(plane, width, height),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    let sum = 0;
    for (let i = 0; i < meanA.length; i++) {
      const p = meanA[i]!;
      const q = meanB[i]!;
      sum +=
        ((2 * p * q + 6.5025) * (2 * (ab[i]! - p * q) + 58.5225)) /
        ((p * p + q * q + 6.5025) * (aa[i]! - p * p + bb[i]! - q * q + 58.5225));
    }
    total += sum / meanA.length;
  }
  return total / 3;
}

/** Colourfulness after Hasler and Süsstrunk (2003), in levels. */
export function colourfulness({ data }: Picture): number {
  const count = data.length / 3;
  let [a, b, aa, bb] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 3) {
    const first = data[i]! - data[i + 1]!;
    const second = (data[i]! + data[i + 1]!) / 2 - data[i + 2]!;
    a += first / count;
    b += second / count;
    aa += first ** 2 / count;
    bb += second ** 2 / count;
  }
  return Math.sqrt(aa - a * a + (bb - b * b)) + 0.3 * Math.hypot(a, b);
}

function product(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, i) => value * other[i]!);
}

function smooth(plane: Float64Array, width: number, height: number): Float64Array {
  const columns = width - WINDOW + 1;
  const rows = height - WINDOW + 1;
  const across = new Float64Array(columns * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k]! * plane[y * width + x + k]!;
      across[y * columns + x] = sum;
    }
  }
  const out = new Float64Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k]! * across[(y + k) * columns + x]!;
      out[y * columns + x] = sum;
    }
  }
  return out;
}

/** Sums for precision and recall. */
export interface Detection {
  right: number;
  found: number;
  recalled: number;
  damaged: number;
}

/**
 * A found pixel is correct if there is damage within 2 pixels of it (in rows and columns). A damaged pixel is recalled if a
 * pixel was found within 2 pixels. Pixels that are not judged count only next to damage.
 */
export function detection(found: Uint8Array, label: Uint8Array, judged: Uint8Array, width: number): Detection {
  const nearDamage = widen(label, width);
  const nearFound = widen(found, width);
  const counts = { right: 0, found: 0, recalled: 0, damaged: 0 };
  for (let i = 0; i < found.length; i++) {
    if (found[i] && (judged[i] || nearDamage[i])) {
      counts.found++;
      if (nearDamage[i]) counts.right++;
    }
    if (label[i]) {
      counts.damaged++;
      if (nearFound[i]) counts.recalled++;
    }
  }
  return counts;
}

function widen(mask: Uint8Array, width: number): Uint8Array {
  const height = mask.length / width;
  const out = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const x = i % width;
    const y = (i - x) / width;
    for (let row = Math.max(0, y - 2); row <= Math.min(height - 1, y + 2); row++) {
      out.fill(1, row * width + Math.max(0, x - 2), row * width + Math.min(width, x + 3));
    }
  }
  return out;
}

export function scores(counts: readonly Detection[]): { f1: number; precision: number; recall: number } {
  const sum = (key: keyof Detection) => counts.reduce((total, each) => total + each[key], 0);
  const precision = sum('right') / Math.max(sum('found'), 1);
  const recall = sum('recalled') / Math.max(sum('damaged'), 1);
  return { f1: (2 * precision * recall) / Math.max(precision + recall, 1e-9), precision, recall };
}

/**
 * How well generated samples cover real ones, by features (Kynkäänniemi et al. 2019). precision: the share of generated samples
 * within the distance of a real sample to its third neighbour; recall: the same with the roles swapped; diversity: the mean
 * distance of two generated samples divided by that of two real ones.
 */
export function manifold(
  real: readonly Float32Array[],
  made: readonly Float32Array[],
): { precision: number; recall: number; diversity: number } {
  const between = distancesOf(real, made);
  const own = { real: distancesOf(real, real), made: distancesOf(made, made) };
  // The nearest neighbour of a point is the point itself.
  const reach = (rows: readonly Float64Array[]) => rows.map((row) => row.toSorted()[Math.min(3, row.length - 1)]!);
  const reaches = { real: reach(own.real), made: reach(own.made) };
  const spread = (rows: readonly Float64Array[]) =>
    rows.reduce((sum, row) => sum + row.reduce((total, each) => total + each, 0), 0) /
    Math.max(1, rows.length * (rows.length - 1));
  const isMadeRight = made.map((_, j) => between.some((row, i) => row[j]! <= reaches.real[i]!));
  const isRealMet = between.map((row) => row.some((distance, j) => distance <= reaches.made[j]!));
  const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;
  return {
    precision: share(isMadeRight),
    recall: share(isRealMet),
    diversity: spread(own.made) / Math.max(spread(own.real), 1e-9),
  };
}

function distancesOf(ones: readonly Float32Array[], others: readonly Float32Array[]): Float64Array[] {
  return ones.map((one) =>
    Float64Array.from(others, (other) => {
      let sum = 0;
      for (let i = 0; i < one.length; i++) sum += (one[i]! - other[i]!) ** 2;
      return Math.sqrt(sum);
    }),
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
