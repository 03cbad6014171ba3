import { ChevronLeft, ChevronRight, FolderOpen, ScanSearch, Undo2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { commandOf, isReady } from '../../commands';
import { ModeChoice } from '../../darkroom/ModeChoice';
import { Page } from '../../Page';
import { useActions, useApp, useBatch, useResults, useSession, useView } from '../../state/context';
import { hasResult, isFinished, type ShownResult } from '../../state/results';
import { COMPARE_MODES } from '../../state/view';
import { Button, IconButton } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { keyOf } from '../../ui/keys';
import { useFormat } from '../../useFormat';
import { useSentences } from '../../useSentences';
import { inFolder, Outcome, States } from '../rowParts';
import { RedoDialog } from './RedoDialog';
import { ResultView } from './ResultView';

const MODES = COMPARE_MODES.filter((mode) => mode !== 'variants');

/** A photo of a batch beside its result, and what can be decided about it. */
export function ResultPage({ shown }: { shown: ShownResult }) {
  const { t } = useTranslation();
  const { results } = useActions();
  const redoing = useResults((state) => state.redoing);
  return (
    <Page
      testId="result"
      title={inFolder(shown.row.name)[1]}
      back={{ label: t('results.allPhotos'), go: results.leave }}
      buttons={<Decisions shown={shown} />}
    >
      <Facts shown={shown} />
      <Picture shown={shown} />
      {redoing !== null && <RedoDialog row={shown.row} work={redoing} />}
    </Page>
  );
}

function Decisions({ shown: { row, rank, total } }: { shown: ShownResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { results } = useActions();
  const hasDialogs = useApp((state) => state.info?.nativeDialogs === true);
  const isChanging = useResults((state) => state.changing.includes(row.index));
  const figures = { at: format.number(rank + 1, 0), total: format.number(total, 0) };
  return (
    <fieldset className="contents" aria-label={t('results.actions')}>
      <span className="mr-2 flex items-center">
        <IconButton label={t('results.previous')} shortcut={keyOf('resultPrevious')} onClick={() => results.go(-1)}>
          <Icon of={ChevronLeft} />
        </IconButton>
        <span className="min-w-14 text-center text-xs text-secondary" data-testid="result-rank">
          {t('results.position', figures)}
        </span>
        <IconButton
          label={t('results.next')}
          shortcut={keyOf('resultNext')}
          data-testid="next-result"
          onClick={() => results.go(1)}
        >
          <Icon of={ChevronRight} />
        </IconButton>
      </span>
      <IconButton
        label={t('results.undo')}
        shortcut={keyOf('resultUndo')}
        data-testid="undo-decision"
        disabled={!row.undoable || isChanging}
        onClick={results.undo}
      >
        <Icon of={Undo2} />
      </IconButton>
      {hasDialogs && (
        <IconButton label={t('results.show')} shortcut={keyOf('resultShow')} onClick={results.showInFolder}>
          <Icon of={FolderOpen} />
        </IconButton>
      )}
      <Button data-testid="open-in-editor" title={keyOf('resultEdit')} onClick={results.edit}>
        {t('results.edit')}
      </Button>
      <Button
        data-testid="redo-result"
        title={keyOf('resultRedo')}
        disabled={!isFinished(row) || isChanging}
        onClick={results.startRedo}
      >
        {t('results.redo')}
      </Button>
      <Button
        data-testid="keep-original"
        title={keyOf('resultKeep')}
        aria-pressed={row.decision === 'original'}
        disabled={!hasResult(row) || isChanging || row.decision === 'original'}
        onClick={results.keepOriginal}
      >
        {t('results.keep')}
      </Button>
    </fieldset>
  );
}

/** The picture; the focus is on it, so that the keys work at once. */
function Picture({ shown }: { shown: ShownResult }) {
  const { t } = useTranslation();
  const say = useSentences();
  const ref = useRef<HTMLDivElement>(null);
  const { look, failure, row } = shown;
  const isChanging = useResults((state) => state.changing.includes(row.index));
  useEffect(() => ref.current?.focus(), []);
  const why = failure ?? (look === null ? row.failure : null);
  return (
    <div ref={ref} tabIndex={-1} className="relative min-h-0 grow bg-surround outline-none">
      {look !== null ? (
        <ResultView key={`${row.index} ${look.photoId}`} row={row} look={look} />
      ) : (
        <div className="flex h-full flex-col items-center justify-center gap-2 p-6" data-testid="no-look">
          <p role="status">{why === null ? t('results.opening') : t('results.noResult')}</p>
          {why !== null && <p className="max-w-120 text-center text-secondary select-text">{say.failure(why)}</p>}
        </div>
      )}
      {isChanging && (
        <p
          role="status"
          className="absolute right-3 bottom-3 z-20 rounded-md border border-line bg-panel px-2 py-1 text-xs"
        >
          {t('results.redoing')}
        </p>
      )}
    </div>
  );
}

/** What was done to the photo and what was decided, and how it is compared. */
function Facts({ shown: { row, look } }: { shown: ShownResult }) {
  const { t } = useTranslation();
  const session = useSession();
  const { view } = useActions();
  const maskShown = useView((state) => state.maskShown);
  const work = useBatch((state) => state.batch?.running.find(({ index }) => index === row.index));
  return (
    <section
      aria-label={t('folderPage.status')}
      data-testid="result-facts"
      className="flex min-h-11 shrink-0 items-center gap-4 border-b border-line px-3 py-1.5"
    >
      <span className="flex max-w-80 min-w-0 shrink-0 items-center gap-3">
        <States row={row} />
      </span>
      <span className="min-w-0 grow text-xs text-secondary">
        <Outcome row={row} step={work?.step ?? null} done={work?.done ?? null} />
      </span>
      {look !== null && (
        <span className="flex shrink-0 items-center gap-1">
          <ModeChoice modes={MODES} isReady={(mode) => isReady(commandOf(`mode-${mode}`), session)} />
          <IconButton
            label={t(row.masked ? 'results.mask' : 'results.noMask')}
            shortcut={keyOf('mask')}
            data-testid="show-repaired"
            disabled={!row.masked}
            aria-pressed={maskShown && row.masked}
            onClick={view.toggleMask}
            className={maskShown && row.masked ? 'text-accent' : ''}
          >
            <Icon of={ScanSearch} />
          </IconButton>
        </span>
      )}
    </section>
  );
}
