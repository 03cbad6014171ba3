import type { StyleSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import { atSize } from '../../foreign';
import { GuidedPlanes, type SmallPlanes } from '../../guided';
import { createRaster, type Raster, readSrgb, writeSrgb } from '../../raster';
import type { PassReport, StepTools, Wanted } from '../../tools';

/**
 * Makes a night of a photograph taken by day. The generator sees a small copy of the whole picture and returns a gain and an
 * offset for each place and colour. They are enlarged along the edges of the large picture and applied to it, so that its
 * detail stays.
 */

/** The style that is a night, which no painter paints. */
export const NIGHT = 'night';
const WANTED: Wanted = { variant: NIGHT };
/** Longest side in pixels of the picture that the generator sees, as in its training. */
export const SEEN_EDGE = 320;
/** Its sides are multiples of this. */
const MULTIPLE = 16;
/** Gains and offsets of red, green and blue, in this order, and the range of the card that arrives as 0..1. */
const VALUES = 6;
const [LOW, HIGH] = [-1, 13];

/** Whether a style is the night. A style of the user or a generator of the user may have the same name. */
export const isNight = ({ style, code }: Pick<StyleSettings, 'style' | 'code'>, tools: StepTools): boolean =>
  style === NIGHT && code === undefined && tools.generator('style', WANTED)?.gives.length === VALUES;

/** What the generator finds for a raster: six planes, and the luma of the small picture that guides their enlargement. */
export async function findNight(
  raster: Raster,
  tools: StepTools,
  weight: number,
): Promise<{ light: SmallPlanes; report: PassReport }> {
  const scale = Math.min(1, SEEN_EDGE / Math.max(raster.width, raster.height));
  const side = (length: number) => Math.max(1, Math.floor((length * scale) / MULTIPLE)) * MULTIPLE;
  const { width, height } = { width: side(raster.width), height: side(raster.height) };
  const small = await atSize(raster, { width, height }, tools);
  const count = width * height;
  const seen = new Float32Array(3 * count);
  readSrgb(small, { x: 0, y: 0, width, height }, tools.colour, seen);
  const planes = new Float32Array(VALUES * count);
  const report = await tools.runTiles({
    task: 'style',
    wanted: WANTED,
    width,
    height,
    read: (rect, into) => each(rect, width, 3, (at, i, part) => (into[part + i] = seen[at]!)),
    write: (rect, found) =>
      each(rect, width, VALUES, (at, i, part) => (planes[at] = LOW + (HIGH - LOW) * found[part + i]!)),
    weight,
  });
  const luma = seen.subarray(0, count).map((red, i) => lumaOf(red, seen[i + count]!, seen[i + 2 * count]!));
  return { light: { width, height, luma, planes }, report };

  /** Calls `visit` with the place in the whole planes and in those of a rectangle: a pixel and where its plane begins. */
  function each(
    rect: { x: number; y: number; width: number; height: number },
    stride: number,
    channels: number,
    visit: (at: number, i: number, part: number) => void,
  ): void {
    const pixels = rect.width * rect.height;
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < pixels; i++) {
        const y = rect.y + Math.floor(i / rect.width);
        visit(c * count + y * stride + rect.x + (i % rect.width), i, c * pixels);
      }
    }
  }
}

/** Gives the rows of a raster by night, three channels and the raster's depth, a band at a time. */
export function nightRows(raster: Raster, light: SmallPlanes, tools: StepTools): (y: number, rows: number) => Raster {
  const { width } = raster;
  const guided = new GuidedPlanes(light, raster);
  const found = new Float64Array(VALUES);
  return (y, rows) => {
    const count = width * rows;
    const planes = new Float32Array(3 * count);
    readSrgb(raster, { x: 0, y, width, height: rows }, tools.colour, planes);
    for (let i = 0; i < count; i++) {
      const day = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!] as const;
      guided.at(i % width, y + Math.floor(i / width), lumaOf(...day), found);
      for (let c = 0; c < 3; c++) {
        planes[i + c * count] = Math.max(0, Math.min(1, day[c]! * found[c]! + found[3 + c]!));
      }
    }
    const band = createRaster(width, rows, 3, raster.depth);
    writeSrgb(band, { x: 0, y: 0, width, height: rows }, raster.channels === 3 ? tools.colour : null, planes);
    return band;
  };
}
