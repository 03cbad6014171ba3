import { z } from 'zod';
import { Sha256, unit } from './basics';

/** Steps, their settings, and recipes. */

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
    message: 'problems.twice', // a key of the texts
  });
export type Recipe = z.infer<typeof Recipe>;
