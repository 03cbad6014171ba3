import { basename } from 'node:path';
import type { Crop, Orientation } from '../../contract/edit';
import type { Photo } from '../../contract/photo';
import { cropIn } from '../../document/crop';
import { profileFor } from '../photos/profile';
import { encodeThumbnail, orientRaster, resizeRaster } from '../photos/raster';
import { quickThumbnail } from '../photos/thumbnail';
import { cropRaster, type Raster } from '../restoration/raster';
import { CODEC_SECONDS } from './decoding';
import type { Job } from './job';
import { openedFrom } from './opened';
import type { Requests, Thumbnails } from './protocol';
import { type Repaired, repairedMask } from './repaired-mask';

/** Longer edge of the picture of what was repaired, in pixels: it lies over the whole photo in the window. */
const MASK_EDGE = 1024;

/** A small picture of a photo that is not open. Throws the errors of `open`. */
export async function thumbnailOf(
  job: Job,
  { path, page, edge }: Requests['thumbnail']['request'],
): Promise<Uint8Array> {
  job.stage('opening', 0, 1);
  job.busy(CODEC_SECONDS);
  const quick = page === undefined ? await job.orCancelled(quickThumbnail(path, edge)) : null;
  if (quick !== null) return quick;
  const { source } = await openedFrom(job, 'thumbnail', { path, page, salvage: true }, basename(path), 1);
  return encodeThumbnail(source.raster, edge, source.profile);
}

/** Small pictures of a photo and its result, as the result is cropped and turned, and of what was repaired. */
export async function thumbnailsOf(
  photo: Photo,
  { before, after, profile, edge }: { before: Raster; after: Raster; profile: Uint8Array | null; edge: number },
  repaired: Repaired,
): Promise<Thumbnails> {
  const show = (raster: Raster) => shown(raster, photo, repaired, edge, profileFor(raster, profile));
  return { before: await show(before), after: await show(after), mask: await maskOf(photo, repaired) };
}

/** The places that were repaired; null if no place was. */
export const maskOf = (photo: Photo, repaired: Repaired) => repairedMask(photo, repaired, MASK_EDGE);

async function shown(
  raster: Raster,
  photo: Photo,
  { crop, orientation }: { crop: Crop | null; orientation: Orientation },
  edge: number,
  profile: Uint8Array | null,
): Promise<Uint8Array> {
  const part = crop && cropIn(crop, photo, raster);
  const whole = part ? cropRaster(raster, part) : raster;
  if (orientation === 1) return encodeThumbnail(whole, edge, profile);
  // Reduced first, as turning copies what it turns.
  const scale = Math.min(1, edge / Math.max(whole.width, whole.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const small = await resizeRaster(whole, side(whole.width), side(whole.height));
  return encodeThumbnail(await orientRaster(small, orientation), edge, profile);
}
