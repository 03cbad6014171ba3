import { randomNumbers } from '../../random';
import { depthsOf } from './depth';

/**
 * Fills a hole by examples: every small patch in the hole becomes as similar as possible to a patch of the
 * surroundings, so that texture continues (Wexler, Shechtman and Irani, "Space-time completion of video", PAMI 29, 2007).
 * Similar patches are found by PatchMatch (Barnes et al., SIGGRAPH 2009), from coarse to fine. A smooth filling to begin
 * with, such as that of a net, guides it: on the coarse scales it decides what belongs where.
 */

/** A picture of three interleaved floats per pixel, in levels 0..255, with a hole. */
export interface HolePicture {
  readonly width: number;
  readonly height: number;
  /** `3 * width * height`; holds the filling to begin with inside the hole. Changed in place. */
  readonly data: Float32Array;
  /** 1: to fill; 0: may be a source; 2: stays as it is, but is no source (other damage). */
  readonly mask: Uint8Array;
}

export interface ExemplarOptions {
  /** The same seed always gives the same filling. */
  seed: number;
  /** False: the filling to begin with decides nothing, only the surroundings do. */
  guided?: boolean;
  /** Called every few milliseconds of work; throws to cancel. */
  breathe?: () => Promise<void>;
}

/** Patches are squares with this many pixels on each side of their centre. */
const REACH = 3;
const SIDE = 2 * REACH + 1;
/** The coarsest scale is the one at which the hole is at most about this many pixels deep. */
const COARSEST_DEPTH = 4;
/** Rounds of search and vote at the coarsest scale, and at the finest. */
const MOST_ROUNDS = 20;
const LEAST_ROUNDS = 2;
/** Passes of the search in each round. */
const SEARCHES = 2;
/** How fast the certainty of a patch decreases with its distance from the border of the hole, per pixel. */
const CERTAINTY = 1.8;
/** Weight of the guide in the distance of patches. */
const GUIDE = 0.05;
/**
 * Share of the guide's large-scale tones in the result. Examples bring sharp texture, but a net continues gradients
 * better.
 */
const TONES = 0.5;
/** What is large: this share of the hole's depth. */
const TONE_REACH = 0.125;

/**
 * Fills the hole of a picture in place. Returns false, and changes nothing, if there is no whole patch to take examples
 * from. Throws what `breathe` throws, and then has changed nothing.
 */
export async function fillByExample(
  picture: HolePicture,
  { seed, guided = true, breathe }: ExemplarOptions,
): Promise<boolean> {
  const pyramid = pyramidOf(picture);
  // The finest scales that still have sources.
  const usable = pyramid.findLastIndex((level) => sourcesOf(level).length > 0);
  if (usable < 0 || sourcesOf(picture).length === 0) return false;
  const random = randomNumbers(seed);
  let field: Field | null = null;
  for (let i = usable; i >= 0; i--) {
    const level = pyramid[i]!;
    const rounds = Math.max(LEAST_ROUNDS, Math.round((MOST_ROUNDS * (i + 1)) / (usable + 1)) - (i === 0 ? 1 : 0));
    field = await fillLevel(level, field, { random, rounds, isFinest: i === 0, guided, breathe });
  }
  const { data } = pyramid[0]!;
  if (guided) keepTones(picture, data);
  picture.data.set(data);
  return true;
}

/** Moves the large-scale tones of a filling towards those of the guide, which `picture` still holds. */
function keepTones(picture: HolePicture, data: Float32Array): void {
  const { width, height, mask } = picture;
  const radius = Math.max(1, Math.round(TONE_REACH * depthOf(picture)));
  for (let c = 0; c < 3; c++) {
    let away: Float32Array = new Float32Array(width * height);
    for (let i = 0; i < away.length; i++) away[i] = picture.data[3 * i + c]! - data[3 * i + c]!;
    // Three means of squares are nearly a Gaussian.
    for (let pass = 0; pass < 3; pass++) away = means(away, width, height, radius);
    for (let i = 0; i < away.length; i++) if (mask[i] === 1) data[3 * i + c]! += TONES * away[i]!;
  }
}

/** Means over squares; 0 beyond the border. */
function means(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  const size = 2 * radius + 1;
  const along = (from: Float32Array, to: Float32Array, start: number, step: number, length: number) => {
    let sum = 0;
    for (let k = -radius; k < length; k++) {
      if (k + radius < length) sum += from[start + (k + radius) * step]!;
      if (k - radius - 1 >= 0) sum -= from[start + (k - radius - 1) * step]!;
      if (k >= 0) to[start + k * step] = sum / size;
    }
  };
  for (let y = 0; y < height; y++) along(plane, rows, y * width, 1, width);
  for (let x = 0; x < width; x++) along(rows, out, x, width, height);
  return out;
}

interface Level extends HolePicture {
  /** Centres of patches without masked pixels. */
  sources?: Int32Array;
}

/** Nearest sources of the target patches of a level. */
interface Field {
  readonly width: number;
  readonly height: number;
  /** For each pixel the index of its source's centre; -1 if the pixel is no target. */
  readonly nearest: Int32Array;
}

function pyramidOf(picture: HolePicture): Level[] {
  const levels: Level[] = [{ ...picture, data: picture.data.slice() }];
  for (;;) {
    const last = levels.at(-1)!;
    if (depthOf(last) <= COARSEST_DEPTH || Math.min(last.width, last.height) < 8 * SIDE) return levels;
    levels.push(halved(last));
  }
}

/** Half the size: means of four pixels. Masked if any of the four is. */
function halved({ width, height, data, mask }: HolePicture): Level {
  const w = Math.floor(width / 2);
  const h = Math.floor(height / 2);
  const small = { width: w, height: h, data: new Float32Array(3 * w * h), mask: new Uint8Array(w * h) };
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = 2 * y * width + 2 * x;
      const cells = [from, from + 1, from + width, from + width + 1];
      const values = cells.map((cell) => mask[cell]!);
      small.mask[y * w + x] = values.includes(1) ? 1 : Math.max(...values);
      for (let c = 0; c < 3; c++) {
        small.data[3 * (y * w + x) + c] = cells.reduce((sum, cell) => sum + data[3 * cell + c]!, 0) / 4;
      }
    }
  }
  return small;
}

const distances = ({ width, height, mask }: HolePicture): Uint16Array =>
  depthsOf((index) => mask[index] === 1, width, height);

const depthOf = (level: HolePicture): number => distances(level).reduce((most, value) => Math.max(most, value), 0);

/** Centres of patches that lie inside the picture and hold no masked pixel. */
function sourcesOf(level: Level): Int32Array {
  if (level.sources) return level.sources;
  const { width, height } = level;
  const masked = maskedNear(level);
  const centres: number[] = [];
  for (let y = REACH; y < height - REACH; y++) {
    for (let x = REACH; x < width - REACH; x++) if (masked[y * width + x] === 0) centres.push(y * width + x);
  }
  level.sources = Int32Array.from(centres);
  return level.sources;
}

/** How many masked pixels the patch around each pixel holds. */
function maskedNear({ width, height, mask }: HolePicture): Uint16Array {
  const rows = new Uint16Array(width * height);
  const counts = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = -REACH; x < width; x++) {
      if (x + REACH < width) sum += mask[y * width + x + REACH] === 0 ? 0 : 1;
      if (x - REACH - 1 >= 0) sum -= mask[y * width + x - REACH - 1] === 0 ? 0 : 1;
      if (x >= 0) rows[y * width + x] = sum;
    }
  }
  for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let y = -REACH; y < height; y++) {
      if (y + REACH < height) sum += rows[(y + REACH) * width + x]!;
      if (y - REACH - 1 >= 0) sum -= rows[(y - REACH - 1) * width + x]!;
      if (y >= 0) counts[y * width + x] = sum;
    }
  }
  return counts;
}

interface LevelRun {
  random: () => number;
  rounds: number;
  isFinest: boolean;
  guided: boolean;
  breathe?: (() => Promise<void>) | undefined;
}

async function fillLevel(level: Level, coarse: Field | null, run: LevelRun): Promise<Field> {
  const { width, height, data } = level;
  const sources = sourcesOf(level);
  const isSource = new Uint8Array(width * height);
  for (const centre of sources) isSource[centre] = 1;
  const targets = targetsOf(level);
  const { random } = run;
  const nearest = new Int32Array(width * height).fill(-1);
  for (const target of targets) {
    const guess = coarse ? enlarged(target, level, coarse) : -1;
    const known = guess >= 0 && isSource[guess] === 1;
    nearest[target] = known ? guess : sources[Math.floor(random() * sources.length)]!;
  }
  if (coarse) vote(level, targets, nearest, costsOf(data, width, targets, nearest), false);
  const guide = run.isFinest || !run.guided ? null : data.slice();
  const search = { level, targets, nearest, isSource, random, guide, breathe: run.breathe };
  for (let round = 0; round < run.rounds; round++) {
    const costs = costsOf(data, width, targets, nearest, guide);
    for (let pass = 0; pass < SEARCHES; pass++) {
      await improve(search, costs, (round + pass) % 2 === 0);
    }
    const isLast = round === run.rounds - 1;
    vote(level, targets, nearest, costs, run.isFinest && isLast);
    await run.breathe?.();
  }
  return { width, height, nearest };
}

/** Centres of patches that lie inside the picture and touch the hole. */
function targetsOf({ width, height, mask }: Level): Int32Array {
  const touched = maskedNear({
    width,
    height,
    data: new Float32Array(0),
    mask: mask.map((value) => (value === 1 ? 1 : 0)),
  });
  const centres: number[] = [];
  for (let y = REACH; y < height - REACH; y++) {
    for (let x = REACH; x < width - REACH; x++) if (touched[y * width + x]! > 0) centres.push(y * width + x);
  }
  return Int32Array.from(centres);
}

/** The source of a target by the field of the next coarser level; -1 if it had none. */
function enlarged(target: number, { width }: Level, coarse: Field): number {
  const x = target % width;
  const y = (target - x) / width;
  const [cx, cy] = [Math.min(coarse.width - 1, x >> 1), Math.min(coarse.height - 1, y >> 1)];
  const from = coarse.nearest[cy * coarse.width + cx]!;
  if (from < 0) return -1;
  const sx = from % coarse.width;
  const sy = (from - sx) / coarse.width;
  return (2 * sy + (y & 1)) * width + 2 * sx + (x & 1);
}

function costsOf(
  data: Float32Array,
  width: number,
  targets: Int32Array,
  nearest: Int32Array,
  guide: Float32Array | null = null,
): Float32Array {
  const costs = new Float32Array(nearest.length);
  for (const target of targets) costs[target] = cost(data, width, target, nearest[target]!, Infinity, guide);
  return costs;
}

/** Sum of squared differences of two patches; stops once it exceeds `limit`. */
function cost(
  data: Float32Array,
  width: number,
  target: number,
  source: number,
  limit: number,
  guide: Float32Array | null,
): number {
  let sum = 0;
  if (guide !== null) {
    // Only the middle of the patch has to be what the guide shows.
    for (let c = 0; c < 3; c++) sum += (guide[3 * target + c]! - data[3 * source + c]!) ** 2;
    sum *= GUIDE * SIDE * SIDE;
  }
  for (let row = -REACH; row <= REACH; row++) {
    let a = 3 * (target + row * width - REACH);
    let b = 3 * (source + row * width - REACH);
    for (let i = 0; i < 3 * SIDE; i++, a++, b++) {
      const difference = data[a]! - data[b]!;
      sum += difference * difference;
    }
    if (sum >= limit) return sum;
  }
  return sum;
}

interface Search {
  level: Level;
  targets: Int32Array;
  nearest: Int32Array;
  isSource: Uint8Array;
  random: () => number;
  guide: Float32Array | null;
  breathe: (() => Promise<void>) | undefined;
}

/** Patches that are improved between two chances to cancel: some tens of milliseconds of work. */
const BETWEEN_BREATHS = 20_000;

/** One pass of PatchMatch: takes over the neighbours' sources, then tries random ones ever nearer to the best. */
async function improve(
  { level, targets, nearest, isSource, random, guide, breathe }: Search,
  costs: Float32Array,
  isForward: boolean,
): Promise<void> {
  const { width, height, data } = level;
  const step = isForward ? 1 : -1;
  const count = targets.length;
  const largest = Math.max(width, height);
  for (let k = 0; k < count; k++) {
    if (k % BETWEEN_BREATHS === 0) await breathe?.();
    const target = targets[isForward ? k : count - 1 - k]!;
    let best = nearest[target]!;
    let least = costs[target]!;
    for (const neighbour of [target - step, target - step * width]) {
      const its = nearest[neighbour]!;
      if (its < 0) continue;
      const candidate = its + target - neighbour;
      if (candidate === best || isSource[candidate] !== 1) continue;
      const value = cost(data, width, target, candidate, least, guide);
      if (value < least) {
        least = value;
        best = candidate;
      }
    }
    for (let radius = largest; radius >= 1; radius /= 2) {
      const x = (best % width) + Math.round((2 * random() - 1) * radius);
      const y = Math.floor(best / width) + Math.round((2 * random() - 1) * radius);
      if (x < REACH || y < REACH || x >= width - REACH || y >= height - REACH) continue;
      const candidate = y * width + x;
      if (candidate === best || isSource[candidate] !== 1) continue;
      const value = cost(data, width, target, candidate, least, guide);
      if (value < least) {
        least = value;
        best = candidate;
      }
    }
    nearest[target] = best;
    costs[target] = least;
  }
}

/**
 * Gives each hole pixel the mean of what the patches over it propose, weighted by their similarity and by their distance
 * from the border. `sharp`: the best patch alone decides, so that texture does not get blurred.
 */
function vote(level: Level, targets: Int32Array, nearest: Int32Array, costs: Float32Array, sharp: boolean): void {
  const { width, height, data, mask } = level;
  const depth = distances(level);
  const sorted = Float32Array.from(targets, (target) => costs[target]!).sort();
  const spread = Math.max(1, sorted[Math.floor(0.75 * (sorted.length - 1))]!);
  const sums = new Float32Array(3 * width * height);
  const weights = new Float32Array(width * height);
  for (const target of targets) {
    const source = nearest[target]!;
    const weight = CERTAINTY ** -depth[target]! * Math.exp(-costs[target]! / (2 * spread * (sharp ? 0.25 : 1))) + 1e-12;
    for (let row = -REACH; row <= REACH; row++) {
      for (let column = -REACH; column <= REACH; column++) {
        const at = target + row * width + column;
        if (mask[at] !== 1) continue;
        const from = 3 * (source + row * width + column);
        // Towards its edge a patch fits by chance.
        const near = sharp ? weight * Math.exp(-0.5 * (row * row + column * column)) : weight;
        weights[at]! += near;
        sums[3 * at]! += near * data[from]!;
        sums[3 * at + 1]! += near * data[from + 1]!;
        sums[3 * at + 2]! += near * data[from + 2]!;
      }
    }
  }
  for (let i = 0; i < width * height; i++) {
    if (mask[i] !== 1 || weights[i] === 0) continue;
    for (let c = 0; c < 3; c++) data[3 * i + c] = sums[3 * i + c]! / weights[i]!;
  }
}
