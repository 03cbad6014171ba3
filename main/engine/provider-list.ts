import { createHash } from 'node:crypto';
import { listSupportedBackends } from 'onnxruntime-node';
import { PROVIDERS, type Provider } from '../../contract/app';
import type { Providers, RememberedNet } from '../../contract/providers';
import { EmulsionError } from '../errors';
import { CHOOSES_DEVICE, devicesFor } from './devices';
import { messageOf } from './loaded-net';
import { placeOf } from './net-loader';
import { TINY_NET, tryProvider } from './provider-trial';
import { hasLibraries, runtimeInUse, runtimeVersion } from './runtime';
import type { Use, Verdict, Verdicts } from './verdicts';

/*
 * What this build of onnxruntime contains, and what is remembered of it. Whether a provider works is only known after a trial,
 * which may crash the process, see `provider-check.ts`.
 */

export type ListedProviders = Omit<Providers, 'pack'>;

/** Those that can be tried are listed as ready. */
export async function listProviders(verdicts: Verdicts): Promise<ListedProviders> {
  const supported = listSupportedBackends().map(({ name }) => name);
  const all = await verdicts.list();
  const providers = await Promise.all(
    PROVIDERS.map(async (provider): Promise<ListedProviders['providers'][number]> => {
      const isBuilt = provider === 'cpu' || supported.includes(provider);
      const devices = isBuilt ? await devicesFor(provider) : [];
      const state = !isBuilt ? 'notBuilt' : hasLibraries(provider) ? 'ready' : 'noLibraries';
      const detail = state === 'noLibraries' ? (runtimeInUse().fault ?? '') : '';
      const places = await placesOf(provider);
      return {
        provider,
        state,
        detail,
        devices,
        choosesDevice: CHOOSES_DEVICE.includes(provider),
        remembered: all
          .filter(({ use }) => use.provider === provider)
          .map(({ use, verdict, at }) => ({
            ...factsOf(use, verdict),
            at,
            holds: places.some((place) => isAt(use, place)),
          })),
      };
    }),
  );
  return { runtime: runtimeVersion(), providers };
}

function factsOf({ generator, device, driver }: Use, verdict: Verdict): Omit<RememberedNet, 'at' | 'holds'> {
  if (verdict.outcome === 'crashed')
    return { generator, device, driver, outcome: 'crashed', worst: null, seconds: null, secondsOnCpu: null };
  const { isRight, worst, seconds, secondsOnCpu } = verdict;
  return { generator, device, driver, outcome: isRight ? 'right' : 'wrong', worst, seconds, secondsOnCpu };
}

/** Where a provider can compute here: on each device, or where it chooses. */
async function placesOf(provider: Provider): Promise<Pick<Use, 'device' | 'driver'>[]> {
  if (!CHOOSES_DEVICE.includes(provider)) return [(await placeOf(provider, null)).place];
  const devices = await devicesFor(provider);
  if (devices.length === 0) return [{ device: '', driver: '' }];
  return Promise.all(devices.map(async ({ name }) => (await placeOf(provider, name)).place));
}

const isAt = (use: Use, { device, driver }: Pick<Use, 'device' | 'driver'>) =>
  use.device === device && use.driver === driver && use.runtime === runtimeVersion();

/** The tiny net as something that may crash. */
const TINY = { id: 'trial', sha256: createHash('sha256').update(TINY_NET).digest('hex') };

/**
 * Has a provider compute a tiny net: null if that is right, otherwise what was wrong. Throws PROVIDER_FAILED with what
 * onnxruntime says; ENGINE_CRASHED if that has ended the engine before, with this device and driver.
 */
export async function tryListed(
  provider: Provider,
  device: string | null,
  verdicts: Verdicts,
  onUse: (use: Use) => void,
): Promise<string | null> {
  const { place, number } = await placeOf(provider, device);
  const use: Use = { generator: TINY.id, sha256: TINY.sha256, provider, ...place, runtime: runtimeVersion() };
  if ((await verdicts.find(use))?.outcome === 'crashed') throw new EmulsionError('ENGINE_CRASHED');
  onUse(use);
  return tryProvider(provider, number).catch((cause: unknown) => {
    throw new EmulsionError('PROVIDER_FAILED', { detail: messageOf(cause).split('\n')[0], cause });
  });
}
