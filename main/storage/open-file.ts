import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { systemPath } from './system-path';

/** Absent on Windows, which has neither. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** The error for a link in a place where none is followed. */
export const linkError = (path: string, cause?: unknown) =>
  new EmulsionError('NOT_ALLOWED', { reason: say('failures.link', { path }), cause });

/** The error for a pipe, a device or a socket in the place of a file. */
const specialFile = (path: string) =>
  new EmulsionError('FILE_UNREADABLE', { reason: say('failures.specialFile', { path }) });

export interface OpenOptions {
  /** Flags of open(2); without them, the file is opened for reading. */
  flags?: number;
  mode?: number;
  /** Whether a link at the end of the path is followed. */
  follow?: boolean;
  /** The path for messages, if `path` is that of an open folder. */
  shown?: string;
}

/**
 * Opens an ordinary file. SECURITY: a pipe, a device or a socket is refused and never waited for. It is looked at first,
 * since opening a device may already have an effect, and again by its handle, since it may have been exchanged meanwhile.
 * Throws FILE_UNREADABLE, NOT_ALLOWED for a link that is not followed, or the system's own error.
 */
export async function openRegular(
  path: string,
  { flags = constants.O_RDONLY, mode, follow = true, shown = path }: OpenOptions = {},
): Promise<FileHandle> {
  const real = await systemPath(path);
  // A file that is missing may be about to be created; the call below tells.
  const there: Stats | null = await (follow ? stat(real) : lstat(real)).catch(() => null);
  if (there?.isSymbolicLink()) throw linkError(shown);
  if (there !== null && !there.isDirectory() && !there.isFile()) throw specialFile(shown);
  let file: FileHandle;
  try {
    file = await open(real, flags | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW), mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!follow && (code === 'ELOOP' || code === 'EMLINK')) throw linkError(shown, error);
    // A pipe that nobody reads, and a socket.
    if (code === 'ENXIO' || code === 'EOPNOTSUPP' || code === 'ENODEV') throw specialFile(shown);
    throw error;
  }
  try {
    const info = await file.stat();
    if (!info.isFile() && !info.isDirectory()) throw specialFile(shown);
    if (info.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a whole text. SECURITY: reads no more than the file held when it was opened, so that a file that grows is not read
 * for ever. Throws FILE_UNREADABLE for more than `most` bytes, or what {@link openRegular} throws.
 */
export async function readText(
  path: string,
  most: number,
  options: Pick<OpenOptions, 'follow' | 'shown'> = {},
): Promise<string> {
  const file = await openRegular(path, options);
  try {
    return (await readHandle(file, options.shown ?? path, most)).toString('utf8');
  } finally {
    await file.close();
  }
}

/** Reads a file from its beginning, with the limits of {@link readText}. */
export async function readHandle(file: FileHandle, path: string, most: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (size > most) {
    throw new EmulsionError('FILE_UNREADABLE', {
      reason: say('failures.fileTooLong', { path }),
      detail: `${size} bytes`,
    });
  }
  const bytes = Buffer.allocUnsafe(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
