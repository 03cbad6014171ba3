import { LoaderCircle, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { pictureUrl } from '../../preload/contract';
import { useActions, useApp, usePhotos } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Icon } from '../ui/Icon';

/** The open photos in a row; not shown where there is only one. */
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

function Frame({ entry, active }: { entry: OpenPhoto; active: boolean }) {
  const { t } = useTranslation();
  const { activate, close } = useActions();
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  const { photo } = entry;
  const width = photo === null ? HEIGHT : Math.min(96, Math.max(36, (HEIGHT * photo.width) / photo.height));
  return (
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
          <Thumbnail entry={entry} photo={photo} width={Math.round(width * 2)} />
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
}

function Thumbnail({
  entry,
  photo,
  width,
}: {
  entry: OpenPhoto;
  photo: NonNullable<OpenPhoto['photo']>;
  width: number;
}) {
  const base = useApp((state) => state.info?.pictureBase ?? '');
  const layer = entry.rendering === null ? 'original' : 'result';
  const region = { x: 0, y: 0, w: photo.width, h: photo.height };
  const height = Math.max(1, Math.min(HEIGHT * 4, Math.round((width * photo.height) / photo.width)));
  const revision = entry.rendering?.revision ?? 0;
  return (
    <img
      src={pictureUrl(base, { photoId: photo.id, layer, revision, ...region, width, height })}
      alt=""
      draggable={false}
      className="size-full object-cover"
    />
  );
}
