import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { GeneratorInfo } from '../../contract/app';
import { MAX_HINTS } from '../../contract/edit';
import { createFakeBridge } from '../testing/fakeBridge';
import { createActions } from './actions';
import { distanceTo } from './hints';
import { followsHints } from './library';
import { stepOf, withSetting } from './recipes';
import { activePhoto, createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function setUp() {
  const stores = createStores();
  const actions = createActions(createFakeBridge(), stores, {
    newId: () => 'id',
    download: () => {},
    openPage: () => {},
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  actions.openFiles([{ token: 'lake', name: 'lake.jpg', kind: 'photo' }]);
  await vi.advanceTimersByTimeAsync(0);
  const entry = () => activePhoto(stores.photos.getState())!;
  const tool = () => stores.hints.getState().tool;
  const mode = () => stores.view.getState().mode;
  const notices = () => stores.notices.getState().notices.map(({ text }) => text);
  return { stores, actions, entry, tool, mode, notices, key: entry().key, hints: () => entry().edit!.hints };
}

test('a place gets a colour, with the step for colours switched on; undo takes it back', async () => {
  const { actions, entry, hints, key } = await setUp();
  actions.hints.start(key);
  expect(stepOf(entry().recipe!, 'colorise')?.enabled).toBe(true);
  actions.hints.set({ colour: '#8fb4dc', size: 30 });
  actions.hints.add(key, [
    { x: 10, y: 20 },
    { x: 40, y: 20 },
  ]);
  expect(hints()).toEqual([{ colour: '#8fb4dc', radius: 15, points: [10, 20, 40, 20] }]);
  actions.undo(key);
  expect(hints()).toEqual([]);
  actions.redo(key);
  // Switched off meanwhile, the step is switched on again: the colour would show nowhere.
  actions.setEnabled(key, 'colorise', false);
  actions.hints.add(key, [{ x: 10, y: 20 }]);
  expect(hints()).toHaveLength(2);
  expect(stepOf(entry().recipe!, 'colorise')?.enabled).toBe(true);
});

test('a colour beside the photo, and one too many, are refused with a sentence', async () => {
  const { actions, hints, notices, key } = await setUp();
  actions.hints.start(key);
  actions.hints.add(key, [{ x: -5, y: 20 }]);
  expect([hints().length, notices().at(-1)]).toEqual([0, 'hintOutside']);
  for (let i = 0; i < MAX_HINTS; i++) actions.hints.add(key, [{ x: i / 4, y: 5 }]);
  actions.hints.add(key, [{ x: 3, y: 5 }]);
  expect([hints().length, notices().at(-1)]).toEqual([MAX_HINTS, 'tooManyHints']);
});

test('the colour given last at a place is removed; all are removed at once, and come back', async () => {
  const { actions, hints, notices, key } = await setUp();
  actions.hints.start(key);
  actions.hints.set({ size: 10 });
  for (const colour of ['#aa0000', '#00aa00', '#0000aa']) {
    actions.hints.set({ colour });
    actions.hints.add(key, [{ x: colour === '#0000aa' ? 90 : 50, y: 50 }]);
  }
  actions.hints.remove(key, { x: 57, y: 50 }, 3);
  expect(hints().map(({ colour }) => colour)).toEqual(['#aa0000', '#0000aa']);
  actions.hints.remove(key, { x: 70, y: 50 }, 3);
  expect([hints().length, notices().at(-1)]).toEqual([2, 'noHint']);
  actions.hints.removeAll(key);
  expect([hints().length, notices().at(-1)]).toEqual([0, 'hintsRemoved']);
  actions.undo(key);
  expect(hints()).toHaveLength(2);
});

test('the result is shown while colours are given, and the earlier comparison afterwards', async () => {
  const { stores, actions, tool, mode, key } = await setUp();
  actions.view.setMode('split');
  actions.hints.start(key);
  expect([tool(), mode()]).toEqual(['paint', 'result']);
  actions.hints.stop();
  expect([tool(), mode()]).toEqual([null, 'split']);
  actions.view.setMode('side');
  actions.hints.start(key);
  expect(mode()).toBe('side');
  actions.tools.editMask('repair');
  expect(tool()).toBeNull();
  actions.hints.start(key);
  expect([tool(), stores.tools.getState().tool]).toEqual(['paint', null]);
  for (const leave of [
    () => actions.view.setPicking('tone'),
    () => actions.view.setMode('variants'),
    () => actions.view.goTo('table'),
  ]) {
    actions.view.goTo('darkroom');
    actions.view.setMode('result');
    actions.hints.start(key);
    leave();
    expect(tool()).toBeNull();
  }
});

test('the distance from a line is that from its nearest point', () => {
  const points = [0, 0, 10, 0, 10, 10];
  expect(distanceTo({ points }, { x: 5, y: 3 })).toBe(3);
  expect(distanceTo({ points }, { x: 14, y: 5 })).toBe(4);
  expect(distanceTo({ points }, { x: 13, y: 14 })).toBe(5);
  expect(distanceTo({ points: [2, 2] }, { x: 5, y: 6 })).toBe(5);
});

test('whether colours are followed is known from the generator that the recipe uses', async () => {
  const { entry } = await setUp();
  const generators = [
    { id: 'coloriser', step: 'colorise', origin: 'shipped', takesHints: true },
    { id: 'ddcolor', step: 'colorise', origin: 'imported', takesHints: false },
  ] as GeneratorInfo[];
  const { recipe } = entry();
  expect(followsHints(generators, recipe)).toBe(true);
  expect(followsHints(generators, withSetting(recipe!, 'colorise', 'generator', 'ddcolor'))).toBe(false);
  expect(followsHints(generators, withSetting(recipe!, 'colorise', 'generator', 'gone'))).toBe(false);
});
