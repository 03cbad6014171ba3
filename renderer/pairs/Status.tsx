import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SynthesisState } from '../../contract/synthesis';
import { Problem } from '../folder-page/Problem';
import { RunStatus } from '../folder-page/RunStatus';
import { useFailureText } from '../folder-page/useFailureText';
import { DisclosureButton } from '../ui/DisclosureButton';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** The status of a run, during and after it. */
export function Status({ state }: { state: SynthesisState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase, pairs, done, kinds, failure } = state;
  const progress = t('pairs.progress', { done: format.number(done, 0), all: format.number(pairs, 0) });
  const why = useFailureText(failure, (code) => `pairs.failures.${code}`);
  const hasBegun = phase !== 'failed' || done > 0;
  const facts = hasBegun ? [progress] : [];
  if (kinds.length > 0) {
    facts.push(t('pairs.used', { kinds: kinds.map((kind) => t(`pairs.damage.${kind}`)).join(', ') }));
  }
  const text = phase === 'done' || (phase === 'cancelled' && done > 0) ? t(`pairs.statusText.${phase}`) : why;
  return (
    <RunStatus
      testId="pairs-status"
      status={phase}
      title={t(`pairs.status.${phase}`)}
      isFault={phase === 'failed'}
      text={text}
      input={state.input}
      output={state.output}
      progress={
        phase === 'done' || !hasBegun ? null : { label: t('pairs.progressLabel'), text: progress, done, total: pairs }
      }
      facts={facts}
      factsTestId="pairs-facts"
      secondsLeft={phase === 'running' ? state.secondsLeft : null}
    >
      <Problems state={state} />
    </RunStatus>
  );
}

/** Files that could not be used, and why. */
function Problems({ state: { unusable, problems } }: { state: SynthesisState }) {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const id = useId();
  const [open, setOpen] = useState(false);
  if (unusable === 0) return null;
  return (
    <div className="mt-1 text-xs">
      <DisclosureButton
        open={open}
        controls={id}
        label={t('pairs.unusable', { count: unusable, figure: format.number(unusable, 0) })}
        testId="pairs-problems"
        onClick={() => setOpen(!open)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: text alone is scrolled by the keys. */}
      <ul id={id} hidden={!open} tabIndex={0} className="mt-1 max-h-32 space-y-1 overflow-y-auto">
        {problems.map(({ name, failure }) => (
          <Problem key={name} subject={<span className="shrink-0">{name}</span>} sentence={say.failure(failure)} />
        ))}
      </ul>
    </div>
  );
}
