import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Provider } from '../../contract/app';

/*
 * Where onnxruntime lies, and which of its providers have their libraries there.
 */

const require = createRequire(import.meta.url);

/** The folder of the package. */
const home = (): string => dirname(require.resolve('onnxruntime-node/package.json'));

/** The folder of the libraries that come with the package. */
export const shippedRuntime = (): string => join(home(), 'bin', 'napi-v6', process.platform, process.arch);

let version: string | undefined;

/** Version of onnxruntime. */
export function runtimeVersion(): string {
  version ??= (JSON.parse(readFileSync(join(home(), 'package.json'), 'utf8')) as { version: string }).version;
  return version;
}

/** Libraries of their own that providers need on Linux. The others are part of onnxruntime itself, or there are none. */
export const PROVIDER_LIBRARIES: Partial<Record<Provider, readonly string[]>> = {
  cuda: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  tensorrt: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_tensorrt.so'],
};

/** Whether the libraries of a provider are where onnxruntime looks for them. */
export function hasLibraries(provider: Provider, folder: string = shippedRuntime()): boolean {
  if (process.platform !== 'linux') return true;
  return (PROVIDER_LIBRARIES[provider] ?? []).every((name) => existsSync(join(folder, name)));
}
