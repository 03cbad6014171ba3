import { describe, expect, test } from 'vitest';
import { EmulsionError } from '../errors';
import { loadSharp } from './sharp';
import { sniff } from './sniff';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function refusal(head: Uint8Array): EmulsionError {
  try {
    sniff(head);
  } catch (error) {
    if (error instanceof EmulsionError) return error;
    throw error;
  }
  throw new Error('It was taken for a photo.');
}

/** A little-endian TIFF header with one directory of these entries; text values follow the directory. */
function tiff(entries: readonly (readonly [tag: number, type: number, value: number | string])[]): Uint8Array {
  const data = new Uint8Array(512);
  const view = new DataView(data.buffer);
  data.set(bytes('II*\0'));
  view.setUint32(4, 8, true);
  view.setUint16(8, entries.length, true);
  let end = 400;
  entries.forEach(([tag, type, value], i) => {
    const at = 10 + i * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, typeof value === 'string' ? value.length : 1, true);
    view.setUint32(at + 8, typeof value === 'string' ? end : value, true);
    if (typeof value !== 'string') return;
    data.set(bytes(value), end);
    end += value.length;
  });
  return data;
}

describe('sniff', () => {
  test.each(['jpeg', 'png', 'tiff', 'webp', 'avif', 'gif'] as const)('recognises %s by its content', async (format) => {
    const sharp = await loadSharp();
    const photo = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#654' } })
      .toFormat(format)
      .toBuffer();
    expect(sniff(photo)).toBe(format);
  });

  test('recognises big-endian TIFF and BigTIFF', () => {
    expect(sniff(bytes('MM\0*\0\0\0\x08'))).toBe('tiff');
    expect(sniff(bytes('II+\0\x08\0\0\0'))).toBe('tiff');
    expect(sniff(tiff([[271, 2, 'NIKON CORPORATION']]))).toBe('tiff');
  });

  test('recognises AVIF with a generic brand', () => {
    expect(sniff(bytes('\0\0\0\x18ftypmif1\0\0\0\0mif1avif'))).toBe('avif');
  });

  test.each([
    ['heic', bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
    ['heic', bytes('\0\0\0\x14ftypmif1\0\0\0\0mif1')],
    ['jxl', bytes('\xff\x0a\x10\0')],
    ['jxl', bytes('\0\0\0\x0cJXL \r\n\x87\n')],
    ['jp2', bytes('\0\0\0\x0cjP  \r\n\x87\n')],
    ['bmp', bytes('BM\x36\x10\0\0\0\0\0\0\x36\0\0\0')],
    ['psd', bytes('8BPS\0\x01')],
    ['jpeg', bytes(`${'\0'.repeat(128)}\xff\xd8\xff\xe0`)],
  ])('recognises %s', (format, head) => {
    expect(sniff(head)).toBe(format);
  });

  test.each([
    ['comments', `<!--${'--><!--'.repeat(9000)}`],
    ['declarations', '<?xml '.repeat(10_000)],
    ['spaces', `${' '.repeat(60_000)}<svg`],
  ])('does not hang on many %s', (_, text) => {
    // An expression that tries every way to read them would not end before the test's own limit.
    expect(() => sniff(bytes(text))).toThrow();
  });

  test.each([
    ['PDF', bytes('%PDF-1.7')],
    ['SVG', bytes('<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['SVG', bytes('<svg width="1"/>')],
  ])('names %s in its refusal', (kind, head) => {
    const error = refusal(head);
    expect(error.code).toBe('FORMAT_UNSUPPORTED');
    expect(error.message).toContain(kind);
  });

  test.each([
    ['CR3', bytes('\0\0\0\x18ftypcrx \0\0\0\x01crx isom')],
    ['RAF', bytes('FUJIFILMCCD-RAW 0201')],
    ['ORF', bytes('IIRO\x08\0\0\0')],
    ['RW2', bytes('IIU\0\x18\0\0\0')],
    ['CR2', bytes('II*\0\x10\0\0\0CR\x02\0')],
    [
      'DNG',
      tiff([
        [271, 2, 'Leica'],
        [50706, 1, 0x0401],
      ]),
    ],
    [
      'NEF',
      tiff([
        [254, 4, 1],
        [271, 2, 'NIKON CORPORATION'],
        [330, 4, 300],
      ]),
    ],
    [
      'ARW',
      tiff([
        [254, 4, 1],
        [271, 2, 'SONY\0'],
        [330, 4, 300],
      ]),
    ],
  ])('takes %s for a raw photo', (_, head) => {
    expect(sniff(head)).toBe('raw');
  });

  test.each([
    ['text', bytes('Dear Sir, enclosed you will find a photo.jpg\n')],
    ['text that starts like a bitmap', bytes('BMW drivers of the world')],
    ['a web page', bytes('<!DOCTYPE html><html><body><svg></svg></body></html>')],
    ['a film', bytes('\0\0\0\x18ftypisom\0\0\x02\0isomiso2')],
    ['an archive', bytes('PK\x03\x04')],
    ['one byte', bytes('\xff')],
    ['sound in a RIFF file', bytes('RIFF\x24\0\0\0WAVEfmt ')],
    ['a cut-off media header', bytes('\0\0\0\x18ftyp')],
    ['a cut-off TIFF header', bytes('MM\0')],
  ])('does not take %s for a photo', (_, head) => {
    expect(refusal(head).code).toBe('NOT_A_PHOTO');
  });

  test('reports an empty file', () => {
    expect(refusal(new Uint8Array(0)).code).toBe('FILE_EMPTY');
  });
});
