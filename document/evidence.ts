import { clamp, type Rect, type Size } from './geometry';
import { dilate } from './spread';

/**
 * How certain the detector is, at its working resolution, one byte per pixel in rows without padding: log-odds relative to
 * the threshold of the detector's card, in sixteenths; {@link AT_THRESHOLD} is the threshold. Writing is already removed,
 * and so is what a detector of specks takes for damage at the edge of a print or in large blobs.
 */
export interface Evidence {
  readonly width: number;
  readonly height: number;
  /** Size of the full-size photo in pixels. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  readonly plane: Uint8Array;
  /** The kind of damage at each pixel: 0 a line, 1 an area, 2 a loss, 3 dust that infrared shows. Undefined if it is unknown. */
  readonly kinds?: Uint8Array;
  /** Which pieces count; {@link USUAL_RULES} by default. */
  readonly rules?: PieceRules;
}

/** Which connected pieces of evidence count as damage. Integers, so that page and engine agree to the pixel. */
export interface PieceRules {
  /** Smaller pieces count as grain. In pixels of the evidence. */
  readonly smallest: number;
  /** A piece counts only if at least one of its pixels is this far above the threshold, in steps of evidence. */
  readonly seed: number;
  /** The other pixels of such a piece count down to this far below the threshold, in steps of evidence. */
  readonly flank: number;
}

/** How evidence becomes a mask; the settings of a repair step. */
export interface DetectionSettings {
  /** 0: only certain damage; 0.5: the thresholds of the detector's card; 1: everything suspicious. */
  readonly sensitivity: number;
  /** Grows the mask by this many pixels of the full-size photo on each side, 0..32. */
  readonly grow: number;
}

export const AT_THRESHOLD = 128;
export const STEPS_PER_LOGIT = 16;
/** Full sensitivity lowers the thresholds by this many logits; sensitivity 0 raises them as far. */
const SENSITIVITY_SPAN = 1.25;
/** At least one pixel of a piece is one logit above the threshold; the others reach down to one logit below it. */
export const USUAL_RULES: PieceRules = { smallest: 4, seed: STEPS_PER_LOGIT, flank: STEPS_PER_LOGIT };
/** Edge, in pixels of the evidence, of the cells that remember whether they hold anything. */
const CELL = 16;
/** Edge in pixels of the blocks in which a mask is evaluated. Most are empty and cost nothing. */
const BLOCK = 64;

/**
 * Evidence at one sensitivity, or a window of it. It is zero outside accepted pieces. A pixel with at least `level` is damaged.
 */
export interface Accepted {
  readonly plane: Uint8Array;
  readonly level: number;
  /** The part of the evidence that `plane` holds; the rest is empty. */
  readonly window: Rect;
  /** 1 if a cell of {@link CELL} pixels holds a value of at least `level`; null: only the window is known. */
  readonly cells: Uint8Array | null;
}

/** Four sizes and three rules. */
const HEADER_BYTES = 28;

/**
 * Four sizes and the rules as 32-bit numbers, lowest byte first, then the plane, and the kinds if they are known; all zero
 * where there is no detector.
 */
export function packEvidence(evidence: Evidence | null): Uint8Array {
  const { plane = new Uint8Array(0), kinds = new Uint8Array(0) } = evidence ?? {};
  const bytes = new Uint8Array(HEADER_BYTES + plane.length + kinds.length);
  if (evidence === null) return bytes;
  const header = new DataView(bytes.buffer);
  const { width, height, fullWidth, fullHeight, rules = USUAL_RULES } = evidence;
  const numbers = [width, height, fullWidth, fullHeight, rules.smallest, rules.seed, rules.flank];
  for (const [i, number] of numbers.entries()) header.setUint32(4 * i, number, true);
  bytes.set(plane, HEADER_BYTES);
  bytes.set(kinds, HEADER_BYTES + plane.length);
  return bytes;
}

/** Reads what {@link packEvidence} wrote. Throws a RangeError if the bytes are something else. */
export function unpackEvidence(bytes: Uint8Array): Evidence | null {
  if (bytes.length < HEADER_BYTES) throw new RangeError('too short for evidence');
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (index: number) => header.getUint32(4 * index, true);
  const [width, height] = [number(0), number(1)];
  const planes = [0, 1, 2].find((count) => HEADER_BYTES + count * width * height === bytes.length);
  if (planes === undefined || (planes === 0 && width > 0)) throw new RangeError('not as long as it says');
  if (width === 0) return null;
  const rules = { smallest: number(4), seed: number(5), flank: number(6) };
  const plane = bytes.subarray(HEADER_BYTES, HEADER_BYTES + width * height);
  const kinds = planes === 2 ? bytes.subarray(HEADER_BYTES + width * height) : undefined;
  return { width, height, fullWidth: number(2), fullHeight: number(3), plane, ...(kinds && { kinds }), rules };
}

/** A connected piece of damage. */
export interface Piece {
  /** Indices of its pixels in the evidence. */
  readonly pixels: Int32Array;
  /** Where it lies in the evidence. */
  readonly bounds: Rect;
}

const caches = new WeakMap<Evidence, Map<number, Accepted>>();

/** The evidence that counts as damage at a sensitivity. A higher sensitivity never removes a pixel. */
export function acceptAt(evidence: Evidence, sensitivity: number): Accepted {
  const { flank } = evidence.rules ?? USUAL_RULES;
  // 0 means no damage and must never count.
  const level = Math.max(
    1,
    Math.round(AT_THRESHOLD - flank - STEPS_PER_LOGIT * SENSITIVITY_SPAN * (2 * sensitivity - 1)),
  );
  let recent = caches.get(evidence);
  if (!recent) {
    recent = new Map();
    caches.set(evidence, recent);
  }
  const known = recent.get(level);
  if (known) return known;
  const accepted = accept(evidence, level);
  if (recent.size >= 4) recent.delete(recent.keys().next().value!);
  recent.set(level, accepted);
  return accepted;
}

/** Keeps pieces that are large and certain enough, with one pixel around them for the interpolation. */
function accept({ plane: evidence, width, height, rules = USUAL_RULES }: Evidence, level: number): Accepted {
  const plane = new Uint8Array(evidence.length);
  const columns = Math.ceil(width / CELL);
  const cells = new Uint8Array(columns * Math.ceil(height / CELL));
  const seed = Math.min(254, level + rules.flank + rules.seed);
  forEachPiece(evidence, width, height, level, (piece) => {
    if (piece.length < rules.smallest || !piece.some((index) => evidence[index]! >= seed)) return;
    for (const index of piece) {
      const x = index % width;
      const y = (index - x) / width;
      cells[Math.floor(y / CELL) * columns + Math.floor(x / CELL)] = 1;
      const left = Math.max(0, x - 1);
      const right = Math.min(width, x + 2);
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let i = row * width + left; i < row * width + right; i++) plane[i] = evidence[i]!;
      }
    }
  });
  return { plane, level, cells, window: { x: 0, y: 0, width, height } };
}

/** How far from a click a piece is searched for, in pixels of the evidence. */
const CLICK_REACH = 6;

/**
 * The accepted piece at a point of the full-size photo, or the nearest one within a few pixels of it; null if there
 * is none.
 */
export function pieceAt(evidence: Evidence, accepted: Accepted, x: number, y: number): Piece | null {
  const { width, height } = evidence;
  const column = clamp(Math.floor((x * width) / evidence.fullWidth), 0, width - 1);
  const row = clamp(Math.floor((y * height) / evidence.fullHeight), 0, height - 1);
  let start = -1;
  let nearest = (CLICK_REACH + 1) ** 2;
  for (let v = Math.max(0, row - CLICK_REACH); v <= Math.min(height - 1, row + CLICK_REACH); v++) {
    for (let u = Math.max(0, column - CLICK_REACH); u <= Math.min(width - 1, column + CLICK_REACH); u++) {
      const distance = (u - column) ** 2 + (v - row) ** 2;
      if (distance < nearest && accepted.plane[v * width + u]! >= accepted.level) {
        nearest = distance;
        start = v * width + u;
      }
    }
  }
  if (start < 0) return null;
  const pixels = floodFill(accepted.plane, width, height, accepted.level, start);
  return { pixels, bounds: boundsOf(pixels, width) };
}

/** The smallest rectangle around pixels, given by their indices in rows of `width`. */
export function boundsOf(pixels: Int32Array, width: number): Rect {
  let [left, right, top, bottom] = [width, 0, Number.POSITIVE_INFINITY, 0];
  for (const index of pixels) {
    const u = index % width;
    const v = (index - u) / width;
    left = Math.min(left, u);
    right = Math.max(right, u);
    top = Math.min(top, v);
    bottom = Math.max(bottom, v);
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** One piece, and its surroundings without it and without other `removed` pieces. */
export function isolate(
  evidence: Evidence,
  accepted: Accepted,
  piece: Piece,
  removed: readonly Piece[],
  grow: number,
): { piece: Accepted; others: Accepted } {
  const { width, height, fullWidth } = evidence;
  // Twice as far as the piece grows: other pieces grow into that area too.
  const margin = 3 + Math.ceil((2 * grow * width) / fullWidth);
  const left = Math.max(0, piece.bounds.x - margin);
  const top = Math.max(0, piece.bounds.y - margin);
  const window: Rect = {
    x: left,
    y: top,
    width: Math.min(width, piece.bounds.x + piece.bounds.width + margin) - left,
    height: Math.min(height, piece.bounds.y + piece.bounds.height + margin) - top,
  };
  const alone = new Uint8Array(window.width * window.height);
  const others = new Uint8Array(window.width * window.height);
  for (let y = 0; y < window.height; y++) {
    const from = (window.y + y) * width + window.x;
    others.set(accepted.plane.subarray(from, from + window.width), y * window.width);
  }
  const { level } = accepted;
  for (const index of piece.pixels) {
    const u = index % width;
    const v = (index - u) / width;
    // With one pixel around the piece, as in `accept`. Pixels there that count belong to the piece as well.
    for (let row = Math.max(0, v - 1); row <= Math.min(height - 1, v + 1); row++) {
      for (let column = Math.max(0, u - 1); column <= Math.min(width - 1, u + 1); column++) {
        alone[(row - window.y) * window.width + column - window.x] = accepted.plane[row * width + column]!;
      }
    }
  }
  for (const { pixels } of [piece, ...removed]) {
    for (const index of pixels) {
      const u = (index % width) - window.x;
      const v = Math.floor(index / width) - window.y;
      if (u >= 0 && v >= 0 && u < window.width && v < window.height) others[v * window.width + u] = 0;
    }
  }
  return {
    piece: { plane: alone, level, window, cells: null },
    others: { plane: others, level, window, cells: null },
  };
}

/** Accepted evidence as a mask, in the pixels of a picture of any size. */
export class EvidenceMask {
  readonly width: number;
  readonly height: number;
  private readonly radius: number;
  /** Pixels of the evidence per pixel of the frame. */
  private readonly scaleX: number;
  private readonly scaleY: number;

  constructor(
    private readonly map: Omit<Evidence, 'plane'>,
    private readonly accepted: Accepted,
    private readonly grow: number,
    frame: Size,
  ) {
    this.width = frame.width;
    this.height = frame.height;
    this.radius = (grow * frame.width) / map.fullWidth;
    this.scaleX = map.width / frame.width;
    this.scaleY = map.height / frame.height;
  }

  /** The area that the mask can touch, in pixels of the frame. It may reach outside the frame. */
  bounds(): Rect {
    const { window } = this.accepted;
    const reach = Math.floor(this.radius);
    const x = Math.floor((window.x - 1) / this.scaleX) - reach;
    const y = Math.floor((window.y - 1) / this.scaleY) - reach;
    return {
      x,
      y,
      width: Math.ceil((window.x + window.width + 1) / this.scaleX) + reach - x,
      height: Math.ceil((window.y + window.height + 1) / this.scaleY) + reach - y,
    };
  }

  /** Fills `out` with 255 inside the mask and 0 outside. The rectangle must lie inside the frame. */
  read(rect: Rect, out: Uint8Array): void {
    out.fill(0, 0, rect.width * rect.height);
    this.forEachBlock(rect, (block, values) => {
      for (let row = 0; row < block.height; row++) {
        const target = (block.y - rect.y + row) * rect.width + block.x - rect.x;
        out.set(values.subarray(row * block.width, (row + 1) * block.width), target);
      }
      return true;
    });
  }

  /** Whether any pixel of the rectangle is in the mask. */
  any(rect: Rect): boolean {
    // If there is damage, mostly one of the first blocks has some.
    return !this.forEachBlock(rect, (_, values) => !values.includes(255));
  }

  /** Share of the picture inside the mask, 0..1, counted at the resolution of the evidence. */
  coverage(): number {
    const { map } = this;
    const whole = new EvidenceMask(map, this.accepted, this.grow, map);
    const strip = new Uint8Array(map.width * 64);
    let count = 0;
    for (let y = 0; y < map.height; y += 64) {
      const height = Math.min(64, map.height - y);
      whole.read({ x: 0, y, width: map.width, height }, strip);
      for (let i = 0; i < map.width * height; i++) if (strip[i] !== 0) count++;
    }
    return count / (map.width * map.height);
  }

  /** False if the rectangle is certainly empty. */
  mayHold(rect: Rect): boolean {
    const { window, cells } = this.accepted;
    const reach = Math.floor(this.radius);
    // Two pixels of margin cover interpolation and the rounding of the cells.
    const x0 = (rect.x - reach) * this.scaleX - 2;
    const y0 = (rect.y - reach) * this.scaleY - 2;
    const x1 = (rect.x + rect.width + reach) * this.scaleX + 2;
    const y1 = (rect.y + rect.height + reach) * this.scaleY + 2;
    if (x1 < window.x || y1 < window.y || x0 > window.x + window.width || y0 > window.y + window.height) return false;
    if (cells === null) return true;
    const columns = Math.ceil(this.map.width / CELL);
    const rows = Math.ceil(this.map.height / CELL);
    const left = Math.max(0, Math.floor(x0 / CELL));
    const top = Math.max(0, Math.floor(y0 / CELL));
    const right = Math.min(columns - 1, Math.floor(x1 / CELL));
    const bottom = Math.min(rows - 1, Math.floor(y1 / CELL));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        if (cells[row * columns + column] !== 0) return true;
      }
    }
    return false;
  }

  /**
   * Calls `visit` with the values of each block of a rectangle that may hold something, until it returns false. The values
   * are valid until the next block. Returns false if it was stopped.
   */
  private forEachBlock(rect: Rect, visit: (block: Rect, values: Uint8Array) => boolean): boolean {
    if (!this.mayHold(rect)) return true;
    // A block is read with its surroundings, which should not be larger than the block.
    const edge = Math.max(BLOCK, 4 * Math.floor(this.radius));
    const buffer = new Uint8Array(Math.min(edge, rect.width) * Math.min(edge, rect.height));
    for (let y = rect.y; y < rect.y + rect.height; y += edge) {
      for (let x = rect.x; x < rect.x + rect.width; x += edge) {
        const block = {
          x,
          y,
          width: Math.min(edge, rect.x + rect.width - x),
          height: Math.min(edge, rect.y + rect.height - y),
        };
        if (!this.mayHold(block)) continue;
        const values = buffer.subarray(0, block.width * block.height);
        this.readBlock(block, values);
        if (!visit(block, values)) return false;
      }
    }
    return true;
  }

  private readBlock(rect: Rect, out: Uint8Array): void {
    const reach = Math.floor(this.radius);
    if (reach === 0) {
      this.threshold(rect, out);
      return;
    }
    const x = Math.max(0, rect.x - reach);
    const y = Math.max(0, rect.y - reach);
    const outer = {
      x,
      y,
      width: Math.min(this.width, rect.x + rect.width + reach) - x,
      height: Math.min(this.height, rect.y + rect.height + reach) - y,
    };
    const core = new Uint8Array(outer.width * outer.height);
    this.threshold(outer, core);
    dilate(core, outer, this.radius, rect, out);
  }

  /** The mask before growing. */
  private threshold(rect: Rect, out: Uint8Array): void {
    if (this.scaleX > 1 || this.scaleY > 1) this.thresholdCoarse(rect, out);
    else this.thresholdFine(rect, out);
  }

  /** For a frame finer than the evidence: interpolation gives smooth edges. */
  private thresholdFine(rect: Rect, out: Uint8Array): void {
    const { map } = this;
    const { plane, level, window } = this.accepted;
    const columns = new Int32Array(rect.width);
    const weights = new Float32Array(rect.width);
    // The columns of the rectangle that meet the window.
    let first = rect.width;
    let last = 0;
    for (let x = 0; x < rect.width; x++) {
      const u = clamp((rect.x + x + 0.5) * this.scaleX - 0.5, 0, map.width - 1);
      const column = Math.min(Math.floor(u), Math.max(0, map.width - 2));
      columns[x] = column - window.x;
      weights[x] = u - column;
      if (column >= window.x && column + 1 < window.x + window.width) {
        first = Math.min(first, x);
        last = x + 1;
      }
    }
    const right = map.width > 1 ? 1 : 0;
    if (map.width === 1) {
      first = 0;
      last = rect.width;
    }
    for (let y = 0; y < rect.height; y++) {
      const v = clamp((rect.y + y + 0.5) * this.scaleY - 0.5, 0, map.height - 1);
      const row = Math.min(Math.floor(v), Math.max(0, map.height - 2));
      const weight = v - row;
      const target = y * rect.width;
      const below = map.height > 1 ? 1 : 0;
      if (row < window.y || row + below >= window.y + window.height || first >= last) {
        out.fill(0, target, target + rect.width);
        continue;
      }
      const upper = (row - window.y) * window.width;
      const lower = upper + below * window.width;
      out.fill(0, target, target + first);
      out.fill(0, target + last, target + rect.width);
      for (let x = first; x < last; x++) {
        const column = columns[x]!;
        const w = weights[x]!;
        const high = plane[upper + column]! * (1 - w) + plane[upper + column + right]! * w;
        const low = plane[lower + column]! * (1 - w) + plane[lower + column + right]! * w;
        out[target + x] = high * (1 - weight) + low * weight >= level ? 255 : 0;
      }
    }
  }

  /** For a coarser frame: a pixel is masked if any evidence pixel centred in it is, so that no hairline is lost. */
  private thresholdCoarse(rect: Rect, out: Uint8Array): void {
    const { map } = this;
    const { plane, level, window } = this.accepted;
    const lefts = new Int32Array(rect.width);
    const rights = new Int32Array(rect.width);
    for (let x = 0; x < rect.width; x++) {
      const [left, right] = footprint(rect.x + x, this.scaleX, map.width);
      lefts[x] = Math.max(left, window.x);
      rights[x] = Math.min(right, window.x + window.width);
    }
    for (let y = 0; y < rect.height; y++) {
      const [top, bottom] = footprint(rect.y + y, this.scaleY, map.height);
      const first = Math.max(top, window.y);
      const end = Math.min(bottom, window.y + window.height);
      for (let x = 0; x < rect.width; x++) {
        let found = 0;
        for (let row = first; row < end && found === 0; row++) {
          const start = (row - window.y) * window.width - window.x;
          for (let column = lefts[x]!; column < rights[x]!; column++) {
            if (plane[start + column]! >= level) found = 255;
          }
        }
        out[y * rect.width + x] = found;
      }
    }
  }
}

/** The pixels [from, to) of the evidence whose centres lie in a frame pixel, at least the nearest one. */
function footprint(index: number, scale: number, size: number): [number, number] {
  const from = Math.min(size - 1, Math.ceil(index * scale - 0.5));
  return [from, Math.max(from + 1, Math.min(size, Math.ceil((index + 1) * scale - 0.5)))];
}

/** Calls `visit` with the indices of each 8-connected piece of values of at least `level`. */
export function forEachPiece(
  values: Uint8Array,
  width: number,
  height: number,
  level: number,
  visit: (piece: Int32Array) => void,
): void {
  const seen = new Uint8Array(values.length);
  for (let start = 0; start < values.length; start++) {
    if (values[start]! < level || seen[start] !== 0) continue;
    visit(floodFill(values, width, height, level, start, seen));
  }
}

let queue = new Int32Array(1024);

/** The 8-connected piece that a pixel belongs to. If `seen` is given, the result is valid until the next call. */
function floodFill(
  values: Uint8Array,
  width: number,
  height: number,
  level: number,
  start: number,
  seen?: Uint8Array,
): Int32Array {
  const visited = seen ?? new Uint8Array(values.length);
  let count = 1;
  queue[0] = start;
  visited[start] = 1;
  for (let next = 0; next < count; next++) {
    const index = queue[next]!;
    const x = index % width;
    const y = (index - x) / width;
    if (count + 8 > queue.length) {
      const larger = new Int32Array(queue.length * 2);
      larger.set(queue);
      queue = larger;
    }
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const neighbour = row * width + column;
        if (visited[neighbour] === 0 && values[neighbour]! >= level) {
          visited[neighbour] = 1;
          queue[count++] = neighbour;
        }
      }
    }
  }
  return seen ? queue.subarray(0, count) : queue.slice(0, count);
}
