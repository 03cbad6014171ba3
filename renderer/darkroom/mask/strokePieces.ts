import type { MaskStroke } from '../../../contract/edit';

/**
 * A stroke with this many points continues as a new piece. This limits what is drawn on each movement, saved and sent.
 * The mask is the same: painting takes the larger value and erasing the smaller one, however the stroke is divided.
 */
export const PIECE_POINTS = 2000;

/** A stroke after one more point, and the completed piece, if any. */
export interface Drawn {
  stroke: MaskStroke;
  full: MaskStroke | null;
}

/** Adds a point to a stroke. The next piece begins where the last one ended. */
export function withPoint(stroke: MaskStroke, x: number, y: number, pressure: number): Drawn {
  if (stroke.points.length < 3 * PIECE_POINTS) {
    return { stroke: { ...stroke, points: [...stroke.points, x, y, pressure] }, full: null };
  }
  return { stroke: { ...stroke, points: [...stroke.points.slice(-3), x, y, pressure] }, full: stroke };
}
