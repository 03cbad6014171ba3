import type { Rect } from './geometry';

/**
 * A mask as a bitmap. Each row is a list of runs of one value: a byte, then the run's length in groups of seven bits,
 * lowest first. Masks have long runs, so this is small, and any rectangle can be read.
 */
export interface RunBitmap {
  readonly width: number;
  readonly height: number;
  /** Where each row begins in `runs`, and the end of the last: `height + 1` numbers. */
  readonly rows: Uint32Array;
  readonly runs: Uint8Array;
}

/** Packs rows of `width` bytes, in order. */
export class RunWriter {
  private runs = new Uint8Array(4096);
  private length = 0;
  private readonly rows: number[] = [0];

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  add(row: Uint8Array): void {
    let x = 0;
    while (x < this.width) {
      const value = row[x]!;
      let end = x + 1;
      while (end < this.width && row[end] === value) end++;
      this.push(value);
      let count = end - x;
      for (; count >= 128; count = Math.floor(count / 128)) this.push(128 + (count % 128));
      this.push(count);
      x = end;
    }
    this.rows.push(this.length);
  }

  /** Bytes so far. */
  get size(): number {
    return this.length;
  }

  finish(): RunBitmap {
    if (this.rows.length !== this.height + 1) throw new RangeError(`${this.rows.length - 1} rows of ${this.height}`);
    return {
      width: this.width,
      height: this.height,
      rows: Uint32Array.from(this.rows),
      runs: this.runs.slice(0, this.length),
    };
  }

  private push(byte: number): void {
    if (this.length === this.runs.length) {
      const larger = new Uint8Array(this.runs.length * 2);
      larger.set(this.runs);
      this.runs = larger;
    }
    this.runs[this.length++] = byte;
  }
}

/** Calls back with the value, start and end of each run of a row. */
function forEachRun(
  { rows, runs }: RunBitmap,
  y: number,
  visit: (value: number, from: number, to: number) => void,
): void {
  let x = 0;
  for (let at = rows[y]!; at < rows[y + 1]!; ) {
    const value = runs[at++]!;
    let count = 0;
    let weight = 1;
    let byte: number;
    do {
      byte = runs[at++]!;
      count += (byte & 127) * weight;
      weight *= 128;
    } while (byte >= 128);
    visit(value, x, x + count);
    x += count;
  }
}

/** Fills `out` with the values of a rectangle that lies inside the bitmap. */
export function readRuns(bitmap: RunBitmap, rect: Rect, out: Uint8Array): void {
  for (let y = 0; y < rect.height; y++) {
    forEachRun(bitmap, rect.y + y, (value, from, to) => {
      const left = Math.max(from, rect.x);
      const right = Math.min(to, rect.x + rect.width);
      if (right > left) out.fill(value, y * rect.width + left - rect.x, y * rect.width + right - rect.x);
    });
  }
}

/** The one value that a rectangle holds; null if it holds several. */
export function constantRuns(bitmap: RunBitmap, rect: Rect): number | null {
  let found: number | null = null;
  let isConstant = true;
  for (let y = rect.y; y < rect.y + rect.height && isConstant; y++) {
    forEachRun(bitmap, y, (value, from, to) => {
      if (to <= rect.x || from >= rect.x + rect.width) return;
      found ??= value;
      if (found !== value) isConstant = false;
    });
  }
  return isConstant ? found : null;
}

/** Width and height as 32-bit numbers, lowest byte first, then the runs. */
export function packRuns(bitmap: RunBitmap): Uint8Array {
  const bytes = new Uint8Array(8 + bitmap.runs.length);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, bitmap.width, true);
  header.setUint32(4, bitmap.height, true);
  bytes.set(bitmap.runs, 8);
  return bytes;
}

/** Reads what {@link packRuns} wrote. Throws a RangeError if the bytes are not a bitmap. */
export function unpackRuns(bytes: Uint8Array): RunBitmap {
  if (bytes.length < 8) throw new RangeError('too short for a bitmap');
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = header.getUint32(0, true);
  const height = header.getUint32(4, true);
  const runs = bytes.subarray(8);
  // A row takes at least two bytes, so a false height cannot make us allocate more than the bytes justify.
  if (width === 0 || height === 0 || height * 2 > runs.length) throw new RangeError('not the size of a bitmap');
  const rows = new Uint32Array(height + 1);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      at += 1;
      let count = 0;
      let weight = 1;
      let byte: number;
      do {
        if (at >= runs.length || weight > 2 ** 28) throw new RangeError('a run has no end');
        byte = runs[at++]!;
        count += (byte & 127) * weight;
        weight *= 128;
      } while (byte >= 128);
      if (count === 0 || x + count > width) throw new RangeError('a run leaves its row');
      x += count;
    }
    rows[y + 1] = at;
  }
  if (at !== runs.length) throw new RangeError('bytes are left over');
  return { width, height, rows, runs };
}
