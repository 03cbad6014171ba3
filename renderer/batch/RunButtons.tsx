import { useTranslation } from 'react-i18next';
import type { BatchState } from '../../contract/batch';
import { languageOf } from '../../text';
import { isOver, problemsOf, statusOf } from '../state/batch';
import { useActions, useBatch, useResults } from '../state/context';
import { Button } from '../ui/Button';

/** What can be done with a batch now. The most likely choice is the filled button. */
export function RunButtons({ batch }: { batch: BatchState }) {
  const { t, i18n } = useTranslation();
  const { batch: actions, results } = useActions();
  const reporting = useBatch((state) => state.reporting);
  const layout = useResults((state) => state.layout);
  const { phase } = batch;
  const isEmpty = statusOf(batch) === 'nothingFound';
  const isReviewable = phase === 'done' && !isEmpty && layout !== 'grid';
  const isInterrupted = phase === 'halted' || phase === 'cancelled';
  return (
    <>
      {isOver(batch) && (
        <Button look={isEmpty ? 'primary' : 'quiet'} data-testid="another-folder" onClick={actions.leave}>
          {t('batch.another')}
        </Button>
      )}
      {problemsOf(batch) > 0 && (
        <Button data-testid="retry-failed" onClick={() => actions.control('retryFailed')}>
          {t('batch.retryFailed')}
        </Button>
      )}
      {!isEmpty && (
        <Button
          look={phase === 'done' && !isReviewable ? 'primary' : 'outline'}
          data-testid="report"
          disabled={reporting}
          onClick={() => actions.report(languageOf(i18n))}
        >
          {t(reporting ? 'batch.reporting' : 'batch.report')}
        </Button>
      )}
      {isReviewable && (
        <Button
          look="primary"
          data-testid="review-results"
          onClick={() => {
            results.setLayout('grid');
            if (batch.review.unseen > 0) actions.setFilter('unseen');
          }}
        >
          {t('results.review')}
        </Button>
      )}
      {!isOver(batch) && (
        <Button data-testid="stop-batch" onClick={() => actions.control('cancel')}>
          {t('folderPage.stop')}
        </Button>
      )}
      {(phase === 'running' || phase === 'watching') && (
        <Button data-testid="pause" onClick={() => actions.control('pause')}>
          {t('batch.pause')}
        </Button>
      )}
      {(phase === 'paused' || phase === 'pausing' || isInterrupted) && (
        <Button look="primary" data-testid="resume" onClick={() => actions.control('resume')}>
          {t('batch.continue')}
        </Button>
      )}
    </>
  );
}
