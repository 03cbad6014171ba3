import type { LightSettings } from '../../../../contract/recipe';
import { through } from '../../../../document/curve';
import { fromLinear, lumaOf, toLinear } from '../../colour';
import { type Raster, readSrgb, writeSrgb } from '../../raster';
import type { StepTools } from '../../tools';
import type { Gains } from './balance';
import { type Curve, sampled, valueAt } from './curve';
import { measureSurroundings, SurroundingsReader } from './surroundings';

/**
 * Exposure, highlights, shadows and white balance change the light itself; contrast, the curve and the saturation change
 * what is seen. Computed in floats, whatever the depth of the photo.
 */

/** Pixels computed between two checks for a cancel: a few milliseconds of work. */
const BLOCK_PIXELS = 1 << 17;
/** Linear light above which more exposure is compressed, so that no light tone is clipped. */
const SHOULDER = 0.25;
/** The ends of the sliders for light and dark areas, in stops. */
const HIGHLIGHT_STOPS = 1.2;
const SHADOW_STOPS = 1.8;
/** Largest change of the slope in the middle is half of this; above 1 the ends of the curve would fall. */
const CONTRAST = 0.9;

/** Whether settings change nothing. A grey point alone is a change. */
export function isNeutral(settings: LightSettings): boolean {
  const { exposure, contrast, highlights, shadows, temperature, tint, saturation, neutral, curve } = settings;
  const sliders = [exposure, contrast, highlights, shadows, temperature, tint, saturation];
  return sliders.every((value) => value === 0) && neutral === undefined && isStraight(curve);
}

const isStraight = (curve: LightSettings['curve']) => curve === undefined || curve.every(({ x, y }) => x === y);

/** Changes a raster in place. `gains`: of the white balance. Throws CANCELLED, and then some rows have changed. */
export async function applyLight(
  raster: Raster,
  settings: LightSettings,
  gains: Gains,
  tools: StepTools,
): Promise<void> {
  const { width, height } = raster;
  const { highlights, shadows, exposure, saturation } = settings;
  const isGrey = raster.channels === 1;
  const areas =
    highlights === 0 && shadows === 0
      ? null
      : new SurroundingsReader(await measureSurroundings(raster, tools), { width, height });
  const lit = 2 ** exposure;
  const factors = (isGrey ? [1, 1, 1] : gains).map((gain) => gain * lit);
  // Not that of the white balance: a grey stays as light as it was.
  const most = Math.max(1, lit) * 2 ** (HIGHLIGHT_STOPS * Math.max(0, highlights));
  const light = lightChange(factors, most);
  const tones = toneCurve(settings);
  const areaGain = sampled((around) => gainOfArea(settings, fromLinear(Math.min(1, lit * toLinear(around)))));
  const rows = Math.max(1, Math.floor(BLOCK_PIXELS / width));
  for (let top = 0; top < height; top += rows) {
    const block = { x: 0, y: top, width, height: Math.min(rows, height - top) };
    const count = width * block.height;
    const planes = new Float32Array(3 * count);
    readSrgb(raster, block, tools.colour, planes);
    for (let y = 0, i = 0; y < block.height; y++) {
      areas?.row(top + y);
      for (let x = 0; x < width; x++, i++) {
        let gain = 1;
        if (areas) {
          const luma = lumaOf(planes[i]!, planes[i + count]!, planes[i + 2 * count]!);
          gain = valueAt(areaGain, Math.max(0, Math.min(1, areas.at(x, luma))));
        }
        for (let c = 0; c < (isGrey ? 1 : 3); c++) {
          const at = i + c * count;
          const changed = light
            ? light(planes[at]!, c, gain)
            : gain === 1
              ? planes[at]!
              : withGain(planes[at]!, gain, most);
          planes[at] = tones ? valueAt(tones, changed) : changed;
        }
        if (isGrey) planes[i + count] = planes[i + 2 * count] = planes[i]!;
        else if (saturation !== 0) saturate(planes, i, count, 1 + saturation);
      }
    }
    writeSrgb(raster, block, tools.colour, planes);
    tools.progress((top + block.height) / height);
    await tools.breathe();
  }
}

/** The change of exposure and white balance; null if there is none. */
function lightChange(factors: readonly number[], most: number) {
  if (factors.every((factor) => factor === 1)) return null;
  // Without light and dark areas, each channel is a curve of its own.
  const curves = factors.map((factor) => sampled((x) => fromLinear(compressed(toLinear(x) * factor, most))));
  return (value: number, channel: number, gain: number): number =>
    gain === 1 ? valueAt(curves[channel]!, value) : withGain(value, factors[channel]! * gain, most);
}

const withGain = (value: number, gain: number, most: number) => fromLinear(compressed(toLinear(value) * gain, most));

/** Maps light from 0 to `most` to 0..1: as it is up to the shoulder, then with a slope that falls from 1. */
function compressed(light: number, most: number): number {
  if (most <= 1 || light <= SHOULDER) return light;
  const above = light - SHOULDER;
  return SHOULDER + above / (1 + above * (1 / (1 - SHOULDER) - 1 / (most - SHOULDER)));
}

/** The factor for an area of this brightness, as an sRGB component. */
function gainOfArea({ highlights, shadows }: LightSettings, around: number): number {
  const isLight = smooth((around - 0.35) / 0.5);
  const isDark = 1 - smooth(around / 0.5);
  return 2 ** (HIGHLIGHT_STOPS * highlights * isLight + SHADOW_STOPS * shadows * isDark);
}

/** 0 up to 0, 1 from 1, smooth between. */
function smooth(t: number): number {
  const x = Math.max(0, Math.min(1, t));
  return x * x * (3 - 2 * x);
}

/** Contrast and the person's curve; null if they change nothing. */
function toneCurve({ contrast, curve }: LightSettings): Curve | null {
  if (contrast === 0 && isStraight(curve)) return null;
  const drawn = isStraight(curve) ? null : through(curve!);
  return sampled((x) => {
    const steeper = x + CONTRAST * contrast * x * (1 - x) * (2 * x - 1);
    return drawn ? drawn(steeper) : steeper;
  });
}

/** Moves a pixel away from the grey of its luma, as far as there is room, or towards it. */
function saturate(planes: Float32Array, i: number, count: number, factor: number): void {
  const [red, green, blue] = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!];
  const grey = lumaOf(red, green, blue);
  const above = Math.max(red, green, blue) - grey;
  const below = grey - Math.min(red, green, blue);
  const room = Math.min(above > 0 ? (1 - grey) / above : factor, below > 0 ? grey / below : factor);
  // A colour beyond sRGB has no room, and stays as it is.
  const share = factor <= 1 ? factor : Math.max(1, Math.min(factor, room));
  planes[i] = grey + share * (red - grey);
  planes[i + count] = grey + share * (green - grey);
  planes[i + 2 * count] = grey + share * (blue - grey);
}
