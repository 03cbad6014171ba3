import { z } from 'zod';

/** What of a scan is the photo. */

/** A place on the page, in pixels from its top left corner; pixel edges are whole numbers. May lie a little outside. */
const Corner = z.tuple([z.number().min(-100_000).max(300_000), z.number().min(-100_000).max(300_000)]).readonly();
const edge = z.number().int().min(1).max(300_000);

/** Four corners, clockwise on the page, from the one that is at the top left of the upright print. */
export const Corners = z.tuple([Corner, Corner, Corner, Corner]).readonly();
export type Corners = z.infer<typeof Corners>;

/** The kinds of negatives: with three layers of dye on an orange base, or of silver. */
export const NEGATIVE_KINDS = ['colour', 'mono'] as const;
/** Linear light, 0.0005..1, in red, green and blue that a place of a negative lets through, as a share of white. */
const share = z.number().min(0.0005).max(1);
export const FilmBase = z.tuple([share, share, share]).readonly();
export type FilmBase = z.infer<typeof FilmBase>;
const ofLayers = (least: number, most: number) => {
  const value = z.number().min(least).max(most);
  return z.tuple([value, value, value]).readonly();
};
/** What a person adds to a development, each 0 for none. */
export const DEVELOPMENT = {
  /** In stops. */
  exposure: { min: -3, max: 3 },
  contrast: { min: -1, max: 1 },
  /** Towards yellow, or blue. */
  warmth: { min: -1, max: 1 },
  /** Towards magenta, or green. */
  tint: { min: -1, max: 1 },
} as const;
const added = ({ min, max }: { min: number; max: number }) => z.number().min(min).max(max);
/** How a negative becomes a positive. */
export const Negative = z.object({
  kind: z.enum(NEGATIVE_KINDS),
  base: FilmBase,
  /** Decades of light for a decade of exposure, of each layer. */
  slope: ofLayers(0.2, 4),
  /** Decades of light of an exposure at the foot of the straight part of the film's curve, of each layer. */
  shift: ofLayers(-8, 4),
  exposure: added(DEVELOPMENT.exposure),
  contrast: added(DEVELOPMENT.contrast),
  warmth: added(DEVELOPMENT.warmth),
  tint: added(DEVELOPMENT.tint),
});
export type Negative = z.infer<typeof Negative>;

/**
 * The print on a scanned page: the first thing that is done to a photo. All that follows sees the upright print, and all places and
 * lengths of the edit document are in its pixels. A page is the picture of a file as it is opened, turned as its EXIF data say.
 */
export const Scan = z.object({
  corners: Corners,
  /** Size of the upright print, in pixels; absent: that of the area on the page. */
  size: z.object({ width: edge, height: edge }).optional(),
  /** How the scan of a negative becomes a positive; absent: it is a positive. */
  negative: Negative.optional(),
});
export type Scan = z.infer<typeof Scan>;

/** How a scan is looked at: as a negative of a kind, or as one if it certainly is (`auto`). */
export const NegativeMode = z.enum(['auto', ...NEGATIVE_KINDS]);
/** What is wanted of a scan that may be a negative. `base` null: the film base is looked for on the scan. */
export const NegativeWish = z.object({ kind: NegativeMode, base: FilmBase.nullable().default(null) });
export type NegativeWish = z.infer<typeof NegativeWish>;
/** Where a film base is from: it was given, from a strip of unexposed film, or from the thinnest places of the picture. */
export const BaseSource = z.enum(['given', 'strip', 'picture']);
export type BaseSource = z.infer<typeof BaseSource>;
