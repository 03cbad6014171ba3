import { LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../contract/photo';
import { ORIGINAL, pictureUrl } from '../../contract/pictures';
import type { Recipe } from '../../contract/recipe';
import { otherKey } from '../state/comparison';
import { useActions, useApp, useComparison, useView } from '../state/context';
import { hasSteps } from '../state/recipes';
import { orientationOf } from '../state/view';
import { Icon } from '../ui/Icon';
import { displayedSize, matrixOf } from './geometry';

interface SmallPictureProps {
  photoKey: string;
  photo: Photo;
  recipe: Recipe;
  /** Available room in CSS pixels. */
  box: { width: number; height: number };
  /** True: only an icon shows that it is being computed, because there is no room for text. */
  iconOnly?: boolean;
  everywhere?: boolean;
}

/** A small picture of a photo with a recipe applied, turned as the photo is. */
export function SmallPicture({ photoKey, photo, recipe, box, iconOnly = false, everywhere }: SmallPictureProps) {
  const { t } = useTranslation();
  const { renew } = useActions();
  const base = useApp((state) => state.info?.pictureBase ?? '');
  const ratio = useView((state) => state.ratio);
  const orientation = useView((state) => orientationOf(state, photoKey));
  const other = useComparison((state) => state.others[otherKey(photoKey, { recipe, size: 'small', everywhere })]);
  const upright = displayedSize(photo, orientation);
  const scale = Math.min(box.width / upright.width, box.height / upright.height);
  const width = Math.max(1, Math.round(photo.width * scale));
  const height = Math.max(1, Math.round(photo.height * scale));
  const [a, b, c, d] = matrixOf(orientation);
  const { rendering = null, state = 'waiting' } = other ?? {};
  const isOriginal = !hasSteps(recipe);
  const from = isOriginal ? { revision: ORIGINAL, width: photo.width, height: photo.height } : rendering;
  const hasFailed = state === 'failed' || state === 'stopped';
  return (
    <span className="relative flex items-center justify-center overflow-hidden" style={{ height: box.height }}>
      {from === null ? (
        <span className="flex items-center gap-2 text-xs text-secondary">
          {!hasFailed && <Icon of={LoaderCircle} className="animate-spin" />}
          <span className={iconOnly && !hasFailed ? 'sr-only' : ''}>
            {t(hasFailed ? 'variants.failed' : 'variants.computing')}
          </span>
        </span>
      ) : (
        <img
          alt=""
          // It was dropped from memory, or the engine was restarted.
          onError={() => renew(photoKey, from.revision)}
          draggable={false}
          src={pictureUrl(base, {
            photoId: photo.id,
            layer: isOriginal ? 'original' : 'result',
            revision: from.revision,
            x: 0,
            y: 0,
            w: photo.width,
            h: photo.height,
            width: Math.min(from.width, Math.round(width * ratio)),
            height: Math.min(from.height, Math.round(height * ratio)),
          })}
          style={{ width, height, transform: `matrix(${a}, ${c}, ${b}, ${d}, 0, 0)` }}
          className="max-w-none shrink-0"
        />
      )}
    </span>
  );
}
