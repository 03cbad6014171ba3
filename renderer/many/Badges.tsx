import { Check, CircleSlash, type LucideIcon, Pencil, Star, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Badge, badgesOf, ratingOf } from '../state/listing';
import type { OpenPhoto } from '../state/model';

const ICONS: Record<Badge, LucideIcon> = { edited: Pencil, exported: Check, failed: TriangleAlert, clean: CircleSlash };

/** What is said of a photo: its marks and its stars, in words. Empty where there is nothing to say. */
export function useBadgeText(): (entry: OpenPhoto) => string {
  const { t } = useTranslation();
  return (entry) => {
    const rating = ratingOf(entry);
    return [
      ...badgesOf(entry).map((badge) => t(`many.badges.${badge}`)),
      ...(rating > 0 ? [t('many.stars', { count: rating })] : []),
    ].join(', ');
  };
}

/** The marks of a photo as small signs in a corner of its thumbnail. Their words belong to the thumbnail's description. */
export function Badges({ entry, withStars = true }: { entry: OpenPhoto; withStars?: boolean }) {
  const badges = badgesOf(entry);
  const rating = withStars ? ratingOf(entry) : 0;
  if (badges.length === 0 && rating === 0) return null;
  return (
    <span
      aria-hidden="true"
      data-badges={badges.join(' ')}
      className="pointer-events-none absolute bottom-0.5 left-0.5 flex items-center gap-0.5 rounded-md bg-panel/90 px-0.5 py-px text-text"
    >
      {badges.map((badge) => {
        const Sign = ICONS[badge];
        return (
          <Sign key={badge} size={11} strokeWidth={2} className={badge === 'failed' ? 'text-danger' : undefined} />
        );
      })}
      {rating > 0 && (
        <span className="flex items-center text-[0.625rem] leading-3">
          {rating}
          <Star size={9} strokeWidth={1.5} className="fill-text" />
        </span>
      )}
    </span>
  );
}
