import { ArrowLeft } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver } from '../state/batch';
import { useActions, useBatch } from '../state/context';
import { StatusLine } from '../status/StatusLine';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Beginning } from './Beginning';
import { PhotoTable } from './PhotoTable';
import { RunButtons } from './RunButtons';
import { SetUp, StartButton } from './SetUp';
import { Summary } from './Summary';

/** Restores whole folders: what is to be done, and what goes on. The darkroom is left as it was. */
export function BatchPage() {
  const { t } = useTranslation();
  const actions = useActions();
  const batch = useBatch((state) => (state.shown ? state.batch : null));
  const isChosen = useBatch((state) => state.input !== null);
  useEffect(() => actions.batch.proposeName(t('batch.folderName')), [actions, t]);
  useEffect(() => void actions.batch.loadKnown(), [actions]);
  return (
    <div data-testid="batch" className="flex h-full flex-col bg-panel">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-2">
        <Button look="quiet" className="px-2" data-testid="back" onClick={() => actions.view.goTo('darkroom')}>
          <Icon of={ArrowLeft} />
          {t('common.back')}
        </Button>
        <h1 className="min-w-0 truncate font-medium">{t('batch.title')}</h1>
        <span className="grow" />
        {batch !== null ? <RunButtons batch={batch} /> : isChosen && <StartButton />}
      </header>
      <main className="flex min-h-0 grow flex-col">
        {batch !== null ? (
          <>
            <Summary batch={batch} />
            {(batch.counts.found > 0 || !isOver(batch)) && <PhotoTable batch={batch} />}
          </>
        ) : isChosen ? (
          <SetUp />
        ) : (
          <Beginning />
        )}
      </main>
      <StatusLine />
    </div>
  );
}
