import type { Leak, Vignette } from '../../../../contract/photo';
import { fromLinear, toLinear } from '../../colour';
import { type Raster, readSrgb, writeSrgb } from '../../raster';
import type { StepTools } from '../../tools';
import { DEPTHS, depthShare, fromEdge, PLACES, placeShare } from './leak';

/** Pixels computed between two checks for a cancel. */
const BLOCK_PIXELS = 1 << 17;
/** Added light below this, and a loss of fewer stops, is not visible and not corrected. */
const LEAST_LIGHT = 0.001;
const LEAST_STOPS = 0.01;
/** Blue light in a leak, relative to green: it cannot be measured, and there is little of it. */
const BLUE = 0.25;
/** Taking a leak away leaves at least this much red light, relative to the lesser of green and blue. */
const LEAST_RED = 0.75;
/** From which share of the red light being a leak's the rest of the colour is in doubt, and fully. */
const DOUBT = { from: 0.4, to: 0.8 } as const;
/** A hill that is too high at the very edge must not leave it black: this share of the light stays. */
const LEAST_LEFT = 0.1;
/** Green light in full doubt, relative to the larger of red and blue. */
const MOST_GREEN = 1.15;
/** The most stops to brighten by; more shows only noise. */
const MOST_STOPS = 2.5;

export interface LightFaults {
  leak: Leak | null;
  vignette: Vignette | null;
}

/** How much light is taken away at a point, per channel, and by which factor the rest is multiplied. */
export interface Correction {
  added: readonly [number, number, number];
  gain: number;
}

/** Stops that a corner has lost. */
export const cornerStops = ({ terms }: Vignette): number =>
  Math.min(
    MOST_STOPS,
    terms.reduce((sum, { stops }) => sum + stops, 0),
  );

/**
 * Takes away leaked light, and brightens dark corners, in place and in linear light. `strengths` are 0..1. Pixels that
 * both leave alone keep their bits. Throws CANCELLED; then some rows have changed.
 */
export async function correctLight(
  raster: Raster,
  { leak, vignette }: LightFaults,
  strengths: { leak: number; vignette: number },
  tools: StepTools,
): Promise<void> {
  const { width, height } = raster;
  const rows = Math.max(1, Math.floor(BLOCK_PIXELS / width));
  const veil = leak && strengths.leak > 0 ? new Veil(leak, strengths.leak, width, height) : null;
  const gains = vignette && strengths.vignette > 0 ? gainsOf(vignette, strengths.vignette) : null;
  if (!veil && !gains) return;
  const planes = new Float32Array(3 * rows * width);
  const added = new Float32Array(3);
  const [toLight, fromLight] = tables();
  const corner = (width / 2) ** 2 + (height / 2) ** 2;
  for (let top = 0; top < height; top += rows) {
    const block = { x: 0, y: top, width, height: Math.min(rows, height - top) };
    const count = width * block.height;
    const before = raster.data.slice(top * width * raster.channels, (top * width + count) * raster.channels);
    const part = planes.subarray(0, 3 * count);
    readSrgb(raster, block, tools.colour, part);
    const isKept = new Uint8Array(count);
    for (let y = top, i = 0; y < top + block.height; y++) {
      veil?.row(y);
      for (let x = 0; x < width; x++, i++) {
        const gain = gains ? at(gains, ((x + 0.5 - width / 2) ** 2 + (y + 0.5 - height / 2) ** 2) / corner) : 1;
        const hasVeil = veil?.column(x, added) ?? false;
        if (gain === 1 && !hasVeil) {
          isKept[i] = 1;
          continue;
        }
        const red = toLight(part[i]!);
        const green = toLight(part[i + count]!);
        const blue = toLight(part[i + 2 * count]!);
        const greenLeft = hasVeil ? Math.max(LEAST_LEFT * green, green - added[1]!) : green;
        const blueLeft = hasVeil ? Math.max(0, blue - added[2]!) : blue;
        // A hill that is too high where nothing shows it would leave cyan.
        const least = Math.min(red, LEAST_RED * Math.min(greenLeft, blueLeft));
        const redLeft = hasVeil ? Math.max(least, LEAST_LEFT * red, red - added[0]!) : red;
        const doubt = hasVeil ? Math.max(0, Math.min(1, (added[0]! / red - DOUBT.from) / (DOUBT.to - DOUBT.from))) : 0;
        // Where nearly all red light was the leak's, its green is as uncertain, and what is left of it would show.
        const over = Math.max(0, greenLeft - Math.max(MOST_GREEN * Math.max(redLeft, blueLeft), LEAST_LEFT * green));
        part[i] = fromLight(redLeft * gain);
        part[i + count] = fromLight((greenLeft - doubt * over) * gain);
        part[i + 2 * count] = fromLight(blueLeft * gain);
      }
    }
    writeSrgb(raster, block, tools.colour, part);
    restore(raster, top * width, before, isKept);
    tools.progress((top + block.height) / height);
    await tools.breathe();
  }
}

/** Puts back the pixels that were not corrected: a profile's conversion there and back may round. */
function restore({ data, channels }: Raster, from: number, before: Raster['data'], isKept: Uint8Array): void {
  for (let i = 0; i < isKept.length; i++) {
    if (isKept[i] === 0) continue;
    for (let c = 0; c < channels; c++) data[(from + i) * channels + c] = before[i * channels + c]!;
  }
}

/** The hill of a leak at the pixels of a raster. */
class Veil {
  readonly #leak: Leak;
  readonly #strength: number;
  readonly #height: number;
  /** For red and green: a factor of each depth, for the current row (left, right) or for each column (top, bottom). */
  readonly #depths: Float64Array;
  readonly #columns: Float64Array;
  readonly #upright: boolean;
  #y = 0;

  constructor(leak: Leak, strength: number, width: number, height: number) {
    this.#leak = leak;
    this.#strength = strength;
    this.#height = height;
    this.#upright = leak.edge === 'left' || leak.edge === 'right';
    // What depends on the column alone: the depth, or else the place along the edge.
    const each = this.#upright ? DEPTHS.length : 2 * DEPTHS.length;
    this.#columns = new Float64Array(each * width);
    for (let x = 0; x < width; x++) {
      const { depth, along } = fromEdge(leak.edge, (x + 0.5) / width, 0);
      const values = this.#upright ? DEPTHS.map((length) => depthShare(depth, length)) : this.#along(along);
      this.#columns.set(values, each * x);
    }
    this.#depths = new Float64Array(2 * DEPTHS.length);
  }

  /** For each channel and depth, the sum over the places along the edge. */
  #along(along: number): number[] {
    const places = PLACES.map((place) => placeShare(along, place));
    return [this.#leak.red, this.#leak.green].flatMap((channel) =>
      DEPTHS.map((_, d) => places.reduce((sum, share, p) => sum + share * channel[d * PLACES.length + p]!, 0)),
    );
  }

  row(y: number): void {
    this.#y = (y + 0.5) / this.#height;
    const { depth, along } = fromEdge(this.#leak.edge, 0, this.#y);
    if (this.#upright) this.#depths.set(this.#along(along));
    else {
      for (let d = 0; d < DEPTHS.length; d++) {
        this.#depths[d] = depthShare(depth, DEPTHS[d]!);
        this.#depths[d + DEPTHS.length] = this.#depths[d]!;
      }
    }
  }

  /** Writes the light to take away; false if there is none. */
  column(x: number, added: Float32Array): boolean {
    const n = DEPTHS.length;
    let [red, green] = [0, 0];
    for (let d = 0; d < n; d++) {
      if (this.#upright) {
        const share = this.#columns[n * x + d]!;
        red += share * this.#depths[d]!;
        green += share * this.#depths[d + n]!;
      } else {
        red += this.#columns[2 * n * x + d]! * this.#depths[d]!;
        green += this.#columns[2 * n * x + n + d]! * this.#depths[d]!;
      }
    }
    const taken = (light: number) => this.#strength * Math.max(0, light - LEAST_LIGHT);
    added[0] = taken(red);
    added[1] = taken(green);
    added[2] = taken(BLUE * green);
    return added[0]! > 0 || added[1]! > 0;
  }
}

const GAIN_STEPS = 2048;

/** The factors for squared distances from the middle, 0..1. */
function gainsOf({ terms }: Vignette, strength: number): Float64Array {
  return Float64Array.from({ length: GAIN_STEPS + 2 }, (_, i) => {
    const r = Math.sqrt(i / GAIN_STEPS);
    const lost = terms.reduce((sum, { power, stops }) => sum + stops * r ** power, 0);
    return 2 ** (strength * Math.max(0, Math.min(MOST_STOPS, lost) - LEAST_STOPS));
  });
}

function at(table: Float64Array, squared: number): number {
  const place = Math.min(1, squared) * GAIN_STEPS;
  const index = Math.floor(place);
  return table[index]! + (place - index) * (table[index + 1]! - table[index]!);
}

const STEPS = 1 << 15;
let curves: [(value: number) => number, (value: number) => number] | undefined;

/** Linear light of a component and back, from tables that are exact to a hundredth of an 8-bit level. */
function tables(): [(value: number) => number, (value: number) => number] {
  const fast = (of: (value: number) => number) => {
    const table = Float64Array.from({ length: STEPS + 2 }, (_, i) => of(i / STEPS));
    return (value: number) => {
      if (!(value >= 0 && value <= 1)) return of(value);
      const place = value * STEPS;
      const index = Math.floor(place);
      return table[index]! + (place - index) * (table[index + 1]! - table[index]!);
    };
  };
  curves ??= [fast(toLinear), fast(fromLinear)];
  return curves;
}
