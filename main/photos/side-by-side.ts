import { createRaster, maxValue, type Raster } from '../restoration/raster';
import { recoded } from './output-colour';
import { resizeRaster } from './raster';

/** The gap between the two pictures, as a share of the width of one. */
const GAP = 0.02;
const LEAST_GAP = 4;

/**
 * A photo and its result beside one another on white, in the size and depth of the result, which may be larger than the photo or
 * have got colours. Both are in the same encoding.
 */
export async function sideBySide(before: Raster, after: Raster): Promise<Raster> {
  const { width, height, depth } = after;
  const sized = before.width === width && before.height === height ? before : await resizeRaster(before, width, height);
  const left = sized.depth === depth ? sized : recoded(sized, depth);
  const channels = Math.max(left.channels, after.channels) as 1 | 3;
  const gap = Math.max(LEAST_GAP, Math.round(GAP * width));
  const whole = createRaster(2 * width + gap, height, channels, depth);
  whole.data.fill(maxValue(whole));
  for (const [picture, x] of [[left, 0] as const, [after, width + gap] as const]) {
    for (let row = 0; row < height; row++) {
      const to = (row * whole.width + x) * channels;
      const from = row * width * picture.channels;
      const line = picture.data.subarray(from, from + width * picture.channels);
      if (picture.channels === channels) whole.data.set(line, to);
      else for (let i = 0; i < width; i++) whole.data.fill(line[i]!, to + 3 * i, to + 3 * i + 3);
    }
  }
  return whole;
}
