import { boundsOf, forEachPiece } from '../../../../document/evidence';
import { expand, intersection } from '../../../../document/geometry';
import type { Mask } from '../../mask';
import { maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import type { StepTools } from '../../tools';
import type { ChosenPlace } from './chosen';
import { depthsOf } from './depth';
import { fillByExample } from './exemplar';
import type { Slivers } from './slivers';

/** A hole at least this wide, in pixels of the full photo, continues the texture around it. A net fills it with fog. */
export const WIDE = 24;
/** The same on a small copy for display, in its own pixels: narrower holes have no room for texture. */
const LEAST_WIDE = 10;
/** A hole whose larger side exceeds this many pixels keeps the net's filling: memory would grow with it. */
const LARGEST = 1200;
/** Pixels around a hole from which examples are taken, as a share of its larger side, and bounds of it. */
const CONTEXT = { share: 1, least: 64, most: 320 } as const;
/** Where a person chooses texture, a place of any size gets it: in squares of this side, with this much around each. */
const CHOSEN = { side: 512, reach: 128 } as const;
/** The seeds of the two textures to choose from. The second is led by the surroundings alone. */
const TEXTURES = { texture: { seed: 1, guided: true }, otherTexture: { seed: 2, guided: false } } as const;
/** Cells of the map on which wide holes are found. */
const MAP_CELLS = 2_000_000;

export interface WideHoles {
  /** How many holes, and places for which texture was chosen, were filled by example. */
  filled: number;
}

interface Options {
  /** Bounds the mask. */
  region?: Rect | undefined;
  /** Called with each part that is about to change. */
  before?: ((rect: Rect) => void) | undefined;
  /** Width of the full photo, of which the raster may be a smaller copy. */
  full: number;
  /** Places that are filled as a person chose, whatever their width. */
  chosen: readonly ChosenPlace[];
  /** The net is one that ships: what it makes of wide holes is replaced. */
  isOwn?: boolean;
  /** Pixels that are no example. */
  slivers: Slivers;
}

/**
 * Fills the wide holes of a mask by example, in place, after a net has filled them: its filling guides the search. Only
 * masked pixels change. Throws CANCELLED; some holes are filled then.
 */
export async function fillWideHoles(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { region, before, full, chosen, isOwn = true, slivers }: Options,
): Promise<WideHoles> {
  const width = Math.max(LEAST_WIDE, (WIDE * raster.width) / full);
  const whole = { x: 0, y: 0, width: raster.width, height: raster.height };
  let filled = 0;
  for (const { core, within: inside } of isOwn ? await wideCores(mask, region ?? whole, width, tools) : []) {
    if (chosen.some((place) => place.has(inside.x, inside.y))) continue;
    const hole = expand(core, Math.ceil(width), raster);
    const side = Math.max(hole.width, hole.height);
    if (side > LARGEST) continue;
    const reach = Math.round(Math.max(CONTEXT.least, Math.min(CONTEXT.most, CONTEXT.share * side)));
    const frame = expand(hole, reach, raster);
    if (await fillOne(raster, mask, tools, { ...TEXTURES.texture, frame, hole, before, slivers })) filled++;
    await tools.breathe();
  }
  for (const place of chosen) {
    if (place.filling !== 'smooth' && (await fillChosen(raster, mask, tools, place, { before, slivers }))) filled++;
  }
  return { filled };
}

/** Fills a place by example in squares, so that a crease across a large photo needs little memory. */
async function fillChosen(
  raster: Raster,
  mask: Mask,
  tools: StepTools,
  { filling, bounds, has }: ChosenPlace,
  { before, slivers }: Pick<Options, 'before' | 'slivers'>,
): Promise<boolean> {
  const { side, reach } = CHOSEN;
  let any = false;
  for (let y = bounds.y; y < bounds.y + bounds.height; y += side) {
    for (let x = bounds.x; x < bounds.x + bounds.width; x += side) {
      const hole = intersection(bounds, { x, y, width: side, height: side });
      if (hole === null || !mask.any(hole)) continue;
      const frame = expand(hole, reach, raster);
      const how = TEXTURES[filling === 'otherTexture' ? 'otherTexture' : 'texture'];
      if (await fillOne(raster, mask, tools, { ...how, frame, hole, has, before, slivers })) any = true;
      await tools.breathe();
    }
  }
  return any;
}

interface Work {
  /** The part of the raster that is looked at, and the part that may change. */
  frame: Rect;
  hole: Rect;
  /** Which masked pixels of the part may change; absent: all. */
  has?: ((x: number, y: number) => boolean) | undefined;
  seed: number;
  /** Whether the filling so far guides the search. */
  guided: boolean;
  before?: ((rect: Rect) => void) | undefined;
  slivers: Slivers;
}

async function fillOne(raster: Raster, mask: Mask, tools: StepTools, work: Work): Promise<boolean> {
  const { frame, hole, has, seed, guided, before, slivers } = work;
  const { width, height } = frame;
  const count = width * height;
  const cover = new Uint8Array(count);
  mask.read(frame, cover);
  const planes = new Float32Array(3 * count);
  readSrgb(raster, frame, tools.colour, planes);
  const picture = { width, height, data: new Float32Array(3 * count), mask: new Uint8Array(count) };
  let any = false;
  for (let i = 0; i < count; i++) {
    const x = frame.x + (i % width);
    const y = frame.y + Math.floor(i / width);
    const behind = slivers.any && cover[i] === 0 ? slivers.behind(x, y) : null;
    // In the place of a sliver stands what is behind it, so that its own pixels lead no search.
    const source = behind && contains(frame, behind.x, behind.y) ? behind : { x, y };
    const from = (source.y - frame.y) * width + source.x - frame.x;
    for (let c = 0; c < 3; c++) picture.data[3 * i + c] = 255 * planes[c * count + from]!;
    if (behind) picture.mask[i] = 2;
    if (cover[i] === 0) continue;
    const isHole = contains(hole, x, y) && (has === undefined || has(x, y));
    picture.mask[i] = isHole ? 1 : 2;
    any ||= isHole;
  }
  if (!any) return false;
  const done = await fillByExample(picture, { seed, guided, breathe: () => tools.breathe() });
  if (!done) return false;
  before?.(hole);
  for (let i = 0; i < count; i++) for (let c = 0; c < 3; c++) planes[c * count + i] = picture.data[3 * i + c]! / 255;
  if (raster.channels === 3) tools.colour?.fromSrgb(planes, count);
  const max = maxValue(raster);
  for (let i = 0; i < count; i++) {
    if (picture.mask[i] !== 1) continue;
    const x = frame.x + (i % width);
    const y = frame.y + Math.floor(i / width);
    const target = (y * raster.width + x) * raster.channels;
    const values = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!];
    const share = cover[i]! / 255;
    for (let c = 0; c < raster.channels; c++) {
      const value = max * (raster.channels === 3 ? values[c]! : (values[0]! + values[1]! + values[2]!) / 3);
      const now = raster.data[target + c]!;
      // Under a soft edge of the mask the net's filling is already blended in.
      raster.data[target + c] = Math.max(0, Math.min(max, Math.round(now + share * (value - now))));
    }
  }
  return true;
}

interface Core {
  core: Rect;
  /** One of its pixels. */
  within: { x: number; y: number };
}

/** Bounding rectangles of the parts of a mask that are at least `width` pixels wide, inside `region`. */
async function wideCores(mask: Mask, region: Rect, width: number, tools: StepTools): Promise<Core[]> {
  const cell = Math.max(1, Math.ceil(Math.sqrt((region.width * region.height) / MAP_CELLS)));
  const columns = Math.ceil(region.width / cell);
  const rows = Math.ceil(region.height / cell);
  // Only cells that are masked as a whole count.
  const covered = new Uint8Array(columns * rows);
  let any = false;
  for (let row = 0; row < rows; row++) {
    const strip = {
      x: region.x,
      y: region.y + row * cell,
      width: region.width,
      height: Math.min(cell, region.height - row * cell),
    };
    if (mask.any(strip)) {
      const bytes = new Uint8Array(strip.width * strip.height);
      mask.read(strip, bytes);
      for (let column = 0; column < columns; column++) {
        if (isCovered(bytes, strip, column * cell, cell)) {
          covered[row * columns + column] = 1;
          any = true;
        }
      }
    }
    if (row % 64 === 0) await tools.breathe();
  }
  if (!any) return [];
  const least = Math.max(1, Math.floor(width / 2 / cell));
  const core = Uint8Array.from(
    depthsOf((index) => covered[index] === 1, columns, rows),
    (depth) => (depth > least ? 1 : 0),
  );
  const found: Core[] = [];
  forEachPiece(core, columns, rows, 1, (piece) => {
    const bounds = boundsOf(piece, columns);
    const first = piece[0]!;
    found.push({
      core: {
        x: region.x + bounds.x * cell,
        y: region.y + bounds.y * cell,
        width: Math.min(region.width - bounds.x * cell, bounds.width * cell),
        height: Math.min(region.height - bounds.y * cell, bounds.height * cell),
      },
      within: {
        x: region.x + (first % columns) * cell,
        y: region.y + Math.floor(first / columns) * cell,
      },
    });
  });
  return found;
}

function isCovered(bytes: Uint8Array, strip: Rect, left: number, cell: number): boolean {
  const right = Math.min(strip.width, left + cell);
  for (let y = 0; y < strip.height; y++) {
    for (let x = left; x < right; x++) if (bytes[y * strip.width + x]! < 128) return false;
  }
  return true;
}

const contains = (rect: Rect, x: number, y: number): boolean =>
  x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
