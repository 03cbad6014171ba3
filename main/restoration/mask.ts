import {
  AT_THRESHOLD,
  acceptAt,
  type DetectionSettings,
  type Evidence,
  EvidenceMask,
  forEachPiece,
  STEPS_PER_LOGIT,
} from '../../document/evidence';
import type { DamageMap } from './damage';
import { spareFeatures } from './features';
import { addInfrared } from './infrared';
import type { Rect } from './raster';
import { mistrustWidePlaces } from './wide';

/** How the detected damage becomes a mask; the settings of a repair step. */
export interface MaskSettings extends DetectionSettings {
  /** If false, writing counts as damage; true by default. */
  readonly keepWriting?: boolean;
  /** If false, what an infrared picture shows does not count; true by default. */
  readonly infrared?: boolean;
}

/** The pixels to fill, in the coordinates of a picture of the given size. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /**
   * Fills `out` with `rect.width * rect.height` values: 0 outside the mask, up to 255 for pixels that are fully
   * replaced. The rectangle must be inside the picture. Reading in pieces gives the same as reading in whole.
   */
  read(rect: Rect, out: Uint8Array): void;
  /** Whether any pixel of the rectangle is in the mask. */
  any(rect: Rect): boolean;
  /** Share of the picture inside the mask, 0..1. */
  coverage(): number;
}

/**
 * A single blob that covers more than this share of the picture counts as part of the scene: a flower, a bow, a bright
 * leaf. Such a detector recognises specks; larger stains are left to the user.
 */
const LARGEST_BLOB = 0.0003;
/** The limit is at least this many pixels of the damage map, so that small scans keep their specks. */
const LARGEST_BLOB_PIXELS = 40;
/** Upper bound of a card's limits for pieces, in logits. Evidence only covers eight logits in each direction. */
const MOST_PIECE_LOGITS = 4;
/** A piece this close to the picture's border may be the edge of the print. As a share of the short side. */
const BORDER_BAND = 0.02;
/** At least this share of the pixels of such an edge lies in that band. */
const BORDER_SHARE = 0.7;
/** Such an edge has at least this length, as a share of the border's length. A shorter piece is damage. */
const BORDER_LENGTH = 0.25;

/**
 * The mask of a damage map for a picture of `frame`'s size: the photo itself, its preview or any other scale of it. A
 * higher sensitivity never removes a pixel. Needs memory only for the map, whatever the size of the frame.
 */
export function createMask(
  map: DamageMap,
  settings: MaskSettings,
  frame: { readonly width: number; readonly height: number },
): Mask {
  const evidence = evidenceOf(map, settings);
  return new EvidenceMask(evidence, acceptAt(evidence, settings.sensitivity), settings.grow, frame);
}

/** The proposal counts pieces of lines above this, in logits. They are narrower than those of a mask. */
const PIECE_LOGITS = -0.4;
/**
 * Creases and tears start at the edge of a print, so a piece that reaches this band needs less evidence. As a share of
 * the short side.
 */
const EDGE_BAND = 0.02;
/** Certainty of its core, in logits, from which a piece counts: one that reaches the edge, and one inside. */
const EDGE_CORE_LOGITS = 2;
const INSIDE_CORE_LOGITS = 3.4;
/** Mean, in logits, from which a piece inside is certain. Braid, bows and cords look like scratches only in places. */
const CERTAIN_MEAN_LOGITS = 1.7;
/** Mean, in logits, from which a piece inside is likely. */
const LIKELY_MEAN_LOGITS = 1.1;

/** Damaged shares of a picture, 0..1. */
export interface DamageShares {
  /** Findings that can hardly be anything but damage. */
  certain: number;
  /** The certain findings, and those that are probably damage. */
  likely: number;
}

/**
 * The basis for proposing a repair with a detector that only recognises specks: its lines. A mask holds more, because
 * in a photo that is certainly damaged the less certain pieces are likely to be damage too.
 */
export function damageShares(map: DamageMap): DamageShares {
  const { width, height } = map;
  evidenceOf(map);
  const plane = judged(map).lines;
  if (plane === null) throw new RangeError('Only for a detector of lines and blobs.');
  const level = AT_THRESHOLD + PIECE_LOGITS * STEPS_PER_LOGIT;
  const band = Math.max(2, EDGE_BAND * Math.min(width, height));
  let certain = 0;
  let likely = 0;
  forEachPiece(plane, width, height, level, (piece) => {
    let core = 0;
    let sum = 0;
    let isAtEdge = false;
    for (const index of piece) {
      const x = index % width;
      const y = (index - x) / width;
      core = Math.max(core, plane[index]!);
      sum += plane[index]!;
      isAtEdge ||= Math.min(x, y, width - 1 - x, height - 1 - y) < band;
    }
    const coreLogits = (core - AT_THRESHOLD) / STEPS_PER_LOGIT;
    if (coreLogits < (isAtEdge ? EDGE_CORE_LOGITS : INSIDE_CORE_LOGITS)) return;
    const meanLogits = (sum / piece.length - AT_THRESHOLD) / STEPS_PER_LOGIT;
    if (isAtEdge || meanLogits >= CERTAIN_MEAN_LOGITS) certain += piece.length;
    if (isAtEdge || meanLogits >= LIKELY_MEAN_LOGITS) likely += piece.length;
  });
  const pixels = width * height;
  return { certain: certain / pixels, likely: likely / pixels };
}

/** What follows from a damage map. Each is computed when it is wanted first. */
interface Judged {
  /** Evidence by whether writing is kept, and by strictness. */
  evidence: Map<string, Evidence>;
  /** Evidence of lines only, of a detector that recognises only specks. */
  lines: Uint8Array | null;
  /** Share of the picture that is writing left alone, 0..1; null: not known yet. */
  writing: number | null;
}

const judgements = new WeakMap<DamageMap, Judged>();

function judged(map: DamageMap): Judged {
  let known = judgements.get(map);
  if (!known) {
    known = { evidence: new Map(), lines: null, writing: null };
    judgements.set(map, known);
  }
  return known;
}

/** Evidence of a detector of lines and blobs. Large blobs, and pieces along the border, count as part of the scene. */
function judgeSpecks(map: DamageMap, infrared: boolean): Evidence {
  const lines = lookUp(map.lines, evidenceTable(map.thresholds.lines));
  const specks = specksOf(map);
  const plane = combine(lines, specks);
  const kinds = specks.map((speck, i) => (speck > lines[i]! ? 1 : 0));
  rejectBorder(map, lines);
  rejectBorder(map, plane);
  Object.assign(judged(map), { lines, writing: 0 });
  return asEvidence(map, plane, kinds, infrared);
}

/**
 * Evidence of a detector of lines, areas, losses and writing: the strongest kind of damage at each pixel. Writing that is at
 * least as certain is no damage, or the strongest of it if it is not kept. In wide places, on eyes and on mouths damage has to
 * be more certain. It does not depend on the sensitivity, so a higher one never removes a pixel.
 */
function judgeAll(map: DamageMap, keepWriting: boolean, strictness: number, infrared: boolean): Evidence {
  const plane = new Uint8Array(map.width * map.height);
  const kinds = new Uint8Array(plane.length);
  for (const [index, kind] of (['lines', 'areas', 'losses'] as const).entries()) {
    const table = evidenceTable(map.thresholds[kind]);
    const values = map[kind];
    for (let i = 0; i < values.length; i++) {
      const damage = table[values[i]!]!;
      if (damage <= plane[i]!) continue;
      plane[i] = damage;
      kinds[i] = index;
    }
  }
  const table = evidenceTable(map.thresholds.writing);
  let written = 0;
  for (let i = 0; i < map.writing.length; i++) {
    const ink = table[map.writing[i]!]!;
    if (ink < AT_THRESHOLD || ink < plane[i]!) continue;
    plane[i] = keepWriting ? 0 : ink;
    written++;
  }
  judged(map).writing = written / plane.length;
  makeStricter(plane, strictness);
  mistrustWidePlaces(plane, map, strictness, map.faces ?? []);
  if (map.faces !== null) spareFeatures(plane, map, map.faces);
  return asEvidence(map, plane, kinds, infrared);
}

/** Lowers evidence by this many logits; where there is none, there is none afterwards. */
function makeStricter(plane: Uint8Array, logits: number): void {
  const lower = Math.round(STEPS_PER_LOGIT * logits);
  if (lower === 0) return;
  for (let i = 0; i < plane.length; i++) if (plane[i] !== 0) plane[i] = clamp(plane[i]! - lower, 1, 255);
}

function asEvidence(
  { width, height, fullWidth, fullHeight, pieces, infrared }: DamageMap,
  plane: Uint8Array,
  kinds: Uint8Array,
  withInfrared: boolean,
): Evidence {
  const steps = (logits: number) => Math.round(STEPS_PER_LOGIT * clamp(logits, 0, MOST_PIECE_LOGITS));
  const rules = { smallest: pieces.smallest, seed: steps(pieces.seedLogits), flank: steps(pieces.flankLogits) };
  // What infrared shows is no part of the scene, so no rule about that holds for it.
  if (withInfrared && infrared) addInfrared(infrared, { width, height, plane, kinds }, rules);
  return { width, height, fullWidth, fullHeight, plane, kinds, rules };
}

/**
 * Share of the picture, 0..1, that the detector takes for writing (ink, pencil, captions, stamps). Masks of detected
 * damage leave it out. 0 for a detector without a plane for writing.
 */
export function writingLeft(map: DamageMap): number {
  if (judged(map).writing === null) evidenceOf(map);
  return judged(map).writing!;
}

/**
 * The evidence of a damage map from which masks are made; with writing as damage if it is not kept, and without what infrared shows if
 * that is not wanted. `strictness`: by how much the
 * thresholds are raised, in logits, if not by as much as the photo asks for.
 */
export function evidenceOf(
  map: DamageMap,
  { keepWriting = true, infrared = true }: Pick<MaskSettings, 'keepWriting' | 'infrared'> = {},
  strictness = map.strictness,
): Evidence {
  const { evidence } = judged(map);
  const key = map.linesAndBlobsOnly ? `${infrared}` : `${keepWriting} ${strictness} ${infrared}`;
  let known = evidence.get(key);
  if (!known) {
    known = map.linesAndBlobsOnly ? judgeSpecks(map, infrared) : judgeAll(map, keepWriting, strictness, infrared);
    evidence.set(key, known);
  }
  return known;
}

/** Evidence for each probability byte, for one threshold. */
function evidenceTable(threshold: number): Uint8Array {
  const table = new Uint8Array(256);
  for (let p = 0; p < 256; p++) {
    const logits = logit(p / 255) - logit(threshold);
    table[p] = clamp(Math.round(AT_THRESHOLD + STEPS_PER_LOGIT * logits), 0, 255);
  }
  return table;
}

function logit(p: number): number {
  const safe = clamp(p, 1 / 512, 1 - 1 / 512);
  return Math.log(safe / (1 - safe));
}

/**
 * Evidence of the blobs that are small enough. Uses the card's threshold and not the sensitivity, so that a higher
 * sensitivity never removes a pixel.
 */
function specksOf(map: DamageMap): Uint8Array {
  const { width, height } = map;
  const largest = Math.max(LARGEST_BLOB_PIXELS, LARGEST_BLOB * width * height);
  const table = evidenceTable(map.thresholds.areas);
  const specks = lookUp(map.areas, table);
  const plane = specks.slice();
  forEachPiece(specks, width, height, AT_THRESHOLD, (piece) => {
    if (piece.length > largest) erase(plane, width, height, piece);
  });
  return plane;
}

/** The stronger of the two kinds of damage at each pixel. */
function combine(lines: Uint8Array, specks: Uint8Array): Uint8Array {
  const both = specks.slice();
  for (let i = 0; i < both.length; i++) if (lines[i]! > both[i]!) both[i] = lines[i]!;
  return both;
}

/** Evidence for every probability. A plain loop, because `map` costs four times as much for two million pixels. */
function lookUp(probabilities: Uint8Array, table: Uint8Array): Uint8Array {
  const evidence = new Uint8Array(probabilities.length);
  for (let i = 0; i < evidence.length; i++) evidence[i] = table[probabilities[i]!]!;
  return evidence;
}

/** Removes the edge of the print. Like the specks, it does not depend on the sensitivity. */
function rejectBorder(map: DamageMap, plane: Uint8Array): void {
  const { width, height } = map;
  const band = Math.max(2, BORDER_BAND * Math.min(width, height));
  forEachPiece(plane, width, height, AT_THRESHOLD, (piece) => {
    if (followsBorder(piece, width, height, band)) erase(plane, width, height, piece);
  });
}

function followsBorder(piece: Int32Array, width: number, height: number, band: number): boolean {
  let near = 0;
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (const index of piece) {
    const x = index % width;
    const y = (index - x) / width;
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < band) near++;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const long = right - left >= BORDER_LENGTH * width || bottom - top >= BORDER_LENGTH * height;
  return long && near >= BORDER_SHARE * piece.length;
}

/** Clears a piece and its soft rim of three pixels. */
function erase(plane: Uint8Array, width: number, height: number, piece: Int32Array): void {
  for (const index of piece) {
    const x = index % width;
    const y = (index - x) / width;
    for (let row = Math.max(0, y - 3); row <= Math.min(height - 1, y + 3); row++) {
      plane.fill(0, row * width + Math.max(0, x - 3), row * width + Math.min(width, x + 4));
    }
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
