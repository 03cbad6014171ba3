import { describe, expect, test } from 'vitest';
import type { OpenPhoto, PhotosState } from './model';
import { isSelected, picked, pickedAll, selectedPhotos, without } from './selection';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const state = (change: Partial<PhotosState> = {}): PhotosState => ({
  photos: KEYS.map((key) => ({ key }) as OpenPhoto),
  activeKey: 'b',
  selected: ['b'],
  anchor: 'b',
  ...change,
});
const keysOf = (of: PhotosState) => selectedPhotos(of).map(({ key }) => key);
const pick = (of: PhotosState, key: string, how: Parameters<typeof picked>[3], order = KEYS) => ({
  ...of,
  ...picked(of, order, key, how),
});

describe('the selection', () => {
  test('always holds the photo that is shown, whatever was selected before', () => {
    const stray = state({ selected: ['c', 'd'] });
    expect(keysOf(stray)).toEqual(['b']);
    expect(KEYS.filter((key) => isSelected(stray, key))).toEqual(['b']);
    const several = state({ selected: ['d', 'b'] });
    expect(keysOf(several)).toEqual(['b', 'd']);
    expect(KEYS.filter((key) => isSelected(several, key))).toEqual(['b', 'd']);
    expect(keysOf(state({ photos: [], activeKey: null }))).toEqual([]);
  });

  test('a click selects one, Ctrl adds and takes out, and the shown photo stays as long as it is selected', () => {
    let now = pick(state(), 'd', 'toggle');
    expect([keysOf(now), now.activeKey]).toEqual([['b', 'd'], 'b']);
    now = pick(now, 'b', 'toggle');
    expect([keysOf(now), now.activeKey]).toEqual([['d'], 'd']);
    // The last one cannot be taken out.
    now = pick(now, 'd', 'toggle');
    expect([keysOf(now), now.activeKey]).toEqual([['d'], 'd']);
    now = pick(pick(now, 'a', 'toggle'), 'c', 'only');
    expect([keysOf(now), now.activeKey]).toEqual([['c'], 'c']);
  });

  test('Shift selects from the last photo chosen alone, in the order that is shown', () => {
    let now = pick(state(), 'd', 'range');
    expect([keysOf(now), now.activeKey]).toEqual([['b', 'c', 'd'], 'b']);
    // It turns round its anchor.
    now = pick(now, 'a', 'range');
    expect([keysOf(now), now.activeKey]).toEqual([['a', 'b'], 'b']);
    const order = ['e', 'b', 'd', 'a', 'c'];
    expect(keysOf(pick(state(), 'a', 'range', order))).toEqual(['a', 'b', 'd']);
    now = pick(pick(state({ selected: ['a', 'b'] }), 'd', 'toggle'), 'e', 'rangeToo');
    expect(keysOf(now)).toEqual(['a', 'b', 'd', 'e']);
  });

  test('everything that is shown can be selected', () => {
    expect(keysOf({ ...state(), ...pickedAll(state(), KEYS) })).toEqual(KEYS);
    const filtered = { ...state(), ...pickedAll(state(), ['c', 'd']) };
    expect([keysOf(filtered), filtered.activeKey]).toEqual([['c', 'd'], 'c']);
  });

  test('closing shows the next photo of the selection, else the neighbour', () => {
    const one = without(state(), KEYS, new Set(['b']));
    expect([one.activeKey, keysOf(one)]).toEqual(['c', ['c']]);
    const last = without(state({ activeKey: 'e', selected: ['e'] }), KEYS, new Set(['e']));
    expect(last.activeKey).toBe('d');
    const several = without(state({ selected: ['b', 'd', 'e'] }), KEYS, new Set(['b']));
    expect([several.activeKey, keysOf(several)]).toEqual(['d', ['d', 'e']]);
    const all = without(state({ selected: KEYS }), KEYS, new Set(KEYS));
    expect(all).toEqual({ photos: [], activeKey: null, selected: [], anchor: null });
    const other = without(state({ selected: ['a', 'b'] }), KEYS, new Set(['a']));
    expect([other.activeKey, keysOf(other)]).toEqual(['b', ['b']]);
  });
});
