import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Photo } from '../../contract/photo';
import { inEnglish, sentenceOf } from '../../text/message';
import { type Directories, writeExifBlock } from '../photos/exif';
import { openPhoto } from '../photos/open';
import { readProfile } from '../photos/profile';
import { loadSharp } from '../photos/sharp';
import { temporaryFolder, testRaster } from '../photos/test-support';
import { createRaster, type Raster } from '../restoration/raster';
import { Job } from './job';
import { cropped, encodeResult, ResultWriter, type ToWrite, type WriteChoice } from './writing';

/** How results are written: size, resolution, depth, colours, metadata, and what lies beside them. */

const folder = temporaryFolder();
const sharp = await loadSharp();
let files = 0;

const recipe = { format: 1 as const, id: 'r', name: 'R', gate: 'always' as const, steps: [] };
const done = [
  { kind: 'repair' as const, outcome: 'done' as const, messages: [], seconds: 0, generator: 'g', provider: 'cpu' },
];
const plain: WriteChoice = { recipe, format: 'png', quality: 90, metadata: 'all', orientation: 1 };

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(folder(), `${++files}.bin`);
  await writeFile(path, bytes);
  return path;
}

const png = ({ data, width, height, channels }: Raster) =>
  sharp(data, { raw: { width, height, channels } })
    .toColourspace(data instanceof Uint16Array ? 'rgb16' : channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();

/** Opens a file and writes it with this choice. */
async function written(
  path: string,
  choice: Partial<WriteChoice>,
  reports: ToWrite['reports'] = done,
  changed?: Raster,
) {
  const source = await openPhoto(path);
  const raster = changed ?? source.raster;
  const photo = { ...source.raster, format: source.format } as unknown as Photo;
  const result = cropped(raster, choice.crop ?? null, photo);
  const to = join(folder(), `${++files}.out`);
  const encoded = await encodeResult(
    to,
    { path, photo, source, result, reports, restrictions: [] },
    { ...plain, ...choice },
  );
  const notes = encoded.notes.map((note) => sentenceOf(note, inEnglish()));
  return { ...(await openPhoto(to)), path: to, notes, source };
}

describe('the size of a result', () => {
  test('fits what was asked for, and the resolution is in the file', async () => {
    const path = await fileOf(await png(testRaster(300, 200, 3, 8)));
    const web = await written(path, { size: { unit: 'longer', longer: 150 }, dpi: 72, format: 'jpeg' });
    expect([web.raster.width, web.raster.height, Math.round(web.metadata.density!)]).toEqual([150, 100, 72]);
    // A print of 10 x 15 cm lies down for a photo that does: 2.54 x 1.27 cm at 100 dpi are 100 x 50 pixels.
    const print = await written(path, { size: { unit: 'cm', width: 1.27, height: 2.54 }, dpi: 100, format: 'tiff' });
    expect([print.raster.width, print.raster.height, print.metadata.density]).toEqual([75, 50, 100]);
  });

  test('is never enlarged; a print then gets the resolution that gives it its size', async () => {
    const path = await fileOf(await png(testRaster(300, 200, 3, 8)));
    const print = await written(path, { size: { unit: 'inch', width: 6, height: 4 }, dpi: 300, format: 'tiff' });
    expect([print.raster.width, print.metadata.density]).toEqual([300, 50]);
    expect(print.notes.join()).toContain('50 pixels per inch');
    const web = await written(path, { size: { unit: 'longer', longer: 4000 } });
    expect(web.notes.join()).toContain('300 × 200');
  });

  test('is that of the crop after the turn, and its opacity follows', async () => {
    const { data, width, height } = testRaster(80, 60, 3, 8);
    const rgba = await sharp(data, { raw: { width, height, channels: 3 } })
      .ensureAlpha(0.5)
      .png()
      .toBuffer();
    const result = await written(await fileOf(rgba), {
      crop: { x: 0, y: 0, width: 40, height: 20 },
      orientation: 6,
      size: { unit: 'pixels', width: 16, height: 20 },
      depth: 16,
    });
    expect([result.raster.width, result.raster.height, result.raster.depth]).toEqual([10, 20, 16]);
    expect([result.alpha?.width, result.alpha?.depth]).toEqual([10, 16]);
  });
});

describe('colours are converted, not only described in another way', () => {
  const RED = Uint8Array.of(255, 0, 0, 128, 128, 128, 0, 255, 0, 20, 60, 200);
  const colours: Raster = { width: 4, height: 1, channels: 3, depth: 8, data: RED };

  /** Published values: sRGB's primaries and a blue in the other space, in 8 bits. */
  test.each([
    ['displayP3', 'Display P3', [234, 51, 35], [117, 251, 76]],
    ['adobeRgb', 'Compatible with Adobe RGB (1998)', [219, 0, 0], [144, 255, 60]],
  ] as const)('to %s', async (profile, name, red, green) => {
    const result = await written(await fileOf(await png(colours)), { profile });
    expect(result.profileName).toBe(name);
    const at = (pixel: number) => [...result.raster.data.subarray(3 * pixel, 3 * pixel + 3)];
    const near = (values: readonly number[], wanted: readonly number[]) =>
      expect(Math.max(...values.map((value, i) => Math.abs(value - wanted[i]!))), `${values}`).toBeLessThanOrEqual(1);
    near(at(0), red);
    near(at(2), green);
    // Grey stays grey, without a tint.
    expect(new Set(at(1)).size).toBe(1);
    // And the other way round it is what it was.
    const back = await written(result.path, { profile: 'srgb' });
    near([...back.raster.data.subarray(9)], [20, 60, 200]);
    expect(back.profileName).toMatch(/sRGB/);
    expect(readProfile(result.profile!)?.kind).toBe('matrix');
  });

  test('a grey photo stays grey, and says that it has no such profile', async () => {
    const grey = await written(await fileOf(await png(testRaster(8, 8, 1, 8))), { profile: 'adobeRgb' });
    expect([grey.raster.channels, grey.profile]).toEqual([1, null]);
    expect(grey.notes.join()).toContain('grey');
  });
});

test('the depth is the one that was asked for, by rounding', async () => {
  const deep = createRaster(2, 1, 3, 16);
  deep.data.set([0, 65535, 32768, 129, 128, 40000]);
  const path = await fileOf(await png(deep));
  const flat = await written(path, { depth: 8 });
  expect([flat.raster.depth, ...flat.raster.data]).toEqual([8, 0, 255, 128, 1, 0, 156]);
  expect((await written(path, {})).raster.depth).toBe(16);
  const raised = await written(await fileOf(await png(testRaster(2, 1, 3, 8))), { depth: 16, format: 'tiff' });
  expect(raised.raster.depth).toBe(16);
});

// ------------------------------------------------------------------------------------------- metadata

const ascii = (text: string) => ({ type: 2, count: text.length + 1, bytes: new TextEncoder().encode(`${text}\0`) });
const rational = (...values: number[]) => ({
  type: 5,
  count: values.length,
  bytes: new Uint8Array(Uint32Array.from(values.flatMap((value) => [value, 1])).buffer),
});
const directories: Directories = {
  image: new Map([[271, ascii('Agfa')]]),
  exif: new Map(),
  gps: new Map([
    [1, ascii('N')],
    [2, rational(38, 30, 0)],
    [3, ascii('W')],
    [4, rational(9, 15, 0)],
  ]),
  interoperability: new Map(),
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" exif:GPSLatitude="38,30N" photoshop:City="Lisboa" photoshop:Headline="At the lake"><e:LocationShown><rdf:Bag/></e:LocationShown></rdf:Description></rdf:RDF></x:xmpmeta>`;
const field = (number: number, text: string) =>
  Buffer.concat([Buffer.of(0x1c, 2, number, 0, text.length), Buffer.from(text)]);

function withMetadata(jpeg: Uint8Array): Buffer {
  const segment = (marker: number, ...parts: (string | Uint8Array)[]) => {
    const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
    const head = Buffer.of(0xff, marker, 0, 0);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  };
  const iptc = Buffer.concat([field(90, 'Lisboa'), field(120, 'At the lake')]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(iptc.length);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    segment(0xe1, 'Exif\0\0', writeExifBlock(directories)),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp),
    segment(0xed, 'Photoshop 3.0\x008BIM\x04\x04\0\0', size, iptc, new Uint8Array(iptc.length % 2)),
    jpeg.subarray(2),
  ]);
}
const { data, width, height, channels } = testRaster(48, 32, 3, 8);
const jpeg = withMetadata(await sharp(data, { raw: { width, height, channels } }).jpeg().toBuffer());
const webp = await sharp(data, { raw: { width, height, channels } }).webp().toBuffer();
const none: ToWrite['reports'] = [];

describe('metadata without the location', () => {
  test.each(['jpeg', 'tiff', 'webp'] as const)('keep everything else, in %s', async (format) => {
    const result = await written(await fileOf(jpeg), { format, metadata: 'withoutLocation' });
    const labels = result.facts.map(({ label }) => label);
    expect(labels).toContain('facts.camera');
    expect(labels).not.toContain('facts.location');
    expect(result.metadata.xmp).toContain('At the lake');
    expect(result.metadata.xmp).not.toMatch(/Lisboa|GPS|LocationShown/);
    const bytes = (await readFile(result.path)).toString('latin1');
    expect(bytes).not.toContain('Lisboa');
    if (format !== 'webp') expect(bytes).toContain('At the lake');
  });

  test('and none leaves out all but the mark', async () => {
    const result = await written(await fileOf(jpeg), { format: 'jpeg', metadata: 'none' });
    expect([result.facts, result.metadata.iptc]).toEqual([[], null]);
    expect(result.metadata.xmp).toContain('compositeWithTrainedAlgorithmicMedia');
  });
});

describe('a photo that nothing was done to', () => {
  const pixelsOf = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();

  test.each([
    ['jpeg', jpeg],
    ['webp', webp],
  ] as const)('gets its rating in %s, and its coded picture stays', async (format, bytes) => {
    const path = await fileOf(bytes);
    const result = await written(path, { format, rating: 4 }, none);
    expect([result.rating, result.notes]).toEqual([4, []]);
    expect(result.metadata.xmp).not.toContain('compositeWithTrained');
    const copy = await readFile(result.path);
    // From the first scan on, or the coded chunk, both files are the same.
    const marker = format === 'jpeg' ? Buffer.of(0xff, 0xdb) : Buffer.from('VP8 ');
    const from = copy.indexOf(marker);
    const coded = bytes.subarray(bytes.indexOf(marker));
    expect(copy.subarray(from, from + coded.length).equals(coded)).toBe(true);
    expect((await pixelsOf(copy)).equals(await pixelsOf(bytes))).toBe(true);
    expect(result.facts).toEqual(result.source.facts);
  });

  test('loses its location without another encoding', async () => {
    const result = await written(await fileOf(jpeg), { format: 'jpeg', metadata: 'withoutLocation' }, none);
    expect(result.facts.map(({ label }) => label)).toEqual(['facts.camera']);
    expect((await readFile(result.path)).toString('latin1')).not.toContain('Lisboa');
    expect((await pixelsOf(await readFile(result.path))).equals(await pixelsOf(jpeg))).toBe(true);
  });

  test('is copied to the byte if nothing else is asked for, and not otherwise', async () => {
    const path = await fileOf(jpeg);
    const copied = await written(path, { format: 'jpeg' }, none);
    expect((await readFile(copied.path)).equals(jpeg)).toBe(true);
    for (const choice of [{ dpi: 300 }, { profile: 'displayP3' }, { size: { unit: 'longer', longer: 20 } }] as const) {
      const result = await written(path, { format: 'jpeg', ...choice }, none);
      expect((await readFile(result.path)).equals(jpeg)).toBe(false);
    }
  });
});

test('a photo and its result stand beside one another, with the mark and without the photo’s metadata', async () => {
  const path = await fileOf(jpeg);
  const source = await openPhoto(path);
  const inverted = { ...source.raster, data: source.raster.data.map((value) => 255 - value) as Uint8Array };
  const both = await written(path, { sideBySide: true, format: 'png', orientation: 6 }, done, inverted);
  expect([both.raster.width, both.raster.height]).toEqual([2 * 32 + 4, 48]);
  const at = (x: number, y: number) => both.raster.data[3 * (y * both.raster.width + x)]!;
  // The lower left corner of the photo is at the upper left after a turn to the right.
  expect(at(0, 0)).toBe(source.raster.data[3 * 31 * 48]);
  expect(at(36, 0)).toBe(255 - at(0, 0));
  expect([at(32, 10), at(35, 10)]).toEqual([255, 255]);
  expect(both.metadata.xmp).toContain('compositeWithTrainedAlgorithmicMedia');
  expect([both.facts, both.metadata.xmp?.includes('At the lake')]).toEqual([[], false]);
});

test('the mask of what was changed has the size of its result', async () => {
  const mask = createRaster(40, 20, 1, 8);
  mask.data[5 * 40 + 30] = 255;
  const writer = new ResultWriter(new Job('j', () => {}), false);
  const path = join(folder(), 'lake-restored.jpg');
  const about = {
    photo: { width: 40, height: 20 },
    crop: { x: 20, y: 0, width: 20, height: 20 },
    orientation: 3 as const,
  };
  const file = await writer.changes(mask, about, { path, stem: 'lake-restored', width: 5, height: 5 });
  expect(file.path).toBe(join(folder(), 'lake-restored-changes.png'));
  const written = sharp(await readFile(file.path));
  const info = await written.metadata();
  const pixels = await written.toColourspace('b-w').raw().toBuffer();
  expect([info.width, info.height, info.channels]).toEqual([5, 5, 1]);
  // At 10, 5 in the crop, and turned by half a circle at 9, 14 of 20: pixel 2, 3 of five.
  expect([...pixels].flatMap((value, i) => (value ? [[i % 5, Math.floor(i / 5), value]] : []))).toEqual([[2, 3, 255]]);
});
