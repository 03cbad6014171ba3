import type { BatchState } from '../../contract/batch';

/** Photos after which the pace can be estimated. */
const ENOUGH = 2;

/** Measures the speed of a batch and estimates the remaining time. */
export class Progress {
  /** Photos computed in this run, total bytes of their originals, and seconds of work. */
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

  /** Starts or stops the clock. */
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
