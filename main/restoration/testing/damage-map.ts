import type { DamageMap } from '../damage';

/**
 * A damage map of a detector of all kinds that has found nothing, of a photo of the same size, with these changes. Planes
 * that it should not have can be emptied.
 */
export function damageMap(width: number, height: number, changes: Partial<DamageMap> = {}): DamageMap {
  const plane = () => new Uint8Array(width * height);
  return {
    ...{ lines: plane(), areas: plane(), losses: plane(), writing: plane() },
    ...{ width, height, fullWidth: width, fullHeight: height },
    thresholds: { lines: 0.5, areas: 0.5, losses: 0.5, writing: 0.5 },
    pieces: { smallest: 2, seedLogits: 1, flankLogits: 1 },
    strictness: 0,
    linesAndBlobsOnly: false,
    needed: 0.001,
    summary: null,
    faces: null,
    infrared: null,
    coarse: null,
    report: { generator: 'fake', provider: 'cpu', tiles: 1, tile: 64 },
    ...changes,
  };
}
