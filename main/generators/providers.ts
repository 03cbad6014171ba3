import type { Provider } from '../../contract/app';

/** The providers to try on each platform if the user has not chosen one. The CPU always follows. */
const AUTO: Partial<Record<NodeJS.Platform, readonly Provider[]>> = {
  win32: ['dml', 'cuda', 'webgpu'],
  darwin: ['coreml', 'webgpu'],
  linux: ['cuda', 'webgpu'],
};

/**
 * The providers to try, in order; the last one is always the CPU.
 *
 * @param supported the backends that the installed runtime names for this platform. Do not ask for others:
 *   the runtime accepts some of them silently and computes on the CPU.
 * @param avoid providers that have crashed the engine before
 */
export function providerOrder(
  asked: 'auto' | Provider,
  platform: NodeJS.Platform,
  supported: readonly string[],
  avoid: readonly Provider[] = [],
): Provider[] {
  const wanted = asked === 'auto' ? (AUTO[platform] ?? []) : [asked];
  const usable = wanted.filter(
    (provider) => provider !== 'cpu' && supported.includes(provider) && !avoid.includes(provider),
  );
  return [...usable, 'cpu'];
}
