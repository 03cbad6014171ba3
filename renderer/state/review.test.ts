import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Filling, type MaskOp } from '../../contract/edit';
import { fillingOf } from '../../document/fillings';
import { compileMask, type MaskSource } from '../../document/mask';
import { PlaceSearch } from '../../document/places';
import { evidenceWith } from '../../document/testing';
import { createFakeBridge } from '../testing/fakeBridge';
import { createActions } from './actions';
import { withSkipped } from './review';
import { activePhoto, createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SIZE = { width: 3000, height: 2000 };
/** Two scratches of the photo, on a detector's small grid. */
const source: MaskSource = {
  ...SIZE,
  evidence: evidenceWith({ width: 150, height: 100, fullWidth: SIZE.width, fullHeight: SIZE.height }, [
    { x: 0.1, y: 0.2, dx: 0.015, dy: 0 },
    { x: 0.2, y: 0.7, dx: 0.01, dy: 0 },
  ]),
  settings: { sensitivity: 0.5, grow: 2 },
  bitmaps: new Map(),
};

const places = (ops: readonly MaskOp[]) => new PlaceSearch(compileMask(ops, source), source, ops).step()!;

async function setUp() {
  const stores = createStores();
  const actions = createActions(createFakeBridge(), stores, {
    newId: () => crypto.randomUUID(),
    download: () => {},
    openPage: () => {},
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  actions.openFiles([
    { token: 'lake', name: 'lake.jpg', kind: 'photo' },
    { token: 'mill', name: 'mill.jpg', kind: 'photo' },
  ]);
  await vi.advanceTimersByTimeAsync(0);
  const entry = () => activePhoto(stores.photos.getState())!;
  const ops = () => entry().edit!.mask;
  const { key } = entry();
  /** What the page does when the mask has changed. */
  const count = () => {
    actions.review.setFound(key, source, places(ops()));
    actions.review.setPlaces(key, places(withSkipped(ops())));
  };
  count();
  return { actions, stores, entry, ops, key, count, review: () => stores.review.getState() };
}

test('a skip takes the place out of the mask as one history entry, and undo and keep bring it back', async () => {
  const { actions, entry, ops, key, count, review } = await setUp();
  const before = ops();
  actions.review.start(key);
  count();
  expect(review()).toMatchObject({ key, at: 0, places: [{}, {}] });
  actions.review.skip();
  expect(review().at).toBe(1);
  expect(places(ops())).toEqual([review().places![1]]);
  expect(entry().log?.at).toBe(1);
  actions.undo(key);
  expect(ops()).toEqual(before);

  actions.redo(key);
  count();
  // The skipped place is still offered, and the second decision of the same kind changes nothing.
  expect(review().places).toHaveLength(2);
  actions.review.previous();
  actions.review.skip();
  expect(entry().log?.at).toBe(1);
  actions.review.previous();
  actions.review.keep();
  expect(ops()).toEqual(before);
  expect(entry().log?.at).toBe(2);
  actions.review.keep();
  expect(entry().log?.at).toBe(2);
  expect(review().at).toBe(1);
});

test('a place is filled another way, the review stays at it, and undo takes the choice back', async () => {
  const { actions, entry, ops, key, count, review } = await setUp();
  const before = ops();
  actions.review.start(key);
  count();
  const [place, other] = review().places!;
  for (const filling of [...Filling.options, null]) {
    actions.review.fill();
    expect(fillingOf(place!, ops(), source)).toBe(filling);
    expect(fillingOf(other!, ops(), source)).toBeNull();
    expect(review().at).toBe(0);
  }
  expect(entry().log?.at).toBe(4);
  expect(places(ops())).toEqual([place, other]);
  for (let i = 0; i < 4; i++) actions.undo(key);
  expect(ops()).toEqual(before);
  // What is left alone is not filled.
  actions.review.skip();
  actions.review.previous();
  const { at } = entry().log!;
  actions.review.fill();
  expect(entry().log?.at).toBe(at);
});

test('the place that is shown stays when others are found before it, and the review ends when none is left', async () => {
  const { actions, ops, key, count, review } = await setUp();
  actions.review.start(key);
  count();
  actions.review.next();
  const shown = review().places![1]!;
  const stroke: MaskOp = { kind: 'stroke', mode: 'paint', size: 600, hardness: 1, points: [2500, 500, 1] };
  actions.paint(key, stroke);
  count();
  expect(review().at).toBe(2);
  expect(review().places![2]).toEqual(shown);
  actions.paint(key, { kind: 'clear' });
  count();
  expect(ops()).toHaveLength(3);
  expect(review()).toMatchObject({ key: null, places: null });
});

test('what was shown before returns; a tool, another photo and a repair that is switched off end the review', async () => {
  const { actions, stores, key, count, review } = await setUp();
  const looks = () => {
    const { mode, before, after, views } = stores.view.getState();
    return { mode, before, after, view: views[key] };
  };
  actions.view.setMode('difference');
  actions.view.setSide('before', 'step:repair');
  const former = looks();
  const begin = () => {
    actions.review.start(key);
    count();
    actions.view.showPart(key, SIZE, review().places![0]!);
  };
  begin();
  expect(looks()).toMatchObject({ mode: 'side', before: 'original', after: 'result' });
  expect(looks().view?.scale).toBeGreaterThan(0);
  actions.review.end();
  expect(looks()).toEqual(former);

  begin();
  const near = looks().view;
  actions.tools.editMask('repair');
  expect(review().key).toBeNull();
  // The brush works on the original, where the person was looking. Afterwards the comparison returns.
  expect(looks()).toMatchObject({ mode: 'original', view: near });
  actions.tools.take(null);
  expect(looks().mode).toBe('difference');

  begin();
  actions.activateNext(1);
  expect(review().key).toBeNull();
  actions.activateNext(-1);
  begin();
  actions.setEnabled(key, 'repair', false);
  expect(review().key).toBeNull();
  actions.review.start(key);
  expect(review().key).toBeNull();
});
