import type { Histogram } from '../../contract/photo';
import { createRaster, maxValue, type Raster } from './raster';

/** Weights of Rec. 709, as for sRGB. */
const LUMA = [0.2126, 0.7152, 0.0722] as const;
/** Pixels counted between two turns of the event loop. */
const CHUNK_PIXELS = 1_000_000;

/**
 * The absolute difference of two rasters of the same size and depth, times `gain`, in 8 bits. Differences of 16-bit
 * samples are amplified before they are rounded. A grey raster counts as three equal channels if the other has colours.
 * Throws a RangeError if the sizes differ.
 */
export function differenceOf(a: Raster, b: Raster, gain: number): Raster {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`A raster of ${a.width} x ${a.height} was compared with one of ${b.width} x ${b.height}.`);
  }
  const channels = Math.max(a.channels, b.channels) as 1 | 3;
  const result = createRaster(a.width, a.height, channels, 8);
  const scaleA = (gain * 255) / maxValue(a);
  const scaleB = (gain * 255) / maxValue(b);
  const stepA = a.channels === channels ? 1 : 0;
  const stepB = b.channels === channels ? 1 : 0;
  for (let pixel = 0, target = 0; pixel < a.width * a.height; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const first = a.data[pixel * a.channels + channel * stepA]! * scaleA;
      const second = b.data[pixel * b.channels + channel * stepB]! * scaleB;
      result.data[target++] = Math.min(255, Math.abs(first - second) + 0.5);
    }
  }
  return result;
}

/** Red and blue that stand out from most photographs and from each other. */
const HIGHLIGHT = [255, 59, 48, 255] as const;
const SHADOW = [37, 120, 255, 255] as const;

/**
 * Where tones are clipped: `[height, width, 4]` RGBA, red if any channel is at its maximum, blue if all are at their
 * minimum, otherwise transparent.
 */
export function clippingOf({ width, height, channels, depth, data }: Raster): Uint8Array {
  const marks = new Uint8Array(width * height * 4);
  const white = depth === 8 ? 255 : 65535;
  for (let pixel = 0, at = 0; pixel < width * height; pixel++, at += channels) {
    const red = data[at]!;
    const green = channels === 3 ? data[at + 1]! : red;
    const blue = channels === 3 ? data[at + 2]! : red;
    if (red === white || green === white || blue === white) marks.set(HIGHLIGHT, 4 * pixel);
    else if (red === 0 && green === 0 && blue === 0) marks.set(SHADOW, 4 * pixel);
  }
  return marks;
}

/** Counts every pixel. Awaits `breathe` every few milliseconds. */
export async function histogramOf(raster: Raster, breathe: () => Promise<void>): Promise<Histogram> {
  const { width, height, channels, depth, data } = raster;
  const pixels = width * height;
  const [red, green, blue, luma] = [0, 0, 0, 0].map(() => new Float64Array(256)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const shift = depth === 8 ? 0 : 8;
  const white = maxValue(raster);
  const toByte = 255 / white;
  let shadows = 0;
  let highlights = 0;
  for (let from = 0; from < pixels; from += CHUNK_PIXELS) {
    const to = Math.min(pixels, from + CHUNK_PIXELS);
    for (let pixel = from, at = from * channels; pixel < to; pixel++, at += channels) {
      const r = data[at]!;
      if (channels === 1) {
        luma[r >> shift]! += 1;
        if (r === 0) shadows += 1;
        else if (r === white) highlights += 1;
        continue;
      }
      const g = data[at + 1]!;
      const b = data[at + 2]!;
      red[r >> shift]! += 1;
      green[g >> shift]! += 1;
      blue[b >> shift]! += 1;
      luma[Math.round((LUMA[0] * r + LUMA[1] * g + LUMA[2] * b) * toByte)]! += 1;
      if (r === white || g === white || b === white) highlights += 1;
      else if (r === 0 && g === 0 && b === 0) shadows += 1;
    }
    await breathe();
  }
  const counts = (bins: Float64Array) => [...(channels === 1 ? luma : bins)];
  return {
    red: counts(red),
    green: counts(green),
    blue: counts(blue),
    luma: [...luma],
    shadows: shadows / pixels,
    highlights: highlights / pixels,
  };
}
