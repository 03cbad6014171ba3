import type { Photo, RenderSize } from '../../contract/photo';
import type { PictureQuery } from '../../contract/pictures';
import { EmulsionError } from '../errors';
import type { Pyramid } from '../photos/pyramid';
import { encodeMarks, encodeRegion, encodeTile } from '../photos/raster';
import { clippingOf, differenceOf } from '../restoration/inspection';
import { fitRect, type Rect } from '../restoration/raster';
import type { Requests } from './protocol';

/** A raster to show. */
export interface Shown {
  pyramid: Pyramid;
  size: RenderSize;
  /** Opacity at the photo's full size. */
  alpha: Pyramid | null;
  /** ICC profile; null: sRGB or plain grey. */
  profile: Uint8Array | null;
}

type Picture = Requests['picture']['response'];

/** Bytes of recently requested tiles that are cached in encoded form. */
const KEPT_BYTES = 48 * 1024 ** 2;

/** Cuts pictures from rasters for the page. */
export class Pictures {
  /** By query, oldest first. */
  readonly #kept = new Map<string, Picture>();
  #bytes = 0;

  /** A region of a layer, encoded. Only the difference layer needs `against`. Throws CANCELLED after `signal`. */
  async picture(
    query: PictureQuery,
    photo: Pick<Photo, 'width' | 'height'>,
    shown: Shown,
    against?: Shown,
    signal?: AbortSignal,
  ): Promise<Picture> {
    const key = JSON.stringify(query);
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const made = await make(query, photo, shown, against, signal);
    this.#keep(key, made);
    return made;
  }

  /** Deletes the cached pictures of a photo. */
  drop(photoId: string): void {
    for (const [key, { bytes }] of this.#kept) {
      if ((JSON.parse(key) as PictureQuery).photoId !== photoId) continue;
      this.#kept.delete(key);
      this.#bytes -= bytes.length;
    }
  }

  #keep(key: string, picture: Picture): void {
    if (this.#kept.has(key)) return;
    this.#kept.set(key, picture);
    this.#bytes += picture.bytes.length;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= KEPT_BYTES) break;
      this.#kept.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}

async function make(
  query: PictureQuery,
  photo: Pick<Photo, 'width' | 'height'>,
  { pyramid, alpha, profile }: Shown,
  against: Shown | undefined,
  signal: AbortSignal | undefined,
): Promise<Picture> {
  const { width, height } = query;
  const asked: Rect = { x: query.x, y: query.y, width: query.w, height: query.h };
  const regionOf = (of: Pyramid) => fitRect(asked, photo, of.raster);
  const read = (of: Pyramid) => of.read(regionOf(of), width, height);
  const png = (bytes: Uint8Array): Picture => ({ type: 'image/png', bytes });
  throwIfCancelled(signal);

  if (query.layer === 'clipping') {
    const raster = await read(pyramid);
    throwIfCancelled(signal);
    return png(await encodeMarks(clippingOf(raster), width, height));
  }
  if (query.layer === 'difference') {
    if (!against) throw new EmulsionError('INTERNAL', { detail: 'a difference of one picture' });
    const [one, other] = await Promise.all([read(pyramid), read(against.pyramid)]);
    throwIfCancelled(signal);
    return png(await encodeTile(differenceOf(one, other, query.gain ?? 1)));
  }
  // Opacity is shown only with pictures of the same size, so not in a preview.
  const opacity = alpha?.raster.width === pyramid.raster.width ? alpha : null;
  if (query.lossless === 1) {
    const [raster, veil] = await Promise.all([read(pyramid), opacity && read(opacity)]);
    throwIfCancelled(signal);
    return png(await encodeTile(raster, veil, profile));
  }
  const region = regionOf(pyramid);
  const copy = await pyramid.copyFor(Math.min(region.width / width, region.height / height));
  const opaque = opacity && (await opacity.copyFor(copy.scale));
  throwIfCancelled(signal);
  return encodeRegion({
    raster: copy.raster,
    rect: fitRect(asked, photo, copy.raster),
    width,
    height,
    alpha: opaque?.scale === copy.scale ? opaque.raster : null,
    profile,
  });
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EmulsionError('CANCELLED');
}
