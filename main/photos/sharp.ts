import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import type sharp from 'sharp';

export type { Metadata as FileHeader, Sharp } from 'sharp';

export type SharpModule = typeof sharp;

/** The formats that Emulsion reads, by libvips' names for their loaders. Anything else stays blocked. */
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
 * The one way to sharp: its native build, or the WebAssembly build inside Electron on Linux. There the native one
 * brings a GLib of its own that clashes with the one Electron has loaded, and can crash the process.
 * Loaders for formats that Emulsion does not read are blocked: what cannot be reached cannot be attacked.
 */
export function loadSharp(): Promise<SharpModule> {
  loading ??= load();
  return loading;
}

async function load(): Promise<SharpModule> {
  if (process.platform === 'linux' && process.versions.electron !== undefined) refuseNativeBuild();
  const { default: module } = await import('sharp');
  // Photos are decoded once each, so libvips' cache of operations would only hold on to memory.
  module.cache(false);
  module.concurrency(Math.min(MAX_THREADS, availableParallelism()));
  module.block({ operation: ['VipsForeignLoad'] });
  module.unblock({ operation: LOADERS });
  return module;
}

/**
 * sharp tries its native package first and takes the WebAssembly one when that throws. There is no option for it,
 * so the native package is made to throw; where it is not installed, there is nothing to do.
 */
function refuseNativeBuild(): void {
  const require = createRequire(import.meta.url);
  const requireAsSharp = createRequire(require.resolve('sharp'));
  for (const platform of ['linux', 'linuxmusl']) {
    let id: string;
    try {
      id = requireAsSharp.resolve(`@img/sharp-${platform}-${process.arch}/sharp.node`);
    } catch {
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
