import type { EditState } from '../../contract/edit';
import type { Analysis, Need } from '../../contract/photo';
import {
  type Recipe,
  STEP_KINDS,
  STEP_RANKS,
  Step,
  type StepKind,
  type StyleExample,
  StyleSettings,
  type TargetSize,
} from '../../contract/recipe';

/** A recipe's step of a kind; null where it has none. */
export function stepOf<K extends StepKind>(recipe: Recipe, kind: K): Extract<Step, { kind: K }> | null {
  return (recipe.steps.find((step) => step.kind === kind) as Extract<Step, { kind: K }> | undefined) ?? null;
}

/** A step with the contract's default settings. Styles have no default, so their step starts with the given one. */
export function defaultStep(kind: StepKind, style = 'none'): Step {
  return Step.parse({ kind, settings: kind === 'style' ? { style } : {} });
}

/** True where at least one step would run. */
export function hasSteps(recipe: Recipe): boolean {
  return recipe.steps.some((step) => step.enabled);
}

/** True where the colours of the result are imagined. */
export function hasImaginedColours(recipe: Recipe): boolean {
  const step = stepOf(recipe, 'colorise');
  return step?.enabled === true && step.settings.strength > 0;
}

/** True where at least one step would run, or a place was repaired by hand. */
export function hasWork({ recipe, repairs }: Pick<EditState, 'recipe' | 'repairs'>): boolean {
  return hasSteps(recipe) || repairs.some((repair) => repair.enabled);
}

/** Replaces the step of the same kind. A new step is inserted at its usual position. */
export function withStep(recipe: Recipe, step: Step): Recipe {
  const isThere = recipe.steps.some((other) => other.kind === step.kind);
  const next = recipe.steps.findIndex((other) => STEP_KINDS.indexOf(other.kind) > STEP_KINDS.indexOf(step.kind));
  const steps = isThere
    ? recipe.steps.map((other) => (other.kind === step.kind ? step : other))
    : recipe.steps.toSpliced(next < 0 ? recipe.steps.length : next, 0, step);
  // A step that the user sets runs even if no measurement suggests it.
  return { ...recipe, gate: 'always', steps };
}

export function withEnabled(recipe: Recipe, kind: StepKind, enabled: boolean): Recipe {
  return withStep(recipe, { ...(stepOf(recipe, kind) ?? defaultStep(kind)), enabled });
}

/** The kinds of steps that a kind can be reordered with. */
export const reorderableWith = (kind: StepKind): readonly StepKind[] =>
  STEP_KINDS.filter((other) => other !== kind && STEP_RANKS[other] === STEP_RANKS[kind]);

/** Moves one step to the place of another. Both must have the same rank. */
export function withOrder(recipe: Recipe, kind: StepKind, place: StepKind): Recipe {
  const both = [kind, place].reduce<Recipe>(
    (all, each) => (stepOf(all, each) === null ? withEnabled(all, each, false) : all),
    recipe,
  );
  const to = both.steps.findIndex((step) => step.kind === place);
  const steps = both.steps.filter((step) => step.kind !== kind).toSpliced(to, 0, stepOf(both, kind) as Step);
  return { ...both, gate: 'always', steps };
}

/** A preset style by its id, or the code of the user's own picture. */
export type StyleChoice = Pick<StyleSettings, 'style' | 'code'>;

export const isSameStyle = (a: StyleChoice, b: StyleChoice): boolean =>
  a.code === undefined || b.code === undefined
    ? a.code === b.code && a.style === b.style
    : JSON.stringify(a.code) === JSON.stringify(b.code);

/** The style of a recipe; null where it has none. */
export function styleOf(recipe: Recipe): StyleChoice | null {
  const step = stepOf(recipe, 'style');
  return step?.enabled === true ? step.settings : null;
}

/**
 * Changes the style and keeps its settings; null removes it. A second style that would be the same is removed, and so is a
 * generator that knows no styles.
 */
export function withStyle(recipe: Recipe, choice: StyleChoice | null): Recipe {
  if (choice === null) return withEnabled(recipe, 'style', false);
  const {
    style: _,
    code: __,
    generator: ___,
    mix,
    ...others
  } = stepOf(recipe, 'style')?.settings ?? StyleSettings.parse(choice);
  const kept = mix === undefined || isSameStyle(mix, choice) ? {} : { mix };
  return withStep(recipe, {
    kind: 'style',
    enabled: true,
    settings: { ...others, ...kept, style: choice.style, ...(choice.code && { code: choice.code }) },
  });
}

/** Changes the second style; null removes it. A recipe without a style stays as it is. */
export function withMix(recipe: Recipe, mix: StyleSettings['mix']): Recipe {
  const step = stepOf(recipe, 'style');
  if (step === null) return recipe;
  const { mix: _, ...settings } = step.settings;
  return withStep(recipe, { ...step, settings: mix === undefined ? settings : { ...settings, mix } });
}

/**
 * The recipe for a picture in the style gallery: the photo's own steps without enlargement, in that style alone, at
 * full strength.
 */
export function styleSample(recipe: Recipe, choice: StyleChoice | null): Recipe {
  const plain: Recipe = { ...recipe, gate: 'always', steps: recipe.steps.filter(({ kind }) => kind !== 'upscale') };
  if (choice === null) return withEnabled(plain, 'style', false);
  const { keepColours } = stepOf(recipe, 'style')?.settings ?? { keepColours: false };
  const settings = StyleSettings.parse({ style: choice.style, code: choice.code, keepColours });
  return withStep(plain, { kind: 'style', enabled: true, settings });
}

/** Null removes a setting that may be absent. */
export type SettingValue =
  | number
  | boolean
  | string
  | TargetSize
  | StyleExample
  | Readonly<Record<string, number>>
  | readonly { x: number; y: number }[]
  | null;

/**
 * Changes one setting of a step. The value must fit the contract's schema. The setting `size` of an enlargement
 * replaces both `scale` and `target`.
 */
export function withSetting(recipe: Recipe, kind: StepKind, name: string, value: SettingValue): Recipe {
  const step = stepOf(recipe, kind) ?? defaultStep(kind);
  if (step.kind === 'upscale' && name === 'size') {
    const { target: _, ...others } = step.settings;
    const settings = typeof value === 'object' ? { ...others, target: value } : { ...others, scale: value };
    return withStep(recipe, { ...step, settings } as Step);
  }
  // The numbers belong to the generator before.
  const { [name]: _, inputs, ...others } = step.settings as Record<string, unknown>;
  const kept = inputs === undefined || name === 'generator' || name === 'inputs' ? {} : { inputs };
  const settings = { ...others, ...kept, ...(value !== null && { [name]: value }) };
  return withStep(recipe, { ...step, settings } as Step);
}

/**
 * A named recipe as it applies to one photo. A person has chosen it, so all its steps run, whatever was measured; its gate
 * is for batches and the command line. Steps that cannot run are switched off.
 */
export function appliedTo(recipe: Recipe, analysis: Analysis): Recipe {
  const steps = recipe.steps.map(
    (step) => ({ ...step, enabled: step.enabled && needOf(analysis, step.kind)?.available === true }) as Step,
  );
  return { ...recipe, gate: 'always', steps };
}

export function needOf(analysis: Analysis, kind: StepKind): Need | null {
  return analysis.needs.find((need) => need.kind === kind) ?? null;
}

/** The kinds of steps that can run here, in their order. */
export function availableKinds(analysis: Analysis, recipe: Recipe): StepKind[] {
  const placeOf = (kind: StepKind) => recipe.steps.findIndex((step) => step.kind === kind);
  // The style is chosen in the gallery, so its step is only offered where there is one.
  const isOffered = (kind: StepKind) => kind !== 'style' || placeOf(kind) >= 0;
  return STEP_KINDS.filter((kind) => needOf(analysis, kind)?.available === true && isOffered(kind)).sort(
    (a, b) => STEP_RANKS[a] - STEP_RANKS[b] || (placeOf(a) < 0 || placeOf(b) < 0 ? 0 : placeOf(a) - placeOf(b)),
  );
}
