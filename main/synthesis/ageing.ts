import { blurred, createField, type Field } from './field';
import { withJpeg } from './jpeg';
import { type Kernel, lumaOf, mapped, type Picture, resampled } from './picture';
import type { SeededRandom } from './seeded-random';

/*
 * Ageing of a print, and the effects of scanning and saving, as in the training kit (models/training/degradations.py).
 * Random numbers are drawn and recorded first, and then applied.
 */

type Three = [number, number, number];

/** Numbers are rounded. Null or an empty list means that an effect is not applied. Values 0..1, sizes in pixels. */
export interface Ageing {
  /** Effects before the damage. `weights`: of red, green and blue in a picture without colours. */
  print: {
    monochrome: { weights: Three; paper: Three } | null;
    cast: { gain: Three; lift: Three } | null;
    /** For each channel: black and white become `low` and `high`, and `gamma` bends the tones between. */
    curves: { low: number; high: number; gamma: number }[] | null;
    contrast: number | null;
    blur: number | null;
    halftone: { period: number; angle: number; share: number } | null;
    grain: { sigma: number; size: number } | null;
  };
  /** Effects after the damage. */
  scan: {
    blur: number | null;
    rescale: { factor: number; kernel: Kernel } | null;
    noise: number | null;
    jpeg: { quality: number; x: number; y: number }[];
  };
}

/**
 * Draws how a picture has aged.
 *
 * @param strength 0 (not at all) to 1
 */
export function drawAgeing(random: SeededRandom, strength: number): Ageing {
  const maybe = <T>(share: number, draw: () => T): T | null => {
    // All numbers are drawn in any case, so that another strength gives the same ageing, only weaker or stronger.
    const happens = random.chance(share) && strength > 0;
    const drawn = draw();
    return happens ? drawn : null;
  };
  const towards = (neutral: number, value: number) => rounded(neutral + (value - neutral) * strength);
  const three = (draw: () => number) => [draw(), draw(), draw()] as Three;
  const tint = random.unit();
  const weights = random.chance(0.5) ? [0.299, 0.587, 0.114] : three(() => random.between(0.1, 1));
  const sum = weights[0]! + weights[1]! + weights[2]!;
  const warm = random.chance(0.6) ? random.between(0.02, 0.25) : 0;
  const gain = three(() => towards(1, random.between(0.75, 1.1)));
  const lift = three(() => towards(0, random.between(0, 0.12)));
  const [low, high, gamma] = [random.between(0, 0.25), random.between(0.7, 1), random.log(0.65, 1.5)];
  // Each dye fades at its own speed.
  const curves = Array.from({ length: 3 }, () => ({
    low: towards(0, Math.max(0, low + random.between(-0.04, 0.04))),
    high: towards(1, Math.min(1, high + random.between(-0.06, 0.06))),
    gamma: towards(1, gamma * random.between(0.9, 1.1)),
  }));
  const print: Ageing['print'] = {
    monochrome:
      tint < 0.35 && strength > 0
        ? {
            weights: weights.map((weight) => rounded(weight / sum)) as Three,
            paper: [1, towards(1, 1 - 0.5 * warm), towards(1, 1 - warm)],
          }
        : null,
    cast: tint >= 0.35 && tint < 0.75 && strength > 0 ? { gain, lift } : null,
    curves: maybe(0.6, () => curves),
    contrast: maybe(0.3, () => towards(1, random.log(0.6, 1.3))),
    blur: maybe(0.5, () => Math.max(0.2, towards(0, random.log(0.3, 1.6)))),
    halftone: maybe(0.04, () => ({
      period: rounded(random.log(2.2, 6)),
      angle: rounded(random.between(0.2, 1.3)),
      share: towards(0, random.between(0.2, 0.7)),
    })),
    grain: maybe(0.5, () => ({ sigma: towards(0, random.log(0.004, 0.045)), size: random.pick([0, 0.6, 1]) })),
  };
  const scan: Ageing['scan'] = {
    blur: maybe(0.4, () => Math.max(0.2, towards(0, random.log(0.3, 1)))),
    rescale: maybe(0.25, () => ({
      factor: towards(1, random.log(0.5, 0.95)),
      kernel: random.pick(['cubic', 'linear'] as const),
    })),
    noise: maybe(0.6, () => towards(0, random.log(0.002, 0.022))),
    jpeg: [0.65, 0.2].flatMap((share, pass) => {
      const jpeg = maybe(share, () => ({
        quality: Math.round(towards(100, 35 + random.below(61))),
        // The picture may have been cropped between the two passes.
        x: pass === 0 ? 0 : random.below(8),
        y: pass === 0 ? 0 : random.below(8),
      }));
      return jpeg === null ? [] : [jpeg];
    }),
  };
  return { print, scan };
}

/** Ages the print before it is damaged. */
export function aged(
  picture: Picture,
  { monochrome, cast, curves, contrast, blur, halftone, grain }: Ageing['print'],
  random: SeededRandom,
) {
  let out = picture;
  if (monochrome) {
    const { weights, paper } = monochrome;
    const [red, green, blue] = out.planes;
    const grey = red.map((value, i) => weights[0] * value + weights[1] * green[i]! + weights[2] * blue[i]!);
    out = mapped(out, (_, c) => grey.map((value) => value * paper[c]! + 0.15 * (1 - paper[c]!) * value));
  }
  if (cast) {
    out = mapped(out, ({ data }, c) =>
      data.map((value) => clamp(value * cast.gain[c]! * (1 - cast.lift[c]!) + cast.lift[c]!)),
    );
  }
  if (contrast !== null) out = mapped(out, ({ data }) => data.map((value) => clamp(0.5 + (value - 0.5) * contrast)));
  if (curves) {
    out = mapped(out, ({ data }, c) => {
      const { low, high, gamma } = curves[c]!;
      return data.map((value) => low + (high - low) * value ** gamma);
    });
  }
  if (blur !== null) out = mapped(out, (field) => blurred(field, blur));
  if (halftone) {
    const dots = screen(out, halftone);
    out = mapped(out, ({ data }) =>
      data.map((value, i) => value * (1 - halftone.share) + clamp((value - dots[i]!) * 4 + 0.5) * halftone.share),
    );
  }
  if (grain) {
    const { data: level } = lumaOf(out);
    const noise = noiseField(random, out.width, out.height, grain.size).data;
    out = mapped(out, ({ data }) =>
      data.map((value, i) => clamp(value + noise[i]! * grain.sigma * (0.5 + 2 * level[i]! * (1 - level[i]!)))),
    );
  }
  return out;
}

/** The effects of a scanner's lens and of resizing, on any picture, damaged or not. */
export function softened(picture: Picture, { blur, rescale }: Ageing['scan']): Picture {
  const { width, height } = picture;
  let out = blur === null ? picture : mapped(picture, (field) => blurred(field, blur));
  if (rescale && rescale.factor < 1) {
    const [w, h] = [width, height].map((side) => Math.max(4, Math.round(side * rescale.factor))) as [number, number];
    out = mapped(out, (field) => resampled(resampled(field, w, h, 'linear'), width, height, rescale.kernel));
  }
  return out;
}

/** The effects of a sensor and of saving. */
export function recorded(picture: Picture, { noise, jpeg }: Ageing['scan'], random: SeededRandom): Picture {
  let out = picture;
  if (noise !== null) out = mapped(out, ({ data }) => data.map((value) => value + noise * random.normal()));
  for (const { quality, x, y } of jpeg) out = withJpeg(out, quality, { x, y });
  return out;
}

/** The halftone screen of a printed picture: thresholds 0..1. */
function screen({ width, height }: Picture, { period, angle }: { period: number; angle: number }): Float32Array {
  const pitch = (2 * Math.PI) / period;
  const [cos, sin] = [Math.cos(angle) * pitch, Math.sin(angle) * pitch];
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (Math.cos(x * cos + y * sin) + Math.cos(y * cos - x * sin)) / 4 + 0.5;
  });
}

/** Noise of mean 0 and standard deviation 1 with grains `size` pixels wide. */
function noiseField(random: SeededRandom, width: number, height: number, size: number): Field {
  const field = createField(width, height);
  for (let i = 0; i < field.data.length; i++) field.data[i] = random.normal();
  if (size === 0) return field;
  const soft = blurred(field, size);
  const strength = Math.sqrt(soft.data.reduce((sum, value) => sum + value * value, 0) / soft.data.length);
  return { ...soft, data: soft.data.map((value) => value / strength) };
}

const clamp = (value: number) => Math.max(0, Math.min(1, value));
const rounded = (value: number) => Math.round(value * 10_000) / 10_000;
