import type { FileEntry } from '../../../contract/app';
import type { Written } from '../../../contract/calls';
import type { Notice } from '../model';
import type { Context } from './context';

/** Files that come in, and what is told of those that were written. */
export function createFiles(context: Context) {
  const { call, offer } = context;
  const { app } = context.stores;

  /** Asks for files in the system's dialog. Returns false where the host has none and the page has to ask. */
  async function pickOrAsk(
    kind: 'photos' | 'mask' | 'recipe' | 'model',
    take: (files: readonly FileEntry[]) => void | Promise<void>,
  ): Promise<boolean> {
    if (app.getState().info?.nativeDialogs !== true) return false;
    const result = await call('files.pick', { kind });
    if (result.ok && result.value.files.length > 0) await take(result.value.files);
    return true;
  }

  /** The system's dialog, or the page's own where the host has none. */
  async function pickPhotos(): Promise<void> {
    if (app.getState().info?.nativeDialogs !== true) {
      context.view.show('files');
      return;
    }
    const result = await call('files.pick', { kind: 'photos' });
    if (result.ok) context.opening.openFiles(result.value.files);
    else context.notices.tell({ tone: 'error', text: 'filesFailed', failure: result.error });
  }

  /** Dropped, pasted or uploaded files. */
  async function takeFiles(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const result = await offer(files);
    if (result.ok) context.opening.openFiles(result.value);
    else if (result.error.code !== 'CANCELLED') {
      context.notices.tell({
        tone: 'error',
        text: 'filesFailed',
        failure: result.error,
        action: { label: 'retry', run: () => void takeFiles(files) },
      });
    }
  }

  function showInFolder({ token }: Written): Notice['action'] {
    if (token === null) return null;
    return { label: 'showInFolder', run: () => void call('files.showInFolder', { token }) };
  }

  /** Lets a written file be dragged out of the window, where the host can. */
  function dragOut(token: string): void {
    void call('files.startDrag', { token });
  }

  function handedOver(written: Written, saved: Notice['text'], downloaded: Notice['text']): void {
    const base = app.getState().info?.downloadBase ?? null;
    if (written.download === null || base === null) {
      context.notices.tell({
        tone: 'done',
        text: saved,
        params: { name: written.name, place: written.place ?? '' },
        action: showInFolder(written),
        stays: true,
      });
      return;
    }
    const download = () => context.browser.download(`${base}/${written.download}`, written.name);
    download();
    context.notices.tell({ tone: 'done', text: downloaded, params: { name: written.name } });
  }

  return { pickOrAsk, pickPhotos, takeFiles, showInFolder, dragOut, handedOver };
}
