import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { Provider, Refusal } from '../../contract/app';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import { providerOrder } from '../generators/providers';
import type {
  InstalledFaceFinder,
  InstalledFading,
  InstalledGenerator,
  InstalledSynthesiser,
} from '../generators/store';
import type { FaceNets } from '../restoration/faces';
import { hashFile } from '../storage/hash';
import { isAllocationFailure } from './failures';
import { knownAnswer, LoadedNet, messageOf, type NetSource } from './loaded-net';
import type { TileNet } from './tiles';
import { freed } from './unfix';

export interface SessionOptions {
  provider: 'auto' | Provider;
  /** 0: as many as there are cores. */
  threads: number;
  /** Providers that crashed the engine before. */
  avoid: readonly Provider[];
  /** Bytes that loaded generators may hold together. The one in use may exceed it. */
  budget: number;
  /** Called before a provider other than the CPU is used, so that a crash can be attributed to it. */
  onTrying(provider: Provider): void;
  /** Called when the provider in use changes, or the reasons why others are not used. */
  onProvider(provider: Provider, refused: readonly Refusal[]): void;
  /** Called before a stretch in which the process cannot answer. */
  busy(seconds: number): void;
}

/** Largest difference from the CPU, as a share of the output's range, that is accepted from a provider. */
const TRUSTED_DIFFERENCE = 1e-2;
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
  readonly #loaded = new Map<string, LoadedNet>();
  /**
   * Small nets that measure whole pictures or draw damage, by their files. They stay loaded, since a batch uses them
   * thousands of times.
   */
  readonly #smallNets = new Map<string, InferenceSession>();
  /** Providers that could not be used and are not tried again. */
  readonly #refused = new Map<Provider, Refusal>();

  constructor(options: SessionOptions) {
    this.#options = options;
    for (const provider of options.avoid) this.#refuse(provider, 'crashed', 'it stopped the engine before');
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
      return known;
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
    const net = await this.#load(card, { bytes: bytes.length, content: card.weights.length > 0 ? path : bytes });
    this.#loaded.set(key, net);
    await this.#evict(net);
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
      logSeverityLevel: 4,
    }).catch((cause: unknown) => damaged(cause, messageOf(cause)));
    this.#smallNets.set(file, session);
    return session;
  }

  /** Frees every generator except the given one. */
  async release(except?: TileNet): Promise<void> {
    for (const session of this.#smallNets.values()) await session.release();
    this.#smallNets.clear();
    for (const [key, net] of this.#loaded) {
      if (net === except) continue;
      this.#loaded.delete(key);
      await net.release();
    }
  }

  async #evict(inUse: LoadedNet): Promise<void> {
    let held = [...this.#loaded.values()].reduce((sum, net) => sum + net.bytes, 0);
    for (const [key, net] of this.#loaded) {
      if (held <= this.#options.budget) return;
      if (net === inUse) continue;
      held -= net.bytes;
      this.#loaded.delete(key);
      await net.release();
    }
  }

  async #load(declared: Card, file: NetSource): Promise<LoadedNet> {
    const { provider: asked, threads, busy } = this.#options;
    const supported = listSupportedBackends().map((backend) => backend.name);
    const order = providerOrder(asked, process.platform, supported, [...this.#refused.keys()]);
    if (asked !== 'auto' && !order.includes(asked) && !this.#refused.has(asked)) {
      this.#refuse(asked, 'missing', 'this computer has no such provider');
    }
    // A faulty net fails here, on the CPU, so that no other provider is blamed for it.
    busy(LOAD_SECONDS);
    let onCpu = await LoadedNet.create(declared, file, 'cpu', threadsFor(threads));
    let source = file;
    const free = await freed(onCpu, file, threadsFor(threads));
    if (free) {
      await onCpu.release();
      ({ net: onCpu, source } = free);
    }
    const { card } = onCpu;
    for (const provider of order) {
      if (provider === 'cpu') break;
      busy(LOAD_SECONDS);
      this.#options.onTrying(provider);
      let net: LoadedNet | null = null;
      try {
        net = await LoadedNet.create(card, source, provider, threadsFor(threads));
        await this.#prove(net, onCpu);
        await onCpu.release();
        this.#options.onProvider(provider, this.#news(provider));
        return net;
      } catch (error) {
        await net?.release();
        const reason = error instanceof Unproven ? error.reason : 'failed';
        this.#refuse(provider, reason, messageOf(error).split('\n')[0] ?? '');
      }
    }
    this.#options.onProvider('cpu', this.#news('cpu'));
    return onCpu;
  }

  /**
   * Throws unless the provider gives the same output as the CPU and, if the user has not chosen it, is at least as
   * fast.
   */
  async #prove(net: LoadedNet, onCpu: LoadedNet): Promise<void> {
    const expected = await knownAnswer(onCpu);
    const got = await knownAnswer(net);
    const [low, high] = net.card.output.range;
    let worst = 0;
    for (let i = 0; i < expected.output.length; i++) {
      const difference = Math.abs(got.output[i]! - expected.output[i]!) / (high - low);
      // Also true for NaN.
      if (!(difference <= worst)) worst = difference;
    }
    if (!(worst <= TRUSTED_DIFFERENCE)) {
      throw new Unproven('differs', `its test picture differs from the CPU's by ${worst.toPrecision(2)}`);
    }
    if (this.#options.provider === 'auto' && got.seconds > expected.seconds) {
      throw new Unproven('slower', 'it is slower than the CPU here');
    }
  }

  #refuse(provider: Provider, reason: Refusal['reason'], detail: string): void {
    this.#refused.set(provider, { provider, reason, detail });
  }

  /** The refusals worth reporting. */
  #news(used: Provider): Refusal[] {
    const { provider: asked } = this.#options;
    if (asked === used) return [];
    // If the user has chosen no provider, missing or slow hardware is not worth reporting, but a crash is.
    return [...this.#refused.values()].filter(({ provider, reason }) =>
      asked === 'auto' ? reason === 'crashed' : provider === asked,
    );
  }
}

/** A provider whose results cannot be used. */
class Unproven extends Error {
  constructor(
    readonly reason: 'differs' | 'slower',
    message: string,
  ) {
    super(message);
  }
}
