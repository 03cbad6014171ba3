import { type FileBytes, latin1 } from './file-bytes';

/** The structure of a JPEG file up to its first scan. */
export interface JpegStructure {
  /** Where the picture begins: bytes that do not belong to it may stand before it. */
  start: number;
  segments: Segment[];
  frame: Frame | null;
  /** Where the first scan header's marker lies; null if there is none. */
  scanAt: number | null;
  /** Resolution of the JFIF header. `unit` 0: only the proportion of the two is known; 1: inch; 2: centimetre. */
  jfif: { unit: number; x: number; y: number } | null;
}

export interface Segment {
  marker: number;
  /** Where its content begins, and how long that is. */
  at: number;
  length: number;
}

/** The header of a frame: how the picture is coded. */
export interface Frame {
  /** 0xc0 baseline, 0xc1 extended, 0xc2 progressive, 0xc3 lossless, 0xf7 JPEG-LS ... */
  marker: number;
  at: number;
  precision: number;
  width: number;
  /** 0 if the height follows after the first scan. */
  height: number;
  components: { id: number; horizontal: number; vertical: number }[];
}

/** How far into a file the start of a JPEG is looked for. A MacBinary header has 128 bytes. */
const MAX_JUNK = 512;
const MAX_SEGMENTS = 5000;

/** Where a JPEG begins in the first bytes of a file; null if it does not. Bytes before the start are passed over. */
export function startOfJpeg(head: Uint8Array): number | null {
  const end = Math.min(MAX_JUNK, head.length - 4);
  for (let at = 0; at <= end; at++) {
    if (head[at] !== 0xff || head[at + 1] !== 0xd8 || head[at + 2] !== 0xff) continue;
    // At the very start three bytes are enough; further on a plausible segment has to follow.
    const marker = head[at + 3]!;
    const isSegment = marker === 0xdb || marker === 0xc4 || marker === 0xfe || (marker >= 0xe0 && marker <= 0xef);
    if (at === 0 || isSegment) return at;
  }
  return null;
}

const isFrame = (marker: number) =>
  (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) || marker === 0xf7;
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Reads the headers before the first scan. Null if the file does not begin like a JPEG. */
export function readJpeg(file: FileBytes): JpegStructure | null {
  const start = startOfJpeg(file.read(0, MAX_JUNK + 4));
  if (start === null) return null;
  const structure: JpegStructure = { start, segments: [], frame: null, scanAt: null, jfif: null };
  let at = start + 2;
  while (structure.segments.length < MAX_SEGMENTS) {
    const head = file.read(at, 4);
    if (head.length < 4) return structure;
    // Markers may be preceded by any number of filling bytes; other bytes between segments are passed over as decoders do.
    if (head[0] !== 0xff || head[1] === 0xff || head[1] === 0) {
      at++;
      continue;
    }
    const marker = head[1]!;
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9) return structure;
    const length = (head[2]! << 8) | head[3]!;
    if (length < 2) return structure;
    if (marker === 0xda) {
      structure.scanAt = at;
      return structure;
    }
    const segment = { marker, at: at + 4, length: length - 2 };
    structure.segments.push(segment);
    if (isFrame(marker) && !structure.frame) structure.frame = readFrame(file, segment);
    if (marker === 0xe0 && !structure.jfif) structure.jfif = readJfif(file, segment);
    at += 2 + length;
  }
  return structure;
}

function readFrame(file: FileBytes, { marker, at, length }: Segment): Frame | null {
  const body = file.read(at, length);
  if (body.length < 6) return null;
  const count = body[5]!;
  if (body.length < 6 + count * 3) return null;
  return {
    marker,
    at,
    precision: body[0]!,
    height: (body[1]! << 8) | body[2]!,
    width: (body[3]! << 8) | body[4]!,
    components: Array.from({ length: count }, (_, i) => ({
      id: body[6 + i * 3]!,
      horizontal: body[7 + i * 3]! >> 4,
      vertical: body[7 + i * 3]! & 15,
    })),
  };
}

function readJfif(file: FileBytes, { at, length }: Segment): JpegStructure['jfif'] {
  const body = file.read(at, Math.min(length, 14));
  if (body.length < 12 || latin1(body, 0, 5) !== 'JFIF\0') return null;
  return { unit: body[7]!, x: (body[8]! << 8) | body[9]!, y: (body[10]! << 8) | body[11]! };
}
