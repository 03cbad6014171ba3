import { rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Recipe } from '../../contract/recipe';
import { say } from '../../text/message';
import type { Engine, RequestControl } from '../engine/supervisor';
import { EmulsionError } from '../errors';
import { withFile } from '../photos/containers/file-bytes';
import { countPhotos } from '../photos/pages';
import { SNIFF_BYTES, sniff } from '../photos/sniff';
import { hashFile } from '../storage/hash';
import { makeScratch } from '../storage/scratch';
import type { Recipes } from '../userdata/recipes';
import type { Asked } from './asked';
import { formerIn, IN_PLACE_QUALITY, replaceableFormat, replaceFile } from './in-place';

/** Restores the photo that another program has handed over, without a window. Returns the path of the result. */
export async function editFile(
  engine: Engine,
  { path, inPlace, out }: Omit<Asked, 'recipe'>,
  { recipe, userData, control }: { recipe: Recipe | null; userData: string; control?: RequestControl },
): Promise<{ path: string; former: string | null }> {
  const stem = `${basename(path, extname(path))}-restored`;
  const common = { path, recipe, metadata: 'all' as const, quality: IN_PLACE_QUALITY };
  if (!inPlace) {
    const target = { folder: out ?? dirname(path), stem };
    const { output } = await engine.request('restore', { ...common, format: null, target }, control);
    return { path: output!.path, former: null };
  }
  const format = await withFile(path, async (file) => sniff(file.read(0, SNIFF_BYTES)));
  const own = replaceableFormat(format, await countPhotos(path));
  const sha256 = await hashFile(path);
  const scratch = await makeScratch();
  try {
    const target = { folder: join(scratch, 'result'), stem };
    const { output } = await engine.request('restore', { ...common, format: own, target }, control);
    return await replaceFile(path, output!.path, { sha256, former: formerIn(userData) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The recipe of that name. Throws RECIPE_UNKNOWN. */
export async function recipeNamed(name: string, recipes: Recipes): Promise<Recipe> {
  const found = await recipes.named(name);
  if (found === null) throw new EmulsionError('RECIPE_UNKNOWN', { reason: say('editor.noRecipe', { name }) });
  return found;
}
