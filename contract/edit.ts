import { z } from 'zod';
import { Id, Sha256, unit } from './basics';
import { Caption } from './caption';
import { Recipe } from './recipe';
import { Scan } from './scan';

/** Masks, and all changes to one photo: the edit document. */

/** A coordinate in the full-size photo (the upright print), in pixels from its top left corner; may lie a little outside. */
const coordinate = z.number().min(-100_000).max(300_000);
/** Flat lists keep long strokes short in messages and files. */
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
/** The farthest that a mask can be grown, shrunk or feathered in one step, in pixels of the full-size photo. */
export const MAX_SPREAD = 100;
const spread = z.number().int().min(1).max(MAX_SPREAD);

/** Hash of a bitmap's packed runs: a bitmap is stored once, however often it is used. */
export const BitmapId = Sha256;
/** Drawn by hand with a brush: x, y and pressure (0..1) of each point in turn. */
export const MaskStroke = z.object({
  kind: z.literal('stroke'),
  mode: z.enum(['paint', 'erase']),
  /** Diameter at full pressure, in pixels of the full-size photo. */
  size: z.number().min(1).max(MAX_BRUSH),
  /** Share of the radius with full coverage, 0..1. Beyond it, coverage falls to zero at the rim. */
  hardness: unit,
  points: flat(3, 1, MAX_POINTS),
});
export type MaskStroke = z.infer<typeof MaskStroke>;
/** A closed outline: x and y of each corner in turn. */
export const MaskArea = z.object({
  kind: z.literal('area'),
  shape: z.enum(['rectangle', 'polygon', 'lasso']),
  mode: z.enum(['add', 'subtract']),
  points: flat(2, 3, MAX_POINTS),
  /** True: it leaves out a place that was skipped in the review, where the place is still offered. */
  skips: z.literal(true).optional(),
});
export type MaskArea = z.infer<typeof MaskArea>;
/**
 * How a place is filled: smoothly by the generator, or with texture from its surroundings in one of two ways. Where
 * nothing is chosen, wide places get texture and narrow ones do not.
 */
export const Filling = z.enum(['texture', 'otherTexture', 'smooth']);
export type Filling = z.infer<typeof Filling>;
/**
 * One operation on a mask. A mask is a list of operations, applied in order to an empty mask. Its values are 0 (pixel
 * keeps its bits) to 255 (pixel is replaced). All lengths are in pixels of the full-size photo.
 */
export const MaskOp = z.discriminatedUnion('kind', [
  /** Adds the detected damage. Null: uses the settings of the repair step. */
  z.object({
    kind: z.literal('detected'),
    sensitivity: unit.nullable().default(null),
    grow: z.number().min(0).max(32).nullable().default(null),
  }),
  /** Adds or removes the connected piece of damage at this place. */
  z.object({
    kind: z.literal('defect'),
    mode: z.enum(['add', 'remove']),
    x: coordinate,
    y: coordinate,
    sensitivity: unit.nullable().default(null),
  }),
  MaskStroke,
  MaskArea,
  /** A mask from a file of exactly the photo's size. */
  z.object({ kind: z.literal('bitmap'), mode: z.enum(['replace', 'add', 'subtract']), id: BitmapId }),
  /** Chooses how the connected place at this point is filled; null: by its width. The mask itself stays the same. */
  z.object({ kind: z.literal('filling'), x: coordinate, y: coordinate, filling: Filling.nullable() }),
  z.object({ kind: z.literal('grow'), radius: spread }),
  z.object({ kind: z.literal('shrink'), radius: spread }),
  z.object({ kind: z.literal('feather'), radius: spread }),
  z.object({ kind: z.literal('invert') }),
  z.object({ kind: z.literal('clear') }),
]);
export type MaskOp = z.infer<typeof MaskOp>;
/** The steps that have a mask. */
export const MaskOwner = z.enum(['repair', 'style', 'keep']);
export type MaskOwner = z.infer<typeof MaskOwner>;
/** From each pixel of a place to the one that it is taken from, in pixels of the full-size photo. */
const distance = z.number().int().min(-300_000).max(300_000);
/** How the pixels of a source are used: `heal` fits their brightness and colour to the place's rim, `clone` copies them. */
export const Blend = z.enum(['heal', 'clone']);
export type Blend = z.infer<typeof Blend>;
/** Where a place takes its pixels from. */
export const RepairSource = z.object({ blend: Blend, dx: distance, dy: distance });
export type RepairSource = z.infer<typeof RepairSource>;
/** Where a red eye is looked for: a point, and how far from it, in pixels of the full-size photo. */
export const EyeSearch = z.object({ x: coordinate, y: coordinate, reach: z.number().min(2).max(1000) });
export type EyeSearch = z.infer<typeof EyeSearch>;
/** The most strokes and outlines of one local repair. */
export const MAX_REPAIR_OPS = 1000;
/**
 * A region that was repaired separately, after the recipe's steps and in the order of the list. Each sees the picture as
 * the repairs before it have left it.
 */
export const LocalRepair = z.object({
  id: Id,
  enabled: z.boolean(),
  /** How it is filled; absent: by its width. */
  filling: Filling.optional(),
  /** Given: it is not filled, but takes its pixels from another place of the photo as it is before this repair. */
  source: RepairSource.optional(),
  /** Given: it is not filled; only the red of pupils is taken out. */
  redEye: z.literal(true).optional(),
  mask: z
    .array(z.discriminatedUnion('kind', [MaskStroke, MaskArea]))
    .min(1)
    .max(MAX_REPAIR_OPS),
});
export type LocalRepair = z.infer<typeof LocalRepair>;
/** The most hints of one photo. */
export const MAX_HINTS = 1000;
/** A colour that a person has given for a place, or along a line. The rest of the photo is coloured to match. */
export const ColourHint = z.object({
  /** `#rrggbb` in sRGB. Of the colour only the hue and its strength count: the photo's brightness stays. */
  colour: z.string().regex(/^#[0-9a-f]{6}$/),
  /** In pixels of the full-size photo. */
  radius: z
    .number()
    .min(0.5)
    .max(MAX_BRUSH / 2),
  /** x and y of each point in turn, joined by straight lines. */
  points: flat(2, 1, MAX_POINTS),
});
export type ColourHint = z.infer<typeof ColourHint>;
/**
 * How a photo is rotated for display and export: an EXIF orientation (1 as opened, 2 mirrored, 3 upside down, 6 rotated
 * right, 8 rotated left ...). Rotation is the last operation on the screen and at export: recipes, masks and regions
 * always use the pixels of the unrotated photo.
 */
export const Orientation = z.number().int().min(1).max(8);
export type Orientation = z.infer<typeof Orientation>;
/**
 * The part of a photo that is exported, in pixels of the unrotated full-size photo. Like a rotation, it comes last: recipes,
 * masks and regions always use the pixels of the whole photo.
 */
export const Crop = z.object({
  x: z.number().int().min(0).max(300_000),
  y: z.number().int().min(0).max(300_000),
  width: z.number().int().min(1).max(300_000),
  height: z.number().int().min(1).max(300_000),
});
export type Crop = z.infer<typeof Crop>;
/** A rating in stars; 0: none. */
export const MAX_RATING = 5;
export const Rating = z.number().int().min(0).max(MAX_RATING);
/** What a person has said of a photo, for its metadata. Null and absent: as its file has it. */
export const ANNOTATIONS = { rating: Rating.nullable().default(null), caption: Caption.default({}) } as const;
/** All changes to a photo: enough to compute its result again from the original. */
export const EditState = z.object({
  /** The print that was cut out of the page; null: the whole page. */
  scan: Scan.nullable().default(null),
  recipe: Recipe,
  /** Mask of the repair step. */
  mask: z.array(MaskOp).max(10_000),
  repairs: z.array(LocalRepair).max(1000),
  /** Where the style is applied; everywhere while it is empty. */
  styleMask: z.array(MaskOp).max(10_000).default([]),
  /** What every step leaves alone; nothing while it is empty. Repairs of single places may still change it. */
  keepMask: z.array(MaskOp).max(10_000).default([]),
  /** Colours of places, for the step that adds colours; a later one covers an earlier one. */
  hints: z.array(ColourHint).max(MAX_HINTS).default([]),
  /** Rotation of the photo on the screen and at export. */
  orientation: Orientation.default(1),
  /** Null: the whole photo. */
  crop: Crop.nullable().default(null),
  /** Null: as the photo's file has it. */
  rating: Rating.nullable().default(null),
  caption: Caption.default({}),
});
export type EditState = z.infer<typeof EditState>;
/** One entry of the history: what it changes, and the key of its name in the texts. */
export const EditAction = z.object({
  name: z.enum([
    'setting',
    'step',
    'recipe',
    'mask',
    'maskReset',
    'styleMask',
    'styleMaskReset',
    'keepMask',
    'keepMaskReset',
    'colourHint',
    'colourHintsRemoved',
    'repair',
    'repairOn',
    'repairOff',
    'repairRemoved',
    'repairMoved',
    'repairFilled',
    'repairErased',
    'redEyes',
    'turned',
    'cropped',
    'uncropped',
    'startOver',
    'taken',
    'pasted',
    'rated',
    'captioned',
  ]),
  /** Belongs to the previous action: undo and redo treat both as one. */
  continues: z.boolean().optional(),
  scan: Scan.nullable().optional(),
  recipe: Recipe.optional(),
  /** An operation to add to the end of the mask. */
  paint: MaskOp.optional(),
  /** Replaces the whole mask. */
  mask: z.array(MaskOp).max(10_000).optional(),
  /** The same for the mask of the style. */
  paintStyle: MaskOp.optional(),
  styleMask: z.array(MaskOp).max(10_000).optional(),
  /** The same for the mask of what is left alone. */
  paintKeep: MaskOp.optional(),
  keepMask: z.array(MaskOp).max(10_000).optional(),
  /** A hint to add to the end. */
  hint: ColourHint.optional(),
  /** Replaces all hints. */
  hints: z.array(ColourHint).max(MAX_HINTS).optional(),
  repair: LocalRepair.optional(),
  /** Replaces all local repairs. */
  repairs: z.array(LocalRepair).max(1000).optional(),
  toggle: z.object({ id: Id, enabled: z.boolean() }).optional(),
  /** Chooses how a local repair is filled; null: by its width. */
  refill: z.object({ id: Id, filling: Filling.nullable() }).optional(),
  /** Chooses how a local repair uses its source. */
  reblend: z.object({ id: Id, blend: Blend }).optional(),
  /** Takes a stroke of the eraser out of these local repairs. */
  erase: z.object({ ids: z.array(Id).min(1).max(1000), stroke: MaskStroke }).optional(),
  remove: Id.optional(),
  /** Moves a local repair to this position in the list. */
  move: z.object({ id: Id, to: z.number().int().nonnegative() }).optional(),
  orientation: Orientation.optional(),
  crop: Crop.nullable().optional(),
  rating: Rating.nullable().optional(),
  /** Replaces the fields that it has. */
  caption: Caption.optional(),
});
export type EditAction = z.infer<typeof EditAction>;

export const EDIT_FORMAT = 10;
/** The edit document: the first state, every action since then, and how many of them apply (the others were undone). */
export const EditLog = z
  .object({ base: EditState, actions: z.array(EditAction).max(100_000), at: z.number().int().nonnegative() })
  .refine((log) => log.at <= log.actions.length, { message: 'more actions hold than there are' });
export type EditLog = z.infer<typeof EditLog>;
/** A change of an edit log: replaces its actions from index `from` on; `base` replaces the first state. */
export const EditDelta = z.object({
  base: EditState.optional(),
  from: z.number().int().nonnegative(),
  actions: z.array(EditAction).max(1000),
  at: z.number().int().nonnegative(),
  /** An action in progress. It is saved in case the program crashes, but is not rendered. */
  unfinished: EditAction.optional(),
});
export type EditDelta = z.infer<typeof EditDelta>;
/**
 * The last view of a photo: the photo pixel in the middle of the pane and CSS pixels per photo pixel. Null: the whole
 * photo fits the pane.
 */
export const PhotoView = z
  .object({ x: coordinate, y: coordinate, scale: z.number().positive().max(1000) })
  .nullable()
  .default(null);
export type PhotoView = z.infer<typeof PhotoView>;
