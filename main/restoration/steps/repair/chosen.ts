import type { Filling } from '../../../../contract/edit';
import { fillingOf, isFilling } from '../../../../document/fillings';
import { expand } from '../../../../document/geometry';
import { compileMask, type MaskSource } from '../../../../document/mask';
import { findPlaces, type Place } from '../../../../document/places';
import { fitRect, type Raster, type Rect } from '../../raster';
import type { StepTools } from '../../tools';
import type { EditedMask } from '../step';

/** A place for which a filling was chosen. */
export interface ChosenPlace {
  filling: Filling;
  /** Holds all its pixels of the raster. */
  bounds: Rect;
  /** Whether a masked pixel of the raster belongs to it. */
  has(x: number, y: number): boolean;
}

/** The places of a mask for which a filling was chosen, in the pixels of a raster. Throws CANCELLED. */
export async function chosenPlaces(
  { ops, full }: EditedMask,
  source: MaskSource,
  raster: Pick<Raster, 'width' | 'height'>,
  tools: StepTools,
): Promise<ChosenPlace[]> {
  if (!ops.some(isFilling)) return [];
  const places = await findPlaces(compileMask(ops, source), source, ops, () => tools.breathe());
  return places.flatMap((place) => {
    const filling = fillingOf(place, ops, full);
    return filling === null ? [] : [{ filling, ...inRaster(place, full, raster) }];
  });
}

function inRaster(
  place: Place,
  full: { width: number; height: number },
  raster: { width: number; height: number },
): Pick<ChosenPlace, 'bounds' | 'has'> {
  const { grid, runs } = place;
  const cells = new Set<number>();
  // The pixels of a reduced photo can be masked a little beyond the cells. Places are at least a cell apart.
  for (const [row, from, end] of runs) {
    for (let y = row - 1; y <= row + 1; y++) for (let x = from - 1; x <= end; x++) cells.add(y * grid.width + x);
  }
  return {
    bounds: expand(fitRect(place, full, raster), Math.ceil(raster.width / grid.width) + 1, raster),
    has: (left, top) => {
      const column = Math.floor(((left + 0.5) * grid.width) / raster.width);
      return cells.has(Math.floor(((top + 0.5) * grid.height) / raster.height) * grid.width + column);
    },
  };
}
