import { resolve } from 'node:path';
import type { ErrorCode } from '../../contract/errors';
import { PAIR_SIDES } from '../../contract/pictures';
import type { DamageKind, SynthesisSettings } from '../../contract/synthesis';
import packageInfo from '../../package.json' with { type: 'json' };
import { say } from '../../text/message';
import type { Requests } from '../engine/protocol';
import type { Engine } from '../engine/supervisor';
import { EmulsionError, toEmulsionError } from '../errors';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';
import { takeLock } from '../storage/lock';
import { cleanPartials, openTarget } from '../storage/write';
import { begin, PairRecord, SYNTHESIS_FORMAT } from './record';
import { assertApart, digestOf, findSources, kindsOf, overlaysFor, sourcesFor } from './sources';

export interface SynthesisSetup {
  /** Folder of clean photos, including those in its subfolders. */
  input: string;
  output: string;
  /** Folder with pictures of damage, white on black. */
  overlays: string | null;
  /** No link is followed out of this folder; absent: links may lead anywhere. */
  within?: string;
  settings: SynthesisSettings;
  pairs: number;
  /** The engines; each works on one pair at a time. */
  processor: { engines: number; use<T>(work: (engine: Engine) => Promise<T>): Promise<T> };
  signal: AbortSignal;
  /** Called when the kinds of damage, and the number of existing pairs, are known. */
  onBegin?(begun: { kinds: DamageKind[]; photos: number; overlays: number; kept: number }): void;
  onPair?(pair: PairMade, progress: { done: number; secondsLeft: number | null }): void;
  /** Called once for each file that cannot be used. `stray`: the file was not meant to be a photo. */
  onProblem?(problem: Problem): void;
}

export interface PairMade {
  index: number;
  /** Path of the photo below the input folder. */
  source: string;
  coverage: number;
  files: NonNullable<Requests['pair']['response']['files']>;
}

export interface Problem {
  of: 'photo' | 'overlay';
  name: string;
  error: EmulsionError;
  stray: boolean;
}

export interface SynthesisResult {
  made: number;
  /** Pairs that existed before. */
  kept: number;
  kinds: DamageKind[];
  /** Files that could not be used, without strays. */
  unusable: number;
  interrupted: boolean;
}

/** Errors of a photo itself. Another photo is used instead. */
export const OF_THE_PHOTO: readonly ErrorCode[] = [
  'FILE_MISSING',
  'FILE_UNREADABLE',
  'FILE_EMPTY',
  'NOT_A_PHOTO',
  'PHOTO_DAMAGED',
  'PHOTO_TOO_LARGE',
  'PHOTO_TOO_SMALL',
  'FORMAT_UNSUPPORTED',
  'ENGINE_CRASHED',
  'ENGINE_HUNG',
];

/**
 * Makes training pairs from a folder of clean photos, or continues: existing, unchanged pairs are kept. Makes as many as
 * wanted, unless it throws or is interrupted.
 *
 * Throws OUTPUT_IS_INPUT, FOLDER_TAKEN, PAIRS_DIFFER, BATCH_RUNNING, PHOTOS_UNUSABLE, what {@link kindsOf} throws,
 * and errors that affect all pairs, such as DISK_FULL.
 */
export async function synthesise(setup: SynthesisSetup): Promise<SynthesisResult> {
  const { settings, processor } = setup;
  const [input, output] = [resolve(setup.input), resolve(setup.output)];
  const overlayFolder = setup.overlays === null ? null : resolve(setup.overlays);
  const { photos, problems } = await findSources(input, setup);
  const overlays = overlayFolder === null ? null : await findSources(overlayFolder, setup);
  await assertApart(output, overlayFolder === null ? [input] : [input, overlayFolder]);
  const generators = await processor.use((engine) => engine.request('generators', null));
  const { kinds, generator } = kindsOf(settings, { overlays: overlays !== null, generators });
  const used = kinds.includes('overlay') ? overlays : null;
  if (photos.length === 0) throw new EmulsionError('PHOTOS_UNUSABLE', { reason: say('failures.noPhotos') });
  if (used?.photos.length === 0) throw new EmulsionError('PHOTOS_UNUSABLE', { reason: say('failures.noOverlays') });

  const place = await openTarget({ folder: output, root: setup.within });
  let lost = false;
  const release = await takeLock(place, () => {
    lost = true;
  }).catch(async (cause: unknown) => {
    await place.close();
    const { code, detail } = toEmulsionError(cause);
    const reason = code === 'BATCH_RUNNING' ? say('failures.pairsRunning') : undefined;
    throw new EmulsionError(code, { reason, detail, cause });
  });
  try {
    const { version } = packageInfo;
    await begin(place, {
      synthesis: SYNTHESIS_FORMAT,
      version,
      settings: { ...settings, damage: kinds },
      generator,
      photos: digestOf(photos),
      overlays: used && digestOf(used.photos),
    });
    for (const side of PAIR_SIDES) await cleanPartials(`${output}/${side}`, output);
    for (const problem of problems) setup.onProblem?.({ of: 'photo', ...problem });
    for (const problem of used?.problems ?? []) setup.onProblem?.({ of: 'overlay', ...problem });
    const run = new Run({ ...setup, output }, photos, used?.photos ?? [], kinds, await PairRecord.open(place));
    const outcome = await run.go(() => lost);
    const unusable = [...problems, ...(used?.problems ?? [])].filter(({ stray }) => !stray).length;
    return { ...outcome, kinds, unusable: unusable + outcome.unusable };
  } finally {
    await release();
    await place.close();
  }
}

/** Makes the missing pairs. */
class Run {
  readonly #setup: SynthesisSetup;
  readonly #photos: readonly Found[];
  readonly #overlays: readonly Found[];
  readonly #kinds: readonly DamageKind[];
  readonly #record: PairRecord;
  /** Names of files that cannot be used. */
  readonly #bad = { photo: new Set<string>(), overlay: new Set<string>() };
  readonly #hashes = new Map<string, Promise<string>>();
  readonly #began = performance.now();
  #made = 0;

  constructor(
    setup: SynthesisSetup,
    photos: readonly Found[],
    overlays: readonly Found[],
    kinds: readonly DamageKind[],
    record: PairRecord,
  ) {
    this.#setup = setup;
    this.#photos = photos;
    this.#overlays = overlays;
    this.#kinds = kinds;
    this.#record = record;
  }

  async go(isLost: () => boolean): Promise<Omit<SynthesisResult, 'kinds'>> {
    const { pairs, output, signal, processor } = this.#setup;
    const missing: number[] = [];
    for (let index = 0; index < pairs && !signal.aborted; index++) {
      if (!(await this.#record.isWhole(output, index))) missing.push(index);
    }
    const kept = pairs - missing.length;
    const [photos, overlays] = [this.#photos.length, this.#overlays.length];
    if (!signal.aborted) this.#setup.onBegin?.({ kinds: [...this.#kinds], photos, overlays, kept });
    // The first error that affects all pairs stops the others.
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    let next = 0;
    const work = async () => {
      while (next < missing.length && !either.aborted) {
        if (isLost()) throw new EmulsionError('BATCH_RUNNING');
        await this.#make(missing[next++]!, either, missing.length);
      }
    };
    const workers = Array.from({ length: Math.min(processor.engines, missing.length) }, () =>
      work().catch((error: unknown) => {
        if (!either.aborted) stop.abort(error);
      }),
    );
    await Promise.all(workers);
    await this.#record.close();
    if (stop.signal.aborted) throw stop.signal.reason;
    const unusable = this.#bad.photo.size + this.#bad.overlay.size;
    return { made: this.#made, kept, unusable, interrupted: signal.aborted };
  }

  async #make(index: number, signal: AbortSignal, all: number): Promise<void> {
    const { settings, output, processor } = this.#setup;
    const { seed, format } = settings;
    const overlays = overlaysFor(this.#overlays, seed, index).map(({ name, path }) => ({ name, path }));
    for (const photo of sourcesFor(this.#photos, seed, index)) {
      if (this.#bad.photo.has(photo.name)) continue;
      try {
        const body = {
          path: photo.path,
          index,
          settings,
          kinds: this.#kinds,
          overlays,
          target: { folder: output, format },
        };
        const { facts, files, unusable } = await processor.use((engine) => engine.request('pair', body, { signal }));
        for (const { name, failure } of unusable) {
          this.#tell('overlay', name, new EmulsionError(failure.code, failure));
        }
        const { name } = photo;
        const { version } = packageInfo;
        const sha256 = await this.#hash(photo);
        await this.#record.add({ index, source: name, sha256, seed, version, ...facts, files: files! });
        this.#made += 1;
        const seconds = (performance.now() - this.#began) / 1000;
        const secondsLeft = this.#made < 3 ? null : (seconds / this.#made) * (all - this.#made);
        const done = this.#setup.pairs - all + this.#made;
        this.#setup.onPair?.({ index, source: name, coverage: facts.coverage, files: files! }, { done, secondsLeft });
        return;
      } catch (thrown) {
        const error = toEmulsionError(thrown);
        if (!OF_THE_PHOTO.includes(error.code)) throw error;
        this.#tell('photo', photo.name, error);
      }
    }
    throw new EmulsionError('PHOTOS_UNUSABLE');
  }

  #tell(of: Problem['of'], name: string, error: EmulsionError): void {
    if (this.#bad[of].has(name)) return;
    this.#bad[of].add(name);
    this.#setup.onProblem?.({ of, name, error, stray: false });
  }

  /** Reads the photo once more for its hash, but only once. */
  #hash({ path }: Found): Promise<string> {
    let hash = this.#hashes.get(path);
    if (!hash) {
      hash = hashFile(path);
      this.#hashes.set(path, hash);
    }
    return hash;
  }
}
