import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ChooseFolder } from '../folder-page/ChooseFolder';
import { Page } from '../Page';
import { isOver } from '../state/batch';
import { useActions, useBatch, useResults } from '../state/context';
import { EarlierBatches } from './EarlierBatches';
import { PhotoTable } from './PhotoTable';
import { RunButtons } from './RunButtons';
import { ResultGrid } from './results/ResultGrid';
import { ResultPage } from './results/ResultPage';
import { ResultsBar } from './results/ResultsBar';
import { SetUp, StartButton } from './SetUp';
import { Summary } from './Summary';

/** Restores whole folders: the settings first, then how the run goes. */
export function BatchPage() {
  const { t } = useTranslation();
  const actions = useActions();
  const batch = useBatch((state) => (state.shown ? state.batch : null));
  const layout = useResults((state) => state.layout);
  const shown = useResults((state) => state.shown);
  const isChosen = useBatch((state) => state.input !== null);
  useEffect(() => actions.batch.proposeName(t('batch.folderName')), [actions, t]);
  useEffect(() => void actions.batch.loadKnown(), [actions]);
  if (batch !== null && shown !== null) return <ResultPage shown={shown} />;
  return (
    <Page
      testId="batch"
      title={t('batch.title')}
      buttons={batch !== null ? <RunButtons batch={batch} /> : isChosen && <StartButton />}
    >
      {batch !== null ? (
        <>
          <Summary batch={batch} />
          {(batch.counts.found > 0 || !isOver(batch)) && (
            <>
              <ResultsBar batch={batch} />
              {layout === 'grid' ? <ResultGrid batch={batch} /> : <PhotoTable batch={batch} />}
            </>
          )}
        </>
      ) : isChosen ? (
        <SetUp />
      ) : (
        <ChooseFolder
          title={t('batch.empty.title')}
          text={t('batch.empty.text')}
          choose={t('batch.empty.choose')}
          testId="batch-empty"
          buttonTestId="choose-input"
          onChoose={() => actions.batch.pickFolder('input')}
        >
          <EarlierBatches />
        </ChooseFolder>
      )}
    </Page>
  );
}
