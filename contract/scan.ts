import { z } from 'zod';

/** What of a scan is the photo. */

/** A place on the page, in pixels from its top left corner; pixel edges are whole numbers. May lie a little outside. */
const Corner = z.tuple([z.number().min(-100_000).max(300_000), z.number().min(-100_000).max(300_000)]).readonly();
const edge = z.number().int().min(1).max(300_000);

/** Four corners, clockwise on the page, from the one that is at the top left of the upright print. */
export const Corners = z.tuple([Corner, Corner, Corner, Corner]).readonly();
export type Corners = z.infer<typeof Corners>;

/**
 * The print on a scanned page: the first thing that is done to a photo. All that follows sees the upright print, and all places and
 * lengths of the edit document are in its pixels. A page is the picture of a file as it is opened, turned as its EXIF data say.
 */
export const Scan = z.object({
  corners: Corners,
  /** Size of the upright print, in pixels; absent: that of the area on the page. */
  size: z.object({ width: edge, height: edge }).optional(),
});
export type Scan = z.infer<typeof Scan>;
