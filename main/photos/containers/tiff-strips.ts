import { constants, inflateSync } from 'node:zlib';
import { concat, numberOf, numbersOf } from '../exif';
import type { FileBytes } from './file-bytes';
import { mendJpeg } from './jpeg-mend';
import { PHOTOMETRIC, TIFF_TAG, type TiffPage } from './tiff';

/** The strips or tiles of a TIFF page, decompressed as far as their data are there. */

/** A strip or a tile. */
export interface Piece {
  /** Channel, for a page whose channels lie apart; else 0. */
  plane: number;
  x: number;
  y: number;
  /** Its stored size, which may exceed the page. */
  width: number;
  height: number;
  /** Fewer bytes than its size needs if data are missing. */
  data: Uint8Array;
}

/** Decodes a picture to interleaved samples of 8 bits; null if it cannot. */
export type DecodePicture = (
  bytes: Uint8Array,
) => Promise<{ data: Uint8Array; width: number; height: number; channels: number } | null>;

const NONE = 1;
const LZW = 5;
const JPEG = 7;
const DEFLATE = [8, 32946];
const PACKBITS = 32773;
const ZSTD = 50000;

/** Whether {@link readPieces} can decompress it. */
export function isReadable(page: TiffPage): boolean {
  return [NONE, LZW, PACKBITS, ZSTD, ...DEFLATE].includes(page.compression) || hasJpegs(page);
}

/** Whether each piece is a JPEG of one or three channels. JPEGs of four are inverted by some programs and not by others. */
export function hasJpegs({ compression, samples, isPlanar, photometric, bits }: TiffPage): boolean {
  const isGrey = samples === 1 && photometric <= 1;
  const isColour = samples === 3 && (photometric === PHOTOMETRIC.rgb || photometric === PHOTOMETRIC.ycc);
  return compression === JPEG && bits[0] === 8 && !isPlanar && (isGrey || isColour);
}

/**
 * Yields the pieces one by one. `sizeOf` gives a plane's size, since the colours of a page may be stored with fewer pixels.
 * `decodeJpeg` is only called for pages whose pieces are JPEGs; it gives RGB or grey.
 */
export async function* readPieces(
  file: FileBytes,
  page: TiffPage,
  sizeOf: (plane: number) => { width: number; height: number },
  decodeJpeg: DecodePicture,
): AsyncGenerator<Piece> {
  const { directory } = page;
  const number = (tag: number) => numberOf(directory.get(tag));
  const tileWidth = number(TIFF_TAG.tileWidth);
  const tileHeight = number(TIFF_TAG.tileHeight);
  const isTiled = tileWidth !== null && tileHeight !== null && tileWidth > 0 && tileHeight > 0;
  const offsets = numbersOf(directory.get(isTiled ? TIFF_TAG.tileOffsets : TIFF_TAG.stripOffsets));
  const lengths = numbersOf(directory.get(isTiled ? TIFF_TAG.tileBytes : TIFF_TAG.stripBytes));
  const unzstd = page.compression === ZSTD ? (await import('fzstd')).decompress : null;
  const planes = page.isPlanar ? page.samples : 1;
  let index = 0;
  for (let plane = 0; plane < planes; plane++) {
    const { width, height } = sizeOf(plane);
    const pieceWidth = isTiled ? tileWidth : width;
    const pieceHeight = isTiled ? tileHeight : Math.max(1, Math.min(height, number(TIFF_TAG.rowsPerStrip) ?? height));
    const bitsPerPixel = page.isPlanar ? page.bits[plane]! : page.bits.reduce((sum, bits) => sum + bits, 0);
    for (let y = 0; y < height; y += pieceHeight) {
      for (let x = 0; x < width; x += pieceWidth) {
        const rows = isTiled ? pieceHeight : Math.min(pieceHeight, height - y);
        const size = Math.ceil((pieceWidth * bitsPerPixel) / 8) * rows;
        const offset = offsets[index] ?? file.size;
        const stored = lengths[index] ?? file.size - offset;
        index++;
        const coded = file.read(offset, Math.min(stored || size, Math.max(0, file.size - offset)));
        const data =
          page.compression === JPEG
            ? await jpegRows(page, coded, pieceWidth, decodeJpeg)
            : decompress(page.compression, coded, size, unzstd);
        yield { plane, x, y, width: pieceWidth, height: rows, data: data.subarray(0, size) };
      }
    }
  }
}

const NO_DATA = new Uint8Array(0);

/** The whole rows of a JPEG strip or tile, as far as its data go. */
async function jpegRows(
  { directory, photometric, samples }: TiffPage,
  coded: Uint8Array,
  width: number,
  decode: DecodePicture,
): Promise<Uint8Array> {
  if (coded.length < 4) return NO_DATA;
  const tables = directory.get(TIFF_TAG.jpegTables)?.bytes ?? NO_DATA;
  // The tables are a JPEG of their own without a picture: its start and end are left out.
  const shared = tables.length > 4 ? tables.subarray(2, -2) : NO_DATA;
  const mended = mendJpeg(concat([START_OF_JPEG, colourMarker(photometric), shared, coded.subarray(2)]));
  const picture = mended && (await decode(mended.bytes));
  if (!picture || picture.width !== width || picture.channels !== samples) return NO_DATA;
  const rows = Math.min(picture.height, ...mended.missing.map(({ y }) => y));
  return picture.data.subarray(0, rows * width * samples);
}

const START_OF_JPEG = Uint8Array.of(0xff, 0xd8);

/** An Adobe segment. Only it tells a decoder for certain whether three channels are RGB or YCbCr. */
function colourMarker(photometric: number): Uint8Array {
  const transform = photometric === PHOTOMETRIC.ycc ? 1 : 0;
  return Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);
}

type Decompress = (data: Uint8Array, into?: Uint8Array) => Uint8Array;

function decompress(compression: number, coded: Uint8Array, size: number, unzstd: Decompress | null): Uint8Array {
  if (compression === NONE || coded.length === 0) return coded;
  try {
    if (compression === LZW) return lzw(coded, size);
    if (compression === PACKBITS) return packBits(coded, size);
    if (compression === ZSTD) return unzstd!(coded, new Uint8Array(size));
    return inflateSync(coded, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: size + 4096 });
  } catch {
    // Damaged data are missing data.
    return NO_DATA;
  }
}

export function packBits(coded: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < coded.length && to < size; ) {
    const control = coded[at++]!;
    if (control < 128) {
      const part = coded.subarray(at, at + Math.min(control + 1, size - to));
      out.set(part, to);
      to += part.length;
      at += control + 1;
    } else if (control > 128 && at < coded.length) {
      const end = Math.min(size, to + 257 - control);
      out.fill(coded[at++]!, to, end);
      to = end;
    }
  }
  return out.subarray(0, to);
}

const LZW_CLEAR = 256;
const LZW_END = 257;

/** LZW as in TIFF 6.0: codes of 9 to 12 bits, highest bit first, which grow one code early. */
function lzw(coded: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  /** Each code repeats a place of the output: where it begins, and its length. */
  const starts = new Int32Array(4096);
  const lengths = new Int32Array(4096);
  let next = 258;
  let bits = 9;
  let buffer = 0;
  let held = 0;
  let to = 0;
  let previous: { start: number; length: number } | null = null;
  for (const byte of coded) {
    buffer = ((buffer << 8) | byte) & 0xffffff;
    held += 8;
    if (held < bits) continue;
    held -= bits;
    const code = (buffer >> held) & ((1 << bits) - 1);
    if (code === LZW_END || to >= size) break;
    if (code === LZW_CLEAR) {
      next = 258;
      bits = 9;
      previous = null;
      continue;
    }
    const start = to;
    if (code < 256) out[to++] = code;
    else if (code < next) to = copyWithin(out, starts[code]!, lengths[code]!, to);
    else if (code === next && previous) to = copyWithin(out, previous.start, previous.length + 1, to);
    else break;
    if (previous && next < 4096) {
      starts[next] = previous.start;
      lengths[next] = previous.length + 1;
      next++;
      if (next + 1 >= 1 << bits && bits < 12) bits++;
    }
    previous = { start, length: to - start };
  }
  return out.subarray(0, to);
}

/** Byte by byte, since the two places may overlap. Returns the new end. */
function copyWithin(out: Uint8Array, from: number, length: number, to: number): number {
  const count = Math.min(length, out.length - to);
  for (let i = 0; i < count; i++) out[to + i] = out[from + i]!;
  return to + count;
}
