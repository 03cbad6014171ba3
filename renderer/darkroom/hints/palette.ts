/** The colours of a picture, to be given to other places of it. */

/** The most colours that a photo offers. */
export const MOST_COLOURS = 8;
/** Two colours are the same to the eye if they are closer than this, in steps of 0 to 255 of Cb and Cr. */
export const LEAST_APART = 6;
/** A paler colour says nothing that grey does not. */
const LEAST_CHROMA = 4;
const ROUNDS = 8;

interface Chroma {
  cb: number;
  cr: number;
}

/**
 * The colours that are most unlike one another in a picture, the most frequent first: its pixels in groups by hue and
 * strength (k-means over Cb and Cr, begun with the pixels that are furthest apart), each by its mean, in which strong colours count more.
 *
 * @param data RGBA, four bytes for each pixel
 * @returns at most {@link MOST_COLOURS} different `#rrggbb`; none for a picture without colours
 */
export function paletteOf(data: Uint8ClampedArray): string[] {
  const pixels: (Chroma & { at: number })[] = [];
  for (let at = 0; at < data.length; at += 4) {
    const { cb, cr } = chromaOf(data[at]!, data[at + 1]!, data[at + 2]!);
    if (Math.hypot(cb, cr) >= LEAST_CHROMA) pixels.push({ cb, cr, at });
  }
  let centres = farApart(pixels);
  let groups: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    groups = pixels.map((pixel) => nearest(centres, pixel));
    centres = centres.map((centre, group) => {
      const own = pixels.filter((_, i) => groups[i] === group);
      return own.length === 0 ? centre : { cb: mean(own, ({ cb }) => cb), cr: mean(own, ({ cr }) => cr) };
    });
  }
  const found = centres
    .map((centre, group) => {
      const own = pixels.filter((_, i) => groups[i] === group);
      const rgb = [0, 1, 2].map((c) => Math.round(mean(own, ({ at }) => data[at + c]!)));
      return { centre, count: own.length, rgb };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  // Groups may have moved towards one another.
  return found
    .filter(({ centre }, i) => found.slice(0, i).every((other) => apart(other.centre, centre) >= LEAST_APART))
    .map(({ rgb }) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`);
}

/** The mean of pixels. Strong colours count more: of a muted photo the mean of everything would be grey. */
function mean<T extends Chroma>(pixels: readonly T[], value: (pixel: T) => number): number {
  let [sum, weights] = [0, 0];
  for (const pixel of pixels) {
    const weight = pixel.cb * pixel.cb + pixel.cr * pixel.cr;
    sum += weight * value(pixel);
    weights += weight;
  }
  return sum / weights;
}

/** Pixels that are as far apart as possible: each the furthest from those before it. */
function farApart(pixels: readonly Chroma[]): Chroma[] {
  const chosen: Chroma[] = [];
  // The first is the strongest colour.
  let distances = pixels.map(({ cb, cr }) => Math.hypot(cb, cr));
  while (chosen.length < MOST_COLOURS && pixels.length > 0) {
    const best = distances.reduce((most, each, i) => (each > distances[most]! ? i : most), 0);
    if (chosen.length > 0 && distances[best]! < LEAST_APART) break;
    const isFirst = chosen.push(pixels[best]!) === 1;
    distances = pixels.map((pixel, i) => {
      const distance = apart(pixels[best]!, pixel);
      return isFirst ? distance : Math.min(distances[i]!, distance);
    });
  }
  return chosen;
}

const apart = (a: Chroma, b: Chroma): number => Math.hypot(a.cb - b.cb, a.cr - b.cr);

function nearest(centres: readonly Chroma[], pixel: Chroma): number {
  let best = 0;
  for (let i = 1; i < centres.length; i++) if (apart(centres[i]!, pixel) < apart(centres[best]!, pixel)) best = i;
  return best;
}

/** Cb and Cr (ITU-R BT.601, full range), -128 to 128. */
export function chromaOf(red: number, green: number, blue: number): Chroma {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return { cb: (blue - luma) / 1.772, cr: (red - luma) / 1.402 };
}
