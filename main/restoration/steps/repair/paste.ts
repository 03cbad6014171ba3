import { maxValue, type Raster, type Rect } from '../../raster';

/**
 * Blends planar floats, in the raster's own encoding, into the masked pixels of a rectangle. `mask` holds the values of
 * a frame around the rectangle.
 */
export function paste(
  raster: Raster,
  rect: Rect,
  planes: Float32Array,
  mask: { bytes: Uint8Array; frame: Rect },
): void {
  const { data, channels } = raster;
  const { bytes, frame } = mask;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  for (let y = 0; y < rect.height; y++) {
    const covers = (rect.y - frame.y + y) * frame.width + rect.x - frame.x;
    for (let x = 0; x < rect.width; x++) {
      const cover = bytes[covers + x]!;
      if (cover === 0) continue;
      const i = y * rect.width + x;
      const target = ((rect.y + y) * raster.width + rect.x + x) * channels;
      const red = planes[i]!;
      const green = planes[i + count]!;
      const blue = planes[i + 2 * count]!;
      if (channels === 3) {
        data[target] = blend(data[target]!, red, cover, max);
        data[target + 1] = blend(data[target + 1]!, green, cover, max);
        data[target + 2] = blend(data[target + 2]!, blue, cover, max);
      } else {
        data[target] = blend(data[target]!, (red + green + blue) / 3, cover, max);
      }
    }
  }
}

/** @param cover 1..255: how much of `before` is replaced */
function blend(before: number, value: number, cover: number, max: number): number {
  const filled = Math.max(0, Math.min(max, value * max));
  return Math.round(cover === 255 ? filled : before + ((filled - before) * cover) / 255);
}
