import type { Message } from '../../../contract/basics';
import { MAX_PIXELS } from '../../../contract/basics';
import { EmulsionError } from '../../errors';
import type { Rect } from '../../restoration/raster';

/** The pixels of a file in a format that libvips does not read, and what was with them. */
export interface Foreign {
  width: number;
  height: number;
  /** Interleaved samples; opacity comes last. */
  pixels: Uint8Array | Uint16Array;
  samples: number;
  /** As in TIFF: 1 grey, 2 RGB, 5 CMYK, 8 Lab. */
  photometric: 1 | 2 | 5 | 8;
  hasAlpha: boolean;
  icc: Uint8Array | null;
  exif: Uint8Array | null;
  xmp: Uint8Array | null;
  iptc: Uint8Array | null;
  /** Pixels per inch. */
  resolution: { x: number; y: number } | null;
  /** A JPEG inside, which may have the metadata. */
  preview: Uint8Array | null;
  /** Parts that the file does not hold. */
  missing: Rect[];
  notes: Message[];
}

export const NOTHING_BESIDE = {
  icc: null,
  exif: null,
  xmp: null,
  iptc: null,
  resolution: null,
  preview: null,
  missing: [] as Rect[],
  notes: [] as Message[],
};

/** SECURITY: to be called before anything of this size is decoded. Throws PHOTO_DAMAGED or PHOTO_TOO_LARGE. */
export function assertSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw damaged(`${width} x ${height}`);
  if (width * height > MAX_PIXELS) throw new EmulsionError('PHOTO_TOO_LARGE', { detail: `${width} x ${height}` });
}

export const damaged = (detail: string, cause?: unknown) => new EmulsionError('PHOTO_DAMAGED', { detail, cause });

/** RGBA as a decoder gives it, without its opacity if the picture is opaque. */
export function fromRgba(data: Uint8Array | Uint8ClampedArray, width: number, height: number) {
  const count = width * height;
  let hasAlpha = false;
  for (let i = 0; i < count && !hasAlpha; i++) hasAlpha = data[4 * i + 3] !== 255;
  const samples = hasAlpha ? 4 : 3;
  const pixels = new Uint8Array(count * samples);
  for (let i = 0; i < count; i++) for (let c = 0; c < samples; c++) pixels[i * samples + c] = data[i * 4 + c]!;
  return { width, height, pixels, samples, photometric: 2 as const, hasAlpha };
}
