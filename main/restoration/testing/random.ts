import { randomNumbers } from '../random';

/** Random numbers from a seed, the same in every run. */

/** Evenly distributed numbers 0..1. Neighbouring seeds give unrelated ones. */
export const random = (seed: number): (() => number) => randomNumbers(Math.imul(seed + 1, 0x9e3779b1));

/**
 * Smooth value noise -1..1 with features of size 1; `octaves` adds finer ones, each at half the strength of the last.
 */
export function makeNoise(next: () => number): (x: number, y: number, octaves: number) => number {
  const SIZE = 256;
  const lattice = Float32Array.from({ length: SIZE * SIZE }, () => next() * 2 - 1);
  return (x, y, octaves) => {
    let sum = 0;
    let strength = 0.6;
    for (let octave = 0; octave < octaves; octave++) {
      const left = Math.floor(x);
      const top = Math.floor(y);
      let tx = x - left;
      let ty = y - top;
      tx = tx * tx * (3 - 2 * tx);
      ty = ty * ty * (3 - 2 * ty);
      const upper = (top & 255) << 8;
      const lower = ((top + 1) & 255) << 8;
      const a = lattice[upper | (left & 255)]!;
      const b = lattice[upper | ((left + 1) & 255)]!;
      const c = lattice[lower | (left & 255)]!;
      const d = lattice[lower | ((left + 1) & 255)]!;
      const above = a + (b - a) * tx;
      sum += strength * (above + (c + (d - c) * tx - above) * ty);
      strength *= 0.5;
      x = x * 2.03 + 17.1;
      y = y * 2.03 + 31.7;
    }
    return sum;
  };
}
