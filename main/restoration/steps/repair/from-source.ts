import type { Blend } from '../../../../contract/edit';
import { expand, intersection } from '../../../../document/geometry';
import type { Mask } from '../../mask';
import { cropRaster, maxValue, type Raster, type Rect } from '../../raster';
import type { StepTools } from '../../tools';
import { ABSENT, createMembrane, KNOWN, type Membrane, membraneAt, relax, solveMembrane, UNKNOWN } from './membrane';

/** A place whose pixels come from elsewhere in the picture. */
interface FromSource {
  blend: Blend;
  /** From each pixel to its source, in pixels of the raster. */
  dx: number;
  dy: number;
  /** Bounds the mask. */
  region: Rect;
  /** Called with each part that is about to change. */
  before?: (part: Rect) => void;
  /** The most pixels of a place that is healed as one. */
  cells?: number;
}

/** Edge of the parts that are worked on in turn, in pixels. */
const PART = 512;
/** Larger places are healed on a smaller grid first, and then part by part, so that memory does not grow with them. */
const MOST_CELLS = 1_500_000;
/** Pixels around a part that are healed with it, so that the parts agree where they meet. */
const AROUND = 24;

/**
 * Puts pixels from a source over the masked pixels of a raster, in place; healed or as they are. Where the mask is between
 * 0 and 255 they are blended in. All other pixels keep their bits, and so do those whose source lies outside of the
 * picture. The source is read as it is before anything changes, so a source that overlaps the place repeats nothing.
 * Returns whether any pixel has a source. Throws CANCELLED; then some parts have changed.
 */
export async function copyFromSource(
  raster: Raster,
  mask: Mask,
  { blend, dx, dy, region, before, cells = MOST_CELLS }: FromSource,
  tools: Pick<StepTools, 'breathe'>,
): Promise<boolean> {
  const shifted = (rect: Rect): Rect => ({ ...rect, x: rect.x + dx, y: rect.y + dy });
  const picture: Rect = { x: 0, y: 0, width: raster.width, height: raster.height };
  const target = intersection(region, picture);
  const reach = target && intersection(shifted(expand(target, 1, raster)), picture);
  // The part of the place that has a source.
  const back = reach && intersection(target, { ...reach, x: reach.x - dx, y: reach.y - dy });
  if (!target || !reach || !back) return false;
  const place = new Place(raster, mask, { pixels: cropRaster(raster, reach), rect: reach, dx, dy });
  const surface = blend === 'heal' ? await surfaceOf(place, expand(target, 1, raster), cells, tools) : null;
  for (const part of partsOf(back)) {
    await tools.breathe();
    if (!mask.any(part)) continue;
    before?.(part);
    place.write(part, surface?.(part) ?? null);
  }
  return true;
}

/** What is added to the source in a part: planes of the size of the part. */
type Surface = (part: Rect) => Membrane;

/** Finds what the source of a place lacks of its surroundings. */
async function surfaceOf(
  place: Place,
  frame: Rect,
  cells: number,
  tools: Pick<StepTools, 'breathe'>,
): Promise<Surface> {
  const scale = Math.ceil(Math.sqrt((frame.width * frame.height) / cells));
  if (scale === 1) {
    const whole = place.membrane(frame);
    solveMembrane(whole);
    return (part) => cutOut(whole, { ...part, x: part.x - frame.x, y: part.y - frame.y });
  }
  const coarse = createMembrane(Math.ceil(frame.width / scale), Math.ceil(frame.height / scale), place.channels);
  const counts = new Uint32Array(coarse.kind.length);
  for (const part of partsOf(frame)) {
    await tools.breathe();
    reduce(place.membrane(part), part, { coarse, counts, frame, scale });
  }
  for (const plane of coarse.planes) for (let i = 0; i < plane.length; i++) plane[i]! /= Math.max(1, counts[i]!);
  solveMembrane(coarse);
  return (part) => {
    const around = expand(part, AROUND, place);
    const fine = place.membrane(around);
    const isInside = { x: around.x > 0, y: around.y > 0 };
    for (let y = 0, i = 0; y < fine.height; y++) {
      for (let x = 0; x < fine.width; x++, i++) {
        if (fine.kind[i] !== UNKNOWN) continue;
        const [u, v] = [(around.x + x + 0.5 - frame.x) / scale, (around.y + y + 0.5 - frame.y) / scale];
        for (let c = 0; c < place.channels; c++) fine.planes[c]![i] = membraneAt(coarse, c, u, v);
        const isRim =
          (x === 0 && isInside.x) ||
          (y === 0 && isInside.y) ||
          (x === fine.width - 1 && around.x + x < place.width - 1) ||
          (y === fine.height - 1 && around.y + y < place.height - 1);
        // Beyond it the coarse grid is right.
        if (isRim) fine.kind[i] = KNOWN;
      }
    }
    relax(fine);
    return cutOut(fine, { ...part, x: part.x - around.x, y: part.y - around.y });
  };
}

/** Adds a part to the sums of a coarser grid. */
function reduce(
  fine: Membrane,
  part: Rect,
  { coarse, counts, frame, scale }: { coarse: Membrane; counts: Uint32Array; frame: Rect; scale: number },
): void {
  for (let y = 0, i = 0; y < fine.height; y++) {
    const row = Math.floor((part.y + y - frame.y) / scale) * coarse.width;
    for (let x = 0; x < fine.width; x++, i++) {
      if (fine.kind[i] === ABSENT) continue;
      const at = row + Math.floor((part.x + x - frame.x) / scale);
      coarse.kind[at] = Math.max(coarse.kind[at]!, fine.kind[i]!);
      if (fine.kind[i] !== KNOWN) continue;
      counts[at]! += 1;
      for (let c = 0; c < fine.planes.length; c++) coarse.planes[c]![at]! += fine.planes[c]![i]!;
    }
  }
}

function cutOut(membrane: Membrane, rect: Rect): Membrane {
  const cut = createMembrane(rect.width, rect.height, membrane.planes.length);
  for (let y = 0; y < rect.height; y++) {
    const from = (rect.y + y) * membrane.width + rect.x;
    cut.kind.set(membrane.kind.subarray(from, from + rect.width), y * rect.width);
    for (const [c, plane] of membrane.planes.entries()) {
      cut.planes[c]!.set(plane.subarray(from, from + rect.width), y * rect.width);
    }
  }
  return cut;
}

/** The parts of a rectangle, row by row. */
function partsOf(rect: Rect): Rect[] {
  const parts: Rect[] = [];
  for (let y = rect.y; y < rect.y + rect.height; y += PART) {
    for (let x = rect.x; x < rect.x + rect.width; x += PART) {
      const width = Math.min(PART, rect.x + rect.width - x);
      parts.push({ x, y, width, height: Math.min(PART, rect.y + rect.height - y) });
    }
  }
  return parts;
}

/** A copy of the pixels of the source, and where they were in the raster. */
interface Source {
  pixels: Raster;
  rect: Rect;
  dx: number;
  dy: number;
}

/** The masked pixels of a raster that have a source. */
class Place {
  readonly width: number;
  readonly height: number;
  readonly channels: number;

  constructor(
    private readonly raster: Raster,
    private readonly mask: Mask,
    private readonly source: Source,
  ) {
    this.width = raster.width;
    this.height = raster.height;
    this.channels = raster.channels;
  }

  /** The first sample of the source of a pixel; -1 if that lies outside of the picture. */
  private sourceOf(x: number, y: number): number {
    const { rect, pixels, dx, dy } = this.source;
    const [u, v] = [x + dx - rect.x, y + dy - rect.y];
    return u < 0 || v < 0 || u >= rect.width || v >= rect.height ? -1 : (v * rect.width + u) * pixels.channels;
  }

  /** The values of the mask in a rectangle; 0 where there is no source. */
  private cover(rect: Rect): Uint8Array {
    const cover = new Uint8Array(rect.width * rect.height);
    if (!this.mask.any(rect)) return cover;
    this.mask.read(rect, cover);
    for (let y = 0, i = 0; y < rect.height; y++) {
      for (let x = 0; x < rect.width; x++, i++) {
        if (cover[i] !== 0 && this.sourceOf(rect.x + x, rect.y + y) < 0) cover[i] = 0;
      }
    }
    return cover;
  }

  /** A part of the grid: unknown inside the place, known at its rim, where it is what the source lacks. */
  membrane(rect: Rect): Membrane {
    const { raster, channels } = this;
    const { pixels } = this.source;
    const membrane = createMembrane(rect.width, rect.height, channels);
    const around = expand(rect, 1, raster);
    const cover = this.cover(around);
    const sum = new Float64Array(channels);
    for (let y = 0, i = 0; y < rect.height; y++) {
      for (let x = 0; x < rect.width; x++, i++) {
        const [px, py] = [rect.x + x, rect.y + y];
        const at = (py - around.y) * around.width + px - around.x;
        if (cover[at] !== 0) {
          membrane.kind[i] = UNKNOWN;
          continue;
        }
        const isIn = (inside: boolean, beside: number) => inside && cover[beside] !== 0;
        const left = isIn(px > around.x, at - 1);
        const right = isIn(px < around.x + around.width - 1, at + 1);
        const above = isIn(py > around.y, at - around.width);
        const below = isIn(py < around.y + around.height - 1, at + around.width);
        if (!left && !right && !above && !below) continue;
        membrane.kind[i] = KNOWN;
        // Where the rim itself has no source, the pixels beside it stand in.
        const own = this.sourceOf(px, py);
        const sources =
          own >= 0
            ? [own]
            : [
                ...(left ? [this.sourceOf(px - 1, py)] : []),
                ...(right ? [this.sourceOf(px + 1, py)] : []),
                ...(above ? [this.sourceOf(px, py - 1)] : []),
                ...(below ? [this.sourceOf(px, py + 1)] : []),
              ];
        sum.fill(0);
        for (const from of sources) for (let c = 0; c < channels; c++) sum[c]! += pixels.data[from + c]!;
        const target = (py * raster.width + px) * channels;
        for (let c = 0; c < channels; c++) {
          membrane.planes[c]![i] = raster.data[target + c]! - sum[c]! / sources.length;
        }
      }
    }
    return membrane;
  }

  /** Writes the source into a part, with what is added to it. */
  write(part: Rect, added: Membrane | null): void {
    const { raster, channels } = this;
    const { pixels } = this.source;
    const cover = this.cover(part);
    const max = maxValue(raster);
    for (let y = 0, i = 0; y < part.height; y++) {
      for (let x = 0; x < part.width; x++, i++) {
        if (cover[i] === 0) continue;
        const from = this.sourceOf(part.x + x, part.y + y);
        const target = ((part.y + y) * raster.width + part.x + x) * channels;
        for (let c = 0; c < channels; c++) {
          const value = Math.max(0, Math.min(max, pixels.data[from + c]! + (added?.planes[c]?.[i] ?? 0)));
          const now = raster.data[target + c]!;
          raster.data[target + c] = Math.round(cover[i] === 255 ? value : now + ((value - now) * cover[i]!) / 255);
        }
      }
    }
  }
}
