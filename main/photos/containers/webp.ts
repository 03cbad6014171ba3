import type { Rect } from '../../restoration/raster';
import { concat } from '../exif';
import { latin1, viewOf } from './file-bytes';

/** How far the filters between blocks carry what is made up into what is there, in rows. */
const MARGIN = 8;

/** Bytes added beyond the stated length, so that no filling runs out of data. */
const MORE = 64 * 1024;

/**
 * What is tried as a filling. Lossy data have a meaning whatever they are; lossless data may refer to pixels that do not
 * exist, so some fillings cannot be decoded. Zeros are the shortest code of every kind.
 */
const FILLINGS = [0, 0x55, 0xaa, 0x24, 0xff, 0x0f];

/**
 * A WebP that breaks off, filled up beyond its stated length. Rows are stored in order, so two fillings give the same
 * picture as far as the file goes. `decode` gives the pixels, or null if it cannot. Null if the file is whole or cannot be
 * filled up.
 */
export async function mendWebp(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Promise<{ data: Uint8Array; width: number; height: number } | null>,
): Promise<{ bytes: Uint8Array; missing: Rect[] } | null> {
  if (bytes.length < 20 || latin1(bytes, 0, 4) !== 'RIFF') return null;
  const length = viewOf(bytes).getUint32(4, true) + 8;
  // A length that is far off is as broken as the rest.
  if (length <= bytes.length || length > 16 * bytes.length) return null;
  const chunk = chunkAt(bytes);
  if (chunk === null) return null;
  const filled = (value: number) => {
    const whole = concat([bytes, new Uint8Array(length - bytes.length + MORE).fill(value)]);
    viewOf(whole).setUint32(4, whole.length - 8, true);
    viewOf(whole).setUint32(chunk.at + 4, whole.length - chunk.at - 8, true);
    return whole;
  };
  let first: { bytes: Uint8Array; data: Uint8Array } | null = null;
  for (const value of FILLINGS) {
    const whole = filled(value);
    const picture = await decode(whole);
    if (!picture) continue;
    if (!first) {
      first = { bytes: whole, data: picture.data };
      continue;
    }
    const { data, width, height } = picture;
    if (data.length !== first.data.length) return null;
    let at = 0;
    while (at < data.length && data[at] === first.data[at]) at++;
    const top = Math.max(0, Math.floor((at * height) / data.length) - (chunk.isLossless ? 0 : MARGIN));
    const missing = at === data.length ? [] : [{ x: 0, y: top, width, height: height - top }];
    return { bytes: first.bytes, missing };
  }
  return null;
}

/** Where the chunk with the pixels begins, which is the last one of a file that breaks off in it. */
function chunkAt(bytes: Uint8Array): { at: number; isLossless: boolean } | null {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = latin1(bytes, at, 4);
    if (type === 'VP8 ' || type === 'VP8L') return { at, isLossless: type === 'VP8L' };
    const size = viewOf(bytes).getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  return null;
}
