import { LoaderCircle, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../contract/calls';
import { useActions, useBatch } from '../state/context';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { FileName } from './FileName';

/** What the batch would come to as it is set. */
export function Plan() {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const { lookAgain, stopLooking } = useActions().batch;
  const { phase, result, failure } = useBatch((state) => state.plan);
  const found = result === null || phase === 'none' ? null : result;
  const figure = format.number(found?.photos ?? 0, 0);
  const title =
    found === null
      ? t(phase === 'looking' ? 'batch.plan.looking' : 'batch.plan.title')
      : found.photos === 0
        ? t('batch.plan.nothing')
        : `${t('batch.plan.photos', { count: found.photos, figure })} (${format.bytes(found.bytes)})`;
  return (
    <section
      aria-label={t('batch.plan.title')}
      data-testid="batch-plan"
      data-phase={phase}
      className="flex min-w-0 grow flex-col bg-surround"
    >
      <div className="flex min-h-12 shrink-0 items-center gap-3 px-6 pt-3">
        <h2 className="mr-auto shrink-0 text-lg font-medium" data-testid="plan-photos">
          {title}
        </h2>
        {phase === 'looking' && (
          <>
            <Icon of={LoaderCircle} className="shrink-0 animate-spin" />
            {found !== null && <p className="truncate">{t('batch.plan.looking')}</p>}
            <Button data-testid="stop-looking" onClick={stopLooking}>
              {t('batch.stop')}
            </Button>
          </>
        )}
        {phase === 'stopped' && (
          <>
            <p className="truncate">{t('batch.plan.stopped')}</p>
            <Button onClick={lookAgain}>{t('batch.plan.again')}</Button>
          </>
        )}
      </div>
      {phase === 'none' && <p className="px-6">{t('batch.plan.none')}</p>}
      {phase === 'failed' && failure !== null && (
        <div className="flex items-start gap-2 px-6" role="alert">
          <Icon of={TriangleAlert} className="mt-0.5 shrink-0 text-danger" />
          <div>
            <p>{say.failure(failure)}</p>
            <Button className="mt-3" onClick={lookAgain}>
              {t('batch.plan.again')}
            </Button>
          </div>
        </div>
      )}
      {found !== null && <Result result={found} isOld={phase !== 'ready'} />}
      <p role="status" className="sr-only">
        {phase === 'ready' && title}
      </p>
    </section>
  );
}

function Result({ result, isOld }: { result: Response<'batch.plan'>; isOld: boolean }) {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const { photos, others, done, examples, unreadable } = result;
  const facts = [
    others > 0 && t('batch.plan.others', { count: others, figure: format.number(others, 0) }),
    done > 0 && t('batch.plan.done', { count: done, figure: format.number(done, 0) }),
    t('batch.plan.safe'),
  ].filter((fact) => fact !== false);
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: text alone is scrolled by the keys.
      tabIndex={0}
      className={`min-h-0 grow overflow-y-auto px-6 pb-6 outline-offset-[-2px] ${isOld ? 'opacity-60' : ''}`}
    >
      <ul>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      {unreadable.length > 0 && (
        <div data-testid="plan-unreadable">
          <h3 className="mt-5 text-xs font-medium">{t('batch.plan.unreadable')}</h3>
          <ul className="mt-1 divide-y divide-line">
            {unreadable.map(({ name, failure }) => (
              <li key={name} className="flex items-start gap-2 py-1.5">
                <Icon of={TriangleAlert} className="mt-0.5 shrink-0 text-danger" />
                <div className="min-w-0">
                  <FileName name={name} />
                  <p className="text-xs">{say.failure(failure)}</p>
                </div>
              </li>
            ))}
          </ul>
        </div>
      )}
      {examples.length > 0 && (
        <>
          <h3 className="mt-5 text-xs font-medium">
            {t(examples.length < photos ? 'batch.plan.firstNames' : 'batch.plan.names')}
          </h3>
          <ul className="mt-1 text-xs" data-testid="plan-examples">
            {examples.map(({ name, written }) => (
              <li key={name} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] gap-2 py-1">
                <FileName name={name} />
                <span aria-hidden="true">→</span>
                <FileName name={written} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
