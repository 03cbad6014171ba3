import type { BatchRow, PhotoWork } from '../../contract/batch';
import type { Recipe, Step, StepChange, StepKind } from '../../contract/recipe';
import { defaultStep } from './recipes';

/** The settings with which a photo of a batch is done again, as they are being chosen. */
export interface RedoDraft {
  /** Null: what the photo needs. */
  recipe: Recipe | null;
  /** Whether steps were switched before, against what the photo needs. */
  isSwitched: boolean;
  steps: readonly {
    kind: StepKind;
    enabled: boolean;
    /** Whether it was on before it was changed here. */
    was: boolean;
    /** 0..1; null for a step without one, and where it is measured anew. */
    strength: number | null;
  }[];
}

type Reports = BatchRow['reports'];

/** Starts with the settings that the result was made with. */
export function redoDraft({ recipe, added, changes = [] }: PhotoWork, reports: Reports): RedoDraft {
  if (recipe === null) return { ...withRecipe(null, reports), isSwitched: changes.length > 0 };
  // What was added or changed for the whole batch is a part of it here.
  const kinds = new Set(recipe.steps.map(({ kind }) => kind));
  const steps = [...recipe.steps, ...added.filter(({ kind }) => !kinds.has(kind))].map((step) => {
    const change = changes.find(({ kind }) => kind === step.kind);
    if (change === undefined) return step;
    const settings = { ...step.settings, ...change.settings };
    return { ...step, enabled: change.enabled ?? step.enabled, settings } as Step;
  });
  return withRecipe({ ...recipe, steps }, reports);
}

/** Another recipe, or (null) what the photo needs: then its steps are those that were looked at when the result was made. */
export function withRecipe(recipe: Recipe | null, reports: Reports): RedoDraft {
  if (recipe !== null) {
    const steps = recipe.steps.map(({ kind, enabled, settings }) => ({
      kind,
      enabled,
      was: enabled,
      strength: strengthIn(settings),
    }));
    return { recipe, isSwitched: false, steps };
  }
  const steps = reports.map(({ kind, outcome }) => {
    const enabled = outcome === 'done';
    return { kind, enabled, was: enabled, strength: null };
  });
  return { recipe: null, isSwitched: false, steps };
}

const strengthIn = (settings: object): number | null =>
  'strength' in settings && typeof settings.strength === 'number' ? settings.strength : null;

const changed = (draft: RedoDraft, kind: StepKind, change: Partial<RedoDraft['steps'][number]>): RedoDraft => ({
  ...draft,
  steps: draft.steps.map((step) => (step.kind === kind ? { ...step, ...change } : step)),
});

export const withSwitch = (draft: RedoDraft, kind: StepKind, enabled: boolean): RedoDraft =>
  changed(draft, kind, { enabled });

export const withStrength = (draft: RedoDraft, kind: StepKind, strength: number): RedoDraft =>
  changed(draft, kind, { strength });

/** The settings for the main side. Steps that a person leaves on run, whatever is measured. */
export function redoWork({ recipe, isSwitched, steps }: RedoDraft): PhotoWork {
  if (recipe === null) {
    if (!isSwitched && steps.every(({ enabled, was }) => enabled === was)) return { recipe, added: [], changes: [] };
    // All of them: the photo may need others when it is measured again.
    const changes: StepChange[] = steps.map(({ kind, enabled }) => ({ kind, enabled, settings: {} }));
    return { recipe, added: [], changes };
  }
  const chosen = steps.map(({ kind, enabled, strength }) => {
    const step = recipe.steps.find((each) => each.kind === kind) ?? defaultStep(kind);
    const settings = strength === null ? step.settings : { ...step.settings, strength };
    return { ...step, enabled, settings } as Step;
  });
  return { recipe: { ...recipe, gate: 'always', steps: chosen }, added: [], changes: [] };
}
