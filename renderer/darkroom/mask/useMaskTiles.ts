import { useMemo } from 'react';
import type { MaskOp } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { MaskTiles } from '../../../document/tiles';
import type { OpenPhoto } from '../../state/model';
import { hasBitmaps, useMaskSource } from './useMaskSource';

/**
 * The mask of a photo's repair step in tiles, for the screen. Null until its ingredients are loaded. `ops` replaces the
 * operations of the mask, for example while a region is repaired.
 */
export function useMaskTiles(
  entry: OpenPhoto,
  photo: Photo,
  ops: readonly MaskOp[],
  wanted: boolean,
): MaskTiles | null {
  const source = useMaskSource(entry, photo, ops, wanted);
  const tiles = useMemo(() => (source === null ? null : new MaskTiles(source)), [source]);
  // While a bitmap is still loading, the former mask stays for a moment.
  const has = source !== null && hasBitmaps(source, ops);
  return useMemo(() => {
    if (tiles !== null && has) tiles.setOps(ops);
    return tiles;
  }, [tiles, ops, has]);
}
