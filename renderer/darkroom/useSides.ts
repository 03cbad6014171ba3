import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Photo, StepReport } from '../../contract/photo';
import type { Recipe, StepKind } from '../../contract/recipe';
import { useRecipeChoices } from '../recipe/choices';
import { otherKey, recipeKey, recipeOfSide, type Side, sidesOf, type Wish } from '../state/comparison';
import { useActions, useComparison, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { appliedTo, hasImaginedColours, hasSteps } from '../state/recipes';
import type { View } from './geometry';
import type { Source } from './tiling';

/** One picture of the comparison. */
export interface ShownSide {
  side: Side;
  name: string;
  /** Null until there is one. */
  source: Source | null;
  /** True while it is being computed, or will be soon. */
  isPending: boolean;
  /** True where its colours are imagined. */
  isImagined: boolean;
}

/** A picture that can be compared, with its name. */
export type SideOption = { value: Side; label: string };

/** The two pictures of the comparison and those to choose from. Requests what has to be computed. */
export function useSides(
  entry: OpenPhoto,
  photo: Photo,
  view: View,
): { before: ShownSide; after: ShownSide; options: SideOption[] } {
  const { t } = useTranslation();
  const { compareWith } = useActions();
  const mode = useView((state) => state.mode);
  const ratio = useView((state) => state.ratio);
  const chosen = { before: useView((state) => state.before), after: useView((state) => state.after) };
  const others = useComparison((state) => state.others);
  const choices = useRecipeChoices();
  const { recipe, analysis, rendering } = entry;

  const about = { photoId: photo.id, photo };
  const original: Source = { ...about, layer: 'original', revision: 0, size: photo };
  const named = (id: string): Recipe | null => {
    const found = choices.find((choice) => choice.id === id);
    return found === undefined || analysis === null ? null : appliedTo(found.recipe, analysis);
  };
  const nameOf = (side: Side): string => {
    if (side === 'original' || side === 'result') return t(`compare.${side}`);
    if (side.startsWith('step:')) return t('compare.upTo', { step: t(`steps.${side.slice(5) as StepKind}`) });
    return choices.find((choice) => `recipe:${choice.id}` === side)?.name ?? '';
  };

  const wishes: Wish[] = [];
  const show = (side: Side, otherwise: Side): ShownSide => {
    const wanted = recipe === null ? null : recipeOfSide(side, recipe, named);
    if (side === 'original') return { side, name: nameOf(side), source: original, isPending: false, isImagined: false };
    if (wanted === null || recipe === null) {
      return side === otherwise
        ? { side, name: nameOf(side), source: null, isPending: false, isImagined: false }
        : show(otherwise, otherwise);
    }
    const sourceOf = (of: typeof rendering): Source | null =>
      of === null ? null : { ...about, layer: 'result', revision: of.revision, size: of };
    if (side === 'result' || recipeKey(wanted) === recipeKey(recipe)) {
      // The rendering may still be of an earlier recipe.
      const isImagined = rendering?.reports.some(isColouring) ?? false;
      return { side, name: nameOf(side), source: sourceOf(rendering), isPending: rendering === null, isImagined };
    }
    const wish: Wish = { recipe: wanted, size: 'preview' };
    wishes.push(wish);
    const other = others[otherKey(entry.key, wish)];
    const source = sourceOf(other?.rendering ?? null);
    // The full size is only computed when the zoom exceeds the preview's resolution.
    if (source !== null && view.scale * ratio > 1.1 * (source.size.width / photo.width)) {
      wishes.push({ recipe: wanted, size: 'full' });
    }
    const isPending = other?.state === 'computing' || other?.state === 'waiting';
    return { side, name: nameOf(side), source, isPending, isImagined: source !== null && hasImaginedColours(wanted) };
  };
  const before = show(chosen.before, 'original');
  const after = show(chosen.after, 'result');
  const seen = mode === 'original' || mode === 'variants' ? [] : wishes;

  // The list is a new array on every render, so its content is compared.
  const serialised = JSON.stringify(seen);
  useEffect(() => {
    if (mode !== 'variants') compareWith('comparison', entry.key, JSON.parse(serialised) as Wish[]);
  }, [compareWith, entry.key, mode, serialised]);

  // A picture that equals the result or the original is not offered again.
  const isOther = (id: string) => {
    const other = named(id);
    return other !== null && recipe !== null && hasSteps(other) && recipeKey(other) !== recipeKey(recipe);
  };
  const sides: Side[] = [
    ...(recipe === null ? [] : sidesOf(recipe)),
    ...choices.filter(({ id }) => isOther(id)).map(({ id }): Side => `recipe:${id}`),
  ];
  const options = sides.map((value) => ({ value, label: nameOf(value) }));
  return { before, after, options };
}

/** With strength 0 no generator runs and no colours are added. */
const isColouring = ({ kind, outcome, generator }: StepReport): boolean =>
  kind === 'colorise' && outcome === 'done' && generator !== null;

/** The amplified difference of two pictures, at the size of the smaller one. Null until both exist. */
export function differenceOf(one: Source | null, other: Source | null, gain: number): Source | null {
  if (one === null || other === null) return null;
  const [less, more] = one.size.width <= other.size.width && one.revision !== 0 ? [one, other] : [other, one];
  return { ...less, layer: 'difference', against: more.revision, gain };
}
