import { EmulsionError } from '../errors';
import type { Rect } from '../restoration/raster';
import { type PassReport, SIGMA_BOUNDS, SIGMA_INPUT, type TilePass } from '../restoration/tools';
import { isAllocationFailure } from './failures';
import { TileBlend } from './tile-blend';
import { TileBuffers } from './tile-buffers';
import {
  cutCard,
  fitsWhole,
  floorTo,
  isWhole,
  mayBeCut,
  outputPlanes,
  planTiles,
  smallerPlan,
  smallestEdge,
  type TileCard,
  type TilePlan,
} from './tile-plan';

/** A further picture for a net, by the name of its input: `[channels, height, width]` as the net takes it. */
export interface FurtherPicture {
  channels: number;
  width: number;
  height: number;
  data: Float32Array;
}

/** A loaded generator as the tile executor sees it. */
export interface TileNet {
  readonly card: TileCard;
  /** The provider that computes. */
  readonly provider: string;
  /**
   * One inference. `input` is `[1, channels, height, width]` in the card's input range; the result goes into `output`,
   * `[1, channels, outputSide(card, height), outputSide(card, width)]`, in the card's output range. Throws OUTPUT_INVALID if the net's
   * output has another shape, OUT_OF_MEMORY if it cannot be allocated. `extras` are values of the card's extra inputs,
   * within its bounds; missing ones have their default. `vectors` are its vector inputs, `further` its other pictures.
   */
  run(
    input: Float32Array,
    width: number,
    height: number,
    output: Float32Array,
    extras?: TilePass['extras'],
    vectors?: TilePass['vectors'],
    further?: Readonly<Record<string, FurtherPicture>>,
  ): Promise<void>;
}

/** What the executor needs from its job. */
export interface TileHooks {
  /** Handles waiting messages. Throws CANCELLED if the job was cancelled. */
  breathe(): Promise<void>;
  /** Announces up to `seconds` without any message. */
  busy(seconds: number): void;
  /** Called after every tile. `secondsLeft` is for the rest of this pass. */
  tile?(done: number, total: number, secondsLeft: number): void;
  /** Called before tiles are made smaller because memory ran out; may free some. */
  shortOfMemory?(): Promise<void>;
}
const SIGMA_MAP = { name: SIGMA_INPUT, label: SIGMA_INPUT, ...SIGMA_BOUNDS, type: 'float32', hidden: false } as const;
/** The shortest time announced for a tile: a first run also prepares kernels, and computers get busy. */
const MIN_BUSY_SECONDS = 60;

/**
 * Runs one pass of a generator over a picture, tile by tile: reads only inside the picture and mirrors it beyond its
 * edges, and writes each core once, from top to bottom. If a tile cannot be allocated, it halves the edge and continues
 * at the first unfinished row. Throws CANCELLED, OUTPUT_INVALID, OUT_OF_MEMORY; INTERNAL if an extra of the pass is not
 * on the card or outside its bounds.
 */
export async function runTilePass(net: TileNet, pass: TilePass, hooks: TileHooks): Promise<PassReport> {
  let card = mayBeCut(net.card) && !fitsWhole(net.card, pass) ? cutCard(net.card) : net.card;
  checkExtras(card, pass.extras ?? {});
  const times = new TileTimes();
  let edge = card.tile;
  let fromRow = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let tiles = 0;
  let kept = 0;
  let blend: TileBlend | null = null;
  for (;;) {
    const plan = planTiles(card, pass, edge, fromRow, pass.region);
    const todo = partsOf(card, plan, pass);
    const pixels = todo.reduce((sum, part) => sum + part.plan.tileWidth * part.plan.tileHeight, 0);
    let computed = 0;
    let before = { tiles, kept };
    try {
      const numbers = withDefaults(card, pass.extras);
      let buffers = new TileBuffers(card, plan, numbers);
      const { scale } = card.output;
      if (plan.overlap > 0) blend ??= new TileBlend(outputPlanes(card), pass.width * scale, plan.overlap * scale);
      for (const [index, { core, row, plan: own }] of todo.entries()) {
        if (row > fromRow) {
          // The rows above are finished, so a restart with smaller tiles need not repeat them.
          fromRow = row;
          before = { tiles, kept };
        }
        await hooks.breathe();
        hooks.busy(Math.max(MIN_BUSY_SECONDS, 20 * times.median() * plan.tileWidth * plan.tileHeight));
        const start = performance.now();
        if (!buffers.fits(own)) buffers = new TileBuffers(card, own, numbers);
        buffers.load(pass, core);
        const further = furtherOf(card, pass, buffers, own);
        const { tileWidth, tileHeight } = own;
        await net.run(buffers.input, tileWidth, tileHeight, buffers.output, pass.extras, pass.vectors, further);
        if (buffers.hasDiverged) {
          buffers.keepSource();
          kept += 1;
        }
        buffers.check(`tile ${index + 1} of ${todo.length} at ${core.x}, ${core.y}`);
        buffers.store(pass, core, blend);
        times.add((performance.now() - start) / 1000 / (tileWidth * tileHeight));
        tiles += 1;
        computed += tileWidth * tileHeight;
        hooks.tile?.(index + 1, todo.length, times.median() * (pixels - computed));
      }
      if (tiles > 0 && kept === tiles) {
        throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}: every tile is far beyond its range` });
      }
      if (todo.length > 0) smallest = Math.min(smallest, Math.max(plan.tileWidth, plan.tileHeight));
      return {
        generator: card.id,
        provider: net.provider,
        tiles,
        tile: Number.isFinite(smallest) ? smallest : Math.max(plan.tileWidth, plan.tileHeight),
        ...(kept > 0 && { kept }),
      };
    } catch (error) {
      if (!isAllocationFailure(error)) throw error;
      const { multiple, remainder } = card.input;
      const tried = Math.max(plan.tileWidth, plan.tileHeight);
      const smaller = Math.max(smallestEdge(card), floorTo(tried / 2 - remainder, multiple) + remainder);
      const isCut = mayBeCut(card) && !card.input.fixed;
      if (card.input.fixed || (isWhole(card) && !isCut) || smaller >= tried) {
        throw new EmulsionError('OUT_OF_MEMORY', {
          detail: `${card.id}: no memory for a tile of ${plan.tileWidth} x ${plan.tileHeight} px`,
          cause: error,
        });
      }
      await hooks.shortOfMemory?.();
      if (isCut) card = cutCard(card);
      edge = smaller;
      ({ tiles, kept } = before);
      blend?.restart(fromRow * card.output.scale);
    }
  }
}

/** The numbers that a generator takes besides the picture: inputs of its own, and the strength of noise in a map. */
export function numbersOf({ input: { channels }, extraInputs }: TileCard): TileCard['extraInputs'] {
  return channels === 'rgb+sigma' || channels === 'luma+sigma' ? [...extraInputs, SIGMA_MAP] : extraInputs;
}

function withDefaults(card: TileCard, extras: TilePass['extras']): Record<string, number> {
  return { ...Object.fromEntries(numbersOf(card).map(({ name, default: usual }) => [name, usual])), ...extras };
}

/** The pictures that the net takes besides the tile: the hole, and a picture whose style is copied. */
function furtherOf({ mask, example }: TileCard, pass: TilePass, buffers: TileBuffers, plan: TilePlan) {
  if (!buffers.mask && example === undefined) return undefined;
  const further: Record<string, FurtherPicture> = {};
  if (mask?.input && buffers.mask) {
    further[mask.input] = { channels: 1, width: plan.tileWidth, height: plan.tileHeight, data: buffers.mask };
  }
  if (example !== undefined) {
    if (!pass.example) throw new EmulsionError('INTERNAL', { detail: 'no picture whose style could be copied' });
    const { planes, ...size } = pass.example;
    further[example] = { channels: 3, ...size, data: buffers.encoded(planes.slice()) };
  }
  return further;
}

/** Throws INTERNAL if a value does not fit this generator: it would be ignored, or give untrained results. */
function checkExtras(card: TileCard, extras: NonNullable<TilePass['extras']>): void {
  const { id } = card;
  for (const [name, value] of Object.entries(extras)) {
    const input = numbersOf(card).find((each) => each.name === name);
    if (!input) throw new EmulsionError('INTERNAL', { detail: `${id} has no extra input "${name}"` });
    // Also true for NaN.
    if (!(value >= input.min && value <= input.max)) {
      const detail = `${id}: ${name} must be from ${input.min} to ${input.max}, not ${value}`;
      throw new EmulsionError('INTERNAL', { detail });
    }
  }
}

/** A part of the picture that is computed at once: its place, the first row of its core, and its tile. */
interface Part {
  core: Rect;
  row: number;
  plan: TilePlan;
}

/** What has to be computed, in reading order of the cores. */
function partsOf(card: TileCard, plan: TilePlan, { skip, parts }: TilePass): Part[] {
  const grid = { multiple: card.input.multiple, halo: plan.halo };
  return plan.cores
    .filter((core) => !skip?.(core))
    .flatMap((core) => {
      const row = core.y;
      if (parts === undefined) return [{ core, row, plan }];
      return parts(core, grid).map((part) => ({ core: part, row, plan: smallerPlan(card, plan, part) }));
    });
}

/** Times of the last tiles, in seconds per pixel. The median is not distorted by a first tile that prepares the kernels. */
class TileTimes {
  readonly #seconds: number[] = [];

  add(seconds: number): void {
    this.#seconds.push(seconds);
    if (this.#seconds.length > 15) this.#seconds.shift();
  }

  median(): number {
    if (this.#seconds.length === 0) return 0;
    return [...this.#seconds].sort((a, b) => a - b)[this.#seconds.length >> 1]!;
  }
}
