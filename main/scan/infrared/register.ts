import type { Raster } from '../../restoration/raster';
import { type Affine, averaged, blurred, IDENTITY, logMean, readPlanes, readWarped, reduced } from './planes';

/**
 * Where the infrared picture lies on the photo. Both show the dust, and the infrared picture shows a little of the photo: patches of
 * both are compared by their correlation, whatever its sign, and a shift with scale and rotation is fitted to where they agree.
 */

/** Edge of a patch in pixels. */
const PATCH = 64;
/** How far a patch is looked for, in pixels of its level. */
const REACH = 5;
/** And at first, when nothing is known. */
const FIRST_REACH = 10;
/** The first level has at most this many pixels on its longer side. */
const COARSE_SIDE = 1200;
/** At most this many patches of a level are compared, and at first. */
const MOST_PATCHES = 150;
const FIRST_PATCHES = 90;
/** A band of details: their blur, and how far the mean reaches that is taken off them. */
const [FINE, BROAD] = [1, 5];
const MARGIN = 12;
/** A peak counts from this many times the usual height of the correlation around it. */
const CLEAR = 4.5;
/** The pooled correlation has a peak from this many times its usual spread. */
const CLEAR_POOLED = 7;
/** How far from the fit a patch may lie, in pixels. */
const APART = 0.6;
/** The farthest that scanners are off: as a share of the longer side, and in pixels besides. */
const MOST_SCALE = 0.02;
const MOST_TURN = 0.01;

export interface Registration {
  readonly map: Affine;
  /** Patches that agree with it. */
  readonly patches: number;
  /** Whether anything in both pictures agrees. */
  readonly isCertain: boolean;
}

interface Match {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/** Registers an infrared picture of the photo's size. `between` may throw to stop. */
export async function register(photo: Raster, infrared: Raster, between: () => Promise<void>): Promise<Registration> {
  const times = Math.max(1, Math.ceil(Math.max(photo.width, photo.height) / COARSE_SIDE));
  const [small, smallInfrared] = times === 1 ? [photo, infrared] : [reduced(photo, times), reduced(infrared, times)];
  let found: Registration = { map: IDENTITY, patches: 0, isCertain: false };
  for (let round = 0; round < 3; round++) {
    found = await improve(small, smallInfrared, found, round === 0 ? FIRST_REACH : REACH, between);
    if (!found.isCertain) return { ...found, map: IDENTITY };
  }
  if (times === 1) return found;
  found = { ...found, map: enlarged(found.map, times) };
  for (let round = 0; round < 2; round++) {
    const finer = await improve(photo, infrared, found, REACH, between);
    // Grain may hide at full size what the reduced pictures show.
    if (!finer.isCertain) return found;
    found = finer;
  }
  return found;
}

/** A map between pictures that are so many times larger. */
function enlarged({ a, ax, ay, b, bx, by }: Affine, times: number): Affine {
  // Pixels of both levels have their centres at whole numbers.
  const half = (times - 1) / 2;
  return {
    ...{ ax, ay, bx, by },
    a: times * a + half * (1 - ax - ay),
    b: times * b + half * (1 - bx - by),
  };
}

async function improve(
  photo: Raster,
  infrared: Raster,
  before: Registration,
  reach: number,
  between: () => Promise<void>,
): Promise<Registration> {
  const side = 2 * reach + 1;
  const pooled = new Float64Array(side * side);
  const surfaces: { x: number; y: number; surface: Float32Array }[] = [];
  for (const [count, { x, y, edge }] of patchesOf(photo, reach === REACH ? MOST_PATCHES : FIRST_PATCHES).entries()) {
    if (count % 16 === 0) await between();
    const surface = correlate(photo, infrared, before.map, x, y, edge, reach);
    if (surface === null) continue;
    surfaces.push({ x: x + (edge - 1) / 2, y: y + (edge - 1) / 2, surface });
    for (let i = 0; i < pooled.length; i++) pooled[i]! += surface[i]! ** 2;
  }
  if (surfaces.length === 0) return { ...before, patches: 0, isCertain: false };
  const whole = peakOf(pooled, side);
  const isCertain = whole !== null && whole.clarity >= CLEAR_POOLED;
  const matches: Match[] = [];
  for (const { x, y, surface } of surfaces) {
    const peak = peakOf(surface, side);
    if (peak === null || peak.clarity < CLEAR) continue;
    // Where the whole has a peak, a patch far from it has found something else.
    if (isCertain && Math.hypot(peak.x - whole.x, peak.y - whole.y) > 4) continue;
    matches.push({ x, y, dx: peak.x - reach, dy: peak.y - reach, weight: Math.min(1, peak.height) ** 2 });
  }
  const best = fitted(matches, photo);
  if (best !== null) {
    const map = composed(before.map, best.map);
    if (isPlausible(map)) return { map, patches: best.used, isCertain: true };
  }
  if (!isCertain) return { ...before, patches: 0, isCertain: false };
  const shift = { ...IDENTITY, a: whole.x - reach, b: whole.y - reach };
  return { map: composed(before.map, shift), patches: Math.max(1, matches.length), isCertain: true };
}

function isPlausible({ ax, ay, bx, by }: Affine): boolean {
  return (
    Math.abs(ax - 1) < MOST_SCALE &&
    Math.abs(by - 1) < MOST_SCALE &&
    Math.abs(ay) < MOST_TURN &&
    Math.abs(bx) < MOST_TURN
  );
}

/** First `second`, then `first`. */
function composed(first: Affine, second: Affine): Affine {
  return {
    ax: first.ax * second.ax + first.ay * second.bx,
    ay: first.ax * second.ay + first.ay * second.by,
    a: first.ax * second.a + first.ay * second.b + first.a,
    bx: first.bx * second.ax + first.by * second.bx,
    by: first.bx * second.ay + first.by * second.by,
    b: first.bx * second.a + first.by * second.b + first.b,
  };
}

/** Places of patches, spread evenly over a picture; one patch for a small picture. */
function patchesOf({ width, height }: Raster, count: number): { x: number; y: number; edge: number }[] {
  const edge = Math.min(PATCH, width, height);
  const most = Math.sqrt((count * width) / height);
  const columns = Math.max(1, Math.min(Math.round(width / edge), Math.round(most)));
  const rows = Math.max(1, Math.min(Math.round(height / edge), Math.round(count / columns)));
  const at = (i: number, parts: number, size: number) =>
    parts === 1 ? Math.floor((size - edge) / 2) : Math.round((i * (size - edge)) / (parts - 1));
  return Array.from({ length: columns * rows }, (_, i) => ({
    x: at(i % columns, columns, width),
    y: at(Math.floor(i / columns), rows, height),
    edge,
  }));
}

/** Correlation of a patch with the infrared picture, -1..1 for each shift; null where one of them is flat. */
function correlate(
  photo: Raster,
  infrared: Raster,
  map: Affine,
  x: number,
  y: number,
  edge: number,
  reach: number,
): Float32Array | null {
  const own = band((rect) => logMean(readPlanes(photo, rect)), { x, y, width: edge, height: edge });
  const span = edge + 2 * reach;
  const other = band((rect) => logMean([readWarped(infrared, map, rect)]), {
    x: x - reach,
    y: y - reach,
    width: span,
    height: span,
  });
  let power = 0;
  for (const value of own) power += value * value;
  if (power < 1e-7 * own.length) return null;
  // Sums of squares of the infrared patch at each shift, from sums over rectangles.
  const squares = new Float64Array((span + 1) * (span + 1));
  for (let v = 0; v < span; v++) {
    let row = 0;
    for (let u = 0; u < span; u++) {
      row += other[v * span + u]! ** 2;
      squares[(v + 1) * (span + 1) + u + 1] = squares[v * (span + 1) + u + 1]! + row;
    }
  }
  const side = 2 * reach + 1;
  const surface = new Float32Array(side * side);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      let sum = 0;
      for (let row = 0; row < edge; row++) {
        const from = row * edge;
        const to = (v + row) * span + u;
        for (let column = 0; column < edge; column++) sum += own[from + column]! * other[to + column]!;
      }
      const stride = span + 1;
      const squared =
        squares[(v + edge) * stride + u + edge]! -
        squares[v * stride + u + edge]! -
        squares[(v + edge) * stride + u]! +
        squares[v * stride + u]!;
      if (squared > 1e-7 * own.length) surface[v * side + u] = sum / Math.sqrt(power * squared);
    }
  }
  return surface;
}

/** The details of a part of a picture. */
function band(
  read: (rect: { x: number; y: number; width: number; height: number }) => Float32Array,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Float32Array {
  const outer = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const values = read(outer);
  const fine = blurred(values, outer.width, outer.height, FINE);
  const broad = averaged(values, outer.width, outer.height, BROAD);
  const out = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (row + MARGIN) * outer.width + MARGIN;
    for (let column = 0; column < width; column++)
      out[row * width + column] = fine[from + column]! - broad[from + column]!;
  }
  return out;
}

/** The highest place of a surface, whatever its sign, between pixels; null if it lies at the border. */
function peakOf(
  surface: ArrayLike<number>,
  side: number,
): { x: number; y: number; height: number; clarity: number } | null {
  let best = 0;
  for (let i = 1; i < surface.length; i++) if (Math.abs(surface[i]!) > Math.abs(surface[best]!)) best = i;
  const x = best % side;
  const y = (best - x) / side;
  if (x === 0 || y === 0 || x === side - 1 || y === side - 1) return null;
  const sign = surface[best]! < 0 ? -1 : 1;
  const around: number[] = [];
  for (let i = 0; i < surface.length; i++) {
    if (Math.hypot((i % side) - x, Math.floor(i / side) - y) > 3.5) around.push(sign * surface[i]!);
  }
  const mean = around.reduce((sum, each) => sum + each, 0) / around.length;
  const spread = Math.sqrt(around.reduce((sum, each) => sum + (each - mean) ** 2, 0) / around.length);
  const at = (u: number, v: number) => sign * surface[v * side + u]!;
  const top = at(x, y);
  const between = (before: number, after: number) => {
    const curve = before + after - 2 * top;
    return curve < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / curve)) : 0;
  };
  return {
    x: x + between(at(x - 1, y), at(x + 1, y)),
    y: y + between(at(x, y - 1), at(x, y + 1)),
    height: top,
    clarity: (top - mean) / Math.max(1e-6, spread),
  };
}

/**
 * The shift, scale and rotation that most patches agree with; only a shift where they are few or close together. Null if no two agree.
 */
function fitted(matches: readonly Match[], { width, height }: Raster): { map: Affine; used: number } | null {
  if (matches.length < 2) return null;
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const middle = consensus(matches, Math.max(width, height));
  let weights = matches.map(({ x, y, dx, dy, weight }) => {
    // Scale moves patches at the border a few pixels.
    const free = 1 + 0.004 * Math.hypot(x - cx, y - cy);
    return Math.hypot(dx - middle.dx, dy - middle.dy) <= free ? weight : 0;
  });
  let values = [middle.dx, middle.dy, 0, 0];
  for (let round = 0; round < 6; round++) {
    const used = matches.filter((_, i) => weights[i]! > 0);
    if (used.length < 2) return null;
    const wide = Math.max(...used.map(({ x }) => x)) - Math.min(...used.map(({ x }) => x));
    const high = Math.max(...used.map(({ y }) => y)) - Math.min(...used.map(({ y }) => y));
    const isSpread = used.length >= 5 && Math.max(wide, high) >= 0.4 * Math.max(width, height);
    values = solve(matches, weights, cx, cy, isSpread);
    const [tx, ty, s, r] = values as [number, number, number, number];
    weights = matches.map(({ x, y, dx, dy, weight }) => {
      const off = Math.hypot(dx - (tx + s * (x - cx) - r * (y - cy)), dy - (ty + r * (x - cx) + s * (y - cy)));
      const limit = APART * (round < 2 ? 2 : 1);
      return off < limit ? weight * (1 - (off / limit) ** 2) ** 2 : 0;
    });
  }
  const used = weights.filter((weight) => weight > 0).length;
  if (used < 2) return null;
  const [tx, ty, s, r] = values as [number, number, number, number];
  return {
    used,
    map: { ax: 1 + s, ay: -r, a: tx - s * cx + r * cy, bx: r, by: 1 + s, b: ty - r * cx - s * cy },
  };
}

/** The match that most others lie close to. */
function consensus(matches: readonly Match[], longer: number): Match {
  let best = matches[0]!;
  let most = -1;
  for (const one of matches) {
    let votes = 0;
    for (const other of matches) {
      const free = 0.7 + (0.004 * Math.hypot(one.x - other.x, one.y - other.y) * Math.min(longer, 1500)) / longer;
      if (Math.hypot(one.dx - other.dx, one.dy - other.dy) <= free) votes += other.weight;
    }
    if (votes <= most) continue;
    [best, most] = [one, votes];
  }
  return best;
}

/** Shift x, shift y, scale, rotation by least squares; the last two are 0 unless they are asked for. */
function solve(
  matches: readonly Match[],
  weights: readonly number[],
  cx: number,
  cy: number,
  whole: boolean,
): number[] {
  let [n, sx, sy, sq, tx, ty, p, q] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const [i, { x, y, dx, dy }] of matches.entries()) {
    const weight = weights[i]!;
    const [u, v] = [x - cx, y - cy];
    n += weight;
    sx += weight * u;
    sy += weight * v;
    sq += weight * (u * u + v * v);
    tx += weight * dx;
    ty += weight * dy;
    p += weight * (u * dx + v * dy);
    q += weight * (u * dy - v * dx);
  }
  if (!whole) return [tx / n, ty / n, 0, 0];
  const spread = sq - (sx * sx + sy * sy) / n;
  const s = (p - (sx * tx + sy * ty) / n) / spread;
  const r = (q - (sx * ty - sy * tx) / n) / spread;
  return [(tx - s * sx + r * sy) / n, (ty - r * sx - s * sy) / n, s, r];
}
