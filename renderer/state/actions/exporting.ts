import type { Message } from '../../../contract/basics';
import type { Written } from '../../../contract/calls';
import type { Failure, Result } from '../../../contract/errors';
import type { MetadataChoice } from '../../../contract/output';
import { type ExportFormat, resultFormat } from '../../../contract/photo';
import type { Folder } from '../folderPage';
import type { Notice, OpenPhoto } from '../model';
import { resultStems } from '../naming';
import { selectedPhotos } from '../selection';
import { orientationOf } from '../view';
import type { Context } from './context';

export interface ExportChoice {
  format: ExportFormat;
  quality: number;
  metadata: MetadataChoice;
}

/** How several photos are exported. */
export interface ExportAllChoice {
  /** Null: the format of each photo, where it can be written. */
  format: ExportFormat | null;
  quality: number;
  metadata: MetadataChoice;
  /** See `resultStems`. */
  pattern: string;
  /** What stands for the date of a photo that has none. */
  undated: string;
  /** Null: the browser's downloads. */
  folder: Folder | null;
}

/** More notes of what could not be kept are not told one by one. */
const MOST_NOTES = 5;

/** The date that a photo was taken, as `2019-07-14`; null if its file does not say. */
export const takenOn = ({ photo }: OpenPhoto): string | null =>
  /^\d{4}-\d\d-\d\d/.exec(photo?.facts.find(({ label }) => label === 'facts.taken')?.value ?? '')?.[0] ?? null;

/** Writing results to files. */
export function createExporting(context: Context) {
  const { call, asJob, find, patch, editSync } = context;
  const { app, photos, jobs, many, view } = context.stores;

  /** Writes the result of a photo as it is now. The photo remembers whether it succeeded. */
  async function write(
    key: string,
    jobId: string,
    choice: ExportChoice & { folder: string | null; name: string | null },
  ): Promise<Result<Written & { notes: Message[] }>> {
    const { photo, recipe, edit } = find(key) ?? {};
    if (photo == null || recipe == null) {
      return { ok: false, error: { code: 'UNKNOWN_PHOTO', message: 'This photo is no longer open.' } };
    }
    editSync.flush(key);
    const orientation = orientationOf(view.getState(), key);
    const crop = edit?.crop ?? null;
    const rating = edit?.rating ?? null;
    const request = { photoId: photo.id, recipe, jobId, ...choice, orientation, crop, rating };
    const result = await call('photos.export', request);
    if (result.ok) patch(key, { exportedFor: edit ?? null, exportFailure: null });
    else if (result.error.code !== 'CANCELLED') patch(key, { exportFailure: result.error });
    return result;
  }

  async function exportPhoto(key: string, choice: ExportChoice): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    const { name } = entry;
    const result = await asJob('export', key, (jobId) => write(key, jobId, { ...choice, folder: null, name: null }));
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
    const download = downloadOf([written]);
    download?.();
    context.notices.tell({
      tone: 'done',
      text: download ? 'downloaded' : 'exported',
      params: { name: written.name, ...(!download && { place: written.place ?? '' }) },
      notes,
      action: download ? { label: 'downloadAgain', run: download } : context.files.showInFolder(written),
      stays: true,
    });
  }

  /** Downloads files, in the browser host. Null where they were written to a folder. */
  function downloadOf(written: readonly Written[]): (() => void) | null {
    const base = app.getState().info?.downloadBase ?? null;
    const files = written.filter(({ download }) => download !== null);
    if (base === null || files.length === 0) return null;
    return () => {
      for (const { download, name } of files) context.browser.download(`${base}/${download}`, name);
    };
  }

  /** The selected photos that can be exported now. */
  const exportable = (): OpenPhoto[] =>
    selectedPhotos(photos.getState()).filter(({ photo, recipe }) => photo !== null && recipe !== null);

  /** Exports the selected photos one after the other, and sums up at the end. A photo that fails does not stop the others. */
  async function exportAll(choice: ExportAllChoice): Promise<void> {
    const entries = exportable();
    const left = selectedPhotos(photos.getState()).length - entries.length;
    const formatOf = ({ photo }: OpenPhoto) => choice.format ?? resultFormat(photo!.format);
    const named = entries.map((entry) => ({ name: entry.name, taken: takenOn(entry), format: formatOf(entry) }));
    const stems = resultStems(choice.pattern, named, choice.undated);
    const { quality, metadata, folder } = choice;
    const written: (Written & { notes: Message[] })[] = [];
    const failed: { name: string; failure: Failure }[] = [];
    const again: string[] = [];
    const isCancelled = (jobId: string) => jobs.getState().jobs.find(({ id }) => id === jobId)?.cancelling === true;
    const result = await asJob('exportAll', null, async (jobId): Promise<Result<null>> => {
      for (const [at, entry] of entries.entries()) {
        // The notice tells of what was written before.
        if (isCancelled(jobId)) return { ok: false, error: { code: 'CANCELLED', message: '' } };
        jobs.setState((state) => ({
          jobs: state.jobs.map((job) =>
            job.id === jobId ? { ...job, name: entry.name, part: { at, of: entries.length } } : job,
          ),
        }));
        const { key, name } = entry;
        const about = { format: named[at]!.format, quality, metadata, name: stems[at]! };
        const one = await write(key, jobId, { ...about, folder: folder?.token ?? null });
        if (one.ok) written.push(one.value);
        else if (one.error.code === 'CANCELLED') return one;
        else {
          failed.push({ name, failure: one.error });
          again.push(key);
        }
      }
      return { ok: true, value: null };
    });
    summarise(choice, { written, failed, again, left, isCancelled: !result.ok });
  }

  function summarise(
    choice: ExportAllChoice,
    {
      written,
      failed,
      again,
      left,
      isCancelled,
    }: {
      written: readonly (Written & { notes: Message[] })[];
      failed: NonNullable<Notice['failed']>;
      again: readonly string[];
      left: number;
      isCancelled: boolean;
    },
  ): void {
    const download = downloadOf(written);
    download?.();
    const notes = new Map(written.flatMap((each) => each.notes.map((note) => [JSON.stringify(note), note])));
    const place = written.find((each) => each.place !== null)?.place;
    const last = written.at(-1);
    const retry = () => {
      const open = again.filter((key) => find(key) !== null);
      const [first] = open;
      if (first === undefined) return;
      context.opening.selectThese(open);
      void exportAll(choice);
    };
    const show = download
      ? ({ label: 'downloadAgain', run: download } as const)
      : last === undefined
        ? null
        : context.files.showInFolder(last);
    context.notices.tell({
      tone: failed.length > 0 ? 'error' : isCancelled ? 'info' : 'done',
      text: failed.length > 0 ? 'exportedSome' : isCancelled ? 'exportAllCancelled' : 'exportedAll',
      params: { count: written.length, failed: failed.length, ...(place != null && { place }) },
      failed,
      notes: [
        ...[...notes.values()].slice(0, MOST_NOTES),
        ...(notes.size > MOST_NOTES
          ? [{ key: 'many.exporting.moreNotes', values: { count: notes.size - MOST_NOTES } }]
          : []),
        ...(left > 0 ? [{ key: 'many.notReady', values: { count: left } }] : []),
      ],
      action: failed.length > 0 ? { label: 'retry', run: retry } : show,
      stays: true,
    });
  }

  /** Which of these names a folder has already. Empty where it cannot be told; then the files get other names all the same. */
  async function takenNames(folder: Folder, names: readonly string[]): Promise<readonly string[]> {
    const result = await call('files.taken', { folder: folder.token, names: [...names] });
    return result.ok ? result.value.names : [];
  }

  /** Asks for the folder that results are written to. */
  async function pickFolder(): Promise<void> {
    if (app.getState().info?.nativeDialogs !== true) {
      context.view.show('exportFolder');
      return;
    }
    const result = await call('files.pick', { kind: 'folder' });
    if (!result.ok) context.notices.tell({ tone: 'error', text: 'filesFailed', failure: result.error });
    else if (result.value.files[0] !== undefined) many.setState({ folder: result.value.files[0] });
  }

  return { exportPhoto, exportAll, exportable, takenNames, pickFolder };
}
