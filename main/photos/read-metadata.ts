import type { Orientation } from '../../contract/edit';
import type { PhotoFormat } from '../../contract/photo';
import { bytesOf, type FileBytes, latin1, viewOf } from './containers/file-bytes';
import { type JpegStructure, readJpeg } from './containers/jpeg';
import { type PngStructure, pngChunk, pngTexts } from './containers/png';
import type { Examined } from './examine';
import { concat, DESCRIPTIVE_TAGS, type Directory, numberOf, readDirectories, TAG, writeExifBlock } from './exif';
import type { Foreign } from './foreign';
import type { PhotoMetadata } from './metadata';
import type { FileHeader } from './sharp';
import { mergeExtension } from './xmp-extension';

/** Collects the metadata of a photo wherever its format may hold them. */
export function readMetadata(
  file: FileBytes,
  header: FileHeader,
  format: PhotoFormat,
  structure: Examined['structure'],
): PhotoMetadata {
  const { foreign } = structure;
  const found = foreign
    ? fromForeign(
        foreign,
        format === 'raw' ? fromRaw(file, header, foreign) : structure.jpeg ? fromJpeg(file, structure.jpeg) : null,
      )
    : format === 'tiff'
      ? fromTiff(file, header, structure.tiff?.index ?? 0)
      : structure.jpeg
        ? fromJpeg(file, structure.jpeg)
        : structure.png
          ? fromPng(file, structure.png)
          : fromHeader(header);
  const image = found.exif ? (readDirectories(bytesOf(found.exif))?.image ?? null) : null;
  const resolution = (image && resolutionOf(image)) ?? found.resolution;
  return {
    exif: found.exif,
    xmp: found.xmp,
    iptc: found.iptc,
    texts: found.texts,
    stored: { width: header.width, height: header.height },
    // These decoders turn the picture themselves, whatever its EXIF says.
    orientation: TURNED.includes(format) ? 1 : orientationIn(image, header),
    ...densityOf(found.resolution, resolution),
  };
}

const TURNED: readonly PhotoFormat[] = ['avif', 'heic', 'jxl', 'raw'];

function fromForeign({ exif, xmp, iptc, resolution }: Foreign, around: Found | null): Found {
  return {
    exif: exifBlock(exif) ?? around?.exif ?? null,
    xmp: xmp ? decodeXmp(xmp) : (around?.xmp ?? null),
    iptc: iptcRecords(iptc ?? undefined) ?? around?.iptc ?? null,
    texts: around?.texts ?? [],
    resolution: resolution ? { ...resolution, isAbsolute: true } : (around?.resolution ?? null),
  };
}

interface Found {
  exif: Uint8Array | null;
  xmp: string | null;
  iptc: Uint8Array | null;
  texts: { keyword: string; text: string }[];
  resolution: Resolution | null;
}

/** Pixels per inch along both axes, or only their proportion. */
interface Resolution {
  x: number;
  y: number;
  isAbsolute: boolean;
}

function orientationIn(image: Directory | null, header: FileHeader): Orientation {
  const value = numberOf(image?.get(TAG.orientation)) ?? header.orientation ?? 1;
  return Number.isInteger(value) && value >= 1 && value <= 8 ? value : 1;
}

/** EXIF and TIFF tags. */
function resolutionOf(image: Directory): Resolution | null {
  const x = numberOf(image.get(TAG.xResolution));
  const y = numberOf(image.get(TAG.yResolution)) ?? x;
  const unit = numberOf(image.get(TAG.resolutionUnit)) ?? 2;
  if (x === null || y === null || !(x > 0 && y > 0 && x < 1e6 && y < 1e6)) return null;
  const scale = unit === 3 ? 2.54 : 1;
  return { x: x * scale, y: y * scale, isAbsolute: unit === 2 || unit === 3 };
}

/** The container's own proportion counts first: cameras write square pixels into EXIF whatever the file is. */
function densityOf(container: Resolution | null, known: Resolution | null): { density: number | null; aspect: number } {
  const shape = container ?? known;
  const aspect = shape ? shape.y / shape.x : 1;
  const told = known?.isAbsolute ? known : container?.isAbsolute ? container : null;
  // PNG counts in pixels per metre, which are no whole number of pixels per inch.
  const density = told && Math.round(100 * Math.max(told.x, told.y)) / 100;
  return { density, aspect };
}

function fromHeader(header: FileHeader): Found {
  return {
    exif: exifBlock(header.exif),
    xmp: header.xmp ? decodeXmp(header.xmp) : null,
    iptc: iptcRecords(header.iptc),
    texts: [],
    resolution: null,
  };
}

/** The block from its TIFF header on; null if it is none. */
function exifBlock(bytes: Uint8Array | null | undefined): Uint8Array | null {
  if (!bytes) return null;
  const block = latin1(bytes, 0, 6) === 'Exif\0\0' ? bytes.subarray(6) : bytes;
  return readDirectories(bytesOf(block)) ? new Uint8Array(block) : null;
}

function decodeXmp(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

// ------------------------------------------------------------------------------------------- TIFF

const PHOTOSHOP = 34377;

function fromTiff(file: FileBytes, header: FileHeader, page: number): Found {
  const directories = readDirectories(file, page);
  const image = directories?.image;
  const iptc = image?.get(TAG.iptc);
  const xmp = image?.get(TAG.xmp)?.bytes ?? header.xmp;
  const found: Found = {
    exif: null,
    xmp: xmp ? decodeXmp(xmp) : null,
    iptc: (iptc && iptcRecords(inFileOrder(iptc.bytes))) ?? iptcRecords(image?.get(PHOTOSHOP)?.bytes ?? header.iptc),
    texts: [],
    resolution: image ? resolutionOf(image) : null,
  };
  if (!directories) return found;
  for (const tag of directories.image.keys()) {
    // The orientation is needed to open the photo; what is written gets its own.
    if (!DESCRIPTIVE_TAGS.has(tag) && tag !== TAG.orientation) directories.image.delete(tag);
  }
  const isEmpty = Object.values(directories).every((directory) => directory.size === 0);
  return { ...found, exif: isEmpty ? null : writeExifBlock(directories) };
}

/** Records may be stored as 32-bit numbers, whose bytes some programs swap and others do not. */
function inFileOrder(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x1c || bytes[3] !== 0x1c) return bytes;
  const copy = bytes.slice(0, bytes.length - (bytes.length % 4));
  for (let at = 0; at < copy.length; at += 4) copy.subarray(at, at + 4).reverse();
  return copy;
}

/** Many raw photos are TIFF files; others have their metadata in the JPEG inside only. */
function fromRaw(file: FileBytes, header: FileHeader, { preview }: Foreign): Found | null {
  if (readDirectories(file)) return fromTiff(file, header, 0);
  const inside = preview && bytesOf(preview);
  const jpeg = inside && readJpeg(inside);
  return jpeg ? fromJpeg(inside, jpeg) : null;
}

// ------------------------------------------------------------------------------------------- JPEG

const XMP_NAME = 'http://ns.adobe.com/xap/1.0/\0';
const XMP_EXTENSION = 'http://ns.adobe.com/xmp/extension/\0';
const PHOTOSHOP_NAME = 'Photoshop 3.0\0';
const INCH_PER_CENTIMETRE = 2.54;

function fromJpeg(file: FileBytes, { segments, jfif }: JpegStructure): Found {
  const found: Found = { exif: null, xmp: null, iptc: null, texts: [], resolution: null };
  const extensions: Uint8Array[] = [];
  const resources: Uint8Array[] = [];
  for (const { marker, at, length } of segments) {
    if (marker !== 0xe1 && marker !== 0xed && marker !== 0xfe) continue;
    const body = file.read(at, length);
    const has = (name: string) => latin1(body, 0, name.length) === name;
    if (marker === 0xfe) found.texts.push({ keyword: 'Comment', text: decodeText(body) });
    else if (marker === 0xed && has(PHOTOSHOP_NAME)) resources.push(body.subarray(PHOTOSHOP_NAME.length));
    else if (has('Exif\0')) found.exif ??= exifBlock(body);
    else if (has(XMP_NAME)) found.xmp ??= decodeXmp(body.subarray(XMP_NAME.length));
    else if (has(XMP_EXTENSION)) extensions.push(body.subarray(XMP_EXTENSION.length));
  }
  // A resource may continue in the next segment; each segment may also have resources of its own.
  found.iptc = resources.map(iptcRecords).find((records) => records !== null) ?? iptcRecords(concat(resources));
  if (found.xmp !== null && extensions.length > 0) found.xmp = mergeExtension(found.xmp, extensions);
  if (jfif && jfif.x > 0 && jfif.y > 0) {
    const scale = jfif.unit === 2 ? INCH_PER_CENTIMETRE : 1;
    // 1 x 1 without a unit says nothing.
    const isAbsolute = jfif.unit === 1 || jfif.unit === 2;
    found.resolution = { x: jfif.x * scale, y: jfif.y * scale, isAbsolute };
  }
  return found;
}

/** UTF-8, or Latin-1 if it is none. */
function decodeText(bytes: Uint8Array): string {
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end));
  } catch {
    // Older programs write the letters of their own system.
    return latin1(bytes, 0, end);
  }
}

/** IPTC's records, taken from the Photoshop resources that usually contain them. Null if there are none. */
function iptcRecords(bytes: Uint8Array | undefined): Uint8Array | null {
  if (!bytes || bytes.length < 5) return null;
  if (bytes[0] === 0x1c) return bytes;
  let at = latin1(bytes, 0, PHOTOSHOP_NAME.length) === PHOTOSHOP_NAME ? PHOTOSHOP_NAME.length : 0;
  const view = viewOf(bytes);
  // Each resource: '8BIM', a number, a name padded to even length, a size, the data padded to even length.
  while (at + 12 <= bytes.length && latin1(bytes, at, 4) === '8BIM') {
    const id = view.getUint16(at + 4);
    const name = bytes[at + 6]! + 1;
    const sizeAt = at + 6 + name + (name % 2);
    if (sizeAt + 4 > bytes.length) return null;
    const size = view.getUint32(sizeAt);
    const data = bytes.subarray(sizeAt + 4, sizeAt + 4 + size);
    if (id === 0x0404) return data.length === size && size > 0 ? data : null;
    at = sizeAt + 4 + size + (size % 2);
  }
  return null;
}

// ------------------------------------------------------------------------------------------- PNG

const RAW_PROFILE = 'Raw profile type ';
const XMP_KEYWORD = 'XML:com.adobe.xmp';
const METRES_PER_INCH = 0.0254;

function fromPng(file: FileBytes, png: PngStructure): Found {
  const found: Found = { exif: null, xmp: null, iptc: null, texts: [], resolution: null };
  found.exif = exifBlock(pngChunk(file, png, 'eXIf'));
  for (const { keyword, text } of pngTexts(file, png)) {
    if (keyword === XMP_KEYWORD) found.xmp ??= text;
    else if (keyword.startsWith(RAW_PROFILE)) takeRawProfile(keyword.slice(RAW_PROFILE.length), text, found);
    else found.texts.push({ keyword, text });
  }
  const size = pngChunk(file, png, 'pHYs');
  if (size && size.length >= 9) {
    const [x, y] = [viewOf(size).getUint32(0), viewOf(size).getUint32(4)];
    const isAbsolute = size[8] === 1;
    const scale = isAbsolute ? METRES_PER_INCH : 1;
    if (x > 0 && y > 0) found.resolution = { x: x * scale, y: y * scale, isAbsolute };
  }
  return found;
}

/** ImageMagick writes blocks of other formats as texts: a name, a length, and hexadecimal digits. */
function takeRawProfile(kind: string, text: string, found: Found): void {
  const [, , ...lines] = text.trimStart().split('\n');
  const bytes = new Uint8Array(Buffer.from(lines.join(''), 'hex'));
  if (kind === 'exif') found.exif ??= exifBlock(bytes);
  else if (kind === 'iptc' || kind === '8bim') found.iptc ??= iptcRecords(bytes);
  else if (kind === 'xmp') found.xmp ??= decodeXmp(bytes);
  else if (kind === 'APP1') {
    if (latin1(bytes, 0, XMP_NAME.length) === XMP_NAME) found.xmp ??= decodeXmp(bytes.subarray(XMP_NAME.length));
    else found.exif ??= exifBlock(bytes);
  }
}
