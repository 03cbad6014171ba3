import { LoaderCircle, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../preload/contract';
import { useFormat } from '../i18n/format';
import { useActions, useBatch } from '../state/context';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** What the batch would come to as it is set. */
export function Plan() {
  const { t } = useTranslation();
  const { lookAgain, stopLooking } = useActions().batch;
  const { phase, result, failure } = useBatch((state) => state.plan);
  return (
    <section
      aria-label={t('batch.plan.title')}
      data-testid="batch-plan"
      data-phase={phase}
      className="flex min-w-0 grow flex-col bg-surround"
    >
      <div className="flex h-10 shrink-0 items-center gap-2 px-6 pt-3">
        {phase === 'looking' && (
          <>
            <Icon of={LoaderCircle} className="shrink-0 animate-spin" />
            <p className="truncate">{t('batch.plan.looking')}</p>
            <Button look="quiet" data-testid="stop-looking" onClick={stopLooking}>
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
            <p>{t(`errors.${failure.code}`)}</p>
            <Button className="mt-3" onClick={lookAgain}>
              {t('batch.plan.again')}
            </Button>
          </div>
        </div>
      )}
      {result !== null && phase !== 'none' && <Result result={result} isOld={phase !== 'ready'} />}
      <p role="status" className="sr-only">
        {phase === 'ready' && result !== null && t('batch.plan.photos', { count: result.photos })}
      </p>
    </section>
  );
}

function Result({ result, isOld }: { result: Response<'batch.plan'>; isOld: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { photos, others, bytes, done, examples, unreadable } = result;
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
      <p className="text-lg font-medium" data-testid="plan-photos">
        {photos === 0
          ? t('batch.plan.nothing')
          : `${t('batch.plan.photos', { count: photos, figure: format.number(photos, 0) })} (${format.bytes(bytes)})`}
      </p>
      <ul className="mt-1">
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
                  <p className="truncate" title={name}>
                    {name}
                  </p>
                  <p className="text-xs">{t(`errors.${failure.code}`)}</p>
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
                <span className="truncate" title={name}>
                  {name}
                </span>
                <span aria-hidden="true">→</span>
                <span className="truncate" title={written}>
                  {written}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
