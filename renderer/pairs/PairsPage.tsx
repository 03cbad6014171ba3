import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ChooseFolder } from '../folder-page/ChooseFolder';
import { Page } from '../Page';
import { useActions, useApp, usePairs } from '../state/context';
import { folderFault } from '../state/folderPage';
import { availableKinds } from '../state/pairs';
import { Button } from '../ui/Button';
import { useFormat } from '../useFormat';
import { FirstPairs } from './FirstPairs';
import { SetUp } from './SetUp';
import { Status } from './Status';

/** Makes pairs of damaged and clean pictures for training. */
export function PairsPage() {
  const { t } = useTranslation();
  const actions = useActions();
  const isChosen = usePairs(({ input }) => input !== null);
  const state = usePairs((all) => all.state);
  useEffect(() => actions.pairs.proposeName(t('pairs.folderName')), [actions, t]);
  useEffect(() => void actions.pairs.enter(), [actions]);
  return (
    <Page
      testId="pairs"
      title={t('pairs.title')}
      buttons={
        state?.phase === 'running' ? (
          <Button data-testid="stop-pairs" onClick={actions.pairs.cancel}>
            {t('folderPage.stop')}
          </Button>
        ) : (
          isChosen && <MakeButton />
        )
      }
    >
      {state !== null && <Status state={state} />}
      {isChosen ? (
        <div className="flex min-h-0 grow">
          <SetUp />
          <FirstPairs />
        </div>
      ) : (
        <ChooseFolder
          title={t('pairs.empty.title')}
          text={t('pairs.empty.text')}
          choose={t('pairs.empty.choose')}
          testId="pairs-empty"
          buttonTestId="choose-clean"
          onChoose={() => actions.pairs.pickFolder('clean')}
        />
      )}
    </Page>
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
      disabled={starting || !hasKind || isFailed || folderFault(below) !== null}
      onClick={start}
    >
      {t('pairs.make', { count, figure: format.number(count, 0) })}
    </Button>
  );
}
