import { LoaderCircle } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { displayedSize } from '../darkroom/geometry';
import { Badges, useBadgeText } from '../many/Badges';
import { ListingControls } from '../many/ListingControls';
import { pickOf } from '../many/pick';
import { SelectionBar } from '../many/SelectionBar';
import { SelectionStatus } from '../many/SelectionStatus';
import { Stars } from '../many/Stars';
import { Thumbnail } from '../many/Thumbnail';
import { Page } from '../Page';
import { useActions, useArranged, usePhotos, useView } from '../state/context';
import { ratingOf } from '../state/listing';
import type { OpenPhoto } from '../state/model';
import { isSelected } from '../state/selection';
import { orientationOf } from '../state/view';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useScale } from '../ui/useScale';
import { useScrolled } from '../ui/useScrolled';
import { CAPTION, type Grid, goneTo, gridFor, scrolledTo, visibleIn } from './grid';

/** All open photos at once, with their selection, stars and marks. */
export function LightTablePage() {
  const { t } = useTranslation();
  const { pickPhotos } = useActions();
  const all = usePhotos((state) => state.photos.length);
  return (
    <Page
      testId="light-table"
      title={t('table.title')}
      buttons={<Button onClick={() => void pickPhotos()}>{t('top.open')}</Button>}
    >
      <div className="flex shrink-0 items-center gap-3 border-b border-line px-3 py-1.5">
        <ListingControls />
      </div>
      {all === 0 ? <p className="m-auto text-secondary">{t('table.empty')}</p> : <Tiles all={all} />}
      <SelectionBar least={1} />
      <SelectionStatus />
    </Page>
  );
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

/** Space around the tiles. */
const MARGIN = 8;

function Tiles({ all }: { all: number }) {
  const { t } = useTranslation();
  const actions = useActions();
  const photos = useArranged();
  const activeKey = usePhotos((state) => state.activeKey);
  const ref = useRef<HTMLDivElement>(null);
  const area = useArea(ref);
  const scale = useScale();
  const grid = gridFor(Math.max(1, area.width - 2 * MARGIN), photos.length, scale);
  const { from, to } = visibleIn(grid, area, photos.length);
  const seen = photos.slice(from, to);
  const active = photos.findIndex(({ key }) => key === activeKey);
  /** The photo whose button is to get the focus, once it is in the page. */
  const [aim, setAim] = useState<string | null>(activeKey);
  useEffect(() => {
    if (aim === null) return;
    const button = ref.current?.querySelector<HTMLElement>(`[data-tile="${CSS.escape(aim)}"]`);
    if (button == null) return;
    button.focus({ preventScroll: true });
    setAim(null);
  });
  const show = useCallback(
    (at: number) => {
      const scroller = ref.current;
      if (scroller !== null) {
        scroller.scrollTop = scrolledTo(grid, at, { top: scroller.scrollTop, seen: scroller.clientHeight });
      }
    },
    [grid],
  );
  // The photo that was shown in the darkroom is looked for first.
  const isPlaced = useRef(false);
  useEffect(() => {
    if (isPlaced.current || area.width === 0) return;
    isPlaced.current = true;
    if (active >= 0) show(active);
  }, [area.width, active, show]);

  const open = (key: string) => {
    actions.activate(key);
    actions.view.goTo('darkroom');
  };

  function onKeyDown(event: KeyboardEvent<HTMLUListElement>): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const tile = (event.target as HTMLElement).closest<HTMLElement>('[data-tile]');
    const at = photos.findIndex(({ key }) => key === tile?.dataset.tile);
    if (at < 0) return;
    const { key } = photos[at]!;
    if (event.key === 'Enter') {
      event.preventDefault();
      open(key);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      actions.view.goTo('darkroom');
    } else if (event.key === 'Delete') {
      event.preventDefault();
      actions.closeAll(tile?.ariaPressed === 'true' ? undefined : [key]);
    } else {
      const next = goneTo(event.key, at, photos.length, grid.columns);
      if (next === null) return;
      event.preventDefault();
      actions.select(photos[next]!.key, event.shiftKey ? 'range' : 'only');
      show(next);
      setAim(photos[next]!.key);
    }
  }

  const stop = seen.find(({ key }) => key === activeKey) ?? seen[0];
  return (
    <div ref={ref} className="relative min-h-0 grow overflow-y-auto bg-surround" data-testid="tiles">
      {photos.length === 0 && <p className="p-6 text-text">{t('many.listing.none')}</p>}
      <ul
        aria-label={t('filmstrip.label')}
        onKeyDown={onKeyDown}
        className="relative"
        style={{ height: grid.rows * grid.height + 2 * MARGIN }}
      >
        {seen.map((entry, i) => (
          <Tile
            key={entry.key}
            entry={entry}
            place={from + i}
            all={all}
            grid={grid}
            active={entry.key === activeKey}
            isStop={entry === stop}
            onOpen={open}
          />
        ))}
      </ul>
    </div>
  );
}

interface TileProps {
  entry: OpenPhoto;
  place: number;
  all: number;
  grid: Grid;
  active: boolean;
  isStop: boolean;
  onOpen(key: string): void;
}

function Tile({ entry, place, all, grid, active, isStop, onOpen }: TileProps) {
  const { t } = useTranslation();
  const { select, rateAll } = useActions();
  const id = useId();
  const selected = usePhotos((state) => isSelected(state, entry.key));
  const orientation = useView((state) => orientationOf(state, entry.key));
  const said = useBadgeText()(entry);
  const { key, name, photo } = entry;
  const room = { width: grid.width - 32, height: grid.height - CAPTION * useScale() - 24 };
  const upright = photo === null ? room : displayedSize(photo, orientation);
  const scale = Math.min(room.width / upright.width, room.height / upright.height);
  const box = {
    width: Math.max(1, Math.round(upright.width * scale)),
    height: Math.max(1, Math.round(upright.height * scale)),
  };
  return (
    <li
      aria-setsize={all}
      aria-posinset={place + 1}
      className="absolute p-1"
      style={{
        width: grid.width,
        height: grid.height,
        left: MARGIN + (place % grid.columns) * grid.width,
        top: MARGIN + Math.floor(place / grid.columns) * grid.height,
      }}
    >
      <div
        data-selected={selected}
        data-active={active}
        className="relative flex h-full flex-col rounded-md border-2 border-transparent bg-panel data-[active=true]:border-accent data-[selected=true]:bg-raised data-[selected=true]:not-data-[active=true]:border-text"
      >
        <button
          type="button"
          data-tile={key}
          aria-label={name}
          aria-current={active}
          aria-pressed={selected}
          aria-describedby={said === '' ? undefined : id}
          title={name}
          tabIndex={isStop ? 0 : -1}
          onClick={(event) => select(key, pickOf(event))}
          onDoubleClick={() => onOpen(key)}
          className="flex min-h-0 grow items-center justify-center rounded-md outline-offset-[-2px]"
        >
          {photo === null ? (
            <Icon of={LoaderCircle} className={entry.phase === 'waiting' ? 'text-secondary' : 'animate-spin'} />
          ) : (
            <span className="relative flex items-center justify-center overflow-hidden" style={box}>
              <Thumbnail entry={entry} photo={photo} box={box} />
              <Badges entry={entry} withStars={false} />
            </span>
          )}
        </button>
        {said !== '' && (
          <span id={id} hidden>
            {said}
          </span>
        )}
        <div className="flex h-12 shrink-0 flex-col items-center justify-center px-2">
          <span className="max-w-full truncate text-xs" aria-hidden="true">
            {name}
          </span>
          <Stars
            label={t('table.ratingOf', { name })}
            rating={ratingOf(entry)}
            isStop={isStop}
            onRate={(stars) => rateAll(stars, [key])}
          />
        </div>
      </div>
    </li>
  );
}
