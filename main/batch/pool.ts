import { availableParallelism, totalmem } from 'node:os';
import type { EngineOptions, LaunchEngine } from '../engine/protocol';
import { createEngine, type Engine } from '../engine/supervisor';

const MEGABYTE = 2 ** 20;
/** Peak memory of an engine on photos of 12 to 100 megapixels, in bytes (measured with `npm run bench -- memory`). */
const ENGINE_MEMORY = 800 * MEGABYTE;
/** Share of the free memory that a batch may use. The rest is for other programs. */
const SHARE = 0.7;
/**
 * Photos at the same time on a graphics card, which computes one tile at a time: one is computed while another is read
 * or written.
 */
const ON_A_CARD = 2;

export interface Shape {
  /** Photos at the same time, each in a separate engine. */
  engines: number;
  /** CPU threads for each engine. */
  threads: number;
}

/**
 * How many photos are computed at the same time. Several engines with one thread each use the cores better than one
 * engine with many threads, because much of the work on a photo (decoding, analysis, encoding) runs in a single thread.
 *
 * @param wanted 0: by cores and memory
 * @param cores logical cores
 * @param memory free memory in bytes
 * @param each memory for each photo in bytes
 */
export function shapeFor({
  wanted,
  cores = availableParallelism(),
  memory = availableMemory(),
  each = ENGINE_MEMORY,
}: {
  wanted: number;
  cores?: number;
  memory?: number;
  each?: number;
}): Shape {
  const fitting = Math.max(1, Math.floor((memory * SHARE) / each));
  const engines = wanted > 0 ? wanted : Math.min(cores, fitting);
  return { engines, threads: Math.max(1, Math.floor(cores / engines)) };
}

function availableMemory(): number {
  // macOS does not count its caches as free memory, so hardly any memory ever is.
  return process.platform === 'darwin' ? totalmem() / 2 : process.availableMemory();
}

/** Engines that process one photo each. */
export class Pool {
  readonly shape: Shape;
  readonly #launch: LaunchEngine;
  readonly #options: EngineOptions;
  readonly #wanted: number;
  readonly #engines: Engine[] = [];
  readonly #idle: Engine[] = [];
  /** Peak memory of an engine in bytes; null before the first photo is done. */
  #peak: number | null = null;

  constructor(launch: LaunchEngine, options: EngineOptions, wanted: number) {
    this.#launch = launch;
    this.#wanted = wanted;
    this.shape = shapeFor({ wanted });
    const threads = options.threads === 0 ? this.shape.threads : options.threads;
    this.#options = { ...options, threads };
  }

  /** The provider, once it is known. */
  get provider() {
    return this.#engines[0]?.status().provider ?? null;
  }

  /** How many photos may be processed now: fewer than there are engines if memory has become short. */
  limit(working: number): number {
    const { engines } = this.shape;
    if (this.#wanted > 0) return engines;
    // The provider is known after the first generator has loaded, or at the end of the first photo.
    if (this.provider === null && this.#peak === null) return 1;
    const onCard = this.provider !== null && this.provider !== 'cpu';
    const most = onCard ? Math.min(ON_A_CARD, engines) : engines;
    const needsAnother = working > 0 && working >= this.#engines.length;
    return needsAnother && availableMemory() * SHARE < (this.#peak ?? ENGINE_MEMORY) ? working : most;
  }

  /** Takes a measured peak memory of an engine into account, in bytes. */
  learn(peak: number): void {
    this.#peak = Math.max(this.#peak ?? 0, peak);
  }

  async use<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    let engine = this.#idle.pop();
    if (engine === undefined) {
      engine = createEngine({ launch: this.#launch, options: this.#options, onStatus: () => {} });
      this.#engines.push(engine);
    }
    // Another photo made the engine fail, so this one may use it again.
    if (engine.status().state === 'failed') engine.restart();
    try {
      return await work(engine);
    } finally {
      this.#idle.push(engine);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close()));
  }
}
