import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Message } from '../../contract/basics';
import type { Crop } from '../../contract/edit';
import type { ExportFormat, Photo, StepReport } from '../../contract/photo';
import { cropIn } from '../../document/crop';
import type { Size } from '../../document/size';
import packageInfo from '../../package.json' with { type: 'json' };
import { say } from '../../text/message';
import { toEmulsionError } from '../errors';
import { encodePhoto } from '../photos/encode';
import { metadataFor, NO_METADATA } from '../photos/metadata';
import type { OpenPhoto } from '../photos/open';
import { orientRaster } from '../photos/raster';
import { cropRaster, type Raster } from '../restoration/raster';
import { openRegular } from '../storage/open-file';
import { cropOutside, printDensity } from './planned-edit';
import type { Requests } from './protocol';

/** A result and the part of it that is written. */
export interface Cropped {
  raster: Raster;
  crop: Crop | null;
  width: number;
  height: number;
}

/** `crop` is in pixels of the photo; the result may be enlarged. Throws BAD_REQUEST for a part that lies outside. */
export function cropped(raster: Raster, crop: Crop | null, photo: Size): Cropped {
  if (crop === null) return { raster, crop, width: raster.width, height: raster.height };
  const part = cropIn(crop, photo, raster);
  if (!part) throw cropOutside(photo);
  return { raster, crop: part, width: part.width, height: part.height };
}

/** The size of a written result, in pixels. */
export function writtenSize(
  raster: Raster,
  photo: Size,
  { orientation = 1, crop = null }: Pick<Requests['restore']['request'], 'orientation' | 'crop'>,
) {
  const { width, height } = cropped(raster, crop, photo);
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

type Choice = Pick<
  Requests['export']['request'],
  'recipe' | 'format' | 'quality' | 'keepMetadata' | 'orientation' | 'crop' | 'rating'
>;

const LOSSLESS: readonly ExportFormat[] = ['png', 'tiff'];

/** Writes a result to a file: cropped, then turned, with its metadata. Returns what could not be kept. */
export async function encodeResult(
  to: string,
  { path, photo, source }: { path: string; photo: Photo; source: OpenPhoto },
  {
    raster,
    crop,
    reports,
    restrictions,
  }: Cropped & { reports: readonly StepReport[]; restrictions: readonly string[] },
  { recipe, format, quality, keepMetadata, orientation, crop: asked, rating: given }: Choice,
): Promise<Message[]> {
  const rating = keepMetadata && given != null && given !== (source.rating ?? 0) ? given : null;
  const untouched = reports.every(({ outcome }) => outcome !== 'done') && orientation === 1 && crop === null;
  // A rating is worth writing a file anew, but not another lossy encoding.
  const isCopied = rating === null || !LOSSLESS.includes(format);
  if (untouched && format === source.format && keepMetadata && isAsStored(source) && isCopied) {
    // No step ran, so copying the file avoids another lossy encoding.
    await copyOriginal(path, to).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
    return [
      ...(source.sidecar === null ? [] : [say('notes.sidecarLeft', { name: source.sidecar })]),
      ...(rating === null ? [] : [say('notes.ratingLeft')]),
    ];
  }
  const turned = await orientRaster(crop ? cropRaster(raster, crop) : raster, orientation);
  // The opacity has the size of the photo, also beside an enlarged result.
  const part = asked && source.alpha && cropIn(asked, photo, source.alpha);
  const opacity = source.alpha && part ? cropRaster(source.alpha, part) : source.alpha;
  const alpha = opacity && (await orientRaster(opacity, orientation));
  const edit = { version: packageInfo.version, recipe, reports, at: new Date(), restrictions, rating };
  const { metadata, notes } = metadataFor(
    keepMetadata ? source.metadata : NO_METADATA,
    edit,
    { ...turned, orientation, crop: crop && sharesOf(crop, raster) },
    printDensity(recipe, reports),
  );
  const { profile } = source;
  const encoded = await encodePhoto({ raster: turned, alpha, profile, metadata, format, quality, path: to });
  return [
    ...(source.infrared ? [say('notes.infraredLeftOut')] : []),
    ...(restrictions.length > 0 ? [say('notes.nonCommercial', { names: restrictions.join(', ') })] : []),
    ...notes,
    ...encoded.notes,
  ];
}

/** A rectangle as shares of a picture, by its middle. */
const sharesOf = ({ x, y, width: w, height: h }: Crop, { width, height }: Size) => ({
  x: (x + w / 2) / width,
  y: (y + h / 2) / height,
  w: w / width,
  h: h / height,
});

/** Whether the file itself shows the photo as it was opened: whole, in its shape, and alone. */
function isAsStored({ missing, pages, metadata }: OpenPhoto): boolean {
  return missing.length === 0 && pages.count === 1 && metadata.aspect === 1;
}

/**
 * Copies only the bytes: with the permissions of a read-only original, the copy could not be synced. The stream closes the
 * file.
 */
async function copyOriginal(path: string, to: string): Promise<void> {
  const file = await openRegular(path);
  await pipeline(file.createReadStream(), createWriteStream(to));
}
