import type { MaskOp } from '../../contract/edit';
import type { Analysis, Need, StepReport } from '../../contract/photo';
import type {
  ColoriseSettings,
  Recipe,
  Step,
  StepKind,
  StepOf,
  StyleSettings,
  UpscaleSettings,
} from '../../contract/recipe';
import { compileMask, FrameMask } from '../../document/mask';
import type { RunBitmap } from '../../document/runs';
import { EmulsionError } from '../errors';
import { maskedPixels } from './analysis';
import { type DamageMap, detectInBothPasses } from './damage';
import { createMask, evidenceOf, type Mask, type MaskSettings } from './mask';
import type { Raster } from './raster';
import { orderSteps } from './recipe';
import { colorise } from './steps/colorise/colorise';
import { inpaint } from './steps/repair/inpaint';
import { errorOf, expectedIn, restore } from './steps/restore/restore';
import { type PaintOptions, paint, styleCode } from './steps/style/style';
import { applyTone, measureTone, TONE_PIXELS, toneCurves } from './steps/tone/tone';
import { planEnlargement, upscale } from './steps/upscale/upscale';
import type { StepTools, Task } from './tools';

/**
 * Runs recipes. The order of calls for one photo:
 *
 * 1. `detectDamage(raster, tools)` (damage.ts) on the decoded full-size photo, unless `tools.generator('detect')` is
 *    null; the map is kept with the photo and serves every later call, at any size. A full size that depends on the damage
 *    ({@link followsDamage}) waits for the map of a `FinePass` (damage.ts);
 * 2. `analyse(raster, damage, tools)` (analysis.ts), also on the full-size photo: the proposal with its reasons;
 * 3. `runRecipe({ raster, recipe, analysis, damage, tools })` on a copy of the photo or of its preview. It works in
 *    place and returns the raster that holds the result: the same one, or a larger one after an enlargement;
 * 4. for the mask layer, `createMask(damage, { sensitivity, grow }, { width, height })` (mask.ts) in the coordinates
 *    of the picture shown, and `mask.read(rect, bytes)`.
 */
export interface Run {
  /** Worked on in place. */
  raster: Raster;
  recipe: Recipe;
  /** Of the photo at full size, whatever the size of `raster`. */
  analysis: Analysis;
  /** Of the photo at full size; null where no detector is installed. */
  damage: DamageMap | null;
  tools: StepTools;
  /** The mask of the repair step where a person has changed it; else it is the damage that was found. */
  mask?: EditedMask;
  /** Where a style is laid over the photo; everywhere where there is none. */
  styleMask?: EditedMask;
  /** What the style step has painted of this photo in this size, and where it keeps that. */
  paintings?: PaintOptions['paintings'];
  /**
   * What `raster` has been through already: the first of the steps that run. Their reports are taken over and they are
   * not done again.
   */
  begun?: Pick<RunResult, 'reports' | 'masked'>;
  /** Called before each step that runs, with the share of the whole run that it covers, from and to in 0..1. */
  onStep?: (kind: StepKind, share: { from: number; to: number }) => void;
  /** Called after each step with what there is so far. The raster is worked on further: who keeps it copies it. */
  onDone?: (sofar: RunResult) => void;
}

/** A mask document and what it refers to. */
export interface EditedMask {
  ops: readonly MaskOp[];
  bitmaps: ReadonlyMap<string, RunBitmap>;
  /** Size of the photo, which the operations are measured in. */
  full: { width: number; height: number };
}

export interface RunResult {
  raster: Raster;
  /** One per step of the recipe, in the order in which they run. */
  reports: StepReport[];
  /** Share of pixels inside the repair mask, 0 where nothing was repaired. */
  masked: number;
}

/** A step of a recipe and what is to become of it. */
export interface PlannedStep {
  step: Step;
  outcome: StepReport['outcome'];
  need: Need | undefined;
}

/** What a step leaves behind, to be made into its report. */
interface Outcome {
  raster: Raster;
  sentence: string;
  generator: string | null;
  provider: string | null;
  masked?: number;
}

type Apply<S extends Step> = (run: Run, settings: S['settings']) => Promise<Outcome>;

/** A kind of step: its generators, its share of the time, and what it does. */
interface StepRunner<S extends Step> {
  tasks: readonly Task[];
  /** What else must be so before anything is changed; throws where it is not. */
  require?: (run: Run, settings: S['settings']) => void;
  /** Seconds per megapixel on an ordinary processor, for the shares of the progress. */
  cost: (run: Run) => number;
  apply: Apply<S>;
}

/** Steps without a runner have no generator yet: asking for one gives GENERATOR_MISSING. */
const RUNNERS: { [K in StepKind]: StepRunner<StepOf<K>> | null } = {
  repair: {
    tasks: ['detect', 'inpaint'],
    // Only tiles with damage are computed; scattered damage touches many of them.
    cost: ({ analysis }) => 0.2 + 10 * Math.min(1, 20 * analysis.damage),
    apply: repair,
  },
  restore: { tasks: ['restore'], cost: () => 10, apply: restoreStep },
  tone: { tasks: [], cost: () => 0.1, apply: tone },
  colorise: { tasks: ['colorise'], cost: () => 0.6, apply: coloriseStep },
  upscale: {
    tasks: ['upscale'],
    require: requireUpscale,
    // What is computed grows with the picture; a reduced one is not enlarged.
    cost: (run) => (isReduced(run) ? 0.01 : 8),
    apply: upscaleStep,
  },
  style: {
    tasks: ['style'],
    require: (run, settings) => void styleCode(settings, run.tools),
    cost: () => 6,
    apply: styleStep,
  },
};

/**
 * Which steps of a recipe run on a photo, in the order in which they do. A step that is switched off is `off`;
 * under the gate `needed`, one that the analysis found no need for is `skipped`.
 */
export function planRecipe(recipe: Recipe, analysis: Analysis): PlannedStep[] {
  return orderSteps(recipe.steps).map((step) => {
    const need = analysis.needs.find((each) => each.kind === step.kind);
    const outcome = !step.enabled ? 'off' : recipe.gate === 'needed' && !need?.needed ? 'skipped' : 'done';
    return { step, outcome, need };
  });
}

/**
 * Whether the result of a step depends on the detected damage. `ops` is the mask that was drawn for the step, undefined if
 * there is none; a repair then uses the detected damage.
 */
export function followsDamage(kind: StepKind, ops: readonly MaskOp[] | undefined): boolean {
  if (kind !== 'repair' && kind !== 'style') return false;
  if (ops === undefined) return kind === 'repair';
  return ops.some((op) => op.kind === 'detected' || op.kind === 'defect');
}

/** One report per planned step: those of the steps that were run, and why the others were not. */
export function reportPlan(plan: readonly PlannedStep[], done: readonly StepReport[]): StepReport[] {
  return plan.flatMap(({ step, outcome, need }) => {
    if (outcome === 'done') return done.filter(({ kind }) => kind === step.kind);
    const sentence = outcome === 'off' ? 'Switched off.' : (need?.sentence ?? 'Not needed.');
    return { kind: step.kind, outcome, sentence, seconds: 0, generator: null, provider: null };
  });
}

/**
 * Runs the steps of a recipe as {@link planRecipe} says. Throws GENERATOR_MISSING before anything is changed where a
 * step that would run has no generator; otherwise what the steps throw.
 */
export async function runRecipe(run: Run): Promise<RunResult> {
  const { analysis, recipe, begun } = run;
  const plan = planRecipe(recipe, analysis);
  const running = plan.filter(({ outcome }) => outcome === 'done');
  for (const { step } of running) requireStep(step, run);

  const done = [...(begun?.reports ?? [])];
  const left = running.slice(done.length);
  const costs = left.map(({ step }) => runnerOf(step.kind).cost(run));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  let raster = run.raster;
  let masked = begun?.masked ?? 0;
  let spent = 0;
  for (const [index, { step, need }] of left.entries()) {
    run.onStep?.(step.kind, { from: spent / total, to: (spent + costs[index]!) / total });
    spent += costs[index]!;
    const started = performance.now();
    const outcome = await runnerOf(step.kind).apply({ ...run, raster }, step.settings);
    raster = outcome.raster;
    masked = outcome.masked ?? masked;
    done.push({
      kind: step.kind,
      outcome: 'done',
      // Why, with the figure measured, and then what was done.
      sentence: need?.needed ? `${need.sentence} ${outcome.sentence}` : outcome.sentence,
      seconds: (performance.now() - started) / 1000,
      generator: outcome.generator,
      provider: outcome.provider,
    });
    run.onDone?.({ raster, reports: [...done], masked });
  }
  return { raster, reports: reportPlan(plan, done), masked };
}

/** The runner of a kind of step. Throws GENERATOR_MISSING where there is none. */
function runnerOf(kind: StepKind): StepRunner<Step> {
  const runner = RUNNERS[kind] as StepRunner<Step> | null;
  if (!runner) throw new EmulsionError('GENERATOR_MISSING', { detail: `the step "${kind}" has no generator yet` });
  return runner;
}

function requireStep({ kind, settings }: Step, run: Run): void {
  const runner = runnerOf(kind);
  for (const task of runner.tasks) {
    if (run.tools.generator(task)) continue;
    throw new EmulsionError('GENERATOR_MISSING', { detail: `the step "${kind}" needs a generator for "${task}"` });
  }
  runner.require?.(run, settings);
}

async function repair(run: Run, settings: StepOf<'repair'>['settings']): Promise<Outcome> {
  const { raster, tools } = run;
  const damage = run.damage ?? (await detectInBothPasses(raster, tools));
  const mask = run.mask ? editedMask(run.mask, damage, settings, raster) : createMask(damage, settings, raster);
  const masked = mask.coverage();
  if (masked === 0) {
    const sentence = run.mask ? 'The mask is empty.' : 'No damage found at this sensitivity.';
    return { raster, sentence, generator: null, provider: null, masked };
  }
  const report = await inpaint(raster, mask, tools);
  return {
    raster,
    sentence: `Filled ${(100 * masked).toFixed(masked < 0.001 ? 2 : 1)} % of the picture.`,
    generator: report.generator,
    provider: report.provider,
    masked,
  };
}

async function restoreStep(run: Run, settings: StepOf<'restore'>['settings']): Promise<Outcome> {
  const { raster, tools, analysis } = run;
  const expected = expectedIn(raster, analysis);
  await tools.breathe();
  const report = await restore(raster, expected, settings, tools);
  if (!report) {
    const sentence = 'Left noise and blocks as they are (strength 0).';
    return { raster, sentence, generator: null, provider: null };
  }
  const grain = settings.keepGrain ? ' Most of the grain was kept.' : '';
  return {
    raster,
    sentence: `Took out ${percent(settings.strength)} % of an error of ${errorOf(expected).toFixed(1)} levels.${grain}`,
    generator: report.generator,
    provider: report.provider,
  };
}

async function coloriseStep({ raster, tools }: Run, settings: ColoriseSettings): Promise<Outcome> {
  const done = await colorise(raster, settings, tools);
  if (!done) {
    return { raster, sentence: 'Left the colours as they are (strength 0).', generator: null, provider: null };
  }
  const { generator, provider } = done.report;
  return { raster: done.raster, sentence: 'The colours are imagined.', generator, provider };
}

/** Whether the raster is a smaller copy of the photo, to be looked at. */
function isReduced({ raster, analysis }: Run): boolean {
  return raster.width * raster.height < 0.999e6 * analysis.megapixels;
}

function requireUpscale(run: Run, settings: UpscaleSettings): void {
  // What a reduced picture is too small for, the photo is as well.
  planEnlargement(settings, isReduced(run) ? sizeOf(run) : run.raster, run.tools);
}

/** Size of the photo that a reduced raster shows, to within a pixel. */
function sizeOf({ raster, analysis }: Run): { width: number; height: number } {
  const scale = Math.sqrt((1e6 * analysis.megapixels) / (raster.width * raster.height));
  return { width: Math.round(raster.width * scale), height: Math.round(raster.height * scale) };
}

async function upscaleStep(run: Run, settings: UpscaleSettings): Promise<Outcome> {
  const { raster, tools } = run;
  if (isReduced(run)) {
    // Detail that a reduced picture has lost cannot be shown enlarged.
    return { raster, sentence: 'The enlargement shows at full size.', generator: null, provider: null };
  }
  const plan = planEnlargement(settings, raster, tools);
  if (plan.passes.length === 0) {
    return { raster, sentence: 'It is that large already.', generator: null, provider: null };
  }
  const { raster: large, report } = await upscale(raster, plan, tools);
  const times = Number((large.width / raster.width).toFixed(2));
  return {
    raster: large,
    sentence: `Enlarged ${times} times to ${large.width} x ${large.height} pixels.`,
    generator: report.generator,
    provider: report.provider,
  };
}

async function styleStep(run: Run, settings: StyleSettings): Promise<Outcome> {
  const { raster, tools, damage, styleMask, paintings } = run;
  const mask = styleMask && editedMask(styleMask, damage, FOUND_DAMAGE, raster);
  const done = await paint(raster, settings, tools, { isReduced: isReduced(run), mask, paintings });
  if (!done) return { raster, sentence: 'Painted nothing (strength 0).', generator: null, provider: null };
  const { generator, provider } = done.report;
  const named = tools.styles()?.presets.find(({ id }) => id === settings.style && !settings.code);
  const where = mask ? ' where the mask is' : '';
  const sentence = `Painted in the manner of ${named ? `“${named.name}”` : 'a picture of your own'}${where}.`;
  return { raster: done.raster, sentence, generator, provider };
}

/** Which damage counts as found where a mask other than that of the repair step asks for it. */
const FOUND_DAMAGE: MaskSettings = { sensitivity: 0.5, grow: 2 };

function percent(share: number): string {
  return (100 * share).toFixed(0);
}

/** A mask document for a raster of any size of the photo. */
export function editedMask(
  { ops, bitmaps, full }: EditedMask,
  damage: DamageMap | null,
  settings: MaskSettings,
  raster: { width: number; height: number },
): Mask {
  const evidence = damage && evidenceOf(damage);
  return new FrameMask(compileMask(ops, { ...full, evidence, settings, bitmaps }), raster);
}

async function tone(run: Run, settings: StepOf<'tone'>['settings']): Promise<Outcome> {
  const { raster, tools } = run;
  const small = await tools.shrink(raster, TONE_PIXELS);
  // Always by the coarse pass, so that the preview and the full size get the same tones.
  const damage = run.damage?.coarse ?? run.damage;
  const ignore = damage ? maskedPixels(createMask(damage, FOUND_DAMAGE, small)) : undefined;
  const curves = toneCurves(measureTone(small, tools.colour, ignore), settings);
  if (curves) await applyTone(raster, curves, tools);
  const sentence = curves ? 'Brought faded tones and colours back.' : 'Left the tones as they are (strength 0).';
  return { raster, sentence, generator: null, provider: null };
}
