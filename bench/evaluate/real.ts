import { alongLine, disc, type Mask, near, type Point, polygon, thin, tolerance, type Window } from './shapes';

/**
 * Scores a detector on real damage marked by hand. `models/training/evaluation/real.py` is the same in Python and describes
 * the figures. `real.json` beside it holds cases for the tests of both sides.
 */

const LINES = new Set(['crease', 'crack', 'scratch', 'hair', 'scuff']);
const SPECKS = new Set(['dust', 'spot', 'spots', 'speck', 'specks', 'tarnish spot', 'bubble']);
/** A region that should be kept counts as hurt if a larger share of it is marked. */
const HURT = 0.01;
/** Recognises lettering (written, printed or painted to be read) in the descriptions of regions to keep. */
const LETTERING =
  /\b(hand-?writ\w*|writing|written|captions?|letter(s|ing|ed)?|numbers?|numerals?|signs?|signboard|signature|words?|text|stamp|inscriptions?|title|dated?|name|initials?|printed card|calendar|watermark|copyright)\b/i;
/** The fold that nothing was trained on. */
const HELD_OUT = 2;
const DAMAGE = 255;
const UNJUDGED = 128;

/** The strokes that a mask was drawn with, in pixels of the photograph, and the regions to keep. */
export interface Notes {
  lines: { points: Point[]; kind: string }[];
  areas: { points: Point[]; kind: string }[];
  spots: { at: Point; radius: number; kind: string }[];
  keep: { points: Point[]; what: string }[];
}

/** A line of the index. severity: 0 to 3; fold: null if none is given. */
export interface Entry {
  stem: string;
  severity: number;
  mustRepair: 'y' | 'n' | '?';
  fold: number | null;
}

/** Counts for one photograph. Pixels and lengths are scaled to a photograph of one megapixel. */
export interface Score {
  right: number;
  found: number;
  recalled: number;
  damaged: number;
  /** Null if nothing is damaged. */
  f1: number | null;
  linesFound: number;
  lines: number;
  specksFound: number;
  specks: number;
  hurt: number;
  kept: number;
  writingTouched: number;
  writing: number;
}

/** Whether a kept region is lettering, by its description. */
export function isWriting(what: string): boolean {
  return LETTERING.test(what);
}

/** @param found repaired pixels, 1 = found; @param truth 0 clean, 255 damage, 128 not judged, of the same size */
export function score(found: Mask, truth: Uint8Array, notes: Notes): Score {
  const { width, height } = found;
  const reach = tolerance(width, height);
  const damage = truth.map((value) => (value === DAMAGE ? 1 : 0));
  const nearDamage = near({ width, height, data: damage }, reach);
  const nearFound = near(found, reach);
  let [right, judged, recalled, damaged] = [0, 0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (found.data[i] && truth[i] !== UNJUDGED) {
      judged++;
      right += nearDamage[i]!;
    }
    if (damage[i]) {
      damaged++;
      recalled += nearFound[i]!;
    }
  }
  const area = 1e6 / (height * width);
  const side = 1e3 / Math.sqrt(height * width);
  const lines = scoreLines(notes, { width, height, data: damage }, nearDamage, nearFound);
  const specks = scoreSpecks(notes, { width, height, data: damage }, nearFound);
  const writing = new Uint8Array(truth.length);
  let hurt = 0;
  for (const { points, what } of notes.keep) {
    const region = polygon(points, width, height);
    let [pixels, stray] = [0, 0];
    const isLettering = isWriting(what);
    visit(region, width, (at) => {
      pixels++;
      if (nearDamage[at]) return;
      stray += found.data[at]!;
      if (isLettering) writing[at] = 1;
    });
    if (stray > HURT * Math.max(1, pixels)) hurt++;
  }
  let [written, touched] = [0, 0];
  for (let i = 0; i < writing.length; i++) {
    written += writing[i]!;
    touched += writing[i]! & found.data[i]!;
  }
  return {
    right: area * right,
    found: area * judged,
    recalled: area * recalled,
    damaged: area * damaged,
    f1: damaged > 0 ? fScore(right, judged, recalled, damaged).F1 : null,
    linesFound: side * lines.found,
    lines: side * lines.total,
    specksFound: specks.found,
    specks: specks.total,
    hurt,
    kept: notes.keep.length,
    writingTouched: area * touched,
    writing: area * written,
  };
}

/** Calls back for each pixel of a window with its index in the picture and its index in the window. */
function visit(part: Window, width: number, callback: (at: number, inside: number) => void): void {
  for (let i = 0; i < part.data.length; i++) {
    if (part.data[i] === 0) continue;
    callback((part.top + Math.floor(i / part.width)) * width + part.left + (i % part.width), i);
  }
}

/** The damaged pixels in the areas and spots of the given kinds. */
function* drawn(notes: Notes, kinds: ReadonlySet<string>, { width, height, data }: Mask): Generator<Window> {
  const damagedIn = (part: Window): Window => {
    visit(part, width, (at, inside) => {
      if (data[at] === 0) part.data[inside] = 0;
    });
    return part;
  };
  for (const { points, kind } of notes.areas) if (kinds.has(kind)) yield damagedIn(polygon(points, width, height));
  for (const { at, radius, kind } of notes.spots) if (kinds.has(kind)) yield damagedIn(disc(at, radius, width, height));
}

/** Scores lines; lengths in pixels. */
function scoreLines(notes: Notes, damage: Mask, nearDamage: Uint8Array, nearFound: Uint8Array) {
  let [found, total] = [0, 0];
  for (const { points, kind } of notes.lines) {
    if (!LINES.has(kind)) continue;
    alongLine(points, damage.width, damage.height, (at, length) => {
      if (nearDamage[at] === 0) return;
      total += length;
      if (nearFound[at]) found += length;
    });
  }
  for (const part of drawn(notes, LINES, damage)) {
    visit({ ...part, data: thin(part) }, damage.width, (at) => {
      total++;
      found += nearFound[at]!;
    });
  }
  return { found, total };
}

/** Scores specks. A marked speck without damaged pixels in the mask does not count. */
function scoreSpecks(notes: Notes, damage: Mask, nearFound: Uint8Array) {
  let [found, total] = [0, 0];
  for (const part of drawn(notes, SPECKS, damage)) {
    let [size, touched] = [0, 0];
    visit(part, damage.width, (at) => {
      size++;
      touched += nearFound[at]!;
    });
    if (size === 0) continue;
    total++;
    if (2 * touched >= size) found++;
  }
  return { found, total };
}

function fScore(right: number, found: number, recalled: number, damaged: number) {
  const precision = right / Math.max(found, 1);
  const recall = recalled / Math.max(damaged, 1);
  return { precision, recall, F1: (2 * precision * recall) / Math.max(precision + recall, 1e-9) };
}

/** A photograph's entry and its counts. */
export interface Scored {
  entry: Entry;
  score: Score;
}

/** The summary of many photographs, by metric; null if there is nothing to measure. */
export function summary(scored: readonly Scored[]): Record<string, number | null> {
  const total = (key: Exclude<keyof Score, 'f1'>) => scored.reduce((sum, { score: each }) => sum + each[key], 0);
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);
  const alone = scored.flatMap(({ entry, score: { f1 } }) => (entry.severity > 0 && f1 !== null ? [f1] : []));
  const writing = share(total('writingTouched'), total('writing'));
  return {
    ...fScore(total('right'), total('found'), total('recalled'), total('damaged')),
    'F1 by photograph': share(
      alone.reduce((sum, each) => sum + each, 0),
      alone.length,
    ),
    'lines found': share(total('linesFound'), total('lines')),
    'specks found': share(total('specksFound'), total('specks')),
    'kept regions hurt': total('kept') > 0 ? total('hurt') : null,
    'writing touched': writing === null ? null : 100 * writing,
  };
}

/** All photographs, the held-out fold, and the folds that may be trained on, without empty groups. */
export function groups<T extends { entry: Entry }>(measured: readonly T[]): [name: string, part: T[]][] {
  const parts: [string, T[]][] = [
    [`all ${measured.length}`, [...measured]],
    [`fold ${HELD_OUT}`, measured.filter(({ entry }) => entry.fold === HELD_OUT)],
    ['folds 0 and 1', measured.filter(({ entry }) => entry.fold === 0 || entry.fold === 1)],
  ];
  return parts.filter(([, part]) => part.length > 0);
}

/** How often a repair is proposed correctly, missed, or proposed needlessly. */
export function proposals(measured: readonly { entry: Entry; isProposed: boolean }[]) {
  const count = (wanted: Entry['mustRepair'], isProposed: boolean) =>
    measured.filter((each) => each.entry.mustRepair === wanted && each.isProposed === isProposed).length;
  return {
    'proposal right': count('y', true) + count('n', false),
    'proposal missed': count('y', false),
    'proposal needless': count('n', true),
  };
}
