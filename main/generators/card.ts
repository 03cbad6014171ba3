import { z } from 'zod';
import { Language } from '../../contract/app';

/** A plain file name beside the card. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$/);

/** Texts of a card in other languages than English. A text that is missing is shown in English. */
const translated = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.partialRecord(Language.exclude(['en']), z.object(shape).partial()).optional();

/** No size, count or factor of a generator is larger: neither memory nor time would suffice. */
const MOST_SIZE = 8192;
const positive = z.number().int().positive().max(MOST_SIZE);
/** How far a generator may enlarge. */
const MOST_SCALE = 8;
/** Pixels of an edge of what it returns for one tile. */
const MOST_EDGE = 16_384;
/** The values of black and white, which differ. Pixels are divided by their difference. */
const Range = z
  .tuple([z.number().min(-1e6).max(1e6), z.number().min(-1e6).max(1e6)])
  .refine(([black, white]) => Math.abs(white - black) >= 1e-6, { message: 'both ends of the range are the same' });
/** A name of a tensor or of a plane. */
const Name = z.string().min(1).max(200);

/** The fields of every card. The training kit writes it to `models/<id>/card.json`. */
const Common = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string().min(1),
  /** Distinguishes it from another generator for the same task. */
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
  parameters: z.number().int().nonnegative().max(1e12),
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
  translations: translated({ name: z.string().min(1), description: z.string(), limits: z.string() }),
});

/** The card of a generator that takes a picture and returns another picture, or maps of what it sees. */
export const Card = Common.extend({
  task: z.enum(['detect', 'inpaint', 'restore', 'colorise', 'upscale', 'style']),
  input: z.object({
    name: z.string(),
    layout: z.literal('nchw'),
    channels: z.enum(['rgb', 'bgr', 'luma', 'rgb+mask']),
    /** The values that black and white are mapped to. */
    range: Range,
    /** Width and height must be divisible by this. */
    multiple: positive,
    fixed: z.object({ width: positive, height: positive }).nullable(),
  }),
  output: z.object({
    name: z.string(),
    channels: z.union([z.enum(['rgb', 'bgr', 'luma', 'cbcr']), z.array(Name).min(1).max(16)]),
    range: Range,
    scale: positive.max(MOST_SCALE),
  }),
  /** Edge of a tile in pixels, halo included. */
  tile: positive,
  /** Context on each side of a tile that is computed and discarded, in input pixels. */
  halo: z.number().int().nonnegative(),
  /**
   * What a tile holds beyond the picture's edge: the mirrored picture, or nothing, so that tiles end at the edge. A net
   * that was trained on windows without a halo knows the edge as such.
   */
  border: z.enum(['mirror', 'nothing']).default('mirror'),
  extraInputs: z
    .array(
      z
        .object({ name: Name, label: z.string().max(200), min: z.number(), max: z.number(), default: z.number() })
        .refine(({ min, max, default: usual }) => min <= usual && usual <= max, { message: 'outside of its bounds' }),
    )
    .max(16),
  /**
   * Names of inputs that are vectors `[1, n]`. A style takes the statistics of the photo and of the style picture, a
   * detector those of the photo.
   */
  vectorInputs: z.array(Name).max(16).default([]),
  /**
   * The graph that computes such a vector from a whole picture, `[1, 3, h, w]` in 0..1, reduced to a longest side of
   * `longest` pixels. Every tile of the picture gets the same vector.
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
  /** File with the styles that ship with the generator, see {@link StylePresets}. */
  presets: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.json$/)
    .optional(),
  /**
   * Numbers that belong to the weights of a detector. `lines`, `areas`, `losses`, `writing` (or `blobs`): the probability
   * from which a pixel counts. `needed`: the damaged share of a picture from which repair is proposed. `seed_logits`: how
   * far at least one pixel of a piece must be above its probability, in logits; `flank_logits`: how far the others may be
   * below it.
   */
  thresholds: z.record(z.string(), z.number()).nullable(),
})
  .refine(({ tile, halo, border }) => border === 'nothing' || 2 * halo < tile, {
    message: 'nothing of a tile is left between its halos',
    path: ['halo'],
  })
  .refine(({ tile, output }) => tile * output.scale <= MOST_EDGE, { message: 'too large', path: ['tile'] })
  .refine(
    ({ tile, input: { multiple, fixed } }) => {
      const edges = fixed === null ? [tile] : [fixed.width, fixed.height];
      return edges.every((edge) => edge % multiple === 0);
    },
    { message: 'not a multiple of what the generator takes', path: ['tile'] },
  );
export type Card = z.infer<typeof Card>;

/** The card of a generator that draws overlays of damage from random numbers. No step uses it. */
export const SynthesiserCard = Common.extend({
  task: z.literal('synthesise'),
  /** Vectors `[n, size]`, one row for each overlay. */
  inputs: z
    .array(
      z.object({
        name: Name,
        size: z
          .number()
          .int()
          .positive()
          .max(2 ** 20),
        distribution: z.literal('standard normal'),
      }),
    )
    .min(1)
    .max(16),
  /** Overlays `[n, 1, side, side]`. The lower end of `range` means no damage. */
  output: z.object({
    name: z.string(),
    channels: z.literal('luma'),
    range: Range,
    side: positive.max(2048),
  }),
});
export type SynthesiserCard = z.infer<typeof SynthesiserCard>;

/** What a generator of the task `fading` returns, in this order; the last three in delta E (CIE 1994). */
export const FADING_VALUES = [
  'kept cyan',
  'kept magenta',
  'kept yellow',
  'stain cyan',
  'stain magenta',
  'stain yellow',
  'error before',
  'error after',
  'change',
] as const;

/** The card of a generator that estimates from a small copy of a photo how its dyes have faded. */
export const FadingCard = Common.extend({
  task: z.literal('fading'),
  /** `[1, 3, h, w]`; a photo is reduced to a longest side of `longest` pixels. */
  input: z.object({
    name: z.string(),
    channels: z.literal('rgb'),
    range: z.tuple([z.literal(0), z.literal(1)]),
    longest: positive,
  }),
  /** `[1, 9]`. */
  output: z.object({
    name: z.string(),
    values: z.array(z.string()).refine((values) => values.join() === FADING_VALUES.join(), {
      message: `must be ${FADING_VALUES.join(', ')}`,
    }),
  }),
  /** From how large an expected error, and change, a photo has perhaps faded, and certainly. */
  thresholds: z.object({ perhaps: z.number().nonnegative(), certain: z.number().positive() }),
});
export type FadingCard = z.infer<typeof FadingCard>;

const File = z.object({ file: FileName, sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** The card of a cascade of three nets that finds faces. `file` holds the first, which proposes places. */
export const FaceFinderCard = Common.extend({
  task: z.literal('find-face'),
  /** Refines the proposed places. */
  refine: File,
  /** Judges them, and finds eyes, nose and mouth. */
  judge: File,
  /** The probabilities from which each net passes a place on. */
  thresholds: z.object({ propose: z.number(), refine: z.number(), judge: z.number() }),
  /** A photo is reduced to this longest side, and the width of the smallest face in it, in pixels. */
  longest: positive,
  smallest: positive.min(12),
});
export type FaceFinderCard = z.infer<typeof FaceFinderCard>;

/** The card of any generator. */
export const AnyCard = z.discriminatedUnion('task', [Card, SynthesiserCard, FadingCard, FaceFinderCard]);
export type AnyCard = z.infer<typeof AnyCard>;

/** Styles that ship with a generator: codes of paintings, without the paintings. */
export const StylePresets = z
  .array(
    z.object({
      id: z.string().regex(/^[a-z0-9-]{1,64}$/),
      name: z.string(),
      artist: z.string(),
      work: z.string(),
      year: z.number().int().nullable(),
      source: z.string(),
      /** What the painted pictures take from the work, and what they lack. */
      description: z.string().optional(),
      translations: translated({ description: z.string() }),
      code: z.array(z.number().finite()).min(1),
    }),
  )
  .max(200);
export type StylePreset = z.infer<typeof StylePresets>[number];
