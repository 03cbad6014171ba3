import { randomNumbers } from '../../restoration/random';

/*
 * Pictures for trial runs: drawn, so that every computer has the same, with what photographs have: smooth light, edges,
 * texture, and colours.
 */

/** Planes `[channels, height, width]` of 0..1, or of whatever a net returns. */
export interface Planes {
  channels: number;
  width: number;
  height: number;
  data: Float32Array;
}

export const planesOf = (channels: number, width: number, height: number, value = 0): Planes => ({
  channels,
  width,
  height,
  data: new Float32Array(channels * width * height).fill(value),
});

const drawn = new Map<string, Planes>();
const MOST_DRAWN = 8;

/** A photo of three channels, which nobody may change. The same seed gives the same scene at every size. */
export function photoOf(width: number, height: number, seed: number): Planes {
  const key = `${width} ${height} ${seed}`;
  const known = drawn.get(key);
  if (known) return known;
  const [oldest] = drawn.keys();
  if (drawn.size >= MOST_DRAWN && oldest !== undefined) drawn.delete(oldest);
  const photo = drawPhoto(width, height, seed);
  drawn.set(key, photo);
  return photo;
}

function drawPhoto(width: number, height: number, seed: number): Planes {
  const random = randomNumbers(seed);
  const picture = planesOf(3, width, height);
  const waves = Array.from({ length: 18 }, (_, i) => {
    const frequency = 1.5 * 1.32 ** i;
    const turn = random() * 2 * Math.PI;
    return {
      x: Math.cos(turn) * frequency,
      y: Math.sin(turn) * frequency,
      phase: random() * 7,
      // As in photographs, the finer the weaker. What is finer than three pixels would be noise.
      size: frequency > Math.min(width, height) / 3 ? 0 : 0.25 * (1.5 / frequency) ** 0.9,
      tint: [1 + 0.5 * (random() - 0.5), 1, 1 + 0.5 * (random() - 0.5)],
    };
  });
  const shapes = Array.from({ length: 9 }, () => ({
    x: random(),
    y: random(),
    across: 0.06 + 0.22 * random(),
    down: 0.06 + 0.22 * random(),
    isBox: random() < 0.5,
    colour: [random(), random(), random()].map((value) => 0.06 + 0.88 * value),
    share: 0.55 + 0.4 * random(),
  }));
  const base = [0.45 + 0.25 * random(), 0.42 + 0.15 * random(), 0.35 + 0.25 * random()];
  const pixels = width * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const value = base.map((each) => each * (1.25 - 0.6 * v));
      for (const { x: fx, y: fy, phase, size, tint } of waves) {
        const wave = size * Math.sin(2 * Math.PI * (fx * u + fy * v) + phase);
        for (let c = 0; c < 3; c++) value[c]! += wave * tint[c]! * 0.55;
      }
      for (const { x: cx, y: cy, across, down, isBox, colour, share } of shapes) {
        const [dx, dy] = [Math.abs(u - cx) / across, Math.abs(v - cy) / down];
        if (isBox ? dx < 1 && dy < 1 : dx * dx + dy * dy < 1) {
          for (let c = 0; c < 3; c++) value[c] = (1 - share) * value[c]! + share * colour[c]!;
        }
      }
      for (let c = 0; c < 3; c++) picture.data[c * pixels + y * width + x] = Math.max(0.02, Math.min(0.98, value[c]!));
    }
  }
  return picture;
}

export function lumaOf(picture: Planes): Float32Array {
  const pixels = picture.width * picture.height;
  const luma = new Float32Array(pixels);
  if (picture.channels < 3) return picture.data.slice(0, pixels);
  for (let i = 0; i < pixels; i++) {
    luma[i] = 0.299 * picture.data[i]! + 0.587 * picture.data[pixels + i]! + 0.114 * picture.data[2 * pixels + i]!;
  }
  return luma;
}

/** The luma of a photo as one channel, or as three equal ones. */
export function greyOf(picture: Planes, channels: 1 | 3): Planes {
  const luma = lumaOf(picture);
  const grey = planesOf(channels, picture.width, picture.height);
  for (let c = 0; c < channels; c++) grey.data.set(luma, c * luma.length);
  return grey;
}

export function mapped(picture: Planes, change: (value: number) => number): Planes {
  return { ...picture, data: picture.data.map(change) };
}

/** Red and blue exchanged. */
export function swapped(picture: Planes): Planes {
  const pixels = picture.width * picture.height;
  const data = picture.data.slice();
  data.set(picture.data.subarray(2 * pixels, 3 * pixels), 0);
  data.set(picture.data.subarray(0, pixels), 2 * pixels);
  return { ...picture, data };
}

/** The mean of blocks of `factor` pixels. */
export function shrunk(picture: Planes, factor: number): Planes {
  if (factor === 1) return picture;
  const small = planesOf(picture.channels, Math.floor(picture.width / factor), Math.floor(picture.height / factor));
  const { width, height } = small;
  for (let c = 0; c < picture.channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          const row = (c * picture.height + y * factor + dy) * picture.width + x * factor;
          for (let dx = 0; dx < factor; dx++) sum += picture.data[row + dx]!;
        }
        small.data[(c * height + y) * width + x] = sum / factor ** 2;
      }
    }
  }
  return small;
}

/** A part of a picture. */
export function cropped(picture: Planes, left: number, top: number, width: number, height: number): Planes {
  const part = planesOf(picture.channels, width, height);
  for (let c = 0; c < picture.channels; c++) {
    for (let y = 0; y < height; y++) {
      const from = (c * picture.height + top + y) * picture.width + left;
      part.data.set(picture.data.subarray(from, from + width), (c * height + y) * width);
    }
  }
  return part;
}

/** How alike two series are: their correlation, the slope of the second over the first, and their distance. */
export function likeness(a: Float32Array, b: Float32Array): { r: number; slope: number; rmse: number } {
  const n = Math.min(a.length, b.length);
  let [sa, sb, saa, sbb, sab, sd] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]!, b[i]!];
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
    sd += (x - y) ** 2;
  }
  const covariance = sab / n - (sa / n) * (sb / n);
  const [va, vb] = [saa / n - (sa / n) ** 2, sbb / n - (sb / n) ** 2];
  if (!(va > 1e-9 && vb > 1e-9)) return { r: 0, slope: 0, rmse: Math.sqrt(sd / n) };
  return { r: covariance / Math.sqrt(va * vb), slope: covariance / va, rmse: Math.sqrt(sd / n) };
}

export function psnr(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum === 0 ? 99 : -10 * Math.log10(sum / a.length);
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    // Also true for NaN.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

export function meanDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

const MOST_SORTED = 1 << 15;

/** The value below which a share of all values lies; of many values, a part is looked at. */
export function percentile(values: Float32Array, share: number): number {
  // An odd step does not follow the rows and columns of usual sizes.
  const step = 2 * Math.floor(values.length / MOST_SORTED / 2) + 1;
  const sorted = Float32Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]!).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] ?? 0;
}

/** The mean distance of the channels from the luma. */
export function chromaOf(picture: Planes): number {
  const luma = lumaOf(picture);
  let sum = 0;
  for (let i = 0; i < picture.data.length; i++) sum += Math.abs(picture.data[i]! - luma[i % luma.length]!);
  return sum / picture.data.length;
}

export function withNoise(picture: Planes, sigma: number, seed: number): Planes {
  const random = randomNumbers(seed);
  return mapped(picture, (value) => {
    // The sum of twelve uniform numbers is nearly normal.
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return Math.max(0, Math.min(1, value + sigma * sum));
  });
}
