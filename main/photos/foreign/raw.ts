import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { assertSize, damaged, type Foreign, NOTHING_BESIDE } from './foreign';

/**
 * Raw photos of cameras, and DNG, developed by LibRaw in WebAssembly: 16 bits, sRGB, with the white balance that the camera
 * recorded, upright. Its package is made for browsers, where it starts a worker; the module itself needs none.
 */

const packages = createRequire(import.meta.url);

interface LibRaw {
  open(bytes: Uint8Array, settings: object): void;
  metadata(full: boolean): { width: number; height: number; raw_width: number; raw_height: number } | undefined;
  imageData(): { width: number; height: number; colors: number; bits: number; data: Uint8Array | Uint16Array };
  thumbnailData(): { format?: string; data?: Uint8Array } | undefined;
}

/** With the exponent and the slope of sRGB's curve; the decoder takes only a list of six. */
const SETTINGS = {
  outputBps: 16,
  outputColor: 1,
  useCameraWb: true,
  noAutoBright: true,
  gamm: [1 / 2.4, 12.92, 0, 0, 0, 0],
};

/** The decoder needs up to 17 bytes for each pixel, and WebAssembly has 2 GB. */
const MAX_RAW_PIXELS = 120_000_000;

/** `tell` gets what the decoder complains about. */
async function load(tell: (text: string) => void): Promise<LibRaw> {
  const main = packages.resolve('libraw-wasm');
  const at = main.replace('index.js', 'libraw.wasm');
  const address = pathToFileURL(main.replace('index.js', 'libraw.js')).href;
  const [wasmBinary, { default: create }] = await Promise.all([readFile(at), import(/* @vite-ignore */ address)]);
  const { LibRaw } = await create({ print: () => {}, printErr: tell, wasmBinary, locateFile: () => at });
  return new LibRaw();
}

export async function readRaw(bytes: Uint8Array): Promise<Foreign> {
  const complaints: string[] = [];
  try {
    const raw = await load((text) => complaints.push(text));
    raw.open(bytes, SETTINGS);
    const size = raw.metadata(false);
    if (!size) throw damaged('no picture in the file');
    // The sensor has a border that is not part of the photo.
    for (const [width, height] of [
      [size.width, size.height],
      [size.raw_width, size.raw_height],
    ] as const) {
      assertSize(width, height);
      if (width * height > MAX_RAW_PIXELS)
        throw new EmulsionError('PHOTO_TOO_LARGE', { detail: `${width} x ${height}` });
    }
    const { width, height, colors, bits, data } = raw.imageData();
    // The decoder also complains when it goes on with what it has.
    if (complaints.length > 0) throw damaged(complaints.join(' '));
    if ((colors !== 1 && colors !== 3) || bits !== 16 || data.length < width * height * colors)
      throw unread(`${colors} x ${bits}`);
    return {
      ...NOTHING_BESIDE,
      width,
      height,
      pixels: Uint16Array.from(data),
      samples: colors,
      photometric: colors === 3 ? 2 : 1,
      hasAlpha: false,
      preview: previewOf(raw),
      notes: [say('notes.raw')],
    };
  } catch (error) {
    if (error instanceof EmulsionError) throw error;
    // What it throws is a number without a meaning here. Of data that are cut off or broken it says so before.
    throw complaints.length > 0 ? damaged(complaints.join(' '), error) : unread(String(error));
  }
}

const unread = (detail: string) =>
  new EmulsionError('FORMAT_UNSUPPORTED', { reason: say('failures.unreadRaw'), detail });

/** The JPEG that cameras put into a raw photo; their EXIF is often in it. */
function previewOf(raw: LibRaw): Uint8Array | null {
  try {
    const { data } = raw.thumbnailData() ?? {};
    return data?.[0] === 0xff && data[1] === 0xd8 ? Uint8Array.from(data) : null;
  } catch {
    // Many files have none.
    return null;
  }
}
