import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Result } from '../../contract/errors';
import { EmulsionError, toEmulsionError } from '../errors';
import { log } from '../log/log';
import { measureSamples, type PixelMeasurements, type PixelSamples } from '../restoration/pixels';

export type ToMeasuring = { id: number; samples: PixelSamples } | { cancel: number };
export type FromMeasuring = 'ready' | { id: number; result: Result<PixelMeasurements> };

interface Waiting {
  resolve: (value: PixelMeasurements) => void;
  reject: (error: EmulsionError) => void;
}

/** A thread that measures samples, while a net blocks the thread of its owner. It ends with the process. */
export class MeasuringThread {
  readonly #path: string | null;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker | null> | null = null;
  #nextId = 1;

  /** @param path the built thread; null: everything is measured here, as unit tests do, which run the sources */
  constructor(path: string | null = builtThread()) {
    this.#path = path;
  }

  /** Starts the thread, if it does not run. */
  start(): void {
    void this.#running();
  }

  /**
   * Measures samples in the thread, or here if it does not start. The samples must not be used afterwards. Throws CANCELLED after
   * `signal`, INTERNAL if the thread ends.
   *
   * @param breathe called every few milliseconds where they are measured here; throws to cancel
   */
  async measure(samples: PixelSamples, signal: AbortSignal, breathe: () => Promise<void>): Promise<PixelMeasurements> {
    const worker = await this.#running();
    if (worker === null) return measureSamples(samples, breathe);
    if (signal.aborted) throw new EmulsionError('CANCELLED');
    const id = this.#nextId++;
    let cancel = () => {};
    try {
      return await new Promise<PixelMeasurements>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        cancel = () => {
          worker.postMessage({ cancel: id } satisfies ToMeasuring);
          reject(new EmulsionError('CANCELLED'));
        };
        signal.addEventListener('abort', cancel, { once: true });
        worker.postMessage({ id, samples } satisfies ToMeasuring, ownedBy(samples));
      });
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#waiting.delete(id);
    }
  }

  /** Ends the thread, for tests. */
  async end(): Promise<void> {
    await (await this.#worker)?.terminate();
  }

  #running(): Promise<Worker | null> {
    this.#worker ??= this.#path === null ? Promise.resolve(null) : this.#begin(this.#path);
    return this.#worker;
  }

  #begin(path: string): Promise<Worker | null> {
    return new Promise((resolve) => {
      const worker = new Worker(path);
      // The process ends without waiting for it.
      worker.unref();
      let isReady = false;
      worker.on('message', (message: FromMeasuring) => {
        if (message === 'ready') {
          isReady = true;
          resolve(worker);
          return;
        }
        const waiting = this.#waiting.get(message.id);
        const { result } = message;
        if (result.ok) waiting?.resolve(result.value);
        else {
          const { code, reason, detail } = result.error;
          waiting?.reject(new EmulsionError(code, { reason, detail }));
        }
      });
      let cause: unknown;
      worker.once('error', (error) => {
        cause = error;
      });
      worker.once('exit', (code) => {
        if (!isReady) {
          // It would not start the next time either.
          log.failure('The thread for measurements does not start', toEmulsionError(cause));
          resolve(null);
          return;
        }
        this.#worker = null;
        const error = new EmulsionError('INTERNAL', {
          detail: `the thread for measurements ended with ${code}`,
          cause,
        });
        for (const { reject } of this.#waiting.values()) reject(error);
      });
    });
  }
}

/** The memory of samples that nothing else uses. Where a photo is small, its raster is a sample itself. */
function ownedBy({ tones, film, quality }: PixelSamples): ArrayBuffer[] {
  return [tones.values, film.vignette.values, film.leak?.values, quality.strip.data].flatMap((values) =>
    values === undefined ? [] : [values.buffer as ArrayBuffer],
  );
}

/** `out/main/measuring.js`, found from `out/main` or from its `chunks`; null if this is not a built program. */
function builtThread(): string | null {
  const here = dirname(fileURLToPath(import.meta.url));
  return [join(here, 'measuring.js'), join(here, '..', 'measuring.js')].find((path) => existsSync(path)) ?? null;
}
