import type { ColoriseSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import { createRaster, maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import { chosen, type PassReport, type StepTools, type Wanted } from '../../tools';

/**
 * Gives a picture imagined colours. The generator sees a small version of the whole luma and returns Cb and Cr (ITU-R
 * BT.601, full range). They are enlarged by joint bilateral upsampling (Kopf et al. 2007), guided by the luma of the
 * full size, so that colours end at the picture's own edges. Existing colours, including a sepia toning, are removed
 * first. The luma of every pixel stays; colours that its encoding cannot hold become paler.
 */

/** The generator's input picture has about this many pixels, like those that it was trained on. */
export const COLOUR_PIXELS = 40_000;
/** The generator's input that makes colours warmer or cooler, in units of the spread between photographs. */
const WARMTH_INPUT = 'warmth';
/** Value of that input for each variant. */
const WARMTH: Record<ColoriseSettings['variant'], number> = { natural: 0, warm: 1.2, cool: -1.2 };

/** Pixels of the small picture on each side from which a pixel takes its colours: twice as many in each direction. */
const REACH = 2;
/** Standard deviation of their weights by distance, in pixels of the small picture. */
const NEAR = 0.9;
/** Standard deviation of their weights by difference in luma, 0..1. */
const ALIKE = 0.07;
/** Smallest weight, so that a detail unlike its surroundings still takes the colours of its place. */
const LEAST_WEIGHT = 1e-4;
const ALIKE_STEPS = 1024;
const ALIKE_WEIGHTS = Float32Array.from(
  { length: ALIKE_STEPS + 1 },
  (_, i) => LEAST_WEIGHT + Math.exp(-((i / ALIKE_STEPS / ALIKE) ** 2) / 2),
);

/** Pixels computed between two checks for a cancel. */
const BAND_PIXELS = 1 << 17;

/** Whether the installed generator supports variants, or gives the same result for each. */
export function hasColourVariants(tools: StepTools): boolean {
  return warmthInput(tools, {}) !== undefined;
}

function warmthInput(tools: StepTools, wanted: Wanted) {
  return tools.generator('colorise', wanted)?.extraInputs.find(({ name }) => name === WARMTH_INPUT);
}

/**
 * Colours a raster. Changes an RGB raster in place, and creates a new one for a grey raster. `strength` is the share of
 * the imagined colours, 0..1; with 0 it changes nothing and returns null.
 *
 * Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED. After a throw the raster cannot be used.
 */
export async function colorise(
  raster: Raster,
  { strength, variant, generator }: ColoriseSettings,
  tools: StepTools,
): Promise<{ raster: Raster; report: PassReport } | null> {
  if (strength === 0) return null;
  const small = await tools.shrink(raster, COLOUR_PIXELS);
  const luma = lumaPlane(small, tools.colour);
  const colours = new Float32Array(2 * luma.length);
  const wanted = chosen({ generator });
  const input = warmthInput(tools, wanted);
  const report = await tools.runTiles({
    task: 'colorise',
    wanted,
    width: small.width,
    height: small.height,
    extras: input ? { [WARMTH_INPUT]: Math.max(input.min, Math.min(input.max, WARMTH[variant])) } : {},
    read: (rect, into) => copyRect(luma, small.width, rect, (from, to) => into.set(from, to)),
    write: (rect, planes) => {
      const count = rect.width * rect.height;
      for (const plane of [0, 1]) {
        const source = planes.subarray(plane * count, (plane + 1) * count);
        const target = colours.subarray(plane * luma.length, (plane + 1) * luma.length);
        for (let y = 0; y < rect.height; y++) {
          for (let x = 0; x < rect.width; x++) {
            // The card's range of -0.5..0.5 arrives as 0..1.
            target[(rect.y + y) * small.width + rect.x + x] = strength * (source[y * rect.width + x]! - 0.5);
          }
        }
      }
    },
    weight: 0.3,
  });
  const into = raster.channels === 3 ? raster : createRaster(raster.width, raster.height, 3, raster.depth);
  await spread({ ...small, luma, colours }, raster, into, tools);
  return { raster: into, report };
}

/** Luma of a small raster, nominally 0..1. */
function lumaPlane(raster: Raster, colour: StepTools['colour']): Float32Array {
  const { width, height } = raster;
  const count = width * height;
  const planes = new Float32Array(3 * count);
  readSrgb(raster, { x: 0, y: 0, width, height }, colour, planes);
  return planes.subarray(0, count).map((red, i) => lumaOf(red, planes[i + count]!, planes[i + 2 * count]!));
}

function copyRect(plane: Float32Array, stride: number, rect: Rect, put: (row: Float32Array, at: number) => void): void {
  for (let y = 0; y < rect.height; y++) {
    const from = (rect.y + y) * stride + rect.x;
    put(plane.subarray(from, from + rect.width), y * rect.width);
  }
}

interface SmallColours {
  width: number;
  height: number;
  luma: Float32Array;
  /** Cb, then Cr. */
  colours: Float32Array;
}

/**
 * The positions along one axis from which a large picture's pixels take their colours: `2 * REACH` places and weights
 * for each.
 */
function placesOf(large: number, small: number): { places: Int32Array; weights: Float32Array } {
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

/** Applies colours to the luma of `from` and writes them into `into`, which may be the same raster. */
async function spread(small: SmallColours, from: Raster, into: Raster, tools: StepTools): Promise<void> {
  const { width, height } = from;
  const columns = placesOf(width, small.width);
  const rows = placesOf(height, small.height);
  const band = Math.max(1, Math.floor(BAND_PIXELS / width));
  const planes = new Float32Array(3 * width * band);
  const found = new Float64Array(2);
  for (let top = 0; top < height; top += band) {
    await tools.breathe();
    const rect = { x: 0, y: top, width, height: Math.min(band, height - top) };
    const count = rect.width * rect.height;
    readSrgb(from, rect, tools.colour, planes);
    for (let y = 0, i = 0; y < rect.height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const luma = lumaOf(planes[i]!, planes[i + count]!, planes[i + 2 * count]!);
        colourAt(small, luma, columns, x, rows, top + y, found);
        paint(planes, i, count, luma, found);
      }
    }
    writeRgb(into, rect, tools.colour, planes);
    tools.progress(0.3 + (0.7 * (top + rect.height)) / height);
  }
}

/** Writes Cb and Cr of a pixel into `found`. */
function colourAt(
  { width, luma: guide, colours }: SmallColours,
  luma: number,
  columns: ReturnType<typeof placesOf>,
  x: number,
  rows: ReturnType<typeof placesOf>,
  y: number,
  found: Float64Array,
): void {
  const taps = 2 * REACH;
  const plane = guide.length;
  let total = 0;
  let blue = 0;
  let red = 0;
  for (let j = y * taps; j < (y + 1) * taps; j++) {
    const row = rows.places[j]! * width;
    const down = rows.weights[j]!;
    for (let k = x * taps; k < (x + 1) * taps; k++) {
      const at = row + columns.places[k]!;
      const unlike = Math.min(1, Math.abs(luma - guide[at]!));
      const weight = down * columns.weights[k]! * ALIKE_WEIGHTS[(unlike * ALIKE_STEPS) | 0]!;
      total += weight;
      blue += weight * colours[at]!;
      red += weight * colours[plane + at]!;
    }
  }
  found[0] = blue / total;
  found[1] = red / total;
}

/** RGB from a luma and the colours found, made paler as far as 0..1 demands. */
function paint(planes: Float32Array, i: number, count: number, luma: number, found: Float64Array): void {
  const [cb, cr] = [found[0]!, found[1]!];
  const red = 1.402 * cr;
  const green = -0.344136 * cb - 0.714136 * cr;
  const blue = 1.772 * cb;
  const share = Math.min(1, room(red, luma), room(green, luma), room(blue, luma));
  planes[i] = luma + share * red;
  planes[i + count] = luma + share * green;
  planes[i + 2 * count] = luma + share * blue;
}

/** The share of a difference that a component can take without leaving 0..1. */
function room(difference: number, luma: number): number {
  if (difference > 0) return Math.max(0, 1 - luma) / difference;
  return difference < 0 ? Math.max(0, luma) / -difference : 1;
}

function writeRgb(raster: Raster, rect: Rect, colour: StepTools['colour'], planes: Float32Array): void {
  const { data, width } = raster;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  colour?.fromSrgb(planes, count);
  let target = 3 * (rect.y * width + rect.x);
  for (let i = 0; i < count; i++, target += 3) {
    for (let c = 0; c < 3; c++) {
      data[target + c] = Math.max(0, Math.min(max, Math.round(planes[i + c * count]! * max)));
    }
  }
}
