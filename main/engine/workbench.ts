import { copyFile } from 'node:fs/promises';
import { basename } from 'node:path';
import packageInfo from '../../package.json' with { type: 'json' };
import type { Analysis, Photo, PictureQuery, Recipe, RenderSize } from '../../preload/contract';
import { EmulsionError, toEmulsionError } from '../errors';
import { encodePhoto } from '../photos/encode';
import { EXPORT_EXTENSIONS } from '../photos/extensions';
import { metadataFor, NO_METADATA } from '../photos/metadata';
import { type OpenPhoto, openPhoto } from '../photos/open';
import { encodeRegion } from '../photos/raster';
import { cleanPartials, writePhoto } from '../photos/write';
import { analyse } from '../restoration/analysis';
import { type DamageMap, detectDamage } from '../restoration/damage';
import { createMask } from '../restoration/mask';
import { createRaster, type Raster, type Rect } from '../restoration/raster';
import { orderSteps } from '../restoration/recipe';
import { type RunResult, runRecipe } from '../restoration/run';
import type { Job } from './job';
import type { Requests } from './protocol';
import type { JobTools } from './tools';

/** Makes the tools of a job for a photo with this encoding. */
export type MakeTools = (job: Job, colour: OpenPhoto['colour']) => JobTools;

/** The preview has at most this many pixels: enough for a window, and quick to compute. */
const PREVIEW_PIXELS = 2_000_000;
/** The longest time that a decoder or an encoder may reasonably take. */
const CODEC_SECONDS = 600;
const ANALYSIS_SECONDS = 120;

/** A photo on the bench, and what has been computed for it; nothing of it is computed twice. */
interface Opened {
  path: string;
  photo: Photo;
  source: OpenPhoto;
  /** Undefined until it was looked for, null where no detector is installed. */
  damage?: DamageMap | null;
  analysis?: Analysis;
  preview?: Raster;
  results: Map<RenderSize, Result>;
}

interface Result extends RunResult {
  revision: number;
  recipe: string;
}

/** The photos that are open, and the work on them. */
export class Workbench {
  readonly #makeTools: MakeTools;
  readonly #photos = new Map<string, Opened>();
  /** Folders in which the remains of broken-off writing have been looked for. */
  readonly #swept = new Set<string>();
  /** Starts at a new number with every process, so that a picture's URL never means two pictures. */
  #revision = Date.now();

  constructor(makeTools: MakeTools) {
    this.#makeTools = makeTools;
  }

  async open(job: Job, { photoId, path, name }: Requests['open']['request']): Promise<Photo> {
    job.stage('opening', 0, 1);
    const opened = await this.#decode(job, photoId, path, name);
    this.#photos.set(photoId, opened);
    return opened.photo;
  }

  /** A job that is still at work on the photo keeps it until it ends. */
  close({ photoId }: Requests['close']['request']): null {
    this.#photos.delete(photoId);
    return null;
  }

  async analyse(job: Job, { photoId }: Requests['analyse']['request']): Promise<Analysis> {
    const opened = this.#opened(photoId);
    job.stage('analysing', 0, 1);
    return (await this.#assess(job, opened, this.#makeTools(job, opened.source.colour))).analysis;
  }

  async render(job: Job, request: Requests['render']['request']): Promise<Requests['render']['response']> {
    const started = performance.now();
    const opened = this.#opened(request.photoId);
    const { revision, raster, masked, reports } = await this.#render(job, opened, request.recipe, request.size, 1);
    const seconds = (performance.now() - started) / 1000;
    return { revision, width: raster.width, height: raster.height, masked, reports, seconds };
  }

  async export(job: Job, request: Requests['export']['request']): Promise<Requests['export']['response']> {
    const opened = this.#opened(request.photoId);
    const result = await this.#render(job, opened, request.recipe, 'full', 0.9);
    job.stage('writing', 0.9, 1);
    const { path, bytes } = await this.#write(job, opened, result, request);
    return { path, bytes, reports: result.reports };
  }

  async restore(job: Job, request: Requests['restore']['request']): Promise<Requests['restore']['response']> {
    job.stage('opening', 0, 0.05);
    const opened = await this.#decode(job, 'once', request.path, basename(request.path));
    const tools = this.#makeTools(job, opened.source.colour);
    job.stage('analysing', 0.05, request.target ? 0.3 : 1);
    const { analysis, damage } = await this.#assess(job, opened, tools);
    const answer = { photo: opened.photo, analysis, passes: tools.passes };
    if (!request.target) return { ...answer, reports: [], masked: 0, output: null };

    const recipe = request.recipe ?? analysis.recipe;
    // The one raster there is: nothing is kept, so it is worked on in place.
    const result = await this.#run(job, tools, opened.source.raster, { recipe, analysis, damage }, 0.3, 0.9);
    job.stage('writing', 0.9, 1);
    const format = request.format ?? (opened.source.format === 'gif' ? 'png' : opened.source.format);
    const { path, bytes } = await this.#write(job, opened, result, {
      ...request,
      recipe,
      format,
      target: request.target,
    });
    const { width, height } = result.raster;
    return { ...answer, reports: result.reports, masked: result.masked, output: { path, bytes, width, height } };
  }

  /** Whether a picture can be given at once; the mask has to wait for the damage to be found. */
  hasPicture({ photoId, layer }: PictureQuery): boolean {
    const opened = this.#photos.get(photoId);
    return layer !== 'mask' || !opened || opened.damage !== undefined;
  }

  /** A region of a layer as an encoded picture. The mask is white on black. */
  async picture(query: PictureQuery): Promise<Requests['picture']['response']> {
    const { photo, source, damage, results } = this.#opened(query.photoId);
    const { width, height } = query;
    const whole = { width: photo.width, height: photo.height };
    const region = fitRect({ x: query.x, y: query.y, width: query.w, height: query.h }, whole, whole);
    if (query.layer === 'mask') {
      if (!damage) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for "detect"' });
      // The mask is evaluated at the size in which it is shown, however large the photo is.
      const frame = {
        width: Math.max(width, Math.round((photo.width * width) / region.width)),
        height: Math.max(height, Math.round((photo.height * height) / region.height)),
      };
      const mask = createMask(damage, { sensitivity: query.sensitivity ?? 0.5, grow: query.grow ?? 2 }, frame);
      const raster = createRaster(width, height, 1, 8);
      const { x, y } = fitRect(region, whole, frame);
      const rect = { x: Math.min(x, frame.width - width), y: Math.min(y, frame.height - height), width, height };
      mask.read(rect, raster.data as Uint8Array);
      return encodeRegion({ raster, rect: { x: 0, y: 0, width, height }, width, height, lossless: true });
    }
    let { raster } = source;
    if (query.layer === 'result') {
      const result = [...results.values()].find((each) => each.revision === query.revision);
      if (!result) throw new EmulsionError('UNKNOWN_PHOTO', { detail: `no rendering ${query.revision}` });
      raster = result.raster;
    }
    // Opacity is shown with pictures of its own size; a preview does without.
    const alpha = source.alpha?.width === raster.width ? source.alpha : null;
    const rect = fitRect(region, whole, raster);
    return encodeRegion({ raster, rect, width, height, alpha, profile: source.profile });
  }

  #opened(photoId: string): Opened {
    const opened = this.#photos.get(photoId);
    if (!opened) throw new EmulsionError('UNKNOWN_PHOTO');
    return opened;
  }

  async #decode(job: Job, id: string, path: string, name: string): Promise<Opened> {
    job.busy(CODEC_SECONDS);
    const source = await job.orCancelled(openPhoto(path));
    const { raster } = source;
    const photo: Photo = {
      id,
      name,
      format: source.format,
      width: raster.width,
      height: raster.height,
      depth: raster.depth,
      channels: raster.channels,
      alpha: source.alpha !== null,
      profile: source.profileName,
      bytes: source.bytes,
      notes: source.notes,
      facts: source.facts,
    };
    return { path, photo, source, results: new Map() };
  }

  /** Finds damage and judges what the photo needs, once. */
  async #assess(job: Job, opened: Opened, tools: JobTools): Promise<{ analysis: Analysis; damage: DamageMap | null }> {
    const { raster } = opened.source;
    if (opened.damage === undefined) {
      opened.damage = tools.generator('detect') ? await detectDamage(raster, tools) : null;
      opened.analysis = undefined;
    }
    if (!opened.analysis) {
      job.busy(ANALYSIS_SECONDS);
      opened.analysis = await analyse(raster, opened.damage, tools);
    }
    return { analysis: opened.analysis, damage: opened.damage };
  }

  /** Renders with a recipe, unless that has been done already. `until` is the share of the job when it is done. */
  async #render(job: Job, opened: Opened, recipe: Recipe, size: RenderSize, until: number): Promise<Result> {
    const { source, results } = opened;
    const tools = this.#makeTools(job, source.colour);
    const key = JSON.stringify([recipe.gate, orderSteps(recipe.steps)]);
    if (size === 'preview') opened.preview ??= await tools.shrink(source.raster, PREVIEW_PIXELS);
    const original = size === 'preview' ? opened.preview! : source.raster;
    // A small photo is its own preview, and what is computed for it is the full size already.
    const slot = original === source.raster ? 'full' : 'preview';
    const known = results.get(slot);
    if (known?.recipe === key) return known;

    const begun = opened.analysis ? 0 : 0.25;
    job.stage('analysing', 0, begun);
    const { analysis, damage } = await this.#assess(job, opened, tools);
    // An old rendering would take as much memory as the new one.
    results.delete(slot);
    const copy: Raster = { ...original, data: original.data.slice() };
    const result: Result = {
      ...(await this.#run(job, tools, copy, { recipe, analysis, damage }, begun, until)),
      recipe: key,
      revision: ++this.#revision,
    };
    results.set(slot, result);
    return result;
  }

  /** Runs a recipe over a raster, in place; the steps share the job's progress from `from` to `to`. */
  #run(
    job: Job,
    tools: JobTools,
    raster: Raster,
    { recipe, analysis, damage }: { recipe: Recipe; analysis: Analysis; damage: DamageMap | null },
    from: number,
    to: number,
  ): Promise<RunResult> {
    job.stage('computing', from, to);
    return runRecipe({
      raster,
      recipe,
      analysis,
      damage,
      tools,
      onStep: (kind, share) => {
        tools.beginStep();
        job.stage('computing', from + (to - from) * share.from, from + (to - from) * share.to, kind);
      },
    });
  }

  async #write(
    job: Job,
    { path, source }: Opened,
    { raster, reports }: RunResult,
    request: Pick<Requests['export']['request'], 'recipe' | 'format' | 'quality' | 'keepMetadata' | 'target'>,
  ): Promise<{ path: string; bytes: number }> {
    const { recipe, format, quality } = request;
    const target = { ...request.target, extension: EXPORT_EXTENSIONS[format] };
    const untouched = reports.every(({ outcome }) => outcome !== 'done');
    const produce = async (temporary: string) => {
      if (untouched && format === source.format && request.keepMetadata) {
        // Nothing was done, so nothing is lost either by encoding anew.
        await copyFile(path, temporary).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
        return;
      }
      const edit = { version: packageInfo.version, recipe, reports, at: new Date() };
      const { metadata } = metadataFor(request.keepMetadata ? source.metadata : NO_METADATA, edit, raster);
      const { alpha, profile } = source;
      await encodePhoto({ raster, alpha, profile, metadata, format, quality, path: temporary });
    };
    job.busy(CODEC_SECONDS);
    if (!this.#swept.has(target.folder)) {
      // What a process left behind that was killed while it wrote.
      await cleanPartials(target.folder);
      this.#swept.add(target.folder);
    }
    return writePhoto(target, produce, { signal: job.signal });
  }
}

interface Size {
  width: number;
  height: number;
}

/** A rectangle of a picture in the pixels of another size of it: whole, inside, and not empty. */
function fitRect(rect: Rect, from: Size, to: Size): Rect {
  const along = (start: number, length: number, scale: number, size: number) => {
    const first = Math.min(size - 1, Math.max(0, Math.round(start * scale)));
    const end = Math.min(size, Math.max(first + 1, Math.round((start + length) * scale)));
    return [first, end - first] as const;
  };
  const [x, width] = along(rect.x, rect.width, to.width / from.width, to.width);
  const [y, height] = along(rect.y, rect.height, to.height / from.height, to.height);
  return { x, y, width, height };
}
