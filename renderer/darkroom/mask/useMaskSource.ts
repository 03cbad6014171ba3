import { useEffect, useMemo, useState } from 'react';
import type { MaskOp } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { pictureUrl } from '../../../contract/pictures';
import { RepairSettings } from '../../../contract/recipe';
import { type Evidence, unpackEvidence } from '../../../document/evidence';
import type { MaskSource } from '../../../document/mask';
import { type RunBitmap, unpackRuns } from '../../../document/runs';
import { useApp } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { stepOf } from '../../state/recipes';
import { useSettled } from '../useSettled';

/** Ingredients of masks by URL. New evidence has a new URL. */
const loaded = new Map<string, Promise<unknown>>();
const LOADED_AT_MOST = 6;

function load<T>(url: string, unpack: (bytes: Uint8Array) => T): Promise<T> {
  const known = loaded.get(url);
  if (known !== undefined) return known as Promise<T>;
  const request = fetch(url, { cache: 'no-store' }).then(async (response) => {
    if (!response.ok) throw new Error(`refused with ${response.status}`);
    return unpack(new Uint8Array(await response.arrayBuffer()));
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

/** Whether a mask can be made: none of its bitmaps is still loading. */
export const hasBitmaps = ({ bitmaps }: MaskSource, ops: readonly MaskOp[]): boolean =>
  ops.every((op) => op.kind !== 'bitmap' || bitmaps.has(op.id));

/**
 * What the mask of a photo's repair step is made from, so that the page evaluates it by the same code as the engine. Null
 * until it is loaded.
 */
export function useMaskSource(
  entry: OpenPhoto,
  photo: Photo,
  ops: readonly MaskOp[],
  wanted: boolean,
): MaskSource | null {
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const [ingredients, setIngredients] = useState<Ingredients | null>(null);
  const ids = [...new Set(ops.flatMap((op) => (op.kind === 'bitmap' ? [op.id] : [])))].sort().join(' ');
  const isWanted = wanted && entry.analysis !== null && base !== null;

  const repair = entry.recipe === null ? null : stepOf(entry.recipe, 'repair');
  const writing = repair?.settings.keepWriting === false ? 1 : 0;
  const infrared = repair?.settings.infrared === false ? 0 : 1;

  useEffect(() => {
    if (!isWanted || base === null) return;
    let isCurrent = true;
    const region = { x: 0, y: 0, w: photo.width, h: photo.height, width: 1, height: 1 };
    const about = { photoId: photo.id, revision: entry.evidence, ...region };
    const parts = ids === '' ? [] : ids.split(' ');
    Promise.all([
      load(pictureUrl(base, { ...about, layer: 'evidence', writing, infrared }), unpackEvidence),
      ...parts.map(async (bitmap): Promise<[string, RunBitmap]> => {
        return [bitmap, await load(pictureUrl(base, { ...about, layer: 'bitmap', bitmap }), unpackRuns)];
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
  }, [isWanted, base, photo, ids, entry.evidence, writing, infrared]);

  const sensitivity = useSettled(repair?.settings.sensitivity ?? DEFAULTS.sensitivity, 60);
  const grow = useSettled(repair?.settings.grow ?? DEFAULTS.grow, 60);
  return useMemo(() => {
    if (ingredients === null) return null;
    const { width, height } = photo;
    return { width, height, ...ingredients, settings: { sensitivity, grow } };
  }, [ingredients, photo, sensitivity, grow]);
}

const DEFAULTS = RepairSettings.parse({});
