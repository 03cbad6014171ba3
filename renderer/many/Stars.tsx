import { Star } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { MAX_RATING } from '../../contract/edit';

const ALL = Array.from({ length: MAX_RATING }, (_, i) => i + 1);

interface StarsProps {
  rating: number;
  onRate(rating: number): void;
  label: string;
  /** Whether the Tab key stops here. */
  isStop?: boolean;
}

/** Gives a photo stars. The star that it has already takes them away again. */
export function Stars({ rating, onRate, label, isStop = true }: StarsProps) {
  const { t } = useTranslation();
  return (
    <fieldset aria-label={label} data-testid="stars" className="flex">
      {ALL.map((each) => (
        <button
          key={each}
          type="button"
          aria-label={t('many.stars', { count: each })}
          tabIndex={isStop ? 0 : -1}
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
