import type { Analysis, Need } from '../../contract/photo';
import {
  COLOUR_VARIANTS,
  RECIPE_FORMAT,
  type Recipe,
  type Step,
  type StepKind,
  UPSCALE_VARIANTS,
} from '../../contract/recipe';
import type { DamageMap } from './damage';
import { createMask, damageShares, type Mask } from './mask';
import { measureQuality, type Quality } from './quality';
import type { Raster } from './raster';
import { orderSteps } from './recipe';
import { hasColourVariants } from './steps/colorise/colorise';
import {
  castConfidence,
  measureTone,
  ramp,
  similarityAfter,
  TONE_PIXELS,
  type ToneStatistics,
  toneCurves,
} from './steps/tone/tone';
import { upscalePasses } from './steps/upscale/upscale';
import type { StepTools, Task } from './tools';

/** Sensitivity and growth at which the analysis judges and the proposal repairs. */
const REPAIR_DEFAULTS = { sensitivity: 0.5, grow: 2 } as const;

/** Noise in 8-bit levels from which cleaning is worth its price: colour noise, which no film and no paper has ... */
const LEAST_NOISE = 6;
/** ... and the grain of film, which belongs to a photo until it hides it. */
const LEAST_GRAIN = 9;
/** From here on grain is not kept in the proposal either. */
const HIDING_GRAIN = 16;
/** Noise with this share in the luma is grain: all channels have the same. */
const GRAIN_SHARE = 0.85;
/** Blocks stand out where both their steps against the rest, and the error that they tell of in levels, are large. */
const LEAST_BLOCKINESS = 1.35;
const LEAST_COMPRESSION = 3;
/**
 * A photo in colours is rarely a damaged print: bright lines in it are wires, ropes, stalks and trails of light more
 * often than scratches, however certain one of them may look. There damage must be all over: so many times as much.
 */
const WIDESPREAD = 6;
/** A trace of noise looks more natural than none. */
const RESTORE_STRENGTH = 0.8;
/** Photos below this are too small for a print of postcard size. */
const SMALL_MEGAPIXELS = 1.5;

/** Every reason that {@link analyse} gives, for the translations. The figures of each are named behind it. */
export const REASONS = {
  'reason.repair.damage': ['damage'],
  'reason.repair.clean': ['damage'],
  'reason.repair.unknown': [],
  'reason.restore.noise': ['noise'],
  'reason.restore.blocks': ['blockiness', 'compression'],
  'reason.restore.grain': ['noise'],
  'reason.restore.clean': ['noise'],
  'reason.tone.faded': ['range'],
  'reason.tone.cast': ['cast'],
  'reason.tone.good': ['range'],
  'reason.colorise.monochrome': [],
  'reason.colorise.toned': [],
  'reason.colorise.colour': [],
  'reason.upscale.small': ['megapixels'],
  'reason.upscale.large': ['megapixels'],
  'reason.style.taste': [],
} as const satisfies Record<string, readonly string[]>;
export type Reason = keyof typeof REASONS;

/** What was measured, before any judgement. */
export interface Measurements {
  /** Share of the picture that is damaged, null where no detector is installed. */
  damage: number | null;
  /** Enough of it is certain for a repair to be proposed, see {@link DamageMap.needed}. */
  isDamaged: boolean;
  tone: ToneStatistics;
  /** Strength of the tone step that the evidence justifies. */
  toneStrength: number;
  quality: Quality;
  megapixels: number;
}

/**
 * Measures what a photo needs and proposes a recipe. The raster is left as it is. `damage` is its damage map, null
 * where no detector is installed. Throws CANCELLED.
 */
export async function analyse(raster: Raster, damage: DamageMap | null, tools: StepTools): Promise<Analysis> {
  const measurements = await measure(raster, damage, tools);
  const needs: Need[] = [
    assessRepair(measurements, tools),
    assessRestore(measurements, tools),
    assessTone(measurements),
    assessColorise(measurements, tools),
    assessUpscale(measurements, tools),
    need('style', false, has(tools, 'style'), 'reason.style.taste', {}, 'A style is a matter of taste.'),
  ];
  const recipe = propose(needs, measurements);
  const { tone, quality } = measurements;
  return {
    damage: measurements.damage ?? 0,
    range: rangeOf(tone),
    cast: castOf(tone),
    colour: tone.colour,
    noise: quality.noise,
    blockiness: quality.blockiness,
    compression: quality.compression,
    megapixels: measurements.megapixels,
    needs,
    recipe,
    nothingToDo: !recipe.steps.some((step) => step.enabled),
  };
}

async function measure(raster: Raster, damage: DamageMap | null, tools: StepTools): Promise<Measurements> {
  const small = await tools.shrink(raster, TONE_PIXELS);
  const mask = damage && createMask(damage, REPAIR_DEFAULTS, small);
  const tone = measureTone(small, tools.colour, mask ? maskedPixels(mask) : undefined);
  await tools.breathe();
  const quality = measureQuality(raster);
  await tools.breathe();
  const share = damage ? createMask(damage, { ...REPAIR_DEFAULTS, grow: 0 }, raster).coverage() : null;
  return {
    damage: share,
    isDamaged: damage !== null && share !== null && isDamaged(damage, share, tone),
    tone,
    toneStrength: toneStrength(small, tone),
    quality,
    megapixels: (raster.width * raster.height) / 1e6,
  };
}

function isDamaged(damage: DamageMap, share: number, { colour }: ToneStatistics): boolean {
  if (!damage.linesAndBlobsOnly) return share >= (colour === 'colour' ? WIDESPREAD : 1) * damage.needed;
  const { certain, likely } = damageShares(damage);
  return (colour !== 'colour' && certain >= damage.needed) || likely >= WIDESPREAD * damage.needed;
}

/** Whether a pixel is under the mask. Holds the whole mask: for small frames only. */
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

/** Length of the cast in delta E: the mean of a*b* so far as it is a cast and not the subject. */
function castOf(tone: ToneStatistics): number {
  return tone.colour === 'colour' ? castConfidence(tone) * Math.hypot(...tone.mean) : Math.hypot(...tone.mean);
}

// ------------------------------------------------------------------------------------------------ judgement

function need(
  kind: StepKind,
  needed: boolean,
  available: boolean,
  reason: Reason,
  figures: Record<string, number>,
  sentence: string,
): Need {
  return { kind, needed, available, reason, figures, sentence };
}

function has(tools: StepTools, ...tasks: Task[]): boolean {
  return tasks.every((task) => tools.generator(task) !== null);
}

function percent(share: number): string {
  const value = share * 100;
  return value >= 10 ? value.toFixed(0) : value.toFixed(value >= 0.1 ? 1 : 2);
}

function assessRepair({ damage, isDamaged }: Measurements, tools: StepTools): Need {
  const available = has(tools, 'detect', 'inpaint');
  if (damage === null) {
    const sentence = 'Damage cannot be judged: no damage detector is installed.';
    return need('repair', false, available, 'reason.repair.unknown', {}, sentence);
  }
  const figures = { damage };
  return isDamaged
    ? need(
        'repair',
        true,
        available,
        'reason.repair.damage',
        figures,
        `Creases and scratches cover ${percent(damage)} % of the picture.`,
      )
    : need('repair', false, available, 'reason.repair.clean', figures, 'No creases or scratches worth repairing.');
}

function isGrain({ noise, lumaNoise }: Quality): boolean {
  return lumaNoise >= GRAIN_SHARE * noise;
}

function isBlocky({ blockiness, compression }: Quality): boolean {
  return blockiness >= LEAST_BLOCKINESS && compression >= LEAST_COMPRESSION;
}

function assessRestore({ quality }: Measurements, tools: StepTools): Need {
  const available = has(tools, 'restore');
  const { noise, blockiness, compression } = quality;
  const levels = noise.toFixed(1);
  if (isBlocky(quality)) {
    const sentence = `Compression blocks stand out ${blockiness.toFixed(1)} times as strong as what is around them, an error of ${compression.toFixed(1)} levels.`;
    return need('restore', true, available, 'reason.restore.blocks', { blockiness, compression }, sentence);
  }
  if (noise >= (isGrain(quality) ? LEAST_GRAIN : LEAST_NOISE)) {
    const sentence = `Noise and grain of ${levels} levels.`;
    return need('restore', true, available, 'reason.restore.noise', { noise }, sentence);
  }
  if (noise >= LEAST_NOISE) {
    const sentence = `Grain of ${levels} levels, which belongs to the photo.`;
    return need('restore', false, available, 'reason.restore.grain', { noise }, sentence);
  }
  return need('restore', false, available, 'reason.restore.clean', { noise }, `Little noise (${levels} levels).`);
}

/** How far the ends of the tones are from where a sound print has them, in L*. */
function lostRange(tone: ToneStatistics): number {
  return Math.max(0, tone.dark - 9) + Math.max(0, 91 - tone.light);
}

const LEAST_LOSS = 3.5;
const LEAST_CAST = 0.3;
/** Structural similarity that a correction on weak evidence must leave in every channel: room for 0.995 at full size. */
const LEAST_SIMILARITY = 0.997;

function assessTone({ tone }: Measurements): Need {
  const range = rangeOf(tone);
  const certain = castConfidence(tone);
  const cast = castOf(tone);
  if (certain >= LEAST_CAST) {
    const sentence = `The colours have shifted by ${cast.toFixed(0)} delta E.`;
    return need('tone', true, true, 'reason.tone.cast', { cast }, sentence);
  }
  return lostRange(tone) >= LEAST_LOSS
    ? need('tone', true, true, 'reason.tone.faded', { range }, `Faded: only ${percent(range)} % of the tones are used.`)
    : need('tone', false, true, 'reason.tone.good', { range }, `The tones are sound (${percent(range)} % are used).`);
}

/** What the coloriser was seen to do, for whoever decides on it. */
const PLAUSIBLE = 'plausibly for skin, sky and foliage, as a guess for clothes, paint and streets';

function assessColorise({ tone }: Measurements, tools: StepTools): Need {
  const available = has(tools, 'colorise');
  const variants = hasColourVariants(tools) ? [...COLOUR_VARIANTS] : [COLOUR_VARIANTS[0]];
  const answer = (needed: boolean, reason: Reason, sentence: string): Need => ({
    ...need('colorise', needed, available, reason, {}, sentence),
    variants,
  });
  switch (tone.colour) {
    case 'monochrome':
      return answer(
        true,
        'reason.colorise.monochrome',
        `A black and white photo; its colours would be imagined, ${PLAUSIBLE}.`,
      );
    case 'toned':
      return answer(
        true,
        'reason.colorise.toned',
        `A toned photo without colours; they would be imagined, ${PLAUSIBLE}.`,
      );
    case 'colour':
      return answer(false, 'reason.colorise.colour', 'The photo has colours of its own.');
  }
}

function assessUpscale({ megapixels }: Measurements, tools: StepTools): Need {
  // Who can double can make four times as large as well.
  const variants = UPSCALE_VARIANTS.filter((variant) => upscalePasses(2, variant, tools) !== null);
  const available = variants.length > 0;
  const figures = { megapixels };
  const size = `${megapixels.toFixed(megapixels < 10 ? 1 : 0)} megapixels`;
  const assessed =
    megapixels < SMALL_MEGAPIXELS
      ? need('upscale', true, available, 'reason.upscale.small', figures, `A small photo (${size}).`)
      : need('upscale', false, available, 'reason.upscale.large', figures, `Large enough (${size}).`);
  return { ...assessed, variants };
}

// ------------------------------------------------------------------------------------------------ proposal

/**
 * The recipe that answers the needs. Imagined colours, enlargement and style are never proposed by themselves: they
 * are a choice, not a repair.
 */
function propose(needs: readonly Need[], { toneStrength, quality }: Measurements): Recipe {
  const wanted = (kind: StepKind) => needs.some((each) => each.kind === kind && each.needed && each.available);
  const steps: Step[] = [
    { kind: 'repair', enabled: wanted('repair'), settings: { ...REPAIR_DEFAULTS } },
    {
      kind: 'tone',
      enabled: wanted('tone'),
      settings: { strength: toneStrength, cast: 1, contrast: 1 },
    },
  ];
  if (wanted('restore')) {
    const keepGrain = isGrain(quality) && quality.noise < HIDING_GRAIN;
    steps.push({ kind: 'restore', enabled: true, settings: { strength: RESTORE_STRENGTH, keepGrain } });
  }
  return { format: RECIPE_FORMAT, id: 'proposal', name: 'Proposal', gate: 'needed', steps: orderSteps(steps) };
}

/**
 * Weak evidence gets a weak correction: a photo that is merely dull may change by a hardly visible amount only, one
 * that has certainly faded by as much as it takes.
 */
function toneStrength(small: Raster, tone: ToneStatistics): number {
  const lost = lostRange(tone);
  const certain = castConfidence(tone);
  const evidence = Math.max(
    // A cast that is as likely the subject's own is no evidence yet.
    ramp(certain, 0.5, 0.7),
    tone.colour === 'colour' ? ramp(lost, 12, 18) : ramp(lost, 4, 10),
  );
  let steps = Math.round(5 + 15 * Math.max(ramp(lost, LEAST_LOSS, 14), certain));
  for (; steps > 1; steps--) {
    const curves = toneCurves(tone, { strength: steps / 20, cast: 1, contrast: 1 });
    if (!curves || similarityAfter(small, curves) >= LEAST_SIMILARITY - evidence) break;
  }
  return steps / 20;
}
