import { z } from 'zod';
import { Id } from './basics';
import { ExportFormat } from './photo';

/** How a result is written: the same words in the window, in batches and on the command line. */

/** What of a photo's metadata its result gets. `withoutLocation`: everything but coordinates and names of places. */
export const METADATA_CHOICES = ['all', 'withoutLocation', 'none'] as const;
export const MetadataChoice = z.enum(METADATA_CHOICES);
export type MetadataChoice = z.infer<typeof MetadataChoice>;

/** The colours of a result. `original`: as the photo's file has them; `adobeRgb`: a profile compatible with Adobe RGB (1998). */
export const PROFILE_CHOICES = ['original', 'srgb', 'displayP3', 'adobeRgb'] as const;
export const ProfileChoice = z.enum(PROFILE_CHOICES);
export type ProfileChoice = z.infer<typeof ProfileChoice>;

/** Bounds of sizes: pixels, the edges of a print, and pixels per inch. */
export const OUTPUT_BOUNDS = {
  pixels: { min: 16, max: 100_000 },
  cm: { min: 0.5, max: 1000 },
  inch: { min: 0.2, max: 400 },
  dpi: { min: 10, max: 4800 },
} as const;
const within = ({ min, max }: { min: number; max: number }) => z.number().min(min).max(max);
const pixels = within(OUTPUT_BOUNDS.pixels).int();

/**
 * The size that a result fits into, in either direction: its longer edge in pixels, a rectangle in pixels, or a print. A result
 * that has fewer pixels keeps them; only the step `upscale` makes more.
 */
export const OutputSize = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('longer'), longer: pixels }).strict(),
  z.object({ unit: z.literal('pixels'), width: pixels, height: pixels }).strict(),
  z.object({ unit: z.literal('cm'), width: within(OUTPUT_BOUNDS.cm), height: within(OUTPUT_BOUNDS.cm) }).strict(),
  z.object({ unit: z.literal('inch'), width: within(OUTPUT_BOUNDS.inch), height: within(OUTPUT_BOUNDS.inch) }).strict(),
]);
export type OutputSize = z.infer<typeof OutputSize>;

/** Pixels per inch of a print whose resolution is not given. */
export const PRINT_DPI = 300;
/** At 92 a JPEG is hard to tell from its source, and half the size of one at 98. */
export const QUALITY = 92;

/** Everything about a written result but its format and its name. */
export const OutputShape = {
  /** 1..100 for jpeg, webp and avif; png and tiff ignore it. */
  quality: z.number().int().min(1).max(100).default(QUALITY),
  metadata: MetadataChoice.default('all'),
  /** Null: all its pixels. */
  size: OutputSize.nullable().default(null),
  /** Pixels per inch, written to the file; null: as the photo has it, or {@link PRINT_DPI} for a print. */
  dpi: within(OUTPUT_BOUNDS.dpi).nullable().default(null),
  /** Bits per channel; null: as the photo has them. 16 only where the format has them, see {@link DEEP_FORMATS}. */
  depth: z
    .union([z.literal(8), z.literal(16)])
    .nullable()
    .default(null),
  profile: ProfileChoice.default('original'),
};
export const OutputOptions = z.object(OutputShape);
export type OutputOptions = z.infer<typeof OutputOptions>;

/** How results are exported from the window. */
export const ExportChoice = z.object({
  /** Null: the format of each photo, where it can be written. */
  format: ExportFormat.nullable().default(null),
  ...OutputShape,
  /** See `photos.export`. */
  saveChanges: z.boolean().default(false),
  sideBySide: z.boolean().default(false),
});
export type ExportChoice = z.infer<typeof ExportChoice>;

/** An export that a person has named. */
export const ExportPreset = z.object({ id: Id, name: z.string().trim().min(1).max(60), choice: ExportChoice });
export type ExportPreset = z.infer<typeof ExportPreset>;
export const MAX_PRESETS = 100;

/** The presets that ship; their names are texts. They cannot be changed. */
export const SHIPPED_PRESETS = {
  archive: ExportChoice.parse({ format: 'tiff', depth: 16, saveChanges: true }),
  web: ExportChoice.parse({
    format: 'jpeg',
    quality: 85,
    size: { unit: 'longer', longer: 2048 },
    profile: 'srgb',
    metadata: 'withoutLocation',
  }),
  print: ExportChoice.parse({ format: 'jpeg', quality: 95, size: { unit: 'cm', width: 15, height: 10 }, dpi: 300 }),
  beforeAfter: ExportChoice.parse({
    format: 'jpeg',
    size: { unit: 'longer', longer: 3000 },
    profile: 'srgb',
    metadata: 'none',
    sideBySide: true,
  }),
} as const satisfies Record<string, ExportChoice>;
export type ShippedPreset = keyof typeof SHIPPED_PRESETS;

/** Where results go: where the host asks for (or its downloads), beside each original, or to a folder. */
export const EXPORT_PLACES = ['ask', 'beside', 'folder'] as const;
export const ExportPlace = z.enum(EXPORT_PLACES);
export type ExportPlace = z.infer<typeof ExportPlace>;

/** The formats that can have 16 bits per channel. */
export const DEEP_FORMATS = ['png', 'tiff'] as const;
/** The formats that lose detail. */
export const LOSSY_FORMATS = ['jpeg', 'webp', 'avif'] as const;

/** What is asked of a result, out of anything that has it. */
export const outputIn = <T extends OutputOptions & { saveChanges: boolean }>(from: T) => {
  const { quality, metadata, size, dpi, depth, profile, saveChanges } = from;
  return { quality, metadata, size, dpi, depth, profile, saveChanges };
};
