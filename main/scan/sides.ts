import { median } from '../restoration/statistics';
import type { Coarse } from './coarse';
import { ALONG } from './lid';

/** Finds the straight sides of a print near a rectangle that is about right. */

/** A rectangle on the coarse page; `angle` in degrees, clockwise. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

export interface Side {
  /** Both ends, on the coarse page. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Share of the side along which the picture changes sharply, 0..1. */
  readonly sharp: number;
  /** Share of the side along which the lid ends, 0..1. */
  readonly lidEnds: number;
}

export interface Found {
  /** Top, right, bottom, left, as seen in the upright print. */
  readonly sides: readonly Side[];
  readonly corners: readonly (readonly [number, number])[];
}

export interface Line {
  /** On the line, and its direction of length 1. */
  x: number;
  y: number;
  dx: number;
  dy: number;
}

export interface Search {
  /** How far inwards and outwards a side is looked for, in coarse pixels. */
  readonly inwards: number;
  readonly outwards: number;
  /** Change of brightness that is no edge, in levels. */
  readonly rough: number;
}

export function findSides(coarse: Coarse, marks: Uint8Array, rectangle: Rectangle, searches: readonly Search[]): Found {
  const corners = cornersOf(rectangle);
  const found = corners.map((from, i) => {
    const to = corners[(i + 1) % 4]!;
    const extent = i % 2 === 0 ? rectangle.height : rectangle.width;
    const search = searches[i]!;
    return findSide(coarse, marks, from, to, { ...search, inwards: Math.min(search.inwards, 0.2 * extent) });
  });
  const lines = squared(found);
  const meeting = lines.map((line, i) => meet(lines[(i + 3) % 4]!, line));
  return {
    sides: found.map(({ sharp, lidEnds }, i) => ({ from: meeting[i]!, to: meeting[(i + 1) % 4]!, sharp, lidEnds })),
    corners: meeting,
  };
}

export function cornersOf({ x, y, width, height, angle }: Rectangle): [number, number][] {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([across, down]) => [
    x + (across! * width * cos - down! * height * sin) / 2,
    y + (across! * width * sin + down! * height * cos) / 2,
  ]);
}

const STEP = 0.5;
/** The steepest that a side may be against the rectangle, in degrees. */
const STEEP = 1.3;

type FoundLine = Line & { length: number; sharp: number; lidEnds: number };

function findSide(
  { width, height, planes }: Coarse,
  marks: Uint8Array,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  { inwards, outwards, rough }: Search,
): FoundLine {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  // Outwards; the corners go clockwise.
  const [nx, ny] = [dy, -dx];
  const places = Math.max(12, Math.min(220, Math.round(length / 2)));
  const offsets = Math.round((inwards + outwards) / STEP) + 1;
  const sharp = new Float32Array(places * offsets);
  const ends = new Float32Array(places * offsets);
  const ragged = new Float32Array(places * offsets);
  const changes = new Float32Array(places * offsets);
  const sample = (plane: Float32Array, x: number, y: number) => {
    const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [fx, fy] = [x - 0.5 - left, y - 0.5 - top];
    const [a, b] = [Math.max(0, Math.min(width - 1, left)), Math.max(0, Math.min(width - 1, left + 1))];
    const [c, d] = [Math.max(0, Math.min(height - 1, top)) * width, Math.max(0, Math.min(height - 1, top + 1)) * width];
    return (
      (plane[c + a]! * (1 - fx) + plane[c + b]! * fx) * (1 - fy) + (plane[d + a]! * (1 - fx) + plane[d + b]! * fx) * fy
    );
  };
  const along = (place: number) => length * (0.04 + (0.92 * (place + 0.5)) / places);
  const reach = Math.round(1 / STEP);
  const values = planes.map(() => new Float32Array(offsets + 2 * reach));
  const marked = new Float32Array(offsets + 16 / STEP);
  const far = 8 / STEP;
  // A step, and not the slope of a shadow or the detail of a picture.
  const usualBeside = (row: number, i: number, direction: number) => {
    // The least of several distances: a narrow border has another edge close by.
    let least = Number.POSITIVE_INFINITY;
    for (const [near, end] of BESIDE) {
      let [sum, count] = [0, 0];
      for (let step = near; step < end; step++) {
        const at = i + direction * step;
        if (at >= 0 && at < offsets) [sum, count] = [sum + changes[row + at]!, count + 1];
      }
      if (count > 0) least = Math.min(least, sum / count);
    }
    return least === Number.POSITIVE_INFINITY ? 0 : least;
  };
  for (let place = 0; place < places; place++) {
    const t = along(place);
    for (let i = 0; i < offsets + 2 * reach; i++) {
      const away = (i - reach) * STEP - inwards;
      const [x, y] = [x0 + dx * t + nx * away, y0 + dy * t + ny * away];
      for (let c = 0; c < planes.length; c++) {
        let sum = 0;
        for (let j = -ALONG; j <= ALONG; j++) sum += sample(planes[c]!, x + j * dx, y + j * dy);
        values[c]![i] = sum / (2 * ALONG + 1);
      }
    }
    for (let i = 0; i < marked.length; i++) {
      const away = (i - far) * STEP - inwards;
      const [x, y] = [Math.floor(x0 + dx * t + nx * away), Math.floor(y0 + dy * t + ny * away)];
      marked[i] = x >= 0 && y >= 0 && x < width && y < height ? marks[y * width + x]! : 0;
    }
    const row = place * offsets;
    const insideOf = (i: number) => {
      let inside = 0;
      for (let step = 1; step <= 6; step++) inside += marked[i + far - step]!;
      return inside;
    };
    for (let i = 0; i < offsets; i++) {
      let most = 0;
      for (let c = 0; c < planes.length; c++) {
        const step = Math.abs(values[c]![i + 2 * reach]! - values[c]![i]!) * (c === 0 ? 1 : 1.5);
        if (step > most) most = step;
      }
      changes[row + i] = most;
      let outside = 0;
      for (let step = 1; step <= 6; step++) outside += marked[i + far + step]!;
      ends[row + i] = insideOf(i) - outside >= 3 ? 1 : 0;
    }
    const least = Math.max(3, 2 * rough);
    for (let i = 0; i < offsets; i++) {
      const here = changes[row + i]!;
      if (here < least) continue;
      const before = i > 0 ? changes[row + i - 1]! : 0;
      const after = i < offsets - 1 ? changes[row + i + 1]! : 0;
      if (here < before || here < after) continue;
      if (here < 1.5 * usualBeside(row, i, -1) || here < 1.5 * usualBeside(row, i, 1)) continue;
      // Lines of the lid's own pattern have lid on both sides.
      if (insideOf(i) < 3) continue;
      for (let near = Math.max(0, i - 2); near <= Math.min(offsets - 1, i + 2); near++) {
        sharp[row + near] = Math.max(sharp[row + near]!, Math.abs(near - i) === 2 ? 0.6 : 1);
      }
      for (let near = Math.max(0, i - RAGGED); near <= Math.min(offsets - 1, i + RAGGED); near++) {
        if (ends[row + near] === 1) ragged[row + near] = 1;
      }
    }
  }
  const middle = inwards / STEP;
  // Every line through the strip: how far its ends are from the rectangle's side.
  const tilts = Math.ceil((length * Math.tan((STEEP * Math.PI) / 180)) / STEP / 1.5);
  let best = { offset: middle, tilt: 0, score: -1, sharp: 0, ends: 0 };
  const candidates: (typeof best)[] = [];
  for (let offset = 0; offset < offsets; offset++) {
    let here: typeof best | null = null;
    for (let tilt = -tilts; tilt <= tilts; tilt++) {
      let [sharpSum, endSum, raggedSum, count] = [0, 0, 0, 0];
      for (let place = 0; place < places; place++) {
        const i = Math.round(offset + tilt * 1.5 * ((place + 0.5) / places - 0.5));
        if (i < 0 || i >= offsets) continue;
        sharpSum += sharp[place * offsets + i]!;
        endSum += ends[place * offsets + i]!;
        raggedSum += ragged[place * offsets + i]!;
        count += 1;
      }
      if (count < 0.7 * places) continue;
      const seen = Math.max(sharpSum, 0.95 * raggedSum);
      const score = (seen + ENDS * endSum) / places - Math.abs(tilt) * 1e-4;
      if (!here || score > here.score) {
        here = { offset, tilt, score, sharp: seen / places, ends: endSum / places };
      }
    }
    if (!here) continue;
    candidates.push(here);
    if (here.score > best.score) best = here;
  }
  // The outermost of several that are about as good: the paper's edge, not that of the picture on it.
  for (const [i, candidate] of candidates.entries()) {
    const isPeak =
      candidate.score >= (candidates[i - 1]?.score ?? 0) && candidate.score >= (candidates[i + 1]?.score ?? 0);
    if (isPeak && candidate.offset > best.offset + 2 && candidate.score > best.score - OUTERMOST) best = candidate;
  }
  // A seam between two white borders cannot be seen everywhere: it stays where it is.
  const isFaint = best.sharp < FAINT && best.ends < FAINT;
  if (isFaint) best = { ...best, offset: middle, tilt: 0 };
  // The exact place of the change beside the line that was found, for each place along it.
  const points: { t: number; away: number; weight: number }[] = [];
  for (let place = 0; place < places; place++) {
    const here = best.offset + best.tilt * 1.5 * ((place + 0.5) / places - 0.5);
    let [weights, sum] = [0, 0];
    for (let i = Math.max(0, Math.ceil(here - 4)); i <= Math.min(offsets - 1, here + 4); i++) {
      const change = Math.max(0, changes[place * offsets + i]! - rough) ** 2;
      weights += change;
      sum += change * i;
    }
    if (weights > 16) points.push({ t: along(place), away: (sum / weights) * STEP - inwards, weight: 1 });
  }
  const start = best.offset * STEP - inwards;
  const slope = (best.tilt * 1.5 * STEP) / (0.92 * length);
  const fit = isFaint ? { level: start, slope } : fitLine(points, { middle: length / 2, level: start, slope });
  const [x, y] = [x0 + (dx * length) / 2 + nx * fit.level, y0 + (dy * length) / 2 + ny * fit.level];
  const [ex, ey] = [dx + nx * fit.slope, dy + ny * fit.slope];
  const norm = Math.hypot(ex, ey);
  return { x, y, dx: ex / norm, dy: ey / norm, length, sharp: best.sharp, lidEnds: best.ends };
}

const FAINT = 0.4;
/** Where the changes beside an edge are compared with it, in steps. */
const BESIDE = [
  [4, 6],
  [6, 10],
  [10, 14],
] as const;
const OUTERMOST = 0.15;
/** What the end of the lid counts against a sharp edge: beside a shadow, it is not at the edge of the paper. */
const ENDS = 0.25;
/** How far a deckle edge strays from its line, in steps. */
const RAGGED = 6;

/** A line through most of the points; what is far from it counts less and less. */
function fitLine(
  points: { t: number; away: number; weight: number }[],
  { middle, level, slope }: { middle: number; level: number; slope: number },
): { level: number; slope: number } {
  if (points.length < 8) return { level, slope };
  const found = { level, slope };
  for (let round = 0; round < 10; round++) {
    const misses = points.map(({ t, away }) => Math.abs(away - found.level - found.slope * (t - middle)));
    const scale = Math.max(0.15, 1.48 * median(misses));
    let [w, x, xx, y, xy] = [1e-9, 0, 0, 0, 0];
    for (const [i, { t, away, weight }] of points.entries()) {
      const share = weight / (1 + (misses[i]! / scale) ** 2) ** 2;
      const place = t - middle;
      w += share;
      x += share * place;
      xx += share * place * place;
      y += share * away;
      xy += share * place * away;
    }
    const spread = xx / w - (x / w) ** 2;
    if (spread < 1) break;
    found.slope = (xy / w - (x / w) * (y / w)) / spread;
    found.level = y / w - (found.slope * x) / w;
  }
  return found;
}

/** Lines whose angles are off by too little to be true become parallel and square; so do those that nothing supports. */
function squared(lines: readonly FoundLine[]): Line[] {
  const own = lines.map(({ dx, dy }, i) => (Math.atan2(dy, dx) * 180) / Math.PI - 90 * i);
  const first = own[0]!;
  const angles = own.map((angle) => angle - 360 * Math.round((angle - first) / 360));
  const weights = lines.map(({ length, sharp, lidEnds }) => (length * (0.05 + Math.max(sharp, lidEnds))) ** 2);
  let common = median(angles);
  for (let round = 0; round < 6; round++) {
    let [sum, total] = [0, 0];
    for (const [i, angle] of angles.entries()) {
      const weight = weights[i]! / (1 + ((angle - common) / 0.3) ** 2) ** 2;
      sum += weight * angle;
      total += weight;
    }
    common = sum / total;
  }
  return lines.map((line, i) => {
    const off = Math.abs(angles[i]! - common);
    const isTrue = off > 0.35 && off < 2.5 && line.sharp > 0.75;
    const angle = ((isTrue ? angles[i]! : common) + 90 * i) * (Math.PI / 180);
    return { x: line.x, y: line.y, dx: Math.cos(angle), dy: Math.sin(angle) };
  });
}

export function meet(one: Line, other: Line): [number, number] {
  const area = one.dx * other.dy - one.dy * other.dx;
  const t = ((other.x - one.x) * other.dy - (other.y - one.y) * other.dx) / area;
  return [one.x + one.dx * t, one.y + one.dy * t];
}
