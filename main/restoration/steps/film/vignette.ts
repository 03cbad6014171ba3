import type { Vignette } from '../../../../contract/photo';
import { toLinear } from '../../colour';
import type { Planes } from '../../raster';
import { type Observation, robustFit } from './robust-fit';

/**
 * A vignette darkens a picture by its distance from the middle, whatever lies there. In small blocks the slope of the
 * logarithm of light towards the middle is the vignette's, plus what the scene does, which goes either way. So a smooth
 * even polynomial that only falls is fitted to the slopes, robustly (after Zheng et al., "Single-image vignetting
 * correction", PAMI 31, 2009). Scenes are often brighter in the middle too, so the fit is toned down, and to propose a
 * correction, every direction has to agree.
 */

/** The copy on which vignettes are looked for has at most this many pixels. */
export const VIGNETTE_PIXELS = 154_000;
const BLOCK = 6;
const POWERS = [2, 4, 6] as const;
/** Least and most light of a pixel that counts, and what is added before the logarithm. */
const LIGHT = { least: 0.004, most: 0.92, flare: 0.003 } as const;
/** Usual slope of a scene, as the logarithm of light from the middle to a corner. */
const USUAL_SLOPE = 0.3;
/** Nearer to the middle than this the direction is uncertain. */
const MIDDLE = 0.1;
const LEAST_BLOCKS = 200;
const SECTORS = 8;
/** Share of the fit that is the vignette's, over many photographs; the rest is the scene's. */
const SHARE = 0.7;
/** A fit weaker than this many stops at the corners, or times its error, is taken for the scene's. */
const LEAST = { stops: 0.25, sure: 1.2 } as const;
/** Times its error from which a fit is certain, and the stops that it needs for that. */
const CERTAIN = { sure: 7, stops: 0.8 } as const;
/** Error, in stops, that even a fit without any contradiction has. */
const LEAST_ERROR = 0.15;

interface Slope extends Observation {
  sector: number;
}

/** The vignette of a small picture; null if there is hardly any. */
export function findVignette(small: Planes): Vignette | null {
  const slopes = slopesOf(small);
  if (slopes.length < LEAST_BLOCKS) return null;
  const found = robustFit(slopes);
  const total = stopsOf(found);
  // Most photos have none, and end here.
  if (total < LEAST.stops) return null;
  // How much the fit changes when one sector is left out says how well the sectors agree (a jackknife).
  const others = Array.from({ length: SECTORS }, (_, sector) =>
    stopsOf(robustFit(slopes.filter((slope) => slope.sector !== sector))),
  );
  const mean = others.reduce((sum, stops) => sum + stops, 0) / SECTORS;
  const error = Math.sqrt(((SECTORS - 1) / SECTORS) * others.reduce((sum, stops) => sum + (stops - mean) ** 2, 0));
  const sure = total / (error + LEAST_ERROR);
  if (sure < LEAST.sure) return null;
  return {
    terms: POWERS.map((power, i) => ({ power, stops: (SHARE * found[i]!) / Math.LN2 })),
    isCertain: sure >= CERTAIN.sure && total >= CERTAIN.stops,
  };
}

const stopsOf = (found: readonly number[]) => found.reduce((sum, each) => sum + each, 0) / Math.LN2;

/** The slope away from the middle of each block whose light can be told. */
function slopesOf(small: Planes): Slope[] {
  const { width, height } = small;
  const light = lightOf(small);
  const corner = Math.hypot(width, height) / 2;
  const middle = (BLOCK - 1) / 2;
  const n = BLOCK * BLOCK;
  const spread = (n * (BLOCK * BLOCK - 1)) / 12;
  const slopes: Slope[] = [];
  for (let top = BLOCK; top + BLOCK <= height - BLOCK / 2; top += BLOCK) {
    for (let left = BLOCK; left + BLOCK <= width - BLOCK / 2; left += BLOCK) {
      const dx = (left + BLOCK / 2 - width / 2) / corner;
      const dy = (top + BLOCK / 2 - height / 2) / corner;
      const r = Math.hypot(dx, dy);
      if (r < MIDDLE) continue;
      let [sum, squares, across, down, unusable] = [0, 0, 0, 0, 0];
      for (let y = 0; y < BLOCK; y++) {
        for (let x = 0; x < BLOCK; x++) {
          const value = light[(top + y) * width + left + x]!;
          if (value < LIGHT.least || value > LIGHT.most) unusable++;
          const log = Math.log(value + LIGHT.flare);
          sum += log;
          squares += log * log;
          across += (x - middle) * log;
          down += (y - middle) * log;
        }
      }
      if (unusable > n / 10) continue;
      const rest = squares - sum ** 2 / n - (across ** 2 + down ** 2) / spread;
      const error = (Math.sqrt(Math.max(0, rest) / (n - 3)) / Math.sqrt(spread)) * corner;
      slopes.push({
        features: POWERS.map((power) => -power * r ** (power - 1)),
        value: (corner * (across * dx + down * dy)) / spread / r,
        scale: USUAL_SLOPE + error,
        sector: Math.floor((Math.atan2(dy, dx) / Math.PI + 1) * (SECTORS / 2)) % SECTORS,
      });
    }
  }
  return slopes;
}

function lightOf({ width, height, values: planes }: Planes): Float32Array {
  const count = width * height;
  const light = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    light[i] =
      0.2126 * toLinear(planes[i]!) + 0.7152 * toLinear(planes[i + count]!) + 0.0722 * toLinear(planes[i + 2 * count]!);
  }
  return light;
}
