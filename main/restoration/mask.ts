import type { DamageMap } from './damage';
import type { Rect } from './raster';

/** How the detected damage becomes a mask; the settings of a repair step. */
export interface MaskSettings {
  /** 0 only the certain, 0.5 the thresholds of the detector's card, 1 everything suspect. */
  sensitivity: number;
  /** Grows the mask by this many pixels of the full-size photo on each side, 0..32. */
  grow: number;
}

/** The pixels to be filled, in the coordinates of a picture of the given size. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /**
   * Fills `out` with `rect.width * rect.height` values, 255 inside the mask and 0 outside. The rectangle must lie
   * inside the picture. Reading in pieces gives what reading the whole gives.
   */
  read(rect: Rect, out: Uint8Array): void;
  /** Whether any pixel of the rectangle is in the mask. */
  any(rect: Rect): boolean;
  /** Share of the picture inside the mask, 0..1, counted at the resolution of the damage map. */
  coverage(): number;
}

/** Evidence is kept as one byte: the log-odds above the card's threshold, in sixteenths, 128 at the threshold. */
const AT_THRESHOLD = 128;
const STEPS_PER_LOGIT = 16;
/** Full sensitivity lowers the thresholds by this many logits; sensitivity 0 raises them as far. */
const SENSITIVITY_SPAN = 1.25;
/**
 * A piece of damage counts only where at least one of its pixels is more certain than the threshold by this much ...
 */
const SEED_LOGITS = 2;
/** ... and then its flanks count down to this much below the threshold. */
const FLANK_LOGITS = 0.4;
/** Smaller pieces are taken for grain, in pixels of the damage map. */
const SMALLEST_PIECE = 4;
/**
 * A single blob that covers more of the picture is taken for part of the scene: a flower, a bow, a bright leaf. Specks
 * are what a detector tells apart from that; larger stains are left to a person's own eye.
 */
const LARGEST_BLOB = 0.0003;
/** Never fewer pixels of the damage map than these, so that small scans keep their specks. */
const LARGEST_BLOB_PIXELS = 40;
/** A piece that lies this near the picture's border (share of the short side) ... */
const BORDER_BAND = 0.02;
/** ... with at least this share of its pixels ... */
const BORDER_SHARE = 0.7;
/** ... and is this long (share of the border's length) is the edge of the print and no damage. */
const BORDER_LENGTH = 0.25;

/** Cells of this many map pixels on a side remember whether there is anything in them. */
const CELL = 16;

/** Rows that are evaluated at a time where one hit is enough. */
const STRIP = 32;

/**
 * The mask of a damage map for a picture of `frame`'s size: the photo itself, its preview or any other scale of it.
 * A higher sensitivity never takes a pixel out. Needs memory for the map only, whatever the size of the frame.
 */
export function createMask(
  map: DamageMap,
  settings: MaskSettings,
  frame: { readonly width: number; readonly height: number },
): Mask {
  const evidence = evidenceOf(map);
  return new DamageMask(map, evidence.at(settings.sensitivity), settings.grow, frame.width, frame.height);
}

/** Creases and tears come in from the edge of a print: a piece that reaches this band (share of the short side) ... */
const EDGE_BAND = 0.02;
/** ... is certain as soon as it counts at all; one inside must have a core as certain as this, in logits ... */
const INSIDE_CORE_LOGITS = 3.4;
/** ... and be this certain on the whole, because braid, cords and reins look like scratches in places. */
const INSIDE_MEAN_LOGITS = 1.1;

/**
 * Share of the picture, 0..1, under damage that is hardly anything else: what a proposal to repair is based on. A mask
 * holds more, because in a photo that is certainly damaged the less certain pieces are likely to be damage too.
 */
export function certainDamage(map: DamageMap): number {
  const { width, height } = map;
  const plane = evidenceOf(map).lines;
  const level = AT_THRESHOLD - FLANK_LOGITS * STEPS_PER_LOGIT;
  const band = Math.max(2, EDGE_BAND * Math.min(width, height));
  let count = 0;
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
    const meanLogits = (sum / piece.length - AT_THRESHOLD) / STEPS_PER_LOGIT;
    const isCertain = isAtEdge
      ? coreLogits >= SEED_LOGITS
      : coreLogits >= INSIDE_CORE_LOGITS && meanLogits >= INSIDE_MEAN_LOGITS;
    if (isCertain) count += piece.length;
  });
  return count / (width * height);
}

/** Evidence at one sensitivity: zero away from accepted pieces. A pixel is damaged from `level` on. */
interface Accepted {
  readonly plane: Uint8Array;
  readonly level: number;
  /** 1 where a cell of {@link CELL} map pixels holds a value from `level` on. */
  readonly cells: Uint8Array;
}

class DamageMask implements Mask {
  private readonly radius: number;
  /** Map pixels per frame pixel. */
  private readonly scaleX: number;
  private readonly scaleY: number;

  constructor(
    private readonly map: DamageMap,
    private readonly accepted: Accepted,
    private readonly grow: number,
    readonly width: number,
    readonly height: number,
  ) {
    this.radius = (grow * width) / map.fullWidth;
    this.scaleX = map.width / width;
    this.scaleY = map.height / height;
  }

  read(rect: Rect, out: Uint8Array): void {
    const reach = Math.floor(this.radius);
    if (!this.mayHold(rect, reach)) {
      out.fill(0, 0, rect.width * rect.height);
      return;
    }
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

  any(rect: Rect): boolean {
    if (!this.mayHold(rect, Math.floor(this.radius))) return false;
    // In strips, since where there is damage the first ones mostly tell.
    const strip = new Uint8Array(rect.width * STRIP);
    for (let y = 0; y < rect.height; y += STRIP) {
      const height = Math.min(STRIP, rect.height - y);
      this.read({ x: rect.x, y: rect.y + y, width: rect.width, height }, strip);
      if (strip.subarray(0, rect.width * height).includes(255)) return true;
    }
    return false;
  }

  coverage(): number {
    const { map } = this;
    const whole = new DamageMask(map, this.accepted, this.grow, map.width, map.height);
    const strip = new Uint8Array(map.width * 64);
    let count = 0;
    for (let y = 0; y < map.height; y += 64) {
      const height = Math.min(64, map.height - y);
      whole.read({ x: 0, y, width: map.width, height }, strip);
      for (let i = 0; i < map.width * height; i++) if (strip[i] !== 0) count++;
    }
    return count / (map.width * map.height);
  }

  /** False where the rectangle is certainly empty. */
  private mayHold(rect: Rect, reach: number): boolean {
    const columns = Math.ceil(this.map.width / CELL);
    const rows = Math.ceil(this.map.height / CELL);
    // Two map pixels of margin cover interpolation and the rounding of the cells.
    const left = Math.max(0, Math.floor(((rect.x - reach) * this.scaleX - 2) / CELL));
    const top = Math.max(0, Math.floor(((rect.y - reach) * this.scaleY - 2) / CELL));
    const right = Math.min(columns - 1, Math.floor(((rect.x + rect.width + reach) * this.scaleX + 2) / CELL));
    const bottom = Math.min(rows - 1, Math.floor(((rect.y + rect.height + reach) * this.scaleY + 2) / CELL));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        if (this.accepted.cells[row * columns + column] !== 0) return true;
      }
    }
    return false;
  }

  /** The mask before growing. */
  private threshold(rect: Rect, out: Uint8Array): void {
    if (this.scaleX > 1 || this.scaleY > 1) this.thresholdCoarse(rect, out);
    else this.thresholdFine(rect, out);
  }

  /** The frame is finer than the map: interpolated evidence gives smooth edges. */
  private thresholdFine(rect: Rect, out: Uint8Array): void {
    const { map } = this;
    const { plane, level } = this.accepted;
    const columns = new Int32Array(rect.width);
    const weights = new Float32Array(rect.width);
    for (let x = 0; x < rect.width; x++) {
      const u = clamp((rect.x + x + 0.5) * this.scaleX - 0.5, 0, map.width - 1);
      columns[x] = Math.min(Math.floor(u), Math.max(0, map.width - 2));
      weights[x] = u - columns[x]!;
    }
    const right = map.width > 1 ? 1 : 0;
    for (let y = 0; y < rect.height; y++) {
      const v = clamp((rect.y + y + 0.5) * this.scaleY - 0.5, 0, map.height - 1);
      const row = Math.min(Math.floor(v), Math.max(0, map.height - 2));
      const weight = v - row;
      const upper = row * map.width;
      const lower = map.height > 1 ? upper + map.width : upper;
      const target = y * rect.width;
      for (let x = 0; x < rect.width; x++) {
        const column = columns[x]!;
        const w = weights[x]!;
        const above = plane[upper + column]! * (1 - w) + plane[upper + column + right]! * w;
        const below = plane[lower + column]! * (1 - w) + plane[lower + column + right]! * w;
        out[target + x] = above * (1 - weight) + below * weight >= level ? 255 : 0;
      }
    }
  }

  /** The frame is coarser than the map: a pixel is masked where any map pixel centred in it is, so that no hairline falls between. */
  private thresholdCoarse(rect: Rect, out: Uint8Array): void {
    const { map } = this;
    const { plane, level } = this.accepted;
    for (let y = 0; y < rect.height; y++) {
      const [top, bottom] = footprint(rect.y + y, this.scaleY, map.height);
      for (let x = 0; x < rect.width; x++) {
        const [left, right] = footprint(rect.x + x, this.scaleX, map.width);
        let found = 0;
        for (let row = top; row < bottom && found === 0; row++) {
          for (let column = left; column < right; column++) {
            if (plane[row * map.width + column]! >= level) {
              found = 255;
              break;
            }
          }
        }
        out[y * rect.width + x] = found;
      }
    }
  }
}

/** The map pixels [from, to) whose centres lie in a frame pixel, at least the nearest one. */
function footprint(index: number, scale: number, size: number): [number, number] {
  const from = Math.min(size - 1, Math.ceil(index * scale - 0.5));
  return [from, Math.max(from + 1, Math.min(size, Math.ceil((index + 1) * scale - 0.5)))];
}

/** Disc dilation of `core` (values of `outer`), written for the inner rectangle `rect`. */
function dilate(core: Uint8Array, outer: Rect, radius: number, rect: Rect, out: Uint8Array): void {
  const reach = Math.floor(radius);
  // Distance along the row to the nearest masked pixel.
  const far = reach + 1;
  const distance = new Uint8Array(core.length);
  for (let y = 0; y < outer.height; y++) {
    const row = y * outer.width;
    let last = far;
    for (let x = 0; x < outer.width; x++) {
      last = core[row + x] !== 0 ? 0 : Math.min(far, last + 1);
      distance[row + x] = last;
    }
    last = far;
    for (let x = outer.width - 1; x >= 0; x--) {
      last = core[row + x] !== 0 ? 0 : Math.min(far, last + 1);
      if (last < distance[row + x]!) distance[row + x] = last;
    }
  }
  const halfWidth = new Int32Array(reach + 1);
  for (let dy = 0; dy <= reach; dy++) halfWidth[dy] = Math.floor(Math.sqrt(radius * radius - dy * dy));
  // How many rows within reach hold anything near a column: most pixels have none and need no search.
  const near = new Uint8Array(rect.width);
  const count = (row: number, change: number) => {
    if (row < 0 || row >= outer.height) return;
    const start = row * outer.width + rect.x - outer.x;
    for (let x = 0; x < rect.width; x++) if (distance[start + x]! <= reach) near[x]! += change;
  };
  const top = rect.y - outer.y;
  for (let row = top - reach; row < top + reach; row++) count(row, 1);
  for (let y = 0; y < rect.height; y++) {
    const line = top + y;
    count(line + reach, 1);
    for (let x = 0; x < rect.width; x++) {
      let inside = 0;
      for (let dy = -reach; dy <= reach && near[x] !== 0; dy++) {
        const row = line + dy;
        if (row < 0 || row >= outer.height) continue;
        if (distance[row * outer.width + rect.x - outer.x + x]! <= halfWidth[Math.abs(dy)]!) {
          inside = 255;
          break;
        }
      }
      out[y * rect.width + x] = inside;
    }
    count(line - reach, -1);
  }
}

/** The evidence of a damage map and what of it was accepted at the sensitivities asked for last. */
class Evidence {
  /** Evidence of lines alone, without the edge of the print. */
  readonly lines: Uint8Array;
  private readonly plane: Uint8Array;
  private readonly recent = new Map<number, Accepted>();

  constructor(private readonly map: DamageMap) {
    const table = evidenceTable(map.thresholds.lines);
    this.lines = map.lines.map((p) => table[p]!);
    this.plane = combine(this.lines, specksOf(map));
    rejectBorder(map, this.lines);
    rejectBorder(map, this.plane);
  }

  at(sensitivity: number): Accepted {
    const level = Math.round(
      AT_THRESHOLD - STEPS_PER_LOGIT * (FLANK_LOGITS + SENSITIVITY_SPAN * (2 * sensitivity - 1)),
    );
    const known = this.recent.get(level);
    if (known) return known;
    const accepted = accept(this.plane, this.map.width, this.map.height, level);
    if (this.recent.size >= 4) this.recent.delete(this.recent.keys().next().value!);
    this.recent.set(level, accepted);
    return accepted;
  }
}

const evidences = new WeakMap<DamageMap, Evidence>();

function evidenceOf(map: DamageMap): Evidence {
  let evidence = evidences.get(map);
  if (!evidence) {
    evidence = new Evidence(map);
    evidences.set(map, evidence);
  }
  return evidence;
}

/** Evidence per probability byte, for one threshold. */
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
 * Evidence of the blobs that are small enough. Judged once, at the card's threshold, so that the choice does not depend
 * on the sensitivity and a higher one never loses a pixel.
 */
function specksOf(map: DamageMap): Uint8Array {
  const { width, height } = map;
  const largest = Math.max(LARGEST_BLOB_PIXELS, LARGEST_BLOB * width * height);
  const table = evidenceTable(map.thresholds.blobs);
  const specks = map.blobs.map((p) => table[p]!);
  const plane = specks.slice();
  forEachPiece(specks, width, height, AT_THRESHOLD, (piece) => {
    if (piece.length > largest) erase(plane, width, height, piece);
  });
  return plane;
}

/** The stronger of the two kinds of damage at each pixel. */
function combine(lines: Uint8Array, specks: Uint8Array): Uint8Array {
  return specks.map((speck, i) => Math.max(speck, lines[i]!));
}

/** Takes out the edge of the print; judged once, like the specks. */
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

/** Clears a piece and its soft skirt of three pixels. */
function erase(plane: Uint8Array, width: number, height: number, piece: Int32Array): void {
  for (const index of piece) {
    const x = index % width;
    const y = (index - x) / width;
    for (let row = Math.max(0, y - 3); row <= Math.min(height - 1, y + 3); row++) {
      plane.fill(0, row * width + Math.max(0, x - 3), row * width + Math.min(width, x + 4));
    }
  }
}

/** Keeps the evidence of pieces that are large and certain enough, with one pixel around for the interpolation. */
function accept(evidence: Uint8Array, width: number, height: number, level: number): Accepted {
  const plane = new Uint8Array(evidence.length);
  const columns = Math.ceil(width / CELL);
  const cells = new Uint8Array(columns * Math.ceil(height / CELL));
  const seed = Math.min(254, level + (FLANK_LOGITS + SEED_LOGITS) * STEPS_PER_LOGIT);
  forEachPiece(evidence, width, height, level, (piece) => {
    if (piece.length < SMALLEST_PIECE || !piece.some((index) => evidence[index]! >= seed)) return;
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
  return { plane, level, cells };
}

/** Calls back with the indices of every 8-connected piece of values from `level` on. */
function forEachPiece(
  values: Uint8Array,
  width: number,
  height: number,
  level: number,
  visit: (piece: Int32Array) => void,
): void {
  const seen = new Uint8Array(values.length);
  let queue = new Int32Array(1024);
  for (let start = 0; start < values.length; start++) {
    if (seen[start] !== 0 || values[start]! < level) continue;
    let count = 1;
    queue[0] = start;
    seen[start] = 1;
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
          if (seen[neighbour] === 0 && values[neighbour]! >= level) {
            seen[neighbour] = 1;
            queue[count++] = neighbour;
          }
        }
      }
    }
    visit(queue.subarray(0, count));
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
