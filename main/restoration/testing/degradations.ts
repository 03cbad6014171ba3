import { roundBlocks } from '../../synthesis/jpeg';
import { createRaster, maxValue, type Raster } from '../raster';
import { random } from './random';

/** Noise and compression loss, as in real files. */

/**
 * A copy with Gaussian noise of standard deviation `sigma`, in 8-bit levels. The noise is independent for each channel
 * unless `mono`. Like grain, it can be blurred by a Gaussian of `blur` pixels at the same strength.
 */
export function withNoise(raster: Raster, sigma: number, { blur = 0, mono = false, seed = 9 } = {}): Raster {
  const { width, height, channels } = raster;
  const next = random(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const fields = Array.from({ length: mono ? 1 : channels }, () => {
    const field = Float32Array.from({ length: width * height }, gauss);
    return blur === 0 ? field : normalised(blurred(field, width, height, blur));
  });
  const max = maxValue(raster);
  const data = raster.data.map((value, i) => {
    const noise = fields[(i % channels) % fields.length]![Math.floor(i / channels)]!;
    return Math.max(0, Math.min(max, Math.round(value + (noise * sigma * max) / 255)));
  });
  return { ...raster, data };
}

/** Gaussian blur; the field wraps around at its edges. */
function blurred(field: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const along = (from: Float32Array, length: number, step: number, starts: number[]) => {
    const to = new Float32Array(from.length);
    for (const start of starts) {
      for (let i = 0; i < length; i++) {
        for (let k = -reach; k <= reach; k++) {
          to[start + i * step]! +=
            from[start + ((i + k + length) % length) * step]! * Math.exp(-(k * k) / (2 * sigma ** 2));
        }
      }
    }
    return to;
  };
  const rows = Array.from({ length: height }, (_, y) => y * width);
  const columns = Array.from({ length: width }, (_, x) => x);
  return along(along(field, width, 1, rows), height, width, columns);
}

function normalised(field: Float32Array): Float32Array {
  const strength = Math.sqrt(field.reduce((sum, value) => sum + value * value, 0) / field.length);
  return field.map((value) => value / strength);
}

/** A copy with the loss of JPEG at that quality (1..100, as libjpeg scales it) in the whole blocks of each channel. */
export function withJpegLoss(raster: Raster, quality: number): Raster {
  const { width, height, channels } = raster;
  const data = raster.data.slice();
  const unit = maxValue(raster) / 255;
  for (let c = 0; c < channels; c++) {
    const plane = Float64Array.from({ length: width * height }, (_, i) => raster.data[i * channels + c]! / unit);
    roundBlocks(plane, width, height, quality);
    for (let i = 0; i < plane.length; i++) {
      data[i * channels + c] = Math.round(Math.max(0, Math.min(255, plane[i]!)) * unit);
    }
  }
  return { ...raster, data };
}

/** A raster without the given number of columns and rows at its left and top. */
export function cropped(raster: Raster, left: number, top: number): Raster {
  const { channels, depth } = raster;
  const out = createRaster(raster.width - left, raster.height - top, channels, depth);
  for (let y = 0; y < out.height; y++) {
    const from = ((y + top) * raster.width + left) * channels;
    out.data.set(raster.data.subarray(from, from + out.width * channels), y * out.width * channels);
  }
  return out;
}
