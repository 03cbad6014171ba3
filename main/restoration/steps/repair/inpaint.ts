import { seesWhole } from '../../foreign';
import type { Mask } from '../../mask';
import { type Raster, type Rect, readSrgb } from '../../raster';
import type { PassReport, StepTools, Wanted } from '../../tools';
import type { ChosenPlace } from './chosen';
import { coverOf } from './cover';
import { fillByCrops } from './crops';
import { addGrain } from './grain';
import { paste } from './paste';
import { Slivers } from './slivers';
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
  /** The generator that fills; any that ships if absent. */
  wanted?: Wanted;
}

/**
 * Fills the masked pixels of a raster from their surroundings, in place. All other pixels keep their bits. Where the
 * mask is between 0 and 255, the filling is blended in. The mask must have the raster's size. The generator ignores
 * pixels under the mask, so a filled tile does not change the input of its neighbours. Where damage shines through beside
 * the mask, the generator ignores one pixel more (soft-edges.ts), and at the picture's edge what is beside the print (slivers.ts). Wide holes are filled again by example (wide.ts), and
 * what a fill lacks of the photo's grain is added (grain.ts). Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or
 * CANCELLED; after a throw some tiles of the raster are filled.
 */
export async function inpaint(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { region, before, full = raster.width, chosen = [], wanted }: InpaintOptions = {},
): Promise<PassReport & WideHoles> {
  if (mask.width !== raster.width || mask.height !== raster.height) {
    throw new RangeError(
      `A mask of ${mask.width} x ${mask.height} does not fit a raster of ${raster.width} x ${raster.height}.`,
    );
  }
  const facts = tools.generator('inpaint', wanted);
  const slivers = new Slivers(mask, region ?? { x: 0, y: 0, width: mask.width, height: mask.height });
  const report = seesWhole(facts)
    ? await fillByCrops(raster, mask, tools, { wanted, region, before })
    : await fillByTiles(raster, mask, tools, { wanted, region, before, slivers });
  // A net that somebody has added for it fills wide holes itself.
  const isOwn = facts?.foreign === undefined;
  const wide = await fillWideHoles(raster, mask, tools, { region, before, full, chosen, isOwn, slivers });
  await addGrain(raster, mask, tools, { region, before });
  return { ...report, ...wide };
}

async function fillByTiles(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  {
    wanted,
    region,
    before,
    slivers,
  }: Pick<InpaintOptions, 'region' | 'before'> & { wanted: Wanted | undefined; slivers: Slivers },
): Promise<PassReport> {
  // The mask of the last read tile. Its core is written next, and need not be evaluated again.
  let seen: Rect = { x: 0, y: 0, width: 0, height: 0 };
  let bytes = new Uint8Array(0);
  const edges = new SoftEdges(raster, mask, tools.colour);
  const isForeign = tools.generator('inpaint', wanted)?.foreign !== undefined;
  const holesOf = (core: Rect) => {
    const holes = new Uint8Array(core.width * core.height);
    mask.read(core, holes);
    return holes;
  };
  return tools.runTiles({
    task: 'inpaint',
    ...(wanted && { wanted }),
    width: raster.width,
    height: raster.height,
    region,
    skip: (core) => !mask.any(core),
    // Nobody knows how much context a net from elsewhere needs.
    ...(!isForeign && { parts: (core, grid) => coverOf(holesOf(core), core, grid) }),
    read: (rect, into) => {
      const count = rect.width * rect.height;
      readSrgb(raster, rect, tools.colour, into);
      if (bytes.length < count) bytes = new Uint8Array(count);
      mask.read(rect, bytes);
      seen = { ...rect };
      const hidden = into.subarray(3 * count, 4 * count);
      edges.hide(rect, bytes, hidden);
      if (!slivers.any) return;
      for (let i = 0; i < count; i++) {
        if (slivers.has(rect.x + (i % rect.width), rect.y + Math.floor(i / rect.width))) hidden[i] = 1;
      }
    },
    write: (rect, planes) => {
      if (raster.channels === 3) tools.colour?.fromSrgb(planes, rect.width * rect.height);
      before?.(rect);
      paste(raster, rect, planes, { bytes, frame: seen });
    },
  });
}
