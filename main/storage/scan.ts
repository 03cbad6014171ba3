import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { Minimatch } from 'minimatch';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { PHOTO_EXTENSIONS } from '../photos/extensions';
import { photoOfInfrared } from '../photos/infrared-beside';
import { SNIFF_BYTES, sniff } from '../photos/sniff';
import type { Found, ScanOptions, Unreadable } from './found';
import { openRegular } from './open-file';
import { isBelow, isPathBelow, isRemote, remoteHead, remoteStorage } from './remote';
import { systemPath } from './system-path';

const collator = new Intl.Collator('en', { numeric: true });

/**
 * Yields every file below a folder. Leaves out hidden files and the folders of the system, follows links, and enters no folder twice. In the
 * order of names (numbers by value) files are yielded as they are found; in any other order only after the whole search.
 */
export async function* scan(folder: string, options: ScanOptions): AsyncGenerator<Found | Unreadable> {
  if (isRemote(folder)) {
    yield* (await remoteStorage()).scan(folder, options);
    return;
  }
  const { order = 'name' } = options;
  const found = options.only?.length ? listed(resolve(folder), options) : walk(resolve(folder), options);
  if (order === 'name') {
    yield* found;
    return;
  }
  const all: Found[] = [];
  for await (const each of found) {
    if ('error' in each) yield each;
    else all.push(each);
  }
  yield* sorted(all, order);
}

const KEYS = {
  oldest: (a: Found, b: Found) => a.modified - b.modified,
  newest: (a: Found, b: Found) => b.modified - a.modified,
  smallest: (a: Found, b: Found) => a.bytes - b.bytes,
  largest: (a: Found, b: Found) => b.bytes - a.bytes,
};

export function sorted(found: Found[], order: keyof typeof KEYS): Found[] {
  const compare = KEYS[order];
  return found.sort((a, b) => compare(a, b) || collator.compare(a.name, b.name));
}

async function* walk(top: string, options: ScanOptions): AsyncGenerator<Found | Unreadable> {
  const { signal } = options;
  const isWanted = matcher(options);
  const within = options.within === undefined ? null : await realpath(options.within);
  // Resolved, so that a link to one of them is left out as well. One that does not exist yet has no links.
  const except = await Promise.all(options.except.map((path) => realpath(path).catch(() => resolve(path))));
  const met = new Set(except);
  /** Folders still to be read; the last is next. */
  const ahead: string[] = [];
  if (await isNew(top).catch((error: unknown) => Promise.reject(missing(error)))) ahead.push(top);
  const begun = await identityOf(top);
  const isStillThere = async () => (await identityOf(top)) === begun;

  async function isNew(folder: string): Promise<boolean> {
    const real = await realpath(await systemPath(folder));
    if (met.has(real)) return false;
    met.add(real);
    return true;
  }

  for (let folder = ahead.pop(); folder !== undefined; folder = ahead.pop()) {
    if (signal?.aborted) return;
    const nameOf = (path: string) => relative(top, path).split(sep).join('/');
    let entries: Awaited<ReturnType<typeof list>>;
    try {
      entries = await list(folder);
    } catch (error) {
      // Without the top folder there is no batch, so this is not the error of one file.
      if (folder === top || !(await isStillThere())) throw missing(error);
      yield { name: nameOf(folder), error: toEmulsionError(error) };
      continue;
    }
    const below: string[] = [];
    for (const entry of entries) {
      if (signal?.aborted) return;
      const path = join(folder, entry.name);
      const name = nameOf(path);
      if (entry.isDirectory() && isOfSystem(entry.name)) {
        yield leftOut(name);
        continue;
      }
      if (entry.name.startsWith('.')) continue;
      try {
        const real = await systemPath(path);
        const info = await stat(real);
        if (entry.isSymbolicLink() && within !== null && !isBelow(within, await realpath(real))) {
          throw new EmulsionError('NOT_ALLOWED', { reason: say('failures.outsideRoot') });
        }
        if (info.isDirectory()) {
          if (await isNew(path)) below.push(path);
        } else if (info.isFile() && isWanted(name) && !(entry.isSymbolicLink() && (await leadsTo(except, path)))) {
          const photo = await photoOfInfrared(path);
          if (photo === null) yield { name, path, bytes: info.size, modified: info.mtimeMs };
          else yield infraredOf(name, photo);
        }
      } catch (error) {
        // Whoever deletes or renames a file after the folder was listed does no harm: it is not there any more.
        if (await hasGone(path, error)) continue;
        // It may be a folder with wanted files in it, so the error is reported whatever the globs say.
        if (!entry.isFile() || isWanted(name)) yield { name, error: linkError(error) };
      }
    }
    ahead.push(...below.reverse());
  }
}

/** Only these files, in the order of their names. One that is gone is reported: a person has chosen it. */
async function* listed(top: string, { only = [], within, except, signal }: ScanOptions) {
  const root = within === undefined ? null : await realpath(within);
  const closed = await Promise.all(except.map((path) => realpath(path).catch(() => resolve(path))));
  for (const name of [...only].sort(collator.compare)) {
    if (signal?.aborted) return;
    const path = join(top, name);
    try {
      // SECURITY: a list may come from somebody else's journal.
      if (!isPathBelow(name)) throw new EmulsionError('NOT_ALLOWED');
      const real = await realpath(await systemPath(path));
      if (root !== null && !isBelow(root, real)) {
        throw new EmulsionError('NOT_ALLOWED', { reason: say('failures.outsideRoot') });
      }
      const info = await stat(real);
      if (info.isFile() && !closed.some((folder) => isBelow(folder, real))) {
        yield { name, path, bytes: info.size, modified: info.mtimeMs };
      }
    } catch (error) {
      yield { name, error: linkError(error) };
    }
  }
}

/**
 * Folders that a system or a program keeps for itself. They hold previews, deleted files and earlier states of the photos
 * beside them, each of which would be restored once more.
 */
const OF_SYSTEM =
  /^(@eaDir|#recycle|#snapshot|@Recycle|@Recently-Snapshot|\$RECYCLE\.BIN|RECYCLER|System Volume Information|lost\+found|\.Trash-[^/]{1,40}|\.Trashes|[^/]+\.lrdata)$/i;

/** Whether a folder of this name is left out. The chosen folder itself may have such a name. */
export const isOfSystem = (name: string): boolean => OF_SYSTEM.test(name);

export const leftOut = (name: string): Unreadable => ({
  name,
  error: new EmulsionError('NOT_A_PHOTO', { reason: say('failures.systemFolder') }),
  stray: true,
});

/** What is said of the infrared picture of a photo, which is no photo of its own. */
export const infraredOf = (name: string, photo: string): Unreadable => ({
  name,
  error: new EmulsionError('NOT_A_PHOTO', { reason: say('failures.infraredOf', { name: basename(photo) }) }),
  stray: true,
});

/** Whether there is nothing at a path any more. A link that leads nowhere is still there. */
async function hasGone(path: string, error: unknown): Promise<boolean> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
  return lstat(await systemPath(path)).then(
    () => false,
    (gone: NodeJS.ErrnoException) => gone.code === 'ENOENT',
  );
}

/** Identifies a folder, to notice when another takes its place, such as an empty mount point. Null if it is missing. */
export async function identityOf(folder: string): Promise<string | null> {
  return stat(await systemPath(folder)).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  );
}

/** Whether a link to a file leads into one of these folders. */
async function leadsTo(folders: readonly string[], path: string): Promise<boolean> {
  const real = await realpath(await systemPath(path));
  return folders.some((folder) => real.startsWith(folder + sep));
}

async function list(folder: string) {
  const entries = await readdir(await systemPath(folder), { withFileTypes: true });
  const keyed = entries.map((entry) => ({ entry, key: orderKey(entry.name) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ entry }) => entry);
}

/** A key that sorts names with numbers by value. Sorting a million of these keys takes a second. */
const orderKey = (name: string) =>
  name.toLowerCase().replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(16, '0'));

function missing(error: unknown): EmulsionError {
  const { code, detail } = toEmulsionError(error);
  return code === 'FILE_MISSING'
    ? new EmulsionError('FILE_MISSING', { reason: say('failures.originalsGone'), detail, cause: error })
    : new EmulsionError('FILE_UNREADABLE', {
        reason: say('failures.originalsUnreadable'),
        detail,
        cause: error,
      });
}

/** A circular link gets its own sentence, because it is not an error of the disk. */
function linkError(error: unknown): EmulsionError {
  if ((error as NodeJS.ErrnoException).code !== 'ELOOP') return toEmulsionError(error);
  return new EmulsionError('FILE_MISSING', { reason: say('failures.circularLink'), cause: error });
}

/** A function that says whether a file is wanted, given its path below the folder. */
export function matcher({ include = [], exclude = [] }: ScanOptions): (name: string) => boolean {
  const compile = (globs: readonly string[]) =>
    // A pattern without a slash matches names in any folder. Case is ignored, because scanners differ in it.
    globs.map((glob) => new Minimatch(glob, { dot: true, nocase: true, matchBase: true, nocomment: true }));
  const [wanted, unwanted] = [compile(include), compile(exclude)];
  return (name) =>
    (wanted.length === 0 || wanted.some((each) => each.match(name))) && !unwanted.some((each) => each.match(name));
}

/** Names of photos. If such a file cannot be opened, that is a failure; any other file is skipped. */
const PHOTO_NAMES = new Set(PHOTO_EXTENSIONS.map((extension) => `.${extension}`));

/**
 * Checks by its content whether a file is a photo. Returns null if it is, else the error, with `stray` for a file that was
 * not meant to be a photo. Reads only the beginning of the file.
 */
export async function look(path: string): Promise<null | { error: EmulsionError; stray: boolean }> {
  try {
    sniff(await (isRemote(path) ? remoteHead(path) : head(path)));
    return null;
  } catch (thrown) {
    const error = toEmulsionError(thrown);
    return { error, stray: isStray(path, error) };
  }
}

/** Whether a file with this error was not meant to be a photo. */
export function isStray(path: string, { code }: EmulsionError): boolean {
  return (
    !PHOTO_NAMES.has(extname(path).toLowerCase()) && ['NOT_A_PHOTO', 'FILE_EMPTY', 'FORMAT_UNSUPPORTED'].includes(code)
  );
}

async function head(path: string): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
