import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PAIR_SIDES } from '../../contract/pictures';
import packageInfo from '../../package.json' with { type: 'json' };
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import type { GeneratorStore } from '../generators/store';
import { openPhoto } from '../photos/open';
import { encodeRegion } from '../photos/raster';
import { loadSharp, ownBytes } from '../photos/sharp';
import { AI_EDITED, ALGORITHMIC, COMPOSITE, pairPacket } from '../photos/xmp';
import type { Raster } from '../restoration/raster';
import type { OpenFolder } from '../storage/open-folder';
import { discardStaged, openTarget, publishAs, stageIn } from '../storage/write';
import type { Materials } from '../synthesis/damage';
import type { Field } from '../synthesis/field';
import { type Cut, cutClean, makePair, type Pair, type PairSide } from '../synthesis/pair';
import { opacityOf } from '../synthesis/picture';
import { CODEC_SECONDS } from './decoding';
import type { Job } from './job';
import type { Requests } from './protocol';
import type { Sessions } from './sessions';

type Request = Requests['pair']['request'];

const PAIR_SECONDS = 120;
/** Bytes of cached cuts and overlays, for pairs that are made again with other settings. */
const KEPT_BYTES = 64 * 2 ** 20;
/**
 * At least this share of an overlay is black, up to this little opacity. Otherwise it is a picture of something else.
 */
const BLACK = 0.1;
const LEAST_BLACK = 0.5;

/** Makes training pairs. */
export class Pairs {
  readonly #cuts = new Kept<Cut>(({ clean }) => 3 * clean.planes[0].byteLength);
  readonly #overlays = new Kept<Field>(({ data }) => data.byteLength);

  async make(
    job: Job,
    request: Request,
    store: GeneratorStore,
    sessions: Sessions,
  ): Promise<Requests['pair']['response']> {
    const { path, index, settings, kinds, target } = request;
    job.stage('opening', 0, 0.3);
    const { seed, size } = settings;
    const cut = await this.#cuts.get([await identityOf(path), seed, size, index].join('\0'), async () => {
      const { raster, colour } = await this.#open(job, path);
      return cutClean(raster, colour, index, settings);
    });
    job.stage('computing', 0.3, 0.9);
    job.busy(PAIR_SECONDS);
    const { materials, unusable } = this.#materials(job, request, store, sessions);
    const { clean, damaged, mask, ...facts } = await makePair(cut, index, settings, kinds, materials);
    await job.breathe();
    job.stage('writing', 0.9, 1);
    job.busy(CODEC_SECONDS);
    const told = { facts, unusable: unusable.map(failureOf) };
    if (target === null) return { ...told, files: null, pictures: await onScreen({ clean, damaged, mask }) };
    const pictures = await encoded({ clean, damaged, mask }, facts.damage, target.format);
    return { ...told, files: await write(job, target, index, pictures), pictures: null };
  }

  async #open(job: Job, path: string) {
    job.busy(CODEC_SECONDS);
    return job.orCancelled(openPhoto(path));
  }

  #materials(job: Job, { overlays }: Request, store: GeneratorStore, sessions: Sessions) {
    const unusable: { name: string; error: EmulsionError }[] = [];
    let next = 0;
    const materials: Materials = {
      breathe: () => job.breathe(),
      overlay: async () => {
        while (unusable.length < overlays.length) {
          const { name, path } = overlays[next++ % overlays.length]!;
          if (unusable.some((each) => each.name === name)) continue;
          try {
            return { name, opacity: await this.#overlay(job, path) };
          } catch (error) {
            job.throwIfCancelled();
            unusable.push({ name, error: toEmulsionError(error) });
          }
        }
        throw new EmulsionError('PHOTOS_UNUSABLE', {
          reason: say('failures.noOverlay'),
          detail: unusable.map(({ name, error }) => `${name}: ${error.message}`).join('\n'),
        });
      },
      synthesised: async (random) => {
        const installed = store.synthesiser();
        if (!installed) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for "synthesise"' });
        const inputs = installed.card.inputs.map(
          ({ name, size }) => [name, Float32Array.from({ length: size }, () => random.normal())] as const,
        );
        const values = await sessions.synthesise(installed, new Map(inputs));
        const { side } = installed.card.output;
        // Rounds to whole levels, so that tiny differences between processors do not matter.
        return { width: side, height: side, data: values.map((value) => Math.round(value * 255) / 255) };
      },
    };
    return { materials, unusable };
  }

  async #overlay(job: Job, path: string): Promise<Field> {
    return this.#overlays.get(await identityOf(path), async () => {
      const { raster, alpha } = await this.#open(job, path);
      const opacity = opacityOf(raster, alpha);
      const black = opacity.data.filter((value) => value < BLACK).length / opacity.data.length;
      if (black < LEAST_BLACK || black === 1) {
        throw new EmulsionError('MASK_UNSUITABLE', {
          reason: say('failures.notAnOverlay'),
        });
      }
      return opacity;
    });
  }
}

const failureOf = ({ name, error }: { name: string; error: EmulsionError }) => ({ name, failure: error.toFailure() });

/** Caches the last results, as far as they fit. */
class Kept<T> {
  readonly #kept = new Map<string, T>();
  readonly #bytesOf: (value: T) => number;

  constructor(bytesOf: (value: T) => number) {
    this.#bytesOf = bytesOf;
  }

  async get(key: string, make: () => Promise<T>): Promise<T> {
    const value = this.#kept.get(key) ?? (await make());
    this.#kept.delete(key);
    this.#kept.set(key, value);
    let held = [...this.#kept.values()].reduce((sum, each) => sum + this.#bytesOf(each), 0);
    for (const [oldest, each] of this.#kept) {
      if (held <= KEPT_BYTES) break;
      held -= this.#bytesOf(each);
      this.#kept.delete(oldest);
    }
    return value;
  }
}

/** Small pictures for a preview, which are fast to make. */
async function onScreen(rasters: Record<PairSide, Raster>) {
  const made = PAIR_SIDES.map(async (side) => {
    const { width, height } = rasters[side];
    const rect = { x: 0, y: 0, width, height };
    const picture = await encodeRegion({ raster: rasters[side], rect, width, height, lossless: side === 'mask' });
    return [side, picture] as const;
  });
  return Object.fromEntries(await Promise.all(made)) as NonNullable<Requests['pair']['response']['pictures']>;
}

async function identityOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  return `${path}\0${size}\0${mtimeMs}`;
}

async function encoded(
  rasters: Record<PairSide, Raster>,
  damage: Pair['damage'],
  format: 'png' | 'webp',
): Promise<Record<PairSide, Uint8Array>> {
  const sharp = await loadSharp();
  const isTrained = damage.some(({ kind }) => kind === 'synthesised');
  const types = { clean: null, damaged: isTrained ? AI_EDITED : COMPOSITE, mask: ALGORITHMIC };
  const made = PAIR_SIDES.map(async (side) => {
    const { width, height, channels, data } = rasters[side];
    const pipeline = sharp(data, { raw: { width, height, channels } })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .withXmp(pairPacket(packageInfo.version, side, types[side]));
    const file = format === 'png' ? pipeline.png({ compressionLevel: 6 }) : pipeline.webp({ lossless: true });
    return [side, ownBytes(await file.toBuffer())] as const;
  });
  return Object.fromEntries(await Promise.all(made)) as Record<PairSide, Uint8Array>;
}

/** Each file is complete or missing, and all three get their names together. */
async function write(
  job: Job,
  { folder, format }: NonNullable<Request['target']>,
  index: number,
  pictures: Record<PairSide, Uint8Array>,
): Promise<Requests['pair']['response']['files']> {
  const stem = String(index).padStart(6, '0');
  const staged: { place: OpenFolder; temporary: string }[] = [];
  try {
    for (const side of PAIR_SIDES) {
      const place = await openTarget({ folder: join(folder, side), root: folder });
      try {
        const { path } = await stageIn(place, stem, (file) => writeFile(file, pictures[side]), { signal: job.signal });
        staged.push({ place, temporary: path });
      } catch (error) {
        await place.close();
        throw error;
      }
    }
    for (const { place, temporary } of staged) {
      await publishAs(place, temporary, `${stem}.${format}`, { replace: true });
    }
  } finally {
    for (const { place, temporary } of staged) {
      await discardStaged(place, temporary);
      await place.close();
    }
  }
  const files = PAIR_SIDES.map((side) => {
    const sha256 = createHash('sha256').update(pictures[side]).digest('hex');
    return [side, { name: `${side}/${stem}.${format}`, bytes: pictures[side].length, sha256 }] as const;
  });
  return Object.fromEntries(files) as Requests['pair']['response']['files'];
}
