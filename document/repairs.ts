import { type LocalRepair, MAX_REPAIR_OPS, type MaskArea, type MaskStroke, type RepairSource } from '../contract/edit';
import { AreaFiller } from './area';
import { intersection, type Rect, union } from './geometry';
import type { Size } from './size';
import { StrokePainter } from './stroke';

/** Where local repairs are, for tools that choose among them. In pixels of the full-size photo. */

/** The part of the photo that a stroke or an outline can touch, also beyond the photo. */
export const boundsOf = (op: MaskStroke | MaskArea): Rect =>
  op.kind === 'stroke' ? new StrokePainter(op).bounds : new AreaFiller(op.points).bounds;

/** The part that a repair can change: what was painted, whatever was erased of it later. */
function paintedBounds({ mask }: LocalRepair): Rect | null {
  const painted = mask.filter(({ mode }) => mode === 'paint' || mode === 'add');
  return painted.map(boundsOf).reduce<Rect | null>((all, each) => union(all, each), null);
}

/** The ids of the enabled repairs that a stroke of the eraser can touch, and that have room for it. */
export function repairsUnder(stroke: MaskStroke, repairs: readonly LocalRepair[]): string[] {
  const bounds = boundsOf(stroke);
  return repairs.flatMap((repair) => {
    if (!repair.enabled || repair.mask.length >= MAX_REPAIR_OPS) return [];
    const painted = paintedBounds(repair);
    return painted !== null && intersection(painted, bounds) !== null ? [repair.id] : [];
  });
}

/** Whether any part of a place and any part of its source lie in the photo. */
export function hasSource(op: MaskStroke | MaskArea, { dx, dy }: RepairSource, { width, height }: Size): boolean {
  const place = intersection(boundsOf(op), { x: 0, y: 0, width, height });
  return (
    place !== null &&
    intersection({ ...place, x: place.x + dx, y: place.y + dy }, { x: 0, y: 0, width, height }) !== null
  );
}

/** Whether the middle of an outline lies in a red eye that is corrected already. */
export function isCorrected({ points }: MaskArea, repairs: readonly LocalRepair[]): boolean {
  const mean = (first: number) =>
    points.reduce((sum, value, i) => (i % 2 === first ? sum + value : sum), 0) / (points.length / 2);
  const middle = { x: mean(0), y: mean(1), width: 1, height: 1 };
  return repairs.some((repair) => {
    const painted = repair.redEye && repair.enabled ? paintedBounds(repair) : null;
    return painted !== null && intersection(painted, middle) !== null;
  });
}
