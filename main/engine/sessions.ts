import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Provider, Refusal } from '../../contract/app';
import { EmulsionError } from '../errors';
import type {
  InstalledFaceFinder,
  InstalledFading,
  InstalledGenerator,
  InstalledSynthesiser,
} from '../generators/store';
import type { FaceNets } from '../restoration/faces';
import { hashFile } from '../storage/hash';
import { isAllocationFailure } from './failures';
import { messageOf } from './loaded-net';
import { type Loaded, type LoaderOptions, NetLoader } from './net-loader';
import { SESSION_DEFAULTS } from './session-defaults';
import type { TileNet } from './tiles';

export interface SessionOptions extends LoaderOptions {
  /** Bytes that loaded generators may hold together. The one in use may exceed it. */
  budget: number;
  /** Called with the provider that computes the net that is wanted next, and why it is not the chosen one. */
  onProvider(provider: Provider, refused: readonly Refusal[], device: string | null): void;
}

const LOAD_SECONDS = 120;

/** Planes `[3, height, width]` in sRGB, 0..1, and their width and height. */
type Picture = [planes: Float32Array, width: number, height: number];

/** A graph that turns a picture into `size` numbers. */
interface MeasuringGraph {
  id: string;
  file: string;
  sha256: string;
  input: string;
  output: string;
  size: number;
}

/** The number of threads for a setting. */
export function threadsFor(setting: number): number {
  return setting > 0 ? setting : availableParallelism();
}

/** Loaded generators. The least recently used is freed first. */
export class Sessions {
  readonly #options: SessionOptions;
  /** In order of use, the latest last. */
  readonly #loaded = new Map<string, Loaded>();
  readonly #loader: NetLoader;
  /**
   * Small nets that measure whole pictures or draw damage, by their files. They stay loaded, since a batch uses them
   * thousands of times.
   */
  readonly #smallNets = new Map<string, InferenceSession>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#loader = new NetLoader(options);
  }

  /**
   * Loads a generator. Throws GENERATOR_DAMAGED if the file differs from its card or cannot be loaded,
   * GENERATOR_REFUSED if it does not do what the card says.
   */
  async acquire({ card, path }: InstalledGenerator): Promise<TileNet> {
    const key = `${path}\0${card.sha256}`;
    const known = this.#loaded.get(key);
    if (known) {
      this.#loaded.delete(key);
      this.#loaded.set(key, known);
      return this.#inUse(known);
    }
    const bytes = await readFile(path);
    if (createHash('sha256').update(bytes).digest('hex') !== card.sha256) {
      throw new EmulsionError('GENERATOR_DAMAGED', { detail: `${card.id}: the file's hash differs from its card` });
    }
    for (const weights of card.weights) {
      if ((await hashFile(join(dirname(path), weights.file), { follow: false })) !== weights.sha256) {
        throw new EmulsionError('GENERATOR_DAMAGED', { detail: `${card.id}: ${weights.file} differs from its card` });
      }
    }
    const content = card.weights.length > 0 ? path : bytes;
    const threads = threadsFor(this.#options.threads);
    const loaded = await this.#loader.load(card, { bytes: bytes.length, content }, threads);
    this.#loaded.set(key, loaded);
    await this.#evict(loaded);
    return this.#inUse(loaded);
  }

  /** Why a net that was acquired is not computed by the provider that was wanted. */
  whyNot(net: TileNet): readonly Refusal[] {
    return [...this.#loaded.values()].find((each) => each.net === net)?.refused ?? [];
  }

  #inUse({ net, use, refused }: Loaded): TileNet {
    this.#options.onUse(use);
    this.#options.onProvider(net.provider, refused, use?.device || null);
    return net;
  }

  /**
   * Output of a generator's statistics graph for a whole picture: `planes` is `[3, height, width]` in sRGB, 0..1.
   * Always on the CPU, since it runs a small net once over a small picture. Throws GENERATOR_DAMAGED or OUTPUT_INVALID.
   */
  async statistics({ card, path }: InstalledGenerator, ...picture: Picture): Promise<Float32Array> {
    const { statistics } = card;
    if (!statistics) throw new EmulsionError('GENERATOR_REFUSED', { detail: `${card.id} measures no pictures` });
    const file = join(dirname(path), statistics.file);
    return this.#measure({ ...statistics, id: card.id, file }, ...picture);
  }

  /** The values that a generator of the task `fading` returns for a picture, like {@link statistics}. */
  async fading({ card: { id, sha256, input, output }, path }: InstalledFading, ...picture: Picture) {
    const graph = { id, file: path, sha256, input: input.name, output: output.name, size: output.values.length };
    return this.#measure(graph, ...picture);
  }

  /** The nets of a generator that finds faces, always on the CPU, since they are small. Throws GENERATOR_DAMAGED. */
  async faceNets({ card, path }: InstalledFaceFinder): Promise<FaceNets> {
    const threads = threadsFor(this.#options.threads);
    const open = (file: string, sha256: string) => this.#small(card.id, join(dirname(path), file), sha256, threads);
    const nets = await Promise.all([
      open(card.file, card.sha256),
      open(card.refine.file, card.refine.sha256),
      open(card.judge.file, card.judge.sha256),
    ]);
    const run = async (session: InferenceSession, planes: Float32Array, shape: number[]) => {
      const answer = await session.run({ image: new Tensor('float32', planes, shape) }).catch((cause: unknown) => {
        if (isAllocationFailure(cause)) throw new EmulsionError('OUT_OF_MEMORY', { cause });
        throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: ${messageOf(cause)}`, cause });
      });
      const { boxes, faces, points } = answer as Record<string, Tensor | undefined>;
      if (!(boxes?.data instanceof Float32Array) || !(faces?.data instanceof Float32Array)) {
        throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: it returned no boxes` });
      }
      return {
        boxes: boxes.data,
        faces: faces.data,
        points: points?.data as Float32Array | undefined,
        dims: faces.dims,
      };
    };
    return {
      propose: async (planes, width, height) => {
        const answer = await run(nets[0], planes, [1, 3, height, width]);
        return { ...answer, rows: answer.dims[2]!, columns: answer.dims[3]! };
      },
      refine: (squares, count) => run(nets[1], squares, [count, 3, 24, 24]),
      judge: (squares, count) => run(nets[2], squares, [count, 3, 48, 48]),
      thresholds: card.thresholds,
      smallest: card.smallest,
    };
  }

  async #measure(graph: MeasuringGraph, ...[planes, width, height]: Picture): Promise<Float32Array> {
    const { id, file, sha256, input, output, size } = graph;
    const session = await this.#small(id, file, sha256, threadsFor(this.#options.threads));
    const answer = await session
      .run({ [input]: new Tensor('float32', planes, [1, 3, height, width]) })
      .catch((cause: unknown) => {
        if (isAllocationFailure(cause)) throw new EmulsionError('OUT_OF_MEMORY', { cause });
        throw new EmulsionError('OUTPUT_INVALID', { detail: `${id}: ${messageOf(cause)}`, cause });
      });
    const values = answer[output]?.data;
    if (!(values instanceof Float32Array) || values.length !== size || !values.every(Number.isFinite)) {
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${id}: it did not return ${size} numbers` });
    }
    return values;
  }

  /**
   * An overlay from a generator that draws damage, in 0..1: `side` x `side` values. Runs on one thread of the CPU, so
   * that the same numbers always give the same overlay.
   *
   * @param inputs one vector for each of the card's inputs
   */
  async synthesise({ card, path }: InstalledSynthesiser, inputs: ReadonlyMap<string, Float32Array>) {
    const session = await this.#small(card.id, path, card.sha256, 1);
    const feeds = [...inputs].map(([name, values]) => [name, new Tensor('float32', values, [1, values.length])]);
    const answer = await session.run(Object.fromEntries(feeds)).catch((cause: unknown) => {
      if (isAllocationFailure(cause)) throw new EmulsionError('OUT_OF_MEMORY', { cause });
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: ${messageOf(cause)}`, cause });
    });
    const values = answer[card.output.name]?.data;
    const [low, high] = card.output.range;
    if (
      !(values instanceof Float32Array) ||
      values.length !== card.output.side ** 2 ||
      !values.every(Number.isFinite)
    ) {
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: it drew no ${card.output.side} pixels square` });
    }
    return values.map((value) => Math.max(0, Math.min(1, (value - low) / (high - low))));
  }

  /** A cached small net, always on the CPU. Throws GENERATOR_DAMAGED. */
  async #small(id: string, file: string, sha256: string, threads: number): Promise<InferenceSession> {
    const known = this.#smallNets.get(file);
    if (known) return known;
    const damaged = (cause: unknown, detail: string): never => {
      throw new EmulsionError('GENERATOR_DAMAGED', { detail: `${id}: ${detail}`, cause });
    };
    const bytes = await readFile(file).catch((cause: unknown) => damaged(cause, basename(file)));
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      damaged(undefined, `${basename(file)} differs from its card`);
    this.#options.busy(LOAD_SECONDS);
    const session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      // Each size of picture would keep memory of its own.
      enableCpuMemArena: false,
      ...SESSION_DEFAULTS,
    }).catch((cause: unknown) => damaged(cause, messageOf(cause)));
    this.#smallNets.set(file, session);
    return session;
  }

  /** Frees every generator except the given one. */
  async release(except?: TileNet): Promise<void> {
    for (const session of this.#smallNets.values()) await session.release();
    this.#smallNets.clear();
    for (const [key, { net }] of this.#loaded) {
      if (net === except) continue;
      this.#loaded.delete(key);
      await net.release();
    }
  }

  async #evict(inUse: Loaded): Promise<void> {
    let held = [...this.#loaded.values()].reduce((sum, { net }) => sum + net.bytes, 0);
    for (const [key, { net }] of this.#loaded) {
      if (held <= this.#options.budget) return;
      if (net === inUse.net) continue;
      held -= net.bytes;
      this.#loaded.delete(key);
      await net.release();
    }
  }
}
