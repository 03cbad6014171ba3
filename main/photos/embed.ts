import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import type { Message } from '../../contract/basics';
import type { ExportFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { bytesOf, bytesOfHandle } from './containers/file-bytes';
import { pngChunkBytes } from './containers/png';
import {
  bytesValue,
  concat,
  DESCRIPTIVE_TAGS,
  type Directories,
  readDirectories,
  resolutionBlock,
  shortValue,
  TAG,
  writeDirectories,
} from './exif';
import { hasPlace } from './xmp-claims';
import { extensionParts, withExtension } from './xmp-extension';

/**
 * Puts metadata into finished JPEG, PNG, WebP and TIFF files, byte for byte as given. sharp can only copy metadata from its
 * input, and here the input is a bare raster. Files are changed in place, with a small buffer.
 */

/** What goes into a file besides the picture. */
export interface Embedded {
  icc: Uint8Array | null;
  exif: Uint8Array | null;
  xmp: string | null;
  /** Used if `xmp` is too long for the format. */
  shortXmp: string | null;
  iptc: Uint8Array | null;
  /** Pixels per inch. */
  density: number | null;
  /** Comments and captions outside the blocks above. */
  texts: readonly { keyword: string; text: string }[];
}

/** Adds metadata to the newly encoded file at `path`. Returns notes in English on what the format cannot hold. */
export async function embed(
  path: string,
  format: Exclude<ExportFormat, 'avif'>,
  parts: Embedded,
  picture: { width: number; height: number; alpha: boolean },
): Promise<Message[]> {
  const file = await open(path, 'r+');
  try {
    switch (format) {
      case 'jpeg':
        return await embedInJpeg(file, parts);
      case 'png':
        return await embedInPng(file, parts);
      case 'webp':
        return await embedInWebp(file, parts, picture);
      case 'tiff':
        return await embedInTiff(file, parts);
    }
  } finally {
    await file.close();
  }
}

/** Texts that have no place in XMP, and none in the format. */
export const noteTexts = ({ texts }: Embedded, format: string): Message[] =>
  texts.filter(({ keyword }) => !hasPlace(keyword)).map(({ keyword }) => say('notes.noText', { keyword, format }));

const noteIptc = (parts: Embedded, format: string) => (parts.iptc ? [say('notes.noIptc', { format })] : []);

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

// ------------------------------------------------------------------------------------------- JPEG

/** A segment's length field counts itself, in 16 bits. */
const MAX_SEGMENT = 0xffff - 2;

async function embedInJpeg(file: FileHandle, parts: Embedded): Promise<Message[]> {
  const notes: Message[] = [];
  const head = await read(file, 0, 20);
  const jfif = head[2] === 0xff && head[3] === 0xe0;
  if (jfif) {
    // Units and both densities of the JFIF header; unit 0 means that only the aspect ratio is known.
    const density = Math.min(0xffff, Math.round(parts.density ?? 1));
    const field = Uint8Array.of(parts.density === null ? 0 : 1, density >> 8, density, density >> 8, density);
    await file.write(field, 0, field.length, 13);
  }
  const segments: Uint8Array[] = [];
  const add = (marker: number, what: string, body: Uint8Array): boolean => {
    if (body.length > MAX_SEGMENT) {
      notes.push(say('notes.tooLong', { what }));
      return false;
    }
    segments.push(segment(marker, body));
    return true;
  };
  // A file without a JFIF header gets its resolution from EXIF. If EXIF has none, a JFIF header is added for it.
  if (!jfif && parts.density !== null && !tellsResolution(parts.exif)) segments.push(jfifSegment(parts.density));
  if (parts.exif) add(0xe1, 'EXIF', exifBody(parts.exif));
  if (parts.xmp) {
    segments.push(...xmpSegments(utf8(parts.xmp), parts.shortXmp));
  }
  if (parts.icc) segments.push(...iccSegments(parts.icc));
  if (parts.iptc) add(0xed, 'IPTC', photoshopResource(parts.iptc));
  for (const { keyword, text } of parts.texts) if (keyword === 'Comment') add(0xfe, 'JPEG', utf8(text));
  notes.push(...noteTexts(parts, 'JPEG'));
  await insert(file, jfif ? 4 + ((head[4]! << 8) | head[5]!) : 2, concat(segments));
  return notes;
}

const XMP_NAME = latin1('http://ns.adobe.com/xap/1.0/\0');
const XMP_EXTENSION = latin1('http://ns.adobe.com/xmp/extension/\0');

/** A packet that is too long for a segment lies in further ones. The first has what every reader must know. */
export function xmpSegments(xmp: Uint8Array, shortXmp: string | null): Uint8Array[] {
  if (xmp.length + XMP_NAME.length <= MAX_SEGMENT || shortXmp === null) {
    return [segment(0xe1, concat([XMP_NAME, xmp]))];
  }
  const guid = createHash('md5').update(xmp).digest('hex').toUpperCase();
  return [
    segment(0xe1, concat([XMP_NAME, utf8(withExtension(shortXmp, guid))])),
    ...extensionParts(xmp, guid).map((part) => segment(0xe1, concat([XMP_EXTENSION, part]))),
  ];
}

function tellsResolution(exif: Uint8Array | null): boolean {
  return exif !== null && readDirectories(bytesOf(exif))?.image.has(TAG.xResolution) === true;
}

const exifBody = (exif: Uint8Array) => concat([latin1('Exif\0\0'), exif]);
/** Segments of a JPEG; they may be longer than one can be. */
export const exifSegment = (exif: Uint8Array) => segment(0xe1, exifBody(exif));
export const iptcSegment = (iptc: Uint8Array) => segment(0xed, photoshopResource(iptc));

/** The header of a JFIF file (ITU-T T.871), with its resolution in pixels per inch and without a thumbnail. */
function jfifSegment(perInch: number): Uint8Array {
  const density = Math.max(1, Math.min(0xffff, Math.round(perInch)));
  const fields = Uint8Array.of(1, 2, 1, density >> 8, density & 0xff, density >> 8, density & 0xff, 0, 0);
  return segment(0xe0, concat([latin1('JFIF\0'), fields]));
}

function segment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  return concat([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), body]);
}

/** A profile may span up to 255 numbered segments, 16 MB in all. */
function iccSegments(icc: Uint8Array): Uint8Array[] {
  const prefix = latin1('ICC_PROFILE\0');
  const room = MAX_SEGMENT - prefix.length - 2;
  const count = Math.ceil(icc.length / room);
  return Array.from({ length: count }, (_, i) =>
    segment(0xe2, concat([prefix, Uint8Array.of(i + 1, count), icc.subarray(i * room, (i + 1) * room)])),
  );
}

function photoshopResource(iptc: Uint8Array): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, iptc.length);
  const padding = new Uint8Array(iptc.length % 2);
  return concat([latin1('Photoshop 3.0\x008BIM\x04\x04\0\0'), size, iptc, padding]);
}

// ------------------------------------------------------------------------------------------- PNG

const PNG_AFTER_HEADER = 33;

async function embedInPng(file: FileHandle, parts: Embedded): Promise<Message[]> {
  const head = await read(file, 0, 4096);
  const resolution = findChunk(head, 'pHYs');
  // libvips always writes a resolution; unit 0 means that it is unknown.
  if (resolution !== null) await writeAt(file, physicalSize(parts.density), resolution);
  await insert(file, PNG_AFTER_HEADER, concat([...pngChunks(parts), ...textChunks(parts)]));
  return noteIptc(parts, 'PNG');
}

/** The chunks to insert between a PNG's header and its pixels. */
export function pngChunks({ icc, exif, xmp }: Pick<Embedded, 'icc' | 'exif' | 'xmp'>): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  if (icc) chunks.push(pngChunkBytes('iCCP', concat([latin1('ICC Profile\0\0'), deflateSync(icc)])));
  if (exif) chunks.push(pngChunkBytes('eXIf', exif));
  if (xmp) chunks.push(pngChunkBytes('iTXt', concat([latin1('XML:com.adobe.xmp\0\0\0\0\0'), utf8(xmp)])));
  return chunks;
}

function textChunks({ texts }: Embedded): Uint8Array[] {
  return texts
    .filter(({ keyword }) => keyword.length > 0 && keyword.length < 80)
    .map(({ keyword, text }) => pngChunkBytes('iTXt', concat([latin1(`${keyword}\0\0\0\0\0`), utf8(text)])));
}

function physicalSize(density: number | null): Uint8Array {
  const body = new Uint8Array(9);
  const view = new DataView(body.buffer);
  const perMetre = density === null ? 1 : Math.round(density / 0.0254);
  view.setUint32(0, perMetre);
  view.setUint32(4, perMetre);
  view.setUint8(8, density === null ? 0 : 1);
  return pngChunkBytes('pHYs', body);
}

/** Offset of a chunk before the pixels; null if there is none. */
function findChunk(head: Uint8Array, wanted: string): number | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 8; at + 8 <= head.length; at += view.getUint32(at) + 12) {
    const type = String.fromCharCode(...head.subarray(at + 4, at + 8));
    if (type === wanted) return at;
    if (type === 'IDAT') return null;
  }
  return null;
}

/** The bytes of a small PNG with metadata inserted. */
export function embedInPngBytes(png: Uint8Array, parts: Pick<Embedded, 'icc' | 'exif' | 'xmp'>): Uint8Array {
  return concat([png.subarray(0, PNG_AFTER_HEADER), ...pngChunks(parts), png.subarray(PNG_AFTER_HEADER)]);
}

/** The bytes of a JPEG with a colour profile inserted. */
export function embedInJpegBytes(jpeg: Uint8Array, icc: Uint8Array): Uint8Array {
  return concat([jpeg.subarray(0, 2), ...iccSegments(icc), jpeg.subarray(2)]);
}

// ------------------------------------------------------------------------------------------- WebP

export const WEBP_FLAG = { icc: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const;
const WEBP_EXTENDED_SIZE = 18;

async function embedInWebp(
  file: FileHandle,
  parts: Embedded,
  picture: { width: number; height: number; alpha: boolean },
): Promise<Message[]> {
  // Only EXIF can hold a resolution here.
  const exif = parts.exif ?? (parts.density === null ? null : resolutionBlock(parts.density));
  const extended = String.fromCharCode(...(await read(file, 12, 4))) === 'VP8X';
  const header = extended ? await read(file, 12, WEBP_EXTENDED_SIZE) : extendedHeader(picture);
  header[8]! |= (parts.icc ? WEBP_FLAG.icc : 0) | (exif ? WEBP_FLAG.exif : 0) | (parts.xmp ? WEBP_FLAG.xmp : 0);
  if (extended) await writeAt(file, header, 12);
  const profile = parts.icc ? riffChunk('ICCP', parts.icc) : new Uint8Array(0);
  if (extended) await insert(file, 12 + WEBP_EXTENDED_SIZE, profile);
  else await insert(file, 12, concat([header, profile]));
  const tail: Uint8Array[] = [];
  if (exif) tail.push(riffChunk('EXIF', exif));
  if (parts.xmp) tail.push(riffChunk('XMP ', utf8(parts.xmp)));
  const { size } = await file.stat();
  await writeAt(file, concat(tail), size);
  const total = new Uint8Array(4);
  new DataView(total.buffer).setUint32(0, (await file.stat()).size - 8, true);
  await writeAt(file, total, 4);
  return [
    ...noteIptc(parts, 'WebP'),
    ...noteTexts(parts, 'WebP'),
    ...(parts.density === null || tellsResolution(exif) ? [] : [say('notes.noResolution', { format: 'WebP' })]),
  ];
}

export function extendedHeader({
  width,
  height,
  alpha,
}: {
  width: number;
  height: number;
  alpha: boolean;
}): Uint8Array {
  const body = new Uint8Array(10);
  const view = new DataView(body.buffer);
  body[0] = alpha ? WEBP_FLAG.alpha : 0;
  // Two 24-bit fields; the second write restores what the first one's fourth byte touched.
  view.setUint32(4, width - 1, true);
  view.setUint16(7, (height - 1) & 0xffff, true);
  body[9] = (height - 1) >> 16;
  return riffChunk('VP8X', body);
}

export function riffChunk(type: string, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(8 + body.length + (body.length % 2));
  whole.set(latin1(type));
  new DataView(whole.buffer).setUint32(4, body.length, true);
  whole.set(body, 8);
  return whole;
}

// ------------------------------------------------------------------------------------------- TIFF

/** Appends a copy of the image directory with the metadata, and makes the file's header point to it. */
async function embedInTiff(file: FileHandle, parts: Embedded): Promise<Message[]> {
  const { size } = await file.stat();
  const header = await read(file, 0, 16);
  const big = header[2] === 43;
  const own = readDirectories(bytesOfHandle(file.fd));
  if (!own) throw new Error('The encoder wrote a TIFF file that cannot be read back.');
  const added = parts.exif ? readDirectories(bytesOf(parts.exif)) : null;
  const image = new Map(own.image);
  for (const [tag, value] of added?.image ?? []) if (DESCRIPTIVE_TAGS.has(tag)) image.set(tag, value);
  // libvips always writes a resolution.
  if (parts.density === null) image.set(TAG.resolutionUnit, shortValue(1));
  if (parts.icc) image.set(TAG.iccProfile, bytesValue(7, parts.icc));
  if (parts.xmp) image.set(TAG.xmp, bytesValue(1, utf8(parts.xmp)));
  if (parts.iptc) image.set(TAG.iptc, bytesValue(7, parts.iptc));
  const none = () => new Map();
  const directories: Directories = {
    image,
    exif: added?.exif ?? none(),
    gps: added?.gps ?? none(),
    interoperability: added?.interoperability ?? none(),
  };
  const at = size + (size % 2);
  await writeAt(file, writeDirectories(directories, at, big), at);
  const pointer = new Uint8Array(big ? 8 : 4);
  const view = new DataView(pointer.buffer);
  if (big) view.setBigUint64(0, BigInt(at), true);
  else view.setUint32(0, at, true);
  await writeAt(file, pointer, big ? 8 : 4);
  return noteTexts(parts, 'TIFF');
}

// ------------------------------------------------------------------------------------------- files

async function read(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}

async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
}

const SHIFT_BYTES = 1024 * 1024;

/** Makes room in a file by moving everything after `offset` back, starting at the end. */
async function insert(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return;
  let end = (await file.stat()).size;
  while (end > offset) {
    const start = Math.max(offset, end - SHIFT_BYTES);
    await writeAt(file, await read(file, start, end - start), start + bytes.length);
    end = start;
  }
  await writeAt(file, bytes, offset);
}
