import { CircleCheck, Droplets } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../contract/photo';
import { useRecipeChoices } from '../recipe/choices';
import { recipeKey, type Wish } from '../state/comparison';
import { useActions } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { hasImaginedColours } from '../state/recipes';
import { type Variant, variantsOf } from '../state/variants';
import { Icon } from '../ui/Icon';
import { SmallPicture } from './SmallPicture';

/** Room for one picture in CSS pixels. The smallest window shows two side by side and scrolls. */
const BOX = { width: 300, height: 210 };

const isRecipe = (id: Variant['id']): id is `recipe:${string}` => id.startsWith('recipe:');

/** Small versions of the photo to choose from. */
export function Variants({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { t } = useTranslation();
  const actions = useActions();
  const choices = useRecipeChoices();
  const { recipe, analysis } = entry;
  // The list is made from the recipe at the start, so that it does not change with each choice.
  const start = useRef(recipe);
  const variants =
    start.current === null || analysis === null
      ? []
      : variantsOf(
          start.current,
          analysis,
          choices.map((choice) => choice.recipe),
        );
  const nameOf = ({ id }: Variant) =>
    isRecipe(id) ? (choices.find((choice) => `recipe:${choice.id}` === id)?.name ?? '') : t(`variants.${id}`);

  const said = JSON.stringify(variants.map((variant): Wish => ({ recipe: variant.recipe, size: 'small' })));
  useEffect(() => actions.compareWith('comparison', entry.key, JSON.parse(said) as Wish[]), [actions, entry.key, said]);

  return (
    <section aria-label={t('variants.label')} data-testid="variants" className="h-full overflow-y-auto p-4">
      <p className="mb-3 text-xs">{t('variants.hint')}</p>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(318px,1fr))] gap-3">
        {variants.map((variant) => (
          <li key={variant.id}>
            <Card
              entry={entry}
              photo={photo}
              variant={variant}
              name={nameOf(variant)}
              onChoose={() => actions.chooseVariant(entry.key, variant.recipe)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CardProps {
  entry: OpenPhoto;
  photo: Photo;
  variant: Variant;
  name: string;
  onChoose(): void;
}

function Card({ entry, photo, variant, name, onChoose }: CardProps) {
  const { t } = useTranslation();
  const chosen = entry.recipe !== null && recipeKey(entry.recipe) === recipeKey(variant.recipe);
  const isImagined = hasImaginedColours(variant.recipe);
  return (
    <button
      type="button"
      data-testid={`variant-${variant.id}`}
      aria-pressed={chosen}
      onClick={onChoose}
      className="flex w-full flex-col gap-1.5 rounded-md border border-line bg-panel p-2 text-left hover:border-track aria-pressed:border-accent aria-pressed:ring-1 aria-pressed:ring-accent"
    >
      <SmallPicture photoKey={entry.key} photo={photo} recipe={variant.recipe} box={BOX} />
      <span className="flex h-5 items-center gap-1.5">
        {chosen && <Icon of={CircleCheck} className="text-accent" />}
        <span className="truncate">{name}</span>
        {chosen && !isImagined && <span className="text-xs text-secondary">{t('variants.chosen')}</span>}
        {isImagined && (
          <span className="ml-auto flex shrink-0 items-center gap-1 text-xs text-secondary">
            <Droplets size={12} strokeWidth={1.5} />
            {t('compare.imagined')}
          </span>
        )}
      </span>
    </button>
  );
}
