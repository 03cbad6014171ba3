import {
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CircleSlash,
  File,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BATCH_FILTERS, type BatchRow, type BatchState } from '../../contract/batch';
import { thumbnailUrl } from '../../contract/pictures';
import { type BatchFilter, problemsOf } from '../state/batch';
import { useActions, useApp, useBatch } from '../state/context';
import { FileName } from '../ui/FileName';
import { Icon } from '../ui/Icon';
import { Segmented } from '../ui/Segmented';
import { useScale } from '../ui/useScale';
import { useScrolled } from '../ui/useScrolled';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** In pixels at the usual size of the interface. All rows have the same height, so the visible ones can be computed from the scroll position. */
const ROW = 56;
const HEAD = 28;
/** Rows drawn above and below the visible ones. */
const OVERSCAN = 4;
const COLUMNS = [
  { title: 'pictures', width: 'w-[8.75rem]', align: 'text-left' },
  { title: 'name', width: 'w-[33%]', align: 'text-left' },
  { title: 'state', width: 'w-[10.25rem]', align: 'text-left' },
  { title: 'done', width: '', align: 'text-left' },
  { title: 'seconds', width: 'w-[5.25rem]', align: 'text-right' },
] as const;
const CELL = 'h-14 overflow-hidden border-b border-line px-2 py-0 align-middle first:pl-4 last:pr-4';

/** The files of a batch that were found so far. Only the visible rows are in the page, however many there are. */
export function PhotoTable({ batch }: { batch: BatchState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { setVisibleRows, setFilter } = useActions().batch;
  const filter = useBatch((state) => state.filter);
  const loaded = useBatch((state) => state.rows);
  const ref = useRef<HTMLElement>(null);
  const range = useVisibleRows(ref);
  const total = loaded?.total ?? 0;
  const scale = useScale();
  const { from, to } = range;
  useEffect(() => setVisibleRows({ from, to }), [setVisibleRows, from, to]);
  useEffect(() => () => setVisibleRows(null), [setVisibleRows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top.
  useLayoutEffect(() => void ref.current?.scrollTo({ top: 0 }), [filter]);

  const { counts } = batch;
  const figures: Record<BatchFilter, number> = {
    all: counts.found,
    restored: counts.restored,
    unchanged: counts.unchanged,
    problems: problemsOf(batch),
    others: counts.kept + counts.passed,
  };
  const positions = Array.from({ length: Math.max(0, Math.min(total, to) - from) }, (_, place) => from + place);
  return (
    <>
      <div className="shrink-0 px-4 py-2">
        <Segmented
          label={t('batch.filter')}
          value={filter}
          options={BATCH_FILTERS.map((value) => ({
            value,
            label: t(`batch.filters.${value}`, { figure: format.number(figures[value], 0) }),
          }))}
          onChange={setFilter}
        />
      </div>
      <section
        ref={ref}
        aria-label={t('batch.table')}
        data-testid="batch-rows"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the rows are scrolled by the keys.
        tabIndex={0}
        className="relative min-h-0 grow overflow-y-auto border-t border-line outline-offset-[-2px]"
      >
        <table
          aria-label={t('batch.table')}
          aria-rowcount={total + 1}
          aria-busy={loaded?.filter !== filter}
          className="w-full table-fixed border-separate border-spacing-0"
        >
          <thead>
            <tr aria-rowindex={1} className="text-xs text-secondary" style={{ height: HEAD * scale }}>
              {COLUMNS.map(({ title, width, align }) => (
                <th
                  key={title}
                  scope="col"
                  className={`sticky top-0 z-10 truncate border-b border-line bg-panel px-2 font-normal first:pl-4 last:pr-4 ${width} ${align}`}
                >
                  {t(`batch.columns.${title}`)}
                </th>
              ))}
            </tr>
          </thead>
          <Gap rows={Math.min(from, total)} />
          <tbody>
            {positions.map((position) => (
              <tr key={position} aria-rowindex={position + 2} data-testid="batch-row" style={{ height: ROW * scale }}>
                <RowCells batch={batch} row={loaded?.rows[position - loaded.from]} />
              </tr>
            ))}
          </tbody>
          <Gap rows={Math.max(0, total - to)} />
        </table>
        {loaded !== null && total === 0 && (
          <p className="px-4 py-6 text-secondary">{t(batch.scanning ? 'batch.noneYet' : 'batch.noneOfThese')}</p>
        )}
      </section>
    </>
  );
}

/** Takes the room of rows that are not drawn. */
function Gap({ rows }: { rows: number }) {
  const scale = useScale();
  if (rows === 0) return null;
  return (
    <tbody aria-hidden="true">
      <tr>
        <td colSpan={COLUMNS.length} className="p-0" style={{ height: rows * ROW * scale }} />
      </tr>
    </tbody>
  );
}

/** The rows to draw. Changes with scrolling and with the size of the window. */
function useVisibleRows(ref: { readonly current: HTMLElement | null }): { from: number; to: number } {
  const scale = useScale();
  const [range, setRange] = useState({ from: 0, to: 0 });
  const measure = useCallback(() => {
    const scroller = ref.current;
    if (scroller === null) return;
    const row = ROW * scale;
    const first = Math.floor(scroller.scrollTop / row);
    const count = Math.ceil((scroller.clientHeight - HEAD * scale) / row) + 1;
    const next = { from: Math.max(0, first - OVERSCAN), to: first + count + OVERSCAN };
    setRange((now) => (now.from === next.from && now.to === next.to ? now : next));
  }, [ref, scale]);
  useScrolled(ref, measure);
  return range;
}

/** The cells of a row. They are empty until the row is loaded. */
function RowCells({ batch, row }: { batch: BatchState; row: BatchRow | undefined }) {
  if (row === undefined) {
    return COLUMNS.map(({ title }) => (
      <td key={title} className={CELL}>
        {title === 'name' && <span className="block h-2 w-32 rounded-full bg-line" />}
      </td>
    ));
  }
  const work = row.state === 'running' ? batch.running.find(({ index }) => index === row.index) : undefined;
  return <Cells batchId={batch.id} row={row} step={work?.step ?? null} done={work?.done ?? null} />;
}

/** Splits a path with `/` into its folder and its file name. */
function inFolder(path: string): [folder: string, file: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

interface CellsProps {
  batchId: string;
  row: BatchRow;
  step: BatchState['running'][number]['step'];
  done: number | null;
}

const Cells = memo(function Cells({ batchId, row, step, done }: CellsProps) {
  const format = useFormat();
  const { name, written, seconds } = row;
  const [folder, file] = inFolder(name);
  const [folderWritten, fileWritten] = written === null ? [folder, file] : inFolder(written);
  const isRenamed = fileWritten !== file || folderWritten !== folder;
  // The folder of the file, and the name of the result where it differs.
  const under = [folder, isRenamed && `→ ${folderWritten === folder ? fileWritten : written}`];
  return (
    <>
      <td className={CELL}>
        <span className="flex gap-0.5">
          <Pictures batchId={batchId} row={row} />
        </span>
      </td>
      <td className={CELL} title={written === null ? name : `${name} → ${written}`}>
        <FileName name={file.replace(/#page=(\d+)$/, ' ($1)')} />
        {(folder !== '' || isRenamed) && (
          <span className="block truncate text-xs text-secondary">{under.filter(Boolean).join(' ')}</span>
        )}
      </td>
      <td className={CELL}>
        <Status state={row.state} />
      </td>
      <td className={`${CELL} text-xs`}>
        <Outcome row={row} step={step} done={done} />
      </td>
      <td className={`${CELL} text-right text-xs text-secondary`}>{seconds !== null && format.seconds(seconds)}</td>
    </>
  );
});

function Pictures({ batchId, row: { index, name, pictured } }: { batchId: string; row: BatchRow }) {
  const { t } = useTranslation();
  const base = useApp((state) => state.info?.pictureBase ?? null);
  return (['before', 'after'] as const).map((side) =>
    pictured && base !== null ? (
      <img
        key={side}
        src={thumbnailUrl(base, { batchId, index, side })}
        alt={t(`batch.${side}`, { name })}
        decoding="async"
        draggable={false}
        className="h-11 w-[3.4375rem] rounded-[3px] bg-line object-cover"
      />
    ) : (
      <span key={side} className="h-11 w-[3.4375rem]" />
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

const isProblem = (state: BatchRow['state']) => state === 'failed' || state === 'quarantined';

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

/** What was done to a photo, or why nothing was done. */
function Outcome({ row, step, done }: Omit<CellsProps, 'batchId'>) {
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
