import type { Recipe } from '../../contract/recipe';
import { changedPixels, eitherMask, scaleMask } from '../restoration/changes';
import type { Raster } from '../restoration/raster';
import { orderSteps } from '../restoration/recipe';
import type { EngineEdit } from './protocol';

/**
 * The mask of what was changed in a result of an open photo, in its size. An enlargement is no change: what was changed before it is
 * enlarged, and what follows is compared with the enlarged picture. Both are mostly cached.
 *
 * @param render renders a recipe at full size
 */
export async function changesOf(
  original: Raster,
  rendered: Raster,
  { recipe, edit }: { recipe: Recipe; edit?: EngineEdit },
  render: (recipe: Recipe, edit: EngineEdit | undefined) => Promise<Raster>,
): Promise<Raster> {
  const { width, height } = rendered;
  if (width === original.width && height === original.height) return changedPixels(original, rendered);
  // Local repairs change the cached picture itself.
  const hasRepairs = edit?.repairs.some(({ enabled }) => enabled) === true;
  const result = hasRepairs ? { ...rendered, data: rendered.data.slice() } : rendered;
  const ordered = orderSteps(recipe.steps);
  const enlarging = ordered.findIndex(({ kind }) => kind === 'upscale');
  const after = (steps: number) =>
    render({ ...recipe, steps: ordered.slice(0, steps) }, edit && { ...edit, repairs: [] });
  const mask = scaleMask(changedPixels(original, await after(enlarging)), width, height);
  const isLast = !hasRepairs && ordered.slice(enlarging + 1).every(({ enabled }) => !enabled);
  return isLast ? mask : eitherMask(mask, changedPixels(await after(enlarging + 1), result));
}
