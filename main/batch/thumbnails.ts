import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { log, logged } from '../log/log';
import { openRegular } from '../storage/open-file';
import { type OpenFolder, openOwn } from '../storage/open-folder';
import type { MaskPlace, ThumbnailPlace } from './journal-lines';

const NAME = 'thumbnails';

/** JPEG thumbnails, and the PNG of what was repaired, if there is one. */
interface Pictures {
  before: Uint8Array;
  after: Uint8Array;
  mask?: Uint8Array | null;
}

/** The thumbnails of a batch, all in one file, because no folder can hold millions of files well. */
export class Thumbnails {
  readonly #file: FileHandle;
  readonly #folder: OpenFolder;
  #isClosed = false;
  #end: number;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, folder: OpenFolder, end: number) {
    this.#file = file;
    this.#folder = folder;
    this.#end = end;
  }

  static async open(folder: OpenFolder): Promise<Thumbnails> {
    const file = await openOwn(folder, NAME);
    return new Thumbnails(file, folder, (await file.stat()).size);
  }

  /**
   * Appends a pair and returns its position. Null if it cannot be written: a photo does not fail because of its
   * thumbnail.
   */
  add({ before, after, mask }: Pictures): Promise<{ thumbnails: ThumbnailPlace; mask?: MaskPlace } | null> {
    const put = async () => {
      const at = this.#end;
      const bytes = Buffer.concat([before, after, ...(mask ? [mask] : [])]);
      try {
        for (let done = 0; done < bytes.length; ) {
          done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
        }
      } catch (error) {
        log.warn('The previews of a photo could not be kept', error);
        await this.#file.truncate(at).catch(logged('The file of previews could not be cut'));
        return null;
      }
      this.#end += bytes.length;
      const thumbnails: ThumbnailPlace = [at, before.length, after.length];
      const maskAt = at + before.length + after.length;
      return { thumbnails, ...(mask ? { mask: [maskAt, mask.length] satisfies MaskPlace } : {}) };
    };
    const added = this.#writing.then(put);
    this.#writing = added;
    return added;
  }

  /** Reads two JPEG pictures; null if a power cut has destroyed them. */
  async read([at, before, after]: ThumbnailPlace): Promise<{
    before: Buffer;
    after: Buffer;
  } | null> {
    const bytes = await this.#read(at, before + after);
    if (bytes === null) return null;
    const pair = { before: bytes.subarray(0, before), after: bytes.subarray(before) };
    return isJpeg(pair.before) && isJpeg(pair.after) ? pair : null;
  }

  /** Reads the PNG of what was repaired; null if a power cut has destroyed it. */
  async readMask([at, length]: MaskPlace): Promise<Buffer | null> {
    const bytes = await this.#read(at, length);
    return bytes?.subarray(1, 4).toString('latin1') === 'PNG' ? bytes : null;
  }

  async #read(at: number, length: number): Promise<Buffer | null> {
    const bytes = Buffer.alloc(length);
    const file = this.#isClosed ? await openRegular(join(this.#folder.path, NAME), { follow: false }) : this.#file;
    const { bytesRead } = await file
      .read(bytes, 0, length, at)
      .finally(() => (this.#isClosed ? file.close() : undefined));
    return bytesRead === length ? bytes : null;
  }

  /** Ends the writing. Pictures can still be read. */
  async close(): Promise<void> {
    await this.#writing;
    this.#isClosed = true;
    await this.#file.close();
  }
}

const isJpeg = (bytes: Buffer) => bytes[0] === 0xff && bytes[1] === 0xd8;
