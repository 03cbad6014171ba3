import type { Mask } from '../../mask';
import { maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import type { PassReport, StepTools } from '../../tools';
import type { ChosenPlace } from './chosen';
import { addGrain } from './grain';
import { SoftEdges } from './soft-edges';
import { fillWideHoles, type WideHoles } from './wide';

interface InpaintOptions {
  /** Bounds the mask, so that little is computed for a small one. */
  region?: Rect;
  /** Called with each part that is about to change. */
  before?: (core: Rect) => void;
  /** Width of the full photo, if the raster is a smaller copy. */
  full?: number;
  /** Places that are filled as a person chose. */
  chosen?: readonly ChosenPlace[];
}

/**
 * Fills the masked pixels of a raster from their surroundings, in place. All other pixels keep their bits. Where the
 * mask is between 0 and 255, the filling is blended in. The mask must have the raster's size. The generator ignores
 * pixels under the mask, so a filled tile does not change the input of its neighbours. Where damage shines through beside
 * the mask, the generator ignores one pixel more (soft-edges.ts). Wide holes are filled again by example (wide.ts), and
 * what a fill lacks of the photo's grain is added (grain.ts). Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or
 * CANCELLED; after a throw some tiles of the raster are filled.
 */
export async function inpaint(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { region, before, full = raster.width, chosen = [] }: InpaintOptions = {},
): Promise<PassReport & WideHoles> {
  if (mask.width !== raster.width || mask.height !== raster.height) {
    throw new RangeError(
      `A mask of ${mask.width} x ${mask.height} does not fit a raster of ${raster.width} x ${raster.height}.`,
    );
  }
  // The mask of the last read tile. Its core is written next, and need not be evaluated again.
  let seen: Rect = { x: 0, y: 0, width: 0, height: 0 };
  let bytes = new Uint8Array(0);
  const edges = new SoftEdges(raster, mask, tools.colour);
  const report = await tools.runTiles({
    task: 'inpaint',
    width: raster.width,
    height: raster.height,
    region,
    skip: (core) => !mask.any(core),
    read: (rect, into) => {
      const count = rect.width * rect.height;
      readSrgb(raster, rect, tools.colour, into);
      if (bytes.length < count) bytes = new Uint8Array(count);
      mask.read(rect, bytes);
      seen = { ...rect };
      edges.hide(rect, bytes, into.subarray(3 * count, 4 * count));
    },
    write: (rect, planes) => {
      if (raster.channels === 3) tools.colour?.fromSrgb(planes, rect.width * rect.height);
      before?.(rect);
      paste(raster, rect, planes, { bytes, frame: seen });
    },
  });
  const wide = await fillWideHoles(raster, mask, tools, { region, before, full, chosen });
  await addGrain(raster, mask, tools, { region, before });
  return { ...report, ...wide };
}

/**
 * Blends planar floats, in the raster's own encoding, into the masked pixels of a rectangle. `mask` holds the values of
 * a frame around the rectangle.
 */
function paste(raster: Raster, rect: Rect, planes: Float32Array, mask: { bytes: Uint8Array; frame: Rect }): void {
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
