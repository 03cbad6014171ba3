import { quantile } from '../restoration/statistics';
import type { Coarse } from './coarse';
import { ALONG } from './lid';

/** Cuts a region where several prints touch each other into upright boxes, along the seams between them. */

/** A part of the page turned upright. */
export interface Patch {
  readonly width: number;
  readonly height: number;
  /** Degrees by which it is turned on the page, clockwise. */
  readonly angle: number;
  /** Where the patch's corner lies on the coarse page. */
  readonly x: number;
  readonly y: number;
  readonly marks: Uint8Array;
  readonly planes: readonly Float32Array[];
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Places on the coarse page of places in a patch. */
export function onCoarse({ x, y, angle }: Pick<Patch, 'x' | 'y' | 'angle'>, u: number, v: number): [number, number] {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return [x + u * cos - v * sin, y + u * sin + v * cos];
}

/** The angles, -45..45 degrees, at which the outline of marks has long straight sides; the one with the longest first. */
export function anglesOf(marks: Uint8Array, width: number, height: number, most: number): number[] {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (marks[at] === 0) continue;
      const inner = x > 0 && y > 0 && x < width - 1 && y < height - 1;
      if (inner && marks[at - 1]! + marks[at + 1]! + marks[at - width]! + marks[at + width]! === 4) continue;
      xs.push(x);
      ys.push(y);
    }
  }
  const half = Math.ceil(Math.hypot(width, height)) + 2;
  const bins = new Float64Array(4 * half);
  /** How far the outline gathers in few rows and columns. */
  const score = (degrees: number) => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    let total = 0;
    for (let axis = 0; axis < 2; axis++) {
      bins.fill(0);
      for (let i = 0; i < xs.length; i++) {
        const place = (axis === 0 ? xs[i]! * cos + ys[i]! * sin : ys[i]! * cos - xs[i]! * sin) + 2 * half;
        const bin = Math.floor(place);
        bins[bin]! += 1 - (place - bin);
        bins[bin + 1]! += place - bin;
      }
      for (const bin of bins) total += bin * bin;
    }
    return total;
  };
  const step = 0.5;
  const scores = Array.from({ length: 90 / step }, (_, i) => score(-45 + i * step));
  const usual = quantile(scores, 0.5);
  const peaks = scores
    .map((value, i) => ({ value, i }))
    .filter(({ value, i }) => {
      const [before, after] = [scores.at(i - 1)!, scores[(i + 1) % scores.length]!];
      return value >= before && value > after && value > 1.25 * usual;
    })
    .sort((one, other) => other.value - one.value)
    .slice(0, most);
  if (peaks.length === 0) peaks.push({ value: 0, i: scores.indexOf(Math.max(...scores)) });
  return peaks.map(({ i }) => {
    let [best, highest] = [0, -1];
    const look = (from: number, to: number, by: number) => {
      for (let degrees = from; degrees <= to + 1e-9; degrees += by) {
        const value = score(degrees);
        if (value > highest) [best, highest] = [degrees, value];
      }
    };
    look(-45 + (i - 1) * step, -45 + (i + 1) * step, 0.1);
    return best;
  });
}

/** The page around marks, turned upright by an angle, with a frame of nothing around the marks. */
export function patchOf({ width, height, planes }: Coarse, marks: Uint8Array, angle: number): Patch {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (marks[y * width + x] === 0) continue;
      const [u, v] = [(x + 0.5) * cos + (y + 0.5) * sin, (y + 0.5) * cos - (x + 0.5) * sin];
      if (u < left) left = u;
      if (u > right) right = u;
      if (v < top) top = v;
      if (v > bottom) bottom = v;
    }
  }
  [left, top] = [Math.floor(left) - FRAME, Math.floor(top) - FRAME];
  const patch = {
    width: Math.ceil(right) + FRAME - left,
    height: Math.ceil(bottom) + FRAME - top,
    angle,
    x: left * cos - top * sin,
    y: left * sin + top * cos,
    marks: new Uint8Array(0),
    planes: [] as Float32Array[],
  };
  const count = patch.width * patch.height;
  patch.marks = new Uint8Array(count);
  patch.planes = planes.map(() => new Float32Array(count));
  for (let v = 0, i = 0; v < patch.height; v++) {
    for (let u = 0; u < patch.width; u++, i++) {
      const x = patch.x + (u + 0.5) * cos - (v + 0.5) * sin - 0.5;
      const y = patch.y + (u + 0.5) * sin + (v + 0.5) * cos - 0.5;
      const [px, py] = [Math.floor(x), Math.floor(y)];
      const [nx, ny] = [Math.round(x), Math.round(y)];
      if (nx >= 0 && ny >= 0 && nx < width && ny < height) patch.marks[i] = marks[ny * width + nx]!;
      const [x0, x1] = [clamp(px, width), clamp(px + 1, width)];
      const [y0, y1] = [clamp(py, height) * width, clamp(py + 1, height) * width];
      const [fx, fy] = [x - px, y - py];
      for (let c = 0; c < planes.length; c++) {
        const plane = planes[c]!;
        const upper = plane[y0 + x0]! * (1 - fx) + plane[y0 + x1]! * fx;
        const lower = plane[y1 + x0]! * (1 - fx) + plane[y1 + x1]! * fx;
        patch.planes[c]![i] = upper * (1 - fy) + lower * fy;
      }
    }
  }
  return patch;
}

const FRAME = 6;

function clamp(value: number, length: number): number {
  return value < 0 ? 0 : value >= length ? length - 1 : value;
}

// ---------------------------------------------------------------------------------------------------- cutting

/** The same work along rows and along columns. */
interface Axis {
  /** Steps from one sample to the next along a seam, and across it. */
  readonly along: number;
  readonly across: number;
  readonly isRow: boolean;
}

/** Sharp changes across a seam: more than what is usual around them. */
export interface Evidence {
  readonly rows: Uint8Array;
  readonly columns: Uint8Array;
}

/** What changes less than this, in levels and averaged along the edge, is no edge. */
const EDGE = 3;
/** A seam may be turned against its region by so much, in degrees. */
const SLOPES = [0, -0.25, 0.25, -0.5, 0.5, -0.8, 0.8];

/** Where a patch changes sharply. */
export function evidenceOf(patch: Patch): Evidence {
  return {
    rows: edges(patch, { along: 1, across: patch.width, isRow: true }),
    columns: edges(patch, { along: patch.width, across: 1, isRow: false }),
  };
}

/** A box that may hold several prints of one width or height side by side, in its parts. */
export function cutApart(patch: Patch, evidence: Evidence, box: Box, least: number): Box[] {
  const boxes: Box[] = [];
  const rest = [box];
  while (rest.length > 0) {
    const next = rest.pop()!;
    const cut = bestCut(patch, evidence, next, least);
    if (cut) rest.push(...cut);
    else boxes.push(next);
  }
  return boxes;
}

function edges({ planes, width, height }: Patch, { across, along, isRow }: Axis): Uint8Array {
  const change = new Float32Array(width * height);
  const [lines, length] = isRow ? [height, width] : [width, height];
  const steps = new Float32Array(length);
  for (let c = 0; c < planes.length; c++) {
    const plane = planes[c]!;
    const weight = (c === 0 ? 1 : 1.5) / (2 * ALONG + 1);
    for (let line = 1; line < lines - 1; line++) {
      for (let i = 0, at = line * across; i < length; i++, at += along) {
        steps[i] = plane[at + across]! - plane[at - across]!;
      }
      let sum = 0;
      for (let i = 0; i < Math.min(ALONG, length); i++) sum += steps[i]!;
      for (let i = 0, at = line * across; i < length; i++, at += along) {
        if (i + ALONG < length) sum += steps[i + ALONG]!;
        if (i - ALONG - 1 >= 0) sum -= steps[i - ALONG - 1]!;
        const step = Math.abs(sum) * weight;
        if (step > change[at]!) change[at] = step;
      }
    }
  }
  const marks = new Uint8Array(width * height);
  for (let i = 0; i < length; i++) {
    for (let line = 1; line < lines - 1; line++) {
      const at = line * across + i * along;
      const here = change[at]!;
      if (here < EDGE || here < change[at - across]! || here < change[at + across]!) continue;
      let [around, count] = [0, 0];
      for (let step = 3; step <= 9; step++) {
        if (line - step >= 0) [around, count] = [around + change[at - step * across]!, count + 1];
        if (line + step < lines) [around, count] = [around + change[at + step * across]!, count + 1];
      }
      if (here * count < 1.4 * around) continue;
      marks[at] = 1;
      marks[at - across] = 1;
      marks[at + across] = 1;
    }
  }
  return marks;
}

function bestCut(patch: Patch, evidence: Evidence, box: Box, least: number): [Box, Box] | null {
  const row = bestLine(patch, evidence.rows, box, true, least);
  const column = bestLine(patch, evidence.columns, box, false, least);
  const best = !column || (row && row.score >= column.score) ? row : column;
  if (!best) return null;
  return best === row
    ? [
        { ...box, bottom: best.at },
        { ...box, top: best.at },
      ]
    : [
        { ...box, right: best.at },
        { ...box, left: best.at },
      ];
}

function bestLine(patch: Patch, edgeMarks: Uint8Array, box: Box, isRow: boolean, least: number) {
  const { width } = patch;
  const [along, across] = isRow ? [1, width] : [width, 1];
  const [from, to] = isRow ? [box.left, box.right] : [box.top, box.bottom];
  const [first, end] = isRow ? [box.top, box.bottom] : [box.left, box.right];
  const [length, depth] = [to - from, end - first];
  const middle = (from + to) / 2;
  const margin = Math.max(least, THIN * length);
  const band = bandAt(patch, edgeMarks, box, isRow, margin);
  if (band !== null) return { at: band, score: 2 };
  let best: { at: number; score: number } | null = null;
  for (let line = Math.ceil(first + margin); line <= end - margin; line++) {
    const isEven = isMultiple((line - first) / depth);
    if (!isEven && ![line - first, end - line].every((part) => isCommon(part / length))) continue;
    const needed = isEven ? 0.88 : 0.975;
    for (const slope of SLOPES) {
      const tangent = Math.tan((slope * Math.PI) / 180);
      let edged = 0;
      for (let i = from; i < to; i += 2) {
        const place = line + Math.round(tangent * (i - middle));
        if (place >= first && place < end) edged += 2 * edgeMarks[place * across + i * along]!;
      }
      const score = edged / length - Math.abs(slope) * 0.02;
      if (score < needed || (best && score <= best.score)) continue;
      if (!isPicture(patch, box, isRow, first, line) || !isPicture(patch, box, isRow, line, end)) continue;
      if (!isSeam(patch, edgeMarks, box, isRow, line, tangent)) continue;
      best = { at: line, score };
    }
  }
  return best;
}

/** How far from a seam the pictures on its two sides are compared, in pixels. */
const BESIDE_SEAM = [4, 6, 8];
/** Two pictures have nothing in common beside their seam; one goes on behind a line. */
const ALIKE = 0.5;

/** Whether an edge reaches from side to side of a box and has different pictures on both sides. */
function isSeam(patch: Patch, edgeMarks: Uint8Array, box: Box, isRow: boolean, line: number, tangent: number): boolean {
  const { width } = patch;
  const [along, across] = isRow ? [1, width] : [width, 1];
  const [from, to] = isRow ? [box.left, box.right] : [box.top, box.bottom];
  const middle = (from + to) / 2;
  const lineAt = (i: number) => line + Math.round(tangent * (i - middle));
  const outer = Math.max(6, Math.round(0.08 * (to - from)));
  for (const start of [from + 1, to - 1 - outer]) {
    let edged = 0;
    for (let i = start; i < start + outer; i++) edged += edgeMarks[lineAt(i) * across + i * along]!;
    if (edged < 0.6 * outer) return false;
  }
  return !goesOn(patch, box, isRow, lineAt, lineAt);
}

/** Whether the picture before one line goes on behind another. */
function goesOn(
  { planes, width }: Patch,
  box: Box,
  isRow: boolean,
  lineBefore: (i: number) => number,
  lineAfter: (i: number) => number,
): boolean {
  const [along, across] = isRow ? [1, width] : [width, 1];
  const [from, to] = isRow ? [box.left, box.right] : [box.top, box.bottom];
  const [first, end] = isRow ? [box.top, box.bottom] : [box.left, box.right];
  let alike = 0;
  for (const away of BESIDE_SEAM) {
    const [one, other]: [number[], number[]] = [[], []];
    for (let i = from + 3; i < to - 3; i++) {
      const [before, after] = [lineBefore(i) - away, lineAfter(i) + away];
      if (before < first || after >= end) continue;
      one.push(planes[0]![before * across + i * along]!);
      other.push(planes[0]![after * across + i * along]!);
    }
    alike += correlation(one, other) / BESIDE_SEAM.length;
  }
  return alike >= ALIKE;
}

/** -1..1; 0 where one of them is even. */
function correlation(one: readonly number[], other: readonly number[]): number {
  const [meanOne, meanOther] = [one, other].map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
  let [both, first, second] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i]! - meanOne!, other[i]! - meanOther!];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return Math.min(first, second) < 9 * one.length ? 0 : both / Math.sqrt(first * second);
}

/** A print is not narrower than this share of the side that it has in common with its neighbour. */
const THIN = 0.3;

/** Whether a cut leaves prints of one size on both sides, two or three in a row. */
function isMultiple(share: number): boolean {
  return [1 / 2, 1 / 3, 2 / 3].some((each) => Math.abs(share - each) < 0.012);
}

/** Whether a print may well have these proportions: a straight line in a picture is no seam where it leaves odd ones. */
function isCommon(aspect: number): boolean {
  const longer = Math.max(aspect, 1 / aspect);
  return longer < 1.06 || (longer > 1.18 && longer < 1.85);
}

/** Whether a part has more in it than paper. */
function isPicture({ planes, width }: Patch, box: Box, isRow: boolean, from: number, to: number): boolean {
  const inner = isRow ? { ...box, top: from, bottom: to } : { ...box, left: from, right: to };
  const [insetX, insetY] = [(inner.right - inner.left) * 0.15, (inner.bottom - inner.top) * 0.15];
  let [sum, squares, count] = [0, 0, 0];
  for (let y = Math.ceil(inner.top + insetY); y < inner.bottom - insetY; y += 2) {
    for (let x = Math.ceil(inner.left + insetX); x < inner.right - insetX; x += 2) {
      const value = planes[0]![y * width + x]!;
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return count > 0 && squares / count - (sum / count) ** 2 > 8 ** 2;
}

/** The middle of an even band from side to side between two pictures: their borders, or a gap. */
function bandAt(patch: Patch, edgeMarks: Uint8Array, box: Box, isRow: boolean, margin: number): number | null {
  const { planes, width } = patch;
  const [along, across] = isRow ? [1, width] : [width, 1];
  const [from, to] = isRow ? [box.left, box.right] : [box.top, box.bottom];
  const [first, end] = isRow ? [box.top, box.bottom] : [box.left, box.right];
  const inset = Math.round((to - from) * 0.03) + 2;
  const evens: (number | null)[] = [];
  const values: number[] = [];
  for (let line = first; line < end; line++) {
    values.length = 0;
    for (let i = from + inset; i < to - inset; i += 2) values.push(planes[0]![line * across + i * along]!);
    const sorted = Float64Array.from(values).sort();
    const middle = sorted[sorted.length >> 1] ?? 0;
    let even = 0;
    for (const value of values) if (Math.abs(value - middle) < EVEN) even += 1;
    evens.push(even > 0.92 * values.length ? middle : null);
  }
  const edged = (line: number) => {
    let most = 0;
    for (let shift = -2; shift <= 2; shift++) {
      const at = line + shift;
      if (at < first || at >= end) continue;
      let [sum, count] = [0, 0];
      for (let i = from; i < to; i += 2, count++) sum += edgeMarks[at * across + i * along]!;
      most = Math.max(most, sum / Math.max(1, count));
    }
    return most;
  };
  let best: { at: number; width: number } | null = null;
  for (let start = 0; start < evens.length; start++) {
    const level = evens[start];
    if (level === null || level === undefined) continue;
    let stop = start;
    while (stop < evens.length && evens[stop] !== null && Math.abs(evens[stop]! - level) < 2 * EVEN) stop += 1;
    const thickness = stop - start;
    const middle = first + (start + stop) / 2;
    if (
      thickness >= 2 &&
      thickness < 0.25 * (to - from) &&
      middle - first >= margin &&
      end - middle >= margin &&
      Math.min(middle - first, end - middle) > 0.25 * (to - from) &&
      edged(first + start) > 0.5 &&
      edged(first + stop) > 0.5 &&
      isPicture(patch, box, isRow, first, first + start) &&
      isPicture(patch, box, isRow, first + stop, end) &&
      !goesOn(
        patch,
        box,
        isRow,
        () => first + start,
        () => first + stop,
      ) &&
      (!best || thickness > best.width)
    ) {
      best = { at: faintLine(patch, box, isRow, first + start, first + stop), width: thickness };
    }
    start = stop;
  }
  return best?.at ?? null;
}

const EVEN = 9;

/** Where two papers meet in a band: at the sharpest change of its mean, else in its middle. */
function faintLine({ planes, width }: Patch, box: Box, isRow: boolean, start: number, stop: number): number {
  const [along, across] = isRow ? [1, width] : [width, 1];
  const [from, to] = isRow ? [box.left, box.right] : [box.top, box.bottom];
  const inset = Math.round((to - from) * 0.1);
  const means: number[] = [];
  for (let line = start; line < stop; line++) {
    let [sum, count] = [0, 0];
    for (let i = from + inset; i < to - inset; i++, count++) sum += planes[0]![line * across + i * along]!;
    means.push(sum / Math.max(1, count));
  }
  let [at, most] = [(start + stop) / 2, 0.8];
  const guard = Math.max(3, Math.round(means.length * 0.15));
  for (let i = guard; i < means.length - guard; i++) {
    const step = Math.abs(means[i + 1]! - means[i - 1]!);
    if (step > most) [at, most] = [start + i + 0.5, step];
  }
  return Math.round(at);
}
