/*
 * Reading tar files from a stream. SECURITY: whoever made the file may have written anything into it; names are only compared,
 * and sizes are checked against what follows.
 */

const BLOCK = 512;

export interface TarEntry {
  /** Path in the archive; at most the first 100 characters of a longer one, behind its folder. */
  name: string;
  size: number;
  /** A symbolic or hard link. */
  isLink: boolean;
}

/** The files and links, in order. What is not read of a content is left out. Throws `refuse()` for what is no tar file. */
export async function* tarEntries(
  source: AsyncIterable<Buffer>,
  most: number,
  refuse: () => Error,
): AsyncGenerator<TarEntry & { content: AsyncIterable<Buffer> }> {
  const reader = new Reader(source);
  for (let count = 0; ; count++) {
    const head = await reader.exactly(BLOCK);
    // Two empty blocks end it; some programs write none.
    if (head === null || head.every((byte) => byte === 0)) return;
    if (count >= most || !isIntact(head)) throw refuse();
    const size = octal(head, 124, 12);
    if (!Number.isSafeInteger(size)) throw refuse();
    const type = String.fromCharCode(head[156]!);
    const content = reader.next(size, refuse);
    if ('0\0'.includes(type) || '12'.includes(type)) {
      const folder = text(head, 345, 155);
      const name = text(head, 0, 100);
      yield { name: folder === '' ? name : `${folder}/${name}`, size, isLink: '12'.includes(type), content };
    }
    for await (const _ of content);
    if ((await reader.exactly((BLOCK - (size % BLOCK)) % BLOCK)) === null) throw refuse();
  }
}

/** Its sum of bytes is the one that it names. */
function isIntact(head: Buffer): boolean {
  const own = head.subarray(148, 156);
  const sum = head.reduce((total, byte) => total + byte, 0) - own.reduce((total, byte) => total + byte, 0);
  return sum + 8 * 0x20 === octal(head, 148, 8);
}

function text(head: Buffer, at: number, length: number): string {
  const bytes = head.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

/** A number in octal digits; NaN if it is none. */
function octal(head: Buffer, at: number, length: number): number {
  const digits = text(head, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

class Reader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to `most` bytes, at least one; null at the end. */
  async #some(most: number): Promise<Buffer | null> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) return null;
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Null if there are no more so many. */
  async exactly(count: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const part = await this.#some(left);
      if (part === null) return null;
      left -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async *next(count: number, refuse: () => Error): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      const part = await this.#some(left);
      if (part === null) throw refuse();
      left -= part.length;
      yield part;
    }
  }
}
