import type { Orientation } from '../../contract/edit';
import { EmulsionError } from '../errors';
import { type ColourTransform, createRaster, type Raster, type Rect, readSrgb, writeSrgb } from '../restoration/raster';
import { embedInJpegBytes, embedInPngBytes } from './embed';
import { inputOf, loadSharp, ownBytes } from './sharp';
import { TURNS } from './turns';

/** Largest picture sent as PNG. Above this size, JPEG is so much smaller that its loss is acceptable. */
const SMALL_PIXELS = 64 * 1024;
const DISPLAY_QUALITY = 90;

/**
 * A smaller copy of at most `maxPixels`, with the same proportions and depth. Each pixel is a weighted mean of the pixels
 * it covers (no overshoot). Returns the raster itself if it is small enough.
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

/** A copy of a region as a raster. */
export function crop(raster: Raster, rect: Rect): Raster {
  const { channels, data } = raster;
  const result = createRaster(rect.width, rect.height, channels, raster.depth);
  for (let y = 0; y < rect.height; y++) {
    const from = ((rect.y + y) * raster.width + rect.x) * channels;
    result.data.set(data.subarray(from, from + rect.width * channels), y * rect.width * channels);
  }
  return result;
}

/** A copy of the given size in the same depth, by averaging, linear interpolation or another kernel. */
export async function resizeRaster(
  raster: Raster,
  width: number,
  height: number,
  kernel: 'linear' | 'lanczos3' = 'linear',
): Promise<Raster> {
  const { channels, depth } = raster;
  const sharp = await loadSharp();
  const bytes = await sharp(inputOf(raster.data), { raw: rawOf(raster), limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel })
    .toColourspace(channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16')
    .raw({ depth: depth === 8 ? 'uchar' : 'ushort' })
    .toBuffer();
  const data = depth === 8 ? ownBytes(bytes) : ownWords(bytes);
  return { width, height, channels, depth, data };
}

/** A raster rotated as an EXIF orientation (1 to 8) says. The raster itself for 1, else a copy. */
export async function orientRaster(raster: Raster, orientation: Orientation): Promise<Raster> {
  const [mirrored, degrees] = TURNS[orientation]!;
  if (!mirrored && degrees === 0) return raster;
  const { channels, depth } = raster;
  const sharp = await loadSharp();
  const { data: bytes, info } = await sharp(inputOf(raster.data), { raw: rawOf(raster), limitInputPixels: false })
    .flop(mirrored)
    .rotate(degrees)
    .toColourspace(channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16')
    .raw({ depth: depth === 8 ? 'uchar' : 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const data = depth === 8 ? ownBytes(bytes) : ownWords(bytes);
  return { width: info.width, height: info.height, channels, depth, data };
}

export interface RegionRequest {
  raster: Raster;
  /** Inside the raster. */
  rect: Rect;
  /** Size of the result. */
  width: number;
  height: number;
  /** Opacity of the raster, if it should be visible. */
  alpha?: Raster | null;
  /** ICC profile of the raster, which is included so that the screen's full gamut is used. Null: sRGB. */
  profile?: Uint8Array | null;
  /** Uses PNG at any size, as masks need. */
  lossless?: boolean;
}

/**
 * A region encoded for the screen in 8 bits: JPEG, or PNG if it is small, lossless or transparent. Shrinks by averaging.
 * Enlarges by repeating pixels, so that people see the real pixels. Throws BAD_REQUEST for a region outside the raster.
 */
export async function encodeRegion(request: RegionRequest): Promise<{ type: string; bytes: Uint8Array }> {
  const { raster, rect, width, height, alpha = null, profile = null, lossless = false } = request;
  if (rect.x < 0 || rect.y < 0 || rect.x + rect.width > raster.width || rect.y + rect.height > raster.height) {
    throw new EmulsionError('BAD_REQUEST', { detail: 'The region lies outside the picture.' });
  }
  const sharp = await loadSharp();
  const scaled = (picture: Raster) => {
    // Cut out here, since the WebAssembly build would copy the whole picture.
    const part = crop(picture, rect);
    return sharp(part.data, { raw: rawOf(part), limitInputPixels: false }).resize(width, height, {
      fit: 'fill',
      kernel: width > rect.width || height > rect.height ? 'nearest' : 'lanczos3',
    });
  };
  let pipeline = scaled(raster).toColourspace(raster.channels === 1 ? 'b-w' : 'srgb');
  if (alpha) {
    const opacity = ownBytes(await scaled(alpha).toColourspace('b-w').raw().toBuffer());
    pipeline = pipeline.joinChannel(opacity as Buffer, { raw: { width, height, channels: 1 } });
  }
  if (lossless || alpha || width * height <= SMALL_PIXELS) {
    const png = ownBytes(await pipeline.png({ compressionLevel: 3 }).toBuffer());
    return { type: 'image/png', bytes: profile ? embedInPngBytes(png, { icc: profile, exif: null, xmp: null }) : png };
  }
  const jpeg = ownBytes(await pipeline.jpeg({ quality: DISPLAY_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer());
  return { type: 'image/jpeg', bytes: profile ? embedInJpegBytes(jpeg, profile) : jpeg };
}

const THUMBNAIL_QUALITY = 72;
/** The largest colour profile, in bytes, that a thumbnail includes. */
const THUMBNAIL_PROFILE = 4096;

/** The whole raster as a small JPEG in sRGB; its longer edge has at most `edge` pixels. */
export async function encodeThumbnail(raster: Raster, edge: number, profile: Uint8Array | null): Promise<Uint8Array> {
  const { width, height } = raster;
  const scale = Math.min(1, edge / Math.max(width, height));
  const small = await resizeRaster(
    raster,
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const sharp = await loadSharp();
  let pipeline = sharp(small.data, { raw: rawOf(small) });
  if (small.depth === 16) pipeline = pipeline.toColourspace(small.channels === 1 ? 'b-w' : 'srgb');
  const jpeg = ownBytes(await pipeline.jpeg({ quality: THUMBNAIL_QUALITY }).toBuffer());
  return profile && profile.length <= THUMBNAIL_PROFILE ? embedInJpegBytes(jpeg, profile) : jpeg;
}

/** The whole raster in sRGB as an 8-bit PNG in colours; its longer edge has at most `edge` pixels. */
export async function encodeReduced(raster: Raster, edge: number, colour: ColourTransform | null): Promise<Uint8Array> {
  const { width, height } = raster;
  const scale = Math.min(1, edge / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const small = scale < 1 ? await resizeRaster(raster, side(width), side(height)) : raster;
  const whole = { x: 0, y: 0, width: small.width, height: small.height };
  const planes = new Float32Array(3 * small.width * small.height);
  readSrgb(small, whole, colour, planes);
  const result = createRaster(small.width, small.height, 3, 8);
  writeSrgb(result, whole, null, planes);
  return encodeTile(result);
}

/** Settings for a PNG that is fast to write and read: for photographs no slower than JPEG, but lossless. */
const TILE_PNG = { compressionLevel: 1 } as const;

/** A whole raster as an 8-bit PNG, with its opacity and profile if it has any. */
export async function encodeTile(
  raster: Raster,
  alpha: Raster | null = null,
  profile: Uint8Array | null = null,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const grey = raster.channels === 1;
  let pipeline = sharp(raster.data, { raw: rawOf(raster) }).toColourspace(grey ? 'b-w' : 'srgb');
  if (alpha) {
    const opacity = ownBytes(
      await sharp(alpha.data, { raw: rawOf(alpha) })
        .toColourspace('b-w')
        .raw()
        .toBuffer(),
    );
    pipeline = pipeline.joinChannel(opacity as Buffer, {
      raw: { width: alpha.width, height: alpha.height, channels: 1 },
    });
  }
  const png = ownBytes(await pipeline.png(TILE_PNG).toBuffer());
  return profile ? embedInPngBytes(png, { icc: profile, exif: null, xmp: null }) : png;
}

/** 8-bit RGBA as PNG. */
export async function encodeMarks(marks: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return ownBytes(
    await sharp(marks, { raw: { width, height, channels: 4 } })
      .png(TILE_PNG)
      .toBuffer(),
  );
}

/** Returned bytes as 16-bit samples (copied in the rare case that they do not start at an even address). */
export function ownWords(returned: Buffer): Uint16Array {
  const bytes = ownBytes(returned);
  if (bytes.byteOffset % 2 === 1) return new Uint16Array(new Uint8Array(bytes).buffer);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

function rawOf({ width, height, channels }: Raster): { width: number; height: number; channels: 1 | 3 } {
  return { width, height, channels };
}
