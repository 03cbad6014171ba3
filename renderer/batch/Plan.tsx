import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../contract/calls';
import { Preview } from '../folder-page/Preview';
import { useFailureText } from '../folder-page/useFailureText';
import { useActions, useBatch } from '../state/context';
import { Button } from '../ui/Button';
import { FileName } from '../ui/FileName';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** What the batch would do with the settings as they are. */
export function Plan() {
  const { t } = useTranslation();
  const format = useFormat();
  const { refreshPreview, stopPreview } = useActions().batch;
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
    <Preview
      label={t('batch.plan.title')}
      title={title}
      testId="batch-plan"
      titleTestId="plan-photos"
      phase={phase}
      failure={useFailureText(failure, (code) => `batch.halts.${code}`)}
      again={t('batch.plan.again')}
      onAgain={refreshPreview}
      tools={
        phase === 'looking' ? (
          <>
            {found !== null && <p className="truncate">{t('batch.plan.looking')}</p>}
            <Button data-testid="stop-looking" onClick={stopPreview}>
              {t('folderPage.stop')}
            </Button>
          </>
        ) : (
          phase === 'stopped' && (
            <>
              <p className="truncate">{t('batch.plan.stopped')}</p>
              <Button onClick={refreshPreview}>{t('batch.plan.again')}</Button>
            </>
          )
        )
      }
    >
      {found !== null && <Result result={found} isOld={phase !== 'ready'} />}
    </Preview>
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
      className={`min-h-0 grow overflow-y-auto px-4 pb-4 outline-offset-[-2px] ${isOld ? 'opacity-60' : ''}`}
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
