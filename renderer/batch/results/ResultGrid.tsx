import { type CSSProperties, useCallback, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchRow, BatchState } from '../../../contract/batch';
import type { Grid } from '../../light-table/grid';
import { TileGrid } from '../../light-table/TileGrid';
import { useActions, useBatch, useResults } from '../../state/context';
import { inFolder, Pictures, States } from '../rowParts';

/** Two pictures side by side. */
const PAIR = { width: 320, picture: 0.42 };

/** The photos of a batch as pairs of pictures before and after. Keys walk through them and open them. */
export function ResultGrid({ batch }: { batch: BatchState }) {
  const { t } = useTranslation();
  const { setVisibleRows } = useActions().batch;
  const { open, setActive } = useActions().results;
  const loaded = useBatch((state) => state.rows);
  const filter = useBatch((state) => state.filter);
  const active = useResults((state) => state.active);
  const onSeen = useCallback((from: number, to: number) => setVisibleRows({ from, to }), [setVisibleRows]);
  useEffect(() => {
    // Before the first answer it is not known how many there are.
    setVisibleRows({ from: 0, to: 1 });
    return () => setVisibleRows(null);
  }, [setVisibleRows]);
  // A filter that was just chosen keeps the focus.
  const [takesFocus, setTakesFocus] = useState(true);
  useEffect(() => setTakesFocus(false), []);
  const rowAt = (place: number) => loaded?.rows[place - loaded.from];
  return (
    <TileGrid
      key={filter}
      label={t('batch.table')}
      testId="result-grid"
      count={loaded?.filter === filter ? loaded.total : 0}
      shape={PAIR}
      keyOf={(place) => rowAt(place)?.index.toString() ?? null}
      placeOf={(key) => {
        const at = loaded?.rows.findIndex(({ index }) => index.toString() === key) ?? -1;
        return at < 0 || loaded === null ? -1 : loaded.from + at;
      }}
      active={active === null ? null : active.toString()}
      takesFocus={takesFocus}
      empty={
        <p className="p-6 text-text">{loaded !== null && t(batch.scanning ? 'batch.noneYet' : 'batch.noneOfThese')}</p>
      }
      onKey={(event, key) => {
        if (event.key !== 'Enter') return false;
        open(Number(key));
        return true;
      }}
      onGo={(place) => {
        const row = rowAt(place);
        if (row !== undefined) setActive(row.index);
      }}
      onSeen={onSeen}
      tile={(place, about) => (
        <Tile key={place} batchId={batch.id} row={rowAt(place)} place={place} count={loaded?.total ?? 0} {...about} />
      )}
    />
  );
}

interface TileProps {
  batchId: string;
  /** Undefined until it is loaded. */
  row: BatchRow | undefined;
  place: number;
  count: number;
  grid: Grid;
  style: CSSProperties;
  isStop: boolean;
}

function Tile({ batchId, row, place, count, grid, style, isStop }: TileProps) {
  const { open } = useActions().results;
  const isActive = useResults((state) => state.active === row?.index);
  const id = useId();
  const height = grid.height - grid.caption - 20;
  return (
    <li aria-setsize={count} aria-posinset={place + 1} className="absolute p-1" style={style}>
      {row !== undefined && (
        <div
          data-active={isActive}
          className="flex h-full flex-col rounded-md border-2 border-transparent bg-panel data-[active=true]:border-accent"
        >
          <button
            type="button"
            data-tile={row.index}
            aria-label={row.name}
            aria-describedby={id}
            title={row.name}
            tabIndex={isStop ? 0 : -1}
            disabled={row.state === 'passed'}
            onClick={() => open(row.index)}
            className="grid min-h-0 grow grid-cols-2 items-center justify-items-center gap-1 rounded-md p-1.5 outline-offset-[-2px]"
            style={{ gridAutoRows: height }}
          >
            <Pictures batchId={batchId} row={row} className="max-h-full max-w-full object-contain" />
          </button>
          <div className="flex h-12 shrink-0 flex-col justify-center px-2 pb-1">
            <span className="truncate text-xs" aria-hidden="true">
              {inFolder(row.name)[1]}
            </span>
            <span id={id} className="flex min-w-0 items-center gap-3 text-xs">
              <States row={row} />
            </span>
          </div>
        </div>
      )}
    </li>
  );
}
