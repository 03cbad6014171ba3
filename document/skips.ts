import { MAX_POINTS, type MaskArea, type MaskOp } from '../contract/edit';
import { AreaFiller } from './area';
import { acceptAt, type Piece, pieceAt } from './evidence';
import { compileMask, type MaskDocument, type MaskSource, sensitivityOf } from './mask';
import { type Place, pixelsOf, type Run } from './places';

/**
 * Skipping a place: the repair leaves it alone. A skip consists of ordinary operations on the mask, so it is undone, saved
 * and applied in a batch like any other. Detected damage is removed as a defect, so that it stays out when the sensitivity
 * or the growth changes. What was painted is subtracted along the outline of the place.
 */

/** Whether an operation leaves a place out. Without such operations, a mask has the places that can be reviewed. */
export const isSkip = (op: MaskOp): boolean =>
  op.kind === 'defect' ? op.mode === 'remove' : op.kind === 'area' && op.skips === true;

/** Whether a mask repairs a place. */
export const isRepaired = (mask: MaskDocument, place: Place): boolean => mask.any(place.core);

/** The operations that leave out one of the places of a mask. They follow `ops`. */
export function skipPlace(
  place: Place,
  places: readonly Place[],
  ops: readonly MaskOp[],
  source: MaskSource,
): MaskOp[] {
  const skips: MaskOp[] = piecesIn(place, places, ops, source).map(({ x, y, sensitivity }) => ({
    kind: 'defect',
    mode: 'remove',
    x,
    y,
    sensitivity,
  }));
  const left = compileMask([...ops, ...skips], source);
  const isGone = place.runs.every(
    ([row, from, end]) => !left.any(pixelsOf({ x: from, y: row, width: end - from, height: 1 }, place.grid, source)),
  );
  return isGone ? skips : [...skips, ...outlinesOf(place.runs, place, source)];
}

/** The mask with a skipped place in it again. */
export function keepPlace(place: Place, ops: readonly MaskOp[], source: MaskSource): MaskOp[] {
  const within = cellsOf(place);
  const sensitivity = sensitivityOf(ops, source.settings);
  return ops.filter((op) => {
    if (!isSkip(op)) return true;
    if (op.kind === 'area') return !meets(new AreaFiller(op.points), place, source);
    if (op.kind !== 'defect' || source.evidence === null) return true;
    const piece = pieceAt(source.evidence, acceptAt(source.evidence, op.sensitivity ?? sensitivity), op.x, op.y);
    return piece === null || !piece.pixels.some((index) => within.has(index));
  });
}

/** The indices of a place's cells in its grid. */
function cellsOf({ runs, grid }: Place): Set<number> {
  const cells = new Set<number>();
  for (const [row, from, end] of runs) for (let x = from; x < end; x++) cells.add(row * grid.width + x);
  return cells;
}

function meets(filler: AreaFiller, { runs, grid }: Place, photo: MaskSource): boolean {
  return runs.some(([row, from, end]) => {
    const rect = pixelsOf({ x: from, y: row, width: end - from, height: 1 }, grid, photo);
    const values = new Uint8Array(rect.width * rect.height);
    filler.fill(rect, values, 255);
    return values.includes(255);
  });
}

/**
 * A place of more pieces is subtracted along its outline alone: removing each would slow down every later change of the
 * mask.
 */
const MOST_PIECES = 24;

interface Defect {
  x: number;
  y: number;
  sensitivity: number | null;
}

/** The detected pieces of a place that reach no other, and those that were added to it one by one. */
function piecesIn(place: Place, places: readonly Place[], ops: readonly MaskOp[], source: MaskSource): Defect[] {
  const { evidence, settings } = source;
  const { grid } = place;
  if (evidence === null || evidence.width !== grid.width || evidence.height !== grid.height) return [];
  const accepted = acceptAt(evidence, sensitivityOf(ops, settings));
  const growth = ops.findLast((op) => op.kind === 'detected')?.grow ?? settings.grow;
  const reach = 1 + Math.floor((growth * grid.width) / source.width);
  const within = cellsOf(place);
  const others = new Uint8Array(grid.width * grid.height);
  for (const { runs } of places) {
    for (const [row, from, end] of runs) others.fill(1, row * grid.width + from, row * grid.width + end);
  }
  for (const cell of within) others[cell] = 0;
  /** Removing a piece removes what it has grown into, which must not belong to another place. */
  const isOnlyHere = ({ pixels }: Piece) =>
    pixels.every((index) => {
      const x = index % grid.width;
      const y = (index - x) / grid.width;
      const [left, right] = [Math.max(0, x - reach), Math.min(grid.width, x + reach + 1)];
      for (let row = Math.max(0, y - reach); row <= Math.min(grid.height - 1, y + reach); row++) {
        for (let i = row * grid.width + left; i < row * grid.width + right; i++) if (others[i] !== 0) return false;
      }
      return true;
    });
  const pieces: Defect[] = [];
  const seen = new Set<number>();
  const centre = (index: number) => {
    const x = index % grid.width;
    const y = (index - x) / grid.width;
    return { x: ((x + 0.5) * source.width) / grid.width, y: ((y + 0.5) * source.height) / grid.height };
  };
  for (const index of within) {
    if (seen.has(index) || accepted.plane[index]! < accepted.level) continue;
    const { x, y } = centre(index);
    const piece = pieceAt(evidence, accepted, x, y);
    if (piece === null) continue;
    for (const each of piece.pixels) seen.add(each);
    const most = piece.pixels.reduce((best, each) => (evidence.plane[each]! > evidence.plane[best]! ? each : best));
    if (isOnlyHere(piece)) pieces.push({ ...centre(most), sensitivity: null });
    if (pieces.length > MOST_PIECES) return [];
  }
  for (const op of ops) {
    if (op.kind !== 'defect' || op.mode !== 'add' || op.sensitivity === null) continue;
    const piece = pieceAt(evidence, acceptAt(evidence, op.sensitivity), op.x, op.y);
    if (piece?.pixels.some((each) => within.has(each)) && isOnlyHere(piece)) {
      pieces.push({ x: op.x, y: op.y, sensitivity: op.sensitivity });
    }
  }
  return pieces;
}

/** Outlines that subtract exactly the cells of these runs: one, or several where one would have too many corners. */
function outlinesOf(runs: readonly Run[], place: Place, photo: MaskSource): MaskArea[] {
  const { grid } = place;
  const corners = outlineOf(runs);
  if (corners.length > 2 * MAX_POINTS && runs.length > 1) {
    const half = Math.ceil(runs.length / 2);
    return [...outlinesOf(runs.slice(0, half), place, photo), ...outlinesOf(runs.slice(half), place, photo)];
  }
  const points = corners.map((at, i) =>
    i % 2 === 0 ? (at * photo.width) / grid.width : (at * photo.height) / grid.height,
  );
  return [{ kind: 'area', shape: 'lasso', mode: 'subtract', points, skips: true }];
}

/**
 * The outline of cells as x and y of each corner in turn. Holes are outlined the other way round, so that they stay
 * outside. All loops are joined into one by ways that lead along the axes, there and back, and enclose nothing.
 */
function outlineOf(runs: readonly Run[]): number[] {
  const [first, ...others] = loopsOf(runs);
  const points = [...first!];
  const [x, y] = [first![0]!, first![1]!];
  for (const loop of others) {
    const [u, v] = [loop[0]!, loop[1]!];
    points.push(x, y, u, y, ...loop, u, v, u, y);
  }
  if (others.length > 0) points.push(x, y);
  return points;
}

function loopsOf(runs: readonly Run[]): number[][] {
  const width = 2 + runs.reduce((most, [, , end]) => Math.max(most, end), 0);
  const cells = new Set<number>();
  for (const [row, from, end] of runs) for (let x = from; x < end; x++) cells.add(row * width + x);
  /** The ends of the edges that begin at a corner, with the cells on their right. */
  const edges = new Map<number, number[]>();
  const add = (from: number, to: number) => {
    const known = edges.get(from);
    if (known) known.push(to);
    else edges.set(from, [to]);
  };
  for (const cell of cells) {
    if (!cells.has(cell - width)) add(cell, cell + 1);
    if (!cells.has(cell + 1)) add(cell + 1, cell + 1 + width);
    if (!cells.has(cell + width)) add(cell + 1 + width, cell + width);
    if (!cells.has(cell - 1)) add(cell + width, cell);
  }
  const loops: number[][] = [];
  for (const start of edges.keys()) {
    while ((edges.get(start)?.length ?? 0) > 0) {
      const corners = [start];
      for (let at = edges.get(start)!.pop()!; at !== start; at = edges.get(at)!.pop()!) corners.push(at);
      loops.push(withoutStraight(corners).flatMap((corner) => [corner % width, Math.floor(corner / width)]));
    }
  }
  return loops;
}

/** Only the corners at which a loop turns. */
function withoutStraight(corners: readonly number[]): number[] {
  const { length } = corners;
  return corners.filter((at, i) => at - corners[(i + length - 1) % length]! !== corners[(i + 1) % length]! - at);
}
