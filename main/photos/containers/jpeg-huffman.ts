/** Huffman coding as in ITU-T T.81. */

/** A Huffman table. */
export interface Huffman {
  /** Largest code of each length, or -1. */
  maxCode: Int32Array;
  valueAt: Int32Array;
  values: Uint8Array;
}

/** The coded data end, or have no meaning. */
export class Unreadable extends Error {}

interface Progress {
  at: number;
  bits: number;
  count: number;
}

export class BitReader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  bit(): number {
    if (this.#count === 0) {
      if (this.at >= this.#end) throw new Unreadable();
      const value = this.#bytes[this.at]!;
      if (value === 0xff) {
        let next = this.at + 1;
        while (this.#bytes[next] === 0xff) next++;
        if (this.#bytes[next] !== 0) throw new Unreadable();
        this.at = next;
      }
      this.at++;
      this.#bits = value;
      this.#count = 8;
    }
    this.#count--;
    return (this.#bits >> this.#count) & 1;
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.bit();
  }

  /** Drops what is left of the current byte. */
  align(): void {
    this.#count = 0;
  }

  get progress(): Progress {
    return { at: this.at, bits: this.#bits, count: this.#count };
  }

  symbol(table: Huffman): number {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit();
      const max = table.maxCode[length]!;
      if (max >= 0 && code <= max) {
        const index = table.valueAt[length]! + code;
        if (index < 0 || index >= table.values.length) throw new Unreadable();
        return table.values[index]!;
      }
    }
    throw new Unreadable();
  }
}

/** Takes over the tables of a DHT segment, by their class and number. */
export function readTables(body: Uint8Array, tables: Map<number, Huffman>): void {
  let at = 0;
  while (at + 17 <= body.length) {
    const id = body[at]!;
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const values = body.subarray(at + 17, at + 17 + total);
    const maxCode = new Int32Array(17).fill(-1);
    const valueAt = new Int32Array(17);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1]!;
      if (count > 0) {
        valueAt[length] = index - code;
        code += count;
        index += count;
        maxCode[length] = code - 1;
      }
      code <<= 1;
    }
    tables.set(id, { maxCode, valueAt, values });
    at += 17 + total;
  }
}
