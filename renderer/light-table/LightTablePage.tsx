import { LoaderCircle } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, useId } from 'react';
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
import type { Grid } from './grid';
import { TileGrid } from './TileGrid';

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

function Tiles({ all }: { all: number }) {
  const { t } = useTranslation();
  const actions = useActions();
  const photos = useArranged();
  const activeKey = usePhotos((state) => state.activeKey);
  const open = (key: string) => {
    actions.activate(key);
    actions.view.goTo('darkroom');
  };

  function onKey(event: KeyboardEvent, key: string): boolean {
    if (event.key === 'Enter') open(key);
    else if (event.key === 'Escape') actions.view.goTo('darkroom');
    else if (event.key === 'Delete') actions.closeAll(isChosen(event.target) ? undefined : [key]);
    else return false;
    return true;
  }

  return (
    <TileGrid
      label={t('filmstrip.label')}
      testId="tiles"
      count={photos.length}
      keyOf={(place) => photos[place]?.key ?? null}
      placeOf={(key) => photos.findIndex((photo) => photo.key === key)}
      active={activeKey}
      empty={<p className="p-6 text-text">{t('many.listing.none')}</p>}
      onKey={onKey}
      onGo={(place, isRange) => actions.select(photos[place]!.key, isRange ? 'range' : 'only')}
      tile={(place, about) => {
        const entry = photos[place]!;
        const active = entry.key === activeKey;
        return <Tile key={entry.key} entry={entry} place={place} all={all} active={active} onOpen={open} {...about} />;
      }}
    />
  );
}

const isChosen = (target: EventTarget) =>
  target instanceof Element && target.closest('[data-tile]')?.ariaPressed === 'true';

interface TileProps {
  entry: OpenPhoto;
  place: number;
  all: number;
  grid: Grid;
  style: CSSProperties;
  active: boolean;
  isStop: boolean;
  onOpen(key: string): void;
}

function Tile({ entry, place, all, grid, style, active, isStop, onOpen }: TileProps) {
  const { t } = useTranslation();
  const { select, rateAll } = useActions();
  const id = useId();
  const selected = usePhotos((state) => isSelected(state, entry.key));
  const orientation = useView((state) => orientationOf(state, entry.key));
  const said = useBadgeText()(entry);
  const { key, name, photo } = entry;
  const room = { width: grid.width - 32, height: grid.height - grid.caption - 24 };
  const upright = photo === null ? room : displayedSize(photo, orientation);
  const scale = Math.min(room.width / upright.width, room.height / upright.height);
  const box = {
    width: Math.max(1, Math.round(upright.width * scale)),
    height: Math.max(1, Math.round(upright.height * scale)),
  };
  return (
    <li aria-setsize={all} aria-posinset={place + 1} className="absolute p-1" style={style}>
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
