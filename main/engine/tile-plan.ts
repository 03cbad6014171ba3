import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import type { Rect } from '../restoration/raster';

/*
 * How pictures are cut for a generator.
 */

/** What the tile executor reads of a card. Cards of tests may leave out what only nets from elsewhere have. */
export type TileCard = Pick<Card, 'id' | 'input' | 'output' | 'tile' | 'halo' | 'border' | 'extraInputs'> &
  Partial<Pick<Card, 'task' | 'mask' | 'example' | 'global' | 'overlap' | 'guard' | 'origin'>>;

/** How a picture is cut: equal cores side by side, each computed with a halo of context around it. */
export interface TilePlan {
  /** Size of every tile in pixels, including the halo. */
  tileWidth: number;
  tileHeight: number;
  /** Context on each side of a core that does not lie at the picture's edge. */
  halo: number;
  /** Pixels at the left and at the top of a core over which it is blended with the tile before it. */
  overlap: number;
  /** Cores in reading order, row by row. Those at the right and at the bottom may be smaller. */
  cores: Rect[];
}

const MIN_EDGE = 64;

const INPUT_PLANES = {
  luma: 1,
  l100: 1,
  rgb: 3,
  bgr: 3,
  'luma+sigma': 2,
  'rgb+mask': 4,
  'mask+rgb': 4,
  'rgb+sigma': 4,
  'luma+hints': 4,
} as const satisfies Record<Card['input']['channels'], number>;
const OUTPUT_PLANES = {
  luma: 1,
  mask: 1,
  cbcr: 2,
  'lab-ab': 2,
  classes: 2,
  rgb: 3,
  bgr: 3,
  curves: 3,
  residual: 3,
} as const;

/**
 * Number of planes that a step provides: luma or red, green and blue, and the hole or the hints where the net takes them.
 * What else the net takes is made from them.
 */
export function givenPlanes(card: Pick<TileCard, 'input' | 'mask'>): number {
  return colourPlanes(card) + (takesHole(card) ? 1 : 0) + (takesHints(card) ? 3 : 0);
}

/** Number of planes of the picture itself. */
export function colourPlanes({ input: { channels } }: Pick<TileCard, 'input'>): 1 | 3 {
  return channels === 'l100' || channels.startsWith('luma') ? 1 : 3;
}

export function takesHints({ input: { channels } }: Pick<TileCard, 'input'>): boolean {
  return channels === 'luma+hints';
}

export function takesHole({ input: { channels }, mask }: Pick<TileCard, 'input' | 'mask'>): boolean {
  return channels === 'rgb+mask' || channels === 'mask+rgb' || (mask != null && mask.input !== null);
}

/** It sees the whole picture, so it must not get tiles of it. */
export const isWhole = ({ global }: Pick<TileCard, 'global'>): boolean => global === 'whole' || global === 'fixed';

/** Whether a net that sees the whole picture gets tiles all the same: of a reduced one, it would return nothing sharper. */
export const mayBeCut = (card: TileCard): boolean => isWhole(card) && card.task === 'upscale';

/** Whether a picture is given to it at once. */
export function fitsWhole(
  { input: { fixed }, output, tile }: TileCard,
  size: { width: number; height: number },
): boolean {
  const cut = Math.ceil(output.offset / output.scale);
  return size.width + cut <= (fixed?.width ?? tile) && size.height + cut <= (fixed?.height ?? tile);
}

/** What tiles of such a net have in common: they fade into each other, since none sees the whole. */
const CUT = { halo: 16, overlap: 32 };

/** The card of a net that sees the whole picture, for tiles. */
export function cutCard(card: TileCard): TileCard {
  const { fixed } = card.input;
  const edge = fixed ? Math.min(fixed.width, fixed.height) : card.tile;
  const halo = Math.max(card.halo, Math.min(CUT.halo, Math.floor(edge / 8)));
  return { ...card, global: 'weak', halo, overlap: Math.max(card.overlap ?? 0, CUT.overlap) };
}

/** Number of planes that a generator takes. */
export function inputPlanes(card: Pick<Card, 'input'>): number {
  return INPUT_PLANES[card.input.channels];
}

/** Number of planes that a generator returns. */
export function outputPlanes(card: Pick<Card, 'output'>): number {
  const { channels } = card.output;
  return Array.isArray(channels) ? channels.length : OUTPUT_PLANES[channels];
}

const ceilTo = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;
export const floorTo = (value: number, multiple: number) => Math.floor(value / multiple) * multiple;

/** The smallest side of at least `side` pixels that a generator takes, or the largest at all. */
export function sideFrom({ multiple, remainder, minimum, ladder }: TileCard['input'], side: number): number {
  if (ladder && ladder.length > 0) {
    const sides = ladder.toSorted((a, b) => a - b);
    return sides.find((each) => each >= side) ?? sides.at(-1)!;
  }
  return ceilTo(Math.max(side, minimum, remainder) - remainder, multiple) + remainder;
}

/** The pixels of a side of what it returns for a side of `side` pixels. */
export function outputSide({ output: { scale, offset } }: Pick<TileCard, 'output'>, side: number): number {
  return side * scale - offset;
}

/** The context on each side of a core. Where a net has strides, tiles begin on the grid of the picture. */
function haloOf(card: TileCard): number {
  const { halo, input } = card;
  const around = halo + overlapOf(card);
  return input.remainder === 0 ? ceilTo(around, input.multiple) : around;
}

/** Tiles are blended over so many pixels, at most a quarter of what is left between halos. */
function overlapOf({ halo, overlap = 0, tile, input: { fixed } }: TileCard): number {
  const edge = fixed ? Math.min(fixed.width, fixed.height) : tile;
  return Math.max(0, Math.min(overlap, Math.floor((edge - 2 * halo) / 4)));
}

/** The smallest tile edge that a generator can be run with. */
export function smallestEdge(card: TileCard): number {
  return sideFrom(card.input, Math.max(MIN_EDGE, 2 * haloOf(card) + card.input.multiple));
}

/**
 * Cuts the rows from `fromRow` down (only those of `region`, if it is given) into equal tiles with edges of at most
 * `edge` pixels. Halo and cores are multiples of the card's `multiple`, so that every tile is on the grid of a net with
 * strides and gives the same result as the whole picture. Cores are balanced in both directions: a picture slightly
 * larger than one core costs two small tiles instead of two large ones, and a long thin stroke costs thin ones.
 */
export function planTiles(
  card: TileCard,
  size: { width: number; height: number },
  edge = card.tile,
  fromRow = 0,
  region: Rect = { x: 0, y: 0, width: size.width, height: size.height },
): TilePlan {
  if (isWhole(card)) return onePiece(card, size);
  const { multiple, remainder, fixed, square } = card.input;
  const halo = haloOf(card);
  const overlap = overlapOf(card);
  const left = floorTo(region.x, multiple);
  const top = Math.max(fromRow, floorTo(region.y, multiple));
  const right = Math.min(size.width, region.x + region.width);
  const bottom = Math.min(size.height, region.y + region.height);
  const along = (from: number, to: number, length: number, fixedLength?: number): Cut[] => {
    if (fixedLength) return [{ core: fixedLength - 2 * halo, tile: fixedLength, count: 1 }];
    const open = card.border === 'mirror' ? 0 : (from === 0 ? 1 : 0) + (to === length ? 1 : 0);
    const longest = floorTo(edge - remainder, multiple) + remainder;
    return balanced(to - from, { edge: longest, halo, open, input: card.input });
  };
  const [x, y] = cheapest(
    along(left, right, size.width, fixed?.width),
    along(top, bottom, size.height, fixed?.height),
    {
      room: TALLER_OR_WIDER * edge ** 2,
      longest: 2 * edge,
      // Others take few sizes, blend tiles over a number of pixels, or get only the tiles with a hole.
      isFree: !fixed && !square && !card.input.ladder?.length && overlap === 0 && !takesHole(card),
    },
  );
  if (x.core < 1 || y.core < 1) {
    const detail = `${card.id}: ${x.tile} x ${y.tile} px leave nothing between halos of ${halo} px`;
    throw new EmulsionError('GENERATOR_REFUSED', { detail });
  }
  const cores: Rect[] = [];
  for (let cy = top; cy < bottom; cy += y.core) {
    for (let cx = left; cx < right; cx += x.core) {
      cores.push({ x: cx, y: cy, width: Math.min(x.core, right - cx), height: Math.min(y.core, bottom - cy) });
    }
  }
  const longer = Math.max(x.tile, y.tile);
  return { tileWidth: square ? longer : x.tile, tileHeight: square ? longer : y.tile, halo, overlap, cores };
}

/** The whole picture as one tile, which may be larger than the picture. Throws GENERATOR_REFUSED if it is too small. */
function onePiece(card: TileCard, { width, height }: { width: number; height: number }): TilePlan {
  const { fixed, square } = card.input;
  // What is cut off the result has to be context.
  const halo = Math.ceil(card.output.offset / 2 / card.output.scale);
  const longer = Math.max(width, height);
  const side = (length: number) => sideFrom(card.input, (square ? longer : length) + 2 * halo);
  const { width: tileWidth, height: tileHeight } = fixed ?? { width: side(width), height: side(height) };
  if (tileWidth < width + 2 * halo || tileHeight < height + 2 * halo) {
    const detail = `${card.id}: it sees the whole picture, and takes no ${width} x ${height} px`;
    throw new EmulsionError('GENERATOR_REFUSED', { detail });
  }
  return { tileWidth, tileHeight, halo, overlap: 0, cores: [{ x: 0, y: 0, width, height }] };
}

/** The plan with a tile that is just large enough for a part of a core, for a net of any size. */
export function smallerPlan(card: TileCard, plan: TilePlan, part: Rect): TilePlan {
  if (card.input.fixed) return plan;
  const side = (length: number, most: number) => Math.min(most, sideFrom(card.input, length + 2 * plan.halo));
  const tileWidth = side(part.width, plan.tileWidth);
  const tileHeight = side(part.height, plan.tileHeight);
  const longer = Math.max(tileWidth, tileHeight);
  return card.input.square ? { ...plan, tileWidth: longer, tileHeight: longer } : { ...plan, tileWidth, tileHeight };
}

/** One way to cut a side: equal cores, and tiles with their halos. */
interface Cut {
  core: number;
  tile: number;
  count: number;
}

/**
 * Equal cores that cover `length` pixels: first the fewest that each fit into a tile of `edge` pixels with its halos, then
 * fewer and larger ones. No halo is needed at `open` of the two ends. A tile that the net does not take gets more context
 * at its far end.
 */
function balanced(
  length: number,
  { edge, halo, open, input }: { edge: number; halo: number; open: number; input: TileCard['input'] },
): Cut[] {
  const { multiple } = input;
  const cuts: Cut[] = [];
  for (let count = 1; ; count++) {
    const core = ceilTo(Math.ceil(length / count), multiple);
    const halos = count === 1 ? 2 - open : count === 2 && open === 2 ? 1 : 2;
    cuts.unshift({ core, tile: sideFrom(input, core + halos * halo), count });
    if (cuts[0]!.tile <= edge || core === multiple) return cuts;
  }
}

/** A tile may have this many times the pixels of one whose sides are as long as the card says ... */
const TALLER_OR_WIDER = 1.6;
/** ... where the whole picture then takes at most this share of the computing. */
const WORTH_IT = 0.85;

/**
 * The cuts of both sides. Where halos are wide, a few large tiles compute much less of the picture twice, so tiles grow up
 * to `room` pixels where that pays.
 */
function cheapest(
  across: readonly Cut[],
  down: readonly Cut[],
  { room, longest, isFree }: { room: number; longest: number; isFree: boolean },
): readonly [Cut, Cut] {
  const cost = ([x, y]: readonly [Cut, Cut]) => x.tile * x.count * y.tile * y.count;
  const fits = ([x, y]: readonly [Cut, Cut]) => Math.max(x.tile, y.tile) <= longest && x.tile * y.tile <= room;
  const usual = [across[0]!, down[0]!] as const;
  if (!isFree) return usual;
  const fitting = across.flatMap((x) => down.map((y) => [x, y] as const)).filter(fits);
  const best = fitting.reduce((least, each) => (cost(each) < cost(least) ? each : least), usual);
  return cost(best) <= WORTH_IT * cost(usual) ? best : usual;
}

/**
 * Where the tile around a core begins, for one direction. With the border `nothing` it stays inside the picture, but for
 * less than `multiple` pixels at the far end.
 */
export function tileStart(
  card: TileCard,
  core: number,
  { tile, halo, length }: { tile: number; halo: number; length: number },
): number {
  if (card.border === 'mirror') return core - halo;
  return Math.max(0, Math.min(core - halo, ceilTo(length, card.input.multiple) - tile));
}

/** Position of `index` in a row of `length` samples that is mirrored endlessly, without repeating its ends. */
export function mirror(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const phase = ((index % period) + period) % period;
  return phase < length ? phase : period - phase;
}
