import type { Blend, EditAction, EyeSearch, LocalRepair, MaskStroke } from '../../../contract/edit';
import { nextFilling } from '../../../document/fillings';
import { hasSource, isCorrected, repairsUnder } from '../../../document/repairs';
import { repairWith } from '../tools';
import type { Context } from './context';

/** Repairs of single places by hand: filled, from a source, red eyes; and what is done to them afterwards. */
export function createByHand(context: Context) {
  const { call, asJob, find, stores } = context;
  const commit = (key: string, action: EditAction) => context.history.commit(key, action);

  /**
   * Repairs a region at once, as the tool is set. Returns false, after it has said why, where that is not possible: there is
   * no source, or it lies outside of the photo.
   */
  function repairPlace(key: string, op: LocalRepair['mask'][number], continues = false): boolean {
    const photo = find(key)?.photo;
    if (photo == null) return false;
    const how = repairWith(stores.tools.getState(), key);
    if (how === null || (how.source && !hasSource(op, how.source, photo))) {
      context.notices.tell({ tone: 'info', text: how === null ? 'noSource' : 'sourceOutside' });
      return false;
    }
    const repair = { id: context.browser.newId(), enabled: true, mask: [op], ...how };
    commit(key, { name: 'repair', repair, ...(continues && { continues }) });
    return true;
  }

  /** The action that takes a stroke of the eraser out of the repairs under it; null where there are none. */
  function erasing(key: string, stroke: MaskStroke): EditAction | null {
    const ids = repairsUnder(stroke, find(key)?.edit?.repairs ?? []);
    return ids.length === 0 ? null : { name: 'repairErased', erase: { ids, stroke } };
  }

  /** Takes a stroke of the eraser out of the repairs under it. Returns false where there are none. */
  function eraseRepairs(key: string, stroke: MaskStroke, continues = false): boolean {
    const action = erasing(key, stroke);
    if (action === null) {
      if (!continues) context.notices.tell({ tone: 'info', text: 'nothingErased' });
      return false;
    }
    commit(key, continues ? { ...action, continues } : action);
    return true;
  }

  /** Finds red pupils near a place, or of all faces, and corrects them. */
  async function correctEyes(key: string, at: EyeSearch | null): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null) return;
    const photoId = entry.photo.id;
    const result = await asJob('eyes', key, (jobId) => call('photos.redEyes', { photoId, at, jobId }));
    const repairs = find(key)?.edit?.repairs;
    if (repairs === undefined) return;
    if (!result.ok) {
      if (result.error.code === 'CANCELLED') return;
      context.notices.tell({ tone: 'error', text: 'eyesFailed', params: { name: entry.name }, failure: result.error });
      return;
    }
    const eyes = result.value.eyes.filter((eye) => !isCorrected(eye, repairs));
    if (eyes.length === 0) {
      const text = result.value.eyes.length > 0 ? 'eyesCorrected' : at === null ? 'noRedEyes' : 'noRedEye';
      context.notices.tell({ tone: 'info', text });
    }
    for (const [index, eye] of eyes.entries()) {
      const repair: LocalRepair = { id: context.browser.newId(), enabled: true, redEye: true, mask: [eye] };
      commit(key, { name: 'redEyes', repair, ...(index > 0 && { continues: true }) });
    }
  }

  function switchRepair(key: string, id: string, enabled: boolean): void {
    commit(key, { name: enabled ? 'repairOn' : 'repairOff', toggle: { id, enabled } });
  }

  /** Moves a local repair to the place of another. Later ones lie on top. */
  function moveRepair(key: string, id: string, place: string): void {
    const to = find(key)?.edit?.repairs.findIndex((repair) => repair.id === place) ?? -1;
    if (to >= 0) commit(key, { name: 'repairMoved', move: { id, to } });
  }

  /** Fills a local repair another way; one from a source is healed instead of cloned, or cloned instead of healed. */
  function refillRepair(key: string, id: string): void {
    const repair = find(key)?.edit?.repairs.find((each) => each.id === id);
    if (repair === undefined || repair.redEye) return;
    if (repair.source) {
      const blend: Blend = repair.source.blend === 'heal' ? 'clone' : 'heal';
      commit(key, { name: 'repairFilled', reblend: { id, blend } });
      return;
    }
    const filling = nextFilling(repair.filling ?? null);
    commit(key, { name: 'repairFilled', refill: { id, filling } });
  }

  function removeRepair(key: string, id: string): void {
    context.history.commitTold(key, { name: 'repairRemoved', remove: id }, 'repairRemoved');
  }

  return { repairPlace, erasing, eraseRepairs, correctEyes, switchRepair, moveRepair, refillRepair, removeRepair };
}
