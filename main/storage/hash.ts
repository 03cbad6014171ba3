import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { EmulsionError, toEmulsionError } from '../errors';
import { type OpenOptions, openRegular } from './open-file';

const CHUNK = 1 << 20;

/**
 * SHA-256 of a file's content in hex, which identifies a photo whatever its name. Throws the system's error as a code,
 * FILE_UNREADABLE for what is not an ordinary file, and PHOTO_CHANGED for a file that grows or shrinks meanwhile.
 */
export async function hashFile(path: string, options: Pick<OpenOptions, 'follow' | 'shown'> = {}): Promise<string> {
  try {
    const file = await openRegular(path, options);
    return await hashHandle(file).finally(() => file.close());
  } catch (error) {
    throw toEmulsionError(error);
  }
}

async function hashHandle(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const { size } = await file.stat();
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size + 1));
  // SECURITY: one byte more than the file should have is asked for, so that one that grows is not read for ever.
  let read = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, read);
    if (bytesRead === 0) break;
    read += bytesRead;
    if (read > size) break;
    hash.update(chunk.subarray(0, bytesRead));
  }
  if (read !== size) throw new EmulsionError('PHOTO_CHANGED', { detail: `${read} bytes instead of ${size}` });
  return hash.digest('hex');
}
