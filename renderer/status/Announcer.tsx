import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActivePhoto, useJobs, usePhotos } from '../state/context';
import { foremostJob } from './jobs';
import { useJobText } from './useJobText';

/** Tells screen readers what goes on: each job when it starts and at every quarter, and what came of it. */
export function Announcer() {
  const { t } = useTranslation();
  const entry = useActivePhoto();
  const job = useJobs(foremostJob);
  const name = usePhotos((state) => state.photos.find((photo) => photo.key === job?.photoKey)?.name ?? '');
  const text = useJobText(job, name);
  const quarter = Math.floor((job?.progress?.done ?? 0) * 4) * 25;
  const [message, setMessage] = useState('');
  const doneText =
    entry?.analysis?.nothingToDo === true && entry.render === 'idle'
      ? t('restore.nothing')
      : entry?.render === 'done'
        ? t('status.done')
        : '';
  const next = text === null ? doneText : quarter === 0 ? text : `${text}, ${t('zoom.value', { percent: quarter })}`;
  useEffect(() => {
    // Jobs that are over at once need no telling.
    const timer = setTimeout(() => setMessage(next), 400);
    return () => clearTimeout(timer);
  }, [next]);
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {message}
    </div>
  );
}
