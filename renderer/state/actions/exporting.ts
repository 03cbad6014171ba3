import type { Response, Written } from '../../../contract/calls';
import type { EditState } from '../../../contract/edit';
import type { Failure, Result } from '../../../contract/errors';
import { ExportChoice, type ExportPlace } from '../../../contract/output';
import { type ExportFormat, resultFormat } from '../../../contract/photo';
import type { Folder } from '../folderPage';
import { takenOn } from '../listing';
import type { Notice, OpenPhoto } from '../model';
import { resultStems, stemPattern } from '../naming';
import { selectedPhotos } from '../selection';
import { orientationOf } from '../view';
import type { Context } from './context';
import { notCropped } from './scanning';

/** How one photo is exported. */
export interface ExportOne extends ExportChoice {
  place: ExportPlace;
  /** Without extension; null: the name that the photo's gives. */
  name: string | null;
}

/** How several photos are exported. */
export interface ExportAll extends ExportChoice {
  place: ExportPlace;
  /** See `resultStems`; null: the names that the photos give. */
  pattern: string | null;
  /** What stands for the date of a photo that has none. */
  undated: string;
}

/** Where and how one result is written. */
type WriteRequest = ExportChoice & {
  format: ExportFormat;
  folder: string | null;
  beside: boolean;
  name: string | null;
};
type WrittenResult = Response<'photos.export'>;

/** What stands for an unknown date where no language is known. */
const UNDATED = 'undated';

/** More notes of what could not be kept are not told one by one. */
const MOST_NOTES = 5;

/** What a person has said of a photo, for its metadata. */
const annotationsOf = (edit: EditState | null | undefined) => ({
  rating: edit?.rating ?? null,
  caption: edit?.caption ?? {},
});

/** Writing results to files. */
export function createExporting(context: Context) {
  const { call, asJob, find, patch, editSync } = context;
  const { app, photos, jobs, many, view } = context.stores;

  /** Writes the result of a photo as it is now. The photo remembers whether it succeeded. */
  async function write(key: string, jobId: string, choice: WriteRequest): Promise<Result<WrittenResult>> {
    if (find(key) !== null && !(await context.scanning.isReady(key))) return notCropped();
    const { photo, recipe, edit } = find(key) ?? {};
    if (photo == null || recipe == null) {
      return { ok: false, error: { code: 'UNKNOWN_PHOTO', message: 'This photo is no longer open.' } };
    }
    editSync.flush(key);
    const request = { photoId: photo.id, recipe, jobId, ...choice, ...shapeOf(key), ...annotationsOf(edit) };
    const result = await call('photos.export', request);
    if (result.ok) {
      // A picture of both is not the result.
      if (!choice.sideBySide) patch(key, { exportedFor: edit ?? null, exportFailure: null });
      if (result.value.folder !== null) lastFolder = result.value.folder;
    } else if (result.error.code !== 'CANCELLED') patch(key, { exportFailure: result.error });
    return result;
  }

  const shapeOf = (key: string) => ({
    orientation: orientationOf(view.getState(), key),
    crop: find(key)?.edit?.crop ?? null,
  });

  /** The folder that the last result was written to in this session, by its token. */
  let lastFolder: string | null = null;
  /** The names that photos were exported with in this session, by their keys; only those that a person typed. */
  const names = new Map<string, string>();

  /** Where results go; null: the folder is not known any more. */
  function placeOf(place: ExportPlace, isAgain: boolean): Pick<WriteRequest, 'folder' | 'beside'> | null {
    if (place === 'beside') return { folder: null, beside: true };
    if (place === 'folder') {
      const { folder } = many.getState();
      return folder && { folder: folder.token, beside: false };
    }
    const downloads = app.getState().info?.downloadBase != null;
    // The dialog of the system has been asked already.
    if (isAgain && !downloads) return lastFolder === null ? null : { folder: lastFolder, beside: false };
    return { folder: null, beside: false };
  }

  const remember = ({ place, ...choice }: ExportChoice & { place: ExportPlace }) =>
    void context.program.setSettings({ lastExport: { ...ExportChoice.parse(choice), place } });

  async function exportOne(key: string, choice: ExportOne, isAgain = false): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.recipe === null) return;
    const where = placeOf(choice.place, isAgain);
    if (where === null) return context.view.show('export');
    if (!isAgain) remember(choice);
    if (choice.name !== null) names.set(key, choice.name);
    const format = choice.format ?? resultFormat(entry.photo.format);
    const [own] = resultStems(stemPattern(choice), [{ name: entry.name, taken: takenOn(entry), format }], '');
    const { place: _, ...about } = choice;
    const request = { ...about, format, name: choice.name ?? own!, ...where };
    const { name } = entry;
    const result = await asJob('export', key, (jobId) => write(key, jobId, request));
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
          action: { label: 'retry', run: () => void exportOne(key, choice, isAgain) },
        });
      }
      return;
    }
    const written = result.value;
    const download = downloadOf([written, ...written.also]);
    download?.();
    context.notices.tell({
      tone: 'done',
      text: download ? 'downloaded' : 'exported',
      params: { name: written.name, ...(!download && { place: written.place ?? '' }) },
      notes: written.notes,
      action: download ? { label: 'downloadAgain', run: download } : context.files.showInFolder(written),
      second: { label: 'copyPicture', run: () => void context.pictures.copy(key) },
      drag: written.token,
    });
  }

  /** Makes a photo, as it is now, the result of the batch that it belongs to. */
  async function exportToBatch(key: string, agreed = false): Promise<void> {
    if (!(await context.scanning.isReady(key))) return;
    const { photo, recipe, edit, ofBatch, name } = find(key) ?? {};
    if (photo == null || recipe == null || ofBatch == null) return;
    editSync.flush(key);
    const { id, index } = ofBatch;
    const orientation = orientationOf(view.getState(), key);
    const about = { id, index, agreed, photoId: photo.id, recipe, orientation };
    const shape = { crop: edit?.crop ?? null, ...annotationsOf(edit) };
    const result = await asJob('export', key, (jobId) => call('review.takeEdit', { ...about, ...shape, jobId }));
    const again = () => void exportToBatch(key, true);
    if (result.ok) {
      const { row, notes } = result.value;
      patch(key, { exportedFor: edit ?? null, exportFailure: null, ofBatch: { ...ofBatch, written: row.written } });
      context.results.taken(row, notes);
    } else if (result.error.code === 'RESULT_CHANGED') context.results.ask(name ?? '', again);
    else if (result.error.code !== 'CANCELLED') {
      patch(key, { exportFailure: result.error });
      const action = { label: 'retry', run: () => void exportToBatch(key) } as const;
      const params = { name: name ?? '' };
      context.notices.tell({
        tone: 'error',
        text: 'exportFailed',
        params,
        failure: result.error,
        photoKey: key,
        action,
      });
    }
  }

  /** Writes the result for the program that waits for the photo, and closes it. */
  async function finish(key: string): Promise<void> {
    if (!(await context.scanning.isReady(key))) return;
    const { photo, recipe, edit, name } = find(key) ?? {};
    if (photo == null || recipe == null) return;
    editSync.flush(key);
    const about = { photoId: photo.id, recipe, ...shapeOf(key), ...annotationsOf(edit) };
    const result = await asJob('export', key, (jobId) => call('photos.finish', { ...about, jobId }));
    if (result.ok) context.opening.close(key);
    else if (result.error.code !== 'CANCELLED') {
      context.notices.tell({
        tone: 'error',
        text: 'exportFailed',
        params: { name: name ?? '' },
        failure: result.error,
        photoKey: key,
        action: { label: 'retry', run: () => void finish(key) },
      });
    }
  }

  /**
   * Exports the selected photos as the last time, without a question; asks where there is nothing to repeat. A photo that was
   * opened from a batch goes back into it.
   */
  function exportAgain(): void {
    const { lastExport } = app.getState().settings;
    const [first, ...others] = exportable();
    if (first === undefined) return;
    if (others.length === 0 && first.ofBatch !== null) void exportToBatch(first.key);
    else if (lastExport === null || placeOf(lastExport.place, true) === null) {
      context.view.show('export');
    } else if (others.length === 0) {
      void exportOne(first.key, { ...lastExport, name: names.get(first.key) ?? null }, true);
    } else {
      void exportAll({ ...lastExport, pattern: many.getState().pattern, undated: UNDATED }, true);
    }
  }

  /** About how large an export will be, and what its file will say; null if it cannot be told. */
  async function estimate(
    key: string,
    choice: ExportChoice & { format: ExportFormat },
  ): Promise<Response<'photos.estimate'> | null> {
    const { photo, recipe } = find(key) ?? {};
    if (photo == null || recipe == null) return null;
    editSync.flush(key);
    const { saveChanges: _, ...about } = choice;
    const result = await call('photos.estimate', { photoId: photo.id, recipe, ...about, ...shapeOf(key) });
    return result.ok ? result.value : null;
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
  async function exportAll(choice: ExportAll, isAgain = false): Promise<void> {
    const where = placeOf(choice.place, isAgain);
    if (where === null) return context.view.show('export');
    if (!isAgain) {
      remember(choice);
      many.setState({ pattern: choice.pattern });
    }
    const entries = exportable();
    const left = selectedPhotos(photos.getState()).length - entries.length;
    const formatOf = ({ photo }: OpenPhoto) => choice.format ?? resultFormat(photo!.format);
    const named = entries.map((entry) => ({ name: entry.name, taken: takenOn(entry), format: formatOf(entry) }));
    const stems = resultStems(choice.pattern ?? stemPattern(choice), named, choice.undated);
    const { place: _, pattern: __, undated: ___, ...about } = choice;
    const written: WrittenResult[] = [];
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
        const request = { ...about, format: named[at]!.format, name: stems[at]!, ...where };
        const one = await write(key, jobId, request);
        if (one.ok) written.push(one.value);
        else if (one.error.code === 'CANCELLED') return one;
        else {
          failed.push({ name, failure: one.error });
          again.push(key);
        }
      }
      return { ok: true, value: null };
    });
    summarise(choice, isAgain, { written, failed, again, left, isCancelled: !result.ok });
  }

  function summarise(
    choice: ExportAll,
    isAgain: boolean,
    {
      written,
      failed,
      again,
      left,
      isCancelled,
    }: {
      written: readonly WrittenResult[];
      failed: NonNullable<Notice['failed']>;
      again: readonly string[];
      left: number;
      isCancelled: boolean;
    },
  ): void {
    const download = downloadOf(written.flatMap((each) => [each, ...each.also]));
    download?.();
    const notes = new Map(written.flatMap((each) => each.notes.map((note) => [JSON.stringify(note), note])));
    const place = written.find((each) => each.place !== null)?.place;
    const last = written.at(-1);
    const retry = () => {
      const open = again.filter((key) => find(key) !== null);
      const [first] = open;
      if (first === undefined) return;
      context.opening.selectThese(open);
      void exportAll(choice, isAgain);
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

  return { exportOne, exportToBatch, exportAll, exportAgain, finish, estimate, exportable, takenNames, pickFolder };
}
