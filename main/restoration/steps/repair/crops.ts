import { boundsOf, forEachPiece } from '../../../../document/evidence';
import { clamp, intersection } from '../../../../document/geometry';
import { atAffordableSize, seesWhole } from '../../foreign';
import type { Mask } from '../../mask';
import { type Raster, type Rect, readSrgb } from '../../raster';
import { resample } from '../../resample';
import type { GeneratorFacts, PassReport, StepTools, Wanted } from '../../tools';
import { depthsOf } from './depth';
import { paste } from './paste';

/*
 * Holes for a net that sees a whole picture, of its own size or not: each gets a square around it, and only the hole is
 * taken from the result.
 */

/** The side of a square, in sides of the hole. */
const CONTEXT = 3;
/** The smallest square for a net that takes any size, and the largest of all, in pixels. */
const LEAST_CROP = 256;
const MOST_CROP = 2560;
/** A hole is shown so many pixels larger, since what is at its edge is often still damaged. */
const GROWN = 3;
/** The brightness of a filling is adjusted to its surroundings over so many pixels inside the edge. */
const SOFT = 5;
/** Cells of the map on which holes are found. */
const MAP_CELLS = 2_000_000;

interface Options {
  wanted?: Wanted | undefined;
  region?: Rect | undefined;
  before?: ((rect: Rect) => void) | undefined;
}

/** A part of the mask that is filled at once. */
interface Block extends Rect {
  /** The side of the square around it. */
  side: number;
}

/**
 * Fills the masked pixels of a raster, in place. All other pixels keep their bits. Long thin damage is filled piece by
 * piece, and each piece sees those that are filled already. Throws the errors of `runTiles`; some holes are filled then.
 */
export async function fillByCrops(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { wanted, region, before }: Options,
): Promise<PassReport> {
  const facts = tools.generator('inpaint', wanted);
  if (!seesWhole(facts)) throw new RangeError('the generator gets tiles');
  const whole = { x: 0, y: 0, width: raster.width, height: raster.height };
  let limit = limitOf(facts);
  const isFixed = facts.foreign.sides.fixed !== null;
  const blocks = await blocksOf(mask, region ?? whole, isFixed ? limit : LEAST_CROP, tools);
  const done: Rect[] = [];
  let pending = blocks.toSorted((a, b) => b.side - a.side);
  let report: PassReport = { generator: facts.id, provider: 'cpu', tiles: 0, tile: 0 };
  while (pending.length > 0) {
    const first = pending[0]!;
    const crop = cropAround(first, raster);
    const isInside = (block: Block) =>
      block === first || (block.side <= first.side && contains(inner(crop, raster), block));
    const now = pending.filter(isInside);
    pending = pending.filter((block) => !isInside(block));
    const weight = now.length / blocks.length;
    const pass = await fillCrop(raster, mask, tools, { crop, now, done, limit, isFixed, weight, wanted, before });
    const { short } = pass ?? report;
    // The next square begins at the size that memory sufficed for.
    if (short) limit = Math.min(limit, Math.max(short.width, short.height));
    const kept = short ?? report.short;
    if (pass)
      report = {
        ...pass,
        tiles: report.tiles + pass.tiles,
        tile: Math.max(report.tile, pass.tile),
        ...(kept && { short: kept }),
      };
    done.push(...now);
    await tools.breathe();
  }
  return report;
}

/** The longest side of a picture for the net. */
function limitOf({ foreign }: GeneratorFacts): number {
  const { fixed } = foreign!.sides;
  return fixed ? Math.min(fixed.width, fixed.height) : foreign!.longest;
}

/** Parts of a mask, each with the side of the square around it. */
async function blocksOf(mask: Mask, region: Rect, least: number, tools: StepTools): Promise<Block[]> {
  const cell = Math.max(1, Math.ceil(Math.sqrt((region.width * region.height) / MAP_CELLS)));
  const columns = Math.ceil(region.width / cell);
  const rows = Math.ceil(region.height / cell);
  const cells = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const top = region.y + row * cell;
    const strip = { ...region, y: top, height: Math.min(cell, region.y + region.height - top) };
    if (mask.any(strip)) {
      const bytes = new Uint8Array(strip.width * strip.height);
      mask.read(strip, bytes);
      for (let i = 0; i < bytes.length; i++) {
        if (bytes[i] !== 0) cells[row * columns + Math.floor((i % strip.width) / cell)] = 1;
      }
    }
    if (row % 64 === 0) await tools.breathe();
  }
  const depths = depthsOf((index) => cells[index] === 1, columns, rows);
  const blocks: Block[] = [];
  forEachPiece(cells, columns, rows, 1, (piece) => {
    const bounds = boundsOf(piece, columns);
    const thick = 2 * cell * piece.reduce((most, index) => Math.max(most, depths[index]!), 0);
    const rect = {
      x: region.x + bounds.x * cell,
      y: region.y + bounds.y * cell,
      width: Math.min(region.width - bounds.x * cell, bounds.width * cell),
      height: Math.min(region.height - bounds.y * cell, bounds.height * cell),
    };
    const longer = Math.max(rect.width, rect.height);
    const edge = Math.min(longer, Math.max(2 * thick, least / CONTEXT), (2 * MOST_CROP) / CONTEXT);
    const side = clamp(Math.ceil(CONTEXT * edge), least, MOST_CROP);
    for (const part of divided(rect, edge)) if (mask.any(part)) blocks.push({ ...part, side });
  });
  return blocks;
}

/** A rectangle in equal parts with edges of at most `edge` pixels. */
function divided({ x, y, width, height }: Rect, edge: number): Rect[] {
  const across = Math.ceil(width / edge);
  const down = Math.ceil(height / edge);
  const parts: Rect[] = [];
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const left = Math.round((i * width) / across);
      const top = Math.round((j * height) / down);
      parts.push({
        x: x + left,
        y: y + top,
        width: Math.round(((i + 1) * width) / across) - left,
        height: Math.round(((j + 1) * height) / down) - top,
      });
    }
  }
  return parts;
}

function cropAround({ side, ...rect }: Block, { width, height }: Raster): Rect {
  const along = (start: number, length: number, all: number) => {
    const size = Math.min(all, Math.max(side, length));
    return [clamp(Math.round(start + length / 2 - size / 2), 0, all - size), size] as const;
  };
  const [x, across] = along(rect.x, rect.width, width);
  const [y, down] = along(rect.y, rect.height, height);
  return { x, y, width: across, height: down };
}

/** The part of a square that has enough around it; the picture's own edges do not count. */
function inner({ x, y, width, height }: Rect, raster: Raster): Rect {
  const margin = Math.floor(Math.min(width, height) / 6);
  const left = x === 0 ? 0 : margin;
  const top = y === 0 ? 0 : margin;
  const right = x + width === raster.width ? 0 : margin;
  const bottom = y + height === raster.height ? 0 : margin;
  return { x: x + left, y: y + top, width: width - left - right, height: height - top - bottom };
}

const contains = (outer: Rect, { x, y, width, height }: Rect): boolean =>
  x >= outer.x && y >= outer.y && x + width <= outer.x + outer.width && y + height <= outer.y + outer.height;

interface Work {
  crop: Rect;
  now: readonly Rect[];
  done: readonly Rect[];
  limit: number;
  isFixed: boolean;
  weight: number;
  wanted: Wanted | undefined;
  before: ((rect: Rect) => void) | undefined;
}

async function fillCrop(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { crop, now, done, limit, isFixed, weight, wanted, before }: Work,
): Promise<PassReport | null> {
  const { width, height } = crop;
  const count = width * height;
  const bytes = new Uint8Array(count);
  mask.read(crop, bytes);
  for (const rect of done) clear(bytes, crop, rect);
  if (!bytes.some((byte) => byte !== 0)) return null;
  const planes = new Float32Array(4 * count);
  readSrgb(raster, crop, tools.colour, planes.subarray(0, 3 * count));
  const hole = grown(bytes, width, height);
  planes.set(hole, 3 * count);
  let filled = new Float32Array(0);
  const { report, size } = await atAffordableSize(
    (share) => {
      const scale = Math.min(1, limit / Math.max(width, height)) * (isFixed ? 1 : Math.sqrt(share));
      return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
    },
    async (tried) => {
      const small = resample(planes, crop, tried);
      const pixels = tried.width * tried.height;
      // A pixel that has anything of the hole is no context.
      for (let i = 3 * pixels; i < 4 * pixels; i++) small[i] = small[i]! > 0.004 ? 1 : 0;
      filled = new Float32Array(3 * pixels);
      return tools.runTiles({
        task: 'inpaint',
        ...(wanted && { wanted }),
        ...tried,
        weight,
        read: (rect, into) => copy(small, tried.width, tried.height, rect, into, 4),
        write: (rect, result) => {
          for (let row = 0; row < 3 * rect.height; row++) {
            const [plane, y] = [Math.floor(row / rect.height), row % rect.height];
            const to = (plane * tried.height + rect.y + y) * tried.width + rect.x;
            filled.set(result.subarray(row * rect.width, (row + 1) * rect.width), to);
          }
        },
      });
    },
  );
  const whole = resample(filled, size, crop);
  soften(whole, planes, bytes, hole, crop);
  if (raster.channels === 3) tools.colour?.fromSrgb(whole, count);
  for (const rect of now) {
    const part = new Float32Array(3 * rect.width * rect.height);
    const inCrop = { ...rect, x: rect.x - crop.x, y: rect.y - crop.y };
    copy(whole, width, height, inCrop, part, 3);
    before?.(rect);
    paste(raster, rect, part, { bytes, frame: crop });
  }
  return report;
}

/** Copies a rectangle of planes `[count, height, width]`. */
function copy(from: Float32Array, width: number, height: number, rect: Rect, into: Float32Array, count: number): void {
  for (let row = 0; row < count * rect.height; row++) {
    const [plane, y] = [Math.floor(row / rect.height), row % rect.height];
    const start = (plane * height + rect.y + y) * width + rect.x;
    into.set(from.subarray(start, start + rect.width), row * rect.width);
  }
}

function clear(bytes: Uint8Array, crop: Rect, rect: Rect): void {
  const part = intersection(crop, rect);
  if (part === null) return;
  for (let y = part.y - crop.y; y < part.y - crop.y + part.height; y++) {
    const start = y * crop.width + part.x - crop.x;
    bytes.fill(0, start, start + part.width);
  }
}

/** 1 in the mask and a few pixels around it. */
function grown(bytes: Uint8Array, width: number, height: number): Float32Array {
  const across = new Uint8Array(bytes.length);
  const hole = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0) continue;
    const x = i % width;
    across.fill(1, i - Math.min(x, GROWN), i + Math.min(width - x, GROWN + 1));
  }
  for (let i = 0; i < bytes.length; i++) {
    if (across[i] === 0) continue;
    const y = Math.floor(i / width);
    for (let row = Math.max(0, y - GROWN); row <= Math.min(height - 1, y + GROWN); row++) {
      hole[row * width + (i % width)] = 1;
    }
  }
  return hole;
}

/**
 * Adjusts a filling to its surroundings along the edge of the hole: how far the net was off just outside, where the picture
 * is known, fades out inside. No damage comes in by it, as it would by blending.
 */
function soften(
  filled: Float32Array,
  picture: Float32Array,
  bytes: Uint8Array,
  hole: Float32Array,
  { width, height }: Rect,
): void {
  const count = width * height;
  const isRing = Float32Array.from(bytes, (byte, i) => (byte === 0 && hole[i] === 1 ? 1 : 0));
  const known = boxSums(isRing, width, height);
  const depths = depthsOf((i) => bytes[i] !== 0, width, height);
  const off = new Float32Array(count);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < count; i++) off[i] = isRing[i]! * (picture[c * count + i]! - filled[c * count + i]!);
    const sums = boxSums(off, width, height);
    for (let i = 0; i < count; i++) {
      if (bytes[i] === 0 || known[i]! < 0.5 || depths[i]! > SOFT) continue;
      filled[c * count + i]! += ((1 - depths[i]! / (SOFT + 1)) * sums[i]!) / known[i]!;
    }
  }
}

/** The sums of the values around each pixel, up to {@link SOFT} + {@link GROWN} away. */
function boxSums(values: Float32Array, width: number, height: number): Float32Array {
  const reach = SOFT + GROWN;
  const across = new Float32Array(values.length);
  const sums = new Float32Array(values.length);
  const slide = (from: Float32Array, to: Float32Array, start: number, step: number, length: number) => {
    let sum = 0;
    for (let i = 0; i < Math.min(length, reach); i++) sum += from[start + i * step]!;
    for (let i = 0; i < length; i++) {
      if (i + reach < length) sum += from[start + (i + reach) * step]!;
      if (i - reach - 1 >= 0) sum -= from[start + (i - reach - 1) * step]!;
      to[start + i * step] = sum;
    }
  };
  for (let y = 0; y < height; y++) slide(values, across, y * width, 1, width);
  for (let x = 0; x < width; x++) slide(across, sums, x, width, height);
  return sums;
}
