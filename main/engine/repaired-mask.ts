import type { Crop, LocalRepair, Orientation } from '../../contract/edit';
import type { Photo, StepReport } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { cropIn } from '../../document/crop';
import type { Size } from '../../document/size';
import { encodeMarks, orientRaster } from '../photos/raster';
import type { DamageMap } from '../restoration/damage';
import { createMask } from '../restoration/mask';
import { createRaster, cropRaster } from '../restoration/raster';
import { stepOf } from '../restoration/recipe';
import type { Run } from '../restoration/run';
import { editedMask } from '../restoration/steps/edited-mask';
import { FOUND_DAMAGE } from '../restoration/steps/step';

/** What was done to a photo, as far as it decides which places were repaired. */
export interface Repaired extends Pick<Run, 'mask' | 'keepMask'> {
  recipe: Recipe;
  reports: readonly StepReport[];
  /** Share of pixels inside the mask of the repair step, 0..1. */
  masked: number;
  damage: DamageMap | null;
  repairs: readonly LocalRepair[];
  orientation: Orientation;
  crop: Crop | null;
}

/**
 * The places that were repaired, as the opacity of a white PNG: cropped and turned as the result is, with a longer edge of at
 * most `edge` pixels before that. Null if no place was.
 */
export async function repairedMask(photo: Photo, repaired: Repaired, edge: number): Promise<Uint8Array | null> {
  const { recipe, reports, masked, damage, mask, keepMask, repairs, orientation, crop } = repaired;
  const scale = Math.min(1, edge / Math.max(photo.width, photo.height));
  const frame: Size = {
    width: Math.max(1, Math.round(photo.width * scale)),
    height: Math.max(1, Math.round(photo.height * scale)),
  };
  const settings = stepOf(recipe, 'repair')?.settings;
  const isDone = reports.some(({ kind, outcome }) => kind === 'repair' && outcome === 'done');
  const masks = [];
  if (isDone && masked > 0 && settings) {
    if (mask) masks.push(editedMask(mask, damage, settings, frame));
    else if (damage) masks.push(createMask(damage, settings, frame));
  }
  for (const { enabled, mask: ops } of repairs) {
    if (enabled) masks.push(editedMask({ ops, bitmaps: new Map(), full: photo }, null, FOUND_DAMAGE, frame));
  }
  if (masks.length === 0) return null;
  const all = createRaster(frame.width, frame.height, 1, 8);
  const whole = { x: 0, y: 0, ...frame };
  const values = new Uint8Array(frame.width * frame.height);
  for (const each of masks) {
    each.read(whole, values);
    for (let i = 0; i < values.length; i++) all.data[i] = Math.max(all.data[i]!, values[i]!);
  }
  if (keepMask) {
    editedMask(keepMask, damage, FOUND_DAMAGE, frame).read(whole, values);
    for (let i = 0; i < values.length; i++) all.data[i] = Math.min(all.data[i]!, 255 - values[i]!);
  }
  const part = crop && cropIn(crop, photo, frame);
  const { width, height, data } = await orientRaster(part ? cropRaster(all, part) : all, orientation);
  const marks = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) marks[4 * i + 3] = data[i]!;
  return encodeMarks(marks, width, height);
}
