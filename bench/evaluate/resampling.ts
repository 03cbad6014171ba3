import type { Picture } from './protocol';

/**
 * Bicubic resampling as super-resolution papers do it, the same as `models/training/resampling.py`: Keys' kernel
 * (a = -0.5), widened for shrinking, pixel centres at halves, edges mirrored with the edge pixel repeated. For factors
 * that are powers of two the weights are dyadic, so that both sides give the same bytes.
 */
export function resample({ width, height, data }: Picture, toWidth: number, toHeight: number): Picture {
  const rows = tapsOf(height, toHeight);
  const columns = tapsOf(width, toWidth);
  const tall = new Float64Array(3 * width * toHeight);
  for (const [y, taps] of rows.entries()) {
    for (const [from, weight] of taps) {
      for (let i = 0; i < 3 * width; i++) tall[y * 3 * width + i]! += weight * data[from * 3 * width + i]!;
    }
  }
  const out = new Uint8Array(3 * toWidth * toHeight);
  for (let y = 0, target = 0; y < toHeight; y++) {
    for (const taps of columns) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const [from, weight] of taps) sum += weight * tall[3 * (y * width + from) + c]!;
        out[target++] = Math.max(0, Math.min(255, Math.floor(sum + 0.5)));
      }
    }
  }
  return { width: toWidth, height: toHeight, data: out };
}

/** For each pixel of a row of `wanted` pixels: the pixels in a row of `length` and their weights, which sum to 1. */
function tapsOf(length: number, wanted: number): [from: number, weight: number][][] {
  const scale = wanted / length;
  const sharpness = Math.min(1, scale);
  const reach = Math.ceil(2 / sharpness) + 1;
  return Array.from({ length: wanted }, (_, i) => {
    const centre = (i + 0.5) / scale - 0.5;
    const first = Math.floor(centre) - reach;
    const taps = Array.from({ length: 2 * reach + 1 }, (__, k): [number, number] => [
      mirror(first + k, length),
      cubic((centre - first - k) * sharpness),
    ]).filter(([, weight]) => weight !== 0);
    const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
    return taps.map(([from, weight]): [number, number] => [from, weight / total]);
  });
}

function mirror(index: number, length: number): number {
  const phase = ((index % (2 * length)) + 2 * length) % (2 * length);
  return phase < length ? phase : 2 * length - 1 - phase;
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}
