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
import { count, FileToken, Id, JobId, Message, PhotoId, Sha256, unit } from './basics';
import { BATCH_FILTERS, BatchEntry, BatchPlace, BatchRow, BatchSettings, BatchState } from './batch';
import { BitmapId, EditDelta, EditLog, MaskOwner, Orientation, PhotoView } from './edit';
import { Failure, failure, type Result } from './errors';
import { Analysis, ExportFormat, Histogram, Photo, Rendering, RenderSize, StepReport } from './photo';
import { Recipe } from './recipe';
import { MAX_PAIRS, PairSources, SynthesisSettings, SynthesisState } from './synthesis';

/**
 * The bridge between the page and the main side: every call, every event, and how both sides check them at run time.
 *
 * Files are named by opaque tokens that the main side gives out; the page never invents a path. Pictures never travel
 * through JSON, see {@link pictureUrl}.
 */

const nothing = z.object({}).strict();
/** A file that was written: in a folder, or as a download. */
const Written = z.object({
  /** File name only. */
  name: z.string(),
  /** Where it lies, for a person to read; null for a download. */
  place: z.string().nullable(),
  bytes: z.number().int().nonnegative(),
  download: FileToken.nullable(),
});
export type Written = z.infer<typeof Written>;

/** Every call: what goes in and what comes out. */
export const CALLS = {
  'app.info': { request: nothing, response: AppInfo },
  'settings.get': { request: nothing, response: Settings },
  'settings.set': { request: SettingsChange, response: Settings },

  /** Opens the system's dialog. Empty when the user dismissed it. BAD_REQUEST where nativeDialogs is false. */
  'files.pick': {
    request: z.object({ kind: z.enum(['photos', 'folder', 'mask', 'recipe']) }).strict(),
    response: z.object({ files: z.array(FileEntry) }),
  },
  /** Lists a folder under the root that the browser host was started with; null is the root itself. */
  'files.list': {
    request: z.object({ folder: FileToken.nullable() }).strict(),
    response: z.object({
      /** Of the folder itself. */
      token: FileToken,
      name: z.string(),
      parent: FileToken.nullable(),
      entries: z.array(FileEntry),
    }),
  },

  'photos.open': {
    request: z.object({ token: FileToken, jobId: JobId }).strict(),
    response: Photo.extend({ sha256: Sha256 }),
  },
  'photos.close': { request: z.object({ photoId: PhotoId }).strict(), response: nothing },
  'photos.analyse': { request: z.object({ photoId: PhotoId, jobId: JobId }).strict(), response: Analysis },
  /**
   * Renders a recipe, or answers at once with a rendering that is kept. The pictures between the steps are kept as far
   * as memory allows, so that the first steps of a recipe (to see what each did) mostly cost nothing. `everywhere`: the
   * style is laid over all of the photo, whatever its mask.
   */
  'photos.render': {
    request: z
      .object({
        photoId: PhotoId,
        recipe: Recipe,
        size: RenderSize,
        everywhere: z.boolean().default(false),
        jobId: JobId,
      })
      .strict(),
    response: Rendering,
  },
  /** Of a rendering, or of the original ({@link ORIGINAL}); UNKNOWN_PHOTO where the rendering is not kept any more. */
  'photos.histogram': {
    request: z.object({ photoId: PhotoId, revision: z.number().int().nonnegative() }).strict(),
    response: Histogram,
  },
  /**
   * Computes at full size if that has not been done with this very recipe, and writes a new file. `folder` null:
   * Electron asks with the save dialog, the browser host offers a download. An original is never overwritten.
   */
  'photos.export': {
    request: z
      .object({
        photoId: PhotoId,
        recipe: Recipe,
        jobId: JobId,
        format: ExportFormat,
        /** 1..100 for jpeg, webp and avif; ignored by png and tiff. */
        quality: z.number().int().min(1).max(100),
        keepMetadata: z.boolean(),
        orientation: Orientation.default(1),
        folder: FileToken.nullable(),
      })
      .strict(),
    /** `notes`: what the written file could not take over. */
    response: Written.extend({ reports: z.array(StepReport), notes: z.array(Message) }),
  },

  /**
   * What was done to the photo before, found by the content of its file. `recovered`: the program had ended without
   * putting it away. `others` are the photos that the page has open; `heldBy` is the one of them with the same content,
   * which is the one to go on with.
   */
  'edits.load': {
    request: z.object({ photoId: PhotoId, others: z.array(PhotoId).max(10_000) }).strict(),
    response: z.object({
      log: EditLog.nullable(),
      recovered: z.boolean(),
      heldBy: PhotoId.nullable(),
      /**
       * An edit file that lies beside the photo under its name, is newer than what is kept and comes to something else;
       * or why it cannot be read.
       */
      beside: z
        .union([
          z.object({ token: FileToken, name: z.string(), savedAt: z.string() }),
          z.object({ name: z.string(), error: Failure }),
        ])
        .optional(),
    }),
  },
  /** Changes the edit log and keeps it safe: when this has been answered, it outlives a crash. */
  'edits.write': { request: EditDelta.extend({ photoId: PhotoId }).strict(), response: nothing },
  /** Photos that were worked on, the latest first, as far as their files can be opened again from here. */
  'edits.recent': {
    request: nothing,
    response: z.object({ entries: z.array(FileEntry.extend({ editedAt: z.string() })) }),
  },

  /** Reads an edit file: which photo it is of, and where that is found. EDIT_FILE_INVALID, EDIT_FILE_NEWER. */
  'edits.find': {
    request: z.object({ token: FileToken }).strict(),
    response: z.object({
      photo: z.object({ name: z.string(), sha256: Sha256, width: z.number().int(), height: z.number().int() }),
      /** Beside the edit file, or among the photos that were worked on; always of the very content. */
      file: FileEntry.nullable(),
    }),
  },
  /**
   * Takes an edit file over. Where something was done to the photo already, that stays in its history, and what the
   * file comes to is one more action. EDIT_FOREIGN where it is of another photo.
   */
  'edits.take': {
    request: z.object({ photoId: PhotoId, token: FileToken }).strict(),
    response: z.object({ log: EditLog, view: PhotoView, undoable: z.boolean() }),
  },
  /** What is kept counts as newer than any edit file so far. */
  'edits.keep': { request: z.object({ photoId: PhotoId }).strict(), response: nothing },
  /** Writes everything that was done to a photo to a file of its own, beside the photo unless a person chooses else. */
  'edits.export': { request: z.object({ photoId: PhotoId, view: PhotoView }).strict(), response: Written },

  /** What was open when the program ended; nothing where the settings say so. Files that are gone are only named. */
  'session.load': {
    request: nothing,
    response: z.object({
      photos: z.array(z.object({ file: FileEntry, view: PhotoView })),
      /** Which of them was looked at. */
      active: z.number().int().nonnegative().nullable(),
      missing: z.array(z.object({ name: z.string(), uploaded: z.boolean() })),
    }),
  },
  'session.save': {
    request: z
      .object({
        photos: z.array(z.object({ token: FileToken, view: PhotoView })).max(10_000),
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
  /** Keeps a mask from a file with the photo's edits. MASK_SIZE where it is not of the photo's size. */
  'masks.import': {
    request: z.object({ photoId: PhotoId, token: FileToken, jobId: JobId }).strict(),
    response: z.object({ id: BitmapId }),
  },
  /** Keeps the mask of one photo, as it is, with the edits of another of the same size. */
  'masks.copy': {
    request: z.object({ from: PhotoId, recipe: Recipe, of: MaskOwner, to: PhotoId, jobId: JobId }).strict(),
    response: z.object({ id: BitmapId }),
  },
  'jobs.cancel': { request: z.object({ jobId: JobId }).strict(), response: nothing },

  /** The recipes that ship, then one's own by name; `own` holds the ids of the latter. */
  'recipes.list': { request: nothing, response: z.object({ recipes: z.array(Recipe), own: z.array(z.string()) }) },
  /** Keeps a recipe of one's own; a new one where `id` is null. The recipes that ship cannot be changed. */
  'recipes.save': {
    request: z.object({ id: z.string().nullable(), name: z.string().min(1).max(120), recipe: Recipe }).strict(),
    response: z.object({ recipe: Recipe }),
  },
  'recipes.remove': { request: z.object({ id: z.string() }).strict(), response: nothing },
  'recipes.export': { request: z.object({ id: z.string() }).strict(), response: Written },
  'recipes.import': { request: z.object({ token: FileToken }).strict(), response: z.object({ recipe: Recipe }) },

  /** The styles that the installed generator brings along, none without one, and one's own that it can paint in. */
  'styles.list': { request: nothing, response: z.object({ presets: z.array(StyleInfo), own: z.array(OwnStyle) }) },
  /** Looks at a picture and keeps it as a style. GENERATOR_MISSING; else as `photos.open`. */
  'styles.add': { request: z.object({ token: FileToken, jobId: JobId }).strict(), response: OwnStyle },
  /** Recipes that have the style keep it. STYLE_UNKNOWN. */
  'styles.remove': { request: z.object({ id: Id }).strict(), response: nothing },

  /**
   * Looks at what a batch would do, without doing any of it: how many files are photos, and the first of them with the
   * names that they would get. OUTPUT_IS_INPUT, FOLDER_UNWRITABLE.
   */
  'batch.plan': {
    request: z.object({ ...BatchPlace, settings: BatchSettings, jobId: JobId }).strict(),
    response: z.object({
      photos: count,
      /** Files that are no photos. */
      others: count,
      bytes: count,
      /** Photos that an earlier run of this batch has done already. */
      done: count,
      examples: z.array(z.object({ name: z.string(), written: z.string() })),
      unreadable: z.array(z.object({ name: z.string(), failure: Failure })),
    }),
  },
  /** Begins a batch, or goes on with the one whose journal lies in the output folder. One runs at a time. */
  'batch.start': {
    request: z.object({ ...BatchPlace, settings: BatchSettings }).strict(),
    response: BatchState,
  },
  /** Goes on with a batch that this computer has begun: after a restart, or where it has come to a halt. */
  'batch.continue': { request: z.object({ id: Id }).strict(), response: BatchState },
  /** The batch that runs, or the last that ran since the program was started. */
  'batch.state': { request: nothing, response: z.object({ state: BatchState.nullable(), known: z.array(BatchEntry) }) },
  /** `pause` lets the photos at work end; `cancel` breaks them off. What is done stays, and so does the journal. */
  'batch.control': {
    request: z.object({ id: Id, action: z.enum(['pause', 'resume', 'cancel', 'retryFailed']) }).strict(),
    response: BatchState,
  },
  'batch.rows': {
    request: z
      .object({ id: Id, filter: z.enum(BATCH_FILTERS), from: count, count: z.number().int().min(1).max(200) })
      .strict(),
    response: z.object({ total: count, rows: z.array(BatchRow) }),
  },
  /**
   * Writes the report as it stands into the output folder. Electron has the system open it; the browser host answers where
   * it is found below `downloadBase`, for a window of its own.
   */
  'batch.report': {
    /** `language`: in which the report is written. */
    request: z.object({ id: Id, language: Language }).strict(),
    response: z.object({ place: z.string(), page: z.string().nullable() }),
  },
  /** Takes a batch off the list of those that can be gone on with. Its files and its journal stay. */
  'batch.forget': { request: z.object({ id: Id }).strict(), response: nothing },
  /**
   * Makes one training pair to look at; its pictures are kept until a few more have been made, see {@link pairUrl}.
   * PHOTOS_UNUSABLE, PHOTO_TOO_SMALL where that is so of all photos, GENERATOR_MISSING.
   */
  'synthesis.preview': {
    request: z.object({ ...PairSources, settings: SynthesisSettings, index: count, jobId: JobId }).strict(),
    response: z.object({
      id: Id,
      /** Path of the photo below the folder, with `/`. */
      source: z.string(),
      /** Share of damaged pixels. */
      coverage: unit,
      /** How many photos, and overlays, there are to choose from. */
      photos: count,
      overlays: count,
    }),
  },
  /**
   * Makes training pairs, or goes on making them, in `below` inside the output folder; null: beside the folder of the
   * photos. One at a time; what goes wrong after the beginning is told by the state.
   */
  'synthesis.start': {
    request: z
      .object({
        ...PairSources,
        output: FileToken.nullable(),
        below: BatchPlace.below.unwrap(),
        settings: SynthesisSettings,
        pairs: z.number().int().min(1).max(MAX_PAIRS),
      })
      .strict(),
    response: SynthesisState,
  },
  /** The pairs that are being made, or were last since the program was started. */
  'synthesis.state': { request: nothing, response: z.object({ state: SynthesisState.nullable() }) },
  /** Breaks off; the pairs that are there stay, and can be gone on with. */
  'synthesis.cancel': { request: nothing, response: nothing },
  'generators.list': { request: nothing, response: z.object({ generators: z.array(GeneratorInfo) }) },
  'engine.status': { request: nothing, response: EngineStatus },
  /** Starts the engine again where that was given up. */
  'engine.restart': { request: nothing, response: EngineStatus },
} as const satisfies Record<string, { request: z.ZodType; response: z.ZodType }>;

export type CallName = keyof typeof CALLS;
export const CALL_NAMES = Object.keys(CALLS) as CallName[];
export type Request<N extends CallName> = z.input<(typeof CALLS)[N]['request']>;
export type ParsedRequest<N extends CallName> = z.output<(typeof CALLS)[N]['request']>;
export type Response<N extends CallName> = z.output<(typeof CALLS)[N]['response']>;

/** What the main side tells the page on its own. */
export const EVENTS = {
  'job.progress': Progress,
  'engine.status': EngineStatus,
  /** The fine pass over a photo has finished: its layers `evidence` and `mask` have changed. */
  'photo.evidence': z.object({ photoId: PhotoId }),
  'batch.state': BatchState,
  'synthesis.state': SynthesisState,
  /** The system, the menu or a drop handed photos over. */
  'files.offered': z.object({ files: z.array(FileEntry) }),
  'menu.command': z.object({
    command: z.enum([
      'open',
      'batch',
      'pairs',
      'saveEdit',
      'export',
      'zoomFit',
      'zoomActual',
      'zoomIn',
      'zoomOut',
      'settings',
    ]),
  }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = z.output<(typeof EVENTS)[N]>;

/** Files on their way to the main side. Where they are named by their paths, nothing is sent, and nothing told. */
export interface Transfer {
  onProgress(bytes: { sent: number; total: number }): void;
  /** CANCELLED afterwards. */
  signal: AbortSignal;
}

/** The one client that the page sees, whichever host it runs in. */
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
   * Tells, at once and at every change, whether the program behind the page can be reached. Absent where the
   * connection cannot be lost (Electron). Calls made or pending while it is lost fail with CONNECTION_LOST.
   */
  onConnection?(listener: (state: ConnectionState) => void): () => void;
}

export type ConnectionState = 'connecting' | 'open' | 'lost';

/** Checks an incoming call. Never throws: a malformed one is a BAD_REQUEST. */
export function parseRequest(name: unknown, request: unknown): Result<{ name: CallName; request: unknown }> {
  if (typeof name !== 'string' || !Object.hasOwn(CALLS, name)) {
    // Not `String(name)`: what came over the bridge may refuse to become a string.
    const detail = typeof name === 'string' ? name.slice(0, 80) : typeof name;
    return failure('BAD_REQUEST', 'This call is not known.', detail);
  }
  const parsed = CALLS[name as CallName].request.safeParse(request);
  if (!parsed.success) return failure('BAD_REQUEST', 'The request is malformed.', z.prettifyError(parsed.error));
  return { ok: true, value: { name: name as CallName, request: parsed.data } };
}

/** Checks what came back; an answer that does not fit is INTERNAL, never passed on. */
export function parseResponse<N extends CallName>(name: N, answer: unknown): Result<Response<N>> {
  const shape = z.union([
    z.object({ ok: z.literal(true), value: CALLS[name].response as z.ZodType }),
    z.object({ ok: z.literal(false), error: Failure }),
  ]);
  const parsed = shape.safeParse(answer);
  if (!parsed.success) return failure('INTERNAL', 'The answer is malformed.', z.prettifyError(parsed.error));
  return parsed.data as Result<Response<N>>;
}
