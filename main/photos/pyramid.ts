import { createRaster, type Raster, type Rect } from '../restoration/raster';
import { crop, resizeRaster } from './raster';

/** Each copy is smaller than the one before by this factor on each side, so all copies add 7 % of memory. */
const FACTOR = 4;
/** Samples averaged before the event loop gets a turn: about ten milliseconds of work. */
const CHUNK_SAMPLES = 4_000_000;
/** A copy with fewer pixels than this needs no smaller one. */
const SMALLEST_PIXELS = 256 * 1024;

/**
 * A raster and smaller copies of it, made by exact averaging, so that a region is quickly available at any reduction: no
 * more than 16 times the size of the result is read. Copies are made when they are first needed.
 */
export class Pyramid {
  readonly raster: Raster;
  /** `copies[i]` is reduced by 4^(i+1); a pixel at the right or lower edge may cover less than a whole box. */
  readonly #copies: Promise<Raster>[] = [];

  constructor(raster: Raster) {
    this.raster = raster;
  }

  /** The most bytes that the raster and its copies take. */
  get bytes(): number {
    return Math.ceil(this.raster.data.byteLength * 1.07);
  }

  /**
   * A region (whole pixels inside the raster) as a raster of the given size and the same depth. If the region is larger by
   * one power of two on both sides (rounded up), each pixel is the mean of exactly the pixels that it covers, within
   * rounding. Otherwise the region is resized smoothly.
   */
  async read(rect: Rect, width: number, height: number): Promise<Raster> {
    const reduction = exactReduction(rect, width, height);
    if (reduction === null) {
      // Made like previews, so that the whole picture equals a preview to the bit.
      if (rect.width === this.raster.width && rect.height === this.raster.height) {
        return resizeRaster(this.raster, width, height);
      }
      const { raster, scale } = await this.copyFor(Math.min(rect.width / width, rect.height / height));
      return resizeRaster(crop(raster, inCopy(rect, scale, raster)), width, height);
    }
    const { raster, scale } = await this.copyFor(reduction);
    // A copy can be used only if the region starts at one of its pixels.
    if (rect.x % scale !== 0 || rect.y % scale !== 0) return average(this.raster, rect, reduction);
    return average(raster, inCopy(rect, scale, raster), reduction / scale);
  }

  /** The smallest copy with enough resolution, and its reduction. */
  async copyFor(reduction: number): Promise<{ raster: Raster; scale: number }> {
    let { raster } = this;
    let scale = 1;
    for (let i = 0; scale * FACTOR <= reduction; i++) {
      const source = raster;
      if (this.#copies[i] === undefined && source.width * source.height < SMALLEST_PIXELS) break;
      this.#copies[i] ??= reduce(source, FACTOR);
      raster = await this.#copies[i]!;
      scale *= FACTOR;
    }
    return { raster, scale };
  }
}

/** The power of two that reduces the region in both directions; null if there is none. */
function exactReduction(rect: Rect, width: number, height: number): number | null {
  for (let factor = 1; factor <= Math.max(rect.width, rect.height); factor *= 2) {
    if (Math.ceil(rect.width / factor) === width && Math.ceil(rect.height / factor) === height) return factor;
  }
  return null;
}

function inCopy(rect: Rect, scale: number, copy: Raster): Rect {
  const x = Math.min(copy.width - 1, Math.floor(rect.x / scale));
  const y = Math.min(copy.height - 1, Math.floor(rect.y / scale));
  const right = Math.min(copy.width, Math.ceil((rect.x + rect.width) / scale));
  const bottom = Math.min(copy.height, Math.ceil((rect.y + rect.height) / scale));
  return { x, y, width: right - x, height: bottom - y };
}

/** Reduces a whole raster, and gives the event loop turns meanwhile. */
async function reduce(raster: Raster, factor: number): Promise<Raster> {
  const { width, height, channels, depth } = raster;
  const smaller = createRaster(Math.ceil(width / factor), Math.ceil(height / factor), channels, depth);
  const rows = Math.max(1, Math.floor(CHUNK_SAMPLES / (width * channels * factor)));
  for (let y = 0; y < smaller.height; y += rows) {
    const from = y * factor;
    const band = { x: 0, y: from, width, height: Math.min(rows * factor, height - from) };
    smaller.data.set(average(raster, band, factor).data, y * smaller.width * channels);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return smaller;
}

/** A region reduced by an integer factor: each pixel is the rounded mean of its box, which ends at the region's edges. */
export function average(raster: Raster, rect: Rect, factor: number): Raster {
  if (factor === 1) return crop(raster, rect);
  const { channels, data } = raster;
  const result = createRaster(Math.ceil(rect.width / factor), Math.ceil(rect.height / factor), channels, raster.depth);
  const sums = new Float64Array(result.width * channels);
  const stride = raster.width * channels;
  for (let y = 0; y < result.height; y++) {
    sums.fill(0);
    const top = rect.y + y * factor;
    const bottom = Math.min(rect.y + rect.height, top + factor);
    for (let row = top; row < bottom; row++) {
      let source = row * stride + rect.x * channels;
      for (let x = 0; x < result.width; x++) {
        const across = Math.min(factor, rect.width - x * factor);
        if (channels === 1) {
          let sum = 0;
          for (let i = 0; i < across; i++) sum += data[source++]!;
          sums[x]! += sum;
        } else {
          let red = 0;
          let green = 0;
          let blue = 0;
          for (let i = 0; i < across; i++, source += 3) {
            red += data[source]!;
            green += data[source + 1]!;
            blue += data[source + 2]!;
          }
          sums[3 * x]! += red;
          sums[3 * x + 1]! += green;
          sums[3 * x + 2]! += blue;
        }
      }
    }
    const target = y * result.width * channels;
    for (let x = 0, i = 0; x < result.width; x++) {
      const share = 1 / ((bottom - top) * Math.min(factor, rect.width - x * factor));
      for (let channel = 0; channel < channels; channel++, i++) result.data[target + i] = sums[i]! * share + 0.5;
    }
  }
  return result;
}
