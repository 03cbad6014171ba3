import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';

/*
 * Reading zip files of up to 4 GB. SECURITY: whoever made the file may have written anything into it, so every length is
 * checked before it is used, and nothing is unpacked beyond the size that it declares.
 */

export interface ZipEntry {
  /** Path in the archive, as it is written there. */
  name: string;
  /** 0: stored, 8: deflated. */
  method: number;
  /** Bytes in the archive, and unpacked. */
  packed: number;
  size: number;
  /** Where it begins in the file. */
  at: number;
  /** A symbolic link, as Unix packs it. */
  isLink: boolean;
}

/** Makes the error for a file that cannot be read as a zip. */
export type Refuse = (cause?: unknown) => Error;

const CHUNK = 1 << 18;
const UNIX_TYPE = 0xf000;
const UNIX_LINK = 0xa000;

async function read(file: FileHandle, at: number, length: number, refuse: Refuse): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  if (bytesRead < length) throw refuse();
  return bytes;
}

/**
 * The list at the end of a zip file.
 *
 * @param most the most files, and the longest list of them in bytes
 */
export async function zipEntries(
  file: FileHandle,
  most: { files: number; list: number },
  refuse: Refuse,
): Promise<ZipEntry[]> {
  const { size } = await file.stat();
  const length = Math.min(size, 65_557);
  const end = await read(file, size - length, length, refuse);
  const at = end.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at < 0 || at + 22 > end.length) throw refuse();
  const count = end.readUInt16LE(at + 10);
  const bytes = end.readUInt32LE(at + 12);
  const start = end.readUInt32LE(at + 16);
  if (count > most.files || bytes > most.list || start + bytes > size) throw refuse();
  const list = await read(file, start, bytes, refuse);
  const entries: ZipEntry[] = [];
  for (let i = 0, next = 0; i < count && next + 46 <= list.length; i++) {
    if (list.readUInt32LE(next) !== 0x02014b50) throw refuse();
    const nameLength = list.readUInt16LE(next + 28);
    const after = next + 46 + nameLength;
    entries.push({
      name: list.toString('utf8', next + 46, after),
      method: list.readUInt16LE(next + 10),
      packed: list.readUInt32LE(next + 20),
      size: list.readUInt32LE(next + 24),
      at: list.readUInt32LE(next + 42),
      isLink: ((list.readUInt32LE(next + 38) >>> 16) & UNIX_TYPE) === UNIX_LINK,
    });
    next = after + list.readUInt16LE(next + 30) + list.readUInt16LE(next + 32);
  }
  return entries;
}

/** Where the content of an entry begins. */
async function startOf(file: FileHandle, { at, method, packed }: ZipEntry, refuse: Refuse): Promise<number> {
  const head = await read(file, at, 30, refuse);
  const start = at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  const { size } = await file.stat();
  const isKnown = head.readUInt32LE(0) === 0x04034b50 && (method === 0 || method === 8);
  if (!isKnown || start + packed > size) throw refuse();
  return start;
}

/** The text of an entry of at most `most` bytes. */
export async function zipText(file: FileHandle, entry: ZipEntry, most: number, refuse: Refuse): Promise<string> {
  if (entry.packed > most) throw refuse();
  const bytes = await read(file, await startOf(file, entry, refuse), entry.packed, refuse);
  try {
    return (entry.method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: most })).toString('utf8');
  } catch (cause) {
    throw refuse(cause);
  }
}

/** A stream of the file itself would close it at its end. */
async function* bytesOf(file: FileHandle, start: number, length: number, refuse: Refuse): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; done += CHUNK)
    yield await read(file, start + done, Math.min(CHUNK, length - done), refuse);
}

/** The content of an entry. A file that unpacks to more or less than it says is refused. */
export async function* zipContent(file: FileHandle, entry: ZipEntry, refuse: Refuse): AsyncGenerator<Buffer> {
  const start = await startOf(file, entry, refuse);
  if (entry.packed === 0) throw refuse();
  const packed = Readable.from(bytesOf(file, start, entry.packed, refuse));
  const inflate = createInflateRaw();
  // A pipe does not pass errors on.
  packed.once('error', (error) => inflate.destroy(error));
  const content = entry.method === 0 ? packed : packed.pipe(inflate);
  let length = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > entry.size) throw refuse();
      yield chunk;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.startsWith('Z_')) throw refuse(cause);
    throw cause;
  } finally {
    packed.destroy();
  }
  if (length !== entry.size) throw refuse();
}
