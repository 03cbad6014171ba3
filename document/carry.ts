import {
  type Crop,
  type EditAction,
  type EditState,
  type LocalRepair,
  MAX_BRUSH,
  MAX_SPREAD,
  type MaskArea,
  type MaskOp,
  type MaskStroke,
} from '../contract/edit';
import type { Recipe } from '../contract/recipe';
import type { Scan } from '../contract/scan';
import { clamp, type Size } from './geometry';
import { type Corner, inverse, ontoPage, type Projection, project, wholeArea } from './quad';
import { type RunBitmap, RunWriter, readRuns } from './runs';
import { printSize } from './scan';

/**
 * What is painted on a photo follows the picture when another print is cut out of the page: points are projected, lengths are
 * scaled as the picture is where they are, and bitmaps are resampled.
 */

/** From one upright print to another one of the same page. */
export interface Carrying {
  readonly from: Size;
  readonly to: Size;
  /** From pixels of the former print to pixels of the new one. */
  readonly onto: Projection;
}

/** The most that a coordinate of the contract may be, on either side. */
const [LEAST_PLACE, MOST_PLACE] = [-100_000, 300_000];

/** `from` and `to` null: the whole page. */
export function carrying(from: Scan | null, to: Scan | null, page: Size): Carrying {
  const [former, next] = [from, to].map((scan) => ({
    size: scan ? printSize(scan) : page,
    corners: scan?.corners ?? wholeArea(page),
  })) as [Side, Side];
  const back = inverse(ontoPage(next.corners, next.size));
  const onto = product(back, ontoPage(former.corners, former.size));
  // Its scale is free; this one makes w positive in front of the horizon.
  const middle = [former.size.width / 2, former.size.height / 2] as const;
  const sign = depthAt(onto, middle) < 0 ? -1 : 1;
  return { from: former.size, to: next.size, onto: onto.map((value) => sign * value) as unknown as Projection };
}

interface Side {
  size: Size;
  corners: Scan['corners'];
}

/** First `second`, then `first`. */
function product(first: Projection, second: Projection): Projection {
  const cell = (row: number, column: number) =>
    first[row * 3]! * second[column]! +
    first[row * 3 + 1]! * second[column + 3]! +
    first[row * 3 + 2]! * second[column + 6]!;
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => cell(row, column))) as unknown as Projection;
}

const depthAt = ([, , , , , , g, h, i]: Projection, [x, y]: Corner): number => g * x + h * y + i;

/** Pixels of the new print for one of the former, around a place. */
export function scaleAt({ onto }: Carrying, at: Corner): number {
  const [a, b, c, d, e, f, g, h, i] = onto;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const depth = depthAt(onto, at);
  return Math.sqrt(Math.abs(determinant / depth ** 3));
}

const scaleInMiddle = (by: Carrying) => scaleAt(by, [by.from.width / 2, by.from.height / 2]);

/** A place in the new print; null for one behind the horizon or too far away, where the picture cannot reach. */
function carryPoint({ onto }: Carrying, at: Corner): Corner | null {
  if (depthAt(onto, at) <= 0) return null;
  const [x, y] = project(onto, at);
  const isNear = Math.min(x, y) >= LEAST_PLACE && Math.max(x, y) <= MOST_PLACE;
  return isNear ? [rounded(x), rounded(y)] : null;
}

/** Finer than a thousandth of a pixel would only make files longer. */
const rounded = (value: number) => Math.round(value * 1000) / 1000;

function middleOf(points: readonly number[], each: number): Corner {
  const xs = points.filter((_, i) => i % each === 0);
  const ys = points.filter((_, i) => i % each === 1);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean(xs), mean(ys)];
}

/** Every `each` numbers are a point and what belongs to it. */
function carryPoints(by: Carrying, points: readonly number[], each: number): number[] {
  const carried: number[] = [];
  for (let i = 0; i < points.length; i += each) {
    const at = carryPoint(by, [points[i]!, points[i + 1]!]);
    if (at) carried.push(...at, ...points.slice(i + 2, i + each));
  }
  return carried;
}

function carryStroke(by: Carrying, op: MaskStroke): MaskStroke | null {
  const points = carryPoints(by, op.points, 3);
  const scale = scaleAt(by, middleOf(op.points, 3));
  return points.length === 0 ? null : { ...op, size: clamp(op.size * scale, 1, MAX_BRUSH), points };
}

function carryArea(by: Carrying, op: MaskArea): MaskArea | null {
  const points = carryPoints(by, op.points, 2);
  if (points.length < 6) return null;
  // It is no upright rectangle any more, but has its corners still.
  return { ...op, shape: op.shape === 'rectangle' ? 'polygon' : op.shape, points };
}

/** Null: it lies where the new print cannot reach. `bitmap` gives the id of a carried bitmap. */
function carryOp(by: Carrying, op: MaskOp, bitmap: (id: string) => string): MaskOp | null {
  switch (op.kind) {
    case 'stroke':
      return carryStroke(by, op);
    case 'area':
      return carryArea(by, op);
    case 'defect':
    case 'filling': {
      const at = carryPoint(by, [op.x, op.y]);
      return at && { ...op, x: at[0], y: at[1] };
    }
    case 'bitmap':
      return { ...op, id: bitmap(op.id) };
    case 'grow':
    case 'shrink':
    case 'feather':
      return { ...op, radius: clamp(Math.round(op.radius * scaleInMiddle(by)), 1, MAX_SPREAD) };
    default:
      return op;
  }
}

function carryRepair(by: Carrying, repair: LocalRepair): LocalRepair | null {
  const mask = repair.mask.flatMap((op) => (op.kind === 'stroke' ? carryStroke(by, op) : carryArea(by, op)) ?? []);
  if (mask.length === 0) return null;
  const { source } = repair;
  if (!source) return { ...repair, mask };
  const [first] = repair.mask;
  const at = middleOf(first!.points, first!.kind === 'stroke' ? 3 : 2);
  const [to, from] = [carryPoint(by, at), carryPoint(by, [at[0] + source.dx, at[1] + source.dy])];
  if (!to || !from) return null;
  return { ...repair, mask, source: { ...source, dx: Math.round(from[0] - to[0]), dy: Math.round(from[1] - to[1]) } };
}

/** The upright rectangle around a carried part of the picture, in whole pixels; null if nothing of it is left. */
function carryCrop(by: Carrying, crop: Crop): Crop | null {
  const { x, y, width, height } = crop;
  const corners = wholeArea({ width, height }).map(([dx, dy]) => carryPoint(by, [x + dx, y + dy]));
  if (corners.includes(null)) return null;
  const inside = (axis: 0 | 1, most: number) => corners.map((at) => clamp(at![axis], 0, most));
  const [xs, ys] = [inside(0, by.to.width), inside(1, by.to.height)];
  const [left, top] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
  const [right, bottom] = [Math.ceil(Math.max(...xs)), Math.ceil(Math.max(...ys))];
  const isAll = left === 0 && top === 0 && right === by.to.width && bottom === by.to.height;
  return right <= left || bottom <= top || isAll
    ? null
    : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Faces are chosen by places in shares of the picture. One that is cut off is chosen no longer. */
function carryRecipe(by: Carrying, recipe: Recipe): Recipe {
  const steps = recipe.steps.map((step) => {
    if (step.kind !== 'faces' || step.settings.chosen === undefined) return step;
    const chosen = step.settings.chosen.flatMap(({ x, y }) => {
      const at = carryPoint(by, [x * by.from.width, y * by.from.height]);
      const place = at && { x: at[0] / by.to.width, y: at[1] / by.to.height };
      return place && Math.min(place.x, place.y) >= 0 && Math.max(place.x, place.y) <= 1 ? [place] : [];
    });
    return { ...step, settings: { ...step.settings, chosen } };
  });
  return steps.every((step, i) => step === recipe.steps[i]) ? recipe : { ...recipe, steps };
}

/**
 * The action that cuts another print out of the page (null: shows the whole page), with everything that is painted where it
 * then lies. What has no place stays the same object. `bitmap` gives the id of a bitmap as it is carried.
 */
export function carriedTo(
  state: EditState,
  scan: Scan | null,
  by: Carrying,
  bitmap: (id: string) => string,
): EditAction {
  const masks = ['mask', 'styleMask', 'keepMask'] as const;
  const ops = (list: readonly MaskOp[]) => list.flatMap((op) => carryOp(by, op, bitmap) ?? []);
  const isMoved = (now: readonly unknown[], before: readonly unknown[]) =>
    now.length !== before.length || now.some((each, i) => each !== before[i]);
  const action: EditAction = { name: scan ? 'cropped' : 'uncropped', scan };
  for (const name of masks) {
    const carried = ops(state[name]);
    if (isMoved(carried, state[name])) action[name] = carried;
  }
  if (state.repairs.length > 0) action.repairs = state.repairs.flatMap((each) => carryRepair(by, each) ?? []);
  if (state.hints.length > 0) {
    action.hints = state.hints.flatMap((hint) => {
      const points = carryPoints(by, hint.points, 2);
      const scale = scaleAt(by, middleOf(hint.points, 2));
      return points.length === 0 ? [] : { ...hint, radius: clamp(hint.radius * scale, 0.5, MAX_BRUSH / 2), points };
    });
  }
  if (state.crop) action.crop = carryCrop(by, state.crop);
  const recipe = carryRecipe(by, state.recipe);
  if (recipe !== state.recipe) action.recipe = recipe;
  return action;
}

/** Pixels after which others get a turn: some ten milliseconds. */
const STRIP_PIXELS = 1_000_000;

/**
 * A mask in the pixels of the new print: between pixels it is interpolated, and outside the former print it is empty. `between` is
 * called between strips.
 */
export async function carryBitmap(
  { from, to, onto }: Carrying,
  bitmap: RunBitmap,
  between: () => Promise<void>,
): Promise<RunBitmap> {
  const [a, b, c, d, e, f, g, h, i] = inverse(onto);
  const { width, height } = from;
  const values = new Uint8Array(width * height);
  readRuns(bitmap, { x: 0, y: 0, width, height }, values);
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : values[y * width + x]!);
  const writer = new RunWriter(to.width, to.height);
  const row = new Uint8Array(to.width);
  const strip = Math.max(1, Math.floor(STRIP_PIXELS / to.width));
  for (let y = 0; y < to.height; y++) {
    if (y % strip === 0) await between();
    for (let x = 0; x < to.width; x++) {
      const w = g * (x + 0.5) + h * (y + 0.5) + i;
      const fromX = (a * (x + 0.5) + b * (y + 0.5) + c) / w - 0.5;
      const fromY = (d * (x + 0.5) + e * (y + 0.5) + f) / w - 0.5;
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - left, fromY - top];
      const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
      const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
      row[x] = Math.round(upper * (1 - down) + lower * down);
    }
    writer.add(row);
  }
  return writer.finish();
}
