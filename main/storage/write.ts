import { createHash, randomBytes } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EmulsionError, toEmulsionError } from '../errors';
import { logged } from '../log/log';
import { isRunning } from './processes';

/** The file operations used here, so that tests can make them fail. */
export type FileSystem = Pick<typeof nodeFs, 'link' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'stat'>;

export interface WriteTarget {
  /** Created, with its parents, if it does not exist. */
  folder: string;
  /** Name without extension. Characters that some system forbids are replaced, and a long name is shortened. */
  stem: string;
  /** Without the dot. */
  extension: string;
  /** A file of that name that the person has agreed to replace. */
  replace?: string;
}

export interface WriteOptions {
  signal?: AbortSignal;
  fs?: FileSystem;
}

/**
 * Writes a new file, completely or not at all. `produce` fills a temporary file in the same folder. It is synced, and only
 * then gets its name: `stem.ext`, or `stem-2.ext`, `stem-3.ext` and so on if that is taken, also by another writer at the
 * same moment. An existing file is never changed, except one that the person has agreed to replace. After an error or a cancellation nothing is left behind.
 *
 * Throws what `produce` throws, FOLDER_MISSING, FOLDER_UNWRITABLE, DISK_FULL or CANCELLED.
 */
export async function writePhoto<T>(
  target: WriteTarget,
  produce: (path: string) => Promise<T>,
  { signal, fs = nodeFs }: WriteOptions = {},
): Promise<{ path: string; bytes: number; produced: T }> {
  const { path: temporary, bytes, produced } = await stagePhoto(target, produce, { signal, fs });
  try {
    return { path: await publish(temporary, target, fs), bytes, produced };
  } finally {
    await discardStaged(temporary, fs);
  }
}

/**
 * The first half of {@link writePhoto}: writes and syncs a complete file under a temporary name in the target folder.
 * {@link publishAs} gives it its name, {@link discardStaged} removes it.
 */
export async function stagePhoto<T>(
  { folder, stem }: Pick<WriteTarget, 'folder' | 'stem'>,
  produce: (path: string) => Promise<T>,
  { signal, fs = nodeFs }: WriteOptions = {},
): Promise<{ path: string; bytes: number; produced: T }> {
  throwIfCancelled(signal);
  await makeFolder(folder, fs);
  const path = join(folder, partialName(safeStem(stem)));
  ours.add(path);
  try {
    const produced = await produce(path);
    throwIfCancelled(signal);
    return { path, bytes: await sync(path, fs), produced };
  } catch (error) {
    await discardStaged(path, fs);
    throw folderError(error);
  }
}

/** Hands a staged file over to another process. */
export function handOverStaged(temporary: string): void {
  ours.delete(temporary);
}

/** Removes the temporary name of a staged file, and with it the file itself if it was not published. */
export async function discardStaged(temporary: string, fs: FileSystem = nodeFs): Promise<void> {
  // What stays is removed by the next start, see `cleanPartials`.
  await fs.rm(temporary, { force: true }).catch(logged('A temporary file could not be removed'));
  ours.delete(temporary);
}

/**
 * Gives a staged file exactly this name, which then survives a power cut. Throws NAME_TAKEN if a file has the name and may
 * not be replaced, the system's own error ENAMETOOLONG, and the errors of {@link writePhoto}.
 */
export async function publishAs(
  temporary: string,
  path: string,
  { replace = false, fs = nodeFs }: { replace?: boolean; fs?: FileSystem } = {},
): Promise<void> {
  try {
    if (replace) await fs.rename(temporary, path);
    else await moveExclusively(temporary, path, fs);
    await syncFolder(dirname(path), fs);
  } catch (error) {
    if (codeOf(error) === 'ENAMETOOLONG') throw error;
    throw folderError(error);
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EmulsionError('CANCELLED');
}

// ------------------------------------------------------------------------------------------- the folder

/**
 * Creates a folder, with its parents, that survives a power cut. Throws FOLDER_MISSING, FOLDER_UNWRITABLE or DISK_FULL.
 */
export async function makeFolder(folder: string, fs: FileSystem = nodeFs): Promise<void> {
  try {
    const first = await fs.mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = resolve(folder); ; made = dirname(made)) {
      await syncFolder(dirname(made), fs);
      if (made === resolve(first) || made === dirname(made)) break;
    }
  } catch (error) {
    const code = codeOf(error);
    // EEXIST: a file has that name; ENOTDIR: a parent is a file.
    if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'ENOENT' || code === 'ENAMETOOLONG') {
      throw new EmulsionError('FOLDER_MISSING', { cause: error });
    }
    throw folderError(error);
  }
}

/** While writing, the system's refusal is about the folder and not about a photo. */
function folderError(error: unknown): EmulsionError {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new EmulsionError('FOLDER_UNWRITABLE', { cause: error });
  }
  // The folder existed a moment ago, so it was removed, or its disk was unplugged.
  if (code === 'ENOENT' || code === 'ENOTDIR') return new EmulsionError('FOLDER_MISSING', { cause: error });
  return toEmulsionError(error);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}

async function sync(path: string, fs: FileSystem): Promise<number> {
  // Windows syncs only files that are open for writing.
  const file = await fs.open(path, 'r+');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Makes a new name in a folder survive a power cut, if the system can sync folders (Windows cannot). */
export async function syncFolder(folder: string, fs: FileSystem = nodeFs): Promise<void> {
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(codeOf(error) ?? '')) throw error;
  }
}

// ------------------------------------------------------------------------------------------- the name

/** Longest names in bytes: most file systems allow 255, those that encrypt names 143. */
const NAME_BYTES = 255;
const SHORT_NAME_BYTES = 143;
const MAX_ATTEMPTS = 100_000;

/**
 * The paths to try for a file, in order: `stem.ext`, `stem-2.ext` and so on. The stem is made safe and short enough for the
 * system; `short` is for file systems that allow fewer bytes.
 */
export function* pathsFor({ folder, stem, extension }: WriteTarget, short = false): Generator<string> {
  const safe = safeStem(stem);
  for (let number = 1; number <= MAX_ATTEMPTS; number++) {
    const suffix = `${number === 1 ? '' : `-${number}`}.${extension}`;
    yield join(folder, shortened(safe, (short ? SHORT_NAME_BYTES : NAME_BYTES) - suffix.length) + suffix);
  }
}

async function publish(temporary: string, target: WriteTarget, fs: FileSystem): Promise<string> {
  for (const short of [false, true]) {
    try {
      for (const path of pathsFor(target, short)) {
        try {
          await publishAs(temporary, path, { replace: path === target.replace, fs });
          return path;
        } catch (error) {
          if (!(error instanceof EmulsionError && error.code === 'NAME_TAKEN')) throw error;
        }
      }
    } catch (error) {
      if (short || codeOf(error) !== 'ENAMETOOLONG') throw folderError(error);
    }
  }
  throw new EmulsionError('NAME_TAKEN', { detail: `${target.stem}.${target.extension} and ${MAX_ATTEMPTS} more` });
}

/** Error codes of file systems without hard links (FAT, exFAT, some network shares). */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL', 'UNKNOWN'];

/** Throws EEXIST if `to` exists, even if it was created only a moment ago. */
async function moveExclusively(from: string, to: string, fs: FileSystem): Promise<void> {
  try {
    // A link fails if the name is taken; a rename would replace the file.
    await fs.link(from, to);
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error;
    // Without links: claim the name with an exclusive empty file, then rename over that file.
    await (await fs.open(to, 'wx')).close();
    try {
      await fs.rename(from, to);
    } catch (failure) {
      await fs.rm(to, { force: true }).catch(logged('An empty file could not be removed'));
      throw failure;
    }
  }
}

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/** A name that is allowed on Windows, macOS and Linux, as close to `stem` as possible. */
export function safeStem(stem: string): string {
  const clean = Buffer.from(stem)
    .toString()
    .normalize('NFC')
    .replace(/[<>:"/\\|?*\p{Cc}]/gu, '_')
    // Windows removes dots and spaces at the end; a dot at the start hides a file.
    .replace(/[. ]+$/, '')
    .replace(/^[. ]+/, '');
  if (clean === '') return 'photo';
  // Windows reserves these names with any extension, too.
  return RESERVED.test(clean.split('.')[0]!.trim()) ? `_${clean}` : clean;
}

/** The longest beginning that fits into `bytes` of UTF-8 without splitting a letter from its accents. */
function shortened(stem: string, bytes: number): string {
  if (Buffer.byteLength(stem) <= bytes) return stem;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(stem)) {
    if (Buffer.byteLength(kept + segment) > bytes) break;
    kept += segment;
  }
  return kept.replace(/[. ]+$/, '') || 'photo';
}

// ------------------------------------------------------------------------------------------- partial files

const PARTIAL = /^\..*\.([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.emulsion-part$/;
const PARTIAL_STEM_BYTES = 48;

/** Temporary files that this process is writing now. */
const ours = new Set<string>();

/** Part of the name, because a process id means nothing on another computer that shares the folder. */
const computer = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

function partialName(stem: string): string {
  const random = randomBytes(6).toString('hex');
  return `.${shortened(stem, PARTIAL_STEM_BYTES)}.${computer}-${process.pid}-${random}.emulsion-part`;
}

/**
 * Removes the partial files that ended processes of this computer have left in a folder, but not in folders below it.
 * Returns how many files it removed, and how many it left because their writers still run. Ignores a folder that cannot be
 * read.
 */
export async function cleanPartials(
  folder: string,
  fs: FileSystem = nodeFs,
): Promise<{ removed: number; left: number }> {
  let removed = 0;
  let left = 0;
  // A folder that cannot be listed is reported when something is written to it.
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const [, origin, pid] = PARTIAL.exec(name) ?? [];
    const path = join(folder, name);
    if (origin !== computer || ours.has(path)) continue;
    if (isAlive(Number(pid))) {
      left++;
      continue;
    }
    await fs.rm(path, { force: true }).then(
      () => removed++,
      () => undefined,
    );
  }
  return { removed, left };
}

/** A partial file with this process's id that it is not writing comes from an earlier process with the same id. */
function isAlive(pid: number): boolean {
  return pid !== process.pid && isRunning(pid);
}
