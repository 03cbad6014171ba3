import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { viewOf } from '../containers/file-bytes';
import { assertSize, damaged, type Foreign, fromRgba, NOTHING_BESIDE } from './foreign';

/** Bitmaps of Windows and OS/2: palettes, 16, 24 and 32 bits, and run lengths. */

const METRES_PER_INCH = 0.0254;
const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const FIELDS = [3, 6];

export async function readBmp(bytes: Uint8Array): Promise<Foreign> {
  const view = viewOf(bytes);
  if (bytes.length < 26) throw damaged('a short header');
  const header = view.getUint32(14, true);
  const isOld = header === 12;
  if (bytes.length < 14 + header || (!isOld && header < 16)) throw damaged('a short header');
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signed = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signed);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld || header < 20 ? RGB : view.getUint32(30, true);
  assertSize(width, height);
  const pixelsAt = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  const isPlain = compression === RGB || FIELDS.includes(compression);
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits) || !(isPlain || compression === RLE8 || compression === RLE4)) {
    throw new EmulsionError('FORMAT_UNSUPPORTED', {
      reason: say('failures.unreadPixels'),
      detail: `compression ${compression}`,
    });
  }
  if (isPlain && pixelsAt + stride * height > bytes.length) throw damaged('the pixels break off');
  const rgba = new Uint8Array(width * height * 4).fill(255);
  const palette = paletteOf(bytes, 14 + header, pixelsAt, isOld ? 3 : 4);
  if (bits <= 8) {
    const indexes = isPlain ? null : unpackRuns(bytes, pixelsAt, width, height, compression === RLE4);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = pixelsAt + y * stride + ((x * bits) >> 3);
        const index = indexes
          ? indexes[y * width + x]!
          : (bytes[at]! >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
        const colour = palette[index] ?? [0, 0, 0];
        rgba.set(colour, 4 * (rowOf(y, height, signed) * width + x));
      }
    }
  } else {
    const masks = masksOf(view, header, bits, FIELDS.includes(compression));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = pixelsAt + y * stride + (x * bits) / 8;
        const to = 4 * (rowOf(y, height, signed) * width + x);
        if (bits === 24) rgba.set([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!], to);
        else {
          const value = bits === 32 ? view.getUint32(at, true) : view.getUint16(at, true);
          for (let c = 0; c < 4; c++) if (masks[c]!.mask !== 0) rgba[to + c] = field(value, masks[c]!);
        }
      }
    }
  }
  // Many programs leave the fourth byte empty, which does not mean that nothing is to be seen.
  if (rgba.every((value, i) => i % 4 !== 3 || value === 0)) for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
  const [x, y] = isOld || header < 40 ? [0, 0] : [view.getInt32(38, true), view.getInt32(42, true)];
  const resolution = x > 0 && y > 0 ? { x: x * METRES_PER_INCH, y: y * METRES_PER_INCH } : null;
  return { ...NOTHING_BESIDE, ...fromRgba(rgba, width, height), resolution, notes: [] };
}

/** Rows are stored from below, unless the height is negative. */
const rowOf = (y: number, height: number, signed: number) => (signed < 0 ? y : height - 1 - y);

function paletteOf(bytes: Uint8Array, from: number, to: number, size: number): number[][] {
  const colours: number[][] = [];
  for (let at = from; at + 3 <= Math.min(to, bytes.length) && colours.length < 256; at += size) {
    colours.push([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!]);
  }
  return colours;
}

interface Mask {
  mask: number;
  shift: number;
  max: number;
}

function masksOf(view: DataView, header: number, bits: number, hasFields: boolean): Mask[] {
  let masks = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  if (hasFields) masks = [54, 58, 62, 66].map((at) => (at === 66 && header < 56 ? 0 : view.getUint32(at, true)));
  return masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, max: mask === 0 ? 1 : mask >>> shift };
  });
}

const field = (value: number, { mask, shift, max }: Mask) => Math.round((((value & mask) >>> shift) * 255) / max);

/** Run lengths of 8 or 4 bits. What is skipped has the first colour. */
function unpackRuns(bytes: Uint8Array, from: number, width: number, height: number, isNarrow: boolean): Uint8Array {
  const out = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, from];
  const put = (index: number) => {
    if (x < width && y < height) out[y * width + x] = index;
    x++;
  };
  while (at + 1 < bytes.length && y < height) {
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(isNarrow ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (isNarrow ? i >> 1 : i)] ?? 0;
        put(isNarrow ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      const length = isNarrow ? Math.ceil(value / 2) : value;
      at += length + (length % 2);
    }
  }
  return out;
}
