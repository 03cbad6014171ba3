import { setTimeout as sleep } from 'node:timers/promises';
import { cleanPartials } from '../storage/write';

/** How often, and how long apart in milliseconds, files of engines that are about to end are looked for at the end. */
const SWEEPS = 20;
const SWEEP_PAUSE = 100;

/** Half-written files that a broken-off run has left in the folders of the results. */
export class Leftovers {
  readonly #swept = new Set<string>();
  /** Of those, the folders in which a program that was still alive had a file. */
  readonly #sweptTooSoon = new Set<string>();

  /** Removes them from a folder, once. */
  async sweep(folder: string): Promise<void> {
    if (this.#swept.has(folder)) return;
    this.#swept.add(folder);
    if ((await cleanPartials(folder)).left > 0) this.#sweptTooSoon.add(folder);
  }

  /** Where the engines of a run that was just killed had not ended yet, what they have left can be removed by now. */
  async sweepAgain(): Promise<void> {
    for (let patience = SWEEPS; patience > 0 && this.#sweptTooSoon.size > 0; patience--) {
      if (patience < SWEEPS) await sleep(SWEEP_PAUSE);
      for (const folder of this.#sweptTooSoon) {
        if ((await cleanPartials(folder)).left === 0) this.#sweptTooSoon.delete(folder);
      }
    }
  }
}
