import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Progress } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { BatchSettings } from '../../contract/batch';
import { outputIn } from '../../contract/output';
import type { StepReport } from '../../contract/photo';
import type { Scan } from '../../contract/scan';
import { DETECTED_MASK } from '../../document/mask';
import { say } from '../../text/message';
import type { WrittenFile } from '../engine/protocol';
import type { Engine } from '../engine/supervisor';
import { EmulsionError, toEmulsionError } from '../errors';
import { frontOf } from '../photos/backs';
import { EXPORT_EXTENSIONS, RAW_EXTENSIONS } from '../photos/extensions';
import { stemOfPage, stemOfPrint } from '../photos/pages';
import { UNTOUCHED } from '../restoration/untouched';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';
import type { OpenFolder } from '../storage/open-folder';
import { isBelow, pathIn } from '../storage/remote';
import { systemPath } from '../storage/system-path';
import { discardStaged, openTarget, pathsFor, publishAs } from '../storage/write';
import { type Keeping, publishChanges } from './changes-file';
import { editBeside } from './edit-beside';
import { extensionIn, fileNameOf } from './pages';
import { saidOfPage } from './split';

/** Longer edge of the thumbnails in the table and in the report, in pixels. */
export const THUMBNAIL = 320;

/** One photo of a batch. */
export interface PhotoTask {
  found: Found;
  /** Folder of the restored photo. */
  folder: string;
  /** The folder below which no link is followed when it is written. */
  root: string;
  /** The original must lie in this folder after links are followed; absent: it may lie anywhere. */
  within?: string;
  settings: BatchSettings;
  /** The two folders of the batch. */
  input: string;
  output: string;
  /** The path of the result that it replaces, whatever the settings say of names; absent: it is a new file. */
  replaces?: string;
}

/** A computed photo that is about to get its name. */
export interface Made {
  outcome: 'restored' | 'unchanged';
  /** The original, as it was read. */
  original: { bytes: number; modified: number; sha256: string };
  /** The restored photo; `path` is absolute. */
  written: { path: string; sha256: string; bytes: number; width: number; height: number };
  reports: StepReport[];
  notes: Message[];
  thumbnails: { before: Uint8Array; after: Uint8Array; mask?: Uint8Array | null } | null;
  /** The print that was cut out of the page of the original; absent: it is the whole page. */
  scan?: Scan;
  seconds: number;
  /** Peak memory of the engine's process so far, in bytes. */
  peak: number;
}

export interface PhotoControl {
  /**
   * Called before a file gets its name, and again if another name is tried. After it settles, a restarted program can
   * recognise the finished photo, whatever happens in between.
   */
  onMade(made: Made): Promise<void>;
  /** Whether this batch has written the file from another photo. Such a file blocks no photo and is never replaced. */
  isOwn(path: string): boolean;
  onProgress?(progress: Omit<Progress, 'jobId'>): void;
  signal?: AbortSignal;
  /** Where the mask of a replaced result is kept; absent: it is not. */
  keeping?: Keeping;
}

/** Path of an existing file that the rule says to keep. */
export interface Kept {
  outcome: 'kept';
  path: string;
}

/**
 * Restores one photo into a new file, or reports that an existing file was kept. Throws an EmulsionError; PHOTO_CHANGED
 * if the original was changed meanwhile.
 */
export async function restorePhoto(engine: Engine, task: PhotoTask, control: PhotoControl): Promise<Made | Kept> {
  const { found, folder, root, within, settings, replaces } = task;
  const { signal } = control;
  const started = performance.now();
  const stem = stemOf(found, settings);
  if (settings.conflict === 'skip' && replaces === undefined) {
    const kept = await standsInTheWay(task, stem, control);
    if (kept !== null) return { outcome: 'kept', path: kept };
  }
  const before = await look(found.path, within);
  const { print } = found;
  const isPrint = print !== undefined && 'number' in print;
  const {
    scan,
    hints,
    notes: said,
  } = isPrint ? { scan: { corners: print.corners }, hints: [], notes: [] } : await editBeside(found);
  said.push(...saidOfPage(print));
  // A person who has a result made again has looked at it.
  const front = replaces === undefined ? await frontOf(found.path) : null;
  if (front !== null) said.push(say('notes.back', { name: front }));
  const { recipe, added, changes } = front === null ? settings : UNTOUCHED;
  const answer = await engine.request(
    'restore',
    {
      path: found.path,
      page: found.page,
      salvage: settings.salvage,
      ...(scan && { scan }),
      // An edit beside the photo says itself whether it is a negative.
      ...((scan === null || isPrint) && front === null && { wish: { negative: settings.negative } }),
      ...(hints.length > 0 && { edit: { mask: DETECTED_MASK, repairs: [], hints, bitmaps: new Map() } }),
      recipe,
      added,
      changes,
      format: settings.format,
      ...outputIn(settings),
      caption: settings.caption,
      target: { folder, root, stem },
      staged: { thumbnails: THUMBNAIL },
    },
    { signal, onProgress: control.onProgress },
  );
  const { output, reports, thumbnails, peak } = answer;
  const notes = [...said, ...answer.photo.notes, ...answer.notes];
  // What was found of a negative is kept with the print, so that another result of it is developed alike.
  const area = answer.photo.page?.scan ?? scan;
  const made = { reports, notes, thumbnails, peak, ...(area && { scan: area }) };
  const staged = { output: output!, ...made, before, started, changes: answer.changed };
  return publishStaged(staged, task, control);
}

/** What the engine has computed and written under a temporary name. */
export interface Staged extends Pick<Made, 'reports' | 'notes' | 'thumbnails' | 'peak' | 'scan'> {
  output: { path: string; bytes: number; width: number; height: number; extension: string };
  /** The mask of what was changed, if it was asked for. */
  changes: WrittenFile | null;
  /** The original before it was read. */
  before: Looked;
  /** When the work began, in the time of `performance.now()`. */
  started: number;
  /** The hash of the original as it was opened, if that was before the work began. */
  original?: string;
}

/** Gives a staged result its name, see {@link restorePhoto}. */
export async function publishStaged(staged: Staged, task: PhotoTask, control: PhotoControl): Promise<Made | Kept> {
  const { output, reports, notes, thumbnails, scan, peak, before, started, changes } = staged;
  const { found, folder, root, within, settings } = task;
  // SECURITY: opened once for everything that follows, and by this process: if somebody has exchanged the folder since the
  // engine wrote to it, the staged file is not in it.
  const place = await openTarget({ folder, root });
  try {
    const sha256 = await hashFile(found.path);
    const { bytes, modified, changed, real } = await look(found.path, within);
    // The hash belongs to the bytes that the engine has read only if the file has not changed since.
    const isSameFile = bytes === before.bytes && changed === before.changed && real === before.real;
    if (!isSameFile || sha256 !== (staged.original ?? sha256)) throw new EmulsionError('PHOTO_CHANGED');
    const shown = { follow: false, shown: output.path };
    const made: Made = {
      outcome: reports.some((report) => report.outcome === 'done') ? 'restored' : 'unchanged',
      original: { bytes, modified, sha256 },
      written: {
        path: '',
        // If the engine has crashed, its successor has deleted the file.
        sha256: await hashFile(place.at(basename(output.path)), shown).catch((cause: unknown) => {
          throw toEmulsionError(cause).code === 'FILE_MISSING' ? new EmulsionError('ENGINE_CRASHED', { cause }) : cause;
        }),
        bytes: output.bytes,
        width: output.width,
        height: output.height,
      },
      reports,
      notes,
      thumbnails,
      ...(scan && { scan }),
      seconds: (performance.now() - started) / 1000,
      peak,
    };
    const target = { folder, stem: stemOf(found, settings), extension: output.extension };
    const published = await publish(place, output.path, target, made, task, control);
    if (published.outcome !== 'kept' && changes) await publishChanges(place, changes, published, task, control.keeping);
    return published;
  } finally {
    await discardStaged(place, output.path);
    if (changes) await discardStaged(place, changes.path);
    await place.close();
  }
}

export type Looked = Awaited<ReturnType<typeof look>>;

/**
 * `changed`: time of the last change of content or attributes, in milliseconds since 1970. `real`: its path without links.
 * Throws NOT_ALLOWED if it lies outside of `within`.
 */
export async function look(path: string, within: string | undefined) {
  try {
    const there = await systemPath(path);
    const [{ size, mtimeMs, ctimeMs }, real] = await Promise.all([stat(there), realpath(there)]);
    if (within !== undefined && !isBelow(within, real)) {
      throw new EmulsionError('NOT_ALLOWED', { reason: say('failures.outsideRoot') });
    }
    return { bytes: size, modified: mtimeMs, changed: ctimeMs, real };
  } catch (error) {
    throw toEmulsionError(error);
  }
}

async function publish(
  place: OpenFolder,
  temporary: string,
  target: Parameters<typeof pathsFor>[0],
  made: Made,
  task: PhotoTask,
  { onMade, isOwn }: PhotoControl,
): Promise<Made | Kept> {
  const { found, settings, replaces } = task;
  await assertNotAmongOriginals(task);
  if (replaces !== undefined) {
    if (await isSame(replaces, found.path)) throw new EmulsionError('OUTPUT_IS_INPUT');
    made.written.path = replaces;
    await onMade(made);
    await publishAs(place, temporary, basename(replaces), { replace: true });
    return made;
  }
  for (const short of [false, true]) {
    try {
      for (const path of pathsFor(target, short)) {
        const name = basename(path);
        const there = await kindOf(place.at(name));
        const isAnothers = there !== null && isOwn(path);
        if (there !== null && settings.conflict === 'skip' && !isAnothers) return { outcome: 'kept', path };
        const mayReplace = settings.conflict === 'overwrite' && there === 'file' && !isAnothers;
        const replace = mayReplace && !(await isSame(path, found.path));
        if (there !== null && !replace) continue;
        made.written.path = path;
        await onMade(made);
        try {
          await publishAs(place, temporary, name, { replace });
          return made;
        } catch (error) {
          // Another program has taken the name meanwhile.
          if (!(error instanceof EmulsionError && error.code === 'NAME_TAKEN')) throw error;
        }
      }
    } catch (error) {
      if (short || (error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw error;
    }
  }
  throw new EmulsionError('NAME_TAKEN', { detail: target.stem });
}

/** The existing file because of which the rule `skip` skips a photo. Files of the same batch do not count. */
async function standsInTheWay({ found, folder, settings }: PhotoTask, stem: string, { isOwn }: PhotoControl) {
  const extension = extensionOf(found, settings);
  const [first] = pathsFor({ folder, stem, extension });
  // If the system does not allow the name, no such file exists.
  const there = await kindOf(first!).catch(() => null);
  return there !== null && !isOwn(first!) ? first! : null;
}

/** Null if nothing has that name. Throws the system's ENAMETOOLONG unchanged. */
async function kindOf(path: string): Promise<'file' | 'other' | null> {
  return lstat(path).then(
    (info) => (info.isFile() ? 'file' : 'other'),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENAMETOOLONG') throw error;
      return null;
    },
  );
}

/** Refuses a folder that leads through a link into the folder of originals. Nothing is ever written there. */
async function assertNotAmongOriginals({ folder, input, output }: PhotoTask): Promise<void> {
  const [place, originals, results] = await Promise.all(
    // What does not exist yet has no links.
    [folder, input, output].map((path) => realpath(path).catch(() => resolve(path))),
  );
  if (isBelow(originals!, place!) && !isBelow(results!, place!)) {
    throw new EmulsionError('OUTPUT_IS_INPUT', {
      reason: say('failures.leadsToOriginals', { folder }),
    });
  }
}

/** Whether two paths lead to the same file, so that an original is never replaced through another path. */
async function isSame(one: string, other: string): Promise<boolean> {
  // A file that does not exist is no original.
  const [a, b] = await Promise.all([realpath(one).catch(() => resolve(one)), realpath(other).catch(() => other)]);
  return a === b;
}

/** Extension of the written file, as far as the original's name can tell. */
function extensionOf(found: Found, { format }: BatchSettings): string {
  if (format !== null) return EXPORT_EXTENSIONS[format];
  const own = extensionIn(found);
  const known: Record<string, string> = {
    jpeg: 'jpg',
    jpe: 'jpg',
    jfif: 'jpg',
    tiff: 'tif',
    gif: 'png',
    bmp: 'png',
    heic: 'jpg',
    heif: 'jpg',
    jxl: 'png',
    jp2: 'tif',
    j2k: 'tif',
    psd: 'tif',
    ...Object.fromEntries(RAW_EXTENSIONS.map((extension) => [extension, 'tif'])),
  };
  return known[own] ?? own;
}

/** Name of a photo's file without extension, from the name pattern of the batch. */
export function stemOf(
  found: Pick<Found, 'name' | 'path' | 'modified' | 'page' | 'print'>,
  settings: BatchSettings,
): string {
  const { path, modified, page, print } = found;
  const name = fileNameOf(found);
  const date = new Date(modified);
  const two = (value: number) => String(value).padStart(2, '0');
  const values = {
    name: basename(name, extname(name)),
    folder: basename(dirname(path)),
    date: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    recipe: settings.recipe?.name ?? 'proposal',
  };
  const stem = settings.name.replace(
    /\{(name|folder|date|recipe)\}/g,
    (_, token: keyof typeof values) => values[token],
  );
  return stemOfPrint(stemOfPage(stem, page), print && 'number' in print ? print.number : null);
}

/** The expected path of a restored photo, as far as it is known without opening the original. */
export function expectedPath(found: Found, folder: string, settings: BatchSettings): string {
  const [first] = pathsFor({ folder, stem: stemOf(found, settings), extension: extensionOf(found, settings) });
  return pathIn(folder, basename(first!));
}
