import type { MaskOp } from '../contract/edit';
import { acceptAt, pieceAt } from './evidence';
import { type MaskDocument, type MaskSource, sensitivityOf } from './mask';

/**
 * What a click on a defect does: it removes the defect from the mask, or adds it if it is not in the mask. If nothing is
 * detected there at the current sensitivity, it adds what the highest sensitivity finds. Null if even that finds nothing.
 */
export function defectAt(
  mask: MaskDocument,
  ops: readonly MaskOp[],
  { evidence, settings }: MaskSource,
  x: number,
  y: number,
): Extract<MaskOp, { kind: 'defect' }> | null {
  if (evidence === null) return null;
  const piece = pieceAt(evidence, acceptAt(evidence, sensitivityOf(ops, settings)), x, y);
  if (piece === null) {
    const fainter = pieceAt(evidence, acceptAt(evidence, 1), x, y);
    return fainter && { kind: 'defect', mode: 'add', x, y, sensitivity: 1 };
  }
  // Any pixel identifies the piece. The most certain one still does after rounding.
  const index = piece.pixels.reduce((best, each) => (evidence.plane[each]! > evidence.plane[best]! ? each : best));
  const column = index % evidence.width;
  const row = Math.floor(index / evidence.width);
  const value = new Uint8Array(1);
  const at = (place: number, full: number, size: number) =>
    Math.min(full - 1, Math.floor(((place + 0.5) * full) / size));
  mask.read(
    { x: at(column, mask.width, evidence.width), y: at(row, mask.height, evidence.height), width: 1, height: 1 },
    value,
  );
  return { kind: 'defect', mode: value[0]! > 0 ? 'remove' : 'add', x, y, sensitivity: null };
}
