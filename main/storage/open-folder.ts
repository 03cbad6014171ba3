import { constants, existsSync } from 'node:fs';
import * as nodeFs from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { EmulsionError } from '../errors';
import { linkError, openRegular } from './open-file';

/*
 * The way to every file that is written to a folder which others may be able to write to as well: an output folder on a
 * shared drive, or one that came with somebody's photos. Whoever can write there can put a link in the place of any file
 * or folder, at any moment. So a folder is opened once, and its files are reached through the open folder and never again
 * by the folder's path.
 *
 * Node has no openat. What takes its place depends on the system:
 *
 * - Linux: `/proc/self/fd/<number>/<name>` begins at the open folder itself, wherever its path leads by now. With
 *   O_NOFOLLOW for each folder on the way, this is what openat2 does with RESOLVE_NO_SYMLINKS: no moment is left between
 *   check and use.
 * - macOS, Windows, and Linux without /proc: no path begins at an open folder. Each folder on the way is looked at before
 *   every use (on Windows, junctions count as links) and must be the one that was opened. New files are created
 *   exclusively, and existing files are opened without following a link (except on Windows), so that a folder exchanged
 *   in the microseconds after the check can misplace a new file, but cannot change an existing one. The exception is a
 *   batch with the setting `overwrite`.
 */

const { O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants;
/** Opens a folder only as a place, so that no right to list it is needed. Node does not name this flag of Linux. */
const O_PATH = 0o10000000;

const hasProc = process.platform === 'linux' && existsSync('/proc/self/fd');

type Fs = Pick<typeof nodeFs, 'mkdir' | 'open'>;

export interface FolderOptions {
  /** The folder below which no link is followed. Links on the way to it are the user's own. By default, `path` itself. */
  root?: string;
  /** Creates what is missing below the root. The root itself must exist. */
  create?: boolean;
  fs?: Fs;
  /** Whether folders are reached through /proc; false in tests. */
  proc?: boolean;
}

/** An open folder. */
export interface OpenFolder {
  /** Its path, for names. It may lead elsewhere by now. */
  readonly path: string;
  /** A path that leads to the folder itself. Do not keep it, or one of the next, longer than the folder is open. */
  readonly here: string;
  /** A path that leads to a name in this folder. */
  at(name: string): string;
  /** Throws NOT_ALLOWED if the folder was exchanged, on systems where `at` cannot rule that out. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a folder. Throws NOT_ALLOWED for a link below the root, or the system's own error. */
export async function openFolder(path: string, options: FolderOptions = {}): Promise<OpenFolder> {
  const { root = path, create = false, fs = nodeFs, proc = hasProc } = options;
  const way = relative(resolve(root), resolve(path));
  if (way === '..' || way.startsWith(`..${sep}`) || resolve(root, way) !== resolve(path)) {
    throw new EmulsionError('NOT_ALLOWED', { detail: `${path} is not below ${root}` });
  }
  const parts = way.split(sep).filter(Boolean);
  return proc ? openByHandle(path, root, parts, create, fs) : openByPath(path, root, parts, create, fs);
}

async function openByHandle(path: string, root: string, parts: string[], create: boolean, fs: Fs): Promise<OpenFolder> {
  let held = await fs.open(root, O_PATH | O_DIRECTORY);
  let place = root;
  for (const part of parts) {
    place = join(place, part);
    const from = held;
    try {
      held = await enter(`/proc/self/fd/${from.fd}/${part}`, place, create, fs);
    } finally {
      await from.close();
    }
  }
  const { fd } = held;
  return {
    path,
    here: `/proc/self/fd/${fd}/.`,
    at: (name) => `/proc/self/fd/${fd}/${plain(name)}`,
    verify: async () => undefined,
    close: () => held.close(),
  };
}

/** Opens one folder on the way, without following a link. `shown`: its path for messages. */
async function enter(path: string, shown: string, create: boolean, fs: Fs): Promise<nodeFs.FileHandle> {
  const flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
  for (let isNew = false; ; isNew = true) {
    try {
      return await fs.open(path, flags);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && create && !isNew) {
        await fs.mkdir(path).catch(unlessThere);
        continue;
      }
      // A link is refused with ELOOP or with ENOTDIR. One that is gone again needs no name.
      const info = await nodeFs.lstat(path).catch(() => null);
      throw info?.isSymbolicLink() ? linkError(shown, error) : error;
    }
  }
}

async function openByPath(path: string, root: string, parts: string[], create: boolean, fs: Fs): Promise<OpenFolder> {
  const top = await nodeFs.realpath(root);
  const known: { path: string; dev: number; ino: number }[] = [];
  let place = top;
  for (const part of ['', ...parts]) {
    place = join(place, part);
    if (part !== '' && create) await fs.mkdir(place).catch(unlessThere);
    const info = await nodeFs.lstat(place);
    if (info.isSymbolicLink()) throw linkError(place);
    if (!info.isDirectory()) throw Object.assign(new Error(`${place} is a file`), { code: 'ENOTDIR' });
    known.push({ path: place, dev: info.dev, ino: info.ino });
  }
  return {
    path,
    here: place,
    at: (name) => join(place, plain(name)),
    async verify() {
      for (const each of known) {
        const info = await nodeFs.lstat(each.path);
        if (info.isSymbolicLink() || info.dev !== each.dev || info.ino !== each.ino) throw linkError(each.path);
      }
    },
    close: async () => undefined,
  };
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** SECURITY: a name is never a way to another folder, wherever it comes from. */
function plain(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || basename(name) !== name) {
    throw new EmulsionError('NOT_ALLOWED', { detail: `${JSON.stringify(name)} is not the name of a file` });
  }
  return name;
}

/**
 * Opens a file of the program's own in a folder for reading and writing, and creates it if it is missing. Throws NOT_ALLOWED
 * for a link in its place. `flags`: further flags of open(2).
 */
export async function openOwn(folder: OpenFolder, name: string, flags = 0): Promise<nodeFs.FileHandle> {
  const shown = join(folder.path, name);
  await folder.verify();
  const options = { flags: constants.O_RDWR | constants.O_CREAT | flags, mode: 0o666, follow: false, shown };
  const file = await openRegular(folder.at(name), options);
  const { nlink } = await file.stat();
  if (nlink <= 1) return file;
  // SECURITY: a file with a second name may be somebody's, and what is written to it appears under both.
  await file.close();
  throw linkError(shown);
}
