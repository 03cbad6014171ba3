import type { Orientation } from '../../contract/edit';

/** The meaning of an EXIF orientation: first mirror left to right, then rotate clockwise by these degrees. */
export const TURNS: Record<Orientation, readonly [mirrored: boolean, degrees: number]> = {
  1: [false, 0],
  2: [true, 0],
  3: [false, 180],
  4: [true, 180],
  5: [true, 270],
  6: [false, 90],
  7: [true, 90],
  8: [false, 270],
};
