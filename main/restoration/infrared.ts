import { AT_THRESHOLD, STEPS_PER_LOGIT } from '../../document/evidence';
import type { Rect } from './raster';

/** Dust that an infrared picture shows, as part of the evidence of damage. */

/** In rows without padding, at the size of the photo or reduced. */
export interface InfraredMap {
  readonly width: number;
  readonly height: number;
  /** As `Evidence.plane`: {@link AT_THRESHOLD} where dust begins; 0 where there is none. */
  readonly plane: Uint8Array;
  /** Pieces that are certain. */
  readonly pieces: number;
}

/** Kind of such a pixel in `Evidence.kinds`. */
export const INFRARED_KIND = 3;

/** The map in at most so many pixels, each as certain as the most certain that it covers. */
export function reduceInfrared(map: InfraredMap, most: number): InfraredMap {
  const times = Math.sqrt((map.width * map.height) / most);
  if (times <= 1) return map;
  const [width, height] = [Math.ceil(map.width / times), Math.ceil(map.height / times)];
  return { ...map, width, height, plane: pooled(map, { width, height }) };
}

/** Without what lies in parts of the photo that its file does not hold. */
export function clearInfrared({ width, height, plane }: InfraredMap, rects: readonly Rect[]): void {
  for (const rect of rects) {
    for (let y = rect.y; y < Math.min(height, rect.y + rect.height); y++) {
      plane.fill(0, y * width + rect.x, y * width + Math.min(width, rect.x + rect.width));
    }
  }
}

/**
 * Adds what infrared shows to evidence, where it is the more certain. `smallest` and `seed`: as in `PieceRules`. Dust of one pixel gets
 * as many as a piece needs.
 */
export function addInfrared(
  map: InfraredMap,
  { width, height, plane, kinds }: { width: number; height: number; plane: Uint8Array; kinds: Uint8Array },
  { smallest, seed }: { smallest: number; seed: number },
): void {
  const shown = map.width === width && map.height === height ? map.plane : pooled(map, { width, height });
  // What counts by itself has to count as the seed of a piece.
  const certaintyOf = (value: number) => (value < AT_THRESHOLD ? value : Math.min(255, value + seed));
  const add = (at: number, value: number) => {
    if (value <= plane[at]!) return;
    plane[at] = value;
    kinds[at] = INFRARED_KIND;
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (shown[at] === 0) continue;
      const value = certaintyOf(shown[at]!);
      add(at, value);
      if (smallest < 2 || value < AT_THRESHOLD || !isAlone(shown, width, height, x, y)) continue;
      add(x + 1 < width ? at + 1 : Math.max(0, at - 1), value);
    }
  }
}

function isAlone(plane: Uint8Array, width: number, height: number, x: number, y: number): boolean {
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      if ((u !== x || v !== y) && plane[v * width + u]! >= AT_THRESHOLD - STEPS_PER_LOGIT) return false;
    }
  }
  return true;
}

/** A plane at another size: of several pixels the greatest value, else that of the nearest. */
function pooled(map: InfraredMap, { width, height }: { width: number; height: number }): Uint8Array {
  const out = new Uint8Array(width * height);
  const columns = Int32Array.from({ length: map.width }, (_, x) => Math.floor(((x + 0.5) * width) / map.width));
  for (let y = 0, from = 0; y < map.height; y++) {
    const to = Math.floor(((y + 0.5) * height) / map.height) * width;
    for (let x = 0; x < map.width; x++, from++) {
      const value = map.plane[from]!;
      if (value !== 0 && value > out[to + columns[x]!]!) out[to + columns[x]!] = value;
    }
  }
  return out;
}
