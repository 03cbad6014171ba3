import { listSupportedBackends } from 'onnxruntime-node';
import type { Provider, Refusal } from '../../contract/app';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import { providerOrder } from '../generators/providers';
import { CHOOSES_DEVICE, type Device, devicesFor } from './devices';
import { knownAnswer, LoadedNet, messageOf, type NetSource } from './loaded-net';
import { checkLibraries } from './pack';
import { tryProvider } from './provider-trial';
import { hasLibraries, runtimeInUse, runtimeVersion } from './runtime';
import { freed, mayBeFreed } from './unfix';
import type { Use, Verdict, Verdicts } from './verdicts';

/*
 * Loading a net with the provider that computes it. Every net has to prove itself on every provider: one known tile, of the
 * size that its tiles have, is computed there and on the CPU. What came out is remembered, see `verdicts.ts`.
 */

export interface LoaderOptions {
  provider: 'auto' | Provider;
  /** Name of the graphics device that is wanted; absent or null: the first. */
  device?: string | null;
  /** 0: as many as there are cores. */
  threads: number;
  /** Providers that crashed the engine before, whatever they computed. */
  avoid: readonly Provider[];
  verdicts: Verdicts;
  /** Called before something is computed, so that a crash can be attributed to the net and its provider; null: the CPU. */
  onUse(use: Use | null): void;
  /** Called before a stretch in which the process cannot answer. */
  busy(seconds: number): void;
}

/** A net with the provider that computes it, and why it is not the one that was wanted. */
export interface Loaded {
  net: LoadedNet;
  /** Null on the CPU. */
  use: Use | null;
  refused: readonly Refusal[];
}

/**
 * How far the answer for the test tile may differ from the CPU's, as shares of the output's range: the largest difference of
 * a pixel, and the mean. With 32 bits, providers add in another order (1e-6) or round factors to 11 bits (TF32, about 1e-3
 * after many layers): a mean of a quarter of a step of 8 bits leaves nearly every byte of a photo as it is, and two
 * steps in one pixel are not seen. Nets with 16 bits round every layer to 11 bits on a graphics device, but not on the CPU,
 * so they may differ twice as far. A kernel that computes something else, a shift by half a pixel or another order of
 * channels differ by tens of steps.
 */
export const TOLERANCE = {
  float32: { worst: 2 / 255, mean: 0.25 / 255 },
  float16: { worst: 4 / 255, mean: 0.5 / 255 },
} as const;

/** Times differ by so much from run to run. */
const SLOWER = 1.1;
const LOAD_SECONDS = 120;
/** A provider that takes so much longer for a tile is of no use. */
const MUCH_SLOWER = 20;
/** The tile of a large net takes long on the CPU. */
const PROOF_SECONDS = 600;

export class NetLoader {
  readonly #options: LoaderOptions;
  /** Providers that could not be used at all and are not tried again. */
  readonly #refused = new Map<Provider, Refusal>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    for (const provider of options.avoid)
      this.#refused.set(provider, { provider, reason: 'crashed', detail: 'it stopped the engine before' });
  }

  async load(declared: Card, file: NetSource, threads: number): Promise<Loaded> {
    const { busy, verdicts, onUse } = this.#options;
    let [card, source] = [declared, file];
    let onCpu: LoadedNet | null = null;
    /** A faulty net fails here, so that no other provider is blamed for it. */
    const cpu = async (): Promise<LoadedNet> => {
      if (onCpu) return onCpu;
      busy(LOAD_SECONDS);
      let net = await LoadedNet.create(declared, file, { provider: 'cpu', threads });
      const free = await freed(net, file, threads);
      if (free) {
        await net.release();
        ({ net, source } = free);
      }
      card = net.card;
      onCpu = net;
      return net;
    };
    const refused = new Map<Provider, Refusal>();
    const refuse = (provider: Provider, reason: Refusal['reason'], detail: string) =>
      void refused.set(provider, { provider, reason, detail: detail.split('\n')[0] ?? '' });

    // What it looks like when its size is taken out is only known after that.
    if (mayBeFreed(declared, file)) await cpu();
    for (const provider of this.#order(refuse)) {
      const { place, number, isOther } = await placeOf(provider, this.#options.device ?? null);
      const { id: generator, sha256 } = declared;
      const use: Use = { generator, sha256, provider, ...place, runtime: runtimeVersion() };
      const known = await verdicts.find(use);
      const why = known && whyNot(known, this.#options.provider);
      if (why) {
        refuse(provider, ...why);
        continue;
      }
      if (!known) await cpu();
      let net: LoadedNet | null = null;
      try {
        busy(LOAD_SECONDS);
        await checkAdded(provider);
        onUse(use);
        net = await LoadedNet.create(card, source, { provider, threads, device: number });
        if (!known) {
          const verdict = await compare(net, await cpu(), busy);
          await verdicts.remember(use, verdict);
          const unproven = whyNot(verdict, this.#options.provider);
          if (unproven) {
            refuse(provider, ...unproven);
            await net.release();
            continue;
          }
        }
        await (onCpu as LoadedNet | null)?.release();
        if (isOther) refuse(provider, 'otherDevice', `there is no ${this.#options.device}`);
        return { net, use, refused: this.#news(refused, provider) };
      } catch (error) {
        await net?.release();
        refuse(provider, 'failed', messageOf(error));
        // If it cannot even compute a tiny net, it is not tried with others.
        const fault = await tryProvider(provider, number).catch((reason: unknown) => messageOf(reason));
        if (fault !== null)
          this.#refused.set(provider, { provider, reason: 'failed', detail: fault.split('\n')[0] ?? '' });
      }
    }
    return { net: await cpu(), use: null, refused: this.#news(refused, 'cpu') };
  }

  /** The providers to try, without the CPU. */
  #order(refuse: (provider: Provider, reason: Refusal['reason'], detail: string) => void): Provider[] {
    const { provider: asked } = this.#options;
    const supported = listSupportedBackends().map((backend) => backend.name);
    const missing = (provider: Provider) => !hasLibraries(provider);
    if (asked !== 'auto' && asked !== 'cpu' && !this.#refused.has(asked)) {
      if (!supported.includes(asked)) refuse(asked, 'missing', 'this build of onnxruntime has no such provider');
      else if (missing(asked)) refuse(asked, 'missing', runtimeInUse().fault ?? 'its libraries were not added');
    }
    for (const [provider, { reason, detail }] of this.#refused) refuse(provider, reason, detail);
    return providerOrder(asked, process.platform, supported, [...this.#refused.keys()]).filter(
      (provider) => provider !== 'cpu' && !missing(provider),
    );
  }

  /** The refusals worth reporting. */
  #news(refused: ReadonlyMap<Provider, Refusal>, used: Provider): Refusal[] {
    const { provider: asked } = this.#options;
    return [...refused.values()].filter(({ provider, reason }) => {
      if (reason === 'otherDevice') return provider === used;
      if (asked === used) return false;
      // If the user has chosen no provider, missing or slow hardware is not worth reporting, but a fault is.
      return asked === 'auto' ? reason === 'crashed' || reason === 'differs' : provider === asked;
    });
  }
}

let checked: Promise<void> | undefined;

/** Throws unless added libraries are as they were when they were added. */
function checkAdded(provider: Provider): Promise<void> {
  const { folder } = runtimeInUse();
  if (folder === null || (provider !== 'cuda' && provider !== 'tensorrt')) return Promise.resolve();
  checked ??= checkLibraries(folder);
  return checked;
}

/** For providers that choose by themselves: a change of any device counts. */
function together(devices: readonly Device[]): Device | undefined {
  if (devices.length <= 1) return devices[0];
  return { name: devices.map(({ name }) => name).join(', '), driver: devices.map(({ driver }) => driver).join(', ') };
}

/**
 * Where a provider computes, for what is remembered of it.
 *
 * @param wanted name of a device; null: the first. Not every provider can be told.
 */
export async function placeOf(
  provider: Provider,
  wanted: string | null,
): Promise<{ place: Pick<Use, 'device' | 'driver'>; number?: number; isOther: boolean }> {
  const devices = await devicesFor(provider);
  const at = devices.findIndex(({ name }) => name === wanted);
  const number = CHOOSES_DEVICE.includes(provider) ? Math.max(0, at) : undefined;
  const device = number === undefined ? together(devices) : devices[number];
  const [name, driver] = [device?.name, device?.driver].map((text = '') => text.slice(0, 400));
  return {
    place: { device: name!, driver: driver! },
    ...(number !== undefined && { number }),
    isOther: wanted !== null && number !== undefined && at < 0,
  };
}

/** Why a provider is not used for a net; null if it is. One that the user has chosen may be slower than the CPU. */
function whyNot(verdict: Verdict, asked: 'auto' | Provider): [reason: Refusal['reason'], detail: string] | null {
  if (verdict.outcome === 'crashed') return ['crashed', 'it stopped the engine before'];
  const { isRight, worst, mean, seconds, secondsOnCpu } = verdict;
  if (!isRight) {
    const [one, all] = [worst, mean].map((share) => share.toPrecision(2));
    return ['differs', `its test tile differs from the CPU's by ${one} at most and ${all} in the mean`];
  }
  if (asked === 'auto' && seconds > SLOWER * secondsOnCpu) return ['slower', 'it is slower than the CPU here'];
  return null;
}

/** Compares the answers of two nets for the test tile. */
export async function compare(
  net: LoadedNet,
  onCpu: LoadedNet,
  busy: (seconds: number) => void = () => {},
): Promise<Extract<Verdict, { outcome: 'compared' }>> {
  busy(PROOF_SECONDS);
  const expected = await knownAnswer(onCpu);
  // One that hangs is not waited for as long as the CPU may take with a large net.
  busy(Math.max(LOAD_SECONDS, MUCH_SLOWER * expected.seconds));
  const got = await knownAnswer(net).catch((error: unknown) => {
    // What is no picture is as wrong as another one; other failures are not about what was computed.
    if (error instanceof EmulsionError && error.code === 'OUTPUT_INVALID' && error.cause === undefined) return null;
    throw error;
  });
  const [low, high] = net.card.output.range;
  let worst = 0;
  let sum = 0;
  for (let i = 0; i < expected.output.length; i++) {
    const difference = got === null ? 1 : Math.abs(got.output[i]! - expected.output[i]!) / (high - low);
    // Infinity and NaN are as far as anything can be.
    const share = Number.isFinite(difference) ? difference : 1e9;
    worst = Math.max(worst, share);
    sum += share;
  }
  const mean = sum / expected.output.length;
  const isHalf = net.card.input.type === 'float16' || net.card.output.type === 'float16';
  const tolerance = TOLERANCE[isHalf ? 'float16' : 'float32'];
  const isRight = worst <= tolerance.worst && mean <= tolerance.mean;
  return { outcome: 'compared', worst, mean, isRight, seconds: got?.seconds ?? 0, secondsOnCpu: expected.seconds };
}
