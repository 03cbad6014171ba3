import { z } from 'zod';
import { Message } from './basics';

/** Error codes and failures. */

/** All error codes. Each code has a sentence in `text/`. */
export const ERROR_CODES = [
  'BAD_REQUEST', // the message breaks the contract
  'CANCELLED', // the user cancelled
  'FILE_MISSING', // the file no longer exists
  'FILE_UNREADABLE', // the system refuses to read it
  'FILE_EMPTY', // 0 bytes
  'NOT_A_PHOTO', // the content is not in a picture format that Emulsion reads
  'PHOTO_DAMAGED', // a known format, but truncated or corrupt
  'PHOTO_TOO_LARGE', // more than MAX_PIXELS
  'FORMAT_UNSUPPORTED', // a picture in a format that Emulsion does not read (HEIC, RAW, JPEG XL ...)
  'FOLDER_MISSING', // the output folder does not exist and cannot be created
  'FOLDER_UNWRITABLE', // read-only or not permitted
  'DISK_FULL',
  'NAME_TAKEN', // a file of that name exists, and may not be replaced
  'METADATA_DAMAGED', // metadata beside a photo that cannot be read, and so cannot be added to
  'CROP_IMPOSSIBLE', // a part of a scan that cannot become the photo
  'MASK_SIZE', // the size of a mask from a file is not that of the photo
  'MASK_UNSUITABLE', // a picture that is clearly not a mask
  'EDIT_INVALID', // an edit document that cannot be read
  'EDIT_NEWER', // an edit document of a newer version
  'EDITS_UNSAVED', // the data folder cannot be written to
  'EDIT_FILE_INVALID', // an edit file that cannot be read
  'EDIT_FILE_SLOW', // an edit file that takes too long to read
  'EDIT_FILE_NEWER', // an edit file of a newer version
  'EDIT_FOREIGN', // an edit file that belongs to another photo
  'RECIPE_INVALID', // not a recipe, or of a later format
  'RECIPE_UNKNOWN', // no recipe of that name
  'PHOTO_CHANGED', // a file was changed while it was being restored
  'PHOTO_QUARANTINED', // a photo crashed the engine twice
  'PHOTO_TOO_SMALL', // fewer pixels than the result needs
  'NEGATIVE_IMPOSSIBLE', // a scan that cannot be developed as a negative
  'NO_PRINTS', // nothing that looks like a print lies on the scan
  'PHOTOS_UNUSABLE', // none of a folder's photos can be used
  'FOLDER_TAKEN', // a folder that should be empty holds something else
  'PAIRS_DIFFER', // the folder holds training pairs made with other settings or from other photos
  'OUTPUT_IS_INPUT', // a batch would overwrite its originals
  'JOURNAL_INVALID', // the journal of a batch belongs to another folder, or is not a journal
  'JOURNAL_NEWER', // the journal of a batch of a newer version
  'BATCH_RUNNING', // another program is using the output folder, or a batch is already running
  'BATCH_UNKNOWN', // no batch of that id
  'RESULT_CHANGED', // the result of a batch is no longer what the batch has written
  'QUEUE_UNREACHABLE', // the queue that shares a batch does not respond
  'QUEUE_VERSION', // another version of Emulsion uses the same queue
  'STORAGE_UNREACHABLE', // network storage does not respond, or refuses
  'STYLE_UNKNOWN', // no style of that name, or a style measured by another generator
  'GENERATOR_MISSING', // no generator is installed for a step
  'GENERATOR_DAMAGED', // the hash differs from the card, or the file cannot be loaded
  'GENERATOR_REFUSED', // a generator that Emulsion cannot use, with the reason
  'OUTPUT_INVALID', // a generator returned NaN or a uniform picture
  'OUT_OF_MEMORY',
  'MEMORY_LIMIT', // the engine took more memory than any photo needs, and was ended
  'PROVIDER_FAILED', // the requested provider cannot be used
  'ENGINE_CRASHED',
  'ENGINE_HUNG',
  'ENGINE_FAILED', // it crashed repeatedly and is not restarted automatically any more
  'UNKNOWN_PHOTO', // the id or token is unknown (closed, expired)
  'NOT_ALLOWED', // refused by the security policy
  'CONNECTION_LOST', // the page has lost the connection to the program (browser host only)
  'INTERNAL', // a bug in Emulsion
] as const;
export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;
/**
 * `reason` is more exact than the sentence of the code; `message` is the same in English, for logs and programs;
 * `detail` is for developers.
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
