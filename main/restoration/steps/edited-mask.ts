import { compileMask, FrameMask, type MaskSource } from '../../../document/mask';
import type { DamageMap } from '../damage';
import { evidenceOf, type Mask, type MaskSettings } from '../mask';
import type { EditedMask } from './step';

/** What a mask document is evaluated with. */
export function maskSource(
  { bitmaps, full }: EditedMask,
  damage: DamageMap | null,
  settings: MaskSettings,
): MaskSource {
  return { ...full, evidence: damage && evidenceOf(damage, settings), settings, bitmaps };
}

/** The mask of a mask document for a raster of the photo at any size. */
export function editedMask(
  edited: EditedMask,
  damage: DamageMap | null,
  settings: MaskSettings,
  raster: { width: number; height: number },
): Mask {
  return new FrameMask(compileMask(edited.ops, maskSource(edited, damage, settings)), raster);
}
