import type { OpenPhoto, PhotosState } from './model';

/** The selected photos. The photo that is shown is always one of them. */

/**
 * How a click or key changes the selection: this photo alone, this photo added or taken out, everything from the last
 * photo that was chosen alone to this one, or the same besides what is selected already.
 */
export type PickHow = 'only' | 'toggle' | 'range' | 'rangeToo';

type Selection = Pick<PhotosState, 'activeKey' | 'selected' | 'anchor'>;

/** The selected photos in the order in which they were opened. Empty only where no photo is open. */
export function selectedPhotos({ photos, activeKey, selected }: PhotosState): OpenPhoto[] {
  const isSelected = activeKey !== null && selected.includes(activeKey);
  return photos.filter(({ key }) => (isSelected ? selected.includes(key) : key === activeKey));
}

/** Whether a photo is selected, without making a list. */
export const isSelected = ({ activeKey, selected }: PhotosState, key: string): boolean =>
  key === activeKey || (activeKey !== null && selected.includes(activeKey) && selected.includes(key));

/** The selection after a photo was picked. `order`: the keys of the photos as they are shown. */
export function picked(state: PhotosState, order: readonly string[], key: string, how: PickHow): Selection {
  const { activeKey } = state;
  const before = selectedPhotos(state).map((photo) => photo.key);
  if (how === 'only' || activeKey === null) return { activeKey: key, selected: [key], anchor: key };
  if (how === 'toggle') {
    if (!before.includes(key)) return { activeKey, selected: [...before, key], anchor: key };
    const selected = before.filter((each) => each !== key);
    // The last one stays: the photo that is shown is selected.
    if (selected.length === 0) return { activeKey, selected: before, anchor: key };
    return { activeKey: key === activeKey ? nearest(order, key, selected) : activeKey, selected, anchor: key };
  }
  const anchor = state.anchor !== null && order.includes(state.anchor) ? state.anchor : activeKey;
  const ends = [order.indexOf(anchor), order.indexOf(key)].map((at) => Math.max(0, at));
  const range = order.slice(Math.min(...ends), Math.max(...ends) + 1);
  const selected = how === 'range' ? range : [...new Set([...before, ...range])];
  return { activeKey: selected.includes(activeKey) ? activeKey : anchor, selected, anchor };
}

/** Selects all photos that are shown. */
export function pickedAll({ activeKey }: PhotosState, order: readonly string[]): Selection {
  const first = order[0];
  if (first === undefined) return { activeKey, selected: [], anchor: activeKey };
  const shown = activeKey !== null && order.includes(activeKey) ? activeKey : first;
  return { activeKey: shown, selected: [...order], anchor: shown };
}

/** The selection without photos that were closed. Where the photo that is shown is one of them, its neighbour follows it. */
export function without(state: PhotosState, order: readonly string[], closed: ReadonlySet<string>): PhotosState {
  const photos = state.photos.filter(({ key }) => !closed.has(key));
  const selected = state.selected.filter((key) => !closed.has(key));
  const anchor = state.anchor !== null && closed.has(state.anchor) ? null : state.anchor;
  if (state.activeKey === null || !closed.has(state.activeKey)) return { ...state, photos, selected, anchor };
  const left = selected.length > 0 ? selected : photos.map(({ key }) => key);
  if (left.length === 0) return { photos, activeKey: null, selected: [], anchor: null };
  const shown = order.filter((key) => left.includes(key));
  const activeKey = nearest(order, state.activeKey, shown.length > 0 ? shown : left);
  return { photos, activeKey, selected: selected.length > 0 ? selected : [activeKey], anchor: anchor ?? activeKey };
}

/** Which of `candidates` is next to `key` in the order, the following one first. At least one is given. */
function nearest(order: readonly string[], key: string, candidates: readonly string[]): string {
  const at = order.indexOf(key);
  const distance = (each: string) => {
    const away = order.indexOf(each) - at;
    return away >= 0 ? away : 0.5 - away;
  };
  return candidates.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}
