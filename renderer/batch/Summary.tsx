import { ChevronRight, Info, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchState } from '../../contract/batch';
import { hasText } from '../../text';
import { dealtWith, problemsOf, statusOf } from '../state/batch';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { FileName } from './FileName';

/** Kinds of errors that are shown before one asks for more. */
const FIRST_ERRORS = 2;

/** How a batch stands, in a few quiet lines. */
export function Summary({ batch }: { batch: BatchState }) {
  const { t } = useTranslation();
  const { sentence } = useSentences();
  const format = useFormat();
  const status = statusOf(batch);
  const text = useStatusText(batch);
  const done = dealtWith(batch);
  const { found } = batch.counts;
  const isMoving = status === 'running' || status === 'pausing';
  const left = batch.secondsLeft !== null && status === 'running' ? batch.secondsLeft : null;
  const isFault = status === 'halted' || status === 'allFailed';
  const [now] = batch.running;
  return (
    <section
      aria-label={t('batch.summary')}
      data-testid="batch-summary"
      data-status={status}
      className="shrink-0 border-b border-line px-4 pt-3 pb-3 select-text"
    >
      <div className="flex items-baseline justify-between gap-4">
        <h2 className={`shrink-0 text-lg font-medium ${isFault ? 'text-danger' : ''}`}>
          {t(`batch.status.${status}`)}
        </h2>
        <Places batch={batch} />
      </div>
      {text !== null && <p className="mt-0.5">{text}</p>}
      <div
        role="progressbar"
        aria-label={t('batch.progressLabel')}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, found)}
        aria-valuenow={done}
        aria-valuetext={t('batch.progress', { done: format.number(done, 0), found: format.number(found, 0) })}
        className="mt-2 h-1 overflow-hidden rounded-full bg-line"
      >
        <div
          className="h-full origin-left bg-accent transition-transform"
          style={{ transform: `scaleX(${found === 0 ? 0 : done / found})` }}
        />
      </div>
      <div className="mt-2 flex items-baseline justify-between gap-4 text-xs text-secondary">
        <p className="min-w-0 truncate" data-testid="batch-facts">
          <Facts batch={batch} />
        </p>
        {left !== null && <p className="shrink-0 text-text">{t('batch.left', { time: format.duration(left) })}</p>}
      </div>
      {isMoving && now !== undefined && (
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
      <p role="status" className="sr-only">
        {[t(`batch.status.${status}`), text].filter((part) => part !== null).join('. ')}
      </p>
    </section>
  );
}

/** From where to where. What lies inside the folder of the originals goes by its own name. */
function Places({ batch: { input, output } }: { batch: BatchState }) {
  const isInside = output.startsWith(input) && /^[\\/]/.test(output.slice(input.length));
  return (
    <p className="flex min-w-0 gap-1.5 text-xs text-secondary" title={`${input} → ${output}`}>
      <FileName name={input} />
      <span>→</span>
      <FileName name={isInside ? output.slice(input.length + 1) : output} />
    </p>
  );
}

/** The sentence under the heading: what happened, what is safe, what can be done. */
function useStatusText(batch: BatchState): string | null {
  const { t, i18n } = useTranslation();
  const status = statusOf(batch);
  if (status === 'halted') {
    const code = batch.halt?.code ?? 'INTERNAL';
    const own = `batch.halts.${code}`;
    const why = hasText(i18n, own) ? t(own) : t(`errors.${code}`);
    return `${why} ${t('batch.haltedText')}`;
  }
  if (status === 'running' || status === 'scanning') return null;
  return t(`batch.statusText.${status}`, { count: problemsOf(batch) });
}

/** How far it is, how fast, and with what. */
function Facts({ batch }: { batch: BatchState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const status = statusOf(batch);
  const { provider, threads, concurrency, pace, scanning, seconds } = batch;
  const figures = { done: format.number(dealtWith(batch), 0), found: format.number(batch.counts.found, 0) };
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
  return facts.join(' · ');
}

/** What went wrong, by kind. */
function Errors({ batch: { errors } }: { batch: BatchState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  if (errors.length === 0) return null;
  const hidden = errors.length - FIRST_ERRORS;
  return (
    <div className="mt-2 text-xs">
      <ul className="space-y-1" aria-label={t('batch.errors')} data-testid="batch-errors">
        {(open ? errors : errors.slice(0, FIRST_ERRORS)).map(({ code, count }) => (
          <li key={code} className="flex items-start gap-2" title={t(`errors.${code}`)}>
            <Icon of={TriangleAlert} className="shrink-0 text-danger" />
            <span className="min-w-6 shrink-0 text-right">{t('batch.times', { times: format.number(count, 0) })}</span>
            <span className={open ? '' : 'truncate'}>{t(`errors.${code}`)}</span>
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="mt-1 -ml-0.5 flex h-6 items-center gap-1.5 rounded-md pr-1.5 text-secondary hover:text-text"
        >
          <Icon of={ChevronRight} className={`transition-transform ${open ? 'rotate-90' : ''}`} />
          {t('batch.moreErrors', { count: hidden })}
        </button>
      )}
    </div>
  );
}
