import { useTranslation } from 'react-i18next';
import type { Analysis, Recipe } from '../../preload/contract';
import { useActivePhoto, useApp } from '../state/context';
import { needOf } from '../state/recipes';

/** A recipe that can be chosen for the active photo, with its name in the user's language. */
export interface RecipeChoice {
  id: string;
  name: string;
  recipe: Recipe;
}

/** The proposal for the active photo, then every named recipe of which something can run on it. */
export function useRecipeChoices(): RecipeChoice[] {
  const { t, i18n } = useTranslation();
  const analysis = useActivePhoto()?.analysis ?? null;
  const recipes = useApp((state) => state.recipes);
  if (analysis === null) return [];
  const named = usableRecipes(recipes, analysis).map((recipe) => ({
    id: recipe.id,
    name: i18n.exists(`recipes.${recipe.id}`) ? t(`recipes.${recipe.id}`) : recipe.name,
    recipe,
  }));
  return [{ id: analysis.recipe.id, name: t('restore.proposal'), recipe: analysis.recipe }, ...named];
}

/** A recipe that asks only for what is not installed would do nothing here. */
function usableRecipes(recipes: readonly Recipe[], analysis: Analysis): Recipe[] {
  return recipes.filter(({ steps }) => steps.some((step) => needOf(analysis, step.kind)?.available === true));
}
