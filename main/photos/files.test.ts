import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { inEnglish, sentenceOf } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Raster } from '../restoration/raster';
import { pngChunkBytes } from './containers/png';
import { type OpenOptions, openPhoto } from './open';
import { readProfile } from './profile';
import { loadSharp } from './sharp';
import { maxDifference, temporaryFolder, testRaster } from './test-support';
import { tiffFile } from './test-tiff';

/** Files as scanners, phones and accidents leave them. */

const folder = temporaryFolder();
const sharp = await loadSharp();
const SMALL = 'Small errors in the file were passed over';
const raster = testRaster(64, 48, 3, 8);
let files = 0;
let jpeg: Buffer;
/** With a restart marker after each of its three rows of blocks. */
let restarts: Buffer;
let png: Buffer;
let webp: Buffer;
let lossless: Buffer;
/** Three JPEGs of 16 rows each. */
let strips: Buffer[];

beforeAll(async () => {
  jpeg = await pipeline(raster).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  restarts = await readFile(new URL('fixtures/restarts.jpg', import.meta.url));
  const noisy = { ...raster, data: raster.data.map((value, i) => value + ((i * 7919) % 13)) };
  webp = await pipeline(noisy).webp({ quality: 90 }).toBuffer();
  lossless = await pipeline(noisy).webp({ lossless: true }).toBuffer();
  strips = await Promise.all(
    [0, 16, 32].map((top) =>
      pipeline(raster)
        .extract({ left: 0, top, width: 64, height: 16 })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer(),
    ),
  );
  png = await pipeline(raster).png({ compressionLevel: 6 }).toBuffer();
});

function pipeline({ data, width, height, channels, depth }: Raster) {
  const colours = channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16';
  return sharp(data, { raw: { width, height, channels } }).toColourspace(colours);
}

async function open(bytes: Uint8Array, options?: OpenOptions) {
  const path = join(folder(), `${++files}.bin`);
  await writeFile(path, bytes);
  const photo = await openPhoto(path, options);
  return { ...photo, notes: photo.notes.map((note) => sentenceOf(note, inEnglish())) };
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await open(bytes).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EmulsionError);
  return `${(error as EmulsionError).code}: ${(error as EmulsionError).message}`;
}

/** A copy with bytes removed and others inserted in their place. */
function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

const markerAt = (bytes: Buffer, marker: number) => bytes.indexOf(Buffer.of(0xff, marker));
const scanData = (bytes: Buffer) => markerAt(bytes, 0xda) + 2 + bytes.readUInt16BE(markerAt(bytes, 0xda) + 2);

describe('harmless errors are passed over, with a note', () => {
  test.each<[string, () => Buffer]>([
    ['a missing end', () => jpeg.subarray(0, -2)],
    ['bytes before the start', () => Buffer.concat([Buffer.alloc(128, 7), jpeg])],
    ['the scan header of some phones', () => spliced(jpeg, markerAt(jpeg, 0xda) + 11, 3, Buffer.alloc(3))],
    [
      'a height that follows after the scan',
      () => {
        const frame = markerAt(jpeg, 0xc0);
        const dnl = Buffer.concat([Buffer.of(0xff, 0xdc, 0, 4), jpeg.subarray(frame + 5, frame + 7)]);
        return spliced(spliced(jpeg, jpeg.length - 2, 0, dnl), frame + 5, 2, Buffer.alloc(2));
      },
    ],
  ])('%s', async (_, make) => {
    const photo = await open(make());
    expect(maxDifference(photo.raster, (await open(jpeg)).raster)).toBe(0);
    expect(photo).toMatchObject({ notes: [SMALL], missing: [] });
  });

  test.each<[string, () => Buffer]>([
    ['restart markers with wrong numbers', () => spliced(restarts, markerAt(restarts, 0xd0) + 1, 1, Buffer.of(0xd5))],
    ['zeros behind a restart marker', () => spliced(restarts, markerAt(restarts, 0xd0) + 2, 0, Buffer.alloc(600))],
  ])('%s', async (_, make) => {
    const photo = await open(make());
    expect(maxDifference(photo.raster, (await open(restarts)).raster)).toBe(0);
    expect(photo).toMatchObject({ notes: [SMALL], missing: [] });
  });

  test('a TIFF tag of the wrong length', async () => {
    const { notes, ...photo } = await open(
      tiffFile([
        { width: 64, height: 48, bits: [8, 8, 8], photometric: 2, pixels: raster.data as Uint8Array, tags: { 297: 0 } },
      ]),
    );
    expect(maxDifference(photo.raster, raster)).toBe(0);
    expect(notes).toEqual([SMALL]);
  });
});

describe('a file that breaks off', () => {
  const cases: [string, () => Uint8Array, () => Promise<Raster>][] = [
    [
      'JPEG',
      () => jpeg.subarray(0, scanData(jpeg) + (jpeg.length - scanData(jpeg)) * 0.6),
      async () => (await open(jpeg)).raster,
    ],
    ['PNG', () => png.subarray(0, Math.floor(png.length * 0.6)), async () => raster],
    ['WebP', () => webp.subarray(0, Math.floor(webp.length * 0.9)), async () => (await open(webp)).raster],
    [
      'lossless WebP',
      () => lossless.subarray(0, Math.floor(lossless.length * 0.85)),
      async () => (await open(lossless)).raster,
    ],
    ['JPEG strips in a TIFF', () => jpegTiff(0.6), async () => (await open(jpegTiff(1))).raster],
    ['zeroed JPEG', () => zeroed(jpeg), async () => (await open(jpeg)).raster],
  ];

  /** The second half of the data is overwritten, the end is there. */
  function zeroed(bytes: Buffer): Buffer {
    const from = Math.floor((scanData(bytes) + bytes.length) / 2);
    return spliced(bytes, from, bytes.length - 2 - from, Buffer.alloc(bytes.length - 2 - from));
  }

  test.each(cases)('%s: is refused with the share that can be read, and salvaged on demand', async (_, make, whole) => {
    expect(await refusal(make())).toMatch(/^PHOTO_DAMAGED: The file breaks off: only [3-8]\d.% of the photo/);
    const photo = await open(make(), { salvage: true });
    const reference = await whole();
    const top = Math.min(...photo.missing.map(({ y }) => y));
    expect(top).toBeGreaterThan(8);
    for (let i = 0; i < top * 64 * 3; i++) {
      if (Math.abs(photo.raster.data[i]! - reference.data[i]!) > 1)
        throw new Error(`sample ${i} differs above the break`);
    }
    for (const { x, y } of photo.missing) expect(photo.raster.data[(y * 64 + x) * 3]).toBe(128);
    const last = photo.missing.at(-1)!;
    expect([last.x + last.width, last.y + last.height]).toEqual([64, 48]);
    expect(photo.notes).toEqual([
      expect.stringMatching(/^The file breaks off: \d+.% of the photo could be read, the rest is grey$/),
    ]);
  });

  test('only one row of blocks is lost where restart markers are', async () => {
    const begin = markerAt(restarts, 0xd0) + 2;
    const end = markerAt(restarts, 0xd1);
    const damaged = spliced(restarts, begin + 20, end - begin - 20, Buffer.alloc(0));
    const photo = await open(damaged, { salvage: true });
    const reference = await open(restarts);
    expect(photo.missing.every(({ y, height }) => y >= 16 && y + height <= 32)).toBe(true);
    const from = 34 * 64 * 3;
    expect(photo.raster.data.subarray(from)).toEqual(reference.raster.data.subarray(from));
  });

  test('a TIFF whose pixels end early keeps every whole row', async () => {
    const photo = await open(shortTiffAtEnd(), { salvage: true });
    expect(photo.missing).toEqual([{ x: 0, y: 30, width: 64, height: 18 }]);
    expect(photo.raster.data.subarray(0, 64 * 3 * 30)).toEqual(raster.data.subarray(0, 64 * 3 * 30));
  });

  test('a damaged header that asks for more memory than there is', async () => {
    const huge = Buffer.from(png);
    // The height, which is then negative for some decoders; its checksum no longer fits.
    huge.writeUInt32BE(0x83000030, 20);
    expect(await refusal(huge)).toMatch(/^PHOTO_DAMAGED/);
  });

  test('what is missing turns with the photo', async () => {
    const cut = await pipeline(raster).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
    const photo = await open(cut.subarray(0, Math.floor((scanData(cut) + cut.length) / 2)), { salvage: true });
    expect(photo.raster).toMatchObject({ width: 48, height: 64 });
    // The lower part of the stored picture is the left part of the upright one.
    expect(photo.missing.at(-1)).toMatchObject({ x: 0, y: 0, height: 64 });
  });

  test.each([8, 16] as const)('an interlaced PNG of %i bits is read as finely as it goes', async (depth) => {
    const source = testRaster(96, 72, 3, depth);
    const interlaced = await pipeline(source).png({ progressive: true }).toBuffer();
    const step = depth === 8 ? 1 : 257;
    // The last pass holds half of the pixels, the first one in 64 of them.
    const most = await open(interlaced.subarray(0, Math.floor(interlaced.length * 0.7)));
    expect(most.missing).toEqual([]);
    expect(most.notes).toEqual([expect.stringContaining('before the finest details')]);
    expect(maxDifference(most.raster, source) / step).toBeLessThan(24);
    const head = interlaced.indexOf('IDAT') + 4;
    const few = interlaced.subarray(0, head + Math.floor((interlaced.length - head) * 0.006));
    await expect(open(few)).rejects.toMatchObject({ code: 'PHOTO_DAMAGED' });
  });

  /** The directory first, then `share` of the strips' bytes. */
  function jpegTiff(share: number): Uint8Array {
    const pixels = Buffer.concat(strips);
    const lengths = strips.map((strip) => strip.length);
    const photometric = 6;
    const tags = { 259: 7, 278: 16, 279: lengths, 530: [1, 1] };
    const page = { width: 64, height: 48, bits: [8, 8, 8], photometric, tags };
    const directory = Buffer.from(tiffFile([{ ...page, pixels: new Uint8Array(0) }]));
    return directoryFirst(directory, pixels.subarray(0, Math.floor(pixels.length * share)), lengths);
  }

  function shortTiffAtEnd(): Uint8Array {
    const length = 64 * 3 * 48;
    const page = { width: 64, height: 48, bits: [8, 8, 8], photometric: 2, tags: { 279: [length] } };
    const directory = Buffer.from(tiffFile([{ ...page, pixels: new Uint8Array(0) }]));
    return directoryFirst(directory, (raster.data as Uint8Array).subarray(0, 64 * 3 * 30), [length]);
  }

  /** Puts the pixels behind a file that consists of a directory only. */
  function directoryFirst(file: Buffer, pixels: Uint8Array, lengths: number[]): Uint8Array {
    const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, file.length));
    for (let entry = file.readUInt32LE(4) + 2; entry < file.length; entry += 12) {
      if (file.readUInt16LE(entry) !== 273) continue;
      // A single offset is in the entry itself; several are elsewhere.
      const at = starts.length === 1 ? entry + 8 : file.readUInt32LE(entry + 8);
      starts.forEach((start, i) => {
        file.writeUInt32LE(start, at + 4 * i);
      });
      break;
    }
    return Buffer.concat([file, pixels]);
  }
});

describe('files of another kind have their true name', () => {
  const withFrame = (marker: number, precision = 8) => {
    const frame = markerAt(jpeg, 0xc0);
    return spliced(spliced(jpeg, frame + 1, 1, Buffer.of(marker)), frame + 4, 1, Buffer.of(precision));
  };
  const page = { width: 8, height: 8, bits: [8], photometric: 1, pixels: new Uint8Array(64) };

  test.each<[string, () => Uint8Array]>([
    ['progressive JPEG files with 12 bits per channel', () => withFrame(0xc2, 12)],
    ['lossless JPEG files with arithmetic coding', () => withFrame(0xcb)],
    ['hierarchical JPEG files', () => withFrame(0xc5)],
    ['TIFF files with LZMA compression', () => tiffFile([{ ...page, tags: { 259: 34925 } }])],
    ['TIFF files with LERC compression', () => tiffFile([{ ...page, tags: { 259: 34887 } }])],
    ['TIFF files with JPEG 2000 compression', () => tiffFile([{ ...page, tags: { 259: 34712 } }])],
    ['TIFF files with old-style JPEG compression', () => tiffFile([{ ...page, tags: { 259: 6 } }])],
    [
      'this kind of TIFF file yet (YCbCr, 8 bits)',
      () =>
        tiffFile([
          {
            ...page,
            bits: [8, 8, 8],
            photometric: 6,
            pixels: new Uint8Array(192),
            tags: { 259: 32773, 284: 2, 266: 2 },
          },
        ]),
    ],
  ])('%s', async (name, make) => {
    expect(await refusal(make())).toContain(`FORMAT_UNSUPPORTED: Emulsion cannot read ${name}`);
  });
});

describe('TIFF files that libvips cannot read, or reads wrongly', () => {
  test.each([10, 12, 14])('%i bits per sample', async (bits) => {
    const max = 2 ** bits - 1;
    const values = Array.from({ length: 16 * 4 }, (_, i) => Math.round((max * i) / 63));
    const text = Array.from({ length: 4 }, (_, y) => {
      const row = values
        .slice(y * 16, y * 16 + 16)
        .map((value) => value.toString(2).padStart(bits, '0'))
        .join('');
      return row.padEnd(Math.ceil(row.length / 8) * 8, '0');
    }).join('');
    const pixels = Uint8Array.from(text.match(/.{8}/g)!, (byte) => Number.parseInt(byte, 2));
    const photo = await open(tiffFile([{ width: 16, height: 4, bits: [bits], photometric: 1, pixels }]));
    expect(photo.raster).toMatchObject({ width: 16, height: 4, channels: 1, depth: 16 });
    values.forEach((value, i) => {
      expect(Math.abs(photo.raster.data[i]! - (value * 65535) / max)).toBeLessThanOrEqual(1);
    });
  });

  test('Lab of 8 bits', async () => {
    // Lightness 50 without colour; then a green and a red of lightness 60.
    const pixels = Uint8Array.from([128, 0, 0, 153, 206, 40, 153, 50, 40]);
    const { raster: read } = await open(tiffFile([{ width: 3, height: 1, bits: [8, 8, 8], photometric: 8, pixels }]));
    const [grey, green, red] = [0, 1, 2].map((x) => Array.from(read.data.subarray(x * 3, x * 3 + 3), (v) => v / 257));
    for (const value of grey!) expect(value).toBeCloseTo(119, -1);
    expect(green![1]).toBeGreaterThan(green![0]! + 40);
    expect(red![0]).toBeGreaterThan(red![1]! + 40);
  });

  test('YCbCr with the channels apart and colours of half the size', async () => {
    const flat = (count: number, value: number) => new Uint8Array(count).fill(value);
    // Pure red: luma 76, blue difference 85, red difference 255.
    const pixels = Buffer.concat([flat(64, 76), flat(16, 85), flat(16, 255)]);
    const photo = await open(
      tiffFile([
        {
          width: 8,
          height: 8,
          bits: [8, 8, 8],
          photometric: 6,
          pixels,
          tags: { 284: 2, 279: [64, 16, 16], 530: [2, 2] },
        },
      ]),
    );
    const [r, g, b] = photo.raster.data;
    expect([r! > 250, g! < 5, b! < 5]).toEqual([true, true, true]);
  });

  test('compressed with Zstandard', async () => {
    // The frame of a 16 x 4 picture of value 7 that `zstd` wrote.
    const pixels = Buffer.from('28b52ffd204045000010070701003cc002', 'hex');
    const photo = await open(
      tiffFile([{ width: 16, height: 4, bits: [8], photometric: 1, pixels, tags: { 259: 50000 } }]),
    );
    expect(Array.from(photo.raster.data)).toEqual(Array(64).fill(7));
  });

  test('compressed in strips that a strict decoder refuses, with prediction', async () => {
    const rows = Buffer.alloc(64 * 3 * 48);
    for (let y = 0; y < 48; y++) {
      for (let i = 0; i < 192; i++) {
        const at = y * 192 + i;
        rows[at] = (raster.data[at]! - (i >= 3 ? raster.data[at - 3]! : 0)) & 255;
      }
    }
    const whole = deflateSync(rows);
    const cut = whole.subarray(0, Math.floor(whole.length * 0.6));
    const photo = await open(
      tiffFile([{ width: 64, height: 48, bits: [8, 8, 8], photometric: 2, pixels: cut, tags: { 259: 8, 317: 2 } }]),
      { salvage: true },
    );
    const top = photo.missing[0]!.y;
    expect(top).toBeGreaterThan(10);
    expect(photo.raster.data.subarray(0, top * 192)).toEqual(raster.data.subarray(0, top * 192));
  });
});

describe('channels and pages', () => {
  const rgbx = (extra: number) => {
    const pixels = new Uint8Array(64 * 48 * (3 + extra));
    for (let i = 0; i < 64 * 48; i++) {
      for (let c = 0; c < 3; c++) pixels[i * (3 + extra) + c] = raster.data[i * 3 + c]!;
      for (let c = 0; c < extra; c++) pixels[i * (3 + extra) + 3 + c] = i % 200;
    }
    return { width: 64, height: 48, bits: Array(3 + extra).fill(8) as number[], photometric: 2, pixels };
  };

  test('an unspecified fourth channel is infrared, and never opacity', async () => {
    const photo = await open(tiffFile([{ ...rgbx(1), tags: { 338: 0 } }]));
    expect(photo.alpha).toBeNull();
    expect(maxDifference(photo.raster, raster)).toBe(0);
    expect(Array.from(photo.infrared!.data.subarray(0, 200))).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(photo.notes).toEqual([expect.stringContaining('infrared')]);
  });

  test('a channel marked as opacity is opacity', async () => {
    const photo = await open(tiffFile([{ ...rgbx(1), tags: { 338: 2 } }]));
    expect(photo).toMatchObject({ infrared: null, notes: [] });
    expect(photo.alpha!.data[5]).toBe(5);
  });

  test('several further channels are left out, and it is said', async () => {
    const photo = await open(tiffFile([{ ...rgbx(2), tags: { 338: [0, 0] } }]));
    expect(maxDifference(photo.raster, raster)).toBe(0);
    expect(photo).toMatchObject({
      alpha: null,
      infrared: null,
      notes: ['2 further channels of the photo are left out'],
    });
  });

  const grey = (width: number, height: number, value: number, tags: Record<number, number> = {}) => ({
    width,
    height,
    bits: [8],
    photometric: 1,
    pixels: new Uint8Array(width * height).fill(value),
    tags,
  });

  test.each([
    ['marked', { 254: 1 }],
    ['not marked', {}],
  ] as const)('a thumbnail before the photo is passed over: %s', async (_, tags) => {
    const photo = await open(tiffFile([grey(10, 8, 9, tags), grey(100, 80, 200)]));
    expect(photo.raster).toMatchObject({ width: 100, height: 80 });
    expect(photo).toMatchObject({ pages: { number: 1, count: 1 }, notes: ['A smaller copy in the file is left out'] });
  });

  test('several real pages are several photos', async () => {
    const file = tiffFile([grey(40, 30, 10), grey(30, 40, 20), grey(40, 30, 30)]);
    for (const page of [1, 2, 3]) {
      const photo = await open(file, { page });
      expect(photo.raster.data[0]).toBe(page * 10);
      expect(photo).toMatchObject({ pages: { number: page, count: 3 }, notes: [`Photo ${page} of 3 in the file`] });
    }
    await expect(open(file, { page: 4 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('an infrared page in the photo’s size is kept beside it', async () => {
    const photo = await open(tiffFile([rgbx(0), grey(64, 48, 77, { 254: 4 })]));
    expect(photo.infrared).toMatchObject({ width: 64, height: 48, channels: 1 });
    expect(photo.infrared!.data[100]).toBe(77);
    expect(photo.pages.count).toBe(1);
  });
});

describe('colours by numbers', () => {
  const number = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
    return bytes;
  };
  const withChunks = (...chunks: [string, Uint8Array][]) =>
    spliced(png, 33, 0, Buffer.concat(chunks.map(([type, body]) => pngChunkBytes(type, body))));

  test('a linear PNG gets a linear profile', async () => {
    const photo = await open(withChunks(['gAMA', number(100000)]));
    expect(maxDifference(photo.raster, raster)).toBe(0);
    const plane = Float32Array.of(0.5, 0.5, 0.5);
    photo.colour!.toSrgb(plane, 1);
    expect(plane[0]).toBeCloseTo(0.735, 2);
    expect(readProfile(photo.profile!)).toMatchObject({ kind: 'matrix', name: 'sRGB, gamma 1' });
    expect(photo.notes).toEqual(['Colours are read as sRGB, gamma 1, which the file gives by numbers']);
  });

  test('sRGB’s own numbers change nothing', async () => {
    const srgb = number(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000);
    expect(await open(withChunks(['gAMA', number(45455)], ['cHRM', srgb]))).toMatchObject({ profile: null, notes: [] });
  });

  test('Display P3 by code points', async () => {
    const photo = await open(withChunks(['cICP', Buffer.of(12, 13, 0, 1)]));
    expect(photo.profileName).toBe('Display P3');
    const plane = Float32Array.of(0, 1, 0);
    photo.colour!.toSrgb(plane, 1);
    expect(plane[0]).toBeLessThan(-0.3);
  });

  test.each([
    ['PQ', 16, 0.58],
    ['HLG', 18, 0.75],
  ] as const)('%s is converted, and white stays white', async (curve, code, white) => {
    const flat = await sharp({
      create: { width: 4, height: 4, channels: 3, background: { r: white * 255, g: white * 255, b: white * 255 } },
    })
      .png()
      .toBuffer();
    const chunk = pngChunkBytes('cICP', Buffer.of(9, code, 0, 1));
    const photo = await open(spliced(flat, 33, 0, chunk));
    expect(photo.notes).toEqual([expect.stringContaining(`high dynamic range (${curve})`)]);
    expect(photo.raster.depth).toBe(16);
    expect(photo.raster.data[0]! / 65535).toBeGreaterThan(0.93);
  });
});

describe('shape and resolution', () => {
  const jfif = (unit: number, x: number, y: number) => {
    const body = Buffer.from(`JFIF\0\x01\x01${String.fromCharCode(unit)}\0\0\0\0\0\0`, 'latin1');
    body.writeUInt16BE(x, 8);
    body.writeUInt16BE(y, 10);
    return spliced(jpeg, 2, 0, Buffer.concat([Buffer.of(0xff, 0xe0, 0, 16), body]));
  };

  test.each([
    ['proportion alone', 0, 1, 2, 128, 48, null],
    ['two resolutions', 1, 300, 150, 64, 96, 300],
    ['square pixels', 1, 300, 300, 64, 48, 300],
    ['no statement', 0, 1, 1, 64, 48, null],
    ['centimetres', 2, 100, 100, 64, 48, 254],
  ] as const)('%s', async (_, unit, x, y, width, height, density) => {
    const photo = await open(jfif(unit, x, y));
    expect(photo.raster).toMatchObject({ width, height });
    expect(photo.metadata.density).toBe(density);
    expect(photo.notes.length).toBe(x === y ? 0 : 1);
  });

  test('a resolution of unknown unit stays unknown', async () => {
    const chunk = pngChunkBytes('pHYs', Buffer.from('000000480000004800', 'hex'));
    const at = png.indexOf('pHYs') - 4;
    const photo = await open(spliced(png, at < 0 ? 33 : at, at < 0 ? 0 : 21, chunk));
    expect(photo).toMatchObject({ metadata: { density: null, aspect: 1 }, notes: [] });
  });
});
