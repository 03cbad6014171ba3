import type { StepReport } from '../../contract/photo';
import { createRaster, type Raster } from './raster';

/** Which pixels of a photo its restoration has changed: a grey raster, 255 where any channel differs and 0 elsewhere. */

/**
 * Compares two rasters of the same size and depth, to the last bit. A grey picture counts as one with three equal channels.
 * Throws a RangeError for different sizes.
 */
export function changedPixels(before: Raster, after: Raster): Raster {
  const { width, height } = before;
  if (width !== after.width || height !== after.height || before.depth !== after.depth) {
    throw new RangeError('The two pictures do not have the same size and depth.');
  }
  const mask = createRaster(width, height, 1, 8);
  const [one, other] = [before.channels, after.channels];
  const most = Math.max(one, other);
  for (let i = 0; i < mask.data.length; i++) {
    for (let channel = 0; channel < most; channel++) {
      if (before.data[i * one + (one === 1 ? 0 : channel)] !== after.data[i * other + (other === 1 ? 0 : channel)]) {
        mask.data[i] = 255;
        break;
      }
    }
  }
  return mask;
}

/** The pixels that either mask marks. Both have the same size. */
export function eitherMask(one: Raster, other: Raster): Raster {
  return { ...one, data: one.data.map((value, i) => value | other.data[i]!) as Uint8Array };
}

/** A mask in another size. A pixel that covers any marked one is marked, so that no change gets lost. */
export function scaleMask(mask: Raster, width: number, height: number): Raster {
  if (mask.width === width && mask.height === height) return mask;
  const result = createRaster(width, height, 1, 8);
  const covered = (at: number, from: number, to: number) => {
    const first = Math.floor((at * from) / to);
    return [first, Math.max(first + 1, Math.ceil(((at + 1) * from) / to))] as const;
  };
  const columns = Array.from({ length: width }, (_, x) => covered(x, mask.width, width));
  for (let y = 0; y < height; y++) {
    const [top, bottom] = covered(y, mask.height, height);
    for (let x = 0; x < width; x++) {
      const [left, right] = columns[x]!;
      for (let row = top; row < bottom && result.data[y * width + x] === 0; row++) {
        const at = row * mask.width;
        if (mask.data.subarray(at + left, at + right).includes(255)) result.data[y * width + x] = 255;
      }
    }
  }
  return result;
}

/**
 * Follows a run over a raster that is changed in place. Enlarging makes every pixel new, which says nothing; so the mask of the steps
 * before it is enlarged, and what follows is compared with the enlarged picture.
 */
export class ChangeTracker {
  #before: Raster;
  #mask: Raster | null = null;
  /** Differences from `#before` after the last step that kept the size. */
  #sofar: Raster | null = null;

  /** @param original copied */
  constructor(original: Raster) {
    this.#before = copyOf(original);
  }

  /** After each step that ran, with all reports so far. */
  step({ raster, reports }: { raster: Raster; reports: readonly StepReport[] }): void {
    if (reports.at(-1)?.kind !== 'upscale') {
      this.#sofar = changedPixels(this.#before, raster);
      return;
    }
    const before = this.#sofar ?? createRaster(this.#before.width, this.#before.height, 1, 8);
    this.#mask = scaleMask(before, raster.width, raster.height);
    this.#before = copyOf(raster);
    this.#sofar = null;
  }

  /** The mask of everything that has changed, in the size of the result. */
  of(result: Raster): Raster {
    const last = changedPixels(this.#before, result);
    return this.#mask === null ? last : eitherMask(this.#mask, last);
  }
}

const copyOf = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });
