import { useTranslation } from 'react-i18next';
import { shorten } from '../../text/format';
import type { Job } from '../state/model';

const NAME_LENGTH = 24;

/** A short sentence about a job; null where there is none. */
export function useJobText(job: Job | null): string | null {
  const { t } = useTranslation();
  if (job === null) return null;
  if (job.cancelling) return t('status.cancelling');
  const name = shorten(job.name, NAME_LENGTH);
  const { stage, step } = job.progress ?? {};
  if (job.kind === 'upload') return name === '' ? t('status.uploadAll') : t('status.upload', { name });
  if (job.part !== null) return t('status.exportAll', { name, at: job.part.at + 1, of: job.part.of });
  if (job.kind === 'exportAll') return t('status.export', { name });
  if (stage === 'writing') return t('status.writing', { name });
  const text = t(`status.${job.kind}`, { name });
  if (stage === 'decoding' || stage === 'transparency') {
    return t('status.step', { job: text, step: t(`decoding.${stage}`) });
  }
  return step == null ? text : t('status.step', { job: text, step: t(`doing.${step}`) });
}
