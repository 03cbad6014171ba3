import { setTimeout as sleep } from 'node:timers/promises';
import { cleanPartials } from '../storage/write';

/**
 * How often the sweep at the end runs again, and the milliseconds in between, while old engines may still be ending.
 */
const SWEEPS = 20;
const SWEEP_PAUSE = 100;

/** Removes half-written files that an interrupted run has left in the output folders. */
export class Leftovers {
  readonly #swept = new Set<string>();
  /** Swept folders that still held a file of a running program. */
  readonly #sweptTooSoon = new Set<string>();

  /** Sweeps a folder. Does so only once. */
  async sweep(folder: string): Promise<void> {
    if (this.#swept.has(folder)) return;
    this.#swept.add(folder);
    if ((await cleanPartials(folder)).left > 0) this.#sweptTooSoon.add(folder);
  }

  /** Sweeps again the folders with files of engines that were still ending after a killed run. */
  async sweepAgain(): Promise<void> {
    for (let patience = SWEEPS; patience > 0 && this.#sweptTooSoon.size > 0; patience--) {
      if (patience < SWEEPS) await sleep(SWEEP_PAUSE);
      for (const folder of this.#sweptTooSoon) {
        if ((await cleanPartials(folder)).left === 0) this.#sweptTooSoon.delete(folder);
      }
    }
  }
}
