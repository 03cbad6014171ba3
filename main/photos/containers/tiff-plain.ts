import { MAX_PIXELS } from '../../../contract/basics';
import type { Rect } from '../../restoration/raster';
import {
  bytesValue,
  concat,
  type Directory,
  type ExifValue,
  longValue,
  numbersOf,
  shortValue,
  writeDirectories,
} from '../exif';
import type { FileBytes } from './file-bytes';
import { PHOTOMETRIC, TIFF_TAG, type TiffPage } from './tiff';
import { type DecodePicture, hasJpegs, isReadable, type Piece, readPieces } from './tiff-strips';

/** A page as an uncompressed TIFF of 8 or 16 bits, which every decoder reads. */
export interface PlainTiff {
  bytes: Uint8Array;
  /** What is missing in the file; it is grey in the page. */
  missing: Rect[];
}

/** Tags that keep their meaning in the plain page. */
const KEPT_TAGS = [TIFF_TAG.extra, 320 /* ColorMap */, 34675 /* ICC profile */];

const ICC_LAB = 9;
/** A page without at least this share of its data is not worth its memory. */
const MIN_SHARE = 1 / 1000;
const MAX_BYTES = 2 ** 31 - 1;

/** Null for a page whose compression or samples are not read here. `decodeJpeg` reads strips and tiles that are JPEGs. */
export async function plainTiff(file: FileBytes, page: TiffPage, decodeJpeg: DecodePicture): Promise<PlainTiff | null> {
  const { width, height, samples, bits, photometric } = page;
  const depth = bits[0]!;
  // The decoder of a JPEG gives RGB.
  const isRgb = hasJpegs(page) && samples === 3;
  const isYcc = photometric === PHOTOMETRIC.ycc && !isRgb;
  const isLab = photometric === PHOTOMETRIC.lab || photometric === ICC_LAB;
  if (!isReadable(page) || page.sampleFormat === 3 || bits.some((each) => each !== depth) || depth > 16) return null;
  if (numbersOf(page.directory.get(TIFF_TAG.fillOrder))[0] === 2 || width * height === 0) return null;
  if (width * height > MAX_PIXELS) return null;
  if (isYcc && (!page.isPlanar || samples !== 3 || depth !== 8)) return null;
  // Eight bits of Lab are widened, because libvips cannot read them.
  const wide = depth > 8 || isLab;
  const size = width * height * samples * (wide ? 2 : 1);
  if (size > MAX_BYTES || storedShare(file, page) < MIN_SHARE) return null;

  const out = wide ? new Uint16Array(width * height * samples) : new Uint8Array(width * height * samples);
  out.fill(wide ? 0x8080 : photometric === PHOTOMETRIC.palette ? 0 : 0x80);
  const [across, down] = isYcc ? subsamplingOf(page) : [1, 1];
  const missing = new Map<string, Rect>();
  const sizeOf = (plane: number) =>
    isYcc && plane > 0 ? { width: Math.ceil(width / across), height: Math.ceil(height / down) } : { width, height };
  const convert = converter(page, wide);
  for await (const piece of readPieces(file, page, sizeOf, decodeJpeg)) {
    const [stepX, stepY] = isYcc && piece.plane > 0 ? [across, down] : [1, 1];
    const rows = place(piece, page, convert, out, { stepX, stepY, little: isLittle(file) });
    if (rows === piece.height) continue;
    const top = (piece.y + rows) * stepY;
    const bottom = Math.min(height, (piece.y + piece.height) * stepY);
    const x = piece.x * stepX;
    const rect = { x, y: top, width: Math.min(width - x, piece.width * stepX), height: bottom - top };
    if (rect.width > 0 && rect.height > 0) missing.set(`${rect.x},${rect.y}`, rect);
  }
  if (isYcc) toRgb(out as Uint8Array);
  return {
    bytes: write(page, out, isYcc || isRgb ? PHOTOMETRIC.rgb : isLab ? PHOTOMETRIC.lab : photometric),
    missing: [...missing.values()],
  };
}

const isLittle = (file: FileBytes) => file.read(0, 1)[0] === 0x49;

/** Share of the pieces whose data begin inside the file. */
function storedShare(file: FileBytes, { directory }: TiffPage): number {
  const offsets = numbersOf(directory.get(TIFF_TAG.tileOffsets) ?? directory.get(TIFF_TAG.stripOffsets));
  return offsets.filter((offset) => offset > 0 && offset < file.size).length / Math.max(1, offsets.length);
}

function subsamplingOf({ directory }: TiffPage): [number, number] {
  const [across = 2, down = 2] = numbersOf(directory.get(TIFF_TAG.subsampling));
  return [Math.max(1, across), Math.max(1, down)];
}

/** Turns a stored sample into one of the plain page. */
function converter(
  { bits, photometric, samples }: TiffPage,
  wide: boolean,
): (value: number, channel: number) => number {
  const depth = bits[0]!;
  if (photometric === PHOTOMETRIC.lab || photometric === ICC_LAB) {
    // Lightness counts from 0; a and b are signed in one of the two forms, and begin at 128 in the other.
    const flip = photometric === ICC_LAB ? 1 << (depth - 1) : 0;
    const shift = 16 - depth;
    return (value, channel) =>
      channel === 0 || channel > 2 ? (depth === 8 ? value * 257 : value) : ((value ^ flip) << shift) & 0xffff;
  }
  if (photometric === PHOTOMETRIC.palette || depth === 8 || depth === 16 || samples === 0) return (value) => value;
  const scale = (wide ? 65535 : 255) / (2 ** depth - 1);
  return (value) => Math.round(value * scale);
}

/** Writes the whole rows of a piece into the page. Returns how many there were. */
function place(
  piece: Piece,
  page: TiffPage,
  convert: (value: number, channel: number) => number,
  out: Uint8Array | Uint16Array,
  { stepX, stepY, little }: { stepX: number; stepY: number; little: boolean },
): number {
  const { width, height, samples, isPlanar } = page;
  const depth = page.bits[0]!;
  const perPixel = isPlanar ? 1 : samples;
  const stride = Math.ceil((piece.width * perPixel * depth) / 8);
  const rows = Math.min(piece.height, Math.floor(piece.data.length / stride));
  const row = new Uint16Array(piece.width * perPixel);
  const predicted = numbersOf(page.directory.get(TIFF_TAG.predictor))[0] === 2;
  const mask = depth === 16 ? 0xffff : (1 << depth) - 1;
  for (let y = 0; y < rows; y++) {
    unpack(piece.data.subarray(y * stride, (y + 1) * stride), depth, little, row);
    if (predicted) for (let i = perPixel; i < row.length; i++) row[i] = (row[i]! + row[i - perPixel]!) & mask;
    for (let repeat = 0; repeat < stepY; repeat++) {
      const line = (piece.y + y) * stepY + repeat;
      if (line >= height) break;
      for (let x = 0; x < piece.width * stepX; x++) {
        const column = piece.x * stepX + x;
        if (column >= width) break;
        const source = Math.floor(x / stepX) * perPixel;
        const target = (line * width + column) * samples;
        if (isPlanar) out[target + piece.plane] = convert(row[source]!, piece.plane);
        else
          for (let channel = 0; channel < samples; channel++)
            out[target + channel] = convert(row[source + channel]!, channel);
      }
    }
  }
  return rows;
}

/** Samples of any width, highest bit first; of 16 bits in the order of the file. */
function unpack(bytes: Uint8Array, depth: number, little: boolean, row: Uint16Array): void {
  if (depth === 8) {
    for (let i = 0; i < row.length; i++) row[i] = bytes[i]!;
    return;
  }
  if (depth === 16) {
    const [high, low] = little ? [1, 0] : [0, 1];
    for (let i = 0; i < row.length; i++) row[i] = (bytes[2 * i + high]! << 8) | bytes[2 * i + low]!;
    return;
  }
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < row.length; i++) {
    while (held < depth) {
      buffer = ((buffer << 8) | bytes[at++]!) & 0xffffff;
      held += 8;
    }
    held -= depth;
    row[i] = (buffer >> held) & ((1 << depth) - 1);
  }
}

/** In place, by ITU-R BT.601 with full range, as TIFF has it without further tags. */
function toRgb(data: Uint8Array): void {
  const clamped = new Uint8ClampedArray(3);
  for (let i = 0; i < data.length; i += 3) {
    const luma = data[i]!;
    const blue = data[i + 1]! - 128;
    const red = data[i + 2]! - 128;
    clamped[0] = luma + 1.402 * red;
    clamped[1] = luma - 0.344136 * blue - 0.714136 * red;
    clamped[2] = luma + 1.772 * blue;
    data.set(clamped, i);
  }
}

/** An uncompressed TIFF of 8 or 16 bits; `extra`: what the samples beyond the colours mean. */
export function tiffOf(
  picture: { width: number; height: number; pixels: Uint8Array | Uint16Array; samples: number; photometric: number },
  icc: Uint8Array | null,
  extra: readonly number[],
): Uint8Array {
  const directory: Directory = new Map();
  if (icc) directory.set(34675, bytesValue(7, icc));
  if (extra.length > 0) directory.set(TIFF_TAG.extra, shorts(extra));
  return write({ ...picture, directory }, picture.pixels, picture.photometric);
}

const HEADER = Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0);

/** The file: a header, the pixels, and the directory behind them. */
function write(
  page: Pick<TiffPage, 'width' | 'height' | 'samples' | 'directory'>,
  samples: Uint8Array | Uint16Array,
  photometric: number,
): Uint8Array {
  const pixels = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const padding = new Uint8Array(pixels.length % 2);
  const image: Directory = new Map();
  for (const tag of KEPT_TAGS) {
    const value = page.directory.get(tag);
    if (value) image.set(tag, value);
  }
  image.set(TIFF_TAG.width, longValue(page.width));
  image.set(TIFF_TAG.height, longValue(page.height));
  image.set(TIFF_TAG.bits, shorts(Array(page.samples).fill(8 * samples.BYTES_PER_ELEMENT)));
  image.set(TIFF_TAG.compression, shortValue(1));
  image.set(TIFF_TAG.photometric, shortValue(photometric));
  image.set(TIFF_TAG.stripOffsets, longValue(HEADER.length));
  image.set(TIFF_TAG.samples, shortValue(page.samples));
  image.set(TIFF_TAG.rowsPerStrip, longValue(page.height));
  image.set(TIFF_TAG.stripBytes, longValue(pixels.length));
  image.set(TIFF_TAG.planar, shortValue(1));
  const at = HEADER.length + pixels.length + padding.length;
  const header = new Uint8Array(HEADER);
  new DataView(header.buffer).setUint32(4, at, true);
  const none = () => new Map();
  const directories = { image, exif: none(), gps: none(), interoperability: none() };
  return concat([header, pixels, padding, writeDirectories(directories, at, false)]);
}

function shorts(values: readonly number[]): ExifValue {
  const bytes = concat(values.map((value) => shortValue(value).bytes));
  return { ...bytesValue(1, bytes), type: 3, count: values.length };
}
