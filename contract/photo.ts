import { z } from 'zod';
import { Message, PhotoId, unit } from './basics';
import { Caption } from './caption';
import { Rating } from './edit';
import { Recipe, StepKind } from './recipe';
import { Scan } from './scan';

/** A decoded photo, its measurements and its renderings. */

export const PHOTO_FORMATS = [
  'jpeg',
  'png',
  'tiff',
  'webp',
  'avif',
  'gif',
  'heic',
  'jxl',
  'jp2',
  'bmp',
  'psd',
  'raw',
] as const;
export const PhotoFormat = z.enum(PHOTO_FORMATS);
export type PhotoFormat = z.infer<typeof PhotoFormat>;

export const EXPORT_FORMATS = ['jpeg', 'png', 'tiff', 'webp', 'avif'] as const;
export const ExportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof ExportFormat>;
/** The format of a result where none is chosen: that of the original if it can be written. */
export function resultFormat(format: PhotoFormat): ExportFormat {
  switch (format) {
    case 'gif':
    case 'bmp':
    case 'jxl':
      return 'png';
    case 'heic':
      return 'jpeg';
    case 'jp2':
    case 'psd':
    case 'raw':
      return 'tiff';
    default:
      return format;
  }
}

/** Up to this share of a photo, what its file does not hold is proposed for repair. More than that is not invented. */
export const MAX_PROPOSED_MISSING = 0.05;
/** A decoded photo. Sizes are in pixels, after the EXIF orientation is applied. */
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
  /** Name of the embedded colour profile; null if there is none (the photo then counts as sRGB). */
  profile: z.string().nullable(),
  bytes: z.number().int().nonnegative(),
  /** What was converted or left out when the file was opened. */
  notes: z.array(Message),
  /**
   * Parts that the file does not hold, because it breaks off or was overwritten; they are grey. Null for a complete photo.
   */
  missing: z
    .object({
      /** Share of the photo, 0..1. */
      share: unit,
      rects: z.array(z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })),
    })
    .nullable()
    .default(null),
  /** Which of the file's photos this is, from 1, and how many it holds. */
  pages: z
    .object({ number: z.number().int().positive(), count: z.number().int().positive() })
    .default({ number: 1, count: 1 }),
  /** The page that it was cut out of, its size and where; absent: it is the whole page. */
  page: z.object({ width: z.number().int().positive(), height: z.number().int().positive(), scan: Scan }).optional(),
  /** Whether the file has an infrared scan of the photo, which shows dust. */
  infrared: z.boolean().default(false),
  /** Whether it is certainly the scan of a colour negative that is not developed. */
  negative: z.boolean().default(false),
  /** Stars that the file or the XMP beside it gives; null: it does not say. */
  rating: Rating.nullable().default(null),
  /** What the file and the XMP beside it say of the photo. */
  caption: Caption.default({}),
  /** EXIF facts worth showing, as label and value in display order; labels are keys of the texts. */
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
});
export type Photo = z.infer<typeof Photo>;
/** Whether a step is needed. `reason` is a key of the texts and the measured values. */
export const Need = z.object({
  kind: StepKind,
  needed: z.boolean(),
  /** Its generator is installed, or it needs none. */
  available: z.boolean(),
  reason: z.string(),
  figures: z.record(z.string(), z.number()),
  /** Variants that have a generator, for a step that offers a choice. */
  variants: z.array(z.string()).optional(),
});
export type Need = z.infer<typeof Need>;
export const DYES = ['cyan', 'magenta', 'yellow'] as const;
export type Dye = (typeof DYES)[number];
const perDye = (value: z.ZodNumber) => z.object({ cyan: value, magenta: value, yellow: value });
/** The fading of a colour photo, as a generator estimates it. */
export const Fading = z.object({
  /** Share of its density that each dye has kept, 0..1 (1: nothing lost). */
  kept: perDye(unit),
  /** Density that stain has added over each dye. */
  stain: perDye(z.number().nonnegative()),
  /** Expected mean difference from the unfaded photo, before and after the correction, in delta E (CIE 1994). */
  before: z.number().nonnegative(),
  after: z.number().nonnegative(),
  /** How certain it is that the photo has faded, 0..1. */
  certainty: unit,
  generator: z.string(),
});
export type Fading = z.infer<typeof Fading>;
export const EDGES = ['left', 'right', 'top', 'bottom'] as const;
export const Edge = z.enum(EDGES);
export type Edge = z.infer<typeof Edge>;
/** A scratch along the film. All figures are shares of the photo's width or height, 0..1. */
export const Scratch = z.object({
  /** Where it begins on the axis that it crosses, and its width. */
  start: unit,
  width: unit,
  isBright: z.boolean(),
  /** Its visible parts on the other axis. */
  parts: z.array(z.object({ from: unit, to: unit })),
});
export type Scratch = z.infer<typeof Scratch>;
/** Light that leaked onto the film: the coefficients of the hill that falls from an edge. */
export const Leak = z.object({
  edge: Edge,
  red: z.array(z.number().nonnegative()),
  green: z.array(z.number().nonnegative()),
});
export type Leak = z.infer<typeof Leak>;
/** Dark corners: stops lost at a distance r from the middle (1: the corners) are the sum of c * r^power. */
export const Vignette = z.object({
  terms: z.array(z.object({ power: z.number().positive(), stops: z.number().nonnegative() })),
  /** Whether the lens made them for certain, and not the scene. */
  isCertain: z.boolean(),
});
export type Vignette = z.infer<typeof Vignette>;
/** The faults of scanned film. */
export const FilmFaults = z.object({
  scratches: z.object({
    /** Horizontal scratches; a film has them in one direction. */
    across: z.boolean(),
    lines: z.array(Scratch),
  }),
  leak: Leak.nullable(),
  vignette: Vignette.nullable(),
});
export type FilmFaults = z.infer<typeof FilmFaults>;
/** A face. All figures are shares of the photo's width or height, 0..1. */
export const Face = z.object({
  x: unit,
  y: unit,
  width: unit,
  height: unit,
  certainty: unit,
  /** Both eyes, the nose, and both corners of the mouth, the one on the left of the picture first. */
  points: z.array(z.object({ x: unit, y: unit })).length(5),
});
export type Face = z.infer<typeof Face>;
/** Whether one of the places, given as shares of the photo's width and height, lies in a face. */
export function isAnyIn(places: readonly { x: number; y: number }[], { x, y, width, height }: Face): boolean {
  return places.some((at) => at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height);
}
/** Why an infrared picture is not used: too small, even, it shows the photo itself, or another. */
export const INFRARED_REFUSALS = ['small', 'empty', 'picture', 'other'] as const;
/** What the infrared picture of a photo was good for. */
export const InfraredUse = z.object({
  outcome: z.enum(['used', 'refused']),
  /** Null if it is used. */
  refusal: z.enum(INFRARED_REFUSALS).nullable(),
  /** Pieces of dust and scratches that it shows. */
  places: z.number().int().nonnegative(),
  /** Share of the photo that it shows besides, which was subtracted, 0..1; null: not measured. */
  crosstalk: z.number().nonnegative().nullable(),
  /** How far it lay from the photo in its middle, in pixels; null: not measured. */
  shift: z.object({ x: z.number(), y: z.number() }).nullable(),
});
export type InfraredUse = z.infer<typeof InfraredUse>;
/** Measurements of the original photo, before any step. */
export const Analysis = z.object({
  /** Share of pixels that the detector marks as damaged at the default sensitivity, 0..1. */
  damage: unit,
  /** Share of pixels that the detector takes for writing, 0..1. A repair leaves them alone unless it is told not to. */
  writing: unit.default(0),
  /** Null if the photo has no infrared picture, or no detector is installed. */
  infrared: InfraredUse.nullable().default(null),
  /** Share of the tonal range in use, 0..1 (1: full black to full white). */
  range: unit,
  /** Length of the colour cast in CIELAB a*b*, in delta E units. */
  cast: z.number().nonnegative(),
  /** Null for a photo without colours, and if no generator for it is installed. */
  fading: Fading.nullable(),
  film: FilmFaults,
  /** The faces, the most certain first; null if no generator finds them. */
  faces: z.array(Face).nullable().default(null),
  /** `monochrome`: grey; `toned`: sepia or another single tint for all tones. */
  colour: z.enum(['colour', 'monochrome', 'toned']),
  /** Estimated standard deviation of the noise, in 8-bit levels. */
  noise: z.number().nonnegative(),
  /** Strength of 8x8 block edges relative to their neighbours; 1: no blocks. */
  blockiness: z.number().nonnegative(),
  /** Estimated root mean square error left by compression, in 8-bit levels. */
  compression: z.number().nonnegative(),
  megapixels: z.number().positive(),
  needs: z.array(Need),
  /** The proposed recipe. If nothing needs to be done, all its steps are disabled. */
  recipe: Recipe,
  nothingToDo: z.boolean(),
});
export type Analysis = z.infer<typeof Analysis>;
/** The result of a step in one run. */
export const StepReport = z.object({
  kind: StepKind,
  /** `skipped`: enabled, but the analysis found no need for it. */
  outcome: z.enum(['done', 'skipped', 'off']),
  /** Why it ran, with the measured values, and what it did; or why it did not run. */
  messages: z.array(Message),
  /** The same in English, for the journal of a batch. Earlier versions wrote only this. */
  sentence: z.string().optional(),
  seconds: z.number().nonnegative(),
  generator: z.string().nullable(),
  /** The provider that was used, e.g. `cpu`. Null for a step without a generator. */
  provider: z.string().nullable(),
});
export type StepReport = z.infer<typeof StepReport>;
/** `small`: to choose from several; `preview`: to judge in the window; `full`: the photo's own size. */
export const RenderSize = z.enum(['small', 'preview', 'full']);
export type RenderSize = z.infer<typeof RenderSize>;
/** `shown`: on how many device pixels the whole photo lies when it fits the window. A preview needs no more pixels than that. */
export const RENDER_SIZES = { size: RenderSize, shown: z.number().int().positive().max(1e9).optional() } as const;
export const Rendering = z.object({
  /** Increases with every rendering of the photo; part of the picture's URL. */
  revision: z.number().int().nonnegative(),
  size: RenderSize,
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Share of pixels inside the repair mask, 0..1. */
  masked: unit,
  reports: z.array(StepReport),
  /** The faces, where the recipe names another finder than that of the analysis. */
  faces: z.array(Face).optional(),
  seconds: z.number().nonnegative(),
});
export type Rendering = z.infer<typeof Rendering>;
/** Number of pixels of each tone, in the photo's own encoding (16-bit samples are counted by their upper 8 bits). */
export const Histogram = z.object({
  /** 256 counts each. Red, green and blue are equal for a grey photo; luma uses the weights of Rec. 709. */
  red: z.array(z.number().int().nonnegative()).length(256),
  green: z.array(z.number().int().nonnegative()).length(256),
  blue: z.array(z.number().int().nonnegative()).length(256),
  luma: z.array(z.number().int().nonnegative()).length(256),
  /** Share of pixels with all channels at their minimum, and of pixels with any channel at its maximum, 0..1. */
  shadows: unit,
  highlights: unit,
});
export type Histogram = z.infer<typeof Histogram>;
