import type { MaskArea } from '../../../../contract/edit';
import type { Face } from '../../../../contract/photo';
import type { Mask } from '../../mask';
import { maxValue, type Raster, type Rect } from '../../raster';

/**
 * Red eyes: the flash lights the back of the eye, and the pupil becomes red. A pupil is found as a round piece that is much
 * redder than what surrounds it. Its red is taken out, as far as a pixel is red, so that the highlight, the iris and the
 * skin keep their bits.
 */

/** Redness, 0..1, above which a pixel belongs to a pupil: the lowest at which the piece is round. Skin is at 0.1 to 0.35. */
const LEVELS = [0.36, 0.42, 0.48, 0.54, 0.6, 0.68, 0.76] as const;
/** A darker pixel has no colour to speak of. As a share of the largest value. */
const DARKEST = 0.12;
/** Redness from which a pixel loses some of its red, and from which all. A brown iris is at 0.28. */
const SOME = 0.3;
const ALL = 0.46;
/** Pixels of the smallest pupil, and its share of the searched square at most. */
const SMALLEST = 9;
const LARGEST = 0.3;
/** How round a pupil is: the longer side of its box to the shorter one, and its share of the box. A disc has 0.79. */
const LONGEST = 1.9;
const LEAST_FILLED = 0.5;
/** How much redder a pupil is than what surrounds it. */
const CONTRAST = 0.16;
/** Part of its radius by which the place is larger than the pupil, whose rim is less red. */
const MARGIN = 0.25;

/** How red a pixel is, 0..1: what red has more than green and blue, as a share of red. Samples 0..1. */
function rednessOf(red: number, green: number, blue: number): number {
  return red < DARKEST ? 0 : Math.max(0, (red - Math.max(green, blue)) / red);
}

/** Where a red pupil is looked for, in pixels of the raster. */
export interface EyeSearch {
  x: number;
  y: number;
  /** A pupil lies within this distance. */
  reach: number;
}

/**
 * The outline of the red pupil nearest to a point, in pixels of the raster; null if there is none. It is wholly inside the
 * searched square and small in it.
 */
export function findRedEye(raster: Raster, { x, y, reach }: EyeSearch): MaskArea | null {
  if (raster.channels === 1) return null;
  const left = Math.max(0, Math.floor(x - reach));
  const top = Math.max(0, Math.floor(y - reach));
  const width = Math.min(raster.width, Math.ceil(x + reach) + 1) - left;
  const height = Math.min(raster.height, Math.ceil(y + reach) + 1) - top;
  if (width < 3 || height < 3) return null;
  const redness = readRedness(raster, { x: left, y: top, width, height });
  for (const level of LEVELS) {
    const pupils = piecesAbove(redness, width, height, level)
      .filter((piece) => isPupil(piece, redness, width, height))
      .map((piece) => ({ piece, away: distanceTo(piece, width, x - left, y - top) }))
      .filter(({ away }) => away <= reach)
      .sort((a, b) => a.away - b.away);
    if (pupils[0]) return outlineOf(pupils[0].piece, width, { x: left, y: top });
  }
  return null;
}

/** How far from the point that the finder of faces gives an eye's pupil may be, as a share of the distance of both eyes. */
const FROM_FACES = 0.28;

/** The outlines of the red pupils of faces. */
export function findRedEyes(raster: Raster, faces: readonly Face[]): MaskArea[] {
  const eyes = faces.flatMap(({ points: [one, other] }) => {
    const [a, b] = [one!, other!].map(({ x, y }) => ({ x: x * raster.width, y: y * raster.height }));
    const reach = FROM_FACES * Math.hypot(a!.x - b!.x, a!.y - b!.y);
    return [
      { ...a!, reach },
      { ...b!, reach },
    ];
  });
  return eyes.flatMap((eye) => findRedEye(raster, eye) ?? []);
}

function readRedness(raster: Raster, rect: Rect): Float32Array {
  const max = maxValue(raster);
  const redness = new Float32Array(rect.width * rect.height);
  for (let y = 0, i = 0; y < rect.height; y++) {
    let from = 3 * ((rect.y + y) * raster.width + rect.x);
    for (let x = 0; x < rect.width; x++, i++, from += 3) {
      redness[i] = rednessOf(raster.data[from]! / max, raster.data[from + 1]! / max, raster.data[from + 2]! / max);
    }
  }
  return redness;
}

/** The connected pieces of pixels above a level. */
function piecesAbove(plane: Float32Array, width: number, height: number, level: number): number[][] {
  const seen = new Uint8Array(plane.length);
  const pieces: number[][] = [];
  for (let start = 0; start < plane.length; start++) {
    if (seen[start] || plane[start]! < level) continue;
    const piece = [start];
    seen[start] = 1;
    for (const index of piece) {
      const x = index % width;
      const y = (index - x) / width;
      for (const [next, isInside] of [
        [index - 1, x > 0],
        [index + 1, x < width - 1],
        [index - width, y > 0],
        [index + width, y < height - 1],
      ] as const) {
        if (!isInside || seen[next] || plane[next]! < level) continue;
        seen[next] = 1;
        piece.push(next);
      }
    }
    if (piece.length >= SMALLEST) pieces.push(piece);
  }
  return pieces;
}

function isPupil(piece: readonly number[], redness: Float32Array, width: number, height: number): boolean {
  let [left, right, top, bottom] = [width, -1, height, -1];
  let inside = 0;
  for (const index of piece) {
    const x = index % width;
    const y = (index - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    inside += redness[index]!;
  }
  // Cut off by the square it would not be known how far it goes.
  if (left === 0 || top === 0 || right === width - 1 || bottom === height - 1) return false;
  const [across, down] = [right - left + 1, bottom - top + 1];
  const isRound = Math.max(across, down) <= LONGEST * Math.min(across, down);
  if (!isRound || piece.length < LEAST_FILLED * across * down || across * down > LARGEST * width * height) return false;
  // The frame around its box, without the rim of the pupil, which is red in part.
  const band = Math.max(2, Math.round(Math.min(across, down) / 3));
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, top - band); y <= Math.min(height - 1, bottom + band); y++) {
    for (let x = Math.max(0, left - band); x <= Math.min(width - 1, right + band); x++) {
      if (x > left - 2 && x < right + 2 && y > top - 2 && y < bottom + 2) continue;
      sum += redness[y * width + x]!;
      count += 1;
    }
  }
  return count > 0 && inside / piece.length - sum / count >= CONTRAST;
}

/** How far a piece is from a point; 0 inside its disc. */
function distanceTo(piece: readonly number[], width: number, x: number, y: number): number {
  const { cx, cy } = middleOf(piece, width);
  return Math.max(0, Math.hypot(cx - x, cy - y) - Math.sqrt(piece.length / Math.PI));
}

function middleOf(piece: readonly number[], width: number): { cx: number; cy: number } {
  let [cx, cy] = [0, 0];
  for (const index of piece) {
    cx += (index % width) + 0.5;
    cy += Math.floor(index / width) + 0.5;
  }
  return { cx: cx / piece.length, cy: cy / piece.length };
}

/** The directions in which an outline has a corner. */
const CORNERS = 24;

/** A convex outline around a piece and a little more. */
function outlineOf(piece: readonly number[], width: number, at: { x: number; y: number }): MaskArea {
  const { cx, cy } = middleOf(piece, width);
  const more = 1 + MARGIN * Math.sqrt(piece.length / Math.PI);
  const points: number[] = [];
  for (let corner = 0; corner < CORNERS; corner++) {
    const angle = (2 * Math.PI * corner) / CORNERS;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    let farthest = 0;
    for (const index of piece) {
      const [px, py] = [(index % width) + 0.5 - cx, Math.floor(index / width) + 0.5 - cy];
      // What lies in another direction does not count.
      if (px * dx + py * dy > 0.9 * Math.hypot(px, py)) farthest = Math.max(farthest, px * dx + py * dy);
    }
    const away = farthest + more;
    points.push(sixteenths(at.x + cx + away * dx), sixteenths(at.y + cy + away * dy));
  }
  return { kind: 'area', shape: 'polygon', mode: 'add', points };
}

/** Rounded like drawn points: precise enough, and short in the file. */
const sixteenths = (value: number) => Math.round(16 * value) / 16;

/** Takes the red out of the masked pixels of a rectangle, in place. Returns whether a pixel changed. */
export function takeRedOut(raster: Raster, mask: Mask, rect: Rect): boolean {
  if (raster.channels === 1) return false;
  const max = maxValue(raster);
  const { data } = raster;
  const cover = new Uint8Array(rect.width * rect.height);
  mask.read(rect, cover);
  let changed = false;
  for (let y = 0, i = 0; y < rect.height; y++) {
    let at = 3 * ((rect.y + y) * raster.width + rect.x);
    for (let x = 0; x < rect.width; x++, i++, at += 3) {
      if (cover[i] === 0) continue;
      const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
      const redness = rednessOf(red / max, green / max, blue / max);
      const share = (smooth((redness - SOME) / (ALL - SOME)) * cover[i]!) / 255;
      if (share === 0) continue;
      const grey = (green + blue) / 2;
      data[at] = Math.round(red + share * (grey - red));
      data[at + 1] = Math.round(green + share * (grey - green));
      data[at + 2] = Math.round(blue + share * (grey - blue));
      changed = true;
    }
  }
  return changed;
}

/** From 0 to 1 without a corner. */
function smooth(value: number): number {
  const t = Math.max(0, Math.min(1, value));
  return t * t * (3 - 2 * t);
}
