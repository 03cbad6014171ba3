import { useTranslation } from 'react-i18next';
import type { Job } from '../state/model';
import { ProgressBar } from '../ui/ProgressBar';
import { useFormat } from '../useFormat';
import { timeLeftText, useSecondsLeft } from './useSecondsLeft';

/** The progress of a job and its time left. */
export function JobProgress({ job, text }: { job: Job; text: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const left = useSecondsLeft(job);
  return (
    <>
      <ProgressBar
        label={text}
        done={Math.round((job.progress?.done ?? 0) * 100)}
        total={100}
        isKnown={job.progress !== null}
        className="h-0.5 w-24 shrink-0"
      />
      {job.bytes !== null && (
        <span className="shrink-0" data-testid="bytes-sent">
          {t('status.bytes', { sent: format.bytes(job.bytes.sent), total: format.bytes(job.bytes.total) })}
        </span>
      )}
      {left !== null && (
        <span className="shrink-0" data-testid="time-left">
          {timeLeftText(left, t)}
        </span>
      )}
    </>
  );
}
