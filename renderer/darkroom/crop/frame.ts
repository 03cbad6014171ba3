import { type Corner, type Corners, distance, ontoPage, project, uprightSize } from '../../../document/quad';
import { LEAST_PRINT, turnedRect } from '../../../document/scan';
import type { Point, Size } from '../geometry';

/**
 * The frame of a crop: a rectangle on a page that may be turned. All in pixels of the page, and it never leaves the page; what a
 * person asks for beyond that is done as far as it goes.
 */
export interface Frame extends Size {
  /** Its middle. */
  x: number;
  y: number;
  /** Degrees clockwise. */
  angle: number;
}

/** Where a handle is: -1, 0 or 1 along the width and the height of the frame. */
export const HANDLES = {
  topLeft: [-1, -1],
  top: [0, -1],
  topRight: [1, -1],
  right: [1, 0],
  bottomRight: [1, 1],
  bottom: [0, 1],
  bottomLeft: [-1, 1],
  left: [-1, 0],
} as const;
export type HandleName = keyof typeof HANDLES;
export const HANDLE_NAMES = Object.keys(HANDLES) as HandleName[];
/** The handles at the corners, in the order of the corners. */
export const CORNER_NAMES = ['topLeft', 'topRight', 'bottomRight', 'bottomLeft'] as const;

/** Proportions that people crop to, width by height of a frame that lies down. */
export const RATIOS = {
  '1:1': 1,
  '3:2': 3 / 2,
  '4:3': 4 / 3,
  '5:4': 5 / 4,
  '7:5': 7 / 5,
  '16:9': 16 / 9,
  A4: Math.SQRT2,
} as const;
export const RATIO_NAMES = ['free', 'original', ...(Object.keys(RATIOS) as (keyof typeof RATIOS)[])] as const;
export type RatioName = (typeof RATIO_NAMES)[number];

/** Width by height; null: any. `original`: that of the page. `isUpright`: the frame stands. */
export function ratioOf(name: RatioName, isUpright: boolean, page: Size): number | null {
  if (name === 'free') return null;
  const [longer, shorter] = [Math.max(page.width, page.height), Math.min(page.width, page.height)];
  const lying = name === 'original' ? longer / shorter : RATIOS[name];
  return isUpright ? 1 / lying : lying;
}

export const wholeFrame = ({ width, height }: Size): Frame => ({
  x: width / 2,
  y: height / 2,
  width,
  height,
  angle: 0,
});

export function cornersOf({ x, y, width, height, angle }: Frame): Corners {
  return turnedRect({ x: x - width / 2, y: y - height / 2, width, height }, angle);
}

/** The frame that comes closest to four corners, and has their direction. */
export function frameOf(corners: Corners): Frame {
  const [[left, top], [right, rightTop]] = corners;
  const mean = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4;
  const angle = (Math.atan2(rightTop - top, right - left) * 180) / Math.PI;
  return { x: mean(0), y: mean(1), ...exactSize(corners), angle };
}

/** The longer of each two opposite sides, not rounded. */
function exactSize([a, b, c, d]: Corners): Size {
  return { width: Math.max(distance(a, b), distance(d, c)), height: Math.max(distance(a, d), distance(b, c)) };
}

/** Whether four corners are those of a rectangle, to a tenth of a pixel. */
export function isRectangle(corners: Corners): boolean {
  const rectangle = cornersOf(frameOf(corners));
  return corners.every((corner, i) => distance(corner, rectangle[i]!) <= 0.1);
}

/** Tolerance for what lies on the edge of the page, in pixels. */
const EDGE = 1e-6;

export function isInside(frame: Frame, page: Size): boolean {
  return cornersOf(frame).every(
    ([x, y]) => x >= -EDGE && y >= -EDGE && x <= page.width + EDGE && y <= page.height + EDGE,
  );
}

const BISECTIONS = 40;

/** As far from a frame inside the page to another one as it stays inside. Keeps the proportions that both have. */
function towards(from: Frame, to: Frame, page: Size): Frame {
  if (isInside(to, page)) return to;
  const between = (share: number): Frame => {
    const part = (name: keyof Frame) => from[name] + share * (to[name] - from[name]);
    return { x: part('x'), y: part('y'), width: part('width'), height: part('height'), angle: part('angle') };
  };
  let [inside, outside] = [0, 1];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (inside + outside) / 2;
    if (isInside(between(middle), page)) inside = middle;
    else outside = middle;
  }
  return between(inside);
}

/** Moved by a distance on the page; at an edge it slides along. */
export function moved(frame: Frame, by: Point, page: Size): Frame {
  const across = towards(frame, { ...frame, x: frame.x + by.x }, page);
  return towards(across, { ...across, y: across.y + by.y }, page);
}

/** With one handle at a place. The opposite side or corner stays; with a ratio, so do the proportions. */
export function resized(frame: Frame, handle: HandleName, to: Point, page: Size, ratio: number | null): Frame {
  const [alongX, alongY] = HANDLES[handle];
  const { width, height } = frame;
  const [sin, cos] = [Math.sin((frame.angle * Math.PI) / 180), Math.cos((frame.angle * Math.PI) / 180)];
  const anchor = {
    x: frame.x - (alongX * width * cos - alongY * height * sin) / 2,
    y: frame.y - (alongX * width * sin + alongY * height * cos) / 2,
  };
  const away = { x: to.x - anchor.x, y: to.y - anchor.y };
  const least = LEAST_PRINT;
  let w = alongX === 0 ? width : Math.max(least, alongX * (away.x * cos + away.y * sin));
  let h = alongY === 0 ? height : Math.max(least, alongY * (away.y * cos - away.x * sin));
  const sized = (next: Size): Frame => ({
    ...next,
    angle: frame.angle,
    x: anchor.x + (alongX * next.width * cos - alongY * next.height * sin) / 2,
    y: anchor.y + (alongX * next.width * sin + alongY * next.height * cos) / 2,
  });
  if (ratio === null) {
    const wider = towards(frame, sized({ width: w, height }), page);
    return towards(wider, sized({ width: wider.width, height: h }), page);
  }
  if (alongX === 0) w = h * ratio;
  else if (alongY === 0) h = w / ratio;
  else [w, h] = [Math.max(w, h * ratio), Math.max(h, w / ratio)];
  const small = least / Math.min(w, h);
  if (small > 1) [w, h] = [w * small, h * small];
  return towards(frame, sized({ width: w, height: h }), page);
}

/** At another angle about its middle, in the size that is wanted or as much of it as fits. */
export function turnedTo(frame: Frame, angle: number, wanted: Size, page: Size): Frame {
  return fitted({ ...frame, ...wanted, angle }, page);
}

/** Reduced about its middle, which lies on the page, until it is inside. */
function fitted(frame: Frame, page: Size): Frame {
  const x = Math.min(page.width, Math.max(0, frame.x));
  const y = Math.min(page.height, Math.max(0, frame.y));
  let scale = 1;
  for (const [cornerX, cornerY] of cornersOf({ ...frame, x, y })) {
    const [dx, dy] = [cornerX - x, cornerY - y];
    if (dx !== 0) scale = Math.min(scale, (dx > 0 ? page.width - x : -x) / dx);
    if (dy !== 0) scale = Math.min(scale, (dy > 0 ? page.height - y : -y) / dy);
  }
  return { ...frame, x, y, width: frame.width * scale, height: frame.height * scale };
}

/** In these proportions, about its middle, with the area that it had or as much of it as fits. */
export function withRatio(frame: Frame, ratio: number, page: Size): Frame {
  const area = frame.width * frame.height;
  return fitted({ ...frame, width: Math.sqrt(area * ratio), height: Math.sqrt(area / ratio) }, page);
}

/** Inside the page, whatever it is. */
export const intoPage = (frame: Frame, page: Size): Frame => (isInside(frame, page) ? frame : fitted(frame, page));

/** The angle to the nearest quarter turn, above -45 and up to 45 degrees: what straightening is about. */
export const fineAngle = (angle: number): number => -((((45 - angle) % 90) + 90) % 90) + 45;

/** The lines that part an area into thirds, as pairs of ends; they follow its perspective. */
export function thirdsOf(corners: Corners): [Corner, Corner][] {
  const at = ontoPage(corners, { width: 3, height: 3 });
  return [1, 2].flatMap((i): [Corner, Corner][] => [
    [project(at, [i, 0]), project(at, [i, 3])],
    [project(at, [0, i]), project(at, [3, i])],
  ]);
}

/** The size of the print in pixels, in these proportions if they are given. */
export function sizeOf(corners: Corners, ratio: number | null): Size {
  const size = uprightSize(corners);
  if (ratio === null) return size;
  const width = Math.max(size.width, size.height * ratio);
  return { width: Math.round(width), height: Math.round(width / ratio) };
}
