import { z } from 'zod';

/** A plain file name beside the card. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$/);

/** Numbers of a generator's card, as the training kit writes them to `models/<id>/card.json`. */
export const Card = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string().min(1),
  task: z.enum(['detect', 'inpaint', 'restore', 'colorise', 'upscale', 'style']),
  /** What tells it from another generator for the same task. */
  variant: z.string().optional(),
  version: z.string(),
  licence: z.string(),
  author: z.string(),
  source: z.string(),
  description: z.string(),
  trainingData: z.array(z.object({ name: z.string(), licence: z.string(), count: z.number().int().nonnegative() })),
  file: FileName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  opset: z.number().int().positive(),
  parameters: z.number().int().nonnegative(),
  input: z.object({
    name: z.string(),
    layout: z.literal('nchw'),
    channels: z.enum(['rgb', 'bgr', 'luma', 'rgb+mask']),
    /** What 0..1 is mapped to. */
    range: z.tuple([z.number(), z.number()]),
    /** Width and height must be divisible by this. */
    multiple: z.number().int().positive(),
    fixed: z.object({ width: z.number().int().positive(), height: z.number().int().positive() }).nullable(),
  }),
  output: z.object({
    name: z.string(),
    channels: z.union([z.enum(['rgb', 'bgr', 'luma', 'cbcr']), z.array(z.string()).min(1)]),
    range: z.tuple([z.number(), z.number()]),
    scale: z.number().int().positive(),
  }),
  /** Edge of a tile in pixels, halo included. */
  tile: z.number().int().positive(),
  /** Context on each side of a tile that is computed and thrown away, in input pixels. */
  halo: z.number().int().nonnegative(),
  extraInputs: z.array(
    z.object({ name: z.string(), label: z.string(), min: z.number(), max: z.number(), default: z.number() }),
  ),
  /** Inputs that are vectors `[1, n]`: of a style, the statistics of the photo and those of the style picture. */
  vectorInputs: z.array(z.string()).default([]),
  /** The graph that makes such a vector of a whole picture, `[1, 3, h, w]` in 0..1, reduced to a longest side. */
  statistics: z
    .object({
      file: FileName,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      input: z.string(),
      output: z.string(),
      size: z.number().int().positive(),
      longest: z.number().int().positive(),
    })
    .optional(),
  /** File with the styles that ship, see {@link StylePresets}. */
  presets: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.json$/)
    .optional(),
  thresholds: z.record(z.string(), z.number()).nullable(),
  measured: z.array(
    z.object({
      metric: z.string(),
      value: z.number(),
      unit: z.string(),
      data: z.string(),
      baseline: z.object({ name: z.string(), value: z.number() }).nullish(),
    }),
  ),
  training: z.object({ device: z.string(), minutes: z.number(), steps: z.number(), seed: z.number() }),
  limits: z.string(),
});
export type Card = z.infer<typeof Card>;

/** Styles that ship with a generator: what it sees in paintings that are not shipped themselves. */
export const StylePresets = z
  .array(
    z.object({
      id: z.string().regex(/^[a-z0-9-]{1,64}$/),
      name: z.string(),
      artist: z.string(),
      work: z.string(),
      year: z.number().int().nullable(),
      source: z.string(),
      /** A sentence about what the painted pictures take from the work, and what they do not. */
      description: z.string().optional(),
      code: z.array(z.number().finite()).min(1),
    }),
  )
  .max(200);
export type StylePreset = z.infer<typeof StylePresets>[number];
