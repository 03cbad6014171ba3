import {
  type Analysis,
  ColoriseSettings,
  type EditState,
  type Need,
  type Recipe,
  RepairSettings,
  RestoreSettings,
  STEP_KINDS,
  type Step,
  type StepKind,
  StyleSettings,
  ToneSettings,
  UpscaleSettings,
} from '../../preload/contract';

/** Which step a recipe holds of a kind; null where it has none. */
export function stepOf<K extends StepKind>(recipe: Recipe, kind: K): Extract<Step, { kind: K }> | null {
  return (recipe.steps.find((step) => step.kind === kind) as Extract<Step, { kind: K }> | undefined) ?? null;
}

/** A step with the contract's default settings. Styles have no default: their step starts with the named one. */
export function defaultStep(kind: StepKind, style = 'none'): Step {
  switch (kind) {
    case 'repair':
      return { kind, enabled: true, settings: RepairSettings.parse({}) };
    case 'restore':
      return { kind, enabled: true, settings: RestoreSettings.parse({}) };
    case 'tone':
      return { kind, enabled: true, settings: ToneSettings.parse({}) };
    case 'colorise':
      return { kind, enabled: true, settings: ColoriseSettings.parse({}) };
    case 'upscale':
      return { kind, enabled: true, settings: UpscaleSettings.parse({}) };
    case 'style':
      return { kind, enabled: true, settings: StyleSettings.parse({ style }) };
  }
}

/** True where at least one step would run. */
export function hasSteps(recipe: Recipe): boolean {
  return recipe.steps.some((step) => step.enabled);
}

/** True where at least one step would run, or one place was repaired by hand. */
export function hasWork({ recipe, repairs }: Pick<EditState, 'recipe' | 'repairs'>): boolean {
  return hasSteps(recipe) || repairs.some((repair) => repair.enabled);
}

/** Puts a step in, in the order in which steps run, replacing one of its kind. */
function withStep(recipe: Recipe, step: Step): Recipe {
  const steps = [...recipe.steps.filter((other) => other.kind !== step.kind), step];
  steps.sort((a, b) => STEP_KINDS.indexOf(a.kind) - STEP_KINDS.indexOf(b.kind));
  // What a person sets by hand is done, whether or not a measurement asks for it.
  return { ...recipe, gate: 'always', steps };
}

export function withEnabled(recipe: Recipe, kind: StepKind, enabled: boolean): Recipe {
  return withStep(recipe, { ...(stepOf(recipe, kind) ?? defaultStep(kind)), enabled });
}

export type SettingValue = number | boolean | string;

/** Changes one setting of a step. The value must fit the contract's schema for that setting. */
export function withSetting(recipe: Recipe, kind: StepKind, name: string, value: SettingValue): Recipe {
  const step = stepOf(recipe, kind) ?? defaultStep(kind);
  return withStep(recipe, { ...step, settings: { ...step.settings, [name]: value } } as Step);
}

/**
 * A named recipe as it applies to one photo: its steps, switched off where they cannot run, and (where the recipe asks
 * for that) where nothing calls for them.
 */
export function appliedTo(recipe: Recipe, analysis: Analysis): Recipe {
  const steps = recipe.steps.map((step): Step => {
    const need = needOf(analysis, step.kind);
    const runs = need?.available === true && (recipe.gate === 'always' || need.needed);
    return { ...step, enabled: step.enabled && runs } as Step;
  });
  return { ...recipe, gate: 'always', steps };
}

export function needOf(analysis: Analysis, kind: StepKind): Need | null {
  return analysis.needs.find((need) => need.kind === kind) ?? null;
}

/** The kinds of step that can run here, in the order in which they do. */
export function availableKinds(analysis: Analysis): StepKind[] {
  return STEP_KINDS.filter((kind) => needOf(analysis, kind)?.available === true);
}
