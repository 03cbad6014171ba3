import { Filling, type MaskOp } from '../contract/edit';
import type { Size } from './geometry';
import type { Place } from './places';

/**
 * How places are filled. A choice is an operation on the mask at a point of the place, so it is undone, saved and applied
 * in a batch like any other.
 */

type FillingOp = Extract<MaskOp, { kind: 'filling' }>;

export const isFilling = (op: MaskOp): op is FillingOp => op.kind === 'filling';

/** Whether a point of the photo lies in a place. */
function isIn({ x, y }: FillingOp, { runs, grid }: Place, photo: Size): boolean {
  const row = Math.floor((y * grid.height) / photo.height);
  const column = Math.floor((x * grid.width) / photo.width);
  return runs.some(([at, from, end]) => at === row && column >= from && column < end);
}

/** How a place is filled; null: nothing is chosen. */
export function fillingOf(place: Place, ops: readonly MaskOp[], photo: Size): Filling | null {
  return ops.findLast((op): op is FillingOp => isFilling(op) && isIn(op, place, photo))?.filling ?? null;
}

/** The operation that chooses a filling for a place; null takes the choice back. */
export function chooseFilling({ core }: Place, filling: Filling | null): MaskOp {
  return { kind: 'filling', x: core.x + core.width / 2, y: core.y + core.height / 2, filling };
}

const ORDER = [null, ...Filling.options] as const;

/** What another fill is after this one: all are offered in turn. */
export const nextFilling = (filling: Filling | null): Filling | null =>
  ORDER[(ORDER.indexOf(filling) + 1) % ORDER.length] ?? null;
