import type { MeasuredPixels } from './pixels';
import { estimateFading } from './steps/tone/fading';
import { evidenceOfFading } from './steps/tone/tone';
import type { StepTools } from './tools';

/**
 * How the thresholds of a detector follow the photo. A photo with much certain damage has more of it, less certain; in a
 * photo with hardly any, most of what is uncertain belongs to the scene. All in logits but the share; from the card.
 */
export interface StrictnessRules {
  /** How far above its threshold a pixel is certainly damage. */
  readonly certain: number;
  /** At this share of certainly damaged pixels, 0..1, the thresholds are raised by `usual`. */
  readonly share: number;
  readonly usual: number;
  /** Ten times the share lowers the thresholds by this much. */
  readonly perDecade: number;
  /** The thresholds are raised by at least this much (negative: lowered by at most this much), and at most. */
  readonly least: number;
  readonly most: number;
  /**
   * Above this share of certainly damaged pixels the thresholds rise again by `perDecadeAfter`, up to where they are
   * without rules: there is nothing to find that is less certain, and a mask of half the picture would harm it.
   */
  readonly enough: number;
  readonly perDecadeAfter: number;
  /**
   * The least in a photo in full colour that has not faded. Such a photo is rarely a damaged print, and the bright lines in
   * it are wires, stalks and peeling paint.
   */
  readonly leastInColour: number;
}

/** The rules on a detector's card; null if its thresholds are the same for every photo. */
export function strictnessRules(thresholds: Readonly<Record<string, number>> | null): StrictnessRules | null {
  const share = thresholds?.strictness_share;
  if (thresholds === null || share === undefined) return null;
  const of = (name: string, usual: number) => thresholds[`strictness_${name}`] ?? usual;
  const least = of('least', 0);
  return {
    certain: of('certain', 1.25),
    share,
    usual: of('usual', 0),
    perDecade: of('per_decade', 0),
    least,
    most: of('most', 0),
    enough: of('enough', 1),
    perDecadeAfter: of('per_decade_after', 0),
    leastInColour: of('least_in_colour', least),
  };
}

/** By how much, in logits, the thresholds of a photo are raised. `certain`: its share of certainly damaged pixels. */
export function strictnessOf(rules: StrictnessRules, certain: number, isPrint: boolean): number {
  const { share, usual, perDecade, least, most, leastInColour, enough, perDecadeAfter } = rules;
  const wanted = usual - perDecade * Math.log10(Math.min(enough, Math.max(certain, 1e-9)) / share);
  const raised = Math.max(isPrint ? least : leastInColour, Math.min(most, wanted));
  const after = Math.max(0, Math.log10(Math.max(certain, 1e-9) / enough));
  return Math.min(Math.max(raised, 0), raised + perDecadeAfter * after);
}

/** What a detector found of one kind: probabilities as 0..255, and the probability (0..1) from which a pixel counts. */
export interface Found {
  readonly values: Uint8Array;
  readonly threshold: number;
}

/**
 * Share of the pixels, 0..1, that are any of the `kinds` of damage by `logits` above its threshold. Pixels that are at
 * least as likely to be writing do not count. All planes have the same size; that of writing may be empty.
 */
export function certainShare(kinds: readonly Found[], writing: Found, logits: number): number {
  const levels = kinds.map(({ threshold }) => 255 / (1 + (1 / threshold - 1) * Math.exp(-logits)));
  const ink = 255 * writing.threshold;
  const length = kinds[0]?.values.length ?? 0;
  let certain = 0;
  for (let i = 0; i < length; i++) {
    let strongest = 0;
    let counts = false;
    for (let k = 0; k < kinds.length; k++) {
      const value = kinds[k]!.values[i]!;
      if (value > strongest) strongest = value;
      if (value >= levels[k]!) counts = true;
    }
    const written = writing.values[i] ?? 0;
    if (counts && !(written >= ink && written >= strongest)) certain++;
  }
  return length > 0 ? certain / length : 0;
}

/** Whether a photo looks like a print: without colours, or faded. A colour photograph of today is rarely damaged. */
export async function looksLikePrint({ small, tone }: MeasuredPixels, tools: StepTools): Promise<boolean> {
  if (tone.colour !== 'colour') return true;
  const fading = await estimateFading(small, tools);
  return (fading?.certainty ?? evidenceOfFading(tone)) > 0.5;
}
