import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS, type ExportFormat } from '../../contract/photo';
import { inEnglish, sentenceOf } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Raster } from '../restoration/raster';
import { bytesOf } from './containers/file-bytes';
import { type EncodeRequest, encodePhoto } from './encode';
import { type Directories, readDirectories, TAG, textOf, writeExifBlock } from './exif';
import { metadataFor, NO_METADATA, type PhotoMetadata } from './metadata';
import { type OpenPhoto, openPhoto } from './open';
import { loadSharp } from './sharp';
import { curve, description, maxDifference, PROFILES, profileOf, temporaryFolder, testRaster } from './test-support';
import { AI_EDITED, type Edit } from './xmp';

const folder = temporaryFolder();
let files = 0;

const edit: Edit = {
  version: '1.2.3',
  recipe: { id: 'scratched-print', name: 'Scratched print' },
  reports: [{ kind: 'repair', outcome: 'done', generator: 'inpainter' }],
  at: new Date('2026-01-02T03:04:05Z'),
};

const ascii = (text: string) => ({ type: 2, count: text.length + 1, bytes: new TextEncoder().encode(`${text}\0`) });
const short = (value: number) => ({ type: 3, count: 1, bytes: Uint8Array.of(value & 255, value >> 8) });
const rational = (...pairs: [number, number][]) => ({
  type: 5,
  count: pairs.length,
  bytes: new Uint8Array(Uint32Array.from(pairs.flat()).buffer),
});

/** An EXIF block as a camera would write it. */
function cameraExif(): Uint8Array {
  const directories: Directories = {
    image: new Map([
      [TAG.make, ascii('Agfa')],
      [TAG.model, ascii('Isolette')],
      [TAG.orientation, short(6)],
      [282, rational([300, 1])],
      [283, rational([300, 1])],
      [296, short(2)],
      [33432, ascii('(c) Ana')],
    ]),
    exif: new Map<number, ReturnType<typeof ascii>>([
      [TAG.exposureTime, rational([1, 125])],
      [TAG.fNumber, rational([45, 10])],
      [TAG.dateTimeOriginal, ascii('1958:06:01 10:20:30')],
      [TAG.pixelWidth, short(9)],
      [37500, { type: 7, count: 10, bytes: Uint8Array.from({ length: 10 }, (_, i) => i) }],
    ]),
    gps: new Map<number, ReturnType<typeof ascii>>([
      [1, ascii('N')],
      [2, rational([38, 1], [30, 1], [0, 1])],
      [3, ascii('W')],
      [4, rational([9, 1], [15, 1], [0, 1])],
    ]),
    interoperability: new Map(),
  };
  return writeExifBlock(directories);
}

const iptc = Uint8Array.of(0x1c, 2, 120, 0, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f);
const source: PhotoMetadata = {
  ...NO_METADATA,
  exif: cameraExif(),
  xmp: `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>família</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`,
  iptc,
  density: 300,
};

async function roundTrip(
  raster: Raster,
  format: ExportFormat,
  more: Partial<EncodeRequest> & { from?: PhotoMetadata } = {},
): Promise<OpenPhoto & { written: string[] }> {
  const path = join(folder(), `${++files}.part`);
  const { metadata } = metadataFor(more.from ?? NO_METADATA, edit, raster);
  const { notes } = await encodePhoto({
    raster,
    alpha: null,
    profile: null,
    metadata,
    format,
    quality: 95,
    path,
    ...more,
  });
  return { ...(await openPhoto(path)), written: notes.map((note) => sentenceOf(note, inEnglish())) };
}

describe('encodePhoto', () => {
  const shapes = [
    [1, 8],
    [3, 8],
    [1, 16],
    [3, 16],
  ] as const;

  test.each(shapes)('writes %i channel(s) of %i bits without loss to PNG and TIFF', async (channels, depth) => {
    const raster = testRaster(31, 17, channels, depth);
    const alpha = testRaster(31, 17, 1, depth);
    for (const format of ['png', 'tiff'] as const) {
      const plain = await roundTrip(raster, format);
      expect(plain).toMatchObject({ format, alpha: null, written: [] });
      expect(plain.raster).toMatchObject({ channels, depth });
      expect(maxDifference(plain.raster, raster)).toBe(0);
      const transparent = await roundTrip(raster, format, { alpha });
      expect(maxDifference(transparent.raster, raster)).toBe(0);
      expect(maxDifference(transparent.alpha!, alpha)).toBe(0);
    }
  });

  test.each(['jpeg', 'webp', 'avif'] as const)('writes 8 bits close to the original as %s', async (format) => {
    for (const channels of [1, 3] as const) {
      const raster = testRaster(64, 48, channels, 8);
      const back = await roundTrip(raster, format);
      expect(back.format).toBe(format);
      const grey = back.raster.channels === channels ? raster : inColour(raster);
      expect(maxDifference(back.raster, grey)).toBeLessThan(12);
    }
  });

  test('writes grey as grey to JPEG', async () => {
    expect((await roundTrip(testRaster(32, 32, 1, 8), 'jpeg')).raster.channels).toBe(1);
  });

  test('rounds 16 bits to the nearest value of 8', async () => {
    // 200.9 levels: truncating would give 200.
    const raster: Raster = {
      width: 32,
      height: 32,
      channels: 3,
      depth: 16,
      data: new Uint16Array(3072).fill(Math.round(200.9 * 257)),
    };
    const jpeg = await roundTrip(raster, 'jpeg', { quality: 100 });
    expect(jpeg.raster.data[0]).toBe(201);
    expect(jpeg.written).toEqual(['16 bits per channel are rounded to 8']);
    const webp = await roundTrip(raster, 'webp', { quality: 100 });
    expect(Math.abs(webp.raster.data[1]! - 201)).toBeLessThanOrEqual(1);
  });

  test('keeps 10 bits of 16 in AVIF', async () => {
    const raster = testRaster(64, 64, 3, 16);
    const back = await roundTrip(raster, 'avif', { quality: 100 });
    expect(back.raster.depth).toBe(16);
    expect(maxDifference(back.raster, raster)).toBeLessThan(3 * 257);
    expect(back.written).toContain('16 bits per channel are reduced to 10');
  });

  test.each(['webp', 'avif'] as const)('carries the opacity in %s', async (format) => {
    const alpha = testRaster(48, 48, 1, 8);
    const back = await roundTrip(testRaster(48, 48, 3, 8), format, { alpha });
    expect(maxDifference(back.alpha!, alpha)).toBeLessThan(8);
    const grey = await roundTrip(testRaster(48, 48, 1, 8), format, { alpha });
    expect(maxDifference(grey.alpha!, alpha)).toBeLessThan(8);
  });

  test('enlarges the opacity with its photo', async () => {
    const back = await roundTrip(testRaster(40, 24, 3, 8), 'png', { alpha: testRaster(20, 12, 1, 8) });
    expect(maxDifference(back.alpha!, testRaster(40, 24, 1, 8))).toBeLessThan(12);
  });

  test('lays transparent parts on white in JPEG and says so', async () => {
    const black: Raster = { width: 32, height: 32, channels: 3, depth: 8, data: new Uint8Array(3072) };
    const alpha: Raster = { width: 32, height: 32, channels: 1, depth: 8, data: new Uint8Array(1024).fill(51) };
    const back = await roundTrip(black, 'jpeg', { alpha, quality: 100 });
    expect(Math.abs(back.raster.data[0]! - 204)).toBeLessThanOrEqual(1);
    expect(back.written).toEqual(['Transparent parts are filled with white because JPEG has no transparency']);
    expect(black.data.every((value: number) => value === 0)).toBe(true);
  });

  test.each(EXPORT_FORMATS)('keeps a saturated photo in its own profile: %s', async (format) => {
    const red: Raster = {
      width: 32,
      height: 32,
      channels: 3,
      depth: 8,
      data: Uint8Array.from({ length: 3072 }, (_, i) => (i % 3 === 0 ? 240 : 20)),
    };
    const back = await roundTrip(red, format, { profile: PROFILES.p3 });
    expect(back.profile).toEqual(Buffer.from(PROFILES.p3));
    expect(back.colour).not.toBeNull();
    expect(maxDifference(back.raster, red)).toBeLessThan(format === 'png' || format === 'tiff' ? 1 : 8);
    // A viewer with colour management shows what the profile says. Another colour engine measures it.
    const sharp = await loadSharp();
    const shown = await sharp(join(folder(), `${files}.part`))
      .raw()
      .toBuffer();
    expect(shown[0]).toBeGreaterThan(245);
  });

  test.each(EXPORT_FORMATS)('declares sRGB if the photo has no profile: %s', async (format) => {
    const back = await roundTrip(testRaster(16, 16, 3, 8), format);
    expect(back.profileName).toMatch(/srgb/i);
    expect(back.colour).toBeNull();
  });

  test('keeps a grey profile for a grey picture, and drops it for one in colour', async () => {
    const grey = profileOf({ desc: description('Gamma 1.8'), kTRC: curve([461]) }, 'GRAY');
    for (const format of ['jpeg', 'png', 'tiff'] as const) {
      const back = await roundTrip(testRaster(16, 16, 1, 8), format, { profile: grey });
      expect(back.profileName).toBe('Gamma 1.8');
    }
    expect((await roundTrip(testRaster(16, 16, 3, 8), 'png', { profile: grey })).profileName).toMatch(/srgb/i);
  });

  describe.each(EXPORT_FORMATS)('metadata in %s', (format) => {
    test('EXIF, XMP, IPTC and resolution survive, or their loss is noted', async () => {
      const back = await roundTrip(testRaster(40, 30, 3, 8), format, { from: source });
      const { image, exif, gps } = readDirectories(bytesOf(back.metadata.exif!))!;
      expect(textOf(image.get(TAG.make))).toBe('Agfa');
      expect(textOf(image.get(33432))).toBe('(c) Ana');
      expect(textOf(exif.get(TAG.dateTimeOriginal))).toBe('1958:06:01 10:20:30');
      expect(exif.get(37500)?.bytes).toEqual(Uint8Array.from({ length: 10 }, (_, i) => i));
      expect(gps.size).toBeGreaterThanOrEqual(4);
      expect(back.notes).toEqual([]);
      expect(back.facts).toEqual(
        expect.arrayContaining([
          { label: 'facts.camera', value: 'Agfa Isolette' },
          { label: 'facts.taken', value: '1958-06-01 10:20:30' },
          { label: 'facts.exposure', value: '1/125 s, f/4.5' },
          { label: 'facts.location', value: '38.50000, -9.25000' },
        ]),
      );
      expect(back.metadata.xmp).toContain('família');
      expect(back.metadata.xmp).toContain(AI_EDITED);
      expect(back.metadata.xmp).toContain('Emulsion 1.2.3');

      const holdsIptc = format === 'jpeg' || format === 'tiff';
      expect(back.metadata.iptc && Uint8Array.from(back.metadata.iptc)).toEqual(holdsIptc ? iptc : null);
      expect(back.written.some((note) => note.includes('IPTC'))).toBe(!holdsIptc);
      expect(back.metadata.density).toBe(300);
      expect(back.written.some((note) => note.includes('resolution'))).toBe(false);
    });

    test('a resolution is written even for a photo without EXIF', async () => {
      const back = await roundTrip(testRaster(16, 16, 3, 8), format, { from: { ...NO_METADATA, density: 240 } });
      expect(back.metadata.density).toBe(240);
    });

    test('only the edit is written for a photo without metadata', async () => {
      const back = await roundTrip(testRaster(16, 16, 3, 8), format);
      expect(back.facts).toEqual([]);
      expect(back.metadata).toMatchObject({ density: null, iptc: null });
      expect(back.metadata.xmp).toContain('Scratched print');
      expect(back.written).toEqual([]);
    });

    test('a strict decoder reads the file, and a second edit keeps its mark', async () => {
      const once = await roundTrip(testRaster(33, 21, 3, 8), format, { from: source });
      const twice = await roundTrip(once.raster, format, { from: once.metadata, profile: once.profile });
      expect(twice.metadata.xmp?.match(/DigitalSourceType/g)?.length).toBe(2);
      expect(twice.metadata.xmp?.match(/stEvt:softwareAgent>/g)?.length).toBe(4);
      expect(twice.facts).toEqual(once.facts);
    });
  });

  test('a packet too long for one segment of a JPEG is spread over several, and the mark stays in the first', async () => {
    const long = source.xmp!.replace('família', 'x'.repeat(70_000));
    const back = await roundTrip(testRaster(16, 16, 3, 8), 'jpeg', { from: { ...source, xmp: long } });
    expect(back.written).toEqual([]);
    expect(back.metadata.xmp).toContain('x'.repeat(70_000));
    expect(back.metadata.xmp!.split(AI_EDITED)).toHaveLength(2);
    expect(back.metadata.xmp).not.toContain('HasExtendedXMP');
    const png = await roundTrip(testRaster(16, 16, 3, 8), 'png', { from: { ...source, xmp: long } });
    expect(png.metadata.xmp).toContain('x'.repeat(70_000));
  });

  test('a large profile is spread over several JPEG segments', async () => {
    const { icc } = await (await loadSharp())(
      await (await loadSharp())({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
        .toColourspace('cmyk')
        .withIccProfile('cmyk')
        .jpeg()
        .toBuffer(),
    ).metadata();
    const { embedInJpegBytes } = await import('./embed');
    const jpeg = await (await loadSharp())({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const path = join(folder(), 'segments.jpg');
    await writeFile(path, embedInJpegBytes(jpeg, icc!));
    expect((await (await loadSharp())(path).metadata()).icc).toEqual(icc);
    expect(icc!.length).toBeGreaterThan(200_000);
  });

  test('sizes that a format cannot hold are refused before anything is written', async () => {
    const wide = testRaster(16_400, 1, 1, 8);
    for (const format of ['webp', 'avif'] as const) {
      const refused = roundTrip(wide, format);
      await expect(refused).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' });
      await expect(refused).rejects.toThrow(/too large for (WebP|AVIF)/);
    }
    await expect(roundTrip(testRaster(65_536, 1, 1, 8), 'jpeg')).rejects.toBeInstanceOf(EmulsionError);
    expect((await roundTrip(wide, 'png')).raster.width).toBe(16_400);
    await expect(stat(join(folder(), `${files - 1}.part`))).rejects.toThrow();
  });
});

function inColour(grey: Raster): Raster {
  const data = new Uint8Array(grey.data.length * 3);
  for (let i = 0; i < data.length; i++) data[i] = grey.data[Math.floor(i / 3)]!;
  return { ...grey, channels: 3, data };
}
