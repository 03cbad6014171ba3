import { createStore } from 'zustand/vanilla';
import { type BATCH_FILTERS, type BatchEntry, BatchSettings, type BatchState } from '../../contract/batch';
import type { Request, Response } from '../../contract/calls';
import type { Failure } from '../../contract/errors';
import type { ExportFormat } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { createFolderPage, type Folder, type FolderFault, type FolderPageDependencies, lastPart } from './folderPage';
import type { Notice } from './model';
import type { Stores } from './stores';

/** How long the hand has to rest before a folder is looked through with the changed settings, in milliseconds. */
export const PLAN_DELAY = 400;
/** Milliseconds between two looks at the rows in sight while a batch goes on. */
export const ROWS_INTERVAL = 500;
/** Rows that are fetched at once: those in sight and some on both sides. */
const MOST_ROWS = 200;

export type BatchFilter = (typeof BATCH_FILTERS)[number];

/** What a person sets, as it is typed; {@link settingsOf} makes settings of it. */
export interface BatchDraft {
  /** Id of a recipe; null: what each photo needs. */
  recipe: string | null;
  format: ExportFormat | null;
  quality: number;
  keepMetadata: boolean;
  name: string;
  conflict: BatchSettings['conflict'];
  /** Globs, one a line. */
  include: string;
  exclude: string;
  order: BatchSettings['order'];
  concurrency: number;
  watch: boolean;
}

export interface BatchPlan {
  phase: 'none' | 'looking' | 'ready' | 'failed' | 'stopped';
  /** Of the last look that came to its end, perhaps with other settings. */
  result: Response<'batch.plan'> | null;
  failure: Failure | null;
}

/** The rows around those in sight. */
export interface BatchRows {
  filter: BatchFilter;
  from: number;
  rows: Response<'batch.rows'>['rows'];
  total: number;
}

export interface BatchPageState {
  /** The batch that runs, or the last that ran since the program was started. */
  batch: BatchState | null;
  /** True: the page shows that batch; false: it shows what is to be done next. */
  shown: boolean;
  known: BatchEntry[];
  input: Folder | null;
  /** Null: a new folder inside that of the originals. */
  output: Folder | null;
  /** The name of that new folder; null: the one that the page proposes. */
  below: string | null;
  draft: BatchDraft;
  plan: BatchPlan;
  starting: boolean;
  reporting: boolean;
  filter: BatchFilter;
  rows: BatchRows | null;
}

const NO_PLAN: BatchPlan = { phase: 'none', result: null, failure: null };

export function createBatchStore() {
  const { recipe: _, added: __, include: ___, exclude: ____, ...defaults } = BatchSettings.parse({});
  return createStore<BatchPageState>(() => ({
    batch: null,
    shown: false,
    known: [],
    input: null,
    output: null,
    below: null,
    draft: { ...defaults, recipe: null, include: '', exclude: '' },
    plan: NO_PLAN,
    starting: false,
    reporting: false,
    filter: 'all',
    rows: null,
  }));
}

export type DraftFault = FolderFault | 'nameMissing' | 'tokenUnknown';

/** The settings that a draft stands for, or what is wrong with which of its fields. */
export function settingsOf(
  draft: BatchDraft,
  recipes: readonly Recipe[],
): { settings: BatchSettings | null; faults: Partial<Record<'name' | 'include' | 'exclude', DraftFault>> } {
  const parsed = BatchSettings.safeParse({
    ...draft,
    recipe: recipes.find(({ id }) => id === draft.recipe) ?? null,
    include: globsOf(draft.include),
    exclude: globsOf(draft.exclude),
  });
  if (parsed.success) return { settings: parsed.data, faults: {} };
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
  return {
    settings: null,
    faults: {
      ...(wrong.has('name') && { name: nameFault(draft.name) }),
      ...(wrong.has('include') && { include: 'tooLong' }),
      ...(wrong.has('exclude') && { exclude: 'tooLong' }),
    },
  };
}

const globsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function nameFault(name: string): DraftFault {
  if (name === '') return 'empty';
  if (/[\\/]/.test(name)) return 'folders';
  if (!name.includes('{name}')) return 'nameMissing';
  return name.length > 120 ? 'tooLong' : 'tokenUnknown';
}

/** Files that have come to an end, whichever. */
export function dealtWith({ counts }: BatchState): number {
  const { found: _, waiting: __, ...outcomes } = counts;
  return Object.values(outcomes).reduce((sum, each) => sum + each, 0);
}

export const problemsOf = ({ counts }: BatchState): number => counts.failed + counts.quarantined;

/** Nothing is done any more until somebody says so. */
export const isOver = ({ phase }: BatchState): boolean =>
  phase === 'done' || phase === 'cancelled' || phase === 'halted';

/** How a batch stands, as it is told to a person. */
export type BatchStatus =
  | Exclude<BatchState['phase'], 'done'>
  | 'scanning'
  | 'done'
  | 'problems'
  | 'allFailed'
  | 'nothingFound';

export function statusOf(state: BatchState): BatchStatus {
  const { phase, scanning, counts } = state;
  if (phase === 'running') return scanning && dealtWith(state) + state.running.length === 0 ? 'scanning' : 'running';
  if (phase !== 'done') return phase;
  const fine = counts.restored + counts.unchanged + counts.kept;
  const problems = problemsOf(state);
  if (fine + problems === 0) return 'nothingFound';
  if (problems === 0) return 'done';
  return fine === 0 ? 'allFailed' : 'problems';
}

interface Dependencies extends FolderPageDependencies {
  /** Shows an address in a window of its own. */
  openPage(url: string): void;
}

/** Restoring a whole folder: choosing it, looking through it, and following what becomes of it. */
export function createBatchActions(
  stores: Pick<Stores, 'app' | 'view'> & { batch: ReturnType<typeof createBatchStore> },
  dependencies: Dependencies,
) {
  const { batch: store, app } = stores;
  const { call, tell, view, openPage } = dependencies;
  const get = store.getState;
  const patch = (change: Partial<BatchPageState>) => store.setState(change);
  const folderPage = createFolderPage<'input' | 'output'>(stores, dependencies, {
    page: 'batch',
    typedName: () => get().below,
    choose,
  });
  const failed = (failure: Failure, text: Notice['text'] = 'batchFailed') => folderPage.failed(failure, text);

  // ------------------------------------------------------------------------------------------- set up

  const isBusy = (): boolean => {
    const { batch } = get();
    return batch !== null && !isOver(batch);
  };

  /** The two folders as the main side wants them; null as long as they are not chosen. */
  function place(): { input: string; output: string; below: string | null } | null {
    const { input, output } = get();
    if (input === null) return null;
    if (output !== null) return { input: input.token, output: output.token, below: null };
    const below = folderPage.newFolderName();
    return below === null ? null : { input: input.token, output: input.token, below };
  }

  /** Looks through the folder with the settings as they are, after `delay` milliseconds. */
  function look(delay = PLAN_DELAY): void {
    const { settings } = settingsOf(get().draft, app.getState().recipes);
    const folders = place();
    if (folders === null || settings === null || isBusy()) {
      folderPage.preview.cancel();
      patch({ plan: NO_PLAN });
      return;
    }
    patch({ plan: { ...get().plan, phase: 'looking', failure: null } });
    folderPage.preview.start(delay, async ({ isCurrent, nextJobId }) => {
      const result = await call('batch.plan', { ...folders, settings, jobId: nextJobId() });
      if (!isCurrent()) return;
      if (result.ok) patch({ plan: { phase: 'ready', result: result.value, failure: null } });
      else patch({ plan: { phase: 'failed', result: null, failure: result.error } });
    });
  }

  function choose(which: 'input' | 'output', folder: Folder | null): void {
    if (which === 'output') patch({ output: folder });
    else if (get().input === null) {
      const { keepMetadata } = app.getState().settings;
      patch({ input: folder, draft: { ...get().draft, keepMetadata } });
    } else patch({ input: folder, plan: NO_PLAN });
    look(0);
  }

  /** A folder that was dropped: the page opens with it, or keeps it for later where another one is at work. */
  function take(folder: Folder): void {
    if (!isBusy()) patch({ shown: false });
    choose('input', folder);
    view.goTo('batch');
    if (isBusy()) tell({ tone: 'info', text: 'folderWaits', params: { name: folder.name } });
  }

  async function start(): Promise<void> {
    const { settings } = settingsOf(get().draft, app.getState().recipes);
    const folders = place();
    if (folders === null || settings === null || get().starting) return;
    folderPage.preview.cancel();
    patch({ starting: true });
    const result = await call('batch.start', { ...folders, settings });
    patch({ starting: false });
    if (result.ok) {
      patch({ input: null, output: null, plan: NO_PLAN });
      show(result.value);
    } else {
      look(0);
      failed(result.error);
    }
  }

  // ------------------------------------------------------------------------------------------- a batch

  /** Takes a batch up as the one to look at. */
  function show(batch: BatchState): void {
    patch({ batch, shown: true, filter: 'all', rows: null });
    refreshRows();
    void loadKnown();
  }

  async function loadKnown(): Promise<void> {
    const result = await call('batch.state', {});
    if (result.ok) patch({ known: result.value.known });
  }

  /** What there is when the page is loaded: a batch may be at work all along. */
  async function load(): Promise<void> {
    const result = await call('batch.state', {});
    if (!result.ok) return;
    const { state, known } = result.value;
    patch({ known, ...(state !== null && { batch: state, shown: true }) });
  }

  function changed(batch: BatchState): void {
    const before = get().batch;
    patch({ batch });
    refreshRows();
    if (!isOver(batch) || (before?.id === batch.id && before.phase === batch.phase)) return;
    void loadKnown();
    if (batch.phase === 'cancelled') return;
    const isFault = batch.phase === 'halted';
    folderPage.tellEnd({
      text: isFault ? 'batchHalted' : 'batchDone',
      isFault,
      folder: batch.input,
      failure: batch.halt,
    });
  }

  async function control(action: Request<'batch.control'>['action']): Promise<void> {
    const { batch } = get();
    if (batch === null) return;
    const result = await call('batch.control', { id: batch.id, action });
    if (!result.ok) failed(result.error);
    else {
      patch({ batch: result.value });
      refreshRows();
    }
  }

  async function continueBatch(id: string): Promise<void> {
    if (get().starting) return;
    patch({ starting: true });
    const result = await call('batch.continue', { id });
    patch({ starting: false });
    if (result.ok) show(result.value);
    else failed(result.error);
  }

  async function forget(entry: BatchEntry): Promise<void> {
    const result = await call('batch.forget', { id: entry.id });
    if (!result.ok) failed(result.error);
    else {
      await loadKnown();
      tell({ tone: 'info', text: 'batchForgotten', params: { name: lastPart(entry.input) } });
    }
  }

  async function report(): Promise<void> {
    const { batch, reporting } = get();
    if (batch === null || reporting) return;
    patch({ reporting: true });
    const result = await call('batch.report', { id: batch.id });
    patch({ reporting: false });
    const base = app.getState().info?.downloadBase ?? null;
    if (!result.ok) failed(result.error, 'reportFailed');
    else if (result.value.page === null || base === null) {
      tell({ tone: 'done', text: 'reportOpened', params: { place: result.value.place } });
    } else {
      const url = `${base}/${result.value.page}`;
      openPage(url);
      tell({
        tone: 'done',
        text: 'reportWritten',
        params: { place: result.value.place },
        action: { label: 'openReport', run: () => openPage(url) },
      });
    }
  }

  // ---------------------------------------------------------------------------------------------- rows

  /** Which rows are in sight; null: none. */
  let sight: { from: number; to: number } | null = null;
  let fetching = false;
  /** Whether what is there has to be fetched once more when the rows on their way have come. */
  let outdated = false;
  let isToCome = false;

  const isCovered = ({ from, to }: { from: number; to: number }): boolean => {
    const { rows, filter } = get();
    if (rows === null || rows.filter !== filter) return false;
    return from >= rows.from && (to <= rows.from + rows.rows.length || rows.from + rows.rows.length >= rows.total);
  };

  async function fetchRows(): Promise<void> {
    if (fetching) return;
    fetching = true;
    while (sight !== null && (outdated || !isCovered(sight))) {
      const { batch, filter } = get();
      if (batch === null) break;
      outdated = false;
      const seen = sight;
      const spare = Math.max(0, Math.floor((MOST_ROWS - (seen.to - seen.from)) / 2));
      const from = Math.max(0, seen.from - spare);
      const result = await call('batch.rows', { id: batch.id, filter, from, count: MOST_ROWS });
      if (!result.ok) break;
      // Another filter, or another batch, may have been chosen meanwhile.
      if (get().filter !== filter || get().batch?.id !== batch.id) continue;
      patch({ rows: { filter, from, ...result.value } });
      // Less came than there should be; the next change fetches it again.
      if (sight === seen && !outdated && !isCovered(seen)) break;
    }
    fetching = false;
  }

  /** Fetches the rows in sight once more, a few times a second at most. */
  function refreshRows(): void {
    if (sight === null || isToCome) return;
    isToCome = true;
    setTimeout(() => {
      isToCome = false;
      outdated = true;
      void fetchRows();
    }, ROWS_INTERVAL);
  }

  return {
    load,
    loadKnown,
    changed,
    /** What the new folder is called unless somebody names it. */
    proposeName(name: string): void {
      if (folderPage.proposeName(name) && get().input !== null) look(0);
    },
    choose,
    pickFolder: folderPage.pickFolder,
    take,
    setBelow(below: string): void {
      patch({ below, output: null });
      look();
    },
    set(change: Partial<BatchDraft>): void {
      patch({ draft: { ...get().draft, ...change } });
      // How many at once, and whether to go on watching, changes nothing of what is found.
      if (Object.keys(change).some((key) => key !== 'concurrency' && key !== 'watch')) look();
    },
    stopLooking(): void {
      if (get().plan.phase !== 'looking') return;
      folderPage.preview.cancel();
      patch({ plan: { ...get().plan, phase: 'stopped' } });
    },
    lookAgain: () => look(0),
    start: () => void start(),
    control: (action: Request<'batch.control'>['action']) => void control(action),
    continueBatch: (id: string) => void continueBatch(id),
    forget: (entry: BatchEntry) => void forget(entry),
    report: () => void report(),
    /** Back to choosing a folder; the batch can still be looked at. */
    leave(): void {
      patch({ shown: false });
      if (get().input !== null) look(0);
    },
    showBatch(): void {
      patch({ shown: true });
    },
    setFilter(filter: BatchFilter): void {
      patch({ filter });
      void fetchRows();
    },
    /** Rows `from` up to `to`, without it, are in sight; null: none are. */
    see(rows: { from: number; to: number } | null): void {
      sight = rows;
      if (rows !== null) void fetchRows();
    },
  };
}

export type BatchActions = ReturnType<typeof createBatchActions>;
