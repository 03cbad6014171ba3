/**
 * The smoothest surface through known values: each unknown cell becomes the mean of its four neighbours (Laplace's
 * equation). Heals a place: the surface is what its source lacks of brightness and colour, so the texture of the source
 * continues what lies around the place (Pérez, Gangnet and Blake, "Poisson image editing", SIGGRAPH 2003; for one source
 * this is the same as their equation).
 *
 * Solved from coarse to fine: a grid of half the size gives the first values of each, and a bounded number of sweeps
 * settles them.
 */

/** Cells of a grid: no part of it, to be found, known. */
export const ABSENT = 0;
export const UNKNOWN = 1;
export const KNOWN = 2;

export interface Membrane {
  readonly width: number;
  readonly height: number;
  /** {@link ABSENT}, {@link UNKNOWN} or {@link KNOWN} for each cell. */
  readonly kind: Uint8Array;
  /** A plane for each channel: the known values; the others are found. */
  readonly planes: readonly Float32Array[];
}

/** Sweeps on the finest grid. Each coarser one gets as many more, where they cost a quarter each. */
const SWEEPS = 16;
/** Over-relaxation of a sweep: 1 is none, below 2 converges. */
const OVER = 1.7;

/** Finds the unknown values, in place. Without any known value they are 0. */
export function solveMembrane(membrane: Membrane, sweeps = SWEEPS): void {
  const { width, height, kind, planes } = membrane;
  if (!kind.includes(UNKNOWN)) return;
  if (Math.max(width, height) <= 2) {
    for (const plane of planes) plane.fill(meanOf(plane, kind));
    return;
  }
  const coarse = halved(membrane);
  solveMembrane(coarse, sweeps + SWEEPS);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (kind[i] !== UNKNOWN) continue;
      for (const [c, plane] of planes.entries()) plane[i] = membraneAt(coarse, c, (x + 0.5) / 2, (y + 0.5) / 2);
    }
  }
  relax(membrane, sweeps);
}

function meanOf(plane: Float32Array, kind: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] !== KNOWN) continue;
    sum += plane[i]!;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** The same at half the size. A cell with a known value keeps the mean of those. */
function halved({ width, height, kind, planes }: Membrane): Membrane {
  const coarse = createMembrane(Math.ceil(width / 2), Math.ceil(height / 2), planes.length);
  const counts = new Uint8Array(coarse.kind.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (kind[i] === ABSENT) continue;
      const at = (y >> 1) * coarse.width + (x >> 1);
      coarse.kind[at] = Math.max(coarse.kind[at]!, kind[i]!);
      if (kind[i] !== KNOWN) continue;
      counts[at]! += 1;
      for (const [c, plane] of planes.entries()) coarse.planes[c]![at]! += plane[i]!;
    }
  }
  for (const plane of coarse.planes) for (let i = 0; i < plane.length; i++) plane[i]! /= Math.max(1, counts[i]!);
  return coarse;
}

/** The value at a point of the grid, whose first cell reaches from 0 to 1, between the cells that are there. */
export function membraneAt({ width, height, kind, planes }: Membrane, channel: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [u, v] = [x - 0.5 - left, y - 0.5 - top];
  const plane = planes[channel]!;
  let [sum, weights] = [0, 0];
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < 2; column++) {
      const [cx, cy] = [left + column, top + row];
      if (cx < 0 || cy < 0 || cx >= width || cy >= height || kind[cy * width + cx] === ABSENT) continue;
      const weight = (column === 0 ? 1 - u : u) * (row === 0 ? 1 - v : v);
      sum += weight * plane[cy * width + cx]!;
      weights += weight;
    }
  }
  return weights === 0 ? 0 : sum / weights;
}

/** Sweeps over the unknown cells, those of one colour of a chessboard after the other. */
export function relax({ width, height, kind, planes }: Membrane, sweeps = SWEEPS): void {
  // The unknown cells, those of one colour first, with a bit for each neighbour that is there.
  const count = kind.reduce((sum, each) => (each === UNKNOWN ? sum + 1 : sum), 0);
  const at = new Int32Array(count);
  const bits = new Uint8Array(count);
  let next = 0;
  for (const colour of [0, 1]) {
    for (let y = 0; y < height; y++) {
      for (let x = (y + colour) % 2, i = y * width + x; x < width; x += 2, i += 2) {
        if (kind[i] !== UNKNOWN) continue;
        const isThere = (inside: boolean, at: number) => inside && kind[at] !== ABSENT;
        const left = isThere(x > 0, i - 1) ? 1 : 0;
        const right = isThere(x < width - 1, i + 1) ? 2 : 0;
        const above = isThere(y > 0, i - width) ? 4 : 0;
        const below = isThere(y < height - 1, i + width) ? 8 : 0;
        at[next] = i;
        bits[next++] = left | right | above | below;
      }
    }
  }
  for (const plane of planes) {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (let k = 0; k < at.length; k++) {
        const i = at[k]!;
        const side = bits[k]!;
        if (side === 15) {
          const mean = (plane[i - 1]! + plane[i + 1]! + plane[i - width]! + plane[i + width]!) * 0.25;
          plane[i]! += OVER * (mean - plane[i]!);
          continue;
        }
        if (side === 0) continue;
        let sum = 0;
        if (side & 1) sum += plane[i - 1]!;
        if (side & 2) sum += plane[i + 1]!;
        if (side & 4) sum += plane[i - width]!;
        if (side & 8) sum += plane[i + width]!;
        const there = (side & 1) + ((side >> 1) & 1) + ((side >> 2) & 1) + (side >> 3);
        plane[i]! += OVER * (sum / there - plane[i]!);
      }
    }
  }
}

export function createMembrane(width: number, height: number, channels: number): Membrane {
  const count = width * height;
  return {
    width,
    height,
    kind: new Uint8Array(count),
    planes: Array.from({ length: channels }, () => new Float32Array(count)),
  };
}
