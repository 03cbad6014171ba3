import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import type { Rect } from '../restoration/raster';
import type { PassReport, TilePass } from '../restoration/tools';
import { isAllocationFailure } from './failures';

/** A loaded generator as the tile executor sees it. */
export interface TileNet {
  readonly card: Pick<Card, 'id' | 'input' | 'output' | 'tile' | 'halo' | 'border' | 'extraInputs'>;
  /** The provider that computes. */
  readonly provider: string;
  /**
   * One inference. `input` is `[1, channels, height, width]` in the card's input range; the result goes into `output`,
   * `[1, channels, outputSide(card, height), outputSide(card, width)]`, in the card's output range. Throws OUTPUT_INVALID if the net's
   * output has another shape, OUT_OF_MEMORY if it cannot be allocated. `extras` are values of the card's extra inputs,
   * within its bounds; missing ones have their default. `vectors` are its vector inputs.
   */
  run(
    input: Float32Array,
    width: number,
    height: number,
    output: Float32Array,
    extras?: TilePass['extras'],
    vectors?: TilePass['vectors'],
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

/** How a picture is cut: equal cores side by side, each computed with a halo of context around it. */
export interface TilePlan {
  /** Size of every tile in pixels, including the halo. */
  tileWidth: number;
  tileHeight: number;
  /** Context on each side of a core that does not lie at the picture's edge. */
  halo: number;
  /** Cores in reading order, row by row. Those at the right and at the bottom may be smaller. */
  cores: Rect[];
}

const MIN_EDGE = 64;
/** Smaller pictures may legitimately give a uniform output. In pixels. */
const FEWEST_TO_JUDGE = 1024;
/** Below this share of its range a detector is certain that there is nothing. */
const NOTHING = 1e-4;
/** The shortest time announced for a tile: a first run also prepares kernels, and computers get busy. */
const MIN_BUSY_SECONDS = 60;

const INPUT_PLANES = {
  luma: 1,
  l100: 1,
  rgb: 3,
  bgr: 3,
  'luma+sigma': 2,
  'rgb+mask': 4,
  'mask+rgb': 4,
  'rgb+sigma': 4,
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
const floorTo = (value: number, multiple: number) => Math.floor(value / multiple) * multiple;

/** The smallest side of at least `side` pixels that a generator takes. */
export function sideFrom({ multiple, remainder, minimum }: TileNet['card']['input'], side: number): number {
  return ceilTo(Math.max(side, minimum, remainder) - remainder, multiple) + remainder;
}

/** The pixels of a side of what it returns for a side of `side` pixels. */
export function outputSide({ output: { scale, offset } }: Pick<TileNet['card'], 'output'>, side: number): number {
  return side * scale - offset;
}

/** The context on each side of a core. Where a net has strides, tiles begin on the grid of the picture. */
function haloOf({ halo, input: { multiple, remainder } }: TileNet['card']): number {
  return remainder === 0 ? ceilTo(halo, multiple) : halo;
}

/** The smallest tile edge that a generator can be run with. */
function smallestEdge(card: TileNet['card']): number {
  return sideFrom(card.input, Math.max(MIN_EDGE, 2 * haloOf(card) + card.input.multiple));
}

/**
 * Cuts the rows from `fromRow` down (only those of `region`, if it is given) into equal tiles with edges of at most
 * `edge` pixels. Halo and cores are multiples of the card's `multiple`, so that every tile is on the grid of a net with
 * strides and gives the same result as the whole picture. Cores are balanced in both directions: a picture slightly
 * larger than one core costs two small tiles instead of two large ones, and a long thin stroke costs thin ones.
 */
export function planTiles(
  card: TileNet['card'],
  size: { width: number; height: number },
  edge = card.tile,
  fromRow = 0,
  region: Rect = { x: 0, y: 0, width: size.width, height: size.height },
): TilePlan {
  const { multiple, remainder, fixed, square } = card.input;
  const halo = haloOf(card);
  const left = floorTo(region.x, multiple);
  const top = Math.max(fromRow, floorTo(region.y, multiple));
  const right = Math.min(size.width, region.x + region.width);
  const bottom = Math.min(size.height, region.y + region.height);
  const along = (from: number, to: number, length: number, fixedLength?: number): { core: number; tile: number } => {
    if (fixedLength) return { core: fixedLength - 2 * halo, tile: fixedLength };
    const open = card.border === 'mirror' ? 0 : (from === 0 ? 1 : 0) + (to === length ? 1 : 0);
    const longest = floorTo(edge - remainder, multiple) + remainder;
    return balanced(to - from, { edge: longest, halo, open, input: card.input });
  };
  const x = along(left, right, size.width, fixed?.width);
  const y = along(top, bottom, size.height, fixed?.height);
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
  return { tileWidth: square ? longer : x.tile, tileHeight: square ? longer : y.tile, halo, cores };
}

/**
 * The fewest equal cores that cover `length` pixels so that each fits into a tile of `edge` pixels with its halos. No halo
 * is needed at `open` of the two ends. A tile that the net does not take gets more context at its far end.
 */
function balanced(
  length: number,
  { edge, halo, open, input }: { edge: number; halo: number; open: number; input: TileNet['card']['input'] },
) {
  const { multiple } = input;
  for (let count = 1; ; count++) {
    const core = ceilTo(Math.ceil(length / count), multiple);
    const halos = count === 1 ? 2 - open : count === 2 && open === 2 ? 1 : 2;
    const tile = sideFrom(input, core + halos * halo);
    if (tile <= edge || core === multiple) return { core, tile };
  }
}

/**
 * Where the tile around a core begins, for one direction. With the border `nothing` it stays inside the picture, but for
 * less than `multiple` pixels at the far end.
 */
export function tileStart(
  card: TileNet['card'],
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

/**
 * Runs one pass of a generator over a picture, tile by tile: reads only inside the picture and mirrors it beyond its
 * edges, and writes each core once, from top to bottom. If a tile cannot be allocated, it halves the edge and continues
 * at the first unfinished row. Throws CANCELLED, OUTPUT_INVALID, OUT_OF_MEMORY; INTERNAL if an extra of the pass is not
 * on the card or outside its bounds.
 */
export async function runTilePass(net: TileNet, pass: TilePass, hooks: TileHooks): Promise<PassReport> {
  checkExtras(net.card, pass.extras ?? {});
  const times = new TileTimes();
  let edge = net.card.tile;
  let fromRow = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let tiles = 0;
  for (;;) {
    const plan = planTiles(net.card, pass, edge, fromRow, pass.region);
    const todo = pass.skip ? plan.cores.filter((core) => !pass.skip?.(core)) : plan.cores;
    let tilesBefore = tiles;
    try {
      const buffers = new TileBuffers(net, plan);
      for (const [index, core] of todo.entries()) {
        if (core.y > fromRow) {
          // The rows above are finished, so a restart with smaller tiles need not repeat them.
          fromRow = core.y;
          tilesBefore = tiles;
        }
        await hooks.breathe();
        hooks.busy(Math.max(MIN_BUSY_SECONDS, 20 * times.median()));
        const start = performance.now();
        buffers.load(pass, core);
        await net.run(buffers.input, plan.tileWidth, plan.tileHeight, buffers.output, pass.extras, pass.vectors);
        buffers.check(`tile ${index + 1} of ${todo.length} at ${core.x}, ${core.y}`);
        buffers.store(pass, core);
        times.add((performance.now() - start) / 1000);
        tiles += 1;
        hooks.tile?.(index + 1, todo.length, times.median() * (todo.length - index - 1));
      }
      if (todo.length > 0) smallest = Math.min(smallest, Math.max(plan.tileWidth, plan.tileHeight));
      return {
        generator: net.card.id,
        provider: net.provider,
        tiles,
        tile: Number.isFinite(smallest) ? smallest : Math.max(plan.tileWidth, plan.tileHeight),
      };
    } catch (error) {
      if (!isAllocationFailure(error)) throw error;
      const { multiple, remainder } = net.card.input;
      const tried = Math.max(plan.tileWidth, plan.tileHeight);
      const smaller = Math.max(smallestEdge(net.card), floorTo(tried / 2 - remainder, multiple) + remainder);
      if (net.card.input.fixed || smaller >= tried) {
        throw new EmulsionError('OUT_OF_MEMORY', {
          detail: `${net.card.id}: no memory for a tile of ${plan.tileWidth} x ${plan.tileHeight} px`,
          cause: error,
        });
      }
      await hooks.shortOfMemory?.();
      edge = smaller;
      tiles = tilesBefore;
    }
  }
}

/** Throws INTERNAL if a value does not fit this generator: it would be ignored, or give untrained results. */
function checkExtras({ id, extraInputs }: TileNet['card'], extras: NonNullable<TilePass['extras']>): void {
  for (const [name, value] of Object.entries(extras)) {
    const input = extraInputs.find((each) => each.name === name);
    if (!input) throw new EmulsionError('INTERNAL', { detail: `${id} has no extra input "${name}"` });
    // Also true for NaN.
    if (!(value >= input.min && value <= input.max)) {
      const detail = `${id}: ${name} must be from ${input.min} to ${input.max}, not ${value}`;
      throw new EmulsionError('INTERNAL', { detail });
    }
  }
}

/** Times of the last tiles. The median is not distorted by a first tile that prepares the kernels. */
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

/** The buffers of one pass, reused by all its tiles. */
class TileBuffers {
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly #net: TileNet;
  readonly #plan: TilePlan;
  readonly #planesIn: number;
  readonly #planesOut: number;
  readonly #columns: Int32Array;
  #scratch: Float32Array | null = null;
  #core: Float32Array;
  /** Number of pixels of the picture in the tile. */
  #pixels = 0;

  constructor(net: TileNet, plan: TilePlan) {
    const { card } = net;
    const pixels = plan.tileWidth * plan.tileHeight;
    this.#net = net;
    this.#plan = plan;
    this.#planesIn = inputPlanes(card);
    this.#planesOut = outputPlanes(card);
    this.input = new Float32Array(this.#planesIn * pixels);
    this.output = new Float32Array(
      this.#planesOut * outputSide(card, plan.tileWidth) * outputSide(card, plan.tileHeight),
    );
    this.#core = new Float32Array(0);
    this.#columns = new Int32Array(plan.tileWidth);
  }

  /** The top left corner of the tile around a core, in pixels of the picture. */
  #corner(size: { width: number; height: number }, core: Rect): { left: number; top: number } {
    const { tileWidth, tileHeight, halo } = this.#plan;
    return {
      left: tileStart(this.#net.card, core.x, { tile: tileWidth, halo, length: size.width }),
      top: tileStart(this.#net.card, core.y, { tile: tileHeight, halo, length: size.height }),
    };
  }

  /** Fills `input` with the tile around a core. */
  load(pass: TilePass, core: Rect): void {
    const { tileWidth, tileHeight } = this.#plan;
    const { left, top } = this.#corner(pass, core);
    const x = Math.max(0, left);
    const y = Math.max(0, top);
    const inside: Rect = {
      x,
      y,
      width: Math.min(pass.width, left + tileWidth) - x,
      height: Math.min(pass.height, top + tileHeight) - y,
    };
    this.#pixels = inside.width * inside.height;
    if (inside.width === tileWidth && inside.height === tileHeight) {
      pass.read(inside, this.input);
    } else {
      this.#scratch ??= new Float32Array(this.input.length);
      const planes = this.#scratch.subarray(0, this.#planesIn * inside.width * inside.height);
      pass.read(inside, planes);
      this.#spread(planes, inside, left, top);
    }
    this.#toCard();
  }

  /** Spreads the part inside the picture over the whole tile, mirrored beyond the picture's edges. */
  #spread(planes: Float32Array, inside: Rect, left: number, top: number): void {
    const { tileWidth, tileHeight } = this.#plan;
    const { width, height } = inside;
    const before = inside.x - left;
    for (let i = 0; i < tileWidth; i++) this.#columns[i] = mirror(i - before, width);
    for (let plane = 0; plane < this.#planesIn; plane++) {
      for (let row = 0; row < tileHeight; row++) {
        const from = (plane * height + mirror(row + top - inside.y, height)) * width;
        const to = (plane * tileHeight + row) * tileWidth;
        this.input.set(planes.subarray(from, from + width), to + before);
        for (let i = 0; i < before; i++) this.input[to + i] = planes[from + this.#columns[i]!]!;
        for (let i = before + width; i < tileWidth; i++) this.input[to + i] = planes[from + this.#columns[i]!]!;
      }
    }
  }

  /** From 0..1 in RGB order to the card's range and order. A mask stays 0..1. */
  #toCard(): void {
    const { channels, range } = this.#net.card.input;
    const plane = this.input.length / this.#planesIn;
    if (channels === 'bgr') swapEnds(this.input);
    const [low, high] = range;
    if (low === 0 && high === 1) return;
    const picture = channels === 'rgb+mask' ? 3 * plane : this.input.length;
    for (let i = 0; i < picture; i++) this.input[i] = low + this.input[i]! * (high - low);
  }

  /** Throws OUTPUT_INVALID if the output cannot come from the input. */
  check(tile: string): void {
    const { card } = this.#net;
    // A single NaN or infinite value makes the sum NaN or infinite.
    if (!Number.isFinite(sumOf(this.output))) {
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}, ${tile}: a value is not a finite number` });
    }
    const isPicture = ['rgb', 'bgr', 'luma'].includes(String(card.output.channels));
    if (this.#pixels < FEWEST_TO_JUDGE || !this.#isFlat(isPicture ? 1e-4 : 0)) return;
    const plausible = isPicture ? this.#mostlyNearOutput() : this.#isSureOfNothing() || !this.#inputVaries();
    if (!plausible) {
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}, ${tile}: the output is one flat value` });
    }
  }

  /** Whether every plane of the output has only one value, up to a share `tolerance` of the output's range. */
  #isFlat(tolerance: number): boolean {
    const length = this.output.length / this.#planesOut;
    const [low, high] = this.#net.card.output.range;
    const most = tolerance * (high - low);
    for (let plane = 0; plane < this.#planesOut; plane++) {
      const first = this.output[plane * length]!;
      // Nearly every output is found to vary after a few samples.
      for (let i = plane * length; i < (plane + 1) * length; i++) {
        if (Math.abs(this.output[i]! - first) > most) return false;
      }
    }
    return true;
  }

  /**
   * Whether a uniform output is that of a detector that is certain of no damage anywhere: almost zero, but not exactly
   * zero, which is what a provider leaves that has not computed anything.
   */
  #isSureOfNothing(): boolean {
    const length = this.output.length / this.#planesOut;
    const [low, high] = this.#net.card.output.range;
    for (let plane = 0; plane < this.#planesOut; plane++) {
      const value = (this.output[plane * length]! - low) / (high - low);
      if (!(value > 0 && value <= NOTHING)) return false;
    }
    return true;
  }

  /** Whether most of the input has the (uniform) colour of the output, as with a sky. */
  #mostlyNearOutput(): boolean {
    const { input, output } = this.#net.card;
    const pixels = this.input.length / this.#planesIn;
    const pictures = Math.min(3, this.#planesIn);
    const outPlane = this.output.length / this.#planesOut;
    const tolerance = 4 / 255;
    let seen = 0;
    let near = 0;
    for (let i = 0; i < pixels; i++) {
      if (input.channels === 'rgb+mask' && this.input[3 * pixels + i]! > 0.5) continue;
      seen += 1;
      let close = true;
      for (let plane = 0; plane < pictures && close; plane++) {
        const given = (this.input[plane * pixels + i]! - input.range[0]) / (input.range[1] - input.range[0]);
        const flat = this.output[Math.min(plane, this.#planesOut - 1) * outPlane]!;
        const got = (flat - output.range[0]) / (output.range[1] - output.range[0]);
        close = Math.abs(given - got) <= tolerance;
      }
      if (close) near += 1;
    }
    return near >= seen / 2;
  }

  /** Whether the input is more than a flat surface with a little noise. */
  #inputVaries(): boolean {
    const { range } = this.#net.card.input;
    let sum = 0;
    let squares = 0;
    for (const value of this.input) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / this.input.length;
    return Math.sqrt(Math.max(0, squares / this.input.length - mean * mean)) / (range[1] - range[0]) > 0.02;
  }

  /** Passes the core of `output` on, in 0..1 and RGB order. */
  store(pass: TilePass, core: Rect): void {
    const { card } = this.#net;
    const { scale, offset } = card.output;
    const { tileWidth, tileHeight } = this.#plan;
    const corner = this.#corner(pass, core);
    const [low, high] = card.output.range;
    const rect: Rect = {
      x: core.x * scale,
      y: core.y * scale,
      width: core.width * scale,
      height: core.height * scale,
    };
    const size = this.#planesOut * rect.width * rect.height;
    if (this.#core.length < size) this.#core = new Float32Array(size);
    const planes = this.#core.subarray(0, size);
    const [stride, rows] = [outputSide(card, tileWidth), outputSide(card, tileHeight)];
    const cut = Math.floor(offset / 2);
    const [left, top] = [(core.x - corner.left) * scale - cut, (core.y - corner.top) * scale - cut];
    for (let plane = 0; plane < this.#planesOut; plane++) {
      for (let row = 0; row < rect.height; row++) {
        const from = (plane * rows + top + row) * stride + left;
        planes.set(this.output.subarray(from, from + rect.width), (plane * rect.height + row) * rect.width);
      }
    }
    if (card.output.channels === 'bgr') swapEnds(planes);
    if (low !== 0 || high !== 1) for (let i = 0; i < size; i++) planes[i] = (planes[i]! - low) / (high - low);
    pass.write(rect, planes);
  }
}

/** Four partial sums, because in a single sum each addition waits for the previous one. */
function sumOf(values: Float32Array): number {
  let [one, two, three, four] = [0, 0, 0, 0];
  const end = values.length - (values.length % 4);
  for (let i = 0; i < end; i += 4) {
    one += values[i]!;
    two += values[i + 1]!;
    three += values[i + 2]!;
    four += values[i + 3]!;
  }
  for (let i = end; i < values.length; i++) one += values[i]!;
  return one + two + three + four;
}

/** Swaps the first and the third of three planes. */
function swapEnds(planes: Float32Array): void {
  const plane = planes.length / 3;
  const first = planes.slice(0, plane);
  planes.copyWithin(0, 2 * plane, 3 * plane);
  planes.set(first, 2 * plane);
}
