import { execFileSync, spawnSync } from 'node:child_process';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Orientation } from '../../contract/edit';
import type { ExportFormat } from '../../contract/photo';
import { ontoPrint, scanFor } from '../../document/scan';
import { inEnglish, sentenceOf } from '../../text/message';
import { bytesOf } from './containers/file-bytes';
import { pngChunkBytes } from './containers/png';
import { encodePhoto } from './encode';
import { readDirectories, TAG, textOf, writeExifBlock } from './exif';
import { metadataFor, NO_METADATA } from './metadata';
import { openPhoto } from './open';
import { loadSharp } from './sharp';
import { temporaryFolder, testRaster } from './test-support';
import { tiffFile } from './test-tiff';
import { isExcessive } from './xmp-document';

/** Metadata wherever programs put them, and what becomes of them in a result. */

const folder = temporaryFolder();
const sharp = await loadSharp();
const raster = testRaster(32, 24, 3, 8);
const { width, height, channels } = raster;
const plain = () => sharp(raster.data, { raw: { width, height, channels } });
const jpeg = await plain().jpeg().toBuffer();
const png = await plain().png().toBuffer();
let files = 0;

const edit = { version: '1.2.3', recipe: { id: 'r', name: 'R' }, reports: [], at: new Date(0) };

async function open(bytes: Uint8Array) {
  const path = join(folder(), `${++files}.bin`);
  await writeFile(path, bytes);
  return openPhoto(path);
}

/** Opens a file, writes it as a result, and opens that. */
async function restored(bytes: Uint8Array, format: ExportFormat, orientation: Orientation = 1) {
  const photo = await open(bytes);
  const { metadata, notes: lost } = metadataFor(photo.metadata, edit, { ...photo.raster, orientation });
  const path = join(folder(), `${++files}.${format}`);
  const { notes } = await encodePhoto({ ...photo, metadata, format, quality: 90, path });
  const back = await openPhoto(path);
  const written = [...lost, ...notes].map((note) => sentenceOf(note, inEnglish()));
  return { photo, path, written, ...back.metadata };
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

function segment(marker: number, body: Uint8Array): Buffer {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
/** A JPEG with segments behind its start. */
const withSegments = (...segments: Buffer[]) => Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
/** A PNG with chunks behind its pixels. */
const withChunks = (...chunks: [string, Uint8Array][]) =>
  Buffer.concat([png.subarray(0, -12), ...chunks.map(([type, body]) => pngChunkBytes(type, body)), png.subarray(-12)]);

const text = (value: string) => ({ type: 2, count: value.length + 1, bytes: latin1(`${value}\0`) });
const long = (value: number) => ({
  type: 4,
  count: 1,
  bytes: Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24),
});
const short = (value: number) => ({ type: 3, count: 1, bytes: Uint8Array.of(value & 255, value >> 8) });

/** EXIF of a camera; `more`: tags of the image directory. */
function exif(more: [number, ReturnType<typeof long>][] = []): Uint8Array {
  return writeExifBlock({
    image: new Map([[TAG.make, text('Agfa')], ...more]),
    exif: new Map([[TAG.dateTimeOriginal, text('1931:07:30 12:00:00')]]),
    gps: new Map(),
    interoperability: new Map(),
  });
}
const app1 = (block: Uint8Array) => segment(0xe1, Buffer.concat([latin1('Exif\0\0'), block]));
const NS = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';
const packet = (inner: string, attributes = '') =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ${NS}><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`;
const xmpSegment = (xmp: string) => segment(0xe1, latin1(`http://ns.adobe.com/xap/1.0/\0${xmp}`));
const IPTC = Buffer.of(0x1c, 2, 120, 0, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f);
const resource = (id: number, data: Uint8Array) => {
  const head = Buffer.from(`8BIM\0\0\0\0\0\0\0\0`, 'latin1');
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(data.length, 8);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
};

describe('one bad pointer loses one directory', () => {
  /** The block with the pointer of a tag led astray. */
  function astray(tag: number): Uint8Array {
    const block = exif([[TAG.gps, long(0)]]);
    const at = Buffer.from(block).indexOf(Buffer.of(tag & 255, tag >> 8, 4, 0, 1, 0, 0, 0));
    new DataView(block.buffer, block.byteOffset).setUint32(at + 8, 0x7fffffff, true);
    return block;
  }

  test.each([
    ['GPS', () => astray(TAG.gps)],
    ['EXIF', () => astray(TAG.exif)],
    [
      'the next directory',
      () => {
        const block = exif().slice();
        const entries = new DataView(block.buffer).getUint16(8, true);
        new DataView(block.buffer).setUint32(10 + 12 * entries, 0x7fffffff, true);
        return block;
      },
    ],
  ])('%s', async (name, make) => {
    const back = await restored(withSegments(app1(make())), 'jpeg');
    const { image, exif: sub } = readDirectories(bytesOf(back.exif!))!;
    expect(textOf(image.get(TAG.make))).toBe('Agfa');
    expect(textOf(sub.get(TAG.dateTimeOriginal))).toBe(name === 'EXIF' ? null : '1931:07:30 12:00:00');
    expect(back.written).toEqual([]);
  });

  test('a block that ends before the field for the next directory', async () => {
    const block = Uint8Array.from([...latin1('II*\0'), 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
    const photo = await open(withSegments(app1(block)));
    expect(photo.raster).toMatchObject({ width: height, height: width });
    const back = await restored(withSegments(app1(block)), 'jpeg');
    expect(back).toMatchObject({ orientation: 1, written: [] });
  });

  test('entries that share their bytes do not fill the memory', () => {
    const shared = new Uint8Array(4 << 20);
    const count = 2000;
    const head = Buffer.from(shared.buffer);
    head.write('II*\0', 'latin1');
    head.writeUInt32LE(8, 4);
    head.writeUInt16LE(count, 8);
    for (let i = 0; i < count; i++) {
      head.writeUInt16LE(40_000 + i, 10 + 12 * i);
      head.writeUInt16LE(7, 12 + 12 * i);
      head.writeUInt32LE(shared.length - 30_000, 14 + 12 * i);
      head.writeUInt32LE(30_000, 18 + 12 * i);
    }
    const { image } = readDirectories(bytesOf(shared))!;
    const copied = [...image.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(copied).toBeLessThanOrEqual(4 * shared.length);
    expect(image.size).toBeGreaterThan(0);
  });
});

describe('PNG', () => {
  const turned = exif([[TAG.orientation, short(6) as ReturnType<typeof long>]]);
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').replace(/.{72}/g, '$&\n');
  const raw = (kind: string, bytes: Uint8Array): [string, Uint8Array] => [
    'tEXt',
    latin1(`Raw profile type ${kind}\0\n${kind}\n${String(bytes.length).padStart(8)}\n${hex(bytes)}\n`),
  ];

  test.each<[string, [string, Uint8Array]]>([
    ['EXIF behind the pixels', ['eXIf', turned]],
    ['EXIF as a text', raw('exif', Buffer.concat([latin1('Exif\0\0'), turned]))],
    ['EXIF as a text of another name', raw('APP1', Buffer.concat([latin1('Exif\0\0'), turned]))],
  ])('%s turns the photo and is kept', async (_, chunk) => {
    const back = await restored(withChunks(chunk), 'png');
    expect(back.photo.raster).toMatchObject({ width: height, height: width });
    expect(textOf(readDirectories(bytesOf(back.exif!))!.image.get(TAG.make))).toBe('Agfa');
    expect(back.orientation).toBe(1);
  });

  test('XMP behind the pixels, and IPTC as a text', async () => {
    const xmp = latin1(`XML:com.adobe.xmp\0\0\0\0\0${packet('<xmp:Rating>5</xmp:Rating>')}`);
    const { metadata } = await open(withChunks(['iTXt', xmp], raw('iptc', resource(0x404, IPTC))));
    expect(metadata.xmp).toContain('<xmp:Rating>5</xmp:Rating>');
    expect(Buffer.from(metadata.iptc!)).toEqual(IPTC);
  });

  test('captions stay texts, and go into XMP for formats without texts', async () => {
    const bytes = withChunks(['tEXt', latin1('Title\0Grandma')], ['tEXt', latin1('Album\0Blue')]);
    const own = await restored(bytes, 'png');
    expect(own.texts).toEqual([
      { keyword: 'Title', text: 'Grandma' },
      { keyword: 'Album', text: 'Blue' },
    ]);
    const other = await restored(bytes, 'webp');
    expect(other.xmp).toMatch(/dc:title>.*Grandma/);
    expect(other.written).toContain('The text “Album” is left out because WebP cannot hold it');
  });
});

describe('JPEG', () => {
  test('a comment is kept', async () => {
    const back = await restored(withSegments(segment(0xfe, latin1('On the porch'))), 'jpeg');
    expect(back.texts).toEqual([{ keyword: 'Comment', text: 'On the porch' }]);
    expect((await restored(withSegments(segment(0xfe, latin1('On the porch'))), 'tiff')).xmp).toContain('On the porch');
  });

  test('IPTC in the second of two segments', async () => {
    const name = latin1('Photoshop 3.0\0');
    const one = segment(0xed, Buffer.concat([name, resource(0x3ed, Buffer.alloc(16))]));
    const two = segment(0xed, Buffer.concat([name, resource(0x404, IPTC)]));
    expect(Buffer.from((await restored(withSegments(one, two), 'jpeg')).iptc!)).toEqual(IPTC);
  });

  test('XMP that continues in further segments is merged and kept', async () => {
    const guid = 'A'.repeat(32);
    const extension = latin1(packet(`<xmp:Label>${'x'.repeat(80_000)}</xmp:Label>`));
    const parts = [extension.subarray(0, 50_000), extension.subarray(50_000)].map((part, i) => {
      const numbers = Buffer.alloc(8);
      numbers.writeUInt32BE(extension.length, 0);
      numbers.writeUInt32BE(i * 50_000, 4);
      return segment(0xe1, Buffer.concat([latin1(`http://ns.adobe.com/xmp/extension/\0${guid}`), numbers, part]));
    });
    const main = packet(
      '<xmp:Rating>5</xmp:Rating>',
      `xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="${guid}"`,
    );
    // The parts may come in any order.
    const back = await restored(withSegments(xmpSegment(main), ...parts.reverse()), 'jpeg');
    expect(back.xmp).toContain('<xmp:Rating>5</xmp:Rating>');
    expect(back.xmp).toContain('x'.repeat(80_000));
  });

  test.each([
    ['too many elements', '<a/>'.repeat(60_000)],
    ['too nested', `${'<a>'.repeat(500)}${'</a>'.repeat(500)}`],
    ['too long', 'x'.repeat(9 * 1024 * 1024)],
  ])('XMP that is %s is not parsed, which is said', async (_, inner) => {
    expect(isExcessive(packet(inner))).toBe(true);
    const back = await restored(withChunks(['iTXt', latin1(`XML:com.adobe.xmp\0\0\0\0\0${packet(inner)}`)]), 'png');
    expect(back.written).toEqual(['XMP is replaced because it is too large or too nested to be read safely']);
  });
});

describe('TIFF', () => {
  test.each([
    ['as they stand', IPTC],
    ['with their bytes swapped', Buffer.from([...IPTC, 0, 0]).swap32()],
  ])('IPTC as 32-bit numbers, %s', async (_, records) => {
    const bytes = Buffer.concat([records, Buffer.alloc((4 - (records.length % 4)) % 4)]);
    const file = Buffer.from(
      tiffFile([
        { width, height, bits: [8, 8, 8], photometric: 2, pixels: raster.data as Uint8Array, tags: { 33723: bytes } },
      ]),
    );
    const entry = file.indexOf(Buffer.of(33723 & 255, 33723 >> 8, 7, 0));
    file.writeUInt16LE(4, entry + 2);
    file.writeUInt32LE(bytes.length / 4, entry + 4);
    const { metadata } = await open(file);
    expect(Buffer.from(metadata.iptc!).subarray(0, IPTC.length)).toEqual(IPTC);
  });
});

describe('a file beside the photo', () => {
  const sidecar = packet('<xmp:Rating>4</xmp:Rating><xmp:Label>Album</xmp:Label>');

  test.each([['lake.jpg.xmp'], ['lake.xmp']])('%s is part of the metadata, and counts more', async (name) => {
    await rm(join(folder(), 'lake.jpg.xmp'), { force: true });
    const path = join(folder(), 'lake.jpg');
    await writeFile(path, withSegments(xmpSegment(packet('<xmp:Nickname>Ana</xmp:Nickname>', 'xmp:Rating="1"'))));
    await writeFile(join(folder(), name), sidecar);
    const { metadata, notes } = await openPhoto(path);
    for (const text of ['Ana', '<xmp:Rating>4<', 'Album']) expect(metadata.xmp).toContain(text);
    expect(metadata.xmp).not.toContain('Rating="1"');
    expect(notes).toEqual([{ key: 'notes.sidecar', values: { name } }]);
    await rm(join(folder(), name));
  });

  test('a damaged one is passed over, and said; a link is not followed', async () => {
    const path = join(folder(), 'sea.jpg');
    await writeFile(path, jpeg);
    await writeFile(join(folder(), 'sea.xmp'), 'no XMP');
    expect((await openPhoto(path)).notes).toEqual([{ key: 'notes.sidecarUnread', values: { name: 'sea.xmp' } }]);
    await rm(join(folder(), 'sea.xmp'));
    await writeFile(join(folder(), 'elsewhere'), sidecar);
    await symlink(join(folder(), 'elsewhere'), join(folder(), 'sea.xmp'));
    expect((await openPhoto(path)).notes).toEqual([]);
  });
});

describe('claims that have to stay true', () => {
  const REGIONS =
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"';
  const faces = packet(
    '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="32" stDim:h="24" stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-rs:Name>Anna</mwg-rs:Name><mwg-rs:Area stArea:x="0.2" stArea:y="0.3" stArea:w="0.1" stArea:h="0.25" stArea:unit="normalized"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>',
    REGIONS,
  );
  const numbersIn = (xmp: string) =>
    ['x', 'y', 'w', 'h'].map((name) => Number(new RegExp(`stArea:${name}="([^"]*)"`).exec(xmp)?.[1]));

  test.each<[Orientation, Orientation, number[]]>([
    [1, 1, [0.2, 0.3, 0.1, 0.25]],
    [6, 1, [0.7, 0.2, 0.25, 0.1]],
    [3, 1, [0.8, 0.7, 0.1, 0.25]],
    [8, 1, [0.3, 0.8, 0.25, 0.1]],
    [2, 1, [0.8, 0.3, 0.1, 0.25]],
    // Turned upright when opened, and once more by the user.
    [6, 6, [0.8, 0.7, 0.1, 0.25]],
  ])('faces turn with the pixels: %i, then %i', async (stored, later, expected) => {
    const block = exif([[TAG.orientation, short(stored) as ReturnType<typeof long>]]);
    const back = await restored(withSegments(app1(block), xmpSegment(faces)), 'jpeg', later);
    for (const [i, value] of numbersIn(back.xmp!).entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    expect(back.xmp).toContain('Anna');
  });

  test('faces stay where they are in a part of the photo; one outside of it is not claimed', () => {
    const original = { ...NO_METADATA, xmp: faces, stored: { width: 32, height: 24 } };
    const edit = {
      version: '1',
      recipe: { format: 1, id: 'r', name: 'R', gate: 'needed', steps: [] },
      reports: [],
      at: new Date(0),
    } as const;
    const write = (crop: { x: number; y: number; w: number; h: number }, orientation: Orientation = 1) =>
      metadataFor(original, edit, { width: 16, height: 12, orientation, crop }).metadata.xmp!;
    // The upper left quarter, and the same turned to the right.
    const quarter = { x: 0.25, y: 0.25, w: 0.5, h: 0.5 };
    for (const [i, value] of numbersIn(write(quarter)).entries())
      expect(value).toBeCloseTo([0.4, 0.6, 0.2, 0.5][i]!, 5);
    for (const [i, value] of numbersIn(write(quarter, 6)).entries())
      expect(value).toBeCloseTo([0.4, 0.4, 0.5, 0.2][i]!, 5);
    expect(write({ x: 0.75, y: 0.75, w: 0.5, h: 0.5 })).not.toContain('Anna');
  });

  test('faces stay where they are in a print that was cut out of a page, also one that lay on its side', () => {
    const original = { ...NO_METADATA, xmp: faces, stored: { width: 32, height: 24 } };
    const recipe = { format: 1, id: 'r', name: 'R', gate: 'needed', steps: [] } as const;
    const edit = { version: '1', recipe: { ...recipe, steps: [] }, reports: [], at: new Date(0) };
    const write = (print: (x: number, y: number) => readonly [number, number]) =>
      metadataFor(original, edit, { width: 16, height: 12, print }).metadata.xmp!;
    // The left half of the page, and the same with its left side as its top.
    const half = ontoPrint({
      width: 32,
      height: 24,
      scan: scanFor({ crop: { x: 0, y: 0, width: 16, height: 24 } }, original.stored)!,
    });
    for (const [i, value] of numbersIn(write(half)).entries()) expect(value).toBeCloseTo([0.4, 0.3, 0.2, 0.25][i]!, 5);
    const onItsSide = (x: number, y: number) => [1 - half(x, y)[1], half(x, y)[0]] as const;
    for (const [i, value] of numbersIn(write(onItsSide)).entries())
      expect(value).toBeCloseTo([0.7, 0.4, 0.25, 0.2][i]!, 5);
    expect(write((x, y) => [half(x, y)[0] - 1, y])).not.toContain('Anna');
  });

  test('a film, a gain map and a panorama that the result does not have are not claimed', async () => {
    const claims = packet(
      '<Container:Directory/><GPano:ProjectionType>equirectangular</GPano:ProjectionType>',
      'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" GCamera:MotionPhoto="1" GCamera:MicroVideoOffset="5000" hdrgm:Version="1.0"',
    );
    const same = await restored(withSegments(xmpSegment(claims)), 'jpeg');
    for (const claim of ['MotionPhoto', 'MicroVideo', 'Container:Directory', 'hdrgm:Version'])
      expect(same.xmp).not.toContain(claim);
    expect(same.photo.notes.map(({ key }) => key)).toEqual(['notes.motionPhoto', 'notes.gainMap']);
    // Pixels and directions are the same, so it is still the panorama.
    expect(same.xmp).toContain('equirectangular');
    const block = exif([[TAG.orientation, short(6) as ReturnType<typeof long>]]);
    const turned = await restored(withSegments(app1(block), xmpSegment(claims)), 'jpeg');
    expect(turned.xmp).not.toContain('equirectangular');
    expect(turned.written).toEqual([expect.stringContaining('panorama')]);
  });
});

/** Whatever an independent reader finds in the original has to be in the result. */
describe.skipIf(spawnSync('exiftool', ['-ver']).status !== 0)('as exiftool reads them', () => {
  const read = (path: string): Record<string, unknown> => {
    const found = JSON.parse(execFileSync('exiftool', ['-json', '-G1', '-struct', path], { encoding: 'utf8' }));
    return found[0];
  };
  const about = (tags: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(tags).filter(([name]) => /^(IFD0:Make|ExifIFD|IPTC|XMP-xmp:(Rating|Label)|XMP-dc)/.test(name)),
    );

  test.each<[string, () => Buffer, ExportFormat]>([
    [
      'JPEG to JPEG',
      () =>
        withSegments(
          app1(exif()),
          xmpSegment(packet('<xmp:Rating>5</xmp:Rating>')),
          segment(0xed, Buffer.concat([latin1('Photoshop 3.0\0'), resource(0x404, IPTC)])),
        ),
      'jpeg',
    ],
    ['JPEG to TIFF', () => withSegments(app1(exif()), xmpSegment(packet('<xmp:Rating>5</xmp:Rating>'))), 'tiff'],
    [
      'PNG to JPEG',
      () =>
        withChunks(
          ['eXIf', exif()],
          ['iTXt', latin1(`XML:com.adobe.xmp\0\0\0\0\0${packet(`<xmp:Label>${'x'.repeat(70_000)}</xmp:Label>`)}`)],
        ),
      'jpeg',
    ],
  ])('%s', async (_, make, format) => {
    const bytes = make();
    const original = join(folder(), `${++files}.${bytes[0] === 0x89 ? 'png' : 'jpg'}`);
    await writeFile(original, bytes);
    const { path } = await restored(bytes, format);
    const result = read(path);
    expect(result['ExifTool:Warning']).toBeUndefined();
    expect(about(result)).toMatchObject(about(read(original)));
    expect(Object.keys(about(result)).length).toBeGreaterThan(1);
  });
});
