import type { Rect } from '../restoration/raster';

/**
 * Blends the tiles of a net that sees a little of the whole picture, so that no border between them shows. Each tile is
 * computed some pixels beyond its core, to the right and to the bottom; there it fades into the tiles that come after it.
 * Tiles come row by row. Rectangles and sizes are in pixels of the result.
 */
export class TileBlend {
  readonly #planes: number;
  readonly #width: number;
  readonly #overlap: number;
  /** What lies right of the last tile: where it begins, and `[planes, rows, overlap]`. */
  #left: { x: number; y: number; rows: number; data: Float32Array } | null = null;
  /** What lies below the tiles of a row, `[planes, overlap, width]`, and which columns are known. */
  #above: Strip | null = null;
  #below: Strip | null = null;

  constructor(planes: number, width: number, overlap: number) {
    this.#planes = planes;
    this.#width = width;
    this.#overlap = overlap;
  }

  /** How much of a tile is given: its core and what lies beyond it, inside a picture of this size. */
  frameOf(core: Rect, size: { width: number; height: number }): Rect {
    return {
      ...core,
      width: Math.min(size.width - core.x, core.width + this.#overlap),
      height: Math.min(size.height - core.y, core.height + this.#overlap),
    };
  }

  /** Forgets the tiles of an unfinished row, which are computed again from the row `y` on. */
  restart(y: number): void {
    if (this.#below?.y === y) this.#above = this.#below;
    this.#below = null;
    this.#left = null;
  }

  /** Blends `[planes, frame.height, frame.width]` in place and keeps what later tiles need of it. */
  blend(frame: Rect, core: Rect, data: Float32Array): void {
    this.#enterRow(core.y);
    const left = this.#left;
    const beyond = frame.width - core.width;
    const next = beyond > 0 ? this.#columns(frame, core.width, beyond, data) : null;
    if (left && left.x === core.x && left.y === core.y) {
      const most = Math.min(this.#overlap, frame.width, left.data.length / this.#planes / left.rows);
      this.#fade(frame, { columns: most, rows: Math.min(frame.height, left.rows) }, data, (plane, y, x) => {
        const stride = left.data.length / this.#planes / left.rows;
        return { share: (x + 0.5) / most, other: left.data[(plane * left.rows + y) * stride + x]! };
      });
    }
    this.#left = next && { x: core.x + core.width, y: core.y, rows: frame.height, data: next };
    this.#keepBelow(frame, core, data);
    const above = this.#above;
    if (above?.y === core.y) {
      const most = Math.min(above.rows, frame.height);
      this.#fade(frame, { columns: core.width, rows: most }, data, (plane, y, x) => ({
        share: above.known[core.x + x] === 1 ? (y + 0.5) / most : 1,
        other: above.data[(plane * above.rows + y) * this.#width + core.x + x]!,
      }));
    }
  }

  #enterRow(y: number): void {
    if (this.#left && this.#left.y !== y) this.#left = null;
    if (this.#below && this.#below.y <= y) {
      this.#above = this.#below.y === y ? this.#below : null;
      this.#below = null;
    }
  }

  #columns(frame: Rect, from: number, count: number, data: Float32Array): Float32Array {
    const kept = new Float32Array(this.#planes * frame.height * count);
    for (let row = 0; row < this.#planes * frame.height; row++) {
      kept.set(data.subarray(row * frame.width + from, row * frame.width + from + count), row * count);
    }
    return kept;
  }

  #keepBelow(frame: Rect, core: Rect, data: Float32Array): void {
    const rows = frame.height - core.height;
    if (rows <= 0) return;
    const y = core.y + core.height;
    if (this.#below?.y !== y) {
      this.#below = {
        y,
        rows,
        data: new Float32Array(this.#planes * rows * this.#width),
        known: new Uint8Array(this.#width),
      };
    }
    const { data: kept, known } = this.#below;
    for (let plane = 0; plane < this.#planes; plane++) {
      for (let row = 0; row < rows; row++) {
        const from = (plane * frame.height + core.height + row) * frame.width;
        kept.set(data.subarray(from, from + core.width), (plane * rows + row) * this.#width + core.x);
      }
    }
    known.fill(1, core.x, core.x + core.width);
  }

  #fade(
    frame: Rect,
    { columns, rows }: { columns: number; rows: number },
    data: Float32Array,
    other: (plane: number, y: number, x: number) => { share: number; other: number },
  ): void {
    for (let plane = 0; plane < this.#planes; plane++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const at = (plane * frame.height + y) * frame.width + x;
          const { share, other: before } = other(plane, y, x);
          data[at] = before + share * (data[at]! - before);
        }
      }
    }
  }
}

interface Strip {
  /** The row in which it begins. */
  y: number;
  rows: number;
  data: Float32Array;
  known: Uint8Array;
}
