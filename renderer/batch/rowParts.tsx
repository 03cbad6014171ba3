import {
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CircleSlash,
  Eye,
  File,
  ImageOff,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
  Pencil,
  RotateCcw,
  TriangleAlert,
  Undo2,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BatchRow, BatchState, Decision } from '../../contract/batch';
import { thumbnailUrl } from '../../contract/pictures';
import { useApp } from '../state/context';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** What the list, the grid and the large view say of a photo of a batch. */

/** Splits a path with `/` into its folder and its file name. */
export function inFolder(path: string): [folder: string, file: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

/** Thumbnails before and after. Before there is a result, the first is made from the photo itself. */
export function Pictures({ batchId, row, className }: { batchId: string; row: BatchRow; className: string }) {
  const { t } = useTranslation();
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const { index, name, pictured, state, version } = row;
  return (['before', 'after'] as const).map((side) =>
    base !== null && (pictured || (side === 'before' && state !== 'passed')) ? (
      <img
        key={side}
        src={thumbnailUrl(base, { batchId, index, side }, version)}
        alt={t(`batch.${side}`, { name })}
        decoding="async"
        draggable={false}
        className={`rounded-[3px] bg-line ${className}`}
      />
    ) : (
      <span key={side} className={className} />
    ),
  );
}

const ICONS: Record<BatchRow['state'], LucideIcon> = {
  waiting: CircleDashed,
  running: LoaderCircle,
  restored: CircleCheck,
  unchanged: CircleMinus,
  kept: CircleSlash,
  passed: File,
  failed: TriangleAlert,
  quarantined: OctagonAlert,
};

export const isProblem = (state: BatchRow['state']) => state === 'failed' || state === 'quarantined';

function Status({ state }: Pick<BatchRow, 'state'>) {
  const { t } = useTranslation();
  const colour = isProblem(state) ? 'text-danger' : state === 'restored' ? '' : 'text-secondary';
  return (
    <span className={`flex items-center gap-1.5 ${colour}`} data-testid={`state-${state}`}>
      <Icon of={ICONS[state]} className={`shrink-0 ${state === 'running' ? 'animate-spin' : ''}`} />
      <span className="truncate">{t(`batch.states.${state}`)}</span>
    </span>
  );
}

interface OutcomeProps {
  row: BatchRow;
  step: BatchState['running'][number]['step'];
  done: number | null;
}

/** What was done to a photo, or why nothing was done. */
export function Outcome({ row, step, done }: OutcomeProps) {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const { state, failure, reports, notes } = row;
  if (failure !== null) {
    const sentence = say.failure(failure);
    return (
      <span className="line-clamp-3 select-text" title={`${sentence} (${failure.code})`}>
        {sentence}
        {isProblem(state) && <span className="ml-1 text-secondary">{failure.code}</span>}
      </span>
    );
  }
  if (state === 'running') {
    const percent = done === null ? null : format.percent(done);
    return (
      <span className="block truncate text-secondary">
        {[step !== null && t(`doing.${step}`), percent].filter(Boolean).join(', ')}
      </span>
    );
  }
  const made = reports.filter(({ outcome }) => outcome === 'done');
  const noted = say.sentences(notes);
  const sentences = made.map(({ messages, sentence }) => say.sentences(messages) || sentence);
  return (
    <span className="line-clamp-3" title={[...sentences, noted].filter(Boolean).join(' ') || undefined}>
      {made.map(({ kind }) => t(`doneTo.${kind}`)).join(', ')}
      {noted !== '' && <span className="block text-secondary select-text">{noted}</span>}
    </span>
  );
}

const DECISION_ICONS: Record<Decision, LucideIcon> = { original: Undo2, redone: RotateCcw, edited: Pencil };

/** The state of a photo, and what a person has said about its result. */
export function States({ row }: { row: BatchRow }) {
  return (
    <>
      {/* That a kept original has no repairs says nothing of the photo. */}
      {row.decision !== 'original' && <Status state={row.state} />}
      <Verdict row={row} />
    </>
  );
}

function Verdict({ row: { seen, decision, partly } }: { row: BatchRow }) {
  const { t } = useTranslation();
  if (!seen && !partly) return null;
  return (
    <span className="flex min-w-0 items-center gap-1 text-xs text-secondary" data-testid="verdict">
      {partly && (
        <>
          <Icon of={ImageOff} className="shrink-0" />
          <span className="truncate">{t('results.partly')}</span>
        </>
      )}
      {seen && (
        <>
          <Icon of={decision === null ? Eye : DECISION_ICONS[decision]} className="shrink-0" />
          <span className="truncate">{t(decision === null ? 'results.seen' : `results.decisions.${decision}`)}</span>
        </>
      )}
    </span>
  );
}
