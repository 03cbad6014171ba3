import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { brotliDecompressSync } from 'node:zlib';
import { say } from '../../../text/message';
import { bytesOf, latin1, viewOf } from '../containers/file-bytes';
import { boxesIn, isoItems, readIsoMedia } from '../containers/iso-media';
import { assertSize, damaged, type Foreign, fromRgba, NOTHING_BESIDE } from './foreign';

/**
 * Formats that decoders in WebAssembly read, in the engine alone. Each file gets a decoder of its own, because its memory is
 * only freed as a whole, and because a decoder that a hostile file has brought down stays down.
 * SECURITY: a decoder has no access to files; sizes are checked before it begins.
 */

const packages = createRequire(import.meta.url);
const quiet = { print: () => {}, printErr: () => {} };

// ------------------------------------------------------------------------------------------- HEIC

interface HeifImage {
  is_primary(): boolean;
  get_width(): number;
  get_height(): number;
  display(target: { data: Uint8ClampedArray; width: number; height: number }, done: (result: unknown) => void): void;
  free(): void;
}

interface LibHeif {
  HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
}

export async function readHeic(bytes: Uint8Array): Promise<Foreign> {
  const file = bytesOf(bytes);
  const media = readIsoMedia(file);
  if (media?.size) assertSize(media.size.width, media.size.height);
  const create = packages('libheif-js/libheif-wasm/libheif-bundle.js') as (options: object) => LibHeif;
  const { HeifDecoder } = create(quiet);
  const images = new HeifDecoder().decode(bytes);
  const image = images.find((each) => each.is_primary()) ?? images[0];
  if (!image) throw damaged('no picture in the file');
  try {
    const [width, height] = [image.get_width(), image.get_height()];
    assertSize(width, height);
    const target = { data: new Uint8ClampedArray(width * height * 4), width, height };
    const shown = await new Promise((resolve) => image.display(target, resolve));
    if (!shown) throw damaged('the picture cannot be decoded');
    const items = isoItems(file);
    const notes = [];
    if (images.length > 1) notes.push(say('notes.pages', { count: images.length }));
    if (latin1(bytes, 0, 64 * 1024).includes('hdrgainmap')) notes.push(say('notes.gainMap'));
    if (media?.bits && media.bits > 8) notes.push(say('notes.eightBits', { bits: media.bits }));
    return {
      ...NOTHING_BESIDE,
      ...fromRgba(target.data, width, height),
      icc: media?.profile ?? null,
      exif: items.exif,
      xmp: items.xmp,
      notes,
    };
  } finally {
    for (const each of images) each.free();
  }
}

// ------------------------------------------------------------------------------------------- JPEG XL

interface JxlModule {
  decode(bytes: Uint8Array): { data: Uint8ClampedArray; width: number; height: number } | null;
}

async function loadJxl(): Promise<JxlModule> {
  const at = packages.resolve('@jsquash/jxl/codec/dec/jxl_dec.wasm');
  const [code, { default: create }] = await Promise.all([readFile(at), import('@jsquash/jxl/codec/dec/jxl_dec.js')]);
  // The decoder answers with the browser's type for pictures.
  const scope = globalThis as { ImageData?: unknown };
  scope.ImageData ??= class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  };
  const make = create as unknown as (options: object) => Promise<JxlModule>;
  return make({ ...quiet, wasmBinary: code, locateFile: () => at });
}

export async function readJxl(bytes: Uint8Array): Promise<Foreign> {
  const file = bytesOf(bytes);
  const isContainer = bytes[0] === 0;
  const boxes = isContainer ? boxesIn(file, 0, bytes.length) : [];
  const first = boxes.find(({ type }) => type === 'jxlc' || type === 'jxlp');
  const stream = isContainer
    ? first
      ? bytes.subarray(first.at + (first.type === 'jxlp' ? 4 : 0), first.end)
      : null
    : bytes;
  if (!stream) throw damaged('no picture in the file');
  const size = jxlSize(stream);
  assertSize(size.width, size.height);
  const picture = (await loadJxl()).decode(bytes);
  if (!picture) throw damaged('the picture cannot be decoded');
  /** Metadata boxes may be compressed as a whole. */
  const content = (type: string): Uint8Array | null => {
    for (const box of boxes) {
      const body = bytes.subarray(box.at, box.end);
      if (box.type === type) return body;
      if (box.type === 'brob' && latin1(body, 0, 4) === type) {
        return brotliDecompressSync(body.subarray(4), { maxOutputLength: 64 * 1024 * 1024 });
      }
    }
    return null;
  };
  const exif = content('Exif');
  return {
    ...NOTHING_BESIDE,
    ...fromRgba(picture.data, picture.width, picture.height),
    // An offset of four bytes stands before the block.
    exif: exif && exif.length > 4 ? exif.subarray(4) : null,
    xmp: content('xml '),
    notes: [say('notes.jxl')],
  };
}

/** The size in a JPEG XL codestream (ISO/IEC 18181-1, SizeHeader). */
function jxlSize(stream: Uint8Array): { width: number; height: number } {
  let at = 16;
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value += (((stream[at >> 3] ?? 0) >> (at & 7)) & 1) * 2 ** i;
    return value;
  };
  const isSmall = bits(1) === 1;
  const length = () => (isSmall ? 8 * (bits(5) + 1) : bits([9, 13, 18, 30][bits(2)]!) + 1);
  const height = length();
  const ratio = [null, [1, 1], [12, 10], [4, 3], [3, 2], [16, 9], [5, 4], [2, 1]][bits(3)];
  return { width: ratio ? Math.floor((height * ratio[0]!) / ratio[1]!) : length(), height };
}

// ------------------------------------------------------------------------------------------- JPEG 2000, JPEG-LS

interface FrameInfo {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned?: boolean;
}
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  readHeader(): void;
  decode(): void;
  getFrameInfo(): FrameInfo;
  getInterleaveMode?(): number;
  delete(): void;
}
type MakeModule = (options: object) => Promise<{ J2KDecoder: new () => Decoder; JpegLSDecoder: new () => Decoder }>;

async function load(name: 'codec-openjpeg' | 'codec-charls') {
  const create = packages(`@cornerstonejs/${name}/decodewasmjs`) as MakeModule;
  const wasm = packages.resolve(`@cornerstonejs/${name}/decodewasm`);
  return create({ ...quiet, locateFile: () => wasm });
}

export async function readJp2(bytes: Uint8Array): Promise<Foreign> {
  const { J2KDecoder } = await load('codec-openjpeg');
  const picture = decodeWith(new J2KDecoder(), bytes, jp2Size(bytes));
  const file = bytesOf(bytes);
  const boxes = bytes[0] === 0 ? boxesIn(file, 0, bytes.length) : [];
  const header = boxes.find(({ type }) => type === 'jp2h');
  const colour = header && boxesIn(file, header.at, header.end).find(({ type }) => type === 'colr');
  const body = colour ? bytes.subarray(colour.at, colour.end) : null;
  return { ...picture, icc: body && (body[0] === 2 || body[0] === 3) ? body.slice(3) : null };
}

export async function readJpegLs(bytes: Uint8Array, size: { width: number; height: number }): Promise<Foreign> {
  const { JpegLSDecoder } = await load('codec-charls');
  return decodeWith(new JpegLSDecoder(), bytes, size);
}

/** The size in the first SIZ marker of a JPEG 2000 codestream. */
function jp2Size(bytes: Uint8Array): { width: number; height: number } {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(Buffer.of(0xff, 0x4f, 0xff, 0x51));
  if (at < 0 || at + 24 > bytes.length) throw damaged('no picture in the file');
  const view = viewOf(bytes);
  return {
    width: view.getUint32(at + 8) - view.getUint32(at + 16),
    height: view.getUint32(at + 12) - view.getUint32(at + 20),
  };
}

function decodeWith(
  decoder: Decoder,
  bytes: Uint8Array,
  { width: w, height: h }: { width: number; height: number },
): Foreign {
  assertSize(w, h);
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { width, height, bitsPerSample: bits, componentCount: samples } = decoder.getFrameInfo();
    if (width !== w || height !== h || samples < 1 || samples > 4 || bits > 16)
      throw damaged(`${samples} x ${bits} bits`);
    const decoded = decoder.getDecodedBuffer().slice();
    const values = bits > 8 ? new Uint16Array(decoded.buffer, 0, decoded.length >> 1) : decoded;
    const count = width * height;
    if (values.length < count * samples) throw damaged('the pixels break off');
    const max = 2 ** bits - 1;
    const full = bits > 8 ? 65535 : 255;
    const pixels = bits > 8 ? new Uint16Array(count * samples) : new Uint8Array(count * samples);
    const isPlanar = decoder.getInterleaveMode?.() === 0 && samples > 1;
    for (let i = 0; i < pixels.length; i++) {
      const from = isPlanar ? (i % samples) * count + Math.floor(i / samples) : i;
      pixels[i] = max === full ? values[from]! : Math.round((values[from]! * full) / max);
    }
    const photometric = samples >= 3 ? 2 : 1;
    return {
      ...NOTHING_BESIDE,
      width,
      height,
      pixels,
      samples,
      photometric,
      hasAlpha: samples === 2 || samples === 4,
      notes: [],
    };
  } catch (error) {
    // What a decoder throws is a number or a text of its own.
    throw typeof error === 'object' && error !== null && 'code' in error ? error : damaged(String(error));
  } finally {
    decoder.delete();
  }
}
