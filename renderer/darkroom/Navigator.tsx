import type { PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { pictureUrl } from '../../contract/pictures';
import { useActions, useApp, useView } from '../state/context';
import {
  displayedSize,
  matrixOf,
  type Size as PhotoSize,
  rectInPane,
  toPhoto,
  type View,
  visibleRect,
} from './geometry';
import type { Source } from './tiling';

/** Longest side in CSS pixels. */
const SIZE = 144;
/** Its width with margins. */
export const NAVIGATOR_WIDTH = SIZE + 24;

/** A small picture of the whole photo with a frame around the visible part. Dragging the frame moves the view. */
export function Navigator({
  viewKey,
  photo,
  view,
  source,
}: {
  viewKey: string;
  photo: PhotoSize;
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
  const { orientation } = view;
  const upright = displayedSize(photo, orientation);
  const box = {
    width: Math.max(1, Math.round(upright.width * scale)),
    height: Math.max(1, Math.round(upright.height * scale)),
  };
  const picture = displayedSize(box, orientation);
  const small: View = { x: photo.width / 2, y: photo.height / 2, scale, orientation };
  const frame = rectInPane(small, box, seen);
  const [a, b, c, d] = matrixOf(orientation);
  const { photoId, layer, revision } = source;
  const whole = { x: 0, y: 0, w: photo.width, h: photo.height };
  const look = (event: PointerEvent<HTMLElement>) => {
    const place = event.currentTarget.getBoundingClientRect();
    lookAt(viewKey, photo, toPhoto(small, box, { x: event.clientX - place.left, y: event.clientY - place.top }));
  };
  return (
    <figure
      aria-label={t('zoom.navigator')}
      data-testid="navigator"
      className="absolute bottom-3 left-3 touch-none overflow-hidden rounded-md border border-line bg-panel"
      style={{ width: box.width + 2, height: box.height + 2 }}
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
        src={pictureUrl(base, {
          photoId,
          layer,
          revision,
          ...whole,
          width: picture.width * 2,
          height: picture.height * 2,
        })}
        alt=""
        draggable={false}
        style={{
          width: picture.width,
          height: picture.height,
          transform: `translate(-50%, -50%) matrix(${a}, ${c}, ${b}, ${d}, 0, 0)`,
        }}
        className="pointer-events-none absolute top-1/2 left-1/2 max-w-none"
      />
      <div
        className="pointer-events-none absolute border-2 border-accent"
        style={{
          left: frame.x,
          top: frame.y,
          width: Math.max(4, frame.width),
          height: Math.max(4, frame.height),
        }}
      />
    </figure>
  );
}
