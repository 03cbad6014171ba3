import { z } from 'zod';
import { CONFIDENCES } from '../../../contract/generators';
import type { models } from '../../../text/en/models';
import { RANGES, type RangeName } from './ends';

/** What a net is for. The page and the command line ask for one of these; the card has a task and a purpose. */
export const USES = [
  'upscale',
  'inpaint',
  'colorise',
  'style',
  'denoise',
  'jpeg',
  'sharpen',
  'restore',
  'tone',
  'detect',
  'segment',
  'face',
  'find-face',
] as const;
export type Use = (typeof USES)[number];

export const ELEMENT_TYPES = ['float32', 'float16', 'uint8', 'float64'] as const;
export const INPUT_CHANNELS = ['rgb', 'luma', 'l100', 'rgb+mask', 'mask+rgb', 'rgb+sigma', 'luma+sigma'] as const;
export const OUTPUT_CHANNELS = [
  'rgb',
  'luma',
  'lab-ab',
  'cbcr',
  'classes',
  'curves',
  'residual',
  'mask',
  'none',
] as const;
const RangeValue = z.enum(Object.keys(RANGES) as [RangeName, ...RangeName[]]);

const count = z.number().int().min(0).max(8192);
export const SizeRule = z.strictObject({
  /** Sides are `multiple * k + remainder`. */
  multiple: count.min(1),
  remainder: count,
  minimum: count.min(1),
  square: z.boolean(),
  fixed: z.strictObject({ width: count.min(1), height: count.min(1) }).nullable(),
});
export type SizeRule = z.infer<typeof SizeRule>;

/** An input besides the picture that takes one number. */
export const Scalar = z.strictObject({
  name: z.string().min(1).max(200),
  type: z.enum(ELEMENT_TYPES),
  shape: z.array(z.number().int().positive().max(8192)).max(4),
  min: z.number(),
  max: z.number(),
  default: z.number(),
  /** The output does not depend on it, or hardly: it keeps its default and gets no slider. */
  hidden: z.boolean(),
});
export type Scalar = z.infer<typeof Scalar>;

/** Everything that is decided about a net, and what its value can be. */
export const FIELDS = {
  task: z.enum(USES),
  layout: z.enum(['nchw', 'nhwc', 'hwc']),
  inputType: z.enum(ELEMENT_TYPES),
  outputType: z.enum(ELEMENT_TYPES),
  channels: z.enum(INPUT_CHANNELS),
  order: z.enum(['rgb', 'bgr']),
  outputOrder: z.enum(['rgb', 'bgr']),
  /** Values besides those of `inputRange` that are subtracted and divided by: ImageNet's. */
  normalise: z.enum(['none', 'imagenet', 'caffe']),
  inputRange: RangeValue,
  outputRange: z.union([RangeValue, z.literal('logits'), z.literal('lab')]),
  light: z.enum(['srgb', 'linear']),
  output: z.string().min(1).max(200),
  outputChannels: z.enum(OUTPUT_CHANNELS),
  scale: z.number().positive().max(16),
  offset: count,
  size: SizeRule,
  global: z.enum(['none', 'weak', 'whole', 'fixed']),
  halo: count,
  overlap: count,
  maskPlace: z.enum(['input', 'first', 'last']),
  maskPolarity: z.enum(['hole', 'known']),
  maskValue: z.enum(['1', '255', 'centred']),
  /** Whether the hole has to be emptied before, and whether the net returns the rest unchanged. */
  maskCleared: z.boolean(),
  composited: z.boolean(),
  scalars: z.array(Scalar).max(16),
  decoder: z.enum(['yunet', 'scrfd', 'retinaface', 'yolo', 'ultra-light', 'centerface', 'blazeface', 'boxes']),
  template: z.enum(['ffhq', 'arcface']),
  deterministic: z.boolean(),
  guard: z.boolean(),
  licence: z.string().max(200),
  commercial: z.enum(['yes', 'no', 'unknown']),
  author: z.string().max(200),
  source: z.string().max(500),
} as const;
export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];
export type ValueOf<F extends FieldName> = z.infer<(typeof FIELDS)[F]>;

export { CONFIDENCES };
export type Confidence = (typeof CONFIDENCES)[number];

/** Why something was decided: a code, whose sentence is in `text/`, and figures. */
export const Evidence = z.object({
  code: z.string().max(64),
  figures: z.record(z.string(), z.union([z.string().max(300), z.number()])).optional(),
});
export type Evidence = z.infer<typeof Evidence>;

export interface Decision<T = unknown> {
  value: T;
  /** `open`: the value is only proposed, and a person has to confirm it. */
  confidence: Confidence;
  evidence: Evidence[];
  /** A person has said so. */
  said?: boolean;
}

export type Decisions = { [F in FieldName]?: Decision<ValueOf<F>> };

/** The codes that have a sentence. */
export type EvidenceCode = keyof typeof models.models.because;

const MOST_TEXT = 300;

export function because(code: EvidenceCode, figures?: Evidence['figures']): Evidence {
  if (figures === undefined) return { code };
  const short = (value: string | number) => (typeof value === 'string' ? value.slice(0, MOST_TEXT) : value);
  return { code, figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, short(value)])) };
}

/** Decides unless something stronger has decided before. */
export function decide<F extends FieldName>(
  into: Decisions,
  field: F,
  value: ValueOf<F>,
  confidence: Confidence,
  ...evidence: Evidence[]
): void {
  const known = into[field];
  if (known && rank(known.confidence) <= rank(confidence)) {
    // Further evidence for the same value is kept.
    if (JSON.stringify(known.value) === JSON.stringify(value)) known.evidence.push(...evidence);
    return;
  }
  (into as Record<string, unknown>)[field] = { value, confidence, evidence };
}

const rank = (confidence: Confidence): number => CONFIDENCES.indexOf(confidence);

/** The fields that a person has to be asked about. */
export const questionsOf = (decisions: Decisions): FieldName[] =>
  FIELD_NAMES.filter((field) => decisions[field]?.confidence === 'open');
