import { z } from 'zod';
import { Id, PhotoId, Sha256 } from './basics';
import { BitmapId } from './edit';
import { TrialQuery } from './generators';

/** Pictures never travel through JSON: the page asks for them by URL. */

/**
 * `difference`: the absolute change of each sample, amplified; black if nothing changed. `clipping`: opaque red if a
 * channel is at its maximum, blue if all are at their minimum, otherwise transparent. `evidence` is not a picture: it
 * returns the detector's evidence as bytes (document/evidence.ts), for any region. Its revision counts the
 * `photo.evidence` events, so that new evidence has a new URL. `bitmap` is not a picture either: it returns an imported
 * mask (document/runs.ts).
 */
export const LAYERS = ['original', 'result', 'mask', 'evidence', 'bitmap', 'difference', 'clipping'] as const;
export const Layer = z.enum(LAYERS);
export type Layer = z.infer<typeof Layer>;

/** The revision that stands for the original. */
export const ORIGINAL = 0;

/** Edge of the square tiles that the viewer requests, in pixels of the returned picture. */
export const TILE = 512;
/** A scaled region of a layer: the URL that both hosts serve as a PNG or JPEG picture. */
export const PictureQuery = z.object({
  photoId: PhotoId,
  layer: Layer,
  /** Which rendering; {@link ORIGINAL} for the original photo. */
  revision: z.coerce.number().int().nonnegative(),
  /** Region in full-size pixels of the original photo. */
  x: z.coerce.number().int().nonnegative(),
  y: z.coerce.number().int().nonnegative(),
  w: z.coerce.number().int().positive(),
  h: z.coerce.number().int().positive(),
  /** Size of the returned picture in pixels; at most 4096 on each side. */
  width: z.coerce.number().int().positive().max(4096),
  height: z.coerce.number().int().positive().max(4096),
  /**
   * Asks for PNG at any size. If the region's sides are the same power of two times those of the returned picture
   * (rounded up at the photo's edges), every pixel is the mean of exactly the pixels that it covers, so that
   * neighbouring tiles match.
   */
  lossless: z.coerce.number().int().min(0).max(1).optional(),
  /** For the difference layer: the rendering to compare with, and the amplification. */
  against: z.coerce.number().int().nonnegative().optional(),
  gain: z.coerce.number().int().min(1).max(64).optional(),
  /** For the bitmap layer: the id of the bitmap. */
  bitmap: BitmapId.optional(),
  /** For the mask layer: sensitivity and growth, as in {@link RepairSettings}. */
  sensitivity: z.coerce.number().min(0).max(1).optional(),
  grow: z.coerce.number().min(0).max(32).optional(),
  /** For the mask and evidence layers: 1 if writing counts as damage. */
  writing: z.coerce.number().int().min(0).max(1).optional(),
  /** For the mask and evidence layers: 0 if what infrared shows does not count. */
  infrared: z.coerce.number().int().min(0).max(1).optional(),
  /** Numbers a request that the page may drop (`photos.dropPicture`); it changes nothing of the picture. */
  ask: z.coerce.number().int().nonnegative().optional(),
});
export type PictureQuery = z.infer<typeof PictureQuery>;

/** The URL of a picture. `base` comes from `app.info` (`photo://picture` or `/picture`). */
export function pictureUrl(base: string, query: PictureQuery): string {
  const { photoId, layer, ...rest } = query;
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) search.set(key, String(value));
  return `${base}/${photoId}/${layer}?${search}`;
}

/** They take the place of a photo's id in the URL. Those ids are longer. */
const PAIR_PREFIX = 'pair';
const TRIAL_PREFIX = 'trial';
const EXAMPLE_PREFIX = 'example';

/** Every kind of picture that has a URL. */
export type AnyPictureQuery = PictureQuery | ThumbnailQuery | PairQuery | TrialQuery | ExampleQuery;

/** Parses a picture's URL. Throws a ZodError if it is malformed. */
export function parsePictureUrl(base: string, url: string): AnyPictureQuery {
  const [path = '', search = ''] = (url.startsWith(base) ? url.slice(base.length) : url).split('?');
  const [photoId, layer, index, side] = path.replace(/^\//, '').split('/');
  if (photoId === PAIR_PREFIX) return PairQuery.parse({ pairId: layer, pairSide: index });
  if (photoId === TRIAL_PREFIX) return TrialQuery.parse({ trialId: layer, trialSide: index });
  if (photoId === EXAMPLE_PREFIX) return ExampleQuery.parse({ example: layer });
  if (side !== undefined) return ThumbnailQuery.parse({ batchId: layer, index, side });
  return PictureQuery.parse({ photoId, layer, ...Object.fromEntries(new URLSearchParams(search)) });
}
/**
 * A thumbnail of a photo of a batch, before or after the restoration, or `mask`: what was repaired, as the opacity of a
 * white picture. Before there is a result, `before` is made from the photo itself; it is empty if the photo cannot be read.
 */
export const ThumbnailQuery = z.object({
  batchId: Id,
  index: z.coerce.number().int().nonnegative(),
  side: z.enum(['before', 'after', 'mask']),
});
export type ThumbnailQuery = z.infer<typeof ThumbnailQuery>;

/** @param version of the row, so that another result has another URL */
export function thumbnailUrl(base: string, { batchId, index, side }: ThumbnailQuery, version = 0): string {
  return `${base}/batch/${batchId}/${index}/${side}?v=${version}`;
}

export const PAIR_SIDES = ['clean', 'damaged', 'mask'] as const;
/** A picture of a training pair made as a preview. */
export const PairQuery = z.object({ pairId: Id, pairSide: z.enum(PAIR_SIDES) });
export type PairQuery = z.infer<typeof PairQuery>;

export function pairUrl(base: string, { pairId, pairSide }: PairQuery): string {
  return `${base}/${PAIR_PREFIX}/${pairId}/${pairSide}`;
}

export function trialUrl(base: string, { trialId, trialSide }: TrialQuery): string {
  return `${base}/${TRIAL_PREFIX}/${trialId}/${trialSide}`;
}

/** The reduced copy of a picture whose style is copied. */
export const ExampleQuery = z.object({ example: Sha256 });
export type ExampleQuery = z.infer<typeof ExampleQuery>;

export function exampleUrl(base: string, { example }: ExampleQuery): string {
  return `${base}/${EXAMPLE_PREFIX}/${example}`;
}
