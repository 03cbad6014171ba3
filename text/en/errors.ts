/** What went wrong: a sentence for each error code, and more exact ones. */
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
    METADATA_DAMAGED: 'The metadata file beside the photo cannot be read and was not changed.',
    CROP_IMPOSSIBLE: 'The photo was not cropped: this part cannot be cut out of it.',
    MASK_SIZE: 'The mask was not used: it must have the same size as the photo.',
    MASK_UNSUITABLE: 'This picture has too much detail for a mask. Use black and white areas.',
    EDIT_INVALID:
      'The saved edits of this photo cannot be read. They were set aside, and the photo starts without edits.',
    EDIT_NEWER:
      'The edits of this photo were made by a newer version of Emulsion. They were not changed, and new edits are not saved.',
    EDITS_UNSAVED:
      'Edits cannot be saved: Emulsion’s data folder is not writable. Export what you need before closing the photo.',
    EDIT_FILE_SLOW: 'Reading this edit file takes too long, so it was given up. Nothing was changed.',
    EDIT_FILE_INVALID: 'This is not an Emulsion edit file, or it is damaged. Nothing was changed.',
    EDIT_FILE_NEWER: 'This edit file was made by a newer version of Emulsion. Nothing was changed.',
    EDIT_FOREIGN: 'This edit file belongs to another photo. Nothing was changed.',
    RECIPE_INVALID: 'This is not a recipe, or it needs a newer version of Emulsion.',
    RECIPE_UNKNOWN: 'There is no recipe with that name.',
    PHOTO_CHANGED: 'The file changed while it was being restored. Nothing was written; try again.',
    PHOTO_QUARANTINED: 'This photo crashed the engine twice and was skipped. Your original is unchanged.',
    PHOTO_TOO_SMALL: 'The photo is too small for this.',
    NEGATIVE_IMPOSSIBLE:
      'The negative was not developed: there is no picture on it. Nothing was written, and the scan is untouched.',
    NO_PRINTS: 'No print was found on this scan. Nothing was written.',
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
    RESULT_CHANGED: 'The result was changed after the batch wrote it. It was not replaced.',
    QUEUE_UNREACHABLE: 'The queue is not responding. Finished photos are kept, and the batch can be continued.',
    QUEUE_VERSION: 'The queue is used by another version of Emulsion. Update all computers to the same version.',
    STORAGE_UNREACHABLE: 'The network storage cannot be reached or denied access. Nothing was changed.',
    STYLE_UNKNOWN: 'The installed generator does not know this style. Choose another, or add its picture again.',
    GENERATOR_MISSING: 'The generator for this step is not installed. Turn the step off to continue without it.',
    GENERATOR_DAMAGED: 'The generator for this step is damaged and was not used. Reinstall Emulsion to replace it.',
    GENERATOR_REFUSED: 'This model cannot be used as a generator.',
    OUTPUT_INVALID: 'The model returned an unusable picture, which was discarded. Your original is unchanged.',
    MEMORY_LIMIT:
      'This file needs far more memory than any photo should, and was given up. Your original is unchanged.',
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
  // More exact than the sentence of a code.
  failures: {
    nothingBeside: 'The photo was uploaded or pasted, so nothing can be written beside it. Choose a folder.',
    meant: 'Did you mean “{{word}}”?',
    noFolder: 'There is no folder “{{folder}}”.',
    folderGone: 'The folder no longer exists.',
    folderUnreadable: 'The folder cannot be read.',
    originalsGone: 'The folder with the originals was not found.',
    originalsUnreadable: 'The folder with the originals cannot be read.',
    notAFolder: '“{{path}}” is a file, not a folder. Nothing was written.',
    fileForBatch: '“{{path}}” is a file. A batch needs a folder.',
    fileForPairs: '“{{path}}” is a file. Training pairs are made from a folder.',
    folderUnwritable: 'The folder “{{folder}}” is not writable. Nothing was written.',
    inputMissing: 'The folder “{{folder}}” is missing. Reconnect its drive and continue.',
    outputUnwritable:
      'The folder “{{folder}}” is no longer writable. Reconnect its drive or check its permissions, then continue.',
    resultsHoldOriginals:
      'The originals are inside the folder for the results. Choose another folder, or one inside “{{folder}}”.',
    leadsToOriginals: 'The folder “{{folder}}” leads to the originals, where nothing is ever written.',
    link: '“{{path}}” is a link. Emulsion follows no links inside the folder for the results. Remove it and start again.',
    links:
      'There are links inside the folder for the results, where Emulsion follows none: {{paths}}. Remove them and start again.',
    specialFile: '“{{path}}” is not an ordinary file.',
    fileTooLong: '“{{path}}” is too large for what it should hold.',
    infraredOf: 'It is the infrared picture of {{name}} and is used for that photo.',
    systemFolder: 'The system or another program keeps this folder for itself. It is left out.',
    outsideRoot: 'The link leads out of the folder that Emulsion was started for.',
    namesAlike:
      'The file names of two files contain bytes that are not text, and are the same otherwise. Rename one of them.',
    impossibleName: 'A file cannot have this name.',
    circularLink: 'The link points back to itself.',
    visualCpp:
      'Windows could not load a library for the computations. Install the Microsoft Visual C++ Redistributable and start Emulsion again.',
    cannotOpen: 'The system could not open “{{path}}”.',
    isFolder: 'This is a folder, not a photo.',
    unread: 'Emulsion cannot read $t(kinds.{{kind}}) yet. Save it as TIFF, PNG or JPEG and try again.',
    unreadRaw: 'Emulsion cannot read the raw photos of this camera yet. Export the photo as TIFF and try again.',
    unreadTiff:
      'Emulsion cannot read TIFF files with {{kind}} compression yet. Save the photo without compression and try again.',
    unreadTiffSamples:
      'Emulsion cannot read this kind of TIFF file yet ({{kind}}, {{bits}} bits). Save it with 8 or 16 bits per channel and try again.',
    partlyReadable:
      'The file breaks off: only {{share}} of the photo can be read. Look for a complete copy. On the command line, --salvage restores what is there.',
    nothingReadable: 'The file breaks off before any of the photo. Look for a complete copy.',
    cropOutside: 'The part to crop lies outside the photo, which has {{width}} × {{height}} pixels.',
    negativeEmpty: 'The scan is even: it may be unexposed film, or no film at all.',
    cropCorners:
      'The corners must go around the picture clockwise, from its top left one, and no side may cross another or bend inwards.',
    cropSmall: 'What is left is too small. A photo needs {{least}} pixels on each side.',
    cropLarge: 'The cropped photo would have too many pixels.',
    noSuchPage: 'The file has no photo {{page}}: it holds {{count}}.',
    unreadPixels:
      'Emulsion cannot read this kind of pixels yet. Save the photo with 8 or 16 bits per channel and try again.',
    uploadTooLarge: 'The file is larger than {{gigabytes}} GB, the limit of Emulsion.',
    sidecarDamaged:
      '“{{name}}” beside the photo is damaged, so the rating was not written there. It stays in Emulsion.',
    isOriginal: '“{{name}}” is the photo that is open. Originals are never replaced. Choose another name.',
    tooLargeToDecode:
      'The photo has {{megapixels}} megapixels of {{bits}} bits, {{size}} MB once decoded. That is more than Emulsion can decode on Linux. Make a smaller copy, or one of 8 bits.',
    tooLargeForFormat:
      'The picture is too large for {{format}}, which allows at most {{size}} pixels per side. Choose TIFF or PNG.',
    tooDetailed: 'The picture is too large and detailed for WebP. Choose JPEG, AVIF, PNG or TIFF.',
    enlargedTooOften: 'That is {{times}} times the size of the photo. Emulsion enlarges up to {{most}} times.',
    enlargedTooLarge:
      'Enlarged {{times}} times, the picture would have {{megapixels}} megapixels. Emulsion creates up to {{most}}.',
    maskSize:
      'The mask has {{width}} × {{height}} pixels, the photo {{ownWidth}} × {{ownHeight}}. Both must have the same size.',
    notAnOverlay: 'This is not a picture of damage. It should be white on black, and mostly black.',
    noOverlay: 'None of the pictures of damage can be used.',
    noPhotos: 'There are no photos in this folder. Nothing was written.',
    noOverlays: 'There are no pictures in the folder of overlays. Nothing was written.',
    overlaysNeeded: 'To use overlays, name the folder with them.',
    generatorNotHere:
      'The step “{{kind}}” uses the generator “{{id}}”, which is not on this computer. Add it again, or choose another one for this step.',
    finderNotHere:
      'The step “Faces” uses the finder “{{id}}”, which is not on this computer. Add it again, or choose another one for this step.',
    styleWithoutPicture:
      'This generator copies the style of a picture, and there is none. Choose a picture, or another generator.',
    exampleNotHere:
      'The picture “{{name}}”, whose style is to be copied, is not on this computer. Choose it again. Nothing was painted.',
    exampleDamaged:
      'The copy of the picture “{{name}}”, whose style is to be copied, has changed and cannot be read. Choose the picture again. Nothing was painted.',
    generatorUnfit: 'The generator “{{id}}” cannot be used for the step “{{kind}}”. Choose another one for this step.',
    synthesiserMissing: 'The generator that draws damage is not installed.',
    pairsRunning: 'Another program is making pairs in this folder.',
    pairsInside: 'The folder for the pairs must be outside “{{folder}}”, and must not contain it. Nothing was written.',
    tooSmallForPairs:
      'The photo has {{width}} × {{height}} pixels. Pairs of {{size}} pixels need at least {{least}} on the shorter side.',
    editTooMuch:
      'The edit file asks for more work than anybody does by hand. It was not made by Emulsion, or it is damaged.',
    editNewer:
      'These edits were made by a newer version of Emulsion (format {{format}}; this version reads up to {{newest}}).',
    editOf: 'This edit belongs to another photo: {{name}}, {{width}} × {{height}}. Nothing was written.',
    ownRecipe: 'Your recipe “{{name}}” cannot be read. Its file is {{file}}.',
    recipeUnusable: 'This recipe cannot be used.',
    recipeFileUnusable: '“{{file}}” cannot be used as a recipe.',
    stepUnusable: 'The step “{{kind}}” cannot be used.',
    noSandbox:
      'Emulsion does not run without the sandbox that protects you from malicious files. Start it without --no-sandbox.',
    resultChanged: '“{{name}}” was changed after the batch wrote it. It was not replaced.',
    photoNotDone: 'This photo is not done yet. Try again when the batch has finished it.',
    formerGone: 'The previous result is no longer there. Nothing was changed.',
    noDialogs: 'This program has no dialogs of its own.',
    jobTaken: 'A job with that id is already running.',
    otherBatch:
      'The folder “{{folder}}” holds the batch of another folder: {{input}}. Nothing was changed; choose another folder.',
    noFolderHere: 'There is no folder “{{folder}}” on this computer.',
    unreachableHere:
      'The folder “{{folder}}” of the batch cannot be used on this computer. Connect it, or use --map to say what it is called here.',
    outsideBatch: 'The worker may not use “{{path}}”. It is outside its batch.',
    notReadable:
      'The worker may not use “{{path}}”. Start the worker with --read or --allow for a folder that contains it.',
    notWritable: 'The worker may not use “{{path}}”. Start the worker with --allow for a folder that contains it.',
    notAllowed:
      'The worker may not use “{{path}}”. Start the worker with --allow for it, or with --read for a folder of originals.',
    mayReplaceOriginals:
      'The worker may not use “{{path}}”. It replaces files only where the originals cannot be: name their folder with --read.',
    queueRefuses: 'The queue at {{url}} denied access. Is its password right?',
    queueAway: 'The queue at {{url}} cannot be reached. Is Redis running there?',
    queueAddress: '--queue takes an address like redis://host:6379.',
    queueVersion:
      'This is Emulsion {{mine}}, but “{{name}}” on the same queue is {{other}}. Update both to the same version.',
    jobVersion: 'The photo was queued by Emulsion {{other}}; this worker is {{mine}}.',
    workersGone: 'The workers that restored this photo disappeared.',
    notSeen:
      'A worker reports that it wrote “{{path}}”, but the file is not visible here. Do both computers see the same folder?',
    nothingBelow: 'There is nothing below “{{folder}}”.',
    storageAddress: '“{{path}}” is not an address like s3://bucket/folder.',
    noBucket: 'There is no bucket for “{{path}}”.',
    noKey: 'No key for the storage: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    storageAway: 'The storage of “{{path}}” cannot be reached, or denied access.',
  },
  kinds: {
    losslessJpeg: 'lossless JPEG files with arithmetic coding or colours at a lower resolution',
    hierarchicalJpeg: 'hierarchical JPEG files',
    jpeg12: 'progressive JPEG files with 12 bits per channel',
    avifSequence: 'animated AVIF files',
    jxr: 'JPEG XR pictures',
    svg: 'SVG drawings',
    pdf: 'PDF documents',
    exr: 'OpenEXR pictures',
  },
  // Faults in recipes and settings; the path says where.
  problems: {
    notAnObject: 'A recipe is a JSON object, and this is not one.',
    notJson: 'This is not valid JSON.',
    format: 'This is not a recipe: “format” must be a whole number from 1 to {{newest}}.',
    newer:
      'This recipe was made by a newer version of Emulsion (recipe format {{format}}; this version reads up to {{newest}}).',
    missing: '“{{path}}” is missing.',
    number: '“{{path}}” must be a number.',
    int: '“{{path}}” must be a whole number.',
    boolean: '“{{path}}” must be true or false.',
    string: '“{{path}}” must be a text.',
    object: '“{{path}}” must be an object.',
    array: '“{{path}}” must be a list.',
    empty: '“{{path}}” must not be empty.',
    atLeast: '“{{path}}” must be at least {{bound}}.',
    atMost: '“{{path}}” must be at most {{bound}}.',
    longerText: '“{{path}}” must have at least {{bound}} characters.',
    shorterText: '“{{path}}” must have at most {{bound}} characters.',
    longerList: '“{{path}}” must have at least {{bound}} entries.',
    shorterList: '“{{path}}” must have at most {{bound}} entries.',
    exactly: '“{{path}}” must be {{choices}}.',
    oneOf: '“{{path}}” must be one of {{choices}}.',
    curve: 'The points of “{{path}}” must be in order from left to right.',
    colour: '“{{path}}” must be a colour such as #c8b49a.',
    id: '“{{path}}” must be 1 to 64 lowercase letters, digits and hyphens.',
    unknownKey: '“{{path}}” is not known here.',
    twice: 'A recipe has each kind of step at most once.',
    withoutFolders: '“{{path}}” must be a name without folders.',
    nameNeeded: '“{{path}}” must contain {name}.',
    nameTokens: '“{{path}}” may contain only {name}, {folder}, {date} and {recipe} in braces.',
    other: '“{{path}}” is not right: {{detail}}.',
  },
};
