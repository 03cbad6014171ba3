import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StyleInfo } from '../../contract/app';
import type { ColourHint, MaskOp } from '../../contract/edit';
import type { Analysis } from '../../contract/photo';
import { RECIPE_FORMAT, type Recipe, type Step, type StyleCode } from '../../contract/recipe';
import { packRuns, RunWriter } from '../../document/runs';
import { forkEngine } from '../../main/engine/launch';
import { createEngine, type Engine } from '../../main/engine/supervisor';
import { readGrey, readPicture } from './pictures';
import type { Picture } from './protocol';

export interface ProductOptions {
  /** The built engine. */
  entry: string;
  models: string;
  threads: number;
}

/** The result of a step. */
export interface Outcome {
  picture: Picture;
  analysis: Analysis;
  /** Time of the step that ran. */
  seconds: number;
}

/** The product's engine in its own process, used as the app uses it. End it with `close`. */
export class Product {
  readonly #engine: Engine;
  readonly #folder: string;
  #pid: number | undefined;
  #count = 0;

  /** @param folder a temporary folder for results */
  constructor({ entry, models, threads }: ProductOptions, folder: string) {
    const launch = forkEngine(entry);
    this.#folder = folder;
    this.#engine = createEngine({
      launch: () => {
        const child = launch();
        this.#pid = child.pid;
        return child;
      },
      options: { models, provider: 'cpu', threads },
      onStatus: () => {},
    });
  }

  /** Runs one step on a file, whatever the analysis says. `hints`: colours of places, for the step that adds colours. */
  async run(path: string, step: Step, hints: readonly ColourHint[] = []): Promise<Outcome> {
    const { analysis, reports, output } = await this.#engine.request('restore', {
      path,
      recipe: recipeOf(step),
      format: 'png',
      quality: 90,
      metadata: 'all',
      ...(hints.length > 0 && { edit: { mask: [], repairs: [], hints, bitmaps: new Map() } }),
      target: { folder: this.#folder, stem: `result-${this.#count++}` },
    });
    if (!output) throw new Error(`${path}: nothing was written`);
    const report = reports.find(({ kind }) => kind === step.kind);
    return { picture: await readPicture(output.path), analysis, seconds: report?.seconds ?? Number.NaN };
  }

  async styles(): Promise<StyleInfo[]> {
    return (await this.#engine.request('styles', null)).presets;
  }

  /** The style code that the generator measures from a picture. */
  readStyle(path: string): Promise<StyleCode> {
    return this.#engine.request('readStyle', { path });
  }

  /** Analyses a file; writes nothing. */
  async analyse(path: string): Promise<Analysis> {
    const request = { path, recipe: null, format: null, quality: 90, metadata: 'all', target: null } as const;
    return (await this.#engine.request('restore', request)).analysis;
  }

  /** Fills the pixels that are not 0 in a mask of the picture's size, as for a mask read from a file. */
  async fill(path: string, width: number, height: number, mask: Uint8Array): Promise<Omit<Outcome, 'analysis'>> {
    const writer = new RunWriter(width, height);
    for (let y = 0; y < height; y++) {
      writer.add(mask.subarray(y * width, (y + 1) * width).map((value) => (value === 0 ? 0 : 255)));
    }
    const packed = packRuns(writer.finish());
    const id = createHash('sha256').update(packed).digest('hex');
    const ops: MaskOp[] = [{ kind: 'bitmap', mode: 'replace', id }];
    return this.#opened(path, async (photoId) => {
      const { path: written, reports } = await this.#engine.request('export', {
        photoId,
        recipe: recipeOf({ kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 0, keepWriting: true } }),
        edit: { mask: ops, repairs: [], bitmaps: new Map([[id, packed]]) },
        format: 'png',
        quality: 90,
        metadata: 'all',
        orientation: 1,
        target: { folder: this.#folder, stem: `result-${this.#count++}` },
      });
      return { picture: await readPicture(written), seconds: reports[0]?.seconds ?? Number.NaN };
    });
  }

  /** The detected mask at the default sensitivity, 1 = damage, and the analysis of the picture. */
  async detect(
    path: string,
  ): Promise<{ mask: Uint8Array; width: number; height: number; analysis: Analysis; seconds: number }> {
    return this.#opened(path, async (photoId) => {
      const started = performance.now();
      const analysis = await this.#engine.request('analyse', { photoId });
      const seconds = (performance.now() - started) / 1000;
      const { path: written } = await this.#engine.request('exportMask', {
        photoId,
        recipe: recipeOf({ kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 0, keepWriting: true } }),
        edit: { mask: [{ kind: 'detected', sensitivity: null, grow: null }], repairs: [], bitmaps: new Map() },
        target: { folder: this.#folder, stem: `mask-${this.#count++}` },
      });
      const { data, width, height } = await readGrey(written);
      return { mask: data.map((value) => (value >= 128 ? 1 : 0)), width, height, analysis, seconds };
    });
  }

  async #opened<T>(path: string, work: (photoId: string) => Promise<T>): Promise<T> {
    const photoId = `photo-${this.#count++}`;
    await this.#engine.request('open', { photoId, path, name: 'picture.png' });
    try {
      return await work(photoId);
    } finally {
      await this.#engine.request('close', { photoId });
    }
  }

  /**
   * Peak memory of the engine's process so far, in MB; null if the engine has not started, or the system does not report
   * it.
   */
  peakMegabytes(): number | null {
    if (this.#count === 0) return null;
    try {
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(join('/proc', String(this.#pid), 'status'), 'utf8'));
      return peak === null ? null : Number(peak[1]) / 1024;
    } catch {
      return null;
    }
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

function recipeOf(step: Step): Recipe {
  return { format: RECIPE_FORMAT, id: 'evaluation', name: 'Evaluation', gate: 'always', steps: [step] };
}
