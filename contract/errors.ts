import { z } from 'zod';
import { Message } from './basics';

/** Every way in which a request can fail. */

/** Every way in which a request can fail. Each code has a sentence in `text/`. */
export const ERROR_CODES = [
  'BAD_REQUEST', // the message does not fit the contract
  'CANCELLED', // the user cancelled
  'FILE_MISSING', // no file at that place any more
  'FILE_UNREADABLE', // there, but the system refuses to read it
  'FILE_EMPTY', // 0 bytes
  'NOT_A_PHOTO', // content is no picture format that Emulsion reads
  'PHOTO_DAMAGED', // a known format, but truncated or corrupt
  'PHOTO_TOO_LARGE', // more than MAX_PIXELS
  'FORMAT_UNSUPPORTED', // a picture, but of a kind that Emulsion does not read (HEIC, RAW, JPEG XL ...)
  'FOLDER_MISSING', // the output folder does not exist and cannot be made
  'FOLDER_UNWRITABLE', // read-only or not permitted
  'DISK_FULL',
  'NAME_TAKEN', // an exclusive write found a file of that name
  'MASK_SIZE', // a mask from a file is not of the photo's size
  'MASK_UNSUITABLE', // a picture that is far from being a mask
  'EDIT_INVALID', // an edit document that cannot be read
  'EDIT_NEWER', // an edit document of a newer version
  'EDITS_UNSAVED', // the data folder cannot be written to
  'EDIT_FILE_INVALID', // an edit file that cannot be read
  'EDIT_FILE_NEWER', // an edit file of a newer version
  'EDIT_FOREIGN', // an edit file of another photo
  'RECIPE_INVALID', // not a recipe, or of an unknown future format
  'RECIPE_UNKNOWN', // no recipe of that name
  'PHOTO_CHANGED', // a file was written to while it was restored
  'PHOTO_QUARANTINED', // a photo took the engine down twice
  'PHOTO_TOO_SMALL', // fewer pixels than what is to be made of it
  'PHOTOS_UNUSABLE', // none of a folder's photos can be used
  'FOLDER_TAKEN', // a folder that should be empty holds something else
  'PAIRS_DIFFER', // training pairs made with other settings, or of other photos, lie in the folder
  'OUTPUT_IS_INPUT', // a batch would write over its own originals
  'JOURNAL_INVALID', // the record of a batch is of another folder, or no record
  'JOURNAL_NEWER', // the record of a batch of a newer version
  'BATCH_RUNNING', // another program works on that output folder, or a batch runs already
  'BATCH_UNKNOWN', // no batch of that id
  'QUEUE_UNREACHABLE', // the queue that a batch was to be shared through does not answer
  'QUEUE_VERSION', // another version of Emulsion uses the same queue
  'STORAGE_UNREACHABLE', // storage in the network does not answer, or refuses
  'STYLE_UNKNOWN', // no style of that name, or one that another generator has measured
  'GENERATOR_MISSING', // no generator is installed for a step
  'GENERATOR_DAMAGED', // hash differs from the card, or the file cannot be loaded
  'GENERATOR_REFUSED', // not a generator that Emulsion can use, with the reason
  'OUTPUT_INVALID', // a generator gave NaN or a constant picture
  'OUT_OF_MEMORY',
  'PROVIDER_FAILED', // the asked-for provider cannot be used
  'ENGINE_CRASHED',
  'ENGINE_HUNG',
  'ENGINE_FAILED', // it stopped again and again, and is not started by itself any more
  'UNKNOWN_PHOTO', // the id or token is not known (closed, expired)
  'NOT_ALLOWED', // refused by the security policy
  'CONNECTION_LOST', // the page has lost the program behind it (browser host only)
  'INTERNAL', // a defect of ours
] as const;
export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;
/**
 * `reason` says more exactly what is wrong than the sentence of the code; `message` is the same in English, for records and
 * programs; `detail` is for a developer.
 */
export const Failure = z.object({
  code: ErrorCode,
  message: z.string(),
  reason: z.array(Message).max(10).optional(),
  detail: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;

export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

export function failure(code: ErrorCode, message: string, detail?: string): { ok: false; error: Failure } {
  return { ok: false, error: detail === undefined ? { code, message } : { code, message, detail } };
}
