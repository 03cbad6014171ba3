import {
  type Analysis,
  type Recipe,
  STEP_KINDS,
  type Step,
  type StepKind,
  type StepOf,
  type StepReport,
} from '../../preload/contract';
import { EmulsionError } from '../errors';
import { maskedPixels } from './analysis';
import { type DamageMap, detectDamage } from './damage';
import { createMask } from './mask';
import type { Raster } from './raster';
import { orderSteps } from './recipe';
import { inpaint } from './repair';
import { applyTone, measureTone, TONE_PIXELS, toneCurves } from './tone';
import type { StepTools, Task } from './tools';

/**
 * Runs recipes. The order of calls for one photo:
 *
 * 1. `detectDamage(raster, tools)` (damage.ts) on the decoded full-size photo, unless `tools.generator('detect')` is
 *    null; the map is kept with the photo and serves every later call, at any size;
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
  /** Called before each step that runs, with the share of the whole run that it covers, from and to in 0..1. */
  onStep?: (kind: StepKind, share: { from: number; to: number }) => void;
}

export interface RunResult {
  raster: Raster;
  /** One per step of the recipe, in the order of {@link STEP_KINDS}. */
  reports: StepReport[];
  /** Share of pixels inside the repair mask, 0 where nothing was repaired. */
  masked: number;
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
  restore: null,
  tone: { tasks: [], cost: () => 0.1, apply: tone },
  colorise: null,
  upscale: null,
  style: null,
};

/**
 * Runs the steps of a recipe in the order of {@link STEP_KINDS}. A step that is switched off is reported `off`; under
 * the gate `needed`, one that the analysis found no need for is reported `skipped`. Throws GENERATOR_MISSING before
 * anything is changed where a step that would run has no generator; otherwise what the steps throw.
 */
export async function runRecipe(run: Run): Promise<RunResult> {
  const { analysis, recipe, tools } = run;
  const plan = orderSteps(recipe.steps).map((step) => {
    const need = analysis.needs.find((each) => each.kind === step.kind);
    const outcome = !step.enabled ? 'off' : recipe.gate === 'needed' && !need?.needed ? 'skipped' : 'done';
    return { step, outcome, need } as const;
  });
  for (const { step, outcome } of plan) if (outcome === 'done') requireGenerators(step.kind, tools);

  const costs = plan.map(({ step, outcome }) => (outcome === 'done' ? runnerOf(step.kind).cost(run) : 0));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const reports: StepReport[] = [];
  let raster = run.raster;
  let masked = 0;
  let spent = 0;
  for (const [index, { step, outcome, need }] of plan.entries()) {
    if (outcome !== 'done') {
      const sentence = outcome === 'off' ? 'Switched off.' : (need?.sentence ?? 'Not needed.');
      reports.push({ kind: step.kind, outcome, sentence, seconds: 0, generator: null, provider: null });
      continue;
    }
    run.onStep?.(step.kind, { from: spent / total, to: (spent + costs[index]!) / total });
    spent += costs[index]!;
    const started = performance.now();
    const done = await runnerOf(step.kind).apply({ ...run, raster }, step.settings);
    raster = done.raster;
    masked = done.masked ?? masked;
    reports.push({
      kind: step.kind,
      outcome,
      // Why, with the figure measured, and then what was done.
      sentence: need?.needed ? `${need.sentence} ${done.sentence}` : done.sentence,
      seconds: (performance.now() - started) / 1000,
      generator: done.generator,
      provider: done.provider,
    });
  }
  return { raster, reports, masked };
}

/** The runner of a kind of step. Throws GENERATOR_MISSING where there is none. */
function runnerOf(kind: StepKind): StepRunner<Step> {
  const runner = RUNNERS[kind] as StepRunner<Step> | null;
  if (!runner) throw new EmulsionError('GENERATOR_MISSING', { detail: `the step "${kind}" has no generator yet` });
  return runner;
}

function requireGenerators(kind: StepKind, tools: StepTools): void {
  for (const task of runnerOf(kind).tasks) {
    if (tools.generator(task)) continue;
    throw new EmulsionError('GENERATOR_MISSING', { detail: `the step "${kind}" needs a generator for "${task}"` });
  }
}

async function repair(run: Run, settings: StepOf<'repair'>['settings']): Promise<Outcome> {
  const { raster, tools } = run;
  const damage = run.damage ?? (await detectDamage(raster, tools));
  const mask = createMask(damage, settings, raster);
  const masked = mask.coverage();
  if (masked === 0) {
    const sentence = 'No damage found at this sensitivity.';
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

async function tone(run: Run, settings: StepOf<'tone'>['settings']): Promise<Outcome> {
  const { raster, tools, damage } = run;
  const small = await tools.shrink(raster, TONE_PIXELS);
  const ignore = damage ? maskedPixels(createMask(damage, { sensitivity: 0.5, grow: 2 }, small)) : undefined;
  const curves = toneCurves(measureTone(small, tools.colour, ignore), settings);
  if (curves) await applyTone(raster, curves, tools);
  const sentence = curves ? 'Brought faded tones and colours back.' : 'Left the tones as they are (strength 0).';
  return { raster, sentence, generator: null, provider: null };
}
