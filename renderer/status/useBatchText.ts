import { useTranslation } from 'react-i18next';
import type { BatchState } from '../../contract/batch';
import { finishedCount } from '../state/batch';
import { useFormat } from '../useFormat';

/** The status of a batch in one line; null where there is none or it has ended. */
export function useBatchText(batch: BatchState | null): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (batch === null || batch.phase === 'done' || batch.phase === 'cancelled') return null;
  const figures = { done: format.number(finishedCount(batch), 0), found: format.number(batch.counts.found, 0) };
  const { phase, secondsLeft } = batch;
  if (phase !== 'running') return t(`batch.line.${phase}`, figures);
  if (secondsLeft === null) return t('batch.line.running', figures);
  return t('batch.line.withTime', { ...figures, time: format.duration(secondsLeft) });
}
