import { intersection } from '../../../../document/geometry';
import type { Mask } from '../../mask';
import type { Rect } from '../../raster';

/** What lies between a masked place and the picture's edge, up to this share of the short side, is a sliver. */
const DEEPEST = 0.02;
/** The masked place behind a sliver is at least this many times as deep. */
const TIMES = 2;
const LEAST = 8;

/**
 * Slivers of a picture between a masked place and the picture's edge: what the scanner saw beside the print, or a rim of
 * it. A filling that continued from there would draw the scanner's lid into the print. They keep their pixels, and are no
 * example for others.
 */
export class Slivers {
  readonly #size: { width: number; height: number };
  /** Depths by row from the left and from the right, and by column from the top and from the bottom. */
  readonly #left: Uint16Array;
  readonly #right: Uint16Array;
  readonly #top: Uint16Array;
  readonly #bottom: Uint16Array;
  /** Whether there is any. */
  readonly any: boolean;

  /** `region`: bounds of the mask; only its rows and columns are looked at. */
  constructor(mask: Mask, region: Rect) {
    const { width, height } = mask;
    this.#size = { width, height };
    const deepest = Math.max(1, Math.floor(DEEPEST * Math.min(width, height)));
    const reach = Math.max(LEAST, (1 + TIMES) * deepest);
    const across = Math.min(width, reach);
    const down = Math.min(height, reach);
    this.#left = new Uint16Array(height);
    this.#right = new Uint16Array(height);
    this.#top = new Uint16Array(width);
    this.#bottom = new Uint16Array(width);
    const look = (strip: Rect, depths: Uint16Array, alongRows: boolean, isFlipped: boolean) => {
      const part = intersection(strip, region);
      // A place that does not reach the strip's inner end may still have a sliver behind it.
      if (part === null || !mask.any(part)) return;
      const bytes = new Uint8Array(strip.width * strip.height);
      mask.read(strip, bytes);
      const [lines, length] = alongRows ? [strip.height, strip.width] : [strip.width, strip.height];
      for (let line = 0; line < lines; line++) {
        const isMasked = (i: number) => {
          const at = isFlipped ? length - 1 - i : i;
          return bytes[alongRows ? line * strip.width + at : at * strip.width + line] !== 0;
        };
        depths[line] = depthOf(isMasked, deepest, length);
      }
    };
    look({ x: 0, y: 0, width: across, height }, this.#left, true, false);
    look({ x: width - across, y: 0, width: across, height }, this.#right, true, true);
    look({ x: 0, y: 0, width, height: down }, this.#top, false, false);
    look({ x: 0, y: height - down, width, height: down }, this.#bottom, false, true);
    this.any = [this.#left, this.#right, this.#top, this.#bottom].some((depths) => depths.some((depth) => depth > 0));
  }

  has(x: number, y: number): boolean {
    return this.behind(x, y) !== null;
  }

  /** The first masked pixel behind a pixel of a sliver; null for any other pixel. */
  behind(x: number, y: number): { x: number; y: number } | null {
    const { width, height } = this.#size;
    if (x < this.#left[y]!) return { x: this.#left[y]!, y };
    if (width - 1 - x < this.#right[y]!) return { x: width - 1 - this.#right[y]!, y };
    if (y < this.#top[x]!) return { x, y: this.#top[x]! };
    if (height - 1 - y < this.#bottom[x]!) return { x, y: height - 1 - this.#bottom[x]! };
    return null;
  }
}

/** Pixels from the edge to the masked place behind them; 0 if the place begins at the edge, is too far, or too shallow. */
function depthOf(isMasked: (i: number) => boolean, deepest: number, length: number): number {
  let depth = 0;
  while (depth <= deepest && depth < length && !isMasked(depth)) depth++;
  if (depth === 0 || depth > deepest || depth === length) return 0;
  const wanted = Math.max(LEAST, TIMES * depth);
  let run = 0;
  while (run < wanted && depth + run < length && isMasked(depth + run)) run++;
  return run >= wanted ? depth : 0;
}
