import { type Bytes, type Field, MalformedFile, WireReader } from './protobuf';

/*
 * What an ONNX file says about itself, without its weights. The runtime tells neither metadata nor operators, and only says
 * which operator is unknown after it has read all weights.
 */

/** Types of the elements of tensors. Types that no picture has are known by their number alone. */
export type ElementType =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'other';

const TYPES: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
};

/** An input or an output of the graph. */
export interface ValueInfo {
  name: string;
  type: ElementType;
  /** A number, a symbol, or null where nothing is said. The whole is null if there is no shape or no tensor. */
  shape: (number | string | null)[] | null;
  isTensor: boolean;
  doc: string;
  denotation: string;
}

export interface Tensor {
  name: string;
  type: ElementType;
  dims: number[];
  /** The values if there are few, else null. */
  values: number[] | null;
}

export interface Attribute {
  name: string;
  float?: number;
  int?: number;
  text?: string;
  floats?: number[];
  ints?: number[];
  tensor?: Tensor;
}

export interface Node {
  op: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Attribute[];
}

export interface OnnxFile {
  irVersion: number;
  producer: string;
  doc: string;
  opsets: { domain: string; version: number }[];
  metadata: Record<string, string>;
  /** Without those that only give initializers a name. */
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  /** The nodes of the graph itself, in the order of the file. */
  nodes: Node[];
  /** How often each operator occurs, as `domain:op`, also in the graphs inside other nodes and in functions. */
  operators: Record<string, number>;
  /** Functions that the file defines itself, as `domain:name`. */
  functions: string[];
  initializers: ReadonlyMap<string, Tensor>;
  /** Number of values in all initializers. */
  parameters: number;
  /** Files beside this one that hold weights, as they are named. */
  external: string[];
}

const MOST_DEPTH = 16;
const MOST_NODES = 200_000;
const MOST_TENSORS = 200_000;
const MOST_ENTRIES = 1000;
const MOST_VALUES = 64;
const MOST_NAMES = 4096;
const NAME = 1024;
const TEXT = 16_384;
/** Text that a file may hold together, in letters, so that a file of names alone does not fill the memory. */
const MOST_TEXT = 64 << 20;

/** Throws MalformedFile. */
export function readOnnxFile(bytes: Bytes): OnnxFile {
  return new OnnxReader(bytes).file();
}

class OnnxReader {
  readonly #wire: WireReader;
  readonly #operators = new Map<string, number>();
  readonly #external = new Set<string>();
  #nodes = 0;
  #tensors = 0;
  #text = 0;
  #parameters = 0;

  constructor(bytes: Bytes) {
    this.#wire = new WireReader(bytes);
  }

  file(): OnnxFile {
    const graphs: Field[] = [];
    const file = { irVersion: 0, producer: '', doc: '' };
    const opsets: OnnxFile['opsets'] = [];
    const metadata: Record<string, string> = Object.create(null);
    const functions: string[] = [];
    for (const field of this.#wire.fields(0, this.#wire.length)) {
      if (field.number === 1 && field.wire === 0) file.irVersion = field.value;
      if (field.wire !== 2) continue;
      if (field.number === 2) file.producer = this.#textOf(field, NAME);
      if (field.number === 6) file.doc = this.#textOf(field, TEXT);
      if (field.number === 7) graphs.push(field);
      if (field.number === 8 && opsets.length < MOST_ENTRIES) opsets.push(this.#opset(field));
      if (field.number === 14 && Object.keys(metadata).length < MOST_ENTRIES) {
        const [key, value] = this.#pair(field);
        metadata[key] = value;
      }
      if (field.number === 25 && functions.length < MOST_ENTRIES) functions.push(this.#function(field));
    }
    const [graph] = graphs;
    if (graph === undefined || graphs.length > 1 || file.irVersion < 1 || file.irVersion > 1000) {
      throw new MalformedFile('malformed');
    }
    const { inputs, outputs, nodes, initializers } = this.#graph(graph);
    return {
      ...file,
      opsets,
      metadata,
      inputs: inputs.filter(({ name }) => !initializers.has(name)),
      outputs,
      nodes,
      operators: Object.fromEntries(this.#operators),
      functions,
      initializers,
      parameters: this.#parameters,
      external: [...this.#external],
    };
  }

  #textOf(field: Field, most: number): string {
    const text = this.#wire.text(field, most);
    this.#text += text.length;
    if (this.#text > MOST_TEXT) throw new MalformedFile('too complicated');
    return text;
  }

  #opset(message: Field) {
    const opset = { domain: '', version: 0 };
    for (const field of this.#wire.fields(message.start, message.end)) {
      if (field.number === 1 && field.wire === 2) opset.domain = this.#textOf(field, NAME);
      if (field.number === 2 && field.wire === 0) opset.version = field.value;
    }
    return opset;
  }

  #pair(message: Field): [key: string, value: string] {
    const pair: [string, string] = ['', ''];
    for (const field of this.#wire.fields(message.start, message.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) pair[0] = this.#textOf(field, NAME);
      if (field.number === 2) pair[1] = this.#textOf(field, TEXT);
    }
    return pair;
  }

  /** Counts the operators of a function that the file defines, and returns its name. */
  #function(message: Field): string {
    let [domain, name] = ['', ''];
    for (const field of this.#wire.fields(message.start, message.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) name = this.#textOf(field, NAME);
      if (field.number === 10) domain = this.#textOf(field, NAME);
      if (field.number === 7) this.#node(field, 1);
    }
    return `${domain}:${name}`;
  }

  #graph(message: Field, depth = 0) {
    if (depth > MOST_DEPTH) throw new MalformedFile('too complicated');
    const inputs: ValueInfo[] = [];
    const outputs: ValueInfo[] = [];
    const nodes: Node[] = [];
    const initializers = new Map<string, Tensor>();
    for (const field of this.#wire.fields(message.start, message.end)) {
      if (field.wire !== 2) continue;
      switch (field.number) {
        case 1:
          nodes.push(this.#node(field, depth));
          break;
        case 5: {
          const tensor = this.#tensor(field);
          initializers.set(tensor.name, tensor);
          break;
        }
        case 11:
        case 12: {
          const list = field.number === 11 ? inputs : outputs;
          if (list.length >= MOST_NAMES) throw new MalformedFile('too complicated');
          list.push(this.#value(field));
          break;
        }
      }
    }
    return { inputs, outputs, nodes, initializers };
  }

  #node(message: Field, depth: number): Node {
    if (++this.#nodes > MOST_NODES || depth > MOST_DEPTH) throw new MalformedFile('too complicated');
    const node: Node = { op: '', domain: '', inputs: [], outputs: [], attributes: [] };
    for (const field of this.#wire.fields(message.start, message.end)) {
      if (field.wire !== 2) continue;
      switch (field.number) {
        case 1:
        case 2: {
          const names = field.number === 1 ? node.inputs : node.outputs;
          if (names.length < MOST_NAMES) names.push(this.#textOf(field, NAME));
          break;
        }
        case 4:
          node.op = this.#textOf(field, NAME);
          break;
        case 5:
          if (node.attributes.length < MOST_ENTRIES) node.attributes.push(this.#attribute(field, depth));
          break;
        case 7:
          node.domain = this.#textOf(field, NAME);
          break;
      }
    }
    const key = `${node.domain}:${node.op}`;
    this.#operators.set(key, (this.#operators.get(key) ?? 0) + 1);
    return node;
  }

  #attribute(message: Field, depth: number): Attribute {
    const attribute: Attribute = { name: '' };
    for (const field of this.#wire.fields(message.start, message.end)) {
      const { number, wire } = field;
      if (number === 1 && wire === 2) attribute.name = this.#textOf(field, NAME);
      if (number === 2 && wire === 5) attribute.float = this.#wire.float(field.start);
      if (number === 3 && wire === 0) attribute.int = field.value;
      if (number === 4 && wire === 2) attribute.text = this.#textOf(field, NAME);
      if (number === 5 && wire === 2) attribute.tensor = this.#tensor(field);
      if ((number === 6 || number === 11) && wire === 2) this.#graph(field, depth + 1);
      if (number === 7) {
        attribute.floats ??= [];
        this.#floats(field, attribute.floats);
      }
      if (number === 8) {
        attribute.ints ??= [];
        if (wire === 0 && attribute.ints.length < MOST_VALUES) attribute.ints.push(field.value);
        if (wire === 2) attribute.ints.push(...this.#wire.packed(field, MOST_VALUES - attribute.ints.length));
      }
    }
    return attribute;
  }

  #floats({ wire, start, end }: Field, into: number[]): void {
    if (wire === 5 && into.length < MOST_VALUES) into.push(this.#wire.float(start));
    if (wire !== 2) return;
    for (let at = start; at + 4 <= end && into.length < MOST_VALUES; at += 4) into.push(this.#wire.float(at));
  }

  #tensor(message: Field): Tensor {
    if (++this.#tensors > MOST_TENSORS) throw new MalformedFile('too complicated');
    const dims: number[] = [];
    const values: number[] = [];
    let [type, name, isExternal] = [0, '', false];
    let raw: Field | null = null;
    let double: Field | null = null;
    for (const field of this.#wire.fields(message.start, message.end)) {
      const { number, wire } = field;
      if (number === 1 && wire === 0 && dims.length < MOST_VALUES) dims.push(field.value);
      if (number === 1 && wire === 2) dims.push(...this.#wire.packed(field, MOST_VALUES - dims.length));
      if (number === 2 && wire === 0) type = field.value;
      if (number === 4) this.#floats(field, values);
      if (number === 5 || number === 7) {
        if (wire === 0 && values.length < MOST_VALUES) values.push(field.value);
        if (wire === 2) values.push(...this.#wire.packed(field, MOST_VALUES - values.length));
      }
      if (number === 8 && wire === 2) name = this.#textOf(field, NAME);
      if (number === 9 && wire === 2) raw = field;
      if (number === 10 && wire === 2) double = field;
      if (number === 13 && wire === 2) {
        const [key, value] = this.#pair(field);
        if (key === 'location' && this.#external.size < MOST_NAMES) this.#external.add(value);
      }
      if (number === 14 && wire === 0) isExternal = field.value === 1;
    }
    const element = TYPES[type] ?? 'other';
    const count = dims.reduce((product, size) => product * Math.max(0, size), 1);
    this.#parameters += Number.isFinite(count) ? count : 0;
    const isSmall = count <= MOST_VALUES && !isExternal;
    if (isSmall && raw)
      values.push(...rawValues(this.#wire.slice(raw.start, Math.min(raw.end, raw.start + 8 * count)), element));
    if (isSmall && double) {
      values.push(
        ...rawValues(this.#wire.slice(double.start, Math.min(double.end, double.start + 8 * count)), 'float64'),
      );
    }
    return { name, type: element, dims, values: isSmall && values.length === count ? values : null };
  }

  #value(message: Field): ValueInfo {
    const info: ValueInfo = { name: '', type: 'other', shape: null, isTensor: false, doc: '', denotation: '' };
    for (const field of this.#wire.fields(message.start, message.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) info.name = this.#textOf(field, NAME);
      if (field.number === 3) info.doc = this.#textOf(field, TEXT);
      if (field.number !== 2) continue;
      for (const kind of this.#wire.fields(field.start, field.end)) {
        if (kind.wire !== 2) continue;
        if (kind.number === 6) info.denotation = this.#textOf(kind, NAME);
        if (kind.number !== 1) continue;
        info.isTensor = true;
        for (const part of this.#wire.fields(kind.start, kind.end)) {
          if (part.number === 1 && part.wire === 0) info.type = TYPES[part.value] ?? 'other';
          if (part.number === 2 && part.wire === 2) info.shape = this.#shape(part);
        }
      }
    }
    return info;
  }

  #shape(message: Field): (number | string | null)[] {
    const shape: (number | string | null)[] = [];
    for (const dim of this.#wire.fields(message.start, message.end)) {
      if (dim.number !== 1 || dim.wire !== 2) continue;
      if (shape.length >= MOST_VALUES) throw new MalformedFile('too complicated');
      let size: number | string | null = null;
      for (const field of this.#wire.fields(dim.start, dim.end)) {
        if (field.number === 1 && field.wire === 0) size = field.value;
        if (field.number === 2 && field.wire === 2) size = this.#textOf(field, NAME);
      }
      shape.push(size);
    }
    return shape;
  }
}

function rawValues(bytes: Uint8Array, type: ElementType): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const every = (step: number, get: (at: number) => number) =>
    Array.from({ length: Math.floor(bytes.length / step) }, (_, i) => get(i * step));
  switch (type) {
    case 'float32':
      return every(4, (at) => view.getFloat32(at, true));
    case 'float64':
      return every(8, (at) => view.getFloat64(at, true));
    case 'float16':
      return every(2, (at) => halfToFloat(view.getUint16(at, true)));
    case 'int64':
      return every(8, (at) => Number(view.getBigInt64(at, true)));
    case 'int32':
      return every(4, (at) => view.getInt32(at, true));
    case 'uint8':
    case 'bool':
      return every(1, (at) => view.getUint8(at));
    case 'int8':
      return every(1, (at) => view.getInt8(at));
    default:
      return [];
  }
}

/** The value of a half-precision float (IEEE 754 binary16). */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
