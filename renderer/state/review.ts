import { createStore } from 'zustand/vanilla';
import type { EditAction, MaskOp } from '../../contract/edit';
import { chooseFilling, fillingOf, isFilling, nextFilling } from '../../document/fillings';
import { compileMask, type MaskSource } from '../../document/mask';
import type { Place } from '../../document/places';
import { isRepaired, isSkip, keepPlace, skipPlace } from '../../document/skips';
import type { Side } from './comparison';
import type { OpenPhoto } from './model';
import { stepOf } from './recipes';
import type { Stores } from './stores';
import type { CompareMode, ViewActions } from './view';

/** How a photo was shown before its places were reviewed. */
interface Former {
  mode: CompareMode;
  before: Side;
  after: Side;
  view: { x: number; y: number; scale: number } | null;
}

export interface ReviewState {
  /** The places that the repair of a photo fills, the largest first. Null until they are found. */
  found: { key: string; places: readonly Place[] } | null;
  /** What the mask of that photo is made from. */
  source: MaskSource | null;
  /** The photo whose places are reviewed; null: none. */
  key: string | null;
  /** Its places with those that were skipped, the largest first. Null until they are found. */
  places: readonly Place[] | null;
  /** Which of them is shown. */
  at: number;
  /** The mask after the last decision. A mask that differs was changed in another way, for example by undo. */
  decided: readonly MaskOp[] | null;
  former: Former | null;
}

const NO_REVIEW = { key: null, places: null, at: 0, decided: null, former: null };

/** The places of the active photo's repair, and the review that steps through them. */
export function createReviewStore() {
  return createStore<ReviewState>(() => ({ found: null, source: null, ...NO_REVIEW }));
}

export type ReviewStore = ReturnType<typeof createReviewStore>;

/** The number of places that the repair of a photo fills; null until they are counted. */
export function placeCount({ found }: ReviewState, key: string): number | null {
  return found?.key === key ? found.places.length : null;
}

/** Whether a photo has places to review. Those that were skipped count too. */
export function canReview(state: ReviewState, { key, edit, recipe }: OpenPhoto): boolean {
  if (recipe === null || stepOf(recipe, 'repair')?.enabled !== true) return false;
  const count = placeCount(state, key);
  return count !== null && (count > 0 || edit?.mask.some(isSkip) === true);
}

/** Whether an operation decides on a place and does not change which places there are. */
const decides = (op: MaskOp) => isSkip(op) || isFilling(op);

/** The mask with every skipped place in it. */
export const withSkipped = (ops: readonly MaskOp[]): readonly MaskOp[] =>
  ops.some(decides) ? ops.filter((op) => !decides(op)) : ops;

const contains = ({ core }: Place, other: Place) =>
  core.x >= other.x && core.x < other.x + other.width && core.y >= other.y && core.y < other.y + other.height;

interface Dependencies {
  find(key: string): OpenPhoto | null;
  /** Adds a change of the mask to the history. */
  change(key: string, action: EditAction): void;
  view: ViewActions;
}

export function createReviewActions(
  stores: Pick<Stores, 'review' | 'view' | 'photos' | 'tools'>,
  { find, change, view }: Dependencies,
) {
  const store = stores.review;

  /** The place that is shown, its photo, and whether it is repaired. */
  function current() {
    const { key, places, at, source } = store.getState();
    const entry = key === null ? null : find(key);
    const place = places?.[at];
    if (key === null || places === null || place === undefined || source === null || entry?.edit == null) return null;
    const ops = entry.edit.mask;
    return { key, place, places, ops, source, repaired: isRepaired(compileMask(ops, source), place) };
  }

  function go(to: number): void {
    const { places, at } = store.getState();
    const last = (places?.length ?? 0) - 1;
    const next = Math.max(0, Math.min(last, to));
    if (next !== at) store.setState({ at: next });
  }

  function decided(key: string): void {
    const { at } = store.getState();
    store.setState({ decided: find(key)?.edit?.mask ?? null });
    go(at + 1);
  }

  function end({ staysHere = false } = {}): void {
    const { key, former } = store.getState();
    if (key === null) return;
    store.setState(NO_REVIEW);
    if (former === null) return;
    const { before, after } = former;
    const isOurs = stores.view.getState().mode === 'side';
    stores.view.setState({ before, after, ...(isOurs && { mode: former.mode }) });
    if (!staysHere && find(key) !== null) view.recall(key, former.view);
  }

  // A tool works on the mask by itself. The viewer stays where the person wants to use it.
  stores.tools.subscribe(({ tool }) => {
    if (tool !== null) end({ staysHere: true });
  });
  stores.view.subscribe(({ mode, page }) => {
    if (mode === 'variants' || page !== 'darkroom') end();
  });
  stores.photos.subscribe(({ activeKey }) => {
    const { key } = store.getState();
    if (key === null) return;
    const recipe = find(key)?.recipe ?? null;
    if (activeKey !== key || recipe === null || stepOf(recipe, 'repair')?.enabled !== true) end();
  });

  return {
    /** The places of a photo were found, or cannot be found. */
    setFound(key: string, source: MaskSource | null, places: readonly Place[] | null): void {
      store.setState({ source, found: places === null ? null : { key, places } });
    },
    start(key: string): void {
      const entry = find(key);
      if (entry === null || store.getState().key === key || !canReview(store.getState(), entry)) return;
      const { mode, before, after, views } = stores.view.getState();
      const own = views[key];
      stores.tools.setState({ tool: null, target: 'repair', quickMask: false });
      store.setState({
        ...NO_REVIEW,
        key,
        former: { mode, before, after, view: own === undefined ? null : { x: own.x, y: own.y, scale: own.scale } },
      });
      stores.view.setState({ mode: 'side', before: 'original', after: 'result' });
    },
    /** The places to review, with those that were skipped. The place that is shown stays. */
    setPlaces(key: string, places: readonly Place[]): void {
      const state = store.getState();
      if (state.key !== key) return;
      if (places.length === 0) {
        end();
        return;
      }
      const shown = state.places?.[state.at];
      const same = shown === undefined ? 0 : places.findIndex((place) => contains(shown, place));
      store.setState({ places, at: same < 0 ? Math.min(state.at, places.length - 1) : same });
    },
    end: () => end(),
    go,
    next: () => go(store.getState().at + 1),
    previous: () => go(store.getState().at - 1),
    /** Leaves the place alone and goes to the next one. */
    skip(): void {
      const now = current();
      if (now === null) return;
      const { key, place, places, ops, source } = now;
      const skips = now.repaired ? skipPlace(place, places, ops, source) : [];
      for (const [index, paint] of skips.entries()) {
        change(key, { name: 'mask', paint, ...(index > 0 && { continues: true }) });
      }
      decided(key);
    },
    /** Repairs the place, also where it was skipped before, and goes to the next one. */
    keep(): void {
      const now = current();
      if (now === null) return;
      const { key, place, ops, source } = now;
      if (!now.repaired) change(key, { name: 'mask', mask: keepPlace(place, ops, source) });
      decided(key);
    },
    /** Fills the place another way, and stays at it. */
    fill(): void {
      const now = current();
      if (now === null || !now.repaired) return;
      const { key, place, ops, source } = now;
      change(key, { name: 'mask', paint: chooseFilling(place, nextFilling(fillingOf(place, ops, source))) });
      store.setState({ decided: find(key)?.edit?.mask ?? null });
    },
  };
}

export type ReviewActions = ReturnType<typeof createReviewActions>;
