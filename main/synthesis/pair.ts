import type { PAIR_SIDES } from '../../contract/pictures';
import type { DamageKind, SynthesisSettings } from '../../contract/synthesis';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { ColourTransform, Raster, Rect } from '../restoration/raster';
import { type Ageing, aged, drawAgeing, recorded, softened } from './ageing';
import { DAMAGED, damage, type Materials, type PieceRecord, visibleDamage } from './damage';
import { cut, type Picture, toRaster } from './picture';
import { SeededRandom } from './seeded-random';

/** Damage is drawn again until this share of the picture is visibly damaged, but at most this many times. */
const LEAST_COVERAGE = 0.001;
const ATTEMPTS = 8;
/** Limits of enlargement: beyond the first, nothing in a picture is sharp. */
const MOST_ENLARGED = 1.6;
const USUALLY_ENLARGED = 1.25;

/** A clean picture, its damaged version, and the mask of the damage. */
export interface Pair {
  clean: Raster;
  damaged: Raster;
  /** Grey; values of `MASK` in damage.ts. */
  mask: Raster;
  /** The crop in pixels of the source, and the scale: pixels of the pair per pixel of the source. */
  crop: Rect;
  scale: number;
  ageing: Ageing;
  damage: PieceRecord[];
  /** Share of damaged pixels, 0..1. */
  coverage: number;
}

export type PairSide = (typeof PAIR_SIDES)[number];

/** The part of a source that a pair is made from. */
export interface Cut extends Pick<Pair, 'crop' | 'scale'> {
  clean: Picture;
}

type Settings = Pick<SynthesisSettings, 'seed' | 'size' | 'ageing'>;

/**
 * Cuts a square out of a clean picture for the pair of an index.
 *
 * @param colour between the picture's encoding and sRGB, null if it is sRGB
 * @throws PHOTO_TOO_SMALL
 */
export function cutClean(raster: Raster, colour: ColourTransform | null, index: number, { seed, size }: Settings): Cut {
  const crop = drawCrop(raster, size, new SeededRandom(seed, index, 'crop'));
  const scale = Math.round((size / crop.width) * 10_000) / 10_000;
  return { clean: cut(raster, colour, crop, size), crop, scale };
}

/**
 * Makes the pair of an index. It depends only on the seed, the index, the settings and the arguments.
 *
 * @param kinds the kinds of damage, at least one
 */
export async function makePair(
  { clean, crop, scale }: Cut,
  index: number,
  { seed, size, ageing: strength }: Settings,
  kinds: readonly DamageKind[],
  materials: Materials,
): Promise<Pair> {
  const random = (...purpose: (string | number)[]) => new SeededRandom(seed, index, ...purpose);
  const ageing = drawAgeing(random('ageing'), strength);
  const print = aged(clean, ageing.print, random('grain'));
  const before = softened(print, ageing.scan);
  let best: { mask: Uint8Array; after: Picture; pieces: PieceRecord[]; coverage: number } | null = null;
  for (let attempt = 1; attempt <= ATTEMPTS && (best?.coverage ?? 0) < LEAST_COVERAGE; attempt++) {
    const { picture, truth, pieces } = await damage(print, kinds, random('damage', attempt), materials);
    const after = softened(picture, ageing.scan);
    const mask = visibleDamage(before, after, truth, ageing.scan.noise ?? 0);
    const coverage = mask.reduce((sum, value) => sum + (value >= DAMAGED ? 1 : 0), 0) / mask.length;
    if (best === null || coverage > best.coverage) best = { mask, after, pieces, coverage };
  }
  const { mask, after, pieces, coverage } = best!;
  return {
    clean: toRaster(clean),
    damaged: toRaster(recorded(after, ageing.scan, random('noise'))),
    mask: { width: size, height: size, channels: 1, depth: 8, data: mask },
    crop,
    scale,
    ageing,
    damage: pieces,
    coverage: Math.round(coverage * 1e6) / 1e6,
  };
}

/** A square anywhere in a picture, at any scale from the whole picture to a slight enlargement. */
function drawCrop({ width, height }: Raster, size: number, random: SeededRandom): Rect {
  const shorter = Math.min(width, height);
  const least = Math.ceil(size / MOST_ENLARGED);
  if (shorter < least) {
    throw new EmulsionError('PHOTO_TOO_SMALL', {
      reason: say('failures.tooSmallForPairs', { width, height, size, least }),
    });
  }
  const smallest = Math.min(shorter, Math.ceil(size / USUALLY_ENLARGED));
  const side = Math.max(smallest, Math.min(shorter, Math.round(random.log(smallest, shorter))));
  return { x: random.below(width - side + 1), y: random.below(height - side + 1), width: side, height: side };
}
