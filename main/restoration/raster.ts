/** A rectangle in pixels. x and y may be negative only if a function says so. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * A decoded picture: interleaved rows without padding, grey (1 channel) or RGB (3), 8 or 16 bit, in the photo's own RGB
 * encoding (sRGB unless its profile says otherwise; see {@link ColourTransform}).
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
 * Converts between a photo's RGB encoding and sRGB, both as floats with the nominal range 0..1. Values outside 0..1 are
 * kept, so that converting back loses nothing and wide-gamut colours survive a generator that works in sRGB. Arrays are
 * planar: `count` reds, then greens, then blues.
 */
export interface ColourTransform {
  toSrgb(planes: Float32Array, count: number): void;
  fromSrgb(planes: Float32Array, count: number): void;
}

/** Creates a black raster. Throws a RangeError if the sizes are not positive integers. */
export function createRaster(width: number, height: number, channels: 1 | 3, depth: 8 | 16): Raster {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`A raster cannot be ${width} x ${height}.`);
  }
  const samples = width * height * channels;
  return { width, height, channels, depth, data: depth === 8 ? new Uint8Array(samples) : new Uint16Array(samples) };
}

/**
 * Converts a rectangle to the pixels of the same picture at another size. The result is integer, inside the picture,
 * and not empty.
 */
export function fitRect(rect: Rect, from: Pick<Rect, 'width' | 'height'>, to: Pick<Rect, 'width' | 'height'>): Rect {
  const along = (start: number, length: number, scale: number, size: number) => {
    const first = Math.min(size - 1, Math.max(0, Math.round(start * scale)));
    const end = Math.min(size, Math.max(first + 1, Math.round((start + length) * scale)));
    return [first, end - first] as const;
  };
  const [x, width] = along(rect.x, rect.width, to.width / from.width, to.width);
  const [y, height] = along(rect.y, rect.height, to.height / from.height, to.height);
  return { x, y, width, height };
}

/** The largest sample value: 255 or 65535. */
/** A copy of a part of a raster. */
export function cropRaster(raster: Raster, { x, y, width, height }: Rect): Raster {
  const { channels, depth } = raster;
  const part = createRaster(width, height, channels, depth);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * raster.width + x) * channels;
    part.data.set(raster.data.subarray(from, from + width * channels), row * width * channels);
  }
  return part;
}

export function maxValue(raster: Raster): number {
  return raster.depth === 8 ? 255 : 65535;
}

/**
 * A rectangle of a raster as planar sRGB floats, nominally 0..1: `[3, height, width]`. A grey raster gives three equal
 * planes. `colour` is the photo's encoding, null for sRGB.
 */
export function readSrgb(raster: Raster, rect: Rect, colour: ColourTransform | null, into: Float32Array): void {
  const { data, channels } = raster;
  const scale = 1 / maxValue(raster);
  const count = rect.width * rect.height;
  let target = 0;
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    let source = (y * raster.width + rect.x) * channels;
    if (channels === 3) {
      for (let x = 0; x < rect.width; x++, target++, source += 3) {
        into[target] = data[source]! * scale;
        into[target + count] = data[source + 1]! * scale;
        into[target + 2 * count] = data[source + 2]! * scale;
      }
    } else {
      for (let x = 0; x < rect.width; x++, target++, source++) {
        const value = data[source]! * scale;
        into[target] = value;
        into[target + count] = value;
        into[target + 2 * count] = value;
      }
    }
  }
  if (colour && channels === 3) colour.toSrgb(into, count);
}

/** A whole picture as planar sRGB floats, nominally 0..1: `values` is `[3, height, width]`. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
  readonly values: Float32Array;
}

/** A whole raster as {@link readSrgb} reads it. */
export function planesOf(raster: Raster, colour: ColourTransform | null): Planes {
  const { width, height, channels } = raster;
  const values = new Float32Array(3 * width * height);
  readSrgb(raster, { x: 0, y: 0, width, height }, colour, values);
  return { width, height, isGrey: channels === 1, values };
}

/** Writes planar sRGB floats `[3, height, width]` into a raster in the photo's encoding. Grey takes their mean. */
export function writeSrgb(raster: Raster, rect: Rect, colour: ColourTransform | null, planes: Float32Array): void {
  const { channels, data, width } = raster;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  if (channels === 3) colour?.fromSrgb(planes, count);
  const sample = (value: number) => Math.max(0, Math.min(max, Math.round(value * max)));
  for (let y = 0, i = 0; y < rect.height; y++) {
    let target = ((rect.y + y) * width + rect.x) * channels;
    for (let x = 0; x < rect.width; x++, i++) {
      const [red, green, blue] = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!];
      if (channels === 1) {
        data[target++] = sample((red + green + blue) / 3);
        continue;
      }
      data[target++] = sample(red);
      data[target++] = sample(green);
      data[target++] = sample(blue);
    }
  }
}
