import type { Message } from '../../contract/basics';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { lumaOf } from './colour';
import { type Raster, type Rect, readSrgb } from './raster';
import type { ForeignFacts, GeneratorFacts, PassReport, SideRule, StepTools } from './tools';

/*
 * What steps need for nets that a person has added.
 */

interface Size {
  width: number;
  height: number;
}

/** Whether a net has to get a whole picture instead of tiles. */
export function seesWhole(facts: GeneratorFacts | null): facts is GeneratorFacts & { foreign: ForeignFacts } {
  return facts?.foreign?.global === 'whole' || facts?.foreign?.global === 'fixed';
}

export const takesLuma = (facts: GeneratorFacts | null): boolean =>
  facts !== null && (facts.takes === 'l100' || facts.takes.startsWith('luma'));

/** The size at which a whole picture is given to a net: not larger than it is, in its shape; the rest is mirrored. */
export function fittingSize(
  { sides, longest }: Pick<ForeignFacts, 'sides' | 'longest'>,
  { width, height }: Size,
): Size {
  const limit = sides.fixed ?? { width: largestSide(sides, longest), height: largestSide(sides, longest) };
  const scale = Math.min(1, limit.width / width, limit.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The size at which a whole picture is squeezed into one that the net takes, of about so many pixels. */
export function squeezedSize({ sides }: Pick<ForeignFacts, 'sides'>, { width, height }: Size, pixels: number): Size {
  if (sides.fixed) return sides.fixed;
  const scale = Math.sqrt(pixels / (width * height));
  const across = nearestSide(sides, width * scale);
  return sides.square
    ? { width: nearestSide(sides, Math.sqrt(pixels)), height: nearestSide(sides, Math.sqrt(pixels)) }
    : { width: across, height: nearestSide(sides, height * scale) };
}

function nearestSide({ multiple, remainder, minimum, ladder }: SideRule, side: number): number {
  if (ladder.length > 0)
    return ladder.reduce((best, each) => (Math.abs(each - side) < Math.abs(best - side) ? each : best));
  const least = remainder + Math.ceil(Math.max(0, Math.max(minimum, 1) - remainder) / multiple) * multiple;
  return Math.max(least, remainder + Math.round((side - remainder) / multiple) * multiple);
}

function largestSide({ multiple, remainder, ladder }: SideRule, longest: number): number {
  if (ladder.length > 0) return Math.max(...ladder);
  return remainder + Math.floor((longest - remainder) / multiple) * multiple;
}

/** Reads the luma of a raster, in 0..1. */
export class LumaReader {
  readonly #raster: Raster;
  readonly #colour: StepTools['colour'];
  #colours = new Float32Array(0);

  constructor(raster: Raster, colour: StepTools['colour']) {
    this.#raster = raster;
    this.#colour = colour;
  }

  read(rect: Rect, into: Float32Array): void {
    const count = rect.width * rect.height;
    if (this.#colours.length < 3 * count) this.#colours = new Float32Array(3 * count);
    const colours = this.#colours;
    readSrgb(this.#raster, rect, this.#colour, colours.subarray(0, 3 * count));
    for (let i = 0; i < count; i++) into[i] = lumaOf(colours[i]!, colours[i + count]!, colours[i + 2 * count]!);
  }
}

/** Memory that is short for a whole picture may suffice for these shares of its pixels. */
const SHARES = [1, 0.5, 0.25, 0.125, 0.0625];
/** A picture with a longer side of fewer pixels shows a net too little. */
const LEAST_SIDE = 96;

/**
 * Runs a net over a whole picture, at a smaller size if memory is short. `sizeFor` gives the size for a share of its pixels;
 * the report says at which size it ran if that is not the first one. Throws the errors of `run`, OUT_OF_MEMORY only if no
 * smaller size helps.
 */
export async function atAffordableSize<S extends Size>(
  sizeFor: (share: number) => S,
  run: (size: S) => Promise<PassReport>,
): Promise<{ report: PassReport; size: S }> {
  let [tried, failure]: [S | null, unknown] = [null, null];
  for (const share of SHARES) {
    const size = sizeFor(share);
    if (tried !== null) {
      const isSmaller = size.width < tried.width || size.height < tried.height;
      if (!isSmaller || Math.max(size.width, size.height) < LEAST_SIDE) break;
    }
    try {
      const report = await run(size);
      return {
        report: tried === null ? report : { ...report, short: { width: size.width, height: size.height } },
        size,
      };
    } catch (error) {
      if (!(error instanceof EmulsionError) || error.code !== 'OUT_OF_MEMORY') throw error;
      [tried, failure] = [size, error];
    }
  }
  throw failure;
}

/** A size with this share of the pixels. */
export const shareOf = ({ width, height }: Size, share: number): Size => ({
  width: Math.max(1, Math.round(width * Math.sqrt(share))),
  height: Math.max(1, Math.round(height * Math.sqrt(share))),
});

/** The luma of a whole raster, in 0..1. */
export function lumaPlane(raster: Raster, colour: StepTools['colour']): Float32Array {
  const { width, height } = raster;
  const luma = new Float32Array(width * height);
  new LumaReader(raster, colour).read({ x: 0, y: 0, width, height }, luma);
  return luma;
}

/** A copy at another size, or the raster itself. */
export async function atSize(raster: Raster, { width, height }: Size, tools: StepTools): Promise<Raster> {
  return raster.width === width && raster.height === height ? raster : tools.resize(raster, width, height);
}

/** What the report says besides: inputs that a person has set, the size at which a reduced picture was seen, and tiles that stayed as they were. */
export function annotationsOf({ kept = 0, inputs = {}, short, cut, tile }: PassReport, seen?: Size | null): Message[] {
  return [
    ...Object.entries(inputs).map(([name, value]) => say('did.foreign.input', { name, value })),
    ...(cut ? [say('did.foreign.cut', { count: cut, tile })] : []),
    ...(short ? [say('did.foreign.short', { width: short.width, height: short.height })] : []),
    ...(seen && !short ? [say('did.foreign.seen', { width: seen.width, height: seen.height })] : []),
    ...(kept > 0 ? [say('did.foreign.kept', { count: kept })] : []),
  ];
}
