import { quantile } from '../restoration/statistics';
import type { Coarse } from './coarse';
import type { Lid } from './lid';
import { cornersOf, type Rectangle } from './sides';

/** Moves the sides of a rectangle to where the lid ends, also where it lies in the print's shadow. */

/** How far outwards and inwards the end of the lid is looked for, as shares of the page's longer side. */
const OUTWARDS = 0.014;
const INWARDS = 0.038;
/** A row beside a print is lid where this share of its pixels has the lid's colours, all in one light. */
const IS_LID = 0.75;
/** The darkest shadow, and how much it may change from one pixel to the next. */
const DARKEST = 0.3;
const FASTER = 0.14;
const STEPS = [0.004, 0.01, 0.02, 0.04, 0.06, 0.08, 0.11, 0.14].flatMap((step) => [-step, step / 2]);
/** A side of which less than this share lies beside the lid stays where it is. */
const FACING = 0.3;

export function settle(coarse: Coarse, lid: Lid, rectangle: Rectangle) {
  const corners = cornersOf(rectangle);
  const ends = corners.map((from, i) => {
    const extent = i % 2 === 0 ? rectangle.height : rectangle.width;
    return lidEnd(coarse, lid, from, corners[(i + 1) % 4]!, 0.25 * extent);
  });
  return {
    rectangle: moved(
      rectangle,
      ends.map(({ away }) => away ?? 0),
    ),
    settled: ends.map(({ away }) => away !== null),
    /** Share of each side that lies beside the lid, 0..1. */
    facing: ends.map(({ facing }) => facing),
  };
}

/** A rectangle with its top, right, bottom and left side moved outwards. */
export function moved({ x, y, width, height, angle }: Rectangle, outwards: readonly number[]): Rectangle {
  const [top, right, bottom, left] = outwards as [number, number, number, number];
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [u, v] = [(right - left) / 2, (bottom - top) / 2];
  return {
    x: x + u * cos - v * sin,
    y: y + u * sin + v * cos,
    width: width + left + right,
    height: height + top + bottom,
    angle,
  };
}

/** How far outside of a side the lid ends, in coarse pixels, negative inside; null where it cannot be seen. */
function lidEnd(
  { width, height, planes }: Coarse,
  lid: Lid,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  most: number,
): { away: number | null; facing: number } {
  const long = Math.max(width, height);
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [nx, ny] = [dy, -dx];
  const out = Math.max(6, Math.round(OUTWARDS * long));
  const within = Math.round(Math.min(INWARDS * long, most));
  const rows = out + within + 1;
  /** From the outermost row inwards: where each of its pixels lies on the page, or -1 outside of it. */
  const places: Int32Array[] = [];
  for (let t = 0.05 * length; t < 0.95 * length; t += 1.5) {
    const place = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const away = out - row;
      const [x, y] = [Math.floor(x0 + dx * t + nx * away), Math.floor(y0 + dy * t + ny * away)];
      place[row] = x >= 0 && y >= 0 && x < width && y < height ? y * width + x : -1;
    }
    places.push(place);
  }
  /** The first row of three of lid from outside, at most a little inside. */
  const starts: number[] = [];
  const facing = places.filter((place) => {
    for (let row = 2; row <= Math.min(rows - 1, out + 3); row++) {
      if ([0, 1, 2].every((step) => place[row - step]! >= 0 && lid.marks[place[row - step]!] === 0)) {
        starts.push(row);
        return true;
      }
    }
    return false;
  });
  const facingShare = facing.length / Math.max(1, places.length);
  const found = (away: number | null) => ({ away, facing: facingShare });
  if (facing.length < Math.max(8, FACING * places.length)) return found(null);
  const start = Math.min(quantile(starts, 0.7), out);
  /** `slope`: how much the shade changes from row to row; pixels lie up to half a row beside it. */
  const share = (row: number, shade: number, slope: number) => {
    let [sum, count] = [0, 0];
    for (const place of facing) {
      const at = place[row]!;
      if (at < 0) continue;
      count += 1;
      const [x, y] = [at % width, Math.floor(at / width)];
      const isLid =
        lid.isLidAt(x, y, shade) ||
        (slope > 0.01 && (lid.isLidAt(x, y, shade + slope / 2) || lid.isLidAt(x, y, shade - slope / 2)));
      if (isLid) sum += 1;
    }
    return count === 0 ? 1 : sum / count;
  };
  const means = Array.from({ length: rows }, (_, row) => {
    let [sum, count] = [0, 0];
    for (const place of facing) if (place[row]! >= 0) [sum, count] = [sum + planes[0][place[row]!]!, count + 1];
    return count === 0 ? 0 : sum / count;
  });
  const change = (row: number) => (row < 1 || row >= rows - 1 ? 0 : Math.abs(means[row + 1]! - means[row - 1]!));
  const before = Math.max(start + 1, out - 4);
  const usual = quantile(
    means.slice(start, before).map((_, i) => change(start + i)),
    0.9,
  );
  const level = quantile(means.slice(Math.max(0, start - 2), before), 0.5);
  let shade = 1;
  /** The light, near that of the row before, in which most of a row looks like the lid. */
  const shadeOf = (row: number) => {
    let best = { shade, share: share(row, shade, 0) };
    for (const other of [means[row]! / Math.max(1, level), ...STEPS.map((step) => shade + step)]) {
      if (best.share > 0.985) break;
      if (other < DARKEST || other > 1.02 || Math.abs(other - shade) > FASTER) continue;
      const value = share(row, other, Math.abs(other - shade));
      if (value > best.share + 0.01) best = { shade: other, share: value };
    }
    return best;
  };
  for (let row = start + 1; row < rows - 4; row++) {
    const here = change(row);
    const isStep =
      row > start + 1 &&
      here > 3 + 3 * usual + 2.2 * Math.max(change(row - 3), change(row + 3)) &&
      here >= change(row - 1) &&
      here >= change(row + 1);
    if (isStep) return found(out - row - 0.5);
    const best = shadeOf(row);
    // One row may be where the shadow begins.
    if (best.share < IS_LID && shadeOf(row + 1).share < IS_LID) return found(out - row);
    shade = best.shade;
  }
  return found(null);
}
