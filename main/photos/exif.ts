import { bytesOf, type FileBytes, viewOf } from './containers/file-bytes';

/**
 * The directory structure that TIFF files and EXIF blocks share: tagged values in an image directory, with
 * sub-directories for EXIF, GPS and interoperability. Pure: reads from any source of bytes, writes to memory.
 */

export interface ExifValue {
  /** Data type as in TIFF 6.0: 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 7 UNDEFINED ... */
  type: number;
  count: number;
  /** The values in little-endian order, whatever the order of the source. */
  bytes: Uint8Array;
}
export type Directory = Map<number, ExifValue>;
export interface Directories {
  image: Directory;
  exif: Directory;
  gps: Directory;
  interoperability: Directory;
}

export const TAG = {
  imageDescription: 270,
  make: 271,
  model: 272,
  orientation: 274,
  xResolution: 282,
  yResolution: 283,
  resolutionUnit: 296,
  software: 305,
  dateTime: 306,
  xmp: 700,
  iptc: 33723,
  iccProfile: 34675,
  exposureTime: 33434,
  fNumber: 33437,
  exif: 34665,
  gps: 34853,
  sensitivity: 34855,
  dateTimeOriginal: 36867,
  makerNote: 37500,
  focalLength: 37386,
  pixelWidth: 40962,
  pixelHeight: 40963,
  interoperability: 40965,
  lensModel: 42036,
} as const;

/** Descriptive tags of a TIFF file's image directory; the others describe how its pixels are stored. */
export const DESCRIPTIVE_TAGS = new Set<number>([
  269, // DocumentName
  TAG.imageDescription,
  TAG.make,
  TAG.model,
  285, // PageName
  TAG.software,
  TAG.dateTime,
  TAG.xResolution,
  TAG.yResolution,
  TAG.resolutionUnit,
  315, // Artist
  316, // HostComputer
  18246, // Rating
  33432, // Copyright
  40091, // XPTitle
  40092, // XPComment
  40093, // XPAuthor
  40094, // XPKeywords
  40095, // XPSubject
]);

/** Of {@link TAG.resolutionUnit}. */
const INCHES = 2;
const NO_UNIT = 1;

const POINTERS = [TAG.exif, TAG.gps, TAG.interoperability] as const;

/** Bytes per value by data type. Other types are ignored. */
const TYPE_SIZES: Record<number, number> = {
  1: 1, // BYTE
  2: 1, // ASCII
  3: 2, // SHORT
  4: 4, // LONG
  5: 8, // RATIONAL
  6: 1, // SBYTE
  7: 1, // UNDEFINED
  8: 2, // SSHORT
  9: 4, // SLONG
  10: 8, // SRATIONAL
  11: 4, // FLOAT
  12: 8, // DOUBLE
  13: 4, // IFD
  16: 8, // LONG8
  17: 8, // SLONG8
  18: 8, // IFD8
};
/** Size of the unit whose bytes are swapped between the two byte orders. */
const swapUnit = (type: number) => (type === 5 || type === 10 ? 4 : TYPE_SIZES[type]!);

const MAX_ENTRIES = 2000;
const MAX_VALUE_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 1000;

/**
 * SECURITY: entries may share bytes, so a small file could fill the memory. This much is copied out of one file: what its
 * directories really need is far less.
 */
const MAX_COPIED_BYTES = 64 * 1024 * 1024;
const MAX_COPIED_TIMES = 4;

/** How many bytes may still be copied. */
interface Budget {
  left: number;
}

const budgetFor = ({ size }: FileBytes): Budget => ({ left: Math.min(MAX_COPIED_BYTES, MAX_COPIED_TIMES * size) });

/** How a TIFF structure is laid out: classic, or BigTIFF with 64-bit counts and offsets. */
interface Layout {
  little: boolean;
  big: boolean;
}

/**
 * Reads an image directory (the first, or that of a page) and its sub-directories, from an EXIF block or a whole TIFF or
 * BigTIFF file. Leaves out entries that are cut off or inconsistent, and sub-directories that cannot be read. Null if the
 * bytes are not such a structure; never throws.
 */
export function readDirectories(file: FileBytes, page = 0): Directories | null {
  try {
    const head = readHead(file);
    if (!head) return null;
    const budget = budgetFor(file);
    const image = page === 0 ? readDirectory(file, head.first, head.layout, budget) : readPages(file)[page];
    if (!image) return null;
    const sub = (parent: Directory, tag: number): Directory => {
      const offset = numberOf(parent.get(tag));
      // A pointer to nowhere loses its own directory only.
      return offset ? (tryDirectory(file, offset, head.layout, budget) ?? new Map()) : new Map();
    };
    const exif = sub(image, TAG.exif);
    const gps = sub(image, TAG.gps);
    const interoperability = sub(exif, TAG.interoperability);
    for (const tag of POINTERS) {
      image.delete(tag);
      exif.delete(tag);
    }
    return { image, exif, gps, interoperability };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** All directories of the chain, without their sub-directories; empty if the bytes are no such structure. */
export function readPages(file: FileBytes): Directory[] {
  const pages: Directory[] = [];
  try {
    const head = readHead(file);
    if (!head) return pages;
    const budget = budgetFor(file);
    const met = new Set<number>();
    let offset = head.first;
    while (offset !== 0 && !met.has(offset) && pages.length < MAX_PAGES) {
      met.add(offset);
      const directory = tryDirectory(file, offset, head.layout, budget);
      if (!directory) break;
      pages.push(directory);
      const { nextAt } = locate(file, offset, head.layout);
      const next = viewOf(file.read(nextAt, head.layout.big ? 8 : 4));
      if (next.byteLength < (head.layout.big ? 8 : 4)) break;
      offset = head.layout.big
        ? Number(next.getBigUint64(0, head.layout.little))
        : next.getUint32(0, head.layout.little);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return pages;
}

function tryDirectory(file: FileBytes, offset: number, layout: Layout, budget: Budget): Directory | null {
  try {
    return readDirectory(file, offset, layout, budget);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readHead(file: FileBytes): { layout: Layout; first: number } | null {
  const head = viewOf(file.read(0, 16));
  if (head.byteLength < 8) return null;
  const order = head.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const magic = head.getUint16(2, little);
  if (magic === 42) return { layout: { little, big: false }, first: head.getUint32(4, little) };
  if (magic === 43) return { layout: { little, big: true }, first: Number(head.getBigUint64(8, little)) };
  return null;
}

/** Where an entry and its value lie in the source. */
interface Location {
  tag: number;
  type: number;
  count: number;
  valueAt: number;
}

function locate(file: FileBytes, offset: number, { little, big }: Layout): { entries: Location[]; nextAt: number } {
  const countSize = big ? 8 : 2;
  const entrySize = big ? 20 : 12;
  const countView = viewOf(file.read(offset, countSize));
  const count = Math.min(MAX_ENTRIES, big ? Number(countView.getBigUint64(0, little)) : countView.getUint16(0, little));
  const table = viewOf(file.read(offset + countSize, count * entrySize));
  const entries: Location[] = [];
  for (let at = 0; at + entrySize <= table.byteLength; at += entrySize) {
    const tag = table.getUint16(at, little);
    const type = table.getUint16(at + 2, little);
    const values = big ? Number(table.getBigUint64(at + 4, little)) : table.getUint32(at + 4, little);
    const size = TYPE_SIZES[type];
    if (size === undefined || values === 0) continue;
    const inline = size * values <= (big ? 8 : 4);
    const field = at + (big ? 12 : 8);
    const valueAt = inline
      ? offset + countSize + field
      : big
        ? Number(table.getBigUint64(field, little))
        : table.getUint32(field, little);
    entries.push({ tag, type, count: values, valueAt });
  }
  return { entries, nextAt: offset + countSize + count * entrySize };
}

function readDirectory(file: FileBytes, offset: number, layout: Layout, budget: Budget): Directory {
  const directory: Directory = new Map();
  for (const { tag, type, count, valueAt } of locate(file, offset, layout).entries) {
    const length = count * TYPE_SIZES[type]!;
    if (length > MAX_VALUE_BYTES || length > budget.left) continue;
    budget.left -= length;
    const bytes = new Uint8Array(file.read(valueAt, length));
    if (bytes.length < length) continue;
    if (!layout.little) swap(bytes, swapUnit(type));
    directory.set(tag, { type, count, bytes });
  }
  return directory;
}

function swap(bytes: Uint8Array, unit: number): void {
  if (unit === 1) return;
  for (let at = 0; at + unit <= bytes.length; at += unit) bytes.subarray(at, at + unit).reverse();
}

// ------------------------------------------------------------------------------------------- values

/** The first value as a number; null if there is none or it is not a number. */
export function numberOf(value: ExifValue | undefined): number | null {
  if (!value || value.bytes.length === 0) return null;
  const view = viewOf(value.bytes);
  switch (value.type) {
    case 1:
    case 7:
      return view.getUint8(0);
    case 3:
      return view.getUint16(0, true);
    case 4:
    case 13:
      return view.getUint32(0, true);
    case 5:
      return view.getUint32(0, true) / view.getUint32(4, true);
    case 9:
      return view.getInt32(0, true);
    case 10:
      return view.getInt32(0, true) / view.getInt32(4, true);
    case 16:
    case 18:
      return Number(view.getBigUint64(0, true));
    default:
      return null;
  }
}

/** All values as numbers, for the types that count or measure; empty for others. */
export function numbersOf(value: ExifValue | undefined): number[] {
  if (!value) return [];
  const size = TYPE_SIZES[value.type] ?? 0;
  if (size === 0) return [];
  const numbers: number[] = [];
  for (let at = 0; at + size <= value.bytes.length; at += size) {
    const number = numberOf({ ...value, count: 1, bytes: value.bytes.subarray(at, at + size) });
    if (number === null) return [];
    numbers.push(number);
  }
  return numbers;
}

/** An ASCII value without its padding (read as UTF-8, which cameras write too); null if there is none. */
export function textOf(value: ExifValue | undefined): string | null {
  if (value?.type !== 2) return null;
  const text = new TextDecoder()
    .decode(value.bytes)
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return text === '' ? null : text;
}

export function shortValue(value: number): ExifValue {
  const bytes = new Uint8Array(2);
  viewOf(bytes).setUint16(0, value, true);
  return { type: 3, count: 1, bytes };
}

export function longValue(value: number): ExifValue {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return { type: 4, count: 1, bytes };
}

export function bytesValue(type: 1 | 7, bytes: Uint8Array): ExifValue {
  return { type, count: bytes.length, bytes };
}

/** A block that holds nothing but a resolution. */
export function resolutionBlock(density: number): Uint8Array {
  const value = concat([longValue(Math.round(1000 * density)).bytes, longValue(1000).bytes]);
  const image: Directory = new Map([
    [TAG.xResolution, { type: 5, count: 1, bytes: value }],
    [TAG.yResolution, { type: 5, count: 1, bytes: value }],
    [TAG.resolutionUnit, shortValue(INCHES)],
  ]);
  return writeExifBlock({ image, exif: new Map(), gps: new Map(), interoperability: new Map() });
}

// ------------------------------------------------------------------------------------------- changing a block

/**
 * A copy of an EXIF block for an upright picture of `width` x `height` pixels. Sets orientation 1, the pixel dimensions,
 * and the resolution if `density` is given, in pixels per inch or as unknown. Removes the thumbnail, which shows the picture before the
 * edit. Everything else stays in place, because makers' notes contain offsets. Null if the block cannot be read.
 */
export function fitExif(
  block: Uint8Array,
  width: number,
  height: number,
  density: number | 'unknown' | null = null,
): Uint8Array | null {
  try {
    const copy = new Uint8Array(block);
    const file = bytesOf(copy);
    const head = readHead(file);
    if (!head || head.layout.big) return null;
    const view = viewOf(copy);
    const { little } = head.layout;
    const put = ({ type, valueAt }: Location, value: number) => {
      if (type === 3 && value <= 0xffff) view.setUint16(valueAt, value, little);
      if (type === 4) view.setUint32(valueAt, value, little);
    };
    const image = locate(file, head.first, head.layout);
    for (const entry of image.entries) {
      if (entry.tag === TAG.orientation) put(entry, 1);
      if (density !== null && entry.tag === TAG.resolutionUnit) put(entry, density === 'unknown' ? NO_UNIT : INCHES);
      if (density !== null && (entry.tag === TAG.xResolution || entry.tag === TAG.yResolution) && entry.type === 5) {
        view.setUint32(entry.valueAt, density === 'unknown' ? 1000 : Math.round(1000 * density), little);
        view.setUint32(entry.valueAt + 4, 1000, little);
      }
      if (entry.tag !== TAG.exif) continue;
      for (const inner of entriesAt(file, view.getUint32(entry.valueAt, little), head.layout)) {
        if (inner.tag === TAG.pixelWidth) put(inner, width);
        if (inner.tag === TAG.pixelHeight) put(inner, height);
      }
    }
    // Some programs leave out the field for the next directory at the end of a block.
    if (image.nextAt + 4 > copy.length) return copy;
    const thumbnail = view.getUint32(image.nextAt, little);
    view.setUint32(image.nextAt, 0, little);
    return withoutThumbnail(copy, thumbnail, head.layout);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * A copy of an EXIF block with this text in a tag that is there and has room for it; the rest of its room is blank. Everything else
 * stays in place. Null if there is no such tag or no room.
 */
export function putText(block: Uint8Array, directory: 'image' | 'exif', tag: number, text: string): Uint8Array | null {
  try {
    const copy = new Uint8Array(block);
    const file = bytesOf(copy);
    const head = readHead(file);
    if (!head || head.layout.big) return null;
    const { entries } = locate(file, head.first, head.layout);
    const pointer = entries.find((entry) => entry.tag === TAG.exif);
    const at = pointer && viewOf(copy).getUint32(pointer.valueAt, head.layout.little);
    const searched = directory === 'image' ? entries : at === undefined ? [] : entriesAt(file, at, head.layout);
    const entry = searched.find((each) => each.tag === tag && each.type === 2);
    const bytes = new TextEncoder().encode(text);
    if (!entry || bytes.length + 1 > entry.count) return null;
    copy.fill(0, entry.valueAt, entry.valueAt + entry.count);
    copy.set(bytes, entry.valueAt);
    return copy;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * A copy of an EXIF block whose GPS directory is empty, and its bytes zero. Everything else stays in place, as in {@link fitExif}.
 * Null if the block cannot be read.
 */
export function withoutGps(block: Uint8Array): Uint8Array | null {
  try {
    const copy = new Uint8Array(block);
    const file = bytesOf(copy);
    const head = readHead(file);
    if (!head || head.layout.big) return null;
    const view = viewOf(copy);
    for (const pointer of locate(file, head.first, head.layout).entries) {
      if (pointer.tag !== TAG.gps) continue;
      const at = view.getUint32(pointer.valueAt, head.layout.little);
      const entries = entriesAt(file, at, head.layout);
      for (const { type, count, valueAt } of entries) copy.fill(0, valueAt, valueAt + (TYPE_SIZES[type] ?? 0) * count);
      // The number of entries, the entries, and the pointer to a next directory.
      copy.fill(0, at, at + 2 + entries.length * 12 + 4);
    }
    return copy;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Nothing for a pointer to nowhere. */
function entriesAt(file: FileBytes, offset: number, layout: Layout): Location[] {
  try {
    return locate(file, offset, layout).entries;
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

const TAG_THUMBNAIL_OFFSET = 513;
const TAG_THUMBNAIL_LENGTH = 514;

/** Blanks the thumbnail's bytes, or cuts them off if nothing follows them. */
function withoutThumbnail(block: Uint8Array, directory: number, layout: Layout): Uint8Array {
  if (directory === 0) return block;
  const view = viewOf(block);
  const entries = entriesAt(bytesOf(block), directory, layout);
  const value = (tag: number) => {
    const entry = entries.find((candidate) => candidate.tag === tag);
    return entry ? view.getUint32(entry.valueAt, layout.little) : 0;
  };
  const offset = value(TAG_THUMBNAIL_OFFSET);
  const end = offset + value(TAG_THUMBNAIL_LENGTH);
  if (offset === 0 || end > block.length) return block;
  block.fill(0, offset, end);
  return end + 1 >= block.length ? block.slice(0, offset) : block;
}

// ------------------------------------------------------------------------------------------- writing

/** Serialises directories as an EXIF block (little-endian, classic layout). */
export function writeExifBlock(directories: Directories): Uint8Array {
  const header = new Uint8Array(8);
  const view = viewOf(header);
  header.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 8, true);
  return concat([header, writeDirectories(directories, 8, false)]);
}

/**
 * Serialises directories for `offset` of a file, little-endian, the image directory first. `big` selects BigTIFF's layout.
 * The offset must be even.
 */
export function writeDirectories(directories: Directories, offset: number, big: boolean): Uint8Array {
  const { image, exif, gps, interoperability } = directories;
  const pointer = (value: number): ExifValue => {
    if (!big) return longValue(value);
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigUint64(0, BigInt(value), true);
    return { type: 18, count: 1, bytes };
  };
  // Directories follow one another, so the offset of each is the sum of the sizes before it. A pointer's size does not
  // depend on its target, so zeros serve to measure the sizes.
  const exifFull = new Map(exif);
  const imageFull = new Map(image);
  if (interoperability.size > 0) exifFull.set(TAG.interoperability, pointer(0));
  if (exifFull.size > 0) imageFull.set(TAG.exif, pointer(0));
  if (gps.size > 0) imageFull.set(TAG.gps, pointer(0));
  const exifAt = offset + writeDirectory(imageFull, 0, big).length;
  const gpsAt = exifAt + (exifFull.size > 0 ? writeDirectory(exifFull, 0, big).length : 0);
  const interoperabilityAt = gpsAt + (gps.size > 0 ? writeDirectory(gps, 0, big).length : 0);
  if (interoperability.size > 0) exifFull.set(TAG.interoperability, pointer(interoperabilityAt));
  if (exifFull.size > 0) imageFull.set(TAG.exif, pointer(exifAt));
  if (gps.size > 0) imageFull.set(TAG.gps, pointer(gpsAt));

  const parts = [writeDirectory(imageFull, offset, big)];
  if (exifFull.size > 0) parts.push(writeDirectory(exifFull, exifAt, big));
  if (gps.size > 0) parts.push(writeDirectory(gps, gpsAt, big));
  if (interoperability.size > 0) parts.push(writeDirectory(interoperability, interoperabilityAt, big));
  return concat(parts);
}

/** One directory followed by its values, of even length, with no next directory. */
function writeDirectory(directory: Directory, offset: number, big: boolean): Uint8Array {
  const countSize = big ? 8 : 2;
  const entrySize = big ? 20 : 12;
  const pointerSize = big ? 8 : 4;
  const entries = [...directory].sort(([a], [b]) => a - b);
  const table = new Uint8Array(countSize + entries.length * entrySize + pointerSize);
  const view = viewOf(table);
  if (big) view.setBigUint64(0, BigInt(entries.length), true);
  else view.setUint16(0, entries.length, true);
  const parts = [table];
  let end = table.length;
  entries.forEach(([tag, { type, count, bytes }], index) => {
    const at = countSize + index * entrySize;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    if (big) view.setBigUint64(at + 4, BigInt(count), true);
    else view.setUint32(at + 4, count, true);
    const field = at + 4 + pointerSize;
    if (bytes.length <= pointerSize) {
      table.set(bytes, field);
      return;
    }
    if (big) view.setBigUint64(field, BigInt(offset + end), true);
    else view.setUint32(field, offset + end, true);
    const padded = new Uint8Array(bytes.length + (bytes.length % 2));
    padded.set(bytes);
    parts.push(padded);
    end += padded.length;
  });
  return concat(parts);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
