import { writeFile } from 'node:fs/promises';
import { writePhoto } from '../../storage/write';
import type { AppContext, HandlersOf } from '../context';

/** Calls about recipes: those that ship with the app and those of the user. */
export function recipesHandlers({ files, outgoing, recipes }: AppContext): HandlersOf<'recipes'> {
  return {
    'recipes.list': () => recipes.list(),
    'recipes.save': async ({ id, name, recipe }) => ({ recipe: await recipes.save(id, name, recipe) }),
    'recipes.remove': async ({ id }) => {
      await recipes.remove(id);
      return {};
    },
    'recipes.export': async ({ id }) => {
      const recipe = await recipes.find(id);
      const target = await outgoing.target(recipe.name, 'json', 'json');
      const text = `${JSON.stringify(recipe, null, 2)}\n`;
      const written = await writePhoto({ ...target, extension: 'json' }, (path) => writeFile(path, text));
      return outgoing.handOver(written, 'application/json');
    },
    'recipes.import': async ({ token }) => ({ recipe: await recipes.take(files.path(token, 'photo')) }),
  };
}
