import { expand, intersection } from '../../../../document/geometry';
import type { Mask } from '../../mask';
import { randomNumbers } from '../../random';
import { maxValue, type Raster, type Rect } from '../../raster';
import type { StepTools } from '../../tools';
import { depthsOf } from './depth';

/**
 * A generator fills smoothly, so on a grainy print a repair shows as a soft spot. What the fill lacks of the surroundings'
 * grain is laid over it, in small blocks that are copied from beside the hole.
 */

/** Edge of the squares in which grain is measured, and the pixels around them that are looked at. */
const SQUARE = 32;
const MARGIN = 24;
/** Edge of the copied blocks. */
const BLOCK = 6;
/** Places that are tried for a block; the one with the most usable pixels is taken. */
const TRIES = 6;
/** How much of the lacking grain is added. All of it would differ more from the true picture than none. */
const AMOUNT = 0.5;
/** This many pixels from the edge of a hole all of that is added. A narrow fill has the grain of its edges nearly by itself. */
const FULL_DEPTH = 3;
/** Differences beyond this many standard deviations are edges, not grain. */
const CLIP = 2;
/** Fewer pixels than this say nothing. */
const FEWEST = 50;
/** The least lack that is seen, in levels of an 8-bit picture. */
const LEAST_LACK = 0.3;
/**
 * The deviation is judged by the smaller differences, so that a busy part beside a calm one does not count, by the share of
 * a normal distribution that lies within so many standard deviations.
 */
const CALM = { share: 0.3, deviations: 0.3853 } as const;

/**
 * Lays grain over the filled pixels of a raster, in place. Only masked pixels change, and the same mask always gets the
 * same grain. `region` bounds the mask; `before` is called with each part that is about to change. Throws CANCELLED; some
 * squares have their grain then.
 */
export async function addGrain(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { region, before }: { region?: Rect | undefined; before?: ((rect: Rect) => void) | undefined } = {},
): Promise<void> {
  const { x, y, width, height } = region ?? { x: 0, y: 0, width: raster.width, height: raster.height };
  for (let top = y - (y % SQUARE); top < y + height; top += SQUARE) {
    for (let left = x - (x % SQUARE); left < x + width; left += SQUARE) {
      const square = expand({ x: left, y: top, width: SQUARE, height: SQUARE }, 0, raster);
      if (mask.any(square)) addToSquare(raster, mask, square, before);
    }
    await tools.breathe();
  }
}

function addToSquare(raster: Raster, mask: Mask, square: Rect, before: ((rect: Rect) => void) | undefined): void {
  const frame = expand(square, MARGIN, raster);
  const { width } = frame;
  const cover = new Uint8Array(width * frame.height);
  mask.read(frame, cover);
  const fine = detailOf(raster, frame);
  const usable = sourcesOf(cover, width);
  const around = deviationOf(fine, (i) => usable[i] === 1);
  // Neighbouring squares may have their grain already, so only pixels that are not next to them are measured.
  const inside = (i: number) => {
    const [x, y] = [frame.x + (i % width) - square.x, frame.y + Math.floor(i / width) - square.y];
    return x > 0 && y > 0 && x < square.width - 1 && y < square.height - 1;
  };
  const filled = deviationOf(fine, (i) => cover[i] !== 0 && inside(i));
  if (around === null || filled === null) return;
  const lack = Math.sqrt(Math.max(0, around ** 2 - filled ** 2));
  if (lack < LEAST_LACK / 255) return;
  before?.(square);
  const depths = depthsOf((i) => cover[i] !== 0, width, frame.height);
  const grain = { fine, depths, usable, limit: CLIP * around, share: (AMOUNT * lack) / around };
  const random = randomNumbers(square.y * raster.width + square.x + 1);
  for (let top = square.y; top < square.y + square.height; top += BLOCK) {
    for (let left = square.x; left < square.x + square.width; left += BLOCK) {
      const block = intersection(square, { x: left, y: top, width: BLOCK, height: BLOCK })!;
      addBlock(raster, { block, frame, cover, random, ...grain });
    }
  }
}

interface Block {
  block: Rect;
  frame: Rect;
  cover: Uint8Array;
  fine: Float32Array;
  depths: Uint16Array;
  usable: Uint8Array;
  limit: number;
  share: number;
  random: () => number;
}

function addBlock(raster: Raster, { block, frame, cover, fine, depths, usable, limit, share, random }: Block): void {
  const { data, channels } = raster;
  const { width } = frame;
  const origin = (block.y - frame.y) * width + block.x - frame.x;
  const eachPixel = (visit: (offset: number, x: number, y: number) => void) => {
    for (let y = 0; y < block.height; y++) for (let x = 0; x < block.width; x++) visit(y * width + x, x, y);
  };
  let isMasked = false;
  eachPixel((offset) => {
    if (cover[origin + offset] !== 0) isMasked = true;
  });
  if (!isMasked) return;
  let [from, most] = [0, 0];
  for (let i = 0; i < TRIES; i++) {
    const x = Math.floor(random() * (width - block.width + 1));
    const y = Math.floor(random() * (frame.height - block.height + 1));
    const at = y * width + x;
    let count = 0;
    eachPixel((offset) => {
      if (usable[at + offset] === 1 && Math.abs(fine[at + offset]!) <= limit) count++;
    });
    if (count > most) [from, most] = [at, count];
  }
  if (most === 0) return;
  const max = maxValue(raster);
  eachPixel((offset, x, y) => {
    const covered = cover[origin + offset]!;
    if (covered === 0 || usable[from + offset] === 0) return;
    const value = Math.max(-limit, Math.min(limit, fine[from + offset]!));
    const depth = Math.min(1, depths[origin + offset]! / FULL_DEPTH);
    const change = Math.round(max * share * depth * value * (covered / 255));
    const target = ((block.y + y) * raster.width + block.x + x) * channels;
    for (let c = 0; c < channels; c++) data[target + c] = Math.max(0, Math.min(max, data[target + c]! + change));
  });
}

/** The difference of each pixel's brightness from that of its surroundings, 1 being the range of the raster. */
function detailOf(raster: Raster, { x, y, width, height }: Rect): Float32Array {
  const { data, channels } = raster;
  const scale = 1 / (channels * maxValue(raster));
  const grey = new Float32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    let from = ((y + row) * raster.width + x) * channels;
    for (let column = 0; column < width; column++, i++) {
      for (let c = 0; c < channels; c++) grey[i]! += data[from++]!;
      grey[i]! *= scale;
    }
  }
  const fine = grey.slice();
  for (let row = 0, i = 0; row < height; row++) {
    const [above, below] = [row === 0 ? 0 : -width, row === height - 1 ? 0 : width];
    for (let column = 0; column < width; column++, i++) {
      const [left, right] = [column === 0 ? 0 : -1, column === width - 1 ? 0 : 1];
      const line = (at: number) => grey[at + left]! + 2 * grey[at]! + grey[at + right]!;
      fine[i]! -= (line(i + above) + 2 * line(i) + line(i + below)) / 16;
    }
  }
  return fine;
}

/** 1 where a pixel and its neighbours up to two pixels away are outside the mask. */
function sourcesOf(cover: Uint8Array, width: number): Uint8Array {
  const height = cover.length / width;
  const usable = new Uint8Array(cover.length).fill(1);
  for (let i = 0; i < cover.length; i++) {
    if (cover[i] === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    const right = Math.min(width - 1, x + 2);
    for (let row = Math.max(0, y - 2); row <= Math.min(height - 1, y + 2); row++) {
      usable.fill(0, row * width + Math.max(0, x - 2), row * width + right + 1);
    }
  }
  return usable;
}

/** The standard deviation of the chosen differences in their calm parts; null if there are too few. */
function deviationOf(fine: Float32Array, isChosen: (index: number) => boolean): number | null {
  const chosen: number[] = [];
  for (let i = 0; i < fine.length; i++) if (isChosen(i)) chosen.push(Math.abs(fine[i]!));
  if (chosen.length < FEWEST) return null;
  const sorted = Float32Array.from(chosen).sort();
  return sorted[Math.floor(CALM.share * sorted.length)]! / CALM.deviations;
}
