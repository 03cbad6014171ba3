import {
  BATCH_OUTCOMES,
  type BatchCounts,
  type BatchFilter,
  type BatchOutcome,
  type BatchRow,
  type Decision,
  type ReviewCounts,
} from '../../contract/batch';
import type { ErrorCode, Failure } from '../../contract/errors';
import type { Found } from '../storage/found';
import type { PagePrints } from './journal-lines';
import { printsOf } from './pages';

/** What a person has said about a result, and whether its photo was read in part only. */
export interface Marks {
  seen: boolean;
  decision: Decision | null;
  partly: boolean;
}

const UNMARKED: Marks = { seen: false, decision: null, partly: false };

/** A file of a batch. */
export interface Item extends Marks {
  readonly index: number;
  found: Found;
  state: BatchRow['state'];
  /** Where its line begins in the journal, in bytes. */
  at: number | null;
  /** Failed tries that are worth repeating. */
  tries: number;
  /** Error code of a failed or quarantined photo. */
  code: ErrorCode | null;
}

/** The files of a batch, in the order in which they were found, and the counts for display. */
export class Items {
  readonly #all: Item[] = [];
  readonly #byName = new Map<string, Item>();
  readonly #errors = new Map<ErrorCode, number>();
  readonly #counts: BatchCounts;
  readonly #review: ReviewCounts = { unseen: 0, partly: 0, original: 0, redone: 0, edited: 0 };
  #waitingBytes = 0;

  constructor() {
    const none = Object.fromEntries(BATCH_OUTCOMES.map((outcome) => [outcome, 0])) as Record<BatchOutcome, number>;
    this.#counts = { found: 0, waiting: 0, ...none };
  }

  get length(): number {
    return this.#all.length;
  }

  /** Total size of the files that are waiting or being processed. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  at(index: number): Item | undefined {
    return this.#all[index];
  }

  named(name: string): Item | undefined {
    return this.#byName.get(name);
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#all[Symbol.iterator]();
  }

  listed(filter: BatchFilter): Item[] {
    return this.#all.filter(LISTED[filter]);
  }

  counts(): BatchCounts {
    return { ...this.#counts };
  }

  reviewCounts(): ReviewCounts {
    return { ...this.#review };
  }

  /** Failures by code, the most frequent first. */
  errors(): { code: ErrorCode; count: number }[] {
    return [...this.#errors].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
  }

  add(found: Found): Item {
    const index = this.#all.length;
    const item: Item = { index, found, state: 'waiting', at: null, tries: 0, code: null, ...UNMARKED };
    this.#all.push(item);
    this.#byName.set(found.name, item);
    this.#counts.found += 1;
    return item;
  }

  /** Lets a file of that name be found again. */
  forgetName(name: string): void {
    this.#byName.delete(name);
  }

  /** Discards the result of an item. */
  takeBack(item: Item): void {
    if (item.state !== 'waiting' && item.state !== 'running') this.#counts[item.state] -= 1;
    if (item.code !== null) this.#countError(item.code, -1);
    this.#countMarks(item, -1);
    Object.assign(item, { at: null, tries: 0, code: null, ...UNMARKED });
  }

  /** Marks an item as waiting. */
  wait(item: Item): void {
    item.state = 'waiting';
    this.#counts.waiting += 1;
    this.#waitingBytes += item.found.bytes;
  }

  /** Takes over the size and time of a file that has changed since it was found. */
  update(item: Item, { bytes, modified }: Pick<Found, 'bytes' | 'modified'>): void {
    this.#waitingBytes += bytes - item.found.bytes;
    item.found = { ...item.found, bytes, modified };
  }

  /** Makes an item the first print on its page. Returns the items of the others, unless they wait already. */
  split(item: Item, prints: PagePrints): Item[] {
    const [first, ...others] = printsOf(item.found, prints);
    item.found = first!;
    return others.flatMap((found) => {
      const known = this.named(found.name);
      if (!known) return this.add(found);
      const isAhead = known.state === 'waiting' || known.state === 'running';
      // The file was changed, and its prints are others than those that had these names before.
      if (isAhead) this.update(known, found);
      else this.takeBack(known);
      known.found = found;
      return isAhead ? [] : known;
    });
  }

  /** Records the result of an item, from this run or (`isNew` false) from an earlier one. */
  finish(
    item: Item,
    outcome: BatchOutcome,
    at: number,
    failure: Failure | null,
    isNew: boolean,
    marks: Marks = UNMARKED,
  ): void {
    if (isNew && (item.state === 'waiting' || item.state === 'running')) {
      this.#counts.waiting -= 1;
      this.#waitingBytes -= item.found.bytes;
    }
    const { seen, decision, partly } = marks;
    Object.assign(item, { state: outcome, at, seen, decision, partly });
    this.#counts[outcome] += 1;
    this.#countMarks(item, 1);
    if (failure && (outcome === 'failed' || outcome === 'quarantined')) {
      item.code = failure.code;
      this.#countError(failure.code, 1);
    }
  }

  /** Notes whether a person has looked at a finished item. */
  mark(item: Item, seen: boolean): void {
    this.#countMarks(item, -1);
    item.seen = seen;
    this.#countMarks(item, 1);
  }

  #countMarks(item: Item, change: 1 | -1): void {
    if (LISTED.unseen(item)) this.#review.unseen += change;
    if (item.partly) this.#review.partly += change;
    if (item.decision !== null) this.#review[item.decision] += change;
  }

  #countError(code: ErrorCode, change: 1 | -1): void {
    const now = (this.#errors.get(code) ?? 0) + change;
    if (now === 0) this.#errors.delete(code);
    else this.#errors.set(code, now);
  }
}

/** Photos that have a result, or that could not be restored. */
export const isFinished = ({ state }: Pick<Item, 'state'>): boolean =>
  state === 'restored' || state === 'unchanged' || state === 'failed' || state === 'quarantined';

/** Which items each filter lists. */
const LISTED: Readonly<Record<BatchFilter, (item: Item) => boolean>> = {
  all: () => true,
  restored: ({ state }) => state === 'restored',
  unchanged: ({ state }) => state === 'unchanged',
  problems: ({ state }) => state === 'failed' || state === 'quarantined',
  others: ({ state }) => state === 'kept' || state === 'passed',
  unseen: (item) => isFinished(item) && !item.seen,
  partly: ({ partly }) => partly,
  original: ({ decision }) => decision === 'original',
};
