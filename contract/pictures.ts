import { z } from 'zod';
import { Id, PhotoId } from './basics';
import { BitmapId } from './edit';

/** Pictures never travel through JSON: the page asks for them by URL. */

/**
 * `difference`: what a rendering changed, sample by sample, amplified; black where nothing did. `clipping`: opaque red
 * where a channel is at its upper end, blue where all are at their lower, transparent elsewhere. `evidence` is no
 * picture: whatever the region, it is what the detector found, as bytes (document/evidence.ts). Its revision counts the
 * events `photo.evidence`, so that new evidence has a new URL. Nor is
 * `bitmap`, a mask that was imported (document/runs.ts).
 */
export const LAYERS = ['original', 'result', 'mask', 'evidence', 'bitmap', 'difference', 'clipping'] as const;
export const Layer = z.enum(LAYERS);
export type Layer = z.infer<typeof Layer>;

/** The names of the original where a revision of a rendering is asked for. */
export const ORIGINAL = 0;

/** Side of the square tiles in which the viewer asks for a photo, in pixels of the answer. */
export const TILE = 512;
/** A region of a layer, scaled: the URL that both hosts serve as a PNG or JPEG picture. */
export const PictureQuery = z.object({
  photoId: PhotoId,
  layer: Layer,
  /** Which rendering; {@link ORIGINAL} for the photo as it is. */
  revision: z.coerce.number().int().nonnegative(),
  /** Region in full-size pixels of the original photo. */
  x: z.coerce.number().int().nonnegative(),
  y: z.coerce.number().int().nonnegative(),
  w: z.coerce.number().int().positive(),
  h: z.coerce.number().int().positive(),
  /** Size of the answer in pixels; never larger than 4096 on a side. */
  width: z.coerce.number().int().positive().max(4096),
  height: z.coerce.number().int().positive().max(4096),
  /**
   * Asks for PNG at any size. Where the region's sides are the same power of two times those of the answer (rounded up
   * at the photo's edges), every pixel is the mean of exactly the pixels that it covers, so that neighbouring tiles fit.
   */
  lossless: z.coerce.number().int().min(0).max(1).optional(),
  /** For the difference layer: the rendering to compare with, and how many times to amplify. */
  against: z.coerce.number().int().nonnegative().optional(),
  gain: z.coerce.number().int().min(1).max(64).optional(),
  /** For the bitmap layer: which one. */
  bitmap: BitmapId.optional(),
  /** For the mask layer: the sensitivity to show and how far to grow, as in {@link RepairSettings}. */
  sensitivity: z.coerce.number().min(0).max(1).optional(),
  grow: z.coerce.number().min(0).max(32).optional(),
});
export type PictureQuery = z.infer<typeof PictureQuery>;

/** The URL of a picture. `base` comes from `app.info` (`photo://picture` or `/picture`). */
export function pictureUrl(base: string, query: PictureQuery): string {
  const { photoId, layer, ...rest } = query;
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) search.set(key, String(value));
  return `${base}/${photoId}/${layer}?${search}`;
}

/** Stands where the id of a photo would: those are longer. */
const PAIR_PREFIX = 'pair';

/** Reads a picture's URL back; throws a ZodError where it is malformed. */
export function parsePictureUrl(base: string, url: string): PictureQuery | ThumbnailQuery | PairQuery {
  const [path = '', search = ''] = (url.startsWith(base) ? url.slice(base.length) : url).split('?');
  const [photoId, layer, index, side] = path.replace(/^\//, '').split('/');
  if (photoId === PAIR_PREFIX) return PairQuery.parse({ pairId: layer, pairSide: index });
  if (side !== undefined) return ThumbnailQuery.parse({ batchId: layer, index, side });
  return PictureQuery.parse({ photoId, layer, ...Object.fromEntries(new URLSearchParams(search)) });
}
/** A small picture of a photo of a batch, as it was or as it has become. */
export const ThumbnailQuery = z.object({
  batchId: Id,
  index: z.coerce.number().int().nonnegative(),
  side: z.enum(['before', 'after']),
});
export type ThumbnailQuery = z.infer<typeof ThumbnailQuery>;

export function thumbnailUrl(base: string, { batchId, index, side }: ThumbnailQuery): string {
  return `${base}/batch/${batchId}/${index}/${side}`;
}

export const PAIR_SIDES = ['clean', 'damaged', 'mask'] as const;
/** A picture of a pair that was made to be looked at. */
export const PairQuery = z.object({ pairId: Id, pairSide: z.enum(PAIR_SIDES) });
export type PairQuery = z.infer<typeof PairQuery>;

export function pairUrl(base: string, { pairId, pairSide }: PairQuery): string {
  return `${base}/${PAIR_PREFIX}/${pairId}/${pairSide}`;
}
