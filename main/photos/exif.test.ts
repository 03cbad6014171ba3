import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from './containers/file-bytes';
import {
  concat,
  type Directories,
  fitExif,
  numberOf,
  readDirectories,
  TAG,
  textOf,
  writeDirectories,
  writeExifBlock,
} from './exif';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

/**
 * A block as a big-endian camera would write it: make "Agfa", orientation 6, an EXIF directory with a pixel width of 4000,
 * and a thumbnail of 4 bytes at the end.
 */
const BIG_ENDIAN = bytes(`
  4d4d 002a 00000008
  0003  010f 0002 00000005 00000044  0112 0003 00000001 00060000  8769 0004 00000001 00000032  0000004a
  0001  a002 0004 00000001 00000fa0  00000000
  41676661 0000
  0002  0201 0004 00000001 00000068  0202 0004 00000001 00000004  00000000
  ffd8ffd9`);

const some: Directories = {
  image: new Map([
    [TAG.make, { type: 2, count: 5, bytes: bytes('4167666100') }],
    [TAG.orientation, { type: 3, count: 1, bytes: bytes('0600') }],
  ]),
  exif: new Map([
    [TAG.exposureTime, { type: 5, count: 1, bytes: bytes('01000000 7d000000') }],
    [TAG.pixelWidth, { type: 4, count: 1, bytes: bytes('a00f0000') }],
  ]),
  gps: new Map([[1, { type: 2, count: 2, bytes: bytes('4e00') }]]),
  interoperability: new Map([[1, { type: 2, count: 4, bytes: bytes('52393800') }]]),
};

describe('readDirectories', () => {
  test('reads a big-endian block', () => {
    const { image, exif } = readDirectories(bytesOf(BIG_ENDIAN))!;
    expect(textOf(image.get(TAG.make))).toBe('Agfa');
    expect(numberOf(image.get(TAG.orientation))).toBe(6);
    expect(numberOf(exif.get(TAG.pixelWidth))).toBe(4000);
  });

  test('reads back what it writes, in both layouts and at any offset', () => {
    expect(readDirectories(bytesOf(writeExifBlock(some)))).toEqual(some);
    const header = concat([bytes('4949 2b00 0800 0000 1800000000000000'), new Uint8Array(8)]);
    const big = concat([header, writeDirectories(some, 24, true)]);
    expect(readDirectories(bytesOf(big))).toEqual(some);
  });

  test('does not change its source', () => {
    const before = BIG_ENDIAN.slice();
    const buffer = Buffer.from(BIG_ENDIAN);
    readDirectories(bytesOf(buffer));
    fitExif(buffer, 1, 1);
    expect(Uint8Array.from(buffer)).toEqual(before);
  });
});

describe('fitExif', () => {
  test('replaces an existing resolution, in inches, and keeps it if none is given', () => {
    const scan = writeExifBlock({
      ...some,
      image: new Map([
        [TAG.xResolution, { type: 5, count: 1, bytes: bytes('76000000 01000000') }],
        [TAG.yResolution, { type: 5, count: 1, bytes: bytes('76000000 01000000') }],
        [TAG.resolutionUnit, { type: 3, count: 1, bytes: bytes('0300') }],
      ]),
    });
    const resolution = (block: Uint8Array) => {
      const { image } = readDirectories(bytesOf(block))!;
      return [TAG.xResolution, TAG.yResolution, TAG.resolutionUnit].map((tag) => numberOf(image.get(tag)));
    };
    expect(resolution(fitExif(scan, 10, 10, 240)!)).toEqual([240, 240, 2]);
    expect(resolution(fitExif(scan, 10, 10)!)).toEqual([118, 118, 3]);
    expect(fitExif(BIG_ENDIAN, 10, 10, 240)).toEqual(fitExif(BIG_ENDIAN, 10, 10));
  });

  test('sets orientation and size, removes the thumbnail, and leaves the rest in place', () => {
    const fitted = fitExif(BIG_ENDIAN, 8000, 6000)!;
    const { image, exif } = readDirectories(bytesOf(fitted))!;
    expect(numberOf(image.get(TAG.orientation))).toBe(1);
    expect(numberOf(exif.get(TAG.pixelWidth))).toBe(8000);
    expect(fitted.length).toBe(BIG_ENDIAN.length - 4);
    const changed = [...fitted.keys()].filter((at) => fitted[at] !== BIG_ENDIAN[at]);
    // Only the orientation, the width and the pointer to the thumbnail's directory differ.
    expect(changed).toEqual([31, 49, 62, 63]);
  });

  test('is null for bytes that are not EXIF', () => {
    expect(fitExif(new Uint8Array(0), 1, 1)).toBeNull();
    expect(fitExif(bytes('4949 2a00 ffffff7f'), 1, 1)).toBeNull();
  });

  test('no bytes make either throw', () => {
    const blocks = [BIG_ENDIAN, writeExifBlock(some)];
    fc.assert(
      fc.property(
        fc.constantFrom(...blocks),
        fc.nat(150),
        fc.array(fc.tuple(fc.nat(130), fc.nat(255)), { maxLength: 8 }),
        (block, length, changes) => {
          const hostile = block.slice(0, length);
          for (const [at, value] of changes) if (at < hostile.length) hostile[at] = value;
          const read = readDirectories(bytesOf(hostile));
          if (read) writeExifBlock(read);
          const fitted = fitExif(hostile, 10, 10);
          expect(fitted === null || fitted.length <= hostile.length).toBe(true);
        },
      ),
    );
  });
});
