import type { Message } from '../../contract/basics';
import type { MaskOp } from '../../contract/edit';
import type { Analysis, Need, StepReport } from '../../contract/photo';
import type { Recipe, Step, StepKind } from '../../contract/recipe';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { putAside } from './keep';
import type { Raster } from './raster';
import { orderSteps } from './recipe';
import { ALL_STEPS, stepOfKind } from './steps';
import { editedMask } from './steps/edited-mask';
import { LOOKUP_PIXELS } from './steps/light/balance';
import { needOfRepair } from './steps/repair';
import { FOUND_DAMAGE, type StepRun } from './steps/step';
import type { StepTools, Task } from './tools';

/**
 * Runs recipes. The order of calls for one photo:
 *
 * 1. `detectDamage(raster, tools)` (damage.ts) on the decoded full-size photo, unless `tools.generator('detect')` is
 *    null. The map is kept with the photo and serves every later call, at any size. A full-size run that depends on the
 *    damage ({@link followsDamage}) waits for the map of a `FinePass` (damage.ts).
 * 2. `analyse(raster, damage, tools)` (analysis.ts), also on the full-size photo: the proposal with its reasons.
 * 3. `runRecipe({ raster, recipe, analysis, damage, tools })` on a copy of the photo or of its preview. It works
 *    in place and returns the raster with the result: the same one, or a larger one after an enlargement.
 * 4. For the mask layer, `createMask(damage, { sensitivity, grow }, { width, height })` (mask.ts) in the coordinates of
 *    the shown picture, and `mask.read(rect, bytes)`.
 */
export interface Run extends StepRun {
  recipe: Recipe;
  /**
   * The steps that `raster` has already been through: the first of those that run. Their reports are kept and they are
   * not run again.
   */
  begun?: Pick<RunResult, 'reports' | 'masked'>;
  /** Called before each step that runs, with its share of the whole run, from and to in 0..1. */
  onStep?: (kind: StepKind, share: { from: number; to: number }) => void;
  /** Called after each step with the result so far. Later steps change the raster, so copy it to keep it. */
  onDone?: (sofar: RunResult) => void;
}

export interface RunResult {
  raster: Raster;
  /** One per step of the recipe, in running order. */
  reports: StepReport[];
  /** Share of pixels inside the repair mask, 0..1; 0 if nothing was repaired. */
  masked: number;
}

/** A step of a recipe, and whether it will run. */
export interface PlannedStep {
  step: Step;
  outcome: StepReport['outcome'];
  need: Need | undefined;
}

/**
 * The steps of a recipe for a photo, in running order. A step that is switched off is `off`. With the gate `needed`, a
 * step without a need is `skipped`, unless a person sets it by hand.
 */
export function planRecipe(recipe: Recipe, analysis: Analysis): PlannedStep[] {
  return orderSteps(recipe.steps).map((step) => {
    const measured = analysis.needs.find((each) => each.kind === step.kind);
    const need = measured && step.kind === 'repair' ? needOfRepair(measured, step.settings) : measured;
    const outcome = !step.enabled
      ? 'off'
      : recipe.gate === 'needed' && !need?.needed && !stepOfKind(step.kind).byHand
        ? 'skipped'
        : 'done';
    return { step, outcome, need };
  });
}

/**
 * Whether the result of a step depends on the detected damage. `ops` is the mask drawn for the step, or undefined if
 * there is none; a repair then uses the detected damage.
 */
export function followsDamage(kind: StepKind, ops: readonly MaskOp[] | undefined): boolean {
  return stepOfKind(kind).followsDamage?.(ops) ?? false;
}

/** One report per planned step: the reports of the steps that ran, and the reasons of the others. */
export function reportPlan(plan: readonly PlannedStep[], done: readonly StepReport[]): StepReport[] {
  return plan.flatMap(({ step, outcome, need }) => {
    if (outcome === 'done') return done.filter(({ kind }) => kind === step.kind);
    const why = outcome === 'off' ? say('did.off') : need ? reasonOf(need) : say('did.notNeeded');
    return { kind: step.kind, outcome, messages: [why], seconds: 0, generator: null, provider: null };
  });
}

/**
 * Runs the steps of a recipe as planned by {@link planRecipe}. Throws GENERATOR_MISSING, before anything is changed, if
 * a step that would run has no generator; otherwise the errors of the steps.
 */
export async function runRecipe(run: Run): Promise<RunResult> {
  const { analysis, recipe, begun, keepMask } = run;
  const plan = planRecipe(recipe, analysis);
  const running = plan.filter(({ outcome }) => outcome === 'done');
  for (const { step } of running) await requireStep(step, run);

  const done = [...(begun?.reports ?? [])];
  const left = running.slice(done.length);
  const costs = left.map(({ step }) => stepOfKind(step.kind).cost(run));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const opened = run.opened ?? (await openedFor(left, run));
  let raster = run.raster;
  let masked = begun?.masked ?? 0;
  let spent = 0;
  for (const [index, { step, need }] of left.entries()) {
    run.onStep?.(step.kind, { from: spent / total, to: (spent + costs[index]!) / total });
    spent += costs[index]!;
    const started = performance.now();
    const putBack = keepMask && putAside(raster, editedMask(keepMask, run.damage, FOUND_DAMAGE, raster));
    const outcome = await stepOfKind(step.kind).apply({ ...run, raster, opened }, step.settings);
    raster = putBack ? await putBack(outcome.raster, run.tools) : outcome.raster;
    masked = outcome.masked ?? masked;
    done.push({
      kind: step.kind,
      outcome: 'done',
      messages: [...(need?.needed ? [reasonOf(need)] : []), outcome.did, ...(run.tools.notes?.() ?? [])].flat(),
      seconds: (performance.now() - started) / 1000,
      generator: outcome.generator,
      provider: outcome.provider,
    });
    run.onDone?.({ raster, reports: [...done], masked });
  }
  return { raster, reports: reportPlan(plan, done), masked };
}

/** A small copy of the photo for steps that look back at it. */
async function openedFor(left: readonly PlannedStep[], { raster, tools }: Run): Promise<Raster | undefined> {
  if (!left.some(({ step }) => stepOfKind(step.kind).looksBack?.(step.settings))) return undefined;
  const small = await tools.shrink(raster, LOOKUP_PIXELS);
  return small === raster ? { ...raster, data: raster.data.slice() } : small;
}

/** The reason why a step is needed or not, as a message. */
const reasonOf = ({ reason, figures }: Need): Message => ({ key: reason, values: figures });

async function requireStep({ kind, settings }: Step, run: Run): Promise<void> {
  const { tasks, chooses, require } = stepOfKind(kind);
  const named = 'generator' in settings ? settings.generator : undefined;
  for (const task of tasks) {
    if (task === chooses && named !== undefined) {
      requireNamed(named, task, kind, run.tools);
      continue;
    }
    if (run.tools.generator(task)) continue;
    throw new EmulsionError('GENERATOR_MISSING', { detail: `the step "${kind}" needs a generator for "${task}"` });
  }
  await require?.(run, settings);
}

/** Throws GENERATOR_MISSING, with a reason that names the generator. */
export function requireNamed(id: string, task: Task, kind: StepKind, tools: StepTools): void {
  if (tools.generator(task, { id })) return;
  const isThere = ALL_STEPS.some(({ tasks }) => tasks.some((each) => tools.generator(each, { id })));
  const reason = say(isThere ? 'failures.generatorUnfit' : 'failures.generatorNotHere', { id, kind });
  throw new EmulsionError('GENERATOR_MISSING', { reason, detail: `the step "${kind}" needs the generator "${id}"` });
}
