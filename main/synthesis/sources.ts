import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { GeneratorInfo } from '../../contract/app';
import type { DamageKind, SynthesisSettings } from '../../contract/synthesis';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { assertWritable } from '../storage/folders';
import type { Found } from '../storage/found';
import { isBelow } from '../storage/remote';
import { look, scan } from '../storage/scan';
import { SeededRandom } from './seeded-random';

/** Number of overlays offered for one pair, because some may turn out to be unusable. */
const OVERLAYS = 24;

/** The photos of a folder, and the files that cannot be used. `stray`: the file was not meant to be a photo. */
export interface Sources {
  photos: Found[];
  problems: { name: string; error: EmulsionError; stray: boolean }[];
}

/** Lists a folder. Throws FILE_MISSING, FILE_UNREADABLE, BAD_REQUEST or CANCELLED. */
export async function findSources(
  folder: string,
  { signal, within }: { signal?: AbortSignal; within?: string },
): Promise<Sources> {
  const info = await stat(folder).catch((cause: unknown) => {
    throw new EmulsionError('FILE_MISSING', { reason: say('failures.noFolder', { folder }), cause });
  });
  if (!info.isDirectory()) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('failures.fileForPairs', { path: folder }) });
  }
  const sources: Sources = { photos: [], problems: [] };
  for await (const found of scan(folder, { except: [], signal, within })) {
    if (signal?.aborted) throw new EmulsionError('CANCELLED');
    const problem = 'error' in found ? { error: found.error, stray: found.stray === true } : await look(found.path);
    if (problem) sources.problems.push({ name: found.name, ...problem });
    else if ('path' in found) sources.photos.push(found);
  }
  return sources;
}

/** A value that identifies a set of photos without reading them. */
export function digestOf(photos: readonly Found[]): { count: number; digest: string } {
  const hash = createHash('sha256');
  for (const { name, bytes } of photos) hash.update(`${name}\0${bytes}\n`);
  return { count: photos.length, digest: hash.digest('hex') };
}

/** The photos for the pair of an index, in the order to try. Each photo is used once before any is used again. */
export function* sourcesFor<T>(photos: readonly T[], seed: number, index: number): Generator<T> {
  const { length } = photos;
  const turn = Math.floor(index / length);
  yield photos[new SeededRandom(seed, 'turn', turn).shuffled(length)[index % length]!]!;
  // If that one cannot be used, any other.
  for (const other of new SeededRandom(seed, index, 'other').shuffled(length)) yield photos[other]!;
}

/** Overlays for the pair of an index. */
export function overlaysFor<T>(overlays: readonly T[], seed: number, index: number): T[] {
  const random = new SeededRandom(seed, index, 'overlays');
  if (overlays.length <= OVERLAYS) return random.shuffled(overlays.length).map((i) => overlays[i]!);
  return Array.from({ length: OVERLAYS }, () => random.pick(overlays));
}

/**
 * The kinds of damage to draw: the wanted ones, or all that are available. Throws BAD_REQUEST or GENERATOR_MISSING if a
 * wanted kind is not available.
 */
export function kindsOf(
  { damage }: Pick<SynthesisSettings, 'damage'>,
  { overlays, generators }: { overlays: boolean; generators: readonly GeneratorInfo[] },
): { kinds: DamageKind[]; generator: { id: string; version: string } | null } {
  const drawing = generators.filter(({ task }) => task === 'synthesise');
  const ready = drawing.find(({ state }) => state === 'ready');
  const isThere: Record<DamageKind, boolean> = { drawn: true, overlay: overlays, synthesised: ready !== undefined };
  const kinds = (['drawn', 'overlay', 'synthesised'] as const).filter((kind) =>
    damage ? damage.includes(kind) : isThere[kind],
  );
  if (kinds.includes('overlay') && !overlays) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('failures.overlaysNeeded') });
  }
  if (kinds.includes('synthesised') && !ready) {
    throw new EmulsionError(drawing.length > 0 ? 'GENERATOR_DAMAGED' : 'GENERATOR_MISSING', {
      ...(drawing.length === 0 && { reason: say('failures.synthesiserMissing') }),
    });
  }
  const isUsed = ready !== undefined && kinds.includes('synthesised');
  return { kinds, generator: isUsed ? { id: ready.id, version: ready.version } : null };
}

/** Refuses an output folder inside or around a folder that is read. Also throws what `assertWritable` throws. */
export async function assertApart(output: string, inputs: readonly string[]): Promise<void> {
  const place = await realPlace(output);
  for (const input of inputs) {
    const real = await realPlace(input);
    if (isBelow(real, place) || isBelow(place, real)) {
      throw new EmulsionError('OUTPUT_IS_INPUT', {
        reason: say('failures.pairsInside', { folder: input }),
      });
    }
  }
  await assertWritable(output);
}

/** The path of a folder with links resolved. The folder need not exist yet. */
async function realPlace(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch {
    // It does not exist yet: the nearest folder that does decides.
    return dirname(whole) === whole ? whole : join(await realPlace(dirname(whole)), basename(whole));
  }
}
