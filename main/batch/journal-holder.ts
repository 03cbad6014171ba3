import { logged } from '../log/log';
import type { JournalState } from './journal-state';

/** Milliseconds that the journal stays open after a decision, as one often follows another. */
const LINGER = 1000;

/**
 * The journal of a batch: open while the batch runs, and afterwards only for as long as decisions are written to it, so that
 * another program can continue the batch and a drive can be unplugged. Its lines can always be read.
 */
export class JournalHolder {
  #state: JournalState;
  readonly #reopen: () => Promise<JournalState>;
  /** How many use it for writing; the run of the batch is one of them. */
  #users = 1;
  #isOpen = true;
  #changing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(state: JournalState, reopen: () => Promise<JournalState>) {
    this.#state = state;
    this.#reopen = reopen;
  }

  get state(): JournalState {
    return this.#state;
  }

  /** Writes to the journal. Throws the errors of `openJournalState` if it was closed and cannot be opened again. */
  async use<T>(work: (state: JournalState) => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#users += 1;
    try {
      await this.#inTurn(async () => {
        if (this.#isOpen) return;
        this.#state = await this.#reopen();
        this.#isOpen = true;
      });
      return await work(this.#state);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) {
        this.#timer = setTimeout(() => void this.close(), LINGER);
        this.#timer.unref();
      }
    }
  }

  /** The run of the batch has ended. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users === 0) await this.close();
  }

  /** Closes the journal unless somebody is using it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#inTurn(async () => {
      if (!this.#isOpen || this.#users > 0) return;
      this.#isOpen = false;
      await this.#state.close().catch(logged('The journal of a batch could not be closed'));
    });
  }

  /** Opens and closes one after the other. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(change);
    // Who asked for it is told of the failure; the next may succeed.
    this.#changing = changed.catch(() => undefined);
    return changed;
  }
}
