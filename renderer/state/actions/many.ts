import type { Message } from '../../../contract/basics';
import type { Caption } from '../../../contract/caption';
import type { EditAction, MaskOp } from '../../../contract/edit';
import { isSameScan } from '../../../document/scan';
import type { Turn } from '../../darkroom/geometry';
import { type Copied, type CopyPart, isBitmap, isEditable, type LeftOut, pastedOnto, pastedScan } from '../copying';
import { ratingOf } from '../listing';
import type { Notice, OpenPhoto } from '../model';
import { selectedPhotos } from '../selection';
import type { Context } from './context';

/** How long a rating may not change before it is written beside the photo, in milliseconds. */
export const RATING_DELAY = 800;

/** What is done to all selected photos at once. Each photo gets one entry in its own history. */
export function createMany(context: Context) {
  const { call, asJob, find, patch, editSync } = context;
  const { photos, many, app } = context.stores;
  const selected = () => selectedPhotos(photos.getState());

  /** Remembers the settings of a photo, and which parts of them were chosen. */
  function copySettings(key: string, parts: readonly CopyPart[], choices: Readonly<Record<string, boolean>>): void {
    const entry = find(key);
    if (entry?.photo == null || entry.edit === null) return;
    const { photo, edit, name } = entry;
    const page = photo.page ?? photo;
    many.setState({ copied: { key, photoId: photo.id, name, size: photo, page, edit, parts } });
    const before = app.getState().settings.copyChoices;
    void context.program.setSettings({ copyChoices: { ...before, ...choices } });
    context.notices.tell({ tone: 'done', text: 'settingsCopied', params: { name, count: parts.length } });
  }

  /** Pastes the copied settings to the selected photos. */
  async function pasteSettings(): Promise<void> {
    const { copied } = many.getState();
    if (copied === null) {
      context.notices.tell({ tone: 'info', text: 'nothingCopied' });
      return;
    }
    const left = new Map<LeftOut, number>();
    const changes: Change[] = [];
    let waiting = 0;
    for (const { key } of selected()) {
      if (!isReady(key)) {
        waiting++;
        continue;
      }
      const isCropped = await cropLike(key, copied);
      const mask = await maskFor(key, copied);
      // The photo may have been closed or changed meanwhile.
      const entry = find(key);
      if (entry?.photo == null || entry.edit === null || entry.analysis === null) continue;
      const { edit, photo, analysis } = entry;
      const pasted = pastedOnto({ edit, photo, analysis }, copied, mask);
      for (const each of pasted.left) left.set(each, 1 + (left.get(each) ?? 0));
      // With the crop, both are undone as one.
      const continues = isCropped ? { continues: true } : {};
      const action = pasted.action && { ...pasted.action, ...continues };
      if (action !== null) changes.push({ key, action });
      else if (isCropped) changes.push({ key, action: null });
    }
    commitAll(changes, 'settingsPasted', [
      ...[...left].map(([why, count]): Message => ({ key: `many.left.${why}`, values: { count } })),
      ...(waiting > 0 ? [notReady(waiting)] : []),
    ]);
  }

  /** Cuts the print out of the page of a photo as the copied settings do. Returns whether that has changed it. */
  async function cropLike(key: string, copied: Copied): Promise<boolean> {
    const entry = find(key);
    if (entry?.photo == null) return false;
    const scan = pastedScan(copied, entry.photo.page ?? entry.photo);
    if (scan === undefined || isSameScan(scan, entry.edit?.scan)) return false;
    return context.scanning.crop(key, scan);
  }

  /** The mask of the copied settings for a photo. One from a file is stored with each photo. Null: it cannot be copied. */
  async function maskFor(key: string, { edit, parts, photoId, size }: Copied): Promise<readonly MaskOp[] | null> {
    if (!parts.includes('mask') || !edit.mask.some(isBitmap)) return edit.mask;
    const photo = find(key)?.photo;
    if (photo == null || photo.width !== size.width || photo.height !== size.height) return null;
    if (photo.id === photoId) return edit.mask;
    editSync.begin(key);
    const request = { from: photoId, to: photo.id, recipe: edit.recipe, of: 'repair' as const };
    const result = await asJob('mask', key, (jobId) => call('masks.copy', { ...request, jobId }));
    return result.ok ? [{ kind: 'bitmap', mode: 'replace', id: result.value.id }] : null;
  }

  /** Applies a named recipe, or the proposal of each photo. */
  function applyRecipe(id: string): void {
    const changes: Change[] = [];
    let waiting = 0;
    for (const { key, front } of selected()) {
      // The back of a print is never repaired.
      if (front !== null) continue;
      const recipe = context.history.recipeFor(key, id);
      if (recipe === null) waiting++;
      else if (JSON.stringify(recipe) !== JSON.stringify(find(key)?.recipe)) {
        changes.push({ key, action: { name: 'recipe', recipe } });
      }
    }
    commitAll(changes, 'recipeAppliedToAll', waiting > 0 ? [notReady(waiting)] : []);
  }

  /** Gives stars to the selected photos. */
  function rateAll(rating: number, keys: readonly string[] = selected().map(({ key }) => key)): void {
    for (const key of keys) {
      const entry = find(key);
      if (entry === null || ratingOf(entry) === rating) continue;
      if (entry.log === null) patch(key, { rated: rating });
      else context.history.commit(key, { name: 'rated', rating });
    }
  }

  /** Says something of a photo. Empty fields remove what its file says. */
  function caption(key: string, fields: Caption): void {
    if (find(key)?.log != null) context.history.commit(key, { name: 'captioned', caption: fields });
  }

  /** Says of all selected photos what was said of one of them. */
  function captionAll(from: string): void {
    const fields = find(from)?.edit?.caption ?? {};
    const others = selected().filter(({ key }) => key !== from);
    const ready = others.filter(({ log }) => log !== null);
    const waiting = others.length - ready.length;
    const changes = ready.map(({ key }): Change => ({ key, action: { name: 'captioned', caption: fields } }));
    commitAll(changes, 'captionedAll', waiting > 0 ? [notReady(waiting)] : []);
  }

  /** Photos whose new rating or caption waits to be written beside their files. */
  const unwritten = new Map<string, ReturnType<typeof setTimeout>>();
  let isToldNotBeside = false;

  /** Ratings and captions that a person has changed go into the XMP beside the photo, where the settings say so. */
  photos.subscribe(({ photos: now }, { photos: before }) => {
    if (now === before || !app.getState().settings.ratingSidecars) return;
    for (const entry of now) {
      const former = before.find(({ key }) => key === entry.key);
      if (former === undefined || former === entry) continue;
      const isNew =
        former.rated !== entry.rated ||
        (former.edit !== null &&
          entry.edit !== null &&
          (former.edit.rating !== entry.edit.rating || former.edit.caption !== entry.edit.caption));
      if (!isNew) continue;
      clearTimeout(unwritten.get(entry.key));
      unwritten.set(
        entry.key,
        setTimeout(() => void writeSidecar(entry.key), RATING_DELAY),
      );
    }
  });

  async function writeSidecar(key: string): Promise<void> {
    unwritten.delete(key);
    const entry = find(key);
    if (entry?.photo == null) return;
    const { name } = entry;
    const { photo, edit, rated } = entry;
    const said = { rating: edit?.rating ?? rated, caption: edit?.caption ?? {} };
    const result = await call('photos.writeSidecar', { photoId: photo.id, ...said });
    if (!result.ok) {
      context.notices.tell({
        tone: 'error',
        text: 'ratingUnwritten',
        params: { name },
        failure: result.error,
        photoKey: key,
        action: { label: 'retry', run: () => void writeSidecar(key) },
      });
    } else if (result.value.name === null && !isToldNotBeside) {
      isToldNotBeside = true;
      context.notices.tell({ tone: 'info', text: 'ratingNotBeside' });
    } else if (result.value.backup !== null) {
      context.notices.tell({ tone: 'info', text: 'ratingBackup', params: { name: result.value.backup } });
    }
  }

  function turnAll(how: Turn): void {
    for (const { key } of selected()) context.history.turn(key, how);
  }

  /** Opens the page of batches with the selected photos. */
  async function sendToBatch(): Promise<void> {
    const result = await call('batch.gather', { tokens: selected().map(({ token }) => token) });
    if (!result.ok) {
      context.notices.tell({ tone: 'error', text: 'filesFailed', failure: result.error });
      return;
    }
    const { folder, files, left } = result.value;
    if (folder !== null) context.batch.takeFiles(folder, files);
    const notes = left > 0 ? [{ key: 'many.notInBatch', values: { count: left } }] : [];
    if (folder === null) context.notices.tell({ tone: 'info', text: 'nothingForBatch' });
    else if (left > 0)
      context.notices.tell({ tone: 'info', text: 'sentToBatch', params: { count: files.length }, notes });
  }

  /** Closes photos. They can be opened again together. */
  function closeAll(keys: readonly string[] = selected().map(({ key }) => key)): void {
    if (keys.length === 1) context.opening.close(keys[0]!);
    else if (keys.length > 1) context.opening.closeAll(keys);
  }

  interface Change {
    key: string;
    /** Null: it was changed before. */
    action: EditAction | null;
  }

  const isReady = (key: string) => {
    const entry = find(key);
    return entry !== null && isEditable(entry);
  };

  /** Changes several photos, and offers to undo it in all of them where nothing has followed. */
  function commitAll(changes: readonly Change[], text: Notice['text'], notes: readonly Message[]): void {
    const done: { key: string; log: OpenPhoto['log'] }[] = [];
    for (const { key, action } of changes) {
      if (action !== null) context.history.commit(key, action);
      done.push({ key, log: find(key)?.log ?? null });
    }
    const undo = () => {
      for (const { key, log } of done) if (log !== null && find(key)?.log === log) context.history.undo(key);
    };
    context.notices.tell({
      tone: 'info',
      text: changes.length === 0 ? 'nothingChanged' : text,
      params: { count: changes.length },
      notes,
      action: changes.length === 0 ? null : { label: 'undo', run: undo },
    });
  }

  return {
    copySettings,
    pasteSettings,
    applyRecipe,
    turnAll,
    rateAll,
    caption,
    captionAll,
    sendToBatch,
    closeAll,
    commitAll,
  };
}

const notReady = (count: number): Message => ({ key: 'many.notReady', values: { count } });
