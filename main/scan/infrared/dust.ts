import { AT_THRESHOLD, forEachPiece } from '../../../document/evidence';
import type { Raster } from '../../restoration/raster';
import { median } from '../../restoration/statistics';
import { type Crosstalk, predicted } from './crosstalk';
import { type Affine, blurred, logOf, readPlanes, readWarped } from './planes';

/** Dust and scratches stop infrared light: where it is darker than predicted, by more than the noise and the fit explain. */

/** Rows that are computed at a time, as pixels. */
const STRIP_PIXELS = 1_500_000;
/** Blur against noise, in pixels. */
const SMOOTH = 0.7;
const MARGIN = 12;
/** Edge of the cells in which noise and the light of the scanner are measured. */
const CELL = 48;
/** Densities are kept as whole numbers of this size. */
const STEP = 1 / 8000;
/** A piece counts with one place this many times darker than the noise explains; it reaches down to {@link FLANK}. */
const SEED = 6;
const FLANK = 3;
/** The fewest times that full sensitivity accepts. */
const FAINTEST = 4.2;
/** It also has to be this much darker (natural logarithm). */
const DEPTH = 0.04;
/** A place belongs to dust nearby that is at most so many times as deep: its soft rim does not. */
const RIM = 0.36;
const RIM_REACH = 3;
/**
 * Edges of what the infrared picture shows of the photo are this uncertain, in pixels, or more where it is measured. Steps of the
 * prediction from which they count for that.
 */
const UNSURE = { least: 0.4, most: 1.2, from: 6 };
/** Nearer to its border the infrared picture shows nothing for certain, in pixels. */
const INSIDE = 0.6;
/** Noise is never taken to be less, as density. */
const LEAST_NOISE = 0.003;
/** Steps of evidence for twice the certainty. */
const PER_OCTAVE = 48;
/** How near to the border the holder of the film begins, in pixels. */
const BORDER = 8;
/** A piece at the border that is larger than this share of the picture is the holder of the film. */
const HOLDER = 0.004;

export interface Dust {
  /** Evidence for each pixel of the photo: 128 where dust begins, as `Evidence.plane`; 0 where there is none. */
  readonly plane: Uint8Array;
  readonly pieces: number;
  /** Share of the photo, 0..1. */
  readonly share: number;
}

/** Reads dust off an infrared picture. `between` is called with the share that is done, and may throw to stop. */
export async function findDust(
  photo: Raster,
  infrared: Raster,
  map: Affine,
  crosstalk: Crosstalk,
  between: (share: number) => Promise<void>,
): Promise<Dust> {
  const { width, height } = photo;
  const depths = new Int16Array(width * height);
  const edges = new Uint8Array(width * height);
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / width));
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    readStrip(photo, infrared, map, crosstalk, { top, count }, depths, edges);
    await between((0.7 * (top + count)) / height);
  }
  const light = measureLight(depths, width, height);
  light.unsure = measureEdges(depths, edges, light, width);
  const plane = new Uint8Array(width * height);
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    judgeStrip(depths, edges, light, { width, height, top, count }, plane);
    await between(0.7 + (0.2 * (top + count)) / height);
  }
  const found = settle(plane, width, height);
  await between(1);
  return found;
}

interface Strip {
  top: number;
  count: number;
}

/** How much darker than predicted each pixel of a strip is, and how steep the prediction is there. */
function readStrip(
  photo: Raster,
  infrared: Raster,
  map: Affine,
  crosstalk: Crosstalk,
  { top, count }: Strip,
  depths: Int16Array,
  edges: Uint8Array,
): void {
  const { width } = photo;
  const outer = { x: -MARGIN, y: top - MARGIN, width: width + 2 * MARGIN, height: count + 2 * MARGIN };
  const planes = readPlanes(photo, outer).map((plane) => blurred(plane, outer.width, outer.height, crosstalk.blur));
  const light = predicted(crosstalk, planes);
  const depth = readWarped(infrared, map, outer);
  for (let i = 0; i < depth.length; i++) {
    const expected = logOf(light[i]!);
    depth[i] = expected - logOf(depth[i]! / crosstalk.white);
    light[i] = expected;
  }
  const smooth = blurred(depth, outer.width, outer.height, SMOOTH);
  for (let row = 0; row < count; row++) {
    let from = (row + MARGIN) * outer.width + MARGIN;
    let to = (top + row) * width;
    for (let x = 0; x < width; x++, from++, to++) {
      const u = map.a + map.ax * x + map.ay * (top + row);
      const v = map.b + map.bx * x + map.by * (top + row);
      // Where the infrared picture ends, nothing is known.
      if (u < INSIDE || u > infrared.width - 1 - INSIDE || v < INSIDE || v > infrared.height - 1 - INSIDE) continue;
      depths[to] = Math.max(-32000, Math.min(32000, Math.round(smooth[from]! / STEP)));
      const across = light[from + 1]! - light[from - 1]!;
      const down = light[from + outer.width]! - light[from - outer.width]!;
      edges[to] = Math.min(255, Math.round(100 * Math.sqrt(across * across + down * down)));
    }
  }
}

/** Per cell: what is darker evenly, and how much that varies from pixel to pixel. */
interface Light {
  columns: number;
  rows: number;
  level: Float32Array;
  noise: Float32Array;
  /** How uncertain edges of the prediction are, in pixels. */
  unsure: number;
}

/** How far edges of the prediction lie from those of the infrared picture, in pixels, from what is left along them. */
function measureEdges(depths: Int16Array, edges: Uint8Array, { columns, rows, level }: Light, width: number): number {
  const height = depths.length / width;
  const off: number[] = [];
  const step = Math.max(1, Math.floor(depths.length / 2_000_000));
  for (let at = 0; at < depths.length; at += step) {
    if (edges[at]! < UNSURE.from) continue;
    const x = at % width;
    const row = Math.min(rows - 1, Math.floor((((at - x) / width) * rows) / height));
    const n = row * columns + Math.min(columns - 1, Math.floor((x * columns) / width));
    off.push(Math.abs(depths[at]! * STEP - level[n]!) / (edges[at]! / 200));
  }
  if (off.length < 500) return UNSURE.least;
  off.sort((one, other) => one - other);
  // Two thirds lie within one deviation; dust is rare among edges, and noise is part of it.
  return Math.max(UNSURE.least, Math.min(UNSURE.most, off[Math.floor(0.68 * off.length)]!));
}

function measureLight(depths: Int16Array, width: number, height: number): Light {
  const columns = Math.max(1, Math.round(width / CELL));
  const rows = Math.max(1, Math.round(height / CELL));
  const levels = new Float32Array(columns * rows);
  const noises = new Float32Array(columns * rows);
  const values: number[] = [];
  for (let n = 0; n < levels.length; n++) {
    const [left, right] = [n % columns, (n % columns) + 1].map((i) => Math.floor((i * width) / columns));
    const row = Math.floor(n / columns);
    const [top, bottom] = [row, row + 1].map((i) => Math.floor((i * height) / rows));
    values.length = 0;
    for (let y = top!; y < bottom!; y += 2) {
      for (let x = left! + (y & 1); x < right!; x += 2) values.push(depths[y * width + x]! * STEP);
    }
    const level = median(values);
    levels[n] = level;
    for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]! - level);
    noises[n] = 1.4826 * median(values);
  }
  const level = new Float32Array(levels.length);
  const noise = new Float32Array(levels.length);
  for (let n = 0; n < levels.length; n++) {
    const around = cellsAround(levels, columns, rows, n, 2);
    const usual = median(around);
    // A cell that is full of dust gets the level of those around it.
    const free = Math.max(0.015, 2 * median(around.map((each) => Math.abs(each - usual))));
    level[n] = Math.max(usual - free, Math.min(usual + free, levels[n]!));
    noise[n] = Math.max(LEAST_NOISE, Math.min(noises[n]!, 2 * median(cellsAround(noises, columns, rows, n, 1))));
  }
  return { columns, rows, level, noise, unsure: UNSURE.least };
}

function cellsAround(values: Float32Array, columns: number, rows: number, n: number, reach: number): number[] {
  const [x, y] = [n % columns, Math.floor(n / columns)];
  const out: number[] = [];
  for (let v = Math.max(0, y - reach); v <= Math.min(rows - 1, y + reach); v++) {
    for (let u = Math.max(0, x - reach); u <= Math.min(columns - 1, x + reach); u++) out.push(values[v * columns + u]!);
  }
  return out;
}

/** Evidence of a strip: how many times darker each pixel is than noise and edges explain, without the soft rims of dust. */
function judgeStrip(
  depths: Int16Array,
  edges: Uint8Array,
  light: Light,
  { width, height, top, count }: Strip & { width: number; height: number },
  plane: Uint8Array,
): void {
  const { columns, rows } = light;
  const first = Math.max(0, top - RIM_REACH);
  const last = Math.min(height, top + count + RIM_REACH);
  const depth = new Float32Array((last - first) * width);
  const times = new Float32Array(depth.length);
  const left = new Int32Array(width);
  const share = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const u = Math.max(0, Math.min(columns - 1, ((x + 0.5) * columns) / width - 0.5));
    left[x] = Math.min(Math.max(0, columns - 2), Math.floor(u));
    share[x] = u - left[x]!;
  }
  const next = columns > 1 ? 1 : 0;
  for (let y = first; y < last; y++) {
    const v = Math.max(0, Math.min(rows - 1, ((y + 0.5) * rows) / height - 0.5));
    const row = Math.min(Math.max(0, rows - 2), Math.floor(v));
    const low = v - row;
    const upper = row * columns;
    const lower = upper + (rows > 1 ? columns : 0);
    for (let x = 0; x < width; x++) {
      const at = (y - first) * width + x;
      const [i, f] = [left[x]!, share[x]!];
      const mixed = (values: Float32Array) =>
        (values[upper + i]! * (1 - f) + values[upper + i + next]! * f) * (1 - low) +
        (values[lower + i]! * (1 - f) + values[lower + i + next]! * f) * low;
      const dark = depths[y * width + x]! * STEP - mixed(light.level);
      depth[at] = dark;
      if (dark < DEPTH / 2) continue;
      const noise = mixed(light.noise);
      const steep = (light.unsure * edges[y * width + x]!) / 200;
      times[at] = dark / Math.sqrt(noise * noise + steep * steep);
    }
  }
  for (let y = top; y < top + count; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y - first) * width + x;
      if (times[at]! < FLANK) continue;
      let deepest = 0;
      for (let v = Math.max(first, y - RIM_REACH); v <= Math.min(last - 1, y + RIM_REACH); v++) {
        for (let u = Math.max(0, x - RIM_REACH); u <= Math.min(width - 1, x + RIM_REACH); u++) {
          const value = depth[(v - first) * width + u]!;
          if (value > deepest) deepest = value;
        }
      }
      if (depth[at]! < RIM * Math.min(2, deepest)) continue;
      const value = AT_THRESHOLD + PER_OCTAVE * Math.log2(times[at]! / SEED);
      // Too shallow to be certain, however little noise there is.
      plane[y * width + x] = Math.max(1, Math.min(depth[at]! < DEPTH ? AT_THRESHOLD - 1 : 255, Math.round(value)));
    }
  }
}

/** Leaves pieces that one place proves, each as a whole, and fainter ones for a higher sensitivity. */
function settle(plane: Uint8Array, width: number, height: number): Dust {
  const largest = HOLDER * width * height;
  const faintest = Math.round(AT_THRESHOLD + PER_OCTAVE * Math.log2(FAINTEST / SEED));
  let pieces = 0;
  let pixels = 0;
  forEachPiece(plane, width, height, 1, (piece) => {
    let most = 0;
    let isAtBorder = false;
    for (const index of piece) {
      most = Math.max(most, plane[index]!);
      const x = index % width;
      const y = (index - x) / width;
      isAtBorder ||= Math.min(x, y, width - 1 - x, height - 1 - y) < BORDER;
    }
    const isHolder = isAtBorder && piece.length > largest && isSolid(piece, plane, width, height);
    if (most < faintest || isHolder || (piece.length < 2 && most < AT_THRESHOLD + PER_OCTAVE)) {
      for (const index of piece) plane[index] = 0;
      return;
    }
    if (most < AT_THRESHOLD) return;
    pieces++;
    pixels += piece.length;
    const least = Math.max(AT_THRESHOLD, most - PER_OCTAVE);
    for (const index of piece) if (plane[index]! < least) plane[index] = least;
  });
  return { plane, pieces, share: pixels / plane.length };
}

/** Whether most of a piece is wider than any hair or scratch. */
function isSolid(piece: Int32Array, plane: Uint8Array, width: number, height: number): boolean {
  const reach = Math.max(4, Math.round(0.006 * Math.min(width, height)));
  let inner = 0;
  for (const index of piece) {
    const x = index % width;
    const y = (index - x) / width;
    const isInside = ([dx, dy]: readonly [number, number]) => {
      const [u, v] = [x + reach * dx, y + reach * dy];
      // It goes on beyond the picture.
      if (u < BORDER || v < BORDER || u >= width - BORDER || v >= height - BORDER) return true;
      return plane[v * width + u] !== 0;
    };
    if (CORNERS.every(isInside)) inner++;
  }
  return inner > 0.3 * piece.length;
}

const CORNERS = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const;
