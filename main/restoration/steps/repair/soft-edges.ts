import { lumaOf } from '../../colour';
import type { Mask } from '../../mask';
import { type Raster, type Rect, readSrgb } from '../../raster';
import type { StepTools } from '../../tools';
import { depthsOf } from './depth';

/** Damage fades out over a pixel or two beyond a tight mask, and a filling that continues from there shows its outline. */

/** Edge of the squares that are judged one by one, and what is looked at around them, in pixels. */
const SQUARE = 128;
const MARGIN = 32;
/** The mean step from the first ring to the second, as a share of the usual difference between neighbours farther out. */
const LEAST_STEP = 0.18;
/** Fewer pairs of pixels than this say nothing. */
const FEWEST_PAIRS = 24;

/** Where a mask is too tight, judged square by square from the pixels outside it. Squares are judged once. */
export class SoftEdges {
  private readonly judged = new Map<number, boolean>();
  private readonly columns: number;

  constructor(
    private readonly raster: Raster,
    private readonly mask: Mask,
    private readonly colour: StepTools['colour'],
  ) {
    this.columns = Math.ceil(raster.width / SQUARE);
  }

  /**
   * Writes 1 where a generator must not look, else 0: the masked pixels of a rectangle, and one pixel around them where
   * damage shines through. `bytes`: the mask in the rectangle.
   */
  hide(rect: Rect, bytes: Uint8Array, into: Float32Array): void {
    const { width, height } = rect;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        into[i] =
          bytes[i] !== 0 || (touches(bytes, width, height, x, y) && this.isSoft(rect.x + x, rect.y + y)) ? 1 : 0;
      }
    }
  }

  private isSoft(x: number, y: number): boolean {
    const key = Math.floor(y / SQUARE) * this.columns + Math.floor(x / SQUARE);
    let known = this.judged.get(key);
    if (known === undefined) {
      known = this.judge(Math.floor(x / SQUARE) * SQUARE, Math.floor(y / SQUARE) * SQUARE);
      this.judged.set(key, known);
    }
    return known;
  }

  private judge(left: number, top: number): boolean {
    const x = Math.max(0, left - MARGIN);
    const y = Math.max(0, top - MARGIN);
    const frame = {
      x,
      y,
      width: Math.min(this.raster.width, left + SQUARE + MARGIN) - x,
      height: Math.min(this.raster.height, top + SQUARE + MARGIN) - y,
    };
    const count = frame.width * frame.height;
    const bytes = new Uint8Array(count);
    this.mask.read(frame, bytes);
    const planes = new Float32Array(3 * count);
    readSrgb(this.raster, frame, this.colour, planes);
    const luma = planes.subarray(0, count);
    for (let i = 0; i < count; i++) luma[i] = lumaOf(planes[i]!, planes[i + count]!, planes[i + 2 * count]!);
    const rings = depthsOf((i) => bytes[i] === 0, frame.width, frame.height);
    return stepsAtEdge(rings, luma, frame.width, frame.height);
  }
}

/** Whether a pixel outside the mask has a masked neighbour, diagonals included. */
function touches(bytes: Uint8Array, width: number, height: number, x: number, y: number): boolean {
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let i = row * width + Math.max(0, x - 1); i <= row * width + Math.min(width - 1, x + 1); i++) {
      if (bytes[i] !== 0) return true;
    }
  }
  return false;
}

/**
 * Whether brightness steps in one direction from the first ring of pixels around the mask to the second, compared with how
 * neighbours in the third and fourth differ. `rings` holds the number of each pixel's ring, 0 under the mask. Around a tight mask what is left of the damage is brighter, or darker, all along it.
 */
function stepsAtEdge(rings: Uint16Array, luma: Float32Array, width: number, height: number): boolean {
  let [step, pairs, usual, others] = [0, 0, 0, 0];
  const compare = (inner: number, outer: number) => {
    const difference = luma[inner]! - luma[outer]!;
    if (rings[inner] === 1 && rings[outer] === 2) {
      step += difference;
      pairs++;
    } else if (rings[inner] === 3 && rings[outer] === 4) {
      usual += Math.abs(difference);
      others++;
    }
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (rings[i] !== 1 && rings[i] !== 3) continue;
      if (x > 0) compare(i, i - 1);
      if (x < width - 1) compare(i, i + 1);
      if (y > 0) compare(i, i - width);
      if (y < height - 1) compare(i, i + width);
    }
  }
  if (pairs < FEWEST_PAIRS || others === 0) return false;
  // A third of a level of an 8-bit picture keeps rounding out of flat surroundings.
  return Math.abs(step) / pairs > LEAST_STEP * (usual / others + 0.3 / 255);
}
