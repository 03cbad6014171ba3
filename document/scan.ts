import { MAX_PIXELS } from '../contract/basics';
import type { Negative, NegativeWish, Scan } from '../contract/scan';
import type { Rect, Size } from './geometry';
import { type Corner, type Corners, inverse, isConvex, ontoPage, project, uprightSize, wholeArea } from './quad';

/** The print that is cut out of a page: its size, and whether it can be cut out. */

/** Pixels that a print needs on each side. */
export const LEAST_PRINT = 8;
/** A print is given at most so many times the pixels of its area: proportions stretch it, and more would only cost memory. */
const MOST_ENLARGED = 8;
/** How far a corner may lie outside the page, as a share of its longer side: a border that was found is no more exact. */
const SLACK = 0.005;

/** The size of the upright print in pixels. */
export const printSize = ({ corners, size }: Scan): Size => size ?? uprightSize(corners);

/**
 * Why a print cannot be cut out of a page: it reaches `outside`; its corners cross, point inwards or do not go clockwise
 * (`corners`); it is too small or too large.
 */
export type ScanFault = 'outside' | 'corners' | 'small' | 'large';

/** Null for a print that can be cut out. */
export function faultOf(scan: Scan, page: Size): ScanFault | null {
  const { corners } = scan;
  const slack = Math.max(1, SLACK * Math.max(page.width, page.height));
  const isOn = (at: number, length: number) => at >= -slack && at <= length + slack;
  if (!corners.every(([x, y]) => isOn(x, page.width) && isOn(y, page.height))) return 'outside';
  if (!isConvex(corners) || areaOf(corners) < 0) return 'corners';
  const { width, height } = printSize(scan);
  if (Math.min(width, height) < LEAST_PRINT) return 'small';
  const own = uprightSize(corners);
  const most = Math.min(MAX_PIXELS, MOST_ENLARGED * own.width * own.height);
  return width * height > most ? 'large' : null;
}

/** In pixels; negative for corners that go counter-clockwise. */
export function areaOf(corners: Corners): number {
  let sum = 0;
  for (const [i, [x, y]] of corners.entries()) {
    const [nextX, nextY] = corners[(i + 1) % 4]!;
    sum += x * nextY - nextX * y;
  }
  return sum / 2;
}

/** Whether two cut out the same print of the same size, and develop it alike; null: the whole page. */
export function isSameScan(one: Scan | null | undefined, other: Scan | null | undefined): boolean {
  if (one === other) return true;
  if (!one || !other) return (one ?? null) === (other ?? null);
  const [a, b] = [printSize(one), printSize(other)];
  const isSameSize = a.width === b.width && a.height === b.height;
  const isSamePlace = one.corners.every(([x, y], i) => x === other.corners[i]![0] && y === other.corners[i]![1]);
  return isSameSize && isSamePlace && isSameNegative(one.negative, other.negative);
}

const LAYERS = [0, 1, 2] as const;

function isSameNegative(one: Negative | undefined, other: Negative | undefined): boolean {
  if (!one || !other) return one === other;
  return (
    one.kind === other.kind &&
    (['base', 'slope', 'shift'] as const).every((key) => LAYERS.every((c) => one[key][c] === other[key][c])) &&
    (['exposure', 'contrast', 'warmth', 'tint'] as const).every((key) => one[key] === other[key])
  );
}

/** Whether the print is the whole page, upright and in its size. */
export function isWholePage(scan: Scan, page: Size): boolean {
  const { width, height } = printSize(scan);
  const isAt = (corner: Corner, i: number) => corner[0] === scan.corners[i]![0] && corner[1] === scan.corners[i]![1];
  return width === page.width && height === page.height && wholeArea(page).every(isAt);
}

/** The corners of a rectangle that is turned clockwise about its middle, by an angle in degrees. */
export function turnedRect({ x, y, width, height }: Rect, degrees: number): Corners {
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const corner = (alongX: number, alongY: number) =>
    [middleX + alongX * cos - alongY * sin, middleY + alongX * sin + alongY * cos] as const;
  const [w, h] = [width / 2, height / 2];
  return degrees === 0
    ? [
        [x, y],
        [x + width, y],
        [x + width, y + height],
        [x, y + height],
      ]
    : [corner(-w, -h), corner(w, -h), corner(w, h), corner(-w, h)];
}

/**
 * The largest rectangle in the middle of a page that lies in it when it is turned by an angle in degrees, with the proportions
 * `across` to `down`.
 */
export function largestTurned(page: Size, degrees: number, { width: across, height: down }: Size = page): Rect {
  const [sin, cos] = [Math.abs(Math.sin((degrees * Math.PI) / 180)), Math.abs(Math.cos((degrees * Math.PI) / 180))];
  const scale = Math.min(page.width / (across * cos + down * sin), page.height / (across * sin + down * cos));
  const [width, height] = [across * scale, down * scale];
  return { x: (page.width - width) / 2, y: (page.height - height) / 2, width, height };
}

/** How a print is cut out, as somebody without a window says it. */
export interface ScanWish {
  /** In pixels of the page. */
  crop?: Rect | null;
  /** Degrees by which the picture is turned clockwise. */
  straighten?: number | null;
  corners?: Corners | null;
  negative?: NegativeWish | null;
}

/**
 * The print of a page that a wish means; null: the whole page. A picture that is only straightened keeps its proportions, and as
 * much of it as has no empty corners. A crop that is straightened as well is turned about its middle.
 */
export function scanFor({ crop, straighten, corners }: ScanWish, page: Size): Scan | null {
  if (corners) return { corners };
  const turn = -(straighten ?? 0);
  if (!crop && turn === 0) return null;
  const rect = crop ?? largestTurned(page, turn);
  return { corners: turnedRect(rect, turn) };
}

/** Where a place of a page lies in the print that is cut out of it, both in shares of width and height. */
export function ontoPrint({ width, height, scan }: Size & { scan: Scan }): (x: number, y: number) => Corner {
  const projection = inverse(ontoPage(scan.corners, { width: 1, height: 1 }));
  return (x, y) => project(projection, [x * width, y * height]);
}
