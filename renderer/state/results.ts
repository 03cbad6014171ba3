import { createStore, type StoreApi } from 'zustand/vanilla';
import type { FileEntry } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { BatchRow, PhotoWork } from '../../contract/batch';
import type { CallName, Request, Response } from '../../contract/calls';
import type { Failure, Result } from '../../contract/errors';
import type { BatchPageState } from './batch';
import type { Jobs } from './jobs';
import type { Notice, OfBatch } from './model';
import type { ViewActions } from './view';

/** A photo and its result, open to be compared. */
export type Look = Response<'review.look'>;

/** The photo that is shown large. */
export interface ShownResult {
  row: BatchRow;
  /** Its position among those that the filter lists, from 0, and how many these are. */
  rank: number;
  total: number;
  /** Null while it is being opened, or if it cannot be opened. */
  look: Look | null;
  failure: Failure | null;
}

export interface ResultsState {
  layout: 'list' | 'grid';
  shown: ShownResult | null;
  /** The photo that the keys have reached in the grid, by its position among all files; null: none. */
  active: number | null;
  /** How the shown result was made, while the dialog for other settings is open; null: it is closed. */
  redoing: PhotoWork | null;
  /** A result that somebody else has changed: whether it is to be replaced all the same. */
  asked: { name: string; agree(): void } | null;
  /** Positions of the photos whose results are being replaced. */
  changing: readonly number[];
}

export function createResultsStore() {
  return createStore<ResultsState>(() => ({
    layout: 'list',
    shown: null,
    active: null,
    redoing: null,
    asked: null,
    changing: [],
  }));
}

interface Dependencies extends Pick<Jobs, 'call' | 'asJob'> {
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): string;
  newId(): string;
  view: ViewActions;
  openFiles(files: readonly FileEntry[], of: OfBatch): void;
}

type Change = 'review.redo' | 'review.original' | 'review.undo';

/** Whether a row has a result, or says why there is none. */
export const isFinished = ({ state }: Pick<BatchRow, 'state'>): boolean =>
  state === 'restored' || state === 'unchanged' || state === 'failed' || state === 'quarantined';

/** Whether the result of a row can be replaced by the original or an edited one. */
export const hasResult = ({ state }: Pick<BatchRow, 'state'>): boolean => state === 'restored' || state === 'unchanged';

/** The key of the view of a result, see `viewOf`. */
export const resultViewKey = ({ index }: Pick<BatchRow, 'index'>): string => `result ${index}`;

/** Looking at the results of a batch and deciding about them. */
export function createResultsActions(
  { results: store, batch }: { results: StoreApi<ResultsState>; batch: StoreApi<BatchPageState> },
  { call, asJob, tell, newId, view, openFiles }: Dependencies,
) {
  const get = store.getState;
  const patch = (change: Partial<ResultsState>) => store.setState(change);
  const batchId = () => batch.getState().batch?.id ?? null;

  // ----------------------------------------------------------------------------------------- looking

  /** Photos that are open, by photo and version: the shown one and its neighbours. */
  const looks = new Map<string, Promise<Result<Look>>>();
  const keyOf = ({ index, version }: BatchRow) => `${batchId()} ${index} ${version}`;

  function lookAt(row: BatchRow): Promise<Result<Look>> {
    const key = keyOf(row);
    const known = looks.get(key);
    if (known !== undefined) return known;
    const looking = call('review.look', { id: batchId() ?? '', index: row.index, jobId: newId() });
    looks.set(key, looking);
    // One that failed is tried again when it is shown again.
    void looking.then((result) => !result.ok && looks.get(key) === looking && looks.delete(key));
    return looking;
  }

  function keepLooks(rows: readonly BatchRow[]): void {
    const kept = new Set(rows.map(keyOf));
    for (const [key, looking] of looks) {
      if (kept.has(key)) continue;
      looks.delete(key);
      void looking.then((result) => {
        if (result.ok) void call('photos.close', { photoId: result.value.photoId });
      });
    }
  }

  /** Shows a row; its picture follows. */
  async function show({ row, rank, total }: { row: BatchRow; rank: number; total: number }): Promise<void> {
    const before = get().shown;
    const isSame = before?.row.index === row.index;
    patch({
      shown: { row, rank, total, look: isSame ? before.look : null, failure: null },
      active: row.index,
      ...(isSame ? {} : { redoing: null, asked: null }),
    });
    const isCurrent = () => {
      const now = get().shown?.row;
      return now?.index === row.index && now.version === row.version;
    };
    const result = await lookAt(row);
    if (!isCurrent()) return;
    store.setState(({ shown }) => ({
      shown: shown && {
        ...shown,
        look: result.ok ? result.value : null,
        failure: result.ok ? null : result.error,
      },
    }));
    keepLooks([row]);
    const next = await beside(row.index, 1);
    if (next?.row == null || !isCurrent()) return;
    void lookAt(next.row);
    keepLooks([row, next.row]);
  }

  async function beside(index: number, step: -1 | 0 | 1): Promise<Response<'review.beside'> | null> {
    const id = batchId();
    if (id === null) return null;
    const result = await call('review.beside', { id, index, step, filter: batch.getState().filter });
    return result.ok ? result.value : null;
  }

  async function open(index: number): Promise<void> {
    const found = await beside(index, 0);
    if (found?.row != null) await show({ ...found, row: found.row });
  }

  /** Keys may be faster than the answers, so each waits for the one before. */
  let going: Promise<void> = Promise.resolve();

  async function go(step: -1 | 1): Promise<void> {
    const now = get().shown;
    if (now === null) return;
    await mark([now.row.index], true);
    const next = await beside(now.row.index, step);
    if (next === null || get().shown?.row.index !== now.row.index) return;
    if (next.row !== null) void show({ ...next, row: next.row });
    else if (step === 1) {
      leave();
      tell({ tone: 'info', text: 'resultsSeen' });
    }
  }

  function leave(): void {
    patch({ shown: null, redoing: null, asked: null });
    keepLooks([]);
  }

  // ----------------------------------------------------------------------------------------- deciding

  async function mark(indices: number[], seen: boolean): Promise<void> {
    const id = batchId();
    const row = get().shown?.row;
    if (id === null || indices.length === 0) return;
    // What is known already needs no line in the journal.
    const isShown = row !== undefined && indices.length === 1 && row.index === indices[0];
    if (isShown && (row.seen === seen || !isFinished(row))) return;
    const result = await call('review.mark', { id, seen, what: { indices } });
    if (!result.ok) tell({ tone: 'error', text: 'decisionFailed', failure: result.error });
    else noteSeen(result.value.changed, seen);
  }

  function noteSeen(indices: readonly number[], seen: boolean): void {
    store.setState(({ shown }) => ({
      shown: shown && indices.includes(shown.row.index) ? { ...shown, row: { ...shown.row, seen } } : shown,
    }));
  }

  /** Marks everything that the filter lists, and offers to take that back. */
  async function markAll(): Promise<void> {
    const id = batchId();
    if (id === null) return;
    const result = await call('review.mark', { id, seen: true, what: { filter: batch.getState().filter } });
    if (!result.ok) {
      tell({ tone: 'error', text: 'decisionFailed', failure: result.error });
      return;
    }
    const { changed } = result.value;
    const action = { label: 'undo', run: () => void mark(changed, false) } as const;
    const hasChanged = changed.length > 0;
    tell({
      tone: 'info',
      text: hasChanged ? 'allMarked' : 'nothingChanged',
      params: { count: changed.length },
      action: hasChanged ? action : null,
    });
  }

  /** Takes over a new result of a photo. */
  function changed(row: BatchRow): void {
    const { shown } = get();
    if (shown?.row.index === row.index) void show({ ...shown, row });
  }

  const nameIn = ({ name }: Pick<BatchRow, 'name'>) => name.slice(name.lastIndexOf('/') + 1);

  /** Replaces a result. One that somebody else has changed is asked about first. */
  async function change<N extends Change>(
    name: N,
    row: BatchRow,
    request: Omit<Request<N>, 'id' | 'index' | 'agreed' | 'jobId'>,
    text: Notice['text'],
    agreed = false,
  ): Promise<void> {
    const id = batchId();
    if (id === null || get().changing.includes(row.index)) return;
    patch({ changing: [...get().changing, row.index] });
    const about = { id, index: row.index, agreed, ...request };
    const result =
      name === 'review.undo'
        ? await call('review.undo', { id, index: row.index, agreed })
        : await asJob<BatchRow>(
            'redo',
            null,
            (jobId) => call(name as CallName, { ...about, jobId } as never) as Promise<Result<BatchRow>>,
            undefined,
            nameIn(row),
          );
    patch({ changing: get().changing.filter((index) => index !== row.index) });
    settle(row, text, result, () => void change(name, row, request, text, true));
  }

  /** Tells of a replaced result, or why it was not, or asks. */
  function settle(row: BatchRow, text: Notice['text'], result: Result<BatchRow>, again: () => void): void {
    const params = { name: nameIn(row) };
    if (result.ok) {
      changed(result.value);
      const undo = { label: 'undo', run: () => void undoChange(result.value) } as const;
      tell({ tone: 'info', text, params, action: result.value.undoable && text !== 'decisionUndone' ? undo : null });
    } else if (result.error.code === 'RESULT_CHANGED') {
      patch({ asked: { name: params.name, agree: again } });
    } else if (result.error.code !== 'CANCELLED') {
      tell({ tone: 'error', text: 'decisionFailed', params, failure: result.error });
    }
  }

  const undoChange = (row: BatchRow) => change('review.undo', row, {}, 'decisionUndone');

  /** Does something with the photo that is shown. */
  const withShown = (work: (row: BatchRow) => void) => () => {
    const row = get().shown?.row;
    if (row !== undefined) work(row);
  };

  async function startRedo(row: BatchRow): Promise<void> {
    const now = batch.getState().batch;
    if (now === null || !isFinished(row)) return;
    const result = await call('review.work', { id: now.id, index: row.index });
    if (get().shown?.row.index !== row.index) return;
    const { recipe, added, changes } = now.settings;
    // A kept original is no setting to begin with.
    patch({ redoing: result.ok && row.decision !== 'original' ? result.value : { recipe, added, changes } });
  }

  async function edit(row: BatchRow): Promise<void> {
    const now = batch.getState().batch;
    if (now === null) return;
    const about = { id: now.id, index: row.index };
    const [source, work] = await Promise.all([call('review.source', about), call('review.work', about)]);
    if (!source.ok) {
      tell({ tone: 'error', text: 'openFailed', params: { name: nameIn(row) }, failure: source.error });
      return;
    }
    const isOriginal = row.decision === 'original' || !work.ok;
    const recipe = isOriginal ? now.settings.recipe : work.value.recipe;
    openFiles([source.value.file], { ...about, folder: now.input, written: row.written, recipe });
  }

  async function showInFolder({ index, name }: BatchRow): Promise<void> {
    const result = await call('review.show', { id: batchId() ?? '', index });
    if (!result.ok) tell({ tone: 'error', text: 'filesFailed', params: { name }, failure: result.error });
  }

  function goTo(index: number): void {
    view.goTo('batch');
    void open(index);
  }

  batch.subscribe((now, before) => {
    const { shown } = get();
    if (shown === null) return;
    if (now.batch?.id !== before.batch?.id || !now.shown) leave();
    // The batch goes on while its photos are looked at.
    else if (now.batch !== before.batch && !isFinished(shown.row)) void open(shown.row.index);
  });

  return {
    setLayout: (layout: ResultsState['layout']) => patch({ layout }),
    setActive: (active: number) => patch({ active }),
    open: (index: number) => void open(index),
    go(step: -1 | 1): void {
      going = going.then(() => go(step));
    },
    leave,
    markAll: () => void markAll(),
    keepOriginal: withShown((row) => {
      if (hasResult(row) && row.decision !== 'original') void change('review.original', row, {}, 'originalKept');
    }),
    startRedo: withShown((row) => void startRedo(row)),
    stopRedo: () => patch({ redoing: null }),
    redo(work: PhotoWork): void {
      patch({ redoing: null });
      withShown((row) => void change('review.redo', row, { work }, 'resultRedone'))();
    },
    undo: withShown((row) => {
      if (row.undoable) void undoChange(row);
    }),
    edit: withShown((row) => void edit(row)),
    showInFolder: withShown((row) => void showInFolder(row)),
    /** Answers the question about a result that somebody else has changed. */
    answer(agreed: boolean): void {
      const { asked } = get();
      patch({ asked: null });
      if (agreed) asked?.agree();
    },
    /** A photo was edited and exported into its batch. `notes`: what could not be kept. */
    taken(row: BatchRow, notes: readonly Message[]): void {
      changed(row);
      const go = { label: 'show', run: () => goTo(row.index) } as const;
      tell({ tone: 'done', text: 'resultEdited', params: { name: nameIn(row) }, notes, action: go, stays: true });
    },
    ask: (name: string, agree: () => void) => patch({ asked: { name, agree } }),
    /** Opens the pictures again, which the engine no longer has. */
    renew: withShown((row) => {
      looks.delete(keyOf(row));
      const { shown } = get();
      if (shown !== null) void show(shown);
    }),
    /** Shows the photo of the batch that an open photo is. */
    goBack(of: OfBatch): void {
      if (of.id === batchId()) goTo(of.index);
      else view.goTo('batch');
    },
  };
}

export type ResultsActions = ReturnType<typeof createResultsActions>;
