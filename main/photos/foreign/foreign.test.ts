import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmulsionError } from '../../errors';
import type { Raster } from '../../restoration/raster';
import { bytesOf } from '../containers/file-bytes';
import { readDirectories, TAG, textOf } from '../exif';
import { openPhoto } from '../open';
import { PROFILES, temporaryFolder } from '../test-support';

/** Formats that libvips does not read here. */

const folder = temporaryFolder();
let files = 0;

async function open(bytes: Uint8Array) {
  const path = join(folder(), `${++files}.bin`);
  await writeFile(path, bytes);
  return openPhoto(path);
}

const fixture = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url));

/** The largest difference from the ramp of the fixtures. */
function difference({ data, width, height }: Raster): number {
  let most = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const values = [25 + (200 * x) / 64, 25 + (200 * y) / 48, 25 + (200 * (x + y)) / 112].map(Math.floor);
      for (const [c, value] of values.entries())
        most = Math.max(most, Math.abs(data[3 * (y * width + x) + c]! - value));
    }
  }
  return most;
}

test.each([
  ['heic', 'ramp.heic', 12],
  ['jxl', 'ramp.jxl', 0],
  ['jp2', 'ramp.jp2', 0],
  ['jpeg', 'ramp.jls', 0],
] as const)('%s: %s', async (format, name, tolerance) => {
  const photo = await open(await fixture(name));
  expect(photo).toMatchObject({ format, alpha: null, raster: { width: 64, height: 48, channels: 3, depth: 8 } });
  expect(difference(photo.raster)).toBeLessThanOrEqual(tolerance);
});

test.each(['ramp.heic', 'ramp.jxl'])('EXIF and XMP of %s', async (name) => {
  const { metadata } = await open(await fixture(name));
  expect(textOf(readDirectories(bytesOf(metadata.exif!))!.image.get(TAG.make))).toBe('Agfa');
  expect(metadata.xmp).toMatch(/Rating/);
});

describe('BMP', () => {
  /** Two pixels in each of two rows, from below. */
  function bmp(bits: number, rows: number[][], palette: number[] = [], compression = 0, fields: number[] = []): Buffer {
    const data = Buffer.concat(rows.map((row) => Buffer.from([...row, ...Array((4 - (row.length % 4)) % 4).fill(0)])));
    const head = Buffer.alloc(54);
    const extra = Buffer.alloc(fields.length * 4);
    for (const [i, value] of fields.entries()) extra.writeUInt32LE(value, i * 4);
    head.write('BM');
    head.writeUInt32LE(54 + extra.length + palette.length, 10);
    head.writeUInt32LE(40, 14);
    head.writeInt32LE(2, 18);
    head.writeInt32LE(2, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(compression, 30);
    head.writeInt32LE(11811, 38);
    head.writeInt32LE(11811, 42);
    return Buffer.concat([head, extra, Buffer.from(palette), data]);
  }
  const RED = [0, 0, 255];
  const GREEN = [0, 255, 0];
  const BLUE = [255, 0, 0];
  const WHITE = [255, 255, 255];
  const PALETTE = [RED, GREEN, BLUE, WHITE].flatMap((colour) => [...colour, 0]);
  const expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];

  test.each<[string, Buffer]>([
    [
      '24 bits',
      bmp(24, [
        [...BLUE, ...WHITE],
        [...RED, ...GREEN],
      ]),
    ],
    [
      '32 bits with an empty fourth byte',
      bmp(32, [
        [...BLUE, 0, ...WHITE, 0],
        [...RED, 0, ...GREEN, 0],
      ]),
    ],
    [
      '8 bits',
      bmp(
        8,
        [
          [2, 3],
          [0, 1],
        ],
        PALETTE,
      ),
    ],
    ['4 bits', bmp(4, [[0x23], [0x01]], PALETTE)],
    ['run lengths', bmp(8, [[1, 2, 1, 3, 0, 0, 1, 0, 1, 1, 0, 1]], PALETTE, 1)],
    [
      '16 bits with fields',
      bmp(
        16,
        [
          [0x1f, 0, 0xff, 0xff],
          [0, 0xf8, 0xe0, 0x07],
        ],
        [],
        3,
        [0xf800, 0x7e0, 0x1f],
      ),
    ],
  ])('%s', async (_, bytes) => {
    const photo = await open(bytes);
    expect(photo).toMatchObject({ format: 'bmp', alpha: null, metadata: { density: 300 } });
    expect(Array.from(photo.raster.data)).toEqual(expected);
  });
});

describe('PSD', () => {
  /** One row of four pixels, its channels apart; `packed`: with run lengths. */
  function psd(mode: number, depth: number, channels: number[][], packed = false): Buffer {
    const head = Buffer.alloc(26);
    head.write('8BPS');
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(channels.length, 12);
    head.writeUInt32BE(1, 14);
    head.writeUInt32BE(4, 18);
    head.writeUInt16BE(depth, 22);
    head.writeUInt16BE(mode, 24);
    const icc = mode === 3 ? Buffer.from(PROFILES.adobe) : Buffer.alloc(0);
    const resource = Buffer.concat([
      Buffer.from('8BIM\x04\x0f\0\0\0\0\0\0', 'latin1'),
      icc,
      Buffer.alloc(icc.length % 2),
    ]);
    resource.writeUInt32BE(icc.length, 8);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(icc.length > 0 ? resource.length : 0);
    const rows = channels.map((values) => Buffer.from(values));
    const data = packed
      ? Buffer.concat([
          Buffer.of(0, 1),
          ...rows.map((row) => Buffer.of(0, row.length + 1)),
          ...rows.map((row) => Buffer.from([row.length - 1, ...row])),
        ])
      : Buffer.concat([Buffer.of(0, 0), ...rows]);
    return Buffer.concat([
      head,
      Buffer.alloc(4),
      size,
      icc.length > 0 ? resource : Buffer.alloc(0),
      Buffer.alloc(4),
      data,
    ]);
  }

  test.each([false, true])('RGB with its profile, run lengths: %s', async (packed) => {
    const channels = [
      [255, 0, 0, 9],
      [0, 255, 0, 9],
      [0, 0, 255, 9],
    ];
    const photo = await open(psd(3, 8, channels, packed));
    expect(Array.from(photo.raster.data)).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
    expect(photo).toMatchObject({ format: 'psd', profileName: 'Adobe RGB (1998)' });
  });

  test('grey of 16 bits', async () => {
    const photo = await open(psd(1, 16, [[0, 0, 0x12, 0x34, 0x80, 0, 0xff, 0xff]]));
    expect(photo.raster).toMatchObject({ channels: 1, depth: 16 });
    expect(Array.from(photo.raster.data)).toEqual([0, 0x1234, 0x8000, 0xffff]);
  });

  test('CMYK, whose inks are stored inverted', async () => {
    const white = Array(4).fill(255);
    const photo = await open(psd(4, 8, [white, white, white, [255, 255, 0, 0]]));
    expect(photo.raster.data[0]).toBeGreaterThan(250);
    expect(photo.raster.data[9]).toBeLessThan(80);
  });

  test('Lab', async () => {
    const photo = await open(psd(9, 8, [[128, 128, 255, 0], Array(4).fill(128), Array(4).fill(128)]));
    expect(photo.raster.data[0]! / 257).toBeCloseTo(119, -1);
    expect(photo.raster.data[6]! / 257).toBeGreaterThan(253);
  });
});

test('cut or altered files end with a code', { timeout: 240_000 }, async () => {
  const all = await Promise.all(['ramp.heic', 'ramp.jxl', 'ramp.jp2', 'ramp.jls'].map(fixture));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...all),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 3 }),
      async (bytes, share, changes) => {
        const hostile = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * share)));
        for (const [at, value] of changes) if (at < hostile.length) hostile[at] = value;
        try {
          const { raster } = await open(hostile);
          expect(raster.data.length).toBe(raster.width * raster.height * raster.channels);
        } catch (error) {
          expect(error).toBeInstanceOf(EmulsionError);
          expect((error as EmulsionError).code).not.toBe('INTERNAL');
        }
      },
    ),
    { numRuns: 8, seed: 19 },
  );
});
