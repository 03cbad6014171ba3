import type { Raster } from './raster';

/**
 * Lets a tile pass write its result into the raster that it reads, as if it wrote into a new one. A tile reads its
 * neighbours' pixels as context, so finished rows have to wait until the rows of tiles below have been read. Tiles come
 * from top to bottom, and all tiles of a row start reading at the same height. Needs memory for one row of tiles.
 *
 * ```ts
 * const rows = new DelayedRows(raster);
 * await tools.runTiles({
 *   read: (rect, into) => { rows.release(rect.y); readSrgb(raster, rect, colour, into); },
 *   write: (rect, planes) => { for (...) rows.row(y).set(...); },
 * });
 * rows.finish();
 * ```
 */
export class DelayedRows {
  readonly #raster: Raster;
  /** Waiting rows, by their height in the raster. */
  readonly #waiting = new Map<number, Raster['data']>();
  readonly #free: Raster['data'][] = [];

  constructor(raster: Raster) {
    this.#raster = raster;
  }

  /** Call before every read that starts at height `y`. Rows above it will not be read again. */
  release(y: number): void {
    for (const [height, samples] of this.#waiting) {
      if (height >= y) continue;
      this.#raster.data.set(samples, height * samples.length);
      this.#waiting.delete(height);
      this.#free.push(samples);
    }
  }

  /** The samples of a row to write to. They start as those of the raster. */
  row(y: number): Raster['data'] {
    let samples = this.#waiting.get(y);
    if (!samples) {
      const length = this.#raster.width * this.#raster.channels;
      const current = this.#raster.data.subarray(y * length, (y + 1) * length);
      samples = this.#free.pop() ?? current.slice();
      samples.set(current);
      this.#waiting.set(y, samples);
    }
    return samples;
  }

  /** Writes the last rows. Call it at the end of the pass. After a failure the raster cannot be used anyway. */
  finish(): void {
    this.release(Number.POSITIVE_INFINITY);
  }
}
