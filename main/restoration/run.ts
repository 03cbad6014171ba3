import type { Message } from '../../contract/basics';
import type { MaskOp } from '../../contract/edit';
import type { Analysis, Need, StepReport } from '../../contract/photo';
import type { Recipe, Step, StepKind } from '../../contract/recipe';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Raster } from './raster';
import { orderSteps } from './recipe';
import { stepOfKind } from './steps';
import type { StepRun } from './steps/step';

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
export interface Run extends StepRun {
  recipe: Recipe;
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
  return stepOfKind(kind).followsDamage?.(ops) ?? false;
}

/** One report per planned step: those of the steps that were run, and why the others were not. */
export function reportPlan(plan: readonly PlannedStep[], done: readonly StepReport[]): StepReport[] {
  return plan.flatMap(({ step, outcome, need }) => {
    if (outcome === 'done') return done.filter(({ kind }) => kind === step.kind);
    const why = outcome === 'off' ? say('did.off') : need ? reasonOf(need) : say('did.notNeeded');
    return { kind: step.kind, outcome, said: [why], seconds: 0, generator: null, provider: null };
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
  const costs = left.map(({ step }) => stepOfKind(step.kind).cost(run));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  let raster = run.raster;
  let masked = begun?.masked ?? 0;
  let spent = 0;
  for (const [index, { step, need }] of left.entries()) {
    run.onStep?.(step.kind, { from: spent / total, to: (spent + costs[index]!) / total });
    spent += costs[index]!;
    const started = performance.now();
    const outcome = await stepOfKind(step.kind).apply({ ...run, raster }, step.settings);
    raster = outcome.raster;
    masked = outcome.masked ?? masked;
    done.push({
      kind: step.kind,
      outcome: 'done',
      said: need?.needed ? [reasonOf(need), outcome.did] : [outcome.did],
      seconds: (performance.now() - started) / 1000,
      generator: outcome.generator,
      provider: outcome.provider,
    });
    run.onDone?.({ raster, reports: [...done], masked });
  }
  return { raster, reports: reportPlan(plan, done), masked };
}

/** Why a step is needed or not, as a message. */
const reasonOf = ({ reason, figures }: Need): Message => ({ key: reason, values: figures });

function requireStep({ kind, settings }: Step, run: Run): void {
  const { tasks, require } = stepOfKind(kind);
  for (const task of tasks) {
    if (run.tools.generator(task)) continue;
    throw new EmulsionError('GENERATOR_MISSING', { detail: `the step "${kind}" needs a generator for "${task}"` });
  }
  require?.(run, settings);
}
