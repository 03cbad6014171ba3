import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActivePhoto, useJobs } from '../state/context';
import { secondsLeft } from '../state/pace';
import { mostImportantJob } from './jobs';
import { useJobText } from './useJobText';
import { timeLeftText } from './useSecondsLeft';

/** Announces jobs to screen readers: when they start, at every quarter, and when they end. */
export function Announcer() {
  const { t } = useTranslation();
  const entry = useActivePhoto();
  const job = useJobs(mostImportantJob);
  const text = useJobText(job);
  const quarter = Math.floor((job?.progress?.done ?? 0) * 4) * 25;
  const [message, setMessage] = useState('');
  const doneText =
    entry?.analysis?.nothingToDo === true && entry.render === 'idle'
      ? t('restore.nothing')
      : entry?.render === 'done'
        ? t('status.done')
        : '';
  const next =
    text === null ? doneText : [text, quarter > 0 && t('zoom.value', { percent: quarter })].filter(Boolean).join(', ');
  const latest = useRef(job);
  useEffect(() => {
    latest.current = job;
  });
  useEffect(() => {
    // Very short jobs are not announced. The time left is announced with each quarter only.
    const timer = setTimeout(() => {
      const left = latest.current === null ? null : secondsLeft(latest.current, performance.now());
      setMessage(left === null ? next : `${next}, ${timeLeftText(left, t)}`);
    }, 400);
    return () => clearTimeout(timer);
  }, [next, t]);
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {message}
    </div>
  );
}
