import type { EditLog } from '../../../contract/edit';
import type { Failure } from '../../../contract/errors';
import { failure } from '../../../contract/errors';
import type { Scan } from '../../../contract/scan';
import { isSameScan } from '../../../document/scan';
import { timesOf } from '../../darkroom/resultSize';
import { recipeKey } from '../comparison';
import type { OpenPhoto } from '../model';
import type { Context } from './context';

/**
 * The print that is cut out of a page. The edit says which one it is; the main side then opens the photo once more as that print,
 * under another id, and the photo is analysed again.
 */
export function createScanning(context: Context) {
  const { call, asJob, find, patch, editSync } = context;

  /** Whether the pixels of a photo are those of the print that its edit says. */
  const isCut = ({ photo, edit }: OpenPhoto): boolean =>
    photo === null || edit === null || isSameScan(photo.page?.scan, edit.scan);

  /** Photos that are being opened as other prints and analysed. */
  const running = new Map<string, Promise<void>>();

  /** Opens a photo as the print that its edit says, and analyses it. */
  function refit(key: string): Promise<void> {
    let run = running.get(key);
    if (run === undefined) {
      run = untilCut(key).finally(() => running.delete(key));
      running.set(key, run);
    }
    return run;
  }

  async function untilCut(key: string): Promise<void> {
    // The edit may change meanwhile.
    while (await context.opening.analyse(key)) {
      const entry = find(key);
      if (entry === null || isCut(entry)) return;
    }
  }

  /** Whether the photo is open as the print that its edit says, after it was opened as that one. */
  async function isReady(key: string): Promise<boolean> {
    const entry = find(key);
    if (entry !== null && !isCut(entry)) await refit(key);
    const now = find(key);
    return now !== null && isCut(now);
  }

  /**
   * Opens a photo as the print that its edit says, if it is another one. Returns false if that failed: then the edit goes back
   * to the print that the photo shows, where there was such a state.
   */
  async function cut(key: string): Promise<boolean> {
    for (let entry = find(key); entry?.photo != null && entry.edit !== null && !isCut(entry); entry = find(key)) {
      const { id: photoId } = entry.photo;
      const { scan } = entry.edit;
      context.rendering.stop(key);
      editSync.hold(key);
      const result = await asJob('crop', key, (jobId) => call('scan.apply', { photoId, scan, jobId }));
      editSync.release(key);
      if (!result.ok) {
        if (find(key) !== null) goBack(key, result.error);
        return false;
      }
      const { value: photo } = result;
      const now = find(key);
      if (now?.edit == null) {
        void call('photos.close', { photoId: photo.id });
        return false;
      }
      context.rendering.comparison.forget(key);
      const nothing = { rendering: null, renderedFor: null, render: 'idle' } as const;
      patch(key, { photo, analysis: null, evidence: 0, ...nothing });
      void call('photos.close', { photoId });
      editSync.flush(key);
      context.view.setTimes(key, timesOf(now.edit.recipe, photo));
      context.view.zoomFit(key);
    }
    return find(key) !== null;
  }

  function goBack(key: string, error: Failure): void {
    const entry = find(key)!;
    const shown = entry.photo?.page?.scan ?? null;
    const at = entry.log === null ? -1 : scansOf(entry.log).findLastIndex((scan) => isSameScan(scan, shown));
    patch(key, { phase: 'ready' });
    if (at >= 0) context.history.moveTo(key, at);
    if (error.code === 'CANCELLED') return;
    context.notices.tell({
      tone: 'error',
      text: 'cropFailed',
      params: { name: entry.name },
      failure: error,
      photoKey: key,
      action: at >= 0 ? null : { label: 'retry', run: () => void refit(key) },
    });
  }

  /** Cuts another print out of the page of a photo (null: all of it), with everything that is painted. Returns whether it did. */
  async function crop(key: string, scan: Scan | null): Promise<boolean> {
    for (;;) {
      if (!(await isReady(key))) return false;
      const entry = find(key);
      if (entry?.photo == null || entry.edit === null) return false;
      if (isSameScan(entry.edit.scan, scan)) return true;
      editSync.begin(key);
      const result = await call('scan.carry', { photoId: entry.photo.id, scan });
      // What was changed meanwhile has to come along.
      if (find(key)?.log !== entry.log) continue;
      if (!result.ok) {
        context.notices.tell({
          tone: 'error',
          text: 'cropFailed',
          params: { name: entry.name },
          failure: result.error,
        });
        return false;
      }
      context.history.commit(key, result.value);
      const { log } = find(key)!;
      await refit(key);
      adoptProposal(key, entry, log);
      const now = find(key);
      return now !== null && isCut(now) && isSameScan(now.edit?.scan, scan);
    }
  }

  /** A recipe that was proposed for the former print, and that nobody has changed, is replaced by that for the new one. */
  function adoptProposal(key: string, { analysis: former, recipe }: OpenPhoto, log: EditLog | null): void {
    const now = find(key);
    if (!now?.analysis || now.log !== log || now.recipe === null || !former || recipe === null) return;
    const isProposed = recipeKey(recipe) === recipeKey(former.recipe);
    if (!isProposed || recipeKey(now.recipe) === recipeKey(now.analysis.recipe)) return;
    context.history.commit(key, { name: 'recipe', recipe: now.analysis.recipe, continues: true });
  }

  return { isCut, isReady, refit, cut, crop };
}

/** The print after each number of actions, from none on. */
function scansOf({ base, actions, at }: EditLog): (Scan | null)[] {
  const scans = [base.scan];
  for (const { scan } of actions.slice(0, at)) scans.push(scan === undefined ? scans.at(-1)! : scan);
  return scans;
}

/** Why nothing can be written of a photo that could not be cropped. */
export const notCropped = () => failure('CROP_IMPOSSIBLE', 'The photo could not be cropped.');
