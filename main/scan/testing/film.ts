import { fromLinear, toLinear } from '../../restoration/colour';
import { createRaster, maxValue, type Raster } from '../../restoration/raster';
import { random } from '../../restoration/testing/random';

/**
 * Photographs as negatives in a scanner. The films are those of their makers' data sheets: the characteristic curves (status M
 * densities against log exposure in lux seconds) of Kodak's E-4050 (Portra 400) and E-7022 (Gold 200) and of Fujifilm's data sheet of
 * Superia X-TRA 400, each described by four figures per layer. Dyes that take light from their neighbours, the exposure, and what
 * one roll differs from the data sheet are drawn by seed.
 */

type Three = readonly [number, number, number];

export interface Film {
  /** Density of the unexposed film. */
  base: Three;
  /** Density per decade of exposure on the straight part. */
  gamma: Three;
  /** Log exposure at which the straight part would reach the base. */
  start: Three;
  /** Roundness of the toe, in decades. */
  toe: Three;
  /** Log exposure above `start` at which the shoulder begins, and its roundness, in decades. */
  shoulder: readonly [number, number];
}

export const FILMS: Record<'portra400' | 'gold200' | 'superia400', Film> = {
  portra400: {
    base: [0.22, 0.65, 0.87],
    gamma: [0.55, 0.55, 0.64],
    start: [-2.68, -2.73, -2.85],
    toe: [0.15, 0.17, 0.18],
    shoulder: [3.4, 0.3],
  },
  gold200: {
    base: [0.25, 0.66, 0.96],
    gamma: [0.545, 0.57, 0.62],
    start: [-2.38, -2.42, -2.37],
    toe: [0.18, 0.18, 0.16],
    shoulder: [2.4, 0.2],
  },
  superia400: {
    base: [0.14, 0.45, 0.72],
    gamma: [0.61, 0.67, 0.695],
    start: [-2.83, -2.83, -2.81],
    toe: [0.3, 0.2, 0.17],
    shoulder: [3.2, 0.3],
  },
};

/** A negative in a scanner, by its seed. */
export interface Shot {
  film: Film;
  /** Decades between the foot of the straight part and a white surface, per layer. */
  white: Three;
  /** Share of a neighbouring layer's density in each channel: rows are channels, columns are layers. */
  crosstalk: readonly [Three, Three, Three];
  /** Standard deviation of the density, of grain and scanner. */
  noise: number;
  /** Brightness of the scanner's lamp per channel. */
  lamp: Three;
}

/** Decades above the foot at which a correct exposure has a white surface: mid-grey is placed a decade above it. */
const WHITE = 1.75;
/** What the red, green and blue light of a scanner sees of cyan, magenta and yellow dye. */
const DYES = [
  [1, 0.08, 0.02],
  [0.1, 1, 0.07],
  [0.04, 0.14, 1],
] as const;

/** Draws a film and its exposure. `stops`: how far the exposure is off at most. */
export function drawShot(seed: number, stops = 1): Shot {
  const next = random(seed * 17 + 3);
  const around = (spread: number) => (2 * next() - 1) * spread;
  const three = (of: (c: 0 | 1 | 2) => number): Three => [of(0), of(1), of(2)];
  const names = Object.keys(FILMS) as (keyof typeof FILMS)[];
  const sheet = FILMS[names[Math.floor(next() * names.length)]!];
  const contrast = around(0.06);
  const film: Film = {
    base: three((c) => sheet.base[c] + around(0.06)),
    gamma: three((c) => sheet.gamma[c] * (1 + contrast + around(0.05))),
    start: sheet.start,
    toe: three((c) => sheet.toe[c] * (1 + around(0.3))),
    shoulder: sheet.shoulder,
  };
  const exposure = around(stops * Math.log10(2));
  return {
    film,
    white: three(() => WHITE + exposure + around(0.04)),
    crosstalk: [0, 1, 2].map((row) =>
      three((column) => (row === column ? 1 : DYES[row]![column]! * (1 + around(0.8)))),
    ) as unknown as Shot['crosstalk'],
    noise: 0.002 + 0.006 * next(),
    lamp: three(() => 0.9 + 0.1 * next()),
  };
}

const softplus = (x: number, roundness: number) =>
  x > 30 * roundness ? x : roundness * Math.log1p(Math.exp(x / roundness));

/** Density above the base of a layer, `above` decades of exposure above its foot. */
export function densityAt({ gamma, toe, shoulder }: Film, layer: 0 | 1 | 2, above: number): number {
  const [begin, roundness] = shoulder;
  return gamma[layer] * (softplus(above, toe[layer]) - 0.8 * softplus(above - begin, roundness));
}

export interface StripOptions {
  /** Share of the width that is unexposed film at the left edge; 0: none. */
  strip?: number;
  depth?: 8 | 16;
  seed?: number;
}

/** The scan of a photograph's negative, in sRGB; its strip of unexposed film is added to the width. */
export function drawNegative(
  photo: Raster,
  shot: Shot,
  { strip = 0, depth = 16, seed = 1 }: StripOptions = {},
): Raster {
  const { width, height, channels } = photo;
  const wide = Math.round(width * strip);
  const scan = createRaster(width + wide, height, 3, depth);
  const next = random(seed);
  const max = maxValue(scan);
  const scale = 1 / maxValue(photo);
  const layers = ([0, 1, 2] as const).map((layer) =>
    Float64Array.from({ length: 1025 }, (_, i) => {
      const light = toLinear(i / 1024);
      return light <= 0 ? 0 : densityAt(shot.film, layer, Math.log10(light) + shot.white[layer]);
    }),
  );
  const dye = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < scan.width; x++) {
      const to = (y * scan.width + x) * 3;
      const from = (y * width + x - wide) * channels;
      for (let c = 0; c < 3; c++) {
        if (x < wide) {
          dye[c] = 0;
          continue;
        }
        const place = photo.data[from + (channels === 1 ? 0 : c)]! * scale * 1024;
        const low = Math.min(1023, Math.floor(place));
        dye[c] = layers[c]![low]! + (place - low) * (layers[c]![low + 1]! - layers[c]![low]!);
      }
      for (let c = 0; c < 3; c++) {
        const [cyan, magenta, yellow] = shot.crosstalk[c]!;
        const grain = (next() + next() + next() + next() - 2) * 1.73 * shot.noise;
        const density = shot.film.base[c]! + cyan * dye[0]! + magenta * dye[1]! + yellow * dye[2]! + grain;
        const light = shot.lamp[c]! * 10 ** -density;
        scan.data[to + c] = Math.max(0, Math.min(max, Math.round(fromLinear(light) * max)));
      }
    }
  }
  return scan;
}
