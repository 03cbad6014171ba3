import type { Face, Fading, FilmFaults } from '../../contract/photo';
import { AT_THRESHOLD, acceptAt, boundsOf, forEachPiece, STEPS_PER_LOGIT } from '../../document/evidence';
import type { DamageMap } from './damage';
import { createMask, damageShares, evidenceOf, type Mask } from './mask';
import { type MeasuredPixels, measurePixels } from './pixels';
import type { Quality } from './quality';
import type { Raster } from './raster';
import { estimateFading } from './steps/tone/fading';
import { castConfidence, evidenceOfFading, measureTone, type ToneStatistics, toneStrength } from './steps/tone/tone';
import type { StepTools } from './tools';

/** Sensitivity and growth that the analysis and the proposed repair use. */
export const REPAIR_DEFAULTS = { sensitivity: 0.5, grow: 2, keepWriting: true } as const;
/**
 * A colour photo is rarely a damaged print: bright lines in it are more often wires, ropes, stalks and light trails
 * than scratches. It needs this many times as much damage, unless the photo has faded, as prints do.
 */
const WIDESPREAD = 3;

/** Measurements, before any judgement. */
export interface Measurements {
  /** Damaged share of the picture, 0..1; null if no detector is installed. */
  damage: number | null;
  /** Enough of the damage is certain to propose a repair, see {@link DamageMap.needed}. */
  isDamaged: boolean;
  /** The same without what infrared shows. */
  isDamagedBesides: boolean;
  /** Pieces of dust that an infrared picture shows for certain. */
  infraredPieces: number;
  /** It looks like a colour negative that was not developed. */
  isNegative: boolean;
  tone: ToneStatistics;
  /** Strength of the tone step that the evidence justifies. */
  toneStrength: number;
  /** Null for a photo without colours, and if no generator for it is installed. */
  fading: Fading | null;
  film: FilmFaults;
  /** Null if no generator finds them. */
  faces: Face[] | null;
  quality: Quality;
  megapixels: number;
}

/** Measures a photo. Does not change the raster. `pixels`: what is being measured of it already. Throws CANCELLED. */
export async function measure(
  raster: Raster,
  damage: DamageMap | null,
  tools: StepTools,
  pixels: Promise<MeasuredPixels> = measurePixels(raster, tools),
  isNegative = false,
): Promise<Measurements> {
  const { small, tone: whole, film: found, quality } = await pixels;
  const mask = damage && createMask(damage, REPAIR_DEFAULTS, small);
  const ignore = mask?.any({ x: 0, y: 0, width: small.width, height: small.height }) ? maskedPixels(mask) : undefined;
  const tone = ignore ? measureTone(small, tools.colour, ignore) : whole;
  await tools.breathe();
  const hasColours = tone.colour === 'colour';
  const fading = hasColours ? await estimateFading(small, tools, ignore) : null;
  const film = hasColours ? found : { ...found, leak: null };
  const faces = damage ? damage.faces : await tools.faces(raster);
  const share = damage ? createMask(damage, { ...REPAIR_DEFAULTS, grow: 0 }, raster).coverage() : null;
  const infraredPieces = damage?.infrared?.pieces ?? 0;
  const isDamagedBesides = damage !== null && isDamaged(damage, raster, tone, fading);
  return {
    damage: share,
    isNegative,
    infraredPieces,
    isDamaged: infraredPieces > 0 || isDamagedBesides,
    isDamagedBesides,
    tone,
    toneStrength: fading?.certainty ?? toneStrength(small, tone),
    fading,
    film,
    faces,
    quality,
    megapixels: (raster.width * raster.height) / 1e6,
  };
}

function isDamaged(damage: DamageMap, photo: Raster, tone: ToneStatistics, fading: Fading | null): boolean {
  const { colour } = tone;
  if (!damage.linesAndBlobsOnly) {
    const isPrint = colour !== 'colour' || (fading?.certainty ?? evidenceOfFading(tone)) > 0.5;
    const factor = isPrint ? 1 : WIDESPREAD;
    const share = createMask(damage, { ...REPAIR_DEFAULTS, grow: 0, infrared: false }, photo).coverage();
    const { pieces, longest } = certainPieces(damage);
    const isMoreThanOneThing = pieces >= FEWEST_PIECES || longest >= LONG;
    return (share >= factor * damage.needed && isMoreThanOneThing) || pieces >= factor * MANY_PIECES;
  }
  const { certain, likely } = damageShares(damage);
  return (colour !== 'colour' && certain >= damage.needed) || likely >= WIDESPREAD * damage.needed;
}

/** A piece of damage is certain if its most certain pixel is this far above the card's threshold, in logits. */
const CERTAIN_LOGITS = 2.2;
/** This many certain pieces are damage. A single one is more often a thing of the scene: a whip, a bow, a lamp. */
const FEWEST_PIECES = 3;
/** A certain piece alone is damage if it is at least this long, as a share of the photo's diagonal: a crease, a tear. */
const LONG = 0.2;
/** So many certain pieces are worth a repair however little they cover: dust and pinholes. */
const MANY_PIECES = 10;

/**
 * How many pieces are certain, and the length of the longest as a share of the diagonal. Counted as if the photo had no other
 * damage: that it has much does not make any piece more certain.
 */
function certainPieces(damage: DamageMap): { pieces: number; longest: number } {
  const evidence = evidenceOf(damage, { infrared: false }, 0);
  const { plane, width, height } = evidence;
  const accepted = acceptAt(evidence, REPAIR_DEFAULTS.sensitivity);
  const certain = AT_THRESHOLD + CERTAIN_LOGITS * STEPS_PER_LOGIT;
  let pieces = 0;
  let longest = 0;
  forEachPiece(accepted.plane, width, height, accepted.level, (piece) => {
    if (!piece.some((index) => plane[index]! >= certain)) return;
    const bounds = boundsOf(piece, width);
    pieces++;
    longest = Math.max(longest, Math.hypot(bounds.width, bounds.height));
  });
  return { pieces, longest: longest / Math.hypot(width, height) };
}

/** Whether a pixel is under the mask. Holds the whole mask in memory, so use it for small frames only. */
export function maskedPixels(mask: Mask): (x: number, y: number) => boolean {
  const { width, height } = mask;
  const values = new Uint8Array(width * height);
  mask.read({ x: 0, y: 0, width, height }, values);
  return (x, y) => values[y * width + x] !== 0;
}

/** Share of the tonal range in use, 0..1. */
export function rangeOf(tone: ToneStatistics): number {
  return Math.max(0, Math.min(1, (tone.light - tone.dark) / 100));
}

/** Size of the cast in delta E: the mean of a*b*, as far as it is a cast and not the subject. */
export function castOf(tone: ToneStatistics): number {
  return tone.colour === 'colour' ? castConfidence(tone) * Math.hypot(...tone.mean) : Math.hypot(...tone.mean);
}
