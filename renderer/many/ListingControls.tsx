import { ArrowDownWideNarrow, ArrowUpNarrowWide, ListFilter } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_RATING } from '../../contract/edit';
import { useActions, useListing } from '../state/context';
import { BADGES, type Badge, isFiltered, NO_FILTER, SORTS, type Sort } from '../state/listing';
import { Button, IconButton } from '../ui/Button';
import { TEXT_FIELD } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Popover } from '../ui/Popover';
import { Select } from '../ui/Select';

const STARS = Array.from({ length: MAX_RATING + 1 }, (_, i) => String(i));

/** How the open photos are sorted, and which of them are shown. `stacked`: one below the other. */
export function ListingControls({ stacked = false }: { stacked?: boolean }) {
  const { t } = useTranslation();
  const { arrange } = useActions();
  const id = useId();
  const listing = useListing((state) => state);
  const { sort, descending, badge, stars, text } = listing;
  const row = stacked ? 'flex items-center justify-between gap-2' : 'flex items-center gap-2';
  const width = 'w-36';
  return (
    <div data-testid="listing" className={stacked ? 'space-y-2' : 'flex flex-wrap items-center gap-x-3 gap-y-1'}>
      <div className={row}>
        <label htmlFor={`${id}-sort`} className="text-xs text-secondary">
          {t('many.listing.sort')}
        </label>
        <span className="flex items-center">
          <Select<Sort>
            id={`${id}-sort`}
            testId="sort"
            className="w-32"
            value={sort}
            options={SORTS.map((value) => ({ value, label: t(`many.listing.sorts.${value}`) }))}
            onChange={(next) => arrange({ sort: next })}
          />
          <IconButton
            label={t(descending ? 'many.listing.descending' : 'many.listing.ascending')}
            data-testid="sort-direction"
            onClick={() => arrange({ descending: !descending })}
          >
            <Icon of={descending ? ArrowDownWideNarrow : ArrowUpNarrowWide} />
          </IconButton>
        </span>
      </div>
      <div className={row}>
        <label htmlFor={`${id}-badge`} className="text-xs text-secondary">
          {t('many.listing.badge')}
        </label>
        <Select<Badge | 'all'>
          id={`${id}-badge`}
          testId="filter-badge"
          className={width}
          value={badge ?? 'all'}
          options={[
            { value: 'all', label: t('many.listing.all') },
            ...BADGES.map((value) => ({ value, label: t(`many.badges.${value}`) })),
          ]}
          onChange={(next) => arrange({ badge: next === 'all' ? null : next })}
        />
      </div>
      <div className={row}>
        <label htmlFor={`${id}-stars`} className="text-xs text-secondary">
          {t('many.listing.stars')}
        </label>
        <Select
          id={`${id}-stars`}
          testId="filter-stars"
          className={width}
          value={String(stars)}
          options={STARS.map((value) => ({
            value,
            label: value === '0' ? t('many.listing.anyStars') : t('many.stars', { count: Number(value) }),
          }))}
          onChange={(next) => arrange({ stars: Number(next) })}
        />
      </div>
      <div className={row}>
        <label htmlFor={`${id}-text`} className="text-xs text-secondary">
          {t('many.listing.text')}
        </label>
        <input
          id={`${id}-text`}
          type="search"
          value={text}
          data-testid="filter-text"
          onChange={(event) => arrange({ text: event.target.value })}
          className={`h-7 ${width} ${TEXT_FIELD}`}
        />
      </div>
      {isFiltered(listing) && (
        <Button data-testid="show-all" onClick={() => arrange(NO_FILTER)}>
          {t('many.listing.clear')}
        </Button>
      )}
    </div>
  );
}

/** The same behind a button, for the filmstrip. It says how many photos a filter leaves. */
export function ListingButton({ shown, all }: { shown: number; all: number }) {
  const { t } = useTranslation();
  const filtered = useListing(isFiltered);
  return (
    <Popover
      label={t('many.listing.label')}
      trigger={
        <button
          type="button"
          aria-label={t('many.listing.open')}
          title={t('many.listing.open')}
          data-testid="listing-button"
          className="flex h-full w-9 shrink-0 flex-col items-center justify-center gap-0.5 text-secondary hover:bg-raised hover:text-text"
        >
          <Icon of={ListFilter} className={filtered ? 'text-accent' : undefined} />
          {filtered && (
            <span className="text-xs text-text" title={t('many.listing.shown', { shown, all })}>
              {shown}/{all}
            </span>
          )}
        </button>
      }
    >
      <ListingControls stacked />
    </Popover>
  );
}
