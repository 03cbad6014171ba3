import { type Directory, numberOf, numbersOf, readPages } from '../exif';
import type { FileBytes } from './file-bytes';

/** A page of a TIFF file. */
export interface TiffPage {
  /** Its place in the chain of directories, from 0; libvips counts in the same way. */
  index: number;
  width: number;
  height: number;
  /** Bits of each sample. */
  bits: number[];
  /** 1: unsigned integers, 2: signed integers, 3: floating point. */
  sampleFormat: number;
  compression: number;
  photometric: number;
  samples: number;
  /** Meanings of the samples beyond those of the colour: 0 unspecified, 1 and 2 opacity. */
  extra: number[];
  /** Whether each channel has strips of its own. */
  isPlanar: boolean;
  /** A picture for lists, a smaller copy, or a mask. */
  use: 'photo' | 'reduced' | 'mask';
  directory: Directory;
}

export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, ycc: 6, lab: 8 } as const;

export const TIFF_TAG = {
  subfile: 254,
  oldSubfile: 255,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  extra: 338,
  sampleFormat: 339,
  jpegTables: 347,
  jpegOffset: 513,
  jpegBytes: 514,
  subsampling: 530,
} as const;

/** Names of the compressions that libtiff is built without, as they are known to people. */
const UNREAD: Record<number, string> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  32809: 'ThunderScan',
  32908: 'PixarFilm',
  32909: 'PixarLog',
  34661: 'JBIG',
  34676: 'SGILog',
  34677: 'SGILog',
  34712: 'JPEG 2000',
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  34887: 'LERC',
  34892: 'lossy JPEG of DNG',
  34925: 'LZMA',
  50000: 'ZSTD',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

/** The name of a compression that libtiff here cannot read; null if it can. */
export function unreadCompression(compression: number): string | null {
  return UNREAD[compression] ?? null;
}

/** A smaller copy has less than this share of the pixels of a page with the same proportions. */
const MAX_COPY_SHARE = 1 / 12;

/** Reads the directories of all pages; empty if the file has none. */
export function readTiff(file: FileBytes): TiffPage[] {
  const pages = readPages(file).map(pageOf);
  for (const page of pages) if (page.use === 'photo' && isCopy(page, pages)) page.use = 'reduced';
  return pages;
}

function pageOf(directory: Directory, index: number): TiffPage {
  const number = (tag: number, fallback: number) => numberOf(directory.get(tag)) ?? fallback;
  const samples = number(TIFF_TAG.samples, 1);
  const bits = numbersOf(directory.get(TIFF_TAG.bits));
  const subfile = number(TIFF_TAG.subfile, 0);
  const reduced = (subfile & 1) === 1 || number(TIFF_TAG.oldSubfile, 1) === 2;
  return {
    index,
    width: number(TIFF_TAG.width, 0),
    height: number(TIFF_TAG.height, 0),
    bits: Array.from({ length: Math.min(samples, 64) }, (_, i) => bits[i] ?? bits[0] ?? 1),
    sampleFormat: number(TIFF_TAG.sampleFormat, 1),
    compression: number(TIFF_TAG.compression, 1),
    photometric: number(TIFF_TAG.photometric, PHOTOMETRIC.blackIsZero),
    samples,
    extra: numbersOf(directory.get(TIFF_TAG.extra)),
    isPlanar: number(TIFF_TAG.planar, 1) === 2 && samples > 1,
    use: (subfile & 4) === 4 ? 'mask' : reduced ? 'reduced' : 'photo',
    directory,
  };
}

/** Some programs do not mark thumbnails. Such a page has the proportions of a far larger one. */
function isCopy(page: TiffPage, pages: readonly TiffPage[]): boolean {
  return pages.some(
    (other) =>
      other.use === 'photo' &&
      page.width * page.height < MAX_COPY_SHARE * other.width * other.height &&
      Math.abs(page.width / page.height / (other.width / other.height) - 1) < 0.03,
  );
}

/** The pages that are photos; if all of them are marked as smaller copies, all count. */
export function photosIn(pages: readonly TiffPage[]): TiffPage[] {
  const photos = pages.filter(({ use }) => use === 'photo');
  return photos.length > 0 ? photos : pages.slice(0, 1);
}

/** An infrared scan, of whatever size, that stands beside a photo as a page of its own, as SilverFast writes it. */
export function infraredPageOf(photo: TiffPage, pages: readonly TiffPage[]): TiffPage | null {
  return (
    pages.find((page) => page.use === 'mask' && page.samples === 1 && page.bits[0]! >= 8 && page.index > photo.index) ??
    null
  );
}
