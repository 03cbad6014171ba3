import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { EmulsionError, toEmulsionError } from '../errors';
import { SNIFF_BYTES } from '../photos/sniff';
import type { Found, ScanOptions, Unreadable } from './found';
import { hashFile } from './hash';

/**
 * Where photos are stored: on a disk of this computer, or in network storage under a path `s3://bucket/folder/name`. Only
 * this module distinguishes the two.
 */
export interface Storage {
  /** Bytes and time (milliseconds since 1970) of a file; null if there is none. */
  stat(path: string): Promise<{ bytes: number; modified: number } | null>;
  /** SHA-256 of a file; null if there is no such file or its hash is not known. */
  hash(path: string): Promise<string | null>;
}

/** All methods throw STORAGE_UNREACHABLE, FILE_MISSING for a missing file, and FOLDER_MISSING for a missing bucket. */
export interface RemoteStorage extends Storage {
  /** Whether there is nothing below a folder. */
  isEmpty(folder: string): Promise<boolean>;
  /** Like `scan` for folders of this computer. */
  scan(folder: string, options: ScanOptions): AsyncGenerator<Found | Unreadable>;
  /** The first bytes of a file. */
  head(path: string, bytes: number): Promise<Uint8Array>;
  /** Copies a file to this computer. */
  fetch(path: string, to: string, signal?: AbortSignal): Promise<void>;
  /** Uploads a file, whole or not at all. Throws NAME_TAKEN if the path exists and may not be replaced. */
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
  // Null: there is no such file, as far as can be seen.
  hash: (path) => hashFile(path).catch(() => null),
};

export const isRemote = (path: string) => path.startsWith('s3://');

/** The storage that a path belongs to. */
export async function storageOf(path: string): Promise<Storage> {
  return isRemote(path) ? remoteStorage() : disk;
}

let open: (() => Promise<RemoteStorage>) | null = null;
let remote: Promise<RemoteStorage> | null = null;

/** SECURITY: a program has network storage only if it provides it here; the window never does. */
export function provideRemoteStorage(opened: () => Promise<RemoteStorage>): void {
  open = opened;
}

/** Opens network storage when it is first needed. Throws NOT_ALLOWED in a program without it. */
export async function remoteStorage(): Promise<RemoteStorage> {
  if (open === null) throw new EmulsionError('NOT_ALLOWED', { detail: 'storage in the network' });
  remote ??= open();
  return remote;
}

/** The first bytes of a file in network storage, enough to recognise its format. */
export const remoteHead = async (path: string) => (await remoteStorage()).head(path, SNIFF_BYTES);

// ----------------------------------------------------------------------------------------------- paths

/** The full path of a folder that a person has named. */
export const placeOf = (path: string) => (isRemote(path) ? path.replace(/([^:/])\/+$/, '$1') : resolve(path));

/** A path relative to a folder, with `/`, and the reverse. */
export const pathBelow = (folder: string, path: string) =>
  isRemote(folder) ? path.slice(folder.length + 1) : relative(folder, path).split(sep).join('/');
export const pathIn = (folder: string, name: string) =>
  isRemote(folder) ? `${folder}/${name}` : join(folder, ...name.split('/'));

/** Whether a relative path with `/` leads to a place below its folder and nowhere else, on every system. */
export const isPathBelow = (name: string) =>
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0')) &&
  (process.platform !== 'win32' || !/[\\:]/.test(name));

/** Whether a path is a folder or lies below it. */
export function isBelow(folder: string, path: string): boolean {
  if (isRemote(folder) || isRemote(path)) {
    // S3 takes `..` for an ordinary name, but programs on the way may not.
    return path === folder || (path.startsWith(`${folder}/`) && !/\/\.\.?(\/|$)/.test(path));
  }
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === resolve(path);
}

/** The name at the end of a path. */
export const nameOf = (path: string) => basename(path);
