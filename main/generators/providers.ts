import type { Provider } from '../../contract/app';

/** What is tried on each platform when the choice is left to Emulsion; the CPU follows in any case. */
const AUTO: Partial<Record<NodeJS.Platform, readonly Provider[]>> = {
  win32: ['dml', 'cuda', 'webgpu'],
  darwin: ['coreml', 'webgpu'],
  linux: ['cuda', 'webgpu'],
};

/**
 * The providers to try, in order; the last one is always the CPU.
 *
 * @param supported the backends that the installed runtime names for this platform. Others must not be asked for:
 *   the runtime takes some of them without a word and computes on the CPU.
 * @param avoid providers that took the engine down before.
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
