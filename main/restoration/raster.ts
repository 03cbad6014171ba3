/** A rectangle in pixels; x and y may be negative only where a function says so. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * A decoded picture: interleaved rows without padding, grey (1 channel) or RGB (3), 8 or 16 bit, encoded as the
 * photo's own RGB (sRGB unless its profile says otherwise; see {@link ColourTransform}).
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly depth: 8 | 16;
  /** `width * height * channels` samples; Uint8Array for depth 8, Uint16Array for depth 16. */
  readonly data: Uint8Array | Uint16Array;
}

/**
 * Between a photo's own RGB encoding and sRGB, both as floats with 0..1 the nominal range. Values outside 0..1 are
 * kept, so that there and back loses nothing: wide-gamut colours survive a generator that works in sRGB.
 * Arrays are planar: `count` reds, then greens, then blues.
 */
export interface ColourTransform {
  toSrgb(planes: Float32Array, count: number): void;
  fromSrgb(planes: Float32Array, count: number): void;
}

/** A fresh raster, black. Throws a RangeError where the sizes are not positive integers. */
export function createRaster(width: number, height: number, channels: 1 | 3, depth: 8 | 16): Raster {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`A raster cannot be ${width} x ${height}.`);
  }
  const samples = width * height * channels;
  return { width, height, channels, depth, data: depth === 8 ? new Uint8Array(samples) : new Uint16Array(samples) };
}

/** The largest sample value: 255 or 65535. */
export function maxValue(raster: Raster): number {
  return raster.depth === 8 ? 255 : 65535;
}
