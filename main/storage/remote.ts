import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { EmulsionError, toEmulsionError } from '../errors';
import { SNIFF_BYTES } from '../photos/sniff';
import type { Found, ScanOptions, Unreadable } from './found';
import { hashFile } from './hash';

/**
 * Where photos lie. The disks of this computer are used as they always were; a path `s3://bucket/folder/name` is one of
 * storage in the network. No other place knows the difference between the two.
 */
export interface Storage {
  /** Bytes and time (milliseconds since 1970) of a file; null if there is none. */
  stat(path: string): Promise<{ bytes: number; modified: number } | null>;
  /** SHA-256 of a file; null if there is none, or where it is not known. */
  hash(path: string): Promise<string | null>;
}

/** All methods throw STORAGE_UNREACHABLE; FILE_MISSING for a file, FOLDER_MISSING for a bucket that is not there. */
export interface RemoteStorage extends Storage {
  /** Whether there is nothing below a folder. */
  isEmpty(folder: string): Promise<boolean>;
  /** As `scan` does for folders of this computer. */
  scan(folder: string, options: ScanOptions): AsyncGenerator<Found | Unreadable>;
  /** The first bytes of a file. */
  head(path: string, bytes: number): Promise<Uint8Array>;
  /** Copies a file to this computer. */
  fetch(path: string, to: string, signal?: AbortSignal): Promise<void>;
  /** Copies a file of this computer there, whole or not at all. Throws NAME_TAKEN if there is one, unless it may be replaced. */
  put(from: string, path: string, what: { sha256: string | null; replace: boolean }): Promise<void>;
}

const disk: Storage = {
  async stat(path) {
    try {
      const { size, mtimeMs } = await stat(path);
      return { bytes: size, modified: mtimeMs };
    } catch (error) {
      const coded = toEmulsionError(error);
      if (coded.code === 'FILE_MISSING') return null;
      throw coded;
    }
  },
  hash: (path) => hashFile(path).catch(() => null),
};

export const isRemote = (path: string) => path.startsWith('s3://');

/** The storage that a path is of. */
export async function storageOf(path: string): Promise<Storage> {
  return isRemote(path) ? remoteStorage() : disk;
}

let open: (() => Promise<RemoteStorage>) | null = null;
let remote: Promise<RemoteStorage> | null = null;

/** SECURITY: a program has storage in the network only where it asks for it; the window never does. */
export function provideRemoteStorage(opened: () => Promise<RemoteStorage>): void {
  open = opened;
}

/** Opened by the first path that needs it. Throws NOT_ALLOWED in a program that has none. */
export async function remoteStorage(): Promise<RemoteStorage> {
  if (open === null) throw new EmulsionError('NOT_ALLOWED', { detail: 'storage in the network' });
  remote ??= open();
  return remote;
}

/** The beginning of a file in the network, as much as its kind is told by. */
export const remoteHead = async (path: string) => (await remoteStorage()).head(path, SNIFF_BYTES);

// ----------------------------------------------------------------------------------------------- paths

/** A folder as a person names it, in full. */
export const placeOf = (path: string) => (isRemote(path) ? path.replace(/([^:/])\/+$/, '$1') : resolve(path));

/** A path below a folder, with `/`, and back. */
export const pathBelow = (folder: string, path: string) =>
  isRemote(folder) ? path.slice(folder.length + 1) : relative(folder, path).split(sep).join('/');
export const pathIn = (folder: string, name: string) =>
  isRemote(folder) ? `${folder}/${name}` : join(folder, ...name.split('/'));

/** Whether a path is that of a folder, or lies below it. */
export function isBelow(folder: string, path: string): boolean {
  if (isRemote(folder) || isRemote(path)) {
    // To the storage `..` is a name, but not to everything on the way there.
    return path === folder || (path.startsWith(`${folder}/`) && !/\/\.\.?(\/|$)/.test(path));
  }
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === resolve(path);
}

/** The name at the end of a path. */
export const nameOf = (path: string) => basename(path);
