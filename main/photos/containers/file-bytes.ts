import { existsSync, fstatSync, readSync } from 'node:fs';
import { EmulsionError } from '../../errors';
import { openRegular } from '../../storage/open-file';

/** Random access to the bytes of a file, or to bytes in memory. */
export interface FileBytes {
  readonly size: number;
  /** `length` bytes at `offset`, or fewer at the end. */
  read(offset: number, length: number): Uint8Array;
}

/** How much is read at once, because the parts of a header lie close to one another. */
const WINDOW = 16 * 1024;

const hasProc = process.platform === 'linux' && existsSync('/proc/self/fd');

/**
 * Calls `use` with the bytes of an ordinary file, and closes the file when it is done. `place` is a path for decoders: on
 * Linux that of the open file itself, so that nobody can put a pipe or another file there meanwhile. Throws what
 * {@link openRegular} throws, and PHOTO_CHANGED for a file that has grown, shrunk or been written to meanwhile.
 */
export async function withFile<T>(path: string, use: (file: FileBytes, place: string) => Promise<T>): Promise<T> {
  const opened = await openRegular(path);
  const handle = opened.fd;
  const before = fstatSync(handle);
  const isSame = () => {
    const { size, mtimeMs } = fstatSync(handle);
    return size === before.size && mtimeMs === before.mtimeMs;
  };
  const changed = () => new EmulsionError('PHOTO_CHANGED', { detail: `${before.size} bytes at first` });
  try {
    const { size } = before;
    let window: { at: number; bytes: Uint8Array } = { at: 0, bytes: new Uint8Array(0) };
    const fetch = (offset: number, length: number): Uint8Array => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      while (done < bytes.length) {
        const count = readSync(handle, bytes, done, bytes.length - done, offset + done);
        if (count === 0) break;
        done += count;
      }
      return bytes.subarray(0, done);
    };
    const file: FileBytes = {
      size,
      read(offset, length) {
        if (!(offset >= 0 && length > 0)) return new Uint8Array(0);
        if (length > WINDOW) return fetch(offset, length);
        if (offset < window.at || offset + length > window.at + window.bytes.length) {
          window = { at: offset, bytes: fetch(offset, WINDOW) };
        }
        return window.bytes.subarray(offset - window.at, offset - window.at + length);
      },
    };
    const result = await use(file, hasProc ? `/proc/self/fd/${handle}` : path).catch((error: unknown) => {
      // Whatever a decoder made of a file that was being written is not the true cause.
      throw isSame() ? error : changed();
    });
    if (!isSame()) throw changed();
    return result;
  } finally {
    await opened.close();
  }
}

/** The bytes of an open file whose content may still change. */
export function bytesOfHandle(handle: number): FileBytes {
  return {
    size: fstatSync(handle).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(handle, bytes, 0, length, offset));
    },
  };
}

export function bytesOf(bytes: Uint8Array): FileBytes {
  return {
    size: bytes.length,
    read: (offset, length) => (offset >= 0 ? bytes.subarray(offset, offset + length) : new Uint8Array(0)),
  };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as text of one letter each. */
export function latin1(bytes: Uint8Array, at = 0, length = bytes.length - at): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.max(0, Math.min(length, bytes.length - at))).toString(
    'latin1',
  );
}
