import type { LightSettings } from '../../../../contract/recipe';
import { toLinear } from '../../colour';
import { type Raster, readSrgb } from '../../raster';
import type { StepTools } from '../../tools';

/** Factors of linear light for red, green and blue. */
export type Gains = readonly [number, number, number];

/** The ends of the sliders, in stops: red against blue, and green against both. */
const WARMEST = 0.6;
const MOST_MAGENTA = 0.4;
/** A picked colour is made grey with at most these factors. Beyond them hardly any of that colour's light is left. */
const LARGEST_GAIN = 4;
const LUMINANCE = [0.2126, 0.7152, 0.0722] as const;

/** The factors of the white balance. `neutral`: the colour that becomes grey, as sRGB components; grey keeps its luminance. */
export function gainsOf({ temperature, tint }: LightSettings, neutral: readonly number[] | null): Gains {
  const picked = neutral ? greyGains(neutral) : [1, 1, 1];
  const red = picked[0]! * 2 ** ((WARMEST * temperature) / 2 + (MOST_MAGENTA * tint) / 2);
  const green = picked[1]! * 2 ** ((-MOST_MAGENTA * tint) / 2);
  const blue = picked[2]! * 2 ** ((-WARMEST * temperature) / 2 + (MOST_MAGENTA * tint) / 2);
  if (temperature === 0 && tint === 0) return [red, green, blue];
  // The sliders change no brightness: a grey stays as light as after the picker alone.
  const factor = luminance(picked) / luminance([red, green, blue]);
  return [factor * red, factor * green, factor * blue];
}

function greyGains(neutral: readonly number[]): number[] {
  const linear = neutral.map((component) => Math.max(1e-4, toLinear(component)));
  const grey = luminance(linear);
  return linear.map((each) => Math.max(1 / LARGEST_GAIN, Math.min(LARGEST_GAIN, grey / each)));
}

const luminance = (colour: readonly number[]) =>
  colour.reduce((sum, each, channel) => sum + LUMINANCE[channel]! * each, 0);

/** The small copies in which a picked colour is looked up have at most this many pixels. */
export const LOOKUP_PIXELS = 60_000;
/** This share of the pixels, those most like the picked colour, show what has become of it. */
const ALIKE = 0.002;
/** Distance of sRGB components within which a pixel has the picked colour. */
const NEAR = 0.06;

/**
 * What has become of a colour of the photo as it was opened: earlier steps may have changed it. It is looked up at the pixels
 * that had it. The colour itself if no pixel had. `opened` and `now` show the same part of the photo.
 */
export async function colourNow(hex: string, opened: Raster, now: Raster, tools: StepTools): Promise<number[]> {
  const colour = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [before, after] = await Promise.all([opened, now].map((each) => tools.shrink(each, LOOKUP_PIXELS)));
  if (!before || !after || before.width !== after.width || before.height !== after.height) return colour;
  const count = before.width * before.height;
  const rect = { x: 0, y: 0, width: before.width, height: before.height };
  const [was, is] = [new Float32Array(3 * count), new Float32Array(3 * count)];
  readSrgb(before, rect, tools.colour, was);
  readSrgb(after, rect, tools.colour, is);
  const far = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) far[i] = far[i]! + (was[c * count + i]! - colour[c]!) ** 2;
  }
  const limit = Math.min(NEAR ** 2, [...far].sort((a, b) => a - b)[Math.floor(ALIKE * count)]!);
  const sums = [0, 0, 0];
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (far[i]! > limit) continue;
    found++;
    for (let c = 0; c < 3; c++) sums[c]! += is[c * count + i]!;
  }
  return found === 0 ? colour : sums.map((sum) => sum / found);
}
