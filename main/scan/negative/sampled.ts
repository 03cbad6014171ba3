import { type ColourTransform, maxValue, type Raster } from '../../restoration/raster';
import { linearTable } from './develop';

/** A scan reduced to densities, small enough to look at all of it. */
export interface Sampled {
  readonly width: number;
  readonly height: number;
  /** Densities of red, green and blue, row by row; three equal planes for a grey scan. */
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
}

/** The longer side has at most this many places. */
const SIDE = 96;
/** Samples that are averaged for a place, along each side. */
const MOST_TAPS = 8;

/**
 * Densities of a raster, as `-log10` of linear light. Samples are averaged over parts of the picture, so that grain does not count.
 */
export function sampled(raster: Raster, colour: ColourTransform | null): Sampled {
  const times = Math.max(1, Math.ceil(Math.max(raster.width, raster.height) / SIDE));
  const width = Math.max(1, Math.floor(raster.width / times));
  const height = Math.max(1, Math.floor(raster.height / times));
  const linear = linearTable(maxValue(raster), raster.channels === 1 ? null : colour);
  const count = width * height;
  const planes = [new Float32Array(count), new Float32Array(count), new Float32Array(count)] as const;
  const taps = Math.min(times, MOST_TAPS);
  const { data, channels } = raster;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sums = [0, 0, 0];
      for (let j = 0; j < taps; j++) {
        const row = Math.min(raster.height - 1, y * times + Math.floor(((j + 0.5) * times) / taps));
        for (let i = 0; i < taps; i++) {
          const column = Math.min(raster.width - 1, x * times + Math.floor(((i + 0.5) * times) / taps));
          const at = (row * raster.width + column) * channels;
          for (let c = 0; c < 3; c++) sums[c]! += linear[data[at + (channels === 1 ? 0 : c)]!]!;
        }
      }
      for (let c = 0; c < 3; c++) planes[c]![y * width + x] = -Math.log10(Math.max(1e-5, sums[c]! / (taps * taps)));
    }
  }
  return { width, height, planes };
}
