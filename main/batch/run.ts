import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BatchFilter, BatchOutcome, BatchRow, BatchState } from '../../contract/batch';
import type { Failure } from '../../contract/errors';
import type { StepKind } from '../../contract/recipe';
import packageInfo from '../../package.json' with { type: 'json' };
import { EmulsionError, toEmulsionError } from '../errors';
import { log, logged } from '../log/log';
import { assertFolders } from '../storage/folders';
import type { Found } from '../storage/found';
import { isRemote, pathIn, placeOf } from '../storage/remote';
import { identityOf, look } from '../storage/scan';
import { systemPath } from '../storage/system-path';
import { failureOfAll, isEngineDown, mayPass } from './failures';
import { findFiles } from './finder';
import { type Before, resultBefore } from './finished';
import { type Item, Items, type Marks } from './items';
import { JournalHolder } from './journal-holder';
import { type EndBody, type Head, JOURNAL_FORMAT, type RunBody, type StopBody } from './journal-lines';
import { type JournalState, openJournalState, workOf } from './journal-state';
import { Leftovers } from './leftovers';
import { printsOf } from './pages';
import { type Made, stemOf } from './photo';
import { Progress } from './progress';
import { recalled } from './recall';
import { Review } from './review';
import { isPartlyRead, lineOf, rowOf } from './rows';
import { knownOnPage, splitPage } from './split';
import type { Batch, BatchSetup, PhotoProcessor } from './types';

/** A photo that crashes the engine this many times is quarantined. */
const CRASHES = 2;
/** This many crashes in a row, with no photo done in between, mean that the photos are not the cause. */
const CRASHES_IN_A_ROW = 6;
/** Milliseconds between two reports of the state. */
const STATE_INTERVAL = 200;
const WATCH_INTERVAL = 2;
/**
 * Starts a batch, or continues the one whose journal is in the output folder. Checks before it changes anything, and
 * throws OUTPUT_IS_INPUT, BATCH_RUNNING, JOURNAL_INVALID, JOURNAL_NEWER, and file errors of the two folders.
 */
export async function startBatch(setup: BatchSetup): Promise<Batch> {
  const [input, output] = [placeOf(setup.input), placeOf(setup.output)];
  await assertFolders(input, output);
  const open = () =>
    openJournalState(input, output, setup.settings, setup.newId, {
      journalIn: setup.journalIn,
      root: setup.journalIn === undefined ? setup.root : undefined,
    });
  return new RunningBatch({ ...setup, input, output }, new JournalHolder(await open(), open));
}

class RunningBatch implements Batch {
  readonly id: string;
  readonly ended: Promise<BatchState>;
  readonly #setup: BatchSetup;
  readonly review: Review;
  readonly #journal: JournalHolder;
  readonly #items = new Items();
  readonly #leftovers = new Leftovers();
  readonly #progress = new Progress();
  /** Indices of waiting items, in order, and of items to try again at the end, one at a time. */
  readonly #waiting: number[] = [];
  #next = 0;
  readonly #again: number[] = [];
  readonly #working = new Map<number, { done: number; step: StepKind | null }>();
  readonly #control = new AbortController();
  /** Keys of the photos in progress, see `#stemKey`. */
  readonly #stems = new Set<string>();
  /** Photos that crashed the engine in a row, with none done in between. */
  #fallen: Item[] = [];
  /** Identity of the input folder at the start of the batch. */
  #identity: string | null = null;
  /** Requests in progress that will add photos to the waiting ones. */
  #retries = 0;
  #hasEnded = false;
  #phase: BatchState['phase'] = 'running';
  #halt: Failure | null = null;
  #scanning = true;
  #wake: () => void = () => {};
  #told = 0;
  #telling: NodeJS.Timeout | null = null;

  constructor(setup: BatchSetup, journal: JournalHolder) {
    this.#setup = setup;
    this.#journal = journal;
    this.id = journal.state.id;
    journal.state.onLost = () => this.#stop('halted', new EmulsionError('BATCH_RUNNING').toFailure());
    const onChange = () => this.#tell();
    this.review = new Review({ ...setup, root: this.root, items: this.#items, journal, onChange });
    this.ended = setup.isShown === true ? this.#show() : this.#run();
  }

  get #journalState(): JournalState {
    return this.#journal.state;
  }

  get root(): string {
    return this.#setup.root ?? this.#setup.output;
  }

  // -------------------------------------------------------------------------------------------- state

  state(): BatchState {
    const { input, output, settings, processor } = this.#setup;
    const { shape, provider } = processor;
    const running = [...this.#working].map(([index, { done, step }]) => {
      return { index, name: this.#items.at(index)!.found.name, done, step };
    });
    return {
      id: this.id,
      input,
      output,
      settings,
      phase: this.#phase,
      halt: this.#halt,
      scanning: this.#scanning,
      counts: this.#items.counts(),
      review: this.#items.reviewCounts(),
      errors: this.#items.errors(),
      running,
      concurrency: shape.engines,
      threads: shape.threads,
      provider,
      ...this.#progress.figures(this.#scanning ? null : this.#items.waitingBytes),
      notes: [...this.#journalState.notes],
    };
  }

  async rows(filter: BatchFilter, from: number, count: number) {
    const listed = this.#items.listed(filter);
    const rows = await Promise.all(listed.slice(from, from + count).map((item) => this.#rowOf(item)));
    return { total: listed.length, rows };
  }

  async *allRows(): AsyncGenerator<BatchRow> {
    for (let index = 0; index < this.#items.length; index++) yield this.#rowOf(this.#items.at(index)!);
  }

  #rowOf(item: Item): Promise<BatchRow> {
    return rowOf(item, this.#journalState.journal);
  }

  thumbnails = (index: number) => this.review.thumbnails(index);

  /** Reports the state, at most a few times per second. The last report is always the current state. */
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

  // ------------------------------------------------------------------------------------------ control

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
      await this.#journalState.record({ t: 'retry' });
      for (const item of this.#items) {
        if (item.state !== 'failed' && item.state !== 'quarantined') continue;
        this.#items.takeBack(item);
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
    if (halt !== null) log.error('A batch was halted', halt, { batch: this.id });
    this.#phase = phase;
    this.#halt = halt;
    this.#control.abort();
    this.#changed();
  }

  #changed(): void {
    this.#wake();
    this.#tell();
  }

  // ------------------------------------------------------------------------------------------ running

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
    this.#progress.setActive(false);
    if (!this.#isStopped) this.#phase = 'done';
    const how = this.#phase as 'done' | 'cancelled' | 'halted';
    const head: Head = { t: 'stop', how, at: new Date().toISOString(), seconds: this.#progress.seconds };
    // If even this cannot be written, only the displayed state and the log can tell.
    const isMine = this.#halt?.code !== 'BATCH_RUNNING';
    if (isMine)
      await this.#journalState
        .record(head, { failure: this.#halt } satisfies StopBody)
        .catch(logged('The end of a batch could not be written'));
    await processor.close();
    if (isMine) await this.#leftovers.sweepAgain();
    // Releases the journal as soon as the batch ends, so that another program can continue it or a drive can be
    // unplugged.
    await this.#journal.release();
    if (this.#telling) clearTimeout(this.#telling);
    this.#telling = null;
    const state = this.state();
    log.info('A batch has ended', undefined, { batch: this.id, how, seconds: state.seconds, ...state.counts });
    this.#setup.onState?.(state);
    return state;
  }

  /** Takes the results from the journal, without looking for photos or working on them. */
  async #show(): Promise<BatchState> {
    const { input, output } = this.#setup;
    try {
      for await (const { found, before } of recalled(this.#journalState, input, output)) {
        const item = this.#items.add(found);
        if (before === null) this.#items.wait(item);
        else await this.#finishAsBefore(item, before);
      }
      this.#phase = this.#journalState.ended === 'done' ? 'done' : 'cancelled';
    } catch (error) {
      this.#stop('halted', toEmulsionError(error).toFailure());
    }
    this.#scanning = false;
    this.#hasEnded = true;
    await this.#setup.processor.close();
    await this.#journal.release();
    return this.state();
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
    await this.#journalState.record(head, body);
    log.info('A batch has begun', undefined, { batch: this.id });
    if (retry === true) await this.#journalState.record({ t: 'retry' });
  }

  // ---------------------------------------------------------------------------------------- finding

  #find(): Promise<void> {
    const { input, output, within, settings, interval = WATCH_INTERVAL } = this.#setup;
    return findFiles({
      input,
      output,
      within,
      settings,
      interval,
      signal: this.#control.signal,
      known: (name) => this.#items.named(name),
      onFound: (found, known) => this.#take(found, known),
      onUnreadable: async ({ name, error, stray }) => {
        const item = this.#items.add({ name, path: pathIn(input, name), bytes: 0, modified: 0 });
        this.#items.wait(item);
        await this.#end(item, stray === true ? 'passed' : 'failed', error.toFailure());
      },
      onScanned: () => {
        this.#scanning = false;
        this.#changed();
      },
    });
  }

  /** Adds the photos of a file that was found. `known`: the item of the first, if the file has changed since. */
  async #take(found: Found, known?: Item): Promise<void> {
    await this.#leftovers.sweep(dirname(pathIn(this.#setup.output, found.name)));
    const prints = this.#setup.settings.split ? await knownOnPage(found, this.#journalState) : null;
    if (prints === null) await this.#takePhoto(found, known);
    else for (const photo of printsOf(found, prints)) await this.#takePhoto(photo, this.#items.named(photo.name));
  }

  /** Adds a photo: finished in an earlier run, or waiting. */
  async #takePhoto(found: Found, known: Item | undefined): Promise<void> {
    if (known) {
      this.#items.takeBack(known);
      known.found = found;
    }
    const item = known ?? this.#items.add(found);
    const entry = this.#journalState.entries.get(found.name);
    const before = entry ? await resultBefore(found, entry, this.#journalState, this.#setup.output) : null;
    if (before === null) {
      this.#enqueue(item);
      return;
    }
    await this.#finishAsBefore(item, before);
  }

  #finishAsBefore(item: Item, { outcome, at, failure, ...marks }: Before): Promise<void> {
    return this.#finish(item, outcome, at, failure, false, marks);
  }

  #enqueue(item: Item): void {
    this.#items.wait(item);
    this.#waiting.push(item.index);
    this.#changed();
  }

  // ---------------------------------------------------------------------------------------- computing

  async #work(): Promise<void> {
    const { processor, settings } = this.#setup;
    const atWork = new Set<Promise<void>>();
    this.#progress.setActive(true);
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#isStopped) break;
      const index = this.#isPaused ? undefined : this.#nextIndex(processor);
      if (index !== undefined) {
        if (this.#phase === 'watching') this.#phase = 'running';
        if (!this.#progress.isActive) this.#progress.setActive(true);
        const item = this.#items.at(index)!;
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
        this.#progress.setActive(false);
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
    // From here on, no loop would take up a photo that is to be tried again.
    this.#hasEnded = true;
  }

  get #usesStems(): boolean {
    return this.#setup.settings.conflict !== 'rename';
  }

  /** The same key for photos whose files may get the same name. */
  #stemKey({ found }: Item): string {
    const { output, settings } = this.#setup;
    return this.#journalState.written.keyOf(pathIn(dirname(pathIn(output, found.name)), stemOf(found, settings)));
  }

  get #isPaused(): boolean {
    return this.#phase === 'paused' || this.#phase === 'pausing';
  }

  /** The next photo that may start now. */
  #nextIndex(processor: PhotoProcessor): number | undefined {
    const working = this.#working.size;
    if (this.#next < this.#waiting.length) {
      if (working >= processor.limit(working)) return undefined;
      const index = this.#waiting[this.#next]!;
      this.#next += 1;
      const item = this.#items.at(index)!;
      if (this.#usesStems && this.#stems.has(this.#stemKey(item))) {
        // A photo in progress may get the same name. Whether to skip or replace depends on its result.
        this.#again.push(index);
        return this.#nextIndex(processor);
      }
      // Frees the used part of the list, which may have millions of entries.
      if (this.#next >= 10_000) {
        this.#waiting.splice(0, this.#next);
        this.#next = 0;
      }
      return index;
    }
    // A photo that failed beside others is tried again alone.
    return working === 0 && !this.#scanning ? this.#again.shift() : undefined;
  }

  async #one(item: Item): Promise<void> {
    const { settings, input, output, processor } = this.#setup;
    let made: { at: number } | null = null;
    try {
      const looked = await look(item.found.path);
      if (looked?.stray) {
        await this.#end(item, 'passed', looked.error.toFailure());
        return;
      }
      if (looked) throw looked.error;
      if (settings.split && item.found.print === undefined) {
        const others = await splitPage(item, this.#setup, this.#items, this.#journalState, this.#control.signal);
        for (const other of others) this.#enqueue(other);
      }
      const { found } = item;
      const answer = await processor.process(
        {
          found,
          folder: dirname(pathIn(output, found.name)),
          root: this.root,
          within: this.#setup.within,
          settings,
          input,
          output,
        },
        {
          signal: this.#control.signal,
          isOwn: (path) => this.#journalState.written.isAnothers(path, found.name),
          onMade: async (each) => {
            made = { at: await this.#made(found.name, each) };
          },
          onProgress: ({ done, step }) => {
            this.#working.set(item.index, { done, step });
            // With the new measurements, another photo may start.
            this.#changed();
          },
        },
      );
      if (answer.outcome === 'kept') {
        await this.#end(item, 'kept', new EmulsionError('NAME_TAKEN', { detail: answer.path }).toFailure());
        return;
      }
      await this.#journalState.record({ t: 'done', n: found.name });
      // Stores the size and time as they were read, so that a watched folder does not report the file as changed.
      this.#items.update(item, answer.original);
      this.#fallen = [];
      this.#progress.computed(found.bytes);
      const partly = isPartlyRead(answer.notes);
      await this.#finish(item, answer.outcome, made!.at, null, true, { seen: false, decision: null, partly });
    } catch (thrown) {
      await this.#wentWrong(item, toEmulsionError(thrown)).catch((error: unknown) => {
        this.#stop('halted', toEmulsionError(error).toFailure());
        item.state = 'waiting';
      });
    }
  }

  /** Records that a photo is about to get its name. Returns the position of the line. */
  async #made(name: string, made: Made): Promise<number> {
    const pictures = made.thumbnails && (await this.#journalState.thumbnails.add(made.thumbnails));
    const { head, body } = lineOf(name, made, this.#setup.output, pictures);
    return this.#journalState.record(head, body);
  }

  async #wentWrong(item: Item, error: EmulsionError): Promise<void> {
    const { name } = item.found;
    const { code } = error;
    if (this.#isStopped) {
      // It was aborted, and waits for another run.
      item.state = 'waiting';
      return;
    }
    log.failure('A photo of a batch failed', error, { batch: this.id, file: name });
    if (isEngineDown(code)) {
      const { bytes, modified } = item.found;
      await this.#journalState.record({ t: 'crash', n: name, c: code, b: bytes, m: modified });
      if (this.#isStopped) {
        // The batch was stopped while the line was written, perhaps because every photo crashes the engine.
        await this.#excuse([item]);
        item.state = 'waiting';
        return;
      }
      this.#fallen.push(item);
      if (this.#fallen.length >= CRASHES_IN_A_ROW) {
        // Stops first, so that a crash during the next write does not count against its photo either.
        this.#stop('halted', new EmulsionError('ENGINE_FAILED', { detail: error.detail }).toFailure());
        await this.#excuse(this.#fallen.splice(0));
        item.state = 'waiting';
        return;
      }
      if (this.#crashesOf(item) < CRASHES) this.#tryAgain(item);
      else {
        const detail = [code, error.detail].filter(Boolean).join(': ');
        await this.#end(item, 'quarantined', new EmulsionError('PHOTO_QUARANTINED', { detail }).toFailure());
        // Another photo may have shown meanwhile that every photo crashes the engine.
        if (this.#crashesOf(item) === 0 && item.state === 'quarantined') await this.#excuse([item]);
      }
      return;
    }
    const ofAll = await failureOfAll(error, { ...this.#setup, identity: this.#identity });
    if (ofAll) {
      this.#stop('halted', ofAll.toFailure());
      item.state = 'waiting';
      return;
    }
    if (this.#setup.settings.watch && code === 'FILE_MISSING') {
      // The file had a temporary name while it was written. It will be found again under its final name.
      this.#items.forgetName(name);
      await this.#end(item, 'passed', error.toFailure());
      this.#journalState.entries.delete(name);
      return;
    }
    if (mayPass(code) && item.tries === 0) {
      item.tries += 1;
      // The next try reports a file that is gone.
      const path = await systemPath(item.found.path).catch(() => null);
      const now = path && (await stat(path).catch(() => null));
      if (now) this.#items.update(item, { bytes: now.size, modified: now.mtimeMs });
      this.#tryAgain(item);
    } else await this.#end(item, 'failed', error.toFailure());
  }

  #tryAgain(item: Item): void {
    item.state = 'waiting';
    this.#again.push(item.index);
  }

  #crashesOf({ found }: Item): number {
    return this.#journalState.entries.get(found.name)?.crashes ?? 0;
  }

  /** The photos are not the cause: crashes in a row do not count against them, even if they were quarantined. */
  async #excuse(fallen: readonly Item[]): Promise<void> {
    await this.#journalState.record({ t: 'excuse', n: fallen.map(({ found }) => found.name) });
    for (const item of fallen) {
      if (item.state !== 'quarantined') continue;
      this.#items.takeBack(item);
      this.#enqueue(item);
    }
  }

  async #end(item: Item, outcome: Extract<Head, { t: 'end' }>['x'], failure: Failure): Promise<void> {
    const { name, bytes, modified } = item.found;
    const body: EndBody = { failure };
    const at = await this.#journalState.record({ t: 'end', n: name, b: bytes, m: modified, x: outcome }, body);
    await this.#finish(item, outcome, at, failure, true);
  }

  async #finish(
    item: Item,
    outcome: BatchOutcome,
    at: number,
    failure: Failure | null,
    isNew: boolean,
    marks?: Marks,
  ): Promise<void> {
    // Synchronously, so that a reader or a request for a retry never sees half of the change.
    this.#items.finish(item, outcome, at, failure, isNew, marks);
    this.#tell();
    this.#setup.onRow?.(await this.#rowOf(item), isNew);
  }

  async close(): Promise<void> {
    this.cancel();
    await this.ended;
    await this.review.close();
  }
}
