import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
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

async function load(): Promise<SharpModule> {
  if (process.platform === 'linux' && process.versions.electron !== undefined) refuseNativeBuild();
  const { default: module } = await import('sharp');
  // Each photo is decoded once, so libvips' operation cache would only waste memory.
  module.cache(false);
  module.concurrency(Math.min(MAX_THREADS, availableParallelism()));
  module.block({ operation: ['VipsForeignLoad'] });
  module.unblock({ operation: LOADERS });
  return module;
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
