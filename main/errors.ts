import type { ErrorCode, Failure } from '../contract/errors';

/** The English sentence for each code: what happened, what was kept safe, what can be done. */
export const SENTENCES: Record<ErrorCode, string> = {
  BAD_REQUEST: 'The request was malformed and nothing was done.',
  CANCELLED: 'Cancelled. Nothing was written.',
  FILE_MISSING: 'The file is no longer there. It may have been moved, renamed or deleted.',
  FILE_UNREADABLE: 'The file cannot be read. Check its permissions.',
  FILE_EMPTY: 'The file is empty (0 bytes).',
  NOT_A_PHOTO: 'This file is not a photo, whatever its name says.',
  PHOTO_DAMAGED: 'The photo file is incomplete or damaged and cannot be opened.',
  PHOTO_TOO_LARGE: 'The photo is larger than 200 megapixels, which is the most Emulsion opens.',
  FORMAT_UNSUPPORTED: 'Emulsion does not read this kind of picture yet. Save it as TIFF, PNG or JPEG and try again.',
  FOLDER_MISSING: 'The folder does not exist and could not be made.',
  FOLDER_UNWRITABLE: 'The folder cannot be written to. The photo was not written; your original is untouched.',
  DISK_FULL:
    'The disk is full. The photo was not written; your original is untouched. Free some space or choose another folder.',
  NAME_TAKEN: 'A file of that name exists already and was left untouched.',
  MASK_SIZE: 'The mask has another size than the photo. The photo was left as it is.',
  MASK_UNSUITABLE: 'This picture has too much detail for a mask. Use one of black and white areas.',
  EDIT_INVALID: 'The edits that were kept for this photo cannot be read. They were put aside; the photo is untouched.',
  EDIT_NEWER: 'The edits of this photo were made by a newer version of Emulsion and were left as they are.',
  EDITS_UNSAVED: 'The edits could not be saved: Emulsion’s data folder cannot be written to.',
  EDIT_FILE_INVALID: 'This is no edit file of Emulsion, or it is incomplete or damaged. Nothing was changed.',
  EDIT_FILE_NEWER: 'This edit file was made by a newer version of Emulsion. Nothing was changed.',
  EDIT_FOREIGN: 'This edit file belongs to another photo. Nothing was changed.',
  RECIPE_INVALID: 'This is not a recipe that this version of Emulsion understands.',
  RECIPE_UNKNOWN: 'There is no recipe of that name.',
  PHOTO_CHANGED: 'The file was changed while it was being restored. Nothing was written; it can be tried again.',
  PHOTO_QUARANTINED:
    'This photo stopped the part of Emulsion that computes twice, and was set aside. Your original is untouched.',
  PHOTO_TOO_SMALL: 'The photo has too few pixels for this.',
  PHOTOS_UNUSABLE: 'None of the photos in this folder can be used. Nothing was written.',
  FOLDER_TAKEN: 'The folder holds other files. Nothing was written; choose an empty folder or a new one.',
  PAIRS_DIFFER:
    'The folder holds training pairs that were made with other settings or of other photos. Nothing was written; choose another folder.',
  OUTPUT_IS_INPUT: 'The folder for the restored photos is that of the originals. Choose another, or one inside it.',
  JOURNAL_INVALID:
    'The chosen folder holds the record of a batch that cannot be gone on with. Nothing was done; choose another folder.',
  JOURNAL_NEWER: 'The batch in this folder was begun by a newer version of Emulsion. Nothing was done.',
  BATCH_RUNNING: 'A batch is writing to this folder already, or another one is running.',
  BATCH_UNKNOWN: 'This batch is not known any more.',
  QUEUE_UNREACHABLE: 'The queue does not answer any more. What is done stays, and can be gone on with.',
  QUEUE_VERSION: 'Another version of Emulsion uses the same queue. Bring all to one version.',
  STORAGE_UNREACHABLE: 'The storage in the network cannot be reached, or refuses the access. Nothing was changed.',
  STYLE_UNKNOWN: 'This style is not known to the installed generator. Choose another, or its picture once more.',
  GENERATOR_MISSING: 'The generator that this step needs is not installed.',
  GENERATOR_DAMAGED: 'The generator’s file is damaged and was not used. Install Emulsion again to replace it.',
  GENERATOR_REFUSED: 'This model cannot be used as a generator.',
  OUTPUT_INVALID: 'The generator gave no usable picture, so its result was thrown away.',
  OUT_OF_MEMORY: 'There is not enough memory for this photo. Close other programs and try again.',
  PROVIDER_FAILED: 'The chosen processor cannot be used on this computer.',
  ENGINE_CRASHED: 'The part of Emulsion that computes stopped unexpectedly and was started again. Nothing was written.',
  ENGINE_HUNG: 'The part of Emulsion that computes did not answer and was started again. Nothing was written.',
  ENGINE_FAILED:
    'The part of Emulsion that computes stopped again and again, and was not started once more. Nothing was written.',
  UNKNOWN_PHOTO: 'This photo is no longer open.',
  NOT_ALLOWED: 'This is not permitted.',
  CONNECTION_LOST:
    'The connection to Emulsion was lost. If its window in the terminal was closed, start it again; your originals are untouched.',
  INTERNAL: 'Something went wrong inside Emulsion. Nothing was written.',
};

/** The one error class: a code, a sentence for a person and a detail for a developer. */
export class EmulsionError extends Error {
  override readonly name = 'EmulsionError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, options: { message?: string; detail?: string; cause?: unknown } = {}) {
    super(options.message ?? SENTENCES[code], { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? (options.cause === undefined ? undefined : textOf(options.cause));
  }

  toFailure(): Failure {
    return this.detail === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, detail: this.detail };
  }
}

/** Turns anything thrown into a coded failure. File-system codes become their sentences. */
export function toFailure(error: unknown): Failure {
  return toEmulsionError(error).toFailure();
}

export function toEmulsionError(error: unknown): EmulsionError {
  if (error instanceof EmulsionError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case 'ENOENT':
      return new EmulsionError('FILE_MISSING', { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new EmulsionError('FILE_UNREADABLE', { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new EmulsionError('DISK_FULL', { cause: error });
    case 'EROFS':
      return new EmulsionError('FOLDER_UNWRITABLE', { cause: error });
    case 'EEXIST':
      return new EmulsionError('NAME_TAKEN', { cause: error });
    default:
      return new EmulsionError('INTERNAL', { cause: error });
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
