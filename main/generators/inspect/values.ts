import { withJpeg } from '../../synthesis/jpeg';
import { because, type Decisions, decide, type Evidence, type EvidenceCode } from './decision';
import { type Head, RANGES, type RangeName, type Tail } from './ends';
import {
  cropped,
  likeness,
  lumaOf,
  mapped,
  meanDifference,
  type Planes,
  percentile,
  planesOf,
  psnr,
  shrunk,
  swapped,
  withNoise,
} from './pictures';
import type { Probe } from './probe';
import { Refused } from './signature';
import { photoFor, type Sizes } from './sizes';

/*
 * Which values a net takes and returns. A wrong range often still gives a picture, so ranges are vetoed by trials, and
 * the usual one of those that are left is taken.
 */

const CANDIDATES: readonly RangeName[] = ['0..1', '-1..1', '0..255'];
const SEEDS = [7, 21, 35];
/** Of a slow net only one photo is tried. */
const SLOW = 1.5;

export interface Trial {
  range: RangeName;
  outputRange: RangeName;
  r: number;
  slope: number;
  rmse: number;
}

/** By the ends of the values, without the outermost ones: networks overshoot. */
export function rangeOfValues(values: Float32Array): RangeName {
  const [low, high] = [percentile(values, 0.02), percentile(values, 0.98)];
  if (high > 20) return '0..255';
  return low < -0.5 ? '-1..1' : '0..1';
}

/** A result in 0..1, at the size of the picture that it was made from, and that picture, without what the net cuts off. */
export function aligned(
  out: Planes,
  given: Planes,
  range: RangeName,
  { scale, offset }: Sizes,
): { out: Planes; given: Planes } {
  const { low, high } = RANGES[range];
  const plain = mapped(out, (value) => (value - low) / (high - low));
  const factor = Math.max(1, Math.round(scale));
  const small = shrunk(plain, factor);
  const cut = Math.round(offset / 2 / factor);
  const width = Math.min(small.width, given.width - 2 * cut);
  const height = Math.min(small.height, given.height - 2 * cut);
  return { out: cropped(small, 0, 0, width, height), given: cropped(given, cut, cut, width, height) };
}

async function trialOf(
  probe: Probe,
  sizes: Sizes,
  range: RangeName,
  outputRange: RangeName | null,
): Promise<Trial | null> {
  const trials: Trial[] = [];
  for (const seed of probe.seconds > SLOW ? SEEDS.slice(0, 1) : SEEDS) {
    const photo = photoFor(probe, sizes.width, sizes.height, seed);
    const out = await probe.attempt(photo, { range });
    if (!out?.data.every(Number.isFinite)) return null;
    const own = outputRange ?? rangeOfValues(out.data);
    const { out: result, given } = aligned(out, photo, own, sizes);
    trials.push({ range, outputRange: own, ...likeness(lumaOf(given), lumaOf(result)) });
  }
  const mean = (get: (trial: Trial) => number) => trials.reduce((sum, trial) => sum + get(trial), 0) / trials.length;
  return { ...trials[0]!, r: mean(({ r }) => r), slope: mean(({ slope }) => slope), rmse: mean(({ rmse }) => rmse) };
}

/**
 * A slider may do so much that the photo is not to be recognised. Then the picture is tried with it at its ends, and stays
 * there for the other trials.
 */
async function trialsOf(
  probe: Probe,
  sizes: Sizes,
  ranges: readonly RangeName[],
  given: RangeName | null,
): Promise<Trial[]> {
  const usual = probe.scalarValues;
  let first: Trial[] | null = null;
  for (const value of probe.signature.scalars.length > 0 ? [null, 0, 1] : [null]) {
    probe.scalarValues = value === null ? usual : Object.fromEntries(Object.keys(usual).map((name) => [name, value]));
    const trials: Trial[] = [];
    for (const range of ranges) {
      const trial = await trialOf(probe, sizes, range, given);
      if (trial) trials.push(trial);
    }
    first ??= trials;
    if (trials.some((trial) => trial.range === ranges[0] && survives(trial))) return trials;
  }
  probe.scalarValues = usual;
  return first ?? [];
}

const survives = ({ r, slope, rmse }: Trial) => r > 0.9 && slope > 0.6 && slope < 1.6 && rmse < 0.2;
const figures = ({ range, r, slope, rmse }: Trial) => ({
  range,
  r: Math.round(1000 * r) / 10,
  slope: round(slope),
  rmse: round(255 * rmse),
});
const round = (value: number) => Math.round(value * 100) / 100;

/** Decides the ranges of a net that returns a picture. Returns the trial of the chosen range. */
export async function findRanges(
  probe: Probe,
  sizes: Sizes,
  head: Head,
  tail: Tail,
  decisions: Decisions,
): Promise<Trial> {
  const tailRange = tail.range === 'logits' ? null : tail.range;
  if (tailRange && tail.by)
    decide(decisions, 'outputRange', tailRange, 'certain', because('tail', { by: tail.by, range: tailRange }));
  if (head.range) {
    decide(
      decisions,
      'inputRange',
      head.range,
      'certain',
      because('head', {
        range: head.range,
        scale: head.scale.map(short).join(' '),
        shift: head.shift.map(short).join(' '),
      }),
    );
  }
  const settled = decisions.inputRange?.confidence === 'certain' ? decisions.inputRange.value : null;
  const known = decisions.outputRange?.value;
  const given = known && known !== 'logits' && known !== 'lab' ? known : null;
  const ranges = settled ? [settled] : CANDIDATES;
  const trials = await trialsOf(probe, sizes, ranges, given);
  if (trials.length === 0) throw new Refused('notFinite');
  const { trial, evidence, confidence } = settled
    ? { trial: trials[0]!, evidence: [because('rangeTrial', figures(trials[0]!))], confidence: 'certain' as const }
    : await chosen(probe, sizes, trials, given);
  decide(decisions, 'inputRange', trial.range, confidence, ...evidence);
  // A net that returns what it was given says nothing of its own; then both ranges are as sure as the input's.
  decide(
    decisions,
    'outputRange',
    trial.outputRange,
    confidence === 'open' ? 'open' : 'probable',
    because('rangeOut', { range: trial.outputRange }),
  );
  probe.range = trial.range;
  return trial;
}

const short = (value: number) => String(Math.round(value * 1e4) / 1e4);

async function chosen(probe: Probe, sizes: Sizes, trials: readonly Trial[], tail: RangeName | null) {
  const alive = trials.filter(survives);
  const usual = alive.find(({ range }) => range === '0..1');
  const best = [...alive].sort((a, b) => a.rmse - b.rmse)[0];
  const symmetric = alive.find(({ range }) => range === '-1..1');
  // What the values out of an input of 0..1 tell: they are negative in a net that works in -1..1.
  const speaksOfSymmetry = tail === '-1..1' || trials.find(({ range }) => range === '0..1')?.outputRange === '-1..1';
  const evidence: Evidence[] = [];
  const others = (of: Trial) =>
    trials.filter((trial) => trial !== of).map((trial) => because('rangeRunnerUp', figures(trial)));
  const decided = (trial: Trial, code: EvidenceCode, confidence: 'probable' | 'open') => ({
    trial,
    confidence,
    evidence: [because(code, figures(trial)), ...evidence, ...others(trial)],
  });
  if (symmetric && speaksOfSymmetry) return decided(symmetric, 'rangeSymmetric', 'probable');
  if (usual) {
    const isBeaten = best && best !== usual && best.rmse < usual.rmse / 2 && best.rmse < usual.rmse - 0.04;
    return isBeaten ? decided(best, 'rangeTrial', 'probable') : decided(usual, 'rangeUsual', 'probable');
  }
  if (best) {
    // One that the usual range nearly equals says little.
    const prior = trials.find(({ range }) => range === '0..1');
    if (prior && prior.r > best.r - 0.1 && prior.r > 0.5) return decided(prior, 'rangeUnlike', 'open');
    return decided(best, 'rangeTrial', 'probable');
  }
  if (trials.length > 1 && (await isInvisible(probe, sizes))) {
    const like = trials.find(({ range }) => range === trials[0]!.outputRange) ?? trials[0]!;
    return decided(like, 'rangeInvisible', 'probable');
  }
  const likest = [...trials].sort((a, b) => b.r - a.r)[0]!;
  const prior = trials.find(({ range }) => range === '0..1') ?? likest;
  return decided(likest.r > 0.5 && likest.r > prior.r + 0.15 ? likest : prior, 'rangeUnlike', 'open');
}

/** Whether the result is the same whatever the range: the first layer normalises. */
async function isInvisible(probe: Probe, sizes: Sizes): Promise<boolean> {
  const photo = photoFor(probe, sizes.width, sizes.height);
  const [one, other] = [await probe.attempt(photo, { range: '0..1' }), await probe.attempt(photo, { range: '0..255' })];
  if (!one || !other) return false;
  const { low, high } = RANGES[rangeOfValues(one.data)];
  return meanDifference(one.data, other.data) < 0.008 * (high - low);
}

/** How much the colours depend on the order of red and blue, in steps of 255. */
export async function orderMatters(probe: Probe, sizes: Sizes, outputRange: RangeName): Promise<number> {
  const photo = photoFor(probe, sizes.width, sizes.height);
  const [plain, turned] = [await probe.attempt(photo), await probe.attempt(swapped(photo))];
  if (!plain || !turned || plain.channels !== 3) return 0;
  const { low, high } = RANGES[outputRange];
  return (255 * meanDifference(plain.data, swapped(turned).data)) / (high - low);
}

/** What a net does to noise and to JPEG, in dB nearer to the clean photo, for nets that keep the size. */
export async function gains(
  probe: Probe,
  sizes: Sizes,
  outputRange: RangeName,
): Promise<{ noise: number; jpeg: number } | null> {
  const clean = photoFor(probe, sizes.width, sizes.height, 49);
  const gain = async (worse: Planes): Promise<number | null> => {
    const out = await probe.attempt(worse);
    if (!out) return null;
    const { out: result, given } = aligned(out, clean, outputRange, sizes);
    if (result.channels !== given.channels) return null;
    return psnr(result.data, given.data) - psnr(worse.data, clean.data);
  };
  const noise = await gain(withNoise(clean, 15 / 255, 3));
  const jpeg = await gain(compressed(clean));
  return noise === null || jpeg === null ? null : { noise, jpeg };
}

function compressed(picture: Planes): Planes {
  const { width, height, channels, data } = picture;
  const pixels = width * height;
  const plane = (c: number) => data.slice((c % channels) * pixels, ((c % channels) + 1) * pixels);
  const { planes } = withJpeg({ width, height, planes: [plane(0), plane(1), plane(2)] }, 30);
  const result = planesOf(channels, width, height);
  for (let c = 0; c < channels; c++) result.data.set(planes[c]!, c * pixels);
  return result;
}

/** How far a result is moved against its picture, in pixels of the picture. */
export async function shiftAt(probe: Probe, width: number, sizes: Sizes, outputRange: RangeName): Promise<number> {
  const photo = photoFor(probe, width, width);
  const out = await probe.attempt(photo);
  if (!out) return 0;
  const { out: result, given } = aligned(out, photo, outputRange, sizes);
  const reach = 12;
  const frame = { width: given.width - 2 * reach, height: given.height - 2 * reach };
  const lumaAt = (picture: Planes, dx: number, dy: number) =>
    cropped({ ...picture, channels: 1, data: lumaOf(picture) }, reach + dx, reach + dy, frame.width, frame.height).data;
  const middle = lumaAt(given, 0, 0);
  const luma = { ...result, channels: 1, data: lumaOf(result) };
  const at = (dx: number, dy: number): number =>
    likeness(middle, cropped(luma, reach + dx, reach + dy, frame.width, frame.height).data).r;
  const still = at(0, 0);
  if (still > 0.95) return 0;
  let [best, distance] = [still, 0];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const r = at(dx, dy);
      if (r > best) [best, distance] = [r, Math.max(Math.abs(dx), Math.abs(dy))];
    }
  }
  return best > 0.9 && best > still + 0.05 ? distance : 0;
}
