import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Recipe } from '../../contract/recipe';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { logged, loggedUnlessMissing } from '../log/log';
import { findRecipe, NAMED_RECIPES, parseRecipe } from '../restoration/recipe';
import { writeSafely } from '../storage/replace';

/** The recipes that ship with the app, and those of the user, which are saved as `<id>.json` in a folder. */
export interface Recipes {
  list(): Promise<{ recipes: Recipe[]; own: string[] }>;
  /**
   * Saves a recipe under a name; `id` null creates a new one. Throws RECIPE_UNKNOWN for an id that is not one of the
   * user's recipes.
   */
  save(id: string | null, name: string, recipe: Recipe): Promise<Recipe>;
  remove(id: string): Promise<void>;
  /** Any recipe, by its id. */
  find(id: string): Promise<Recipe>;
  /**
   * Finds any recipe by its id or name, ignoring case; null if there is none. Throws RECIPE_INVALID if it is an
   * unreadable recipe of the user.
   */
  named(nameOrId: string): Promise<Recipe | null>;
  /** Files of the user's recipes that cannot be read. */
  unreadable(): Promise<string[]>;
  /** Imports a recipe from a file under a new id. Throws RECIPE_INVALID. */
  take(path: string): Promise<Recipe>;
}

/** Larger files are refused, in bytes. A recipe has only a few hundred. */
const LARGEST_FILE = 1_000_000;

export function createRecipes(folder: string): Recipes {
  const files = async (): Promise<{ path: string; recipe: Recipe | null }[]> => {
    const names = (await readdir(folder).catch(loggedUnlessMissing('The recipes could not be listed'))) ?? [];
    return Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        // Leaves out an unreadable recipe, so that the others are listed. Its file stays.
        .map(async (name) => {
          const recipe = (await read(join(folder, name)).catch(logged('A recipe could not be read'))) ?? null;
          return { path: join(folder, name), recipe };
        }),
    );
  };
  const own = async (): Promise<Recipe[]> => {
    const found = (await files()).map(({ recipe }) => recipe);
    const order = new Intl.Collator();
    return found
      .filter((recipe): recipe is Recipe => recipe !== null && !isShipped(recipe.id))
      .sort((a, b) => order.compare(a.name, b.name));
  };
  const put = async (recipe: Recipe): Promise<Recipe> => {
    await writeSafely(join(folder, `${recipe.id}.json`), `${JSON.stringify(recipe, null, 2)}\n`);
    return recipe;
  };
  const freshId = async (name: string): Promise<string> => {
    const taken = new Set([...NAMED_RECIPES, ...(await own())].map((recipe) => recipe.id));
    const words =
      name
        .normalize('NFKD')
        .toLowerCase()
        .match(/[a-z0-9]+/g) ?? [];
    const stem = words.join('-').slice(0, 48) || 'recipe';
    // `proposal` is the id of proposed recipes.
    let id = stem === 'proposal' ? 'proposal-1' : stem;
    for (let number = 2; taken.has(id); number++) id = `${stem}-${number}`;
    return id;
  };

  return {
    async list() {
      const mine = await own();
      return { recipes: [...NAMED_RECIPES, ...mine], own: mine.map((recipe) => recipe.id) };
    },
    async save(id, name, recipe) {
      if (id !== null && !(await own()).some((each) => each.id === id)) throw new EmulsionError('RECIPE_UNKNOWN');
      return put(Recipe.parse({ ...recipe, id: id ?? (await freshId(name)), name }));
    },
    async remove(id) {
      if (!(await own()).some((each) => each.id === id)) throw new EmulsionError('RECIPE_UNKNOWN');
      await rm(join(folder, `${id}.json`), { force: true });
    },
    async find(id) {
      const found = [...NAMED_RECIPES, ...(await own())].find((recipe) => recipe.id === id);
      if (!found) throw new EmulsionError('RECIPE_UNKNOWN');
      return found;
    },
    async named(nameOrId) {
      const wanted = nameOrId.trim().toLowerCase();
      const found =
        findRecipe(wanted) ?? (await own()).find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
      if (found) return found;
      const broken = (await files()).find((file) => !file.recipe && basename(file.path, '.json') === wanted);
      if (!broken) return null;
      throw new EmulsionError('RECIPE_INVALID', {
        reason: say('failures.ownRecipe', { name: wanted, file: broken.path }),
      });
    },
    async unreadable() {
      return (await files()).filter(({ recipe }) => recipe === null).map(({ path }) => path);
    },
    async take(path) {
      const recipe = await read(path);
      return put({ ...recipe, id: await freshId(recipe.name) });
    },
  };
}

const isShipped = (id: string) => NAMED_RECIPES.some((recipe) => recipe.id === id);

async function read(path: string): Promise<Recipe> {
  return parseRecipe(await readRecipeFile(path));
}

/**
 * Content of a recipe file, not yet checked. Throws RECIPE_INVALID if it is not JSON or is too large for a recipe, and
 * FILE_MISSING or FILE_UNREADABLE.
 */
export async function readRecipeFile(path: string): Promise<unknown> {
  let text: string;
  try {
    if ((await stat(path)).size > LARGEST_FILE) throw new EmulsionError('RECIPE_INVALID');
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw toEmulsionError(error);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EmulsionError('RECIPE_INVALID', { cause });
  }
}
