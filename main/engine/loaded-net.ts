import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Provider } from '../../contract/app';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import { isAllocationFailure } from './failures';
import { executionProvider } from './provider-trial';
import { SESSION_DEFAULTS } from './session-defaults';
import { inputPlanes, outputPlanes, outputSide, sideFrom } from './tile-plan';
import type { FurtherPicture, TileNet } from './tiles';
import { toFeed, toTensor } from './trial-net';

/**
 * Runs a fixed pseudo-random tile twice, as large as the tiles of photos are: kernels are chosen by size. Only the second
 * run is timed, as the first also prepares them.
 */
export async function knownAnswer(net: LoadedNet): Promise<{ output: Float32Array; seconds: number }> {
  const { input: shape } = net.card;
  const edge = sideFrom(shape, net.card.tile);
  const { width, height } = shape.fixed ?? { width: edge, height: edge };
  const [low, high] = shape.range;
  const input = new Float32Array(inputPlanes(net.card) * width * height);
  let state = 1;
  for (let i = 0; i < input.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    input[i] = low + (state / 2 ** 32) * (high - low);
  }
  if (shape.channels === 'rgb+mask') {
    for (let i = 3 * width * height; i < input.length; i++) input[i] = i % 7 === 0 ? 1 : 0;
  }
  const output = new Float32Array(outputPlanes(net.card) * outputSide(net.card, width) * outputSide(net.card, height));
  const further = net.furtherFor(width, height);
  await net.run(input, width, height, output, {}, {}, further);
  const start = performance.now();
  await net.run(input, width, height, output, {}, {}, further);
  return { output, seconds: (performance.now() - start) / 1000 };
}

/** The content of a file, or its path where weights lie beside it, and how long it is. */
export interface NetSource {
  bytes: number;
  content: Buffer | string;
}

/** Where a net is computed. */
export interface Placement {
  provider: Provider;
  threads: number;
  /** Number of the graphics device, for providers that take one. */
  device?: number;
}

/** One onnxruntime session, with the interface for tiles. */
export class LoadedNet implements TileNet {
  readonly card: Card;
  readonly provider: Provider;
  readonly #session: InferenceSession;
  readonly #extras: Record<string, Extra>;
  readonly #fileBytes: number;
  #largestTile = 0;

  private constructor(card: Card, provider: Provider, session: InferenceSession, fileBytes: number) {
    this.card = card;
    this.provider = provider;
    this.#session = session;
    this.#fileBytes = fileBytes;
    this.#extras = extraInputs(card, session);
  }

  static async create(card: Card, source: NetSource, { provider, threads, device }: Placement): Promise<LoadedNet> {
    let session: InferenceSession;
    try {
      const options: InferenceSession.SessionOptions = {
        executionProviders: [executionProvider(provider, device)],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        // All tiles of a pass have one shape, so the arena is filled once and reused. A detector has few tiles, and would
        // hold the memory of its largest for as long as it stays loaded.
        enableCpuMemArena: card.task !== 'detect',
        // DirectML does not support memory patterns.
        enableMemPattern: provider !== 'dml',
        ...SESSION_DEFAULTS,
      };
      // The overloads of the library know one kind of source each.
      const { content } = source;
      session = await (typeof content === 'string'
        ? InferenceSession.create(content, options)
        : InferenceSession.create(content, options));
    } catch (error) {
      if (isAllocationFailure(error)) throw new EmulsionError('OUT_OF_MEMORY', { cause: error });
      if (provider === 'cpu') {
        throw new EmulsionError('GENERATOR_DAMAGED', { detail: `${card.id}: ${messageOf(error)}`, cause: error });
      }
      throw error;
    }
    try {
      return new LoadedNet(card, provider, session, source.bytes);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** Estimated memory in bytes: the weights twice (as read and as packed for the kernels) and the arena of a tile. */
  get bytes(): number {
    return 2 * this.#fileBytes + this.#largestTile * 32 * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Pictures for the test tile: a hole on the left, and a grey style. */
  furtherFor(width: number, height: number): Record<string, FurtherPicture> {
    const { mask, example } = this.card;
    const pictures: Record<string, FurtherPicture> = {};
    if (mask?.input != null) {
      const [off, on] = mask.value === 'centred' ? [-0.5, 0.5] : [0, mask.value === '255' ? 255 : 1];
      const data = Float32Array.from({ length: width * height }, (_, i) => (i % width < width / 4 ? on : off));
      pictures[mask.input] = { channels: 1, width, height, data };
    }
    if (example !== undefined) {
      const [low, high] = this.card.input.range;
      const data = new Float32Array(3 * width * height).fill((low + high) / 2);
      pictures[example] = { channels: 3, width, height, data };
    }
    return pictures;
  }

  async run(...[input, width, height, output, extras = {}, vectors = {}, pictures = {}]: Parameters<TileNet['run']>) {
    const { card } = this;
    this.#largestTile = Math.max(this.#largestTile, width * height);
    const shape = [1, outputPlanes(card), outputSide(card, height), outputSide(card, width)];
    const further: Record<string, Tensor> = {};
    for (const [name, { value, shape: wanted, type }] of Object.entries(this.#extras)) {
      // A number may be wanted as a map of the tile's size.
      const dims = wanted.map((size, i) =>
        typeof size === 'number' && size > 0 ? size : wanted.length === 4 && i > 1 ? [height, width][i - 2]! : 1,
      );
      further[name] = filled(extras[name] ?? value, dims, type);
    }
    for (const [name, picture] of Object.entries(pictures)) {
      const { type, layout } = name === card.mask?.input ? { ...card.input, type: card.mask.type } : card.input;
      const dims = [1, picture.channels, picture.height, picture.width];
      further[name] = toTensor({ type, ...laidOut(picture.data, dims, layout) });
    }
    for (const [name, values] of Object.entries(vectors)) {
      further[name] = new Tensor('float32', values, [1, values.length]);
    }
    if (!isPlain(card)) return this.#runConverted(input, [1, inputPlanes(card), height, width], output, shape, further);
    try {
      await this.#session.run(
        { ...further, [card.input.name]: new Tensor('float32', input, [1, inputPlanes(card), height, width]) },
        // Computes the output directly into the caller's buffer.
        { [card.output.name]: new Tensor('float32', output, shape) },
      );
    } catch (error) {
      if (isAllocationFailure(error)) throw new EmulsionError('OUT_OF_MEMORY', { cause: error });
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: ${messageOf(error)}`, cause: error });
    }
  }

  /** Like {@link run}, for a net with other types or with its channels last. */
  async #runConverted(
    input: Float32Array,
    dims: readonly number[],
    output: Float32Array,
    shape: readonly number[],
    further: Readonly<Record<string, Tensor>>,
  ): Promise<void> {
    const { card } = this;
    const isLast = (layout: Card['input']['layout']) => layout !== 'nchw';
    const given = laidOut(input, dims, card.input.layout);
    const feeds = { ...further, [card.input.name]: toTensor({ type: card.input.type, ...given }) };
    const answer = await this.#session.run(feeds, [card.output.name]).catch((error: unknown) => {
      if (isAllocationFailure(error)) throw new EmulsionError('OUT_OF_MEMORY', { cause: error });
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: ${messageOf(error)}`, cause: error });
    });
    const result = toFeed(answer[card.output.name]!);
    const [one, planes, rows, columns] = shape as [number, number, number, number];
    const last = card.output.layout === 'hwc' ? [rows, columns, planes] : [one, rows, columns, planes];
    const wanted = isLast(card.output.layout) ? last : shape;
    if (result.dims.join() !== wanted.join()) {
      const detail = `${card.id}: its output has the shape ${result.dims.join(' x ')} instead of ${wanted.join(' x ')}`;
      throw new EmulsionError('OUTPUT_INVALID', { detail });
    }
    if (!isLast(card.output.layout)) output.set(result.data);
    else {
      const pixels = rows * columns;
      for (let c = 0; c < planes; c++)
        for (let i = 0; i < pixels; i++) output[c * pixels + i] = result.data[i * planes + c]!;
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Its tensors are those of the tiles. */
function isPlain({ input, output }: Card): boolean {
  return [input, output].every(({ type, layout }) => type === 'float32' && layout === 'nchw');
}

/** A tensor with channels first in the layout of a net. */
function laidOut(data: Float32Array, dims: readonly number[], layout: Card['input']['layout']) {
  if (layout === 'nchw') return { dims, data };
  const [one, planes, rows, columns] = dims as [number, number, number, number];
  const turned = new Float32Array(data.length);
  const pixels = rows * columns;
  for (let c = 0; c < planes; c++) for (let i = 0; i < pixels; i++) turned[i * planes + c] = data[c * pixels + i]!;
  return { dims: layout === 'hwc' ? [rows, columns, planes] : [one, rows, columns, planes], data: turned };
}

/** Checks a session against its card and creates its extra inputs with their defaults. Throws GENERATOR_REFUSED. */
function extraInputs(card: Card, session: InferenceSession): Record<string, Extra> {
  const refuse = (detail: string): never => {
    throw new EmulsionError('GENERATOR_REFUSED', { detail: `${card.id}: ${detail}` });
  };
  const output = session.outputMetadata.find((each) => each.name === card.output.name);
  if (!output) return refuse(`it has no output named ${card.output.name}`);
  if (!output.isTensor || output.type !== card.output.type) return refuse(`its output is not of ${card.output.type}`);
  const extras: Record<string, Extra> = {};
  const pictures = new Set([card.input.name]);
  if (card.mask?.input != null) pictures.add(card.mask.input);
  if (card.example !== undefined) pictures.add(card.example);
  for (const input of session.inputMetadata) {
    if (!input.isTensor) return refuse(`its input ${input.name} is no tensor`);
    const known = card.extraInputs.find((each) => each.name === input.name);
    const ofPicture = input.name === card.mask?.input ? card.mask.type : card.input.type;
    const wanted = pictures.has(input.name) ? ofPicture : (known?.type ?? 'float32');
    if (input.type !== wanted) return refuse(`its input ${input.name} is not of ${wanted}`);
    if (pictures.delete(input.name)) {
      const dimensions = card.input.layout === 'hwc' ? 3 : 4;
      if (input.shape.length !== dimensions) return refuse(`its input has not ${dimensions} dimensions`);
      continue;
    }
    if (card.vectorInputs.includes(input.name)) {
      // For the test tile. Every pass brings its own statistics.
      extras[input.name] = { value: 0.5, shape: [1, card.statistics?.size ?? 1], type: 'float32' };
      continue;
    }
    const extra = known;
    if (!extra) return refuse(`its input ${input.name} is not on the card`);
    extras[input.name] = { value: extra.default, shape: input.shape, type: extra.type };
  }
  const [missing] = pictures;
  if (missing !== undefined) return refuse(`it has no input named ${missing}`);
  const absent = card.extraInputs.find(({ name }) => !Object.hasOwn(extras, name));
  return absent ? refuse(`it has no input named ${absent.name}`) : extras;
}

/** An input that takes one number, in a tensor whose size may follow that of the picture. */
interface Extra {
  value: number;
  shape: readonly (number | string)[];
  type: Card['input']['type'];
}

function filled(value: number, dims: readonly number[], type: Card['input']['type']): Tensor {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(value);
  return toTensor({ type, dims, data });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
