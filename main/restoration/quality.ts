import { lumaOf } from './colour';
import { maxValue, type Raster } from './raster';

/** Native-resolution measurements: noise and compression blocks do not survive shrinking. */
export interface Quality {
  /** Standard deviation of the noise in 8-bit levels. */
  noise: number;
  /** Mean step across the lines of the 8 x 8 grid against the mean step elsewhere; 1 = no blocks. */
  blockiness: number;
}

/** At most this many windows of {@link WINDOW} x {@link WINDOW} pixels are looked at, spread over the photo. */
const WINDOWS = 256;
const WINDOW = 64;
/** Noise is read off the flattest share of small blocks. */
const FLATTEST = 0.1;
const BLOCK = 8;

/**
 * Noise by Immerkaer's difference of Laplacians ("Fast noise variance estimation", CVIU 64, 1996) on the flattest
 * blocks, where there is little texture to be mistaken for it; blocks by comparing steps across the JPEG grid with
 * steps beside it.
 */
export function measureQuality(raster: Raster): Quality {
  const estimates: number[] = [];
  const across = { sum: 0, count: 0 };
  const beside = { sum: 0, count: 0 };
  for (const [left, top, width, height] of windows(raster)) {
    const luma = readLuma(raster, left, top, width, height);
    blockNoise(luma, width, height, estimates);
    gridSteps(luma, width, height, left, top, across, beside);
  }
  estimates.sort((one, other) => one - other);
  const flattest = estimates.slice(0, Math.max(1, Math.round(estimates.length * FLATTEST)));
  const noise = flattest.length === 0 ? 0 : flattest[Math.floor(flattest.length / 2)]!;
  const usual = beside.count === 0 ? 0 : beside.sum / beside.count;
  const grid = across.count === 0 ? 0 : across.sum / across.count;
  // A quarter of a level keeps synthetic flat pictures from dividing by nothing.
  return { noise, blockiness: (grid + 0.25) / (usual + 0.25) };
}

/** Windows on the 8 x 8 grid, evenly spread; pictures smaller than a window give one of what they have. */
function* windows(raster: Raster): Generator<[number, number, number, number]> {
  const width = Math.min(WINDOW, raster.width);
  const height = Math.min(WINDOW, raster.height);
  const columns = Math.max(1, Math.floor(raster.width / WINDOW));
  const rows = Math.max(1, Math.floor(raster.height / WINDOW));
  const stride = Math.max(1, Math.ceil(Math.sqrt((columns * rows) / WINDOWS)));
  for (let row = 0; row < rows; row += stride) {
    for (let column = 0; column < columns; column += stride) yield [column * WINDOW, row * WINDOW, width, height];
  }
}

/** Luma in 8-bit levels. */
function readLuma(raster: Raster, left: number, top: number, width: number, height: number): Float32Array {
  const { data, channels } = raster;
  const scale = 255 / maxValue(raster);
  const luma = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    let source = ((top + y) * raster.width + left) * channels;
    for (let x = 0; x < width; x++, i++, source += channels) {
      luma[i] = scale * (channels === 1 ? data[source]! : lumaOf(data[source]!, data[source + 1]!, data[source + 2]!));
    }
  }
  return luma;
}

function blockNoise(luma: Float32Array, width: number, height: number, estimates: number[]): void {
  for (let top = 1; top + BLOCK < height; top += BLOCK) {
    for (let left = 1; left + BLOCK < width; left += BLOCK) {
      let sum = 0;
      let mean = 0;
      for (let y = top; y < top + BLOCK; y++) {
        for (let x = left; x < left + BLOCK; x++) {
          const i = y * width + x;
          mean += luma[i]!;
          sum += Math.abs(
            luma[i - width - 1]! -
              2 * luma[i - width]! +
              luma[i - width + 1]! -
              2 * luma[i - 1]! +
              4 * luma[i]! -
              2 * luma[i + 1]! +
              luma[i + width - 1]! -
              2 * luma[i + width]! +
              luma[i + width + 1]!,
          );
        }
      }
      mean /= BLOCK * BLOCK;
      // Clipped blacks and whites hide the noise.
      if (mean > 8 && mean < 247) estimates.push((Math.sqrt(Math.PI / 2) * sum) / (6 * BLOCK * BLOCK));
    }
  }
}

interface Steps {
  sum: number;
  count: number;
}

function gridSteps(
  luma: Float32Array,
  width: number,
  height: number,
  left: number,
  top: number,
  across: Steps,
  beside: Steps,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 1; x < width; x++) add(Math.abs(luma[y * width + x]! - luma[y * width + x - 1]!), (left + x) % 8);
  }
  for (let y = 1; y < height; y++) {
    for (let x = 0; x < width; x++) add(Math.abs(luma[y * width + x]! - luma[(y - 1) * width + x]!), (top + y) % 8);
  }
  function add(step: number, phase: number): void {
    // Large steps are edges of the scene.
    if (step > 24) return;
    const steps = phase === 0 ? across : beside;
    steps.sum += step;
    steps.count++;
  }
}
