import { ChevronRight, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SynthesisState } from '../../contract/synthesis';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { useFailureText } from './useFailureText';

/** How the pairs stand that are being made, or were made last. */
export function Status({ state }: { state: SynthesisState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase, pairs, done, kinds, output, failure, secondsLeft } = state;
  const figures = { done: format.number(done, 0), all: format.number(pairs, 0), place: output };
  const why = useFailureText(failure);
  const text = why ?? (phase === 'cancelled' && done > 0 ? t('pairs.keptText') : null);
  return (
    <section
      aria-label={t('pairs.status')}
      data-testid="pairs-status"
      data-phase={phase}
      className="shrink-0 border-b border-line px-4 py-2 select-text"
    >
      <div className="flex items-baseline gap-4">
        <h2 className={`min-w-0 truncate font-medium ${phase === 'failed' ? 'text-danger' : ''}`}>
          {t(`pairs.${phase}`, figures)}
        </h2>
        {kinds.length > 0 && (
          <p className="min-w-0 truncate text-xs text-secondary">
            {t('pairs.used', { kinds: kinds.map((kind) => t(`pairs.damage.${kind}`)).join(', ') })}
          </p>
        )}
        <span className="grow" />
        {phase === 'running' && secondsLeft !== null && (
          <p className="shrink-0 text-xs">{t('pairs.left', { time: format.duration(secondsLeft) })}</p>
        )}
      </div>
      {phase === 'running' && (
        <div
          role="progressbar"
          aria-label={t('pairs.progressLabel')}
          aria-valuemin={0}
          aria-valuemax={pairs}
          aria-valuenow={done}
          aria-valuetext={t('pairs.running', figures)}
          className="mt-2 h-1 overflow-hidden rounded-full bg-line"
        >
          <div
            className="h-full origin-left bg-accent transition-transform"
            style={{ transform: `scaleX(${done / pairs})` }}
          />
        </div>
      )}
      {text !== null && <p className="mt-0.5">{text}</p>}
      <Problems state={state} />
      {/* Every single pair would be too much to listen to. */}
      <p role="status" className="sr-only">
        {phase === 'running' ? '' : [t(`pairs.${phase}`, figures), text].filter((part) => part !== null).join('. ')}
      </p>
    </section>
  );
}

/** Files that could not be used, and why. */
function Problems({ state: { unusable, problems } }: { state: SynthesisState }) {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  if (unusable === 0) return null;
  return (
    <div className="mt-1 text-xs">
      <button
        type="button"
        aria-expanded={open}
        data-testid="pairs-problems"
        onClick={() => setOpen(!open)}
        className="-ml-1 flex h-6 items-center gap-1 rounded-md pr-1.5 text-secondary hover:text-text"
      >
        <Icon of={ChevronRight} className={`transition-transform ${open ? 'rotate-90' : ''}`} />
        {t('pairs.unusable', { count: unusable, figure: format.number(unusable, 0) })}
      </button>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: text alone is scrolled by the keys.
        <ul tabIndex={0} className="mt-1 max-h-32 space-y-1 overflow-y-auto">
          {problems.map(({ name, failure }) => (
            <li key={name} className="flex items-start gap-2">
              <Icon of={TriangleAlert} className="shrink-0 text-danger" />
              <span className="shrink-0">{name}</span>
              <span className="min-w-0 text-secondary">{say.failure(failure)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
