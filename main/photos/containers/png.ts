import { crc32, createInflate, deflateSync, inflateSync } from 'node:zlib';
import { MAX_PIXELS } from '../../../contract/basics';
import type { Rect } from '../../restoration/raster';
import { concat } from '../exif';
import { type FileBytes, latin1, viewOf } from './file-bytes';
import { deinterlace, interlacedBytes } from './png-interlaced';

/** What a PNG's header says. */
export interface PngHeader {
  width: number;
  height: number;
  bits: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with opacity, 6 RGB with opacity. */
  colourType: number;
  isInterlaced: boolean;
}

export interface PngChunk {
  type: string;
  at: number;
  length: number;
}

export interface PngStructure {
  header: PngHeader;
  chunks: PngChunk[];
  /** Whether the file has its end. */
  isWhole: boolean;
}

const MAX_CHUNKS = 200_000;

/** Reads which chunks a file has, also those behind the pixels. Null if it does not begin like a PNG. */
export function readPng(file: FileBytes): PngStructure | null {
  const chunks: PngChunk[] = [];
  let header: PngHeader | null = null;
  let at = 8;
  while (chunks.length < MAX_CHUNKS) {
    const head = file.read(at, 8);
    if (head.length < 8) break;
    const length = viewOf(head).getUint32(0);
    const chunk = { type: latin1(head, 4, 4), at: at + 8, length };
    chunks.push(chunk);
    if (chunk.type === 'IHDR' && length >= 13) header = readHeader(file.read(chunk.at, 13));
    if (chunk.type === 'IEND') return header && { header, chunks, isWhole: true };
    at += length + 12;
  }
  return header && { header, chunks, isWhole: false };
}

function readHeader(body: Uint8Array): PngHeader | null {
  if (body.length < 13) return null;
  const view = viewOf(body);
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    bits: body[8]!,
    colourType: body[9]!,
    isInterlaced: body[12] === 1,
  };
}

/** The content of the first chunk of a type, if it is whole and not longer than `most`; null without one. */
export function pngChunk(file: FileBytes, { chunks }: PngStructure, type: string, most = 1 << 20): Uint8Array | null {
  const chunk = chunks.find((each) => each.type === type);
  return chunk ? contentOf(file, chunk, most) : null;
}

function contentOf(file: FileBytes, { at, length }: PngChunk, most: number): Uint8Array | null {
  if (length > most) return null;
  const bytes = file.read(at, length);
  return bytes.length === length ? bytes : null;
}

/** SECURITY: texts may be compressed, so their size is limited, also in sum. */
const MAX_TEXT = 16 * 1024 * 1024;

/** Keyword and text of all text chunks. */
export function pngTexts(file: FileBytes, { chunks }: PngStructure): { keyword: string; text: string }[] {
  const texts: { keyword: string; text: string }[] = [];
  let left = MAX_TEXT;
  for (const chunk of chunks) {
    if (chunk.type !== 'tEXt' && chunk.type !== 'zTXt' && chunk.type !== 'iTXt') continue;
    const body = contentOf(file, chunk, left);
    const end = body?.indexOf(0) ?? -1;
    if (!body || end < 1) continue;
    const text = textOf(chunk.type, body.subarray(end + 1), left);
    if (text === null) continue;
    left -= text.length;
    texts.push({ keyword: latin1(body, 0, end), text });
  }
  return texts;
}

function textOf(type: string, body: Uint8Array, most: number): string | null {
  try {
    if (type === 'tEXt') return latin1(body);
    if (type === 'zTXt') return latin1(inflateSync(body.subarray(1), { maxOutputLength: Math.max(1, most) }));
    const language = body.indexOf(0, 2);
    const translated = language < 0 ? -1 : body.indexOf(0, language + 1);
    if (translated < 0) return null;
    const text = body.subarray(translated + 1);
    return new TextDecoder().decode(body[0] === 1 ? inflateSync(text, { maxOutputLength: Math.max(1, most) }) : text);
  } catch {
    // A text that cannot be decompressed is not a text.
    return null;
  }
}

// ------------------------------------------------------------------------------------------- mending

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A PNG whose pixels break off, filled up with grey. */
export interface MendedPng {
  bytes: Uint8Array;
  missing: Rect[];
  /** Whether the finest pixels are missing, in a file that stores them last. */
  lacksDetail: boolean;
}

/**
 * Fills what is missing with grey (black in a palette's first colour), or in an interlaced file with the coarser pixels that
 * it has. Null if nothing can be read, for interlaced files with less than 8 bits, and for more pixels than a photo may have.
 */
export async function mendPng(file: FileBytes, { header, chunks }: PngStructure): Promise<MendedPng | null> {
  const channels = CHANNELS[header.colourType];
  if (channels === undefined || header.width === 0 || header.height === 0) return null;
  if (header.isInterlaced && header.bits < 8) return null;
  if (header.width * header.height > MAX_PIXELS) return null;
  const stride = Math.ceil((header.width * channels * header.bits) / 8) + 1;
  const total = stride * header.height;
  const data = chunks.filter(({ type }) => type === 'IDAT').map(({ at, length }) => file.read(at, length));
  const pixelBytes = (channels * header.bits) / 8;
  const stored = header.isInterlaced ? interlacedBytes(header, pixelBytes) : total;
  const inflated = await inflatePart(data, stored);
  const { bytes: rows, rows: whole } = header.isInterlaced
    ? deinterlace(inflated, header, pixelBytes)
    : { bytes: inflated, rows: Math.floor(inflated.length / stride) };
  if (whole === 0) return null;
  const filled = Buffer.alloc(total, header.colourType === 3 ? 0 : 0x80);
  filled.set(rows.subarray(0, whole * stride));
  // Filter 0: the bytes of these rows stand as they are.
  for (let y = whole; y < header.height; y++) filled[y * stride] = 0;
  const kept = chunks.filter(({ type }) => KEPT_CHUNKS.has(type));
  const parts = [
    file.read(0, 8),
    ...kept.map(({ type, at, length }) =>
      pngChunkBytes(type, type === 'IHDR' ? plainHeader(file.read(at, length)) : file.read(at, length)),
    ),
    pngChunkBytes('IDAT', deflateSync(filled, { level: 1 })),
    pngChunkBytes('IEND', new Uint8Array(0)),
  ];
  const missing = whole < header.height ? [{ x: 0, y: whole, width: header.width, height: header.height - whole }] : [];
  return { bytes: concat(parts), missing, lacksDetail: header.isInterlaced && inflated.length < stored };
}

/** A header that says that the rows stand in their order. */
function plainHeader(header: Uint8Array): Uint8Array {
  const plain = Uint8Array.from(header);
  plain[12] = 0;
  return plain;
}

/** What describes the pixels. */
const KEPT_CHUNKS = new Set(['IHDR', 'PLTE', 'tRNS', 'iCCP', 'sRGB', 'gAMA', 'cHRM']);

/** Decompresses as far as the data are sound, but no more than `most` bytes. */
function inflatePart(parts: readonly Uint8Array[], most: number): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const inflate = createInflate();
    const out: Uint8Array[] = [];
    let size = 0;
    const finish = () => {
      inflate.destroy();
      resolve(concat(out).subarray(0, most));
    };
    inflate.on('data', (chunk: Uint8Array) => {
      out.push(chunk);
      size += chunk.length;
      if (size >= most) finish();
    });
    // The data break off or are damaged: what came before counts.
    inflate.on('error', finish);
    inflate.on('end', finish);
    for (const part of parts) inflate.write(part);
    inflate.end();
  });
}

export function pngChunkBytes(type: string, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(body.length + 12);
  const view = viewOf(whole);
  view.setUint32(0, body.length);
  whole.set(Buffer.from(type, 'latin1'), 4);
  whole.set(body, 8);
  view.setUint32(body.length + 8, crc32(whole.subarray(4, body.length + 8)));
  return whole;
}
