import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { MadeBody } from './ledger';

/** The small pictures of a batch, one after the other in one file: a folder would not bear millions of them. */
export class Thumbnails {
  readonly #file: FileHandle;
  readonly #path: string;
  #isClosed = false;
  #end: number;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, path: string, end: number) {
    this.#file = file;
    this.#path = path;
    this.#end = end;
  }

  static async open(folder: string): Promise<Thumbnails> {
    const path = join(folder, 'thumbnails');
    await (await open(path, 'a')).close();
    const file = await open(path, 'r+');
    return new Thumbnails(file, path, (await file.stat()).size);
  }

  /** Adds a pair; answers where it lies. Null where it cannot be written: a photo is not given up for its picture. */
  add({ before, after }: { before: Uint8Array; after: Uint8Array }): Promise<MadeBody['thumbnails']> {
    const put = async (): Promise<MadeBody['thumbnails']> => {
      const at = this.#end;
      const bytes = Buffer.concat([before, after]);
      try {
        for (let done = 0; done < bytes.length; ) {
          done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
        }
      } catch {
        await this.#file.truncate(at).catch(() => undefined);
        return null;
      }
      this.#end += bytes.length;
      return [at, before.length, after.length];
    };
    const added = this.#writing.then(put);
    this.#writing = added;
    return added;
  }

  /** A JPEG picture; null where a power cut has taken it. */
  async read(place: NonNullable<MadeBody['thumbnails']>, side: 'before' | 'after'): Promise<Buffer | null> {
    const [at, before, after] = place;
    const length = side === 'before' ? before : after;
    const bytes = Buffer.alloc(length);
    const file = this.#isClosed ? await open(this.#path, 'r') : this.#file;
    const { bytesRead } = await file
      .read(bytes, 0, length, side === 'before' ? at : at + before)
      .finally(() => (this.#isClosed ? file.close() : undefined));
    return bytesRead === length && bytes[0] === 0xff && bytes[1] === 0xd8 ? bytes : null;
  }

  /** Ends the writing; pictures can still be read. */
  async close(): Promise<void> {
    await this.#writing;
    this.#isClosed = true;
    await this.#file.close();
  }
}
