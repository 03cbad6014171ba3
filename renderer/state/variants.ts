import type { Analysis } from '../../contract/photo';
import type { ColoriseSettings, Recipe, Step, StepKind } from '../../contract/recipe';
import { recipeKey } from './comparison';
import { appliedTo, hasImaginedColours, hasSteps, needOf, withEnabled, withSetting } from './recipes';

type VariantName = 'now' | 'gentle' | 'strong' | 'original' | `colours-${ColoriseSettings['variant']}`;

export interface Variant {
  /** `recipe:` is followed by the id of a recipe. */
  id: VariantName | `recipe:${string}`;
  recipe: Recipe;
}

export const MAX_VARIANTS = 12;

/**
 * The variants offered for a photo: its current settings, gentler and stronger, with imagined colours, with each
 * recipe, and the original. Variants that do the same are offered once.
 */
export function variantsOf(recipe: Recipe, analysis: Analysis, named: readonly Recipe[]): Variant[] {
  const none: Recipe = { ...recipe, steps: recipe.steps.map((step) => ({ ...step, enabled: false })) };
  const all: Variant[] = [
    { id: 'now', recipe },
    { id: 'gentle', recipe: withStrengths(recipe, -1) },
    { id: 'strong', recipe: withStrengths(recipe, 1) },
    ...colourVariants(recipe, analysis),
    ...named.map((each) => ({ id: `recipe:${each.id}` as const, recipe: appliedTo(each, analysis) })),
    { id: 'original', recipe: none },
  ];
  const seen = new Set<string>();
  return (
    all
      .filter((variant) => {
        const key = recipeKey(variant.recipe);
        // A recipe without any step to run would be the original under another name.
        const isNew = !seen.has(key) && (hasSteps(variant.recipe) || variant.id === 'original' || variant.id === 'now');
        seen.add(key);
        return isNew;
      })
      // The original comes last and is always offered.
      .filter((_, i, { length }) => i < MAX_VARIANTS - 1 || i === length - 1)
  );
}

/** One variant per colour palette, where the photo has no colours or is colorised. */
function colourVariants(recipe: Recipe, analysis: Analysis): Variant[] {
  const need = needOf(analysis, 'colorise');
  if (!need?.available || !(need.needed || hasImaginedColours(recipe))) return [];
  const palettes = (need.variants ?? []) as ColoriseSettings['variant'][];
  return palettes.map((palette) => ({
    id: `colours-${palette}`,
    recipe: withSetting(withEnabled(recipe, 'colorise', true), 'colorise', 'variant', palette),
  }));
}

/** Makes all active steps weaker (-1) or stronger (1). */
export function withStrengths(recipe: Recipe, direction: -1 | 1): Recipe {
  return {
    ...recipe,
    gate: 'always',
    steps: recipe.steps.map((step) => (step.enabled ? forced(step, direction) : step)),
  };
}

/** The setting that makes a step weaker or stronger, and by how much; others have a strength, or nothing of the kind. */
const FORCES: Partial<Record<StepKind, { name: string; by: number }>> = {
  repair: { name: 'sensitivity', by: 0.2 },
  tone: { name: 'strength', by: 0.35 },
};

function forced(step: Step, direction: -1 | 1): Step {
  const { name, by } = FORCES[step.kind] ?? { name: 'strength', by: 0.3 };
  const before = (step.settings as Record<string, unknown>)[name];
  if (typeof before !== 'number') return step;
  const after = Number(Math.min(1, Math.max(0, before + by * direction)).toFixed(2));
  return { ...step, settings: { ...step.settings, [name]: after } } as Step;
}
