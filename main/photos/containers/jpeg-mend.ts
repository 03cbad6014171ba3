import type { Rect } from '../../restoration/raster';
import { concat } from '../exif';
import { bytesOf } from './file-bytes';
import { type JpegStructure, readJpeg } from './jpeg';
import { followScans, type ScanReport } from './jpeg-scan';

/** A JPEG that a strict decoder refuses, put into a form that it reads. */
export interface MendedJpeg {
  bytes: Uint8Array;
  /** What is missing, in pixels of the stored picture; empty if the picture is complete. */
  missing: Rect[];
  /** Whether passes that refine a progressive picture are missing. */
  lacksDetail: boolean;
}

/** So many zero bytes in a row stand in coded data only where something overwrote them. */
const ZERO_RUN = 64;
/** So many bytes may be left over behind a complete picture. */
const MAX_UNREAD = 16;

/** Null if the file has no frame or no scan. */
export function mendJpeg(original: Uint8Array): MendedJpeg | null {
  const structure = readJpeg(bytesOf(original));
  if (!structure?.frame || structure.scanAt === null) return null;
  const bytes = original.slice(structure.start);
  const scanAt = structure.scanAt - structure.start;
  const frame = { ...structure.frame, at: structure.frame.at - structure.start };
  if (frame.height === 0) {
    const height = heightAfterScan(bytes, scanAt);
    if (height === 0) return null;
    frame.height = height;
    bytes[frame.at + 1] = height >> 8;
    bytes[frame.at + 2] = height & 0xff;
  }
  if (frame.width === 0) return null;
  fixSequentialScan(bytes, scanAt, frame.marker);
  numberRestarts(bytes, scanAt, frame, restartInterval(bytes, structure));

  let report = followScans(bytes, frame, scanAt, 0);
  if (report && (report.missing.length > 0 || report.unread > MAX_UNREAD)) {
    const zeros = zeroRun(bytes, scanAt);
    // Zeros can be followed as if they were a picture, so what comes after them is not trusted.
    if (zeros !== null) report = followScans(bytes, frame, scanAt, 0, zeros);
  }
  const { cuts, missing, lacksDetail } = report ?? unfollowed(bytes);
  const kept: Uint8Array[] = [];
  let from = 0;
  for (const cut of cuts) {
    kept.push(bytes.subarray(from, cut.from));
    from = cut.to;
  }
  kept.push(bytes.subarray(from), Uint8Array.of(0xff, 0xd9));
  return { bytes: concat(kept), missing: missing.map((rect) => within(rect, frame)), lacksDetail };
}

/** For codings that are not followed: an end marker is the only sign of completeness. */
function unfollowed(bytes: Uint8Array): ScanReport {
  const tail = bytes.subarray(-1024);
  return { cuts: [], missing: [], unread: 0, lacksDetail: Buffer.from(tail).indexOf(Buffer.of(0xff, 0xd9)) < 0 };
}

function within(rect: Rect, { width, height }: { width: number; height: number }): Rect {
  return { ...rect, width: Math.min(rect.width, width - rect.x), height: Math.min(rect.height, height - rect.y) };
}

/** The height that a DNL segment gives after the first scan; 0 without one. */
export function heightAfterScan(bytes: Uint8Array, scanAt: number): number {
  for (let at = scanAt; at + 6 <= bytes.length; at++) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xdc && bytes[at + 2] === 0 && bytes[at + 3] === 4) {
      return (bytes[at + 4]! << 8) | bytes[at + 5]!;
    }
  }
  return 0;
}

/** In sequential files the last three bytes of a scan header have one possible value; some phones write another one. */
function fixSequentialScan(bytes: Uint8Array, scanAt: number, frameMarker: number): void {
  if (frameMarker !== 0xc0 && frameMarker !== 0xc1) return;
  const count = bytes[scanAt + 4] ?? 0;
  const at = scanAt + 5 + 2 * count;
  const length = (bytes[scanAt + 2]! << 8) | bytes[scanAt + 3]!;
  // A header that contradicts itself is left for the decoder to judge: what would be overwritten may be the picture.
  if (length !== 6 + 2 * count || at + 3 > bytes.length) return;
  bytes.set([0, 63, 0], at);
}

function restartInterval(bytes: Uint8Array, { segments, start }: JpegStructure): number {
  const segment = segments.filter(({ marker }) => marker === 0xdd).at(-1);
  return segment ? (bytes[segment.at - start]! << 8) | bytes[segment.at - start + 1]! : 0;
}

/** Restart markers count from 0 to 7. If there are as many as the picture needs, wrong numbers are corrected. */
function numberRestarts(
  bytes: Uint8Array,
  scanAt: number,
  { width, height, components, marker }: NonNullable<JpegStructure['frame']>,
  interval: number,
): void {
  if (interval === 0 || marker === 0xc2) return;
  const found: number[] = [];
  let at = scanAt + 2 + ((bytes[scanAt + 2]! << 8) | bytes[scanAt + 3]!);
  for (; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0 || bytes[at + 1] === 0xff) continue;
    if (bytes[at + 1]! < 0xd0 || bytes[at + 1]! > 0xd7) break;
    found.push(at);
  }
  const single = bytes[scanAt + 4] === 1;
  const across = single ? 8 : 8 * Math.max(...components.map((each) => each.horizontal));
  const down = single ? 8 : 8 * Math.max(...components.map((each) => each.vertical));
  const units = Math.ceil(width / across) * Math.ceil(height / down);
  if (found.length !== Math.ceil(units / interval) - 1) return;
  found.forEach((position, index) => {
    bytes[position + 1] = 0xd0 + (index % 8);
  });
}

/** Whether something may have overwritten coded data with zeros, which decoders can take for a picture. */
export function mayBeZeroed(bytes: Uint8Array, scanAt: number): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = buffer.indexOf(Buffer.of(0xff, 0xd9), scanAt);
  const zeros = zeroRun(bytes, scanAt);
  return zeros !== null && (end < 0 || zeros < end);
}

/** Where a long run of zeros begins after the first scan header; null without one. */
function zeroRun(bytes: Uint8Array, scanAt: number): number | null {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(Buffer.alloc(ZERO_RUN), scanAt);
  return at < 0 ? null : at;
}
