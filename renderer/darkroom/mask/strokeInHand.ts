import type { MaskStroke } from '../../../contract/edit';

/**
 * After so many points a stroke goes on as another that belongs to it: what is drawn with each movement, kept safe and
 * sent must not grow with the way that the hand has gone. To the mask it is all one: painting takes the greater value,
 * erasing the smaller, whatever the pieces.
 */
export const PIECE_POINTS = 2000;

/** A stroke after one more point, and the piece that is full, where it is. */
export interface Drawn {
  stroke: MaskStroke;
  full: MaskStroke | null;
}

/** Adds a point to the stroke under the hand; the next piece begins where the last ended. */
export function withPoint(stroke: MaskStroke, x: number, y: number, pressure: number): Drawn {
  if (stroke.points.length < 3 * PIECE_POINTS) {
    return { stroke: { ...stroke, points: [...stroke.points, x, y, pressure] }, full: null };
  }
  return { stroke: { ...stroke, points: [...stroke.points.slice(-3), x, y, pressure] }, full: stroke };
}
