import type { Step, StepChange } from '../../contract/recipe';
import { RECIPE_FORMAT, type Recipe } from '../../contract/recipe';

/** How a photo is computed that is to stay as it is: as one that needs no repair. */
export const UNTOUCHED: { recipe: Recipe; added: Step[]; changes: StepChange[] } = {
  recipe: { format: RECIPE_FORMAT, id: 'original', name: 'Original', gate: 'needed', steps: [] },
  added: [],
  changes: [],
};
