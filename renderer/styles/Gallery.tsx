import { CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../contract/calls';
import type { Photo } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { SmallPicture } from '../darkroom/SmallPicture';
import type { Wish } from '../state/comparison';
import { useActions, useView } from '../state/context';
import { generatorOf } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { hasSteps, isSameStyle, type StyleChoice, stepOf, styleOf, styleSample } from '../state/recipes';
import { IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** Room for one picture in CSS pixels. Two are side by side in the panel. */
const BOX = { width: 128, height: 96 };

interface GalleryProps {
  entry: OpenPhoto;
  photo: Photo;
  recipe: Recipe;
  styles: Response<'styles.list'>;
}

/** A style in the gallery. */
interface Item {
  id: string;
  name: string;
  /** The artist. */
  by: string | null;
  description?: string;
  choice: StyleChoice | null;
  onRemove?: () => void;
}

/** Small pictures of the photo in every style. They are computed in the order of the list. */
export function Gallery({ entry, photo, recipe, styles }: GalleryProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const mode = useView((state) => state.mode);
  const now = styleOf(recipe);
  // A generator that a person has added paints in its own style.
  const isNamed = generatorOf(stepOf(recipe, 'style'), 'generator') !== null;
  const items: Item[] = [
    { id: 'none', name: t('styles.none'), by: null, choice: null },
    ...styles.own.map((own) => ({
      id: own.id,
      name: own.name,
      by: t('styles.own'),
      choice: { style: own.name, code: own.code },
      onRemove: () => void actions.styles.remove(own),
    })),
    ...styles.presets.map((preset) => ({
      id: preset.id,
      name: preset.work,
      by: preset.artist || t('styles.light'),
      description: preset.description,
      choice: { style: preset.id },
    })),
  ];
  const shown = items.map((item) => ({ ...item, recipe: styleSample(recipe, item.choice) }));

  // The list is a new array on every render, so its content is compared.
  const serialised = JSON.stringify(
    shown
      .filter((item) => hasSteps(item.recipe))
      .map((item): Wish => ({ recipe: item.recipe, size: 'small', everywhere: true })),
  );
  useEffect(() => {
    // While the variants are shown, their pictures come first.
    if (mode !== 'variants') actions.compareWith('gallery', entry.key, JSON.parse(serialised) as Wish[]);
    return () => actions.compareWith('gallery', entry.key, []);
  }, [actions, entry.key, mode, serialised]);

  return (
    <ul aria-label={t('styles.label')} data-testid="style-gallery" className="grid grid-cols-2 gap-2">
      {shown.map((item) => {
        const isChosen =
          item.choice === null || now === null ? item.choice === now : !isNamed && isSameStyle(item.choice, now);
        return (
          <li key={item.id} className="relative min-w-0">
            <button
              type="button"
              data-testid={`style-${item.id}`}
              aria-pressed={isChosen}
              title={item.description ?? [item.name, item.by].filter(Boolean).join(', ')}
              onClick={() => {
                if (!isChosen) actions.styles.choose(entry.key, item.choice);
              }}
              className="flex w-full flex-col rounded-md border border-line bg-raised p-1.5 text-left hover:border-track aria-pressed:border-accent aria-pressed:ring-1 aria-pressed:ring-accent"
            >
              <SmallPicture photoKey={entry.key} photo={photo} recipe={item.recipe} box={BOX} iconOnly everywhere />
              <span className="mt-1 flex h-5 w-full items-center gap-1">
                {isChosen && <Icon of={CircleCheck} className="shrink-0 text-accent" />}
                <span className="truncate">{item.name}</span>
              </span>
              <span className="h-4 w-full truncate text-xs text-secondary">{item.by}</span>
            </button>
            {item.onRemove !== undefined && (
              <IconButton
                label={t('styles.remove', { name: item.name })}
                onClick={item.onRemove}
                className="absolute top-1 right-1 size-6 border border-line bg-panel"
              >
                <Icon of={X} />
              </IconButton>
            )}
          </li>
        );
      })}
    </ul>
  );
}
