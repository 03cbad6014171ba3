import { fromLinear, toLinear } from '../../main/restoration/colour';
import { type Picture, Random } from './protocol';

/**
 * Photographs with the faults of scanned film: scratches along the film, light leaks and dark corners. None of the
 * functions here is one that the product fits to a photo.
 */

/** A scratched picture, and what is judged. */
export interface Scratched {
  picture: Picture;
  /** 1 where a scratch is visible. */
  label: Uint8Array;
  /** 0 where a scratch lies, but can hardly be seen; it is not judged. */
  judged: Uint8Array;
}

/** A fault that changes a pixel by less than this many levels cannot be seen. */
const VISIBLE = 4;
const LEVELS = Float64Array.from({ length: 256 }, (_, value) => toLinear(value / 255));

const level = (linear: number) => Math.round(255 * fromLinear(Math.max(0, Math.min(1, linear))));

/** A number between two bounds. */
function between(random: Random, low: number, high: number): number {
  return low + ((high - low) * random.below(10_001)) / 10_000;
}

interface Stroke {
  centre: number;
  /** In pixels. */
  width: number;
  colour: readonly [number, number, number];
  opacity: number;
  /** The parts of the length that it covers, 0..1. */
  parts: readonly (readonly [from: number, to: number])[];
  sway: { size: number; turns: number; phase: number };
}

/**
 * One to five scratches of 1 to 6 pixels (of 768), all in the direction of the film: in one of five pictures it runs
 * across. Half of them cross the whole picture, half are broken, half are faint.
 */
export function scratched(picture: Picture, set: string, index: number): Scratched {
  const random = new Random(`film scratches ${set}`, index);
  const across = random.below(5) === 0;
  const { width, height } = picture;
  const [breadth, length] = across ? [height, width] : [width, height];
  const data = picture.data.slice();
  const label = new Uint8Array(width * height);
  const judged = new Uint8Array(width * height).fill(1);
  const count = 1 + random.below(5);
  for (let i = 0; i < count; i++) {
    const stroke = newStroke(random, breadth, Math.max(width, height) / 768);
    for (const [from, to] of stroke.parts) {
      for (let along = Math.floor(from * length); along < Math.ceil(to * length); along++) {
        const share = along / length;
        const { size, turns, phase } = stroke.sway;
        const centre = stroke.centre + size * Math.sin(2 * Math.PI * (turns * share + phase));
        // The ends of a part fade out, and the opacity wavers.
        const ends = Math.min(1, (share - from) / 0.01, (to - share) / 0.01);
        const waver = 0.85 + 0.15 * Math.sin(2 * Math.PI * (3 * turns * share + 2 * phase));
        const opacity = stroke.opacity * Math.max(0, ends) * waver;
        const [left, right] = [centre - stroke.width / 2, centre + stroke.width / 2];
        for (let place = Math.max(0, Math.floor(left)); place < Math.min(breadth, Math.ceil(right)); place++) {
          const cover = opacity * (Math.min(place + 1, right) - Math.max(place, left));
          if (cover <= 0) continue;
          const pixel = across ? place * width + along : along * width + place;
          let change = 0;
          for (let c = 0; c < 3; c++) {
            const before = data[3 * pixel + c]!;
            const after = Math.round(before + cover * (stroke.colour[c]! - before));
            data[3 * pixel + c] = after;
            change = Math.max(change, Math.abs(after - before));
          }
          judged[pixel] = 0;
          if (change >= VISIBLE) label[pixel] = 1;
        }
      }
    }
  }
  for (let i = 0; i < judged.length; i++) if (label[i]) judged[i] = 1;
  return { picture: { width, height, data }, label, judged };
}

function newStroke(random: Random, breadth: number, scale: number): Stroke {
  const isBright = random.below(2) === 0;
  const isFaint = random.below(2) === 0;
  const isWhole = random.below(2) === 0;
  const isBroken = random.below(2) === 0;
  const tint = [0, 0, 0].map(() => between(random, 0, 40));
  const colour = tint.map((by) => (isBright ? 255 - by : by)) as unknown as Stroke['colour'];
  const length = isWhole ? 1 : between(random, 0.5, 0.9);
  const start = isWhole ? 0 : between(random, 0, 1 - length);
  const parts: [number, number][] = [];
  let at = start;
  while (at < start + length - 0.01) {
    const end = isBroken ? Math.min(start + length, at + between(random, 0.12, 0.4)) : start + length;
    parts.push([at, end]);
    at = end + between(random, 0.02, 0.12);
  }
  return {
    centre: breadth * between(random, 0.03, 0.97),
    width: scale * between(random, 1, 6),
    colour,
    opacity: isFaint ? between(random, 0.15, 0.4) : between(random, 0.5, 1),
    parts,
    sway: { size: between(random, 0, 0.4), turns: between(random, 0.3, 1.5), phase: between(random, 0, 1) },
  };
}

/**
 * A light leak: two or three soft lobes of red and orange light around a place at an edge, added in linear light. Their
 * core is more yellow than their rim.
 */
export function leaked({ width, height, data }: Picture, set: string, index: number): Picture {
  const random = new Random(`film leak ${set}`, index);
  const edge = random.below(4);
  const green = between(random, 0.2, 0.5);
  const blue = between(random, 0.02, 0.15);
  const lobes = Array.from({ length: 2 + random.below(2) }, () => ({
    /** Along the edge, 0..1, and into the picture, below 0 outside it. */
    along: between(random, 0, 1),
    into: between(random, -0.1, 0),
    wide: between(random, 0.25, 0.9),
    deep: between(random, 0.12, 0.35),
    strength: between(random, 0.12, 0.4),
    power: between(random, 0.8, 1.3),
  }));
  const out = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const along = edge < 2 ? v : u;
      const into = [u, 1 - u, v, 1 - v][edge]!;
      let red = 0;
      let yellow = 0;
      for (const lobe of lobes) {
        const far = ((along - lobe.along) / lobe.wide) ** 2 + ((into - lobe.into) / lobe.deep) ** 2;
        red += lobe.strength / (1 + far ** lobe.power) ** 2;
        yellow += lobe.strength / (1 + (1.8 * far) ** lobe.power) ** 2;
      }
      out[i] = level(LEVELS[data[i]!]! + red);
      out[i + 1] = level(LEVELS[data[i + 1]!]! + green * yellow);
      out[i + 2] = level(LEVELS[data[i + 2]!]! + blue * yellow);
    }
  }
  return { width, height, data: out };
}

/**
 * Dark corners, half a stop to two stops dark: by the fourth power of the cosine, or by a power of the distance from a
 * middle that is not quite that of the picture.
 */
export function vignetted({ width, height, data }: Picture, set: string, index: number): Picture {
  const random = new Random(`film vignette ${set}`, index);
  const stops = between(random, 0.5, 2);
  const isCosine = random.below(2) === 0;
  const power = between(random, 1.8, 4);
  const [cx, cy] = [0.5 + between(random, -0.04, 0.04), 0.5 + between(random, -0.04, 0.04)];
  const corner = Math.hypot(width, height) / 2;
  // cos^4 of the angle whose tangent is slope at the corner.
  const slope = Math.sqrt(2 ** (stops / 2) - 1);
  const dark = 1 - 2 ** -stops;
  const out = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const r = Math.hypot(x + 0.5 - cx * width, y + 0.5 - cy * height) / corner;
      const light = isCosine ? 1 / (1 + (slope * r) ** 2) ** 2 : Math.max(0.02, 1 - dark * r ** power);
      for (let c = 0; c < 3; c++, i++) out[i] = level(light * LEVELS[data[i]!]!);
    }
  }
  return { width, height, data: out };
}

/** Pixels that a scratch and a change may lie apart and still match. */
const TOLERANCE = 2;

/** Compares the pixels that changed with the scratches, both within the tolerance. */
export function matches(
  { picture, label, judged }: Scratched,
  result: Picture,
): { right: number; changed: number; hit: number; scratched: number } {
  const { width, height } = picture;
  const changed = new Uint8Array(label.length);
  for (let i = 0; i < picture.data.length; i++) {
    if (picture.data[i] !== result.data[i]) changed[Math.floor(i / 3)] = 1;
  }
  const nearLabel = grown(label, width, height);
  const nearChange = grown(changed, width, height);
  const hardlySeen = grown(
    judged.map((value) => 1 - value),
    width,
    height,
  );
  const counts = { right: 0, changed: 0, hit: 0, scratched: 0 };
  for (let i = 0; i < label.length; i++) {
    if (label[i]) {
      counts.scratched++;
      if (nearChange[i]) counts.hit++;
    }
    if (changed[i] && (nearLabel[i] || !hardlySeen[i])) {
      counts.changed++;
      if (nearLabel[i]) counts.right++;
    }
  }
  return counts;
}

function grown(mask: Uint8Array, width: number, height: number): Uint8Array {
  const wide = new Uint8Array(mask.length);
  const out = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const x = i % width;
    for (let at = Math.max(0, x - TOLERANCE); at <= Math.min(width - 1, x + TOLERANCE); at++) wide[i - x + at] = 1;
  }
  for (let i = 0; i < mask.length; i++) {
    if (!wide[i]) continue;
    const y = Math.floor(i / width);
    for (let at = Math.max(0, y - TOLERANCE); at <= Math.min(height - 1, y + TOLERANCE); at++)
      out[i + (at - y) * width] = 1;
  }
  return out;
}
