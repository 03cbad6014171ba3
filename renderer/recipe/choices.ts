import type { i18n, TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Analysis } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { hasText } from '../../text';
import { useActivePhoto, useApp } from '../state/context';
import { needOf } from '../state/recipes';

/** The id that the analysis gives to its proposal. */
const PROPOSAL_ID = 'proposal';

/** A recipe that can be chosen for the active photo, with its name in the user's language. */
export interface RecipeChoice {
  id: string;
  name: string;
  recipe: Recipe;
}

/** The proposal for the active photo, and all named recipes of which at least one step can run on it. */
export function useRecipeChoices(): RecipeChoice[] {
  const { t, i18n } = useTranslation();
  const analysis = useActivePhoto()?.analysis ?? null;
  const recipes = useApp((state) => state.recipes);
  if (analysis === null) return [];
  return [analysis.recipe, ...usableRecipes(recipes, analysis)].map((recipe) => ({
    id: recipe.id,
    name: recipeName(recipe, t, i18n),
    recipe,
  }));
}

/** A recipe's name, translated where it is one of the app's own. */
export function recipeName({ id, name }: Pick<Recipe, 'id' | 'name'>, t: TFunction, i18n: i18n): string {
  if (id === PROPOSAL_ID) return t('restore.proposal');
  const key = `recipes.${id}`;
  return hasText(i18n, key) ? t(key) : name;
}

/** Leaves out recipes whose generators are all missing. */
function usableRecipes(recipes: readonly Recipe[], analysis: Analysis): Recipe[] {
  return recipes.filter(({ steps }) => steps.some((step) => needOf(analysis, step.kind)?.available === true));
}
