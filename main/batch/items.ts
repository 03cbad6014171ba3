import { BATCH_OUTCOMES, type BatchCounts, type BatchOutcome, type BatchRow } from '../../contract/batch';
import type { ErrorCode, Failure } from '../../contract/errors';
import type { Found } from '../storage/found';

/** A file of a batch. */
export interface Item {
  readonly index: number;
  found: Found;
  state: BatchRow['state'];
  /** Where its line begins in the journal. */
  at: number | null;
  /** Tries that came to nothing for a reason that may pass. */
  tries: number;
  /** Of a failed or quarantined photo. */
  code: ErrorCode | null;
}

/** The files of a batch, in the order in which they were found, and the counts that a person is shown. */
export class Items {
  readonly #all: Item[] = [];
  readonly #byName = new Map<string, Item>();
  readonly #errors = new Map<ErrorCode, number>();
  readonly #counts: BatchCounts;
  #waitingBytes = 0;

  constructor() {
    const none = Object.fromEntries(BATCH_OUTCOMES.map((outcome) => [outcome, 0])) as Record<BatchOutcome, number>;
    this.#counts = { found: 0, waiting: 0, ...none };
  }

  get length(): number {
    return this.#all.length;
  }

  /** Of the files that wait or are at work. */
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

  filter(isListed: (item: Item) => boolean): Item[] {
    return this.#all.filter(isListed);
  }

  counts(): BatchCounts {
    return { ...this.#counts };
  }

  /** Failures by code, the most frequent first. */
  errors(): { code: ErrorCode; count: number }[] {
    return [...this.#errors].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
  }

  add(found: Found): Item {
    const item: Item = { index: this.#all.length, found, state: 'waiting', at: null, tries: 0, code: null };
    this.#all.push(item);
    this.#byName.set(found.name, item);
    this.#counts.found += 1;
    return item;
  }

  /** A file of that name may be found again. */
  forgetName(name: string): void {
    this.#byName.delete(name);
  }

  /** What had become of an item no longer counts. */
  takeBack(item: Item): void {
    if (item.state !== 'waiting' && item.state !== 'running') this.#counts[item.state] -= 1;
    if (item.code !== null) this.#countError(item.code, -1);
    Object.assign(item, { at: null, tries: 0, code: null });
  }

  /** The item waits to be computed. */
  wait(item: Item): void {
    item.state = 'waiting';
    this.#counts.waiting += 1;
    this.#waitingBytes += item.found.bytes;
  }

  /** The file is not what it was when it was found. */
  update(item: Item, { bytes, modified }: Pick<Found, 'bytes' | 'modified'>): void {
    this.#waitingBytes += bytes - item.found.bytes;
    item.found = { ...item.found, bytes, modified };
  }

  /** The item has come to its end, in this run or (`isNew` false) in an earlier one. */
  finish(item: Item, outcome: BatchOutcome, at: number, failure: Failure | null, isNew: boolean): void {
    if (isNew && (item.state === 'waiting' || item.state === 'running')) {
      this.#counts.waiting -= 1;
      this.#waitingBytes -= item.found.bytes;
    }
    item.state = outcome;
    item.at = at;
    this.#counts[outcome] += 1;
    if (failure && (outcome === 'failed' || outcome === 'quarantined')) {
      item.code = failure.code;
      this.#countError(failure.code, 1);
    }
  }

  #countError(code: ErrorCode, change: 1 | -1): void {
    const now = (this.#errors.get(code) ?? 0) + change;
    if (now === 0) this.#errors.delete(code);
    else this.#errors.set(code, now);
  }
}
