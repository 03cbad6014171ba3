import type { Crop, Orientation } from '../../contract/edit';
import type { Recipe } from '../../contract/recipe';
import { cropIn } from '../../document/crop';
import { enlargedSize, type Size } from '../../document/size';
import { stepOf } from '../state/recipes';

interface Settings {
  recipe: Recipe | null;
  crop: Crop | null;
  orientation: Orientation;
}

/** How many times wider the result of a recipe is than its photo. */
export function timesOf(recipe: Recipe, photo: Size): number {
  const step = stepOf(recipe, 'upscale');
  return step?.enabled ? enlargedSize(step.settings, photo).times : 1;
}

/** The sizes that a person sees: of the photo as it lies, and of its result after enlargement and crop. */
export function sizesOf(photo: Size, { recipe, crop, orientation }: Settings): { photo: Size; result: Size } {
  const step = recipe === null ? null : stepOf(recipe, 'upscale');
  const enlarged = step?.enabled ? enlargedSize(step.settings, photo) : photo;
  const result = (crop && cropIn(crop, photo, enlarged)) ?? enlarged;
  const asItLies = ({ width, height }: Size): Size =>
    orientation >= 5 ? { width: height, height: width } : { width, height };
  return { photo: asItLies(photo), result: asItLies(result) };
}
