import { z } from 'zod';

/** A plain file name beside the card. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$/);

const positive = z.number().int().positive();

/** What every card says, as the training kit writes it to `models/<id>/card.json`. */
const Common = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string().min(1),
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
  opset: positive,
  parameters: z.number().int().nonnegative(),
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

/** Of a generator that makes a picture, or what is seen in it, out of a picture. */
export const Card = Common.extend({
  task: z.enum(['detect', 'inpaint', 'restore', 'colorise', 'upscale', 'style']),
  input: z.object({
    name: z.string(),
    layout: z.literal('nchw'),
    channels: z.enum(['rgb', 'bgr', 'luma', 'rgb+mask']),
    /** What 0..1 is mapped to. */
    range: z.tuple([z.number(), z.number()]),
    /** Width and height must be divisible by this. */
    multiple: positive,
    fixed: z.object({ width: positive, height: positive }).nullable(),
  }),
  output: z.object({
    name: z.string(),
    channels: z.union([z.enum(['rgb', 'bgr', 'luma', 'cbcr']), z.array(z.string()).min(1)]),
    range: z.tuple([z.number(), z.number()]),
    scale: positive,
  }),
  /** Edge of a tile in pixels, halo included. */
  tile: positive,
  /** Context on each side of a tile that is computed and thrown away, in input pixels. */
  halo: z.number().int().nonnegative(),
  extraInputs: z.array(
    z.object({ name: z.string(), label: z.string(), min: z.number(), max: z.number(), default: z.number() }),
  ),
  /**
   * Inputs that are vectors `[1, n]`: of a style, the statistics of the photo and those of the style picture; of a
   * detector, those of the photo.
   */
  vectorInputs: z.array(z.string()).default([]),
  /**
   * The graph that makes such a vector of a whole picture, `[1, 3, h, w]` in 0..1, reduced to a longest side. Every tile
   * of the picture is given the same vector.
   */
  statistics: z
    .object({
      file: FileName,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      input: z.string(),
      output: z.string(),
      size: positive,
      longest: positive,
    })
    .optional(),
  /** File with the styles that ship, see {@link StylePresets}. */
  presets: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.json$/)
    .optional(),
  /**
   * Numbers that go with the weights. Of a detector: `lines`, `areas`, `losses`, `writing` (or `blobs`), the probabilities
   * from which a pixel counts; `needed`, the share of a picture from which repair is proposed; `seed_logits` and
   * `flank_logits`, how certain a piece must be somewhere and everywhere, in logits above and below those probabilities.
   */
  thresholds: z.record(z.string(), z.number()).nullable(),
});
export type Card = z.infer<typeof Card>;

/** Of a generator that draws overlays of damage out of random numbers alone. No step uses one. */
export const SynthesiserCard = Common.extend({
  task: z.literal('synthesise'),
  /** Vectors `[n, size]`, one for each overlay. */
  inputs: z.array(z.object({ name: z.string(), size: positive, distribution: z.literal('standard normal') })).min(1),
  /** Overlays `[n, 1, side, side]`: the lower end of `range` is no damage. */
  output: z.object({
    name: z.string(),
    channels: z.literal('luma'),
    range: z.tuple([z.number(), z.number()]),
    side: positive.max(2048),
  }),
});
export type SynthesiserCard = z.infer<typeof SynthesiserCard>;

/** Of any generator. */
export const AnyCard = z.discriminatedUnion('task', [Card, SynthesiserCard]);
export type AnyCard = z.infer<typeof AnyCard>;

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
