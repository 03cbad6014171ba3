import { basename } from 'node:path';
import type { LocalRepair } from '../../contract/edit';
import {
  type Analysis,
  type Face,
  type Histogram,
  type Photo,
  type RenderSize,
  resultFormat,
  type StepReport,
} from '../../contract/photo';
import { ORIGINAL, type PictureQuery } from '../../contract/pictures';
import { type Recipe, RepairSettings, type StyleCode } from '../../contract/recipe';
import type { Corners } from '../../contract/scan';
import { packEvidence } from '../../document/evidence';
import { packRuns } from '../../document/runs';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { EXPORT_EXTENSIONS } from '../photos/extensions';
import { readMask } from '../photos/mask';
import type { OpenPhoto } from '../photos/open';
import { profileFor } from '../photos/profile';
import { encodeReduced, encodeThumbnail } from '../photos/raster';
import { analyse } from '../restoration/analysis';
import { ChangeTracker } from '../restoration/changes';
import { type DamageMap, detectDamage, FinePass, needsFinePass } from '../restoration/damage';
import { histogramOf } from '../restoration/inspection';
import { LocalRepairs } from '../restoration/local';
import { evidenceOf } from '../restoration/mask';
import { withMissing } from '../restoration/missing';
import { measurePixels } from '../restoration/pixels';
import type { Raster } from '../restoration/raster';
import { recipeFor, stepOf } from '../restoration/recipe';
import { planRecipe, type Run, type RunResult, reportPlan, runRecipe } from '../restoration/run';
import { editedMask } from '../restoration/steps/edited-mask';
import { findRedEye, findRedEyes } from '../restoration/steps/repair/red-eye';
import { chosen, PAINTING } from '../restoration/tools';
import { findPrints } from '../scan/prints';
import { EXAMPLE_EDGE } from '../userdata/examples';
import { changesOf } from './changes-of';
import { CODEC_SECONDS } from './decoding';
import { estimate } from './estimate';
import { FoundFaces, facesOf } from './found-faces';
import { FurtherFindings } from './further-findings';
import { withInfrared } from './infrared';
import { inspectRepair, writeMaskFile } from './inspect-repair';
import type { Job } from './job';
import { maskPicture } from './mask-picture';
import { peakMemory } from './memory';
import { negativeOn, type Opened, OpenedPhotos, openedFrom } from './opened';
import { isEnough, originalFor } from './originals';
import { Pictures, type Shown } from './pictures';
import { assertResultFits, doesFollowDamage, drawnOf, keyed, resultSize, withLocal } from './planned-edit';
import type { EngineEdit, Requests } from './protocol';
import { type Kept, Renderings } from './renderings';
import { restingPicture } from './resting';
import { ResultFiles } from './result-files';
import { maskOf, thumbnailsOf } from './thumbnail';
import { type JobTools, measuringThread } from './tools';

/** Makes the tools of a job for a photo with this encoding. */
export type MakeTools = (job: Job, colour: OpenPhoto['colour']) => JobTools;

const ANALYSIS_SECONDS = 120;

/** A rendering with a report on every requested step. */
interface Result {
  kept: Kept;
  reports: StepReport[];
  faces?: Face[];
}

/** The open photos, and the computations on them. */
export class OpenPhotos {
  readonly #makeTools: MakeTools;
  readonly #photos: OpenedPhotos;
  readonly #files: ResultFiles;
  readonly #renderings: Renderings;
  readonly #pictures = new Pictures();
  /** Called when the fine pass over an open photo has finished. */
  readonly #onEvidence: (photoId: string) => void;
  /** The last used photo, most likely the one on the screen. */
  #latest: Opened | null = null;
  /** The fine pass in progress. Only one at a time, since it holds a copy of its photo. */
  #finePass: { opened: Opened; pass: FinePass } | null = null;
  /** What further detectors have found, as recipes wanted. */
  readonly #further: FurtherFindings;
  readonly #faces = new FoundFaces();
  /** Photos whose fine pass failed: it runs again only when a result needs it. */
  readonly #failed = new WeakSet<Opened>();

  /**
   * @param budget bytes for the renderings of all photos, and as many for their own pixels
   * @param onEvidence called when the fine pass over an open photo has finished
   * @param restrictionsOf the generators among these that may not be used commercially
   */
  constructor(
    makeTools: MakeTools,
    budget: number,
    onEvidence: (photoId: string) => void = () => {},
    restrictionsOf: (ids: readonly string[]) => string[] = () => [],
  ) {
    this.#files = new ResultFiles(restrictionsOf);
    this.#makeTools = makeTools;
    this.#renderings = new Renderings(budget);
    this.#photos = new OpenedPhotos(budget);
    this.#onEvidence = onEvidence;
    this.#further = new FurtherFindings((id) => this.#photos.find(id) && onEvidence(id));
  }

  /** Changes the memory budget of renderings, in bytes. */
  limit(budget: number): void {
    this.#renderings.limit(budget);
    this.#photos.limit(budget);
  }

  async open(job: Job, { photoId, name, ...file }: Requests['open']['request']): Promise<Photo> {
    measuringThread.start();
    const opened = await openedFrom(job, photoId, file, name, 1, await this.#photos.pageOf(file));
    this.#forget(photoId);
    this.#photos.add(photoId, opened);
    await this.#makeRoom(opened);
    return opened.photo;
  }

  async openResult(job: Job, { photoId, path }: Requests['openResult']['request']) {
    await this.#awake(job, photoId);
    const { source } = await openedFrom(job, photoId, { path, salvage: true }, basename(path), 1);
    const { raster } = source;
    const about = { photoId, size: 'full' as const, key: `file ${path}`, masked: 0, reports: [] };
    const { revision } = this.#renderings.keep(about, raster);
    return { revision, width: raster.width, height: raster.height };
  }

  /** Closes a photo. A running job keeps the photo until the job ends. */
  close({ photoId }: Requests['close']['request']): null {
    this.#forget(photoId);
    this.#photos.delete(photoId);
    return null;
  }

  #forget(photoId: string): void {
    const opened = this.#photos.find(photoId);
    if (this.#finePass?.opened === opened) this.#finePass = null;
    if (this.#latest === opened) this.#latest = null;
    this.#renderings.drop(photoId);
    this.#pictures.drop(photoId);
  }

  async analyse(job: Job, { photoId }: Requests['analyse']['request']): Promise<Analysis> {
    const opened = await this.#awake(job, photoId);
    this.#latest = opened;
    job.stage('analysing', 0, 1);
    return (await this.#assess(job, opened, this.#makeTools(job, opened.source.colour))).analysis;
  }

  async findPrints(job: Job, { photoId }: Requests['findPrints']['request']): Promise<{ prints: Corners[] }> {
    const { source } = await this.#awake(job, photoId);
    job.stage('analysing', 0, 1);
    job.busy(ANALYSIS_SECONDS);
    return { prints: findPrints(source.raster).map(({ corners }) => corners) };
  }

  async measureNegative(job: Job, request: Requests['measureNegative']['request']) {
    job.stage('analysing', 0, 1);
    return negativeOn(await this.#awake(job, request.photoId), request);
  }

  async redEyes(job: Job, { photoId, at }: Requests['redEyes']['request']): Promise<Requests['redEyes']['response']> {
    const opened = await this.#awake(job, photoId);
    this.#latest = opened;
    const { raster, colour } = opened.source;
    if (at) {
      const eye = findRedEye(raster, at);
      return { eyes: eye ? [eye] : [] };
    }
    const { analysis } = await this.#assess(job, opened, this.#makeTools(job, colour));
    return { eyes: findRedEyes(raster, analysis.faces ?? []) };
  }

  async render(job: Job, request: Requests['render']['request']): Promise<Requests['render']['response']> {
    const started = performance.now();
    const opened = await this.#awake(job, request.photoId);
    this.#latest = opened;
    const { kept, ...about } = await this.#render(job, opened, request, request.size, 1);
    const { revision, masked } = kept;
    const { width, height } = kept.pyramid.raster;
    return { revision, width, height, masked, ...about, seconds: (performance.now() - started) / 1000 };
  }

  /** The requested rendering if it is cached and can be returned without waiting for a running job; otherwise null. */
  rendered({
    photoId,
    recipe,
    size,
    shown,
    edit,
  }: Requests['render']['request']): Requests['render']['response'] | null {
    const opened = this.#photos.find(photoId);
    if (!opened?.analysis || opened.isResting) return null;
    const original = opened.originals[size];
    if (!original || !(original === opened.originals.full || isEnough(original, size, shown))) return null;
    this.#latest = opened;
    const analysis = this.#faces.known(opened, recipe, opened.analysis);
    if (!analysis) return null;
    const { plan, repairs, key } = keyed(recipe, edit, analysis, opened.damage);
    // The preview of a small photo has its full size, but was made with the coarse pass only.
    if (size === 'full' && opened.lacksFinePass && doesFollowDamage(plan, edit)) return null;
    const kept = this.#renderings.find(photoId, original === opened.originals.full ? 'full' : size, key);
    // Local repairs change the cached picture itself, so they wait for their turn.
    if (!kept || kept.repairs || repairs.length > 0) return null;
    const { revision, masked, pyramid } = kept;
    const { width, height } = pyramid.raster;
    const reports = reportPlan(plan, kept.reports);
    return { revision, width, height, masked, reports, ...facesOf(analysis, opened), seconds: 0 };
  }

  async export(job: Job, request: Requests['export']['request']): Promise<Requests['export']['response']> {
    const opened = await this.#awake(job, request.photoId);
    if (opened.analysis) assertResultFits(opened.photo, opened.analysis, request);
    const { kept, reports } = await this.#render(job, opened, request, 'full', 0.9);
    job.stage('writing', 0.9, 1);
    const { raster } = kept.pyramid;
    const render = async (recipe: Recipe, edit: EngineEdit | undefined) =>
      (await this.#render(job, opened, { recipe, edit }, 'full', 1)).kept.pyramid.raster;
    const changed = request.saveChanges ? () => changesOf(opened.source.raster, raster, request, render) : undefined;
    const { staged, edit, crop = null } = request;
    const written = await this.#files.write(job, opened, { raster, reports }, request, {
      isStaged: staged !== undefined,
      changed,
    });
    const answer = { ...written, reports };
    if (!staged) return { ...answer, thumbnails: null };
    const { photo, source, damage = null } = opened;
    const { masked } = kept;
    const repaired = {
      ...request,
      ...drawnOf(edit, photo),
      reports,
      masked,
      damage,
      repairs: edit?.repairs ?? [],
      crop,
    };
    const pictures = { before: source.raster, after: raster, profile: source.profile, edge: staged.thumbnails };
    return { ...answer, thumbnails: await thumbnailsOf(photo, pictures, repaired) };
  }

  /** See `estimate`. The photo is awake. */
  estimate(request: Requests['estimate']['request']): Promise<Requests['estimate']['response']> {
    const opened = this.#photos.use(request.photoId);
    const { photo, source, originals, analysis } = opened;
    const known = analysis && keyed(request.recipe, request.edit, analysis, opened.damage);
    const find = (size: RenderSize) => (known ? this.#renderings.find(photo.id, size, known.key) : null) ?? null;
    const small = find('preview');
    const full = find('full');
    return estimate(
      {
        source,
        full: analysis ? resultSize(photo, analysis, request.recipe) : photo,
        rendered: full?.pyramid.raster ?? null,
        preview: small && originals.preview ? { before: originals.preview.raster, after: small.pyramid.raster } : null,
        reports: (full ?? small)?.reports ?? (known?.steps.length === 0 ? [] : null),
      },
      request,
    );
  }

  async exportMask(job: Job, request: Requests['exportMask']['request']): Promise<Requests['exportMask']['response']> {
    const opened = await this.#awake(job, request.photoId);
    const tools = this.#makeTools(job, opened.source.colour);
    job.stage('analysing', 0, 0.1);
    await this.#assess(job, opened, tools);
    job.stage('analysing', 0.1, 0.2);
    await this.#runFinePass(opened, tools);
    const damage = await this.#further.of(opened, request.recipe, tools);
    job.stage('writing', 0.2, 1);
    const settings = stepOf(request.recipe, 'repair')?.settings ?? RepairSettings.parse({});
    const mask = editedMask(drawnOf(request.edit, opened.photo).mask!, damage, settings, opened.photo);
    return writeMaskFile(job, mask, request.target);
  }

  async readMask(job: Job, { photoId, path }: Requests['readMask']['request']): Promise<Uint8Array> {
    const { photo } = this.#photos.use(photoId);
    job.stage('opening', 0, 1);
    job.busy(CODEC_SECONDS);
    return packRuns(await job.orCancelled(readMask(path, photo)));
  }

  async readStyle(job: Job, { path }: Requests['readStyle']['request']): Promise<StyleCode> {
    const { source } = await openedFrom(job, 'style', { path }, basename(path), 0.5);
    job.stage('analysing', 0.5, 1);
    const tools = this.#makeTools(job, source.colour);
    const values = await tools.measure('style', source.raster, PAINTING);
    return { by: tools.styles()!.by, values: Array.from(values, (value) => Number(value.toPrecision(6))) };
  }

  async readExample(job: Job, { path }: Requests['readExample']['request']): Promise<Uint8Array> {
    const { source } = await openedFrom(job, 'example', { path }, basename(path), 0.9);
    return encodeReduced(source.raster, EXAMPLE_EDGE, source.colour);
  }

  async restore(job: Job, request: Requests['restore']['request']): Promise<Requests['restore']['response']> {
    measuringThread.start();
    const opened = await openedFrom(job, 'once', request, basename(request.path), 0.05);
    const tools = this.#makeTools(job, opened.source.colour);
    job.stage('analysing', 0.05, request.target ? 0.15 : 1);
    const assessed = (await this.#assess(job, opened, tools)).analysis;
    const recipe = recipeFor(request.recipe ?? assessed.recipe, request, assessed);
    const analysis = await this.#faces.of(opened, recipe, assessed, tools);
    if (request.inspect) await this.#runFinePass(opened, tools);
    const found = request.inspect ? await this.#further.of(opened, recipe, tools) : null;
    const inspected = await inspectRepair(job, opened.photo, found, recipe, request);
    const answer = { photo: opened.photo, analysis, passes: tools.passes, inspected, thumbnails: null, peak: 0 };
    if (!request.target)
      return { ...answer, peak: peakMemory(), reports: [], masked: 0, output: null, changed: null, notes: [] };
    const format = request.format ?? resultFormat(opened.source.format);
    assertResultFits(opened.photo, analysis, { ...request, recipe, format });
    const { staged } = request;
    const { raster: original, profile } = opened.source;
    const before = staged && (await encodeThumbnail(original, staged.thumbnails, profile));

    const masks = drawnOf(request.edit, opened.photo);
    job.stage('analysing', 0.15, 0.3);
    if (doesFollowDamage(planRecipe(recipe, analysis), request.edit)) await this.#runFinePass(opened, tools);
    const damage = await this.#further.of(opened, recipe, tools);
    // Nothing is cached, so the only raster is changed in place.
    const tracker = request.saveChanges ? new ChangeTracker(opened.source.raster) : null;
    const onDone: Run['onDone'] = tracker ? (sofar) => tracker.step(sofar) : undefined;
    const run = { recipe, analysis, damage, onDone, ...masks };
    const result = await this.#run(job, tools, opened.source.raster, run, 0.3, 0.85);
    const repairs = request.edit?.repairs ?? [];
    if (repairs.length > 0) {
      job.stage('computing', 0.85, 0.9, 'repair');
      tools.beginStep();
      const local = new LocalRepairs(result.raster, opened.photo);
      await local.show(repairs, tools, chosen(stepOf(recipe, 'repair')?.settings ?? {}));
      result.reports = withLocal(result.reports, local.works);
    }
    job.stage('writing', 0.9, 1);
    const changed = tracker ? async () => tracker.of(result.raster) : undefined;
    const choice = { ...request, recipe, format, orientation: request.orientation ?? 1, target: request.target };
    const written = await this.#files.write(job, opened, result, choice, { isStaged: staged !== undefined, changed });
    const { path, bytes, width, height } = written;
    const shape = { orientation: request.orientation ?? 1, crop: request.crop ?? null };
    const mask = staged ? await maskOf(opened.photo, { recipe, ...result, damage, ...masks, repairs, ...shape }) : null;
    const after =
      staged && (await encodeThumbnail(result.raster, staged.thumbnails, profileFor(result.raster, profile)));
    return {
      ...answer,
      reports: result.reports,
      masked: result.masked,
      output: { path, bytes, width, height, extension: EXPORT_EXTENSIONS[format] },
      changed: written.changes,
      notes: opened.photo.negative ? [say('notes.negativeLeft'), ...written.notes] : written.notes,
      thumbnails: before && after ? { before, after, mask } : null,
      peak: peakMemory(),
    };
  }

  /** Whether a picture is available now. The mask has to wait until the damage is detected, and a photo at rest to be decoded. */
  hasPicture(query: PictureQuery): boolean {
    const opened = this.#photos.find(query.photoId);
    if (!opened) return true;
    const { layer } = query;
    if (layer === 'mask' || layer === 'evidence') return opened.damage !== undefined;
    return restingPicture(opened, query, this.#renderings) !== undefined;
  }

  /** Whether the pixels of a photo are there. */
  isAwake(photoId: string): boolean {
    return this.#photos.find(photoId)?.isResting !== true;
  }

  /** A region of a layer as an encoded picture. The mask is white on black. Throws CANCELLED after `signal`. */
  async picture(query: PictureQuery, signal?: AbortSignal): Promise<Requests['picture']['response']> {
    const opened = this.#photos.find(query.photoId);
    if (!opened) throw new EmulsionError('UNKNOWN_PHOTO');
    if (query.layer === 'mask') return maskPicture(opened.photo, this.#further.shown(opened), query);
    if (query.layer === 'evidence') {
      const damage = this.#further.shown(opened);
      return {
        type: 'application/octet-stream',
        bytes: packEvidence(
          damage ? evidenceOf(damage, { keepWriting: query.writing !== 1, infrared: query.infrared !== 0 }) : null,
        ),
      };
    }
    const resting = restingPicture(opened, query, this.#renderings);
    if (resting) return this.#pictures.picture(query, opened.photo, resting, undefined, signal);
    const shown = this.#shown(opened, query.layer === 'original' ? ORIGINAL : query.revision);
    // Compares a reduced rendering with the reduced original that it was made from, which is equally sharp.
    const against =
      query.layer === 'difference' ? this.#shown(opened, query.against ?? ORIGINAL, shown.size) : undefined;
    return this.#pictures.picture(query, opened.photo, shown, against, signal);
  }

  /** Histogram of a rendering or of the original, at its own size. */
  async histogram({ photoId, revision }: Requests['histogram']['request']): Promise<Histogram> {
    const opened = this.#photos.use(photoId);
    const { pyramid } = this.#shown(opened, revision);
    let histogram = opened.histograms.get(revision);
    if (!histogram) {
      histogram = await histogramOf(pyramid.raster, () => new Promise((resolve) => setImmediate(resolve)));
      opened.histograms.set(revision, histogram);
    }
    return histogram;
  }

  /** The raster of a revision. Throws UNKNOWN_PHOTO if the rendering is no longer cached. */
  #shown({ photo, source, originals, alpha }: Opened, revision: number, size: RenderSize = 'full'): Shown {
    const { profile } = source;
    if (revision === ORIGINAL) return { pyramid: originals[size] ?? originals.full, size, alpha, profile };
    const kept = this.#renderings.byRevision(photo.id, revision);
    if (!kept) throw new EmulsionError('UNKNOWN_PHOTO', { detail: `no rendering ${revision}` });
    return { pyramid: kept.pyramid, size: kept.size, alpha, profile: profileFor(kept.pyramid.raster, profile) };
  }

  /** A photo with its pixels, for a job. Others may rest for it. */
  async #awake(job: Job, photoId: string): Promise<Opened> {
    const opened = this.#photos.use(photoId);
    await opened.wake(job);
    await this.#makeRoom(opened);
    return opened;
  }

  async #makeRoom(opened: Opened): Promise<void> {
    for (const rested of await this.#photos.settle(opened, this.#latest, this.#finePass?.opened)) {
      this.#further.drop(rested);
    }
  }

  /** Whether the last used photo still needs its fine pass. */
  get needsFinePass(): boolean {
    const opened = this.#latest;
    return opened?.analysis !== undefined && opened.lacksFinePass && !this.#failed.has(opened);
  }

  /** Starts or resumes the fine pass over that photo. */
  async runFinePass(job: Job): Promise<void> {
    const opened = this.#latest;
    if (opened === null || !this.needsFinePass) return;
    try {
      await this.#runFinePass(opened, this.#makeTools(job, opened.source.colour));
    } catch (error) {
      if (!job.signal.aborted) this.#failed.add(opened);
      throw error;
    }
  }

  /**
   * The damage map of both passes for an analysed photo; null if no detector is installed. Every full-size result that
   * depends on the damage waits for it.
   */
  async #runFinePass(opened: Opened, tools: JobTools): Promise<DamageMap | null> {
    const { damage = null } = opened;
    if (damage === null || !needsFinePass(damage)) return damage;
    const { id } = opened.photo;
    const isOpen = () => this.#photos.find(id) === opened;
    const begun = this.#finePass?.opened === opened ? this.#finePass.pass : null;
    const pass = begun ?? new FinePass(opened.source.raster, damage);
    if (isOpen()) this.#finePass = { opened, pass };
    tools.beginStep();
    opened.damage = withMissing(await pass.finish(tools), opened.photo.missing);
    if (this.#finePass?.pass === pass) this.#finePass = null;
    if (isOpen()) this.#onEvidence(id);
    return opened.damage;
  }

  /** Detects damage and analyses what the photo needs. Does so only once. */
  async #assess(job: Job, opened: Opened, tools: JobTools): Promise<{ analysis: Analysis }> {
    const { raster } = opened.source;
    if (opened.damage !== undefined && opened.analysis) return { analysis: opened.analysis };
    const pixels = measurePixels(raster, tools);
    // Whoever waits for it gets the error; where the detector fails first, nobody does.
    pixels.catch(() => {});
    if (opened.damage === undefined) {
      const found = tools.generator('detect') ? await detectDamage(raster, tools, pixels) : null;
      opened.damage = found && (await withInfrared(withMissing(found, opened.photo.missing), opened, job));
      opened.analysis = undefined;
    }
    if (!opened.analysis) {
      job.busy(ANALYSIS_SECONDS);
      opened.analysis = await analyse(raster, opened.damage, tools, pixels, opened.photo.negative, opened.infrared);
    }
    return { analysis: opened.analysis };
  }

  /**
   * Renders a recipe and local changes, unless the result is cached, starting from the cached picture of as many steps
   * as possible. `until` is the job's share at the end.
   */
  async #render(
    job: Job,
    opened: Opened,
    { recipe, edit, shown }: { recipe: Recipe; edit?: EngineEdit; shown?: number },
    wanted: RenderSize,
    until: number,
  ): Promise<Result> {
    const { source, photo } = opened;
    const tools = this.#makeTools(job, source.colour);
    const original = await originalFor(opened, wanted, { tools, renderings: this.#renderings, shown });
    // A small photo is its own preview, so the preview is already the full size.
    const size = original === opened.originals.full ? 'full' : wanted;
    let begun = opened.analysis ? 0 : 0.25;
    job.stage('analysing', 0, begun);
    const analysis = await this.#faces.of(opened, recipe, (await this.#assess(job, opened, tools)).analysis, tools);
    if (wanted === 'full' && opened.lacksFinePass && doesFollowDamage(planRecipe(recipe, analysis), edit)) {
      job.stage('analysing', begun, begun + 0.15);
      begun += 0.15;
      await this.#runFinePass(opened, tools);
    }
    const damage = await this.#further.of(opened, recipe, tools);

    const { plan, steps, repairs, keyOf, key } = keyed(recipe, edit, analysis, damage);
    const answer = async (kept: Kept): Promise<Result> => {
      await this.#repairLocally(job, tools, kept, { repairs, recipe }, photo, until);
      const reports = withLocal(reportPlan(plan, kept.reports), kept.repairs?.works ?? []);
      return { kept, reports, ...facesOf(analysis, opened) };
    };
    const about = { photoId: photo.id, size };
    const known = this.#renderings.find(photo.id, size, key);
    if (known) return answer(known);
    if (steps.length === 0) {
      const { raster } = original;
      const own = repairs.length === 0 ? raster : { ...raster, data: raster.data.slice() };
      return answer(this.#renderings.keep({ ...about, key, masked: 0, reports: [] }, own));
    }

    let start: Kept | null = null;
    for (let count = steps.length - 1; count > 0 && !start; count--) {
      start = this.#renderings.find(photo.id, size, keyOf(count));
    }
    const from = start?.pyramid ?? original;
    const raster: Raster = { ...from.raster, data: from.raster.data.slice() };
    // Local repairs come after all steps.
    start?.repairs?.takeOff(raster);
    this.#renderings.reserve(from.bytes);
    const onDone: Run['onDone'] = ({ raster: sofar, reports, masked }) => {
      const isLast = reports.length === steps.length;
      if (isLast || (size === 'full' && !this.#renderings.hasRoom(2 * from.bytes))) return;
      const copy: Raster = { ...sofar, data: sofar.data.slice() };
      this.#renderings.keep({ ...about, key: keyOf(reports.length), masked, reports }, copy);
    };
    // The steps before the style decide what it paints, so their key identifies its paintings. Small pictures to choose
    // from are requested only once, so their paintings are not cached.
    const before = steps.findIndex(([kind]) => kind === 'style');
    const paintings = size === 'small' || before < 0 ? undefined : opened.paintings.of(`${size} ${keyOf(before)}`);
    const run = {
      ...{ recipe, analysis, damage, paintings, onDone, opened: original.raster },
      ...drawnOf(edit, photo),
      begun: start ?? undefined,
    };
    const { raster: result, reports, masked } = await this.#run(job, tools, raster, run, begun, until);
    const done = reports.filter(({ outcome }) => outcome === 'done');
    return answer(this.#renderings.keep({ ...about, key: keyOf(steps.length), masked, reports: done }, result));
  }

  /** Makes a rendering hold exactly these local repairs. Gives it a new revision if that changed it. */
  async #repairLocally(
    job: Job,
    tools: JobTools,
    kept: Kept,
    { repairs, recipe }: { repairs: readonly LocalRepair[]; recipe: Recipe },
    photo: Photo,
    until: number,
  ): Promise<void> {
    if (repairs.length === 0 && !kept.repairs) return;
    kept.repairs ??= new LocalRepairs(kept.pyramid.raster, photo);
    job.stage('computing', Math.max(0, until - 0.05), until, 'repair');
    tools.beginStep();
    let changed = true;
    try {
      changed = await kept.repairs.show(repairs, tools, chosen(stepOf(recipe, 'repair')?.settings ?? {}));
    } finally {
      if (changed) this.#renderings.renew(kept);
    }
  }

  /** Runs a recipe over a raster, in place. The steps share the job's progress from `from` to `to`. */
  #run(
    job: Job,
    tools: JobTools,
    raster: Raster,
    run: Omit<Run, 'raster' | 'tools' | 'onStep'>,
    from: number,
    to: number,
  ): Promise<RunResult> {
    job.stage('computing', from, to);
    return runRecipe({
      ...run,
      raster,
      tools,
      onStep: (kind, share) => {
        tools.beginStep();
        job.stage('computing', from + (to - from) * share.from, from + (to - from) * share.to, kind);
      },
    });
  }
}
