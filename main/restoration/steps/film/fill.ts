import type { FilmFaults, Scratch } from '../../../../contract/photo';
import { maxValue, type Raster } from '../../raster';
import type { StepTools } from '../../tools';

/**
 * Fills scratches from both sides. The pixels beside a scratch are mirrored into it, those of the left fading into those
 * of the right, so that texture and grain continue. A scratch that lets the picture through keeps the detail that it
 * shows, with its contrast restored, and only the rest comes from the sides.
 */

/** Columns beside a scratch that belong to its soft edges. */
const RIM = 1;
/** A column belongs to a scratch if it stands out by this share of what the strongest one does. */
const EDGE = 0.15;
/** Half the rows over which detail is told from tone, as a share of the photo's length, and at least. */
const SMOOTH = { share: 0.012, least: 4 } as const;
/** Below the first share of detail a scratch shows nothing of the picture, from the second one on it shows all. */
const THROUGH = { none: 0.35, all: 0.75 } as const;

/** Fills the scratches of a raster in place. All other pixels keep their bits. Throws CANCELLED. */
export async function fillScratches(
  raster: Raster,
  { across, lines }: FilmFaults['scratches'],
  strength: number,
  tools: StepTools,
): Promise<void> {
  for (const line of lines) {
    for (const part of line.parts) {
      fillPart(new Strip(raster, across, line, part), strength);
      await tools.breathe();
    }
  }
}

/** The surroundings of a part of a scratch, turned so that the scratch runs down, as floats. */
class Strip {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Per channel, row by row. */
  readonly planes: Float32Array[];
  /** The rows that are filled. */
  readonly from: number;
  readonly to: number;
  /** First and last column of the scratch, as it is expected. */
  readonly first: number;
  readonly last: number;
  readonly isBright: boolean;
  readonly smooth: number;
  readonly #raster: Raster;
  readonly #start: number;
  readonly #columnStep: number;
  readonly #rowStep: number;

  constructor(raster: Raster, across: boolean, line: Scratch, part: Scratch['parts'][number]) {
    const { channels } = raster;
    const breadth = across ? raster.height : raster.width;
    const length = across ? raster.width : raster.height;
    this.#raster = raster;
    this.channels = channels;
    this.isBright = line.isBright;
    this.#columnStep = channels * (across ? raster.width : 1);
    this.#rowStep = channels * (across ? 1 : raster.width);
    this.smooth = Math.max(SMOOTH.least, Math.round(SMOOTH.share * length));
    const first = Math.max(0, Math.min(breadth - 1, Math.floor(line.start * breadth)));
    const last = Math.max(first, Math.min(breadth - 1, Math.ceil((line.start + line.width) * breadth) - 1));
    const margin = 2 * (last - first + 1) + 4 + 2 * RIM;
    const left = Math.max(0, first - margin);
    const right = Math.min(breadth, last + 1 + margin);
    const from = Math.max(0, Math.round(part.from * length));
    const to = Math.min(length, Math.round(part.to * length));
    const top = Math.max(0, from - this.smooth);
    const bottom = Math.min(length, to + this.smooth);
    this.first = first - left;
    this.last = last - left;
    this.from = from - top;
    this.to = to - top;
    this.width = right - left;
    this.height = Math.max(0, bottom - top);
    this.#start = left * this.#columnStep + top * this.#rowStep;
    this.planes = Array.from({ length: channels }, (_, c) => {
      const plane = new Float32Array(this.width * this.height);
      for (let y = 0, i = 0; y < this.height; y++) {
        for (let x = 0; x < this.width; x++, i++) plane[i] = raster.data[this.#index(x, y, c)]!;
      }
      return plane;
    });
  }

  #index(x: number, y: number, c: number): number {
    return this.#start + x * this.#columnStep + y * this.#rowStep + c;
  }

  write(x: number, y: number, c: number, value: number): void {
    const { data } = this.#raster;
    data[this.#index(x, y, c)] = Math.max(0, Math.min(maxValue(this.#raster), Math.round(value)));
  }
}

function fillPart(strip: Strip, strength: number): void {
  const { width, height, from, to } = strip;
  if (to <= from) return;
  const [first, last] = columnsOf(strip);
  const breadth = last - first + 1;
  const through = shareThrough(strip, first, last);
  const own = Math.max(0, Math.min(1, (through - THROUGH.none) / (THROUGH.all - THROUGH.none)));
  for (let c = 0; c < strip.channels; c++) {
    const plane = strip.planes[c]!;
    const column = new Float64Array(height);
    const sides = new Float64Array(height);
    const filled = new Float64Array(breadth * (to - from));
    for (let x = first; x <= last; x++) {
      const left = 2 * first - 1 - x;
      const right = 2 * last + 1 - x;
      // At the picture's border there is only one side.
      const share = left < 0 ? 0 : right >= width ? 1 : (last + 1 - x) / (breadth + 1);
      for (let y = 0; y < height; y++) {
        const row = y * width;
        column[y] = plane[row + x]!;
        sides[y] = (share > 0 ? share * plane[row + left]! : 0) + (share < 1 ? (1 - share) * plane[row + right]! : 0);
      }
      const tone = own > 0 ? smoothed(column, strip.smooth) : column;
      const sidesTone = own > 0 ? smoothed(sides, strip.smooth) : sides;
      for (let y = from; y < to; y++) {
        const detail = own > 0 ? (column[y]! - tone[y]!) / through - (sides[y]! - sidesTone[y]!) : 0;
        filled[(x - first) * (to - from) + y - from] = sides[y]! + own * detail;
      }
    }
    for (let x = first; x <= last; x++) {
      for (let y = from; y < to; y++) {
        const before = plane[y * width + x]!;
        strip.write(x, y, c, before + strength * (filled[(x - first) * (to - from) + y - from]! - before));
      }
    }
  }
}

/** The columns that stand out, by the mean of all rows, with a rim. */
function columnsOf({ width, planes, from, to, first, last, isBright }: Strip): [number, number] {
  const sign = isBright ? 1 : -1;
  const profile = new Float64Array(width);
  for (const plane of planes) {
    for (let y = from; y < to; y++) {
      const row = y * width;
      const [left, right] = [plane[row]!, plane[row + width - 1]!];
      for (let x = 0; x < width; x++)
        profile[x]! += sign * (plane[row + x]! - left - ((right - left) * x) / (width - 1 || 1));
    }
  }
  const reach = Math.ceil((last - first + 1) / 2) + 1;
  let peak = first;
  for (let x = first; x <= last; x++) if (profile[x]! > profile[peak]!) peak = x;
  let [start, end] = [peak, peak];
  const least = EDGE * profile[peak]!;
  while (start > Math.max(0, first - reach) && profile[start - 1]! > least) start--;
  while (end < Math.min(width - 1, last + reach) && profile[end + 1]! > least) end++;
  return [Math.max(0, start - RIM), Math.min(width - 1, end + RIM)];
}

/** How much of the picture's detail shows through a scratch, 0..1, compared with the columns beside it. */
function shareThrough(strip: Strip, first: number, last: number): number {
  const { width, height, planes, from, to } = strip;
  const detailOf = (x: number) => {
    if (x < 0 || x >= width) return null;
    const column = Float64Array.from({ length: height }, (_, y) =>
      planes.reduce((sum, plane) => sum + plane[y * width + x]!, 0),
    );
    const tone = smoothed(column, strip.smooth);
    return column.map((value, y) => value - tone[y]!);
  };
  const product = (one: Float64Array, other: Float64Array) => {
    let sum = 0;
    for (let y = from; y < to; y++) sum += one[y]! * other[y]!;
    return sum;
  };
  const middle = detailOf((first + last) >> 1)!;
  const beside = [detailOf(first - 1), detailOf(last + 1)].filter((each) => each !== null);
  const usual = beside.reduce((sum, each) => sum + product(each, each), 0) / Math.max(1, beside.length);
  return usual <= 0 ? 1 : Math.min(1, Math.sqrt(product(middle, middle) / usual));
}

/** The mean of each value and its neighbours at up to `reach`. */
function smoothed(values: Float64Array, reach: number): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return values.map((_, i) => {
    const start = Math.max(0, i - reach);
    const end = Math.min(values.length, i + reach + 1);
    return (sums[end]! - sums[start]!) / (end - start);
  });
}
