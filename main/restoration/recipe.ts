import type { Analysis } from '../../contract/photo';
import {
  RECIPE_FORMAT,
  Recipe,
  STEP_RANKS,
  Step,
  type StepChange,
  type StepKind,
  type StepOf,
} from '../../contract/recipe';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { describeIssues, type RecipeProblem, unknownKeys } from './recipe-schema';

/**
 * Upgrades a recipe by one format: `MIGRATIONS[1]` turns format 1 into format 2, and so on. A shipped format is never
 * removed from this table, so that archived recipes stay readable.
 */
const MIGRATIONS: Readonly<Record<number, (recipe: Record<string, unknown>) => Record<string, unknown>>> = {};

/**
 * Parses a recipe from JSON, upgrades older formats and fills in defaults. Returns its steps in running order. Throws
 * RECIPE_INVALID, naming the place of the fault.
 */
export function parseRecipe(value: unknown): Recipe {
  const recipe = upgrade(value);
  const parsed = Recipe.safeParse(recipe);
  if (!parsed.success) {
    const [first] = describeIssues(parsed.error, recipe) as [RecipeProblem];
    throw new EmulsionError('RECIPE_INVALID', { reason: [say('failures.recipeUnusable'), ...first.messages] });
  }
  return { ...parsed.data, steps: orderSteps(parsed.data.steps) };
}

/**
 * Every problem of a recipe from JSON; empty if it can be used unchanged. In addition to the faults that {@link
 * parseRecipe} refuses, this includes keys that it would leave out.
 */
export function recipeProblems(value: unknown): RecipeProblem[] {
  let recipe: Record<string, unknown>;
  try {
    recipe = upgrade(value);
  } catch (error) {
    if (!(error instanceof EmulsionError) || error.code !== 'RECIPE_INVALID') throw error;
    return [{ path: 'recipe', messages: error.reason ?? [say('errors.RECIPE_INVALID')] }];
  }
  const parsed = Recipe.safeParse(recipe);
  return [...(parsed.success ? [] : describeIssues(parsed.error, recipe)), ...unknownKeys(Recipe, recipe)];
}

/** The recipe in the current format, otherwise unchecked. Throws RECIPE_INVALID. */
function upgrade(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EmulsionError('RECIPE_INVALID', { reason: say('problems.notAnObject') });
  }
  let recipe = value as Record<string, unknown>;
  const format = recipe.format;
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) {
    throw new EmulsionError('RECIPE_INVALID', {
      reason: say('problems.format', { newest: RECIPE_FORMAT }),
    });
  }
  if (format > RECIPE_FORMAT) {
    throw new EmulsionError('RECIPE_INVALID', {
      reason: say('problems.newer', { format: String(format), newest: RECIPE_FORMAT }),
    });
  }
  for (let from = format; from < RECIPE_FORMAT; from++) {
    const migrate = MIGRATIONS[from];
    if (!migrate) throw new EmulsionError('INTERNAL', { detail: `no migration from recipe format ${from}` });
    recipe = migrate(recipe);
  }
  return recipe;
}

/** The steps in running order, see {@link STEP_RANKS}. Does not change its argument. */
export function orderSteps(steps: readonly Step[]): Step[] {
  return [...steps].sort((one, other) => STEP_RANKS[one.kind] - STEP_RANKS[other.kind]);
}

/** The step of a kind; undefined if the recipe has none. */
export function stepOf<K extends StepKind>(recipe: Recipe, kind: K): StepOf<K> | undefined {
  return recipe.steps.find((step): step is StepOf<K> => step.kind === kind);
}

const enabled = true;

/** The shipped recipes, in display order. */
export const NAMED_RECIPES: readonly Recipe[] = [
  {
    format: RECIPE_FORMAT,
    id: 'scratched-print',
    name: 'Scratched print',
    gate: 'needed',
    steps: [
      { kind: 'repair', enabled, settings: { sensitivity: 0.6, grow: 2, keepWriting: true } },
      { kind: 'restore', enabled, settings: { strength: 0.8, keepGrain: true } },
      { kind: 'tone', enabled, settings: { strength: 0.8, cast: 1, contrast: 1 } },
    ],
  },
  {
    format: RECIPE_FORMAT,
    id: 'faded-colour-print',
    name: 'Faded colour print',
    gate: 'needed',
    steps: [
      { kind: 'repair', enabled, settings: { sensitivity: 0.5, grow: 2, keepWriting: true } },
      { kind: 'restore', enabled, settings: { strength: 0.8, keepGrain: true } },
      { kind: 'tone', enabled, settings: { strength: 1, cast: 1, contrast: 1 } },
    ],
  },
  {
    format: RECIPE_FORMAT,
    id: 'scratched-film',
    name: 'Scratched negative or slide',
    gate: 'needed',
    steps: [
      { kind: 'film', enabled, settings: { scratches: 1, leak: 1, vignette: 1 } },
      { kind: 'repair', enabled, settings: { sensitivity: 0.5, grow: 2, keepWriting: true } },
      { kind: 'restore', enabled, settings: { strength: 0.8, keepGrain: true } },
      { kind: 'tone', enabled, settings: { strength: 0.8, cast: 1, contrast: 1 } },
    ],
  },
  {
    format: RECIPE_FORMAT,
    id: 'black-and-white-to-colour',
    name: 'Black and white to colour',
    gate: 'needed',
    steps: [
      { kind: 'repair', enabled, settings: { sensitivity: 0.5, grow: 2, keepWriting: true } },
      { kind: 'tone', enabled, settings: { strength: 1, cast: 1, contrast: 1 } },
      { kind: 'colorise', enabled, settings: { strength: 1, variant: 'natural' } },
    ],
  },
  {
    format: RECIPE_FORMAT,
    id: 'gentle-clean-up',
    name: 'Gentle clean-up',
    gate: 'needed',
    steps: [
      { kind: 'repair', enabled, settings: { sensitivity: 0.35, grow: 1, keepWriting: true } },
      { kind: 'restore', enabled, settings: { strength: 0.5, keepGrain: true } },
      { kind: 'tone', enabled, settings: { strength: 0.5, cast: 1, contrast: 1 } },
    ],
  },
  {
    format: RECIPE_FORMAT,
    id: 'enlarge',
    name: 'Enlarge',
    // A user of this recipe wants a larger picture, whatever its size.
    gate: 'always',
    steps: [{ kind: 'upscale', enabled, settings: { scale: 2, variant: 'faithful' } }],
  },
];

/** A copy of the shipped recipe with that id or English name, ignoring case; null if there is none. */
export function findRecipe(nameOrId: string): Recipe | null {
  const wanted = nameOrId.trim().toLowerCase();
  const found = NAMED_RECIPES.find((recipe) => recipe.id === wanted || recipe.name.toLowerCase() === wanted);
  return found ? structuredClone(found) : null;
}

/**
 * The recipe for one photo with added steps. They replace the steps of their kind and run whatever was measured, except
 * that a colorise step only runs on photos without colours. The other steps follow the recipe's own gate.
 */
export function withAdded(recipe: Recipe, added: readonly Step[], analysis: Analysis): Recipe {
  if (added.length === 0) return recipe;
  const isNeeded = (kind: StepKind) => analysis.needs.some((need) => need.kind === kind && need.needed);
  const kept = recipe.steps
    .filter(({ kind }) => !added.some((step) => step.kind === kind))
    .map((step) => ({ ...step, enabled: step.enabled && (recipe.gate === 'always' || isNeeded(step.kind)) }));
  const wanted = added.filter(({ kind }) => kind !== 'colorise' || isNeeded(kind));
  return { ...recipe, gate: 'always', steps: orderSteps([...kept, ...wanted]) };
}

/**
 * A copy of a recipe with changed steps. A step that the recipe lacks is added if its change switches it on, with
 * defaults for all other settings; otherwise the change is ignored. Throws RECIPE_INVALID if the step cannot have a
 * setting.
 */
export function withChanges(recipe: Recipe, changes: readonly StepChange[]): Recipe {
  if (changes.length === 0) return recipe;
  const lacking = changes.filter(({ kind, enabled }) => enabled && !stepOf(recipe, kind));
  const steps = [
    ...recipe.steps.map((step) => changeStep(step, changes)),
    ...lacking.map((change) => applyChange({ kind: change.kind, enabled: true, settings: {} }, change)),
  ];
  return { ...recipe, steps: orderSteps(steps) };
}

function changeStep(step: Step, changes: readonly StepChange[]): Step {
  const change = changes.find(({ kind }) => kind === step.kind);
  return change ? applyChange(step, change) : step;
}

function applyChange({ kind, enabled, settings: own }: { [K in keyof Step]: unknown }, change: StepChange): Step {
  const settings: Record<string, unknown> = { ...(own as object), ...change.settings };
  const [before, after] = [(own as { inputs?: object }).inputs, change.settings.inputs];
  if (typeof after === 'object') settings.inputs = { ...before, ...after };
  // A factor replaces a target size, since only one of them can apply.
  if ('scale' in change.settings && !('target' in change.settings)) delete settings.target;
  const changed = { kind, enabled: change.enabled ?? enabled, settings };
  const parsed = Step.safeParse(changed);
  if (parsed.success) return parsed.data;
  const [{ messages }] = describeIssues(parsed.error, changed) as [RecipeProblem];
  throw new EmulsionError('RECIPE_INVALID', {
    reason: [say('failures.stepUnusable', { kind: String(kind) }), ...messages],
  });
}

/**
 * The recipe for one photo: a given recipe or the proposal, with added steps, and with changes to all of them. A step
 * that a change switches on counts as added, see {@link withAdded}.
 */
export function recipeFor(
  recipe: Recipe,
  { added = [], changes = [] }: { added?: readonly Step[]; changes?: readonly StepChange[] },
  analysis: Analysis,
): Recipe {
  const changed = withChanges(recipe, changes);
  const asked = added.map((step) => changeStep(step, changes));
  // With the gate `always`, every enabled step runs anyway.
  if (recipe.gate === 'needed') {
    const switchedOn = changes.filter(({ enabled }) => enabled).map(({ kind }) => kind);
    asked.push(
      ...changed.steps.filter(
        (step) => switchedOn.includes(step.kind) && !added.some(({ kind }) => kind === step.kind),
      ),
    );
  }
  return withAdded(changed, asked, analysis);
}
