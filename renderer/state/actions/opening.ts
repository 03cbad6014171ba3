import type { FileEntry } from '../../../contract/app';
import type { Response } from '../../../contract/calls';
import type { EditLog } from '../../../contract/edit';
import type { Failure, Result } from '../../../contract/errors';
import type { Analysis, Photo } from '../../../contract/photo';
import type { Recipe } from '../../../contract/recipe';
import { freshLog } from '../../../document/edit';
import { arranged } from '../listing';
import type { EditFile, Notice, OfBatch, OpenPhoto } from '../model';
import { appliedTo } from '../recipes';
import { isSelected, type PickHow, picked, pickedAll, without } from '../selection';
import { orientationOf } from '../view';
import { type Context, derived, isRendered } from './context';

/** The back of a print is never repaired: its writing is a record. The steps are there to be switched on by hand. */
const withoutSteps = (recipe: Recipe): Recipe => ({
  ...recipe,
  steps: recipe.steps.map((step) => ({ ...step, enabled: false })),
});

/** An analysis on its way. */
interface AskedAnalysis {
  photoId: string;
  jobId: string;
  answer: Promise<Result<Analysis>>;
}

/** Opening, analysing and closing photos, and which one is active. */
export function createOpening(context: Context) {
  const { call, asJob, find, patch, editSync } = context;
  const { photos, listing, jobs, view, notices } = context.stores;

  /** Keys of photos and edit files that wait to be opened. Edit files come after the photos they were opened with. */
  const queue: (string | Pick<FileEntry, 'token' | 'name'>)[] = [];
  /** The photo that was active before another was opened. It becomes active again if opening fails. */
  const activeBefore = new Map<string, string | null>();
  /** Photos of the last session. They are not announced as continued. */
  const reopened = new Set<string>();
  let isOpening = false;
  /** Analyses that were asked for before the edits of their photos were loaded, by key. */
  const early = new Map<string, AskedAnalysis>();

  function newPhoto(
    { token, name }: Pick<FileEntry, 'token' | 'name'>,
    log: EditLog | null = null,
    awaited: EditFile | null = null,
    ofBatch: OfBatch | null = null,
  ): OpenPhoto {
    return {
      key: context.browser.newId(),
      token,
      name,
      phase: 'waiting',
      photo: null,
      sha256: null,
      front: null,
      editor: null,
      awaited,
      offered: null,
      ofBatch,
      analysis: null,
      evidence: 0,
      rated: null,
      log,
      ...derived(log),
      editing: null,
      render: 'idle',
      rendering: null,
      renderedFor: null,
      wasExported: false,
      exportedFor: null,
      exportFailure: null,
    };
  }

  /** Opens the photos of the last session, the active one first. Photos that were opened meanwhile stay active. */
  function reopen({ photos: before, active, missing }: Response<'session.load'>): void {
    for (const uploaded of [false, true]) {
      const names = missing.filter((each) => each.uploaded === uploaded).map(({ name }) => name);
      if (names.length === 0) continue;
      context.notices.tell({
        tone: 'info',
        text: uploaded ? 'uploadsGone' : 'notReopened',
        params: { name: names.join(', ') },
      });
    }
    const fresh = before.map(({ file, exported }) => ({ ...newPhoto(file), wasExported: exported }));
    if (fresh.length === 0) return;
    const { activeKey } = photos.getState();
    for (const [index, { key }] of fresh.entries()) {
      reopened.add(key);
      activeBefore.set(key, null);
      context.view.recall(key, before[index]!.view);
    }
    photos.setState((state) => ({ photos: [...fresh, ...state.photos] }));
    const first = fresh[active ?? 0]!;
    queue.push(first.key, ...fresh.filter((each) => each !== first).map(({ key }) => key));
    if (activeKey === null) activate(first.key);
    void takeIn();
  }

  /**
   * Opens files one after the other. `log` is the history of a photo that is opened again. `awaited` is an edit file
   * that is applied once the photo is open. `ofBatch`: the photo of a batch that it is.
   */
  function openFiles(
    files: readonly Pick<FileEntry, 'token' | 'name' | 'kind'>[],
    log: EditLog | null = null,
    awaited: EditFile | null = null,
    ofBatch: OfBatch | null = null,
  ): void {
    const photosAmong = files.filter((file) => file.kind === 'photo');
    const fresh = photosAmong.map((file) => newPhoto(file, log, awaited, ofBatch));
    const editFiles = files.filter((file) => file.kind === 'edit');
    const models = files.filter((file) => file.kind === 'model');
    if (models.length > 0) {
      const weights = files.filter((file) => file.kind === 'weights');
      // Files that are not nets are looked at too, and the reason is told.
      for (const model of models) void context.library.take(model, weights);
      if (fresh.length + editFiles.length === 0) return;
    }
    const [folder, ...folders] = files.filter((file) => file.kind === 'folder');
    if (folder !== undefined && folders.length + 1 === files.length) {
      if (folders.length > 0) context.notices.tell({ tone: 'info', text: 'oneFolder', params: { name: folder.name } });
      const { pairs, batch } = context;
      (view.getState().page === 'pairs' ? pairs : batch).take(folder);
      return;
    }
    if (folder !== undefined) context.notices.tell({ tone: 'info', text: 'onlyPhotos' });
    const first = fresh[0];
    if (first === undefined) {
      if (editFiles.length === 0) return;
      queue.push(...editFiles);
      context.view.goTo(view.getState().page === 'table' ? 'table' : 'darkroom');
      void takeIn();
      return;
    }
    const { activeKey } = photos.getState();
    for (const photo of fresh) activeBefore.set(photo.key, activeKey);
    photos.setState((state) => ({ photos: [...state.photos, ...fresh] }));
    queue.push(...fresh.map((photo) => photo.key), ...editFiles);
    context.view.goTo(view.getState().page === 'table' ? 'table' : 'darkroom');
    activate(first.key);
    void takeIn();
  }

  async function takeIn(): Promise<void> {
    if (isOpening) return;
    isOpening = true;
    // Of the photo before. It takes longer than a person waits for the next one, and is continued afterwards.
    context.rendering.pauseFull();
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (typeof next === 'string') {
        await open(next);
        await analyse(next);
      } else await context.editFiles.documents.open(next);
    }
    isOpening = false;
    context.rendering.continueWithFull();
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
        const { sha256, others, editor, front, ...photo } = result.value;
        patch(key, { photo, sha256, editor, front, phase: 'analysing' });
        // Drawing the photo keeps the page busy for a while, and the engine can work meanwhile.
        if (log === null) early.set(key, askForAnalysis(key, photo.id));
        // The last session says itself which photos of a file were open.
        if (!reopened.has(key)) addBeside(key, others);
        await resumeEdits(key, result.value);
      }
      return;
    }
    if (find(key) === null) return;
    const wasActive = photos.getState().activeKey === key;
    remove(key);
    if (wasActive) activateAny(activeBefore.get(key) ?? null);
    if (result.error.code === 'CANCELLED') return;
    tellUnopened({ token, name, log, failure: result.error });
  }

  /** Files that could not be opened, as long as the notice about them is shown. */
  let unopened: { id: string; files: { token: string; name: string; log: EditLog | null; failure: Failure }[] } | null =
    null;

  /** One notice for all files that could not be opened, however many. */
  function tellUnopened(file: { token: string; name: string; log: EditLog | null; failure: Failure }): void {
    const isShown = unopened !== null && notices.getState().notices.some(({ id }) => id === unopened?.id);
    const files = [...(isShown ? unopened!.files : []).filter(({ token }) => token !== file.token), file];
    if (isShown) context.notices.dismiss(unopened!.id);
    const again = () => {
      for (const { token, name, log } of files) openFiles([{ token, name, kind: 'photo' }], log);
    };
    const isOne = files.length === 1;
    const id = context.notices.tell({
      tone: 'error',
      text: isOne ? 'openFailed' : 'openFailedMany',
      params: isOne ? { name: file.name } : { count: files.length },
      ...(isOne ? { failure: file.failure } : { failed: files }),
      action: { label: 'retry', run: again },
    });
    unopened = { id, files };
  }

  /** Adds the other photos of a file behind the first one. */
  function addBeside(key: string, files: readonly FileEntry[]): void {
    const open = photos.getState().photos;
    const fresh = files.filter(({ token }) => open.every((each) => each.token !== token)).map((file) => newPhoto(file));
    if (fresh.length === 0) return;
    for (const photo of fresh) activeBefore.set(photo.key, key);
    const at = open.findIndex((each) => each.key === key) + 1;
    photos.setState({ photos: [...open.slice(0, at), ...fresh, ...open.slice(at)] });
    queue.unshift(...fresh.map((photo) => photo.key));
  }

  /** Opens the prints on the page of a photo behind it, and shows the first. */
  function openPrints(key: string, files: readonly FileEntry[]): void {
    addBeside(key, files);
    const first = photos.getState().photos.find(({ token }) => token === files[0]?.token);
    if (first !== undefined) activate(first.key);
    void takeIn();
  }

  /** Continues with the stored edits of a photo, if there are any. */
  async function resumeEdits(key: string, photo: Photo): Promise<void> {
    const others = photos.getState().photos.flatMap((other) => other.photo?.id ?? []);
    const result = await call('edits.load', { photoId: photo.id, others: others.filter((id) => id !== photo.id) });
    const entry = find(key);
    if (entry === null) return;
    const { name } = entry;
    if (!result.ok) {
      editSync.refuse(key);
      context.notices.tell({ tone: 'error', text: 'editsUnread', params: { name }, failure: result.error });
      return;
    }
    const { log, recovered, heldBy, beside } = result.value;
    const held = photos.getState().photos.find((other) => other.photo?.id === heldBy);
    if (held !== undefined) {
      // A photo that is open twice would have two histories.
      remove(key);
      void call('photos.close', { photoId: photo.id });
      activate(held.key);
      if (entry.ofBatch !== null) patch(held.key, { ofBatch: entry.ofBatch });
      return;
    }
    if (log === null && entry.log !== null) editSync.begin(key);
    if (log !== null) {
      editSync.took(key, log);
      patch(key, { log, ...derived(log) });
    }
    if (entry.awaited !== null) {
      await context.editFiles.documents.take(key, entry.awaited);
      return;
    }
    if (beside !== undefined && 'error' in beside) {
      context.notices.tell({
        tone: 'error',
        text: 'editFileFailed',
        params: { name: beside.name },
        failure: beside.error,
      });
    } else if (beside !== undefined) patch(key, { offered: beside });
    if (log === null || log.at === 0 || entry.log !== null || (reopened.has(key) && !recovered)) return;
    context.notices.tell({
      tone: 'info',
      text: recovered ? 'recovered' : 'continued',
      params: { name },
      photoKey: key,
      action: { label: 'startOver', run: () => context.history.startOver(key) },
    });
  }

  function askForAnalysis(key: string, photoId: string): AskedAnalysis {
    const asked = { photoId, jobId: '' };
    const answer = asJob(
      'analyse',
      key,
      (jobId) => call('photos.analyse', { photoId, jobId }),
      (jobId) => {
        asked.jobId = jobId;
      },
    );
    return { ...asked, answer };
  }

  /** The analysis that was asked for early, if it is that of this picture; any other is cancelled. */
  function takeEarly(key: string, photoId: string | null): AskedAnalysis | null {
    const asked = early.get(key) ?? null;
    early.delete(key);
    if (asked === null || asked.photoId === photoId) return asked;
    context.cancelJob(asked.jobId);
    return null;
  }

  /** Analyses a photo, as the print that its edit says. Returns false if it could not be opened as that one. */
  async function analyse(key: string): Promise<boolean> {
    if (find(key)?.photo == null) return false;
    patch(key, { phase: 'analysing' });
    const isCut = await context.scanning.cut(key);
    const entry = find(key);
    const photoId = (isCut && entry?.photo?.id) || null;
    const asked = takeEarly(key, photoId);
    if (entry === null || photoId === null) return false;
    const result = await (asked ?? askForAnalysis(key, photoId)).answer;
    if (find(key) === null) return false;
    if (result.ok) {
      const before = find(key)!;
      const { log: known, rated } = before;
      const proposed = before.front === null ? result.value.recipe : withoutSteps(result.value.recipe);
      const fresh = freshLog(proposed, orientationOf(view.getState(), key), before.photo?.page?.scan);
      const log = known ?? { ...fresh, base: { ...fresh.base, rating: rated } };
      const now = derived(log);
      const exported = before.wasExported ? { wasExported: false, exportedFor: now.edit } : {};
      patch(key, { phase: 'ready', analysis: result.value, log, ...now, ...exported });
      const { ofBatch } = before;
      // It goes on with what the batch has done.
      if (known === null && ofBatch?.recipe) {
        context.history.commit(key, { name: 'recipe', recipe: appliedTo(ofBatch.recipe, result.value) });
      }
      context.notices.withdraw(key, 'analyseFailed');
      if (photos.getState().activeKey === key) context.rendering.schedule(key, 'now');
      return true;
    }
    patch(key, { phase: 'ready' });
    if (result.error.code === 'CANCELLED') return true;
    context.notices.tell({
      tone: 'error',
      text: 'analyseFailed',
      params: { name: entry.name },
      failure: result.error,
      photoKey: key,
      action: { label: 'retry', run: () => void analyse(key) },
    });
    return true;
  }

  /** The photos in the order in which they are shown. */
  const order = () => arranged(photos.getState().photos, listing.getState()).map(({ key }) => key);

  /** Shows a photo. A selection that it belongs to stays. */
  function activate(key: string): void {
    photos.setState((state) => (isSelected(state, key) ? { activeKey: key } : picked(state, [], key, 'only')));
    activated(key);
  }

  /** Changes the selection by a click or key, see {@link PickHow}. */
  function select(key: string, how: PickHow): void {
    const before = photos.getState().activeKey;
    photos.setState((state) => picked(state, order(), key, how));
    const { activeKey } = photos.getState();
    if (activeKey !== null && activeKey !== before) activated(activeKey);
  }

  function selectAll(): void {
    const before = photos.getState().activeKey;
    photos.setState((state) => pickedAll(state, order()));
    const { activeKey } = photos.getState();
    if (activeKey !== null && activeKey !== before) activated(activeKey);
  }

  /** Selects these open photos and shows the first of them. */
  function selectThese(keys: readonly string[]): void {
    const [first] = keys;
    if (first === undefined) return;
    photos.setState({ activeKey: first, selected: keys, anchor: first });
    activated(first);
  }

  function activated(key: string): void {
    const entry = find(key);
    if (entry?.edit == null || entry.phase !== 'ready') return;
    if (!isRendered(entry)) context.rendering.schedule(key, 0);
    else context.rendering.continueWithFull();
  }

  /** Activates a photo if it is still open, else the one that `remove` has chosen. */
  function activateAny(key: string | null): void {
    const next = key !== null && find(key) !== null ? key : photos.getState().activeKey;
    if (next !== null) activate(next);
  }

  /** Activates the photo `offset` places further in the filmstrip. */
  function activateNext(offset: 1 | -1): void {
    const { activeKey } = photos.getState();
    const keys = order();
    const next = keys[activeKey === null ? 0 : keys.indexOf(activeKey) + offset];
    if (next !== undefined) select(next, 'only');
  }

  function close(key: string): void {
    closeAll([key]);
  }

  /** Closes photos and offers to open them again, with what was undone in them. */
  function closeAll(keys: readonly string[]): void {
    const entries = keys.flatMap((key) => find(key) ?? []);
    if (entries.length === 0) return;
    for (const { key } of entries) {
      context.rendering.stop(key);
      for (const job of jobs.getState().jobs) if (job.photoKey === key) context.cancelJob(job.id);
      const waiting = queue.indexOf(key);
      if (waiting >= 0) queue.splice(waiting, 1);
      editSync.flush(key);
    }
    remove(...entries.map(({ key }) => key));
    for (const { photo } of entries) if (photo !== null) void call('photos.close', { photoId: photo.id });
    const [first] = entries;
    context.notices.tell({
      tone: 'info',
      text: entries.length === 1 ? 'closed' : 'closedAll',
      params: { name: first!.name, count: entries.length },
      action: {
        label: 'reopen',
        run: () => {
          for (const { token, name, log } of entries) openFiles([{ token, name, kind: 'photo' }], log);
        },
      },
    });
    activateAny(null);
  }

  function remove(...closed: string[]): void {
    const keys = order();
    photos.setState((state) => without(state, keys, new Set(closed)));
    for (const key of closed) {
      takeEarly(key, null);
      context.view.zoomFit(key);
      context.rendering.forget(key);
      context.notices.withdrawUndo(key);
    }
    // Errors of a closed photo stay, without their actions.
    const isClosed = ({ photoKey }: Notice) => photoKey !== null && closed.includes(photoKey);
    notices.setState((state) => ({
      notices: state.notices
        .filter((notice) => !isClosed(notice) || notice.tone === 'error')
        .map((notice) => (isClosed(notice) ? { ...notice, action: null } : notice)),
    }));
  }

  return {
    reopen,
    openFiles,
    openPrints,
    analyse,
    activate,
    activateNext,
    select,
    selectAll,
    selectThese,
    close,
    closeAll,
    isTaking: () => isOpening,
  };
}
