/*
 * A reader of the wire format of Protocol Buffers. SECURITY: whoever made the file chose every length in it, so a length is
 * only believed inside the message that holds it, what is skipped is never read, and what is read is counted.
 */

/** Where the bytes of a file come from. */
export interface Bytes {
  readonly length: number;
  /** Copies up to `into.length` bytes from `at` on; returns how many there were. */
  read(at: number, into: Uint8Array): number;
}

/** The file is not a Protocol Buffers message, or exceeds a limit. */
export class MalformedFile extends Error {
  constructor(readonly problem: 'malformed' | 'too complicated') {
    super(problem);
  }
}

export function bytesOf(buffer: Uint8Array): Bytes {
  return {
    length: buffer.length,
    read(at, into) {
      const part = buffer.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
  };
}

export interface Field {
  number: number;
  wire: number;
  /** The value of a varint, as far as a float holds it, or the four bytes of a 32-bit field. */
  value: number;
  /** Where the content of a field with a length begins and ends. */
  start: number;
  end: number;
}

const SMALL_WINDOW = 1 << 12;
const LARGE_WINDOW = 1 << 18;
/** What is read of a file of any size, without what is skipped. */
const MOST_READ = 1 << 28;
/** Fields of one file, so that a file of nothing but tiny fields ends too. */
const MOST_FIELDS = 8_000_000;

export class WireReader {
  readonly length: number;
  readonly #bytes: Bytes;
  #window = new Uint8Array(0);
  #from = 0;
  #readTo = -1;
  #budget = MOST_READ;
  #fields = MOST_FIELDS;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  /** The fields of a message, in order. What the caller does not look at is not read. */
  *fields(start: number, end: number): Generator<Field> {
    let at = start;
    while (at < end) {
      if (--this.#fields < 0) throw new MalformedFile('too complicated');
      const key = this.#varint(at, end);
      const number = Math.floor(key.value / 8);
      const wire = key.value % 8;
      if (number === 0) throw new MalformedFile('malformed');
      const field: Field = { number, wire, value: 0, start: key.next, end: key.next };
      switch (wire) {
        case 0: {
          const { value, next } = this.#varint(key.next, end);
          field.value = value;
          at = next;
          break;
        }
        case 1:
          at = key.next + 8;
          break;
        case 2: {
          const { value, next } = this.#varint(key.next, end);
          field.start = next;
          at = next + value;
          break;
        }
        case 5:
          at = key.next + 4;
          break;
        default:
          // Groups are no part of ONNX.
          throw new MalformedFile('malformed');
      }
      if (!(at <= end)) throw new MalformedFile('malformed');
      field.end = at;
      yield field;
    }
  }

  /** A text, cut off after `most` bytes. */
  text({ start, end }: Pick<Field, 'start' | 'end'>, most: number): string {
    return new TextDecoder().decode(this.slice(start, Math.min(end, start + most)));
  }

  slice(start: number, end: number): Uint8Array {
    const into = new Uint8Array(end - start);
    this.#spend(into.length);
    if (this.#bytes.read(start, into) !== into.length) throw new MalformedFile('malformed');
    return into;
  }

  /** A 32-bit float at a position. */
  float(at: number): number {
    const bytes = this.slice(at, at + 4);
    return new DataView(bytes.buffer).getFloat32(0, true);
  }

  /** The varints of a packed field, at most `most`. */
  packed({ start, end }: Pick<Field, 'start' | 'end'>, most: number): number[] {
    const values: number[] = [];
    let at = start;
    while (at < end && values.length < most) {
      const { value, next } = this.#varint(at, end);
      values.push(value);
      at = next;
    }
    return values;
  }

  /** Values above 2^53 lose their last bits; negative ones have ten bytes. */
  #varint(start: number, end: number): { value: number; next: number } {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (start + i >= end) throw new MalformedFile('malformed');
      const byte = this.#byte(start + i);
      const part = byte & 0x7f;
      if (i < 4) low += part * 2 ** (7 * i);
      else high += part * 2 ** (7 * (i - 4));
      if (byte < 0x80) {
        const value = low + high * 2 ** 28;
        // Two's complement of 64 bits.
        return { value: value >= 2 ** 63 ? value - 2 ** 64 : value, next: start + i + 1 };
      }
    }
    throw new MalformedFile('malformed');
  }

  #byte(at: number): number {
    const offset = at - this.#from;
    const known = this.#window[offset];
    if (offset >= 0 && known !== undefined) return known;
    // Reading on is answered with more at once than a jump, behind which only a header may follow.
    const isNext = at === this.#readTo;
    const size = isNext ? Math.min(LARGE_WINDOW, Math.max(SMALL_WINDOW, this.#window.length * 2)) : SMALL_WINDOW;
    const into = new Uint8Array(Math.min(size, Math.max(0, this.length - at)));
    this.#spend(into.length);
    const read = this.#bytes.read(at, into);
    this.#window = into.subarray(0, read);
    this.#from = at;
    this.#readTo = at + read;
    const byte = this.#window[0];
    if (byte === undefined) throw new MalformedFile('malformed');
    return byte;
  }

  #spend(bytes: number): void {
    this.#budget -= bytes;
    if (this.#budget < 0) throw new MalformedFile('too complicated');
  }
}
