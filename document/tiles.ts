import type { MaskOp, MaskStroke } from '../contract/edit';
import { intersection, type Rect, union } from './geometry';
import { type Layer, MaskCompiler, MaskDocument, type MaskSource, type PointLayer } from './mask';
import { StrokePainter } from './stroke';

/** Side of the square tiles, in pixels. */
export const MASK_TILE = 256;
/** Full-size tiles that are kept, so that a large mask takes no more memory than the photo on the screen. */
const KEPT = 600;

/** The values of a tile: rows of {@link MASK_TILE} bytes, or one number if all are equal. */
export type TileValues = Uint8Array | number;

interface Kept {
  values: TileValues;
  version: number;
}

let versions = 0;

/**
 * A mask in tiles, for the screen. Level 0 is the full size. Each level halves the one before and takes the greatest of four
 * values, so that a hairline stays visible at any zoom. Tiles are evaluated when they are needed, and a change evaluates
 * only the tiles that it touches, so undo is as cheap as painting.
 */
export class MaskTiles {
  readonly levels: number;
  private ops: readonly MaskOp[] = [];
  private layers: Layer[] = [];
  private document: MaskDocument;
  private readonly tiles = new Map<string, Kept>();
  private readonly picture: Rect;

  constructor(readonly source: MaskSource) {
    this.levels = 1 + Math.max(0, Math.ceil(Math.log2(Math.max(source.width, source.height) / MASK_TILE)));
    this.picture = { x: 0, y: 0, width: source.width, height: source.height };
    this.document = new MaskDocument([], source);
  }

  /** The mask at full size. */
  get mask(): MaskDocument {
    return this.document;
  }

  /**
   * Replaces the operations. Leading operations that are the same objects as before are not evaluated again. Throws a
   * RangeError if a bitmap is missing.
   */
  setOps(ops: readonly MaskOp[]): void {
    let same = 0;
    while (same < ops.length && ops[same] === this.ops[same]) same++;
    if (same === ops.length && same === this.ops.length) return;
    const former = this.layers.slice(same);
    // An operation can depend on those before it, so compiling starts at the first one. Layers are cheap.
    const compiler = new MaskCompiler(this.source);
    const layers = ops.map((op, i) => (i < same && isAlone(op) ? this.layers[i]! : compiler.compile(op)));
    const changed = this.changedBy([...former, ...layers.slice(same)]);
    this.ops = ops;
    this.layers = layers;
    this.document = new MaskDocument(layers, this.source);
    if (changed) this.forget(changed);
  }

  /**
   * Extends a stroke while it is drawn. `before` is the last operation, the same stroke with fewer points, or null for a new
   * stroke. Only its new segments are drawn.
   */
  extend(before: MaskStroke | null, stroke: MaskStroke): void {
    const painter = new StrokePainter(stroke);
    const first = before === null ? 0 : before.points.length / 3;
    const compiled = new MaskCompiler(this.source).compile(stroke);
    this.ops = before === null ? [...this.ops, stroke] : [...this.ops.slice(0, -1), stroke];
    this.layers = before === null ? [...this.layers, compiled] : [...this.layers.slice(0, -1), compiled];
    this.document = new MaskDocument(this.layers, this.source);
    const bounds = painter.boundsFrom(first);
    const changed = bounds && intersection(bounds, this.picture);
    if (!changed) return;
    this.forEachTile(changed, 0, (key, rect) => {
      const kept = this.tiles.get(key);
      if (kept && typeof kept.values !== 'number') {
        painter.draw(rect, kept.values, first);
        kept.version = ++versions;
      } else {
        this.tiles.delete(key);
      }
    });
    this.forget(changed, 1);
  }

  /**
   * A tile, or null if it was not ready before `deadline` (in the time of `performance.now`). The work done until then is
   * kept. Two contents never share a version.
   */
  tile(level: number, column: number, row: number, deadline = Number.POSITIVE_INFINITY): Readonly<Kept> | null {
    const key = `${level}/${column}/${row}`;
    const known = this.tiles.get(key);
    if (known) return known;
    if (performance.now() > deadline) return null;
    const values = level === 0 ? this.evaluate(column, row) : this.pool(level, column, row, deadline);
    if (values === null) return null;
    const kept = { values, version: ++versions };
    this.tiles.set(key, kept);
    if (level === 0 && typeof values !== 'number') this.trim();
    return kept;
  }

  /** Rectangle of the photo that a tile shows. */
  rectOf(level: number, column: number, row: number): Rect {
    const side = MASK_TILE * 2 ** level;
    return { x: column * side, y: row * side, width: side, height: side };
  }

  private evaluate(column: number, row: number): TileValues {
    const rect = intersection(this.rectOf(0, column, row), this.picture);
    if (!rect) return 0;
    const constant = this.document.constant(rect);
    if (constant !== null && (constant === 0 || (rect.width === MASK_TILE && rect.height === MASK_TILE))) {
      return constant;
    }
    const read = new Uint8Array(rect.width * rect.height);
    this.document.read(rect, read);
    if (rect.width === MASK_TILE && rect.height === MASK_TILE) return read;
    const values = new Uint8Array(MASK_TILE * MASK_TILE);
    for (let y = 0; y < rect.height; y++) {
      values.set(read.subarray(y * rect.width, (y + 1) * rect.width), y * MASK_TILE);
    }
    return values;
  }

  private pool(level: number, column: number, row: number, deadline: number): TileValues | null {
    const four: TileValues[] = [];
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      if (!intersection(this.rectOf(level - 1, 2 * column + x, 2 * row + y), this.picture)) {
        four.push(0);
        continue;
      }
      const child = this.tile(level - 1, 2 * column + x, 2 * row + y, deadline);
      if (child === null) return null;
      four.push(child.values);
    }
    const [first] = four;
    if (typeof first === 'number' && four.every((values) => values === first)) return first;
    const values = new Uint8Array(MASK_TILE * MASK_TILE);
    const half = MASK_TILE / 2;
    for (const [i, child] of four.entries()) {
      const left = (i % 2) * half;
      const top = Math.floor(i / 2) * half;
      for (let y = 0; y < half; y++) {
        const target = (top + y) * MASK_TILE + left;
        if (typeof child === 'number') {
          values.fill(child, target, target + half);
          continue;
        }
        for (let x = 0, at = 2 * y * MASK_TILE; x < half; x++, at += 2) {
          const above = child[at]! > child[at + 1]! ? child[at]! : child[at + 1]!;
          const below =
            child[at + MASK_TILE]! > child[at + MASK_TILE + 1]! ? child[at + MASK_TILE]! : child[at + MASK_TILE + 1]!;
          values[target + x] = above > below ? above : below;
        }
      }
    }
    return values;
  }

  /** The area that added or removed layers can have changed; null: none. */
  private changedBy(layers: readonly Layer[]): Rect | null {
    let all: Rect | null = null;
    for (const layer of layers) {
      const bounds = 'reach' in layer ? null : (layer as PointLayer).bounds;
      if (bounds === null) return this.picture;
      all = union(all, intersection(bounds, this.picture));
    }
    return all;
  }

  private forget(rect: Rect, from = 0): void {
    for (let level = from; level < this.levels; level++) {
      this.forEachTile(rect, level, (key) => void this.tiles.delete(key));
    }
  }

  private forEachTile(rect: Rect, level: number, visit: (key: string, tile: Rect) => void): void {
    const side = MASK_TILE * 2 ** level;
    for (let row = Math.floor(rect.y / side); row * side < rect.y + rect.height; row++) {
      for (let column = Math.floor(rect.x / side); column * side < rect.x + rect.width; column++) {
        visit(`${level}/${column}/${row}`, this.rectOf(level, column, row));
      }
    }
  }

  private trim(): void {
    let count = 0;
    for (const [key, { values }] of this.tiles) if (key.startsWith('0/') && typeof values !== 'number') count++;
    for (const [key, { values }] of this.tiles) {
      if (count <= KEPT) return;
      if (!key.startsWith('0/') || typeof values === 'number') continue;
      this.tiles.delete(key);
      count--;
    }
  }
}

/** Whether an operation is independent of those before it. */
function isAlone(op: MaskOp): boolean {
  return op.kind !== 'detected' && op.kind !== 'defect';
}
