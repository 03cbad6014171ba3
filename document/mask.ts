import type { MaskOp } from '../contract/edit';
import { AreaFiller } from './area';
import {
  acceptAt,
  type DetectionSettings,
  type Evidence,
  EvidenceMask,
  isolate,
  type Piece,
  pieceAt,
} from './evidence';
import { expand, intersection, type Rect, type Size, union } from './geometry';
import { constantRuns, type RunBitmap, readRuns } from './runs';
import { feather, featherReach, grow, shrink } from './spread';
import { StrokePainter } from './stroke';

/**
 * Evaluates a mask, for the page that shows it and for the engine that fills it. A mask is defined for each pixel of the
 * full-size photo. Any rectangle can be read, and pieces agree with the whole. In a smaller frame, each pixel has the
 * greatest value of those that it covers (`FrameMask`, `MaskTiles`), so that no hairline is lost. The code uses only
 * additions, multiplications, divisions and square roots, which every JavaScript engine rounds the same way.
 */

/** The data that a mask needs besides its operations. */
export interface MaskSource extends Size {
  /** Null if no detector is installed; then nothing is detected. */
  readonly evidence: Evidence | null;
  /** The settings of the repair step, for operations that follow them. */
  readonly settings: DetectionSettings;
  readonly bitmaps: ReadonlyMap<string, RunBitmap>;
}

/** The mask that a photo starts with: the detected damage. */
export const DETECTED_MASK: readonly MaskOp[] = [{ kind: 'detected', sensitivity: null, grow: null }];

/** The sensitivity at which the last `detected` operation selects. */
export function sensitivityOf(ops: readonly MaskOp[], settings: DetectionSettings): number {
  const detected = ops.findLast((op) => op.kind === 'detected');
  return (detected?.kind === 'detected' ? detected.sensitivity : null) ?? settings.sensitivity;
}

/** One operation, ready to be applied. Rectangles lie inside the picture. */
export type Layer = PointLayer | SpreadLayer;

/** Changes each pixel independently of the others. */
export interface PointLayer {
  /** The area that it can change; null: everywhere. */
  readonly bounds: Rect | null;
  apply(rect: Rect, values: Uint8Array): void;
  /** The single value of the rectangle afterwards; null if unknown. `before`: the same for the rectangle before. */
  constant(rect: Rect, before: number | null): number | null;
}

/** Changes each pixel depending on its surroundings. */
export interface SpreadLayer {
  readonly reach: number;
  spread(values: Uint8Array, outer: Rect, rect: Rect, out: Uint8Array): void;
}

const isSpread = (layer: Layer): layer is SpreadLayer => 'reach' in layer;

/** Rows evaluated at a time when one hit is enough. */
const STRIP = 32;

export class MaskDocument {
  readonly width: number;
  readonly height: number;
  /** For each layer, the index of the last `SpreadLayer` up to and including it; -1: none. */
  private readonly lastSpread: Int32Array;

  constructor(
    readonly layers: readonly Layer[],
    size: Size,
  ) {
    this.width = size.width;
    this.height = size.height;
    this.lastSpread = new Int32Array(layers.length);
    for (const [i, layer] of layers.entries()) {
      this.lastSpread[i] = isSpread(layer) ? i : i === 0 ? -1 : this.lastSpread[i - 1]!;
    }
  }

  /** Fills `out` with the values of a rectangle that lies inside the picture. */
  read(rect: Rect, out: Uint8Array): void {
    this.evaluate(this.layers.length, rect, out);
  }

  /** The single value of a rectangle, if it is known without looking at each pixel; else null. */
  constant(rect: Rect): number | null {
    return this.constantOf(this.layers.length, rect);
  }

  /** Whether any pixel of the rectangle is in the mask. */
  any(rect: Rect): boolean {
    const constant = this.constant(rect);
    if (constant !== null) return constant > 0;
    // In strips, because one of the first mostly has something.
    const strip = new Uint8Array(rect.width * STRIP);
    for (let y = 0; y < rect.height; y += STRIP) {
      const height = Math.min(STRIP, rect.height - y);
      this.read({ x: rect.x, y: rect.y + y, width: rect.width, height }, strip);
      for (let i = 0; i < rect.width * height; i++) if (strip[i] !== 0) return true;
    }
    return false;
  }

  /** Share of the picture inside the mask, 0..1. */
  coverage(): number {
    let count = 0;
    forEachBlock(this, (block) => {
      const constant = this.constant(block);
      if (constant !== null) {
        if (constant > 0) count += block.width * block.height;
        return;
      }
      const values = new Uint8Array(block.width * block.height);
      this.read(block, values);
      for (const value of values) if (value !== 0) count++;
    });
    return count / (this.width * this.height);
  }

  private evaluate(count: number, rect: Rect, out: Uint8Array): void {
    const constant = this.constantOf(count, rect);
    if (constant !== null) {
      out.fill(constant, 0, rect.width * rect.height);
      return;
    }
    const last = this.lastSpread[count - 1]!;
    if (last < 0) {
      out.fill(0, 0, rect.width * rect.height);
    } else {
      const layer = this.layers[last] as SpreadLayer;
      const outer = expand(rect, layer.reach, this);
      const values = new Uint8Array(outer.width * outer.height);
      this.evaluate(last, outer, values);
      layer.spread(values, outer, rect, out);
    }
    for (let i = last + 1; i < count; i++) (this.layers[i] as PointLayer).apply(rect, out);
  }

  private constantOf(count: number, rect: Rect): number | null {
    if (count === 0) return 0;
    const last = this.lastSpread[count - 1]!;
    let value: number | null = 0;
    if (last >= 0) value = this.constantOf(last, expand(rect, (this.layers[last] as SpreadLayer).reach, this));
    for (let i = last + 1; i < count; i++) value = (this.layers[i] as PointLayer).constant(rect, value);
    return value;
  }
}

const BLOCK = 512;

/** Calls `visit` with rectangles that together cover a picture. */
function forEachBlock(size: Size, visit: (block: Rect) => void): void {
  for (let y = 0; y < size.height; y += BLOCK) {
    for (let x = 0; x < size.width; x += BLOCK) {
      visit({ x, y, width: Math.min(BLOCK, size.width - x), height: Math.min(BLOCK, size.height - y) });
    }
  }
}

/** Turns operations into layers, in order: the meaning of an operation can depend on those before it. */
export class MaskCompiler {
  /** Sensitivity of the last `detected` operation, in which a click selects. */
  private sensitivity: number;
  private growth: number;
  /** Pieces removed since then. */
  private removed: Piece[] = [];

  constructor(private readonly source: MaskSource) {
    this.sensitivity = source.settings.sensitivity;
    this.growth = source.settings.grow;
  }

  /** Throws a RangeError if a bitmap is missing or of another size than the photo. */
  compile(op: MaskOp): Layer {
    switch (op.kind) {
      case 'detected':
        return this.detected(op.sensitivity, op.grow);
      case 'defect':
        return this.defect(op);
      case 'stroke':
        return strokeLayer(new StrokePainter(op), op.mode);
      case 'area':
        return areaLayer(new AreaFiller(op.points), op.mode === 'add' ? 255 : 0);
      case 'bitmap':
        return this.bitmap(op.id, op.mode);
      case 'grow':
        return { reach: op.radius, spread: (values, outer, rect, out) => grow(values, outer, op.radius, rect, out) };
      case 'shrink':
        return { reach: op.radius, spread: (values, outer, rect, out) => shrink(values, outer, op.radius, rect, out) };
      case 'feather':
        return {
          reach: featherReach(op.radius),
          spread: (values, outer, rect, out) => feather(values, outer, op.radius, rect, out),
        };
      case 'invert':
        return INVERT;
      case 'clear':
        return CLEAR;
      case 'filling':
        return NOTHING;
    }
  }

  private detected(sensitivity: number | null, growth: number | null): Layer {
    const { evidence, settings } = this.source;
    this.sensitivity = sensitivity ?? settings.sensitivity;
    this.growth = growth ?? settings.grow;
    this.removed = [];
    if (evidence === null) return NOTHING;
    return maskLayer(new EvidenceMask(evidence, acceptAt(evidence, this.sensitivity), this.growth, this.source), null);
  }

  private defect({ mode, x, y, sensitivity }: Extract<MaskOp, { kind: 'defect' }>): Layer {
    const { evidence } = this.source;
    if (evidence === null) return NOTHING;
    const accepted = acceptAt(evidence, sensitivity ?? this.sensitivity);
    const piece = pieceAt(evidence, accepted, x, y);
    if (piece === null) return NOTHING;
    const isSame = (other: Piece) => other.pixels[0] === piece.pixels[0];
    const alone = isolate(evidence, accepted, piece, this.removed, this.growth);
    const mask = new EvidenceMask(evidence, alone.piece, this.growth, this.source);
    if (mode === 'add') {
      this.removed = this.removed.filter((other) => !isSame(other));
      return maskLayer(mask, null);
    }
    this.removed = [...this.removed, piece];
    return maskLayer(mask, new EvidenceMask(evidence, alone.others, this.growth, this.source));
  }

  private bitmap(id: string, mode: 'replace' | 'add' | 'subtract'): Layer {
    const bitmap = this.source.bitmaps.get(id);
    if (bitmap === undefined) throw new RangeError(`no bitmap ${id}`);
    if (bitmap.width !== this.source.width || bitmap.height !== this.source.height) {
      throw new RangeError(`A bitmap of ${bitmap.width} x ${bitmap.height} does not fit the photo.`);
    }
    const combine = (before: number, value: number) =>
      mode === 'replace' ? value : mode === 'add' ? Math.max(before, value) : Math.min(before, 255 - value);
    return {
      bounds: null,
      apply(rect, values) {
        const read = new Uint8Array(rect.width * rect.height);
        readRuns(bitmap, rect, read);
        for (let i = 0; i < read.length; i++) values[i] = combine(values[i]!, read[i]!);
      },
      constant(rect, before) {
        const value = constantRuns(bitmap, rect);
        if (value === null) return null;
        if (mode === 'replace' || before !== null) return combine(before ?? 0, value);
        return value === 255 ? combine(0, value) : null;
      },
    };
  }
}

const NOTHING: PointLayer = {
  bounds: { x: 0, y: 0, width: 0, height: 0 },
  apply: () => {},
  constant: (_, before) => before,
};

const INVERT: PointLayer = {
  bounds: null,
  apply(rect, values) {
    for (let i = 0; i < rect.width * rect.height; i++) values[i] = 255 - values[i]!;
  },
  constant: (_, before) => (before === null ? null : 255 - before),
};

const CLEAR: PointLayer = {
  bounds: null,
  apply: (rect, values) => void values.fill(0, 0, rect.width * rect.height),
  constant: () => 0,
};

/** Whether a rectangle of the picture meets bounds that may lie outside it. */
const meets = (rect: Rect, bounds: Rect) => intersection(rect, bounds) !== null;

function strokeLayer(painter: StrokePainter, mode: 'paint' | 'erase'): PointLayer {
  const finished = mode === 'paint' ? 255 : 0;
  return {
    bounds: painter.bounds,
    apply: (rect, values) => painter.draw(rect, values),
    constant: (rect, before) => (before === finished || !meets(rect, painter.bounds) ? before : null),
  };
}

function areaLayer(filler: AreaFiller, value: number): PointLayer {
  return {
    bounds: filler.bounds,
    apply: (rect, values) => filler.fill(rect, values, value),
    constant: (rect, before) => (before === value || !meets(rect, filler.bounds) ? before : null),
  };
}

/** Adds a mask of evidence. If `others` is given, removes it instead, except where `others` covers it. */
function maskLayer(mask: EvidenceMask, others: EvidenceMask | null): PointLayer {
  return {
    bounds: mask.bounds(),
    apply(rect, values) {
      if (!mask.mayHold(rect)) return;
      const inside = new Uint8Array(rect.width * rect.height);
      mask.read(rect, inside);
      if (others === null) {
        for (let i = 0; i < inside.length; i++) if (inside[i] !== 0) values[i] = 255;
        return;
      }
      const held = new Uint8Array(rect.width * rect.height);
      others.read(rect, held);
      for (let i = 0; i < inside.length; i++) if (inside[i] !== 0 && held[i] === 0) values[i] = 0;
    },
    constant: (rect, before) => (before === (others === null ? 255 : 0) || !mask.mayHold(rect) ? before : null),
  };
}

/**
 * The area inside the picture that a mask of strokes and outlines can touch; null if none. The whole picture if an
 * operation has no bounds.
 */
export function maskBounds(mask: MaskDocument): Rect | null {
  const picture: Rect = { x: 0, y: 0, width: mask.width, height: mask.height };
  let all: Rect | null = null;
  for (const layer of mask.layers) {
    if (isSpread(layer) || layer.bounds === null) return picture;
    all = union(all, intersection(layer.bounds, picture));
  }
  return all;
}

/** Makes a mask from operations. Throws a RangeError if a bitmap is missing or has another size. */
export function compileMask(ops: readonly MaskOp[], source: MaskSource): MaskDocument {
  const compiler = new MaskCompiler(source);
  return new MaskDocument(
    ops.map((op) => compiler.compile(op)),
    source,
  );
}

/**
 * A mask in the pixels of the photo at another size. Each pixel of a smaller frame has the greatest value of the full-size
 * pixels that it covers, wholly or in part. Each pixel of a larger frame has the value of the pixel under its centre.
 */
export class FrameMask {
  readonly width: number;
  readonly height: number;

  constructor(
    private readonly full: MaskDocument,
    frame: Size,
  ) {
    this.width = frame.width;
    this.height = frame.height;
  }

  read(rect: Rect, out: Uint8Array): void {
    if (this.width === this.full.width && this.height === this.full.height) {
      this.full.read(rect, out);
      return;
    }
    // Blocks of about as many full-size pixels as `forEachBlock` has, however small the frame is.
    const side = Math.max(1, Math.floor((BLOCK * this.width) / this.full.width));
    for (let y = 0; y < rect.height; y += side) {
      for (let x = 0; x < rect.width; x += side) {
        const block = { x, y, width: Math.min(side, rect.width - x), height: Math.min(side, rect.height - y) };
        this.readBlock(rect, block, out);
      }
    }
  }

  any(rect: Rect): boolean {
    return this.full.any(this.covered(rect));
  }

  coverage(): number {
    return this.full.coverage();
  }

  /** The pixels of the frame that a rectangle of the full-size photo can affect. */
  frameRect(rect: Rect): Rect {
    const along = (start: number, length: number, frame: number, full: number) => {
      const from = Math.max(0, Math.floor((start * frame) / full) - 1);
      return [from, Math.min(frame, Math.ceil(((start + length) * frame) / full) + 1) - from] as const;
    };
    const [x, width] = along(rect.x, rect.width, this.width, this.full.width);
    const [y, height] = along(rect.y, rect.height, this.height, this.full.height);
    return { x, y, width, height };
  }

  /** The full-size pixels that belong to a rectangle of the frame. */
  private covered(rect: Rect): Rect {
    const [x, right] = span(rect.x, rect.width, this.width, this.full.width);
    const [y, bottom] = span(rect.y, rect.height, this.height, this.full.height);
    return { x, y, width: right - x, height: bottom - y };
  }

  private readBlock(rect: Rect, block: Rect, out: Uint8Array): void {
    const full = this.covered({ ...block, x: rect.x + block.x, y: rect.y + block.y });
    const constant = this.full.constant(full);
    if (constant !== null) {
      for (let y = block.y; y < block.y + block.height; y++) {
        out.fill(constant, y * rect.width + block.x, y * rect.width + block.x + block.width);
      }
      return;
    }
    const values = new Uint8Array(full.width * full.height);
    this.full.read(full, values);
    for (let y = block.y; y < block.y + block.height; y++) {
      const [top, bottom] = span(rect.y + y, 1, this.height, this.full.height);
      for (let x = block.x; x < block.x + block.width; x++) {
        const [left, right] = span(rect.x + x, 1, this.width, this.full.width);
        let greatest = 0;
        for (let v = top - full.y; v < bottom - full.y; v++) {
          for (let i = v * full.width + left - full.x; i < v * full.width + right - full.x; i++) {
            if (values[i]! > greatest) greatest = values[i]!;
          }
        }
        out[y * rect.width + x] = greatest;
      }
    }
  }
}

/** The full-size pixels [from, to) that belong to `length` pixels of a frame along one axis. */
function span(start: number, length: number, frame: number, full: number): [number, number] {
  if (frame >= full) {
    const first = Math.floor(((start + 0.5) * full) / frame);
    return [first, Math.floor(((start + length - 0.5) * full) / frame) + 1];
  }
  return [Math.floor((start * full) / frame), Math.ceil(((start + length) * full) / frame)];
}
