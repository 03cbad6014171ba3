import type { Mask } from './mask';
import { maxValue, type Raster, type Rect, readSrgb } from './raster';
import type { PassReport, StepTools } from './tools';

/**
 * Fills the masked pixels of a raster, in place, from their surroundings; all other pixels keep their bits. The mask
 * must have the raster's size. The generator ignores what lies under the mask, so a tile that is already filled does
 * not change what its neighbour sees. Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; after a
 * throw the raster holds some filled tiles.
 */
export async function inpaint(raster: Raster, mask: Mask, tools: StepTools): Promise<PassReport> {
  if (mask.width !== raster.width || mask.height !== raster.height) {
    throw new RangeError(
      `A mask of ${mask.width} x ${mask.height} does not fit a raster of ${raster.width} x ${raster.height}.`,
    );
  }
  // The mask of the tile that was read last: its core, which is written next, need not be evaluated again.
  let seen: Rect = { x: 0, y: 0, width: 0, height: 0 };
  let bytes = new Uint8Array(0);
  const holeAt = (x: number, y: number): boolean => bytes[(y - seen.y) * seen.width + x - seen.x] !== 0;
  return tools.runTiles({
    task: 'inpaint',
    width: raster.width,
    height: raster.height,
    skip: (core) => !mask.any(core),
    read: (rect, into) => {
      const count = rect.width * rect.height;
      readSrgb(raster, rect, tools.colour, into);
      if (bytes.length < count) bytes = new Uint8Array(count);
      mask.read(rect, bytes);
      seen = { ...rect };
      for (let i = 0; i < count; i++) into[3 * count + i] = bytes[i] === 0 ? 0 : 1;
    },
    write: (rect, planes) => {
      if (raster.channels === 3) tools.colour?.fromSrgb(planes, rect.width * rect.height);
      paste(raster, rect, planes, holeAt);
    },
  });
}

/** Writes the masked pixels of a rectangle from planar floats in the raster's own encoding. */
function paste(raster: Raster, rect: Rect, planes: Float32Array, holeAt: (x: number, y: number) => boolean): void {
  const { data, channels } = raster;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  for (let y = 0, i = 0; y < rect.height; y++) {
    let target = ((rect.y + y) * raster.width + rect.x) * channels;
    for (let x = 0; x < rect.width; x++, i++, target += channels) {
      if (!holeAt(rect.x + x, rect.y + y)) continue;
      const red = planes[i]!;
      const green = planes[i + count]!;
      const blue = planes[i + 2 * count]!;
      if (channels === 3) {
        data[target] = sample(red, max);
        data[target + 1] = sample(green, max);
        data[target + 2] = sample(blue, max);
      } else {
        data[target] = sample((red + green + blue) / 3, max);
      }
    }
  }
}

function sample(value: number, max: number): number {
  return Math.max(0, Math.min(max, Math.round(value * max)));
}
