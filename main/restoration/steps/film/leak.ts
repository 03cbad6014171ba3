import type { Edge, Leak } from '../../../../contract/photo';
import { toLinear } from '../../colour';
import type { Planes } from '../../raster';
import { median } from '../../statistics';
import { type Observation, predict, robustFit } from './robust-fit';

/**
 * A light leak adds red and orange light to the picture, most at an edge. It is told from red things by the texture: a
 * red wall that is half as bright in a shadow is half as red there, but added light is the same in light and shadow. So
 * in each block of pixels, the line through its red and blue values is continued to where blue is 0, which gives the
 * light that was added (in linear light). A leak is a smooth hill of such light that falls from one edge inwards.
 */

/** The copy on which leaks are looked for has at most this many pixels. */
export const LEAK_PIXELS = 40_000;
const BLOCK = 6;
/** A pixel with more red light than this is clipped. */
const BRIGHT = toLinear(250 / 255);
/** Pixels of the copy at each border that may be the edge of the frame. */
const BORDER = 4;
/** Blocks in which red and blue follow each other less, or which have less texture, tell nothing. */
const LEAST_CORRELATION = 0.8;
const LEAST_TEXTURE = 0.08;
/** Lengths over which a hill falls by a factor of e, and places along the edge where it may lie, 0..1. */
export const DEPTHS = [0.05, 0.1, 0.2] as const;
export const PLACES = [0, 0.25, 0.5, 0.75, 1] as const;
const PLACE_WIDTH = 0.2;
/** Fewer blocks than this say too little about a photo. */
const LEAST_BLOCKS = 60;
/** Leaks are red and orange: at most this much green, relative to red. Above it, it is haze or the sun. */
const MOST_GREEN = 0.65;
const EDGES: readonly Edge[] = ['left', 'right', 'top', 'bottom'];

/** How far a point is from an edge, and where along it, 0..1. */
export function fromEdge(edge: Edge, x: number, y: number): { depth: number; along: number } {
  if (edge === 'left') return { depth: x, along: y };
  if (edge === 'right') return { depth: 1 - x, along: y };
  return { depth: edge === 'top' ? y : 1 - y, along: x };
}

export const depthShare = (depth: number, length: number) => Math.exp(-depth / length);
export const placeShare = (along: number, place: number) => Math.exp(-(((along - place) / PLACE_WIDTH) ** 2));

interface Block {
  x: number;
  y: number;
  /** Added light of red and green, as the block shows it. */
  red: number;
  green: number;
  scale: number;
  /** Whether its texture tells what was added; otherwise only `most` counts. */
  isTextured: boolean;
  /** The most red light that can have been added: the darkest of it, less what the scene itself must have. */
  most: number;
}

/** Blocks of a small picture whose texture shows how much light was added. */
function blocksOf({ width, height, values: planes }: Planes): Block[] {
  const count = width * height;
  const blocks: Block[] = [];
  for (let top = BORDER; top + BLOCK <= height - BORDER; top += BLOCK) {
    for (let left = BORDER; left + BLOCK <= width - BORDER; left += BLOCK) {
      const light = [0, 1, 2].map((c) => {
        const values = new Float64Array(BLOCK * BLOCK);
        for (let i = 0; i < values.length; i++) {
          values[i] = toLinear(planes[c * count + (top + Math.floor(i / BLOCK)) * width + left + (i % BLOCK)]!);
        }
        return values;
      }) as [Float64Array, Float64Array, Float64Array];
      if (light[0].filter((value) => value > BRIGHT).length > light[0].length / 4) continue;
      const [red, green, blue] = light.map(flatten) as [number, number, number];
      const product = (one: number, other: number) =>
        light[one]!.reduce((sum, value, i) => sum + value * light[other]![i]!, 1e-12) / light[0].length;
      const spread = [0, 1, 2].map((c) => Math.sqrt(product(c, c)));
      const together = product(0, 2) / (spread[0]! * spread[2]!);
      const greenBlue = product(1, 2);
      const texture = spread[2]! / (blue + 0.003);
      const own = 0.4 * Math.min(green, blue);
      blocks.push({
        isTextured: together >= LEAST_CORRELATION && texture >= LEAST_TEXTURE,
        most: Math.max(0, red - 2 * spread[0]! - own),
        x: (left + BLOCK / 2) / width,
        y: (top + BLOCK / 2) / height,
        red: red - (spread[0]! / spread[2]!) * blue,
        green: greenBlue > 0 ? green - (spread[1]! / spread[2]!) * blue : 0,
        scale: 0.02 + 0.15 * red,
      });
    }
  }
  return blocks;
}

/** Takes the best fitting plane from the values of a block, so that only its texture is left. Returns their mean. */
function flatten(values: Float64Array): number {
  const middle = (BLOCK - 1) / 2;
  const spread = (values.length * (BLOCK * BLOCK - 1)) / 12;
  let [mean, across, down] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    mean += values[i]! / values.length;
    across += ((i % BLOCK) - middle) * values[i]!;
    down += (Math.floor(i / BLOCK) - middle) * values[i]!;
  }
  for (let i = 0; i < values.length; i++) {
    values[i]! -= mean + (((i % BLOCK) - middle) * across + (Math.floor(i / BLOCK) - middle) * down) / spread;
  }
  return mean;
}

const featuresAt = (edge: Edge, x: number, y: number): number[] => {
  const { depth, along } = fromEdge(edge, x, y);
  return DEPTHS.flatMap((length) => PLACES.map((place) => depthShare(depth, length) * placeShare(along, place)));
};

/** A hill lower than this, in linear light, is none. */
const FOOT = 0.04;
/**
 * Green light of a leak, relative to red: what blocks show is uncertain, and drawn towards what leaks usually have.
 */
const GREEN = { least: 0.1, shown: 0.55, most: 0.6 } as const;
/** What a leak must show, see {@link Evidence}: many blocks, or fewer that agree better. */
const MANY = { gain: 50, rest: 0.35 } as const;
const AGREEING = { gain: 24, rest: 0.27, gainEach: 0.7 } as const;

/** What speaks for a leak at an edge. */
interface Evidence {
  /** By how much the hill explains the blocks better than no hill, as a sum of log likelihoods. */
  gain: number;
  /** Blocks under the hill. */
  count: number;
  /** What is left of the added light under the hill once it is taken away, as a share. */
  rest: number;
}

interface AtEdge {
  edge: Edge;
  /** Features of each block. */
  features: number[][];
}

/** Fits the light of the blocks whose texture tells it; the other blocks only limit it. */
function fitHill(blocks: readonly Block[], { features }: AtEdge, red: (block: Block) => number, free = 0): number[] {
  // The first coefficient is what blocks everywhere show, which the colours of the scene cause.
  const observations = blocks.map((block, i): Observation => {
    const { isTextured, scale, most } = block;
    return isTextured
      ? { features: [1, ...features[i]!], value: red(block), scale }
      : { features: [0, ...features[i]!], value: most, scale, isBound: true };
  });
  return robustFit(observations, free);
}

function evidenceAt(blocks: readonly Block[], at: AtEdge): Evidence {
  // As evidence, blue haze counts as nothing, so that an edge without any does not look like a leak.
  const shown = ({ red }: Block) => Math.max(0, red);
  const [base = 0, ...certain] = fitHill(blocks, at, shown);
  const under = blocks.flatMap((block, i) => {
    const height = predict(certain, at.features[i]!);
    if (!block.isTextured || height <= FOOT) return [];
    const without = shown(block) - base;
    return [{ without, off: without - height, scale: block.scale }];
  });
  const cost = (off: number, scale: number) => Math.log1p((off / scale) ** 2);
  const before = median(under.map(({ without }) => Math.abs(without)));
  const after = median(under.map(({ off }) => Math.abs(off)));
  return {
    gain: under.reduce((sum, { without, off, scale }) => sum + cost(without, scale) - cost(off, scale), 0),
    count: under.length,
    rest: before > 0 ? after / before : 1,
  };
}

/** The leak at an edge; null if its light is too green for one. */
function leakAt(blocks: readonly Block[], at: AtEdge): Leak | null {
  const [, ...hill] = fitHill(blocks, at, ({ red }) => red, 1);
  const [, green = 0] = robustFit(
    blocks.flatMap(({ green: value, scale, isTextured }, i) =>
      isTextured ? [{ features: [1, predict(hill, at.features[i]!)], value, scale }] : [],
    ),
    1,
  );
  if (green > MOST_GREEN) return null;
  const share = GREEN.least + GREEN.shown * Math.max(0, Math.min(GREEN.most, green));
  return { edge: at.edge, red: hill, green: hill.map((each) => share * each) };
}

/** The light leak of a small picture in colours (see {@link LEAK_PIXELS}); null without strong evidence. */
export function findLeak(small: Planes): Leak | null {
  const blocks = blocksOf(small);
  if (blocks.filter(({ isTextured }) => isTextured).length < LEAST_BLOCKS) return null;
  const best = EDGES.map((edge) => {
    const at = { edge, features: blocks.map(({ x, y }) => featuresAt(edge, x, y)) };
    return { at, evidence: evidenceAt(blocks, at) };
  }).sort((a, b) => b.evidence.gain - a.evidence.gain)[0]!;
  // Most photos have none, and end here.
  return isStrong(best.evidence) ? leakAt(blocks, best.at) : null;
}

function isStrong({ gain, count, rest }: Evidence): boolean {
  if (gain >= MANY.gain && rest <= MANY.rest) return true;
  return gain >= AGREEING.gain && rest <= AGREEING.rest && gain >= AGREEING.gainEach * count;
}
