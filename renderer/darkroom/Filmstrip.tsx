import { LoaderCircle, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../contract/photo';
import { pictureUrl } from '../../contract/pictures';
import { shorten } from '../../text/format';
import { useActions, useActivePhoto, useApp, usePhotos, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { orientationOf } from '../state/view';
import { ContextItem, ContextLine, ContextMenu } from '../ui/ContextMenu';
import { Icon } from '../ui/Icon';
import { displayedSize, matrixOf, type Size } from './geometry';

/** The open photos in a row. Hidden while there is only one. */
export function Filmstrip() {
  const { t } = useTranslation();
  const photos = usePhotos((state) => state.photos);
  const activeKey = usePhotos((state) => state.activeKey);
  if (photos.length < 2) return null;
  return (
    <nav
      aria-label={t('filmstrip.label')}
      data-testid="filmstrip"
      className="h-[72px] shrink-0 overflow-x-auto border-t border-line bg-panel"
    >
      <ul className="flex h-full items-center gap-1 px-2">
        {photos.map((entry) => (
          <Frame key={entry.key} entry={entry} active={entry.key === activeKey} />
        ))}
      </ul>
    </nav>
  );
}

/** Height of a thumbnail in CSS pixels. */
const HEIGHT = 52;
const NAME_LENGTH = 36;

function Frame({ entry, active }: { entry: OpenPhoto; active: boolean }) {
  const { t } = useTranslation();
  const { activate, close, copyMask } = useActions();
  const shown = useActivePhoto();
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  const { photo } = entry;
  const name = shorten(entry.name, NAME_LENGTH);
  const orientation = useView((state) => orientationOf(state, entry.key));
  const seen = photo === null ? null : displayedSize(photo, orientation);
  const width = seen === null ? HEIGHT : Math.min(96, Math.max(36, (HEIGHT * seen.width) / seen.height));
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
        title={entry.name}
        onClick={() => activate(entry.key)}
        style={{ width, height: HEIGHT }}
        className="flex items-center justify-center overflow-hidden rounded-md border border-line bg-surround aria-[current=true]:border-accent aria-[current=true]:ring-1 aria-[current=true]:ring-accent"
      >
        {photo === null ? (
          <Icon of={LoaderCircle} className={entry.phase === 'waiting' ? 'text-secondary' : 'animate-spin'} />
        ) : (
          <Thumbnail entry={entry} photo={photo} box={{ width: Math.round(width), height: HEIGHT }} />
        )}
      </button>
      <button
        type="button"
        aria-label={t('filmstrip.close', { name: entry.name })}
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
      {canCopy && (
        <ContextItem onSelect={() => copyMask(shown.key, entry.key)}>{t('mask.copyFrom', { name })}</ContextItem>
      )}
      <ContextLine />
      <ContextItem onSelect={() => close(entry.key)}>{t('filmstrip.close', { name })}</ContextItem>
    </ContextMenu>
  );
}

/** The result, or the photo where there is none yet. `box` is the size of the frame in CSS pixels. */
function Thumbnail({ entry, photo, box }: { entry: OpenPhoto; photo: Photo; box: Size }) {
  const base = useApp((state) => state.info?.pictureBase ?? '');
  const orientation = useView((state) => orientationOf(state, entry.key));
  const [gone, setGone] = useState<number | null>(null);
  // A rendering that was dropped from memory is computed again when the photo is opened.
  const shown = entry.rendering === null || entry.rendering.revision === gone ? null : entry.rendering;
  const region = { x: 0, y: 0, w: photo.width, h: photo.height };
  const { width, height } = displayedSize(box, orientation);
  const [a, b, c, d] = matrixOf(orientation);
  const query = {
    photoId: photo.id,
    layer: shown === null ? ('original' as const) : ('result' as const),
    revision: shown?.revision ?? 0,
    ...region,
    width: Math.max(1, Math.round(width * 2)),
    height: Math.max(1, Math.round(height * 2)),
  };
  return (
    <img
      src={pictureUrl(base, query)}
      alt=""
      draggable={false}
      onError={() => setGone(shown?.revision ?? null)}
      style={{ width, height, transform: `matrix(${a}, ${c}, ${b}, ${d}, 0, 0)` }}
      className="max-w-none shrink-0 object-cover"
    />
  );
}
