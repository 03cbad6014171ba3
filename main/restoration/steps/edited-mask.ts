import { compileMask, FrameMask } from '../../../document/mask';
import type { DamageMap } from '../damage';
import { evidenceOf, type Mask, type MaskSettings } from '../mask';
import type { EditedMask } from './step';

/** The mask of a mask document for a raster of the photo at any size. */
export function editedMask(
  { ops, bitmaps, full }: EditedMask,
  damage: DamageMap | null,
  settings: MaskSettings,
  raster: { width: number; height: number },
): Mask {
  const evidence = damage && evidenceOf(damage, settings.keepWriting);
  return new FrameMask(compileMask(ops, { ...full, evidence, settings, bitmaps }), raster);
}
