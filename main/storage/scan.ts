import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { Minimatch } from 'minimatch';
import { EmulsionError, toEmulsionError } from '../errors';
import { SNIFF_BYTES, sniff } from '../photos/sniff';
import type { Found, ScanOptions, Unreadable } from './found';
import { isRemote, remoteHead, remoteStorage } from './remote';

const collator = new Intl.Collator('en', { numeric: true });

/**
 * Every file below a folder. Hidden files and folders are left out, links are followed, and a folder that was met before
 * is not entered again. By name (numbers by their value) files come as they are found, in any other order at the end.
 */
export async function* scan(folder: string, options: ScanOptions): AsyncGenerator<Found | Unreadable> {
  if (isRemote(folder)) {
    yield* (await remoteStorage()).scan(folder, options);
    return;
  }
  const { order = 'name' } = options;
  const found = walk(resolve(folder), options);
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
  // The very places, so that a link to one of them is no way in.
  const except = await Promise.all(options.except.map((path) => realpath(path).catch(() => resolve(path))));
  const met = new Set(except);
  /** Folders that are still to be read; the last is the next. */
  const ahead: string[] = [];
  if (await isNew(top).catch((error: unknown) => Promise.reject(missing(error)))) ahead.push(top);
  const begun = await identityOf(top);
  const isStillThere = async () => (await identityOf(top)) === begun;

  async function isNew(folder: string): Promise<boolean> {
    const real = await realpath(folder);
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
      // The folder itself is not one of its files: without it there is no batch.
      if (folder === top || !(await isStillThere())) throw missing(error);
      yield { name: nameOf(folder), error: toEmulsionError(error) };
      continue;
    }
    const below: string[] = [];
    for (const entry of entries) {
      if (signal?.aborted) return;
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      const name = nameOf(path);
      try {
        if (entry.name.includes('\uFFFD')) throw unreadableName();
        const info = await stat(path);
        if (info.isDirectory()) {
          if (await isNew(path)) below.push(path);
        } else if (info.isFile() && isWanted(name) && !(entry.isSymbolicLink() && (await leadsTo(except, path)))) {
          yield { name, path, bytes: info.size, modified: info.mtimeMs };
        }
      } catch (error) {
        // What a folder would have held is not known: it is told, whatever is asked for.
        if (!entry.isFile() || isWanted(name)) yield { name, error: linkError(error) };
      }
    }
    ahead.push(...below.reverse());
  }
}

/** What tells a folder from another that is at its place: the empty one, say, where a drive was. Null: none is there. */
export async function identityOf(folder: string): Promise<string | null> {
  return stat(folder).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  );
}

/** Whether a link to a file leads into one of the folders that are left out. */
async function leadsTo(folders: readonly string[], path: string): Promise<boolean> {
  const real = await realpath(path);
  return folders.some((folder) => real.startsWith(folder + sep));
}

const unreadableName = () =>
  new EmulsionError('FILE_UNREADABLE', {
    message: 'The name of this file has signs in it that are no text. Give it another name.',
  });

async function list(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  const keyed = entries.map((entry) => ({ entry, key: orderKey(entry.name) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ entry }) => entry);
}

/** Strings that stand in the order of names, numbers by their value: a folder of a million is put in order in a second. */
const orderKey = (name: string) =>
  name.toLowerCase().replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(16, '0'));

function missing(error: unknown): EmulsionError {
  const { code, detail } = toEmulsionError(error);
  return code === 'FILE_MISSING'
    ? new EmulsionError('FILE_MISSING', { message: 'The folder of the originals is not there.', detail, cause: error })
    : new EmulsionError('FILE_UNREADABLE', {
        message: 'The folder of the originals cannot be read.',
        detail,
        cause: error,
      });
}

/** A link that leads to itself is no error of the disk. */
function linkError(error: unknown): EmulsionError {
  if ((error as NodeJS.ErrnoException).code !== 'ELOOP') return toEmulsionError(error);
  return new EmulsionError('FILE_MISSING', { message: 'The link leads round in a circle.', cause: error });
}

/** Whether a file is wanted, by its path below the folder. */
export function matcher({ include = [], exclude = [] }: ScanOptions): (name: string) => boolean {
  const compile = (globs: readonly string[]) =>
    // A pattern without a slash is of names, wherever the file lies; scanners write capitals as they please.
    globs.map((glob) => new Minimatch(glob, { dot: true, nocase: true, matchBase: true, nocomment: true }));
  const [wanted, unwanted] = [compile(include), compile(exclude)];
  return (name) =>
    (wanted.length === 0 || wanted.some((each) => each.match(name))) && !unwanted.some((each) => each.match(name));
}

/** What looks like a photo by its name: such a file is a failure where it cannot be opened, any other is passed over. */
const PHOTO_NAME = /\.(jpe?g|jpe|png|tiff?|webp|avif|gif|heic|heif|jxl|cr2|cr3|nef|arw|dng|raf|orf|rw2|bmp|psd)$/i;

/**
 * Whether a file is a photo, by its content. Returns the error where it is none, with `stray` for one that was never
 * meant to be one. Reads the beginning of the file alone.
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

/** Whether an error says that a file found in a folder was never meant to be a photo. */
export function isStray(path: string, { code }: EmulsionError): boolean {
  return !PHOTO_NAME.test(path) && ['NOT_A_PHOTO', 'FILE_EMPTY', 'FORMAT_UNSUPPORTED'].includes(code);
}

async function head(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
