import { lumaOf } from '../../colour';
import { type Raster, readSrgb } from '../../raster';
import type { StepTools } from '../../tools';

/**
 * The brightness around each pixel, which ends at edges: a guided filter of the luma by itself (He, Sun and Tang, "Guided
 * image filtering", ECCV 2010; on a small copy as in He and Sun, "Fast guided filter", 2015). Light and dark areas are told
 * apart by it, so that the texture inside an area keeps its contrast.
 */
export interface Surroundings {
  readonly width: number;
  readonly height: number;
  /** The brightness around a pixel is `slope * luma + base`, with both read between the small copy's pixels. */
  readonly slope: Float32Array;
  readonly base: Float32Array;
}

/** The copy that is measured has at most this many pixels. */
const PIXELS = 120_000;
/** Radius of the surroundings, as a share of the longer side. */
const RADIUS = 0.02;
/** Differences of luma whose square is well above this are edges. */
const EDGE = 0.006;

export async function measureSurroundings(raster: Raster, tools: StepTools): Promise<Surroundings> {
  const small = await tools.shrink(raster, PIXELS);
  const { width, height } = small;
  const count = width * height;
  const planes = new Float32Array(3 * count);
  readSrgb(small, { x: 0, y: 0, width, height }, tools.colour, planes);
  const luma = new Float32Array(count);
  const squares = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = Math.max(0, Math.min(1, lumaOf(planes[i]!, planes[i + count]!, planes[i + 2 * count]!)));
    luma[i] = value;
    squares[i] = value * value;
  }
  const radius = Math.max(1, Math.round(RADIUS * Math.max(width, height)));
  const mean = boxMean(luma, width, height, radius);
  const meanOfSquares = boxMean(squares, width, height, radius);
  const slope = new Float32Array(count);
  const base = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const variance = Math.max(0, meanOfSquares[i]! - mean[i]! ** 2);
    slope[i] = variance / (variance + EDGE);
    base[i] = (1 - slope[i]!) * mean[i]!;
  }
  return {
    width,
    height,
    slope: boxMean(slope, width, height, radius),
    base: boxMean(base, width, height, radius),
  };
}

/** Mean of the square around each value, as far as it is inside the plane. */
export function boxMean(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    slide(
      (x) => plane[y * width + x]!,
      width,
      radius,
      (x, value) => (rows[y * width + x] = value),
    );
  }
  const out = new Float32Array(plane.length);
  for (let x = 0; x < width; x++) {
    slide(
      (y) => rows[y * width + x]!,
      height,
      radius,
      (y, value) => (out[y * width + x] = value),
    );
  }
  return out;
}

function slide(read: (i: number) => number, length: number, radius: number, write: (i: number, mean: number) => void) {
  let sum = 0;
  for (let i = 0; i < Math.min(length, radius); i++) sum += read(i);
  for (let i = 0; i < length; i++) {
    if (i + radius < length) sum += read(i + radius);
    if (i - radius - 1 >= 0) sum -= read(i - radius - 1);
    write(i, sum / (Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1));
  }
}

/** Reads the surroundings for one row of a raster of any size after the other. */
export class SurroundingsReader {
  readonly #of: Surroundings;
  readonly #size: { width: number; height: number };
  readonly #slope: Float32Array;
  readonly #base: Float32Array;

  constructor(of: Surroundings, size: { width: number; height: number }) {
    this.#of = of;
    this.#size = size;
    this.#slope = new Float32Array(of.width);
    this.#base = new Float32Array(of.width);
  }

  /** Prepares the row `y`. */
  row(y: number): void {
    const { width, height, slope, base } = this.#of;
    const at = Math.max(0, Math.min(height - 1, ((y + 0.5) * height) / this.#size.height - 0.5));
    const top = Math.floor(at) * width;
    const bottom = Math.min(height - 1, Math.floor(at) + 1) * width;
    const share = at - Math.floor(at);
    for (let x = 0; x < width; x++) {
      this.#slope[x] = slope[top + x]! + share * (slope[bottom + x]! - slope[top + x]!);
      this.#base[x] = base[top + x]! + share * (base[bottom + x]! - base[top + x]!);
    }
  }

  /** The brightness around pixel `x` of the prepared row, whose luma is given. */
  at(x: number, luma: number): number {
    const { width } = this.#of;
    const place = Math.max(0, Math.min(width - 1, ((x + 0.5) * width) / this.#size.width - 0.5));
    const left = Math.floor(place);
    const right = Math.min(width - 1, left + 1);
    const share = place - left;
    const slope = this.#slope[left]! + share * (this.#slope[right]! - this.#slope[left]!);
    const base = this.#base[left]! + share * (this.#base[right]! - this.#base[left]!);
    return slope * luma + base;
  }
}
