import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { assertSize, damaged, type Foreign, NOTHING_BESIDE } from './foreign';

/**
 * Raw photos of cameras, and DNG, developed by LibRaw in WebAssembly: 16 bits, sRGB, with the white balance that the camera
 * recorded, upright. Its package is made for browsers. The module keeps its memory for as long as its thread lives, so each
 * photo gets a thread.
 */

const packages = createRequire(import.meta.url);

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

/**
 * The thread's program. SECURITY: the size is checked before anything is decoded. What the decoder complains of counts, also
 * when it goes on with what it has. A missing JPEG inside is no error.
 */
const PROGRAM = `
const { parentPort, workerData: { address, code, bytes, settings, most } } = require('node:worker_threads');
const complaints = [];
const answer = (message) => parentPort.postMessage({ complaints, ...message });
(async () => {
  const { default: create } = await import(address);
  const quiet = { print: () => {}, printErr: (text) => complaints.push(text) };
  const { LibRaw } = await create({ ...quiet, wasmBinary: code, locateFile: () => '' });
  const raw = new LibRaw();
  raw.open(bytes, settings);
  const size = raw.metadata(false);
  const areas = [[size.width, size.height], [size.raw_width, size.raw_height]];
  if (areas.some(([w, h]) => !(w > 0 && h > 0 && w * h <= most))) return answer({ areas });
  const { width, height, colors, bits, data } = raw.imageData();
  let preview = null;
  try {
    preview = raw.thumbnailData()?.data ?? null;
  } catch {
    // Many raw photos have no preview, and it is not needed.
  }
  answer({ picture: { width, height, colors, bits, data, preview } });
})().catch((error) => answer({ failure: String(error) }));
`;

interface Answer {
  complaints: string[];
  /** Sizes that are not decoded. */
  areas?: [number, number][];
  failure?: string;
  picture?: {
    width: number;
    height: number;
    colors: number;
    bits: number;
    data: Uint8Array | Uint16Array;
    preview: Uint8Array | null;
  };
}

async function develop(bytes: Uint8Array): Promise<Answer> {
  // A thread cannot read the archive of a packaged app, so the package lies beside it.
  const main = packages.resolve('libraw-wasm').replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: {
      address: pathToFileURL(main.replace('index.js', 'libraw.js')).href,
      code: await readFile(main.replace('index.js', 'libraw.wasm')),
      bytes,
      settings: SETTINGS,
      most: MAX_RAW_PIXELS,
    },
  });
  try {
    const [answer] = (await once(worker, 'message')) as [Answer];
    return answer;
  } finally {
    await worker.terminate();
  }
}

export async function readRaw(bytes: Uint8Array): Promise<Foreign> {
  const {
    complaints,
    areas = [],
    failure,
    picture,
  } = await develop(bytes).catch((error: unknown): Answer => ({ complaints: [], failure: String(error) }));
  for (const [width, height] of areas) {
    assertSize(width, height);
    if (width * height > MAX_RAW_PIXELS) throw new EmulsionError('PHOTO_TOO_LARGE', { detail: `${width} x ${height}` });
  }
  // Of data that are cut off or broken the decoder says so. What it throws is a number without a meaning here.
  if (complaints.length > 0) throw damaged(complaints.join(' '), failure);
  if (!picture) throw unread(failure ?? '');
  const { width, height, colors, bits, data, preview } = picture;
  if ((colors !== 1 && colors !== 3) || bits !== 16 || data.length < width * height * colors) {
    throw unread(`${colors} x ${bits}`);
  }
  assertSize(width, height);
  return {
    ...NOTHING_BESIDE,
    width,
    height,
    pixels: Uint16Array.from(data),
    samples: colors,
    photometric: colors === 3 ? 2 : 1,
    hasAlpha: false,
    // The JPEG that cameras put into a raw photo; their EXIF is often in it.
    preview: preview?.[0] === 0xff && preview[1] === 0xd8 ? preview : null,
    notes: [say('notes.raw')],
  };
}

const unread = (detail: string) =>
  new EmulsionError('FORMAT_UNSUPPORTED', { reason: say('failures.unreadRaw'), detail });
