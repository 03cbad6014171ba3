import {
  type Bridge,
  type CallName,
  type ConnectionState,
  type ExportFormat,
  type FileEntry,
  failure,
  type Recipe,
  type Request,
  type Response,
  type Result,
  type Settings,
  type StepKind,
} from '../../preload/contract';
import { createComparison, type Wish } from './comparison';
import type { JobKind, Notice, OpenPhoto } from './model';
import { appliedTo, hasWork, type SettingValue, withEnabled, withSetting } from './recipes';
import { activePhoto, type Stores } from './stores';
import { createViewActions, orientationOf } from './view';

/** How long the hand has to rest before a changed setting is computed, in milliseconds. */
export const PREVIEW_DELAY = 250;
const PHOTO_HISTORY = 100;

/** What the actions need of the browser. */
export interface Surroundings {
  newId(): string;
  /** Starts a download. */
  download(url: string, name: string): void;
}

export interface ExportChoice {
  format: ExportFormat;
  quality: number;
  keepMetadata: boolean;
}

/**
 * Everything the window can do. Photos are opened and measured one after the other; of the open photos only the one
 * that is looked at is computed, first as a preview and then at full size.
 */
export function createActions(bridge: Bridge, stores: Stores, surroundings: Surroundings) {
  const { photos, jobs, notices, app, view } = stores;
  const viewActions = createViewActions(view);

  // -------------------------------------------------------------------------------------------- calls

  async function call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>> {
    try {
      return await bridge.call(name, request);
    } catch (error) {
      return failure('INTERNAL', 'The call failed.', String(error));
    }
  }

  /** Makes a call that can be cancelled and shows it as a job for as long as it lasts. */
  async function asJob<T>(
    kind: JobKind,
    photoKey: string,
    work: (jobId: string) => Promise<Result<T>>,
    started?: (jobId: string) => void,
  ): Promise<Result<T>> {
    const id = surroundings.newId();
    jobs.setState((state) => ({ jobs: [...state.jobs, { id, kind, photoKey, progress: null, cancelling: false }] }));
    started?.(id);
    const result = await work(id);
    jobs.setState((state) => ({ jobs: state.jobs.filter((job) => job.id !== id) }));
    return result;
  }

  function cancelJob(id: string): void {
    jobs.setState((state) => ({
      jobs: state.jobs.map((job) => (job.id === id ? { ...job, cancelling: true } : job)),
    }));
    void call('jobs.cancel', { jobId: id });
  }

  // ------------------------------------------------------------------------------------------ notices

  function tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): void {
    const full: Notice = {
      id: surroundings.newId(),
      params: {},
      failure: null,
      action: null,
      stays: notice.tone === 'error',
      ...notice,
    };
    // The same thing said twice is said once.
    const differs = (other: Notice) => other.text !== full.text || other.params.name !== full.params.name;
    notices.setState((state) => ({ notices: [...state.notices.filter(differs), full] }));
  }

  function dismiss(id: string): void {
    notices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  }

  // ------------------------------------------------------------------------------------------- photos

  const find = (key: string) => photos.getState().photos.find((photo) => photo.key === key) ?? null;

  function patch(key: string, change: Partial<OpenPhoto>): void {
    photos.setState((state) => ({
      photos: state.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)),
    }));
  }

  function remove(key: string): void {
    photos.setState((state) => {
      const index = state.photos.findIndex((photo) => photo.key === key);
      const rest = state.photos.filter((photo) => photo.key !== key);
      const neighbour = rest[Math.min(index, rest.length - 1)]?.key ?? null;
      return { photos: rest, activeKey: state.activeKey === key ? neighbour : state.activeKey };
    });
    viewActions.zoomFit(key);
    comparison.forget(key);
  }

  const queue: string[] = [];
  /** Which photo was looked at before one was opened: where to go back to if it cannot be. */
  const cameFrom = new Map<string, string | null>();
  let taking = false;

  /** Opens files one after the other. `recipe` is put back on a photo that was closed. */
  function openFiles(files: readonly Pick<FileEntry, 'token' | 'name' | 'kind'>[], recipe: Recipe | null = null): void {
    const fresh = files
      .filter((file) => file.kind === 'photo')
      .map(
        (file): OpenPhoto => ({
          key: surroundings.newId(),
          token: file.token,
          name: file.name,
          phase: 'waiting',
          photo: null,
          analysis: null,
          recipe,
          past: [],
          future: [],
          editing: null,
          render: 'idle',
          rendering: null,
          renderedFor: null,
        }),
      );
    if (fresh.length < files.length) tell({ tone: 'info', text: 'onlyPhotos' });
    const first = fresh[0];
    if (first === undefined) return;
    const { activeKey } = photos.getState();
    for (const photo of fresh) cameFrom.set(photo.key, activeKey);
    photos.setState((state) => ({ photos: [...state.photos, ...fresh] }));
    queue.push(...fresh.map((photo) => photo.key));
    view.setState({ page: 'darkroom', dialog: null });
    activate(first.key);
    void takeIn();
  }

  async function takeIn(): Promise<void> {
    if (taking) return;
    taking = true;
    for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
      await open(key);
      await analyse(key);
    }
    taking = false;
    continueWithFull();
  }

  async function open(key: string): Promise<void> {
    const entry = find(key);
    if (entry === null) return;
    patch(key, { phase: 'opening' });
    const { token, name, recipe } = entry;
    const result = await asJob('open', key, (jobId) => call('photos.open', { token, jobId }));
    if (result.ok) {
      if (find(key) === null) void call('photos.close', { photoId: result.value.id });
      else patch(key, { photo: result.value, phase: 'analysing' });
      return;
    }
    if (find(key) === null) return;
    const wasActive = photos.getState().activeKey === key;
    remove(key);
    if (wasActive) activateAny(cameFrom.get(key) ?? null);
    if (result.error.code === 'CANCELLED') return;
    tell({
      tone: 'error',
      text: 'openFailed',
      params: { name },
      failure: result.error,
      action: { label: 'retry', run: () => openFiles([{ token, name, kind: 'photo' }], recipe) },
    });
  }

  async function analyse(key: string): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null) return;
    const photoId = entry.photo.id;
    patch(key, { phase: 'analysing' });
    const result = await asJob('analyse', key, (jobId) => call('photos.analyse', { photoId, jobId }));
    if (find(key) === null) return;
    if (result.ok) {
      patch(key, { phase: 'ready', analysis: result.value, recipe: entry.recipe ?? result.value.recipe });
      if (photos.getState().activeKey === key) schedule(key, 0);
      return;
    }
    patch(key, { phase: 'ready' });
    if (result.error.code === 'CANCELLED') return;
    tell({
      tone: 'error',
      text: 'analyseFailed',
      params: { name: entry.name },
      failure: result.error,
      action: { label: 'retry', run: () => void analyse(key) },
    });
  }

  function activate(key: string): void {
    photos.setState({ activeKey: key });
    const entry = find(key);
    if (entry?.recipe == null || entry.phase !== 'ready') return;
    if (entry.renderedFor !== entry.recipe) schedule(key, 0);
    else continueWithFull();
  }

  /** Looks at a photo if it is still open, else at the one that `remove` has chosen. */
  function activateAny(key: string | null): void {
    const next = key !== null && find(key) !== null ? key : photos.getState().activeKey;
    if (next !== null) activate(next);
  }

  /** The photo `offset` places further in the filmstrip. */
  function activateNext(offset: 1 | -1): void {
    const state = photos.getState();
    const index = state.photos.findIndex((photo) => photo.key === state.activeKey);
    const next = state.photos[index + offset];
    if (next !== undefined) activate(next.key);
  }

  function close(key: string): void {
    const entry = find(key);
    if (entry === null) return;
    stop(key);
    for (const job of jobs.getState().jobs) if (job.photoKey === key) cancelJob(job.id);
    const waiting = queue.indexOf(key);
    if (waiting >= 0) queue.splice(waiting, 1);
    remove(key);
    if (entry.photo !== null) void call('photos.close', { photoId: entry.photo.id });
    const { token, name, recipe } = entry;
    tell({
      tone: 'info',
      text: 'closed',
      params: { name },
      action: { label: 'reopen', run: () => openFiles([{ token, name, kind: 'photo' }], recipe) },
    });
    activateAny(null);
  }

  // --------------------------------------------------------------------------------------- comparison

  const comparison = createComparison({
    find,
    get: stores.comparison.getState,
    set: stores.comparison.setState,
    async render(key, { recipe, size }, started) {
      const photo = find(key)?.photo;
      if (photo == null) return failure('UNKNOWN_PHOTO', 'This photo is no longer open.');
      return asJob(
        'compare',
        key,
        (jobId) => call('photos.render', { photoId: photo.id, recipe, size, jobId }),
        started,
      );
    },
    cancel: cancelJob,
    isBusy: () => taking || ['scheduled', 'preview'].includes(activePhoto(photos.getState())?.render ?? ''),
    isFullToCome: () => ['previewed', 'full'].includes(activePhoto(photos.getState())?.render ?? ''),
    pause: pauseFull,
    resume: continueWithFull,
  });

  // ---------------------------------------------------------------------------------------- rendering

  /** The one rendering that is wanted: of the photo that is looked at. Anything else in flight is superseded. */
  let wanted: { key: string; timer: ReturnType<typeof setTimeout> | null; jobId: string | null } | null = null;

  function stop(key?: string): void {
    if (wanted === null || (key !== undefined && wanted.key !== key)) return;
    if (wanted.timer !== null) clearTimeout(wanted.timer);
    if (wanted.jobId !== null) cancelJob(wanted.jobId);
    const unfinished = find(wanted.key);
    if (unfinished !== null && unfinished.render !== 'done') patch(wanted.key, { render: 'idle', renderedFor: null });
    wanted = null;
  }

  /** Breaks off the full size; {@link continueWithFull} starts it again. */
  function pauseFull(): void {
    if (wanted === null || wanted.jobId === null || find(wanted.key)?.render !== 'full') return;
    cancelJob(wanted.jobId);
    patch(wanted.key, { render: 'previewed' });
    wanted = { key: wanted.key, timer: null, jobId: null };
  }

  /** Computes the photo's recipe: the preview after `delay`, the full size when nothing more urgent is left. */
  function schedule(key: string, delay: number): void {
    stop();
    comparison.outdate(key);
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    if (!hasWork(entry.recipe)) {
      patch(key, { render: 'idle', rendering: null, renderedFor: entry.recipe });
      comparison.run();
      return;
    }
    patch(key, { render: 'scheduled' });
    const turn: NonNullable<typeof wanted> = { key, timer: null, jobId: null };
    turn.timer = setTimeout(() => {
      turn.timer = null;
      void compute(turn, 'preview');
    }, delay);
    wanted = turn;
  }

  async function compute(turn: NonNullable<typeof wanted>, size: 'preview' | 'full'): Promise<void> {
    const entry = find(turn.key);
    if (entry?.photo == null || entry.recipe === null) return;
    const { recipe, name } = entry;
    const photoId = entry.photo.id;
    patch(turn.key, { render: size });
    const result = await asJob(
      size,
      turn.key,
      (jobId) => call('photos.render', { photoId, recipe, size, jobId }),
      (jobId) => {
        turn.jobId = jobId;
      },
    );
    if (turn !== wanted || find(turn.key) === null) return;
    turn.jobId = null;
    if (result.ok) {
      patch(turn.key, {
        render: size === 'preview' ? 'previewed' : 'done',
        rendering: result.value,
        renderedFor: recipe,
      });
      if (size === 'preview') continueWithFull();
      else comparison.run();
      return;
    }
    if (result.error.code === 'CANCELLED') {
      patch(turn.key, { render: 'stopped' });
      return;
    }
    patch(turn.key, { render: 'failed' });
    tell({
      tone: 'error',
      text: 'renderFailed',
      params: { name },
      failure: result.error,
      action: { label: 'retry', run: () => schedule(turn.key, 0) },
    });
  }

  /** The full size comes last: after the preview, and after all waiting photos have been opened and measured. */
  function continueWithFull(): void {
    const entry = activePhoto(photos.getState());
    if (taking) return;
    if (comparison.isPending()) {
      comparison.run();
      return;
    }
    if (entry === null || wanted?.key !== entry.key || entry.render !== 'previewed') return;
    void compute(wanted, 'full');
  }

  /** Starts again what was stopped or has failed. */
  function computeAgain(key: string): void {
    schedule(key, 0);
  }

  const renewed = new Set<number>();

  /** A rendering is not kept any more (others took its room, or the engine was started anew): it is computed again. */
  function renew(key: string, revision: number): void {
    if (renewed.has(revision)) return;
    renewed.add(revision);
    if (find(key)?.rendering?.revision === revision) schedule(key, 0);
    else comparison.renew(revision);
  }

  // ------------------------------------------------------------------------------------------ recipes

  /** `setting` names what is under the hand: changes of the same one in a row are one step of the history. */
  function setRecipe(key: string, recipe: Recipe, setting: string | null): void {
    const entry = find(key);
    if (entry?.recipe == null) return;
    const continues = setting !== null && setting === entry.editing;
    patch(key, {
      recipe,
      past: continues ? entry.past : [...entry.past, entry.recipe].slice(-PHOTO_HISTORY),
      future: [],
      editing: setting,
    });
    schedule(key, setting === null ? 0 : PREVIEW_DELAY);
  }

  function setEnabled(key: string, kind: StepKind, enabled: boolean): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, withEnabled(recipe, kind, enabled), null);
  }

  function setSetting(key: string, kind: StepKind, name: string, value: SettingValue): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, withSetting(recipe, kind, name, value), `${kind}.${name}`);
  }

  /** The hand has left the slider: the next change is a step of the history of its own. */
  function settleSetting(key: string): void {
    patch(key, { editing: null });
  }

  /** Applies a named recipe, or the proposal again. */
  function chooseRecipe(key: string, id: string): void {
    const analysis = find(key)?.analysis;
    if (analysis == null) return;
    if (id === analysis.recipe.id) {
      setRecipe(key, analysis.recipe, null);
      return;
    }
    const named = app.getState().recipes.find((recipe) => recipe.id === id);
    if (named !== undefined) setRecipe(key, appliedTo(named, analysis), null);
  }

  /** Takes a recipe as it is, as one step of the history. */
  function takeRecipe(key: string, recipe: Recipe): void {
    setRecipe(key, recipe, null);
  }

  function undo(key: string): void {
    const entry = find(key);
    const recipe = entry?.past.at(-1);
    if (entry?.recipe == null || recipe === undefined) return;
    patch(key, { recipe, past: entry.past.slice(0, -1), future: [entry.recipe, ...entry.future], editing: null });
    schedule(key, 0);
  }

  function redo(key: string): void {
    const entry = find(key);
    const recipe = entry?.future[0];
    if (entry?.recipe == null || recipe === undefined) return;
    patch(key, { recipe, past: [...entry.past, entry.recipe], future: entry.future.slice(1), editing: null });
    schedule(key, 0);
  }

  // -------------------------------------------------------------------------------------------- files

  /** The system's dialog, or the page's own where the host has none. */
  async function pickPhotos(): Promise<void> {
    if (app.getState().info?.nativeDialogs !== true) {
      viewActions.show('files');
      return;
    }
    const result = await call('files.pick', { kind: 'photos' });
    if (result.ok) openFiles(result.value.files);
    else tell({ tone: 'error', text: 'filesFailed', failure: result.error });
  }

  /** Dropped, pasted or uploaded files. */
  async function takeFiles(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const result = await bridge.offer(files);
    if (result.ok) openFiles(result.value);
    else {
      tell({
        tone: 'error',
        text: 'filesFailed',
        failure: result.error,
        action: { label: 'retry', run: () => void takeFiles(files) },
      });
    }
  }

  async function exportPhoto(key: string, choice: ExportChoice): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    const { name, recipe } = entry;
    const photoId = entry.photo.id;
    const orientation = orientationOf(view.getState(), key);
    const result = await asJob('export', key, (jobId) =>
      call('photos.export', { photoId, recipe, jobId, ...choice, orientation, folder: null }),
    );
    if (!result.ok) {
      if (result.error.code === 'CANCELLED') tell({ tone: 'info', text: 'exportCancelled', params: { name } });
      else {
        tell({
          tone: 'error',
          text: 'exportFailed',
          params: { name },
          failure: result.error,
          action: { label: 'retry', run: () => void exportPhoto(key, choice) },
        });
      }
      return;
    }
    const written = result.value;
    const base = app.getState().info?.downloadBase ?? null;
    if (written.download !== null && base !== null) {
      const url = `${base}/${written.download}`;
      const download = () => surroundings.download(url, written.name);
      download();
      tell({
        tone: 'done',
        text: 'downloaded',
        params: { name: written.name },
        action: { label: 'downloadAgain', run: download },
        stays: true,
      });
    } else {
      const place = written.place ?? '';
      tell({ tone: 'done', text: 'exported', params: { name: written.name, place }, stays: true });
    }
  }

  // ---------------------------------------------------------------------------------------------- app

  async function setSettings(change: Partial<Settings>): Promise<void> {
    const before = app.getState().settings;
    app.setState({ settings: { ...before, ...change } });
    const result = await call('settings.set', change);
    app.setState({ settings: result.ok ? result.value : before });
    if (!result.ok) tell({ tone: 'error', text: 'settingsFailed', failure: result.error });
  }

  async function loadGenerators(): Promise<void> {
    const result = await call('generators.list', {});
    if (result.ok) app.setState({ generators: result.value.generators });
    else {
      tell({
        tone: 'error',
        text: 'generatorsFailed',
        failure: result.error,
        action: { label: 'retry', run: () => void loadGenerators() },
      });
    }
  }

  function menuCommand(command: string): void {
    const entry = activePhoto(photos.getState());
    if (command === 'open') void pickPhotos();
    else if (command === 'settings') viewActions.show('settings');
    else if (entry?.photo == null) return;
    else if (command === 'export') viewActions.show('export');
    else if (command === 'zoomFit') viewActions.zoomFit(entry.key);
    else if (command === 'zoomActual') viewActions.zoomTo(entry.key, entry.photo, 100);
    else if (command === 'zoomIn') viewActions.zoomStep(entry.key, entry.photo, 1);
    else if (command === 'zoomOut') viewActions.zoomStep(entry.key, entry.photo, -1);
  }

  /** The host program was ended or has come back; the photos that it held are only there in the second case. */
  function connectionChanged(connection: ConnectionState): void {
    app.setState({ connection });
    const old = notices.getState().notices.find((notice) => notice.text === 'connectionLost');
    if (connection === 'open' && old !== undefined) dismiss(old.id);
    if (connection !== 'lost') return;
    tell({
      tone: 'error',
      text: 'connectionLost',
      failure: { code: 'CONNECTION_LOST', message: 'The page has lost the program behind it.' },
    });
  }

  /** Asks the main side who it is and listens to it. Returns the function that ends the listening. */
  async function start(): Promise<() => void> {
    const off = [
      bridge.on('job.progress', (progress) => {
        jobs.setState((state) => ({
          jobs: state.jobs.map((job) => (job.id === progress.jobId ? { ...job, progress } : job)),
        }));
      }),
      bridge.on('engine.status', (engine) => app.setState({ engine })),
      bridge.on('files.offered', ({ files }) => openFiles(files)),
      bridge.on('menu.command', ({ command }) => menuCommand(command)),
      bridge.onConnection?.(connectionChanged) ?? (() => {}),
    ];
    const [settings, info, recipes, engine] = await Promise.all([
      call('settings.get', {}),
      call('app.info', {}),
      call('recipes.list', {}),
      call('engine.status', {}),
    ]);
    if (settings.ok) app.setState({ settings: settings.value });
    if (info.ok) app.setState({ info: info.value });
    if (recipes.ok) app.setState({ recipes: recipes.value.recipes });
    if (engine.ok) app.setState({ engine: engine.value });
    const failed = [settings, info, recipes, engine].find((result) => !result.ok);
    if (failed !== undefined && !failed.ok) tell({ tone: 'error', text: 'startFailed', failure: failed.error });
    return () => {
      for (const end of off) end();
    };
  }

  return {
    start,
    call,
    openFiles,
    pickPhotos,
    takeFiles,
    activate,
    activateNext,
    close,
    analyse: (key: string) => void analyse(key),
    computeAgain,
    renew,
    /** Pictures of other recipes that are to be seen beside the photo's own. */
    compareWith: (key: string, wishes: readonly Wish[]) => comparison.want(key, wishes),
    cancelJob,
    setEnabled,
    setSetting,
    settleSetting,
    chooseRecipe,
    takeRecipe,
    undo,
    redo,
    exportPhoto,
    setSettings,
    loadGenerators,
    dismiss,
    view: viewActions,
  };
}

export type Actions = ReturnType<typeof createActions>;
