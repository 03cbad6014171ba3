import { AnyCard, type Card, UNUSED_TASKS } from '../card';
import { type Decision, type Decisions, FIELD_NAMES, FIELDS, type FieldName, type Use, type ValueOf } from './decision';
import { RANGES } from './ends';
import type { InspectedFile } from './inspected';
import { IMAGENET } from './probe';

/*
 * The card of a net from elsewhere, from what was decided about it.
 */

/** Cards have few tasks, and say what a restorer is for. */
const TASKS: Record<Use, { task: AnyCard['task']; purpose?: NonNullable<Card['purpose']> }> = {
  upscale: { task: 'upscale' },
  inpaint: { task: 'inpaint' },
  colorise: { task: 'colorise' },
  style: { task: 'style' },
  denoise: { task: 'restore', purpose: 'noise' },
  jpeg: { task: 'restore', purpose: 'jpeg' },
  sharpen: { task: 'restore', purpose: 'blur' },
  restore: { task: 'restore', purpose: 'age' },
  tone: { task: 'tone' },
  detect: { task: 'detect' },
  segment: { task: 'segment' },
  face: { task: 'face' },
  'find-face': { task: 'find-face' },
};

/** Decisions that a net needs whatever it is for. */
const NEEDED = ['task', 'inputRange', 'size', 'global'] as const satisfies readonly FieldName[];
const CAFFE = { mean: [104, 117, 123], deviation: [1, 1, 1] };
/** The edge of tiles: larger ones pay less for their halos, smaller ones take less memory. */
const TILE = { enlarging: 256, local: 512, whole: 1024 };

export type Answers = { readonly [F in FieldName]?: ValueOf<F> };

/** The decisions with what a person has said in their place. */
export function answered(decisions: Decisions, answers: Answers): Decisions {
  const result: Record<string, Decision> = { ...decisions };
  for (const field of FIELD_NAMES) {
    const value = answers[field];
    if (value === undefined) continue;
    result[field] = { value, confidence: 'certain', evidence: decisions[field]?.evidence ?? [], said: true };
  }
  // A net that takes blue first returns it first.
  const follows = decisions.outputOrder?.evidence.some(({ code }) => code === 'orderSame') ?? true;
  if (answers.order !== undefined && answers.outputOrder === undefined && follows) {
    result.outputOrder = { value: answers.order, confidence: 'certain', evidence: [], said: true };
  }
  return result as Decisions;
}

/** Every open decision with its proposal taken. */
export function confirmed(decisions: Decisions): Decisions {
  const open = FIELD_NAMES.filter((field) => decisions[field]?.confidence === 'open');
  return answered(decisions, Object.fromEntries(open.map((field) => [field, decisions[field]?.value])));
}

/** The value of a decision from text: as it is, or as JSON. Null if it is none. */
export function parseAnswer(field: FieldName, text: string): ValueOf<FieldName> | null {
  const candidates: unknown[] = [text];
  try {
    candidates.push(JSON.parse(text));
  } catch {
    // Most answers are words.
  }
  for (const candidate of candidates) {
    const read = FIELDS[field].safeParse(candidate);
    if (read.success) return read.data as ValueOf<FieldName>;
  }
  return null;
}

/** Throws a ZodError if the decisions do not fit together. */
export function cardFrom(
  inspected: InspectedFile,
  decisions: Decisions,
  { id, name, file, added }: { id: string; name: string; file: string; added: string },
): AnyCard {
  for (const field of NEEDED) if (!decisions[field]) throw new Error(`${field} is not decided`);
  const get = <F extends FieldName>(field: F): ValueOf<F> | undefined =>
    decisions[field]?.value as ValueOf<F> | undefined;
  const { task, purpose } = TASKS[get('task')!];
  const size = get('size')!;
  const scale = get('scale') ?? 1;
  const global = get('global')!;
  const isUnused = UNUSED_TASKS.some((each) => each === task);
  const scalars = get('scalars') ?? [];
  const common = {
    format: 2,
    id,
    name,
    task,
    ...(purpose && { purpose }),
    version: '1',
    licence: get('licence') ?? '',
    commercial: get('commercial') ?? 'unknown',
    author: get('author') ?? '',
    source: get('source') ?? '',
    description: '',
    limits: '',
    file,
    sha256: inspected.sha256,
    weights: inspected.weights.map(({ file: beside, sha256 }) => ({ file: beside, sha256 })),
    origin: { kind: 'imported', file: inspected.name, added },
    evidence: Object.fromEntries(
      FIELD_NAMES.flatMap((field) => {
        const decision = decisions[field];
        return decision
          ? [[field, { confidence: decision.confidence, said: decision.said === true, evidence: decision.evidence }]]
          : [];
      }),
    ),
    opset: Math.max(1, inspected.opset),
    parameters: inspected.parameters,
    measured: [],
    input: inputOf(inspected, decisions),
    output: outputOf(inspected, decisions),
    global,
    guard: get('guard') ?? false,
    deterministic: get('deterministic') ?? true,
    // What is cut off has to be context.
    halo: Math.max(get('halo') ?? 0, Math.ceil((get('offset') ?? 0) / 2 / Math.max(1, scale))),
    extraInputs: scalars.map(({ name: input, min, max, default: usual, type, hidden }) => ({
      name: input,
      label: input,
      min,
      max,
      default: usual,
      type,
      hidden,
    })),
    thresholds: null,
  };
  if (isUnused) return AnyCard.parse({ ...common, decoder: get('decoder') });
  return AnyCard.parse({
    ...common,
    mask: maskOf(inspected, decisions),
    ...(exampleOf(inspected, decisions) && { example: exampleOf(inspected, decisions) }),
    overlap: get('overlap') ?? 0,
    tile: tileFor(size, { scale, halo: common.halo, global }),
    border: 'mirror',
    ...(task === 'face' && { template: get('template') ?? 'ffhq' }),
    variant: id,
  });
}

const imageOf = ({ inputs }: InspectedFile, decisions: Decisions): string => {
  const others = new Set((decisions.scalars?.value ?? []).map(({ name }) => name));
  const rest = inputs.filter(({ name }) => !others.has(name));
  const isMask = (name: string) => decisions.maskPlace?.value === 'input' && /mask|hole/i.test(name);
  return rest.find(({ name }) => !isMask(name) && name !== 'style')?.name ?? inputs[0]!.name;
};

function inputOf(inspected: InspectedFile, decisions: Decisions) {
  const size = decisions.size!.value;
  const { low, high } = RANGES[decisions.inputRange!.value];
  const channels = decisions.channels?.value ?? 'rgb';
  const normalise = decisions.normalise?.value;
  return {
    name: imageOf(inspected, decisions),
    type: decisions.inputType?.value ?? 'float32',
    layout: decisions.layout?.value ?? 'nchw',
    channels: channels === 'rgb' ? (decisions.order?.value ?? 'rgb') : channels,
    range: [low, high],
    normalise: normalise === 'imagenet' ? { ...IMAGENET } : normalise === 'caffe' ? CAFFE : null,
    multiple: size.multiple,
    remainder: size.remainder,
    minimum: size.minimum,
    square: size.square,
    fixed: size.fixed,
    light: decisions.light?.value ?? 'srgb',
  };
}

/** CIELAB's a and b are used as they are. */
const LAB: [number, number] = [0, 1];

function outputOf({ outputs }: InspectedFile, decisions: Decisions) {
  const channels = decisions.outputChannels?.value ?? 'rgb';
  const range = decisions.outputRange?.value ?? '0..1';
  const isPlain = range === 'lab' || range === 'logits';
  return {
    name: decisions.output?.value ?? outputs[0]!.name,
    type: decisions.outputType?.value ?? 'float32',
    layout: decisions.layout?.value ?? 'nchw',
    channels: channels === 'rgb' ? (decisions.outputOrder?.value ?? 'rgb') : channels,
    range: isPlain ? LAB : [RANGES[range].low, RANGES[range].high],
    activation: range === 'logits' ? 'sigmoid' : 'none',
    scale: decisions.scale?.value ?? 1,
    offset: decisions.offset?.value ?? 0,
  };
}

function maskOf({ inputs }: InspectedFile, decisions: Decisions) {
  const { maskPolarity, maskValue, maskPlace, maskCleared, composited } = decisions;
  if (!maskPolarity || !maskValue) return null;
  const beside =
    maskPlace?.value === 'input' ? (inputs.find(({ name }) => /mask|hole/i.test(name)) ?? inputs[1]) : undefined;
  return {
    input: beside?.name ?? null,
    type: beside ? (beside.type as 'float32') : (decisions.inputType?.value ?? 'float32'),
    polarity: maskPolarity.value,
    value: maskValue.value,
    cleared: maskCleared?.value ?? false,
    composited: composited?.value ?? false,
  };
}

function exampleOf({ inputs }: InspectedFile, { task }: Decisions): string | undefined {
  return task?.value === 'style' ? inputs.find(({ name }) => name === 'style')?.name : undefined;
}

/** The edge of a tile that follows the rule of sizes, with room for a halo on both sides. */
function tileFor(
  { multiple, remainder, minimum, fixed }: ValueOf<'size'>,
  { scale, halo, global }: { scale: number; halo: number; global: string },
): number {
  if (fixed) return Math.max(fixed.width, fixed.height);
  const wanted = global === 'whole' ? TILE.whole : scale > 1 ? TILE.enlarging : TILE.local;
  const least = Math.max(wanted, minimum, 3 * halo);
  return remainder + Math.ceil(Math.max(0, least - remainder) / multiple) * multiple;
}
