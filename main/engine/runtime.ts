import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Provider } from '../../contract/app';

/*
 * Where onnxruntime lies, and which of its providers have their libraries there. It looks for those beside itself, so a
 * process that is to use added ones loads a copy of it from their folder, see `pack.ts`.
 */

// Not `require`: builds bring one of that name.
const packages = createRequire(import.meta.url);

/** Names the folder of added libraries to an engine. */
export const RUNTIME_VARIABLE = 'EMULSION_RUNTIME';
/** The binding of onnxruntime to Node. */
export const BINDING = 'onnxruntime_binding.node';

/** The folder of the package. */
const home = (): string => dirname(packages.resolve('onnxruntime-node/package.json'));

/** The folder of the libraries that come with the package. */
export const shippedRuntime = (): string => join(home(), 'bin', 'napi-v6', process.platform, process.arch);

let version: string | undefined;

/** Version of onnxruntime. */
export function runtimeVersion(): string {
  version ??= (JSON.parse(readFileSync(join(home(), 'package.json'), 'utf8')) as { version: string }).version;
  return version;
}

/** Libraries of their own that providers need on Linux. The others are part of onnxruntime itself, or there are none. */
export const PROVIDER_LIBRARIES = {
  cuda: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  tensorrt: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_tensorrt.so'],
} as const;

/** What this process has loaded, and why not what was added. */
let inUse: { folder: string | null; fault: string | null } = { folder: null, fault: null };

/** The folder of added libraries that this process uses, null for those of the package; and why others are not used. */
export const runtimeInUse = () => inUse;

/**
 * Has onnxruntime loaded from another folder, in which there is a copy of it. Only has an effect before it is imported.
 * Throws what loading throws.
 */
export function takeRuntime(folder: string): void {
  const path = join(folder, BINDING);
  packages(path);
  // The package asks for its own file by this path, and gets what is loaded.
  packages.cache[packages.resolve(join(shippedRuntime(), BINDING))] = packages.cache[path];
  inUse = { folder, fault: null };
}

export function reftakeRuntime(fault: string): void {
  inUse = { folder: null, fault };
}

/** Whether the libraries of a provider are where onnxruntime looks for them. */
export function hasLibraries(provider: Provider, folder: string = inUse.folder ?? shippedRuntime()): boolean {
  if (process.platform !== 'linux' || (provider !== 'cuda' && provider !== 'tensorrt')) return true;
  return PROVIDER_LIBRARIES[provider].every((name) => existsSync(join(folder, name)));
}
