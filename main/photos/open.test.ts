import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PhotoFormat } from '../../contract/photo';
import { EmulsionError } from '../errors';
import type { Raster } from '../restoration/raster';
import { embedInJpegBytes, embedInPngBytes } from './embed';
import { openPhoto } from './open';
import { loadSharp } from './sharp';
import { lutProfile, maxDifference, PROFILES, temporaryFolder, testRaster } from './test-support';

const folder = temporaryFolder();
const sharp = await loadSharp();
let files = 0;

async function fileOf(bytes: Uint8Array, name = `${++files}.bin`): Promise<string> {
  const path = join(folder(), name);
  await writeFile(path, bytes);
  return path;
}

const openBytes = async (bytes: Uint8Array) => openPhoto(await fileOf(bytes));

async function codeOf(path: string): Promise<string> {
  return openPhoto(path).then(
    () => 'opened',
    (error: unknown) => (error instanceof EmulsionError ? error.code : `not coded: ${error}`),
  );
}

function pipeline(raster: Raster, colourspace?: string) {
  const { width, height, channels, depth } = raster;
  return sharp(raster.data, { raw: { width, height, channels } }).toColourspace(
    colourspace ?? (channels === 1 ? (depth === 8 ? 'b-w' : 'grey16') : depth === 8 ? 'srgb' : 'rgb16'),
  );
}

describe('openPhoto', () => {
  test.each([
    [1, 8],
    [3, 8],
    [1, 16],
    [3, 16],
  ] as const)('keeps %i channel(s) of %i bits exactly', async (channels, depth) => {
    const raster = testRaster(37, 23, channels, depth);
    for (const bytes of [
      await pipeline(raster).png().toBuffer(),
      await pipeline(raster).tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      const photo = await openBytes(bytes);
      expect(photo.raster).toMatchObject({ width: 37, height: 23, channels, depth });
      expect(maxDifference(photo.raster, raster)).toBe(0);
      expect(photo).toMatchObject({ alpha: null, profile: null, colour: null, notes: [] });
    }
  });

  test.each(['jpeg', 'webp', 'avif', 'gif'] as const)('reads %s', async (format) => {
    const raster = testRaster(64, 40, 3, 8);
    const photo = await openBytes(await pipeline(raster).toFormat(format, { quality: 95 }).toBuffer());
    expect(photo.format).toBe(format);
    expect(photo.raster).toMatchObject({ width: 64, height: 40, channels: 3, depth: 8 });
    expect(photo.alpha).toBeNull();
    expect(maxDifference(photo.raster, raster)).toBeLessThan(40);
  });

  test('rotates every EXIF orientation upright', async () => {
    const upright = testRaster(24, 16, 3, 8);
    const [right, bottom] = [upright.width - 1, upright.height - 1];
    // The pixel of the upright picture that is stored at (x, y), according to the EXIF specification.
    const origin: Record<number, (x: number, y: number) => [number, number]> = {
      1: (x, y) => [x, y],
      2: (x, y) => [right - x, y],
      3: (x, y) => [right - x, bottom - y],
      4: (x, y) => [x, bottom - y],
      5: (x, y) => [y, x],
      6: (x, y) => [right - y, x],
      7: (x, y) => [right - y, bottom - x],
      8: (x, y) => [y, bottom - x],
    };
    for (let orientation = 1; orientation <= 8; orientation++) {
      const [width, height] = orientation < 5 ? [24, 16] : [16, 24];
      const stored: Raster = { width, height, channels: 3, depth: 8, data: new Uint8Array(width * height * 3) };
      for (let at = 0; at < width * height; at++) {
        const [x, y] = origin[orientation]!(at % width, Math.floor(at / width));
        for (let c = 0; c < 3; c++) stored.data[at * 3 + c] = upright.data[(y * 24 + x) * 3 + c]!;
      }
      const tagged = await pipeline(stored).withMetadata({ orientation }).png().toBuffer();
      const photo = await openBytes(tagged);
      expect(photo.raster).toMatchObject({ width: 24, height: 16 });
      expect(maxDifference(photo.raster, upright), `orientation ${orientation}`).toBe(0);
      expect(photo.notes.length).toBe(orientation === 1 ? 0 : 1);
    }
  });

  test.each([
    [1, 8],
    [3, 8],
    [1, 16],
    [3, 16],
  ] as const)('splits the opacity off %i channel(s) of %i bits', async (channels, depth) => {
    const raster = testRaster(20, 12, channels, depth);
    const opacity = testRaster(20, 12, 1, depth);
    const bytes = await pipeline(raster)
      .joinChannel(opacity.data as Buffer, { raw: { width: 20, height: 12, channels: 1 } })
      .png()
      .toBuffer();
    const photo = await openBytes(bytes);
    expect(photo.raster.channels).toBe(channels);
    expect(maxDifference(photo.raster, raster)).toBe(0);
    expect(photo.alpha).toMatchObject({ width: 20, height: 12, channels: 1, depth });
    expect(maxDifference(photo.alpha!, opacity)).toBe(0);
  });

  test('drops an alpha channel that is opaque everywhere', async () => {
    const photo = await openBytes(
      await pipeline(testRaster(8, 8, 3, 8))
        .ensureAlpha(1)
        .png()
        .toBuffer(),
    );
    expect(photo.alpha).toBeNull();
  });

  test('expands palettes and single bits', async () => {
    const palette = await openBytes(
      await pipeline(testRaster(32, 32, 3, 8))
        .png({ palette: true })
        .toBuffer(),
    );
    expect(palette.raster).toMatchObject({ channels: 3, depth: 8 });
    expect(palette.notes).toEqual([{ key: 'notes.palette' }]);
    const bilevel = await openBytes(
      await pipeline(testRaster(32, 32, 1, 8))
        .tiff({ compression: 'ccittfax4', bitdepth: 1 })
        .toBuffer(),
    );
    expect(bilevel.raster).toMatchObject({ channels: 1, depth: 8 });
    expect(new Set(bilevel.raster.data)).toEqual(new Set([0, 255]));
  });

  test('converts CMYK and Lab to sRGB and says so', async () => {
    const orange = { create: { width: 16, height: 16, channels: 3, background: '#c08040' } } as const;
    const cmyk = await openBytes(await sharp(orange).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
    expect(cmyk.raster).toMatchObject({ channels: 3, depth: 8 });
    expect(cmyk.notes).toEqual([{ key: 'notes.cmyk' }]);
    const lab = await openBytes(await sharp(orange).toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer());
    expect(lab.raster).toMatchObject({ channels: 3, depth: 16 });
    expect(Array.from(lab.raster.data.subarray(0, 3), (value) => Math.round(value / 257))).toEqual([0xc0, 0x80, 0x40]);
    expect(cmyk.raster.data[0]).toBeGreaterThan(cmyk.raster.data[2]! + 40);
  });

  test('reads linear floating point and refuses other number formats', async () => {
    const image = pipeline(testRaster(16, 16, 3, 8), 'scrgb');
    const photo = await openBytes(await image.tiff({ compression: 'deflate', predictor: 'float' }).toBuffer());
    expect(photo.raster.depth).toBe(16);
    expect(photo.notes).toEqual([{ key: 'notes.linear' }]);
    expect(Math.abs(photo.raster.data[0]! / 257 - testRaster(16, 16, 3, 8).data[0]!)).toBeLessThan(1.5);
    const grey = pipeline(testRaster(16, 16, 1, 8)).tiff({ compression: 'deflate', predictor: 'float' });
    expect(await codeOf(await fileOf(await grey.toBuffer()))).toBe('FORMAT_UNSUPPORTED');
  });

  test('fills the 16 bits of deep AVIF files', async () => {
    const white: Raster = { width: 16, height: 16, channels: 3, depth: 16, data: new Uint16Array(768).fill(65535) };
    const photo = await openBytes(await pipeline(white).avif({ bitdepth: 10, lossless: true }).toBuffer());
    expect(photo.raster.depth).toBe(16);
    expect(photo.raster.data.every((value: number) => value === 65535)).toBe(true);
  });

  test('leaves a photo in its own encoding if a transform to sRGB exists', async () => {
    const raster = testRaster(16, 16, 3, 8);
    const photo = await openBytes(
      embedInPngBytes(await pipeline(raster).png().toBuffer(), { icc: PROFILES.p3, exif: null, xmp: null }),
    );
    expect(maxDifference(photo.raster, raster)).toBe(0);
    expect(photo).toMatchObject({ profileName: 'Display P3', notes: [] });
    expect(photo.profile).toEqual(Buffer.from(PROFILES.p3));
    const red = Float32Array.of(1, 0, 0);
    photo.colour!.toSrgb(red, 1);
    expect(red[0]).toBeGreaterThan(1);
  });

  test.each([8, 16] as const)('converts from a profile with tables to sRGB (%i bits)', async (depth) => {
    const mid = depth === 8 ? 128 : 128 * 257;
    const raster: Raster = {
      width: 8,
      height: 8,
      channels: 3,
      depth,
      data: (depth === 8 ? new Uint8Array(192) : new Uint16Array(192)).fill(mid),
    };
    const photo = await openBytes(
      embedInPngBytes(await pipeline(raster).png().toBuffer(), { icc: lutProfile(), exif: null, xmp: null }),
    );
    expect(photo).toMatchObject({
      profile: null,
      colour: null,
      profileName: 'Table',
      notes: [{ key: 'notes.profileNamed', values: { profile: 'Table' } }],
    });
    // Half of full lightness is level 119 of 255 in sRGB.
    for (const value of photo.raster.data.subarray(0, 3))
      expect(Math.abs(value / (depth === 8 ? 1 : 257) - 119.5)).toBeLessThan(3);
  });

  test('ignores a damaged profile', async () => {
    const raster = testRaster(16, 16, 3, 8);
    const bytes = embedInJpegBytes(await pipeline(raster).jpeg({ quality: 100 }).toBuffer(), PROFILES.p3.slice(0, 200));
    const photo = await openBytes(bytes);
    expect(photo).toMatchObject({ profile: null, colour: null });
    expect(photo.notes).toEqual([{ key: 'notes.profileDamaged' }]);
  });

  test('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 0x20), Buffer.alloc(16 * 16 * 3, 0xe0)]);
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } })
        .toFormat(format)
        .toBuffer();
      const photo = await openBytes(bytes);
      expect(photo.raster).toMatchObject({ width: 16, height: 16 });
      expect(photo.raster.data[0]).toBeLessThan(0x30);
      expect(photo.notes).toEqual([{ key: 'notes.pages', values: { count: 2 } }]);
    }
  });

  test('opens files with names that libvips would read as options', async () => {
    const path = await fileOf(
      await pipeline(testRaster(8, 8, 3, 8))
        .png()
        .toBuffer(),
      'scan [page=2]',
    );
    expect((await openPhoto(path)).raster.width).toBe(8);
  });
});

describe('openPhoto refuses', () => {
  test('files that are not photos', async () => {
    expect(await codeOf(await fileOf(new TextEncoder().encode('not a photo'), 'text.jpg'))).toBe('NOT_A_PHOTO');
    expect(await codeOf(await fileOf(new Uint8Array(0), 'empty.jpg'))).toBe('FILE_EMPTY');
    expect(await codeOf(join(folder(), 'missing.jpg'))).toBe('FILE_MISSING');
    expect(await codeOf(join(folder(), 'text.jpg', 'below.jpg'))).toBe('FILE_MISSING');
    await mkdir(join(folder(), 'folder.jpg'));
    expect(await codeOf(join(folder(), 'folder.jpg'))).toBe('NOT_A_PHOTO');
  });

  test('a file without permission, unless the system lets this user read everything', async () => {
    const path = await fileOf(
      await pipeline(testRaster(8, 8, 3, 8))
        .png()
        .toBuffer(),
    );
    await chmod(path, 0);
    const readsEverything = process.getuid?.() === 0 || process.platform === 'win32';
    expect(await codeOf(path)).toBe(readsEverything ? 'opened' : 'FILE_UNREADABLE');
  });

  test('sizes beyond the limit before anything is decoded', async () => {
    const before = process.memoryUsage().rss;
    for (const [format, bytes] of Object.entries({ png: hugePng(), gif: await hugeGif(), tiff: hugeTiff() })) {
      expect(await codeOf(await fileOf(bytes)), format).toBe('PHOTO_TOO_LARGE');
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('half a photo of any format', async () => {
    for (const [format, bytes] of Object.entries(await samples())) {
      const path = await fileOf(bytes.subarray(0, bytes.length / 2));
      expect(await codeOf(path), format).toBe('PHOTO_DAMAGED');
    }
  });

  test('cut or altered photos, with nothing but coded errors', async () => {
    const all = await samples();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(all) as PhotoFormat[])),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 4 }),
        async (format, share, changes) => {
          const hostile = Buffer.from(all[format]!.subarray(0, Math.ceil(all[format]!.length * share)));
          for (const [at, value] of changes) if (at < hostile.length) hostile[at] = value;
          const path = await fileOf(hostile, 'hostile.bin');
          try {
            const { raster, alpha } = await openPhoto(path);
            expect(raster.data.length).toBe(raster.width * raster.height * raster.channels);
            if (alpha) expect(alpha.data.length).toBe(raster.width * raster.height);
          } catch (error) {
            expect(error).toBeInstanceOf(EmulsionError);
            expect((error as EmulsionError).code).not.toBe('INTERNAL');
          }
        },
      ),
      { numRuns: 250 },
    );
  });
});

/** A small photo in every format, with some texture. */
async function samples(): Promise<Partial<Record<PhotoFormat, Buffer>>> {
  const noise = sharp({
    create: {
      width: 48,
      height: 40,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });
  return {
    jpeg: await noise
      .clone()
      .withExif({ IFD0: { Copyright: 'nobody' } })
      .jpeg()
      .toBuffer(),
    png: await noise.clone().png().toBuffer(),
    tiff: await noise.clone().tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer(),
    webp: await noise.clone().webp().toBuffer(),
    avif: await noise.clone().avif({ effort: 0 }).toBuffer(),
    gif: await noise.clone().gif().toBuffer(),
  };
}

/** 30,000 x 30,000 pixels in its header, almost nothing after it. */
function hugePng(): Uint8Array {
  const chunk = (type: string, body: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, sum]);
  };
  const header = Buffer.from('00007530000075300802000000', 'hex');
  const pixels = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', pixels)]);
}

/** A small animation whose screen and frame claim 65,535 x 65,535 pixels. */
async function hugeGif(): Promise<Uint8Array> {
  const gif = await pipeline(testRaster(64, 48, 3, 8))
    .gif()
    .toBuffer();
  const frame = gif.indexOf(Buffer.from('2c0000000040003000', 'hex'));
  for (const at of [6, 8, frame + 5, frame + 7]) gif.writeUInt16LE(65_535, at);
  return gif;
}

function hugeTiff(): Uint8Array {
  const entries = [
    [256, 4, 100_000],
    [257, 4, 100_000],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, 100_000],
    [279, 4, 4_000_000_000],
  ] as const;
  const file = Buffer.alloc(16 + 2 + entries.length * 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(16, 4);
  file.writeUInt16LE(entries.length, 16);
  entries.forEach(([tag, type, value], i) => {
    file.writeUInt16LE(tag, 18 + i * 12);
    file.writeUInt16LE(type, 20 + i * 12);
    file.writeUInt32LE(1, 22 + i * 12);
    file.writeUInt32LE(value, 26 + i * 12);
  });
  return file;
}
