import type { Photo } from '../../contract/photo';
import type { PictureQuery } from '../../contract/pictures';
import { EmulsionError } from '../errors';
import { encodeRegion } from '../photos/raster';
import type { DamageMap } from '../restoration/damage';
import { createMask } from '../restoration/mask';
import { createRaster, fitRect } from '../restoration/raster';

/** A part of the mask of the detected damage, white on black. Throws GENERATOR_MISSING without a detector. */
export function maskPicture(
  photo: Photo,
  damage: DamageMap | null | undefined,
  query: PictureQuery,
): ReturnType<typeof encodeRegion> {
  if (!damage) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for "detect"' });
  const { width, height } = query;
  const whole = { width: photo.width, height: photo.height };
  const region = fitRect({ x: query.x, y: query.y, width: query.w, height: query.h }, whole, whole);
  // Evaluates the mask at the size of the shown picture, however large the photo is.
  const frame = {
    width: Math.max(width, Math.round((photo.width * width) / region.width)),
    height: Math.max(height, Math.round((photo.height * height) / region.height)),
  };
  const mask = createMask(
    damage,
    {
      sensitivity: query.sensitivity ?? 0.5,
      grow: query.grow ?? 2,
      keepWriting: query.writing !== 1,
      infrared: query.infrared !== 0,
    },
    frame,
  );
  const raster = createRaster(width, height, 1, 8);
  const { x, y } = fitRect(region, whole, frame);
  const rect = { x: Math.min(x, frame.width - width), y: Math.min(y, frame.height - height), width, height };
  mask.read(rect, raster.data as Uint8Array);
  return encodeRegion({ raster, rect: { x: 0, y: 0, width, height }, width, height, lossless: true });
}
