import { EmulsionError } from '../errors';
import { fromLinear, toLinear } from '../restoration/colour';
import type { Rect } from '../restoration/raster';
import { SIGMA_INPUT, type TilePass } from '../restoration/tools';
import type { TileBlend } from './tile-blend';
import {
  colourPlanes,
  givenPlanes,
  inputPlanes,
  mirror,
  outputPlanes,
  outputSide,
  type TileCard,
  type TilePlan,
  takesHints,
  takesHole,
  tileStart,
} from './tile-plan';

/** Smaller pictures may legitimately give a uniform output. In pixels. */
const FEWEST_TO_JUDGE = 1024;
/** Below this share of its range a detector is certain that there is nothing. */
const NOTHING = 1e-4;
/** A result that is so many times its range away from black is not one. */
const DIVERGED = 3;
/** Values of a mask by what the card says: of what is off, and of what is on. */
const MASK_VALUES = { '1': [0, 1], '255': [0, 255], centred: [-0.5, 0.5] } as const;

/** The buffers of one pass, reused by all its tiles: what steps give and take, and the tensors of the net. */
export class TileBuffers {
  /** The tensor of the picture. */
  readonly input: Float32Array;
  readonly output: Float32Array;
  /** The tensor of the hole, where the net takes it apart from the picture. */
  readonly mask: Float32Array | null;
  readonly #card: TileCard;
  readonly #plan: TilePlan;
  /** What the step gives: colours, and the hole. The same as `input` where the net takes just that. */
  readonly #given: Float32Array;
  /** The colours as they were given, for a net whose result may not be usable, or is a difference from them. */
  readonly #source: Float32Array | null;
  readonly #colours: 1 | 3;
  readonly #planesIn: number;
  readonly #planesOut: number;
  readonly #columns: Int32Array;
  readonly #isForeign: boolean;
  readonly #sigma: number;
  #scratch: Float32Array | null = null;
  #core: Float32Array;
  /** Number of pixels of the picture in the tile. */
  #pixels = 0;

  constructor(card: TileCard, plan: TilePlan, extras: TilePass['extras']) {
    const pixels = plan.tileWidth * plan.tileHeight;
    this.#card = card;
    this.#plan = plan;
    this.#colours = colourPlanes(card);
    this.#planesIn = givenPlanes(card);
    this.#planesOut = outputPlanes(card);
    this.#isForeign = card.origin?.kind === 'imported';
    this.#sigma = extras?.[SIGMA_INPUT] ?? 0;
    const { channels } = card.input;
    this.input = new Float32Array(inputPlanes(card) * pixels);
    const isSame = this.#planesIn === inputPlanes(card) && channels !== 'mask+rgb';
    this.#given = isSame ? this.input : new Float32Array(this.#planesIn * pixels);
    this.mask = card.mask?.input != null ? new Float32Array(pixels) : null;
    const isGuarded = isPicture(card) && (this.#isForeign || card.guard === true) && !takesHole(card);
    const keepsSource = isGuarded || card.output.channels === 'residual';
    this.#source = keepsSource ? new Float32Array(this.#colours * pixels) : null;
    this.output = new Float32Array(
      this.#planesOut * outputSide(card, plan.tileWidth) * outputSide(card, plan.tileHeight),
    );
    this.#core = new Float32Array(0);
    this.#columns = new Int32Array(plan.tileWidth);
  }

  /** Whether tiles of this plan have the size of these buffers. */
  fits({ tileWidth, tileHeight }: TilePlan): boolean {
    return tileWidth === this.#plan.tileWidth && tileHeight === this.#plan.tileHeight;
  }

  /** The top left corner of the tile around a core, in pixels of the picture. */
  #corner(size: { width: number; height: number }, core: Rect): { left: number; top: number } {
    const { tileWidth, tileHeight, halo } = this.#plan;
    return {
      left: tileStart(this.#card, core.x, { tile: tileWidth, halo, length: size.width }),
      top: tileStart(this.#card, core.y, { tile: tileHeight, halo, length: size.height }),
    };
  }

  /** Fills the tensors with the tile around a core. */
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
      pass.read(inside, this.#given);
    } else {
      this.#scratch ??= new Float32Array(this.#given.length);
      const planes = this.#scratch.subarray(0, this.#planesIn * inside.width * inside.height);
      pass.read(inside, planes);
      this.#spread(planes, inside, left, top);
    }
    this.#encode();
  }

  /** Spreads the part inside the picture over the whole tile, mirrored beyond the picture's edges. */
  #spread(planes: Float32Array, inside: Rect, left: number, top: number): void {
    const { tileWidth, tileHeight } = this.#plan;
    const { width, height } = inside;
    const given = this.#given;
    const before = inside.x - left;
    for (let i = 0; i < tileWidth; i++) this.#columns[i] = mirror(i - before, width);
    for (let plane = 0; plane < this.#planesIn; plane++) {
      for (let row = 0; row < tileHeight; row++) {
        const from = (plane * height + mirror(row + top - inside.y, height)) * width;
        const to = (plane * tileHeight + row) * tileWidth;
        given.set(planes.subarray(from, from + width), to + before);
        for (let i = 0; i < before; i++) given[to + i] = planes[from + this.#columns[i]!]!;
        for (let i = before + width; i < tileWidth; i++) given[to + i] = planes[from + this.#columns[i]!]!;
      }
    }
  }

  /** From 0..1 in RGB order, with 1 in the hole, to what the net takes. */
  #encode(): void {
    const { input, mask } = this.#card;
    const { channels, range } = input;
    const [low] = range;
    const pixels = this.#plan.tileWidth * this.#plan.tileHeight;
    const given = this.#given;
    const colours = this.#colours * pixels;
    const hole = takesHole(this.#card) ? given.subarray(colours) : null;
    this.#clamp(given.subarray(0, colours));
    this.#source?.set(given.subarray(0, colours));
    this.#toRange(given.subarray(0, colours));
    if (hole && mask?.cleared) {
      // About zero, nothing is zero.
      const nothing = mask.value === 'centred' ? 0 : low;
      for (let i = 0; i < colours; i++) if (hole[i % pixels]! > 0.5) given[i] = nothing;
    }
    this.#toOrder(given.subarray(0, colours));
    if (hole && mask) {
      const [off, on] = MASK_VALUES[mask.value];
      const [known, open] = mask.polarity === 'hole' ? [off, on] : [on, off];
      const into = this.mask ?? hole;
      for (let i = 0; i < pixels; i++) into[i] = hole[i]! > 0.5 ? open : known;
    }
    if (given === this.input) return;
    if (channels === 'mask+rgb') {
      this.input.set(hole!);
      this.input.set(given.subarray(0, colours), pixels);
      return;
    }
    this.input.set(given.subarray(0, colours));
    if (channels === 'rgb+sigma' || channels === 'luma+sigma') this.input.fill(this.#sigma, colours);
  }

  /** Another picture of red, green and blue as the net takes it, in place. */
  encoded(planes: Float32Array): Float32Array {
    this.#clamp(planes);
    this.#toRange(planes);
    this.#toOrder(planes);
    return planes;
  }

  /** Nets from elsewhere have never seen values beyond their range, and answer with specks. */
  #clamp(planes: Float32Array): void {
    if (!this.#isForeign) return;
    for (let i = 0; i < planes.length; i++) planes[i] = Math.max(0, Math.min(1, planes[i]!));
  }

  #toRange(planes: Float32Array): void {
    const { range, light } = this.#card.input;
    const [low, high] = range;
    if (light === 'linear') for (let i = 0; i < planes.length; i++) planes[i] = toLinear(planes[i]!);
    if (low !== 0 || high !== 1) for (let i = 0; i < planes.length; i++) planes[i] = low + planes[i]! * (high - low);
  }

  #toOrder(planes: Float32Array): void {
    const { channels, normalise } = this.#card.input;
    if (channels === 'bgr') swapEnds(planes);
    if (!normalise) return;
    const { mean, deviation } = normalise;
    const pixels = planes.length / this.#colours;
    for (let i = 0; i < planes.length; i++) {
      const at = Math.floor(i / pixels) % mean.length;
      planes[i] = (planes[i]! - mean[at]!) / deviation[at]!;
    }
  }

  /**
   * Whether the output is far beyond its range, of a net that may not be used then. Its place is taken by the picture as
   * it was: see {@link keepSource}.
   */
  get hasDiverged(): boolean {
    if (!this.#source) return false;
    const [low, high] = this.#card.output.range;
    const most = DIVERGED * Math.abs(high - low);
    for (const value of this.output) {
      // Also true for NaN.
      if (!(Math.abs(value - low) <= most)) return true;
    }
    return false;
  }

  /** Puts the picture as it was in place of the output, enlarged by linear interpolation. */
  keepSource(): void {
    const { output, input } = this.#card;
    const { tileWidth, tileHeight } = this.#plan;
    const [low, high] = output.range;
    if (output.channels === 'residual') {
      this.output.fill(0);
      return;
    }
    const [width, height] = [outputSide(this.#card, tileWidth), outputSide(this.#card, tileHeight)];
    const cut = Math.floor(output.offset / 2);
    for (let plane = 0; plane < this.#planesOut; plane++) {
      const turned = output.channels === 'bgr' ? 2 - plane : plane;
      const from = Math.min(turned, this.#colours - 1) * tileWidth * tileHeight;
      for (let y = 0; y < height; y++) {
        const [above, below, down] = between(y + cut, output.scale, tileHeight);
        for (let x = 0; x < width; x++) {
          const [left, right, across] = between(x + cut, output.scale, tileWidth);
          const at = (row: number, column: number) => this.#source![from + row * tileWidth + column]!;
          const upper = at(above, left) + across * (at(above, right) - at(above, left));
          const lower = at(below, left) + across * (at(below, right) - at(below, left));
          const value = upper + down * (lower - upper);
          const given = input.light === 'linear' ? toLinear(value) : value;
          this.output[(plane * height + y) * width + x] = low + given * (high - low);
        }
      }
    }
  }

  /** Throws OUTPUT_INVALID if the output cannot come from the input. */
  check(tile: string): void {
    const card = this.#card;
    // A single NaN or infinite value makes the sum NaN or infinite.
    if (!Number.isFinite(sumOf(this.output))) {
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}, ${tile}: a value is not a finite number` });
    }
    // What a net from elsewhere returns for a flat picture, or for a hole in one, nobody knows.
    if (this.#isForeign) return;
    const isPictureOut = isPicture(card);
    if (this.#pixels < FEWEST_TO_JUDGE || !this.#isFlat(isPictureOut ? 1e-4 : 0)) return;
    const plausible = isPictureOut ? this.#mostlyNearOutput() : this.#isSureOfNothing() || !this.#inputVaries();
    if (!plausible) {
      throw new EmulsionError('OUTPUT_INVALID', { detail: `${card.id}, ${tile}: the output is one flat value` });
    }
  }

  /** Whether every plane of the output has only one value, up to a share `tolerance` of the output's range. */
  #isFlat(tolerance: number): boolean {
    const length = this.output.length / this.#planesOut;
    const [low, high] = this.#card.output.range;
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
    const [low, high] = this.#card.output.range;
    for (let plane = 0; plane < this.#planesOut; plane++) {
      const value = (this.output[plane * length]! - low) / (high - low);
      if (!(value > 0 && value <= NOTHING)) return false;
    }
    return true;
  }

  /** Whether most of the input has the (uniform) colour of the output, as with a sky. */
  #mostlyNearOutput(): boolean {
    const { input, output } = this.#card;
    const planesIn = inputPlanes(this.#card);
    const pixels = this.input.length / planesIn;
    const pictures = Math.min(3, planesIn);
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
    const { range } = this.#card.input;
    // Hints are no part of the picture.
    const picture = takesHints(this.#card) ? this.input.subarray(0, this.input.length / this.#planesIn) : this.input;
    let sum = 0;
    let squares = 0;
    for (const value of picture) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / picture.length;
    return Math.sqrt(Math.max(0, squares / picture.length - mean * mean)) / (range[1] - range[0]) > 0.02;
  }

  /** Passes the core of `output` on, in 0..1 and RGB order. */
  store(pass: TilePass, core: Rect, blend: TileBlend | null): void {
    const card = this.#card;
    const { scale } = card.output;
    const enlarged = ({ x, y, width, height }: Rect): Rect => ({
      x: x * scale,
      y: y * scale,
      width: width * scale,
      height: height * scale,
    });
    const rect = enlarged(core);
    const size = { width: pass.width * scale, height: pass.height * scale };
    const frame = blend?.frameOf(rect, size) ?? rect;
    const planes = this.#taken(pass, core, frame);
    this.#decode(planes, pass, core, frame);
    if (!blend) {
      pass.write(rect, planes);
      return;
    }
    blend.blend(frame, rect, planes);
    if (frame.width === rect.width && frame.height === rect.height) {
      pass.write(rect, planes);
      return;
    }
    const only = new Float32Array(this.#planesOut * rect.width * rect.height);
    for (let plane = 0; plane < this.#planesOut; plane++) {
      for (let row = 0; row < rect.height; row++) {
        const from = (plane * frame.height + row) * frame.width;
        only.set(planes.subarray(from, from + rect.width), (plane * rect.height + row) * rect.width);
      }
    }
    pass.write(rect, only);
  }

  /** A frame of the result, which begins where the core does. */
  #taken(pass: TilePass, core: Rect, frame: Rect): Float32Array {
    const card = this.#card;
    const { scale, offset } = card.output;
    const { tileWidth, tileHeight } = this.#plan;
    const corner = this.#corner(pass, core);
    const size = this.#planesOut * frame.width * frame.height;
    if (this.#core.length < size) this.#core = new Float32Array(size);
    const planes = this.#core.subarray(0, size);
    const [stride, rows] = [outputSide(card, tileWidth), outputSide(card, tileHeight)];
    const cut = Math.floor(offset / 2);
    const [left, top] = [(core.x - corner.left) * scale - cut, (core.y - corner.top) * scale - cut];
    for (let plane = 0; plane < this.#planesOut; plane++) {
      for (let row = 0; row < frame.height; row++) {
        const from = (plane * rows + top + row) * stride + left;
        planes.set(this.output.subarray(from, from + frame.width), (plane * frame.height + row) * frame.width);
      }
    }
    return planes;
  }

  /** From what the net returns to 0..1 in RGB order. Colours without lightness keep their units. */
  #decode(planes: Float32Array, pass: TilePass, core: Rect, frame: Rect): void {
    const { output, input } = this.#card;
    const [low, high] = output.range;
    if (output.channels === 'bgr') swapEnds(planes);
    if (output.channels === 'residual') {
      const { tileWidth, tileHeight } = this.#plan;
      const { left, top } = this.#corner(pass, core);
      for (let i = 0; i < planes.length; i++) {
        const x = core.x - left + (i % frame.width);
        const y = core.y - top + (Math.floor(i / frame.width) % frame.height);
        const plane = Math.floor(i / (frame.width * frame.height));
        planes[i] = this.#source![(plane * tileHeight + y) * tileWidth + x]! - planes[i]! / (high - low);
      }
    } else if (low !== 0 || high !== 1) {
      for (let i = 0; i < planes.length; i++) planes[i] = (planes[i]! - low) / (high - low);
    }
    if (output.activation === 'sigmoid') {
      for (let i = 0; i < planes.length; i++) planes[i] = 1 / (1 + Math.exp(-planes[i]!));
    }
    if (input.light === 'linear' && isPicture(this.#card)) {
      for (let i = 0; i < planes.length; i++) planes[i] = fromLinear(planes[i]!);
    }
    if (this.#isForeign && isPicture(this.#card)) {
      for (let i = 0; i < planes.length; i++) planes[i] = Math.max(0, Math.min(1, planes[i]!));
    }
  }
}

function isPicture({ task, output: { channels } }: TileCard): boolean {
  return task !== 'detect' && ['rgb', 'bgr', 'luma', 'residual'].includes(String(channels));
}

/** The two places in a row of `length` samples that a sample of the enlarged row lies between, and how far. */
function between(index: number, scale: number, length: number): [number, number, number] {
  const place = Math.max(0, Math.min(length - 1, (index + 0.5) / scale - 0.5));
  const first = Math.floor(place);
  return [first, Math.min(length - 1, first + 1), place - first];
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
