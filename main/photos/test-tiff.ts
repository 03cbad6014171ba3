import { bytesValue, concat, type Directory, longValue, shortValue, writeDirectories } from './exif';

/** A page of a TIFF file: its pixels as they are stored, and tags with one or more numbers each. */
export interface TestPage {
  width: number;
  height: number;
  bits: number[];
  photometric: number;
  pixels: Uint8Array;
  tags?: Record<number, number | number[] | Uint8Array>;
}

/** A little-endian TIFF file with one strip for each page, or for each channel if the page's tag 284 is 2. */
export function tiffFile(pages: readonly TestPage[]): Uint8Array {
  const shorts = (values: number[]) => ({
    ...bytesValue(1, concat(values.map((value) => shortValue(value).bytes))),
    type: 3,
    count: values.length,
  });
  const longs = (values: number[]) => ({
    ...bytesValue(1, concat(values.map((value) => longValue(value).bytes))),
    type: 4,
    count: values.length,
  });
  const parts: Uint8Array[] = [new Uint8Array(8)];
  let size = 8;
  const add = (bytes: Uint8Array) => {
    const at = size;
    parts.push(bytes, new Uint8Array(bytes.length % 2));
    size += bytes.length + (bytes.length % 2);
    return at;
  };
  /** Where the offset of the next directory belongs. */
  let link = { part: parts[0]!, at: 4 };
  for (const { width, height, bits, photometric, pixels, tags = {} } of pages) {
    const strips = tags[284] === 2 ? bits.length : 1;
    const stripBytes = (tags[279] as number[] | undefined) ?? Array(strips).fill(pixels.length / strips);
    const at = add(pixels);
    const image: Directory = new Map([
      [256, longValue(width)],
      [257, longValue(height)],
      [258, shorts(bits)],
      [259, shortValue(1)],
      [262, shortValue(photometric)],
      [273, longs(stripBytes.map((_, i) => at + stripBytes.slice(0, i).reduce((sum, each) => sum + each, 0)))],
      [277, shortValue(bits.length)],
      [278, longValue(height)],
      [279, longs(stripBytes)],
    ]);
    for (const [tag, value] of Object.entries(tags)) {
      if (Number(tag) === 279) continue;
      image.set(Number(tag), value instanceof Uint8Array ? bytesValue(7, value) : shorts([value].flat()));
    }
    const none = () => new Map();
    const directory = writeDirectories({ image, exif: none(), gps: none(), interoperability: none() }, size, false);
    new DataView(link.part.buffer, link.part.byteOffset).setUint32(link.at, size, true);
    link = { part: directory, at: 2 + 12 * image.size };
    add(directory);
  }
  const file = concat(parts);
  file.set([0x49, 0x49, 42, 0]);
  return file;
}
