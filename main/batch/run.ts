import { constants } from 'node:fs';
import { access, lstat, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider } from '../../contract/app';
import {
  type BATCH_FILTERS,
  BATCH_OUTCOMES,
  type BatchCounts,
  type BatchOutcome,
  type BatchRow,
  type BatchSettings,
  type BatchState,
} from '../../contract/batch';
import type { ErrorCode, Failure } from '../../contract/errors';
import type { StepKind } from '../../contract/recipe';
import packageInfo from '../../package.json' with { type: 'json' };
import { EmulsionError, toEmulsionError } from '../errors';
import { assertFolders } from '../storage/folders';
import type { Found } from '../storage/found';
import { isRemote, pathBelow, pathIn, placeOf, remoteStorage, storageOf } from '../storage/remote';
import { identityOf, look, scan } from '../storage/scan';
import { cleanPartials } from '../storage/write';
import {
  addCrash,
  BATCH_FOLDER,
  type EndBody,
  type Entry,
  type Head,
  JOURNAL_FORMAT,
  type JournalState,
  type MadeBody,
  openJournalState,
  type RunBody,
  type StopBody,
  workOf,
} from './journal-state';
import { type Kept, type Made, type PhotoControl, type PhotoTask, stemOf } from './photo';

/** What computes the photos of a batch: engines of this computer, or workers elsewhere. */
export interface PhotoProcessor {
  /** Photos at once, and threads for each. */
  readonly shape: { engines: number; threads: number };
  readonly provider: Provider | null;
  /** How many photos may be at work now, where so many are. */
  limit(working: number): number;
  /** Computes one photo and writes it, see `restorePhoto`. */
  process(task: PhotoTask, control: PhotoControl): Promise<Made | Kept>;
  /** Told once, before the first photo. `onMore` is to be called when more photos than before may be at work. */
  begin?(batch: Pick<BatchState, 'id' | 'input' | 'output' | 'settings'>, onMore: () => void): Promise<void>;
  /** Photos at work have been told to stop before. */
  close(): Promise<void>;
}

export interface BatchSetup {
  input: string;
  output: string;
  settings: BatchSettings;
  processor: PhotoProcessor;
  /** Folder of this computer for the journal, where the output is none. */
  journalIn?: string;
  /** Names a batch that is begun. */
  newId(): string;
  /** Failed and quarantined photos are tried again. */
  retry?: boolean;
  onState?(state: BatchState): void;
  /** Told once for each file that has come to its end, also for those of earlier runs (`isNew` false). */
  onRow?(row: BatchRow, isNew: boolean): void;
  /** Seconds between two looks at a folder that is watched. */
  interval?: number;
}

export interface Batch {
  readonly id: string;
  state(): BatchState;
  /** Lets the photos at work end and takes no others. */
  pause(): void;
  resume(): void;
  /** Breaks the photos at work off. What is done stays. */
  cancel(): void;
  /** Takes failed and quarantined photos back to those that wait; false where the batch is over. */
  retryFailed(): Promise<boolean>;
  rows(
    filter: (typeof BATCH_FILTERS)[number],
    from: number,
    count: number,
  ): Promise<{ total: number; rows: BatchRow[] }>;
  /** Every file that has been found so far, in order. */
  allRows(): AsyncGenerator<BatchRow>;
  /** JPEG pictures of a photo; null where there are none, or where a power cut has taken them. */
  thumbnails(index: number): Promise<{ before: Buffer; after: Buffer } | null>;
  /** Settles, never rejects, when nothing is done any more: `done`, `cancelled` or `halted`. All can still be read. */
  readonly ended: Promise<BatchState>;
  /** Breaks it off where it runs, and waits for its end. */
  close(): Promise<void>;
}

/** A file of the batch. */
interface Item {
  index: number;
  found: Found;
  state: BatchRow['state'];
  /** Where its line begins in the journal. */
  at: number | null;
  /** Tries that came to nothing for a reason that may pass. */
  tries: number;
  /** Of a failed or quarantined photo. */
  code: ErrorCode | null;
}

const newItem = (index: number, found: Found): Item => {
  return { index, found, state: 'waiting', at: null, tries: 0, code: null };
};

/** A photo that takes the engine down so often is set aside. */
const CRASHES = 2;
/** So many photos in a row that take it down, and none done in between: it is not the photos. */
const CRASHES_IN_A_ROW = 6;
/** Milliseconds between two words on the state. */
const STATE_INTERVAL = 200;
const WATCH_INTERVAL = 2;
/** How often, and how long apart in milliseconds, files of engines that are about to end are looked for at the end. */
const SWEEPS = 20;
const SWEEP_PAUSE = 100;
/** A watched folder takes at most this share of the time to look at. */
const WATCH_SHARE = 0.1;
/** Photos after which the pace can be judged. */
const ENOUGH = 2;

/** What is true of every photo alike, or was said by a queue, a worker or the storage of all of them. */
const OF_ALL: readonly ErrorCode[] = [
  ...(['DISK_FULL', 'PROVIDER_FAILED', 'GENERATOR_MISSING', 'GENERATOR_DAMAGED'] as const),
  ...(['QUEUE_UNREACHABLE', 'QUEUE_VERSION', 'NOT_ALLOWED', 'STORAGE_UNREACHABLE'] as const),
];
const ENGINE_DOWN: readonly ErrorCode[] = ['ENGINE_CRASHED', 'ENGINE_HUNG', 'ENGINE_FAILED'];

/**
 * Begins a batch, or goes on with the one whose journal lies in the output folder. Throws before anything is done:
 * OUTPUT_IS_INPUT, BATCH_RUNNING, JOURNAL_INVALID, JOURNAL_NEWER, and what the system says of the two folders.
 */
export async function startBatch(setup: BatchSetup): Promise<Batch> {
  const [input, output] = [placeOf(setup.input), placeOf(setup.output)];
  await assertFolders(input, output);
  const journalState = await openJournalState(input, output, setup.settings, setup.newId, setup.journalIn);
  return new RunningBatch({ ...setup, input, output }, journalState);
}

class RunningBatch implements Batch {
  readonly id: string;
  readonly ended: Promise<BatchState>;
  readonly #setup: BatchSetup;
  readonly #journalState: JournalState;
  readonly #items: Item[] = [];
  readonly #byName = new Map<string, Item>();
  /** Places of items that wait, in order, and those that are tried once more at the end, one at a time. */
  readonly #waiting: number[] = [];
  #next = 0;
  readonly #again: number[] = [];
  readonly #working = new Map<number, { done: number; step: StepKind | null }>();
  readonly #control = new AbortController();
  readonly #swept = new Set<string>();
  /** Of those, the folders in which a program that was still alive had a file. */
  readonly #sweptTooSoon = new Set<string>();
  /** Of the photos at work, see `#stemKey`. */
  readonly #stems = new Set<string>();
  /** Photos that took the engine down one after the other, with none done in between. */
  #fallen: Item[] = [];
  /** What the folder of the originals was when the batch was begun. */
  #identity: string | null = null;
  /** Requests that will bring photos to the waiting ones. */
  #retries = 0;
  #hasEnded = false;
  readonly #errors = new Map<ErrorCode, number>();
  readonly #counts: BatchCounts;
  #phase: BatchState['phase'] = 'running';
  #halt: Failure | null = null;
  #scanning = true;
  /** Photos that were computed in this run, the bytes of their originals, and the time that took. */
  #computed = { photos: 0, bytes: 0 };
  #waitingBytes = 0;
  #active = 0;
  #activeSince: number | null = null;
  #wake: () => void = () => {};
  #told = 0;
  #telling: NodeJS.Timeout | null = null;

  constructor(setup: BatchSetup, journalState: JournalState) {
    this.#setup = setup;
    this.#journalState = journalState;
    this.id = journalState.id;
    this.#counts = {
      found: 0,
      waiting: 0,
      ...(Object.fromEntries(BATCH_OUTCOMES.map((outcome) => [outcome, 0])) as Record<BatchOutcome, number>),
    };
    journalState.onLost = () => this.#stop('halted', new EmulsionError('BATCH_RUNNING').toFailure());
    this.ended = this.#run();
  }

  // -------------------------------------------------------------------------------------- what is seen

  state(): BatchState {
    const { input, output, settings, processor } = this.#setup;
    const { shape, provider } = processor;
    const seconds = this.#active + (this.#activeSince === null ? 0 : (performance.now() - this.#activeSince) / 1000);
    const { photos, bytes } = this.#computed;
    const isKnown = photos >= ENOUGH && seconds > 0;
    const running = [...this.#working].map(([index, { done, step }]) => {
      return { index, name: this.#items[index]!.found.name, done, step };
    });
    return {
      id: this.id,
      input,
      output,
      settings,
      phase: this.#phase,
      halt: this.#halt,
      scanning: this.#scanning,
      counts: { ...this.#counts },
      errors: [...this.#errors].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count),
      running,
      concurrency: shape.engines,
      threads: shape.threads,
      provider,
      seconds,
      secondsLeft: isKnown && !this.#scanning ? (this.#waitingBytes * seconds) / Math.max(1, bytes) : null,
      pace: isKnown ? (photos * 60) / seconds : null,
      notes: [...this.#journalState.notes],
    };
  }

  async rows(filter: (typeof BATCH_FILTERS)[number], from: number, count: number) {
    const isListed = {
      all: () => true,
      restored: ({ state }: Item) => state === 'restored',
      unchanged: ({ state }: Item) => state === 'unchanged',
      problems: ({ state }: Item) => state === 'failed' || state === 'quarantined',
      others: ({ state }: Item) => state === 'kept' || state === 'passed',
    }[filter];
    const listed = filter === 'all' ? this.#items : this.#items.filter(isListed);
    const rows = await Promise.all(listed.slice(from, from + count).map((item) => this.#row(item)));
    return { total: listed.length, rows };
  }

  async *allRows(): AsyncGenerator<BatchRow> {
    for (let index = 0; index < this.#items.length; index++) yield this.#row(this.#items[index]!);
  }

  async #row(item: Item): Promise<BatchRow> {
    const { index, found, state, at } = item;
    const row: BatchRow = {
      index,
      name: found.name,
      bytes: found.bytes,
      state,
      failure: null,
      reports: [],
      written: null,
      seconds: null,
      pictured: false,
    };
    if (at === null) return row;
    const line = await this.#journalState.journal.read(at);
    if (line.head.t === 'end') return { ...row, failure: (line.body as EndBody).failure };
    if (line.head.t !== 'made') return row;
    const { reports, seconds, thumbnails } = line.body as MadeBody;
    return { ...row, reports, seconds, written: line.head.o, pictured: thumbnails !== null };
  }

  async thumbnails(index: number) {
    const at = this.#items[index]?.at ?? null;
    if (at === null) return null;
    const { head, body } = await this.#journalState.journal.read(at);
    const place = head.t === 'made' ? (body as MadeBody).thumbnails : null;
    return place && this.#journalState.thumbnails.read(place);
  }

  /** Says how things are, at most a few times a second; what is said last is how they are. */
  #tell(): void {
    const { onState } = this.#setup;
    if (!onState || this.#telling) return;
    const rest = Math.max(0, this.#told + STATE_INTERVAL - performance.now());
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.#told = performance.now();
      onState(this.state());
    }, rest);
  }

  // ------------------------------------------------------------------------------------- what is asked

  pause(): void {
    if (this.#phase !== 'running' && this.#phase !== 'watching') return;
    this.#phase = this.#working.size > 0 ? 'pausing' : 'paused';
    this.#changed();
  }

  resume(): void {
    if (this.#phase !== 'paused' && this.#phase !== 'pausing') return;
    this.#phase = 'running';
    this.#changed();
  }

  cancel(): void {
    this.#stop('cancelled');
  }

  async retryFailed(): Promise<boolean> {
    if (this.#isOver) return false;
    this.#retries += 1;
    try {
      await this.#journalState.journal.append({ head: { t: 'retry' } });
      for (const item of this.#items) {
        if (item.state !== 'failed' && item.state !== 'quarantined') continue;
        const entry = this.#journalState.entries.get(item.found.name);
        if (entry) entry.crashes = 0;
        this.#takeBack(item);
        this.#enqueue(item);
      }
      return true;
    } finally {
      this.#retries -= 1;
      this.#changed();
    }
  }

  #stop(phase: 'cancelled' | 'halted', halt: Failure | null = null): void {
    if (this.#isOver) return;
    this.#phase = phase;
    this.#halt = halt;
    this.#control.abort();
    this.#changed();
  }

  #changed(): void {
    this.#wake();
    this.#tell();
  }

  // -------------------------------------------------------------------------------------- what is done

  async #run(): Promise<BatchState> {
    const { input, output, settings, processor } = this.#setup;
    try {
      await this.#begin();
      await processor.begin?.({ id: this.id, input, output, settings }, () => this.#changed());
      const finding = this.#find().catch((error: unknown) => this.#stop('halted', toEmulsionError(error).toFailure()));
      await this.#work();
      await finding;
    } catch (error) {
      this.#stop('halted', toEmulsionError(error).toFailure());
    }
    this.#clock(false);
    if (!this.#isStopped) this.#phase = 'done';
    const how = this.#phase as 'done' | 'cancelled' | 'halted';
    const body: StopBody = { failure: this.#halt };
    const head: Head = { t: 'stop', how, at: new Date().toISOString(), seconds: this.#active };
    // Where not even this can be written, there is nobody to tell but the one who looks now.
    const isMine = this.#halt?.code !== 'BATCH_RUNNING';
    if (isMine) await this.#journalState.journal.append({ head, body }).catch(() => undefined);
    await processor.close();
    if (isMine) await this.#sweepAgain();
    // What is done with is in nobody's way: another program may go on with it, and a drive be pulled out.
    await this.#journalState.close().catch(() => undefined);
    if (this.#telling) clearTimeout(this.#telling);
    this.#telling = null;
    const state = this.state();
    this.#setup.onState?.(state);
    return state;
  }

  get #isOver(): boolean {
    return this.#hasEnded || this.#isStopped;
  }

  get #isStopped(): boolean {
    return this.#phase === 'cancelled' || this.#phase === 'halted';
  }

  async #begin(): Promise<void> {
    const { input, settings, retry } = this.#setup;
    const body: RunBody = { settings };
    const head: Head = {
      t: 'run',
      format: JOURNAL_FORMAT,
      id: this.id,
      input,
      work: workOf(settings),
      at: new Date().toISOString(),
      version: packageInfo.version,
    };
    this.#identity = isRemote(input) ? null : await identityOf(input);
    await this.#journalState.journal.append({ head, body });
    if (retry !== true) return;
    await this.#journalState.journal.append({ head: { t: 'retry' } });
    for (const entry of this.#journalState.entries.values()) {
      if (isProblem(entry)) Object.assign(entry, { outcome: null, crashes: 0 });
    }
  }

  /** Counts the time in which something is done. */
  #clock(runs: boolean): void {
    const now = performance.now();
    if (this.#activeSince !== null) this.#active += (now - this.#activeSince) / 1000;
    this.#activeSince = runs ? now : null;
  }

  // ---------------------------------------------------------------------------------------- finding

  async #find(): Promise<void> {
    const { input, output, settings, interval = WATCH_INTERVAL } = this.#setup;
    const signal = this.#control.signal;
    /** Files of a watched folder that may still be growing, as they were when last looked at. */
    let growing = new Map<string, Found>();
    for (;;) {
      const started = performance.now();
      const stillGrowing = new Map<string, Found>();
      for await (const found of scan(input, { ...settings, except: [output], signal })) {
        if (signal.aborted) return;
        if ('error' in found) {
          if (!this.#byName.has(found.name)) await this.#unreadable(found.name, found.error);
          continue;
        }
        const known = this.#byName.get(found.name);
        const isKnown = known && isSameFile(known.found, found);
        if (isKnown || known?.state === 'running' || known?.state === 'waiting') continue;
        // What is old enough has stopped growing; of anything else two looks have to say the same.
        const isStill = Date.now() - found.modified > 2000 * interval;
        const before = growing.get(found.name);
        if (settings.watch && !isStill && !(before && isSameFile(before, found))) stillGrowing.set(found.name, found);
        else await this.#take(found, known);
      }
      if (signal.aborted) return;
      growing = stillGrowing;
      this.#scanning = false;
      this.#changed();
      if (!settings.watch) return;
      const seconds = Math.max(interval, (performance.now() - started) / 1000 / WATCH_SHARE);
      await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /** A file that was found: finished by an earlier run, or one that waits. `known`: it has been changed since. */
  async #take(found: Found, known?: Item): Promise<void> {
    await this.#sweep(found.name);
    const item = known ?? newItem(this.#items.length, found);
    if (known) {
      this.#takeBack(known);
      known.found = found;
    } else {
      this.#items.push(item);
      this.#byName.set(found.name, item);
      this.#counts.found += 1;
    }
    const entry = this.#journalState.entries.get(found.name);
    const outcome = entry ? await this.#outcomeOf(found, entry) : null;
    if (!entry || outcome === null) {
      this.#enqueue(item);
      return;
    }
    const isProblem = outcome === 'failed' || outcome === 'quarantined';
    const line = isProblem ? await this.#journalState.journal.read(entry.at) : null;
    await this.#finish(item, outcome, entry.at, line && (line.body as EndBody).failure, false);
  }

  /** What had become of an item counts no more. */
  #takeBack(item: Item): void {
    if (item.state !== 'waiting' && item.state !== 'running') this.#counts[item.state] -= 1;
    if (item.code !== null) this.#count(item.code, -1);
    Object.assign(item, { at: null, tries: 0, code: null });
  }

  #count(code: ErrorCode, change: 1 | -1): void {
    const now = (this.#errors.get(code) ?? 0) + change;
    if (now === 0) this.#errors.delete(code);
    else this.#errors.set(code, now);
  }

  async #unreadable(name: string, error: EmulsionError): Promise<void> {
    const found = { name, path: pathIn(this.#setup.input, name), bytes: 0, modified: 0 };
    const item = newItem(this.#items.length, found);
    this.#items.push(item);
    this.#byName.set(name, item);
    this.#counts.found += 1;
    this.#counts.waiting += 1;
    await this.#end(item, 'failed', error.toFailure());
  }

  /** What an earlier run has made of a photo; null where it is to be done (again). */
  async #outcomeOf(found: Found, entry: Entry): Promise<BatchOutcome | null> {
    const { outcome } = entry;
    const isSame = isSameFile(entry, found);
    const isCurrent = entry.work === this.#journalState.work;
    if (!isSame || !isCurrent) entry.crashes = 0;
    if (outcome !== 'restored' && outcome !== 'unchanged') {
      // Whether a file still stands in a photo's way is seen when it is its turn.
      return isSame && isCurrent && outcome !== 'kept' ? outcome : null;
    }
    if (entry.sure && !isCurrent) return null;
    const { head } = await this.#journalState.journal.read(entry.at);
    if (head.t !== 'made') return null;
    if (!entry.sure && !(await this.#isPublished(head))) return null;
    entry.sure = true;
    if (!isCurrent || (!isSame && (await hashOf(found.path)) !== head.h)) return null;
    return (await isThere(pathIn(this.#setup.output, head.o))) ? outcome : null;
  }

  /** Whether a photo that had been computed when the program was ended got its name: its file tells. */
  async #isPublished({ n, o, oh }: Extract<Head, { t: 'made' }>): Promise<boolean> {
    const path = pathIn(this.#setup.output, o);
    if ((await hashOf(path)) !== oh) {
      // Where there are no links, a name is claimed with an empty file before it is given.
      const info = isRemote(path) ? null : await lstat(path).catch(() => null);
      if (info?.isFile() && info.size === 0) await rm(path, { force: true });
      return false;
    }
    await this.#journalState.journal.append({ head: { t: 'done', n } });
    this.#journalState.written.add(path, n);
    return true;
  }

  /** Removes what a broken-off run has left in the folder that a photo goes to. */
  async #sweep(name: string): Promise<void> {
    const folder = dirname(pathIn(this.#setup.output, name));
    if (this.#swept.has(folder)) return;
    this.#swept.add(folder);
    if ((await cleanPartials(folder)).left > 0) this.#sweptTooSoon.add(folder);
  }

  /** Where the engines of a run that was just killed had not ended yet, what they have left can be removed by now. */
  async #sweepAgain(): Promise<void> {
    for (let patience = SWEEPS; patience > 0 && this.#sweptTooSoon.size > 0; patience--) {
      if (patience < SWEEPS) await sleep(SWEEP_PAUSE);
      for (const folder of this.#sweptTooSoon) {
        if ((await cleanPartials(folder)).left === 0) this.#sweptTooSoon.delete(folder);
      }
    }
  }

  #enqueue(item: Item): void {
    item.state = 'waiting';
    this.#counts.waiting += 1;
    this.#waitingBytes += item.found.bytes;
    this.#waiting.push(item.index);
    this.#changed();
  }

  // ---------------------------------------------------------------------------------------- computing

  async #work(): Promise<void> {
    const { processor, settings } = this.#setup;
    const atWork = new Set<Promise<void>>();
    this.#clock(true);
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#isStopped) break;
      const index = this.#isPaused ? undefined : this.#nextIndex(processor);
      if (index !== undefined) {
        if (this.#phase === 'watching') this.#phase = 'running';
        if (this.#activeSince === null) this.#clock(true);
        const item = this.#items[index]!;
        item.state = 'running';
        const stem = this.#usesStems ? this.#stemKey(item) : null;
        if (stem !== null) this.#stems.add(stem);
        this.#working.set(index, { done: 0, step: null });
        const work: Promise<void> = this.#one(item).finally(() => {
          this.#working.delete(index);
          if (stem !== null) this.#stems.delete(stem);
          atWork.delete(work);
          this.#changed();
        });
        atWork.add(work);
        this.#tell();
        continue;
      }
      if (this.#working.size === 0) {
        this.#clock(false);
        if (this.#phase === 'pausing') this.#phase = 'paused';
        const isIdle = this.#next >= this.#waiting.length && this.#again.length === 0;
        if (isIdle && !this.#scanning && this.#retries === 0 && this.#phase === 'running') {
          if (!settings.watch) break;
          this.#phase = 'watching';
        }
        this.#tell();
      }
      await changed;
    }
    await Promise.all(atWork);
    // From here on nobody would take a photo that is to be tried again.
    this.#hasEnded = true;
  }

  get #usesStems(): boolean {
    return this.#setup.settings.conflict !== 'rename';
  }

  /** The same for photos whose files may get the same name. */
  #stemKey({ found }: Item): string {
    const { output, settings } = this.#setup;
    return this.#journalState.written.keyOf(pathIn(dirname(pathIn(output, found.name)), stemOf(found, settings)));
  }

  get #isPaused(): boolean {
    return this.#phase === 'paused' || this.#phase === 'pausing';
  }

  /** The next photo that may be begun now. */
  #nextIndex(processor: PhotoProcessor): number | undefined {
    const working = this.#working.size;
    if (this.#next < this.#waiting.length) {
      if (working >= processor.limit(working)) return undefined;
      const index = this.#waiting[this.#next]!;
      this.#next += 1;
      const item = this.#items[index]!;
      if (this.#usesStems && this.#stems.has(this.#stemKey(item))) {
        // One is at work that may get the same name: where names are left or replaced, it has to be known whose it is.
        this.#again.push(index);
        return this.#nextIndex(processor);
      }
      // A list of millions is not kept for what has been taken from it.
      if (this.#next >= 10_000) {
        this.#waiting.splice(0, this.#next);
        this.#next = 0;
      }
      return index;
    }
    // What has gone wrong beside others gets the computer to itself.
    return working === 0 && !this.#scanning ? this.#again.shift() : undefined;
  }

  async #one(item: Item): Promise<void> {
    const { found } = item;
    const { settings, input, output, processor } = this.#setup;
    let made: { at: number } | null = null;
    try {
      const looked = await look(found.path);
      if (looked?.stray) {
        await this.#end(item, 'passed', looked.error.toFailure());
        return;
      }
      if (looked) throw looked.error;
      const answer = await processor.process(
        { found, folder: dirname(pathIn(output, found.name)), settings, input, output },
        {
          signal: this.#control.signal,
          isOwn: (path) => {
            const owner = this.#journalState.written.ownerOf(path);
            return owner !== undefined && owner !== found.name;
          },
          onMade: async (each) => {
            made = { at: await this.#made(found.name, each) };
          },
          onProgress: ({ done, step }) => {
            this.#working.set(item.index, { done, step });
            // With what is known by now, another photo may be begun.
            this.#changed();
          },
        },
      );
      if (answer.outcome === 'kept') {
        await this.#end(item, 'kept', new EmulsionError('NAME_TAKEN', { detail: answer.path }).toFailure());
        return;
      }
      await this.#journalState.journal.append({ head: { t: 'done', n: found.name } });
      if (this.#usesStems) this.#journalState.written.add(answer.written.path, found.name);
      // Known as it was read, so that a folder that is watched does not show it as another.
      this.#nowKnownAs(item, answer.original);
      this.#fallen = [];
      this.#computed.photos += 1;
      this.#computed.bytes += found.bytes;
      await this.#finish(item, answer.outcome, made!.at, null, true);
    } catch (thrown) {
      await this.#wentWrong(item, toEmulsionError(thrown)).catch((error: unknown) => {
        this.#stop('halted', toEmulsionError(error).toFailure());
        item.state = 'waiting';
      });
    }
  }

  /** Writes down that a photo is about to get its name; answers where that is written. */
  async #made(name: string, made: Made): Promise<number> {
    const { original, written, outcome, reports, notes, seconds } = made;
    const head: Head = {
      t: 'made',
      n: name,
      b: original.bytes,
      m: original.modified,
      h: original.sha256,
      o: pathBelow(this.#setup.output, written.path),
      oh: written.sha256,
      x: outcome,
    };
    const { bytes, width, height } = written;
    const thumbnails = made.thumbnails && (await this.#journalState.thumbnails.add(made.thumbnails));
    const body: MadeBody = { bytes, width, height, reports, notes, seconds, thumbnails };
    const [at] = await this.#journalState.journal.append({ head, body });
    return at!;
  }

  async #wentWrong(item: Item, error: EmulsionError): Promise<void> {
    const { name } = item.found;
    const { code } = error;
    if (this.#isStopped) {
      // It was broken off, and waits for another run.
      item.state = 'waiting';
      return;
    }
    if (ENGINE_DOWN.includes(code)) {
      const { bytes, modified } = item.found;
      await this.#journalState.journal.append({ head: { t: 'crash', n: name, c: code, b: bytes, m: modified } });
      const entry = addCrash(this.#journalState.entries, name, item.found, this.#journalState.work);
      if (this.#isStopped) {
        // Stopped while the line was written, perhaps because the engine always falls.
        await this.#excuse([item]);
        item.state = 'waiting';
        return;
      }
      this.#fallen.push(item);
      if (this.#fallen.length >= CRASHES_IN_A_ROW) {
        // Stopped first: what falls while the next line is written is then not held against its photo either.
        this.#stop('halted', new EmulsionError('ENGINE_FAILED', { detail: error.detail }).toFailure());
        await this.#excuse(this.#fallen.splice(0));
        item.state = 'waiting';
        return;
      }
      if (entry.crashes < CRASHES) this.#tryAgain(item);
      else {
        const detail = [code, error.detail].filter(Boolean).join(': ');
        await this.#end(item, 'quarantined', new EmulsionError('PHOTO_QUARANTINED', { detail }).toFailure());
        // Another photo may have shown meanwhile that the engine always falls.
        const isExcused = this.#journalState.entries.get(name)?.crashes === 0;
        if (isExcused && item.state === 'quarantined') await this.#excuse([item]);
      }
      return;
    }
    const standing = await this.#standsInTheWayOfAll(error);
    if (standing) {
      this.#stop('halted', standing.toFailure());
      item.state = 'waiting';
      return;
    }
    if (this.#setup.settings.watch && code === 'FILE_MISSING') {
      // A name that was given for a moment, while the file was written: under its next one it is found again.
      this.#byName.delete(name);
      await this.#end(item, 'passed', error.toFailure());
      return;
    }
    const mayPass = code === 'PHOTO_CHANGED' || code === 'OUT_OF_MEMORY';
    if (mayPass && item.tries === 0) {
      item.tries += 1;
      const now = await stat(item.found.path).catch(() => null);
      if (now) this.#nowKnownAs(item, { bytes: now.size, modified: now.mtimeMs });
      this.#tryAgain(item);
    } else await this.#end(item, 'failed', error.toFailure());
  }

  #tryAgain(item: Item): void {
    item.state = 'waiting';
    this.#again.push(item.index);
  }

  #nowKnownAs(item: Item, { bytes, modified }: Pick<Found, 'bytes' | 'modified'>): void {
    this.#waitingBytes += bytes - item.found.bytes;
    item.found = { ...item.found, bytes, modified };
  }

  /** It is not the photos: what fell in a row is not held against them, not even against those set aside. */
  async #excuse(fallen: readonly Item[]): Promise<void> {
    await this.#journalState.journal.append({ head: { t: 'excuse', n: fallen.map(({ found }) => found.name) } });
    for (const item of fallen) {
      const entry = this.#journalState.entries.get(item.found.name);
      if (entry) entry.crashes = 0;
      if (item.state !== 'quarantined') continue;
      this.#takeBack(item);
      this.#enqueue(item);
    }
  }

  /** What is wrong not with one photo but with the disks: going on would only make every other photo fail as well. */
  async #standsInTheWayOfAll(error: EmulsionError): Promise<EmulsionError | null> {
    const { code } = error;
    const { input, output } = this.#setup;
    if (OF_ALL.includes(code)) return error;
    if (['FILE_MISSING', 'FILE_UNREADABLE', 'INTERNAL'].includes(code)) {
      // Where a drive was pulled out, its empty folder may have stayed.
      if (!isRemote(input) && (await identityOf(input)) !== this.#identity) {
        return new EmulsionError('FILE_MISSING', {
          message: `The folder “${input}” is not there any more. Connect its drive again and go on.`,
        });
      }
    }
    if (['FOLDER_MISSING', 'FOLDER_UNWRITABLE', 'INTERNAL'].includes(code)) {
      const whole =
        isRemote(output) ||
        (await Promise.all([
          access(join(output, BATCH_FOLDER), constants.W_OK),
          access(output, constants.W_OK | constants.X_OK),
        ]).then(
          () => true,
          () => false,
        ));
      if (!whole) {
        return new EmulsionError(code === 'FOLDER_UNWRITABLE' ? code : 'FOLDER_MISSING', {
          message: `The folder “${output}” cannot be written to any more. Connect its drive again, or give it free, and go on.`,
        });
      }
    }
    return null;
  }

  async #end(item: Item, outcome: EndOutcome, failure: Failure): Promise<void> {
    const { name, bytes, modified } = item.found;
    const body: EndBody = { failure };
    const [at] = await this.#journalState.journal.append({
      head: { t: 'end', n: name, b: bytes, m: modified, x: outcome },
      body,
    });
    await this.#finish(item, outcome, at!, failure, true);
  }

  async #finish(item: Item, outcome: BatchOutcome, at: number, failure: Failure | null, isNew: boolean): Promise<void> {
    // In one go, so that whoever looks, or asks for another try, never sees half of it.
    if (item.state === 'waiting' || item.state === 'running') {
      if (isNew) {
        this.#counts.waiting -= 1;
        this.#waitingBytes -= item.found.bytes;
      }
    }
    item.state = outcome;
    item.at = at;
    this.#counts[outcome] += 1;
    if (failure && (outcome === 'failed' || outcome === 'quarantined')) {
      item.code = failure.code;
      this.#count(failure.code, 1);
    }
    this.#tell();
    const { onRow } = this.#setup;
    if (onRow) onRow(await this.#row(item), isNew);
  }

  async close(): Promise<void> {
    this.cancel();
    await this.ended;
  }
}

type EndOutcome = Extract<Head, { t: 'end' }>['x'];

const isProblem = ({ outcome }: Entry) => outcome === 'failed' || outcome === 'quarantined';

const isSameFile = (a: Pick<Found, 'bytes' | 'modified'>, b: Pick<Found, 'bytes' | 'modified'>): boolean =>
  a.bytes === b.bytes && a.modified === b.modified;

async function isThere(path: string): Promise<boolean> {
  if (isRemote(path)) return (await (await remoteStorage()).stat(path)) !== null;
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Null where there is no such file. */
const hashOf = async (path: string) => (await storageOf(path)).hash(path);
