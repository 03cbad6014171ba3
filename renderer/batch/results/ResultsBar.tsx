import { LayoutGrid, List } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { BATCH_FILTERS, type BatchFilter, type BatchState } from '../../../contract/batch';
import { problemsOf } from '../../state/batch';
import { useActions, useBatch, useResults } from '../../state/context';
import { Button } from '../../ui/Button';
import { Segmented } from '../../ui/Segmented';
import { useFormat } from '../../useFormat';

/** Filters that are offered even where they list nothing. */
const ALWAYS: readonly BatchFilter[] = ['all', 'restored', 'unchanged', 'problems'];

/** Which photos of a batch are listed, and how. */
export function ResultsBar({ batch }: { batch: BatchState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { setFilter } = useActions().batch;
  const { setLayout, markAll } = useActions().results;
  const filter = useBatch((state) => state.filter);
  const layout = useResults((state) => state.layout);
  const { counts, review } = batch;
  const figures: Record<BatchFilter, number> = {
    all: counts.found,
    restored: counts.restored,
    unchanged: counts.unchanged,
    problems: problemsOf(batch),
    others: counts.kept + counts.passed,
    unseen: review.unseen,
    partly: review.partly,
    original: review.original,
  };
  const offered = BATCH_FILTERS.filter((each) => ALWAYS.includes(each) || figures[each] > 0 || each === filter);
  const isMarkable = layout === 'grid' && review.unseen > 0 && figures[filter] > 0 && filter !== 'others';
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <Segmented
        label={t('batch.filter')}
        value={filter}
        options={offered.map((value) => ({
          value,
          label: t(`batch.filters.${value}`, { figure: format.number(figures[value], 0) }),
        }))}
        onChange={setFilter}
      />
      <div className="ml-auto flex items-center gap-2">
        {isMarkable && (
          <Button data-testid="mark-all" onClick={markAll}>
            {t('results.markAll')}
          </Button>
        )}
        <Segmented
          label={t('results.layout')}
          value={layout}
          options={[
            { value: 'list', label: t('results.list'), icon: List },
            { value: 'grid', label: t('results.grid'), icon: LayoutGrid },
          ]}
          onChange={setLayout}
        />
      </div>
    </div>
  );
}
