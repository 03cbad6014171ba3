import { createStore } from 'zustand/vanilla';
import type { Language } from '../../contract/app';
import { type BatchEntry, type BatchFilter, BatchSettings, type BatchState } from '../../contract/batch';
import type { Request, Response } from '../../contract/calls';
import type { Caption } from '../../contract/caption';
import type { Failure } from '../../contract/errors';
import type { OutputOptions } from '../../contract/output';
import type { ExportFormat } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { createFolderPage, type Folder, type FolderFault, type FolderPageDependencies, lastPart } from './folderPage';
import type { Notice } from './model';
import type { Stores } from './stores';

/** How long no setting may change before the folder is scanned again, in milliseconds. */
export const PLAN_DELAY = 400;
/** Milliseconds between two updates of the visible rows while a batch runs. */
export const ROWS_INTERVAL = 500;
/** How many rows are fetched at once: the visible ones and some on both sides. */
const MAX_ROWS = 200;

/** The settings as the user types them; {@link settingsOf} checks and converts them. */
export interface BatchDraft extends OutputOptions {
  /** Id of a recipe; null: what each photo needs. */
  recipe: string | null;
  /** Whether the steps of the recipe run where they are needed, or always. Null: as the recipe has it. */
  gate: Recipe['gate'] | null;
  format: ExportFormat | null;
  saveChanges: boolean;
  /** Said of every photo. */
  caption: Caption;
  name: string;
  conflict: BatchSettings['conflict'];
  /** One glob per line. */
  include: string;
  exclude: string;
  order: BatchSettings['order'];
  concurrency: number;
  /** `all`, `first`, `3` or `2-5`. */
  pages: string;
  split: boolean;
  salvage: boolean;
  negative: BatchSettings['negative'];
  watch: boolean;
}

export interface BatchPlan {
  phase: 'none' | 'looking' | 'ready' | 'failed' | 'stopped';
  /** Of the last scan that finished, perhaps with other settings. */
  result: Response<'batch.plan'> | null;
  failure: Failure | null;
}

/** The loaded rows: the visible ones and some around them. */
export interface BatchRows {
  filter: BatchFilter;
  from: number;
  rows: Response<'batch.rows'>['rows'];
  total: number;
}

export interface BatchPageState {
  /** The running batch, or the last one since the program was started. */
  batch: BatchState | null;
  /** True: the page shows that batch. False: it shows the settings of the next one. */
  shown: boolean;
  known: BatchEntry[];
  input: Folder | null;
  /** Only these photos of it; empty: all. */
  files: readonly string[];
  /** Null: a new folder inside that of the originals. */
  output: Folder | null;
  /** The name of that folder. Null: the default name of the page's language. */
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
  const { recipe: _, added: __, include: ___, exclude: ____, only: _____, ...defaults } = BatchSettings.parse({});
  return createStore<BatchPageState>(() => ({
    batch: null,
    shown: false,
    known: [],
    input: null,
    files: [],
    output: null,
    below: null,
    draft: { ...defaults, recipe: null, gate: null, include: '', exclude: '' },
    plan: NO_PLAN,
    starting: false,
    reporting: false,
    filter: 'all',
    rows: null,
  }));
}

export type DraftFault = FolderFault | 'nameMissing' | 'tokenUnknown' | 'pages';

/** The settings of a draft, or what is wrong with its fields. */
export function settingsOf(
  draft: BatchDraft,
  recipes: readonly Recipe[],
): { settings: BatchSettings | null; faults: Partial<Record<'name' | 'include' | 'exclude' | 'pages', DraftFault>> } {
  const recipe = recipes.find(({ id }) => id === draft.recipe);
  const parsed = BatchSettings.safeParse({
    ...draft,
    recipe: recipe ? { ...recipe, gate: draft.gate ?? recipe.gate } : null,
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
      ...(wrong.has('pages') && { pages: 'pages' }),
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

/** How many files are finished, with any outcome. */
export function finishedCount({ counts }: BatchState): number {
  const { found: _, waiting: __, ...outcomes } = counts;
  return Object.values(outcomes).reduce((sum, each) => sum + each, 0);
}

export const problemsOf = ({ counts }: BatchState): number => counts.failed + counts.quarantined;

/** True where a batch has ended and only the user can continue it. */
export const isOver = ({ phase }: BatchState): boolean =>
  phase === 'done' || phase === 'cancelled' || phase === 'halted';

/** The status of a batch as it is shown to the user. */
export type BatchStatus =
  | Exclude<BatchState['phase'], 'done'>
  | 'scanning'
  | 'done'
  | 'problems'
  | 'allFailed'
  | 'nothingFound';

export function statusOf(state: BatchState): BatchStatus {
  const { phase, scanning, counts } = state;
  if (phase === 'running')
    return scanning && finishedCount(state) + state.running.length === 0 ? 'scanning' : 'running';
  if (phase !== 'done') return phase;
  const fine = counts.restored + counts.unchanged + counts.kept;
  const problems = problemsOf(state);
  if (fine + problems === 0) return 'nothingFound';
  if (problems === 0) return 'done';
  return fine === 0 ? 'allFailed' : 'problems';
}

interface Dependencies extends FolderPageDependencies {
  /** Opens an address in a new window. */
  openPage(url: string): void;
}

/** Restoring a folder: choosing it, previewing the batch, and following its progress. */
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

  /** The folders for the main side; null as long as they are not chosen or not valid. */
  function place(): { input: string; output: string; below: string | null; files: string[] } | null {
    const { input, output } = get();
    const files = [...get().files];
    if (input === null) return null;
    if (output !== null) return { input: input.token, output: output.token, below: null, files };
    const below = folderPage.newFolderName();
    return below === null ? null : { input: input.token, output: input.token, below, files };
  }

  /** Scans the folder with the current settings, after `delay` milliseconds. */
  function updatePreview(delay = PLAN_DELAY): void {
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
    if (which === 'input') patch({ files: [] });
    if (which === 'output') patch({ output: folder });
    else if (get().input === null) {
      const metadata = app.getState().settings.keepMetadata ? 'all' : 'none';
      patch({ input: folder, draft: { ...get().draft, metadata } });
    } else patch({ input: folder, plan: NO_PLAN });
    updatePreview(0);
  }

  /** Takes a dropped folder and opens the page. While a batch is running, the folder waits for it. */
  function take(folder: Folder): void {
    if (!isBusy()) patch({ shown: false });
    choose('input', folder);
    view.goTo('batch');
    if (isBusy()) tell({ tone: 'info', text: 'folderWaits', params: { name: folder.name } });
  }

  /** Takes chosen photos of a folder, and opens the page. */
  function takeFiles(folder: Folder, files: readonly string[]): void {
    take(folder);
    patch({ files });
    updatePreview(0);
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
      patch({ input: null, files: [], output: null, plan: NO_PLAN });
      show(result.value);
    } else {
      updatePreview(0);
      failed(result.error);
    }
  }

  // ------------------------------------------------------------------------------------------- a batch

  /** Shows a batch. */
  function show(batch: BatchState): void {
    patch({ batch, shown: true, filter: 'all', rows: null });
    refreshRows();
    void loadKnown();
  }

  async function loadKnown(): Promise<void> {
    const result = await call('batch.state', {});
    if (result.ok) patch({ known: result.value.known });
  }

  /** Loads the state when the page is opened: a batch may already be running. */
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

  async function showBatch(id: string): Promise<void> {
    if (get().batch?.id === id) {
      patch({ shown: true });
      return;
    }
    if (get().starting) return;
    patch({ starting: true });
    const result = await call('review.open', { id });
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

  /** Writes the report in the language of the page, and shows it. */
  async function report(language: Language): Promise<void> {
    const { batch, reporting } = get();
    if (batch === null || reporting) return;
    patch({ reporting: true });
    const result = await call('batch.report', { id: batch.id, language });
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

  /** The visible rows; null: none. */
  let visible: { from: number; to: number } | null = null;
  let fetching = false;
  /** True where the loaded rows have changed and must be fetched again after the current request. */
  let outdated = false;
  let isScheduled = false;

  const isCovered = ({ from, to }: { from: number; to: number }): boolean => {
    const { rows, filter } = get();
    if (rows === null || rows.filter !== filter) return false;
    return from >= rows.from && (to <= rows.from + rows.rows.length || rows.from + rows.rows.length >= rows.total);
  };

  async function fetchRows(): Promise<void> {
    if (fetching) return;
    fetching = true;
    while (visible !== null && (outdated || !isCovered(visible))) {
      const { batch, filter } = get();
      if (batch === null) break;
      outdated = false;
      const seen = visible;
      const spare = Math.max(0, Math.floor((MAX_ROWS - (seen.to - seen.from)) / 2));
      const from = Math.max(0, seen.from - spare);
      const result = await call('batch.rows', { id: batch.id, filter, from, count: MAX_ROWS });
      if (!result.ok) break;
      // Another filter, or another batch, may have been chosen meanwhile.
      if (get().filter !== filter || get().batch?.id !== batch.id) continue;
      patch({ rows: { filter, from, ...result.value } });
      // The answer was too short. The next change fetches the rows again.
      if (visible === seen && !outdated && !isCovered(seen)) break;
    }
    fetching = false;
  }

  /** Fetches the visible rows again, at most once per interval. */
  function refreshRows(): void {
    if (visible === null || isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      outdated = true;
      void fetchRows();
    }, ROWS_INTERVAL);
  }

  return {
    load,
    loadKnown,
    changed,
    /** The default name of the new folder, in the language of the page. */
    proposeName(name: string): void {
      if (folderPage.proposeName(name) && get().input !== null) updatePreview(0);
    },
    choose,
    pickFolder: folderPage.pickFolder,
    take,
    takeFiles,
    setBelow(below: string): void {
      patch({ below, output: null });
      updatePreview();
    },
    set(change: Partial<BatchDraft>): void {
      patch({ draft: { ...get().draft, ...change } });
      // The other settings do not change which photos are found.
      if (Object.keys(change).some((key) => key !== 'concurrency' && key !== 'watch')) updatePreview();
    },
    stopPreview(): void {
      if (get().plan.phase !== 'looking') return;
      folderPage.preview.cancel();
      patch({ plan: { ...get().plan, phase: 'stopped' } });
    },
    refreshPreview: () => updatePreview(0),
    start: () => void start(),
    control: (action: Request<'batch.control'>['action']) => void control(action),
    continueBatch: (id: string) => void continueBatch(id),
    forget: (entry: BatchEntry) => void forget(entry),
    report: (language: Language) => void report(language),
    /** Goes back to the settings. The batch can still be shown again. */
    leave(): void {
      patch({ shown: false });
      if (get().input !== null) updatePreview(0);
    },
    /** Shows a batch that has ended, without going on with it. */
    showBatch: (id: string) => void showBatch(id),
    setFilter(filter: BatchFilter): void {
      patch({ filter });
      void fetchRows();
    },
    /** Rows from `from` up to, but not including, `to` are visible. Null: none are. */
    setVisibleRows(rows: { from: number; to: number } | null): void {
      visible = rows;
      if (rows !== null) void fetchRows();
    },
  };
}

export type BatchActions = ReturnType<typeof createBatchActions>;
