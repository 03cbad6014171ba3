import { useTranslation } from 'react-i18next';
import { shorten } from '../i18n/format';
import type { Job } from '../state/model';

const NAME_LENGTH = 24;

/** What a job does, as a short sentence; null where there is no job. */
export function useJobText(job: Job | null, name: string): string | null {
  const { t } = useTranslation();
  if (job === null) return null;
  if (job.cancelling) return t('status.cancelling');
  const short = shorten(name, NAME_LENGTH);
  if (job.progress?.stage === 'writing') return t('status.writing', { name: short });
  const text = t(`status.${job.kind}`, { name: short });
  const step = job.progress?.step ?? null;
  return step === null ? text : t('status.step', { job: text, step: t(`doing.${step}`) });
}
