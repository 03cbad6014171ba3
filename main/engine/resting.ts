import type { PictureQuery } from '../../contract/pictures';
import { profileFor } from '../photos/profile';
import type { Opened } from './opened';
import type { Shown } from './pictures';
import type { Renderings } from './renderings';

/** The picture of a photo at rest may be shown a little larger than it is. */
const ENOUGH = 1.25;

/** What a photo at rest can show of itself; null if it is awake, undefined if it has to be decoded. */
export function restingPicture(
  { small, photo }: Opened,
  { layer, revision, w, width, lossless }: PictureQuery,
  renderings: Renderings,
): Shown | null | undefined {
  if (small === null) return null;
  const { profile } = small;
  if (layer === 'original' && lossless !== 1) {
    const isEnough = width / w <= (ENOUGH * small.pyramid.raster.width) / photo.width;
    return isEnough ? { pyramid: small.pyramid, size: 'small', alpha: null, profile } : undefined;
  }
  const kept = layer === 'result' ? renderings.byRevision(photo.id, revision) : null;
  const own = kept && profileFor(kept.pyramid.raster, profile);
  return kept && !photo.alpha ? { pyramid: kept.pyramid, size: kept.size, alpha: null, profile: own } : undefined;
}
