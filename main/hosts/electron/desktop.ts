import { basename, dirname } from 'node:path';
import { app, type BrowserWindow, Notification, powerSaveBlocker } from 'electron';
import type { BatchState } from '../../../contract/batch';
import type { SynthesisState } from '../../../contract/synthesis';
import type { Translator } from '../../../text/message';
import type { App, Desktop } from '../../app';

/**
 * Photos that the desktop shows: in the list of recent documents, and as the file that the window stands for.
 *
 * `folder`: that of the photo on the screen, where dialogs start.
 */
export function photosOnDesktop(window: () => BrowserWindow | undefined): Desktop & { folder(): string | undefined } {
  let onScreen: string | null = null;
  return {
    opened: (path) => app.addRecentDocument(path),
    forget: () => app.clearRecentDocuments(),
    // The file and the mark of unsaved edits are shown by macOS alone. Elsewhere these calls do nothing.
    shown(path) {
      onScreen = path;
      window()?.setRepresentedFilename(path ?? '');
    },
    saved: (isSaved) => window()?.setDocumentEdited(!isSaved),
    folder: () => (onScreen === null ? undefined : dirname(onScreen)),
  };
}

/** What closing the window would interrupt. */
export type Work = 'batch' | 'pairs';

/**
 * Shows on the desktop how far a batch is: by the progress in the taskbar or the dock, and a notification at its end. While
 * it runs, the computer does not go to sleep.
 */
export function workOnDesktop(
  emulsion: App,
  window: () => BrowserWindow | undefined,
  translator: () => Translator,
): { running(): Work | null } {
  let batch: BatchState | null = null;
  let pairs: SynthesisState | null = null;
  let blocker: number | null = null;

  const isBatchRunning = () => batch !== null && (batch.phase === 'running' || batch.phase === 'pausing');
  const running = (): Work | null => (isBatchRunning() ? 'batch' : pairs?.phase === 'running' ? 'pairs' : null);

  const stayAwake = () => {
    if (running() !== null) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
  const showProgress = () => {
    if (batch !== null && (isBatchRunning() || batch.phase === 'paused')) {
      const { found, waiting } = batch.counts;
      const done = found === 0 ? 0 : (found - waiting) / found;
      window()?.setProgressBar(done, { mode: batch.phase === 'paused' ? 'paused' : 'normal' });
    } else if (pairs?.phase === 'running') window()?.setProgressBar(pairs.pairs === 0 ? 0 : pairs.done / pairs.pairs);
    else window()?.setProgressBar(-1);
  };
  const tell = (title: string, body: string) => {
    // Who looks at the window sees it there.
    if (window()?.isFocused() !== false || !Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => {
      window()?.show();
      window()?.focus();
    });
    notification.show();
  };

  emulsion.subscribe((name, payload) => {
    const { t, failure } = translator();
    if (name === 'batch.state') {
      const before = batch;
      batch = payload as BatchState;
      const { phase, counts, halt, input } = batch;
      if (before?.id === batch.id && before.phase !== phase) {
        if (phase === 'done') {
          const failed = counts.failed + counts.quarantined;
          const { restored, unchanged } = counts;
          tell(
            t('desktop.batchDone', { name: basename(input) }),
            t('desktop.batchCounts', { restored, unchanged, failed }),
          );
        } else if (phase === 'halted' && halt !== null) {
          tell(t('desktop.batchHalted', { name: basename(input) }), failure(halt));
        }
      }
    } else if (name === 'synthesis.state') {
      const before = pairs;
      pairs = payload as SynthesisState;
      if (before?.phase === 'running' && pairs.phase === 'done') {
        tell(t('desktop.pairsDone'), t('desktop.pairsCounts', { done: pairs.done }));
      } else if (before?.phase === 'running' && pairs.failure !== null) {
        tell(t('desktop.pairsFailed'), failure(pairs.failure));
      }
    } else return;
    stayAwake();
    showProgress();
  });
  return { running };
}
