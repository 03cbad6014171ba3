import { type FileHandle, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { EmulsionError, toEmulsionError } from '../errors';
import { fromJson } from '../json';
import { logged } from '../log/log';
import { openRegular } from '../storage/open-file';
import { type OpenFolder, openOwn } from '../storage/open-folder';

/**
 * The journal of a batch. Lines are only ever appended, each with a checksum, so that complete lines can be told from
 * the remains of a crash or a power cut. A line has a short head, which is all that a later run reads, and a body for
 * the report:
 *
 *     <crc32 of the rest, 8 hex digits> <head as JSON>\t<body as JSON>\n
 */
export interface Line<Head> {
  head: Head;
  body?: unknown;
}

/** Checks the parsed head of a line; null if it is none. */
export type HeadOf<Head> = (value: unknown) => Head | null;

export interface Journal<Head> {
  /**
   * Appends lines in this order, all or none. Resolves with the position of each once they would survive a power cut.
   */
  append(...lines: Line<Head>[]): Promise<number[]>;
  /** Reads the line that begins at this position. */
  read(at: number): Promise<{ head: Head; body: unknown }>;
  /** Number of lines that cannot be read, except unfinished ones at the end. Their content is lost. */
  readonly damaged: number;
  /** Ends the writing. Lines can still be read. */
  close(): Promise<void>;
}

/** Reserved on the disk, so that a full disk can still take the last lines and the report that say so. */
export const RESERVE_BYTES = 512 * 1024;
const CHUNK = 1 << 20;
const CHECKSUM = 8;
/** No line is this long. A file without line ends is not a journal, and is not read into memory. */
const LONGEST_LINE = 16 << 20;

const NAME = 'journal';
const RESERVE = 'reserve';

const NEWLINE = 0x0a;
const TAB = 0x09;

/**
 * Opens or creates the journal of a folder and passes each of its lines to `onLine`, in order. Removes an unfinished
 * line at the end. The folder stays open until the journal is closed. Throws JOURNAL_INVALID if the file is not a journal; DISK_FULL, FOLDER_UNWRITABLE and the like.
 */
export async function openJournal<Head>(
  folder: OpenFolder,
  headOf: HeadOf<Head>,
  onLine: (head: Head, at: number) => void,
): Promise<Journal<Head>> {
  const file = await openOwn(folder, NAME);
  try {
    const { end, damaged } = await replay(file, headOf, onLine);
    await file.truncate(end);
    await file.sync();
    await reserveSpace(folder);
    return new FileJournal(file, folder, end, damaged, headOf);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Without the reserve, a full disk halts the batch a little earlier. */
async function reserveSpace(folder: OpenFolder): Promise<void> {
  // What an earlier run has left. SECURITY: a link in its place is removed and not followed.
  await rm(folder.at(RESERVE), { force: true });
  await writeFile(folder.at(RESERVE), Buffer.alloc(RESERVE_BYTES, 0x2e), { flag: 'wx' }).catch(() =>
    rm(folder.at(RESERVE), { force: true }),
  );
}

/**
 * Passes each line of a folder's journal to `onLine`, without changing the journal. No lines if there is no journal.
 */
export async function readJournal<Head>(
  folder: string,
  headOf: HeadOf<Head>,
  onLine: (head: Head, at: number) => void,
): Promise<void> {
  // Opening it for writing reports what is wrong with it.
  const file = await openRegular(join(folder, NAME), { follow: false }).catch(() => null);
  if (file === null) return;
  try {
    await replay(file, headOf, onLine);
  } finally {
    await file.close();
  }
}

async function replay<Head>(
  file: FileHandle,
  headOf: HeadOf<Head>,
  onLine: (head: Head, at: number) => void,
): Promise<{ end: number; damaged: number }> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest: Buffer = Buffer.alloc(0);
  /** Where `rest` begins, and where the last good line ends, in bytes. */
  let at = 0;
  let end = 0;
  let damaged = 0;
  let bad = 0;
  let good = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at + rest.length);
    if (bytesRead === 0) break;
    const bytes =
      rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let stop = bytes.indexOf(NEWLINE); stop !== -1; stop = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, stop);
      const text = checked(line);
      if (text === null) {
        bad += 1;
      } else {
        const head = headOf(fromJson(headText(text)));
        // It stays in the file, as a later version may have written it.
        if (head === null) damaged += 1;
        else onLine(head, at + start);
        // Bad lines count as damage only if good ones follow. At the end of the file they are unfinished.
        damaged += bad;
        bad = 0;
        good += 1;
        end = at + stop + 1;
      }
      start = stop + 1;
    }
    at += start;
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length > LONGEST_LINE) throw new EmulsionError('JOURNAL_INVALID', { detail: 'a line without an end' });
  }
  if (good === 0 && at > 0) throw new EmulsionError('JOURNAL_INVALID', { detail: 'no line has its checksum' });
  return { end, damaged };
}

/** The text of a line without its line end; null if the checksum is wrong. */
function checked(line: Buffer): Buffer | null {
  if (line.length < CHECKSUM + 2) return null;
  const text = line.subarray(CHECKSUM + 1);
  return crc32(text) === Number.parseInt(line.toString('latin1', 0, CHECKSUM), 16) ? text : null;
}

function headText(text: Buffer): string {
  const tab = text.indexOf(TAB);
  return text.toString('utf8', 0, tab === -1 ? text.length : tab);
}

function encode({ head, body }: Line<unknown>): Buffer {
  // JSON has no tabs or line ends outside its escapes.
  const text = Buffer.from(
    body === undefined ? JSON.stringify(head) : `${JSON.stringify(head)}\t${JSON.stringify(body)}`,
  );
  return Buffer.concat([
    Buffer.from(crc32(text).toString(16).padStart(CHECKSUM, '0')),
    Buffer.from(' '),
    text,
    Buffer.from('\n'),
  ]);
}

class FileJournal<Head> implements Journal<Head> {
  readonly damaged: number;
  /** The reserve for the last lines has been used. */
  #isShort = false;
  readonly #file: FileHandle;
  readonly #folder: OpenFolder;
  readonly #headOf: HeadOf<Head>;
  #isClosed = false;
  #end: number;
  /** Lines waiting to be written together. */
  #waiting: { bytes: Buffer; resolve(): void; reject(error: unknown): void }[] = [];
  #writing: Promise<void> | null = null;
  #broken: EmulsionError | null = null;

  constructor(file: FileHandle, folder: OpenFolder, end: number, damaged: number, headOf: HeadOf<Head>) {
    this.#file = file;
    this.#folder = folder;
    this.#headOf = headOf;
    this.#end = end;
    this.damaged = damaged;
  }

  async append(...lines: Line<Head>[]): Promise<number[]> {
    if (this.#broken) throw this.#broken;
    if (this.#isClosed) throw new EmulsionError('INTERNAL', { detail: 'the journal is closed' });
    const encoded = lines.map(encode);
    const bytes = Buffer.concat(encoded);
    let at = this.#end + this.#waiting.reduce((sum, each) => sum + each.bytes.length, 0) + this.#inFlight;
    const places = encoded.map(({ length }) => {
      at += length;
      return at - length;
    });
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.#writing ??= this.#write().finally(() => {
        this.#writing = null;
      });
    });
    return places;
  }

  /** Bytes being written. */
  #inFlight = 0;

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const bytes = Buffer.concat(batch.map((each) => each.bytes));
      this.#inFlight = bytes.length;
      try {
        await this.#put(bytes);
        this.#end += bytes.length;
        for (const each of batch) each.resolve();
      } catch (error) {
        // Positions of later lines were already given out, so nothing more can be appended.
        this.#broken = toEmulsionError(error);
        for (const each of [...batch, ...this.#waiting.splice(0)]) each.reject(this.#broken);
      } finally {
        this.#inFlight = 0;
      }
    }
  }

  async #put(bytes: Buffer): Promise<void> {
    try {
      await this.#putAll(bytes);
    } catch (error) {
      const { code } = toEmulsionError(error);
      if (code !== 'DISK_FULL' || this.#isShort) throw error;
      this.#isShort = true;
      await rm(this.#folder.at(RESERVE), { force: true });
      await this.#putAll(bytes);
    }
  }

  async #putAll(bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#end + done);
        done += bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.#end).catch(logged('A line that was cut off stays in the journal'));
      throw error;
    }
  }

  async read(at: number): Promise<{ head: Head; body: unknown }> {
    const file = this.#isClosed ? await openRegular(join(this.#folder.path, NAME), { follow: false }) : this.#file;
    const line = await lineAt(file, at).finally(() => (this.#isClosed ? file.close() : undefined));
    const text = checked(line);
    const head = text && this.#headOf(fromJson(headText(text)));
    if (text === null || head === null) throw new EmulsionError('JOURNAL_INVALID', { detail: `the line at ${at}` });
    const tab = text.indexOf(TAB);
    return { head, body: tab === -1 ? undefined : fromJson(text.toString('utf8', tab + 1)) };
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#isClosed = true;
    await rm(this.#folder.at(RESERVE), { force: true }).catch(
      logged('The reserve of the journal could not be removed'),
    );
    await this.#file.close();
  }
}

async function lineAt(file: FileHandle, at: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let place = at; ; ) {
    const part = Buffer.allocUnsafe(8192);
    const { bytesRead } = await file.read(part, 0, part.length, place);
    const stop = part.subarray(0, bytesRead).indexOf(NEWLINE);
    parts.push(part.subarray(0, stop === -1 ? bytesRead : stop));
    if (place - at > LONGEST_LINE) throw new EmulsionError('JOURNAL_INVALID', { detail: 'a line without an end' });
    if (stop !== -1 || bytesRead === 0) return Buffer.concat(parts);
    place += bytesRead;
  }
}
