import { z } from 'zod';
import { FileEntry } from './app';
import { count, Id, JobId, Message, PhotoId } from './basics';
import { BatchFilter, BatchRow, BatchState, MAX_CHOSEN, PhotoWork } from './batch';
import { ANNOTATIONS, Crop, Orientation } from './edit';
import { Recipe } from './recipe';

/** Looking at the results of a batch and deciding about them. Decisions are in its journal. */

/** A photo of a batch, by its position among the files found. */
const AT = { id: Id, index: count };
/**
 * What replaces a result. RESULT_CHANGED if the result is no longer what the batch has written, unless the person has agreed
 * to replace it all the same. The former result is kept until the next change, for `review.undo`.
 */
const CHANGE = { ...AT, agreed: z.boolean().default(false) };

export const REVIEW_CALLS = {
  /** Shows a batch of an earlier run without going on with it. Computes nothing. */
  'review.open': { request: z.object({ id: Id }).strict(), response: BatchState },
  /**
   * A listed photo: that of `index` (step 0), or the nearest one before (-1) or after (1) it, even if it is not listed itself.
   * `rank`: its position in the list, from 0.
   */
  'review.beside': {
    request: z
      .object({ ...AT, filter: BatchFilter, step: z.union([z.literal(-1), z.literal(0), z.literal(1)]) })
      .strict(),
    response: z.object({ row: BatchRow.nullable(), rank: count, total: count }),
  },
  /**
   * Opens a photo and its result to be compared; `photos.close` closes both. The original is turned and cropped as the result
   * is. `result` null: there is none, or it is the original itself.
   */
  'review.look': {
    request: z.object({ ...AT, jobId: JobId }).strict(),
    response: z.object({
      photoId: PhotoId,
      width: z.number().int().positive(),
      height: z.number().int().positive(),
      result: z
        .object({ revision: count, width: z.number().int().positive(), height: z.number().int().positive() })
        .nullable(),
    }),
  },
  /** Notes that photos were looked at, or were not. Answers those for which that is new. */
  'review.mark': {
    request: z
      .object({
        id: Id,
        seen: z.boolean(),
        what: z.union([
          z.object({ indices: z.array(count).min(1).max(MAX_CHOSEN) }).strict(),
          z.object({ filter: BatchFilter }).strict(),
        ]),
      })
      .strict(),
    response: z.object({ changed: z.array(count) }),
  },
  /** How the result of a photo was made: with the settings of the batch, or of a person. */
  'review.work': { request: z.object(AT).strict(), response: PhotoWork },
  /** Restores a photo with other settings. Errors as in a batch. */
  'review.redo': { request: z.object({ ...CHANGE, work: PhotoWork, jobId: JobId }).strict(), response: BatchRow },
  /** Makes the result what a batch writes for a photo without a repair. */
  'review.original': { request: z.object({ ...CHANGE, jobId: JobId }).strict(), response: BatchRow },
  /** Makes an open photo, as it was edited, the result. Name and format stay. */
  'review.takeEdit': {
    request: z
      .object({
        ...CHANGE,
        photoId: PhotoId,
        recipe: Recipe,
        jobId: JobId,
        orientation: Orientation.default(1),
        crop: Crop.nullable().default(null),
        ...ANNOTATIONS,
      })
      .strict(),
    /** `notes`: what could not be carried over to the file. */
    response: z.object({ row: BatchRow, notes: z.array(Message) }),
  },
  /** Puts the former result back. What it replaces is kept in its place, so that it can be undone in turn. */
  'review.undo': { request: z.object(CHANGE).strict(), response: BatchRow },
  /** The photo itself, to be opened in the editor. */
  'review.source': { request: z.object(AT).strict(), response: z.object({ file: FileEntry }) },
  /** Shows the result, or else the photo, in the system's file manager. BAD_REQUEST if nativeDialogs is false. */
  'review.show': { request: z.object(AT).strict(), response: z.object({}).strict() },
} as const;
