import { useTranslation } from 'react-i18next';
import type { Job } from '../state/model';
import { useFormat } from '../useFormat';
import { timeLeftText, useSecondsLeft } from './useSecondsLeft';

/** How far a job is, and how long it should still take. */
export function JobProgress({ job, text }: { job: Job; text: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const left = useSecondsLeft(job);
  return (
    <>
      <span
        role="progressbar"
        aria-label={text}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={job.progress === null ? undefined : Math.round(job.progress.done * 100)}
        className="h-0.5 w-24 shrink-0 overflow-hidden rounded-full bg-line"
      >
        <span
          className="block h-full origin-left bg-accent transition-transform"
          style={{ transform: `scaleX(${job.progress?.done ?? 0})` }}
        />
      </span>
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
