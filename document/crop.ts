import type { Crop } from '../contract/edit';
import type { Size } from './size';

/** The largest part of a photo without the missing rectangles, which lie at its edges; null if there is hardly any. */
export function keptPart(missing: readonly Crop[], { width, height }: Size): Crop | null {
  if (missing.length === 0) return null;
  const left = Math.min(...missing.map(({ x }) => x));
  const top = Math.min(...missing.map(({ y }) => y));
  const right = Math.max(...missing.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...missing.map((rect) => rect.y + rect.height));
  const parts = [
    { x: 0, y: 0, width, height: top },
    { x: 0, y: bottom, width, height: height - bottom },
    { x: 0, y: 0, width: left, height },
    { x: right, y: 0, width: width - right, height },
  ].map((part) => wholePixels(part, { width, height }));
  const largest = parts.reduce((one, other) => (areaOf(other) > areaOf(one) ? other : one));
  return largest.width >= LEAST && largest.height >= LEAST ? largest : null;
}

/** Pixels per side that a part needs to be worth keeping. */
const LEAST = 16;

const areaOf = ({ width, height }: Crop) => Math.max(0, width) * Math.max(0, height);

/** Without the pixels that are only partly inside. */
function wholePixels({ x, y, width, height }: Crop, size: Size): Crop {
  const [left, top] = [Math.ceil(Math.max(0, x)), Math.ceil(Math.max(0, y))];
  return {
    x: left,
    y: top,
    width: Math.floor(Math.min(size.width, x + width)) - left,
    height: Math.floor(Math.min(size.height, y + height)) - top,
  };
}

/**
 * A crop of a photo in its result, which may be enlarged: whole pixels inside the result. Null for one that leaves nothing.
 */
export function cropIn({ x, y, width, height }: Crop, photo: Size, result: Size): Crop | null {
  const [across, down] = [result.width / photo.width, result.height / photo.height];
  const edge = (value: number, scale: number, most: number) => Math.min(most, Math.max(0, Math.round(value * scale)));
  const left = edge(x, across, result.width);
  const top = edge(y, down, result.height);
  const right = edge(x + width, across, result.width);
  const bottom = edge(y + height, down, result.height);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
