import { z } from 'zod';
import { Language } from '../../contract/app';
import { CONFIDENCES, Evidence } from './inspect/decision';

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

/** Types of the elements of a tensor with a picture. */
const ElementType = z.enum(['float32', 'float16', 'uint8', 'float64']).default('float32');
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const PerChannel = z.array(z.number().min(-1e6).max(1e6)).min(1).max(4);

/**
 * The fields of every card. The training kit writes it to `models/<id>/card.json`, in format 1; format 2 is the same with
 * what nets from elsewhere need, see {@link AnyCard}.
 */
const Common = z.object({
  format: z.literal(2),
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string().min(1),
  /** Distinguishes it from another generator for the same task. */
  variant: z.string().optional(),
  version: z.string(),
  licence: z.string(),
  author: z.string(),
  source: z.string(),
  description: z.string(),
  /** Whether the licence allows commercial use. */
  commercial: z.enum(['yes', 'no', 'unknown']).default('unknown'),
  trainingData: z
    .array(z.object({ name: z.string(), licence: z.string(), count: z.number().int().nonnegative() }))
    .default([]),
  file: FileName,
  sha256: Sha256,
  /** Files beside it that hold its weights. */
  weights: z
    .array(z.object({ file: z.string().regex(/^[^\\/\0]{1,200}$/), sha256: Sha256 }))
    .max(4096)
    .default([]),
  /** Where it came from. */
  origin: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('shipped') }),
      z.object({ kind: z.literal('imported'), file: z.string().max(300), added: z.string().max(40) }),
    ])
    .default({ kind: 'shipped' }),
  /** How each thing was found out that the card of an imported net says; `said`: by a person. */
  evidence: z
    .record(
      z.string(),
      z.object({
        confidence: z.enum(CONFIDENCES),
        said: z.boolean().default(false),
        evidence: z.array(Evidence).max(64),
      }),
    )
    .default({}),
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
  training: z.object({ device: z.string(), minutes: z.number(), steps: z.number(), seed: z.number() }).optional(),
  limits: z.string(),
  translations: translated({ name: z.string().min(1), description: z.string(), limits: z.string() }),
});

const Layout = z.enum(['nchw', 'nhwc', 'hwc']).default('nchw');

const PictureInput = z.object({
  name: z.string(),
  type: ElementType,
  layout: Layout,
  /**
   * `l100`: lightness of CIELAB. `sigma`: a map of the strength of noise. `hints`: colours that are known at some places, as
   * planes of Cb + 0.5, Cr + 0.5 and 1 where they are known.
   */
  channels: z.enum(['rgb', 'bgr', 'luma', 'l100', 'rgb+mask', 'mask+rgb', 'rgb+sigma', 'luma+sigma', 'luma+hints']),
  /** The values that black and white are mapped to. */
  range: Range,
  /** Subtracted from each channel, and divided by, after the range. */
  normalise: z.object({ mean: PerChannel, deviation: PerChannel }).nullable().default(null),
  /** Width and height divided by this leave the `remainder`. */
  multiple: positive,
  remainder: z.number().int().nonnegative().max(MOST_SIZE).default(0),
  minimum: positive.default(1),
  /** Sides that it takes, if they follow no rule; empty if they do. */
  ladder: z.array(positive).max(64).default([]),
  /** Width and height have to be equal. */
  square: z.boolean().default(false),
  fixed: z.object({ width: positive, height: positive }).nullable(),
  /** Whether it works with light instead of sRGB's values. */
  light: z.enum(['srgb', 'linear']).default('srgb'),
});

const PICTURE_CHANNELS = ['rgb', 'bgr', 'luma', 'cbcr', 'lab-ab', 'curves', 'residual', 'mask', 'classes'] as const;
const PictureOutput = z.object({
  name: z.string(),
  type: ElementType,
  layout: Layout,
  channels: z.union([z.enum(PICTURE_CHANNELS), z.array(Name).min(1).max(16)]),
  range: Range,
  /** What is left to do with its values: logits become probabilities. */
  activation: z.enum(['none', 'sigmoid']).default('none'),
  scale: positive.max(MOST_SCALE),
  /** The result lacks so many pixels of the enlarged picture in each direction, half of them on each side. */
  offset: z.number().int().nonnegative().max(MOST_SIZE).default(0),
});

/** How a hole is told. `input`: the name of its input; null if the mask is a channel of the picture. */
const MaskInput = z.object({
  input: Name.nullable(),
  type: ElementType,
  polarity: z.enum(['hole', 'known']),
  value: z.enum(['1', '255', 'centred']),
  /** The hole has to be emptied before. */
  cleared: z.boolean(),
  /** The rest comes back unchanged. */
  composited: z.boolean(),
});

/** What it sees of the whole picture: nothing, a little, so much that it must not be tiled, or a picture of fixed size. */
const Global = z.enum(['none', 'weak', 'whole', 'fixed']);
const ExtraInput = z
  .object({
    name: Name,
    label: z.string().max(200),
    min: z.number(),
    max: z.number(),
    default: z.number(),
    type: ElementType,
    /** Nothing depends on it. */
    hidden: z.boolean().default(false),
  })
  .refine(({ min, max, default: usual }) => min <= usual && usual <= max, { message: 'outside of its bounds' });

/** The card of a generator that takes a picture and returns another picture, or maps of what it sees. */
export const Card = Common.extend({
  task: z.enum(['detect', 'inpaint', 'restore', 'colorise', 'upscale', 'style', 'face']),
  /** What a restorer is for. */
  purpose: z.enum(['noise', 'jpeg', 'blur', 'age']).optional(),
  input: PictureInput,
  output: PictureOutput,
  mask: MaskInput.nullable().default(null),
  /** The input for the picture whose style is copied. */
  example: Name.optional(),
  global: Global.default('none'),
  /** Pixels at the edges of tiles over which they are blended. */
  overlap: z.number().int().nonnegative().max(MOST_SIZE).default(0),
  /** Where the eyes, nose and mouth of a face have to be. */
  template: z.enum(['ffhq', 'arcface']).optional(),
  /** A result that goes far beyond its range is not used. */
  guard: z.boolean().default(false),
  /** The same picture always gives the same result. */
  deterministic: z.boolean().default(true),
  /** Edge of a tile in pixels, halo included. */
  tile: positive,
  /** Context on each side of a tile that is computed and discarded, in input pixels. */
  halo: z.number().int().nonnegative(),
  /**
   * What a tile holds beyond the picture's edge: the mirrored picture, or nothing, so that tiles end at the edge. A net
   * that was trained on windows without a halo knows the edge as such.
   */
  border: z.enum(['mirror', 'nothing']).default('mirror'),
  extraInputs: z.array(ExtraInput).max(16),
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
      sha256: Sha256,
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
    ({ tile, input: { multiple, remainder, fixed } }) => {
      const edges = fixed === null ? [tile] : [fixed.width, fixed.height];
      return edges.every((edge) => (edge - remainder) % multiple === 0);
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
  task: z.literal('find-faces'),
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

/** Tasks of nets that no step uses yet. They are kept and listed. */
export const UNUSED_TASKS = ['find-face', 'segment', 'tone'] as const;

/** The card of a net that no step uses yet. */
export const UnusedCard = Common.extend({
  task: z.enum(UNUSED_TASKS),
  input: PictureInput,
  output: PictureOutput.extend({
    channels: z.union([z.enum([...PICTURE_CHANNELS, 'none']), z.array(Name).min(1).max(16)]),
    scale: z.number().positive().max(MOST_SCALE),
  }),
  global: Global,
  halo: z.number().int().nonnegative().max(MOST_SIZE),
  guard: z.boolean().default(false),
  deterministic: z.boolean().default(true),
  extraInputs: z.array(ExtraInput).max(16),
  /** How the outputs of a finder of faces are read; `boxes`: as SCRFD's, without eyes, nose and mouth. */
  decoder: z
    .enum(['yunet', 'scrfd', 'retinaface', 'yolo', 'ultra-light', 'centerface', 'blazeface', 'boxes'])
    .optional(),
});
export type UnusedCard = z.infer<typeof UnusedCard>;

/** A card of format 1, which only the generators that ship have, in format 2. */
function migrated(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || (json as { format?: unknown }).format !== 1) return json;
  return { commercial: 'yes', ...json, format: 2 };
}

/** The card of any generator, of any format so far. */
export const AnyCard = z.preprocess(
  migrated,
  z.discriminatedUnion('task', [Card, SynthesiserCard, FadingCard, FaceFinderCard, UnusedCard]),
);
export type AnyCard = z.infer<typeof AnyCard>;

/** Styles that ship with a generator: codes of paintings, without the paintings. */
export const StylePresets = z
  .array(
    z.object({
      id: z.string().regex(/^[a-z0-9-]{1,64}$/),
      name: z.string(),
      /** Empty if it is no painting, but another light, which a generator of its own makes; then the code is empty too. */
      artist: z.string(),
      work: z.string(),
      year: z.number().int().nullable(),
      source: z.string(),
      /** What the painted pictures take from the work, and what they lack. */
      description: z.string().optional(),
      translations: translated({ work: z.string(), description: z.string() }),
      code: z.array(z.number().finite()),
    }),
  )
  .max(200);
export type StylePreset = z.infer<typeof StylePresets>[number];
