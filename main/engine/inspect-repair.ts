import type { Photo } from '../../contract/photo';
import { type Recipe, RepairSettings } from '../../contract/recipe';
import { compileMask, DETECTED_MASK } from '../../document/mask';
import { findPlaces, type Place } from '../../document/places';
import { EmulsionError } from '../errors';
import { writeMask } from '../photos/mask';
import type { DamageMap } from '../restoration/damage';
import type { Mask } from '../restoration/mask';
import { createRaster } from '../restoration/raster';
import { stepOf } from '../restoration/recipe';
import { editedMask, maskSource } from '../restoration/steps/edited-mask';
import { writePhoto } from '../storage/write';
import { CODEC_SECONDS } from './decoding';
import type { Job } from './job';
import { drawnOf } from './planned-edit';
import type { ExportTarget, Requests } from './protocol';

/** A place as it is listed for people and programs. */
export type ListedPlace = Pick<Place, 'x' | 'y' | 'width' | 'height' | 'pixels' | 'kind' | 'certainty'>;

const listed = ({ x, y, width, height, pixels, kind, certainty }: Place): ListedPlace => ({
  x,
  y,
  width,
  height,
  pixels,
  kind,
  certainty,
});

/** Rows of a mask that are evaluated between two checks for messages. */
const MASK_ROWS = 256;

/** Writes a mask as a PNG with white pixels where it fills. */
export async function writeMaskFile(job: Job, mask: Mask, target: ExportTarget): ReturnType<typeof writePhoto> {
  const { width, height } = mask;
  const raster = createRaster(width, height, 1, 8);
  for (let y = 0; y < height; y += MASK_ROWS) {
    const rows = Math.min(MASK_ROWS, height - y);
    const at = y * width;
    mask.read({ x: 0, y, width, height: rows }, (raster.data as Uint8Array).subarray(at, at + rows * width));
    await job.breathe();
  }
  job.busy(CODEC_SECONDS);
  return writePhoto({ ...target, extension: 'png' }, (path) => writeMask(raster, path), { signal: job.signal });
}

/**
 * The places that the repair of a recipe fills, and its mask in a file if there is a target. Throws GENERATOR_MISSING
 * without a detector, and file errors.
 */
export async function inspectRepair(
  job: Job,
  photo: Photo,
  damage: DamageMap | null,
  recipe: Recipe,
  { edit, inspect }: Requests['restore']['request'],
): Promise<Requests['restore']['response']['inspected']> {
  if (!inspect) return null;
  if (!damage) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for "detect"' });
  const settings = stepOf(recipe, 'repair')?.settings ?? RepairSettings.parse({});
  const drawn = drawnOf(edit, photo).mask ?? { ops: DETECTED_MASK, bitmaps: new Map(), full: photo };
  const source = maskSource(drawn, damage, settings);
  const places = await findPlaces(compileMask(drawn.ops, source), source, drawn.ops, () => job.breathe());
  const mask = editedMask(drawn, damage, settings, photo);
  return {
    places: places.map(listed),
    mask: inspect.mask && (await writeMaskFile(job, mask, inspect.mask)).path,
  };
}
