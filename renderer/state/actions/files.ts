import type { FileEntry } from '../../../contract/app';
import type { Written } from '../../../contract/calls';
import type { ExportFormat } from '../../../contract/photo';
import type { Notice } from '../model';
import { orientationOf } from '../view';
import type { Context } from './context';

export interface ExportChoice {
  format: ExportFormat;
  quality: number;
  keepMetadata: boolean;
}

/** Files that come in, and photos that go out. */
export function createFiles(context: Context) {
  const { call, asJob, offer, find, editSync } = context;
  const { app, view } = context.stores;

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

  async function exportPhoto(key: string, choice: ExportChoice): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    const { name, recipe } = entry;
    const photoId = entry.photo.id;
    editSync.flush(key);
    const orientation = orientationOf(view.getState(), key);
    const crop = entry.edit?.crop ?? null;
    const result = await asJob('export', key, (jobId) =>
      call('photos.export', { photoId, recipe, jobId, ...choice, orientation, crop, folder: null }),
    );
    if (!result.ok) {
      if (result.error.code === 'CANCELLED')
        context.notices.tell({ tone: 'info', text: 'exportCancelled', params: { name } });
      else {
        context.notices.tell({
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
    const { notes } = written;
    const base = app.getState().info?.downloadBase ?? null;
    if (written.download !== null && base !== null) {
      const url = `${base}/${written.download}`;
      const download = () => context.browser.download(url, written.name);
      download();
      context.notices.tell({
        tone: 'done',
        text: 'downloaded',
        params: { name: written.name },
        notes,
        action: { label: 'downloadAgain', run: download },
        stays: true,
      });
    } else {
      const place = written.place ?? '';
      context.notices.tell({
        tone: 'done',
        text: 'exported',
        params: { name: written.name, place },
        notes,
        action: showInFolder(written),
        stays: true,
      });
    }
  }

  function showInFolder({ token }: Written): Notice['action'] {
    if (token === null) return null;
    return { label: 'showInFolder', run: () => void call('files.showInFolder', { token }) };
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

  return { pickOrAsk, pickPhotos, takeFiles, exportPhoto, handedOver };
}
