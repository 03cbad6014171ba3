import { type ColourTransform, createRaster, maxValue, type Raster, type Rect } from '../restoration/raster';
import { createField, type Field } from './field';

/** A picture in sRGB: three planes of rows without padding, values 0..1. */
export interface Picture {
  width: number;
  height: number;
  planes: readonly [Float32Array, Float32Array, Float32Array];
}

/** Luma after Rec. 601, as the detector sees a picture. */
const LUMA = [0.299, 0.587, 0.114] as const;

export function lumaOf({ width, height, planes: [red, green, blue] }: Picture): Field {
  const field = createField(width, height);
  for (let i = 0; i < field.data.length; i++) {
    field.data[i] = LUMA[0] * red[i]! + LUMA[1] * green[i]! + LUMA[2] * blue[i]!;
  }
  return field;
}

/** A copy with `change` applied to each plane. */
export function mapped(
  { width, height, planes }: Picture,
  change: (field: Field, channel: number) => Field | Float32Array,
): Picture {
  const made = planes.map((data, channel) => {
    const result = change({ width, height, data }, channel);
    return result instanceof Float32Array ? result : result.data;
  });
  return { width, height, planes: made as unknown as Picture['planes'] };
}

export function copied(picture: Picture): Picture {
  return mapped(picture, ({ data }) => data.slice());
}

/** Catmull and Rom's cubic, -2..2. */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return 1.5 * t ** 3 - 2.5 * t ** 2 + 1;
  return t < 2 ? -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2 : 0;
}
const linear = (x: number) => Math.max(0, 1 - Math.abs(x));
const KERNELS = { cubic: [cubic, 2], linear: [linear, 1] } as const;
export type Kernel = keyof typeof KERNELS;

/** For each of `to` places on a line of `from` samples: the first sample that counts, and the weights from there on. */
function weightsFor(from: number, to: number, [kernel, support]: (typeof KERNELS)[Kernel]) {
  const step = from / to;
  const stretch = Math.max(1, step);
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * step;
    const first = Math.max(0, Math.floor(middle - support * stretch));
    const end = Math.min(from, Math.ceil(middle + support * stretch));
    const weights = Float32Array.from({ length: end - first }, (_, k) => kernel((first + k + 0.5 - middle) / stretch));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** A field in another size. Shrinking averages, so that no new pattern (moiré) appears. */
export function resampled({ width, height, data }: Field, toWidth: number, toHeight: number, kernel: Kernel): Field {
  const row = (y: number, x: number) => data[y * width + x]!;
  const out = createField(toWidth, toHeight);
  out.data.set(resample(width, height, toWidth, toHeight, kernel, row));
  return out;
}

function resample(
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
  kernel: Kernel,
  at: (y: number, x: number) => number,
): Float32Array {
  const across = weightsFor(width, toWidth, KERNELS[kernel]);
  const down = weightsFor(height, toHeight, KERNELS[kernel]);
  const rows = new Float32Array(toWidth * height);
  const line = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) line[x] = at(y, x);
    for (let x = 0; x < toWidth; x++) {
      const { first, weights } = across[x]!;
      let value = 0;
      for (let k = 0; k < weights.length; k++) value += weights[k]! * line[first + k]!;
      rows[y * toWidth + x] = value;
    }
  }
  const out = new Float32Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    const { first, weights } = down[y]!;
    for (let k = 0; k < weights.length; k++) {
      const from = (first + k) * toWidth;
      for (let x = 0; x < toWidth; x++) out[y * toWidth + x]! += weights[k]! * rows[from + x]!;
    }
  }
  return out.map((value) => Math.max(0, Math.min(1, value)));
}

/** A square of a raster in sRGB, in another size. */
export function cut(raster: Raster, colour: ColourTransform | null, { x, y, width, height }: Rect, side: number) {
  const { channels, data } = raster;
  const scale = 1 / maxValue(raster);
  const plane = (channel: number) =>
    resample(
      width,
      height,
      side,
      side,
      'cubic',
      (row, column) => data[((y + row) * raster.width + x + column) * channels + channel]! * scale,
    );
  const all = new Float32Array(3 * side * side);
  if (channels === 1) {
    const grey = plane(0);
    for (let c = 0; c < 3; c++) all.set(grey, c * side * side);
  } else {
    for (let c = 0; c < 3; c++) all.set(plane(c), c * side * side);
    // Converted after shrinking, because averages in the picture's own encoding look as bright as the original.
    colour?.toSrgb(all, side * side);
  }
  const planes = [0, 1, 2].map((c) => all.slice(c * side * side, (c + 1) * side * side));
  return { width: side, height: side, planes: planes as unknown as Picture['planes'] };
}

/** An overlay as opacities: white is 1; black and transparent pixels are 0. */
export function opacityOf(raster: Raster, alpha: Raster | null): Field {
  const { width, height, channels, data } = raster;
  const scale = 1 / maxValue(raster);
  const field = createField(width, height);
  for (let i = 0; i < field.data.length; i++) {
    let value = data[i * channels]!;
    if (channels === 3) value = LUMA.reduce((sum, weight, c) => sum + weight * data[3 * i + c]!, 0);
    field.data[i] = value * scale * (alpha === null ? 1 : alpha.data[i]! * scale);
  }
  return field;
}

/** The picture as 8-bit RGB. */
export function toRaster({ width, height, planes }: Picture): Raster {
  const raster = createRaster(width, height, 3, 8);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) raster.data[3 * i + c] = Math.round(255 * Math.max(0, Math.min(1, planes[c]![i]!)));
  }
  return raster;
}
