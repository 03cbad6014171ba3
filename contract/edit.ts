import { z } from 'zod';
import { Id, Sha256, unit } from './basics';
import { Recipe } from './recipe';

/** Masks, and everything that is done to one photo: the edit document. */

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
