import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as nodeFs from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { EmulsionError, toEmulsionError } from '../errors';
import { logged } from '../log/log';
import { trimEnd } from '../trim';
import { linkError } from './open-file';
import { type OpenFolder, openFolder } from './open-folder';
import { isRunning } from './processes';

/** The file operations used here, so that tests can make them fail. */
export type FileSystem = Pick<typeof nodeFs, 'link' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm'>;

export interface WriteFolder {
  /** Created, with its parents, if it does not exist. */
  folder: string;
  /**
   * The folder that the user has chosen, if `folder` lies deeper. SECURITY: links on the way to it are followed, links
   * below it are refused, see `open-folder.ts`.
   */
  root?: string;
}

export interface WriteTarget extends WriteFolder {
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
 * same moment. An existing file is never changed, except one that the person has agreed to replace. After an error or a
 * cancellation nothing is left behind.
 *
 * Throws what `produce` throws, NOT_ALLOWED for a link below the root, FOLDER_MISSING, FOLDER_UNWRITABLE, DISK_FULL or
 * CANCELLED.
 */
export async function writePhoto<T>(
  target: WriteTarget,
  produce: (path: string) => Promise<T>,
  options: WriteOptions = {},
): Promise<{ path: string; bytes: number; produced: T }> {
  const { fs = nodeFs } = options;
  const place = await openTarget(target, fs);
  try {
    const { path: temporary, bytes, produced } = await stageIn(place, target.stem, produce, options);
    try {
      return { path: await publish(place, temporary, target, fs), bytes, produced };
    } finally {
      await discardStaged(place, temporary, fs);
    }
  } finally {
    await place.close();
  }
}

/**
 * The first half of {@link writePhoto}: writes and syncs a complete file under a temporary name in the target folder.
 * {@link publishAs} gives it its name, {@link discardStaged} removes it.
 */
export async function stagePhoto<T>(
  target: Omit<WriteTarget, 'extension'>,
  produce: (path: string) => Promise<T>,
  options: WriteOptions = {},
): Promise<{ path: string; bytes: number; produced: T }> {
  throwIfCancelled(options.signal);
  const place = await openTarget(target, options.fs);
  try {
    return await stageIn(place, target.stem, produce, options);
  } finally {
    await place.close();
  }
}

/** {@link stagePhoto} in an open folder. */
export async function stageIn<T>(
  place: OpenFolder,
  stem: string,
  produce: (path: string) => Promise<T>,
  { signal, fs = nodeFs }: WriteOptions = {},
): Promise<{ path: string; bytes: number; produced: T }> {
  throwIfCancelled(signal);
  try {
    const { file, path, close } = await createStaged(place, stem, fs);
    let isDone = false;
    try {
      const produced = await produce(pathOf(file, place, basename(path)));
      throwIfCancelled(signal);
      await file.sync();
      const { size } = await file.stat();
      isDone = true;
      return { path, bytes: size, produced };
    } finally {
      await (isDone ? file.close() : close());
    }
  } catch (error) {
    throw folderError(error);
  }
}

/**
 * Creates a file with a temporary name in an open folder, for a caller that writes it itself and then calls
 * {@link publishAs}. `close` closes it and removes that name.
 */
export async function createStaged(place: OpenFolder, stem: string, fs: FileSystem = nodeFs) {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const name = partialName(safeStem(stem));
  const path = join(place.path, name);
  ours.add(path);
  try {
    await place.verify();
    const file = await fs.open(place.at(name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
    let isOpen = true;
    const close = async () => {
      if (isOpen) await file.close();
      isOpen = false;
      await discardStaged(place, path, fs);
    };
    return { file, path, close };
  } catch (error) {
    ours.delete(path);
    throw folderError(error);
  }
}

/**
 * A path by which an encoder fills an open file. SECURITY: on Linux it leads to this very file, even if somebody puts
 * another one, or a link, in its place while the encoder works.
 */
const pathOf = (file: nodeFs.FileHandle, place: OpenFolder, name: string) =>
  place.at(name).startsWith('/proc/') ? `/proc/self/fd/${file.fd}` : place.at(name);

/** Hands a staged file over to another process. */
export function handOverStaged(temporary: string): void {
  ours.delete(temporary);
}

/** Removes the temporary name of a staged file, and with it the file itself if it was not published. */
export async function discardStaged(place: OpenFolder, temporary: string, fs: FileSystem = nodeFs): Promise<void> {
  // What stays is removed by the next start, see `cleanPartials`.
  await fs.rm(place.at(basename(temporary)), { force: true }).catch(logged('A temporary file could not be removed'));
  ours.delete(temporary);
}

/**
 * Gives a staged file exactly this name in its folder, which then survives a power cut. Throws NAME_TAKEN if a file has the
 * name and may not be replaced, NOT_ALLOWED if somebody has put another file in its place, the system's own error
 * ENAMETOOLONG, and the errors of {@link writePhoto}.
 */
export async function publishAs(
  place: OpenFolder,
  temporary: string,
  name: string,
  { replace = false, fs = nodeFs }: { replace?: boolean; fs?: FileSystem } = {},
): Promise<void> {
  const [from, to] = [place.at(basename(temporary)), place.at(name)];
  try {
    await place.verify();
    const staged = await fs.lstat(from);
    if (!staged.isFile()) throw linkError(temporary);
    if (replace) await fs.rename(from, to);
    else await moveExclusively(from, to, fs);
    // Somebody may have exchanged the temporary file in between. Then the name does not pass for a result.
    if (!(await fs.lstat(to)).isFile()) throw linkError(join(place.path, name));
    await syncFolder(place.here, fs);
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
    throw isNoFolder(error) ? new EmulsionError('FOLDER_MISSING', { cause: error }) : folderError(error);
  }
}

/** Opens the folder of a target, and creates what is missing. Throws the errors of {@link writePhoto}. */
export async function openTarget({ folder, root = folder }: WriteFolder, fs: FileSystem = nodeFs): Promise<OpenFolder> {
  try {
    await makeFolder(root, fs);
    return await openFolder(folder, { root, create: true, fs });
  } catch (error) {
    throw isNoFolder(error) ? new EmulsionError('FOLDER_MISSING', { cause: error }) : folderError(error);
  }
}

/** EEXIST: a file has that name; ENOTDIR: a parent is a file. */
const isNoFolder = (error: unknown) => ['EEXIST', 'ENOTDIR', 'ENOENT', 'ENAMETOOLONG'].includes(codeOf(error) ?? '');

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

async function publish(place: OpenFolder, temporary: string, target: WriteTarget, fs: FileSystem): Promise<string> {
  for (const short of [false, true]) {
    try {
      for (const path of pathsFor(target, short)) {
        try {
          await publishAs(place, temporary, basename(path), { replace: path === target.replace, fs });
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
  const plain = Buffer.from(stem)
    .toString()
    .normalize('NFC')
    .replace(/[<>:"/\\|?*\p{Cc}]/gu, '_');
  // Windows removes dots and spaces at the end; a dot at the start hides a file.
  const clean = trimEnd(plain, /[. ]/).replace(/^[. ]+/, '');
  if (clean === '') return 'photo';
  // Windows reserves these names with any extension, too.
  return RESERVED.test(clean.split('.')[0]!.trim()) ? `_${clean}` : clean;
}

/** A name of any length as one that is allowed everywhere. Its extension may get lost. */
export const safeName = (name: string): string => shortened(safeStem(name), SHORT_NAME_BYTES);

/** The longest beginning that fits into `bytes` of UTF-8 without splitting a letter from its accents. */
function shortened(stem: string, bytes: number): string {
  if (Buffer.byteLength(stem) <= bytes) return stem;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(stem)) {
    if (Buffer.byteLength(kept + segment) > bytes) break;
    kept += segment;
  }
  return trimEnd(kept, /[. ]/) || 'photo';
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
 * read, or that a link below `root` leads to.
 */
export async function cleanPartials(
  folder: string,
  root: string = folder,
  fs: FileSystem = nodeFs,
): Promise<{ removed: number; left: number }> {
  let removed = 0;
  let left = 0;
  // A folder that cannot be opened or listed is reported when something is written to it.
  const place = await openFolder(folder, { root, fs }).catch(() => null);
  if (place === null) return { removed, left };
  try {
    for (const name of await fs.readdir(place.here).catch(() => [])) {
      const [, origin, pid] = PARTIAL.exec(name) ?? [];
      if (origin !== computer || ours.has(join(folder, name))) continue;
      if (isAlive(Number(pid))) {
        left++;
        continue;
      }
      await fs.rm(place.at(name), { force: true }).then(
        () => removed++,
        () => undefined,
      );
    }
  } finally {
    await place.close();
  }
  return { removed, left };
}

/** A partial file with this process's id that it is not writing comes from an earlier process with the same id. */
function isAlive(pid: number): boolean {
  return pid !== process.pid && isRunning(pid);
}
