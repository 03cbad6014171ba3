import { lumaOf } from '../../colour';
import { maxValue, type Raster } from '../../raster';
import { median } from '../../statistics';

/**
 * Finds the scratches of film: lines along its transport, at one place over most of the picture. A column counts as a
 * candidate if it is brighter (or darker) than both its sides in most bands of rows, compared with how other columns
 * of the same band behave. Poles, door frames and blinds are lines too. But a scratch is straight to a fraction of a
 * pixel and crosses whatever lies under it, so that both its sides look alike, and it has no texture of its own.
 */

/** Luma in 8-bit levels, in rows without padding. The scratches run from top to bottom. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface Line {
  /** Left edge and width in pixels of the plane. */
  left: number;
  width: number;
  isBright: boolean;
  /** First row and the row after the last one of each visible part. */
  parts: (readonly [from: number, to: number])[];
  score: number;
}

/** The copy on which scratches are looked for has at most this many pixels. */
export const SCRATCH_PIXELS = 700_000;
const WIDTHS = [1, 2, 3, 4, 6, 8, 11] as const;
/** A wider line is an object. As a share of the plane's longer side. */
const MOST_WIDTH = 0.0115;
const BANDS = 32;
/** Smaller planes show too little of a line. */
const LEAST_WIDTH = 48;
const LEAST_HEIGHT = 96;
/** Lines this near to the border may be the edge of the frame or of a print: a share of the plane's width. */
const BORDER = 0.03;
/** Columns on each side to whose activity a line is compared, and those to whose votes. */
const ACTIVITY_REACH = 24;
const VOTE_REACH = 60;
/** Columns between two computed scales of the votes. */
const SCALE_STEP = 8;

const CANDIDATE_SCORE = 1.3;
/**
 * A line is certainly a scratch from this sum of its score and of the share of rows that show it. Horizons, floors and
 * shelves are level, so one across needs more. Two that are nearly certain are enough too, by the total of both.
 */
const CERTAIN = {
  down: { one: 2.8, two: 4.7 },
  across: { one: 3.7, two: 6.4 },
} as const;

/** What is asked of a line, see {@link Facts}. */
interface Demands {
  score: number;
  share: number;
  drift: number;
  unlike: number;
  meanUnlike: number;
  texture: number;
  uneven: number;
}
const STRICT: Demands = {
  score: 1.4,
  share: 0.4,
  drift: 0.9,
  unlike: 0.75,
  meanUnlike: 0.6,
  texture: 1.1,
  uneven: 0.4,
};
/** Where there is a certain scratch, weaker lines are scratches too. */
const LENIENT: Demands = {
  score: 1.35,
  share: 0.35,
  drift: 1.2,
  unlike: 1,
  meanUnlike: 0.8,
  texture: 1.25,
  uneven: 0.5,
};
/** More lines than this are a fence or a blind. */
const MOST_LINES = 10;
/** Bounds of how opaque a line seems to be. */
const OPACITY = { least: -0.3, most: 1.25 } as const;
/** A line at least this opaque shows its colour, which is near white or near black in a scratch. */
const OPAQUE = 0.6;
const NEAR = { white: 155, black: 70 } as const;

export function lumaPlane(raster: Raster, across: boolean): Plane {
  const { width, height, channels, data } = raster;
  const scale = 255 / maxValue(raster);
  const out = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      const luma = channels === 1 ? data[i]! : lumaOf(data[i]!, data[i + 1]!, data[i + 2]!);
      out[across ? x * height + y : y * width + x] = scale * luma;
    }
  }
  return across ? { width: height, height: width, data: out } : { width, height, data: out };
}

/** The scratches of a plane, from top to bottom; none without at least one that is certain. */
export async function findLines(plane: Plane, across: boolean, breathe: () => Promise<void>): Promise<Line[]> {
  if (plane.width < LEAST_WIDTH || plane.height < LEAST_HEIGHT) return [];
  const found: Line[] = [];
  let strongest = 0;
  const certainties: number[] = [];
  let strongestOther = 0;
  for (const candidate of await candidatesOf(plane, breathe)) {
    const { score } = candidate;
    const facts = factsOf(plane, candidate);
    const line = lineOf(plane, candidate);
    if (!meets(facts, score, LENIENT) || line.width > widestOf(plane)) {
      if (facts.drift > LENIENT.drift) strongestOther = Math.max(strongestOther, score);
      continue;
    }
    if (meets(facts, score, STRICT)) {
      strongest = Math.max(strongest, score);
      certainties.push(score + facts.share);
    }
    if (line.parts.length > 0) found.push(line);
  }
  // In a scene whose strongest line is crooked, those that happen to be straight are no scratches.
  const [first = 0, second = 0] = certainties.sort((one, other) => other - one);
  const { one, two } = across ? CERTAIN.across : CERTAIN.down;
  const isCertain = (first >= one || first + second >= two) && strongest > strongestOther;
  return isCertain && found.length <= MOST_LINES ? found.sort((one, other) => one.left - other.left) : [];
}

const widestOf = ({ width, height }: Plane) => Math.ceil(MOST_WIDTH * Math.max(width, height));

// ------------------------------------------------------------------------------------------------ candidates

export interface Candidate {
  left: number;
  width: number;
  sign: 1 | -1;
  score: number;
  /** Whether each band shows it. */
  shown: boolean[];
}

export async function candidatesOf(plane: Plane, breathe: () => Promise<void>): Promise<Candidate[]> {
  const { width } = plane;
  const margin = Math.ceil(BORDER * width);
  const all: Candidate[] = [];
  for (const breadth of WIDTHS) {
    if (breadth > widestOf(plane)) break;
    const votes = new Float32Array(BANDS * width);
    const scores = new Float32Array(BANDS * width);
    for (let band = 0; band < BANDS; band++) {
      const own = votes.subarray(band * width, (band + 1) * width);
      voteIn(plane, band, breadth, own);
      normalise(own, scores.subarray(band * width, (band + 1) * width));
    }
    await breathe();
    for (const sign of [1, -1] as const) {
      const sums = new Float32Array(width);
      for (let i = 0; i < scores.length; i++) sums[i % width]! += Math.max(-2, Math.min(4, sign * scores[i]!)) / BANDS;
      for (let left = margin; left + breadth <= width - margin; left++) {
        if (sums[left]! < CANDIDATE_SCORE || !isPeak(sums, left, breadth + 2)) continue;
        const shown = Array.from({ length: BANDS }, (_, band) => {
          const i = band * width + left;
          return sign * scores[i]! > 1 && sign * votes[i]! > 0.25;
        });
        all.push({ left, width: breadth, sign, score: sums[left]!, shown });
      }
    }
  }
  all.sort((one, other) => other.score - one.score);
  const kept: Candidate[] = [];
  for (const each of all) {
    const isBeside = (other: Candidate) =>
      each.left < other.left + other.width + 3 && other.left < each.left + each.width + 3;
    if (!kept.some(isBeside)) kept.push(each);
  }
  return kept;
}

function isPeak(sums: Float32Array, at: number, reach: number): boolean {
  for (let i = Math.max(0, at - reach); i <= Math.min(sums.length - 1, at + reach); i++) {
    if (sums[i]! > sums[at]!) return false;
  }
  return true;
}

const firstRow = (band: number, height: number) => Math.floor((band * height) / BANDS);

/** Columns on each side with which a line of this width is compared. */
const sideOf = (breadth: number) => Math.max(2, Math.min(4, breadth));

/**
 * For each left edge, how far a line of this width stands out from both its sides, -1..1, as the mean over the rows of
 * a band. Each row has one vote, so that a single bright spot decides nothing.
 */
function voteIn(plane: Plane, band: number, breadth: number, out: Float32Array): void {
  const { width, height } = plane;
  const top = firstRow(band, height);
  const rows = firstRow(band + 1, height) - top;
  const side = sideOf(breadth);
  const sums = new Float64Array(width + 1);
  const least = new Float32Array(rows * width);
  const activity = new Float64Array(width);
  for (let y = 0; y < rows; y++) {
    addUp(plane.data, (top + y) * width, sums);
    for (let left = side + 1; left + breadth + 1 + side <= width; left++) {
      const line = (sums[left + breadth]! - sums[left]!) / breadth;
      const before = line - (sums[left - 1]! - sums[left - 1 - side]!) / side;
      const after = line - (sums[left + breadth + 1 + side]! - sums[left + breadth + 1]!) / side;
      if (before > 0 && after > 0) least[y * width + left] = Math.min(before, after);
      else if (before < 0 && after < 0) least[y * width + left] = Math.max(before, after);
      activity[left]! += Math.abs(before + after) / 2;
    }
  }
  addUp(activity, 0, sums);
  const usual = new Float64Array(width);
  for (let left = 0; left < width; left++) {
    const from = Math.max(0, left - ACTIVITY_REACH);
    const to = Math.min(width, left + ACTIVITY_REACH + 1);
    usual[left] = 1 + (1.2 * (sums[to]! - sums[from]!)) / (to - from) / rows;
  }
  // Row by row, as they lie in memory.
  const votes = new Float64Array(width);
  for (let y = 0; y < rows; y++) {
    const row = y * width;
    for (let left = 0; left < width; left++) {
      const vote = least[row + left]! / usual[left]!;
      votes[left]! += vote > 1 ? 1 : vote < -1 ? -1 : vote;
    }
  }
  for (let left = 0; left < width; left++) out[left] = votes[left]! / rows;
}

function addUp(values: Float32Array | Float64Array, from: number, sums: Float64Array): void {
  for (let x = 0; x + 1 < sums.length; x++) sums[x + 1] = sums[x]! + values[from + x]!;
}

/** The votes relative to those of the columns around: between the slats of a fence, a line is nothing special. */
function normalise(votes: Float32Array, out: Float32Array): void {
  const list = new Float32Array(VOTE_REACH + 1);
  for (let x = 0; x < votes.length; x += SCALE_STEP) {
    const from = Math.max(0, x - VOTE_REACH);
    const to = Math.min(votes.length, x + VOTE_REACH + 1);
    let count = 0;
    for (let i = from; i < to; i += 2) list[count++] = Math.abs(votes[i]!);
    const scale = 0.06 + 1.2 * ranked(list, count, Math.floor(0.7 * count));
    for (let i = x; i < Math.min(votes.length, x + SCALE_STEP); i++) out[i] = votes[i]! / scale;
  }
}

/** The value at `rank` of the first `count` values in order. Changes their order (Hoare, "Find", 1961). */
function ranked(values: Float32Array, count: number, rank: number): number {
  let [left, right] = [0, count - 1];
  while (left < right) {
    const pivot = values[rank]!;
    let [low, high] = [left, right];
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const value = values[low]!;
      values[low++] = values[high]!;
      values[high--] = value;
    }
    if (high < rank) left = low;
    if (rank < low) right = high;
  }
  return values[rank]!;
}

// ------------------------------------------------------------------------------------------------ what a line is

export interface Facts {
  /** Share of the rows that show it. */
  share: number;
  /** How far its place differs between the quarters of its length, in pixels. */
  drift: number;
  /** How unlike its sides are, relative to its contrast: typically, and on the whole. */
  unlike: number;
  meanUnlike: number;
  /** Texture of its own relative to that of other columns. */
  texture: number;
  /** How opaque it seems: by how much its contrast falls when what is under it comes nearer to its colour. */
  opacity: number;
  /** How uneven its contrast is otherwise, relative to its mean. */
  uneven: number;
  /** Its colour in levels, if it is as opaque as it seems. */
  colour: number;
  isBright: boolean;
}

function meets(facts: Facts, score: number, demands: Demands): boolean {
  if (score < demands.score || facts.share < demands.share) return false;
  if (facts.opacity < OPACITY.least || facts.opacity > OPACITY.most) return false;
  if (facts.opacity > OPAQUE && (facts.isBright ? facts.colour < NEAR.white : facts.colour > NEAR.black)) return false;
  return (['drift', 'unlike', 'meanUnlike', 'texture', 'uneven'] as const).every(
    (name) => facts[name] <= demands[name],
  );
}

interface Columns {
  line: Float32Array;
  before: Float32Array;
  after: Float32Array;
}

/** The mean of a line and of both its sides in each row. */
function columnsOf({ width, height, data }: Plane, left: number, breadth: number): Columns {
  const side = sideOf(breadth);
  const mean = (from: number, count: number) =>
    Float32Array.from({ length: height }, (_, y) => {
      let sum = 0;
      for (let i = from; i < from + count; i++) sum += data[y * width + Math.max(0, Math.min(width - 1, i))]!;
      return sum / count;
    });
  return {
    line: mean(left, breadth),
    before: mean(left - 1 - side, side),
    after: mean(left + breadth + 1, side),
  };
}

export function factsOf(plane: Plane, { left, width: breadth, sign, shown }: Candidate): Facts {
  const { height } = plane;
  const rows: number[] = [];
  for (let band = 0; band < BANDS; band++) {
    if (shown[band]) for (let y = firstRow(band, height); y < firstRow(band + 1, height); y++) rows.push(y);
  }
  const { line, before, after } = columnsOf(plane, left, breadth);
  const under = before.map((value, y) => (value + after[y]!) / 2);
  const contrast = Math.max(1, median(rows.map((y) => sign * (line[y]! - under[y]!))));
  const unlike = rows.map((y) => before[y]! - after[y]!);
  const meanUnlike = rows.reduce((sum, _, i) => sum + clamp(unlike[i]!, 2 * contrast), 0) / Math.max(1, rows.length);
  const own = ownTexture(rows, line, under);
  const others = [left - 2 * breadth - 7, left + 2 * breadth + 7].map((place) => {
    const beside = columnsOf(plane, place, breadth);
    const sides = beside.before.map((value, y) => (value + beside.after[y]!) / 2);
    return ownTexture(rows, beside.line, sides, 1);
  });
  return {
    share: rows.length / height,
    drift: driftOf(plane, { left, breadth, sign }, rows, under, contrast),
    unlike: median(unlike.map(Math.abs)) / contrast,
    meanUnlike: Math.abs(meanUnlike) / contrast,
    texture: (own + 0.3) / (Math.max(...others) + 0.3),
    ...opacityOf({ sign, shown }, line, under),
    isBright: sign > 0,
  };
}

/** Fits contrast = opacity * (colour - what is under it) to the bands that show a line. */
function opacityOf(
  { sign, shown }: Pick<Candidate, 'sign' | 'shown'>,
  line: Float32Array,
  under: Float32Array,
): Pick<Facts, 'opacity' | 'uneven' | 'colour'> {
  const { length: height } = line;
  const bands = shown.flatMap((isShown, band) => {
    if (!isShown) return [];
    const rows = Array.from(
      { length: firstRow(band + 1, height) - firstRow(band, height) },
      (_, i) => firstRow(band, height) + i,
    );
    return [
      { contrast: median(rows.map((y) => sign * (line[y]! - under[y]!))), base: median(rows.map((y) => under[y]!)) },
    ];
  });
  const mean = (name: 'contrast' | 'base') => bands.reduce((sum, each) => sum + each[name], 0) / bands.length;
  const [contrast, base] = [mean('contrast'), mean('base')];
  // Where the scene hardly changes under a line, nothing can be said, and the slope tends to 0.
  let [both, squares] = [0, 20 * bands.length];
  for (const each of bands) {
    both += (each.contrast - contrast) * (each.base - base);
    squares += (each.base - base) ** 2;
  }
  const slope = both / squares;
  const rest = bands.map((each) => Math.abs(each.contrast - contrast - slope * (each.base - base)));
  const opacity = -sign * slope;
  return {
    opacity,
    uneven: median(rest) / Math.max(1, contrast),
    colour: base + (sign * contrast) / Math.max(0.01, opacity),
  };
}

/** Root mean square of the detail along a line that the detail of its sides, times the best factor, does not explain. */
function ownTexture(rows: readonly number[], line: Float32Array, sides: Float32Array, factor?: number): number {
  const one = detailOf(line);
  const other = detailOf(sides);
  let [both, squares] = [0, 0.5 * rows.length];
  for (const y of rows) {
    both += one[y]! * other[y]!;
    squares += other[y]! ** 2;
  }
  const times = factor ?? both / squares;
  let left = 0;
  for (const y of rows) left += (one[y]! - times * other[y]!) ** 2;
  return Math.sqrt(left / Math.max(1, rows.length));
}

/** What is left of each value without the mean of the seven around it. */
function detailOf(values: Float32Array): Float32Array {
  return values.map((value, i) => {
    const from = Math.max(0, i - 3);
    const to = Math.min(values.length, i + 4);
    let sum = 0;
    for (let j = from; j < to; j++) sum += values[j]!;
    return value - sum / (to - from);
  });
}

function driftOf(
  { width, data }: Plane,
  { left, breadth, sign }: { left: number; breadth: number; sign: number },
  rows: readonly number[],
  under: Float32Array,
  contrast: number,
): number {
  const places = [0, 1, 2, 3].flatMap((quarter) => {
    const part = rows.slice((quarter * rows.length) / 4, ((quarter + 1) * rows.length) / 4);
    let [weights, places] = [0, 0];
    for (let x = Math.max(0, left - 2); x < Math.min(width, left + breadth + 2); x++) {
      let sum = 0;
      for (const y of part) sum += clamp(sign * (data[y * width + x]! - under[y]!), 1.5 * contrast);
      weights += Math.max(0, sum);
      places += Math.max(0, sum) * x;
    }
    return weights > 0 ? [places / weights] : [];
  });
  return places.length < 4 ? Number.POSITIVE_INFINITY : Math.max(...places) - Math.min(...places);
}

/** Where a candidate lies, to fractions of a pixel, and where along its length it is visible. */
function lineOf(plane: Plane, { left, width: breadth, sign, shown, score }: Candidate): Line {
  const { width, data } = plane;
  const parts = partsOf(plane, { left, breadth, sign }, shown);
  const reach = 4;
  const from = Math.max(1, left - reach);
  const to = Math.min(width - 1, left + breadth + reach);
  const profile = new Float64Array(to - from);
  for (const [first, end] of parts) {
    for (let y = first; y < end; y++) {
      const base = (data[y * width + from - 1]! + data[y * width + to]!) / 2;
      for (let x = from; x < to; x++) profile[x - from]! += clamp(sign * (data[y * width + x]! - base), 60);
    }
  }
  const best = Math.max(...profile.subarray(left - from, left - from + breadth));
  // The width at half the contrast.
  let first = left - from;
  let last = left - from + breadth - 1;
  while (first > 0 && profile[first - 1]! > best / 2) first--;
  while (first < last && profile[first]! < best / 2) first++;
  while (last + 1 < profile.length && profile[last + 1]! > best / 2) last++;
  while (last > first && profile[last]! < best / 2) last--;
  return { left: from + first, width: last - first + 1, isBright: sign > 0, parts, score };
}

function partsOf(
  plane: Plane,
  { left, breadth, sign }: { left: number; breadth: number; sign: number },
  shown: readonly boolean[],
): Line['parts'] {
  const { height } = plane;
  const { line, before, after } = columnsOf(plane, left, breadth);
  const usual = 1 + median(Array.from(line, (value, y) => Math.abs(value - (before[y]! + after[y]!) / 2))) / 4;
  const sums = new Float64Array(height + 1);
  for (let y = 0; y < height; y++) {
    const [one, other] = [sign * (line[y]! - before[y]!), sign * (line[y]! - after[y]!)];
    sums[y + 1] = sums[y]! + clamp(one > 0 === other > 0 ? Math.min(one, other) : 0, usual) / usual;
  }
  const reach = Math.max(3, Math.round(height / 100));
  const isSeen = (y: number) => {
    const from = Math.max(0, y - reach);
    const to = Math.min(height, y + reach + 1);
    const share = (sums[to]! - sums[from]!) / (to - from);
    return share > (shown[Math.min(BANDS - 1, Math.floor((y * BANDS) / height))] ? 0.3 : 0.5);
  };
  const parts: [number, number][] = [];
  for (let y = 0; y < height; y++) {
    if (!isSeen(y)) continue;
    const last = parts.at(-1);
    if (last && y - last[1] <= 2 * reach) last[1] = y + 1;
    else parts.push([y, y + 1]);
  }
  return parts.filter(([from, to]) => to - from > 3 * reach);
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
