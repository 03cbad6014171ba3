import type { Message } from '../../contract/basics';
import type { Face } from '../../contract/photo';
import type { StyleExample } from '../../contract/recipe';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import type { GeneratorStore } from '../generators/store';
import { openPhoto } from '../photos/open';
import { resizeRaster, shrinkRaster } from '../photos/raster';
import { findFaces } from '../restoration/faces';
import type { PixelMeasurements, PixelSamples } from '../restoration/pixels';
import { type ColourTransform, type Raster, readSrgb } from '../restoration/raster';
import {
  type ForeignFacts,
  type GeneratorFacts,
  PAINTING,
  type PassReport,
  type StepTools,
  type TilePass,
} from '../restoration/tools';
import { examplePath } from '../userdata/examples';
import { CODEC_SECONDS } from './decoding';
import { findFacesWith } from './face-finder';
import type { Job } from './job';
import { MeasuringThread } from './measuring-thread';
import type { EngineOptions } from './protocol';
import { type Sessions, threadsFor } from './sessions';
import { numbersOf, runTilePass } from './tiles';

/** The facts on a generator's card that a step may use. */
export function factsOf(card: Card): GeneratorFacts {
  const { id, thresholds, vectorInputs, input, output } = card;
  const gives = Array.isArray(output.channels) ? output.channels : [];
  const extraInputs = numbersOf(card).filter(({ hidden }) => !hidden);
  const { template } = card;
  const facts = {
    ...{ id, thresholds, scale: output.scale, extraInputs, takes: input.channels, gives, vectorInputs },
    ...(template && { template }),
  };
  return card.origin.kind === 'shipped' ? facts : { ...facts, foreign: foreignFacts(card) };
}

function foreignFacts({ input, output, global, tile, example }: Card): ForeignFacts {
  const { multiple, remainder, minimum, ladder, square, fixed } = input;
  return {
    returns: returnsOf(output.channels),
    global,
    sides: { multiple, remainder, minimum, ladder, square, fixed },
    longest: tile,
    takesExample: example !== undefined,
  };
}

function returnsOf(channels: Card['output']['channels']): ForeignFacts['returns'] {
  switch (channels) {
    case 'luma':
    case 'cbcr':
    case 'lab-ab':
      return channels;
    case 'rgb':
    case 'bgr':
    case 'residual':
      return 'picture';
    default:
      return 'map';
  }
}

/** The inputs that a person has set and the step has not, within the generator's bounds; undefined if there are none. */
function inputsFor(card: Card, { wanted, extras = {} }: TilePass): Record<string, number> | undefined {
  const set = Object.entries(wanted?.inputs ?? {}).flatMap(([name, value]) => {
    const input = numbersOf(card).find((each) => each.name === name && !each.hidden);
    return input && !Object.hasOwn(extras, name) ? [[name, Math.max(input.min, Math.min(input.max, value))]] : [];
  });
  return set.length > 0 ? Object.fromEntries(set) : undefined;
}

/** What the engine was told besides: its threads, and the folder of the pictures whose style is copied. */
type OwnOptions = Partial<Pick<EngineOptions, 'examples' | 'threads'>>;

/** The one of the engine. */
export const measuringThread = new MeasuringThread();

/** The engine's tools for the steps of one job. */
export class JobTools implements StepTools {
  /** Every pass of a generator so far, in order. */
  readonly passes: PassReport[] = [];
  readonly colour: ColourTransform | null;
  readonly #job: Job;
  readonly #store: GeneratorStore;
  readonly #sessions: Sessions;
  readonly #own: OwnOptions;
  /** What has to be said about how the running step was computed. */
  readonly #notes = new Map<string, Message>();
  /** Share of the running step that its finished passes have covered, 0..1. */
  #covered = 0;

  /** @param examples folder of the pictures whose style is copied; absent: there are none */
  constructor(
    job: Job,
    store: GeneratorStore,
    sessions: Sessions,
    colour: ColourTransform | null,
    own: OwnOptions = {},
  ) {
    this.#job = job;
    this.#store = store;
    this.#sessions = sessions;
    this.#own = own;
    this.colour = colour;
  }

  /** Call before each step to reset its progress. */
  beginStep(): void {
    this.#covered = 0;
    this.#notes.clear();
  }

  notes(): Message[] {
    return [...this.#notes.values()];
  }

  generator(...which: Parameters<StepTools['generator']>): ReturnType<StepTools['generator']> {
    const card = this.#store.find(...which)?.card;
    return card ? factsOf(card) : null;
  }

  async runTiles(pass: Parameters<StepTools['runTiles']>[0]): Promise<PassReport> {
    const installed = this.#store.find(pass.task, pass.wanted);
    if (!installed) throw new EmulsionError('GENERATOR_MISSING', { detail: `no generator for "${pass.task}"` });
    const job = this.#job;
    job.throwIfCancelled();
    const net = await this.#sessions.acquire(installed);
    for (const { provider, reason } of this.#sessions.whyNot(net)) {
      this.#notes.set(`${provider} ${reason}`, say(`refusals.${reason}`, { provider }));
    }
    const covered = this.#covered;
    const weight = pass.weight ?? 1;
    const inputs = inputsFor(installed.card, pass);
    const told = inputs ? { ...pass, extras: { ...inputs, ...pass.extras } } : pass;
    const report = await runTilePass(net, told, {
      breathe: () => job.breathe(),
      busy: (seconds) => job.busy(seconds),
      tile: (done, total, secondsLeft) => job.progress(covered + (weight * done) / total, secondsLeft),
      shortOfMemory: () => this.#sessions.release(net),
    }).catch(async (error: unknown) => {
      // A step may try again with a smaller picture.
      if (error instanceof EmulsionError && error.code === 'OUT_OF_MEMORY') await this.#sessions.release(net);
      throw error;
    });
    this.#covered = covered + weight;
    const whole = inputs ? { ...report, inputs } : report;
    this.passes.push(whole);
    return whole;
  }

  styles(): ReturnType<StepTools['styles']> {
    const installed = this.#store.find('style', PAINTING);
    const statistics = installed?.card.statistics;
    if (!statistics) return null;
    return { by: statistics.sha256, longest: statistics.longest, presets: installed.presets };
  }

  async example({ sha256, name }: StyleExample): Promise<Raster> {
    const fail = (reason: 'failures.exampleNotHere' | 'failures.exampleDamaged', cause?: unknown) =>
      new EmulsionError('STYLE_UNKNOWN', { reason: say(reason, { name }), detail: sha256, cause });
    const { examples } = this.#own;
    if (examples === undefined) throw fail('failures.exampleNotHere');
    const { raster } = await openPhoto(examplePath(examples, sha256)).catch((error: unknown) => {
      const isMissing = error instanceof EmulsionError && error.code === 'FILE_MISSING';
      throw fail(isMissing ? 'failures.exampleNotHere' : 'failures.exampleDamaged', error);
    });
    return raster;
  }

  async measure(...[task, raster, wanted]: Parameters<StepTools['measure']>): Promise<Float32Array> {
    const installed = this.#store.find(task, wanted);
    if (!installed) throw new EmulsionError('GENERATOR_MISSING', { detail: `no generator for "${task}"` });
    const { id, statistics } = installed.card;
    if (!statistics) throw new EmulsionError('GENERATOR_REFUSED', { detail: `${id} measures no pictures` });
    return this.#sessions.statistics(installed, ...(await this.#planes(raster, statistics.longest)));
  }

  async fading(raster: Raster): ReturnType<StepTools['fading']> {
    const installed = this.#store.fading();
    if (!installed) return null;
    const { id, input, thresholds } = installed.card;
    const values = await this.#sessions.fading(installed, ...(await this.#planes(raster, input.longest)));
    return { generator: id, values, thresholds };
  }

  pixels(samples: PixelSamples): Promise<PixelMeasurements> {
    this.#job.throwIfCancelled();
    return measuringThread.measure(samples, this.#job.signal, () => this.breathe());
  }

  async faces(raster: Raster, finder?: string): ReturnType<StepTools['faces']> {
    if (finder !== undefined) return this.#facesBy(finder, raster);
    const installed = this.#store.faceFinder();
    if (!installed) return null;
    const nets = await this.#sessions.faceNets(installed);
    const [planes, width, height] = await this.#planes(raster, installed.card.longest);
    return findFaces(planes, width, height, nets, () => this.breathe());
  }

  async #facesBy(id: string, raster: Raster): Promise<Face[]> {
    const installed = this.#store.finder(id);
    if (!installed) {
      const reason = say('failures.finderNotHere', { id });
      throw new EmulsionError('GENERATOR_MISSING', { reason, detail: `no finder "${id}"` });
    }
    return findFacesWith(installed, {
      at: async (longest) => {
        const [data, width, height] = await this.#planes(raster, longest);
        return { data, width, height };
      },
      longest: Math.max(raster.width, raster.height),
      threads: threadsFor(this.#own.threads ?? 1),
      busy: (seconds) => this.#job.busy(seconds),
      breathe: () => this.breathe(),
    });
  }

  /** The sRGB planes of a picture, reduced to a longest side of `longest` pixels, with their width and height. */
  async #planes(raster: Raster, longest: number): Promise<[Float32Array, number, number]> {
    this.#job.throwIfCancelled();
    const scale = Math.min(1, longest / Math.max(raster.width, raster.height));
    const side = (length: number) => Math.max(1, Math.round(length * scale));
    const small = scale < 1 ? await resizeRaster(raster, side(raster.width), side(raster.height)) : raster;
    const { width, height } = small;
    const planes = new Float32Array(3 * width * height);
    readSrgb(small, { x: 0, y: 0, width, height }, this.colour, planes);
    this.#job.throwIfCancelled();
    return [planes, width, height];
  }

  shrink(...args: Parameters<StepTools['shrink']>): ReturnType<StepTools['shrink']> {
    this.#job.throwIfCancelled();
    return shrinkRaster(...args);
  }

  async resize(raster: Raster, width: number, height: number): Promise<Raster> {
    this.#job.throwIfCancelled();
    this.#job.busy(CODEC_SECONDS);
    return resizeRaster(raster, width, height, 'lanczos3');
  }

  breathe(): Promise<void> {
    return this.#job.breathe();
  }

  progress(done: number): void {
    this.#job.progress(done);
  }
}
