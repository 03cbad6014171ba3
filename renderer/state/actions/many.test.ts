import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExportChoice } from '../../../contract/output';
import { createFakeBridge, fakeAnalysis, fakePhoto, ok } from '../../testing/fakeBridge';
import { ratingOf } from '../listing';
import { canUndo } from '../model';
import { stepOf } from '../recipes';
import { selectedPhotos } from '../selection';
import { createStores } from '../stores';
import { createActions } from '.';
import { RATING_DELAY } from './many';

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
    copyPicture: async () => {},
    printPicture: async () => {},
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
  test('a crop that was copied is taken over with the other settings, and undone with them', async () => {
    const { actions, entry, keys, notice, settle } = await setUp('a', 'b');
    actions.select(keys[0]!, 'only');
    actions.cropTool.start(keys[0]!);
    actions.cropTool.drag('topLeft', { x: 600, y: 400 });
    await actions.cropTool.apply();
    actions.setSetting(keys[0]!, 'tone', 'strength', 0.2);
    actions.copySettings(keys[0]!, ['tone', 'crop'], {});
    actions.select(keys[1]!, 'only');
    await settle();
    const before = entry('b').edit;
    actions.pasteSettings();
    await settle();
    expect(entry('b').photo).toMatchObject({ width: 2400, height: 1600 });
    expect(entry('b').edit!.scan).toEqual(entry('a').edit!.scan);
    expect(stepOf(entry('b').recipe!, 'tone')?.settings.strength).toBe(0.2);
    notice().action!.run();
    await settle();
    expect(entry('b').edit).toEqual(before);
    expect(entry('b').photo).toMatchObject({ width: 3000, height: 2000 });
  });

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

describe('ratings', () => {
  test('are given to the selected photos, exported with them, and undone in each', async () => {
    const { actions, bridge, entry, keys, settle } = await setUp('a', 'b', 'c');
    actions.select(keys[1]!, 'toggle');
    actions.rateAll(4);
    actions.rateAll(3);
    expect(['a', 'b', 'c'].map((token) => ratingOf(entry(token)))).toEqual([3, 3, 0]);
    await actions.exportOne(keys[1]!, { ...plain, format: 'png', place: 'ask', name: null });
    await actions.exportOne(keys[2]!, { ...plain, format: 'png', place: 'ask', name: null });
    expect(bridge.named('photos.export').map(({ request }) => request.rating)).toEqual([3, null]);
    actions.undo(keys[0]!);
    expect(['a', 'b'].map((token) => ratingOf(entry(token)))).toEqual([4, 3]);
    await settle();
    // Nothing is written beside the originals unless it was asked for.
    expect(bridge.named('photos.writeSidecar')).toEqual([]);
  });

  test('before the analysis are kept when it has come', async () => {
    const { actions, bridge, entry, settle } = await setUp('a');
    bridge.held.add('photos.analyse');
    actions.openFiles([{ token: 'b', name: 'b.jpg', kind: 'photo' }]);
    await settle();
    actions.rateAll(5, [entry('b').key]);
    expect(ratingOf(entry('b'))).toBe(5);
    bridge.named('photos.analyse').at(-1)!.answer(ok(fakeAnalysis()));
    await settle();
    expect(entry('b').edit?.rating).toBe(5);
  });

  test('are written beside the photo where asked, the last one only, and undoing one too', async () => {
    const { actions, bridge, entry, keys, notice, settle } = await setUp('a', 'b');
    bridge.answers['photos.writeSidecar'] = () => ok({ name: 'a.jpg.xmp', backup: 'a.jpg.xmp.bak' });
    void actions.setSettings({ ratingSidecars: true });
    await settle();
    for (const stars of [1, 2, 3]) actions.rateAll(stars);
    await vi.advanceTimersByTimeAsync(RATING_DELAY);
    const asked = () => bridge.named('photos.writeSidecar').map(({ request }) => request);
    expect(asked()).toEqual([{ photoId: 'of-a', rating: 3, caption: {} }]);
    expect(notice()).toMatchObject({ text: 'ratingBackup', params: { name: 'a.jpg.xmp.bak' } });
    actions.undo(keys[0]!);
    await vi.advanceTimersByTimeAsync(RATING_DELAY);
    expect(asked().at(-1)).toEqual({ photoId: 'of-a', rating: 2, caption: {} });
    // Other edits, and photos that are opened with a rating, write nothing.
    actions.turnAll('right');
    actions.openFiles([{ token: 'c', name: 'c.jpg', kind: 'photo' }]);
    await vi.advanceTimersByTimeAsync(2 * RATING_DELAY);
    expect(asked()).toHaveLength(2);
    bridge.answers['photos.writeSidecar'] = () => ({ ok: false, error: { code: 'METADATA_DAMAGED', message: '' } });
    actions.rateAll(1, [entry('b').key]);
    await vi.advanceTimersByTimeAsync(RATING_DELAY);
    expect(notice()).toMatchObject({ text: 'ratingUnwritten', failure: { code: 'METADATA_DAMAGED' } });
  });
});

describe('a batch of selected photos', () => {
  test('opens with these photos, and with all of a folder that is chosen afterwards', async () => {
    const { actions, bridge, keys, notice, settle, stores } = await setUp('a', 'b', 'c');
    actions.batch.proposeName('Restored');
    actions.select(keys[1]!, 'toggle');
    actions.sendToBatch();
    await settle();
    expect(stores.view.getState().page).toBe('batch');
    expect(bridge.named('batch.plan').at(-1)?.request).toMatchObject({ input: 'folder-1', files: ['a', 'b'] });
    actions.batch.start();
    await settle();
    expect(bridge.named('batch.start').at(-1)?.request).toMatchObject({ files: ['a', 'b'] });
    actions.batch.choose('input', { token: 'folder-2', name: 'Other' });
    expect(stores.batch.getState().files).toEqual([]);

    bridge.answers['batch.gather'] = () => ok({ folder: null, files: [], left: 2 });
    actions.sendToBatch();
    await settle();
    expect(notice()).toMatchObject({ tone: 'info', text: 'nothingForBatch' });
  });
});

const plain = ExportChoice.parse({});
const choice = { ...plain, place: 'folder' as const, pattern: '{number} {name}', undated: 'undated' };
const folder = { token: 'folder-1', name: 'Results' };
const written = (name: string) => ({
  name,
  place: '/photos/Results',
  bytes: 1,
  download: null,
  token: `token-${name}`,
  folder: 'folder-1',
  also: [],
  reports: [],
  notes: [{ key: 'notes.rounded' }],
});

describe('the export of several photos', () => {
  test('writes one after the other under the names of the pattern, and sums up once', async () => {
    const { actions, bridge, entry, notice, settle, stores } = await setUp('a', 'b', 'c');
    bridge.held.add('photos.export');
    actions.selectAll();
    stores.many.setState({ folder });
    actions.exportAll(choice);
    await settle();
    const asked = () => bridge.named('photos.export');
    expect(asked()).toHaveLength(1);
    bridge.emit('job.progress', {
      jobId: asked()[0]!.request.jobId,
      stage: 'computing',
      step: null,
      done: 0.5,
      secondsLeft: 3,
    });
    const job = () => stores.jobs.getState().jobs.find(({ kind }) => kind === 'exportAll')!;
    expect(job().progress).toMatchObject({ done: 0.5 / 3, secondsLeft: null });
    asked()[0]!.answer(ok(written('01 a.jpg')));
    await settle();
    expect(job()).toMatchObject({ name: 'b.jpg', part: { at: 1, of: 3 } });
    // A photo that fails does not stop the others.
    asked()[1]!.answer({ ok: false, error: { code: 'OUT_OF_MEMORY', message: '' } });
    await settle();
    asked()[2]!.answer(ok(written('03 c.jpg')));
    await settle();
    expect(asked().map(({ request }) => [request.photoId, request.name, request.folder])).toEqual([
      ['of-a', '01 a', 'folder-1'],
      ['of-b', '02 b', 'folder-1'],
      ['of-c', '03 c', 'folder-1'],
    ]);
    expect(notice()).toMatchObject({
      tone: 'error',
      text: 'exportedSome',
      params: { count: 2, failed: 1, place: '/photos/Results' },
      failed: [{ name: 'b.jpg', failure: { code: 'OUT_OF_MEMORY' } }],
      // What is the same for all is told once.
      notes: [{ key: 'notes.rounded' }],
    });
    expect(entry('a').exportedFor).toBe(entry('a').edit);
    expect(entry('b')).toMatchObject({ exportedFor: null, exportFailure: { code: 'OUT_OF_MEMORY' } });

    notice().action!.run();
    await settle();
    expect(
      asked()
        .slice(3)
        .map(({ request }) => request.photoId),
    ).toEqual(['of-b']);
    asked()[3]!.answer(ok(written('01 b.jpg')));
    await settle();
    expect(entry('b').exportFailure).toBeNull();
    expect(notice()).toMatchObject({ tone: 'done', text: 'exportedAll', action: { label: 'showInFolder' } });
  });

  test('stops where it is cancelled, and tells what was written', async () => {
    const { actions, bridge, notice, settle, stores } = await setUp('a', 'b', 'c');
    bridge.held.add('photos.export');
    actions.selectAll();
    stores.many.setState({ folder });
    actions.exportAll(choice);
    await settle();
    bridge.named('photos.export')[0]!.answer(ok(written('01 a.jpg')));
    await settle();
    actions.cancelJob(stores.jobs.getState().jobs.find(({ kind }) => kind === 'exportAll')!.id);
    await settle();
    expect(bridge.named('photos.export')).toHaveLength(2);
    expect(notice()).toMatchObject({ tone: 'info', text: 'exportAllCancelled', params: { count: 1 }, failed: [] });
    expect(stores.jobs.getState().jobs).toEqual([]);
  });

  test('hands over all files as downloads in the browser', async () => {
    const { actions, downloads, notice, settle } = await setUp('a', 'b');
    actions.selectAll();
    actions.exportAll({ ...choice, place: 'ask' });
    await settle();
    expect(downloads).toHaveLength(2);
    expect(notice()).toMatchObject({ text: 'exportedAll', params: { count: 2 }, action: { label: 'downloadAgain' } });
  });
});
