import { useEffect, useMemo, useState } from 'react';
import type { MaskOp } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { pictureUrl } from '../../../contract/pictures';
import { RepairSettings } from '../../../contract/recipe';
import { type Evidence, unpackEvidence } from '../../../document/evidence';
import { type RunBitmap, unpackRuns } from '../../../document/runs';
import { MaskTiles } from '../../../document/tiles';
import { useApp } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { stepOf } from '../../state/recipes';
import { useSettled } from '../useSettled';

/** Ingredients of masks by URL. New evidence has a new URL. */
const loaded = new Map<string, Promise<Uint8Array>>();
const LOADED_AT_MOST = 12;

function load(url: string): Promise<Uint8Array> {
  const known = loaded.get(url);
  if (known !== undefined) return known;
  const request = fetch(url, { cache: 'no-store' }).then(async (response) => {
    if (!response.ok) throw new Error(`refused with ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
  loaded.set(url, request);
  if (loaded.size > LOADED_AT_MOST) loaded.delete(loaded.keys().next().value!);
  // A failed request can be repeated.
  request.catch(() => loaded.delete(url));
  return request;
}

interface Ingredients {
  evidence: Evidence | null;
  bitmaps: Map<string, RunBitmap>;
}

/**
 * The mask of a photo's repair step, evaluated in the page by the same code as in the engine. Null until its
 * ingredients are loaded. `ops` replaces the operations of the mask, for example while a region is repaired.
 */
export function useMaskTiles(
  entry: OpenPhoto,
  photo: Photo,
  ops: readonly MaskOp[],
  wanted: boolean,
): MaskTiles | null {
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const [ingredients, setIngredients] = useState<Ingredients | null>(null);
  const ids = [...new Set(ops.flatMap((op) => (op.kind === 'bitmap' ? [op.id] : [])))].sort().join(' ');
  const isWanted = wanted && entry.analysis !== null && base !== null;

  const repair = entry.recipe === null ? null : stepOf(entry.recipe, 'repair');
  const writing = repair?.settings.keepWriting === false ? 1 : 0;

  useEffect(() => {
    if (!isWanted || base === null) return;
    let isCurrent = true;
    const region = { x: 0, y: 0, w: photo.width, h: photo.height, width: 1, height: 1 };
    const about = { photoId: photo.id, revision: entry.evidence, ...region };
    const parts = ids === '' ? [] : ids.split(' ');
    Promise.all([
      load(pictureUrl(base, { ...about, layer: 'evidence', writing })).then(unpackEvidence),
      ...parts.map(async (bitmap): Promise<[string, RunBitmap]> => {
        return [bitmap, unpackRuns(await load(pictureUrl(base, { ...about, layer: 'bitmap', bitmap })))];
      }),
    ]).then(
      ([evidence, ...bitmaps]) => {
        if (isCurrent) setIngredients({ evidence, bitmaps: new Map(bitmaps) });
      },
      () => {
        // The viewer already reports that the engine gives no pictures. The next change tries again.
        if (isCurrent) setIngredients(null);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [isWanted, base, photo, ids, entry.evidence, writing]);

  const sensitivity = useSettled(repair?.settings.sensitivity ?? DEFAULTS.sensitivity, 60);
  const grow = useSettled(repair?.settings.grow ?? DEFAULTS.grow, 60);
  const tiles = useMemo(() => {
    if (ingredients === null) return null;
    const { width, height } = photo;
    return new MaskTiles({ width, height, ...ingredients, settings: { sensitivity, grow } });
  }, [ingredients, photo, sensitivity, grow]);

  // While a bitmap is still loading, the former mask stays for a moment.
  const has = ops.every((op) => op.kind !== 'bitmap' || ingredients?.bitmaps.has(op.id) === true);
  return useMemo(() => {
    if (tiles !== null && has) tiles.setOps(ops);
    return tiles;
  }, [tiles, ops, has]);
}

const DEFAULTS = RepairSettings.parse({});
