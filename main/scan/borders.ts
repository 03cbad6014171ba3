import { median } from '../restoration/statistics';
import type { Coarse } from './coarse';
import { type Found, type Line, meet } from './sides';

/**
 * Where prints touch, the lid does not end at their sides. The paper around a picture is as wide there as it is at the sides that
 * lie on the lid: this tells the edge of the paper from that of the picture, and from that of the neighbour's.
 */

/** A side lies on the lid, or beside another print, where more or less of it than these shares has lid outside of it. */
const ON_LID = 0.75;
const BESIDE = 0.4;
/** Rows along a side are compared over this share of the print's extent inwards, at most. */
const INWARDS = 0.2;
/** Paper is even: its rows stray by no more than this, in levels, once their slope is taken out. */
const EVEN = 5;
/** Rows of one paper differ by no more than this, those of two papers that touch by no more than the second. */
const ONE_TONE = 9;
const TWO_TONES = 24;
/** What shines through where two papers meet is not wider than this. */
const HAIRLINE = 3;
/** The narrowest border, in pixels. */
const LEAST = 3;
/** Papers whose mean changes by more than this between two rows meet there. */
const FAINT = 0.8;

export function withBorders(coarse: Coarse, found: Found, facing: readonly number[]): Found {
  if (facing.every((each) => each > ON_LID)) return found;
  const { corners } = found;
  const profiles = corners.map((from, i) => {
    const [before, to] = [corners[(i + 3) % 4]!, corners[(i + 1) % 4]!];
    const extent = Math.hypot(from[0] - before[0], from[1] - before[1]);
    return profileOf(coarse, from, to, Math.round(INWARDS * extent));
  });
  const widths = profiles.flatMap((profile, i) => (facing[i]! > ON_LID ? [paperWidth(profile)] : []));
  if (widths.length === 0) return found;
  const bordered = widths.filter(({ width }) => width >= LEAST);
  const outwards = profiles.map((profile, i) => {
    if (facing[i]! > BESIDE) return 0;
    if (bordered.length === 0) return widths.length > 1 ? ownEdge(profile) : 0;
    if (bordered.length < Math.min(2, widths.length)) return 0;
    const width = median(bordered.map((each) => each.width));
    if (bordered.some((each) => Math.abs(each.width - width) > 3 + 0.3 * width)) return 0;
    return paperEdge(profile, width, median(bordered.map((each) => each.tone)));
  });
  if (outwards.every((each) => each === 0)) return found;
  const lines = corners.map((from, i): Line => {
    const to = corners[(i + 1) % 4]!;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    return { x: from[0] + dy * outwards[i]!, y: from[1] - dx * outwards[i]!, dx, dy };
  });
  const meeting = lines.map((line, i) => meet(lines[(i + 3) % 4]!, line));
  return {
    corners: meeting,
    sides: found.sides.map((side, i) => ({ ...side, from: meeting[i]!, to: meeting[(i + 1) % 4]! })),
  };
}

/** Rows parallel to a side, by how far they lie outwards of it. */
interface Profile {
  readonly within: number;
  /** Mean of the brightness, and how far it strays; `within` rows inside, then those outside. */
  readonly rows: readonly { mean: number; spread: number }[];
}

function profileOf(
  { planes, width, height }: Coarse,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  within: number,
): Profile {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const rows = Array.from({ length: 2 * within + 1 }, (_, row) => {
    const away = row - within;
    const values: number[] = [];
    for (let t = 0.12 * length; t < 0.88 * length; t += 5) {
      let [sum, count] = [0, 0];
      for (let step = 0; step < 5; step++) {
        const x = Math.floor(x0 + dx * (t + step) + dy * away);
        const y = Math.floor(y0 + dy * (t + step) - dx * away);
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        sum += planes[0][y * width + x]!;
        count += 1;
      }
      if (count > 0) values.push(sum / count);
    }
    return strayOf(values);
  });
  return { within, rows };
}

function strayOf(values: readonly number[]): { mean: number; spread: number } {
  const count = values.length;
  if (count < 4) return { mean: 0, spread: Number.POSITIVE_INFINITY };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [slope, places] = [0, 0];
  for (let i = 0; i < count; i++) {
    slope += (values[i]! - mean) * (i - (count - 1) / 2);
    places += (i - (count - 1) / 2) ** 2;
  }
  slope /= places;
  let spread = 0;
  for (let i = 0; i < count; i++) spread += (values[i]! - mean - slope * (i - (count - 1) / 2)) ** 2;
  return { mean, spread: Math.sqrt(spread / count) };
}

/** How wide the paper is inside of a side on the lid; 0 without any. */
function paperWidth({ within, rows }: Profile): { width: number; tone: number } {
  const tone = rows[within - 3]?.mean ?? 0;
  let width = 0;
  for (let row = within - 2; row >= 0; row--) {
    const { mean, spread } = rows[row]!;
    if (spread > EVEN || Math.abs(mean - tone) > ONE_TONE) break;
    width = within - row;
  }
  // Paper ends somewhere.
  return { width: width >= within - 1 ? 0 : width, tone };
}

/** From where to where rows around a side are paper, as distances outwards; null where they are not. */
function paperAround({ within, rows }: Profile, isPaper: (row: { mean: number; spread: number }) => boolean) {
  for (const start of [0, 1, -1, 2, -2, 3, -3, 4, -4]) {
    if (!rows[within + start] || !isPaper(rows[within + start]!)) continue;
    let [inner, outer] = [within + start, within + start];
    for (let row = inner - 1; row >= 0 && inner - row <= HAIRLINE + 1; row--) if (isPaper(rows[row]!)) inner = row;
    for (let row = outer + 1; row < rows.length && row - outer <= HAIRLINE + 1; row++) {
      if (isPaper(rows[row]!)) outer = row;
    }
    if (outer - inner + 1 >= LEAST) return { inner: inner - within, outer: outer - within };
  }
  return null;
}

/** How far outwards of a side the paper ends that is so wide around the picture. */
function paperEdge(profile: Profile, width: number, tone: number): number {
  const paper = paperAround(profile, (row) => row.spread <= EVEN && Math.abs(row.mean - tone) < TWO_TONES);
  if (!paper) return 0;
  const expected = paper.inner + width;
  const slack = 1.5 + 0.15 * width;
  if (Math.abs(expected) <= slack && Math.abs(paper.outer) <= slack) return 0;
  if (Math.abs(paper.outer - expected) <= slack) return paper.outer + 0.5;
  if (expected > paper.outer + slack) return 0;
  let [edge, most] = [expected, FAINT];
  for (let away = Math.ceil(expected - slack); away <= expected + slack; away++) {
    const [before, after] = [profile.rows[profile.within + away - 1], profile.rows[profile.within + away + 1]];
    if (!before || !after) continue;
    const here = profile.rows[profile.within + away]!;
    const step = Math.abs(after.mean - before.mean) + Math.max(0, here.spread - EVEN);
    if (step > most) [edge, most] = [away, step];
  }
  return edge;
}

/** The same for a picture without paper around it: the neighbour's may have been taken for its own. */
function ownEdge(profile: Profile): number {
  const beside = profile.rows[profile.within - 2]?.mean ?? 0;
  const paper = paperAround(
    profile,
    (row) => row.spread <= EVEN && row.mean > 150 && Math.abs(row.mean - beside) < ONE_TONE,
  );
  return paper && paper.inner < -2 && paper.inner > -0.6 * profile.within && paper.outer <= 3 ? paper.inner : 0;
}
