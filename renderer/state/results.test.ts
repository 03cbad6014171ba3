import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BatchRow } from '../../contract/batch';
import { commandFor, commandOf, isReady, perform } from '../commands';
import { createFakeBridge, fakeBatch, fakeFailure, fakePhoto, fakeRow, ok } from '../testing/fakeBridge';
import { createActions } from './actions';
import { createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A window with a batch of three photos that has ended; the main side remembers what was looked at. */
async function setUp(changes: Partial<BatchRow>[] = [{}, {}, {}]) {
  const bridge = createFakeBridge();
  const stores = createStores();
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const actions = createActions(bridge, stores, {
    newId,
    download: () => {},
    openPage: () => {},
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  const rows = changes.map((change, index) => fakeRow({ index, ...change }));
  const put = (index: number, change: Partial<BatchRow>) => {
    rows[index] = { ...rows[index]!, ...change };
    return rows[index];
  };
  bridge.answers['review.beside'] = ({ filter, index, step }) => {
    const listed = rows.filter(({ seen }) => filter !== 'unseen' || !seen);
    const row =
      step === 0
        ? rows[index]!
        : step === 1
          ? listed.find((each) => each.index > index)
          : listed.findLast((each) => each.index < index);
    return ok({ row: row ?? null, rank: row ? listed.indexOf(row) : 0, total: listed.length });
  };
  bridge.answers['review.mark'] = ({ what, seen }) => {
    const indices = 'indices' in what ? what.indices : rows.filter((row) => !row.seen).map(({ index }) => index);
    for (const index of indices) put(index, { seen });
    return ok({ changed: indices });
  };
  await actions.start();
  actions.view.goTo('batch');
  bridge.emit('batch.state', fakeBatch({ phase: 'done' }));
  actions.batch.showBatch('batch-1');
  const settle = () => vi.advanceTimersByTimeAsync(1000);
  await settle();
  const { results } = actions;
  const get = stores.results.getState;
  return {
    bridge,
    stores,
    actions,
    results,
    get,
    rows,
    put,
    settle,
    session: { stores, actions },
    notices: () => stores.notices.getState().notices,
    closed: () => bridge.named('photos.close').map(({ request }) => request.photoId),
  };
}

describe('results', () => {
  test('are gone through by keys, which mark them, until the list ends', async () => {
    const { bridge, closed, get, notices, rows, session, settle, stores } = await setUp();
    stores.batch.setState({ filter: 'unseen' });
    session.actions.results.open(0);
    await settle();
    expect(get().shown).toMatchObject({ row: { index: 0 }, look: { photoId: 'look-0' }, rank: 0, total: 3 });
    // The next one is opened ahead.
    expect(bridge.named('review.look').map(({ request }) => request.index)).toEqual([0, 1]);
    const next = commandFor({ key: ' ', command: false, shift: false }, 'results')!;
    perform(next, session);
    perform(next, session);
    await settle();
    expect(get().shown).toMatchObject({ row: { index: 2 }, rank: 0, total: 1 });
    expect(rows.map(({ seen }) => seen)).toEqual([true, true, false]);
    expect(closed()).toEqual(['look-0', 'look-1']);
    perform(next, session);
    await settle();
    expect(get().shown).toBeNull();
    expect(rows.every(({ seen }) => seen)).toBe(true);
    expect(notices()).toMatchObject([{ text: 'resultsSeen' }]);
    expect(closed()).toEqual(['look-0', 'look-1', 'look-2']);
  });

  test('are replaced, shown again in their new version, and brought back', async () => {
    const { bridge, get, notices, put, results, settle } = await setUp();
    bridge.answers['review.original'] = ({ index }) =>
      ok(put(index, { decision: 'original', state: 'unchanged', seen: true, undoable: true, version: 2 }));
    bridge.answers['review.undo'] = ({ index }) => ok(put(index, { decision: null, state: 'restored', version: 3 }));
    results.open(1);
    await settle();
    results.keepOriginal();
    await settle();
    expect(get().shown?.row).toMatchObject({ decision: 'original', version: 2 });
    expect(bridge.named('review.look').filter(({ request }) => request.index === 1)).toHaveLength(2);
    const [notice] = notices();
    expect(notice).toMatchObject({ text: 'originalKept', action: { label: 'undo' } });
    // The original is kept already.
    results.keepOriginal();
    await settle();
    expect(bridge.named('review.original')).toHaveLength(1);
    notice!.action!.run();
    await settle();
    expect(get().shown?.row.decision).toBeNull();
    expect(notices().at(-1)).toMatchObject({ text: 'decisionUndone', action: null });
  });

  test('that somebody else has changed are asked about, and replaced only where that is agreed', async () => {
    const { bridge, get, results, settle } = await setUp();
    bridge.answers['review.redo'] = ({ index, agreed }) =>
      agreed ? ok(fakeRow({ index, decision: 'redone', version: 2 })) : fakeFailure('RESULT_CHANGED');
    const work = { recipe: null, added: [] };
    results.open(0);
    await settle();
    results.redo(work);
    await settle();
    expect(get().asked).toMatchObject({ name: 'lake 0.jpg' });
    results.answer(false);
    await settle();
    expect(bridge.named('review.redo')).toHaveLength(1);
    results.redo(work);
    await settle();
    results.answer(true);
    await settle();
    expect(bridge.named('review.redo').map(({ request }) => request.agreed)).toEqual([false, false, true]);
    expect(get()).toMatchObject({ asked: null, shown: { row: { decision: 'redone' } } });
  });

  test('go on being looked at while one is redone; it is shown when it is done only if it is still on the screen', async () => {
    const { bridge, get, results, settle } = await setUp();
    bridge.held.add('review.redo');
    results.open(0);
    await settle();
    results.redo({ recipe: null, added: [] });
    results.go(1);
    await settle();
    expect(get()).toMatchObject({ changing: [0], shown: { row: { index: 1 } } });
    bridge.named('review.redo')[0]!.answer(ok(fakeRow({ index: 0, decision: 'redone', version: 2 })));
    await settle();
    expect(get()).toMatchObject({ changing: [], shown: { row: { index: 1 } } });
  });

  test('are all marked at once, which can be taken back', async () => {
    const { notices, results, rows, settle } = await setUp();
    results.markAll();
    await settle();
    expect(rows.every(({ seen }) => seen)).toBe(true);
    expect(notices()).toMatchObject([{ text: 'allMarked', params: { count: 3 } }]);
    notices()[0]!.action!.run();
    await settle();
    expect(rows.some(({ seen }) => seen)).toBe(false);
  });

  test('are edited with what the batch has done, and exported back', async () => {
    const { actions, bridge, get, notices, results, settle, stores } = await setUp();
    const recipe = stores.app.getState().recipes.find(({ id }) => id === 'scratched-print')!;
    bridge.answers['review.work'] = () => ok({ recipe, added: [] });
    bridge.answers['photos.open'] = () => ok(fakePhoto({ id: 'source' }));
    results.open(1);
    await settle();
    results.edit();
    await settle();
    const [entry] = stores.photos.getState().photos;
    expect(stores.view.getState().page).toBe('darkroom');
    expect(entry).toMatchObject({ ofBatch: { id: 'batch-1', index: 1 }, recipe: { id: 'scratched-print' } });
    actions.exportToBatch(entry!.key);
    await settle();
    expect(bridge.named('review.takeEdit')[0]!.request).toMatchObject({ index: 1, photoId: 'source', agreed: false });
    expect(stores.photos.getState().photos[0]).toMatchObject({ exportFailure: null });
    expect(stores.photos.getState().photos[0]!.exportedFor).not.toBeNull();
    expect(notices().at(-1)).toMatchObject({ text: 'resultEdited', action: { label: 'show' } });
    expect(get().shown?.row).toMatchObject({ index: 1, decision: 'edited' });
    notices().at(-1)!.action!.run();
    expect(stores.view.getState().page).toBe('batch');
    // Again as the last time: into the batch.
    actions.exportAgain();
    await settle();
    expect(bridge.named('review.takeEdit')).toHaveLength(2);
  });

  test('have the keys of a view only while they are shown large', async () => {
    const { actions, results, session, settle, stores } = await setUp();
    expect(isReady(commandOf('zoomIn'), session)).toBe(false);
    expect(isReady(commandOf('resultKeep'), session)).toBe(false);
    results.open(0);
    await settle();
    expect(isReady(commandOf('mode-original'), session)).toBe(true);
    expect(isReady(commandOf('mode-split'), session)).toBe(false);
    expect(isReady(commandOf('export'), session)).toBe(false);
    perform(commandOf('zoomActual'), session);
    expect(stores.view.getState().views['result 0']).toMatchObject({ scale: 1 });
    // Another batch, or the settings of one, close it.
    actions.batch.leave();
    await settle();
    expect(stores.results.getState().shown).toBeNull();
  });

  test('that cannot be opened say why, and are tried again', async () => {
    const { bridge, get, results, settle } = await setUp([{ state: 'failed', written: null }, {}]);
    bridge.answers['review.look'] = () => fakeFailure('PHOTO_DAMAGED');
    results.open(0);
    await settle();
    expect(get().shown).toMatchObject({ look: null, failure: { code: 'PHOTO_DAMAGED' } });
    results.keepOriginal();
    expect(bridge.named('review.original')).toEqual([]);
    bridge.answers['review.look'] = () => ok({ photoId: 'again', width: 1, height: 1, result: null });
    results.open(0);
    await settle();
    expect(get().shown).toMatchObject({ look: { photoId: 'again' } });
  });
});
