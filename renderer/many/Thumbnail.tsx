import { useState } from 'react';
import type { Photo } from '../../contract/photo';
import { pictureUrl } from '../../contract/pictures';
import { displayedSize, matrixOf, type Size } from '../darkroom/geometry';
import { useApp, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { orientationOf } from '../state/view';

/** The result, or the photo where there is none yet. `box` is the size of the frame in CSS pixels. */
export function Thumbnail({ entry, photo, box }: { entry: OpenPhoto; photo: Photo; box: Size }) {
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
      // Those outside the window are asked for when they come into it.
      loading="lazy"
      draggable={false}
      onError={() => setGone(shown?.revision ?? null)}
      style={{ width, height, transform: `matrix(${a}, ${c}, ${b}, ${d}, 0, 0)` }}
      className="max-w-none shrink-0 object-cover"
    />
  );
}
