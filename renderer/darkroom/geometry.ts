/**
 * Where the photo lies in the viewer. "Photo pixels" are those of the full-size photo, "pane pixels" are CSS pixels of
 * the area that shows it, measured from its top left corner.
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

/** What one looks at: the photo pixel in the middle of the pane, and pane pixels per photo pixel. */
export interface View extends Point {
  scale: number;
}

/** Space left round a photo that is fitted into the pane, in pane pixels. */
export const FIT_MARGIN = 16;
/** The most device pixels that one photo pixel may take. */
export const MAX_ENLARGEMENT = 32;
/** A fitted photo is never shown larger than this many device pixels per photo pixel. */
const MAX_FIT_ENLARGEMENT = 4;
/** Longest side of a picture asked of the main side (the contract's limit). */
export const MAX_PICTURE = 4096;
/** Longest side of the picture of the whole photo that always lies underneath. */
export const BASE_PICTURE = 2048;

/** The scale at which the whole photo is seen. */
export function fitScale(photo: Size, pane: Size, ratio: number): number {
  const across = Math.max(1, pane.width - 2 * FIT_MARGIN) / photo.width;
  const down = Math.max(1, pane.height - 2 * FIT_MARGIN) / photo.height;
  return Math.min(across, down, MAX_FIT_ENLARGEMENT / ratio);
}

export function fitView(photo: Size, pane: Size, ratio: number): View {
  return { x: photo.width / 2, y: photo.height / 2, scale: fitScale(photo, pane, ratio) };
}

/**
 * Keeps a view sensible: never smaller than fitted (or than 100 %), never beyond {@link MAX_ENLARGEMENT}, centred
 * along an axis on which the whole photo is seen, and without bare surround beside the photo along any other.
 */
export function clampView(view: View, photo: Size, pane: Size, ratio: number): View {
  const smallest = Math.min(fitScale(photo, pane, ratio), 1 / ratio);
  const scale = clamp(view.scale, smallest, MAX_ENLARGEMENT / ratio);
  return {
    scale,
    x: clampAxis(view.x, photo.width, pane.width / scale),
    y: clampAxis(view.y, photo.height, pane.height / scale),
  };
}

function clampAxis(centre: number, length: number, seen: number): number {
  return seen >= length ? length / 2 : clamp(centre, seen / 2, length - seen / 2);
}

/** Zooms so that the photo pixel under `at` (pane pixels) stays there. Not clamped. */
export function zoomAbout(view: View, pane: Size, at: Point, scale: number): View {
  const under = toPhoto(view, pane, at);
  return {
    scale,
    x: under.x - (at.x - pane.width / 2) / scale,
    y: under.y - (at.y - pane.height / 2) / scale,
  };
}

/** Moves the photo by a distance in pane pixels. Not clamped. */
export function panBy(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

export function toPhoto(view: View, pane: Size, at: Point): Point {
  return {
    x: view.x + (at.x - pane.width / 2) / view.scale,
    y: view.y + (at.y - pane.height / 2) / view.scale,
  };
}

export function toPane(view: View, pane: Size, at: Point): Point {
  return {
    x: (at.x - view.x) * view.scale + pane.width / 2,
    y: (at.y - view.y) * view.scale + pane.height / 2,
  };
}

/** Where a rectangle of the photo lies in the pane. */
export function rectInPane(view: View, pane: Size, rect: Rect): Rect {
  return { ...toPane(view, pane, rect), width: rect.width * view.scale, height: rect.height * view.scale };
}

/** The part of the photo that is seen, in photo pixels; fractions are kept. Null where nothing is. */
export function visibleRect(view: View, photo: Size, pane: Size): Rect | null {
  const topLeft = toPhoto(view, pane, { x: 0, y: 0 });
  const left = Math.max(0, topLeft.x);
  const top = Math.max(0, topLeft.y);
  const right = Math.min(photo.width, topLeft.x + pane.width / view.scale);
  const bottom = Math.min(photo.height, topLeft.y + pane.height / view.scale);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** A region of the photo (whole photo pixels) and the size in which to ask for it. */
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
 * The region to ask for at device resolution: what is seen and an eighth more on each side, on a coarse grid so that
 * small movements ask for nothing new. Null while the base picture is sharp enough.
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

/** The next step of the zoom buttons: a doubling in two steps, always by way of 100 %. */
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
 * What a turn of the wheel means. A mouse wheel zooms; two fingers on a trackpad pan and pinch (which arrives as a
 * wheel with Ctrl). Browsers do not tell the two apart, but a wheel's notches are coarse and purely vertical.
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
