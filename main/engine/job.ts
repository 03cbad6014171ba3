import type { Progress } from '../../contract/app';
import type { StepKind } from '../../contract/recipe';
import { EmulsionError } from '../errors';
import type { FromEngine } from './protocol';

/** Seconds of silence that the engine may need while it computes in small pieces. */
const HEARTBEAT_SECONDS = 5;
const SILENCE_SECONDS = 60;
/** Milliseconds between two reports of progress. */
const REPORT_INTERVAL = 100;

/** A running request: its progress, its cancellation, and its signs of life. */
export class Job {
  readonly id: string;
  readonly #send: (message: FromEngine) => void;
  readonly #between: () => Promise<void>;
  readonly #controller = new AbortController();
  /** Work that continues for a moment after the job was answered, because a decoder cannot be stopped. */
  readonly leftovers: Promise<unknown>[] = [];
  #stage: Progress['stage'] = 'opening';
  #step: StepKind | null = null;
  #from = 0;
  #to = 1;
  #done = 0;
  #secondsLeft: number | null = null;
  #reported = Number.NEGATIVE_INFINITY;
  #lastSign = performance.now();

  /** @param between awaited between two pieces of work, for messages that must not wait until the job is done */
  constructor(id: string, send: (message: FromEngine) => void, between: () => Promise<void> = async () => {}) {
    this.id = id;
    this.#send = send;
    this.#between = between;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(): void {
    this.#controller.abort(new EmulsionError('CANCELLED'));
  }

  throwIfCancelled(): void {
    if (this.signal.aborted) throw new EmulsionError('CANCELLED');
  }

  /** Handles waiting messages. Throws CANCELLED if the job was cancelled. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#lastSign > HEARTBEAT_SECONDS * 1000) this.busy(SILENCE_SECONDS);
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.#between();
    this.throwIfCancelled();
  }

  /** Announces up to `seconds` without any message. */
  busy(seconds: number): void {
    this.#lastSign = performance.now();
    this.#send({ type: 'busy', seconds });
  }

  /** Waits for work that cannot be stopped, but not after a cancel. */
  async orCancelled<T>(work: Promise<T>): Promise<T> {
    this.throwIfCancelled();
    this.leftovers.push(work);
    let stop = () => {};
    const cancelled = new Promise<never>((_, reject) => {
      stop = () => reject(new EmulsionError('CANCELLED'));
      this.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([work, cancelled]);
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }

  /** Starts a stage, which covers the share from `from` to `to` of the job. */
  stage(stage: Progress['stage'], from: number, to: number, step: StepKind | null = null): void {
    this.#stage = stage;
    this.#step = step;
    this.#from = from;
    this.#to = to;
    this.#done = from;
    this.#report(true);
  }

  /**
   * @param share progress of the stage, 0..1
   * @param secondsLeft remaining time of the stage, if it is known
   */
  progress(share: number, secondsLeft?: number): void {
    this.#done = this.#from + (this.#to - this.#from) * Math.max(0, Math.min(1, share));
    // Assumes that the later stages are as fast as this one.
    const rest = this.#to - this.#done;
    if (secondsLeft !== undefined && rest > 0) this.#secondsLeft = (secondsLeft / rest) * (1 - this.#done);
    this.#report(false);
  }

  #report(atOnce: boolean): void {
    const now = performance.now();
    if (!atOnce && now - this.#reported < REPORT_INTERVAL) return;
    this.#reported = now;
    this.#lastSign = now;
    const progress = { stage: this.#stage, step: this.#step, done: this.#done, secondsLeft: this.#secondsLeft };
    this.#send({ type: 'progress', id: this.id, progress });
  }
}
