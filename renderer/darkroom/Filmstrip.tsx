import { LoaderCircle, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { shorten } from '../../text/format';
import { commandOf, perform } from '../commands';
import { Badges, useBadgeText } from '../many/Badges';
import { ListingButton } from '../many/ListingControls';
import { pickOf } from '../many/pick';
import { SelectionStatus } from '../many/SelectionStatus';
import { Thumbnail } from '../many/Thumbnail';
import { useActions, useActivePhoto, useArranged, useMany, usePhotos, useSession, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { isSelected, selectedPhotos } from '../state/selection';
import { orientationOf } from '../state/view';
import { ContextItem, ContextLine, ContextMenu } from '../ui/ContextMenu';
import { Icon } from '../ui/Icon';
import { keyOf } from '../ui/keys';
import { useScale } from '../ui/useScale';
import { displayedSize } from './geometry';

/** The open photos in a row. Hidden while there is only one. */
export function Filmstrip() {
  const { t } = useTranslation();
  const photos = useArranged();
  const all = usePhotos((state) => state.photos.length);
  const activeKey = usePhotos((state) => state.activeKey);
  const onKeyDown = useStripKeys(photos);
  if (all < 2) return null;
  return (
    <nav
      aria-label={t('filmstrip.label')}
      data-testid="filmstrip"
      className="flex h-[4.5rem] shrink-0 border-t border-line bg-panel"
    >
      <ListingButton shown={photos.length} all={all} />
      {photos.length === 0 ? (
        <p className="self-center px-2 text-secondary">{t('many.listing.none')}</p>
      ) : (
        <ul className="flex h-full min-w-0 grow items-center gap-1 overflow-x-auto px-2" onKeyDown={onKeyDown}>
          {photos.map((entry, i) => (
            <Frame
              key={entry.key}
              entry={entry}
              active={entry.key === activeKey}
              // The filter may hide the photo that is shown.
              isStop={entry.key === activeKey || (i === 0 && photos.every(({ key }) => key !== activeKey))}
            />
          ))}
        </ul>
      )}
      <SelectionStatus />
    </nav>
  );
}

/** Arrow keys go to another photo, with Shift they select what lies between. Delete closes. */
function useStripKeys(photos: readonly OpenPhoto[]) {
  const { select, closeAll } = useActions();
  return (event: KeyboardEvent<HTMLUListElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const frame = (event.target as HTMLElement).closest<HTMLElement>('[data-frame]');
    const at = photos.findIndex(({ key }) => key === frame?.dataset.frame);
    if (at < 0) return;
    if (event.key === 'Delete') {
      event.preventDefault();
      const { key } = photos[at]!;
      // The selection, if the photo belongs to it.
      closeAll(frame?.ariaPressed === 'true' ? undefined : [key]);
      return;
    }
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: photos.length - 1 - at };
    const step = steps[event.key];
    const next = step === undefined ? undefined : photos[at + step];
    if (step === undefined || next === undefined) return;
    event.preventDefault();
    select(next.key, event.shiftKey ? 'range' : 'only');
    const button = event.currentTarget.querySelector<HTMLElement>(`[data-frame="${CSS.escape(next.key)}"]`);
    button?.focus();
    button?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
}

/** Height of a thumbnail in CSS pixels, at the usual size of the interface. */
const HEIGHT = 52;
const NAME_LENGTH = 36;

function Frame({ entry, active, isStop }: { entry: OpenPhoto; active: boolean; isStop: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const { activate, select, close, closeAll, copyMask } = session.actions;
  const count = usePhotos((state) => selectedPhotos(state).length);
  const hasCopied = useMany((state) => state.copied !== null);
  const shown = useActivePhoto();
  const selected = usePhotos((state) => isSelected(state, entry.key));
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  const said = useBadgeText()(entry);
  const saidId = useId();
  const { photo } = entry;
  const name = shorten(entry.name, NAME_LENGTH);
  const orientation = useView((state) => orientationOf(state, entry.key));
  const seen = photo === null ? null : displayedSize(photo, orientation);
  const scale = useScale();
  const height = HEIGHT * scale;
  const width = seen === null ? height : scale * Math.min(96, Math.max(36, (HEIGHT * seen.width) / seen.height));
  const canCopy =
    shown?.photo != null &&
    shown.key !== entry.key &&
    shown.photo.width === photo?.width &&
    shown.photo.height === photo.height;
  const frame = (
    <li ref={ref} className="group relative shrink-0">
      <button
        type="button"
        aria-label={entry.name}
        aria-current={active}
        aria-pressed={selected}
        data-frame={entry.key}
        data-phase={entry.phase}
        // One stop of the Tab key for all of them: the arrow keys go on from there.
        tabIndex={isStop ? 0 : -1}
        title={entry.name}
        aria-describedby={said === '' ? undefined : saidId}
        onClick={(event) => select(entry.key, pickOf(event))}
        // The menu is about the selection, so the photo under the pointer belongs to it.
        onContextMenu={() => !selected && select(entry.key, 'only')}
        style={{ width, height }}
        className="flex items-center justify-center overflow-hidden rounded-md border border-line bg-surround opacity-80 aria-pressed:opacity-100 aria-pressed:ring-2 aria-pressed:ring-text aria-[current=true]:ring-accent"
      >
        {photo === null ? (
          <Icon of={LoaderCircle} className={entry.phase === 'waiting' ? 'text-secondary' : 'animate-spin'} />
        ) : (
          <Thumbnail entry={entry} photo={photo} box={{ width: Math.round(width), height }} />
        )}
      </button>
      <Badges entry={entry} />
      {said !== '' && (
        <span id={saidId} hidden>
          {said}
        </span>
      )}
      <button
        type="button"
        aria-label={t('filmstrip.close', { name: entry.name })}
        tabIndex={isStop ? 0 : -1}
        onClick={() => close(entry.key)}
        className="absolute top-0.5 right-0.5 rounded-full border border-line bg-panel p-px opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      >
        <X size={12} strokeWidth={1.5} />
      </button>
    </li>
  );
  return (
    <ContextMenu trigger={frame}>
      <ContextItem onSelect={() => activate(entry.key)}>{t('filmstrip.show', { name })}</ContextItem>
      <ContextLine />
      <ContextItem shortcut={keyOf('copySettings')} onSelect={() => perform(commandOf('copySettings'), session)}>
        {t('many.copy')}
      </ContextItem>
      <ContextItem
        shortcut={keyOf('pasteSettings')}
        disabled={!hasCopied}
        onSelect={() => perform(commandOf('pasteSettings'), session)}
      >
        {t('many.paste')}
      </ContextItem>
      {canCopy && (
        <ContextItem onSelect={() => copyMask(shown.key, entry.key)}>{t('mask.copyFrom', { name })}</ContextItem>
      )}
      <ContextLine />
      {count > 1 ? (
        <ContextItem onSelect={() => closeAll()}>{t('many.close')}</ContextItem>
      ) : (
        <ContextItem onSelect={() => close(entry.key)}>{t('filmstrip.close', { name })}</ContextItem>
      )}
    </ContextMenu>
  );
}
