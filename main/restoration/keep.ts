import type { Mask } from './mask';
import { cropRaster, fitRect, type Raster, type Rect } from './raster';
import type { StepTools } from './tools';

/*
 * What is to be left alone. Before each step the pixels under the mask are put aside, and after it they come back: as they
 * were, or resampled if the step has enlarged the photo. So each step sees them as they are, and none changes them.
 */

/** Rows that are looked at together. */
const STRIP = 64;

/** Puts the pixels of a raster under a mask aside. Returns a function that puts them back into the raster after a step. */
export function putAside(raster: Raster, mask: Mask): ((after: Raster, tools: StepTools) => Promise<Raster>) | null {
  const bounds = boundsOfMask(mask);
  if (bounds === null) return null;
  const part = cropRaster(raster, bounds);
  return async (after, tools) => {
    const isEnlarged = after.width !== raster.width || after.height !== raster.height;
    const place = isEnlarged ? fitRect(bounds, raster, after) : bounds;
    const pixels = isEnlarged ? await tools.resize(part, place.width, place.height) : part;
    const cover = new Uint8Array(bounds.width * bounds.height);
    mask.read(bounds, cover);
    blend(after, place, pixels, { ...bounds, data: cover });
    return after;
  };
}

function boundsOfMask(mask: Mask): Rect | null {
  const { width, height } = mask;
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y += STRIP) {
    const strip = { x: 0, y, width, height: Math.min(STRIP, height - y) };
    if (!mask.any(strip)) continue;
    const bytes = new Uint8Array(strip.width * strip.height);
    mask.read(strip, bytes);
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === 0) continue;
      const x = i % width;
      const row = y + Math.floor(i / width);
      left = Math.min(left, x);
      right = Math.max(right, x);
      if (top < 0) top = row;
      bottom = row;
    }
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Puts pixels over a part of a raster, as far as the cover says. The cover may be smaller than the part. */
function blend(
  raster: Raster,
  place: Rect,
  pixels: Raster,
  cover: { width: number; height: number; data: Uint8Array },
): void {
  const { channels } = raster;
  const isSame = cover.width === place.width && cover.height === place.height;
  for (let y = 0; y < place.height; y++) {
    for (let x = 0; x < place.width; x++) {
      const share = isSame ? cover.data[y * cover.width + x]! / 255 : coverAt(cover, place, x, y);
      if (share === 0) continue;
      const source = (y * place.width + x) * pixels.channels;
      const target = ((place.y + y) * raster.width + place.x + x) * channels;
      for (let c = 0; c < channels; c++) {
        // A step that adds colours turns a grey photo into one of three channels.
        const kept = pixels.data[source + (pixels.channels === 1 ? 0 : c)]!;
        const now = raster.data[target + c]!;
        raster.data[target + c] = share === 1 ? kept : Math.round(now + share * (kept - now));
      }
    }
  }
}

/** The cover of a smaller map at a pixel of a part, between its four neighbours, 0..1. */
function coverAt(
  { width, height, data }: { width: number; height: number; data: Uint8Array },
  place: Rect,
  x: number,
  y: number,
): number {
  const along = (i: number, from: number, to: number) => Math.max(0, Math.min(to - 1, ((i + 0.5) * to) / from - 0.5));
  const [u, v] = [along(x, place.width, width), along(y, place.height, height)];
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const row = (line: number) =>
    data[line * width + left]! + (u - left) * (data[line * width + right]! - data[line * width + left]!);
  return (row(top) + (v - top) * (row(bottom) - row(top))) / 255;
}
