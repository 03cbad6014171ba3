import type { BatchState } from '../../contract/batch';

/** Photos after which the pace can be judged. */
const ENOUGH = 2;

/** How fast a batch is, and how long it still takes. */
export class Progress {
  /** Photos that were computed in this run, the bytes of their originals, and the time that took. */
  #photos = 0;
  #bytes = 0;
  #active = 0;
  #activeSince: number | null = null;

  /** Seconds of work so far. */
  get seconds(): number {
    return this.#active + (this.#activeSince === null ? 0 : (performance.now() - this.#activeSince) / 1000);
  }

  get isActive(): boolean {
    return this.#activeSince !== null;
  }

  /** From now on something is done, or nothing. */
  setActive(isActive: boolean): void {
    this.#active = this.seconds;
    this.#activeSince = isActive ? performance.now() : null;
  }

  computed(bytes: number): void {
    this.#photos += 1;
    this.#bytes += bytes;
  }

  /** @param waitingBytes null while not all files have been found */
  figures(waitingBytes: number | null): Pick<BatchState, 'seconds' | 'secondsLeft' | 'pace'> {
    const { seconds } = this;
    const isKnown = this.#photos >= ENOUGH && seconds > 0;
    return {
      seconds,
      secondsLeft: isKnown && waitingBytes !== null ? (waitingBytes * seconds) / Math.max(1, this.#bytes) : null,
      pace: isKnown ? (this.#photos * 60) / seconds : null,
    };
  }
}
