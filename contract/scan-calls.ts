import { z } from 'zod';
import { FileEntry } from './app';
import { count, JobId, Message, PhotoId } from './basics';
import { EditAction } from './edit';
import { Photo } from './photo';
import { BaseSource, Corners, FilmBase, NEGATIVE_KINDS, Negative, Scan } from './scan';

/** Cutting the print out of a scanned page. */
export const SCAN_CALLS = {
  /**
   * The change that cuts another print out of the page of a photo (null: the whole page is the photo): with it, everything that is
   * painted lies where it lay in the picture. The photo itself stays as it is until `scan.apply`. CROP_IMPOSSIBLE with the reason.
   */
  'scan.carry': { request: z.object({ photoId: PhotoId, scan: Scan.nullable() }).strict(), response: EditAction },
  /**
   * Opens the photo again as this print of its page, under another id, which its edits belong to from then on. Close the former
   * photo. CROP_IMPOSSIBLE; otherwise as `photos.open`.
   */
  'scan.apply': {
    request: z.object({ photoId: PhotoId, scan: Scan.nullable(), jobId: JobId }).strict(),
    response: Photo,
  },
  /** Opens the whole page of a photo besides it, to be looked at, developed if it is a negative. As `photos.open`. */
  'scan.page': {
    request: z.object({ photoId: PhotoId, negative: Negative.nullable().default(null), jobId: JobId }).strict(),
    response: Photo,
  },
  /**
   * How the negative on a page is developed, by the picture in a print of it (null: all of it). The film base is that at a place of the
   * page, in pixels, else `base`, else it is looked for. The photo has to be a whole page that is not developed. NEGATIVE_IMPOSSIBLE.
   */
  'scan.negative': {
    request: z
      .object({
        photoId: PhotoId,
        kind: z.enum(NEGATIVE_KINDS),
        base: FilmBase.nullable().default(null),
        at: z.tuple([z.number(), z.number()]).nullable().default(null),
        scan: Scan.nullable().default(null),
        jobId: JobId,
      })
      .strict(),
    response: z.object({ negative: Negative, base: BaseSource, notes: z.array(Message) }),
  },
  /**
   * The prints that are found on a page, by rows from top to bottom and from left to right in each; none on an empty page. The photo
   * has to be a whole page.
   */
  'scan.find': {
    request: z.object({ photoId: PhotoId, jobId: JobId }).strict(),
    response: z.object({ prints: z.array(Corners) }),
  },
  /**
   * The prints that are found on a page, each as a photo of its own: a file to be opened. None where fewer than two are found. The
   * photo has to be a whole page.
   */
  'scan.split': {
    request: z.object({ photoId: PhotoId, jobId: JobId }).strict(),
    response: z.object({ files: z.array(FileEntry), found: count }),
  },
} as const;
