import { z } from 'zod';

/**
 * The bridge between the page and the main side: every call, every event and every shape that crosses it.
 * Both sides validate with these schemas at run time. This file imports zod and nothing else.
 *
 * Files are named by opaque tokens that the main side gives out; the page never invents a path. Pictures never
 * travel through JSON: the page asks for them by URL (see {@link pictureUrl}).
 */

// ---------------------------------------------------------------------------------------------- errors

/** Every way in which a request can fail. Each code has a translated sentence in `renderer/i18n`. */
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

/** `message` is an English sentence for a person; `detail` is for a developer and may be absent. */
export const Failure = z.object({ code: ErrorCode, message: z.string(), detail: z.string().optional() });
export type Failure = z.infer<typeof Failure>;

export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

// ---------------------------------------------------------------------------------------------- basics

/** The most pixels a photo may have (after decoding, before enlarging). */
export const MAX_PIXELS = 200_000_000;
/** The most pixels that an enlarged picture may have. */
export const MAX_ENLARGED_PIXELS = 400_000_000;

const Id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);
/** Names a file or folder that the main side has offered to the page. */
export const FileToken = Id;
export const PhotoId = Id;
/** Made by the page, so that a call in flight can be cancelled. */
export const JobId = Id;

const unit = z.number().min(0).max(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

// ---------------------------------------------------------------------------------------------- recipe

/**
 * Steps run in the order of this list, whatever the order in a recipe's file: damage is filled before noise is judged,
 * tone before colour, enlargement and style last. Only those two may change places, see {@link STEP_RANKS}.
 */
export const STEP_KINDS = ['repair', 'restore', 'tone', 'colorise', 'upscale', 'style'] as const;
export const StepKind = z.enum(STEP_KINDS);
export type StepKind = z.infer<typeof StepKind>;
/**
 * Steps run by rank; those of one rank in the order of the recipe. A style that comes before the enlargement has brush
 * strokes that grow with it, one that comes after has finer ones: that is a matter of taste.
 */
export const STEP_RANKS: Readonly<Record<StepKind, number>> = {
  repair: 0,
  restore: 1,
  tone: 2,
  colorise: 3,
  upscale: 4,
  style: 4,
};

export const RepairSettings = z.object({
  /** How readily something counts as damage: 0 only the certain, 1 everything suspect. */
  sensitivity: unit.default(0.5),
  /** Grows the mask by this many pixels of the full-size photo on each side. */
  grow: z.number().min(0).max(32).default(2),
});
export const RestoreSettings = z.object({
  /** Share of the noise and of the marks of compression to take out. */
  strength: unit.default(0.8),
  /** Leaves most of the grain in the luminance standing; colour noise and compression blocks still go. */
  keepGrain: z.boolean().default(false),
});
export type RestoreSettings = z.infer<typeof RestoreSettings>;
export const ToneSettings = z.object({
  strength: unit.default(1),
  /** Share of the colour cast to take out. */
  cast: unit.default(1),
  /** Share of the lost contrast to give back. */
  contrast: unit.default(1),
});
/** Imagined colours to choose from: as they most likely were, of a warmer world, of a cooler one. */
export const COLOUR_VARIANTS = ['natural', 'warm', 'cool'] as const;
export const ColoriseSettings = z.object({
  /** Saturation of the imagined colours against what the generator gives; 0 changes nothing. */
  strength: unit.default(1),
  variant: z.enum(COLOUR_VARIANTS).default('natural'),
});
export type ColoriseSettings = z.infer<typeof ColoriseSettings>;
export const UPSCALE_VARIANTS = ['faithful', 'crisp'] as const;
/** The most that a picture is enlarged: beyond it there is nothing left in a pixel to enlarge. */
export const MAX_ENLARGED_TIMES = 16;
/** Bounds of a target size. */
export const MAX_EDGE_PIXELS = 30_000;
export const PRINT_BOUNDS = { centimetres: { min: 1, max: 500 }, dpi: { min: 36, max: 1200 } } as const;
/** A size to reach, by the longer edge. */
export const TargetSize = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('pixels'), longer: z.number().int().min(16).max(MAX_EDGE_PIXELS) }),
  /** A print: so many centimetres, at so many pixels to the inch, which are written into the result. */
  z.object({
    unit: z.literal('print'),
    longer: z.number().min(PRINT_BOUNDS.centimetres.min).max(PRINT_BOUNDS.centimetres.max),
    dpi: z.number().int().min(PRINT_BOUNDS.dpi.min).max(PRINT_BOUNDS.dpi.max),
  }),
]);
export type TargetSize = z.infer<typeof TargetSize>;
export const UpscaleSettings = z.object({
  scale: z.union([z.literal(2), z.literal(4)]).default(2),
  variant: z.enum(UPSCALE_VARIANTS).default('faithful'),
  /** Takes the place of `scale` where it is given. */
  target: TargetSize.optional(),
});
export type UpscaleSettings = z.infer<typeof UpscaleSettings>;
/** What a generator sees in a style picture; it means something to that generator alone. */
export const StyleCode = z.object({
  /** SHA-256 of what measured it. */
  by: Sha256,
  values: z.array(z.number().finite()).min(1).max(4096),
});
export type StyleCode = z.infer<typeof StyleCode>;
/** A style: a preset by its id, or a picture of one's own, which `code` stands for and `style` names. */
const Style = { style: z.string().min(1).max(64), code: StyleCode.optional() };
export const StyleSettings = z.object({
  ...Style,
  /** Share of the painted picture in the result; 0 changes nothing. */
  strength: unit.default(1),
  /** Paints the lights and darks alone; the colours stay those of the photo. */
  keepColours: z.boolean().default(false),
  /** Width of the strokes: 1 as it suits most photos, 2 twice as wide. It is a share of the picture, at any size. */
  brush: z.number().min(0.5).max(4).default(1),
  /** A second style, and its share. */
  mix: z.object({ ...Style, share: unit.default(0.5) }).optional(),
});
export type StyleSettings = z.infer<typeof StyleSettings>;

export const Step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('repair'), enabled: z.boolean().default(true), settings: RepairSettings }),
  z.object({ kind: z.literal('restore'), enabled: z.boolean().default(true), settings: RestoreSettings }),
  z.object({ kind: z.literal('tone'), enabled: z.boolean().default(true), settings: ToneSettings }),
  z.object({ kind: z.literal('colorise'), enabled: z.boolean().default(true), settings: ColoriseSettings }),
  z.object({ kind: z.literal('upscale'), enabled: z.boolean().default(true), settings: UpscaleSettings }),
  z.object({ kind: z.literal('style'), enabled: z.boolean().default(true), settings: StyleSettings }),
]);
export type Step = z.infer<typeof Step>;
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

/** A change to one step, of whichever recipe. A list of them has one for each kind of step at most. */
export const StepChange = z.object({
  kind: StepKind,
  /** Switches the step on or off; where there is none, that stays as it is. */
  enabled: z.boolean().optional(),
  /** Take the place of the step's own settings, one by one. */
  settings: z.record(z.string(), z.unknown()),
});
export type StepChange = z.infer<typeof StepChange>;

export const RECIPE_FORMAT = 1;
/** What to do to a photo. The window, the batch and the command line share it. */
export const Recipe = z
  .object({
    format: z.literal(RECIPE_FORMAT),
    id: z.string().regex(/^[a-z0-9-]{1,64}$/),
    name: z.string().min(1).max(120),
    /**
     * `needed`: a step runs only where the analysis measures a need. `always`: an enabled step runs in any case
     * (what a person has switched on by hand).
     */
    gate: z.enum(['needed', 'always']).default('needed'),
    steps: z.array(Step).max(STEP_KINDS.length),
  })
  .refine((recipe) => new Set(recipe.steps.map((step) => step.kind)).size === recipe.steps.length, {
    message: 'a recipe holds each kind of step at most once',
  });
export type Recipe = z.infer<typeof Recipe>;

// ---------------------------------------------------------------------------------------------- mask

/** A place in the full-size photo, in pixels from its top left corner; a little outside is allowed. */
const coordinate = z.number().min(-100_000).max(300_000);
/** Flat lists keep long strokes short on the wire and in the file. */
const flat = (each: number, least: number, most: number) =>
  z
    .array(coordinate)
    .min(each * least)
    .max(each * most)
    .refine((list) => list.length % each === 0, { message: `a list of ${each} numbers for each point` });

/** The most points that one stroke or outline may have. */
export const MAX_POINTS = 20_000;
/** The widest brush, in pixels of the full-size photo. */
export const MAX_BRUSH = 4000;
/** The farthest that a mask can be grown, shrunk or feathered at once, in pixels of the full-size photo. */
export const MAX_SPREAD = 100;
const spread = z.number().int().min(1).max(MAX_SPREAD);

/** Of a bitmap's packed runs: it is kept once, however often it is used. */
export const BitmapId = Sha256;

/** Drawn by hand with a brush: x, y and pressure (0..1) of each point, one after the other. */
export const MaskStroke = z.object({
  kind: z.literal('stroke'),
  mode: z.enum(['paint', 'erase']),
  /** Diameter at full pressure, in pixels of the full-size photo. */
  size: z.number().min(1).max(MAX_BRUSH),
  /** Share of the radius that is fully covered; from there on the cover falls to nothing at the rim. */
  hardness: unit,
  points: flat(3, 1, MAX_POINTS),
});
export type MaskStroke = z.infer<typeof MaskStroke>;

/** A closed outline: x and y of each corner, one after the other. */
export const MaskArea = z.object({
  kind: z.literal('area'),
  shape: z.enum(['rectangle', 'polygon', 'lasso']),
  mode: z.enum(['add', 'subtract']),
  points: flat(2, 3, MAX_POINTS),
});
export type MaskArea = z.infer<typeof MaskArea>;

/**
 * A step in the making of a mask. A mask is the list of its steps, applied one after the other to an empty one; values
 * are 0 (keeps its bits) to 255 (is replaced). All lengths are pixels of the full-size photo.
 */
export const MaskOp = z.discriminatedUnion('kind', [
  /** Adds the damage that was found. Null follows the settings of the repair step. */
  z.object({
    kind: z.literal('detected'),
    sensitivity: unit.nullable().default(null),
    grow: z.number().min(0).max(32).nullable().default(null),
  }),
  /** Adds or takes out the one connected piece of damage at this place. */
  z.object({
    kind: z.literal('defect'),
    mode: z.enum(['add', 'remove']),
    x: coordinate,
    y: coordinate,
    sensitivity: unit.nullable().default(null),
  }),
  MaskStroke,
  MaskArea,
  /** A mask from a file, of exactly the photo's size. */
  z.object({ kind: z.literal('bitmap'), mode: z.enum(['replace', 'add', 'subtract']), id: BitmapId }),
  z.object({ kind: z.literal('grow'), radius: spread }),
  z.object({ kind: z.literal('shrink'), radius: spread }),
  z.object({ kind: z.literal('feather'), radius: spread }),
  z.object({ kind: z.literal('invert') }),
  z.object({ kind: z.literal('clear') }),
]);
export type MaskOp = z.infer<typeof MaskOp>;

/** The steps that have a mask of their own. */
export const MaskOwner = z.enum(['repair', 'style']);
export type MaskOwner = z.infer<typeof MaskOwner>;

// ---------------------------------------------------------------------------------------------- edit document

/** A region that was repaired by itself, after the recipe's steps and in the order of the list. */
export const LocalRepair = z.object({
  id: Id,
  enabled: z.boolean(),
  mask: z
    .array(z.discriminatedUnion('kind', [MaskStroke, MaskArea]))
    .min(1)
    .max(100),
});
export type LocalRepair = z.infer<typeof LocalRepair>;

/**
 * How a photo is shown and written: an EXIF orientation (1 as it was opened, 2 mirrored, 3 upside down, 6 turned right,
 * 8 turned left ...). Turning is the last thing that happens, on the screen and at export: recipes, masks and regions
 * always count in the pixels of the unturned photo.
 */
export const Orientation = z.number().int().min(1).max(8);
export type Orientation = z.infer<typeof Orientation>;

/** What is done to a photo: enough to make its result again from the original. */
export const EditState = z.object({
  recipe: Recipe,
  /** Of the repair step. */
  mask: z.array(MaskOp).max(10_000),
  repairs: z.array(LocalRepair).max(1000),
  /** Where the style is laid over the photo; everywhere as long as nothing is drawn. */
  styleMask: z.array(MaskOp).max(10_000).default([]),
  /** Which way up the photo is shown, and written when it is exported. */
  orientation: Orientation.default(1),
});
export type EditState = z.infer<typeof EditState>;

/** One entry of the history: what it changes, and a key of the translation that names it. */
export const EditAction = z.object({
  name: z.enum([
    'setting',
    'step',
    'recipe',
    'mask',
    'maskReset',
    'styleMask',
    'styleMaskReset',
    'repair',
    'repairOn',
    'repairOff',
    'repairRemoved',
    'repairMoved',
    'turned',
    'startOver',
    'taken',
  ]),
  /** Belongs to the action before it: both are undone and done again together. */
  continues: z.boolean().optional(),
  recipe: Recipe.optional(),
  /** Added at the end of the mask. */
  paint: MaskOp.optional(),
  /** Takes the place of the whole mask. */
  mask: z.array(MaskOp).max(10_000).optional(),
  /** The same of the mask of the style. */
  paintStyle: MaskOp.optional(),
  styleMask: z.array(MaskOp).max(10_000).optional(),
  repair: LocalRepair.optional(),
  /** Take the place of all local repairs. */
  repairs: z.array(LocalRepair).max(1000).optional(),
  toggle: z.object({ id: Id, enabled: z.boolean() }).optional(),
  remove: Id.optional(),
  /** The local repair goes to this place among all of them. */
  move: z.object({ id: Id, to: z.number().int().nonnegative() }).optional(),
  orientation: Orientation.optional(),
});
export type EditAction = z.infer<typeof EditAction>;

export const EDIT_FORMAT = 4;
/** The edit document: where it began, every action since, and how many of them hold (the others were undone). */
export const EditLog = z
  .object({ base: EditState, actions: z.array(EditAction).max(100_000), at: z.number().int().nonnegative() })
  .refine((log) => log.at <= log.actions.length, { message: 'more actions hold than there are' });
export type EditLog = z.infer<typeof EditLog>;

/** A change of an edit log: from the action at `from` on it holds these instead; `base` begins it anew. */
export const EditDelta = z.object({
  base: EditState.optional(),
  from: z.number().int().nonnegative(),
  actions: z.array(EditAction).max(1000),
  at: z.number().int().nonnegative(),
  /** Is still under the hand: it is kept safe, but is no part of what is computed unless the program breaks off. */
  unfinished: EditAction.optional(),
});
export type EditDelta = z.infer<typeof EditDelta>;

/**
 * What a photo was last looked at with: the photo pixel in the middle of the pane and CSS pixels per photo pixel.
 * Null: fitted.
 */
export const PhotoView = z
  .object({ x: coordinate, y: coordinate, scale: z.number().positive().max(1000) })
  .nullable()
  .default(null);
export type PhotoView = z.infer<typeof PhotoView>;

// ---------------------------------------------------------------------------------------------- photo

export const PHOTO_FORMATS = ['jpeg', 'png', 'tiff', 'webp', 'avif', 'gif'] as const;
export const PhotoFormat = z.enum(PHOTO_FORMATS);
export type PhotoFormat = z.infer<typeof PhotoFormat>;

export const EXPORT_FORMATS = ['jpeg', 'png', 'tiff', 'webp', 'avif'] as const;
export const ExportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** A decoded photo. Sizes in pixels after the EXIF orientation is applied. */
export const Photo = z.object({
  id: PhotoId,
  name: z.string(),
  format: PhotoFormat,
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Bits per channel of the working raster. */
  depth: z.union([z.literal(8), z.literal(16)]),
  channels: z.union([z.literal(1), z.literal(3)]),
  alpha: z.boolean(),
  /** Name of the embedded colour profile, null where there is none (taken as sRGB). */
  profile: z.string().nullable(),
  bytes: z.number().int().nonnegative(),
  /** What was normalised on the way in, as plain facts ("converted from CMYK", "rotated by its EXIF orientation"). */
  notes: z.array(z.string()),
  /** EXIF facts worth showing, as label and value in display order; labels are keys of the translation. */
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
});
export type Photo = z.infer<typeof Photo>;

/** Whether a step is needed, by which measurement. `reason` is a key of the translation with its figures. */
export const Need = z.object({
  kind: StepKind,
  needed: z.boolean(),
  /** A generator for it is installed, or it needs none. */
  available: z.boolean(),
  reason: z.string(),
  figures: z.record(z.string(), z.number()),
  /** The English sentence with the figures filled in (for the command line and reports). */
  sentence: z.string(),
  /** Which of a step's variants have a generator, for a step that lets one choose. */
  variants: z.array(z.string()).optional(),
});
export type Need = z.infer<typeof Need>;

/** What the analysis measured. All figures belong to the photo as it is, before any step. */
export const Analysis = z.object({
  /** Share of pixels that the detector calls damaged at the default sensitivity, 0..1. */
  damage: unit,
  /** Share of the tonal range in use, 0..1 (1 = full black to full white). */
  range: unit,
  /** Length of the colour cast in CIELAB a*b*, in delta E units. */
  cast: z.number().nonnegative(),
  /** `monochrome`: one hue for all tones (grey); `toned`: sepia or another single tint. */
  colour: z.enum(['colour', 'monochrome', 'toned']),
  /** Estimated noise as standard deviation in 8-bit levels. */
  noise: z.number().nonnegative(),
  /** Strength of 8x8 block edges against their neighbours, 1 = none. */
  blockiness: z.number().nonnegative(),
  /** Estimated root mean square error that compression has left, in 8-bit levels. */
  compression: z.number().nonnegative(),
  megapixels: z.number().positive(),
  needs: z.array(Need),
  /** The proposal. With nothing to do, all steps are disabled. */
  recipe: Recipe,
  nothingToDo: z.boolean(),
});
export type Analysis = z.infer<typeof Analysis>;

/** What a step did in one run. */
export const StepReport = z.object({
  kind: StepKind,
  /** `skipped`: enabled, but the gate found no need. */
  outcome: z.enum(['done', 'skipped', 'off']),
  sentence: z.string(),
  seconds: z.number().nonnegative(),
  generator: z.string().nullable(),
  /** The provider really used, e.g. `cpu`. Null for a step without a generator. */
  provider: z.string().nullable(),
});
export type StepReport = z.infer<typeof StepReport>;

/**
 * `difference`: what a rendering changed, sample by sample, amplified; black where nothing did. `clipping`: opaque red
 * where a channel is at its upper end, blue where all are at their lower, transparent elsewhere. `evidence` is no
 * picture: whatever the region, it is what the detector found, as bytes (document/evidence.ts). Its revision counts the
 * events `photo.evidence`, so that new evidence has a new URL. Nor is
 * `bitmap`, a mask that was imported (document/runs.ts).
 */
export const LAYERS = ['original', 'result', 'mask', 'evidence', 'bitmap', 'difference', 'clipping'] as const;
export const Layer = z.enum(LAYERS);
export type Layer = z.infer<typeof Layer>;

/** `small` serves to choose from several, `preview` to judge in the window, `full` is the photo's own size. */
export const RenderSize = z.enum(['small', 'preview', 'full']);
export type RenderSize = z.infer<typeof RenderSize>;

export const Rendering = z.object({
  /** Grows with every rendering of the photo; part of the picture's URL. */
  revision: z.number().int().nonnegative(),
  size: RenderSize,
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Share of pixels inside the repair mask, 0..1. */
  masked: unit,
  reports: z.array(StepReport),
  seconds: z.number().nonnegative(),
});
export type Rendering = z.infer<typeof Rendering>;

/** The names of the original where a revision of a rendering is asked for. */
export const ORIGINAL = 0;

/** Side of the square tiles in which the viewer asks for a photo, in pixels of the answer. */
export const TILE = 512;

/** A region of a layer, scaled: the URL that both hosts serve as a PNG or JPEG picture. */
export const PictureQuery = z.object({
  photoId: PhotoId,
  layer: Layer,
  /** Which rendering; {@link ORIGINAL} for the photo as it is. */
  revision: z.coerce.number().int().nonnegative(),
  /** Region in full-size pixels of the original photo. */
  x: z.coerce.number().int().nonnegative(),
  y: z.coerce.number().int().nonnegative(),
  w: z.coerce.number().int().positive(),
  h: z.coerce.number().int().positive(),
  /** Size of the answer in pixels; never larger than 4096 on a side. */
  width: z.coerce.number().int().positive().max(4096),
  height: z.coerce.number().int().positive().max(4096),
  /**
   * Asks for PNG at any size. Where the region's sides are the same power of two times those of the answer (rounded up
   * at the photo's edges), every pixel is the mean of exactly the pixels that it covers, so that neighbouring tiles fit.
   */
  lossless: z.coerce.number().int().min(0).max(1).optional(),
  /** For the difference layer: the rendering to compare with, and how many times to amplify. */
  against: z.coerce.number().int().nonnegative().optional(),
  gain: z.coerce.number().int().min(1).max(64).optional(),
  /** For the bitmap layer: which one. */
  bitmap: BitmapId.optional(),
  /** For the mask layer: the sensitivity to show and how far to grow, as in {@link RepairSettings}. */
  sensitivity: z.coerce.number().min(0).max(1).optional(),
  grow: z.coerce.number().min(0).max(32).optional(),
});
export type PictureQuery = z.infer<typeof PictureQuery>;

/** The URL of a picture. `base` comes from `app.info` (`photo://picture` or `/picture`). */
export function pictureUrl(base: string, query: PictureQuery): string {
  const { photoId, layer, ...rest } = query;
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) search.set(key, String(value));
  return `${base}/${photoId}/${layer}?${search}`;
}

/** Stands where the id of a photo would: those are longer. */
const PAIR_PREFIX = 'pair';

/** Reads a picture's URL back; throws a ZodError where it is malformed. */
export function parsePictureUrl(base: string, url: string): PictureQuery | ThumbnailQuery | PairQuery {
  const [path = '', search = ''] = (url.startsWith(base) ? url.slice(base.length) : url).split('?');
  const [photoId, layer, index, side] = path.replace(/^\//, '').split('/');
  if (photoId === PAIR_PREFIX) return PairQuery.parse({ pairId: layer, pairSide: index });
  if (side !== undefined) return ThumbnailQuery.parse({ batchId: layer, index, side });
  return PictureQuery.parse({ photoId, layer, ...Object.fromEntries(new URLSearchParams(search)) });
}

/** How many pixels of a picture have each tone, in the photo's own encoding (16 bits are counted by their upper 8). */
export const Histogram = z.object({
  /** 256 counts each. Red, green and blue are equal for a grey photo; luma is weighted as in Rec. 709. */
  red: z.array(z.number().int().nonnegative()).length(256),
  green: z.array(z.number().int().nonnegative()).length(256),
  blue: z.array(z.number().int().nonnegative()).length(256),
  luma: z.array(z.number().int().nonnegative()).length(256),
  /** Share of pixels in which all channels are at their lower end, and in which any is at its upper, 0..1. */
  shadows: unit,
  highlights: unit,
});
export type Histogram = z.infer<typeof Histogram>;

// ---------------------------------------------------------------------------------------------- the rest

export const GeneratorInfo = z.object({
  id: z.string(),
  name: z.string(),
  task: z.string(),
  version: z.string(),
  licence: z.string(),
  description: z.string(),
  limits: z.string(),
  parameters: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  state: z.enum(['ready', 'missing', 'damaged']),
  measured: z.array(z.object({ metric: z.string(), value: z.number(), unit: z.string(), data: z.string() })),
});
export type GeneratorInfo = z.infer<typeof GeneratorInfo>;

/** A style that ships: what was seen in a painting, not the painting. */
export const StyleInfo = z.object({
  id: z.string(),
  name: z.string(),
  artist: z.string(),
  work: z.string(),
  year: z.number().int().nullable(),
  source: z.string(),
  /** What pictures take from the work, in English. */
  description: z.string().optional(),
});
export type StyleInfo = z.infer<typeof StyleInfo>;

/** A style of one's own: what was seen in a picture. */
export const OwnStyle = z.object({ id: Id, name: z.string().min(1).max(64), code: StyleCode });
export type OwnStyle = z.infer<typeof OwnStyle>;

export const PROVIDERS = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu'] as const;
export const Provider = z.enum(PROVIDERS);
export type Provider = z.infer<typeof Provider>;

export const Settings = z.object({
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  /** null: the system's language where it is spoken, else English. */
  language: z.enum(['en', 'pt-BR']).nullable().default(null),
  /** `auto` tries the platform's providers in order and ends at the CPU. */
  provider: z.union([z.literal('auto'), Provider]).default('auto'),
  /** 0: as many as the machine has cores. */
  threads: z.number().int().min(0).max(256).default(0),
  /**
   * Megabytes (2^20 bytes) that computed pictures and loaded generators may take together, kept to be at hand. The
   * photos themselves and what is computed at the moment come on top. 0: by the computer's memory.
   */
  memory: z.number().int().min(0).max(65_536).default(0),
  keepMetadata: z.boolean().default(true),
  maskColour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .default('#ff00c8'),
  /** Of the mask over the photo. */
  maskOpacity: z.number().min(0.1).max(1).default(0.6),
  /** At the start, the photos are opened that were open at the end. */
  reopen: z.boolean().default(true),
  /** The introduction was gone through or skipped. */
  introduced: z.boolean().default(false),
});
export type Settings = z.infer<typeof Settings>;

/** Some of the settings; those left out stay as they are, so they must not get their defaults. */
const SettingsChange = z.strictObject(
  Object.fromEntries(
    Object.entries(Settings.shape).map(([name, shape]) => [name, shape.unwrap().optional()]),
  ) as unknown as {
    [N in keyof typeof Settings.shape]: z.ZodOptional<ReturnType<(typeof Settings.shape)[N]['unwrap']>>;
  },
);

export const AppInfo = z.object({
  version: z.string(),
  host: z.enum(['electron', 'browser']),
  platform: z.string(),
  /** Prefix of the pictures' URLs. */
  pictureBase: z.string(),
  /** Where to POST dropped and pasted bytes, null where the host takes paths instead. */
  uploadUrl: z.string().nullable(),
  /** Prefix of download URLs (`<base>/<downloadToken>`), null where the host writes to folders itself. */
  downloadBase: z.string().nullable(),
  /** True where `files.pick` opens the system's own dialog; else the page shows `files.list`. */
  nativeDialogs: z.boolean(),
  /** Logical cores that this program may use, and all memory in megabytes (2^20 bytes). */
  machine: z.object({ cores: z.number().int().positive(), memory: z.number().int().positive() }),
});
export type AppInfo = z.infer<typeof AppInfo>;

export const FileEntry = z.object({
  token: FileToken,
  name: z.string(),
  /** `edit`: a file that holds what is done to a photo. */
  kind: z.enum(['folder', 'photo', 'edit']),
  bytes: z.number().int().nonnegative(),
});
export type FileEntry = z.infer<typeof FileEntry>;

/**
 * Why a provider is not used: it took the engine down, is not there, computes another picture than the CPU, is slower
 * than it, or failed for a reason of its own.
 */
export const REFUSALS = ['crashed', 'missing', 'differs', 'slower', 'failed'] as const;
export const Refusal = z.object({
  provider: Provider,
  reason: z.enum(REFUSALS),
  /** For a developer. */
  detail: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

export const EngineStatus = z.object({
  state: z.enum(['starting', 'ready', 'busy', 'restarting', 'failed']),
  /** Null until the first generator has been loaded. */
  provider: Provider.nullable(),
  threads: z.number().int().nonnegative(),
  /** Megabytes (2^20 bytes) that may be kept to be at hand; 0 before the engine has started. */
  memory: z.number().int().nonnegative(),
  /** Why another provider than the one asked for is used; empty where that is no news. */
  refused: z.array(Refusal),
  /** How the process ended that was not started again, for a developer; null in every other state. */
  note: z.string().nullable(),
});
export type EngineStatus = z.infer<typeof EngineStatus>;

export const Progress = z.object({
  jobId: JobId,
  /** A photo is opened by looking at its file, then decoding its colours, then (where it has any) its transparency. */
  stage: z.enum(['opening', 'decoding', 'transparency', 'analysing', 'computing', 'writing']),
  step: StepKind.nullable(),
  /** 0..1 over the whole job. */
  done: unit,
  /** Null until there is enough to judge by. */
  secondsLeft: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof Progress>;

// ---------------------------------------------------------------------------------------------- batch

/** What happens where a file of that name exists: another name (`-2`), no restoration, or the file is replaced. */
export const CONFLICT_RULES = ['rename', 'skip', 'overwrite'] as const;
export const BATCH_ORDERS = ['name', 'oldest', 'newest', 'smallest', 'largest'] as const;
/** What a name pattern may hold in braces: the file's own name, its folder's, its date (of the file) and the recipe. */
export const NAME_TOKENS = ['name', 'folder', 'date', 'recipe'] as const;
const NamePattern = z
  .string()
  .min(1)
  .max(120)
  .refine((pattern) => !/[\\/]/.test(pattern), { message: 'a name, without folders' })
  .refine((pattern) => pattern.includes('{name}'), { message: 'a name pattern has {name} in it' })
  .refine(
    (pattern) =>
      [...pattern.matchAll(/\{([^}]*)\}/g)].every(([, token]) => NAME_TOKENS.some((known) => known === token)),
    { message: `only {${NAME_TOKENS.join('}, {')}} stand for something` },
  );
const Globs = z.array(z.string().min(1).max(400)).max(100);

/** How a folder of photos is restored. */
export const BatchSettings = z.object({
  /** Null: what each photo is found to need. */
  recipe: Recipe.nullable().default(null),
  /** Asked for besides. */
  added: z.array(Step).max(STEP_KINDS.length).default([]),
  /** To the steps of the recipe or of what each photo is found to need, and to those asked for besides. */
  changes: z.array(StepChange).max(STEP_KINDS.length).optional(),
  /** Null: that of each photo (PNG for GIF). */
  format: ExportFormat.nullable().default(null),
  quality: z.number().int().min(1).max(100).default(92),
  keepMetadata: z.boolean().default(true),
  /** Of the written files, without extension. */
  name: NamePattern.default('{name}'),
  conflict: z.enum(CONFLICT_RULES).default('rename'),
  /** Globs of paths below the folder, with `/`; one without a slash is of names in any folder. None: everything. */
  include: Globs.default([]),
  exclude: Globs.default([]),
  order: z.enum(BATCH_ORDERS).default('name'),
  /** Photos that are computed at once; 0: by the computer's cores and memory. */
  concurrency: z.number().int().min(0).max(64).default(0),
  /** Goes on taking photos that are put into the folder. */
  watch: z.boolean().default(false),
});
export type BatchSettings = z.infer<typeof BatchSettings>;

/**
 * What has become of a photo. `kept`: a file of its name was there and the rule says to leave it; `passed`: a file that
 * is no photo; `quarantined`: it took the engine down twice and is not tried again by itself.
 */
export const BATCH_OUTCOMES = ['restored', 'unchanged', 'kept', 'failed', 'quarantined', 'passed'] as const;
export const BatchOutcome = z.enum(BATCH_OUTCOMES);
export type BatchOutcome = z.infer<typeof BatchOutcome>;

const count = z.number().int().nonnegative();
export const BatchCounts = z.object({
  /** Files that were found so far, and how many of them wait or are at work. */
  found: count,
  waiting: count,
  ...(Object.fromEntries(BATCH_OUTCOMES.map((outcome) => [outcome, count])) as Record<BatchOutcome, typeof count>),
});
export type BatchCounts = z.infer<typeof BatchCounts>;

export const BATCH_PHASES = ['running', 'pausing', 'paused', 'watching', 'done', 'cancelled', 'halted'] as const;
export const BatchState = z.object({
  id: Id,
  /** Folders, for a person to read. */
  input: z.string(),
  output: z.string(),
  settings: BatchSettings,
  /** `halted`: something stands in the way of all photos (a full disk, a drive that is gone); `halt` says what. */
  phase: z.enum(BATCH_PHASES),
  halt: Failure.nullable(),
  /** True until every file has been found. */
  scanning: z.boolean(),
  counts: BatchCounts,
  /** Failures and quarantined photos by code, the most frequent first. */
  errors: z.array(z.object({ code: ErrorCode, count })),
  /** Photos at work. */
  running: z.array(z.object({ index: count, name: z.string(), done: unit, step: StepKind.nullable() })),
  /** Photos at once, and threads for each. */
  concurrency: count,
  threads: count,
  provider: Provider.nullable(),
  /** Seconds of work so far in this run, and those left; null until there is enough to judge by. */
  seconds: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
  /** Photos per minute; null until there is enough to judge by. */
  pace: z.number().nonnegative().nullable(),
  /** Plain facts that a person should know: a journal that was damaged, settings that have changed. */
  notes: z.array(z.string()),
});
export type BatchState = z.infer<typeof BatchState>;

/** One file of a batch. */
export const BatchRow = z.object({
  /** Its place among the files that were found. */
  index: count,
  /** Path below the folder, with `/`. */
  name: z.string(),
  bytes: count,
  state: z.enum(['waiting', 'running', ...BATCH_OUTCOMES]),
  failure: Failure.nullable(),
  /** What was done, or why not, in English sentences. */
  reports: z.array(StepReport),
  /** Name of the written file. */
  written: z.string().nullable(),
  seconds: z.number().nonnegative().nullable(),
  /** Whether there are small pictures of it, see {@link thumbnailUrl}. */
  pictured: z.boolean(),
});
export type BatchRow = z.infer<typeof BatchRow>;

/** Which files of a batch are listed. `problems`: failed and quarantined. */
export const BATCH_FILTERS = ['all', 'restored', 'unchanged', 'problems', 'others'] as const;

/** The two folders of a batch; `below`: the name of a folder inside the second that is made for it. */
const BatchPlace = {
  input: FileToken,
  output: FileToken,
  below: z
    .string()
    .min(1)
    .max(100)
    .regex(/^(?!\.{1,2}$)[^/\\]+$/)
    .nullable(),
};

/** A batch that was begun on this computer, and what it came to as far as its journal can be read. */
export const BatchEntry = z.object({
  id: Id,
  input: z.string(),
  output: z.string(),
  begunAt: z.string(),
  finished: z.boolean(),
});
export type BatchEntry = z.infer<typeof BatchEntry>;

/** A small picture of a photo of a batch, as it was or as it has become. */
export const ThumbnailQuery = z.object({
  batchId: Id,
  index: z.coerce.number().int().nonnegative(),
  side: z.enum(['before', 'after']),
});
export type ThumbnailQuery = z.infer<typeof ThumbnailQuery>;

export function thumbnailUrl(base: string, { batchId, index, side }: ThumbnailQuery): string {
  return `${base}/batch/${batchId}/${index}/${side}`;
}

// ---------------------------------------------------------------------------------------------- training pairs

/** Damage that a program draws, pictures of damage in a folder, or damage drawn by a generator. */
export const DAMAGE_KINDS = ['drawn', 'overlay', 'synthesised'] as const;
export const DamageKind = z.enum(DAMAGE_KINDS);
export type DamageKind = z.infer<typeof DamageKind>;
export const PAIR_FORMATS = ['png', 'webp'] as const;
export const PAIR_SIZES = { min: 64, max: 2048 } as const;
export const MAX_PAIRS = 1_000_000;

/** How pairs of a clean and a damaged picture are made, to train on. */
export const SynthesisSettings = z.object({
  /** Where all chance comes from: pair k depends on it and on k, whatever the number of pairs. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Edge of the square pictures in pixels. */
  size: z.number().int().min(PAIR_SIZES.min).max(PAIR_SIZES.max).default(512),
  /** Null: every kind for which there is what it needs. */
  damage: z.array(DamageKind).min(1).max(DAMAGE_KINDS.length).nullable().default(null),
  /** How much pictures fade and roughen besides; 0 not at all. */
  ageing: unit.default(1),
  /** Both lossless. */
  format: z.enum(PAIR_FORMATS).default('png'),
});
export type SynthesisSettings = z.infer<typeof SynthesisSettings>;

/** The folder of clean photos, and one with pictures of damage, white on black. */
const PairSources = { input: FileToken, overlays: FileToken.nullable() };

/** The pairs that are being made, or were made last. */
export const SynthesisState = z.object({
  /** Folders, for a person to read. */
  input: z.string(),
  output: z.string(),
  phase: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** Why it failed; pairs that were made stay. */
  failure: Failure.nullable(),
  /** Kinds of damage that are used; empty until that is known. */
  kinds: z.array(DamageKind),
  pairs: count,
  /** Of these, so many are there. */
  done: count,
  secondsLeft: z.number().nonnegative().nullable(),
  /** Files that cannot be used, the first of them with the reason. */
  unusable: count,
  problems: z.array(z.object({ name: z.string(), failure: Failure })).max(50),
});
export type SynthesisState = z.infer<typeof SynthesisState>;

export const PAIR_SIDES = ['clean', 'damaged', 'mask'] as const;
/** A picture of a pair that was made to be looked at. */
export const PairQuery = z.object({ pairId: Id, pairSide: z.enum(PAIR_SIDES) });
export type PairQuery = z.infer<typeof PairQuery>;

export function pairUrl(base: string, { pairId, pairSide }: PairQuery): string {
  return `${base}/${PAIR_PREFIX}/${pairId}/${pairSide}`;
}

// ---------------------------------------------------------------------------------------------- calls

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
    response: Written.extend({ reports: z.array(StepReport) }),
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
    request: z.object({ id: Id }).strict(),
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

export function failure(code: ErrorCode, message: string, detail?: string): { ok: false; error: Failure } {
  return { ok: false, error: detail === undefined ? { code, message } : { code, message, detail } };
}
