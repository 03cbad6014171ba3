import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Provider } from '../../contract/app';
import { log, logged, loggedUnlessMissing } from '../log/log';
import { readText } from '../storage/open-file';
import { writeSafely } from '../storage/replace';

/*
 * What is remembered of a net on a provider: whether it computes what the CPU computes, how fast, and whether it stopped
 * the engine. A verdict holds for one net, device, driver and version of onnxruntime; with a new driver it is found anew.
 */

/** A net on a provider. */
export const Use = z.object({
  /** Id of the generator, for people. */
  generator: z.string().max(200),
  /** SHA-256 of the net. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  provider: Provider,
  /** Name of the graphics device; empty if it is not known. */
  device: z.string().max(400),
  /** Version of its driver; empty if it is not known. */
  driver: z.string().max(400),
  /** Version of onnxruntime. */
  runtime: z.string().max(40),
});
export type Use = z.infer<typeof Use>;

export const Verdict = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('compared'),
    /** The largest and the mean difference from the CPU, as shares of the output's range. */
    worst: z.number().nonnegative(),
    mean: z.number().nonnegative(),
    isRight: z.boolean(),
    /** For the test tile. */
    seconds: z.number().nonnegative(),
    secondsOnCpu: z.number().nonnegative(),
  }),
  /** The engine ended, or had to be ended, while this net was computed. */
  z.object({ outcome: z.literal('crashed') }),
]);
export type Verdict = z.infer<typeof Verdict>;

const Remembered = z.object({ format: z.literal(1), use: Use, verdict: Verdict, at: z.string().max(40) });
export type Remembered = z.infer<typeof Remembered>;

const FOLDER = 'verdicts';
const NAME = /^[0-9a-f]{32}\.json$/;
const MOST_BYTES = 1 << 14;
const MOST_FILES = 10_000;
/** A provider that was stopped by so many nets is not tried with others. */
const CRASHES = 2;

/**
 * A file for each verdict, since several processes write them at the same time.
 *
 * @param folder the folder for providers of the data folder; undefined: they are remembered as long as the process lives
 */
export class Verdicts {
  readonly #folder: string | undefined;
  readonly #own = new Map<string, Remembered>();

  constructor(folder: string | undefined) {
    this.#folder = folder === undefined ? undefined : join(folder, FOLDER);
  }

  /** Null if nothing is known. A provider that several nets have stopped counts as stopped by all. */
  async find(use: Use): Promise<Verdict | null> {
    const all = await this.list();
    const key = keyOf(use);
    const own = all.find((each) => keyOf(each.use) === key)?.verdict ?? null;
    if (own?.outcome === 'crashed') return own;
    const crashed = all.filter(({ use: other, verdict }) => verdict.outcome === 'crashed' && isSamePlace(other, use));
    return crashed.length >= CRASHES ? { outcome: 'crashed' } : own;
  }

  /** What cannot be written is logged, and found out again the next time. */
  async remember(use: Use, verdict: Verdict): Promise<void> {
    const key = keyOf(use);
    const remembered: Remembered = { format: 1, use, verdict, at: new Date().toISOString() };
    if (this.#folder === undefined) {
      this.#own.set(key, remembered);
      return;
    }
    await writeSafely(join(this.#folder, `${key}.json`), JSON.stringify(remembered, null, 2)).catch(
      logged('What was found out about a provider could not be kept'),
    );
  }

  /** All that is remembered, in the order of its time. */
  async list(): Promise<Remembered[]> {
    return (await this.#all()).map(([, remembered]) => remembered);
  }

  /** With the names of their files, or their keys where there are no files. */
  async #all(): Promise<[name: string, Remembered][]> {
    const folder = this.#folder;
    if (folder === undefined) return inOrder([...this.#own]);
    const names = await readdir(folder).catch((error: unknown) => {
      loggedUnlessMissing('What is remembered of providers could not be read')(error);
      return [];
    });
    const known = names.filter((name) => NAME.test(name)).slice(0, MOST_FILES);
    const all = await Promise.all(known.map(async (name) => [name, await read(join(folder, name))] as const));
    return inOrder(all.flatMap(([name, remembered]) => (remembered ? [[name, remembered]] : [])));
  }

  /** Forgets what is remembered of a provider, or of all, so that it is tried again. Returns how much it was. */
  async forget(provider?: Provider): Promise<number> {
    const all = (await this.#all()).filter(([, { use }]) => provider === undefined || use.provider === provider);
    for (const [name] of all) {
      this.#own.delete(name);
      if (this.#folder !== undefined) await rm(join(this.#folder, name), { force: true });
    }
    return all.length;
  }
}

/** On the same device with the same driver. */
const isSamePlace = (one: Use, other: Use) =>
  (['provider', 'device', 'driver', 'runtime'] as const).every((name) => one[name] === other[name]);

const inOrder = (all: [string, Remembered][]) => all.sort(([, a], [, b]) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

function keyOf({ sha256, provider, device, driver, runtime }: Use): string {
  const text = JSON.stringify([sha256, provider, device, driver, runtime]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Null if it is damaged or was removed meanwhile: then it is found out again. */
async function read(path: string): Promise<Remembered | null> {
  try {
    return Remembered.parse(JSON.parse(await readText(path, MOST_BYTES, { follow: false })));
  } catch (error) {
    log.info('A verdict about a provider is not used', error);
    return null;
  }
}
