import type { EditAction, MaskOp } from '../../../contract/edit';
import type { Result } from '../../../contract/errors';
import type { Recipe } from '../../../contract/recipe';
import { DETECTED_MASK } from '../../../document/mask';
import { stepOf, withEnabled } from '../recipes';
import { drawnOn } from '../tools';
import type { Context } from './context';

/**
 * How long to wait after a stroke before computing, in milliseconds. More strokes often follow, and computing would
 * slow down painting.
 */
const PAINT_DELAY = 700;

/** The masks of a photo, painted or loaded from files. */
export function createMasks(context: Context) {
  const { call, asJob, offer, find, editSync, stores } = context;

  /** The recipe with the repair step switched on: editing the mask implies that it is used. */
  function repairing(recipe: Recipe): Recipe | undefined {
    return stepOf(recipe, 'repair')?.enabled === true ? undefined : withEnabled(recipe, 'repair', true);
  }

  /** Changes the mask of the repair. */
  function change(key: string, action: EditAction): void {
    context.history.commit(key, action, null, PAINT_DELAY);
  }

  /** Adds an operation to the mask that is being edited. */
  function paint(key: string, op: MaskOp): void {
    const { recipe = null, edit = null } = find(key) ?? {};
    if (recipe === null || edit === null) return;
    const { target } = stores.tools.getState();
    if (target === 'style') {
      paintStyle(key, op, edit.styleMask);
      return;
    }
    if (target === 'keep') {
      if (op.kind === 'clear') keepNothing(key);
      else context.history.commit(key, drawnOn(target, op), null, PAINT_DELAY);
      return;
    }
    const action: EditAction = { name: 'mask', paint: op, recipe: repairing(recipe) };
    if (op.kind === 'clear') context.history.commitTold(key, action, 'maskCleared');
    else change(key, action);
  }

  /** The same for the style's mask. An empty style mask covers the whole photo. */
  function paintStyle(key: string, op: MaskOp, before: readonly MaskOp[]): void {
    if (op.kind === 'clear') {
      styleEverywhere(key);
      return;
    }
    const isTakenOut =
      (op.kind === 'stroke' && op.mode === 'erase') ||
      ((op.kind === 'area' || op.kind === 'bitmap') && op.mode === 'subtract');
    if (before.length === 0 && isTakenOut) {
      context.history.commit(key, { name: 'styleMask', styleMask: [{ kind: 'invert' }, op] }, null, PAINT_DELAY);
    } else context.history.commit(key, { name: 'styleMask', paintStyle: op }, null, PAINT_DELAY);
  }

  /** Adds a piece that belongs to the previous stroke. */
  function continueStroke(key: string, op: MaskOp): void {
    context.history.commit(key, { ...drawnOn(stores.tools.getState().target, op), continues: true }, null, PAINT_DELAY);
  }

  function styleEverywhere(key: string): void {
    if (find(key)?.edit?.styleMask.length === 0) return;
    context.history.commitTold(key, { name: 'styleMaskReset', styleMask: [] }, 'styleMaskReset');
  }

  /** Nothing is left alone any more. */
  function keepNothing(key: string): void {
    if (find(key)?.edit?.keepMask.length === 0) return;
    context.history.commitTold(key, { name: 'keepMaskReset', keepMask: [] }, 'keepMaskReset');
  }

  /** Resets the mask to the detected damage, the style's mask to the whole photo, and that of what is left alone to nothing. */
  function resetMask(key: string): void {
    const { target } = stores.tools.getState();
    if (target === 'style') styleEverywhere(key);
    else if (target === 'keep') keepNothing(key);
    else context.history.commitTold(key, { name: 'maskReset', mask: [...DETECTED_MASK] }, 'maskReset');
  }

  /** Saves an unfinished stroke without adding a history entry. */
  function keepUnfinished(key: string, action: EditAction): void {
    editSync.unfinished(key, action);
    // Nothing is computed while the stroke goes on.
    context.rendering.postpone(key, PAINT_DELAY);
  }

  /** The stroke was discarded. */
  function dropUnfinished(key: string): void {
    const log = find(key)?.log;
    if (log != null) editSync.changed(key, log.at);
  }

  async function exportMask(key: string): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    const { recipe, name } = entry;
    const photoId = entry.photo.id;
    editSync.flush(key);
    const result = await asJob('mask', key, (jobId) =>
      call('masks.export', { photoId, recipe, of: stores.tools.getState().target, jobId }),
    );
    if (result.ok) context.files.handedOver(result.value, 'maskSaved', 'maskDownloaded');
    else if (result.error.code !== 'CANCELLED') {
      context.notices.tell({ tone: 'error', text: 'maskFailed', params: { name }, failure: result.error });
    }
  }

  async function importMask(key: string, token: string, name: string): Promise<void> {
    const photoId = find(key)?.photo?.id;
    if (photoId === undefined) return;
    // The mask is stored with the edits, so a log must exist.
    editSync.begin(key);
    const result = await asJob('mask', key, (jobId) => call('masks.import', { photoId, token, jobId }));
    takeBitmap(key, result, name);
  }

  function takeBitmap(key: string, result: Result<{ id: string }>, name: string): void {
    const recipe = find(key)?.recipe;
    if (recipe == null) return;
    if (result.ok) {
      const op: MaskOp = { kind: 'bitmap', mode: 'replace', id: result.value.id };
      paint(key, op);
      context.notices.tellUndoable(key, { tone: 'done', text: 'maskTaken', params: { name } });
    } else if (result.error.code !== 'CANCELLED') {
      context.notices.tell({ tone: 'error', text: 'maskFailed', params: { name }, failure: result.error });
    }
  }

  /** Asks for a mask in the system's dialog. Returns false where the host has none and the page has to ask. */
  async function pickMask(key: string): Promise<boolean> {
    return context.files.pickOrAsk('mask', ([file]) => importMask(key, file!.token, file!.name));
  }

  /** A mask that was dropped or chosen in the page. */
  async function takeMask(key: string, file: File): Promise<void> {
    const offered = await offer([file]);
    const entry = offered.ok ? offered.value[0] : undefined;
    if (entry !== undefined) await importMask(key, entry.token, entry.name);
    else if (!offered.ok && offered.error.code !== 'CANCELLED')
      context.notices.tell({ tone: 'error', text: 'maskFailed', params: { name: file.name }, failure: offered.error });
  }

  /** Uses the mask of another open photo of the same size. */
  async function copyMask(key: string, fromKey: string): Promise<void> {
    const [to, from] = [find(key), find(fromKey)];
    if (to?.photo == null || from?.photo == null || from.recipe === null) return;
    const of = stores.tools.getState().target;
    const request = { from: from.photo.id, to: to.photo.id, recipe: from.recipe, of };
    editSync.flush(fromKey);
    editSync.begin(key);
    const result = await asJob('mask', key, (jobId) => call('masks.copy', { ...request, jobId }));
    takeBitmap(key, result, from.name);
  }

  return {
    change,
    paint,
    continueStroke,
    styleEverywhere,
    keepNothing,
    resetMask,
    keepUnfinished,
    dropUnfinished,
    exportMask,
    pickMask,
    takeMask,
    copyMask,
  };
}
