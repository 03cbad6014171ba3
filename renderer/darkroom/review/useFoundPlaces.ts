import { useEffect, useRef } from 'react';
import type { MaskOp } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { isSameMask } from '../../../document/edit';
import { compileMask, type MaskSource } from '../../../document/mask';
import { type Place, PlaceSearch } from '../../../document/places';
import { useActions, useReview } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { stepOf } from '../../state/recipes';
import { withSkipped } from '../../state/review';
import { hasBitmaps, useMaskSource } from '../mask/useMaskSource';

/** How long the mask must stay unchanged before its places are counted, in milliseconds. */
const REST = 150;
/** Milliseconds of searching at a time. In between, the page answers. */
const SLICE = 6;

const NOTHING: readonly MaskOp[] = [];

/**
 * Keeps the places of the photo's repair up to date, and those of its review. Those that are only counted wait for the
 * preview, which is looked at first and would be computed more slowly beside the search.
 */
export function useFoundPlaces(entry: OpenPhoto, photo: Photo): void {
  const { setFound, setPlaces } = useActions().review;
  const { key, recipe, edit, render } = entry;
  const isReviewed = useReview((state) => state.key === key);
  const isWanted = recipe !== null && stepOf(recipe, 'repair')?.enabled === true;
  const ops = edit?.mask ?? NOTHING;
  const source = useMaskSource(entry, photo, ops, isWanted);
  const isReady = isWanted && source !== null && hasBitmaps(source, ops);
  // A skip changes the mask, and not which places can be reviewed.
  const reviewed = useRef<readonly MaskOp[]>(NOTHING);
  const next = withSkipped(ops);
  if (!isSameMask(reviewed.current, next)) reviewed.current = next;
  const all = reviewed.current;
  const isPreviewing = render === 'scheduled' || render === 'preview';
  const counted = useRef<{ key: string; ops: readonly MaskOp[]; source: MaskSource } | null>(null);

  useEffect(() => {
    if (!isWanted) {
      counted.current = null;
      setFound(key, null, null);
    }
    if (!isReady || source === null || isPreviewing) return;
    const last = counted.current;
    if (last?.key === key && last.ops === ops && last.source === source) return;
    return search(ops, source, (places) => {
      counted.current = { key, ops, source };
      setFound(key, source, places);
    });
  }, [key, ops, source, isReady, isWanted, isPreviewing, setFound]);
  useEffect(() => {
    if (!isReady || source === null || !isReviewed) return;
    return search(all, source, (places) => setPlaces(key, places));
  }, [key, all, source, isReady, isReviewed, setPlaces]);
  useEffect(
    () => () => {
      counted.current = null;
      setFound(key, null, null);
    },
    [key, setFound],
  );
}

/** Searches a mask in small steps. Returns what ends the search. */
function search(ops: readonly MaskOp[], source: MaskSource, onFound: (places: readonly Place[]) => void): () => void {
  let running: PlaceSearch | null = null;
  const step = () => {
    running ??= new PlaceSearch(compileMask(ops, source), source, ops);
    const places = running.step(performance.now() + SLICE);
    if (places === null) timer = setTimeout(step);
    else onFound(places);
  };
  let timer = setTimeout(step, REST);
  return () => clearTimeout(timer);
}
