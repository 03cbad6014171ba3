import type { Message } from '../../../contract/basics';
import type { BaseSource, FilmBase, Negative, NegativeWish } from '../../../contract/scan';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { type ColourTransform, cropRaster, type Raster } from '../../restoration/raster';
import { balanceOf } from './balance';
import { type FoundBase, findBase, percentile } from './base';
import { decadesOf, GAMMA, type Three } from './density';
import { type Sampled, sampled } from './sampled';

/** What a negative on a scan looks like, and how it becomes a positive. */

export interface Measured {
  /** Null: with `auto`, the scan is not certainly a negative. */
  negative: Negative | null;
  /** Where the film base is from. */
  base: BaseSource;
  notes: Message[];
}

/** Densities of a film base that is orange: how much more of green than of red, and of blue than of green. */
const ORANGE = { green: [0.24, 0.65], blue: [0.08, 0.5] } as const;
/** A film base is never as light as no film. */
const LEAST_BASE = 0.02;
/** The range of densities of a negative, and how far those of its layers differ. */
const [LEAST_RANGE, MOST_RANGE, MOST_APART] = [0.25, 2.1, 2];
/** The least range of densities of a picture. */
const NO_PICTURE = 0.08;
/** Where black and white of silver film lie in the positive: shares of the picture, and their light in decades. */
const SILVER = { black: 0.005, white: 0.995, from: -1.9, to: -0.03 };

/**
 * How the picture on a scan is developed. Throws NEGATIVE_IMPOSSIBLE if nothing is on it.
 *
 * @param whole the whole page, where unexposed film is looked for
 * @param print the picture that is cut out of it
 */
export function measureNegative(
  whole: Raster,
  print: Raster,
  colour: ColourTransform | null,
  { kind, base: given }: NegativeWish,
): Measured {
  const page = sampled(whole, colour);
  const isGrey = whole.channels === 1;
  if (kind === 'auto') {
    if (isGrey || !isColourNegative(page))
      return { negative: null, base: 'picture', notes: [say('notes.negativeNone')] };
  }
  const isColour = !isGrey && kind !== 'mono';
  const found = findBase(page, isColour);
  const part = print === whole ? page : sampled(print, colour);
  const picture = print === whole ? found.picture : pictureOn(part, found);
  const density = given === null ? found.density : (given.map((light) => -Math.log10(light)) as unknown as Three);
  assertPicture(part, picture);
  const from = given === null ? found.from : 'given';
  const notes: Message[] = [];
  const isDoubtful = kind === 'colour' && !isColourNegative(page);
  if (isDoubtful) notes.push(say('notes.negativeDoubtful'));
  if (kind === 'colour' && isGrey) notes.push(say('notes.negativeGrey'));
  notes.push(say(`notes.negative.${isColour ? 'colour' : 'mono'}.${from}`));
  const base = given ?? lightOf(density);
  const balance = isColour
    ? balanceOf(part, density, picture, from === 'picture' ? 'picture' : 'strip')
    : silverBalance(part, density, picture);
  const added = { exposure: 0, contrast: 0, warmth: 0, tint: 0 };
  return { negative: { kind: isColour ? 'colour' : 'mono', base, ...balance, ...added }, base: from, notes };
}

/** Linear light of a place of a scan, to be taken for its film base; null beside it. */
export function baseAt(
  raster: Raster,
  colour: ColourTransform | null,
  [x, y]: readonly [number, number],
): FilmBase | null {
  const { width, height } = raster;
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return null;
  const reach = Math.max(1, Math.round(Math.max(width, height) / 400));
  const left = Math.max(0, Math.floor(x) - reach);
  const top = Math.max(0, Math.floor(y) - reach);
  const part = {
    x: left,
    y: top,
    width: Math.min(width - left, 2 * reach + 1),
    height: Math.min(height - top, 2 * reach + 1),
  };
  const { planes } = sampled(cropRaster(raster, part), colour);
  const all = new Uint8Array(planes[0].length).fill(1);
  return lightOf(planes.map((plane) => percentile(plane, all, 0.5)));
}

const lightOf = (densities: readonly number[]): FilmBase =>
  densities.map((each) => Math.min(1, Math.max(0.0005, 10 ** -each))) as unknown as FilmBase;

/** The places of a print that are neither unexposed film nor beside the film. */
function pictureOn({ planes }: Sampled, { density, from }: FoundBase): Uint8Array {
  return Uint8Array.from(planes[0], (_, i) => {
    const isOpaque = planes.every((plane) => plane[i]! > 3);
    const isBase = from === 'strip' && planes.every((plane, c) => Math.abs(plane[i]! - density[c]!) < 0.02);
    return isOpaque || isBase ? 0 : 1;
  });
}

function assertPicture({ planes }: Sampled, picture: Uint8Array): void {
  const ranges = planes.map((plane) => percentile(plane, picture, 0.98) - percentile(plane, picture, 0.02));
  const count = picture.reduce((sum, each) => sum + each, 0);
  if (count < 16 || Math.max(...ranges) < NO_PICTURE) {
    throw new EmulsionError('NEGATIVE_IMPOSSIBLE', { reason: say('failures.negativeEmpty') });
  }
}

/**
 * Whether a scan is certainly a colour negative: the thinnest film is orange, nothing is as light as no film, all layers have about the
 * same range, and what is dense is not less orange than what is thin.
 */
export function isColourNegative(page: Sampled): boolean {
  const { density, from, picture } = findBase(page, true);
  const [red, green, blue] = page.planes;
  const isIn = (value: number, [least, most]: readonly [number, number]) => value >= least && value <= most;
  if (density[0] < LEAST_BASE) return false;
  if (!isIn(density[1] - density[0], ORANGE.green) || !isIn(density[2] - density[1], ORANGE.blue)) return false;
  const ranges = page.planes.map((plane, c) => percentile(plane, picture, 0.98) - density[c]!);
  const [least, most] = [Math.min(...ranges), Math.max(...ranges)];
  if (least < LEAST_RANGE || most > MOST_RANGE || most > MOST_APART * least) return false;
  const mask = blue.map((value, i) => value - red[i]!);
  const dense = percentile(green, picture, 0.8);
  const isDense = Uint8Array.from(picture, (each, i) => (each === 1 && green[i]! >= dense ? 1 : 0));
  const growth = percentile(mask, isDense, 0.5) - (density[2] - density[0]);
  const palest = percentile(mask, picture, 0.05);
  return from === 'strip' ? growth > -0.3 && palest > -0.4 : growth > -0.1 && palest > 0.05;
}

/** Black and white of the picture become black and white. */
function silverBalance({ planes }: Sampled, base: Three, picture: Uint8Array): Pick<Negative, 'slope' | 'shift'> {
  const mean = planes[0].map((_, i) => {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += (planes[c]![i]! - base[c]!) / 3;
    return decadesOf(sum / GAMMA[1]);
  });
  const [black, white] = [percentile(mean, picture, SILVER.black), percentile(mean, picture, SILVER.white)];
  const slope = Math.min(1.6, Math.max(0.6, (SILVER.to - SILVER.from) / Math.max(0.1, white - black)));
  const shift = SILVER.to - slope * white;
  return { slope: [slope, slope, slope], shift: [shift, shift, shift] };
}
