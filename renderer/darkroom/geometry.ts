import type { Orientation } from '../../contract/edit';

/**
 * The position of the photo in the viewer. "Photo pixels" are those of the full-size photo. "Pane pixels" are CSS
 * pixels of the area that shows it, measured from its top left corner. Turning and mirroring belong to the view, so
 * code that works in photo pixels need not know about them.
 */

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Point, Size {}

/** The photo pixel in the middle of the pane, pane pixels per photo pixel, and the orientation. */
export interface View extends Point {
  scale: number;
  /** As in EXIF (see the contract). 1: as the photo was opened. */
  orientation: Orientation;
}

/** Space around a photo that is fitted into the pane, in pane pixels. */
export const FIT_MARGIN = 16;
/** The largest zoom, in device pixels per photo pixel. */
export const MAX_ENLARGEMENT = 32;
/** The largest zoom of a fitted photo, in device pixels per photo pixel. */
const MAX_FIT_ENLARGEMENT = 4;
/** Longest side of a picture that the main side returns (the contract's limit). */
export const MAX_PICTURE = 4096;
/** Longest side of the picture of the whole photo, which is always drawn underneath. */
export const BASE_PICTURE = 2048;

/**
 * Pane = matrix times photo: `[a, b, c, d]` maps (x, y) to (a x + b y, c x + d y). Orthogonal, so the transpose is the
 * inverse.
 */
type Matrix = readonly [number, number, number, number];

const MATRICES: Record<Orientation, Matrix> = {
  1: [1, 0, 0, 1],
  2: [-1, 0, 0, 1],
  3: [-1, 0, 0, -1],
  4: [1, 0, 0, -1],
  5: [0, 1, 1, 0],
  6: [0, -1, 1, 0],
  7: [0, -1, -1, 0],
  8: [0, 1, -1, 0],
};

/** The matrix of an orientation, from photo to pane, without the scale. */
export function matrixOf(orientation: Orientation): Matrix {
  return MATRICES[orientation] ?? MATRICES[1]!;
}

/** Whether an orientation shows the photo as in a mirror, so that it turns the other way. */
export function isMirrored(orientation: Orientation): boolean {
  const [a, b, c, d] = matrixOf(orientation);
  return a * d - b * c < 0;
}

/** A quarter turn, or a mirroring left to right or top to bottom, as displayed. */
export type Turn = 'right' | 'left' | 'mirror' | 'flip';

const TURNS: Record<Turn, Matrix> = {
  right: [0, -1, 1, 0],
  left: [0, 1, -1, 0],
  mirror: [-1, 0, 0, 1],
  flip: [1, 0, 0, -1],
};

/** The orientation after one more turn. */
export function turned(orientation: Orientation, turn: Turn): Orientation {
  const [a, b, c, d] = matrixOf(orientation);
  const [e, f, g, h] = TURNS[turn];
  const wanted = [e * a + f * c, e * b + f * d, g * a + h * c, g * b + h * d];
  const found = Object.entries(MATRICES).find(([, matrix]) => matrix.every((value, i) => value === wanted[i]));
  return Number(found![0]);
}

/** Width and height as displayed. */
export function displayedSize({ width, height }: Size, orientation: Orientation): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function toPaneDirection({ orientation }: View, { x, y }: Point): Point {
  const [a, b, c, d] = matrixOf(orientation);
  return { x: a * x + b * y, y: c * x + d * y };
}

function toPhotoDirection({ orientation }: View, { x, y }: Point): Point {
  const [a, b, c, d] = matrixOf(orientation);
  return { x: a * x + c * y, y: b * x + d * y };
}

/** The scale at which the whole photo is visible. */
export function fitScale(photo: Size, pane: Size, ratio: number, orientation: Orientation): number {
  const seen = displayedSize(photo, orientation);
  const across = Math.max(1, pane.width - 2 * FIT_MARGIN) / seen.width;
  const down = Math.max(1, pane.height - 2 * FIT_MARGIN) / seen.height;
  return Math.min(across, down, MAX_FIT_ENLARGEMENT / ratio);
}

export function fitView(photo: Size, pane: Size, ratio: number, orientation: Orientation = 1): View {
  return { x: photo.width / 2, y: photo.height / 2, scale: fitScale(photo, pane, ratio, orientation), orientation };
}

/**
 * Clamps a view. The scale is between fitted (or 100 %) and {@link MAX_ENLARGEMENT}. The photo is centred along an axis
 * on which it is completely visible, and otherwise never leaves empty space beside it.
 */
export function clampView(view: View, photo: Size, pane: Size, ratio: number): View {
  const { orientation } = view;
  const smallest = Math.min(fitScale(photo, pane, ratio, orientation), 1 / ratio);
  const scale = clamp(view.scale, smallest, MAX_ENLARGEMENT / ratio);
  const along = displayedSize(pane, orientation);
  return {
    scale,
    orientation,
    x: clampAxis(view.x, photo.width, along.width / scale),
    y: clampAxis(view.y, photo.height, along.height / scale),
  };
}

function clampAxis(centre: number, length: number, seen: number): number {
  return seen >= length ? length / 2 : clamp(centre, seen / 2, length - seen / 2);
}

/** Zooms so that the photo pixel under `at` (pane pixels) stays there. Not clamped. */
export function zoomAbout(view: View, pane: Size, at: Point, scale: number): View {
  const under = toPhoto(view, pane, at);
  const away = toPhotoDirection(view, { x: at.x - pane.width / 2, y: at.y - pane.height / 2 });
  return { ...view, scale, x: under.x - away.x / scale, y: under.y - away.y / scale };
}

/** Moves the photo by a distance in pane pixels. Not clamped. */
export function panBy(view: View, dx: number, dy: number): View {
  const by = toPhotoDirection(view, { x: dx, y: dy });
  return { ...view, x: view.x - by.x / view.scale, y: view.y - by.y / view.scale };
}

export function toPhoto(view: View, pane: Size, at: Point): Point {
  const away = toPhotoDirection(view, { x: at.x - pane.width / 2, y: at.y - pane.height / 2 });
  return { x: view.x + away.x / view.scale, y: view.y + away.y / view.scale };
}

export function toPane(view: View, pane: Size, at: Point): Point {
  const away = toPaneDirection(view, { x: at.x - view.x, y: at.y - view.y });
  return { x: away.x * view.scale + pane.width / 2, y: away.y * view.scale + pane.height / 2 };
}

function spanned(one: Point, other: Point): Rect {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return { x, y, width: Math.max(one.x, other.x) - x, height: Math.max(one.y, other.y) - y };
}

/** A rectangle of the photo, in pane pixels. */
export function rectInPane(view: View, pane: Size, rect: Rect): Rect {
  return spanned(toPane(view, pane, rect), toPane(view, pane, { x: rect.x + rect.width, y: rect.y + rect.height }));
}

/**
 * The visible part of the photo in photo pixels, not rounded. `part` limits it to a part of the pane. Null where
 * nothing is visible.
 */
export function visibleRect(view: View, photo: Size, pane: Size, part: Rect = { x: 0, y: 0, ...pane }): Rect | null {
  const seen = spanned(
    toPhoto(view, pane, part),
    toPhoto(view, pane, { x: part.x + part.width, y: part.y + part.height }),
  );
  const left = Math.max(0, seen.x);
  const top = Math.max(0, seen.y);
  const right = Math.min(photo.width, seen.x + seen.width);
  const bottom = Math.min(photo.height, seen.y + seen.height);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** A region of the photo in whole photo pixels, and the size in which to request it. */
export interface PictureRegion {
  rect: Rect;
  width: number;
  height: number;
}

/** The whole photo at no more than {@link BASE_PICTURE} pixels on a side. */
export function basePicture(photo: Size): PictureRegion {
  const scale = Math.min(1, BASE_PICTURE / Math.max(photo.width, photo.height));
  return { rect: { x: 0, y: 0, ...photo }, ...scaled(photo, scale) };
}

/**
 * The region to request at device resolution: the visible part and an eighth more on each side, on a coarse grid so
 * that small movements need no new request. Null while the base picture is sharp enough.
 */
export function detailPicture(view: View, photo: Size, pane: Size, ratio: number): PictureRegion | null {
  const wanted = Math.min(1, view.scale * ratio);
  if (wanted <= (basePicture(photo).width / photo.width) * 1.02) return null;
  const seen = visibleRect(view, photo, pane);
  if (seen === null) return null;
  const x = spread(seen.x, seen.width, photo.width);
  const y = spread(seen.y, seen.height, photo.height);
  const rect = { x: x.from, y: y.from, width: x.to - x.from, height: y.to - y.from };
  return { rect, ...scaled(rect, Math.min(wanted, MAX_PICTURE / Math.max(rect.width, rect.height))) };
}

const GRID = 64;

function spread(from: number, length: number, limit: number): { from: number; to: number } {
  const more = length / 8;
  return {
    from: Math.max(0, Math.floor((from - more) / GRID) * GRID),
    to: Math.min(limit, Math.ceil((from + length + more) / GRID) * GRID),
  };
}

function scaled(size: Size, scale: number): Size {
  return {
    width: clamp(Math.round(size.width * scale), 1, MAX_PICTURE),
    height: clamp(Math.round(size.height * scale), 1, MAX_PICTURE),
  };
}

/** The next step of the zoom buttons. Two steps double the scale, and 100 % is always one of them. */
export function nextScale(scale: number, ratio: number, direction: 1 | -1): number {
  const position = Math.log2(scale * ratio) * 2;
  const next = direction === 1 ? Math.floor(position + 1.001) : Math.ceil(position - 1.001);
  return 2 ** (next / 2) / ratio;
}

export interface WheelLike {
  deltaX: number;
  deltaY: number;
  deltaMode: number;
  ctrlKey: boolean;
  shiftKey: boolean;
}

/**
 * Whether a wheel event zooms or pans. A mouse wheel zooms. Two fingers on a trackpad pan, and a pinch arrives as a
 * wheel event with Ctrl. Browsers do not tell them apart, but the steps of a mouse wheel are large and purely vertical.
 */
export function wheelIntent(wheel: WheelLike): { zoom: number } | { pan: Point } {
  const lines = wheel.deltaMode === 1 ? 40 : wheel.deltaMode === 2 ? 400 : 1;
  const dx = wheel.deltaX * lines;
  const dy = wheel.deltaY * lines;
  if (wheel.ctrlKey) return { zoom: 2 ** (-clamp(dy, -50, 50) / 50) };
  if (wheel.shiftKey) return { pan: { x: dx === 0 ? -dy : -dx, y: 0 } };
  const notched = dx === 0 && (wheel.deltaMode !== 0 || Math.abs(dy) >= 50);
  if (notched) return { zoom: 2 ** (-clamp(dy, -120, 120) / 240) };
  return { pan: { x: -dx, y: -dy } };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
