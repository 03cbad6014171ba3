import type { EditAction, LocalRepair, MaskOp } from '../../../contract/edit';
import type { Result } from '../../../contract/errors';
import type { Recipe } from '../../../contract/recipe';
import { DETECTED_MASK } from '../../../document/mask';
import { stepOf, withEnabled } from '../recipes';
import { drawnOn } from '../tools';
import type { Context } from './context';

/** How long the hand has to rest after a stroke, in milliseconds: painting goes on, and the computer had better listen to it. */
const PAINT_DELAY = 700;

/** The masks of a photo, drawn and from files, and repairs of single places. */
export function createMasks(context: Context) {
  const { call, asJob, offer, find, editSync, stores } = context;

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
    if (op.kind === 'clear') context.history.commitTold(key, action, 'maskCleared');
    else context.history.commit(key, action, null, PAINT_DELAY);
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
      context.history.commit(key, { name: 'styleMask', styleMask: [{ kind: 'invert' }, op] }, null, PAINT_DELAY);
    } else context.history.commit(key, { name: 'styleMask', paintStyle: op }, null, PAINT_DELAY);
  }

  /** Adds what belongs to the stroke before it. */
  function continueStroke(key: string, op: MaskOp): void {
    context.history.commit(key, { ...drawnOn(stores.tools.getState().target, op), continues: true }, null, PAINT_DELAY);
  }

  function styleEverywhere(key: string): void {
    if (find(key)?.edit?.styleMask.length === 0) return;
    context.history.commitTold(key, { name: 'styleMaskReset', styleMask: [] }, 'styleMaskReset');
  }

  /** Back to the damage that was found, or to a style that is everywhere. */
  function resetMask(key: string): void {
    if (stores.tools.getState().target === 'style') styleEverywhere(key);
    else context.history.commitTold(key, { name: 'maskReset', mask: [...DETECTED_MASK] }, 'maskReset');
  }

  /** A stroke that is not finished: kept safe, but not yet an entry of the history. */
  function keepUnfinished(key: string, action: EditAction): void {
    editSync.unfinished(key, action);
    // As long as the hand moves, what it has drawn so far is not computed.
    context.rendering.postpone(key, PAINT_DELAY);
  }

  /** The stroke was given up. */
  function dropUnfinished(key: string): void {
    const log = find(key)?.log;
    if (log != null) editSync.changed(key, log.at);
  }

  /** Repairs a region by itself, at once. */
  function repairPlace(key: string, op: LocalRepair['mask'][number], continues = false): void {
    const action: EditAction = { name: 'repair', repair: { id: context.browser.newId(), enabled: true, mask: [op] } };
    context.history.commit(key, continues ? { ...action, continues } : action);
  }

  function switchRepair(key: string, id: string, enabled: boolean): void {
    context.history.commit(key, { name: enabled ? 'repairOn' : 'repairOff', toggle: { id, enabled } });
  }

  /** Lets a local repair follow where another did: the later one lies above. */
  function moveRepair(key: string, id: string, place: string): void {
    const to = find(key)?.edit?.repairs.findIndex((repair) => repair.id === place) ?? -1;
    if (to >= 0) context.history.commit(key, { name: 'repairMoved', move: { id, to } });
  }

  function removeRepair(key: string, id: string): void {
    context.history.commitTold(key, { name: 'repairRemoved', remove: id }, 'repairRemoved');
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
    // A mask is kept with the edits, so there must be some.
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

  /** Where the host has dialogs: asks for a mask. Answers false where the page has to ask by itself. */
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
    paint,
    continueStroke,
    styleEverywhere,
    resetMask,
    keepUnfinished,
    dropUnfinished,
    repairPlace,
    switchRepair,
    moveRepair,
    removeRepair,
    exportMask,
    pickMask,
    takeMask,
    copyMask,
  };
}
