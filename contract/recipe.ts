import { z } from 'zod';
import { Sha256, unit } from './basics';

/** Steps, their settings, and recipes. */

/**
 * Steps run in the order of this list, whatever their order in a recipe's file: the faults of film are put right before
 * other damage is filled, damage is filled before noise is judged, tone before colour, light by hand after both, enlargement, faces and style last. Only the last three may change places, see {@link STEP_RANKS}.
 */
export const STEP_KINDS = [
  'film',
  'repair',
  'restore',
  'tone',
  'colorise',
  'light',
  'upscale',
  'faces',
  'style',
] as const;
export const StepKind = z.enum(STEP_KINDS);
export type StepKind = z.infer<typeof StepKind>;
/**
 * Steps run by rank; steps of the same rank run in the order of the recipe. A style before the enlargement has brush
 * strokes that grow with it, a style after it has finer ones. The choice is a matter of taste.
 */
export const STEP_RANKS: Readonly<Record<StepKind, number>> = {
  film: 0,
  repair: 1,
  restore: 2,
  tone: 3,
  colorise: 4,
  light: 5,
  upscale: 6,
  faces: 6,
  style: 6,
};

/** The id of a generator. */
export const GeneratorId = z
  .string()
  .max(64)
  .regex(/^[a-z0-9-]{1,64}$/);
/** The generator that a step uses; absent: the one that ships for it. Those that a person has added are used by their ids alone. */
const Chosen = {
  generator: GeneratorId.optional(),
  /** Further numbers that the generator takes, by the names of its inputs; what it lacks is ignored, the rest limited to its bounds. */
  inputs: z
    .record(z.string().min(1).max(200), z.number().finite())
    .refine((inputs) => Object.keys(inputs).length <= 16)
    .optional(),
};
/** How much of each fault of scanned film to correct. */
export const FilmSettings = z.object({
  /** Straight scratches along the film. */
  scratches: unit.default(1),
  /** Light that leaked onto the film. */
  leak: unit.default(1),
  /** Dark corners. */
  vignette: unit.default(1),
});
export type FilmSettings = z.infer<typeof FilmSettings>;
export const RepairSettings = z.object({
  /** How readily something counts as damage: 0: only certain damage; 1: everything suspicious. */
  sensitivity: unit.default(0.5),
  /** Grows the mask by this many pixels of the full-size photo on each side. */
  grow: z.number().min(0).max(32).default(2),
  /** Leaves handwriting, captions and stamps alone. If false, they count as damage. */
  keepWriting: z.boolean().default(true),
  /** Whether dust that an infrared picture shows counts as damage; absent: yes. */
  infrared: z.boolean().optional(),
  /** Fills the holes. */
  ...Chosen,
  /** Finds damage besides the detector that ships, whose findings stay. */
  detector: GeneratorId.optional(),
});
export const RestoreSettings = z.object({
  /** Share of the noise and compression artefacts to remove. */
  strength: unit.default(0.8),
  /** Keeps most of the grain in the luminance; still removes colour noise and compression blocks. */
  keepGrain: z.boolean().default(false),
  ...Chosen,
});
export type RestoreSettings = z.infer<typeof RestoreSettings>;
/** A colour of the photo as it was opened that should be grey, in sRGB: `#c8b49a`. */
const Neutral = z
  .string()
  .max(7)
  .regex(/^#[0-9a-fA-F]{6}$/, { message: 'problems.colour' }); // a key of the texts
export const ToneSettings = z.object({
  strength: unit.default(1),
  /** Share of the colour cast to remove. */
  cast: unit.default(1),
  /** Share of the lost contrast to restore. */
  contrast: unit.default(1),
  neutral: Neutral.optional(),
});
/** Imagined colours to choose from: the most likely ones, or warmer or cooler ones. */
export const COLOUR_VARIANTS = ['natural', 'warm', 'cool'] as const;
export const ColoriseSettings = z.object({
  /** Saturation of the imagined colours relative to the generator's output; 0 changes nothing. */
  strength: unit.default(1),
  variant: z.enum(COLOUR_VARIANTS).default('natural'),
  ...Chosen,
});
export type ColoriseSettings = z.infer<typeof ColoriseSettings>;
const signed = z.number().min(-1).max(1).default(0);
/** A point of a curve: a brightness before and after, as components of sRGB. */
export const CurvePoint = z.object({ x: unit, y: unit });
export type CurvePoint = z.infer<typeof CurvePoint>;
/** The most points of a curve. */
export const MOST_CURVE_POINTS = 12;
/** Light and colour set by hand. Everything at 0 changes nothing. */
export const LightSettings = z.object({
  /** In stops: 1 doubles the light. */
  exposure: z.number().min(-3).max(3).default(0),
  contrast: signed,
  /** Brightness of the light areas, and of the dark ones. */
  highlights: signed,
  shadows: signed,
  /** Below 0: cooler; above: warmer. */
  temperature: signed,
  /** Below 0: greener; above: more magenta. */
  tint: signed,
  /** -1: grey; 1: twice as colourful. */
  saturation: signed,
  neutral: Neutral.optional(),
  /** Brightness after all of this. The ends are (0, 0) and (1, 1) unless points are given for them. */
  curve: z
    .array(CurvePoint)
    .max(MOST_CURVE_POINTS)
    .refine((points) => points.every(({ x }, i) => i === 0 || x > points[i - 1]!.x), { message: 'problems.curve' }) // a key of the texts
    .optional(),
});
export type LightSettings = z.infer<typeof LightSettings>;
export const UPSCALE_VARIANTS = ['faithful', 'crisp'] as const;
/** The largest enlargement. Beyond it, a pixel has nothing left to enlarge. */
export const MAX_ENLARGED_TIMES = 16;
/** Bounds of a target size. */
export const MAX_EDGE_PIXELS = 30_000;
export const PRINT_BOUNDS = { centimetres: { min: 1, max: 500 }, dpi: { min: 36, max: 1200 } } as const;
/** A target size, given by the longer edge. */
export const TargetSize = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('pixels'), longer: z.number().int().min(16).max(MAX_EDGE_PIXELS) }),
  /** A print: its longer edge in centimetres, and its pixels per inch, which are written into the result. */
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
  /** Replaces `scale` if it is given. */
  target: TargetSize.optional(),
  ...Chosen,
});
export type UpscaleSettings = z.infer<typeof UpscaleSettings>;
/** The most faces that can be chosen one by one. */
const MOST_FACES = 200;
export const FaceSettings = z.object({
  /** Share of the restored face in the result; 0 changes nothing. */
  strength: unit.default(0.8),
  /** How close a generator that can be told so stays to the photo; 0: the cleanest face, 1: the most faithful one. */
  fidelity: unit.default(0.7),
  /** Places in the chosen faces, as shares of the photo's width and height. Absent: every face that is not sharp already. */
  chosen: z
    .array(z.object({ x: unit, y: unit }))
    .max(MOST_FACES)
    .optional(),
  ...Chosen,
  /** Finds the faces in place of the finder that ships. */
  finder: GeneratorId.optional(),
});
export type FaceSettings = z.infer<typeof FaceSettings>;
/** What a generator measures in a style picture. Only that generator can use it. */
export const StyleCode = z.object({
  /** SHA-256 of the generator that measured it. */
  by: Sha256,
  values: z.array(z.number().finite()).min(1).max(4096),
});
export type StyleCode = z.infer<typeof StyleCode>;
/** A picture whose style is copied. A reduced copy of it is kept on this computer, under the SHA-256 of its file. */
export const StyleExample = z.object({ sha256: Sha256, name: z.string().min(1).max(300) });
export type StyleExample = z.infer<typeof StyleExample>;
/** A style: a preset by its id, or a picture of the user, with its measured `code` and its name in `style`. */
const Style = { style: z.string().min(1).max(64), code: StyleCode.optional() };
export const StyleSettings = z.object({
  ...Style,
  /** Share of the painted picture in the result; 0 changes nothing. */
  strength: unit.default(1),
  /** Paints only the luminance; the colours stay those of the photo. */
  keepColours: z.boolean().default(false),
  /**
   * Width of the strokes: 1 suits most photos, 2 is twice as wide. It is relative to the picture, so it looks the same
   * at any size.
   */
  brush: z.number().min(0.5).max(4).default(1),
  /** A second style and its share. */
  mix: z.object({ ...Style, share: unit.default(0.5) }).optional(),
  /** What a generator copies that takes a picture instead of a style. */
  example: StyleExample.optional(),
  ...Chosen,
});
export type StyleSettings = z.infer<typeof StyleSettings>;
export const Step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('film'), enabled: z.boolean().default(true), settings: FilmSettings }),
  z.object({ kind: z.literal('repair'), enabled: z.boolean().default(true), settings: RepairSettings }),
  z.object({ kind: z.literal('restore'), enabled: z.boolean().default(true), settings: RestoreSettings }),
  z.object({ kind: z.literal('tone'), enabled: z.boolean().default(true), settings: ToneSettings }),
  z.object({ kind: z.literal('colorise'), enabled: z.boolean().default(true), settings: ColoriseSettings }),
  z.object({ kind: z.literal('light'), enabled: z.boolean().default(true), settings: LightSettings }),
  z.object({ kind: z.literal('upscale'), enabled: z.boolean().default(true), settings: UpscaleSettings }),
  z.object({ kind: z.literal('faces'), enabled: z.boolean().default(true), settings: FaceSettings }),
  z.object({ kind: z.literal('style'), enabled: z.boolean().default(true), settings: StyleSettings }),
]);
export type Step = z.infer<typeof Step>;
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;
/** A change to one step of any recipe. A list has at most one for each kind of step. */
export const StepChange = z.object({
  kind: StepKind,
  /** Switches the step on or off; if absent, the step stays as it is. */
  enabled: z.boolean().optional(),
  /** Replace the step's settings of the same names. */
  settings: z.record(z.string(), z.unknown()),
});
export type StepChange = z.infer<typeof StepChange>;

/** When the enabled steps of a recipe run in a batch: see {@link Recipe}. */
export const GATES = ['needed', 'always'] as const;
export const RECIPE_FORMAT = 1;
/** A recipe: the steps to apply to a photo. The window, the batch and the command line share it. */
export const Recipe = z
  .object({
    format: z.literal(RECIPE_FORMAT),
    id: z.string().regex(/^[a-z0-9-]{1,64}$/),
    name: z.string().min(1).max(120),
    /**
     * For batches and the command line. `needed`: a step runs only if the analysis measures a need. `always`: every enabled
     * step runs, as in the window, where a person has chosen the recipe.
     */
    gate: z.enum(GATES).default('needed'),
    steps: z.array(Step).max(STEP_KINDS.length),
  })
  .refine((recipe) => new Set(recipe.steps.map((step) => step.kind)).size === recipe.steps.length, {
    message: 'problems.twice', // a key of the texts
  });
export type Recipe = z.infer<typeof Recipe>;
