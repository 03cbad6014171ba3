import type { Raster } from './raster';

/**
 * Lets a tile pass write its result into the very raster that it reads from, as if it wrote into a fresh one. A tile
 * reads its neighbours' pixels as context, so what is written has to wait until the rows of tiles below have been
 * read. Tiles come from top to bottom; all tiles of one row start their reading at the same height. Needs memory for
 * one row of tiles.
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
  /** Rows that wait, by their height in the raster. */
  readonly #waiting = new Map<number, Raster['data']>();
  readonly #free: Raster['data'][] = [];

  constructor(raster: Raster) {
    this.#raster = raster;
  }

  /** To be called before every read that starts at height `y`: rows above it will not be read again. */
  release(y: number): void {
    for (const [height, samples] of this.#waiting) {
      if (height >= y) continue;
      this.#raster.data.set(samples, height * samples.length);
      this.#waiting.delete(height);
      this.#free.push(samples);
    }
  }

  /** The samples of a row, to be written to: at first those of the raster. */
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

  /** Writes the last rows. To be called when the pass is done; after a failure, the raster is of no use anyway. */
  finish(): void {
    this.release(Number.POSITIVE_INFINITY);
  }
}
