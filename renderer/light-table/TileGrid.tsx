import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useScale } from '../ui/useScale';
import { useScrolled } from '../ui/useScrolled';
import { type Grid, goneTo, gridFor, scrolledTo, type TileShape, visibleIn } from './grid';

interface TileGridProps {
  label: string;
  testId: string;
  count: number;
  shape?: TileShape;
  /** The key of each tile, which its button has as `data-tile`; null while it is not known. */
  keyOf(place: number): string | null;
  /** Its place; -1 for a key that is not listed. */
  placeOf(key: string): number;
  /** The tile that is scrolled to at first; null: none. */
  active: string | null;
  /** Whether it gets the focus, or else the first tile. */
  takesFocus?: boolean;
  /** Shown above the tiles, where there are none. */
  empty: ReactNode;
  /** A key was pressed on a tile. Returns true where that was all. */
  onKey(event: KeyboardEvent, key: string): boolean;
  /** The keys go to another tile. */
  onGo(place: number, isRange: boolean): void;
  /** These tiles are drawn now: from `from` up to, but not including, `to`. */
  onSeen?(from: number, to: number): void;
  tile(place: number, about: { grid: Grid; style: CSSProperties; isStop: boolean }): ReactNode;
}

/** The scrolled area: its width, what is seen of it, and how far it is scrolled. */
function useArea(ref: RefObject<HTMLElement | null>) {
  const [area, setArea] = useState({ width: 0, top: 0, seen: 0 });
  const measure = useCallback(() => {
    const scroller = ref.current;
    if (scroller === null) return;
    const next = { width: scroller.clientWidth, top: scroller.scrollTop, seen: scroller.clientHeight };
    setArea((now) => (JSON.stringify(now) === JSON.stringify(next) ? now : next));
  }, [ref]);
  useScrolled(ref, measure);
  return area;
}

const FIRST = Symbol('the first tile');
/** Space around the tiles. */
const MARGIN = 8;

/** A grid of pictures that keys walk through. Only those that are seen are in the page, however many there are. */
export function TileGrid(props: TileGridProps) {
  const { label, testId, count, shape, keyOf, placeOf, active, takesFocus = true, empty } = props;
  const { onKey, onGo, onSeen, tile } = props;
  const ref = useRef<HTMLDivElement>(null);
  const area = useArea(ref);
  const scale = useScale();
  const grid = gridFor(Math.max(1, area.width - 2 * MARGIN), count, shape, scale);
  const { from, to } = visibleIn(grid, area, count);
  const at = active === null ? -1 : placeOf(active);
  /** The tile whose button is to get the focus, once it is in the page. */
  const [aim, setAim] = useState<string | typeof FIRST | null>(takesFocus ? (active ?? FIRST) : null);
  useEffect(() => {
    if (aim === null) return;
    const isListed = typeof aim === 'string' && (count === 0 || placeOf(aim) >= 0);
    const wanted = isListed ? `[data-tile="${CSS.escape(aim)}"]` : '[data-tile]';
    const button = ref.current?.querySelector<HTMLElement>(wanted);
    if (button == null) return;
    button.focus({ preventScroll: true });
    setAim(null);
  });
  const show = useCallback(
    (place: number) => {
      const scroller = ref.current;
      if (scroller !== null) {
        scroller.scrollTop = scrolledTo(grid, place, { top: scroller.scrollTop, seen: scroller.clientHeight });
      }
    },
    [grid],
  );
  // The tile that was shown before is looked for first.
  const isPlaced = useRef(false);
  useEffect(() => {
    if (isPlaced.current || area.width === 0) return;
    isPlaced.current = true;
    if (at >= 0) show(at);
  }, [area.width, at, show]);
  const isMeasured = area.width > 0;
  useEffect(() => {
    if (isMeasured) onSeen?.(from, to);
  }, [isMeasured, onSeen, from, to]);

  function onKeyDown(event: KeyboardEvent<HTMLUListElement>): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const key = (event.target as HTMLElement).closest<HTMLElement>('[data-tile]')?.dataset.tile;
    const place = key === undefined ? -1 : placeOf(key);
    if (key === undefined || place < 0) return;
    if (onKey(event, key)) {
      event.preventDefault();
      return;
    }
    const next = goneTo(event.key, place, count, grid.columns);
    if (next === null) return;
    event.preventDefault();
    onGo(next, event.shiftKey);
    show(next);
    setAim(keyOf(next));
  }

  const places = Array.from({ length: to - from }, (_, i) => from + i);
  const stop = places.includes(at) ? at : from;
  return (
    <div ref={ref} className="relative min-h-0 grow overflow-y-auto bg-surround" data-testid={testId}>
      {count === 0 && empty}
      <ul
        aria-label={label}
        onKeyDown={onKeyDown}
        className="relative"
        style={{ height: grid.rows * grid.height + 2 * MARGIN }}
      >
        {places.map((place) =>
          tile(place, {
            grid,
            isStop: place === stop,
            style: {
              width: grid.width,
              height: grid.height,
              left: MARGIN + (place % grid.columns) * grid.width,
              top: MARGIN + Math.floor(place / grid.columns) * grid.height,
            },
          }),
        )}
      </ul>
    </div>
  );
}
