import type { PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { startOfJpeg } from './containers/jpeg';

/** How many bytes from the start of a file {@link sniff} needs. It also works with fewer. */
export const SNIFF_BYTES = 64 * 1024;

/** Pictures that are recognised and not read; each has a name in `text/`. */
export const KINDS = [
  'losslessJpeg',
  'hierarchicalJpeg',
  'jpeg12',
  'avifSequence',
  'jxr',
  'svg',
  'pdf',
  'exr',
] as const;
export type Kind = (typeof KINDS)[number];

/**
 * The format of a photo, recognised by its content and not by its name. `head` holds the first bytes of the file.
 * Throws FILE_EMPTY (no bytes), FORMAT_UNSUPPORTED (a picture format that Emulsion does not read, named in the
 * reason) or NOT_A_PHOTO.
 */
export function sniff(head: Uint8Array): PhotoFormat {
  if (head.length === 0) throw new EmulsionError('FILE_EMPTY');
  const found = formatOf(head);
  if (found === null) throw new EmulsionError('NOT_A_PHOTO');
  if (!isKind(found)) return found;
  throw new EmulsionError('FORMAT_UNSUPPORTED', {
    reason: say('failures.unread', { kind: found }),
    detail: found,
  });
}

function isKind(found: PhotoFormat | Kind): found is Kind {
  return KINDS.some((kind) => kind === found);
}

function formatOf(head: Uint8Array): PhotoFormat | Kind | null {
  const has = (at: number, text: string) => latin1(head, at, text.length) === text;
  if (has(0, '\xff\xd8\xff')) return 'jpeg';
  if (has(0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (has(0, 'GIF87a') || has(0, 'GIF89a')) return 'gif';
  if (has(0, 'RIFF') && has(8, 'WEBP')) return 'webp';
  if (has(0, 'II*\0') || has(0, 'MM\0*')) return isRawTiff(head) ? 'raw' : 'tiff';
  if (has(0, 'II+\0') || has(0, 'MM\0+')) return 'tiff';
  if (has(4, 'ftyp')) return isoMediaKind(head);
  if (has(0, '\xff\x0a') || has(0, '\0\0\0\x0cJXL \r\n\x87\n')) return 'jxl';
  if (has(0, '\0\0\0\x0cjP  \r\n\x87\n') || has(0, '\xff\x4f\xff\x51')) return 'jp2';
  if (has(0, 'II\xbc')) return 'jxr';
  if (has(0, '8BPS')) return 'psd';
  if (has(0, '%PDF-')) return 'pdf';
  if (has(0, 'v/1\x01')) return 'exr';
  if (has(0, 'FUJIFILMCCD-RAW')) return 'raw';
  if (has(0, 'IIRO') || has(0, 'IIRS') || has(0, 'MMOR')) return 'raw';
  if (has(0, 'IIU\0')) return 'raw';
  if (has(6, 'HEAPCCDR')) return 'raw';
  if (has(0, 'FOVb')) return 'raw';
  // Texts can begin with "BM" too. In a bitmap, the two reserved words after the size are zero.
  if (has(0, 'BM') && has(6, '\0\0\0\0')) return 'bmp';
  if (isSvg(latin1(head, 0, 4096))) return 'svg';
  // Old computers put headers before a file, and audio files contain pictures.
  if (!has(0, 'ID3') && startOfJpeg(head) !== null) return 'jpeg';
  return null;
}

/** SECURITY: looks at each letter once. An expression over nested comments could take exponential time. */
function isSvg(text: string): boolean {
  const passOver = [
    ['<?xml', '?>'],
    ['<!--', '-->'],
    ['<!doctype svg', '>'],
  ] as const;
  const lower = text.toLowerCase();
  let at = lower.startsWith('\xef\xbb\xbf') ? 3 : 0;
  for (;;) {
    while (at < lower.length && ' \t\r\n'.includes(lower[at]!)) at++;
    const [start, end] = passOver.find(([opening]) => lower.startsWith(opening, at)) ?? [];
    if (start === undefined || end === undefined) break;
    const close = lower.indexOf(end, at + start.length);
    if (close < 0) return false;
    at = close + end.length;
  }
  return lower.startsWith('<svg', at) && (at + 4 === lower.length || ' \t\r\n>'.includes(lower[at + 4]!));
}

/** ISO base media files name their format as brands: the major brand first, then the compatible ones. */
function isoMediaKind(head: Uint8Array): PhotoFormat | Kind | null {
  const size = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0);
  const brands = [latin1(head, 8, 4)];
  for (let at = 16; at + 4 <= Math.min(size, head.length); at += 4) brands.push(latin1(head, at, 4));
  if (brands[0] === 'crx ') return 'raw';
  if (brands[0] === 'avif' || brands[0] === 'avis') return 'avif';
  // The generic brands mif1 and msf1 can be AVIF or HEIC; the compatible brands decide.
  if (brands.includes('avif') || brands.includes('avis')) return 'avif';
  const heic = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1', 'mif2'];
  return brands.some((brand) => heic.includes(brand)) ? 'heic' : null;
}

const TAG_NEW_SUBFILE_TYPE = 254;
const TAG_SUB_IFDS = 330;
const TAG_DNG_VERSION = 50706;

/** Many raw formats are TIFF files, recognised by their first directory. */
function isRawTiff(head: Uint8Array): boolean {
  if (latin1(head, 8, 2) === 'CR') return true;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = latin1(head, 0, 2) === 'II';
  if (head.length < 8) return false;
  const directory = view.getUint32(4, little);
  if (directory + 2 > head.length) return false;
  let reduced = false;
  let subDirectories = false;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12;
    if (at + 12 > head.length) break;
    const tag = view.getUint16(at, little);
    if (tag === TAG_DNG_VERSION) return true;
    if (tag === TAG_NEW_SUBFILE_TYPE) reduced = (view.getUint32(at + 8, little) & 1) === 1;
    if (tag === TAG_SUB_IFDS) subDirectories = true;
  }
  // A raw file's first directory is a small preview; the full picture is in a sub-directory.
  return reduced && subDirectories;
}

function latin1(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < Math.min(at + length, bytes.length); i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
