import { useEffect, useMemo, useRef } from 'react';
import type { Filling } from '../../../contract/edit';
import { fillingOf } from '../../../document/fillings';
import { compileMask } from '../../../document/mask';
import type { Place } from '../../../document/places';
import { isRepaired } from '../../../document/skips';
import { useActions, useReview } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { hasBitmaps } from '../mask/useMaskSource';

export interface ReviewedPlace {
  place: Place;
  /** False: it is left alone. */
  repaired: boolean;
  /** How it is filled; null: by its width. */
  filling: Filling | null;
}

/** The place of the review that is shown; null without a review, and until its places are found. */
export function useReviewed({ key, edit }: OpenPhoto): ReviewedPlace | null {
  const { go } = useActions().review;
  const places = useReview((state) => (state.key === key ? state.places : null));
  const source = useReview((state) => state.source);
  const at = useReview((state) => state.at);
  const decided = useReview((state) => state.decided);
  const ops = edit?.mask ?? null;
  const repaired = useMemo(() => {
    if (places === null || source === null || ops === null || !hasBitmaps(source, ops)) return null;
    const mask = compileMask(ops, source);
    return places.map((place) => isRepaired(mask, place));
  }, [places, source, ops]);

  // After undo and redo the viewer goes to the place that has changed.
  const before = useRef(repaired);
  useEffect(() => {
    const former = before.current;
    before.current = repaired;
    if (former === null || repaired === null || former.length !== repaired.length || ops === decided) return;
    const changed = repaired.flatMap((each, index) => (each === former[index] ? [] : [index]));
    if (changed.length === 1) go(changed[0]!);
  }, [repaired, ops, decided, go]);

  const place = places?.[at];
  if (place === undefined || repaired === null || ops === null || source === null) return null;
  return { place, repaired: repaired[at] === true, filling: fillingOf(place, ops, source) };
}
