import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RECIPE_FORMAT, type Recipe } from '../../contract/recipe';
import { NAMED_RECIPES } from '../restoration/recipe';
import { createRecipes } from './recipes';

const recipe: Recipe = {
  format: RECIPE_FORMAT,
  id: 'proposal',
  name: 'Proposal',
  gate: 'always',
  steps: [{ kind: 'tone', enabled: true, settings: { strength: 0.4, cast: 1, contrast: 1 } }],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-recipes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('recipes of the user come after the shipped ones, with their own ids, and survive a restart', async () => {
  const recipes = createRecipes(join(folder, 'recipes'));
  expect(await recipes.list()).toEqual({ recipes: NAMED_RECIPES, own: [] });
  expect((await recipes.save(null, 'Ömas Álbum', recipe)).id).toBe('o-mas-a-lbum');
  expect((await recipes.save(null, 'Scratched print', recipe)).id).toBe('scratched-print-2');
  expect((await recipes.save(null, 'Proposal', recipe)).id).toBe('proposal-1');
  expect((await recipes.save(null, '写真', recipe)).id).toBe('recipe');
  const { own } = await createRecipes(join(folder, 'recipes')).list();
  expect(own.toSorted()).toEqual(['o-mas-a-lbum', 'proposal-1', 'recipe', 'scratched-print-2']);
});

test('can be renamed, changed and removed; shipped ones cannot', async () => {
  const recipes = createRecipes(folder);
  const { id } = await recipes.save(null, 'Mine', recipe);
  await recipes.save(id, 'Yours', { ...recipe, steps: [] });
  expect(await recipes.find(id)).toMatchObject({ id, name: 'Yours', steps: [] });
  await recipes.remove(id);
  await expect(recipes.find(id)).rejects.toMatchObject({ code: 'RECIPE_UNKNOWN' });
  await expect(recipes.save('enlarge', 'x', recipe)).rejects.toMatchObject({ code: 'RECIPE_UNKNOWN' });
  await expect(recipes.remove('enlarge')).rejects.toMatchObject({ code: 'RECIPE_UNKNOWN' });
  await expect(recipes.remove('../settings')).rejects.toMatchObject({ code: 'RECIPE_UNKNOWN' });
});

test('a file is checked before it is imported, and an unreadable one does not hide the others', async () => {
  const recipes = createRecipes(join(folder, 'recipes'));
  const path = join(folder, 'given.json');
  await writeFile(path, JSON.stringify({ ...recipe, id: 'enlarge', name: 'Given' }));
  expect(await recipes.take(path)).toMatchObject({ id: 'given', name: 'Given', steps: recipe.steps });
  for (const text of ['not json', '{}', JSON.stringify({ ...recipe, format: 9 }), 'x'.repeat(1_000_001)]) {
    await writeFile(path, text);
    await expect(recipes.take(path)).rejects.toMatchObject({ code: 'RECIPE_INVALID' });
  }
  await writeFile(join(folder, 'recipes', 'broken.json'), '{');
  expect((await recipes.list()).own).toEqual(['given']);
  expect(await readdir(join(folder, 'recipes'))).toContain('broken.json');
});

test('are found by id or name in any case; an unreadable one is told from a missing one', async () => {
  const recipes = createRecipes(folder);
  await recipes.save(null, 'My prints', recipe);
  for (const name of ['my-prints', 'MY PRINTS']) expect(await recipes.named(name)).toMatchObject({ id: 'my-prints' });
  expect(await recipes.named('Scratched Print')).toMatchObject({ id: 'scratched-print' });
  expect(await recipes.named('sepia')).toBeNull();
  expect(await recipes.unreadable()).toEqual([]);
  const broken = join(folder, 'sepia.json');
  await writeFile(broken, '{');
  await expect(recipes.named('sepia')).rejects.toMatchObject({ code: 'RECIPE_INVALID' });
  expect(await recipes.unreadable()).toEqual([broken]);
});
