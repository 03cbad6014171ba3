import type { Failure } from '../../../contract/errors';
import type { Recipe } from '../../../contract/recipe';
import type { Context } from './context';

/** The user's own recipes. */
export function createRecipes(context: Context) {
  const { call, offer, find } = context;
  const { app } = context.stores;

  async function loadRecipes(): Promise<void> {
    const result = await call('recipes.list', {});
    if (result.ok) app.setState({ recipes: result.value.recipes, ownRecipes: result.value.own });
  }

  function recipeFailed(name: string, error: Failure): void {
    if (error.code !== 'CANCELLED')
      context.notices.tell({ tone: 'error', text: 'recipeFailed', params: { name }, failure: error });
  }

  /** Saves the settings of a photo as a recipe, which the photo then uses. */
  async function saveRecipe(key: string, name: string, id: string | null = null): Promise<void> {
    const recipe = find(key)?.recipe;
    if (recipe == null) return;
    const result = await call('recipes.save', { id, name, recipe });
    if (!result.ok) {
      recipeFailed(name, result.error);
      return;
    }
    await loadRecipes();
    context.history.setRecipe(key, 'recipe', { ...result.value.recipe, gate: 'always' });
    context.notices.tell({ tone: 'done', text: 'recipeSaved', params: { name } });
  }

  /** Renames a recipe, or saves a copy where `id` is null. */
  async function keepRecipe(recipe: Recipe, name: string, id: string | null): Promise<void> {
    const result = await call('recipes.save', { id, name, recipe });
    if (result.ok) await loadRecipes();
    else recipeFailed(name, result.error);
  }

  async function removeRecipe(recipe: Recipe): Promise<void> {
    const result = await call('recipes.remove', { id: recipe.id });
    if (!result.ok) {
      recipeFailed(recipe.name, result.error);
      return;
    }
    await loadRecipes();
    context.notices.tell({
      tone: 'info',
      text: 'recipeRemoved',
      params: { name: recipe.name },
      action: { label: 'undo', run: () => void keepRecipe(recipe, recipe.name, null) },
    });
  }

  async function exportRecipe(recipe: Recipe): Promise<void> {
    const result = await call('recipes.export', { id: recipe.id });
    if (result.ok) context.files.handedOver(result.value, 'recipeWritten', 'recipeDownloaded');
    else recipeFailed(recipe.name, result.error);
  }

  async function importRecipe(token: string, name: string): Promise<void> {
    const result = await call('recipes.import', { token });
    if (!result.ok) {
      recipeFailed(name, result.error);
      return;
    }
    await loadRecipes();
    context.notices.tell({ tone: 'done', text: 'recipeTaken', params: { name: result.value.recipe.name } });
  }

  /** Returns false where the page has to ask for the file by itself. */
  async function pickRecipe(): Promise<boolean> {
    return context.files.pickOrAsk('recipe', ([file]) => importRecipe(file!.token, file!.name));
  }

  async function takeRecipeFile(file: File): Promise<void> {
    const offered = await offer([file]);
    const entry = offered.ok ? offered.value[0] : undefined;
    if (entry !== undefined) await importRecipe(entry.token, entry.name);
    else if (!offered.ok) recipeFailed(file.name, offered.error);
  }

  return { saveRecipe, keepRecipe, removeRecipe, exportRecipe, pickRecipe, takeRecipeFile };
}
