import type { EngineStatus, FileEntry, Settings } from '../../contract/app';
import type { Bridge, ConnectionState, Response, Written } from '../../contract/calls';
import type { EditAction, EditLog, EditState, LocalRepair, MaskOp } from '../../contract/edit';
import { type Failure, failure, type Result } from '../../contract/errors';
import type { ExportFormat, Photo } from '../../contract/photo';
import type { Recipe, StepKind } from '../../contract/recipe';
import { applyAction, freshLog, isSameByHand, isSameMask, isSamePicture, stateOf } from '../../document/edit';
import { DETECTED_MASK } from '../../document/mask';
import { type Turn, turned } from '../darkroom/geometry';
import { createBatchActions } from './batch';
import { type Asker, createComparison, recipeKey, type Wish } from './comparison';
import { createEditFiles } from './editFiles';
import { createJobs } from './jobs';
import { createKeeper } from './keeper';
import type { EditFile, Notice, OpenPhoto } from './model';
import { createPairsActions } from './pairs';
import { appliedTo, hasWork, type SettingValue, stepOf, withEnabled, withOrder, withSetting } from './recipes';
import { keepSession } from './session';
import { activePhoto, type Stores } from './stores';
import { createStyleActions } from './styles';
import { createToolActions, drawnOn, followTools } from './tools';
import { createViewActions, lookedAt, orientationOf } from './view';

/** How long the hand has to rest before a changed setting is computed, in milliseconds. */
export const PREVIEW_DELAY = 250;
/** The same after a stroke: painting goes on, and the computer had better listen to the hand. */
const PAINT_DELAY = 700;

/** What a log says of a photo. */
function derived(log: EditLog | null): Pick<OpenPhoto, 'edit' | 'recipe'> {
  const edit = log === null ? null : stateOf(log);
  return { edit, recipe: edit?.recipe ?? null };
}

/** Whether what a photo's history stands for has been computed, at least as a preview. */
function isRendered({ edit, renderedFor }: OpenPhoto): boolean {
  return edit !== null && renderedFor !== null && isSamePicture(edit, renderedFor);
}

/** What the actions need of the browser. */
export interface Surroundings {
  newId(): string;
  /** Starts a download. */
  download(url: string, name: string): void;
  /** Shows an address in a window of its own, which knows nothing of this one. */
  openPage(url: string): void;
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
  const find = (key: string) => photos.getState().photos.find((photo) => photo.key === key) ?? null;
  const { call, asJob, offer, cancel: cancelJob } = createJobs(bridge, stores, { find, newId: surroundings.newId });
  followTools(stores.tools, view);
  photos.subscribe(({ photos: now }, { photos: before }) => {
    for (const { key, edit } of now) {
      if (edit !== null && edit !== before.find((other) => other.key === key)?.edit) {
        viewActions.setOrientation(key, edit.orientation);
      }
    }
  });

  // ------------------------------------------------------------------------------------------ notices

  function tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): string {
    const full: Notice = {
      id: surroundings.newId(),
      params: {},
      failure: null,
      action: null,
      photoKey: null,
      stays: notice.tone === 'error',
      ...notice,
    };
    // The same thing said twice is said once.
    const differs = (other: Notice) => other.text !== full.text || other.params.name !== full.params.name;
    notices.setState((state) => ({ notices: [...state.notices.filter(differs), full] }));
    return full.id;
  }

  function dismiss(id: string): void {
    notices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  }

  /** What could not be done to a photo has been done now. */
  function withdraw(photoKey: string, text: Notice['text']): void {
    const isIt = (notice: Notice) => notice.photoKey === photoKey && notice.text === text;
    notices.setState((state) => ({ notices: state.notices.filter((notice) => !isIt(notice)) }));
  }

  // ------------------------------------------------------------------------------------------- photos

  /** Brings the histories to the main side, which keeps them safe. */
  const keeper = createKeeper({
    find,
    write: (request) => call('edits.write', request),
    onFailed: (key, failure) =>
      tell({ tone: 'error', text: 'editsUnsaved', params: { name: find(key)?.name ?? '' }, failure }),
  });

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
    compared.delete(key);
    withdrawUndo(key);
    // What went wrong is still true; what could be done about it is not.
    notices.setState((state) => ({
      notices: state.notices
        .filter(({ photoKey, tone }) => photoKey !== key || tone === 'error')
        .map((notice) => (notice.photoKey === key ? { ...notice, action: null } : notice)),
    }));
  }

  /** What is waiting to be opened: keys of photos, and edit files, which come after the photos that they came with. */
  const queue: (string | Pick<FileEntry, 'token' | 'name'>)[] = [];
  /** Which photo was looked at before one was opened: where to go back to if it cannot be. */
  const cameFrom = new Map<string, string | null>();
  let taking = false;

  function newPhoto(
    { token, name }: Pick<FileEntry, 'token' | 'name'>,
    log: EditLog | null = null,
    awaited: EditFile | null = null,
  ): OpenPhoto {
    return {
      key: surroundings.newId(),
      token,
      name,
      phase: 'waiting',
      photo: null,
      sha256: null,
      awaited,
      offered: null,
      analysis: null,
      evidence: 0,
      log,
      ...derived(log),
      editing: null,
      render: 'idle',
      rendering: null,
      renderedFor: null,
    };
  }

  /** Photos that were open when the program ended: that they go on need not be said of each. */
  const reopened = new Set<string>();

  /** Opens what was open at the end, the photo that was looked at first; what came in hand since stays in front. */
  function reopen({ photos: before, active, missing }: Response<'session.load'>): void {
    for (const uploaded of [false, true]) {
      const names = missing.filter((each) => each.uploaded === uploaded).map(({ name }) => name);
      if (names.length === 0) continue;
      tell({ tone: 'info', text: uploaded ? 'uploadsGone' : 'notReopened', params: { name: names.join(', ') } });
    }
    const fresh = before.map(({ file }) => newPhoto(file));
    if (fresh.length === 0) return;
    const { activeKey } = photos.getState();
    for (const [index, { key }] of fresh.entries()) {
      reopened.add(key);
      cameFrom.set(key, null);
      viewActions.recall(key, before[index]!.view);
    }
    photos.setState((state) => ({ photos: [...fresh, ...state.photos] }));
    const first = fresh[active ?? 0]!;
    queue.push(first.key, ...fresh.filter((each) => each !== first).map(({ key }) => key));
    if (activeKey === null) activate(first.key);
    void takeIn();
  }

  /**
   * Opens files one after the other. `log` is put back on a photo that was closed; `awaited` is taken over as soon as
   * the photo is open.
   */
  function openFiles(
    files: readonly Pick<FileEntry, 'token' | 'name' | 'kind'>[],
    log: EditLog | null = null,
    awaited: EditFile | null = null,
  ): void {
    const fresh = files.filter((file) => file.kind === 'photo').map((file) => newPhoto(file, log, awaited));
    const editFiles = files.filter((file) => file.kind === 'edit');
    const [folder, ...folders] = files.filter((file) => file.kind === 'folder');
    if (folder !== undefined && folders.length + 1 === files.length) {
      if (folders.length > 0) tell({ tone: 'info', text: 'oneFolder', params: { name: folder.name } });
      batch.take(folder);
      return;
    }
    if (folder !== undefined) tell({ tone: 'info', text: 'onlyPhotos' });
    const first = fresh[0];
    if (first === undefined) {
      if (editFiles.length === 0) return;
      queue.push(...editFiles);
      view.setState({ page: 'darkroom', dialog: null });
      void takeIn();
      return;
    }
    const { activeKey } = photos.getState();
    for (const photo of fresh) cameFrom.set(photo.key, activeKey);
    photos.setState((state) => ({ photos: [...state.photos, ...fresh] }));
    queue.push(...fresh.map((photo) => photo.key), ...editFiles);
    view.setState({ page: 'darkroom', dialog: null });
    activate(first.key);
    void takeIn();
  }

  async function takeIn(): Promise<void> {
    if (taking) return;
    taking = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (typeof next === 'string') {
        await open(next);
        await analyse(next);
      } else await editFiles.open(next);
    }
    taking = false;
    continueWithFull();
  }

  async function open(key: string): Promise<void> {
    const entry = find(key);
    if (entry === null) return;
    patch(key, { phase: 'opening' });
    const { token, name, log } = entry;
    const result = await asJob('open', key, (jobId) => call('photos.open', { token, jobId }));
    if (result.ok) {
      if (find(key) === null) void call('photos.close', { photoId: result.value.id });
      else {
        const { sha256, ...photo } = result.value;
        patch(key, { photo, sha256, phase: 'analysing' });
        await goOn(key, result.value);
      }
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
      action: { label: 'retry', run: () => openFiles([{ token, name, kind: 'photo' }], log) },
    });
  }

  /** Takes up what was done to a photo before, if anything. */
  async function goOn(key: string, photo: Photo): Promise<void> {
    const others = photos.getState().photos.flatMap((other) => other.photo?.id ?? []);
    const result = await call('edits.load', { photoId: photo.id, others: others.filter((id) => id !== photo.id) });
    const entry = find(key);
    if (entry === null) return;
    const { name } = entry;
    if (!result.ok) {
      keeper.refuse(key);
      tell({ tone: 'error', text: 'editsUnread', params: { name }, failure: result.error });
      return;
    }
    const { log, recovered, heldBy, beside } = result.value;
    const held = photos.getState().photos.find((other) => other.photo?.id === heldBy);
    if (held !== undefined) {
      // The same photo twice would be two histories of one thing.
      remove(key);
      void call('photos.close', { photoId: photo.id });
      activate(held.key);
      return;
    }
    if (log === null && entry.log !== null) keeper.begin(key);
    if (log !== null) {
      keeper.took(key, log);
      patch(key, { log, ...derived(log) });
    }
    if (entry.awaited !== null) {
      await editFiles.take(key, entry.awaited);
      return;
    }
    if (beside !== undefined && 'error' in beside) {
      tell({ tone: 'error', text: 'editFileFailed', params: { name: beside.name }, failure: beside.error });
    } else if (beside !== undefined) patch(key, { offered: beside });
    if (log === null || log.at === 0 || entry.log !== null || (reopened.has(key) && !recovered)) return;
    tell({
      tone: 'info',
      text: recovered ? 'recovered' : 'continued',
      params: { name },
      photoKey: key,
      action: { label: 'startOver', run: () => startOver(key) },
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
      const log = find(key)?.log ?? freshLog(result.value.recipe, orientationOf(view.getState(), key));
      patch(key, { phase: 'ready', analysis: result.value, log, ...derived(log) });
      withdraw(key, 'analyseFailed');
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
      photoKey: key,
      action: { label: 'retry', run: () => void analyse(key) },
    });
  }

  function activate(key: string): void {
    photos.setState({ activeKey: key });
    const entry = find(key);
    if (entry?.edit == null || entry.phase !== 'ready') return;
    if (!isRendered(entry)) schedule(key, 0);
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
    keeper.flush(key);
    remove(key);
    if (entry.photo !== null) void call('photos.close', { photoId: entry.photo.id });
    const { token, name, log } = entry;
    tell({
      tone: 'info',
      text: 'closed',
      params: { name },
      action: { label: 'reopen', run: () => openFiles([{ token, name, kind: 'photo' }], log) },
    });
    activateAny(null);
  }

  // --------------------------------------------------------------------------------------- comparison

  const comparison = createComparison({
    find,
    get: stores.comparison.getState,
    set: stores.comparison.setState,
    async render(key, { recipe, size, everywhere }, started) {
      const photo = find(key)?.photo;
      if (photo == null) return failure('UNKNOWN_PHOTO', 'This photo is no longer open.');
      return asJob(
        'compare',
        key,
        (jobId) => call('photos.render', { photoId: photo.id, recipe, size, everywhere, jobId }),
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

  /** What the pictures of other recipes are made with besides those. */
  const compared = new Map<string, EditState>();

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
    const entry = find(key);
    if (entry?.photo == null || entry.edit === null) return;
    const { edit, rendering, renderedFor } = entry;
    const before = compared.get(key);
    if (before === undefined || !isSameByHand(before, edit)) comparison.outdate(key);
    compared.set(key, edit);
    if (!hasWork(edit)) {
      patch(key, { render: 'idle', rendering: null, renderedFor: edit });
      comparison.run();
      return;
    }
    // Where only local repairs differ, the full size is there and needs no more than they do.
    const isLocal =
      rendering?.size === 'full' &&
      renderedFor?.recipe === edit.recipe &&
      isSameMask(renderedFor.mask, edit.mask) &&
      isSameMask(renderedFor.styleMask, edit.styleMask);
    patch(key, { render: 'scheduled' });
    const turn: NonNullable<typeof wanted> = { key, timer: null, jobId: null };
    turn.timer = setTimeout(() => {
      turn.timer = null;
      void compute(turn, isLocal ? 'full' : 'preview');
    }, delay);
    wanted = turn;
  }

  async function compute(turn: NonNullable<typeof wanted>, size: 'preview' | 'full'): Promise<void> {
    const entry = find(turn.key);
    if (entry?.photo == null || entry.edit === null) return;
    const { edit, name } = entry;
    const { recipe } = edit;
    const photoId = entry.photo.id;
    keeper.flush(turn.key);
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
        renderedFor: edit,
      });
      withdraw(turn.key, 'renderFailed');
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
      photoKey: turn.key,
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

  /**
   * Adds an entry to the history. `setting` names what is under the hand: changes of the same one in a row are one
   * entry. The picture follows after `delay` milliseconds.
   */
  function commit(key: string, action: EditAction, setting: string | null = null, delay = 0): void {
    const entry = find(key);
    if (entry?.log == null || entry.edit === null) return;
    withdrawUndo(key);
    const { log, editing } = entry;
    const from = setting !== null && setting === editing ? log.at - 1 : log.at;
    const next: EditLog = { ...log, actions: [...log.actions.slice(0, from), action], at: from + 1 };
    const edit = from === log.at ? applyAction(entry.edit, action) : stateOf(next);
    patch(key, { log: next, edit, recipe: edit.recipe, editing: setting });
    keeper.changed(key, from);
    if (!isSamePicture(entry.edit, edit)) schedule(key, delay);
  }

  function setRecipe(key: string, name: EditAction['name'], recipe: Recipe, setting: string | null = null): void {
    commit(key, { name, recipe }, setting, setting === null ? 0 : PREVIEW_DELAY);
  }

  function setEnabled(key: string, kind: StepKind, enabled: boolean): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withEnabled(recipe, kind, enabled));
  }

  /** Lets a step run where another does, as far as the order is free. */
  function moveStep(key: string, kind: StepKind, place: StepKind): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withOrder(recipe, kind, place));
  }

  function setSetting(key: string, kind: StepKind, name: string, value: SettingValue): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'setting', withSetting(recipe, kind, name, value), `${kind}.${name}`);
  }

  /** The hand has left the slider: the next change is a step of the history of its own. */
  function settleSetting(key: string): void {
    patch(key, { editing: null });
  }

  /** Applies a named recipe, or the proposal again. */
  function chooseRecipe(key: string, id: string): void {
    const analysis = find(key)?.analysis;
    if (analysis == null) return;
    const named = app.getState().recipes.find((recipe) => recipe.id === id);
    const recipe =
      id === analysis.recipe.id ? analysis.recipe : named === undefined ? null : appliedTo(named, analysis);
    if (recipe !== null) commitTold(key, { name: 'recipe', recipe }, 'recipeApplied');
  }

  function moveTo(key: string, at: number): void {
    const entry = find(key);
    if (entry?.log == null || at < 0 || at > entry.log.actions.length || at === entry.log.at) return;
    withdrawUndo(key);
    const next = { ...entry.log, at };
    const edit = stateOf(next);
    patch(key, { log: next, edit, recipe: edit.recipe, editing: null });
    keeper.changed(key, next.actions.length);
    if (entry.edit === null || !isSamePicture(entry.edit, edit)) schedule(key, 0);
  }

  /** Turns or mirrors a photo. Before it is measured there is no history yet: that begins with the photo as it is seen. */
  function turn(key: string, how: Turn): void {
    const orientation = turned(orientationOf(view.getState(), key), how);
    if (find(key)?.log == null) viewActions.setOrientation(key, orientation);
    else commit(key, { name: 'turned', orientation });
  }

  /** Takes the recipe of a variant as it is, unless the photo has it already. */
  function chooseVariant(key: string, recipe: Recipe): void {
    const now = find(key)?.recipe;
    if (now == null || recipeKey(now) === recipeKey(recipe)) return;
    commitTold(key, { name: 'recipe', recipe }, 'variantApplied');
  }

  /** What continues the action before it goes and comes back with that. */
  function undo(key: string): void {
    const log = find(key)?.log;
    if (log == null) return;
    let at = log.at - 1;
    while (at > 0 && log.actions[at]?.continues === true) at--;
    moveTo(key, at);
  }

  function redo(key: string): void {
    const log = find(key)?.log;
    if (log == null) return;
    let at = log.at + 1;
    while (log.actions[at]?.continues === true) at++;
    moveTo(key, at);
  }

  /** Notices that offer to undo the last thing done to a photo, by their id. */
  const undoable = new Map<string, string>();

  function tellUndoable(key: string, notice: Pick<Notice, 'tone' | 'text' | 'params'>): void {
    undoable.set(tell({ ...notice, photoKey: key, action: { label: 'undo', run: () => undo(key) } }), key);
  }

  /** Something else is the last thing done now, so that undo would mean that. */
  function withdrawUndo(key: string): void {
    for (const [id, of] of undoable) {
      if (of !== key) continue;
      undoable.delete(id);
      dismiss(id);
    }
  }

  /** An action that says so, with a way back. */
  function commitTold(key: string, action: EditAction, text: Notice['text']): void {
    const name = find(key)?.name ?? '';
    commit(key, action);
    tellUndoable(key, { tone: 'info', text, params: { name } });
  }

  /** Back to the proposal, as one entry of the history; before the photo is measured anew, to that of the first time. */
  function startOver(key: string): void {
    const entry = find(key);
    const proposal = entry?.analysis?.recipe ?? entry?.log?.base.recipe;
    if (proposal === undefined) return;
    commitTold(
      key,
      { name: 'startOver', recipe: proposal, mask: [...DETECTED_MASK], styleMask: [], repairs: [] },
      'startedOver',
    );
  }

  // ------------------------------------------------------------------------------- mask and local repairs

  /** The recipe with its repair step switched on: who edits the mask wants it used. */
  function repairing(recipe: Recipe): Recipe | undefined {
    return stepOf(recipe, 'repair')?.enabled === true ? undefined : withEnabled(recipe, 'repair', true);
  }

  /** Adds an operation to the mask that is edited. */
  function paint(key: string, op: MaskOp): void {
    const { recipe = null, edit = null } = find(key) ?? {};
    if (recipe === null || edit === null) return;
    if (stores.tools.getState().target === 'style') {
      paintStyle(key, op, edit.styleMask);
      return;
    }
    const action: EditAction = { name: 'mask', paint: op, recipe: repairing(recipe) };
    if (op.kind === 'clear') commitTold(key, action, 'maskCleared');
    else commit(key, action, null, PAINT_DELAY);
  }

  /** The same for the mask of the style: as long as nothing is drawn, all of the photo is in it. */
  function paintStyle(key: string, op: MaskOp, before: readonly MaskOp[]): void {
    if (op.kind === 'clear') {
      styleEverywhere(key);
      return;
    }
    const isTakenOut =
      (op.kind === 'stroke' && op.mode === 'erase') ||
      ((op.kind === 'area' || op.kind === 'bitmap') && op.mode === 'subtract');
    if (before.length === 0 && isTakenOut) {
      commit(key, { name: 'styleMask', styleMask: [{ kind: 'invert' }, op] }, null, PAINT_DELAY);
    } else commit(key, { name: 'styleMask', paintStyle: op }, null, PAINT_DELAY);
  }

  /** Adds what belongs to the stroke before it. */
  function continueStroke(key: string, op: MaskOp): void {
    commit(key, { ...drawnOn(stores.tools.getState().target, op), continues: true }, null, PAINT_DELAY);
  }

  function styleEverywhere(key: string): void {
    if (find(key)?.edit?.styleMask.length === 0) return;
    commitTold(key, { name: 'styleMaskReset', styleMask: [] }, 'styleMaskReset');
  }

  /** Back to the damage that was found, or to a style that is everywhere. */
  function resetMask(key: string): void {
    if (stores.tools.getState().target === 'style') styleEverywhere(key);
    else commitTold(key, { name: 'maskReset', mask: [...DETECTED_MASK] }, 'maskReset');
  }

  /** A stroke that is not finished: kept safe, but not yet an entry of the history. */
  function keepUnfinished(key: string, action: EditAction): void {
    keeper.unfinished(key, action);
    // As long as the hand moves, what it has drawn so far is not computed.
    if (wanted?.key === key && wanted.timer !== null) schedule(key, PAINT_DELAY);
  }

  /** The stroke was given up. */
  function dropUnfinished(key: string): void {
    const log = find(key)?.log;
    if (log != null) keeper.changed(key, log.at);
  }

  /** Repairs a region by itself, at once. */
  function repairPlace(key: string, op: LocalRepair['mask'][number], continues = false): void {
    const action: EditAction = { name: 'repair', repair: { id: surroundings.newId(), enabled: true, mask: [op] } };
    commit(key, continues ? { ...action, continues } : action);
  }

  function switchRepair(key: string, id: string, enabled: boolean): void {
    commit(key, { name: enabled ? 'repairOn' : 'repairOff', toggle: { id, enabled } });
  }

  /** Lets a local repair follow where another did: the later one lies above. */
  function moveRepair(key: string, id: string, place: string): void {
    const to = find(key)?.edit?.repairs.findIndex((repair) => repair.id === place) ?? -1;
    if (to >= 0) commit(key, { name: 'repairMoved', move: { id, to } });
  }

  function removeRepair(key: string, id: string): void {
    commitTold(key, { name: 'repairRemoved', remove: id }, 'repairRemoved');
  }

  function handedOver(written: Written, saved: Notice['text'], downloaded: Notice['text']): void {
    const base = app.getState().info?.downloadBase ?? null;
    if (written.download === null || base === null) {
      tell({ tone: 'done', text: saved, params: { name: written.name, place: written.place ?? '' }, stays: true });
      return;
    }
    const download = () => surroundings.download(`${base}/${written.download}`, written.name);
    download();
    tell({ tone: 'done', text: downloaded, params: { name: written.name } });
  }

  const editFiles = createEditFiles({
    find,
    all: () => photos.getState().photos,
    call,
    tell,
    keep: keeper,
    adopt(key, log, looked) {
      const entry = find(key);
      if (entry === null) return;
      withdrawUndo(key);
      const change = derived(log);
      keeper.took(key, log);
      patch(key, { log, ...change, editing: null });
      if (looked !== null) viewActions.recall(key, looked);
      const isNew = entry.edit === null || change.edit === null || !isSamePicture(entry.edit, change.edit);
      if (isNew && find(key)?.phase === 'ready') schedule(key, 0);
    },
    open: (photo, edit) => openFiles([photo], null, edit),
    activate,
    ask(edit) {
      app.setState((state) => ({ lostEdits: [...state.lostEdits.filter(({ token }) => token !== edit.token), edit] }));
      viewActions.show('findPhoto');
    },
    forgetOffer: (key) => patch(key, { offered: null }),
    viewOf: (key) => lookedAt(view.getState(), key),
    handedOver: (written) => handedOver(written, 'editSaved', 'editDownloaded'),
    tellUndoable: (key, name) => tellUndoable(key, { tone: 'done', text: 'editTaken', params: { name } }),
  });

  /** The photo of the edit file that is asked for, or none; then the next is. */
  function foundPhoto(photo: FileEntry | null): void {
    const [edit, ...left] = app.getState().lostEdits;
    app.setState({ lostEdits: left });
    viewActions.show(left.length > 0 ? 'findPhoto' : null);
    if (edit !== undefined && photo !== null) openFiles([photo], null, edit);
  }

  /** Answers false where the page has to ask for the file by itself. */
  async function pickLostPhoto(): Promise<boolean> {
    if (app.getState().info?.nativeDialogs !== true) return false;
    const result = await call('files.pick', { kind: 'photos' });
    const file = result.ok ? result.value.files.find(({ kind }) => kind === 'photo') : undefined;
    if (file !== undefined) foundPhoto(file);
    return true;
  }

  async function takeLostPhoto(file: File): Promise<void> {
    const offered = await offer([file]);
    if (offered.ok) foundPhoto(offered.value[0] ?? null);
    else if (offered.error.code !== 'CANCELLED') {
      tell({ tone: 'error', text: 'filesFailed', failure: offered.error });
    }
  }

  async function exportMask(key: string): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    const { recipe, name } = entry;
    const photoId = entry.photo.id;
    keeper.flush(key);
    const result = await asJob('mask', key, (jobId) =>
      call('masks.export', { photoId, recipe, of: stores.tools.getState().target, jobId }),
    );
    if (result.ok) handedOver(result.value, 'maskSaved', 'maskDownloaded');
    else if (result.error.code !== 'CANCELLED') {
      tell({ tone: 'error', text: 'maskFailed', params: { name }, failure: result.error });
    }
  }

  async function importMask(key: string, token: string, name: string): Promise<void> {
    const photoId = find(key)?.photo?.id;
    if (photoId === undefined) return;
    // A mask is kept with the edits, so there must be some.
    keeper.begin(key);
    const result = await asJob('mask', key, (jobId) => call('masks.import', { photoId, token, jobId }));
    takeBitmap(key, result, name);
  }

  function takeBitmap(key: string, result: Result<{ id: string }>, name: string): void {
    const recipe = find(key)?.recipe;
    if (recipe == null) return;
    if (result.ok) {
      const op: MaskOp = { kind: 'bitmap', mode: 'replace', id: result.value.id };
      paint(key, op);
      tellUndoable(key, { tone: 'done', text: 'maskTaken', params: { name } });
    } else if (result.error.code !== 'CANCELLED') {
      tell({ tone: 'error', text: 'maskFailed', params: { name }, failure: result.error });
    }
  }

  /** Where the host has dialogs: asks for a mask. Answers false where the page has to ask by itself. */
  async function pickMask(key: string): Promise<boolean> {
    if (app.getState().info?.nativeDialogs !== true) return false;
    const result = await call('files.pick', { kind: 'mask' });
    const file = result.ok ? result.value.files[0] : undefined;
    if (file !== undefined) await importMask(key, file.token, file.name);
    return true;
  }

  /** A mask that was dropped or chosen in the page. */
  async function takeMask(key: string, file: File): Promise<void> {
    const offered = await offer([file]);
    const entry = offered.ok ? offered.value[0] : undefined;
    if (entry !== undefined) await importMask(key, entry.token, entry.name);
    else if (!offered.ok && offered.error.code !== 'CANCELLED')
      tell({ tone: 'error', text: 'maskFailed', params: { name: file.name }, failure: offered.error });
  }

  /** Uses the mask of another open photo of the same size. */
  async function copyMask(key: string, fromKey: string): Promise<void> {
    const [to, from] = [find(key), find(fromKey)];
    if (to?.photo == null || from?.photo == null || from.recipe === null) return;
    const of = stores.tools.getState().target;
    const request = { from: from.photo.id, to: to.photo.id, recipe: from.recipe, of };
    keeper.flush(fromKey);
    keeper.begin(key);
    const result = await asJob('mask', key, (jobId) => call('masks.copy', { ...request, jobId }));
    takeBitmap(key, result, from.name);
  }

  // -------------------------------------------------------------------------------------------- own recipes

  async function loadRecipes(): Promise<void> {
    const result = await call('recipes.list', {});
    if (result.ok) app.setState({ recipes: result.value.recipes, ownRecipes: result.value.own });
  }

  function recipeFailed(name: string, error: Failure): void {
    if (error.code !== 'CANCELLED') tell({ tone: 'error', text: 'recipeFailed', params: { name }, failure: error });
  }

  /** Keeps what is set on a photo as a recipe of one's own, which the photo then has. */
  async function saveRecipe(key: string, name: string, id: string | null = null): Promise<void> {
    const recipe = find(key)?.recipe;
    if (recipe == null) return;
    const result = await call('recipes.save', { id, name, recipe });
    if (!result.ok) {
      recipeFailed(name, result.error);
      return;
    }
    await loadRecipes();
    setRecipe(key, 'recipe', { ...result.value.recipe, gate: 'always' });
    tell({ tone: 'done', text: 'recipeSaved', params: { name } });
  }

  /** Another name, or the same recipe once more under one. */
  async function keepRecipe(recipe: Recipe, name: string, id: string | null): Promise<void> {
    const result = await call('recipes.save', { id, name, recipe });
    if (result.ok) await loadRecipes();
    else recipeFailed(name, result.error);
  }

  async function removeRecipe(recipe: Recipe): Promise<void> {
    const result = await call('recipes.remove', { id: recipe.id });
    if (!result.ok) {
      recipeFailed(recipe.name, result.error);
      return;
    }
    await loadRecipes();
    tell({
      tone: 'info',
      text: 'recipeRemoved',
      params: { name: recipe.name },
      action: { label: 'undo', run: () => void keepRecipe(recipe, recipe.name, null) },
    });
  }

  async function exportRecipe(recipe: Recipe): Promise<void> {
    const result = await call('recipes.export', { id: recipe.id });
    if (result.ok) handedOver(result.value, 'recipeWritten', 'recipeDownloaded');
    else recipeFailed(recipe.name, result.error);
  }

  async function importRecipe(token: string, name: string): Promise<void> {
    const result = await call('recipes.import', { token });
    if (!result.ok) {
      recipeFailed(name, result.error);
      return;
    }
    await loadRecipes();
    tell({ tone: 'done', text: 'recipeTaken', params: { name: result.value.recipe.name } });
  }

  /** Answers false where the page has to ask for the file by itself. */
  async function pickRecipe(): Promise<boolean> {
    if (app.getState().info?.nativeDialogs !== true) return false;
    const result = await call('files.pick', { kind: 'recipe' });
    const file = result.ok ? result.value.files[0] : undefined;
    if (file !== undefined) await importRecipe(file.token, file.name);
    return true;
  }

  async function takeRecipeFile(file: File): Promise<void> {
    const offered = await offer([file]);
    const entry = offered.ok ? offered.value[0] : undefined;
    if (entry !== undefined) await importRecipe(entry.token, entry.name);
    else if (!offered.ok) recipeFailed(file.name, offered.error);
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
    const result = await offer(files);
    if (result.ok) openFiles(result.value);
    else if (result.error.code !== 'CANCELLED') {
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
    keeper.flush(key);
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
          photoKey: key,
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

  const styles = createStyleActions(stores, { find, call, asJob, offer, tell, setRecipe });
  const batch = createBatchActions(stores, { call, tell, view: viewActions, ...surroundings });
  const pairs = createPairsActions(stores, { call, tell, view: viewActions, loadGenerators, ...surroundings });

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
    else if (command === 'batch' || command === 'pairs') viewActions.goTo(command);
    else if (command === 'settings') viewActions.show('settings');
    // Nothing is done to a photo that is not seen.
    else if (entry?.photo == null || view.getState().page !== 'darkroom') return;
    else if (command === 'export') viewActions.show('export');
    else if (command === 'saveEdit') void editFiles.save(entry.key);
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

  /** Once the engine is not started again by itself any more, that is for a person to do. */
  function engineChanged(engine: EngineStatus): void {
    app.setState({ engine });
    const isTold = (notice: Notice) => notice.text === 'engineFailed';
    if (engine.state === 'ready' || engine.state === 'busy') {
      notices.setState((state) => ({ notices: state.notices.filter((notice) => !isTold(notice)) }));
    } else if (engine.state === 'failed' && !notices.getState().notices.some(isTold)) {
      const { error } = failure('ENGINE_FAILED', 'The engine was not started again.', engine.note ?? undefined);
      tell({
        tone: 'error',
        text: 'engineFailed',
        failure: error,
        action: { label: 'retry', run: () => void startEngine() },
      });
    }
  }

  /** Starts the engine anew and takes up what it could not do on the photo that is looked at. */
  async function startEngine(): Promise<void> {
    const result = await call('engine.restart', {});
    if (!result.ok) {
      tell({ tone: 'error', text: 'engineFailed', failure: result.error });
      return;
    }
    const entry = activePhoto(photos.getState());
    if (entry?.photo == null || entry.phase !== 'ready') return;
    if (entry.analysis === null) void analyse(entry.key);
    else if (entry.render === 'failed') schedule(entry.key, 0);
  }

  /** Asks the main side who it is and listens to it. Returns the function that ends the listening. */
  async function start(): Promise<() => void> {
    const off = [
      bridge.on('job.progress', (progress) => {
        jobs.setState((state) => ({
          jobs: state.jobs.map((job) =>
            job.id === progress.jobId ? { ...job, progress, reportedAt: performance.now() } : job,
          ),
        }));
      }),
      bridge.on('engine.status', engineChanged),
      bridge.on('photo.evidence', ({ photoId }) => {
        const entry = photos.getState().photos.find((each) => each.photo?.id === photoId);
        if (entry !== undefined) patch(entry.key, { evidence: entry.evidence + 1 });
      }),
      bridge.on('batch.state', batch.changed),
      bridge.on('synthesis.state', pairs.changed),
      bridge.on('files.offered', ({ files }) => openFiles(files)),
      bridge.on('menu.command', ({ command }) => menuCommand(command)),
      bridge.onConnection?.(connectionChanged) ?? (() => {}),
    ];
    const [settings, info, recipes, engine, recent, session] = await Promise.all([
      call('settings.get', {}),
      call('app.info', {}),
      call('recipes.list', {}),
      call('engine.status', {}),
      call('edits.recent', {}),
      call('session.load', {}),
      batch.load(),
      pairs.load(),
    ]);
    if (settings.ok) {
      app.setState({ settings: settings.value });
      // Whoever comes with photos in hand is not kept waiting.
      if (!settings.value.introduced && photos.getState().photos.length === 0) viewActions.show('tour');
    }
    if (info.ok) app.setState({ info: info.value });
    if (recipes.ok) app.setState({ recipes: recipes.value.recipes, ownRecipes: recipes.value.own });
    if (recent.ok) app.setState({ recent: recent.value.entries });
    if (engine.ok) engineChanged(engine.value);
    const failed = [settings, info, recipes, engine].find((result) => !result.ok);
    if (failed !== undefined && !failed.ok) tell({ tone: 'error', text: 'startFailed', failure: failed.error });
    if (session.ok) reopen(session.value);
    // What is missing is told once, and not at every start.
    const isKept = !session.ok || session.value.missing.length === 0;
    off.push(keepSession(stores, isKept, (now) => call('session.save', now)));
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
    compareWith: (asker: Asker, key: string, wishes: readonly Wish[]) => comparison.want(asker, key, wishes),
    cancelJob,
    setEnabled,
    moveStep,
    turn,
    setSetting,
    settleSetting,
    chooseRecipe,
    chooseVariant,
    undo,
    redo,
    /** To any point of the history. */
    goTo: moveTo,
    startOver,
    paint,
    continueStroke,
    resetMask,
    styleEverywhere,
    keepUnfinished,
    dropUnfinished,
    repairPlace,
    switchRepair,
    moveRepair,
    removeRepair,
    saveEdit: (key: string) => void editFiles.save(key),
    takeOffered: (key: string) => void editFiles.takeOffered(key),
    keepMine: (key: string) => void editFiles.keepMine(key),
    pickLostPhoto,
    takeLostPhoto: (file: File) => void takeLostPhoto(file),
    giveUpLostPhoto: () => foundPhoto(null),
    exportMask: (key: string) => void exportMask(key),
    pickMask,
    takeMask: (key: string, file: File) => void takeMask(key, file),
    copyMask: (key: string, fromKey: string) => void copyMask(key, fromKey),
    saveRecipe: (key: string, name: string, id: string | null) => void saveRecipe(key, name, id),
    keepRecipe: (recipe: Recipe, name: string, id: string | null) => void keepRecipe(recipe, name, id),
    removeRecipe: (recipe: Recipe) => void removeRecipe(recipe),
    exportRecipe: (recipe: Recipe) => void exportRecipe(recipe),
    pickRecipe,
    takeRecipeFile: (file: File) => void takeRecipeFile(file),
    tell,
    exportPhoto,
    setSettings,
    loadGenerators,
    dismiss,
    view: viewActions,
    batch,
    pairs,
    styles,
    tools: createToolActions(stores.tools),
  };
}

export type Actions = ReturnType<typeof createActions>;
