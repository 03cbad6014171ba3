import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type sharp from 'sharp';

export type { Metadata as FileHeader, Sharp } from 'sharp';

export type SharpModule = typeof sharp;

/** libvips' loaders for the formats that Emulsion reads. All others stay blocked. */
const LOADERS = [
  'VipsForeignLoadJpeg',
  'VipsForeignLoadPng',
  'VipsForeignLoadTiff',
  'VipsForeignLoadWebp',
  'VipsForeignLoadHeif',
  'VipsForeignLoadNsgif',
];

const MAX_THREADS = 4;

let loading: Promise<SharpModule> | undefined;

/**
 * Loads sharp: its native build, or the WebAssembly build inside Electron on Linux. There the native build brings its own
 * GLib, which clashes with Electron's and can crash the process. SECURITY: loaders for formats that Emulsion does not read
 * are blocked, so that their bugs cannot be exploited.
 */
export function loadSharp(): Promise<SharpModule> {
  loading ??= load();
  return loading;
}

/** Whether sharp is its WebAssembly build here. */
const isWasm = process.platform === 'linux' && process.versions.electron !== undefined;

async function load(): Promise<SharpModule> {
  if (isWasm) refuseNativeBuild();
  const { default: module } = await import('sharp');
  // Each photo is decoded once, so libvips' operation cache would only waste memory.
  module.cache(false);
  module.concurrency(Math.min(MAX_THREADS, availableParallelism()));
  module.block({ operation: ['VipsForeignLoad'] });
  module.unblock({ operation: LOADERS });
  return module;
}

/*
 * The WebAssembly build has a memory of its own, of 2 GiB at most, which its threads share. V8 does not see how much of it
 * a picture holds, and frees that only some time after a collection.
 */

/** The largest picture, in bytes of its samples, that the WebAssembly build can decode; Infinity for the native build. */
export const MAX_DECODED_BYTES = isWasm ? 1.5 * 1024 ** 3 : Number.POSITIVE_INFINITY;

/**
 * What sharp returned, in memory that nobody else frees or writes to. The WebAssembly build returns a view of its own
 * memory, and uses that memory again as soon as the returned object is collected, even if other views of it are left.
 */
export function ownBytes(returned: Buffer): Uint8Array {
  if (returned.buffer instanceof SharedArrayBuffer) return new Uint8Array(returned);
  return new Uint8Array(returned.buffer, returned.byteOffset, returned.length);
}

/**
 * Samples to hand to sharp. The WebAssembly build copies them into its memory and keeps that copy for as long as the samples
 * live. For samples that stay open, it is given a copy that does not.
 */
export function inputOf<T extends Uint8Array | Uint16Array>(samples: T): T {
  return isWasm ? (samples.slice() as T) : samples;
}

let collect: (() => void) | undefined;

/** Whether another decoder in WebAssembly has been used, whose memory V8 frees only some time later. */
let isDecoderLeft = false;

export function noteDecoder(): void {
  isDecoderLeft = true;
}

/**
 * Frees the memory of all pictures and decoders that are no longer used. Does nothing with the native build alone, which frees
 * its own.
 */
export function freePictures(): void {
  if (!isWasm && !isDecoderLeft) return;
  isDecoderLeft = false;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/**
 * sharp tries its native package first, and uses the WebAssembly one if that throws. There is no option for this, so the
 * native package is made to throw. If it is not installed, nothing needs to be done.
 */
function refuseNativeBuild(): void {
  const require = createRequire(import.meta.url);
  const requireAsSharp = createRequire(require.resolve('sharp'));
  for (const platform of ['linux', 'linuxmusl']) {
    let id: string;
    try {
      id = requireAsSharp.resolve(`@img/sharp-${platform}-${process.arch}/sharp.node`);
    } catch {
      // This build of sharp is not installed.
      continue;
    }
    const refused: Partial<NodeJS.Module> = {
      id,
      filename: id,
      loaded: true,
      children: [],
      get exports(): never {
        throw new Error('The native build of sharp is not used inside Electron on Linux.');
      },
    };
    require.cache[id] = refused as NodeJS.Module;
  }
}
