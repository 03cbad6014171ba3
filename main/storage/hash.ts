import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { toEmulsionError } from '../errors';

/** SHA-256 of a file's content in hex, which identifies a photo whatever its name. Throws the system's error as a code. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  return hash.digest('hex');
}
