import { createRaster, maxValue, type Raster } from '../raster';

/** Small changes of rasters, and comparisons. */

export type Colour = readonly [number, number, number];

/** Area average over whole pixels: accurate enough for tests. */
export function shrinkRaster(raster: Raster, pixels: number): Raster {
  const { channels } = raster;
  const scale = Math.sqrt(pixels / (raster.width * raster.height));
  if (scale >= 1) return raster;
  const width = Math.max(1, Math.floor(raster.width * scale));
  const height = Math.max(1, Math.floor(raster.height * scale));
  const small = createRaster(width, height, channels, raster.depth);
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * raster.height) / height);
    const bottom = Math.floor(((y + 1) * raster.height) / height);
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * raster.width) / width);
      const right = Math.floor(((x + 1) * raster.width) / width);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++)
            sum += raster.data[(row * raster.width + column) * channels + c]!;
        }
        small.data[(y * width + x) * channels + c] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return small;
}

/** Whether two pictures or planes hold the same samples (much faster for large ones than a deep comparison). */
export function sameSamples(one: Raster['data'], other: Raster['data']): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

/** The same picture with every sRGB colour mapped. */
export function mapPixels(raster: Raster, map: (red: number, green: number, blue: number) => Colour): Raster {
  const { width, height } = raster;
  const out = createRaster(width, height, 3, raster.depth);
  const max = maxValue(raster);
  for (let i = 0; i < raster.data.length; i += 3) {
    const colour = map(raster.data[i]! / max, raster.data[i + 1]! / max, raster.data[i + 2]! / max);
    for (let c = 0; c < 3; c++) out.data[i + c] = Math.round(Math.max(0, Math.min(1, colour[c]!)) * max);
  }
  return out;
}

export function copyOf(raster: Raster): Raster {
  return { ...raster, data: raster.data.slice() };
}

export function toGrey(raster: Raster): Raster {
  const grey = createRaster(raster.width, raster.height, 1, raster.depth);
  for (let i = 0; i < grey.data.length; i++) {
    grey.data[i] = Math.round(
      0.299 * raster.data[3 * i]! + 0.587 * raster.data[3 * i + 1]! + 0.114 * raster.data[3 * i + 2]!,
    );
  }
  return grey;
}

export function to16Bit(raster: Raster): Raster {
  const deep = createRaster(raster.width, raster.height, raster.channels, 16);
  // Low bits that a detour through 8 bits would lose.
  for (let i = 0; i < deep.data.length; i++) deep.data[i] = Math.min(65535, raster.data[i]! * 257 + (i % 97));
  return deep;
}
