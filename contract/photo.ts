import { z } from 'zod';
import { Message, PhotoId, unit } from './basics';
import { Recipe, StepKind } from './recipe';

/** A decoded photo, what was measured of it, and what was rendered. */

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
  /** What was converted or left out when the file was opened. */
  notes: z.array(Message),
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
  /** Why it ran, with what was measured, and what it did; or why it did not run. */
  said: z.array(Message),
  /** The same in English, in the record of a batch, where earlier versions wrote it alone. */
  sentence: z.string().optional(),
  seconds: z.number().nonnegative(),
  generator: z.string().nullable(),
  /** The provider really used, e.g. `cpu`. Null for a step without a generator. */
  provider: z.string().nullable(),
});
export type StepReport = z.infer<typeof StepReport>;
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
