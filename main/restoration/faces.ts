import type { Face } from '../../contract/photo';

/**
 * Finds faces with a cascade of three nets (Zhang et al., "Joint face detection and alignment using multitask cascaded
 * convolutional networks", IEEE Signal Processing Letters 23, 2016). The first proposes boxes at every scale, the second
 * refines them, the third judges them and finds eyes, nose and mouth. Differences from the paper: the last two nets also
 * see each box mirrored, and their answers are averaged, which halves the false alarms.
 */

/** Boxes as left, top, right, bottom in pixels, four values each, with the probability of each. */
interface Boxes {
  at: Float32Array;
  chance: Float32Array;
}

/** What a net answers for `count` boxes or places: shares of the box, and probabilities of (no face, face). */
export interface StageAnswer {
  boxes: Float32Array;
  faces: Float32Array;
  /** Five x and five y for each box, as shares of it. */
  points?: Float32Array;
}

/** The nets of the cascade. Their inputs are RGB planes, -1..1. */
export interface FaceNets {
  /** A picture `[3, height, width]` to maps of `rows` x `columns` places, two pixels apart, of 12 pixels each. */
  propose(
    planes: Float32Array,
    width: number,
    height: number,
  ): Promise<StageAnswer & { rows: number; columns: number }>;
  /** `count` squares of 24 pixels. */
  refine(squares: Float32Array, count: number): Promise<StageAnswer>;
  /** `count` squares of 48 pixels. */
  judge(squares: Float32Array, count: number): Promise<StageAnswer>;
  thresholds: { propose: number; refine: number; judge: number };
  /** Width in pixels of the smallest face that is looked for. */
  smallest: number;
}

/** Scale between the sizes at which faces are looked for. */
const SCALE_STEP = 0.76;
/** Edges of what the nets take, in pixels. */
const PROPOSED = 12;
const REFINED = 24;
const JUDGED = 48;
/** Squares that a net gets at once. */
const BATCH = 128;
/** A photo of a crowd has more proposals than this, and the least certain of them are left out. */
const MOST_PROPOSALS = 1500;
/** What lies outside of the picture: black. */
const OUTSIDE = -127.5 / 128;

/**
 * The faces of a picture, the most certain first. `planes`: sRGB `[3, height, width]`, 0..1. Boxes and points are shares
 * of the picture's width and height.
 */
export async function findFaces(
  planes: Float32Array,
  width: number,
  height: number,
  nets: FaceNets,
  breathe: () => Promise<void>,
): Promise<Face[]> {
  const scaled = new Float32Array(planes.length);
  for (let i = 0; i < planes.length; i++) scaled[i] = (planes[i]! * 255 - 127.5) / 128;
  const picture = { planes: scaled, width, height };
  const proposed = await proposals(picture, nets, breathe);
  const refined = await refine(picture, proposed, nets, breathe);
  return judge(picture, refined, nets, breathe);
}

interface Picture {
  planes: Float32Array;
  width: number;
  height: number;
}

async function proposals(picture: Picture, nets: FaceNets, breathe: () => Promise<void>): Promise<Boxes> {
  const { width, height } = picture;
  const rows = new RowSums(picture);
  const found: number[] = [];
  const chances: number[] = [];
  for (let scale = PROPOSED / nets.smallest; Math.min(width, height) * scale >= PROPOSED; scale *= SCALE_STEP) {
    const size = [Math.ceil(width * scale), Math.ceil(height * scale)] as const;
    const answer = await nets.propose(rows.reduced(...size), ...size);
    const { boxes, faces, columns } = answer;
    const places = answer.rows * columns;
    const at: number[] = [];
    const chance: number[] = [];
    const corrections: number[] = [];
    for (let i = 0; i < places; i++) {
      const p = faces[places + i]!;
      if (!(p > nets.thresholds.propose)) continue;
      const x = 2 * (i % columns);
      const y = 2 * Math.floor(i / columns);
      at.push((x + 1) / scale, (y + 1) / scale, (x + PROPOSED) / scale, (y + PROPOSED) / scale);
      chance.push(p);
      for (let k = 0; k < 4; k++) corrections.push(boxes[k * places + i]!);
    }
    const level = { at: Float32Array.from(at), chance: Float32Array.from(chance) };
    for (const i of strongest(level, 0.5)) {
      found.push(...corrected(level.at, i, corrections));
      chances.push(level.chance[i]!);
    }
    await breathe();
  }
  const all = { at: Float32Array.from(found), chance: Float32Array.from(chances) };
  return squares(pick(all, strongest(all, 0.7).slice(0, MOST_PROPOSALS)));
}

async function refine(picture: Picture, proposed: Boxes, nets: FaceNets, breathe: () => Promise<void>): Promise<Boxes> {
  const { boxes, faces } = await seen(picture, proposed, REFINED, nets.refine, breathe);
  const likely = { at: proposed.at, chance: faces };
  const kept = strongest(likely, 0.7).filter((i) => faces[i]! > nets.thresholds.refine);
  const at = Float32Array.from(kept.flatMap((i) => corrected(proposed.at, i, boxes)));
  return squares({ at, chance: Float32Array.from(kept, (i) => faces[i]!) });
}

async function judge(picture: Picture, refined: Boxes, nets: FaceNets, breathe: () => Promise<void>): Promise<Face[]> {
  const first = await seen(picture, refined, JUDGED, nets.judge, breathe);
  // A second look at the corrected boxes, of those that may be faces. Both looks count.
  const { judge: least } = nets.thresholds;
  const worth = strongest({ at: refined.at, chance: first.faces }, 0.8).filter((i) => first.faces[i]! > least / 2);
  const moved = squares({
    at: Float32Array.from(worth.flatMap((i) => corrected(refined.at, i, first.boxes))),
    chance: Float32Array.from(worth, (i) => first.faces[i]!),
  });
  const second = await seen(picture, moved, JUDGED, nets.judge, breathe);
  const chance = second.faces.map((each, i) => (each + moved.chance[i]!) / 2);
  const at = Float32Array.from(Array.from(chance).flatMap((_, i) => corrected(moved.at, i, second.boxes)));
  const { width, height } = picture;
  const clamp = (value: number) => Math.max(0, Math.min(1, value));
  return strongest({ at, chance }, 0.6, true)
    .filter((i) => chance[i]! > least)
    .map((i) => {
      const [left, top, right, bottom] = at.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      const [x0, y0, x1, y1] = [clamp(left / width), clamp(top / height), clamp(right / width), clamp(bottom / height)];
      const [squareLeft, squareTop, squareRight] = moved.at.subarray(4 * i, 4 * i + 3) as unknown as [
        number,
        number,
        number,
      ];
      const edge = squareRight - squareLeft;
      return {
        x: x0,
        y: y0,
        width: x1 - x0,
        height: y1 - y0,
        certainty: chance[i]!,
        points: [0, 1, 2, 3, 4].map((k) => ({
          x: clamp((squareLeft + second.points![10 * i + k]! * edge) / width),
          y: clamp((squareTop + second.points![10 * i + 5 + k]! * edge) / height),
        })),
      };
    })
    .filter((face) => face.width > 0 && face.height > 0);
}

/** A net's answers for all boxes, each seen as it is and mirrored. */
async function seen(
  picture: Picture,
  { at, chance }: Boxes,
  edge: number,
  net: FaceNets['refine'],
  breathe: () => Promise<void>,
): Promise<StageAnswer> {
  const { length: count } = chance;
  const boxes = new Float32Array(4 * count);
  const points = new Float32Array(10 * count);
  const faces = new Float32Array(count);
  for (let from = 0; from < count; from += BATCH) {
    const some = Math.min(BATCH, count - from);
    const crops = new Float32Array(2 * some * 3 * edge * edge);
    for (let i = 0; i < some; i++) {
      resample(picture, at, from + i, edge, edge, crops, i * 3 * edge * edge);
    }
    mirror(crops, some, edge);
    const answer = await net(crops, 2 * some);
    for (let i = 0; i < some; i++) {
      const j = some + i;
      faces[from + i] = (answer.faces[2 * i + 1]! + answer.faces[2 * j + 1]!) / 2;
      for (let k = 0; k < 4; k++) {
        // In the mirrored square, left and right are exchanged, and their corrections point the other way.
        const other = k % 2 === 0 ? -answer.boxes[4 * j + (2 - k)]! : answer.boxes[4 * j + k]!;
        boxes[4 * (from + i) + k] = (answer.boxes[4 * i + k]! + other) / 2;
      }
      if (!answer.points) continue;
      // So are the two eyes and the two corners of the mouth.
      for (const [k, twin] of [1, 0, 2, 4, 3].entries()) {
        const x = 1 - answer.points[10 * j + twin]!;
        const y = answer.points[10 * j + 5 + twin]!;
        points[10 * (from + i) + k] = (answer.points[10 * i + k]! + x) / 2;
        points[10 * (from + i) + 5 + k] = (answer.points[10 * i + 5 + k]! + y) / 2;
      }
    }
    await breathe();
  }
  return { boxes, faces, points };
}

/** Fills the second half of `crops` with the mirrored squares of the first. */
function mirror(crops: Float32Array, count: number, edge: number): void {
  const half = count * 3 * edge * edge;
  for (let row = 0; row < half; row += edge) {
    for (let x = 0; x < edge; x++) crops[half + row + x] = crops[row + edge - 1 - x]!;
  }
}

/** A box with its corrections, which are shares of its width and height. */
function corrected(at: Float32Array, i: number, corrections: ArrayLike<number>): number[] {
  const width = at[4 * i + 2]! - at[4 * i]!;
  const height = at[4 * i + 3]! - at[4 * i + 1]!;
  return [0, 1, 2, 3].map((k) => at[4 * i + k]! + corrections[4 * i + k]! * (k % 2 === 0 ? width : height));
}

/** Squares around the same middles, as large as the longer sides. */
function squares({ at, chance }: Boxes): Boxes {
  const out = new Float32Array(at.length);
  for (let i = 0; i < at.length; i += 4) {
    const half = Math.max(at[i + 2]! - at[i]!, at[i + 3]! - at[i + 1]!) / 2;
    const [x, y] = [(at[i]! + at[i + 2]!) / 2, (at[i + 1]! + at[i + 3]!) / 2];
    out.set([x - half, y - half, x + half, y + half], i);
  }
  return { at: out, chance };
}

function pick({ at, chance }: Boxes, chosen: readonly number[]): Boxes {
  return {
    at: Float32Array.from(chosen.flatMap((i) => [...at.subarray(4 * i, 4 * i + 4)])),
    chance: Float32Array.from(chosen, (i) => chance[i]!),
  };
}

/**
 * The boxes of which no more certain one covers more than `most`, the most certain first. What is covered is measured
 * relative to both boxes together, or to the smaller one.
 */
function strongest({ at, chance }: Boxes, most: number, bySmaller = false): number[] {
  const order = Array.from(chance.keys()).sort((a, b) => chance[b]! - chance[a]! || a - b);
  const area = (i: number) => (at[4 * i + 2]! - at[4 * i]!) * (at[4 * i + 3]! - at[4 * i + 1]!);
  const kept: number[] = [];
  for (const i of order) {
    const isCovered = kept.some((k) => {
      const width = Math.min(at[4 * i + 2]!, at[4 * k + 2]!) - Math.max(at[4 * i]!, at[4 * k]!);
      const height = Math.min(at[4 * i + 3]!, at[4 * k + 3]!) - Math.max(at[4 * i + 1]!, at[4 * k + 1]!);
      if (width <= 0 || height <= 0) return false;
      const both = width * height;
      return both / (bySmaller ? Math.min(area(i), area(k)) : area(i) + area(k) - both) > most;
    });
    if (!isCovered) kept.push(i);
  }
  return kept;
}

/** For one axis: from which pixel each result is made, and its `count` weights. */
interface Taps {
  first: Int32Array;
  count: number;
  weights: Float32Array;
}

/** Averages where the picture is reduced, interpolates linearly where it is enlarged. */
function taps(from: number, to: number, length: number): Taps {
  const step = (to - from) / length;
  const count = step > 1 ? Math.ceil(step) + 1 : 2;
  const first = new Int32Array(length);
  const weights = new Float32Array(count * length);
  for (let i = 0; i < length; i++) {
    if (step > 1) {
      const [low, high] = [from + i * step, from + (i + 1) * step];
      first[i] = Math.floor(low);
      for (let k = 0; k < count; k++) {
        const pixel = first[i]! + k;
        weights[count * i + k] = Math.max(0, Math.min(high, pixel + 1) - Math.max(low, pixel)) / step;
      }
    } else {
      const place = from + (i + 0.5) * step - 0.5;
      first[i] = Math.floor(place);
      weights[count * i + 1] = place - first[i]!;
      weights[count * i] = 1 - weights[count * i + 1]!;
    }
  }
  return { first, count, weights };
}

/** The part of a picture in box `i` at another size, `[3, height, width]`, into `out` from `start` on. */
function resample(
  { planes, width, height }: Picture,
  at: Float32Array,
  i: number,
  outWidth: number,
  outHeight: number,
  out: Float32Array,
  start: number,
): void {
  const across = taps(at[4 * i]!, at[4 * i + 2]!, outWidth);
  const down = taps(at[4 * i + 1]!, at[4 * i + 3]!, outHeight);
  const top = down.first[0]!;
  const rows = down.first[outHeight - 1]! + down.count - top;
  // First the width, for every row that is needed, then the height.
  const narrow = new Float32Array(rows * outWidth);
  for (let c = 0; c < 3; c++) {
    const plane = c * width * height;
    for (let row = 0; row < rows; row++) {
      const y = top + row;
      const into = row * outWidth;
      if (y < 0 || y >= height) narrow.fill(OUTSIDE, into, into + outWidth);
      else sampleRow(planes, plane + y * width, width, across, narrow, into, outWidth);
    }
    for (let y = 0; y < outHeight; y++) {
      const target = start + (c * outHeight + y) * outWidth;
      for (let k = 0; k < down.count; k++) {
        const weight = down.weights[down.count * y + k]!;
        const source = (down.first[y]! + k - top) * outWidth;
        for (let x = 0; x < outWidth; x++) out[target + x]! += weight * narrow[source + x]!;
      }
    }
  }
}

/** One row of `planes` at another width. */
function sampleRow(
  planes: Float32Array,
  start: number,
  width: number,
  { first, count, weights }: Taps,
  out: Float32Array,
  into: number,
  length: number,
): void {
  for (let x = 0; x < length; x++) {
    const from = first[x]!;
    let sum = 0;
    if (from >= 0 && from + count <= width) {
      for (let k = 0; k < count; k++) sum += weights[count * x + k]! * planes[start + from + k]!;
    } else {
      for (let k = 0; k < count; k++) {
        const source = from + k;
        sum += weights[count * x + k]! * (source < 0 || source >= width ? OUTSIDE : planes[start + source]!);
      }
    }
    out[into + x] = sum;
  }
}

/**
 * The sums of a picture's rows up to each pixel, from which every reduced copy of it is made: the mean of any stretch of a row is
 * a difference of two of them, however long it is.
 */
class RowSums {
  readonly #picture: Picture;
  /** For each row of each plane, one value more than it has pixels. */
  readonly #sums: Float64Array;

  constructor(picture: Picture) {
    const { planes, width, height } = picture;
    this.#picture = picture;
    this.#sums = new Float64Array(3 * height * (width + 1));
    for (let row = 0, from = 0, to = 0; row < 3 * height; row++, to++) {
      let sum = 0;
      for (let x = 0; x < width; x++) {
        sum += planes[from++]!;
        this.#sums[++to] = sum;
      }
    }
  }

  /** The whole picture at a size that is not larger, by averaging: `[3, outHeight, outWidth]`. */
  reduced(outWidth: number, outHeight: number): Float32Array {
    const { width, height } = this.#picture;
    const sums = this.#sums;
    const step = width / outWidth;
    // Where each mean begins and the last one ends: at a pixel, and how far into it.
    const pixels = new Int32Array(outWidth + 1);
    const shares = new Float64Array(outWidth + 1);
    for (let x = 0; x <= outWidth; x++) {
      pixels[x] = Math.min(width - 1, Math.floor(x * step));
      shares[x] = x * step - pixels[x]!;
    }
    const down = taps(0, height, outHeight);
    const out = new Float32Array(3 * outWidth * outHeight);
    const narrow = new Float32Array(height * outWidth);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < height; y++) {
        const row = (c * height + y) * (width + 1);
        const target = y * outWidth;
        let before = 0;
        for (let x = 0; x < outWidth; x++) {
          const at = row + pixels[x + 1]!;
          const sum = sums[at]! + shares[x + 1]! * (sums[at + 1]! - sums[at]!);
          narrow[target + x] = (sum - before) / step;
          before = sum;
        }
      }
      for (let y = 0; y < outHeight; y++) {
        const target = (c * outHeight + y) * outWidth;
        for (let k = 0; k < down.count; k++) {
          const weight = down.weights[down.count * y + k]!;
          // The last of them may lie below the picture, where it has no weight.
          const source = Math.min(height - 1, down.first[y]! + k) * outWidth;
          if (weight === 0) continue;
          for (let x = 0; x < outWidth; x++) out[target + x]! += weight * narrow[source + x]!;
        }
      }
    }
    return out;
  }
}
