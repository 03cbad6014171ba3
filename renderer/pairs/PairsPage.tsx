import { ArrowLeft, FolderOpen } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { folderFault } from '../state/batch';
import { useActions, useApp, usePairs } from '../state/context';
import { availableKinds } from '../state/pairs';
import { StatusLine } from '../status/StatusLine';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { Preview } from './Preview';
import { SetUp } from './SetUp';
import { Status } from './Status';

/** Makes pairs of damaged and clean pictures to train on. The darkroom is left as it was. */
export function PairsPage() {
  const { t } = useTranslation();
  const actions = useActions();
  const isChosen = usePairs(({ input }) => input !== null);
  const state = usePairs((all) => all.state);
  useEffect(() => actions.pairs.proposeName(t('pairs.folderName')), [actions, t]);
  useEffect(() => void actions.pairs.enter(), [actions]);
  return (
    <div data-testid="pairs" className="flex h-full flex-col bg-panel">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-2">
        <Button look="quiet" className="px-2" data-testid="back" onClick={() => actions.view.goTo('darkroom')}>
          <Icon of={ArrowLeft} />
          {t('common.back')}
        </Button>
        <h1 className="min-w-0 truncate font-medium">{t('pairs.title')}</h1>
        <span className="grow" />
        {state?.phase === 'running' ? (
          <Button data-testid="stop-pairs" className="px-4" onClick={actions.pairs.cancel}>
            {t('batch.stop')}
          </Button>
        ) : (
          isChosen && <MakeButton />
        )}
      </header>
      {state !== null && <Status state={state} />}
      <main className="flex min-h-0 grow">
        {isChosen ? (
          <>
            <SetUp />
            <Preview />
          </>
        ) : (
          <Beginning />
        )}
      </main>
      <StatusLine />
    </div>
  );
}

function MakeButton() {
  const { t } = useTranslation();
  const format = useFormat();
  const { start } = useActions().pairs;
  const count = usePairs(({ draft }) => draft.pairs);
  const wanted = usePairs(({ draft }) => draft.damage);
  const overlays = usePairs((all) => all.overlays);
  const starting = usePairs((all) => all.starting);
  const below = usePairs((all) => all.below) ?? t('pairs.folderName');
  const isFailed = usePairs(({ preview }) => preview.phase === 'failed');
  const generators = useApp((all) => all.generators);
  const hasKind = availableKinds({ overlays }, generators).some((kind) => wanted[kind]);
  return (
    <Button
      look="primary"
      data-testid="make-pairs"
      className="px-4"
      disabled={starting || !hasKind || isFailed || folderFault(below) !== null}
      onClick={start}
    >
      {t('pairs.make', { count, figure: format.number(count, 0) })}
    </Button>
  );
}

/** No folder is chosen yet. */
function Beginning() {
  const { t } = useTranslation();
  const { pickFolder } = useActions().pairs;
  return (
    <div className="min-h-0 grow overflow-y-auto bg-surround p-4">
      <div
        data-testid="pairs-empty"
        className="flex min-h-full flex-col items-center justify-center rounded-md border border-dashed border-track px-6 py-8 text-center"
      >
        <FolderOpen size={32} strokeWidth={1} aria-hidden="true" />
        <h2 className="mt-4 text-lg font-medium">{t('pairs.empty.title')}</h2>
        <p className="mt-1 max-w-120 text-balance">{t('pairs.empty.text')}</p>
        <Button look="primary" data-testid="choose-clean" className="mt-5 px-4" onClick={() => pickFolder('clean')}>
          {t('pairs.empty.choose')}
        </Button>
      </div>
    </div>
  );
}
