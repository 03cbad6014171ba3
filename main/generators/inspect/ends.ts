import type { Node, OnnxFile } from './onnx-file';

/*
 * What the constants at the head and the tail of a graph say about the values of its pictures: a net that begins with
 * x / 255 takes 0..255, one that ends in a sigmoid returns 0..1.
 */

/** The values of a picture in a tensor. `unknown`: something else than a picture, or not found out. */
export const RANGES = {
  '0..1': { low: 0, high: 1 },
  '-1..1': { low: -1, high: 1 },
  '0..255': { low: 0, high: 255 },
  '-0.5..0.5': { low: -0.5, high: 0.5 },
  '0..100': { low: 0, high: 100 },
  '0.15..0.85': { low: 0.15, high: 0.85 },
  /** x - 127.5, divided by 128. */
  '(x-127.5)/128': { low: -127.5 / 128, high: 127.5 / 128 },
  '(x-127)/128': { low: -127 / 128, high: 1 },
} as const;
export type RangeName = keyof typeof RANGES;

export interface Head {
  /** The range that fits the constants, null if there are none or none fits. */
  range: RangeName | null;
  order: 'rgb' | 'bgr' | null;
  /** The first constants, for people: what is done to a value x. */
  scale: number[];
  shift: number[];
  /** The first layer swaps dimensions from channels last to channels first. */
  turnsFromNhwc: boolean;
}

export interface Tail {
  range: RangeName | 'logits' | null;
  order: 'rgb' | 'bgr' | null;
  /** The operator that bounds the values. */
  by: string | null;
}

const SHAPE_OPS = new Set([
  'Identity',
  'Cast',
  'Transpose',
  'Pad',
  'Slice',
  'Reshape',
  'SpaceToDepth',
  'Squeeze',
  'Unsqueeze',
  'Crop',
  'Flatten',
  'Dropout',
]);
const TAIL_SHAPE_OPS = new Set([...SHAPE_OPS, 'DepthToSpace', 'Resize', 'Upsample']);
const MOST_STEPS = 64;
const MOST_VISITED = 400;

export class Graph {
  readonly #consumers = new Map<string, Node[]>();
  readonly #producer = new Map<string, Node>();
  readonly #file: OnnxFile;

  constructor(file: OnnxFile) {
    this.#file = file;
    for (const node of file.nodes) {
      for (const name of node.inputs) {
        if (name === '') continue;
        const list = this.#consumers.get(name) ?? [];
        if (list.length < 64) list.push(node);
        this.#consumers.set(name, list);
      }
      for (const name of node.outputs) if (name !== '') this.#producer.set(name, node);
    }
  }

  /** Values of a constant of at most eight elements, null for anything else. */
  constant(name: string): number[] | null {
    const tensor = this.#file.initializers.get(name);
    if (tensor) return tensor.values !== null && tensor.values.length <= 8 ? tensor.values : null;
    const node = this.#producer.get(name);
    if (node?.op === 'Identity' && node.inputs[0] !== name)
      return this.#file.initializers.get(node.inputs[0] ?? '')?.values ?? null;
    if (node?.op !== 'Constant') return null;
    for (const { tensor: value, float, floats } of node.attributes) {
      if (value?.values && value.values.length <= 8) return value.values;
      if (float !== undefined) return [float];
      if (floats && floats.length <= 8) return floats;
    }
    return null;
  }

  consumersOf(name: string): readonly Node[] {
    return this.#consumers.get(name) ?? [];
  }

  producerOf(name: string): Node | undefined {
    return this.#producer.get(name);
  }
}

interface Affine {
  scale: number[];
  shift: number[];
}

const START: Affine = { scale: [1], shift: [0] };

function zip(a: readonly number[], b: readonly number[], combine: (x: number, y: number) => number): number[] {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => combine(a[i % a.length]!, b[i % b.length]!));
}

/** One more operation on a value that is `affine` of the input; null if it is no scaling and no shift by constants. */
function applied(graph: Graph, node: Node, name: string, { scale, shift }: Affine): Affine | null {
  if (SHAPE_OPS.has(node.op)) return { scale, shift };
  if (node.op === 'ImageScaler') {
    const by = node.attributes.find((each) => each.name === 'scale')?.float ?? 1;
    const bias = node.attributes.find((each) => each.name === 'bias')?.floats ?? [0];
    return { scale: scale.map((s) => s * by), shift: zip(shift, bias, (s, b) => s * by + b) };
  }
  if (!['Add', 'Sub', 'Mul', 'Div'].includes(node.op) || node.inputs.length !== 2) return null;
  const isFirst = node.inputs[0] === name;
  const values = graph.constant(node.inputs[isFirst ? 1 : 0]!);
  if (values === null || values.length === 0) return null;
  if (node.op === 'Mul')
    return { scale: zip(scale, values, (s, v) => s * v), shift: zip(shift, values, (s, v) => s * v) };
  if (node.op === 'Add') return { scale, shift: zip(shift, values, (s, v) => s + v) };
  if (node.op === 'Sub') {
    if (isFirst) return { scale, shift: zip(shift, values, (s, v) => s - v) };
    return { scale: scale.map((s) => -s), shift: zip(shift, values, (s, v) => v - s) };
  }
  if (!isFirst || values.includes(0)) return null;
  return { scale: zip(scale, values, (s, v) => s / v), shift: zip(shift, values, (s, v) => s / v) };
}

const isPlain = ({ scale, shift }: Affine) => scale.every((s) => s === 1) && shift.every((s) => s === 0);

/** Follows the input to its first layers. */
export function headOf(graph: Graph, input: string, channels: number): Head {
  const first = graph.consumersOf(input)[0];
  const perm =
    first?.op === 'Transpose' ? first.attributes.find(({ name }) => name === 'perm')?.ints?.join() : undefined;
  let best: Affine = START;
  let visited = 0;
  const follow = (name: string, affine: Affine, steps: number): void => {
    if (steps > MOST_STEPS) return;
    for (const node of graph.consumersOf(name)) {
      if (++visited > MOST_VISITED) return;
      const next = applied(graph, node, name, affine);
      if (next !== null && node.outputs[0] !== undefined) {
        // The constants count from wherever the longest chain of them ends.
        if (!isPlain(next)) best = isPlain(best) || steps >= 1 ? next : best;
        follow(node.outputs[0], next, steps + 1);
      }
    }
  };
  follow(input, START, 0);
  return { ...rangeOf(best, channels), ...best, turnsFromNhwc: perm === '0,3,1,2' };
}

/** The range that constants at the head make a net's own range of: about -2..2, or 255 wide and holding 0. */
function rangeOf({ scale, shift }: Affine, channels: number): Pick<Head, 'range' | 'order'> {
  if (isPlain({ scale, shift }) || scale.includes(0)) return { range: null, order: null };
  const candidates: RangeName[] = channels === 1 ? ['0..1', '-1..1', '0..255', '0..100'] : ['0..1', '-1..1', '0..255'];
  let best: { range: RangeName; off: number } | null = null;
  let fitting = 0;
  for (const range of candidates) {
    const { low, high } = RANGES[range];
    const ends = zip(scale, shift, (s, b) => (s * low + b + s * high + b) / 2).map((middle, i) => ({
      middle,
      width: Math.abs(scale[i % scale.length]! * (high - low)),
    }));
    const isNear = ends.every(({ middle, width }) => width >= 0.8 && width <= 8 && Math.abs(middle) <= 0.75 * width);
    const isWide = ends.every(({ middle, width }) => width >= 200 && width <= 300 && Math.abs(middle) <= width / 2);
    if (!isNear && !isWide) continue;
    fitting += 1;
    const off = Math.max(...ends.map(({ middle, width }) => Math.abs(middle) / width));
    if (best === null || off < best.off - 1e-6) best = { range, off };
  }
  // A factor alone fits several ranges.
  const isShifted = zip(shift, scale, (b, s) => Math.abs(b / s)).every((by) => by >= 0.1);
  if (!isShifted && fitting > 1) return { range: null, order: null };
  if (best === null) return { range: null, order: null };
  return {
    range: best.range,
    order: orderOf(
      zip(scale, shift, (s, b) => -b / s),
      RANGES[best.range],
    ),
  };
}

/** The channel order by the means that are subtracted: red is the brightest in the mean of photographs. */
function orderOf(means: readonly number[], { low, high }: { low: number; high: number }): 'rgb' | 'bgr' | null {
  if (means.length !== 3) return null;
  const [first, middle, last] = means.map((mean) => (mean - low) / (high - low)) as [number, number, number];
  if (Math.abs(first - last) < 0.02 || [first, middle, last].some((mean) => mean < 0.2 || mean > 0.8)) return null;
  return first > last ? 'rgb' : 'bgr';
}

/** Follows the output back to the operator that bounds its values. */
export function tailOf(graph: Graph, output: string): Tail {
  let scale = 1;
  let shift = 0;
  let means: number[] | null = null;
  let name = output;
  const visited = new Set<string>();
  for (let steps = 0; steps < MOST_STEPS && !visited.has(name); steps++) {
    visited.add(name);
    const node = graph.producerOf(name);
    const [first = '', second = ''] = node?.inputs ?? [];
    if (!node) break;
    const bounded = (low: number, high: number): Tail => {
      const ends = [low * scale + shift, high * scale + shift];
      return {
        range: nearest(ends[0]!, ends[1]!),
        order: means ? orderOf(means, RANGES['0..255']) : null,
        by: node.op,
      };
    };
    if (node.op === 'Clip') {
      const limit = (which: 'min' | 'max', at: number) =>
        node.attributes.find((each) => each.name === which)?.float ?? graph.constant(node.inputs[at] ?? '')?.[0];
      const [low, high] = [limit('min', 1), limit('max', 2)];
      if (low !== undefined && high !== undefined) return bounded(low, high);
      name = first;
    } else if (node.op === 'Tanh') return bounded(-1, 1);
    else if (node.op === 'Sigmoid' || node.op === 'Softmax' || node.op === 'HardSigmoid') return bounded(0, 1);
    else if (node.op === 'Affine') {
      const alpha = node.attributes.find((each) => each.name === 'alpha')?.float ?? 1;
      const beta = node.attributes.find((each) => each.name === 'beta')?.float ?? 0;
      [scale, shift] = [scale * alpha, shift + scale * beta];
      name = first;
    } else if (TAIL_SHAPE_OPS.has(node.op)) name = first;
    else if (['Add', 'Sub', 'Mul', 'Div'].includes(node.op)) {
      const [one, other] = [graph.constant(first), graph.constant(second)];
      const values = other ?? one;
      if (values === null || values.length === 0 || (one !== null && node.op !== 'Add' && node.op !== 'Mul')) break;
      const value = values.reduce((sum, each) => sum + each, 0) / values.length;
      if (values.length === 3 && node.op === 'Add') means = values;
      if (node.op === 'Mul') scale *= value;
      if (node.op === 'Div') scale /= value;
      if (node.op === 'Add') shift += scale * value;
      if (node.op === 'Sub') shift -= scale * value;
      name = other !== null ? first : second;
    } else break;
  }
  return { range: null, order: null, by: null };
}

/** A Tanh times 150 plus the means of Caffe is meant for 0..255, although it exceeds that. */
function nearest(low: number, high: number): RangeName | null {
  const width = high - low;
  if (low < -0.4 * width && high > 0.4 * width) return width < 4 ? '-1..1' : null;
  if (width > 150 && width < 400) return '0..255';
  return Math.abs(low) < 0.2 && Math.abs(high - 1) < 0.2 ? '0..1' : null;
}
