import { AT_THRESHOLD, acceptAt, boundsOf, forEachPiece, STEPS_PER_LOGIT } from '../../document/evidence';
import { DAMAGE_PLANES, type DamageMap } from './damage';
import { evidenceOf, type MaskSettings } from './mask';
import type { Rect } from './raster';

/** One connected piece of detected damage, in pixels of the full photo. */
export interface DamagedPlace extends Rect {
  /** Pixels that a repair replaces, before the mask is grown. */
  pixels: number;
  /** What it mostly is: a crease, scratch or hair; a stain, dust or flake; a torn corner, hole or tape. */
  kind: 'line' | 'area' | 'loss';
  /** How certain its most certain pixel is, 0..1. */
  certainty: number;
}

const KINDS = { lines: 'line', areas: 'area', losses: 'loss' } as const;

/** The places that a repair with these settings fills, the largest first. Writing that is left alone is not among them. */
export function damagedPlaces(map: DamageMap, { sensitivity, keepWriting }: MaskSettings): DamagedPlace[] {
  const evidence = evidenceOf(map, keepWriting);
  const { width, height, fullWidth, fullHeight } = evidence;
  const accepted = acceptAt(evidence, sensitivity);
  const [scaleX, scaleY] = [fullWidth / width, fullHeight / height];
  const found: DamagedPlace[] = [];
  forEachPiece(accepted.plane, width, height, accepted.level, (piece) => {
    const bounds = boundsOf(piece, width);
    let most = 0;
    const votes = { lines: 0, areas: 0, losses: 0 };
    for (const index of piece) {
      most = Math.max(most, evidence.plane[index]!);
      for (const plane of DAMAGE_PLANES) if (plane !== 'writing') votes[plane] += map[plane][index] ?? 0;
    }
    const kind = (['lines', 'areas', 'losses'] as const).reduce((a, b) => (votes[b] > votes[a] ? b : a));
    const x = Math.floor(bounds.x * scaleX);
    const y = Math.floor(bounds.y * scaleY);
    found.push({
      x,
      y,
      width: Math.min(fullWidth, Math.ceil((bounds.x + bounds.width) * scaleX)) - x,
      height: Math.min(fullHeight, Math.ceil((bounds.y + bounds.height) * scaleY)) - y,
      pixels: Math.round(piece.length * scaleX * scaleY),
      kind: KINDS[kind],
      certainty: 1 / (1 + Math.exp(-(most - AT_THRESHOLD) / STEPS_PER_LOGIT)),
    });
  });
  return found.sort((one, other) => other.pixels - one.pixels);
}
