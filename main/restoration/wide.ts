import type { Face } from '../../contract/photo';
import { AT_THRESHOLD, forEachPiece, STEPS_PER_LOGIT } from '../../document/evidence';

/**
 * Wide places of a mask. A narrow place that is filled needlessly hardly shows; a wide one takes a bow, an ear or a flower
 * away. Of what a detector finds less certain than its threshold, where damage is frequent, two fifths of the narrow
 * places are damage, and one fifth of the wide ones (photographs marked by hand, without fold 2).
 */

/** A place is wide where a disc of this diameter fits into it, as a share of the photo's longer side. */
const WIDE = 0.03;
/** How certain a wide place has to be on average, in logits above the threshold of the detector's card. */
const WIDE_LOGITS = 0;
/** A wide place on a head has at least one pixel this certain: damage does, and bows, ears and knots of hair do not. */
const HEAD_LOGITS = 1.5;
/** Half the width and height of a head with hair and ears, as shares of its face, whose middle lies lower. */
const HEAD = { across: 0.95, down: 0.95, above: 0.1 };

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Raises the thresholds in wide places of what counts at the default sensitivity; the sensitivity in the end does not matter,
 * so a higher one never removes a pixel. `plane` has the evidence of a picture of this size, in rows without padding; it is
 * changed in place. `strictness`: by how much its thresholds are raised already, in logits.
 */
export function mistrustWidePlaces(plane: Uint8Array, size: Size, strictness: number, faces: readonly Face[]): void {
  const steps = (least: number) => Math.round(STEPS_PER_LOGIT * Math.max(0, least - strictness));
  const elsewhere = steps(WIDE_LOGITS);
  const onHead = steps(HEAD_LOGITS);
  if (elsewhere === 0 && (onHead === 0 || faces.length === 0)) return;
  const grid = shrunk(plane, size);
  const wide = widePlaces(grid);
  if (wide === null) return;
  const heads = faces.map((face) => headOf(face, grid));
  const lower = new Uint8Array(wide.length);
  const things = new Uint8Array(wide.length);
  forEachPiece(wide, grid.width, grid.height, 1, (piece) => {
    let [most, inside, sum, count] = [0, 0, 0, 0];
    for (const index of piece) {
      most = Math.max(most, grid.most[index]!);
      sum += grid.sum[index]!;
      count += grid.count[index]!;
      const x = (index % grid.width) + 0.5;
      const y = Math.floor(index / grid.width) + 0.5;
      if (heads.some((head) => ((x - head.x) / head.across) ** 2 + ((y - head.y) / head.down) ** 2 <= 1)) inside++;
    }
    const isOnHead = 2 * inside > piece.length;
    const isThing = isOnHead && most < AT_THRESHOLD + onHead;
    // As a whole, since a loss that is filled by half looks worse than one that is not. Beside a crack across an ear, the ear stays.
    const isUncertain = isOnHead || sum < count * (AT_THRESHOLD + elsewhere);
    for (const index of piece) {
      if (isThing) things[index] = 1;
      else if (isUncertain) lower[index] = elsewhere;
    }
  });
  // Things with their rims, of which a mask would otherwise keep a ring.
  const rims = things.includes(1) ? distances(grid, grid.radius, (i) => things[i] === 1) : null;
  const reach = UNIT * grid.radius;
  for (let y = 0, i = 0; y < size.height; y++) {
    const row = Math.floor(y / grid.factor) * grid.width;
    for (let x = 0; x < size.width; x++, i++) {
      if (plane[i] === 0) continue;
      const cell = row + Math.floor(x / grid.factor);
      const isRim = rims !== null && rims[cell]! <= reach && plane[i]! < AT_THRESHOLD + onHead;
      plane[i] = Math.max(1, plane[i]! - (isRim ? onHead : lower[cell]!));
    }
  }
}

function headOf({ x, y, width, height }: Face, size: Size) {
  return {
    x: (x + width / 2) * size.width,
    y: (y + (0.5 - HEAD.above) * height) * size.height,
    across: HEAD.across * width * size.width,
    down: HEAD.down * height * size.height,
  };
}

/** A coarser picture of the evidence, in which the disc that fits into a wide place has this radius, in cells. */
interface Grid extends Size {
  /** A cell has this many pixels on each side. */
  factor: number;
  radius: number;
  /** 1 where at least half of a cell is at the threshold or above. */
  inside: Uint8Array;
  /** The most certain pixel of each cell. */
  most: Uint8Array;
  /** How many pixels of each cell are at the threshold or above, and the sum of their evidence. */
  count: Uint32Array;
  sum: Uint32Array;
}

/** The disc of the coarser picture has at least this radius: the width of a place need not be exact to a pixel. */
const LEAST_RADIUS = 8;

function shrunk(plane: Uint8Array, size: Size): Grid {
  const radius = Math.max(2, (WIDE * Math.max(size.width, size.height)) / 2);
  const factor = Math.max(1, Math.floor(radius / LEAST_RADIUS));
  const width = Math.ceil(size.width / factor);
  const height = Math.ceil(size.height / factor);
  const most = new Uint8Array(width * height);
  const count = new Uint32Array(width * height);
  const sum = new Uint32Array(width * height);
  for (let y = 0, i = 0; y < size.height; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < size.width; x++, i++) {
      const value = plane[i]!;
      if (value < AT_THRESHOLD) continue;
      const cell = row + Math.floor(x / factor);
      count[cell]!++;
      sum[cell]! += value;
      if (value > most[cell]!) most[cell] = value;
    }
  }
  const half = (factor * factor) / 2;
  return {
    width,
    height,
    factor,
    radius: radius / factor,
    inside: Uint8Array.from(count, (n) => (n >= half ? 1 : 0)),
    most,
    count,
    sum,
  };
}

/** 1 in wide places, otherwise 0; null if there are none. At the picture's edge they go on outside. */
function widePlaces(grid: Grid): Uint8Array | null {
  const { radius, inside } = grid;
  const limit = Math.round(UNIT * radius);
  const depth = distances(grid, radius, (i) => inside[i] === 0);
  if (!depth.some((distance) => distance >= limit)) return null;
  const around = distances(grid, radius, (i) => depth[i]! >= limit);
  return Uint8Array.from(around, (distance, i) => (distance < limit ? inside[i]! : 0));
}

/** A step to the side, and one across; their ratio comes close to the square root of 2. */
const UNIT = 5;
const ACROSS = 7;

/** Distance of each pixel to the nearest of `sources`, in fifths of a pixel, at most a little more than `most` pixels. */
function distances({ width, height }: Size, most: number, isSource: (index: number) => boolean): Uint16Array {
  const far = Math.round(UNIT * most) + ACROSS;
  const distance = new Uint16Array(width * height);
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? far : distance[y * width + x]!);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      distance[i] = isSource(i)
        ? 0
        : Math.min(far, at(x - 1, y) + UNIT, at(x, y - 1) + UNIT, at(x - 1, y - 1) + ACROSS, at(x + 1, y - 1) + ACROSS);
    }
  }
  for (let y = height - 1, i = width * height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, i--) {
      distance[i] = Math.min(
        distance[i]!,
        at(x + 1, y) + UNIT,
        at(x, y + 1) + UNIT,
        at(x + 1, y + 1) + ACROSS,
        at(x - 1, y + 1) + ACROSS,
      );
    }
  }
  return distance;
}
