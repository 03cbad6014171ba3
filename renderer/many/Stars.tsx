import { Star } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { MAX_RATING } from '../../contract/edit';

const ALL = Array.from({ length: MAX_RATING }, (_, i) => i + 1);

/** Gives a photo stars. The star that it has already takes them away again. */
export function Stars({ rating, onRate, label }: { rating: number; onRate(rating: number): void; label: string }) {
  const { t } = useTranslation();
  return (
    <fieldset aria-label={label} data-testid="stars" className="flex">
      {ALL.map((each) => (
        <button
          key={each}
          type="button"
          aria-label={t('many.stars', { count: each })}
          aria-pressed={rating === each}
          title={t('many.stars', { count: each })}
          onClick={() => onRate(rating === each ? 0 : each)}
          className="flex size-6 items-center justify-center rounded-md text-secondary hover:text-text"
        >
          <Star
            size={14}
            strokeWidth={1.5}
            aria-hidden="true"
            className={each <= rating ? 'fill-text text-text' : undefined}
          />
        </button>
      ))}
    </fieldset>
  );
}
