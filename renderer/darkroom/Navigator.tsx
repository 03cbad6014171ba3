import type { PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { type Photo, pictureUrl } from '../../preload/contract';
import { useActions, useApp, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { type View, visibleRect } from './geometry';
import type { Source } from './Picture';

/** Longest side, in CSS pixels. */
const SIZE = 144;

/** The whole photo, small, with a frame round what is seen. Dragging the frame moves the view. */
export function Navigator({
  entry,
  photo,
  view,
  source,
}: {
  entry: OpenPhoto;
  photo: Photo;
  view: View;
  source: Source;
}) {
  const { t } = useTranslation();
  const { lookAt } = useActions().view;
  const base = useApp((state) => state.info?.pictureBase ?? '');
  const pane = useView((state) => state.pane);
  const scale = SIZE / Math.max(photo.width, photo.height);
  const seen = visibleRect(view, photo, pane);
  if (seen === null || (seen.width >= photo.width && seen.height >= photo.height)) return null;
  const width = Math.max(1, Math.round(photo.width * scale));
  const height = Math.max(1, Math.round(photo.height * scale));
  const { photoId, layer, revision } = source;
  const whole = { x: 0, y: 0, w: photo.width, h: photo.height };
  const look = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    lookAt(entry.key, photo, { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale });
  };
  return (
    <figure
      aria-label={t('zoom.navigator')}
      data-testid="navigator"
      className="absolute bottom-3 left-3 touch-none overflow-hidden rounded-md border border-line bg-panel"
      style={{ width: width + 2, height: height + 2 }}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        look(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) look(event);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <img
        src={pictureUrl(base, { photoId, layer, revision, ...whole, width: width * 2, height: height * 2 })}
        alt=""
        draggable={false}
        className="pointer-events-none size-full"
      />
      <div
        className="pointer-events-none absolute border-2 border-accent"
        style={{
          left: seen.x * scale,
          top: seen.y * scale,
          width: Math.max(4, seen.width * scale),
          height: Math.max(4, seen.height * scale),
        }}
      />
    </figure>
  );
}
