import type { EditState } from '../../../contract/edit';
import { failure } from '../../../contract/errors';
import type { Recipe } from '../../../contract/recipe';
import { isSameByHand, isSameList, isSameMask } from '../../../document/edit';
import type { Size } from '../../../document/size';
import { createComparison } from '../comparison';
import { withoutWaiting } from '../library';
import { hasWork } from '../recipes';
import { activePhoto } from '../stores';
import { pixelsShown } from '../view';
import type { Context } from './context';

/** Renders the active photo, first as a preview and then at full size. */
export function createRendering(context: Context) {
  const { call, asJob, find, patch, editSync } = context;
  const { app, photos } = context.stores;
  const ready = (recipe: Recipe) => withoutWaiting(recipe, app.getState().generators);
  const shownOf = (key: string, photo: Size) => pixelsShown(context.stores.view.getState(), key, photo);

  const comparison = createComparison({
    find,
    get: context.stores.comparison.getState,
    set: context.stores.comparison.setState,
    async render(key, { recipe, size, everywhere }, started) {
      const photo = find(key)?.photo;
      if (photo == null) return failure('UNKNOWN_PHOTO', 'This photo is no longer open.');
      return asJob(
        'compare',
        key,
        (jobId) =>
          call('photos.render', {
            photoId: photo.id,
            recipe: ready(recipe),
            size,
            everywhere,
            jobId,
            shown: shownOf(key, photo),
          }),
        started,
      );
    },
    cancel: context.cancelJob,
    isBusy: () =>
      context.opening.isTaking() || ['scheduled', 'preview'].includes(activePhoto(photos.getState())?.render ?? ''),
    isFullToCome: () => ['previewed', 'full'].includes(activePhoto(photos.getState())?.render ?? ''),
    pause: pauseFull,
    resume: continueWithFull,
  });

  /** The current rendering, of the active photo. A new one replaces it. */
  let wanted: { key: string; timer: ReturnType<typeof setTimeout> | null; jobId: string | null } | null = null;
  /** The edits that the pictures of other recipes were last made with, by photo. */
  const compared = new Map<string, EditState>();
  const renewed = new Set<number>();

  /** Forgets a photo that was closed. */
  function forget(key: string): void {
    comparison.forget(key);
    compared.delete(key);
  }

  /** Restarts the delay of a scheduled rendering. */
  function postpone(key: string, delay: number): void {
    if (wanted?.key === key && wanted.timer !== null) schedule(key, delay);
  }

  function stop(key?: string): void {
    if (wanted === null || (key !== undefined && wanted.key !== key)) return;
    if (wanted.timer !== null) clearTimeout(wanted.timer);
    if (wanted.jobId !== null) context.cancelJob(wanted.jobId);
    const unfinished = find(wanted.key);
    if (unfinished !== null && unfinished.render !== 'done') patch(wanted.key, { render: 'idle', renderedFor: null });
    wanted = null;
  }

  /** Cancels the full size; {@link continueWithFull} starts it again. */
  function pauseFull(): void {
    if (wanted === null || wanted.jobId === null || find(wanted.key)?.render !== 'full') return;
    context.cancelJob(wanted.jobId);
    patch(wanted.key, { render: 'previewed' });
    wanted = { key: wanted.key, timer: null, jobId: null };
  }

  /**
   * Renders the photo: the preview after `delay` milliseconds, the full size when nothing more urgent is left. `now`: before the
   * page draws what has just changed, which takes longer than to ask for the preview.
   */
  function schedule(key: string, delay: number | 'now'): void {
    stop();
    const entry = find(key);
    if (entry?.photo == null || entry.edit === null) return;
    if (!context.scanning.isCut(entry)) {
      void context.scanning.refit(key);
      return;
    }
    const { edit, rendering, renderedFor } = entry;
    const before = compared.get(key);
    if (before === undefined || !isSameByHand(before, edit)) comparison.outdate(key);
    compared.set(key, edit);
    if (!hasWork(edit)) {
      patch(key, { render: 'idle', rendering: null, renderedFor: edit });
      comparison.run();
      return;
    }
    // If only local repairs have changed, the full size is updated directly, without a preview.
    const isLocal =
      rendering?.size === 'full' &&
      renderedFor?.recipe === edit.recipe &&
      isSameMask(renderedFor.mask, edit.mask) &&
      isSameMask(renderedFor.styleMask, edit.styleMask) &&
      isSameMask(renderedFor.keepMask, edit.keepMask) &&
      isSameList(renderedFor.hints, edit.hints);
    patch(key, { render: 'scheduled' });
    const turn: NonNullable<typeof wanted> = { key, timer: null, jobId: null };
    wanted = turn;
    const begin = () => {
      turn.timer = null;
      void compute(turn, isLocal ? 'full' : 'preview');
    };
    if (delay === 'now') begin();
    else turn.timer = setTimeout(begin, delay);
  }

  /** The picture of a photo has changed. Only the photo that is shown is rendered; others are when they are shown. */
  function changed(key: string, delay: number): void {
    const entry = find(key);
    if (entry !== null && !context.scanning.isCut(entry)) void context.scanning.refit(key);
    else if (photos.getState().activeKey === key) schedule(key, delay);
    else comparison.outdate(key);
  }

  async function compute(turn: NonNullable<typeof wanted>, size: 'preview' | 'full'): Promise<void> {
    const entry = find(turn.key);
    if (entry?.photo == null || entry.edit === null) return;
    const { edit, name } = entry;
    const { recipe } = edit;
    const photoId = entry.photo.id;
    const shown = shownOf(turn.key, entry.photo);
    editSync.flush(turn.key);
    patch(turn.key, { render: size });
    const result = await asJob(
      size,
      turn.key,
      (jobId) => call('photos.render', { photoId, recipe: ready(recipe), size, jobId, shown }),
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
      context.notices.withdraw(turn.key, 'renderFailed');
      if (size === 'preview') continueWithFull();
      else comparison.run();
      return;
    }
    if (result.error.code === 'CANCELLED') {
      patch(turn.key, { render: 'stopped' });
      return;
    }
    patch(turn.key, { render: 'failed' });
    context.notices.tell({
      tone: 'error',
      text: 'renderFailed',
      params: { name },
      failure: result.error,
      photoKey: turn.key,
      action: { label: 'retry', run: () => schedule(turn.key, 0) },
    });
  }

  /** The full size is rendered last: after the preview, and after all waiting photos were opened and analysed. */
  function continueWithFull(): void {
    const entry = activePhoto(photos.getState());
    if (context.opening.isTaking()) return;
    if (comparison.isPending()) {
      comparison.run();
      return;
    }
    if (entry === null || wanted?.key !== entry.key || entry.render !== 'previewed') return;
    void compute(wanted, 'full');
  }

  /** Starts a stopped or failed rendering again. */
  function computeAgain(key: string): void {
    schedule(key, 0);
  }

  /** Renders again after a rendering was dropped from memory, or the engine was restarted. */
  function renew(key: string, revision: number): void {
    if (renewed.has(revision)) return;
    renewed.add(revision);
    if (find(key)?.rendering?.revision === revision) schedule(key, 0);
    else comparison.renew(revision);
  }

  return {
    comparison,
    forget,
    postpone,
    stop,
    schedule,
    changed,
    pauseFull,
    continueWithFull,
    computeAgain,
    renew,
  };
}
