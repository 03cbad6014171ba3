import { MAX_PROPOSED_MISSING, type Photo } from '../../contract/photo';
import { DAMAGE_PLANES, type DamageMap } from './damage';

/**
 * The map, changed in place: missing parts count as certain damage if they are small, and as none at all otherwise, whatever
 * a detector takes the grey for.
 */
export function withMissing(map: DamageMap, missing: Photo['missing']): DamageMap {
  if (missing === null) return map;
  const isProposed = missing.share < MAX_PROPOSED_MISSING;
  const [x, y] = [map.width / map.fullWidth, map.height / map.fullHeight];
  for (const rect of missing.rects) {
    const left = Math.floor(rect.x * x);
    const right = Math.min(map.width, Math.ceil((rect.x + rect.width) * x));
    const bottom = Math.min(map.height, Math.ceil((rect.y + rect.height) * y));
    for (let row = Math.floor(rect.y * y); row < bottom; row++) {
      for (const kind of DAMAGE_PLANES) {
        if (map[kind].length === 0) continue;
        const isMarked = isProposed && kind === (map.losses.length > 0 ? 'losses' : 'areas');
        map[kind].fill(isMarked ? 255 : 0, row * map.width + left, row * map.width + right);
      }
    }
  }
  return map;
}
