import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFakeBridge, fakeAnalysis, fakePhoto, ok } from '../../testing/fakeBridge';
import { canUndo } from '../model';
import { stepOf } from '../recipes';
import { selectedPhotos } from '../selection';
import { createStores } from '../stores';
import { createActions } from '.';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A window with these photos open. */
async function setUp(...tokens: string[]) {
  const bridge = createFakeBridge();
  const stores = createStores();
  let ids = 0;
  const downloads: string[] = [];
  const actions = createActions(bridge, stores, {
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    download: (url) => void downloads.push(url),
    openPage: () => {},
  });
  bridge.answers['photos.open'] = ({ token }) => ok(fakePhoto({ id: `of-${token}`, name: `${token}.jpg` }));
  await actions.start();
  actions.openFiles(tokens.map((token) => ({ token, name: `${token}.jpg`, kind: 'photo' })));
  const settle = () => vi.advanceTimersByTimeAsync(1000);
  await settle();
  const entries = () => stores.photos.getState().photos;
  return {
    bridge,
    stores,
    actions,
    downloads,
    settle,
    entries,
    keys: entries().map(({ key }) => key),
    entry: (token: string) => entries().find((each) => each.token === token)!,
    active: () => entries().find(({ key }) => key === stores.photos.getState().activeKey)?.token,
    selected: () => selectedPhotos(stores.photos.getState()).map(({ token }) => token),
    notice: () => stores.notices.getState().notices.at(-1)!,
  };
}

describe('several photos', () => {
  test('settings are pasted to the selected ones, as one entry in the history of each, and undone together', async () => {
    const { actions, bridge, entry, keys, notice, settle, stores } = await setUp('a', 'b', 'c');
    actions.setSetting(keys[0]!, 'tone', 'strength', 0.2);
    actions.copySettings(keys[0]!, ['tone'], { repair: false });
    expect(stores.app.getState().settings.copyChoices).toEqual({ repair: false });
    // What is copied does not change with the photo.
    actions.setSetting(keys[0]!, 'tone', 'strength', 0.9);
    actions.selectAll();
    await settle();
    const renders = bridge.named('photos.render').length;
    actions.pasteSettings();
    await settle();
    for (const token of ['a', 'b', 'c']) expect(stepOf(entry(token).recipe!, 'tone')?.settings.strength).toBe(0.2);
    expect(entry('b').log?.actions).toHaveLength(1);
    expect(notice()).toMatchObject({ text: 'settingsPasted', params: { count: 3 } });
    // Only the photo that is shown is computed.
    const asked = bridge.named('photos.render').slice(renders);
    expect(new Set(asked.map(({ request }) => request.photoId))).toEqual(new Set(['of-a']));

    actions.setSetting(keys[2]!, 'tone', 'strength', 0.5);
    notice().action!.run();
    expect(stepOf(entry('a').recipe!, 'tone')?.settings.strength).toBe(0.9);
    expect(canUndo(entry('b'))).toBe(false);
    // A later change is not undone.
    expect(stepOf(entry('c').recipe!, 'tone')?.settings.strength).toBe(0.5);
  });

  test('a mask from a file is stored with each photo, and what is left out is said', async () => {
    const { actions, bridge, entry, keys, notice, settle } = await setUp('a', 'b');
    actions.paint(keys[0]!, { kind: 'bitmap', mode: 'replace', id: 'a'.repeat(64) });
    actions.copySettings(keys[0]!, ['mask'], {});
    actions.select(keys[1]!, 'only');
    actions.pasteSettings();
    await settle();
    expect(bridge.named('masks.copy')[0]?.request).toMatchObject({ from: 'of-a', to: 'of-b', of: 'repair' });
    expect(entry('b').edit?.mask).toEqual([{ kind: 'bitmap', mode: 'replace', id: 'b'.repeat(64) }]);

    actions.undo(keys[1]!);
    bridge.answers['masks.copy'] = () => ({ ok: false, error: { code: 'MASK_SIZE', message: '' } });
    actions.pasteSettings();
    await settle();
    expect(notice()).toMatchObject({
      text: 'nothingChanged',
      notes: [{ key: 'many.left.bitmap', values: { count: 1 } }],
    });
  });

  test('photos that are not analysed yet are left out, and it is said', async () => {
    const { actions, bridge, entry, notice, settle } = await setUp('a');
    bridge.held.add('photos.analyse');
    actions.openFiles([{ token: 'b', name: 'b.jpg', kind: 'photo' }]);
    await settle();
    actions.selectAll();
    actions.applyRecipe('enlarge');
    expect(entry('a').recipe?.id).toBe('enlarge');
    expect(notice()).toMatchObject({
      text: 'recipeAppliedToAll',
      params: { count: 1 },
      notes: [{ key: 'many.notReady', values: { count: 1 } }],
    });
    bridge.named('photos.analyse').at(-1)!.answer(ok(fakeAnalysis()));
    await settle();
    expect(entry('b').recipe?.id).toBe('proposal');
  });

  test('are turned together, and closed and opened again together', async () => {
    const { actions, active, entries, keys, notice, selected, settle } = await setUp('a', 'b', 'c');
    actions.select(keys[1]!, 'toggle');
    expect(selected()).toEqual(['a', 'b']);
    actions.turnAll('right');
    expect(entries().map(({ edit }) => edit?.orientation)).toEqual([6, 6, 1]);
    actions.closeAll();
    expect([entries().map(({ token }) => token), active()]).toEqual([['c'], 'c']);
    expect(notice()).toMatchObject({ text: 'closedAll', params: { count: 2 } });
    notice().action!.run();
    await settle();
    expect(entries().map(({ token, edit }) => [token, edit?.orientation])).toEqual([
      ['c', 1],
      ['a', 6],
      ['b', 6],
    ]);
  });

  test('a photo that another program shows takes its place in the selection', async () => {
    const { actions, active, keys, selected } = await setUp('a', 'b', 'c');
    actions.selectAll();
    actions.activate(keys[2]!);
    expect([active(), selected()]).toEqual(['c', ['a', 'b', 'c']]);
    actions.activateNext(-1);
    expect([active(), selected()]).toEqual(['b', ['b']]);
  });
});
