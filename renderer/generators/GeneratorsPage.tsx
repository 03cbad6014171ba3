import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { GeneratorInfo } from '../../contract/app';
import { languageOf } from '../../text';
import { translated } from '../../text/card';
import { figureWords } from '../../text/figures';
import { Page } from '../Page';
import { useActions, useApp } from '../state/context';
import { useFormat } from '../useFormat';

/** The installed generators. */
export function GeneratorsPage() {
  const { t, i18n } = useTranslation();
  const actions = useActions();
  const generators = useApp((state) => state.generators);
  useEffect(() => void actions.loadGenerators(), [actions]);
  return (
    <Page testId="generators" title={t('generators.title')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: text alone is scrolled by the keys. */}
      <div tabIndex={0} className="min-h-0 grow overflow-y-auto p-6 outline-offset-[-2px]">
        <div className="mx-auto max-w-2xl">
          <p className="text-secondary">{t('generators.text')}</p>
          {generators === null && <p className="mt-4">{t('generators.loading')}</p>}
          {generators?.length === 0 && <p className="mt-4">{t('generators.none')}</p>}
          <ul className="mt-4 space-y-2">
            {generators?.map((generator) => (
              <Generator key={generator.id} generator={translated(generator, languageOf(i18n))} />
            ))}
          </ul>
        </div>
      </div>
    </Page>
  );
}

function Generator({ generator }: { generator: GeneratorInfo }) {
  const { t, i18n } = useTranslation();
  const words = (text: string) => figureWords(text, languageOf(i18n));
  const format = useFormat();
  const facts = [
    t('generators.version', { version: generator.version }),
    t('generators.parameters', { figure: format.number(generator.parameters, 0) }),
    format.bytes(generator.bytes),
    generator.licence,
  ];
  return (
    <li className="rounded-md border border-line bg-raised p-4 select-text">
      <div className="flex items-baseline justify-between gap-4">
        <h2 className="font-medium">{generator.name}</h2>
        <span className={generator.state === 'ready' ? 'text-xs text-secondary' : 'text-xs text-danger'}>
          {t(`generators.states.${generator.state}`)}
        </span>
      </div>
      <p className="mt-1">{generator.description}</p>
      <p className="mt-1 text-xs text-secondary">{facts.join(' · ')}</p>
      {generator.measured.length > 0 && (
        <>
          <h3 className="mt-3 text-xs font-medium">{t('generators.measured')}</h3>
          <ul className="text-xs text-secondary">
            {generator.measured.map((figure) => (
              <li key={`${figure.metric} ${figure.data}`} className="flex items-baseline justify-between gap-4">
                <span>{`${words(figure.metric)} (${words(figure.data)})`}</span>
                <span className="shrink-0 text-text">{`${format.number(figure.value, 3)} ${words(figure.unit)}`}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {generator.limits !== '' && (
        <>
          <h3 className="mt-3 text-xs font-medium">{t('generators.limits')}</h3>
          <p className="text-xs text-secondary">{generator.limits}</p>
        </>
      )}
    </li>
  );
}
