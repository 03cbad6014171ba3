import { loadSharp } from '../engine/sharp';
import { EmulsionError } from '../errors';
import type { Raster, Rect } from '../restoration/raster';
import { embedInJpegBytes, embedInPngBytes } from './embed';

/** Largest picture that is sent as a PNG; beyond it, JPEG is so much smaller that its loss is worth it. */
const SMALL_PIXELS = 64 * 1024;
const DISPLAY_QUALITY = 90;

/**
 * A smaller copy of at most `maxPixels`, of the same proportions and in the raster's own depth, each pixel a weighted
 * mean of those it stands for (no overshoot). The raster itself where it fits.
 */
export async function shrinkRaster(raster: Raster, maxPixels: number): Promise<Raster> {
  const pixels = raster.width * raster.height;
  if (pixels <= maxPixels) return raster;
  const scale = Math.sqrt(maxPixels / pixels);
  return resizeRaster(
    raster,
    Math.max(1, Math.floor(raster.width * scale)),
    Math.max(1, Math.floor(raster.height * scale)),
  );
}

/** A copy of the given size in the raster's own depth, by averaging or linear interpolation. */
export async function resizeRaster(raster: Raster, width: number, height: number): Promise<Raster> {
  const { channels, depth } = raster;
  const sharp = await loadSharp();
  const bytes = await sharp(raster.data, { raw: rawOf(raster), limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .toColourspace(channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16')
    .raw({ depth: depth === 8 ? 'uchar' : 'ushort' })
    .toBuffer();
  const data = depth === 8 ? asBytes(bytes) : asWords(bytes);
  return { width, height, channels, depth, data };
}

export interface RegionRequest {
  raster: Raster;
  /** Inside the raster. */
  rect: Rect;
  /** Size of the answer. */
  width: number;
  height: number;
  /** Opacity of the raster, where it is to be seen. */
  alpha?: Raster | null;
  /** ICC profile of the raster; it is sent along, so that the screen's full gamut is used. Null: sRGB. */
  profile?: Uint8Array | null;
  /** Asks for PNG at any size, as masks need it. */
  lossless?: boolean;
}

/**
 * A region as an encoded picture for the screen, 8 bit: JPEG, or PNG where it is small, lossless or transparent.
 * Shrinks by averaging; enlarges by repeating pixels, so that what is seen are the pixels that there are. Throws
 * BAD_REQUEST for a region outside the raster.
 */
export async function encodeRegion(request: RegionRequest): Promise<{ type: string; bytes: Uint8Array }> {
  const { raster, rect, width, height, alpha = null, profile = null, lossless = false } = request;
  if (rect.x < 0 || rect.y < 0 || rect.x + rect.width > raster.width || rect.y + rect.height > raster.height) {
    throw new EmulsionError('BAD_REQUEST', { detail: 'The region lies outside the picture.' });
  }
  const sharp = await loadSharp();
  const scaled = (picture: Raster) =>
    sharp(picture.data, { raw: rawOf(picture), limitInputPixels: false })
      .extract({ left: rect.x, top: rect.y, width: rect.width, height: rect.height })
      .resize(width, height, {
        fit: 'fill',
        kernel: width > rect.width || height > rect.height ? 'nearest' : 'lanczos3',
      });
  let pipeline = scaled(raster).toColourspace(raster.channels === 1 ? 'b-w' : 'srgb');
  if (alpha) {
    const opacity = await scaled(alpha).toColourspace('b-w').raw().toBuffer();
    pipeline = pipeline.joinChannel(opacity, { raw: { width, height, channels: 1 } });
  }
  if (lossless || alpha || width * height <= SMALL_PIXELS) {
    const png = await pipeline.png({ compressionLevel: 3 }).toBuffer();
    return { type: 'image/png', bytes: profile ? embedInPngBytes(png, { icc: profile, exif: null, xmp: null }) : png };
  }
  const jpeg = await pipeline.jpeg({ quality: DISPLAY_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer();
  return { type: 'image/jpeg', bytes: profile ? embedInJpegBytes(jpeg, profile) : jpeg };
}

/** The same memory as plain bytes. */
export function asBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** The same memory as 16-bit samples (copied in the rare case that it does not start at an even address). */
export function asWords(buffer: Buffer): Uint16Array {
  if (buffer.byteOffset % 2 === 1) return new Uint16Array(new Uint8Array(buffer).buffer);
  return new Uint16Array(buffer.buffer, buffer.byteOffset, buffer.length / 2);
}

function rawOf({ width, height, channels }: Raster): { width: number; height: number; channels: 1 | 3 } {
  return { width, height, channels };
}
