import { availableParallelism, totalmem } from 'node:os';
import type { EngineOptions, LaunchEngine } from '../engine/protocol';
import { createEngine, type Engine } from '../engine/supervisor';

const MEGABYTE = 2 ** 20;
/** What an engine takes at its height on photos of 12 to 100 megapixels (`npm run bench -- memory`), in bytes. */
const ENGINE_MEMORY = 800 * MEGABYTE;
/** The share of the free memory that a batch may take: somebody may be working beside it. */
const SHARE = 0.7;
/** Photos at once on a graphics card, which computes one tile at a time: one computes, one is read or written. */
const ON_A_CARD = 2;

export interface Shape {
  /** Photos at once, each in an engine of its own. */
  engines: number;
  /** Of the CPU, for each. */
  threads: number;
}

/**
 * How many photos are computed at once. Several with one thread each use the cores better than one with many, since much
 * of a photo's way (decoding, analysis, encoding) goes in a single thread.
 *
 * @param wanted 0: by cores and memory
 * @param cores logical cores
 * @param memory bytes that are free
 * @param each bytes that one photo at work takes
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
  // On a Mac what is kept as a cache is not counted as free, so that there hardly ever is any.
  return process.platform === 'darwin' ? totalmem() / 2 : process.availableMemory();
}

/** Engines that take one photo each. */
export class Pool {
  readonly shape: Shape;
  readonly #launch: LaunchEngine;
  readonly #options: EngineOptions;
  readonly #wanted: number;
  readonly #engines: Engine[] = [];
  readonly #idle: Engine[] = [];
  /** The most memory that an engine has taken; null before the first photo is done. */
  #peak: number | null = null;

  constructor(launch: LaunchEngine, options: EngineOptions, wanted: number) {
    this.#launch = launch;
    this.#wanted = wanted;
    this.shape = shapeFor({ wanted });
    const threads = options.threads === 0 ? this.shape.threads : options.threads;
    this.#options = { ...options, threads };
  }

  /** What computes, as far as it is known. */
  get provider() {
    return this.#engines[0]?.status().provider ?? null;
  }

  /** Photos that may be at work now: fewer than there are engines for where memory has become short. */
  limit(working: number): number {
    const { engines } = this.shape;
    if (this.#wanted > 0) return engines;
    // What computes is known when the first generator has been loaded, or by the end of the first photo.
    if (this.provider === null && this.#peak === null) return 1;
    const onCard = this.provider !== null && this.provider !== 'cpu';
    const most = onCard ? Math.min(ON_A_CARD, engines) : engines;
    const needsAnother = working > 0 && working >= this.#engines.length;
    return needsAnother && availableMemory() * SHARE < (this.#peak ?? ENGINE_MEMORY) ? working : most;
  }

  /** Learns how much memory an engine takes. */
  learn(peak: number): void {
    this.#peak = Math.max(this.#peak ?? 0, peak);
  }

  async use<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    let engine = this.#idle.pop();
    if (engine === undefined) {
      engine = createEngine({ launch: this.#launch, options: this.#options, onStatus: () => {} });
      this.#engines.push(engine);
    }
    // What made it give up was another photo.
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
