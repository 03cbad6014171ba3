import { because, type Decisions, decide, type Scalar, type ValueOf } from './decision';
import { RANGES, type RangeName } from './ends';
import { likeness, lumaOf, meanDifference, type Planes, planesOf } from './pictures';
import type { Probe, ProbeOptions } from './probe';
import { photoFor, type Sizes } from './sizes';
import { rangeOfValues } from './values';

/*
 * How a net is told of a hole, and what its other inputs do.
 */

type Polarity = ValueOf<'maskPolarity'>;
type MaskValue = ValueOf<'maskValue'>;
const VALUES: Record<MaskValue, { off: number; on: number }> = {
  '1': { off: 0, on: 1 },
  '255': { off: 0, on: 255 },
  centred: { off: -0.5, on: 0.5 },
};

/** Seconds that the search for the right mask may take. */
const PATIENCE = 120;
const CENTRED_FIRST: readonly RangeName[] = ['-1..1', '0..1', '0..255'];

interface Setting {
  polarity: Polarity;
  value: MaskValue;
  range: RangeName;
  place: 'first' | 'last';
}

/** A mask whose middle is the hole. */
export function holeMask(
  width: number,
  height: number,
  { polarity, value }: Pick<Setting, 'polarity' | 'value'>,
): Planes {
  const { off, on } = VALUES[value];
  const mask = planesOf(1, width, height, polarity === 'hole' ? off : on);
  const [left, top, right, bottom] = holeOf(width, height);
  for (let y = top; y < bottom; y++)
    mask.data.fill(polarity === 'hole' ? on : off, y * width + left, y * width + right);
  return mask;
}

const holeOf = (width: number, height: number) =>
  [0.38 * width, 0.34 * height, 0.62 * width, 0.6 * height].map(Math.round) as [number, number, number, number];

/** The photo with other content, or with nothing, in the hole. */
function withHole(photo: Planes, filling: Planes | number): Planes {
  const { width, height, channels } = photo;
  const changed = { ...photo, data: photo.data.slice() };
  const [left, top, right, bottom] = holeOf(width, height);
  for (let c = 0; c < channels; c++) {
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const at = (c * height + y) * width + x;
        changed.data[at] = typeof filling === 'number' ? filling : filling.data[at]!;
      }
    }
  }
  return changed;
}

interface Verdict {
  /** The largest change of the result by what lies in the hole, in steps of 255. */
  leak: number;
  /** The mean difference of the rest from the photo. */
  rest: number;
  outputRange: RangeName;
}

async function tryMask(
  probe: Probe,
  sizes: Sizes,
  setting: Setting,
  isCleared: boolean,
  given: RangeName | null,
): Promise<Verdict | null> {
  const { width, height } = sizes;
  const photo = photoFor(probe, width, height);
  const options: ProbeOptions = { range: setting.range, place: setting.place, mask: holeMask(width, height, setting) };
  const contents = isCleared ? [0] : [photo, photoFor(probe, width, height, 63)];
  const outs: Planes[] = [];
  for (const content of contents) {
    const out = await probe.attempt(withHole(photo, content), options);
    if (out?.channels !== 3 || out.width !== width || out.height !== height) return null;
    outs.push(out);
  }
  const outputRange = given ?? rangeOfValues(outs[0]!.data);
  const { low, high } = RANGES[outputRange];
  const [left, top, right, bottom] = holeOf(width, height);
  let [rest, count, leak, filled, inside] = [0, 0, 0, 0, 0];
  const one = outs[0]!.data;
  const two = outs[1]?.data;
  for (let i = 0; i < one.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const value = (one[i]! - low) / (high - low);
    if (two) leak = Math.max(leak, (255 * Math.abs(one[i]! - two[i]!)) / (high - low));
    if (x >= left && x < right && y >= top && y < bottom) {
      filled += Math.abs(value);
      inside += 1;
    } else {
      rest += 255 * Math.abs(value - photo.data[i]!);
      count += 1;
    }
  }
  // A hole that was emptied has to come back with something in it.
  if (isCleared) leak = filled / inside < 0.02 ? 255 : 0;
  return { leak, rest: rest / count, outputRange };
}

/** Finds out how the mask is given; false if no way fits. `places`: where it may be, in a picture of four channels. */
export async function findMask(
  probe: Probe,
  sizes: Sizes,
  outputRange: RangeName | null,
  decisions: Decisions,
  places: readonly ('first' | 'last')[],
): Promise<boolean> {
  const isBytes = probe.signature.image.info.type === 'uint8';
  const settled = decisions.inputRange?.value;
  const ranges: RangeName[] = isBytes ? ['0..255'] : settled ? [settled] : ['0..1', '-1..1', '0..255'];
  const values: MaskValue[] =
    probe.signature.mask?.info.type === 'uint8'
      ? ['1', '255']
      : probe.signature.mask
        ? ['1', '255']
        : ['1', '255', 'centred'];
  const started = probe.elapsed;
  let independent: { setting: Setting; verdict: Verdict; isCleared: boolean } | null = null;
  search: for (const isCleared of [false, true]) {
    for (const place of places) {
      for (const value of values) {
        // A mask about zero goes with a picture about zero.
        for (const range of value === 'centred' && ranges.length > 1 ? CENTRED_FIRST : ranges) {
          for (const polarity of ['hole', 'known'] as const) {
            if (probe.elapsed - started > PATIENCE) break search;
            const setting: Setting = { polarity, value, range, place };
            const verdict = await tryMask(probe, sizes, setting, isCleared, outputRange);
            if (!verdict) continue;
            if (verdict.leak < 1.5 && verdict.rest < 3.5) {
              record(decisions, probe, setting, verdict, isCleared, true);
              return true;
            }
            if (!isCleared && verdict.leak < 1.5 && verdict.rest < 60) independent ??= { setting, verdict, isCleared };
          }
        }
      }
    }
  }
  if (independent) {
    const { setting, verdict, isCleared } = independent;
    record(decisions, probe, setting, verdict, isCleared, false);
    return true;
  }
  return false;
}

function record(
  decisions: Decisions,
  probe: Probe,
  setting: Setting,
  verdict: Verdict,
  isCleared: boolean,
  isComposited: boolean,
): void {
  const { polarity, value, range, place } = setting;
  const evidence = because('maskTrial', {
    polarity,
    value,
    leak: Math.round(verdict.leak * 100) / 100,
    rest: Math.round(verdict.rest * 100) / 100,
  });
  const confidence = isComposited ? 'certain' : 'open';
  decide(decisions, 'maskPolarity', polarity, isCleared ? 'probable' : confidence, evidence);
  decide(decisions, 'maskValue', value, isCleared ? 'probable' : confidence, evidence);
  decide(decisions, 'maskPlace', probe.signature.mask ? 'input' : place, 'certain', evidence);
  decide(decisions, 'maskCleared', isCleared, 'certain', evidence);
  decide(decisions, 'composited', isComposited, 'certain', evidence);
  decide(decisions, 'inputRange', range, range === '0..1' || isComposited ? 'probable' : 'open', evidence);
  decide(
    decisions,
    'outputRange',
    verdict.outputRange,
    'probable',
    because('rangeOut', { range: verdict.outputRange }),
  );
  probe.range = range;
  if (!probe.signature.mask) probe.place = place;
}

/** Whether the fourth channel is a map of how strong the noise is: the result gets smoother with it. */
export async function findSigma(probe: Probe, sizes: Sizes, decisions: Decisions): Promise<boolean> {
  const { width, height } = sizes;
  const photo = photoFor(probe, width, height);
  for (const place of ['last', 'first'] as const) {
    const roughness: number[] = [];
    let likes = 0;
    for (const sigma of [0, 25 / 255, 1]) {
      const out = await probe.attempt(photo, { place, mask: planesOf(1, width, height, sigma) });
      if (!out || out.width !== width) return false;
      if (sigma === 0) likes = likeness(lumaOf(photo), lumaOf(out)).r;
      roughness.push(roughnessOf(out));
    }
    const [none, some, most] = roughness as [number, number, number];
    if (likes > 0.9 && some < 0.97 * none && most <= some * 1.02) {
      const evidence = because('sigmaTrial', {
        none: Math.round(none * 1000) / 10,
        some: Math.round(some * 1000) / 10,
      });
      decide(decisions, 'channels', probe.channels === 2 ? 'luma+sigma' : 'rgb+sigma', 'certain', evidence);
      decide(decisions, 'maskPlace', place, 'certain', evidence);
      decide(decisions, 'task', 'denoise', 'certain', evidence);
      probe.place = place;
      probe.maskValue = 15 / 255;
      return true;
    }
  }
  return false;
}

/** The mean difference of neighbours. */
function roughnessOf({ data, width }: Planes): number {
  let sum = 0;
  for (let i = 1; i < data.length; i++) if (i % width !== 0) sum += Math.abs(data[i]! - data[i - 1]!);
  return sum / data.length;
}

/** What the inputs for single numbers do. */
export async function findScalars(probe: Probe, sizes: Sizes, decisions: Decisions): Promise<void> {
  const list: Scalar[] = [];
  const photo = photoFor(probe, sizes.width, sizes.height);
  const evidence = [];
  for (const info of probe.signature.scalars) {
    const name = info.name;
    const isSigma = /^(sigma|noise)/i.test(name);
    const [least, most] = isSigma ? [0, 50 / 255] : [0, 1];
    const one = await probe.attempt(photo, { scalars: { [name]: least } });
    const two = await probe.attempt(photo, { scalars: { [name]: most } });
    const low = one && two ? Math.max(Math.abs(percentileSpan(one)), 1e-6) : 1;
    const change = one && two ? (255 * meanDifference(one.data, two.data)) / low : 0;
    const usual = isSigma ? 15 / 255 : /exposure/i.test(name) ? 0.2 : 0.5;
    const shape = (info.shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
    list.push({
      name,
      type: info.type as Scalar['type'],
      shape,
      min: least,
      max: most,
      default: usual,
      hidden: change < 0.05,
    });
    probe.scalarValues[name] = usual;
    evidence.push(because('scalarTrial', { name, change: Math.round(change * 100) / 100 }));
  }
  if (list.length > 0) decide(decisions, 'scalars', list, 'certain', ...evidence);
}

const percentileSpan = ({ data }: Planes): number => {
  const { low, high } = RANGES[rangeOfValues(data)];
  return high - low;
};
