import { open, readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Message } from '../../contract/basics';
import type { ExportFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { createRaster, maxValue, type Raster } from '../restoration/raster';
import { type Embedded, embed, embedInPngBytes, noteTexts } from './embed';
import { fitExif } from './exif';
import type { OutputMetadata } from './metadata';
import { profileFor } from './profile';
import { resizeRaster } from './raster';
import { inputOf, loadSharp, type Sharp, type SharpModule } from './sharp';

export interface EncodeRequest {
  raster: Raster;
  /** Opacity in the raster's depth; resized if the raster has been enlarged. */
  alpha: Raster | null;
  /** ICC profile of the photo; null: sRGB, or plain grey. A grey profile is not used for a raster in colour. */
  profile: Uint8Array | null;
  metadata: OutputMetadata;
  format: ExportFormat;
  /** 1..100 for JPEG, WebP and AVIF; PNG and TIFF are lossless. */
  quality: number;
  /** File to write; overwritten if it exists. */
  path: string;
}

/** Longest side in pixels that a format, or its encoder here, can hold. */
const MAX_SIDE: Record<ExportFormat, number> = {
  jpeg: 65_535,
  png: 2_147_483_647,
  tiff: 2_147_483_647,
  webp: 16_383,
  avif: 16_384,
};

/** Above this many pixels, a JPEG's Huffman codes are not optimised, because that keeps all coefficients in memory. */
const MAX_OPTIMISED_PIXELS = 24_000_000;

/** Classic TIFF files end at 4 GiB, and deflate can make incompressible data slightly longer. */
const MAX_CLASSIC_TIFF_BYTES = 4_000_000_000;

/** At this quality and above, colours keep their full resolution. */
const FULL_CHROMA_QUALITY = 90;

/**
 * Encodes to a file. PNG and TIFF keep 16 bits, AVIF gets 10, and other formats 8, by rounding. Returns notes in English on
 * what the format cannot hold.
 *
 * Throws FORMAT_UNSUPPORTED (too large for the format), DISK_FULL or INTERNAL. The file may then be half written.
 */
export async function encodePhoto(original: EncodeRequest): Promise<{ notes: Message[] }> {
  const { raster, format, metadata, path } = original;
  assertFitsFormat(raster, format);
  const sharp = await loadSharp();
  const request = { ...original, alpha: await fitAlpha(original) };
  const notes: Message[] = [];
  if (raster.depth === 16 && (format === 'jpeg' || format === 'webp')) notes.push(say('notes.rounded'));
  if (format === 'jpeg' && request.alpha) notes.push(say('notes.opaque'));
  const parts: Embedded = {
    icc: profileFor(raster, request.profile) ?? (raster.channels === 3 ? await srgbProfile(sharp) : null),
    exif: metadata.exif,
    xmp: metadata.xmp,
    shortXmp: metadata.shortXmp,
    iptc: metadata.iptc,
    density: metadata.density,
    texts: metadata.texts,
  };
  try {
    if (format === 'avif') {
      notes.push(...(await writeAvif(sharp, request, parts)));
    } else {
      await pipelineFor(sharp, request).toFile(path);
      notes.push(...(await embed(path, format, parts, { ...raster, alpha: request.alpha !== null })));
    }
  } catch (error) {
    throw await writingError(error, path);
  }
  return { notes };
}

/** How many bytes the picture of a file takes, without its metadata. */
export async function encodedBytes(request: Omit<EncodeRequest, 'path' | 'profile'>): Promise<number> {
  const sharp = await loadSharp();
  return (await pipelineFor(sharp, { ...request, profile: null, path: '' }).toBuffer()).length;
}

/** Throws FORMAT_UNSUPPORTED for a picture with more pixels per side than the format can hold. */
export function assertFitsFormat({ width, height }: { width: number; height: number }, format: ExportFormat): void {
  if (Math.max(width, height) <= MAX_SIDE[format]) return;
  const name = { jpeg: 'JPEG', png: 'PNG', tiff: 'TIFF', webp: 'WebP', avif: 'AVIF' }[format];
  throw new EmulsionError('FORMAT_UNSUPPORTED', {
    reason: say('failures.tooLargeForFormat', { format: name, size: MAX_SIDE[format] }),
    detail: `${width} x ${height}`,
  });
}

async function fitAlpha({ raster, alpha }: EncodeRequest): Promise<Raster | null> {
  if (!alpha || (alpha.width === raster.width && alpha.height === raster.height)) return alpha;
  return resizeRaster(alpha, raster.width, raster.height);
}

function pipelineFor(sharp: SharpModule, request: EncodeRequest): Sharp {
  const { format, quality, alpha, metadata } = request;
  const raster = format === 'jpeg' && alpha ? onWhite(request.raster, alpha) : request.raster;
  const { width, height, channels } = raster;
  let pipeline = sharp(inputOf(raster.data), { raw: { width, height, channels }, limitInputPixels: false });
  if (alpha && format !== 'jpeg')
    pipeline = pipeline.joinChannel(inputOf(alpha.data) as Buffer, {
      raw: { width, height, channels: 1 },
      limitInputPixels: false,
    });
  const wide = raster.depth === 16 && (format === 'png' || format === 'tiff');
  // libvips keeps the upper 8 of 16 bits; this makes it round.
  if (raster.depth === 16 && !wide) pipeline = pipeline.linear(256 / 257, 128);
  pipeline = pipeline.toColourspace(channels === 1 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb');
  switch (format) {
    case 'jpeg':
      return pipeline.jpeg({
        quality,
        chromaSubsampling: quality >= FULL_CHROMA_QUALITY ? '4:4:4' : '4:2:0',
        optimiseCoding: width * height <= MAX_OPTIMISED_PIXELS,
      });
    case 'png':
      return pipeline.png({ compressionLevel: 4, adaptiveFiltering: true });
    case 'tiff':
      return pipeline.tiff({
        compression: 'deflate',
        predictor: 'horizontal',
        bigtiff: raster.data.byteLength + (alpha?.data.byteLength ?? 0) > MAX_CLASSIC_TIFF_BYTES,
        ...(metadata.density === null
          ? {}
          : { xres: metadata.density / 25.4, yres: metadata.density / 25.4, resolutionUnit: 'inch' }),
      });
    case 'webp':
      return pipeline.webp({ quality, exact: true });
    case 'avif':
      return pipeline.avif({ quality });
  }
}

/** libheif writes AVIF files together with their metadata, so the metadata come from a carrier picture. */
async function writeAvif(sharp: SharpModule, request: EncodeRequest, parts: Embedded): Promise<Message[]> {
  const { raster, alpha, quality, path } = request;
  const { width, height, depth } = raster;
  const channels = (raster.channels + (alpha ? 1 : 0)) as 1 | 2 | 3 | 4;
  const data = alpha ? interleave(raster, alpha) : inputOf(raster.data);
  // The carrier is a PNG with one black pixel and the metadata. OR with the picture gives the picture with the metadata.
  const black = depth === 8 ? new Uint8Array(channels) : new Uint16Array(channels);
  const colourspace = raster.channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16';
  const png = await sharp(black, { raw: { width: 1, height: 1, channels } })
    .toColourspace(colourspace)
    .png()
    .toBuffer();
  const carrier = embedInPngBytes(png, parts);
  const picture = { raw: { width, height, channels }, limitInputPixels: false };
  await sharp(carrier)
    .keepMetadata()
    .boolean(data as Buffer, 'or', picture)
    .toColourspace(colourspace)
    .avif({ quality, bitdepth: depth === 8 ? 8 : 10 })
    .toFile(path);
  const notes: Message[] = [];
  if (parts.iptc) notes.push(say('notes.noIptc', { format: 'AVIF' }));
  notes.push(...noteTexts(parts, 'AVIF'));
  if (!(await correctResolution(sharp, path, request, parts.density)) && parts.density !== null) {
    notes.push(say('notes.noResolution', { format: 'AVIF' }));
  }
  if (depth === 16) notes.push(say('notes.tenBits'));
  return notes;
}

/** libvips always writes EXIF with a resolution of its own. Returns whether the file now says what is true. */
async function correctResolution(
  sharp: SharpModule,
  path: string,
  { raster: { width, height } }: EncodeRequest,
  density: number | null,
): Promise<boolean> {
  const { exif } = await sharp(path, { limitInputPixels: false }).metadata();
  if (!exif) return density === null;
  const prefixed = exif.subarray(0, 6).toString('latin1') === 'Exif\0\0';
  const block = prefixed ? exif.subarray(6) : exif;
  const fitted = fitExif(block, width, height, density ?? 'unknown');
  const written = await readFile(path);
  const at = written.indexOf(block);
  if (!fitted || fitted.length !== block.length || at < 0) return false;
  const file = await open(path, 'r+');
  try {
    await file.write(fitted, 0, fitted.length, at);
  } finally {
    await file.close();
  }
  return true;
}

function interleave(raster: Raster, alpha: Raster): Raster['data'] {
  const { channels } = raster;
  const pixels = raster.width * raster.height;
  const data = raster.depth === 8 ? new Uint8Array(pixels * (channels + 1)) : new Uint16Array(pixels * (channels + 1));
  for (let i = 0, source = 0, target = 0; i < pixels; i++) {
    for (let channel = 0; channel < channels; channel++) data[target++] = raster.data[source++]!;
    data[target++] = alpha.data[i]!;
  }
  return data;
}

/** A copy on a white background. */
function onWhite(raster: Raster, alpha: Raster): Raster {
  const flat = createRaster(raster.width, raster.height, raster.channels, raster.depth);
  const white = maxValue(raster);
  const { channels } = raster;
  for (let i = 0; i < flat.data.length; i++) {
    const opacity = alpha.data[Math.floor(i / channels)]! / white;
    flat.data[i] = Math.round(white + (raster.data[i]! - white) * opacity);
  }
  return flat;
}

let srgb: Promise<Uint8Array> | undefined;

/** libvips' own sRGB profile. */
function srgbProfile(sharp: SharpModule): Promise<Uint8Array> {
  srgb ??= (async () => {
    const png = await sharp(new Uint8Array(3), { raw: { width: 1, height: 1, channels: 3 } })
      .withIccProfile('srgb')
      .png()
      .toBuffer();
    const { icc } = await sharp(png).metadata();
    if (!icc) throw new EmulsionError('INTERNAL', { detail: 'sharp gave no sRGB profile.' });
    return icc;
  })();
  return srgb;
}

/** If less space than this is free right after a failure, the disk is full. In bytes. */
const FULL_BYTES = 64 * 1024;

/** libvips turns the system's error into words. If they are not clear, the free space decides. */
async function writingError(error: unknown, path: string): Promise<EmulsionError> {
  const known = toEmulsionError(error);
  if (known.code !== 'INTERNAL') return known;
  const text = error instanceof Error ? error.message : String(error);
  if (/no space|not enough space|disk full|quota/i.test(text)) return new EmulsionError('DISK_FULL', { cause: error });
  if (/enough memory|out of memory/i.test(text)) return new EmulsionError('OUT_OF_MEMORY', { cause: error });
  // A file system that does not tell its space leaves the error as it is.
  const space = await statfs(dirname(path)).catch(() => null);
  if (space && space.bavail * space.bsize < FULL_BYTES) return new EmulsionError('DISK_FULL', { cause: error });
  // A WebP file keeps its prediction modes in 512 KiB, which a very large and detailed picture can exceed.
  if (/webpsave: unable to encode/.test(text)) {
    return new EmulsionError('FORMAT_UNSUPPORTED', { reason: say('failures.tooDetailed'), cause: error });
  }
  return known;
}
