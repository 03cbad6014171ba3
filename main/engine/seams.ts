import type { Raster } from '../restoration/raster';
import type { TilePlan } from './tile-plan';

/** Length in pixels of the runs into which a border is divided. Texture averages out along a run, a seam does not. */
const RUN = 64;
/** Differences, in levels, that cannot be seen. */
const FLOOR = 0.02;
/** Lines on each side of a border that it is compared with. */
const NEIGHBOURS = 6;

/** Borders between tiles: the first columns and rows of the tiles that have another one to their left or above. */
export interface Borders {
  columns: readonly number[];
  rows: readonly number[];
}

export function bordersOf({ cores }: Pick<TilePlan, 'cores'>): Borders {
  const starts = (values: number[]) => [...new Set(values)].filter((value) => value > 0);
  return { columns: starts(cores.map(({ x }) => x)), rows: starts(cores.map(({ y }) => y)) };
}

/**
 * How much the borders of tiles stand out in a picture. 1: no more than the lines beside them, as in a picture without
 * seams; 2: twice as much.
 *
 * At each line it measures the step that the slopes on both sides do not explain, averaged along runs of 64 pixels.
 * Each run of a border is compared with the same run of six lines on each side, which are `grid` pixels apart. The
 * result is the geometric mean of these ratios.
 *
 * @param borders borders in the picture as it was computed
 * @param scale enlargement of the picture since then
 * @param grid the generator's `multiple`. Its strides cause a texture, so the lines beside a border must have the same
 * phase.
 */
export function seamRatio(picture: Raster, { columns, rows }: Borders, grid: number, scale = 1): number {
  const offsets = Array.from({ length: NEIGHBOURS }, (_, i) => (i + 1) * grid).flatMap((offset) => [-offset, offset]);
  const reach = Math.ceil(scale);
  let sum = 0;
  let count = 0;
  for (const [lines, isColumn] of [
    [columns, true],
    [rows, false],
  ] as const) {
    const length = isColumn ? picture.width : picture.height;
    const steps = (line: number) => {
      const at = Math.round(line * scale);
      return at >= 2 * reach && at <= length - 2 * reach ? stepsAcross(picture, at, isColumn, reach) : null;
    };
    for (const line of lines) {
      const own = steps(line)!;
      const others = offsets.map((offset) => steps(line + offset)).filter((each) => each !== null);
      for (let i = 0; i < own.length; i++) {
        const usual = others.reduce((total, each) => total + Math.log(each[i]! + FLOOR), 0) / others.length;
        sum += Math.log(own[i]! + FLOOR) - usual;
        count++;
      }
    }
  }
  return Math.exp(sum / count);
}

/**
 * The unexplained step before a column or row, in levels, for each run along it. `reach` pixels on each side are
 * averaged.
 */
function stepsAcross(
  { width, height, channels, data }: Raster,
  line: number,
  isColumn: boolean,
  reach: number,
): number[] {
  const length = isColumn ? height : width;
  const [along, across] = isColumn ? [width * channels, channels] : [channels, width * channels];
  const steps: number[] = [];
  for (let start = 0; start + RUN <= length; start += RUN) {
    let square = 0;
    for (let c = 0; c < channels; c++) {
      let step = 0;
      for (let i = start; i < start + RUN; i++) {
        const at = i * along + line * across + c;
        for (let k = 0; k < reach; k++) {
          const near = data[at + k * across]! - data[at - (k + 1) * across]!;
          const far = data[at + (k + reach) * across]! - data[at - (k + reach + 1) * across]!;
          step += 1.5 * near - 0.5 * far;
        }
      }
      square += (step / (RUN * reach)) ** 2;
    }
    steps.push(Math.sqrt(square / channels));
  }
  return steps;
}
