/*
 * Joint bilateral upsampling (Kopf et al. 2007): what was computed on a small picture is enlarged so that it ends at the
 * edges of the large one, whose luma guides it.
 */

/** Pixels of the small picture on each side from which a pixel takes its values: twice as many in each direction. */
const REACH = 2;
/** Standard deviation of their weights by distance, in pixels of the small picture. */
const NEAR = 0.9;
/** Standard deviation of their weights by difference in luma, 0..1. */
const ALIKE = 0.07;
/** Smallest weight, so that a detail unlike its surroundings still takes the values of its place. */
const LEAST_WEIGHT = 1e-4;
const ALIKE_STEPS = 1024;
const ALIKE_WEIGHTS = Float32Array.from(
  { length: ALIKE_STEPS + 1 },
  (_, i) => LEAST_WEIGHT + Math.exp(-((i / ALIKE_STEPS / ALIKE) ** 2) / 2),
);

/** A small picture that guides, and what was computed on it. */
export interface SmallPlanes {
  width: number;
  height: number;
  /** Its luma, nominally 0..1. */
  luma: Float32Array;
  /** `[planes, height, width]`. */
  planes: Float32Array;
}

/** Enlarges planes to the size of a picture, one pixel at a time. */
export class GuidedPlanes {
  readonly #small: SmallPlanes;
  readonly #count: number;
  readonly #columns: Places;
  readonly #rows: Places;
  readonly #isSame: boolean;

  constructor(small: SmallPlanes, large: { width: number; height: number }) {
    this.#small = small;
    this.#count = small.planes.length / small.luma.length;
    this.#columns = placesOf(large.width, small.width);
    this.#rows = placesOf(large.height, small.height);
    this.#isSame = large.width === small.width && large.height === small.height;
  }

  /** Writes the values of a pixel, whose luma is given, into `found`. */
  at(x: number, y: number, luma: number, found: Float64Array): void {
    const { width, luma: guide, planes } = this.#small;
    const count = this.#count;
    const length = guide.length;
    if (this.#isSame) {
      for (let c = 0; c < count; c++) found[c] = planes[c * length + y * width + x]!;
      return;
    }
    const taps = 2 * REACH;
    const { places: columns, weights: across } = this.#columns;
    const { places: rows, weights: down } = this.#rows;
    let total = 0;
    for (let c = 0; c < count; c++) found[c] = 0;
    for (let j = y * taps; j < (y + 1) * taps; j++) {
      const row = rows[j]! * width;
      const weightDown = down[j]!;
      for (let k = x * taps; k < (x + 1) * taps; k++) {
        const at = row + columns[k]!;
        const unlike = Math.min(1, Math.abs(luma - guide[at]!));
        const weight = weightDown * across[k]! * ALIKE_WEIGHTS[(unlike * ALIKE_STEPS) | 0]!;
        total += weight;
        for (let c = 0; c < count; c++) found[c]! += weight * planes[c * length + at]!;
      }
    }
    for (let c = 0; c < count; c++) found[c]! /= total;
  }
}

/** The places along one axis from which a large picture's pixels take their values, and weights: `2 * REACH` for each. */
interface Places {
  places: Int32Array;
  weights: Float32Array;
}

function placesOf(large: number, small: number): Places {
  const taps = 2 * REACH;
  const places = new Int32Array(large * taps);
  const weights = new Float32Array(large * taps);
  for (let i = 0; i < large; i++) {
    const at = ((i + 0.5) * small) / large - 0.5;
    const first = Math.floor(at) - REACH + 1;
    for (let k = 0; k < taps; k++) {
      places[i * taps + k] = Math.max(0, Math.min(small - 1, first + k));
      weights[i * taps + k] = Math.exp(-(((first + k - at) / NEAR) ** 2) / 2);
    }
  }
  return { places, weights };
}
