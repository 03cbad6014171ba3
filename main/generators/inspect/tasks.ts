import { because, type Decisions, decide, type Use } from './decision';
import type { Tail } from './ends';
import type { OnnxFile } from './onnx-file';
import { chromaOf, greyOf, largestDifference, lumaOf, meanDifference, type Planes, percentile } from './pictures';
import type { Probe } from './probe';
import { Refused } from './signature';
import { flatFor, photoFor, type Sizes } from './sizes';
import { aligned, gains, orderMatters, type Trial } from './values';

/*
 * What a net is for, where its interface does not say: by what it does to pictures. What is not certain is asked.
 */

const round = (value: number) => Math.round(value * 100) / 100;

/** Nets that return two channels for one or three: colours without brightness, or something else. */
export function coloursOf(probe: Probe, out: Planes, decisions: Decisions): void {
  const [low, high] = [percentile(out.data, 0.01), percentile(out.data, 0.99)];
  const evidence = because('twoChannels', { low: round(low), high: round(high) });
  const isLuma = probe.channels === 1;
  if (Math.max(Math.abs(low), Math.abs(high)) > 2) {
    decide(decisions, 'task', 'colorise', 'certain', evidence);
    decide(decisions, 'outputChannels', 'lab-ab', 'certain', evidence);
    decide(decisions, 'outputRange', 'lab', 'certain', evidence);
    if (isLuma) {
      decide(decisions, 'channels', 'l100', decisions.inputRange?.value === '0..100' ? 'certain' : 'open', evidence);
      decide(decisions, 'inputRange', '0..100', 'open', evidence);
    }
  } else if (low < -0.02 && high <= 0.6) {
    decide(decisions, 'task', 'colorise', 'open', evidence);
    decide(decisions, 'outputChannels', 'cbcr', 'open', evidence);
    // Colours without brightness lie about zero, whatever a picture would do.
    decisions.outputRange = { value: '-0.5..0.5', confidence: 'probable', evidence: [evidence] };
  } else {
    decide(decisions, 'task', 'segment', 'open', evidence);
    decide(decisions, 'outputChannels', 'classes', 'open', evidence);
  }
}

/** Decides what a net is for that returns a picture for a picture. */
export async function taskOf(
  {
    probe,
    sizes,
    file,
    tail,
    trial,
    decisions,
    name,
  }: {
    probe: Probe;
    sizes: Sizes;
    file: OnnxFile;
    tail: Tail;
    trial: Trial | null;
    decisions: Decisions;
    name: string;
  },
  out: Planes,
): Promise<void> {
  const { scale } = sizes;
  if (scale < 1) throw new Refused('shrinks', { scale });
  if (probe.channels === 3 && out.channels === 1) {
    decide(decisions, 'task', 'segment', 'probable', because('oneChannel'));
    decide(decisions, 'outputChannels', 'mask', 'certain', because('oneChannel'));
    return;
  }
  if (probe.channels === 4 && scale > 1) throw new Refused('raw');
  decide(
    decisions,
    'outputChannels',
    out.channels === 1 ? 'luma' : 'rgb',
    probe.colours === out.channels ? 'probable' : 'open',
    because('channelsOut', { channels: out.channels }),
  );
  if (scale > 1) {
    decide(decisions, 'task', 'upscale', 'certain', because('enlarges', { scale }));
    return;
  }
  const range = decisions.outputRange?.value;
  const outputRange = range === undefined || range === 'logits' || range === 'lab' ? '0..1' : range;
  const r = trial?.r ?? 0;
  if (probe.channels === 1) {
    const isPicture = r > 0.9;
    decide(
      decisions,
      'task',
      isPicture ? 'denoise' : 'detect',
      'open',
      because('greyNet', { r: Math.round(1000 * r) / 10 }),
    );
    if (!isPicture) {
      decide(decisions, 'outputChannels', 'mask', 'open', because('greyNet', { r: Math.round(1000 * r) / 10 }));
      if (out.data.some((value) => value < -1.5 || value > 1.5))
        decisions.outputRange = {
          value: 'logits',
          confidence: 'open',
          evidence: [because('greyNet', { r: Math.round(1000 * r) / 10 })],
        };
    }
    return;
  }
  if (decisions.task?.confidence === 'certain') return;
  const { image } = probe.signature;
  const isSquare = image.width !== null && image.width === image.height && [256, 512, 1024, 2048].includes(image.width);
  if (isSquare && outputRange === '-1..1' && decisions.inputRange?.value === '-1..1') {
    decide(
      decisions,
      'task',
      styleName(name) ? 'style' : 'face',
      'open',
      because('faceLike', { side: image.width ?? 0 }),
    );
    decide(decisions, 'template', 'ffhq', 'probable', because('faceLike', { side: image.width ?? 0 }));
    return;
  }
  if (await curvesOrResidual({ probe, sizes, tail, r, out, decisions })) return;
  const grey = await greyTrial(probe, sizes, outputRange);
  const normalises = Object.keys(file.operators).some((key) => key.endsWith(':InstanceNormalization'));
  const isGlobal = decisions.global?.value === 'whole' || decisions.global?.value === 'fixed';
  if (grey && grey.chroma > 4 / 255) {
    const evidence = because('greyTrial', {
      chroma: Math.round(255 * grey.chroma),
      same: Math.round(255 * grey.same * 10) / 10,
    });
    if (r > 0.9 && grey.same < 2 / 255 && !normalises) {
      decide(decisions, 'task', 'colorise', 'certain', evidence);
      // Which colour a thing has is seen from all around it.
      decisions.global = {
        value: sizes.isFixed ? 'fixed' : 'whole',
        confidence: 'certain',
        evidence: [because('coloursWhole')],
      };
      return;
    }
    const isStyle = normalises || r < 0.9 || isGlobal || styleName(name);
    // A coloriser does not mind much which colours there were; what keeps them only tints grey a little.
    if (isStyle || grey.same < 8 / 255) {
      decide(decisions, 'task', isStyle ? 'style' : 'colorise', 'open', evidence);
      return;
    }
  }
  if (normalises || styleName(name) || (isGlobal && r < 0.9)) {
    decide(
      decisions,
      'task',
      'style',
      'open',
      because(normalises ? 'normalises' : 'unlike', { r: Math.round(1000 * r) / 10 }),
    );
    return;
  }
  await byGains({ probe, sizes, outputRange, r, trial, decisions });
}

const styleName = (name: string) =>
  /candy|mosaic|udnie|rain.?princess|pointilism|la_muse|style|anime(gan|_?v)|hayao|paprika|shinkai|face_paint|cyclegan/i.test(
    name,
  );

async function curvesOrResidual({
  probe,
  sizes,
  tail,
  r,
  out,
  decisions,
}: {
  probe: Probe;
  sizes: Sizes;
  tail: Tail;
  r: number;
  out: Planes;
  decisions: Decisions;
}): Promise<boolean> {
  const [low, high] = [percentile(out.data, 0.02), percentile(out.data, 0.98)];
  const mean = out.data.reduce((sum, value) => sum + value, 0) / out.data.length;
  if (tail.by === 'Tanh' && tail.range === '-1..1' && r < 0.9 && decisions.inputRange?.value !== '-1..1') {
    decide(decisions, 'task', 'tone', 'open', because('curves', { r: Math.round(1000 * r) / 10 }));
    decisions.outputChannels = {
      value: 'curves',
      confidence: 'open',
      evidence: [because('curves', { r: Math.round(1000 * r) / 10 })],
    };
    return true;
  }
  const flat = await probe.attempt(flatFor(probe, sizes, 0.6));
  const stays = flat ? largestDifference(flat.data, new Float32Array(flat.data.length)) : 1;
  // Noise: as often above as below zero, and nothing where there is nothing.
  if (r < 0.6 && low < 0 && high > 0 && high - low < 0.8 && Math.abs(mean) < 0.1 * (high - low) && stays < 0.02) {
    decide(decisions, 'task', 'denoise', 'open', because('residual', { low: round(low), high: round(high) }));
    decisions.outputChannels = {
      value: 'residual',
      confidence: 'open',
      evidence: [because('residual', { low: round(low), high: round(high) })],
    };
    return true;
  }
  return false;
}

/** What becomes of a photo without colours, and whether colours that were there count. */
async function greyTrial(
  probe: Probe,
  sizes: Sizes,
  range: Trial['outputRange'],
): Promise<{ chroma: number; same: number } | null> {
  const photo = photoFor(probe, sizes.width, sizes.height);
  const [fromGrey, fromColour] = [await probe.attempt(greyOf(photo, 3)), await probe.attempt(photo)];
  if (!fromGrey || !fromColour || fromGrey.channels !== 3) return null;
  const one = aligned(fromGrey, photo, range, sizes).out;
  const two = aligned(fromColour, photo, range, sizes).out;
  return { chroma: chromaOf(one), same: meanDifference(one.data, two.data) };
}

async function byGains({
  probe,
  sizes,
  outputRange,
  r,
  trial,
  decisions,
}: {
  probe: Probe;
  sizes: Sizes;
  outputRange: Trial['outputRange'];
  r: number;
  trial: Trial | null;
  decisions: Decisions;
}): Promise<void> {
  const photo = photoFor(probe, sizes.width, sizes.height);
  const out = await probe.attempt(photo);
  const shifted = out ? meanOf(lumaOf(aligned(out, photo, outputRange, sizes).out)) - meanOf(lumaOf(photo)) : 0;
  const found = await gains(probe, sizes, outputRange);
  let use: Use = 'restore';
  const figures = {
    noise: round(found?.noise ?? 0),
    jpeg: round(found?.jpeg ?? 0),
    r: Math.round(1000 * r) / 10,
    light: Math.round(255 * shifted),
  };
  if (Math.abs(shifted) > 0.06 || (trial && (trial.slope < 0.7 || trial.slope > 1.4))) use = 'tone';
  else if (found && Math.max(found.noise, found.jpeg) > 1) use = found.noise >= found.jpeg ? 'denoise' : 'jpeg';
  else if (r > 0.97) use = 'sharpen';
  decide(decisions, 'task', use, 'open', because('gains', figures));
}

const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Decides the order of red and blue in a net of three channels. */
export async function orderOf(
  probe: Probe,
  sizes: Sizes,
  head: 'rgb' | 'bgr' | null,
  tail: 'rgb' | 'bgr' | null,
  name: string,
  decisions: Decisions,
): Promise<void> {
  if (head) decide(decisions, 'order', head, 'certain', because('headOrder', { order: head }));
  if (tail) decide(decisions, 'outputOrder', tail, 'certain', because('tailOrder', { order: tail }));
  if (decisions.order?.confidence !== 'certain' && probe.colours === 3) {
    const range = decisions.outputRange?.value;
    const matters = await orderMatters(
      probe,
      sizes,
      range === undefined || range === 'logits' || range === 'lab' ? '0..1' : range,
    );
    const evidence = because('orderTrial', { change: round(matters) });
    if (matters < 0.3)
      decide(decisions, 'order', 'rgb', 'certain', because('orderNoMatter', { change: round(matters) }));
    else {
      const task = decisions.task?.value;
      const asks =
        matters > 2 && (task === 'style' || task === 'colorise') && decisions.outputChannels?.value !== 'lab-ab';
      decide(decisions, 'order', /\bbgr\b|_bgr/i.test(name) ? 'bgr' : 'rgb', asks ? 'open' : 'probable', evidence);
    }
  }
  const order = decisions.order;
  if (order)
    decide(
      decisions,
      'outputOrder',
      order.value,
      order.confidence === 'open' ? 'probable' : order.confidence,
      because('orderSame'),
    );
}
