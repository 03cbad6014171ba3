import { MAX_PIXELS, type Message } from '../../contract/basics';
import type { PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Rect } from '../restoration/raster';
import { type NumberedSpace, SRGB_PRIMARIES, spaceOf, spaceOfCodes } from './colour-numbers';
import { bytesOf, type FileBytes, viewOf } from './containers/file-bytes';
import { readIsoMedia } from './containers/iso-media';
import { type JpegStructure, readJpeg } from './containers/jpeg';
import { mayBeZeroed, mendJpeg } from './containers/jpeg-mend';
import { mendPng, type PngStructure, pngChunk, readPng } from './containers/png';
import {
  infraredPageOf,
  PHOTOMETRIC,
  photosIn,
  readTiff,
  TIFF_TAG,
  type TiffPage,
  unreadCompression,
} from './containers/tiff';
import { plainTiff, tiffOf } from './containers/tiff-plain';
import { isReadable } from './containers/tiff-strips';
import { mendWebp } from './containers/webp';
import { numberOf } from './exif';
import { FOREIGN, type Foreign, isWide, readJpegLs, readWideJpeg } from './foreign';
import { mayBeInfrared } from './infrared-beside';
import { loadSharp, noteDecoder, ownBytes } from './sharp';
import type { Kind } from './sniff';

/** What the decoder is given: a file's path, or its bytes. */
export type Source = string | Buffer;

/** What the structure of a file says about its picture, before the decoder reads it. */
export interface Examined {
  /** What to decode, and the name of its format there. */
  source: Source;
  decodesAs: PhotoFormat | 'heif';
  /** Page for the decoder; undefined for formats without pages. */
  page?: number;
  notes: Message[];
  /** What is missing, in pixels of the stored picture. */
  missing: Rect[];
  /** Whether the source has been mended already, so that there is no second attempt. */
  isMended: boolean;
  /** Colour space by numbers; null: by profile, or sRGB. */
  numbered: NumberedSpace | null;
  /** Where an infrared scan is: a channel of the picture, or another page. */
  infrared: { channel: number } | { page: number; width: number; height: number } | null;
  /** Whether the channel after the colours is opacity; null: as the decoder says. */
  hasAlpha: boolean | null;
  /** How many photos the file holds, and which one this is, from 1. */
  pages: { number: number; count: number };
  structure: { jpeg?: JpegStructure; png?: PngStructure; tiff?: TiffPage; foreign?: Foreign };
}

/** `place`: where the decoder finds the file. Throws FORMAT_UNSUPPORTED for kinds that no decoder here reads, with their name, or PHOTO_DAMAGED. */
export async function examine(
  file: FileBytes,
  place: string,
  format: PhotoFormat,
  page: number | undefined,
): Promise<Examined> {
  const examined: Examined = {
    // libvips reads options from a name that ends in a bracket.
    source: place.endsWith(']') ? Buffer.from(file.read(0, file.size)) : place,
    decodesAs: format === 'avif' ? 'heif' : format,
    notes: [],
    missing: [],
    isMended: false,
    numbered: null,
    infrared: null,
    hasAlpha: null,
    pages: { number: 1, count: 1 },
    structure: {},
  };
  if (format !== 'tiff' && page !== undefined && page > 1) throw noSuchPage(page, 1);
  if (format === 'jpeg') await examineJpeg(file, examined);
  if (format === 'png') examinePng(file, examined);
  if (format === 'tiff') await examineTiff(file, examined, page);
  if (format === 'avif' || format === 'heic') examineAvif(file, examined);
  const read = FOREIGN[format];
  if (read) {
    noteDecoder();
    takeForeign(await read(file.read(0, file.size)), examined);
  }
  return examined;
}

/** Gives the decoder a plain file with the pixels that another decoder has read. */
function takeForeign(foreign: Foreign, examined: Examined): void {
  const bytes = tiffOf(foreign, foreign.icc, foreign.hasAlpha ? [2] : []);
  Object.assign(examined, replaced({ ...examined, page: 0 }, bytes), { decodesAs: 'tiff', hasAlpha: foreign.hasAlpha });
  examined.missing = foreign.missing;
  examined.notes.push(...foreign.notes);
  examined.structure.foreign = foreign;
}

/** A second attempt at a file that the decoder refused. Null if nothing can be mended. */
export async function mend(file: FileBytes, examined: Examined, format: PhotoFormat): Promise<Examined | null> {
  if (examined.isMended) return null;
  const { png, tiff } = examined.structure;
  if (examined.decodesAs === 'jpeg') {
    const own = typeof examined.source === 'string' ? file.read(0, file.size) : examined.source;
    return withMendedJpeg(examined, own);
  }
  if (format === 'webp') {
    const mended = await mendWebp(file.read(0, file.size), decodeAnyway);
    return mended && { ...replaced(examined, mended.bytes), missing: mended.missing };
  }
  if (format === 'png' && png) {
    const mended = await mendPng(file, png);
    return mended && withMended(examined, mended);
  }
  const mended = format === 'tiff' && tiff ? await plainTiff(file, tiff, decodeAnyway) : null;
  return mended && { ...replaced(examined, mended.bytes), missing: mended.missing };
}

/** Whatever the decoder makes of it; null if it makes nothing. */
async function decodeAnyway(bytes: Uint8Array) {
  const sharp = await loadSharp();
  try {
    const picture = sharp(bytes, { failOn: 'none', limitInputPixels: MAX_PIXELS }).raw();
    const { data, info } = await picture.toBuffer({ resolveWithObject: true });
    return { data: ownBytes(data), width: info.width, height: info.height, channels: info.channels };
  } catch {
    // The caller says that the file is damaged.
    return null;
  }
}

function replaced(examined: Examined, bytes: Uint8Array): Examined {
  return {
    ...examined,
    source: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    page: examined.page === undefined ? undefined : 0,
    isMended: true,
  };
}

function unsupported(kind: Kind): EmulsionError {
  return new EmulsionError('FORMAT_UNSUPPORTED', { reason: say('failures.unread', { kind }), detail: kind });
}

function noSuchPage(page: number, count: number): EmulsionError {
  return new EmulsionError('BAD_REQUEST', { reason: say('failures.noSuchPage', { page, count }) });
}

// ------------------------------------------------------------------------------------------- JPEG

const JPEG_LS = 0xf7;
/** Frames that nothing here reads, by their markers. */
const JPEG_KINDS: Record<number, Kind> = {
  195: 'losslessJpeg',
  197: 'hierarchicalJpeg',
  198: 'hierarchicalJpeg',
  199: 'hierarchicalJpeg',
  203: 'losslessJpeg',
  205: 'hierarchicalJpeg',
  206: 'hierarchicalJpeg',
  207: 'hierarchicalJpeg',
};

async function examineJpeg(file: FileBytes, examined: Examined): Promise<void> {
  const jpeg = readJpeg(file);
  if (!jpeg) return;
  examined.structure.jpeg = jpeg;
  const { frame, start } = jpeg;
  if (frame?.marker === JPEG_LS) {
    takeForeign(await readJpegLs(file.read(start, file.size - start), frame), examined);
    return;
  }
  if (frame && frame.height > 0 && isWide(frame)) {
    takeForeign(readWideJpeg(file.read(start, file.size - start), frame), examined);
    return;
  }
  if (frame && JPEG_KINDS[frame.marker]) throw unsupported(JPEG_KINDS[frame.marker]!);
  if (frame && frame.precision > 8) throw unsupported('jpeg12');
  if (start === 0 && frame?.height !== 0) return;
  const bytes = file.read(0, file.size);
  if (frame?.height === 0) Object.assign(examined, withMendedJpeg(examined, bytes) ?? {});
  else examined.source = Buffer.from(bytes.subarray(start));
  examined.notes.push(say('notes.smallErrors'));
}

/** Whether a JPEG that a decoder takes for sound may be partly overwritten with zeros. */
export function isZeroedJpeg(file: FileBytes, { source, structure }: Examined): boolean {
  const scanAt = structure.jpeg?.scanAt;
  return typeof source === 'string' && scanAt != null && mayBeZeroed(file.read(0, file.size), scanAt);
}

function withMendedJpeg(examined: Examined, bytes: Uint8Array): Examined | null {
  const mended = mendJpeg(bytes);
  return mended && withMended(examined, mended);
}

function withMended(
  examined: Examined,
  { bytes, missing, lacksDetail }: { bytes: Uint8Array; missing: Rect[]; lacksDetail: boolean },
): Examined {
  const notes = lacksDetail ? [...examined.notes, say('notes.lacksDetail')] : examined.notes;
  return { ...replaced(examined, bytes), notes, missing };
}

// ------------------------------------------------------------------------------------------- PNG

function examinePng(file: FileBytes, examined: Examined): void {
  const png = readPng(file);
  if (!png) return;
  examined.structure.png = png;
  const has = (type: string) => png.chunks.some((chunk) => chunk.type === type);
  const codes = pngChunk(file, png, 'cICP');
  if (codes && codes.length >= 4) {
    examined.numbered = spaceOfCodes(codes[0]!, codes[1]!);
    return;
  }
  if (has('iCCP') || has('sRGB')) return;
  const gamma = pngChunk(file, png, 'gAMA');
  const primaries = pngChunk(file, png, 'cHRM');
  if (!gamma || gamma.length < 4) return;
  const value = viewOf(gamma).getUint32(0);
  if (value === 0) return;
  const xy = primaries && primaries.length >= 32 ? fromChunk(primaries) : SRGB_PRIMARIES;
  examined.numbered = spaceOf(xy, 100000 / value);
}

/** The chunk begins with white. */
function fromChunk(body: Uint8Array) {
  const [wx, wy, rx, ry, gx, gy, bx, by] = Array.from({ length: 8 }, (_, i) => viewOf(body).getUint32(i * 4) / 1e5);
  return [rx!, ry!, gx!, gy!, bx!, by!, wx!, wy!] as const;
}

// ------------------------------------------------------------------------------------------- AVIF

function examineAvif(file: FileBytes, examined: Examined): void {
  const media = readIsoMedia(file);
  if (media?.isOnlyAnimated) throw unsupported('avifSequence');
  if (media?.colours && !media.hasProfile) {
    examined.numbered = spaceOfCodes(media.colours.primaries, media.colours.transfer);
  }
}

// ------------------------------------------------------------------------------------------- TIFF

const OLD_JPEG = 6;
const JPEG = 7;

async function examineTiff(file: FileBytes, examined: Examined, wanted: number | undefined): Promise<void> {
  const all = readTiff(file);
  if (all.length === 0) return;
  const photos = photosIn(all);
  const number = wanted ?? 1;
  const page = photos[number - 1];
  if (!page) throw noSuchPage(number, photos.length);
  examined.structure.tiff = page;
  examined.page = page.index;
  examined.pages = { number, count: photos.length };
  if (photos.length > 1) examined.notes.push(say('notes.page', examined.pages));
  const others = all.filter(({ use, index }) => use === 'reduced' && index !== page.index).length;
  if (others > 0) examined.notes.push(say('notes.reduced', { count: others }));
  chooseChannels(page, all, examined);
  if (page.compression === OLD_JPEG && takeOldJpeg(file, page, examined)) return;
  if (!needsPlain(page)) {
    const name = unreadCompression(page.compression);
    if (name !== null) throw unreadTiff(page);
    return;
  }
  if (page.width * page.height > MAX_PIXELS) {
    throw new EmulsionError('PHOTO_TOO_LARGE', { detail: `${page.width} x ${page.height}` });
  }
  const plain = await plainTiff(file, page, decodeAnyway);
  if (!plain) throw unreadTiff(page);
  Object.assign(examined, replaced(examined, plain.bytes), { missing: plain.missing });
}

/** Whether the page has to be rewritten because libvips cannot read it, or reads it wrongly. */
function needsPlain(page: TiffPage): boolean {
  const { bits, photometric, isPlanar, sampleFormat } = page;
  const depth = bits[0] ?? 8;
  if (page.compression === 50000) return true;
  if (sampleFormat === 3 || page.compression === JPEG) return false;
  if (photometric === PHOTOMETRIC.lab && depth === 8) return true;
  if (photometric === PHOTOMETRIC.ycc && isPlanar) return true;
  return depth > 8 && depth < 16;
}

function unreadTiff(page: TiffPage): EmulsionError {
  const name = unreadCompression(page.compression);
  const reason =
    name !== null && !isReadable(page)
      ? say('failures.unreadTiff', { kind: name })
      : say('failures.unreadTiffSamples', {
          kind: PHOTOMETRIC_NAMES[page.photometric] ?? 'TIFF',
          bits: page.bits[0] ?? 0,
        });
  return new EmulsionError('FORMAT_UNSUPPORTED', { reason, detail: `compression ${page.compression}` });
}

const PHOTOMETRIC_NAMES: Record<number, string> = { 2: 'RGB', 3: 'RGB', 5: 'CMYK', 6: 'YCbCr', 8: 'Lab', 9: 'Lab' };

/** Colours that each kind of picture needs. */
function coloursOf({ photometric, samples }: TiffPage): number {
  if (photometric === PHOTOMETRIC.cmyk) return 4;
  const isColour = photometric === PHOTOMETRIC.rgb || photometric === PHOTOMETRIC.ycc || photometric >= PHOTOMETRIC.lab;
  return isColour ? Math.min(3, samples) : 1;
}

/** Says what the channels beyond the colours are: only what is marked as opacity is opacity. */
function chooseChannels(page: TiffPage, all: readonly TiffPage[], examined: Examined): void {
  const colours = coloursOf(page);
  const extra = page.samples - colours;
  const kinds = Array.from({ length: Math.max(0, extra) }, (_, i) => page.extra[i] ?? 0);
  examined.hasAlpha = kinds[0] === 1 || kinds[0] === 2;
  const infrared = infraredPageOf(page, all);
  if (extra === 1 && !examined.hasAlpha && colours !== 4) {
    examined.infrared = { channel: colours };
    examined.notes.push(say('notes.infrared'));
  } else if (infrared && examined.source !== undefined) {
    if (mayBeInfrared(infrared, page)) {
      examined.infrared = { page: infrared.index, width: infrared.width, height: infrared.height };
      examined.notes.push(say('notes.infraredPage'));
    } else examined.notes.push(say('notes.infraredShape', { width: infrared.width, height: infrared.height }));
  }
  const unused = extra - (examined.hasAlpha || examined.infrared !== null ? 1 : 0);
  if (
    unused > 0 &&
    colours + (examined.hasAlpha ? 1 : 0) < page.samples &&
    !(examined.infrared && 'channel' in examined.infrared)
  ) {
    examined.notes.push(say('notes.extraChannels', { count: unused }));
  }
}

/** Old-style JPEG is often one whole JPEG file inside, which is read as such. */
function takeOldJpeg(file: FileBytes, page: TiffPage, examined: Examined): boolean {
  const offset = numberOf(page.directory.get(TIFF_TAG.jpegOffset));
  const length = numberOf(page.directory.get(TIFF_TAG.jpegBytes));
  if (offset === null || length === null) return false;
  const bytes = file.read(offset, length);
  const jpeg = readJpeg(bytesOf(bytes));
  if (jpeg?.scanAt == null || jpeg.frame?.width !== page.width || jpeg.frame.height !== page.height) return false;
  examined.source = Buffer.from(bytes);
  examined.decodesAs = 'jpeg';
  examined.page = undefined;
  return true;
}
