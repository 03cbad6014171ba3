import type { Rect } from '../../restoration/raster';
import type { Frame } from './jpeg';
import { BitReader, type Huffman, Unreadable } from './jpeg-huffman';
import { isRestart, type ScanHeader, unitsOf, walkScans } from './jpeg-walk';

/**
 * Follows the entropy coding of a JPEG without computing pixels, to find out how much of the picture is there. Baseline,
 * extended and the first pass of progressive files with Huffman coding are followed.
 */

/** Places in the coded data that cannot be followed: they are cut out, so that a decoder leaves grey there. */
export interface Cut {
  from: number;
  to: number;
}

export interface ScanReport {
  /** What is missing, in pixels of the stored picture. */
  missing: Rect[];
  cuts: Cut[];
  /** Whether a progressive file lacks passes that only refine the picture. */
  lacksDetail: boolean;
  /** Bytes of coded data behind the last unit of a scan. */
  unread: number;
}

/** What a scan header says. */
interface Scan {
  components: { blocksAcross: number; blocksDown: number; dc: Huffman | undefined; ac: Huffman | undefined }[];
  /** Minimum coded units, and the pixels that each covers. */
  across: number;
  down: number;
  width: number;
  height: number;
}

const CODED = new Set([0xc0, 0xc1, 0xc2]);

/**
 * Follows every scan. `bytes` is the whole file, and the frame must have its height. `limit`: data from here on are not
 * trusted. Null if the coding is not one that is followed here.
 */
export function followScans(
  bytes: Uint8Array,
  frame: Frame,
  firstScan: number,
  start: number,
  limit = bytes.length,
): ScanReport | null {
  if (!CODED.has(frame.marker) || frame.components.some(({ horizontal, vertical }) => !horizontal || !vertical))
    return null;
  const progressive = frame.marker === 0xc2;
  const report: ScanReport = { missing: [], cuts: [], lacksDetail: false, unread: 0 };
  const seen = new Set<number>();
  let isKnown = true;
  const ended = walkScans(bytes, start, (header) => {
    if (header === null) return null;
    const { components, first, known, interval, dataAt } = header;
    // Later passes refine what the first one gave.
    if (progressive && (first !== 0 || known !== 0)) return nextMarker(bytes, dataAt);
    const scan = scanOf(frame, header);
    isKnown = scan !== null;
    if (scan === null) return null;
    for (const { id } of components) seen.add(id);
    return followScan(bytes, dataAt, Math.min(limit, bytes.length), { scan, interval, progressive }, report);
  });
  if (!isKnown) return null;
  if (firstScan > bytes.length || frame.components.some(({ id }) => !seen.has(id))) {
    // Without any data of a component nothing of the picture can be trusted.
    report.missing = [{ x: 0, y: 0, width: frame.width, height: frame.height }];
  }
  report.lacksDetail = progressive && !ended;
  return report;
}

/** The next marker that is not part of coded data. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at + 1 < bytes.length) {
    if (bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff && !isRestart(bytes[at + 1]!)) return at;
    at++;
  }
  return bytes.length;
}

function nextRestart(bytes: Uint8Array, from: number): number | null {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0 || bytes[at + 1] === 0xff) continue;
    return isRestart(bytes[at + 1]!) ? at : null;
  }
  return null;
}

/** Null if the frame does not have the components of the scan. */
function scanOf(frame: Frame, header: ScanHeader): Scan | null {
  const components = header.components.flatMap(({ id, dc, ac }) => {
    const found = frame.components.find((each) => each.id === id);
    return found ? [{ ...found, dc, ac }] : [];
  });
  if (components.length === 0 || components.length < header.components.length) return null;
  const isAlone = components.length === 1;
  return {
    ...unitsOf(frame, components),
    components: components.map(({ horizontal, vertical, dc, ac }) => ({
      blocksAcross: isAlone ? 1 : horizontal,
      blocksDown: isAlone ? 1 : vertical,
      dc,
      ac,
    })),
  };
}

/** Follows one scan, and returns where the next marker lies. */
function followScan(
  bytes: Uint8Array,
  dataAt: number,
  end: number,
  { scan, interval, progressive }: { scan: Scan; interval: number; progressive: boolean },
  report: ScanReport,
): number {
  const total = scan.across * scan.down;
  const whole = interval === 0 ? total : interval;
  let reader = new BitReader(bytes, dataAt, end);
  /** Where so many units end that begin here; null if they cannot be followed. */
  const endOf = (from: number, count: number): number | null => {
    const trial = new BitReader(bytes, from, end);
    try {
      for (let i = 0; i < count; i++) followUnit(trial, scan, progressive);
      return trial.at;
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  };
  for (let first = 0; first < total; first += whole) {
    const last = Math.min(total, first + whole);
    const padded = first === 0 ? 0 : paddingAt(bytes, reader.at, end, (from) => endOf(from, last - first));
    if (padded > 0) {
      report.cuts.push({ from: reader.at, to: reader.at + padded });
      reader = new BitReader(bytes, reader.at + padded, end);
    }
    let unit = first;
    try {
      for (; unit < last; unit++) followUnit(reader, scan, progressive);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      addMissing(report.missing, scan, unit, last);
      const from = reader.progress.at;
      const restart = last < total ? nextRestart(bytes, from) : null;
      const to = restart ?? nextMarker(bytes, from);
      if (to > from) report.cuts.push({ from, to });
      if (restart === null) {
        if (last < total) addMissing(report.missing, scan, last, total);
        return to;
      }
      reader = new BitReader(bytes, restart, end);
    }
    reader.align();
    if (last === total) break;
    const restart = nextRestart(bytes, reader.at);
    if (restart === null) {
      addMissing(report.missing, scan, last, total);
      return nextMarker(bytes, reader.at);
    }
    reader = new BitReader(bytes, restart + 2, end);
  }
  const marker = nextMarker(bytes, reader.at);
  report.unread = Math.max(report.unread, marker - reader.at);
  return marker;
}

/** So many zeros behind a restart marker may be padding. */
const MIN_PADDING = 8;

/**
 * Some sheet feeders pad the data behind restart markers with zeros. Returns how many: without them, the data have to end
 * exactly at the next marker, and with them they must not.
 */
function paddingAt(bytes: Uint8Array, at: number, end: number, endOf: (from: number) => number | null): number {
  let zeros = 0;
  while (at + zeros < end && bytes[at + zeros] === 0) zeros++;
  if (zeros < MIN_PADDING) return 0;
  const next = nextMarkerOfAnyKind(bytes, at);
  if (endOf(at) === next) return 0;
  // The data may begin with zeros of their own.
  for (let padding = zeros; padding > Math.max(0, zeros - 4); padding--)
    if (endOf(at + padding) === next) return padding;
  return 0;
}

function nextMarkerOfAnyKind(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff) return at;
  }
  return bytes.length;
}

function followUnit(reader: BitReader, { components }: Scan, progressive: boolean): void {
  for (const { blocksAcross, blocksDown, dc, ac } of components) {
    if (!dc || (!ac && !progressive)) throw new Unreadable();
    for (let block = 0; block < blocksAcross * blocksDown; block++) {
      const size = reader.symbol(dc);
      if (size > 16) throw new Unreadable();
      reader.skip(size);
      if (progressive) continue;
      for (let k = 1; k < 64; k++) {
        const symbol = reader.symbol(ac!);
        const bits = symbol & 15;
        if (bits === 0) {
          if (symbol !== 0xf0) break;
          k += 15;
          continue;
        }
        k += symbol >> 4;
        if (k > 63) throw new Unreadable();
        reader.skip(bits);
      }
    }
  }
}

/** The rectangles that units `from` to `to` (exclusive) cover: a piece of the first row, whole rows, a piece of the last. */
function addMissing(missing: Rect[], { across, width, height }: Scan, from: number, to: number): void {
  const add = (x: number, y: number, columns: number, rows: number) => {
    if (columns > 0 && rows > 0)
      missing.push({ x: x * width, y: y * height, width: columns * width, height: rows * height });
  };
  let unit = from;
  while (unit < to) {
    const x = unit % across;
    const y = Math.floor(unit / across);
    if (x > 0 || to - unit < across) {
      const columns = Math.min(across - x, to - unit);
      add(x, y, columns, 1);
      unit += columns;
    } else {
      const rows = Math.floor((to - unit) / across);
      add(0, y, across, rows);
      unit += rows * across;
    }
  }
}
