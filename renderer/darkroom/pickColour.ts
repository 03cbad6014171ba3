import type { Photo } from '../../contract/photo';
import { type Layer, pictureUrl } from '../../contract/pictures';
import { loadPicture } from './loadPicture';

/** Where a colour is picked: a photo, and the picture of it that is shown. */
export interface ColourSource {
  base: string;
  photo: Photo;
  layer: Layer;
  revision: number;
}

/**
 * The mean colour, `#rrggbb`, of the square within `reach` photo pixels around a point. Null for a point beside the photo.
 * Throws if the picture cannot be loaded.
 */
export async function colourAt(
  { base, photo, layer, revision }: ColourSource,
  at: { x: number; y: number },
  reach: number,
): Promise<string | null> {
  const region = around(at, reach, photo);
  if (region === null) return null;
  const query = { photoId: photo.id, layer, revision, ...region, width: 1, height: 1, lossless: 1 } as const;
  const [red, green, blue] = await pixelsOf(pictureUrl(base, query));
  return `#${[red, green, blue].map((value) => value!.toString(16).padStart(2, '0')).join('')}`;
}

/** The pixels of a picture, four bytes each. Throws if it cannot be loaded. */
export async function pixelsOf(url: string): Promise<Uint8ClampedArray> {
  const bitmap = await loadPicture(url, new AbortController().signal);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height).data;
}

/** The square of the photo around a point, within the photo; null for a point beside it. */
function around(at: { x: number; y: number }, reach: number, photo: { width: number; height: number }) {
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  if (x < 0 || y < 0 || x >= photo.width || y >= photo.height) return null;
  const [left, top] = [Math.max(0, x - reach), Math.max(0, y - reach)];
  const [right, bottom] = [Math.min(photo.width, x + reach + 1), Math.min(photo.height, y + reach + 1)];
  return { x: left, y: top, w: right - left, h: bottom - top };
}
