import { type Corners, wholeArea } from '../../document/quad';
import type { Raster } from '../restoration/raster';
import { withBorders } from './borders';
import { type Coarse, coarseOf } from './coarse';
import { boxesIn } from './cover';
import { type Lid, lidOf } from './lid';
import { filled, opened, type Region, regionsOf, shrunk, spread } from './regions';
import { anglesOf, type Box, cutApart, type Evidence, evidenceOf, onCoarse, type Patch, patchOf } from './seams';
import { settle } from './settle';
import { cornersOf, type Found, findSides, type Rectangle } from './sides';

/** Finds the prints that lie on a scanned page. */

export interface Print {
  /** Clockwise from the upright print's top left corner, in pixels of the page. */
  corners: Corners;
  /** Degrees by which the print is turned clockwise on the page, -45..45. */
  angle: number;
  /** Whether the corners are those of the paper, or those of the picture on it because its border looks like the lid. */
  edge: 'paper' | 'picture';
}

/** The prints that are cut out of a page; none where the page is the photo, and why. */
export type PrintsOn = { corners: Corners[]; whole: null } | { corners: []; whole: 'empty' | 'one' };

/** The prints to cut out of a page. */
export function printsToCut(page: Raster): PrintsOn {
  const found = findPrints(page).map(({ corners }) => corners);
  if (found.length === 0) return { corners: [], whole: 'empty' };
  const whole = wholeArea(page);
  const isWhole = found.length === 1 && found[0]!.every(([x, y], i) => x === whole[i]![0] && y === whole[i]![1]);
  return isWhole ? { corners: [], whole: 'one' } : { corners: found, whole: null };
}

/** The least area of a print, as a share of the page. */
const LEAST_AREA = 0.0025;
/** The shortest side of a print, as a share of the page's longer side. */
const LEAST_SIDE = 0.03;
/** A print is at most so many times as long as wide. */
const LONGEST = 6;
/** A page that looks like its margin nearly everywhere has nothing on it. */
const EMPTY = 0.985;
/** The same, where something lies on it that is no print. */
const NEARLY_EMPTY = 0.9;
/** A margin whose colours are as even as this is a lid. */
const EVEN = 0.85;
/** What the four sides of a print have to show together, of 4; the second where a picture may reach to the page's edges. */
const SEEN = 1.2;
const SURE = 3.3;

/**
 * The prints on a page, by rows from top to bottom and from left to right in each. None on an empty lid; a page that shows no
 * lid is one print.
 */
export function findPrints(page: Raster): Print[] {
  const coarse = coarseOf(page);
  const lid = lidOf(coarse);
  const hasLid = lid.even >= EVEN;
  if (lid.share >= EMPTY) return inOrder(touching(coarse, lid)).map((print) => onPage(print, coarse.times, page));
  const prints = look(coarse, lid, hasLid ? SEEN : SURE);
  if (prints.length > 0) return inOrder(prints).map((print) => onPage(print, coarse.times, page));
  if (hasLid && lid.share >= NEARLY_EMPTY) return [];
  const parts = touching(coarse, lid);
  if (parts.length > 1) return inOrder(parts).map((print) => onPage(print, coarse.times, page));
  return [{ corners: wholeArea(page), angle: 0, edge: 'paper' }];
}

/** Prints of one size that cover a page from edge to edge, with gaps or seams between them; none if there are no seams. */
function touching(coarse: Coarse, lid: Lid): CoarsePrint[] {
  const { width, height } = coarse;
  const long = Math.max(width, height);
  const patch = patchOf(coarse, new Uint8Array(width * height).fill(1), 0);
  const around = trimmed(patch);
  if (!around) return [];
  const boxes = cutApart(patch, evidenceOf(patch), around, 0.15 * long);
  const areas = boxes.map(({ left, top, right, bottom }) => (right - left) * (bottom - top));
  if (boxes.length < 2 || boxes.length > 6 || Math.min(...areas) < 0.85 * Math.max(...areas)) return [];
  const search = { inwards: 0.006 * long, outwards: 0.006 * long, rough: lid.rough };
  const marks = new Uint8Array(width * height).fill(1);
  return boxes.flatMap((box) => {
    const { corners, sides } = findSides(coarse, marks, rectangleOf(patch, box), [search, search, search, search]);
    return judged(coarse, lid, { corners, sides: sides.map((side) => ({ ...side, sharp: 1 })) }, SEEN) ?? [];
  });
}

type CoarsePrint = Omit<Print, 'corners'> & { corners: readonly (readonly [number, number])[] };

function look(coarse: Coarse, lid: Lid, needed: number): CoarsePrint[] {
  const { width, height } = coarse;
  const long = Math.max(width, height);
  const closed = withoutHoles(lid.marks, width, height, 0.003);
  const marks = opened(closed, width, height, 2);
  const seen = rectanglesIn(coarse, marks).map(({ exact, ...proposed }) => {
    const { rectangle, settled, facing } = settle(coarse, lid, proposed);
    const searches = exact.map((isExact, i) => ({
      inwards: (isExact || settled[i] ? 0.004 : 0.025) * long,
      outwards: (isExact || settled[i] ? 0.004 : 0.01) * long,
      rough: lid.rough,
    }));
    return { sides: findSides(coarse, lid.marks, rectangle, searches), facing };
  });
  const all = seen.map(({ sides }) => sides);
  const wider = seen.map(({ sides, facing }) => withBorders(coarse, sides, facing));
  // Paper that would lie on another print belongs to that, unless that one gives way.
  for (let round = 0; round < 2; round++) {
    for (const [i, each] of wider.entries()) {
      const others = all.filter((_, other) => other !== i);
      if (others.every((other) => !reachesInto(each, other, 0.003 * long))) all[i] = each;
    }
  }
  return all.flatMap((sides) => judged(coarse, lid, sides, needed) ?? []);
}

/** Whether a side of a print, for a third of its length, lies in another by more than a distance. */
function reachesInto(print: Found, other: Found, most: number): boolean {
  return print.corners.some((from, i) => {
    const to = print.corners[(i + 1) % 4]!;
    let inside = 0;
    for (let step = 1; step < 20; step++) {
      const [x, y] = [from[0] + ((to[0] - from[0]) * step) / 20, from[1] + ((to[1] - from[1]) * step) / 20];
      const depths = other.corners.map((corner, j) => {
        const next = other.corners[(j + 1) % 4]!;
        const length = Math.hypot(next[0] - corner[0], next[1] - corner[1]);
        return ((next[0] - corner[0]) * (y - corner[1]) - (next[1] - corner[1]) * (x - corner[0])) / length;
      });
      if (Math.min(...depths) > most) inside += 1;
    }
    return inside > 6;
  });
}

/**
 * Where a print may be. Top, right, bottom and left are exact where they are sharp edges already, or seams; else a shadow may
 * have been taken for a part of the print.
 */
type Proposal = Rectangle & { exact: readonly boolean[] };

/** Marks with holes up to a share of the page filled. */
function withoutHoles(marks: Uint8Array, width: number, height: number, share: number): Uint8Array {
  const gaps = new Uint8Array(marks.length);
  for (let i = 0; i < marks.length; i++) gaps[i] = 1 - marks[i]!;
  const { labels, regions } = regionsOf(gaps, width, height);
  const isSmall = regions.map(
    ({ area, left, top, right, bottom }) =>
      area < share * marks.length && left > 0 && top > 0 && right < width && bottom < height,
  );
  const out = marks.slice();
  for (let i = 0; i < out.length; i++) if (labels[i]! > 0 && isSmall[labels[i]! - 1]) out[i] = 1;
  return out;
}

function rectanglesIn(coarse: Coarse, marks: Uint8Array, depth = 0): Proposal[] {
  const { width, height } = coarse;
  const { labels, regions } = regionsOf(marks, width, height);
  return regions
    .filter(({ area }) => area >= LEAST_AREA * marks.length)
    .flatMap((region) => rectanglesOf(coarse, only(labels, region), depth));
}

function only(labels: Int32Array, { label }: Region): Uint8Array {
  const marks = new Uint8Array(labels.length);
  for (let i = 0; i < marks.length; i++) marks[i] = labels[i] === label ? 1 : 0;
  return marks;
}

/** The prints of one region: itself, or those that touch one another in it. */
function rectanglesOf(coarse: Coarse, marks: Uint8Array, depth: number): Proposal[] {
  const { width, height } = coarse;
  const least = LEAST_SIDE * Math.max(width, height);
  const angles = anglesOf(marks, width, height, 4);
  const patch = patchOf(coarse, marks, angles[0]!);
  const evidence = evidenceOf(patch);
  const around = trimmed(patch);
  if (around && Math.min(around.right - around.left, around.bottom - around.top) < least) return [];
  if (around && shareOf(patch, around) > SOLID) {
    const boxes = cutApart(patch, evidence, around, least);
    return boxes.map((box) => ({
      ...rectangleOf(patch, box),
      exact: (['top', 'right', 'bottom', 'left'] as const).map((side) => box[side] !== around[side]),
    }));
  }
  if (depth >= 6) return [];
  const seen: Seen[] = [];
  for (const [i, angle] of angles.entries()) {
    const turned = i === 0 ? patch : patchOf(coarse, marks, angle);
    const sharp = i === 0 ? evidence : evidenceOf(turned);
    for (const { box, support } of boxesIn(turned, sharp, least)) {
      const rectangle = rectangleOf(turned, box);
      const score = Math.sqrt(rectangle.width * rectangle.height) * (support - 0.4);
      seen.push({ rectangle, score, patch: turned, evidence: sharp, box });
    }
  }
  seen.sort((one, other) => other.score - one.score);
  const found: Rectangle[] = [];
  const rest = marks.slice();
  for (let candidates = seen.slice(); candidates.length > 0 && found.length === 0; ) {
    const most = candidates[0]!.score;
    for (const { rectangle, score } of candidates) {
      // The others are looked for again in what is left, where a print may stand alone by then.
      if (score < CLEAR * most) break;
      if (found.every((other) => overlap(rectangle, other) <= 0.06)) found.push(rectangle);
    }
    const tried = found.slice();
    joinHalves(seen, found);
    // What lies within a picture is no print.
    for (let inner = true; inner; ) {
      const at = found.findIndex((each) => openSides(marks, width, height, each, found) < 3);
      inner = at >= 0;
      if (inner) found.splice(at, 1);
    }
    candidates = candidates.filter(({ rectangle }) => !tried.includes(rectangle));
  }
  for (const rectangle of found) erase(rest, width, height, rectangle);
  const left = opened(rest, width, height, Math.round(0.009 * Math.max(width, height)));
  const cut = seen
    .filter(({ rectangle }) => found.includes(rectangle))
    .flatMap((each) => {
      const boxes = cutApart(each.patch, each.evidence, each.box, least);
      return boxes.map((box) => ({ ...rectangleOf(each.patch, box), exact: [true, true, true, true] }));
    });
  if (found.length > 0) return [...cut, ...rectanglesIn(coarse, left, depth + 1)];
  const parts = tornApart(marks, width, height);
  if (parts.length > 1) return parts.flatMap((part) => rectanglesOf(coarse, part, depth + 1));
  return around && shareOf(patch, around) > 0.7
    ? [{ ...rectangleOf(patch, around), exact: [false, false, false, false] }]
    : [];
}

interface Seen {
  rectangle: Rectangle;
  score: number;
  patch: Patch;
  evidence: Evidence;
  box: Box;
}

/** Joins found boxes that make up one rectangle, unless there is a seam between them: halves of one picture. */
function joinHalves(seen: Seen[], found: Rectangle[]): void {
  for (let i = 0; i < found.length; i++) {
    for (let j = i + 1; j < found.length; j++) {
      const [one, other] = [found[i]!, found[j]!].map((each) => seen.find(({ rectangle }) => rectangle === each)!);
      if (one!.patch !== other!.patch) continue;
      const box = rectangleAround(one!.box, other!.box);
      if (!box) continue;
      const least = Math.min(
        ...[one!.box, other!.box].map(({ left, top, right, bottom }) => Math.min(right - left, bottom - top)),
      );
      if (cutApart(one!.patch, one!.evidence, box, 0.5 * least).length > 1) continue;
      const joined = { ...one!, rectangle: rectangleOf(one!.patch, box), box };
      seen.push(joined);
      found.splice(j, 1);
      found[i] = joined.rectangle;
      j = i;
    }
  }
}

/** The box around two boxes side by side in one row or column, if they fill it; else null. */
function rectangleAround(one: Box, other: Box): Box | null {
  const box = {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
  const area = ({ left, top, right, bottom }: Box) => (right - left) * (bottom - top);
  return area(one) + area(other) > 0.96 * area(box) ? box : null;
}

/** How many sides of a rectangle have no marks outside, beyond a shadow at the latest, or another one. */
function openSides(
  marks: Uint8Array,
  width: number,
  height: number,
  rectangle: Rectangle,
  others: readonly Rectangle[],
): number {
  const corners = cornersOf(rectangle);
  const long = Math.max(width, height);
  const isOpen = (x: number, y: number) => {
    const [px, py] = [Math.floor(x), Math.floor(y)];
    if (px < 0 || py < 0 || px >= width || py >= height || marks[py * width + px] === 0) return true;
    return others.some((other) => other !== rectangle && depthIn(other, x, y) < 1);
  };
  return corners.filter(([x0, y0], i) => {
    const [x1, y1] = corners[(i + 1) % 4]!;
    const length = Math.hypot(x1 - x0, y1 - y0);
    const [nx, ny] = [(y1 - y0) / length, (x0 - x1) / length];
    let open = 0;
    for (let step = 0; step < 40; step++) {
      const along = (step + 0.5) / 40;
      const [x, y] = [x0 + (x1 - x0) * along, y0 + (y1 - y0) * along];
      if ([0.005, 0.028].some((away) => isOpen(x + nx * away * long, y + ny * away * long))) open += 1;
    }
    return open > 24;
  }).length;
}

/** Share of the best score from which on a box is taken at once. */
const CLEAR = 0.75;
/** A region that fills its box to this share is a rectangle. */
const SOLID = 0.93;

/** The box of a patch's marks, without outer rows and columns that have few; null if it has none. */
function trimmed({ marks, width, height }: Patch): Box | null {
  const rows = new Float64Array(height);
  const columns = new Float64Array(width);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      rows[y]! += marks[i]!;
      columns[x]! += marks[i]!;
    }
  }
  const ends = (counts: Float64Array, few: number) => {
    let [from, to] = [0, counts.length];
    while (from < to && counts[from]! <= few) from += 1;
    while (to > from && counts[to - 1]! <= few) to -= 1;
    return [from, to] as const;
  };
  const most = (counts: Float64Array) => counts.reduce((one, other) => Math.max(one, other), 0);
  const [top, bottom] = ends(rows, 0.25 * most(rows));
  const [left, right] = ends(columns, 0.25 * most(columns));
  return right - left < 2 || bottom - top < 2 ? null : { left, top, right, bottom };
}

/** Share of a box that is marked or enclosed by marks. */
function shareOf({ marks, width }: Patch, { left, top, right, bottom }: Box): number {
  const [across, down] = [right - left, bottom - top];
  const part = new Uint8Array(across * down);
  for (let y = 0; y < down; y++) {
    part.set(marks.subarray((top + y) * width + left, (top + y) * width + right), y * across);
  }
  const full = filled(part, across, down);
  let sum = 0;
  for (const mark of full) sum += mark;
  return sum / part.length;
}

function rectangleOf(patch: Patch, { left, top, right, bottom }: Box): Rectangle {
  const [x, y] = onCoarse(patch, (left + right) / 2, (top + bottom) / 2);
  return { x, y, width: right - left, height: bottom - top, angle: patch.angle };
}

/** Whether a place lies in a rectangle, or how deep: 0 in the middle, 1 at its sides. */
function depthIn({ x, y, width, height, angle }: Rectangle, px: number, py: number): number {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [u, v] = [(px - x) * cos + (py - y) * sin, (py - y) * cos - (px - x) * sin];
  return Math.max(Math.abs(u) / (width / 2), Math.abs(v) / (height / 2));
}

/** The share that the smaller of two rectangles has in common with the other. */
function overlap(one: Rectangle, other: Rectangle): number {
  const [small, large] = one.width * one.height < other.width * other.height ? [one, other] : [other, one];
  const [cos, sin] = [Math.cos((small.angle * Math.PI) / 180), Math.sin((small.angle * Math.PI) / 180)];
  const steps = 24;
  let inside = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const [u, v] = [((i + 0.5) / steps - 0.5) * small.width, ((j + 0.5) / steps - 0.5) * small.height];
      if (depthIn(large, small.x + u * cos - v * sin, small.y + u * sin + v * cos) < 1) inside += 1;
    }
  }
  return inside / steps ** 2;
}

function erase(marks: Uint8Array, width: number, height: number, rectangle: Rectangle): void {
  const reach = Math.hypot(rectangle.width, rectangle.height) / 2 + 1;
  for (let y = Math.max(0, Math.floor(rectangle.y - reach)); y < Math.min(height, rectangle.y + reach); y++) {
    for (let x = Math.max(0, Math.floor(rectangle.x - reach)); x < Math.min(width, rectangle.x + reach); x++) {
      if (depthIn(rectangle, x + 0.5, y + 0.5) < 1.01) marks[y * width + x] = 0;
    }
  }
}

/** The parts of a region that only narrow places hold together, each regrown to its former outline. */
function tornApart(marks: Uint8Array, width: number, height: number): Uint8Array[] {
  const long = Math.max(width, height);
  for (const share of [0.003, 0.006, 0.01, 0.016]) {
    const reach = Math.max(1, Math.round(share * long));
    const { labels, regions } = regionsOf(shrunk(marks, width, height, reach), width, height);
    const large = regions.filter(({ area }) => area >= 0.6 * LEAST_AREA * marks.length);
    if (large.length < 2) continue;
    return large.map((region) => {
      const grown = spread(only(labels, region), width, height, reach + 1);
      for (let i = 0; i < grown.length; i++) grown[i]! &= marks[i]!;
      return grown;
    });
  }
  return [marks];
}

/** Null where too few sides can be seen for it to be a print. */
function judged(coarse: Coarse, lid: Lid, { corners, sides }: Found, needed: number): CoarsePrint | null {
  const seen = sides.filter(({ sharp, lidEnds }) => sharp > 0.45 || (lidEnds > 0.6 && sharp > 0.2)).length;
  const lengths = [0, 1].map((i) =>
    Math.hypot(corners[i + 1]![0] - corners[i]![0], corners[i + 1]![1] - corners[i]![1]),
  );
  if (seen < 3 || sides.reduce((sum, { sharp }) => sum + sharp, 0) < needed) return null;
  if (Math.max(...lengths) > LONGEST * Math.min(...lengths)) return null;
  const [one, two] = [corners[0]!, corners[1]!];
  const [three, four] = [corners[2]!, corners[3]!];
  const across = Math.atan2(two[1] - one[1] + (three[1] - four[1]), two[0] - one[0] + (three[0] - four[0]));
  const down = Math.atan2(one[0] - four[0] + (two[0] - three[0]), four[1] - one[1] + (three[1] - two[1]));
  const angle = ((across + down) / 2) * (180 / Math.PI);
  return { corners, angle, edge: lid.isWhite && !hasBorder(coarse, corners) ? 'picture' : 'paper' };
}

/** Whether a print has paper along its sides. */
function hasBorder({ planes, width, height }: Coarse, corners: CoarsePrint['corners']): boolean {
  const [middleX, middleY] = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]! / 4, 0));
  let bright = 0;
  let all = 0;
  for (let i = 0; i < 4; i++) {
    const [from, to] = [corners[i]!, corners[(i + 1) % 4]!];
    for (let step = 0; step < 60; step++) {
      const share = (step + 0.5) / 60;
      const [x, y] = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
      // A little inside.
      const away = Math.hypot(middleX! - x, middleY! - y);
      const px = Math.floor(x + ((middleX! - x) * 3.5) / away);
      const py = Math.floor(y + ((middleY! - y) * 3.5) / away);
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      all += 1;
      const at = py * width + px;
      if (planes[0][at]! > 170 && Math.abs(planes[1][at]!) < 18 && Math.abs(planes[2][at]!) < 24) bright += 1;
    }
  }
  return bright > 0.85 * all;
}

/** By rows: prints whose middles lie beside one another belong to one. */
function inOrder(prints: CoarsePrint[]): CoarsePrint[] {
  const placed = prints
    .map((print) => {
      const ys = print.corners.map(([, y]) => y);
      const xs = print.corners.map(([x]) => x);
      return {
        print,
        x: xs.reduce((sum, x) => sum + x / 4, 0),
        y: ys.reduce((sum, y) => sum + y / 4, 0),
        height: Math.max(...ys) - Math.min(...ys),
      };
    })
    .sort((one, other) => one.y - other.y);
  const rows: (typeof placed)[] = [];
  for (const each of placed) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && each.y - first.y < 0.5 * Math.min(first.height, each.height)) row.push(each);
    else rows.push([each]);
  }
  return rows.flatMap((row) => row.sort((one, other) => one.x - other.x).map(({ print }) => print));
}

/** How far a corner may lie outside of the page, as a share of its longer side: by less, the print ends with the page. */
const OUTSIDE = 0.01;

function onPage({ corners, angle, edge }: CoarsePrint, times: number, { width, height }: Raster): Print {
  const most = OUTSIDE * Math.max(width, height);
  const within = (place: number, length: number) => {
    const nearest = Math.max(0, Math.min(length, place));
    return Math.abs(nearest - place) <= most ? nearest : place;
  };
  const scaled = corners.map(([x, y]) => [within(x * times, width), within(y * times, height)] as const);
  return { corners: scaled as unknown as Corners, angle, edge };
}
