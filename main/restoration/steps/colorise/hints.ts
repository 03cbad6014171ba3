import type { ColourHint } from '../../../../contract/edit';
import type { ByHand } from '../step';

/** What a person has said about colours, for the small picture that a net sees. */
export interface HintPlanes {
  /** `[3, height, width]`: Cb + 0.5, Cr + 0.5, and 1 where a colour is known; 0 elsewhere. */
  planes: Float32Array;
  /** Hints of which nothing lies in the picture. */
  outside: number;
  /** Hints whose colour is stronger than the brightness of their places allows. */
  tooStrong: number;
}

/** A colour counts as too strong if less than this share of it can be shown on average. */
const LEAST_SHOWN = 0.8;

/**
 * Draws hints into the planes that a net takes. `luma` is that of the small picture, 0..1. A later hint covers an earlier
 * one. A hint is at least one pixel large.
 */
export function hintPlanes(
  { list, full }: ByHand<ColourHint>,
  { width, height }: { width: number; height: number },
  luma: Float32Array,
): HintPlanes {
  const count = width * height;
  const planes = new Float32Array(3 * count);
  let outside = 0;
  let tooStrong = 0;
  for (const hint of list) {
    const pixels = pixelsOf(hint, full, { width, height });
    const [cb, cr] = chromaOf(hint.colour);
    let shown = 0;
    for (const i of pixels) {
      planes[i] = cb + 0.5;
      planes[i + count] = cr + 0.5;
      planes[i + 2 * count] = 1;
      shown += shareShown(luma[i]!, cb, cr);
    }
    if (pixels.size === 0) outside += 1;
    else if (shown < LEAST_SHOWN * pixels.size) tooStrong += 1;
  }
  return { planes, outside, tooStrong };
}

/** Cb and Cr, -0.5..0.5, of a colour `#rrggbb`. */
function chromaOf(colour: string): [cb: number, cr: number] {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const luma = 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  return [(blue! - luma) / 1.772, (red! - luma) / 1.402];
}

/** The share of a colour that can be shown at a luma. */
export function shareShown(luma: number, cb: number, cr: number): number {
  return Math.min(1, room(1.402 * cr, luma), room(-0.344136 * cb - 0.714136 * cr, luma), room(1.772 * cb, luma));
}

/** The share of a difference that a component can take without leaving 0..1. */
function room(difference: number, luma: number): number {
  if (difference > 0) return Math.max(0, 1 - luma) / difference;
  return difference < 0 ? Math.max(0, luma) / -difference : 1;
}

/** The pixels of a small picture within the radius of the line that a hint's points make. */
function pixelsOf(
  { points, radius }: ColourHint,
  full: { width: number; height: number },
  { width, height }: { width: number; height: number },
): Set<number> {
  const found = new Set<number>();
  const [across, down] = [width / full.width, height / full.height];
  const isInside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at]!, points[at + 1]!];
    const [nextX, nextY] = [points[at + 2] ?? x, points[at + 3] ?? y];
    const [column, row] = [Math.floor(x * across), Math.floor(y * down)];
    if (isInside(column, row)) found.add(row * width + column);
    const [left, right] = [Math.min(x, nextX) - radius, Math.max(x, nextX) + radius];
    const [top, bottom] = [Math.min(y, nextY) - radius, Math.max(y, nextY) + radius];
    for (let j = Math.max(0, Math.floor(top * down)); j < Math.min(height, bottom * down); j++) {
      for (let i = Math.max(0, Math.floor(left * across)); i < Math.min(width, right * across); i++) {
        const from = { x: (i + 0.5) / across - x, y: (j + 0.5) / down - y };
        if (squaredDistance(from, { x: nextX - x, y: nextY - y }) <= radius * radius) found.add(j * width + i);
      }
    }
  }
  return found;
}

/** Squared distance of a place from the line between 0, 0 and `end`. */
function squaredDistance({ x, y }: { x: number; y: number }, end: { x: number; y: number }): number {
  const length = end.x * end.x + end.y * end.y;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, (x * end.x + y * end.y) / length));
  return (x - along * end.x) ** 2 + (y - along * end.y) ** 2;
}
