import type { TFunction } from 'i18next';
import { useEffect, useState } from 'react';
import { roughTime } from '../../text/format';
import type { Job } from '../state/model';
import { secondsLeft } from '../state/pace';

/** Seconds left of a job, counted down; null where nothing is known or there is no job. */
export function useSecondsLeft(job: Job | null): number | null {
  const [now, setNow] = useState(() => performance.now());
  const runs = job !== null;
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [runs]);
  return job === null ? null : secondsLeft(job, Math.max(now, job.reportedAt));
}

export function timeLeftText(seconds: number, t: TFunction): string {
  const { unit, value } = roughTime(seconds);
  return unit === 'minutes' ? t('status.minutesLeft', { minutes: value }) : t('status.secondsLeft', { seconds: value });
}
