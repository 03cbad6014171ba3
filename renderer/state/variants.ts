import type { Analysis, Recipe, Step } from '../../preload/contract';
import { recipeKey } from './comparison';
import { appliedTo, hasSteps } from './recipes';

/** A version of the photo to choose. */
export interface Variant {
  /** `now`, `gentle`, `strong`, `original`, or `recipe:` and the id of a recipe. */
  id: string;
  recipe: Recipe;
}

/** The most that are offered at once. */
export const MOST_VARIANTS = 9;

/**
 * What one may want of a photo: as it is set, gentler and stronger, what the recipes make of it, and the original.
 * Those that come to the same are offered once.
 */
export function variantsOf(recipe: Recipe, analysis: Analysis, named: readonly Recipe[]): Variant[] {
  const none: Recipe = { ...recipe, steps: recipe.steps.map((step) => ({ ...step, enabled: false })) };
  const all: Variant[] = [
    { id: 'now', recipe },
    { id: 'gentle', recipe: withForce(recipe, -1) },
    { id: 'strong', recipe: withForce(recipe, 1) },
    ...named.map((each) => ({ id: `recipe:${each.id}`, recipe: appliedTo(each, analysis) })),
    { id: 'original', recipe: none },
  ];
  const seen = new Set<string>();
  return all
    .filter((variant) => {
      const key = recipeKey(variant.recipe);
      // A recipe that has nothing to do here would be the original by another name.
      const isNew = !seen.has(key) && (hasSteps(variant.recipe) || variant.id === 'original' || variant.id === 'now');
      seen.add(key);
      return isNew;
    })
    .slice(0, MOST_VARIANTS);
}

/** All steps that are on, weaker (-1) or stronger (1). */
export function withForce(recipe: Recipe, direction: -1 | 1): Recipe {
  return {
    ...recipe,
    gate: 'always',
    steps: recipe.steps.map((step) => (step.enabled ? forced(step, direction) : step)),
  };
}

function forced(step: Step, direction: -1 | 1): Step {
  const share = (value: number) => Number(Math.min(1, Math.max(0, value)).toFixed(2));
  switch (step.kind) {
    case 'repair':
      return {
        ...step,
        settings: { ...step.settings, sensitivity: share(step.settings.sensitivity + 0.2 * direction) },
      };
    case 'restore':
      return { ...step, settings: { ...step.settings, strength: share(step.settings.strength + 0.3 * direction) } };
    case 'tone':
      return { ...step, settings: { ...step.settings, strength: share(step.settings.strength + 0.35 * direction) } };
    case 'colorise':
      return { ...step, settings: { ...step.settings, strength: share(step.settings.strength + 0.3 * direction) } };
    case 'style':
      return { ...step, settings: { ...step.settings, strength: share(step.settings.strength + 0.3 * direction) } };
    case 'upscale':
      return step;
  }
}
