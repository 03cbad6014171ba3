import { useEffect, useState } from 'react';
import { pictureUrl } from '../../preload/contract';
import { useApp, useView } from '../state/context';
import {
  basePicture,
  detailPicture,
  matrixOf,
  type PictureRegion,
  type Rect,
  rectInPane,
  type Size,
  seenSize,
  type View,
} from './geometry';
import type { Source } from './tiling';

/** How long the view has to rest before the visible region is asked for, in milliseconds. */
const DETAIL_DELAY = 150;

interface PictureProps {
  source: Source;
  view: View;
  onFailed?(): void;
}

/**
 * One layer of a photo: the whole of it, and above that the visible region at the screen's resolution where zoomed in.
 * Fills its positioned parent, which must have the size of the pane.
 */
export function Picture({ source, view, onFailed }: PictureProps) {
  const pane = useView((state) => state.pane);
  const ratio = useView((state) => state.ratio);
  const region = useRested(detailPicture(view, source.photo, pane, ratio));
  const enlarged = view.scale * ratio >= 3;
  return (
    <>
      <Tile source={source} region={basePicture(source.photo)} view={view} pane={pane} onFailed={onFailed} />
      <Tile source={source} region={region} view={view} pane={pane} pixelated={enlarged} />
    </>
  );
}

/** A region as it was last when the view rested; a null takes effect at once. */
function useRested(region: PictureRegion | null): PictureRegion | null {
  const key = JSON.stringify(region);
  const [rested, setRested] = useState<string>(key);
  useEffect(() => {
    if (key === 'null') {
      setRested(key);
      return;
    }
    const timer = setTimeout(() => setRested(key), DETAIL_DELAY);
    return () => clearTimeout(timer);
  }, [key]);
  return JSON.parse(key === 'null' ? key : rested) as PictureRegion | null;
}

interface Loaded {
  url: string;
  rect: Rect;
}

interface TileProps {
  source: Source;
  region: PictureRegion | null;
  view: View;
  pane: Size;
  pixelated?: boolean;
  onFailed?(): void;
}

/** One picture at its place. The former one stays until the next has been decoded, so that nothing flickers. */
function Tile({ source, region, view, pane, pixelated = false, onFailed }: TileProps) {
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const [shown, setShown] = useState<Loaded | null>(null);
  if (base === null || region === null) return null;
  const { photoId, layer, revision, sensitivity, grow } = source;
  const { rect, width, height } = region;
  const query = { x: rect.x, y: rect.y, w: rect.width, h: rect.height, width, height };
  const wanted: Loaded = { url: pictureUrl(base, { photoId, layer, revision, ...query, sensitivity, grow }), rect };
  const pictures = shown === null || shown.url === wanted.url ? [wanted] : [shown, wanted];
  return pictures.map((picture) => {
    const place = rectInPane(view, pane, picture.rect);
    const size = seenSize(place, view.orientation);
    const [a, b, c, d] = matrixOf(view.orientation);
    return (
      <img
        key={picture.url}
        src={picture.url}
        alt=""
        draggable={false}
        decoding="async"
        onLoad={(event) => {
          const show = () => setShown(picture);
          event.currentTarget.decode().then(show, show);
        }}
        onError={onFailed}
        style={{
          left: place.x + place.width / 2,
          top: place.y + place.height / 2,
          width: size.width,
          height: size.height,
          transform: `translate(-50%, -50%) matrix(${a}, ${c}, ${b}, ${d}, 0, 0)`,
          opacity: picture.url === shown?.url ? 1 : 0,
          imageRendering: pixelated ? 'pixelated' : 'auto',
        }}
        className="pointer-events-none absolute max-w-none"
      />
    );
  });
}
