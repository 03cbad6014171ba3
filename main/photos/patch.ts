import { open } from 'node:fs/promises';
import type { ExportFormat } from '../../contract/photo';
import { openRegular } from '../storage/open-file';
import { bytesOfHandle, type FileBytes, latin1 } from './containers/file-bytes';
import { readJpeg } from './containers/jpeg';
import { exifSegment, extendedHeader, iptcSegment, riffChunk, WEBP_FLAG, xmpSegments } from './embed';

/** Copies of lossy files with other metadata and the very same picture. */

/** What replaces the metadata of a file. Absent: as the file has it; null: left out. */
export interface Patch {
  exif?: Uint8Array | null;
  xmp?: string | null;
  iptc?: Uint8Array | null;
}

export type Patchable = 'jpeg' | 'webp';
export const isPatchable = (format: ExportFormat): format is Patchable => format === 'jpeg' || format === 'webp';

/** A part of a new file: bytes, or a range of the old one. */
type Part = Uint8Array | { from: number; to: number };

/**
 * Writes a copy of the file at `path` to `to`. Returns false, and writes nothing, for a file whose structure does not allow it.
 * Throws the errors of the file system.
 *
 * @param picture of the whole file, for WebP
 */
export async function copyWithMetadata(
  path: string,
  to: string,
  format: Patchable,
  patch: Patch,
  picture: { width: number; height: number; alpha: boolean },
): Promise<boolean> {
  const file = await openRegular(path);
  try {
    const bytes = bytesOfHandle(file.fd);
    const parts = format === 'jpeg' ? jpegParts(bytes, patch) : webpParts(bytes, patch, picture);
    if (parts === null) return false;
    const target = await open(to, 'w');
    try {
      for (const part of parts) await append(target, bytes, part);
    } finally {
      await target.close();
    }
    return true;
  } finally {
    await file.close();
  }
}

const AT_ONCE = 4 * 1024 * 1024;

async function append(target: Awaited<ReturnType<typeof open>>, source: FileBytes, part: Part): Promise<void> {
  if (part instanceof Uint8Array) {
    await target.writeFile(part);
    return;
  }
  for (let at = part.from; at < part.to; at += AT_ONCE) {
    await target.writeFile(source.read(at, Math.min(AT_ONCE, part.to - at)));
  }
}

const EXIF = 'Exif\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const XMP_EXTENSION = 'http://ns.adobe.com/xmp/extension/\0';
const PHOTOSHOP = 'Photoshop 3.0\0';
const PICTURES = 'MPF\0';

function jpegParts(file: FileBytes, patch: Patch): Part[] | null {
  const jpeg = readJpeg(file);
  if (!jpeg || jpeg.scanAt === null) return null;
  const parts: Part[] = [];
  const added = [
    ...(patch.exif ? [exifSegment(patch.exif)] : []),
    ...(patch.xmp == null ? [] : xmpSegments(new TextEncoder().encode(patch.xmp), null)),
    ...(patch.iptc ? [iptcSegment(patch.iptc)] : []),
  ];
  // The length of a segment has 16 bits.
  if (added.some(({ length }) => length > 0xffff + 2)) return null;
  let at = 0;
  let isAdded = false;
  let hasPictures = false;
  for (const { marker, at: from, length } of jpeg.segments) {
    const name = latin1(
      file.read(from, Math.min(length, XMP_EXTENSION.length)),
      0,
      Math.min(length, XMP_EXTENSION.length),
    );
    const has = (start: string) => name.startsWith(start);
    const isExif = marker === 0xe1 && has(EXIF);
    const isReplaced =
      (isExif && patch.exif !== undefined) ||
      (marker === 0xe1 && (has(XMP) || has(XMP_EXTENSION)) && patch.xmp !== undefined) ||
      (marker === 0xed && has(PHOTOSHOP) && patch.iptc !== undefined);
    if (marker === 0xe2 && has(PICTURES)) hasPictures = true;
    // Further pictures are found by their distance from the list of them, which only what comes before it leaves alone.
    if (isReplaced && hasPictures) return null;
    const isFirst = marker === 0xe0 || (isExif && !isReplaced);
    if (!isAdded && !isFirst) {
      parts.push({ from: at, to: from - 4 }, ...added);
      at = from - 4;
      isAdded = true;
    }
    if (!isReplaced) continue;
    parts.push({ from: at, to: from - 4 });
    at = from + length;
  }
  if (!isAdded) return null;
  parts.push({ from: at, to: file.size });
  return parts;
}

function webpParts(
  file: FileBytes,
  patch: Patch,
  picture: { width: number; height: number; alpha: boolean },
): Part[] | null {
  const chunks: { type: string; from: number; to: number }[] = [];
  const view = (at: number) => {
    const bytes = file.read(at, 8);
    return bytes.length < 8
      ? null
      : { type: latin1(bytes, 0, 4), size: new DataView(bytes.slice().buffer).getUint32(4, true) };
  };
  for (let at = 12; ; ) {
    const head = view(at);
    if (head === null) break;
    const to = at + 8 + head.size + (head.size % 2);
    if (to > file.size + 1) return null;
    chunks.push({ type: head.type, from: at, to: Math.min(to, file.size) });
    at = to;
  }
  const extended = chunks.find(({ type }) => type === 'VP8X');
  const header = extended ? new Uint8Array(file.read(extended.from, 18)) : extendedHeader(picture);
  if (header.length < 18) return null;
  const kept = (type: string) =>
    type !== 'VP8X' && !(type === 'EXIF' && patch.exif !== undefined) && !(type === 'XMP ' && patch.xmp !== undefined);
  const mark = (flag: number, value: unknown) => {
    if (value !== undefined) header[8] = value === null ? header[8]! & ~flag : header[8]! | flag;
  };
  mark(WEBP_FLAG.exif, patch.exif);
  mark(WEBP_FLAG.xmp, patch.xmp);
  const body: Part[] = [
    header,
    ...chunks.filter(({ type }) => kept(type)),
    ...(patch.exif ? [riffChunk('EXIF', patch.exif)] : []),
    ...(patch.xmp == null ? [] : [riffChunk('XMP ', new TextEncoder().encode(patch.xmp))]),
  ];
  const size = body.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.to - part.from), 4);
  const riff = new Uint8Array(file.read(0, 12));
  new DataView(riff.buffer).setUint32(4, size, true);
  return [riff, ...body];
}
