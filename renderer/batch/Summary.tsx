import { Info } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchState } from '../../contract/batch';
import { Problem } from '../folder-page/Problem';
import { RunStatus } from '../folder-page/RunStatus';
import { useFailureText } from '../folder-page/useFailureText';
import { finishedCount, problemsOf, statusOf } from '../state/batch';
import { DisclosureButton } from '../ui/DisclosureButton';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** Kinds of errors that are shown at first. */
const FIRST_ERRORS = 2;

/** The status of a batch. */
export function Summary({ batch }: { batch: BatchState }) {
  const { t } = useTranslation();
  const { sentence } = useSentences();
  const format = useFormat();
  const status = statusOf(batch);
  const [now] = batch.running;
  const figures = { done: format.number(finishedCount(batch), 0), found: format.number(batch.counts.found, 0) };
  return (
    <RunStatus
      testId="batch-summary"
      status={status}
      title={t(`batch.status.${status}`)}
      isFault={status === 'halted' || status === 'allFailed'}
      text={useStatusText(batch)}
      input={batch.input}
      output={batch.output}
      progress={
        batch.phase === 'done'
          ? null
          : {
              label: t('batch.progressLabel'),
              text: t('batch.progress', figures),
              done: finishedCount(batch),
              total: batch.counts.found,
            }
      }
      facts={useFacts(batch)}
      factsTestId="batch-facts"
      secondsLeft={status === 'running' ? batch.secondsLeft : null}
    >
      {(status === 'running' || status === 'pausing') && now !== undefined && (
        <p className="mt-1 truncate text-xs text-secondary">
          {now.step === null
            ? t('batch.now', { name: now.name })
            : t('batch.nowStep', { name: now.name, step: t(`doing.${now.step}`) })}
        </p>
      )}
      <Errors batch={batch} />
      {batch.notes.map((note) => (
        <p key={note.key} className="mt-1 flex items-start gap-2 text-xs text-secondary">
          <Icon of={Info} className="shrink-0" />
          {sentence(note)}
        </p>
      ))}
    </RunStatus>
  );
}

/** What happened, what is safe, what can be done. */
function useStatusText(batch: BatchState): string | null {
  const { t } = useTranslation();
  const why = useFailureText(batch.halt, (code) => `batch.halts.${code}`) ?? t('errors.INTERNAL');
  const status = statusOf(batch);
  if (status === 'halted') return `${why} ${t('batch.haltedText')}`;
  if (status === 'running' || status === 'scanning') return null;
  return t(`batch.statusText.${status}`, { count: problemsOf(batch) });
}

/** Progress, speed, and the provider. */
function useFacts(batch: BatchState): string[] {
  const { t } = useTranslation();
  const format = useFormat();
  const status = statusOf(batch);
  const { provider, threads, concurrency, pace, scanning, seconds } = batch;
  const figures = { done: format.number(finishedCount(batch), 0), found: format.number(batch.counts.found, 0) };
  const isAtWork = ['running', 'scanning', 'pausing', 'watching'].includes(status);
  const facts = [t(scanning ? 'batch.progressSoFar' : 'batch.progress', figures)];
  if (pace !== null) facts.push(t('batch.pace', { pace: format.number(pace, pace < 10 ? 1 : 0) }));
  if (isAtWork) {
    facts.push(t('batch.atOnce', { count: concurrency }));
    if (provider !== null) {
      const name = t(`providers.${provider}`);
      facts.push(provider === 'cpu' ? t('batch.threadsEach', { provider: name, count: threads }) : name);
    }
  } else if (seconds >= 1) facts.push(t('batch.took', { time: format.duration(seconds) }));
  return facts;
}

/** The errors by kind. */
function Errors({ batch: { errors } }: { batch: BatchState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [open, setOpen] = useState(false);
  if (errors.length === 0) return null;
  const hidden = errors.length - FIRST_ERRORS;
  return (
    <div className="mt-2 text-xs">
      <ul id={id} className="space-y-1" aria-label={t('batch.errors')} data-testid="batch-errors">
        {(open ? errors : errors.slice(0, FIRST_ERRORS)).map(({ code, count }) => (
          <Problem
            key={code}
            subject={
              <span className="min-w-6 shrink-0 text-right">
                {t('batch.times', { times: format.number(count, 0) })}
              </span>
            }
            sentence={t(`errors.${code}`)}
            isShort={!open}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <DisclosureButton
          open={open}
          controls={id}
          label={t('batch.moreErrors', { count: hidden })}
          onClick={() => setOpen(!open)}
        />
      )}
    </div>
  );
}
