import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { GeneratorInfo } from '../../contract/app';
import { createFakeBridge, fakeFailure, fakeSynthesis, ok } from '../testing/fakeBridge';
import { createActions } from './actions';
import { availableKinds, PREVIEW_COUNT, PREVIEW_DELAY, pairsWithin } from './pairs';
import { createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const CLEAN = { token: 'clean', name: 'clean' };
const DUST = { token: 'dust', name: 'dust' };
const DRAWING = { task: 'synthesise', state: 'ready' } as GeneratorInfo;

async function setUp() {
  const bridge = createFakeBridge();
  const stores = createStores();
  let ids = 0;
  const actions = createActions(bridge, stores, {
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    download: () => {},
    openPage: () => {},
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  await actions.start();
  actions.pairs.proposeName('Training pairs');
  return {
    bridge,
    stores,
    actions,
    pairs: actions.pairs,
    get: stores.pairs.getState,
    notices: () => stores.notices.getState().notices,
    rest: () => vi.advanceTimersByTimeAsync(PREVIEW_DELAY),
    asked: () => bridge.named('synthesis.preview').map(({ request }) => request),
  };
}

describe('previews of pairs', () => {
  test('are made one after the other as soon as a folder is chosen', async () => {
    const { pairs, get, asked, rest } = await setUp();
    pairs.set({ size: 256 });
    await rest();
    expect(asked()).toEqual([]);
    pairs.choose('clean', CLEAN);
    await rest();
    expect(asked().map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(asked()[0]).toMatchObject({
      input: 'clean',
      overlays: null,
      settings: { seed: 1, size: 256, damage: ['drawn'], ageing: 1, format: 'png' },
    });
    expect(get().preview).toMatchObject({ phase: 'ready', fresh: PREVIEW_COUNT, failure: null });
    expect(get().preview.pairs).toHaveLength(PREVIEW_COUNT);
  });

  test('are made again after a change of settings and a pause, and previous ones are cancelled', async () => {
    const { pairs, bridge, get, asked, rest } = await setUp();
    pairs.choose('clean', CLEAN);
    await rest();
    bridge.held.add('synthesis.preview');
    pairs.set({ ageing: 0.4 });
    pairs.set({ ageing: 0.3 });
    expect(get().preview).toMatchObject({ phase: 'making', fresh: 0 });
    expect(get().preview.pairs).toHaveLength(PREVIEW_COUNT);
    await rest();
    expect(asked()).toHaveLength(PREVIEW_COUNT + 1);
    expect(asked().at(-1)).toMatchObject({ index: 0, settings: { ageing: 0.3 } });
    pairs.newSamples();
    expect(bridge.named('jobs.cancel').at(-1)?.request).toEqual({ jobId: asked().at(-1)?.jobId });
    await rest();
    expect(asked().at(-1)).toMatchObject({ index: 0, settings: { ageing: 0.3, seed: 2 } });
    // The answer to a cancelled request is ignored.
    bridge.named('synthesis.preview').at(-2)?.answer(fakeFailure('CANCELLED'));
    await rest();
    expect(get().preview.phase).toBe('making');
    // The number of pairs does not change how they look.
    const { length } = asked();
    pairs.set({ pairs: 20, format: 'webp' });
    await rest();
    expect(asked()).toHaveLength(length);
  });

  test('are made from a folder that is dropped on their page; on other pages a dropped folder is restored', async () => {
    const { actions, asked, get, stores, rest } = await setUp();
    actions.view.goTo('pairs');
    actions.openFiles([{ ...CLEAN, kind: 'folder' }]);
    await rest();
    expect(asked()[0]).toMatchObject({ input: 'clean' });
    expect(stores.view.getState().page).toBe('pairs');
    actions.view.goTo('darkroom');
    actions.openFiles([{ ...DUST, kind: 'folder' }]);
    expect(stores.view.getState().page).toBe('batch');
    expect(get().input).toMatchObject(CLEAN);
  });

  test('give the reason if there are none', async () => {
    const { pairs, bridge, get, rest } = await setUp();
    bridge.answers['synthesis.preview'] = () => fakeFailure('PHOTO_TOO_SMALL');
    pairs.choose('clean', CLEAN);
    await rest();
    expect(get().preview).toMatchObject({ phase: 'failed', pairs: [], failure: { code: 'PHOTO_TOO_SMALL' } });
  });
});

describe('damage', () => {
  test('has the kinds that are both available and chosen', async () => {
    expect(availableKinds({ overlays: null }, null)).toEqual(['drawn']);
    expect(availableKinds({ overlays: DUST }, [DRAWING])).toEqual(['drawn', 'overlay', 'synthesised']);
    expect(availableKinds({ overlays: null }, [{ ...DRAWING, state: 'damaged' }])).toEqual(['drawn']);

    const { pairs, get, asked, rest } = await setUp();
    pairs.set({ damage: { drawn: false, overlay: false, synthesised: true } });
    pairs.choose('clean', CLEAN);
    await rest();
    expect(asked()).toEqual([]);
    expect(get().preview.phase).toBe('none');
    pairs.choose('overlays', DUST);
    await rest();
    expect(asked()[0]).toMatchObject({ overlays: 'dust', settings: { damage: ['overlay'] } });
  });
});

describe('making pairs', () => {
  test('is reported, and its end also on other pages', async () => {
    const { pairs, bridge, get, notices, actions, stores, rest } = await setUp();
    pairs.choose('clean', CLEAN);
    pairs.set({ pairs: 2000 });
    await rest();
    actions.view.goTo('pairs');
    pairs.start();
    await rest();
    expect(bridge.named('synthesis.start')[0]?.request).toMatchObject({
      input: 'clean',
      output: null,
      below: 'Training pairs',
      pairs: 2000,
    });
    expect(get().state).toMatchObject({ phase: 'running', done: 312 });
    bridge.emit('synthesis.state', fakeSynthesis({ done: 313 }));
    expect(get().state?.done).toBe(313);
    actions.view.goTo('darkroom');
    bridge.emit('synthesis.state', fakeSynthesis({ phase: 'done', done: 2000 }));
    expect(notices()).toMatchObject([{ text: 'pairsDone', params: { name: 'Training pairs' } }]);
    notices()[0]?.action?.run();
    expect(stores.view.getState().page).toBe('pairs');
  });

  test('that has failed before the start is confirmed stays failed', async () => {
    const { pairs, bridge, get, rest } = await setUp();
    pairs.choose('clean', CLEAN);
    await rest();
    bridge.held.add('synthesis.start');
    pairs.start();
    await rest();
    const failed = fakeSynthesis({ phase: 'failed', failure: { code: 'FOLDER_TAKEN', message: '' } });
    bridge.emit('synthesis.state', fakeSynthesis());
    bridge.emit('synthesis.state', failed);
    bridge.named('synthesis.start')[0]?.answer(ok(fakeSynthesis()));
    await rest();
    expect(get()).toMatchObject({ state: { phase: 'failed' }, starting: false });
  });

  test('is refused with an invalid folder name', async () => {
    const { pairs, bridge, rest } = await setUp();
    pairs.choose('clean', CLEAN);
    for (const name of ['', 'a/b', '..']) {
      pairs.setBelow(name);
      pairs.start();
    }
    await rest();
    expect(bridge.named('synthesis.start')).toEqual([]);
  });

  test('is found again after the page is reloaded', async () => {
    const bridge = createFakeBridge();
    bridge.answers['synthesis.state'] = () => ok({ state: fakeSynthesis() });
    const stores = createStores();
    const surroundings = {
      newId: () => 'id',
      download: () => {},
      openPage: () => {},
      copyPicture: async () => {},
      printPicture: async () => {},
    };
    await createActions(bridge, stores, surroundings).start();
    expect(stores.pairs.getState().state).toMatchObject({ phase: 'running' });
  });

  test('limits the number to the possible range', () => {
    expect([-3, 0, 7.4, 1e9].map(pairsWithin)).toEqual([1, 1, 7, 1_000_000]);
  });
});
