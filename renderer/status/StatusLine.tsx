import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useActivePhoto, useBatch, useJobs, usePairs, useView } from '../state/context';
import { useFormat } from '../useFormat';
import { JobProgress } from './JobProgress';
import { mostImportantJob } from './jobs';
import { useBatchText } from './useBatchText';
import { useJobText } from './useJobText';
import { useMachineText } from './useMachineText';

/** The current job with its time left, runs on other pages, and the provider. */
export function StatusLine() {
  const { t } = useTranslation();
  const actions = useActions();
  const entry = useActivePhoto();
  const job = useJobs(mostImportantJob);
  const text = useJobText(job);
  const stale = entry?.render === 'done' ? t('status.done') : '';
  return (
    <footer
      data-testid="status"
      className="flex h-7 shrink-0 items-center gap-3 border-t border-line bg-panel px-3 text-xs text-secondary"
    >
      {job !== null && text !== null ? (
        <>
          <span className="min-w-0 truncate text-text" data-testid="status-job">
            {text}
          </span>
          <JobProgress job={job} text={text} />
          <button
            type="button"
            aria-label={t('status.cancel', { job: text })}
            title={t('common.cancel')}
            data-testid="cancel"
            disabled={job.cancelling}
            onClick={() => actions.cancelJob(job.id)}
            className="-ml-1 inline-flex size-5 shrink-0 items-center justify-center rounded-md text-text hover:bg-raised disabled:opacity-40"
          >
            <X size={14} strokeWidth={1.5} />
          </button>
        </>
      ) : (
        <span className="truncate">{stale}</span>
      )}
      <span className="grow" />
      <PairsLine />
      <BatchLine />
      <Machine />
    </footer>
  );
}

/** A running batch, on every page but its own. */
function BatchLine() {
  const { view } = useActions();
  const isElsewhere = useView((state) => state.page !== 'batch');
  const batch = useBatch((state) => state.batch);
  const text = useBatchText(batch);
  if (!isElsewhere || text === null) return null;
  return (
    <button
      type="button"
      data-testid="status-batch"
      onClick={() => view.goTo('batch')}
      className={`min-w-0 shrink truncate rounded-md px-1 hover:underline ${batch?.phase === 'halted' ? 'text-danger' : 'text-text'}`}
    >
      {text}
    </button>
  );
}

/** Running training pairs, on every page but their own. */
function PairsLine() {
  const { t } = useTranslation();
  const format = useFormat();
  const { view } = useActions();
  const isElsewhere = useView((state) => state.page !== 'pairs');
  const state = usePairs(({ state }) => state);
  if (!isElsewhere || state?.phase !== 'running') return null;
  const figures = { done: format.number(state.done, 0), all: format.number(state.pairs, 0) };
  return (
    <button
      type="button"
      data-testid="status-pairs"
      onClick={() => view.goTo('pairs')}
      className="min-w-0 shrink truncate rounded-md px-1 text-text hover:underline"
    >
      {t('pairs.line', figures)}
    </button>
  );
}

/** The provider that is really in use. */
function Machine() {
  const machine = useMachineText();
  if (machine === null) return null;
  return (
    <span
      data-testid="provider"
      title={machine.why.map(({ sentence }) => sentence).join(' ') || undefined}
      className={`min-w-0 shrink truncate ${machine.isFault ? 'text-danger' : ''}`}
    >
      {machine.text}
    </span>
  );
}
