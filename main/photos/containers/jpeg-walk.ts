import type { Frame } from './jpeg';
import { type Huffman, readTables } from './jpeg-huffman';

/** What the header of a scan says, with the tables and the interval that hold where it stands. */
export interface ScanHeader {
  components: { id: number; dc: Huffman | undefined; ac: Huffman | undefined }[];
  /** The first coefficient of a progressive scan, or the predictor of a lossless one. */
  first: number;
  /** Bits that earlier scans have given, and bits that this one leaves out. */
  known: number;
  left: number;
  /** Units between two restart markers; 0: there are none. */
  interval: number;
  /** Where the coded data begin. */
  dataAt: number;
}

export const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

/**
 * Walks over the segments and scans of a JPEG that begins at `start`. Bytes between them are passed over, as decoders do.
 *
 * @param onScan gets each scan, null if its header is too short, and returns where the walk goes on, or null to end it
 * @param onSegment gets the content of all other segments
 * @returns whether the end of the picture was reached
 */
export function walkScans(
  bytes: Uint8Array,
  start: number,
  onScan: (scan: ScanHeader | null) => number | null,
  onSegment: (marker: number, body: Uint8Array) => void = () => {},
): boolean {
  const tables = new Map<number, Huffman>();
  let interval = 0;
  for (let at = start + 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || isRestart(marker)) {
      at++;
      continue;
    }
    if (marker === 0xd9) return true;
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const body = bytes.subarray(at + 4, at + 2 + length);
    at += 2 + Math.max(2, length);
    if (marker === 0xc4) readTables(body, tables);
    if (marker === 0xdd && body.length >= 2) interval = (body[0]! << 8) | body[1]!;
    if (marker !== 0xda) {
      onSegment(marker, body);
      continue;
    }
    const next = onScan(headerOf(body, tables, interval, at));
    if (next === null) return false;
    at = next;
  }
  return false;
}

function headerOf(
  body: Uint8Array,
  tables: ReadonlyMap<number, Huffman>,
  interval: number,
  dataAt: number,
): ScanHeader | null {
  const count = body[0] ?? 0;
  if (body.length < 4 + 2 * count) return null;
  const last = body[3 + 2 * count]!;
  return {
    components: Array.from({ length: count }, (_, i) => {
      const ids = body[2 + 2 * i]!;
      return { id: body[1 + 2 * i]!, dc: tables.get(ids >> 4), ac: tables.get(0x10 | (ids & 15)) };
    }),
    first: body[1 + 2 * count]!,
    known: last >> 4,
    left: last & 15,
    interval,
    dataAt,
  };
}

/**
 * The units in which a scan of these components is stored, and how many pixels each covers. A scan with one component has a
 * unit for each of its blocks.
 */
export function unitsOf(frame: Frame, scanned: readonly { horizontal: number; vertical: number }[]) {
  const most = {
    horizontal: Math.max(...frame.components.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...frame.components.map(({ vertical }) => vertical)),
  };
  const [alone] = scanned.length === 1 ? scanned : [];
  const width = (8 * most.horizontal) / (alone?.horizontal ?? 1);
  const height = (8 * most.vertical) / (alone?.vertical ?? 1);
  return { across: Math.ceil(frame.width / width), down: Math.ceil(frame.height / height), width, height };
}
