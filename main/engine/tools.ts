import type { Message } from '../../contract/basics';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import type { GeneratorStore } from '../generators/store';
import { resizeRaster, shrinkRaster } from '../photos/raster';
import { findFaces } from '../restoration/faces';
import { type ColourTransform, type Raster, readSrgb } from '../restoration/raster';
import {
  type ForeignFacts,
  type GeneratorFacts,
  PAINTING,
  type PassReport,
  type StepTools,
} from '../restoration/tools';
import { CODEC_SECONDS } from './decoding';
import type { Job } from './job';
import type { Sessions } from './sessions';
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

/** The engine's tools for the steps of one job. */
export class JobTools implements StepTools {
  /** Every pass of a generator so far, in order. */
  readonly passes: PassReport[] = [];
  readonly colour: ColourTransform | null;
  readonly #job: Job;
  readonly #store: GeneratorStore;
  readonly #sessions: Sessions;
  /** What has to be said about how the running step was computed. */
  readonly #notes = new Map<string, Message>();
  /** Share of the running step that its finished passes have covered, 0..1. */
  #covered = 0;

  constructor(job: Job, store: GeneratorStore, sessions: Sessions, colour: ColourTransform | null) {
    this.#job = job;
    this.#store = store;
    this.#sessions = sessions;
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
    const report = await runTilePass(net, pass, {
      breathe: () => job.breathe(),
      busy: (seconds) => job.busy(seconds),
      tile: (done, total, secondsLeft) => job.progress(covered + (weight * done) / total, secondsLeft),
      shortOfMemory: () => this.#sessions.release(net),
    });
    this.#covered = covered + weight;
    this.passes.push(report);
    return report;
  }

  styles(): ReturnType<StepTools['styles']> {
    const installed = this.#store.find('style', PAINTING);
    const statistics = installed?.card.statistics;
    if (!statistics) return null;
    return { by: statistics.sha256, longest: statistics.longest, presets: installed.presets };
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

  async faces(raster: Raster): ReturnType<StepTools['faces']> {
    const installed = this.#store.faceFinder();
    if (!installed) return null;
    const nets = await this.#sessions.faceNets(installed);
    const [planes, width, height] = await this.#planes(raster, installed.card.longest);
    return findFaces(planes, width, height, nets, () => this.breathe());
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
