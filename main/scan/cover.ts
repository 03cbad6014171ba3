import { filled } from './regions';
import type { Box, Evidence, Patch } from './seams';

/** Finds the prints of a region that is no rectangle: the largest boxes all of whose sides can be seen. */

export interface Covering {
  readonly box: Box;
  /** Share of its outline along which the page changes sharply, 0..1. */
  readonly support: number;
}

/** At most so many rows and columns are tried as sides. */
const LINES = 44;
/** A box has to be filled with marks to this share, and each of its sides and all of them together supported. */
const FILLED = 0.8;
const SIDE = 0.6;
const OUTLINE = 0.8;

/** The boxes of a patch with four visible sides, whatever they overlap. */
export function boxesIn(patch: Patch, evidence: Evidence, least: number): Covering[] {
  const { width, height, marks } = patch;
  const rows = linesOf(patch, evidence.rows, true, least);
  const columns = linesOf(patch, evidence.columns, false, least);
  const full = sumsOf(filled(marks, width, height), width, height);
  const found: Covering[] = [];
  for (let a = 0; a < rows.length; a++) {
    for (let b = a + 1; b < rows.length; b++) {
      const [top, bottom] = [rows[a]!, rows[b]!];
      if (bottom.at - top.at < least) continue;
      for (let c = 0; c < columns.length; c++) {
        const left = columns[c]!;
        const leftSupport = share(left, top.at, bottom.at);
        if (leftSupport < SIDE) continue;
        for (let d = c + 1; d < columns.length; d++) {
          const right = columns[d]!;
          const [across, down] = [right.at - left.at, bottom.at - top.at];
          if (across < least || Math.max(across, down) > 6 * Math.min(across, down)) continue;
          const rightSupport = share(right, top.at, bottom.at);
          if (rightSupport < SIDE) continue;
          const [upper, lower] = [share(top, left.at, right.at), share(bottom, left.at, right.at)];
          if (upper < SIDE || lower < SIDE) continue;
          const support = ((leftSupport + rightSupport) * down + (upper + lower) * across) / (2 * (across + down));
          if (support < OUTLINE) continue;
          const box = { left: left.at, top: top.at, right: right.at, bottom: bottom.at };
          if (sumIn(full, width, box) < FILLED * across * down) continue;
          found.push({ box, support });
        }
      }
    }
  }
  return found;
}

interface Line {
  at: number;
  /** Sums of its support up to each place along it. */
  sums: Float32Array;
}

function share({ sums }: Line, from: number, to: number): number {
  // Corners are round, or torn.
  const inset = Math.min(3, (to - from) * 0.03);
  const [first, last] = [Math.round(from + inset), Math.round(to - inset)];
  return (sums[last]! - sums[first]!) / (last - first);
}

/** The rows or columns with the most sharp changes, and where the marks end. */
function linesOf({ width, height, marks }: Patch, edges: Uint8Array, isRow: boolean, least: number): Line[] {
  const [along, across, lines, length] = isRow ? [1, width, height, width] : [width, 1, width, height];
  const all: { line: Line; total: number }[] = [];
  for (let at = 4; at < lines - 4; at++) {
    const sums = new Float32Array(length + 1);
    for (let i = 0, place = at * across; i < length; i++, place += along) {
      const [before, after] = [marks[place - 3 * across]!, marks[place + 3 * across]!];
      const value = before + after === 0 ? 0 : edges[place] === 1 ? 1 : before !== after ? 0.8 : 0;
      sums[i + 1] = sums[i]! + value;
    }
    all.push({ line: { at, sums }, total: sums[length]! });
  }
  return all
    .filter(({ total }, i) => {
      if (total < least) return false;
      for (let near = Math.max(0, i - 2); near <= Math.min(all.length - 1, i + 2); near++) {
        const other = all[near]!.total;
        if (other > total || (other === total && near < i)) return false;
      }
      return true;
    })
    .sort((one, other) => other.total - one.total)
    .slice(0, LINES)
    .map(({ line }) => line)
    .sort((one, other) => one.at - other.at);
}

/** Sums over everything above and to the left of each place. */
function sumsOf(marks: Uint8Array, width: number, height: number): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += marks[y * width + x]!;
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row;
    }
  }
  return sums;
}

function sumIn(sums: Float64Array, width: number, { left, top, right, bottom }: Box): number {
  const at = (x: number, y: number) => sums[y * (width + 1) + x]!;
  return at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
}
