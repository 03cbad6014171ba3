/** One sentence for each error code. */
export const errors = {
  errors: {
    BAD_REQUEST: 'Internal error. Nothing was changed. Please report this.',
    CANCELLED: 'Cancelled. Nothing was written.',
    FILE_MISSING: 'The file is no longer there. It may have been moved, renamed or deleted.',
    FILE_UNREADABLE: 'The file cannot be read. Check its permissions.',
    FILE_EMPTY: 'The file is empty (0 bytes).',
    NOT_A_PHOTO: 'Not a supported image.',
    PHOTO_DAMAGED: 'The photo file is incomplete or damaged and cannot be opened.',
    PHOTO_TOO_LARGE: 'The photo is larger than 200 megapixels, the limit of Emulsion.',
    FORMAT_UNSUPPORTED: 'Emulsion cannot read this format yet. Convert it to TIFF, PNG or JPEG and try again.',
    FOLDER_MISSING: 'The folder does not exist and could not be created. The photo was not written.',
    FOLDER_UNWRITABLE:
      'The folder is not writable. The photo was not written; your original is unchanged. Choose another folder.',
    DISK_FULL:
      'The disk is full. The photo was not written; your original is unchanged. Free some space or choose another folder.',
    NAME_TAKEN: 'A file with that name already exists and was not changed.',
    MASK_SIZE: 'The mask was not used: it must have the same size as the photo.',
    MASK_UNSUITABLE: 'This picture has too much detail for a mask. Use black and white areas.',
    EDIT_INVALID:
      'The saved edits of this photo cannot be read. They were set aside, and the photo starts without edits.',
    EDIT_NEWER:
      'The edits of this photo were made by a newer version of Emulsion. They were not changed, and new edits are not saved.',
    EDITS_UNSAVED:
      'Edits cannot be saved: Emulsion’s data folder is not writable. Export what you need before closing the photo.',
    EDIT_FILE_INVALID: 'This is not an Emulsion edit file, or it is damaged. Nothing was changed.',
    EDIT_FILE_NEWER: 'This edit file was made by a newer version of Emulsion. Nothing was changed.',
    EDIT_FOREIGN: 'This edit file belongs to another photo. Nothing was changed.',
    RECIPE_INVALID: 'This is not a recipe, or it needs a newer version of Emulsion.',
    RECIPE_UNKNOWN: 'There is no recipe with that name.',
    PHOTO_CHANGED: 'The file changed while it was being restored. Nothing was written; try again.',
    PHOTO_QUARANTINED: 'This photo crashed the engine twice and was skipped. Your original is unchanged.',
    PHOTO_TOO_SMALL: 'The photo is too small for this.',
    PHOTOS_UNUSABLE: 'None of the photos in this folder can be used. Nothing was written.',
    FOLDER_TAKEN: 'The folder holds other files. Nothing was written; choose an empty folder or a new one.',
    PAIRS_DIFFER:
      'The folder contains training pairs made with other settings or photos. Nothing was written; choose another folder.',
    OUTPUT_IS_INPUT:
      'The results cannot go into the folder with the originals. Choose another folder, or one inside it.',
    JOURNAL_INVALID: 'This folder holds a batch that cannot be continued. Nothing was changed; choose another folder.',
    JOURNAL_NEWER: 'The batch in this folder was started by a newer version of Emulsion. Nothing was changed.',
    BATCH_RUNNING: 'A batch is already running.',
    BATCH_UNKNOWN: 'This batch no longer exists.',
    QUEUE_UNREACHABLE: 'The queue is not responding. Finished photos are kept, and the batch can be continued.',
    QUEUE_VERSION: 'The queue is used by another version of Emulsion. Update all computers to the same version.',
    STORAGE_UNREACHABLE: 'The network storage cannot be reached or denied access. Nothing was changed.',
    STYLE_UNKNOWN: 'The installed generator does not know this style. Choose another, or add its picture again.',
    GENERATOR_MISSING: 'The generator for this step is not installed. Turn the step off to continue without it.',
    GENERATOR_DAMAGED: 'The generator for this step is damaged and was not used. Reinstall Emulsion to replace it.',
    GENERATOR_REFUSED: 'This model cannot be used as a generator.',
    OUTPUT_INVALID: 'The model returned an unusable picture, which was discarded. Your original is unchanged.',
    OUT_OF_MEMORY: 'Not enough memory for this photo. Close other apps and try again.',
    PROVIDER_FAILED: 'The selected processor cannot be used on this computer. Choose another in Settings.',
    ENGINE_CRASHED: 'The engine crashed and was restarted. Nothing was written.',
    ENGINE_HUNG: 'The engine stopped responding and was restarted. Nothing was written.',
    ENGINE_FAILED: 'The engine keeps crashing and was not restarted. Your originals and edits are unchanged.',
    UNKNOWN_PHOTO: 'This photo is no longer open. Open it again.',
    NOT_ALLOWED: 'This is not permitted.',
    CONNECTION_LOST:
      'Lost the connection to Emulsion. Start it again and reload this page. Your originals are unchanged.',
    INTERNAL: 'Internal error. Nothing was written; your original is unchanged.',
  },
};
