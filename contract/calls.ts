import { z } from 'zod';
import {
  AppInfo,
  EngineStatus,
  FileEntry,
  GeneratorInfo,
  Language,
  OwnStyle,
  Progress,
  Settings,
  SettingsChange,
  StyleInfo,
} from './app';
import { count, FileToken, Id, JobId, Message, PhotoId, Sha256 } from './basics';
import { BatchEntry, BatchFilter, BatchPlace, BatchRow, BatchSettings, BatchState, MAX_CHOSEN } from './batch';
import {
  ANNOTATIONS,
  BitmapId,
  Crop,
  EditDelta,
  EditLog,
  EyeSearch,
  MaskArea,
  MaskOwner,
  Orientation,
  PhotoView,
} from './edit';
import { Failure, failure, type Result } from './errors';
import { Answers, Benchmark, Inspection, Trial } from './generators';
import { OutputShape } from './output';
import { Analysis, ExportFormat, Histogram, Photo, RENDER_SIZES, Rendering, StepReport } from './photo';
import { Providers } from './providers';
import { GeneratorId, Recipe, StyleExample } from './recipe';
import { REVIEW_CALLS } from './review';
import { SCAN_CALLS } from './scan-calls';
import { SYNTHESIS_CALLS, SynthesisState } from './synthesis';

/**
 * The bridge between the page and the main side: all calls and events, and how both sides check them at run time.
 *
 * Files are named by opaque tokens that the main side gives out; the page never makes up a path. Pictures never travel
 * as JSON, see {@link pictureUrl}.
 */

const nothing = z.object({}).strict();
/** A file's name without extension. It never leads to another folder. */
const FileStem = z
  .string()
  .min(1)
  .max(200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name may hold them.
  .regex(/^(?![ ])[^\\/:*?"<>|\u0000-\u001f]*[^\\/:*?"<>|\u0000-\u001f. ]$/);
/** A file that was written to a folder or as a download. */
const Written = z.object({
  /** File name only. */
  name: z.string(),
  /** The file's folder, for display; null for a download. */
  place: z.string().nullable(),
  bytes: z.number().int().nonnegative(),
  download: FileToken.nullable(),
  /** Names the file for `files.showInFolder`; null for a download. */
  token: FileToken.nullable().default(null),
});
export type Written = z.infer<typeof Written>;

/** Every call, with its request and response. */
export const CALLS = {
  'app.info': { request: nothing, response: AppInfo },
  /**
   * Deletes everything that the app keeps on this computer: settings, session, edits, recipes, styles, the list of batches,
   * imported generators and the log. Closes all photos; load the page again. BATCH_RUNNING while a batch runs or pairs are made.
   */
  'app.clear': { request: nothing, response: nothing },
  'settings.get': { request: nothing, response: Settings },
  'settings.set': { request: SettingsChange, response: Settings },

  /** Opens the system's dialog. Empty if the user dismissed it. BAD_REQUEST if nativeDialogs is false. */
  'files.pick': {
    request: z.object({ kind: z.enum(['photos', 'folder', 'mask', 'recipe', 'model']) }).strict(),
    response: z.object({ files: z.array(FileEntry) }),
  },
  /** Lists a folder below the root that the browser host was started with; null is the root itself. */
  'files.list': {
    request: z.object({ folder: FileToken.nullable() }).strict(),
    response: z.object({
      /** Token of the folder itself. */
      token: FileToken,
      name: z.string(),
      parent: FileToken.nullable(),
      entries: z.array(FileEntry),
    }),
  },

  /** Which of these names a folder holds already, as its file system compares them. */
  'files.taken': {
    request: z.object({ folder: FileToken, names: z.array(z.string().min(1).max(255)).max(10_000) }).strict(),
    response: z.object({ names: z.array(z.string()) }),
  },
  /** Shows a file that was written in the system's file manager. BAD_REQUEST if nativeDialogs is false. */
  'files.showInFolder': { request: z.object({ token: FileToken }).strict(), response: nothing },

  /** Begins to drag a file that was written out of the window. BAD_REQUEST if the host cannot. */
  'files.startDrag': { request: z.object({ token: FileToken }).strict(), response: nothing },

  /** `others`: the other photos of the same file, if it holds several and this is the first. */
  'photos.open': {
    request: z.object({ token: FileToken, jobId: JobId }).strict(),
    response: Photo.extend({
      sha256: Sha256,
      others: z.array(FileEntry),
      /** The file with the front of the print whose back this is; null: it is no back. */
      front: z.string().nullable().default(null),
      /** Another program waits for it, and wants it in the place of the file or as a new one; null: none does. */
      editor: z.object({ inPlace: z.boolean() }).nullable().default(null),
    }),
  },
  /**
   * Writes what a person has said of a photo into the XMP beside its file, never into the file. XMP that is there is kept and only
   * gets that; `backup` is its former state, if there was one. `name` null: the photo was uploaded, so nothing lies beside it.
   * METADATA_DAMAGED if the XMP cannot be read; then it is left alone.
   */
  'photos.writeSidecar': {
    request: z.object({ photoId: PhotoId, ...ANNOTATIONS }).strict(),
    response: z.object({ name: z.string().nullable(), backup: z.string().nullable() }),
  },
  'photos.close': { request: z.object({ photoId: PhotoId }).strict(), response: nothing },
  'photos.analyse': { request: z.object({ photoId: PhotoId, jobId: JobId }).strict(), response: Analysis },
  /**
   * Renders a recipe, or returns a cached rendering at once. The pictures between the steps are cached as far as memory
   * allows, so that showing the first steps of a recipe (to see what each did) usually costs nothing. `everywhere`:
   * applies the style to the whole photo, regardless of its mask.
   */
  'photos.render': {
    request: z
      .object({
        photoId: PhotoId,
        recipe: Recipe,
        ...RENDER_SIZES,
        everywhere: z.boolean().default(false),
        jobId: JobId,
      })
      .strict(),
    response: Rendering,
  },
  /** The outlines of red pupils: the nearest one to a place, or, where `at` is null, those of all found faces. */
  'photos.redEyes': {
    request: z.object({ photoId: PhotoId, at: EyeSearch.nullable(), jobId: JobId }).strict(),
    response: z.object({ eyes: z.array(MaskArea) }),
  },
  /**
   * Stops making a picture, because the page waits for it no longer; `ask` is that of its URL. Only Electron's page has to say so; in the
   * browser host the program sees it.
   */
  'photos.dropPicture': { request: z.object({ ask: count }).strict(), response: nothing },
  /**
   * Histogram of a rendering, or of the original ({@link ORIGINAL}). UNKNOWN_PHOTO if the rendering is no longer
   * cached.
   */
  'photos.histogram': {
    request: z.object({ photoId: PhotoId, revision: z.number().int().nonnegative() }).strict(),
    response: Histogram,
  },
  /**
   * Writes the full-size result to a new file, and computes it first if this recipe has not been computed yet. `folder`
   * null: Electron shows the save dialog, the browser host offers a download. Never overwrites an original.
   */
  'photos.export': {
    request: z
      .object({
        photoId: PhotoId,
        recipe: Recipe,
        jobId: JobId,
        format: ExportFormat,
        ...OutputShape,
        /** Writes a mask of every changed pixel beside the result, and `SHA256SUMS` of the original and the results. */
        saveChanges: z.boolean().default(false),
        /** Writes the photo and its result beside one another in one picture, without the photo's metadata. */
        sideBySide: z.boolean().default(false),
        orientation: Orientation.default(1),
        crop: Crop.nullable().default(null),
        /** Stars; null: those of the photo's file. Written only with the other metadata. */
        ...ANNOTATIONS,
        folder: FileToken.nullable(),
        /** Writes it to the folder of the photo instead. BAD_REQUEST for an uploaded photo. */
        beside: z.boolean().default(false),
        /** The name of the file without extension; null: the photo's with an addition. */
        name: FileStem.nullable().default(null),
      })
      .strict(),
    /** `notes`: what could not be carried over to the file. */
    response: Written.extend({
      reports: z.array(StepReport),
      notes: z.array(Message),
      /** The folder that it was written to, for the next export; null for a download. */
      folder: FileToken.nullable(),
      /** What was written beside it: the mask of what was changed, and checksums for a download. */
      also: z.array(Written),
    }),
  },

  /**
   * Writes the full-size result for the program that waits for the photo: in the place of its file, whose former state is kept in the data
   * folder, or as a new file beside it. PHOTO_CHANGED, FORMAT_UNSUPPORTED; otherwise as `photos.export`. The photo is to be closed then.
   */
  'photos.finish': {
    request: z
      .object({
        photoId: PhotoId,
        recipe: Recipe,
        jobId: JobId,
        orientation: Orientation.default(1),
        crop: Crop.nullable().default(null),
        ...ANNOTATIONS,
      })
      .strict(),
    response: z.object({ name: z.string(), notes: z.array(Message) }),
  },
  /**
   * About how large the file of an export will be, from a real encode of what is computed already, and what it will say of its edit.
   */
  'photos.estimate': {
    request: z
      .object({
        photoId: PhotoId,
        recipe: Recipe,
        format: ExportFormat,
        ...OutputShape,
        sideBySide: z.boolean().default(false),
        orientation: Orientation.default(1),
        crop: Crop.nullable().default(null),
      })
      .strict(),
    response: z.object({
      width: count,
      height: count,
      dpi: z.number().nullable(),
      /** It has fewer pixels than were asked for. */
      isSmaller: z.boolean(),
      bytes: count,
      /** Properties of its XMP, word for word; null while nothing is computed. */
      mark: z.array(z.object({ name: z.string(), value: z.string() })).nullable(),
    }),
  },

  /**
   * Earlier edits of the photo, found by the content of its file. `recovered`: the program ended without saving them
   * properly. `others` are the photos that the page has open; `heldBy` is the one with the same content, in which the
   * work should continue.
   */
  'edits.load': {
    request: z.object({ photoId: PhotoId, others: z.array(PhotoId).max(10_000) }).strict(),
    response: z.object({
      log: EditLog.nullable(),
      recovered: z.boolean(),
      heldBy: PhotoId.nullable(),
      /**
       * An edit file beside the photo, with its name, that is newer than the saved edits and gives another result; or
       * why such a file cannot be read.
       */
      beside: z
        .union([
          z.object({ token: FileToken, name: z.string(), savedAt: z.string() }),
          z.object({ name: z.string(), error: Failure }),
        ])
        .optional(),
    }),
  },
  /** Changes the edit log. After the response, the change survives a crash. */
  'edits.write': { request: EditDelta.extend({ photoId: PhotoId }).strict(), response: nothing },
  /** Photos that were edited, the latest first. Lists only those whose files can still be opened. */
  'edits.recent': {
    request: nothing,
    response: z.object({ entries: z.array(FileEntry.extend({ editedAt: z.string() })) }),
  },

  /** Reads an edit file and finds its photo. EDIT_FILE_INVALID, EDIT_FILE_NEWER. */
  'edits.find': {
    request: z.object({ token: FileToken }).strict(),
    response: z.object({
      photo: z.object({ name: z.string(), sha256: Sha256, width: z.number().int(), height: z.number().int() }),
      /** Found beside the edit file or among the edited photos; always the file with exactly the same content. */
      file: FileEntry.nullable(),
    }),
  },
  /**
   * Takes over an edit file. Earlier edits of the photo stay in its history, and the result of the file becomes one
   * more action. EDIT_FOREIGN if it belongs to another photo.
   */
  'edits.take': {
    request: z.object({ photoId: PhotoId, token: FileToken }).strict(),
    response: z.object({ log: EditLog, view: PhotoView, undoable: z.boolean() }),
  },
  /** From now on, the saved edits count as newer than all existing edit files. */
  'edits.keep': { request: z.object({ photoId: PhotoId }).strict(), response: nothing },
  /** Writes all edits of a photo to an edit file, beside the photo unless the user chooses another place. */
  'edits.export': { request: z.object({ photoId: PhotoId, view: PhotoView }).strict(), response: Written },

  /**
   * The photos that were open when the program ended; empty if the settings say not to reopen them. Of missing files it
   * gives only the names.
   */
  'session.load': {
    request: nothing,
    response: z.object({
      photos: z.array(z.object({ file: FileEntry, view: PhotoView, exported: z.boolean() })),
      /** Index of the photo that was shown. */
      active: z.number().int().nonnegative().nullable(),
      missing: z.array(z.object({ name: z.string(), uploaded: z.boolean() })),
    }),
  },
  'session.save': {
    request: z
      .object({
        photos: z
          .array(
            z.object({
              token: FileToken,
              view: PhotoView,
              /** Whether its result was exported as it is now. */
              exported: z.boolean().default(false),
            }),
          )
          .max(10_000),
        active: z.number().int().nonnegative().nullable(),
      })
      .strict(),
    response: nothing,
  },

  /** Writes the mask of a step as a grey PNG of the photo's size. */
  'masks.export': {
    request: z.object({ photoId: PhotoId, recipe: Recipe, of: MaskOwner, jobId: JobId }).strict(),
    response: Written,
  },
  /** Saves a mask from a file with the photo's edits. MASK_SIZE if its size is not that of the photo. */
  'masks.import': {
    request: z.object({ photoId: PhotoId, token: FileToken, jobId: JobId }).strict(),
    response: z.object({ id: BitmapId }),
  },
  /** Saves an unchanged copy of one photo's mask with the edits of another photo of the same size. */
  'masks.copy': {
    request: z.object({ from: PhotoId, recipe: Recipe, of: MaskOwner, to: PhotoId, jobId: JobId }).strict(),
    response: z.object({ id: BitmapId }),
  },
  'jobs.cancel': { request: z.object({ jobId: JobId }).strict(), response: nothing },

  /** The recipes that ship with the app, then the user's own by name; `own` holds the ids of the latter. */
  'recipes.list': { request: nothing, response: z.object({ recipes: z.array(Recipe), own: z.array(z.string()) }) },
  /** Saves a recipe of the user; as a new one if `id` is null. Recipes that ship with the app cannot be changed. */
  'recipes.save': {
    request: z.object({ id: z.string().nullable(), name: z.string().min(1).max(120), recipe: Recipe }).strict(),
    response: z.object({ recipe: Recipe }),
  },
  'recipes.remove': { request: z.object({ id: z.string() }).strict(), response: nothing },
  'recipes.export': { request: z.object({ id: z.string() }).strict(), response: Written },
  'recipes.import': { request: z.object({ token: FileToken }).strict(), response: z.object({ recipe: Recipe }) },

  /** The styles of the installed generator (none without a generator), and the user's own styles that it can paint. */
  'styles.list': { request: nothing, response: z.object({ presets: z.array(StyleInfo), own: z.array(OwnStyle) }) },
  /** Measures a picture and saves it as a style. GENERATOR_MISSING; otherwise as `photos.open`. */
  'styles.add': { request: z.object({ token: FileToken, jobId: JobId }).strict(), response: OwnStyle },
  /** Recipes that use the style keep it. STYLE_UNKNOWN. */
  'styles.remove': { request: z.object({ id: Id }).strict(), response: nothing },

  /** Keeps a reduced copy of a picture whose style is to be copied. As `photos.open`. */
  'styles.example': { request: z.object({ token: FileToken, jobId: JobId }).strict(), response: StyleExample },

  /**
   * Previews a batch without running it: how many files are photos, and the first of them with the names of their
   * results. OUTPUT_IS_INPUT, FOLDER_UNWRITABLE.
   */
  'batch.plan': {
    request: z.object({ ...BatchPlace, settings: BatchSettings, jobId: JobId }).strict(),
    response: z.object({
      photos: count,
      /** Files that are no photos. */
      others: count,
      bytes: count,
      /** Photos that an earlier run of this batch has already processed. */
      done: count,
      examples: z.array(z.object({ name: z.string(), written: z.string() })),
      unreadable: z.array(z.object({ name: z.string(), failure: Failure })),
    }),
  },
  /**
   * The folder that a batch of these photos works on: the one that holds all of them, perhaps in folders inside it. `files`
   * are those that it can restore; `left` counts photos that were uploaded, or that are on another drive.
   */
  'batch.gather': {
    request: z.object({ tokens: z.array(FileToken).min(1).max(MAX_CHOSEN) }).strict(),
    response: z.object({ folder: FileEntry.nullable(), files: z.array(FileToken), left: count }),
  },
  /** Starts a batch, or continues the one whose journal is in the output folder. Only one runs at a time. */
  'batch.start': {
    request: z.object({ ...BatchPlace, settings: BatchSettings }).strict(),
    response: BatchState,
  },
  /** Continues a batch that was started on this computer: after a restart, or after it has halted. */
  'batch.continue': { request: z.object({ id: Id }).strict(), response: BatchState },
  /** The batch that is running, or the last one since the program was started. */
  'batch.state': { request: nothing, response: z.object({ state: BatchState.nullable(), known: z.array(BatchEntry) }) },
  /** `pause` lets the current photos finish; `cancel` aborts them. Results and journal stay. */
  'batch.control': {
    request: z.object({ id: Id, action: z.enum(['pause', 'resume', 'cancel', 'retryFailed']) }).strict(),
    response: BatchState,
  },
  'batch.rows': {
    request: z.object({ id: Id, filter: BatchFilter, from: count, count: z.number().int().min(1).max(200) }).strict(),
    response: z.object({ total: count, rows: z.array(BatchRow) }),
  },
  /**
   * Writes the report with the results so far to the output folder. Electron has the system open it; the browser host
   * returns its address below `downloadBase`, for a new window.
   */
  'batch.report': {
    /** `language`: the language of the report. */
    request: z.object({ id: Id, language: Language }).strict(),
    response: z.object({ place: z.string(), page: z.string().nullable() }),
  },
  /** Removes a batch from the list of batches that can be continued. Its files and its journal stay. */
  'batch.forget': { request: z.object({ id: Id }).strict(), response: nothing },
  ...REVIEW_CALLS,
  ...SCAN_CALLS,
  ...SYNTHESIS_CALLS,
  'generators.list': { request: nothing, response: z.object({ generators: z.array(GeneratorInfo) }) },
  /**
   * Finds out how to use a file, by trial runs in a process of its own. `beside`: files with its weights, where they were not
   * beside it. GENERATOR_REFUSED with the reason. Nothing is added; the inspection lasts until it is discarded.
   */
  'generators.inspect': {
    request: z.object({ token: FileToken, beside: z.array(FileToken).max(64), jobId: JobId }).strict(),
    response: Inspection,
  },
  /** The inspection with these answers in place of what was decided. BAD_REQUEST for an impossible one. */
  'generators.answer': { request: z.object({ id: Id, answers: Answers }).strict(), response: Inspection },
  /**
   * Runs a crop of a photo through a file that was inspected, with these answers, or through a generator. Runs in a process
   * of its own. GENERATOR_MISSING if no step can use it.
   */
  'generators.try': {
    request: z
      .object({
        subject: z.union([
          z.object({ inspection: Id, answers: Answers }).strict(),
          z.object({ id: GeneratorId }).strict(),
        ]),
        photoId: PhotoId,
        jobId: JobId,
      })
      .strict(),
    response: Trial,
  },
  /** Copies the file and its weights and writes its card. Open questions that were not answered are answered as proposed. */
  'generators.add': {
    request: z.object({ id: Id, answers: Answers, name: z.string().trim().min(1).max(120) }).strict(),
    response: z.object({ id: GeneratorId, name: z.string(), isUsed: z.boolean() }),
  },
  /** Forgets an inspection. */
  'generators.discard': { request: z.object({ id: Id }).strict(), response: nothing },
  /** FILE_MISSING for one that was not added by a person. */
  'generators.rename': {
    request: z.object({ id: GeneratorId, name: z.string().trim().min(1).max(120) }).strict(),
    response: nothing,
  },
  'generators.remove': { request: z.object({ id: GeneratorId }).strict(), response: nothing },
  'generators.benchmark': { request: z.object({ id: GeneratorId, jobId: JobId }).strict(), response: Benchmark },
  'engine.status': { request: nothing, response: EngineStatus },
  /** Restarts the engine after the program has given up on it. */
  'engine.restart': { request: nothing, response: EngineStatus },
  /** Tries every provider in a process of its own, which takes a second or more. */
  'engine.providers': { request: nothing, response: Providers },
  /** Forgets which nets differed or crashed on which provider, so that they are tried again. */
  'engine.forget': { request: nothing, response: nothing },
} as const satisfies Record<string, { request: z.ZodType; response: z.ZodType }>;

export type CallName = keyof typeof CALLS;
export const CALL_NAMES = Object.keys(CALLS) as CallName[];
export type Request<N extends CallName> = z.input<(typeof CALLS)[N]['request']>;
export type ParsedRequest<N extends CallName> = z.output<(typeof CALLS)[N]['request']>;
export type Response<N extends CallName> = z.output<(typeof CALLS)[N]['response']>;

/** Events that the main side sends to the page. */
export const EVENTS = {
  'job.progress': Progress,
  'engine.status': EngineStatus,
  /** The fine detection pass over a photo has finished: its layers `evidence` and `mask` have changed. */
  'photo.evidence': z.object({ photoId: PhotoId }),
  'batch.state': BatchState,
  'synthesis.state': SynthesisState,
  /** Photos came from the system, the menu or a drop. */
  'files.offered': z.object({ files: z.array(FileEntry) }),
  'menu.command': z.object({
    command: z.enum([
      'open',
      'batch',
      'pairs',
      'saveEdit',
      'export',
      'exportAgain',
      'print',
      'undo',
      'redo',
      'zoomFit',
      'zoomActual',
      'zoomIn',
      'zoomOut',
      'reviewPlaces',
      'crop',
      'startOver',
      'help',
      'settings',
    ]),
  }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = z.output<(typeof EVENTS)[N]>;

/**
 * Files on their way to the main side. If files are named by their paths, nothing is sent and no progress is reported.
 */
export interface Transfer {
  onProgress(bytes: { sent: number; total: number }): void;
  /** After it is aborted, the call fails with CANCELLED. */
  signal: AbortSignal;
}

/** The only client that the page sees, in every host. */
export interface Bridge {
  call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>>;
  /** Returns the function that unsubscribes. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
  /**
   * Turns dropped or pasted files into tokens: Electron takes their paths (bytes only for pasted pictures), the
   * browser host uploads them.
   */
  offer(files: readonly File[], transfer?: Transfer): Promise<Result<FileEntry[]>>;
  /**
   * Reports, at once and on every change, whether the page is connected to the program. Absent if the connection cannot
   * be lost (Electron). While it is lost, new and pending calls fail with CONNECTION_LOST.
   */
  onConnection?(listener: (state: ConnectionState) => void): () => void;
}

export type ConnectionState = 'connecting' | 'open' | 'lost';

/** Checks an incoming call. Never throws: a malformed call gives BAD_REQUEST. */
export function parseRequest(name: unknown, request: unknown): Result<{ name: CallName; request: unknown }> {
  if (typeof name !== 'string' || !Object.hasOwn(CALLS, name)) {
    // Not `String(name)`, which throws for some values that may come over the bridge.
    const detail = typeof name === 'string' ? name.slice(0, 80) : typeof name;
    return failure('BAD_REQUEST', 'This call is not known.', detail);
  }
  const parsed = CALLS[name as CallName].request.safeParse(request);
  if (!parsed.success) return failure('BAD_REQUEST', 'The request is malformed.', z.prettifyError(parsed.error));
  return { ok: true, value: { name: name as CallName, request: parsed.data } };
}

/** Checks a response. One that breaks the contract becomes INTERNAL and is never passed on. */
export function parseResponse<N extends CallName>(name: N, answer: unknown): Result<Response<N>> {
  const shape = z.union([
    z.object({ ok: z.literal(true), value: CALLS[name].response as z.ZodType }),
    z.object({ ok: z.literal(false), error: Failure }),
  ]);
  const parsed = shape.safeParse(answer);
  if (!parsed.success) return failure('INTERNAL', 'The answer is malformed.', z.prettifyError(parsed.error));
  return parsed.data as Result<Response<N>>;
}
