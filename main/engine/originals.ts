import type { RenderSize } from '../../contract/photo';
import { Pyramid } from '../photos/pyramid';
import type { Raster } from '../restoration/raster';
import type { Opened } from './opened';
import type { Renderings } from './renderings';
import type { JobTools } from './tools';

/** The preview has at most this many pixels: enough for a window, and fast to compute. A smaller photo is its own preview. */
const PREVIEW_PIXELS = 2_000_000;
/** Size of a small rendering: enough to choose from several, each a few hundred pixels wide. */
const SMALL_PIXELS = 200_000;
/** A preview that the window shows enlarged by more than this factor of its pixels is made again. */
const TOO_SMALL = 1.2;

interface About {
  tools: JobTools;
  /** Loses the renderings of a size that is made again. */
  renderings: Renderings;
  /** On how many device pixels the window shows the whole photo; absent: as many as a preview may have. */
  shown?: number;
}

/** The original at a rendering size. Smaller sizes are made only once, unless the window has grown. Throws CANCELLED. */
export async function originalFor(
  { originals, source, photo }: Opened,
  size: RenderSize,
  { tools, renderings, shown }: About,
): Promise<Pyramid> {
  if (size === 'full') return originals.full;
  const most = size === 'preview' ? PREVIEW_PIXELS : SMALL_PIXELS;
  if (pixelsOf(source.raster) <= most) originals[size] = originals.full;
  const known = originals[size];
  if (known === originals.full || (known && isEnough(known, size, shown))) return known;
  renderings.drop(photo.id, size);
  const made = new Pyramid(await tools.shrink(source.raster, pixelsFor(size, shown)));
  originals[size] = made;
  return made;
}

/** Whether what was made for a smaller window serves one in which a photo lies on `shown` device pixels. */
export function isEnough({ raster }: Pyramid, size: RenderSize, shown?: number): boolean {
  return size === 'full' || shown === undefined || pixelsFor(size, shown) <= TOO_SMALL * pixelsOf(raster);
}

function pixelsFor(size: 'preview' | 'small', shown?: number): number {
  if (size === 'small') return SMALL_PIXELS;
  return Math.max(SMALL_PIXELS, Math.min(PREVIEW_PIXELS, shown ?? PREVIEW_PIXELS));
}

const pixelsOf = ({ width, height }: Raster) => width * height;
