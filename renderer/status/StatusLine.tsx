import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useActivePhoto, useJobs } from '../state/context';
import { JobProgress } from './JobProgress';
import { foremostJob } from './jobs';
import { useJobText } from './useJobText';
import { useMachineText } from './useMachineText';

/** What is computed and for how long, what computes it, and a hint for the hand. */
export function StatusLine() {
  const { t } = useTranslation();
  const actions = useActions();
  const entry = useActivePhoto();
  const job = useJobs(foremostJob);
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
      <Machine />
    </footer>
  );
}

/** The provider really in use. */
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
