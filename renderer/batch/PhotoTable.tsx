import { memo, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchRow, BatchState } from '../../contract/batch';
import { useActions, useBatch } from '../state/context';
import { FileName } from '../ui/FileName';
import { useScale } from '../ui/useScale';
import { useScrolled } from '../ui/useScrolled';
import { useFormat } from '../useFormat';
import { inFolder, Outcome, Pictures, States } from './rowParts';

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
  const { setVisibleRows } = useActions().batch;
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

  const positions = Array.from({ length: Math.max(0, Math.min(total, to) - from) }, (_, place) => from + place);
  return (
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
        <OpenButton row={row}>
          <Pictures batchId={batchId} row={row} className="h-11 w-[3.4375rem] object-cover" />
        </OpenButton>
      </td>
      <td className={CELL} title={written === null ? name : `${name} → ${written}`}>
        <FileName name={file.replace(/#page=(\d+)$/, ' ($1)')} />
        {(folder !== '' || isRenamed) && (
          <span className="block truncate text-xs text-secondary">{under.filter(Boolean).join(' ')}</span>
        )}
      </td>
      <td className={CELL}>
        <States row={row} />
      </td>
      <td className={`${CELL} text-xs`}>
        <Outcome row={row} step={step} done={done} />
      </td>
      <td className={`${CELL} text-right text-xs text-secondary`}>{seconds !== null && format.seconds(seconds)}</td>
    </>
  );
});

/** Opens a photo large by a click on its pictures. */
function OpenButton({ row: { index, name, state }, children }: { row: BatchRow; children: ReactNode }) {
  const { t } = useTranslation();
  const { open } = useActions().results;
  if (state === 'passed') return <span className="flex gap-0.5">{children}</span>;
  return (
    <button
      type="button"
      data-testid="open-result"
      title={t('results.open', { name })}
      className="flex gap-0.5 rounded-[3px] outline-offset-2"
      onClick={() => open(index)}
    >
      {children}
    </button>
  );
}
