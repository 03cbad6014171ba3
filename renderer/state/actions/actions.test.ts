import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Settings } from '../../../contract/app';
import type { CallName, Transfer } from '../../../contract/calls';
import { EditDelta, type EditLog, type MaskArea, type MaskOp } from '../../../contract/edit';
import { ExportChoice } from '../../../contract/output';
import type { Recipe } from '../../../contract/recipe';
import { applyDelta, freshLog } from '../../../document/edit';
import { DETECTED_MASK } from '../../../document/mask';
import { commandOf, perform } from '../../commands';
import { historyOf } from '../../recipe/history';
import {
  cleanAnalysis,
  createFakeBridge,
  type FakeBridge,
  fakeAnalysis,
  fakeFailure,
  fakePhoto,
  ok,
  PROPOSAL,
  READY,
} from '../../testing/fakeBridge';
import { canRedo } from '../model';
import { stepOf } from '../recipes';
import { activePhoto, createStores } from '../stores';
import { withStrengths } from '../variants';
import { createActions, PREVIEW_DELAY } from '.';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const bridge = createFakeBridge();
  const stores = createStores();
  const downloads: string[] = [];
  const pages: string[] = [];
  let ids = 0;
  const actions = createActions(bridge, stores, {
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    download: (url) => void downloads.push(url),
    openPage: (url) => void pages.push(url),
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  const entry = () => {
    const active = activePhoto(stores.photos.getState());
    if (active === null) throw new Error('no photo is open');
    return active;
  };
  const count = (name: CallName) => bridge.named(name).length;
  return {
    bridge,
    stores,
    actions,
    downloads,
    entry,
    count,
    notices: () => stores.notices.getState().notices,
    /** Runs everything that is due. */
    settle: () => vi.advanceTimersByTimeAsync(0),
    rest: () => vi.advanceTimersByTimeAsync(PREVIEW_DELAY),
    async openOne(token = 'lake') {
      actions.openFiles([{ token, name: `${token}.jpg`, kind: 'photo' }]);
      await vi.advanceTimersByTimeAsync(0);
    },
    sizes: () => bridge.named('photos.render').map((call) => call.request.size),
  };
}

test('a photo is analysed while its edits are loaded, and rendered before the page draws the proposal', async () => {
  const { bridge, count, entry, openOne, settle, sizes, stores } = setUp();
  bridge.held.add('edits.load');
  bridge.held.add('photos.analyse');
  await openOne();
  expect([count('edits.load'), count('photos.analyse')]).toEqual([1, 1]);
  bridge.named('photos.analyse')[0]!.answer(ok(fakeAnalysis()));
  await settle();
  // The edits may say that another print is shown.
  expect([entry().analysis, sizes()]).toEqual([null, []]);
  let drawn = 0;
  stores.photos.subscribe(() => {
    drawn += 1;
  });
  bridge.named('edits.load')[0]!.answer(ok({ log: null, recovered: false, heldBy: null }));
  for (let turn = 0; turn < 20 && drawn === 0; turn++) await Promise.resolve();
  for (let turn = 0; turn < 20 && sizes().length === 0; turn++) await Promise.resolve();
  expect(entry().analysis).not.toBeNull();
  expect(sizes()).toEqual(['preview']);
  expect(count('photos.analyse')).toBe(1);
});

test('the full size of a photo makes way for the next photo, and is computed again when it is shown again', async () => {
  const { bridge, actions, entry, openOne, settle, sizes } = setUp();
  await openOne();
  const { key } = entry();
  bridge.held.add('photos.render');
  actions.setSetting(key, 'repair', 'sensitivity', 0.9);
  await vi.advanceTimersByTimeAsync(PREVIEW_DELAY);
  bridge
    .named('photos.render')
    .at(-1)!
    .answer(ok({ ...entry().rendering!, size: 'preview' }));
  await settle();
  const full = bridge.named('photos.render').at(-1)!;
  expect(full.request.size).toBe('full');
  const before = sizes().length;
  bridge.held.delete('photos.render');
  bridge.held.add('photos.analyse');
  await openOne('pond');
  expect(bridge.named('jobs.cancel').map(({ request }) => request.jobId)).toContain(full.request.jobId);
  bridge.named('photos.analyse').at(-1)!.answer(ok(fakeAnalysis()));
  await settle();
  expect(sizes().slice(before)).toEqual(['preview', 'full']);
  full.answer(fakeFailure('CANCELLED'));
  await settle();
  actions.activate(key);
  await settle();
  expect(sizes().at(-1)).toBe('full');
  expect(entry().render).toBe('done');
});

describe('the mask of a style', () => {
  const dab: MaskOp = { kind: 'stroke', mode: 'paint', size: 9, hardness: 1, points: [5, 5, 1] };
  const rubbed: MaskOp = { ...dab, mode: 'erase' };
  const cleared: MaskOp = { kind: 'clear' };

  test('is drawn while it is edited, starts with the whole photo, and does not change the mask of the repair', async () => {
    const { actions, entry, openOne, stores, bridge, settle } = setUp();
    await openOne();
    const { key } = entry();
    actions.styles.choose(key, { style: 'waves' });
    actions.tools.editMask('style');
    actions.paint(key, rubbed);
    // Erasing from a style that covers everything leaves the rest covered.
    expect(entry().edit?.styleMask).toEqual([{ kind: 'invert' }, rubbed]);
    actions.paint(key, dab);
    actions.continueStroke(key, dab);
    expect(entry().edit?.styleMask).toEqual([{ kind: 'invert' }, rubbed, dab, dab]);
    actions.undo(key);
    expect(entry().edit?.styleMask).toEqual([{ kind: 'invert' }, rubbed]);
    // An empty mask would remove the style everywhere.
    actions.paint(key, cleared);
    expect(entry().edit?.styleMask).toEqual([]);
    expect(entry().edit?.mask).toEqual(DETECTED_MASK);

    actions.exportMask(key);
    await settle();
    expect(bridge.named('masks.export').at(-1)?.request.of).toBe('style');
    actions.tools.take(null);
    expect(stores.tools.getState().target).toBe('repair');
    actions.exportMask(key);
    await settle();
    expect(bridge.named('masks.export').at(-1)?.request.of).toBe('repair');
  });

  test('does not recompute the samples of the gallery, but a mask of the repair does', async () => {
    const { actions, entry, openOne, rest, stores } = setUp();
    await openOne();
    const { key } = entry();
    actions.styles.choose(key, { style: 'waves' });
    await rest();
    const states = () => Object.values(stores.comparison.getState().others).map(({ state }) => state);
    actions.compareWith('gallery', key, [{ recipe: withStrengths(PROPOSAL, 1), size: 'small', everywhere: true }]);
    await rest();
    expect(states()).toEqual(['done']);
    actions.setSetting(key, 'style', 'strength', 0.4);
    expect(states()).toEqual(['done']);
    actions.paint(key, dab);
    expect(states()).toEqual(['waiting']);
  });
});

describe('rotation', () => {
  test('is a step of the history like any other, and computes nothing', async () => {
    const { actions, entry, stores, openOne, count, settle, bridge } = setUp();
    await openOne();
    await settle();
    const renders = count('photos.render');
    const { key } = entry();
    const orientation = () => stores.view.getState().orientations[key] ?? 1;
    actions.turn(key, 'right');
    actions.turn(key, 'right');
    expect(orientation()).toBe(3);
    actions.undo(key);
    expect(orientation()).toBe(6);
    actions.undo(key);
    expect(orientation()).toBe(1);
    actions.redo(key);
    expect(orientation()).toBe(6);
    await vi.advanceTimersByTimeAsync(2000);
    expect(count('photos.render')).toBe(renders);
    expect(entry().render).toBe('done');
    expect(bridge.named('edits.write').at(-1)?.request).toMatchObject({ at: 1 });
    await actions.exportOne(key, { ...ExportChoice.parse({ format: 'png', quality: 92 }), place: 'ask', name: null });
    expect(bridge.named('photos.export')[0]?.request.orientation).toBe(6);
  });

  test('before the photo is measured is kept when it is measured', async () => {
    const { actions, entry, openOne, bridge, settle } = setUp();
    bridge.held.add('photos.analyse');
    await openOne();
    actions.turn(entry().key, 'left');
    expect(entry().log).toBeNull();
    bridge.named('photos.analyse')[0]?.answer(ok(fakeAnalysis()));
    await settle();
    expect(entry().edit?.orientation).toBe(8);
  });
});

describe('opening', () => {
  test('a photo is opened, measured, previewed, and then computed at full size', async () => {
    const { actions, bridge, entry, openOne, sizes, stores } = setUp();
    await actions.start();
    await openOne();
    expect(bridge.calls.map((call) => call.name).filter((name) => name.startsWith('photos.'))).toEqual([
      'photos.open',
      'photos.analyse',
      'photos.render',
      'photos.render',
    ]);
    expect(sizes()).toEqual(['preview', 'full']);
    expect(entry()).toMatchObject({ phase: 'ready', render: 'done', recipe: PROPOSAL, rendering: { size: 'full' } });
    expect(stores.jobs.getState().jobs).toEqual([]);
  });

  test('nothing is proposed for the back of a print, and its steps can be switched on by hand', async () => {
    const { bridge, entry, openOne, rest, sizes } = setUp();
    bridge.answers['photos.open'] = () => ok(fakePhoto({ front: 'lake.jpg' }));
    await openOne('lake_b');
    await rest();
    expect(entry().recipe?.steps.length).toBeGreaterThan(0);
    expect(entry().recipe?.steps.some(({ enabled }) => enabled)).toBe(false);
    expect(sizes()).toEqual([]);
  });

  test('a photo that needs nothing is not computed', async () => {
    const { bridge, count, entry, openOne } = setUp();
    bridge.answers['photos.analyse'] = () => ok(cleanAnalysis());
    await openOne();
    expect(count('photos.render')).toBe(0);
    expect(entry()).toMatchObject({ render: 'idle', rendering: null });
  });

  test('several photos are opened one by one, and the full size waits for the last', async () => {
    const { actions, bridge, entry, settle, sizes, stores } = setUp();
    bridge.held.add('photos.open');
    actions.openFiles(['a', 'b'].map((token) => ({ token, name: token, kind: 'photo' as const })));
    await settle();
    expect(bridge.named('photos.open')).toHaveLength(1);
    bridge.named('photos.open')[0]!.answer(ok(fakePhoto({ id: 'a' })));
    await settle();
    expect(sizes()).toEqual(['preview']);
    bridge.named('photos.open')[1]!.answer(ok(fakePhoto({ id: 'b' })));
    await settle();
    expect(stores.photos.getState().photos.map((photo) => photo.phase)).toEqual(['ready', 'ready']);
    expect(entry().name).toBe('a');
    expect(sizes()).toEqual(['preview', 'full']);
  });

  test('a file that is not a photo is removed, with a message and a way to try again', async () => {
    const { bridge, count, notices, openOne, settle, stores } = setUp();
    bridge.answers['photos.open'] = () => fakeFailure('NOT_A_PHOTO');
    await openOne('notes');
    expect(stores.photos.getState()).toMatchObject({ photos: [], activeKey: null });
    expect(notices()).toMatchObject([
      {
        tone: 'error',
        text: 'openFailed',
        params: { name: 'notes.jpg' },
        failure: { code: 'NOT_A_PHOTO' },
        stays: true,
      },
    ]);
    delete bridge.answers['photos.open'];
    notices()[0]!.action!.run();
    await settle();
    expect(count('photos.open')).toBe(2);
    expect(stores.photos.getState().photos).toHaveLength(1);
  });

  test('several files that cannot be opened are one message, and all of them are tried again', async () => {
    const { actions, bridge, count, notices, settle, stores } = setUp();
    const codes = ['NOT_A_PHOTO', 'PHOTO_DAMAGED', 'NOT_A_PHOTO'] as const;
    bridge.answers['photos.open'] = () => fakeFailure(codes[count('photos.open') - 1]!);
    const files = ['a', 'b', 'c'].map((name) => ({ token: name, name: `${name}.jpg`, kind: 'photo' as const }));
    actions.openFiles(files);
    await settle();
    expect(notices()).toMatchObject([
      {
        text: 'openFailedMany',
        params: { count: 3 },
        failed: [
          { name: 'a.jpg', failure: { code: 'NOT_A_PHOTO' } },
          { name: 'b.jpg', failure: { code: 'PHOTO_DAMAGED' } },
          { name: 'c.jpg', failure: { code: 'NOT_A_PHOTO' } },
        ],
      },
    ]);
    delete bridge.answers['photos.open'];
    notices()[0]!.action!.run();
    await settle();
    expect(stores.photos.getState().photos.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
  });

  test('if another photo cannot be opened, the window returns to the previous one', async () => {
    const { actions, bridge, entry, openOne } = setUp();
    await openOne('a');
    const first = entry().key;
    await openOne('b');
    actions.activate(first);
    bridge.answers['photos.open'] = () => fakeFailure('PHOTO_DAMAGED');
    await openOne('c');
    expect(entry().name).toBe('a.jpg');
  });

  test('if the analysis fails, the photo stays and can be measured again', async () => {
    const { bridge, entry, notices, openOne, settle } = setUp();
    bridge.answers['photos.analyse'] = () => fakeFailure('OUT_OF_MEMORY');
    await openOne();
    expect(entry()).toMatchObject({ phase: 'ready', analysis: null });
    delete bridge.answers['photos.analyse'];
    notices()[0]!.action!.run();
    await settle();
    expect(entry()).toMatchObject({ phase: 'ready', recipe: PROPOSAL });
  });

  test('a photo closed while it is being opened is also closed on the main side, without a message', async () => {
    const { actions, bridge, entry, notices, openOne, settle, stores } = setUp();
    bridge.held.add('photos.open');
    await openOne();
    actions.close(entry().key);
    await settle();
    expect(bridge.named('jobs.cancel')).toHaveLength(1);
    expect(stores.photos.getState().photos).toEqual([]);
    expect(notices().filter((notice) => notice.tone === 'error')).toEqual([]);
  });

  test('a folder alone opens the page for folders; among photos it is left out, with a message', async () => {
    const { actions, count, notices, settle, stores } = setUp();
    actions.openFiles([{ token: 'album', name: 'Album', kind: 'folder' }]);
    await settle();
    expect(count('photos.open')).toBe(0);
    expect(stores.view.getState().page).toBe('batch');
    expect(stores.batch.getState().input).toMatchObject({ token: 'album', name: 'Album' });
    expect(notices()).toEqual([]);
    actions.openFiles([
      { token: 'lake', name: 'lake.jpg', kind: 'photo' },
      { token: 'other', name: 'Other', kind: 'folder' },
    ]);
    await settle();
    expect(count('photos.open')).toBe(1);
    expect(stores.view.getState().page).toBe('darkroom');
    expect(stores.batch.getState().input).toMatchObject({ token: 'album' });
    expect(notices()).toMatchObject([{ text: 'onlyPhotos', tone: 'info' }]);
  });

  test('a closed photo can be opened again with its recipe', async () => {
    const { actions, entry, notices, openOne, settle, stores } = setUp();
    await openOne();
    actions.setEnabled(entry().key, 'tone', false);
    await settle();
    const { recipe } = entry();
    actions.close(entry().key);
    expect(stores.photos.getState().photos).toEqual([]);
    notices()[0]!.action!.run();
    await settle();
    expect(entry().recipe).toEqual(recipe);
  });
});

describe('changing a setting', () => {
  test('waits for a pause, and computes only the last value', async () => {
    const { actions, bridge, entry, openOne, rest } = setUp();
    await openOne();
    const before = bridge.named('photos.render').length;
    for (const value of [0.6, 0.7, 0.8]) {
      actions.setSetting(entry().key, 'repair', 'sensitivity', value);
      await vi.advanceTimersByTimeAsync(PREVIEW_DELAY - 1);
    }
    expect(bridge.named('photos.render')).toHaveLength(before);
    await rest();
    const made = bridge.named('photos.render').slice(before);
    expect(made.map((call) => call.request.size)).toEqual(['preview', 'full']);
    expect(stepOf(made[0]!.request.recipe as Recipe, 'repair')?.settings.sensitivity).toBe(0.8);
    expect((made[0]!.request.recipe as Recipe).gate).toBe('always');
  });

  test('cancels the running preview, and its late answer changes nothing', async () => {
    const { actions, bridge, entry, openOne, rest, settle } = setUp();
    bridge.held.add('photos.render').add('jobs.cancel');
    await openOne();
    actions.setEnabled(entry().key, 'tone', false);
    await rest();
    const [former, latter] = bridge.named('photos.render');
    const cancelled = bridge.named('jobs.cancel').map((call) => call.request.jobId);
    expect(cancelled).toEqual([former!.request.jobId]);
    expect(latter!.request.size).toBe('preview');
    former!.answer(fakeFailure('CANCELLED'));
    await settle();
    expect(entry().render).toBe('preview');
    latter!.answer(ok({ revision: 9, size: 'preview', width: 1, height: 1, masked: 0, reports: [], seconds: 0 }));
    await settle();
    expect(entry()).toMatchObject({ render: 'full', rendering: { revision: 9 } });
  });

  test('cancels the running full size, but keeps the picture until the next', async () => {
    const { actions, bridge, entry, openOne, rest, settle } = setUp();
    await openOne();
    bridge.held.add('photos.render');
    actions.computeAgain(entry().key);
    await settle();
    const shown = entry().rendering;
    actions.setSetting(entry().key, 'tone', 'strength', 0.3);
    expect(bridge.named('jobs.cancel')).toHaveLength(1);
    await rest();
    expect(entry()).toMatchObject({ render: 'preview', rendering: shown });
  });

  test('with every step off there is nothing to compute or to show', async () => {
    const { actions, count, entry, openOne, rest } = setUp();
    await openOne();
    actions.setEnabled(entry().key, 'repair', false);
    await rest();
    const before = count('photos.render');
    actions.setEnabled(entry().key, 'tone', false);
    await rest();
    expect(count('photos.render')).toBe(before);
    expect(entry()).toMatchObject({ render: 'idle', rendering: null });
  });

  test('a drag of a slider is one step of the history; undo and redo compute again', async () => {
    const { actions, bridge, entry, openOne, rest, settle } = setUp();
    await openOne();
    const { key } = entry();
    for (const value of [0.6, 0.7, 0.8]) actions.setSetting(key, 'repair', 'sensitivity', value);
    actions.settleSetting(key);
    actions.setSetting(key, 'repair', 'sensitivity', 0.9);
    await rest();
    const sensitivity = () => stepOf(entry().recipe!, 'repair')!.settings.sensitivity;
    actions.undo(key);
    expect(sensitivity()).toBe(0.8);
    actions.undo(key);
    expect(entry().recipe).toEqual(PROPOSAL);
    actions.redo(key);
    expect(sensitivity()).toBe(0.8);
    await settle();
    expect(stepOf(bridge.named('photos.render').at(-1)!.request.recipe as Recipe, 'repair')?.settings.sensitivity).toBe(
      0.8,
    );
    actions.setEnabled(key, 'tone', false);
    expect(canRedo(entry())).toBe(false);
  });

  test('a named recipe applies all its steps, needed or not, and the proposal can be restored', async () => {
    const { actions, bridge, entry, openOne, settle } = setUp();
    await actions.start();
    const needs = fakeAnalysis().needs.map((need) => (need.kind === 'repair' ? { ...need, needed: false } : need));
    bridge.answers['photos.analyse'] = () => ok(fakeAnalysis({ needs }));
    await openOne();
    actions.chooseRecipe(entry().key, 'scratched-print');
    await settle();
    expect(entry().recipe).toMatchObject({
      id: 'scratched-print',
      gate: 'always',
      steps: [{ kind: 'repair', enabled: true }],
    });
    actions.chooseRecipe(entry().key, 'proposal');
    expect(entry().recipe).toEqual(PROPOSAL);
  });
});

describe('cancel and failure', () => {
  test('a cancelled full size keeps the preview and is not restarted automatically', async () => {
    const { actions, bridge, entry, notices, openOne, settle, sizes, stores } = setUp();
    const render = { revision: 1, width: 1, height: 1, masked: 0, reports: [], seconds: 0 };
    bridge.held.add('photos.render');
    await openOne();
    bridge.named('photos.render')[0]!.answer(ok({ ...render, size: 'preview' }));
    await settle();
    actions.cancelJob(stores.jobs.getState().jobs[0]!.id);
    await settle();
    expect(entry()).toMatchObject({ render: 'stopped', rendering: { size: 'preview' } });
    expect(notices()).toEqual([]);
    expect(sizes()).toEqual(['preview', 'full']);
    actions.computeAgain(entry().key);
    await settle();
    expect(sizes()).toEqual(['preview', 'full', 'preview']);
  });

  test('a failed rendering is reported once, and the retry computes it', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    bridge.answers['photos.render'] = () => fakeFailure('ENGINE_CRASHED');
    await openOne();
    actions.computeAgain(entry().key);
    await settle();
    expect(entry().render).toBe('failed');
    expect(notices()).toMatchObject([{ text: 'renderFailed', failure: { code: 'ENGINE_CRASHED' } }]);
    delete bridge.answers['photos.render'];
    notices()[0]!.action!.run();
    await settle();
    expect(entry().render).toBe('done');
  });

  test('a bridge that throws is an error like any other', async () => {
    const { bridge, notices, openOne } = setUp();
    bridge.answers['photos.open'] = () => {
      throw new Error('the socket is gone');
    };
    await openOne();
    expect(notices()).toMatchObject([{ failure: { code: 'INTERNAL', detail: 'Error: the socket is gone' } }]);
  });

  test('showing another photo computes that one instead, and the former when it is shown again', async () => {
    const { actions, bridge, entry, openOne, settle } = setUp();
    await openOne('a');
    const first = entry().key;
    bridge.held.add('photos.render');
    actions.setEnabled(first, 'tone', false);
    await settle();
    await openOne('b');
    expect(entry().name).toBe('b.jpg');
    expect(bridge.named('photos.render').at(-1)!.request.photoId).toBe('photo-2');
    actions.activate(first);
    await settle();
    expect(bridge.named('photos.render').at(-1)!.request.photoId).toBe('photo-1');
    expect(entry().render).toBe('preview');
  });
});

describe('export', () => {
  const choice = { ...ExportChoice.parse({ format: 'png' }), place: 'ask', name: null } as const;

  test('a download starts and can be started again', async () => {
    const { actions, bridge, downloads, entry, notices, openOne } = setUp();
    await actions.start();
    await openOne();
    await actions.exportOne(entry().key, choice);
    expect(bridge.named('photos.export')[0]!.request).toMatchObject({
      ...ExportChoice.parse(choice),
      format: 'png',
      recipe: PROPOSAL,
      folder: null,
      beside: false,
    });
    expect(downloads).toEqual(['/download/download-1']);
    expect(notices()).toMatchObject([
      { tone: 'done', text: 'downloaded', stays: false, second: { label: 'copyPicture' } },
    ]);
    notices()[0]!.action!.run();
    expect(downloads).toHaveLength(2);
  });

  test('a written file is reported with its name and place', async () => {
    const { actions, bridge, downloads, entry, notices, openOne } = setUp();
    const notes = [{ key: 'notes.exifDamaged' }];
    bridge.answers['photos.export'] = () =>
      ok({
        name: 'lake-restored.png',
        place: '/home/ana/Prints',
        bytes: 5,
        download: null,
        token: 'written-1',
        folder: null,
        also: [],
        reports: [],
        notes,
      });
    bridge.answers['files.showInFolder'] = () => ok({});
    await openOne();
    await actions.exportOne(entry().key, choice);
    expect(downloads).toEqual([]);
    expect(notices()).toMatchObject([
      { tone: 'done', text: 'exported', params: { name: 'lake-restored.png', place: '/home/ana/Prints' }, notes },
    ]);
    notices()[0]!.action!.run();
    expect(bridge.named('files.showInFolder')).toMatchObject([{ request: { token: 'written-1' } }]);
  });

  test('a full disk is reported, nothing is lost, and the retry writes with the same choice', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    bridge.answers['photos.export'] = () => fakeFailure('DISK_FULL');
    await openOne();
    await actions.exportOne(entry().key, choice);
    expect(notices()).toMatchObject([{ tone: 'error', text: 'exportFailed', failure: { code: 'DISK_FULL' } }]);
    expect(entry()).toMatchObject({ render: 'done', recipe: PROPOSAL });
    delete bridge.answers['photos.export'];
    notices()[0]!.action!.run();
    await settle();
    expect(bridge.named('photos.export')[1]!.request).toMatchObject(ExportChoice.parse(choice));
  });

  test('again as the last time, without a question and under a fresh name', async () => {
    const { actions, bridge, entry, openOne, settle, stores } = setUp();
    await actions.start();
    await openOne();
    // There is nothing to repeat yet.
    actions.exportAgain();
    expect(stores.view.getState().dialog).toBe('export');
    actions.view.show(null);
    const web = { ...choice, format: 'jpeg', size: { unit: 'longer', longer: 800 }, name: 'album' } as const;
    await actions.exportOne(entry().key, web);
    expect(bridge.named('settings.set').at(-1)!.request).toMatchObject({
      lastExport: { format: 'jpeg', place: 'ask' },
    });
    actions.exportAgain();
    await settle();
    expect(stores.view.getState().dialog).toBeNull();
    expect(bridge.named('photos.export')[1]!.request).toMatchObject({ ...ExportChoice.parse(web), name: 'album' });
  });

  test('again goes to the folder that the dialog of the system has given, and asks where that is not known', async () => {
    const { actions, bridge, entry, openOne, settle, stores } = setUp();
    await actions.start();
    await openOne();
    const { info, settings } = stores.app.getState();
    const desktop = { ...info!, downloadBase: null, nativeDialogs: true };
    stores.app.setState({ info: desktop, settings: { ...settings, lastExport: choice } });
    actions.exportAgain();
    expect([stores.view.getState().dialog, bridge.named('photos.export').length]).toEqual(['export', 0]);
    bridge.answers['photos.export'] = () =>
      ok({
        ...{ name: 'a.png', place: '/prints', bytes: 5, download: null, token: 'written-1', folder: 'prints' },
        ...{ also: [], reports: [], notes: [] },
      });
    await actions.exportOne(entry().key, choice);
    actions.exportAgain();
    await settle();
    const asked = bridge.named('photos.export').map(({ request }) => [request.folder, request.name]);
    expect(asked).toEqual([
      [null, 'lake-restored'],
      ['prints', 'lake-restored'],
    ]);
  });

  test('dismissing the save dialog is not an error', async () => {
    const { actions, bridge, entry, notices, openOne } = setUp();
    bridge.answers['photos.export'] = () => fakeFailure('CANCELLED');
    await openOne();
    await actions.exportOne(entry().key, choice);
    expect(notices()).toMatchObject([{ tone: 'info', text: 'exportCancelled' }]);
  });
});

describe('the app', () => {
  test('shows the introduction at the first start, but not if a photo is opened or it was seen before', async () => {
    const first = setUp();
    first.bridge.answers['settings.get'] = () => ok(Settings.parse({}));
    await first.actions.start();
    expect(first.stores.view.getState().dialog).toBe('tour');
    await first.openOne();
    expect(first.stores.view.getState().dialog).toBeNull();

    const handed = setUp();
    handed.bridge.answers['settings.get'] = () => ok(Settings.parse({}));
    handed.actions.openFiles([{ token: 'lake', name: 'lake.jpg', kind: 'photo' }]);
    await handed.actions.start();
    expect(handed.stores.view.getState().dialog).toBeNull();

    const known = setUp();
    await known.actions.start();
    expect(known.stores.view.getState().dialog).toBeNull();
  });

  test('opens the photos of the last session, the shown one first, and keeps those opened since', async () => {
    const { actions, bridge, entry, notices, settle, stores } = setUp();
    const file = (token: string) => ({ token, name: `${token}.jpg`, kind: 'photo' as const, bytes: 1 });
    const view = { x: 500, y: 600, scale: 2 };
    const log: EditLog = { ...freshLog(PROPOSAL), actions: [{ name: 'startOver' }], at: 1 };
    bridge.answers['edits.load'] = () => ok({ log, recovered: false, heldBy: null });
    bridge.answers['session.load'] = () =>
      ok({
        photos: [
          { file: file('one'), view: null, exported: false },
          { file: file('two'), view, exported: true },
          { file: file('three'), view: null, exported: false },
        ],
        active: 1,
        missing: [{ name: 'gone.jpg', uploaded: false }],
      });
    await actions.start();
    await settle();
    expect(bridge.named('photos.open').map(({ request }) => request.token)).toEqual(['two', 'one', 'three']);
    const open = () => stores.photos.getState().photos;
    expect(open().map(({ token }) => token)).toEqual(['one', 'two', 'three']);
    expect(entry().token).toBe('two');
    expect(stores.view.getState().views).toMatchObject({ [entry().key]: view });
    expect(notices()).toMatchObject([{ tone: 'info', text: 'notReopened', params: { name: 'gone.jpg' } }]);

    // Missing photos are reported once and then left out.
    await vi.advanceTimersByTimeAsync(1000);
    expect(bridge.named('session.save').map(({ request }) => request.photos.length)).toEqual([3]);
    actions.close(open()[0]!.key);
    actions.view.zoomFit(entry().key);
    await vi.advanceTimersByTimeAsync(1000);
    expect(
      bridge
        .named('session.save')
        .slice(1)
        .map(({ request }) => request),
    ).toEqual([
      {
        photos: [
          // It is still as it was exported.
          { token: 'two', view: null, exported: true },
          { token: 'three', view: null, exported: false },
        ],
        active: 0,
      },
    ]);
  });

  test('photos that are being opened stay in front of those of the last session', async () => {
    const { actions, bridge, entry, settle, stores } = setUp();
    bridge.answers['session.load'] = () =>
      ok({
        photos: [{ file: { token: 'old', name: 'old.jpg', kind: 'photo', bytes: 1 }, view: null, exported: false }],
        active: 0,
        missing: [],
      });
    const starting = actions.start();
    bridge.emit('files.offered', { files: [{ token: 'new', name: 'new.jpg', kind: 'photo', bytes: 1 }] });
    await starting;
    await settle();
    expect(entry().token).toBe('new');
    expect(stores.photos.getState().photos.map(({ token }) => token)).toEqual(['old', 'new']);
  });

  test('progress belongs to its job, and ends with it', async () => {
    const { actions, bridge, openOne, settle, stores } = setUp();
    await actions.start();
    bridge.held.add('photos.open');
    await openOne();
    const { jobId } = bridge.named('photos.open')[0]!.request;
    bridge.emit('job.progress', { jobId, stage: 'opening', step: null, done: 0.5, secondsLeft: 3 });
    bridge.emit('job.progress', { jobId: 'another', stage: 'opening', step: null, done: 0.9, secondsLeft: 1 });
    expect(stores.jobs.getState().jobs).toMatchObject([{ kind: 'open', progress: { done: 0.5 }, expected: null }]);
    bridge.named('photos.open')[0]!.answer(fakeFailure('CANCELLED'));
    await settle();
    expect(stores.jobs.getState().jobs).toEqual([]);
  });

  test('a lost connection is shown until it is back', async () => {
    const { actions, bridge, notices, stores } = setUp();
    let change: (state: 'open' | 'lost') => void = () => {};
    bridge.onConnection = (listener) => {
      change = listener;
      return () => {};
    };
    await actions.start();
    change('lost');
    expect(stores.app.getState().connection).toBe('lost');
    expect(notices()).toMatchObject([{ text: 'connectionLost', failure: { code: 'CONNECTION_LOST' } }]);
    change('open');
    expect(notices()).toEqual([]);
  });

  test('a setting that cannot be saved is reset', async () => {
    const { actions, bridge, notices, stores } = setUp();
    await actions.start();
    bridge.answers['settings.set'] = () => fakeFailure('DISK_FULL');
    const saved = actions.setSettings({ theme: 'light' });
    expect(stores.app.getState().settings.theme).toBe('light');
    await saved;
    expect(stores.app.getState().settings.theme).toBe('system');
    expect(notices()).toMatchObject([{ text: 'settingsFailed' }]);
  });

  test('an upload is a job with progress, and can be cancelled', async () => {
    const { actions, bridge, notices, settle, stores } = setUp();
    await actions.start();
    let transfer!: Transfer;
    let answer!: (result: Awaited<ReturnType<FakeBridge['offer']>>) => void;
    bridge.offer = (_, given) => {
      transfer = given!;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const jobs = () => stores.jobs.getState().jobs;
    void actions.takeFiles([new File(['0123456789'], 'mill.tif')]);
    await settle();
    expect(jobs()).toEqual([]);
    transfer.onProgress({ sent: 4, total: 10 });
    expect(jobs()).toMatchObject([
      { kind: 'upload', name: 'mill.tif', bytes: { sent: 4, total: 10 }, progress: { done: 0.4 } },
    ]);
    actions.cancelJob(jobs()[0]!.id);
    transfer.onProgress({ sent: 5, total: 10 });
    expect(jobs()).toMatchObject([{ cancelling: true }]);
    expect(transfer.signal.aborted).toBe(true);
    answer(fakeFailure('CANCELLED'));
    await settle();
    expect([jobs(), notices(), stores.photos.getState().photos]).toEqual([[], [], []]);
    expect(bridge.named('jobs.cancel')).toEqual([]);
  });

  test('an engine that was given up can be restarted, and then computes what is missing', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    await actions.start();
    bridge.answers['photos.render'] = () => fakeFailure('ENGINE_FAILED');
    await openOne();
    await settle();
    expect(entry().render).toBe('failed');
    bridge.emit('engine.status', { ...READY, state: 'failed', note: 'exit code 1' });
    bridge.emit('engine.status', { ...READY, state: 'failed', note: 'exit code 1' });
    expect(notices()).toMatchObject([
      { text: 'renderFailed' },
      { text: 'engineFailed', stays: true, failure: { code: 'ENGINE_FAILED', detail: 'exit code 1' } },
    ]);
    bridge.answers = {};
    notices()[1]!.action!.run();
    await settle();
    expect(bridge.named('engine.restart')).toHaveLength(1);
    bridge.emit('engine.status', READY);
    await settle();
    expect(entry().render).toBe('done');
    // The message no longer applies.
    expect(notices()).toEqual([]);
  });

  test('new evidence of damage updates its photo and no other', async () => {
    const { actions, bridge, entry, openOne, settle } = setUp();
    await actions.start();
    await openOne();
    await settle();
    expect(entry().evidence).toBe(0);
    bridge.emit('photo.evidence', { photoId: entry().photo!.id });
    expect(entry().evidence).toBe(1);
    bridge.emit('photo.evidence', { photoId: 'another-photo' });
    expect(entry().evidence).toBe(1);
  });

  test('photos from the system are opened, and menu commands reach the window', async () => {
    const { actions, bridge, entry, settle, stores } = setUp();
    await actions.start((id) => perform(commandOf(id), { stores, actions }));
    bridge.emit('menu.command', { command: 'export' });
    expect(stores.view.getState().dialog).toBeNull();
    bridge.emit('files.offered', { files: [{ token: 'lake', name: 'lake.jpg', kind: 'photo', bytes: 1 }] });
    await settle();
    expect(entry().phase).toBe('ready');
    bridge.emit('menu.command', { command: 'export' });
    expect(stores.view.getState().dialog).toBe('export');
    bridge.emit('menu.command', { command: 'batch' });
    expect(stores.view.getState()).toMatchObject({ page: 'batch', dialog: null });
    bridge.emit('menu.command', { command: 'export' });
    expect(stores.view.getState().dialog).toBeNull();
  });
});

describe('the edit document', () => {
  const dab: MaskOp = { kind: 'stroke', mode: 'paint', size: 20, hardness: 1, points: [5, 5, 1] };
  const written = (bridge: FakeBridge) => bridge.named('edits.write').map(({ request }) => EditDelta.parse(request));
  /** The log that the main side has after all writes. */
  const kept = (bridge: FakeBridge) => written(bridge).reduce<EditLog | null>(applyDelta, null);

  test('a photo that is only viewed writes nothing', async () => {
    const { bridge, openOne, rest } = setUp();
    await openOne();
    await rest();
    expect(written(bridge)).toEqual([]);
  });

  test('after any actions and undos, the main side soon has the same log', async () => {
    const { actions, bridge, entry, openOne, rest } = setUp();
    await openOne();
    const { key } = entry();
    const acts: (() => void)[] = [
      () => actions.setSetting(key, 'repair', 'sensitivity', 0.7),
      () => actions.setSetting(key, 'repair', 'sensitivity', 0.8),
      () => actions.settleSetting(key),
      () => actions.paint(key, dab),
      () => actions.undo(key),
      () => actions.paint(key, { kind: 'invert' }),
      () => {
        actions.keepUnfinished(key, { name: 'mask', paint: dab });
        actions.dropUnfinished(key);
      },
      () => actions.repairPlace(key, dab as never),
      () => actions.undo(key),
      () => actions.undo(key),
      () => actions.redo(key),
      () => {
        actions.keepUnfinished(key, { name: 'mask', paint: dab });
        actions.paint(key, { ...dab, size: 30 });
      },
      () => actions.startOver(key),
    ];
    for (const act of acts) {
      act();
      await rest();
      expect(kept(bridge)).toEqual(entry().log);
    }
  });

  test('an unfinished stroke is written, and the finished one replaces it', async () => {
    const { actions, bridge, entry, openOne, rest } = setUp();
    await openOne();
    const { key } = entry();
    actions.keepUnfinished(key, { name: 'mask', paint: dab });
    expect(written(bridge).at(-1)).toMatchObject({ unfinished: { paint: dab }, at: 0 });
    // Only finished actions are rendered. The saved stroke stays.
    actions.computeAgain(key);
    await rest();
    expect(kept(bridge)?.actions).toEqual([]);
    expect(written(bridge).at(-1)?.unfinished).toEqual({ name: 'mask', paint: dab });
    expect(entry().log?.actions).toEqual([]);
    const whole = { ...dab, points: [...dab.points, 9, 9, 1] };
    actions.paint(key, whole);
    await rest();
    expect(kept(bridge)?.actions).toMatchObject([{ paint: whole }]);
    expect(written(bridge).at(-1)?.unfinished).toBeUndefined();
  });

  test('edits are written before anything is computed from them', async () => {
    const { actions, bridge, entry, openOne } = setUp();
    await openOne();
    const { key } = entry();
    await vi.advanceTimersByTimeAsync(5000);
    actions.repairPlace(key, dab as never);
    await vi.advanceTimersByTimeAsync(0);
    const names = bridge.calls.map(({ name }) => name);
    expect(names.lastIndexOf('edits.write')).toBeLessThan(names.lastIndexOf('photos.render'));
    expect(names.lastIndexOf('edits.write')).toBeGreaterThan(0);
    // The full size existed, so only the place is computed.
    expect(bridge.named('photos.render').at(-1)?.request.size).toBe('full');
    expect(bridge.named('photos.render')).toHaveLength(3);
  });

  test('painting switches the repair step on, in the same entry of the history', async () => {
    const { actions, entry, openOne } = setUp();
    await openOne();
    const { key } = entry();
    actions.setEnabled(key, 'repair', false);
    actions.paint(key, dab);
    expect(stepOf(entry().recipe!, 'repair')?.enabled).toBe(true);
    actions.undo(key);
    expect(stepOf(entry().recipe!, 'repair')?.enabled).toBe(false);
    expect(entry().edit?.mask).toEqual(DETECTED_MASK);
  });

  test('an action and its continuation are undone and redone together', async () => {
    const { actions, entry, openOne } = setUp();
    await openOne();
    const { key } = entry();
    actions.paint(key, { kind: 'invert' });
    actions.paint(key, dab);
    actions.continueStroke(key, dab);
    actions.continueStroke(key, dab);
    expect(entry().edit?.mask).toHaveLength(5);
    actions.undo(key);
    expect(entry().edit?.mask).toEqual([...DETECTED_MASK, { kind: 'invert' }]);
    actions.redo(key);
    expect(entry().edit?.mask).toHaveLength(5);
    actions.goTo(key, 0);
    expect([entry().edit?.mask, canRedo(entry())]).toEqual([DETECTED_MASK, true]);
    actions.goTo(key, 4);
    expect(entry().edit?.mask).toHaveLength(5);
  });

  test('emptying a mask is reported, and the undo beside the message takes back only that', async () => {
    const { actions, entry, notices, openOne } = setUp();
    await openOne();
    const { key, edit } = entry();
    actions.paint(key, { kind: 'clear' });
    expect(entry().edit?.mask).not.toEqual(edit?.mask);
    notices().at(-1)?.action?.run();
    expect(entry().edit?.mask).toEqual(edit?.mask);
    // After another action, undo would revert that one, so the offer is withdrawn.
    actions.paint(key, { kind: 'clear' });
    expect(notices()).toMatchObject([{ text: 'maskCleared' }]);
    actions.setEnabled(key, 'tone', false);
    expect(notices()).toEqual([]);
    actions.paint(key, { kind: 'clear' });
    actions.undo(key);
    expect(notices()).toEqual([]);
  });

  test('an edited photo continues from its last state, and can start over, which can be undone', async () => {
    const { actions, bridge, entry, notices, openOne } = setUp();
    const log: EditLog = {
      ...freshLog(PROPOSAL),
      actions: [
        { name: 'mask', paint: dab },
        { name: 'mask', paint: { kind: 'invert' } },
      ],
      at: 1,
    };
    bridge.answers['edits.load'] = () => ok({ log, recovered: true, heldBy: null });
    await openOne();
    expect(entry().edit?.mask).toEqual([...DETECTED_MASK, dab]);
    expect(notices()).toMatchObject([{ text: 'recovered' }]);
    actions.redo(entry().key);
    expect(entry().edit?.mask).toHaveLength(3);
    notices()[0]!.action!.run();
    expect(entry().edit?.mask).toEqual(DETECTED_MASK);
    notices().at(-1)!.action!.run();
    expect(entry().edit?.mask).toHaveLength(3);
  });

  test('starting over is possible before the photo is measured again', async () => {
    const { actions, bridge, entry, notices, openOne } = setUp();
    const log: EditLog = { ...freshLog(PROPOSAL), actions: [{ name: 'mask', paint: dab }], at: 1 };
    bridge.answers['edits.load'] = () => ok({ log, recovered: false, heldBy: null });
    bridge.held.add('photos.analyse');
    await openOne();
    expect(entry().analysis).toBeNull();
    notices()[0]!.action!.run();
    expect(entry().edit?.mask).toEqual(DETECTED_MASK);
    actions.undo(entry().key);
    expect(entry().edit?.mask).toEqual([...DETECTED_MASK, dab]);
  });

  test('offers for a photo disappear with it, but its error messages stay', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    const log: EditLog = { ...freshLog(PROPOSAL), actions: [{ name: 'mask', paint: dab }], at: 1 };
    bridge.answers['edits.load'] = () => ok({ log, recovered: false, heldBy: null });
    bridge.answers['photos.export'] = () => fakeFailure('DISK_FULL');
    await openOne();
    await actions.exportOne(entry().key, {
      ...ExportChoice.parse({ format: 'png', quality: 90 }),
      place: 'ask',
      name: null,
    });
    await settle();
    expect(notices()).toMatchObject([
      { text: 'continued', action: { label: 'startOver' } },
      { text: 'exportFailed', action: { label: 'retry' } },
    ]);
    actions.close(entry().key);
    expect(notices()).toMatchObject([
      { text: 'exportFailed', action: null },
      { text: 'closed', action: { label: 'reopen' } },
    ]);
  });

  test('a recipe or a variant that replaces the settings is reported, with a way back', async () => {
    const { actions, entry, notices, openOne, settle } = setUp();
    await openOne();
    await settle();
    const { key } = entry();
    actions.setSetting(key, 'tone', 'strength', 0.3);
    const own = entry().recipe;
    actions.chooseRecipe(key, 'proposal');
    expect(entry().recipe).toEqual(PROPOSAL);
    expect(notices()).toMatchObject([{ text: 'recipeApplied' }]);
    notices()[0]!.action!.run();
    expect(entry().recipe).toEqual(own);

    const strong = withStrengths(own!, 1);
    actions.chooseVariant(key, strong);
    expect(entry().recipe).toEqual(strong);
    // Choosing it again changes nothing and adds no history entry.
    const { log } = entry();
    actions.chooseVariant(key, strong);
    expect(entry().log).toBe(log);
    expect(notices()).toMatchObject([{ text: 'variantApplied' }]);
    notices()[0]!.action!.run();
    expect(entry().recipe).toEqual(own);
  });

  test('opening the same photo twice gives one photo', async () => {
    const { actions, bridge, entry, openOne, settle, stores } = setUp();
    await openOne('a');
    const first = entry().key;
    await openOne('b');
    bridge.answers['edits.load'] = () => ok({ log: null, recovered: false, heldBy: 'photo-1' });
    actions.openFiles([{ token: 'again', name: 'again.jpg', kind: 'photo' }]);
    await settle();
    expect(stores.photos.getState().photos).toHaveLength(2);
    expect(entry().key).toBe(first);
    expect(bridge.named('photos.close')).toHaveLength(1);
  });

  test('an edit file that comes with its photo is taken over once that is open; a later one, at once', async () => {
    const { actions, bridge, entry, notices, settle, stores } = setUp();
    const log: EditLog = { ...freshLog(PROPOSAL, 6), actions: [{ name: 'mask', paint: dab }], at: 1 };
    const view = { x: 100, y: 200, scale: 2 };
    bridge.answers['edits.take'] = () => ok({ log, view, undoable: false });
    const file = { token: 'edit', name: 'lake.emulsion', kind: 'edit' } as const;
    actions.openFiles([file, { token: 'lake', name: 'lake.jpg', kind: 'photo' }]);
    await settle();
    expect(entry().edit).toMatchObject({ orientation: 6, mask: [...DETECTED_MASK, dab] });
    expect(stores.view.getState().views[entry().key]).toMatchObject(view);
    expect(notices()).toMatchObject([{ text: 'editTaken', params: { name: 'lake.emulsion' } }]);
    expect(bridge.named('photos.open')).toHaveLength(1);
    expect(written(bridge)).toEqual([]);

    bridge.answers['edits.take'] = () => ok({ log: { ...log, at: 0 }, view: null, undoable: true });
    actions.openFiles([file]);
    await settle();
    expect(entry().log?.at).toBe(0);
    notices().at(-1)!.action!.run();
    expect(bridge.named('photos.open')).toHaveLength(1);
  });

  test('an edit file without its photo asks for it; actions meanwhile are not lost', async () => {
    const { actions, bridge, entry, notices, openOne, settle, stores } = setUp();
    await openOne();
    const { key } = entry();
    bridge.answers['edits.find'] = () =>
      ok({ photo: { name: 'sea.jpg', sha256: 'e'.repeat(64), width: 9, height: 9 }, file: null });
    actions.openFiles([{ token: 'edit', name: 'sea.emulsion', kind: 'edit' }]);
    await settle();
    expect(stores.view.getState().dialog).toBe('findPhoto');
    bridge.answers['edits.take'] = () => fakeFailure('EDIT_FOREIGN');
    await actions.takeLostPhoto(new File(['x'], 'pond.jpg'));
    await settle();
    expect(entry().name).toBe('pond.jpg');
    expect(notices().at(-1)).toMatchObject({ text: 'editFileFailed', failure: { code: 'EDIT_FOREIGN' } });
    notices().at(-1)!.action!.run();
    expect(stores.view.getState().dialog).toBe('findPhoto');
    actions.skipLostPhoto();
    expect(stores.view.getState().dialog).toBeNull();

    actions.activate(key);
    delete bridge.answers['edits.find'];
    bridge.answers['edits.load'] = () => ok({ log: null, recovered: false, heldBy: null });
    bridge.held.add('edits.take');
    delete bridge.answers['edits.take'];
    actions.openFiles([{ token: 'edit', name: 'lake.emulsion', kind: 'edit' }]);
    await settle();
    actions.paint(key, dab);
    const [first] = bridge.named('edits.take').slice(-1);
    first!.answer(ok({ log: freshLog(PROPOSAL), view: null, undoable: false }));
    await settle();
    // The request is repeated after the new edits were sent to the main side.
    expect(bridge.named('edits.take').at(-1)).not.toBe(first);
    expect(written(bridge).at(-1)?.actions).toMatchObject([{ paint: dab }]);
    expect(
      stores.photos
        .getState()
        .photos.find((each) => each.key === key)
        ?.edit?.mask.at(-1),
    ).toEqual(dab);
  });

  test('an edit file beside a photo is offered only once', async () => {
    const { actions, bridge, entry, openOne, settle } = setUp();
    const beside = { token: 'beside', name: 'lake.emulsion', savedAt: '2026-11-01T10:00:00.000Z' };
    bridge.answers['edits.load'] = () => ok({ log: null, recovered: false, heldBy: null, beside });
    await openOne();
    expect(entry().offered).toEqual(beside);
    actions.keepMine(entry().key);
    await settle();
    expect(entry().offered).toBeNull();
    expect(written(bridge)).toHaveLength(1);
    expect(bridge.named('edits.keep')).toHaveLength(1);
    await openOne('other');
    actions.takeOffered(entry().key);
    await settle();
    expect(bridge.named('edits.take').map(({ request }) => request.token)).toEqual(['beside']);
    expect(entry().offered).toBeNull();
  });

  test('unreadable edits are reported and not overwritten', async () => {
    const { actions, bridge, entry, notices, openOne, rest } = setUp();
    bridge.answers['edits.load'] = () => fakeFailure('EDIT_NEWER');
    await openOne();
    expect(notices()).toMatchObject([{ text: 'editsUnread', failure: { code: 'EDIT_NEWER' } }]);
    actions.paint(entry().key, dab);
    await rest();
    expect(written(bridge)).toEqual([]);
  });

  test('a failed write is reported, and the next change writes everything', async () => {
    const { actions, bridge, entry, notices, openOne, rest } = setUp();
    await openOne();
    const { key } = entry();
    bridge.answers['edits.write'] = () => fakeFailure('DISK_FULL');
    actions.paint(key, dab);
    await rest();
    expect(notices()).toMatchObject([{ text: 'editsUnsaved', failure: { code: 'DISK_FULL' } }]);
    delete bridge.answers['edits.write'];
    const before = written(bridge).length;
    actions.paint(key, { kind: 'invert' });
    await rest();
    expect(written(bridge).slice(before).reduce<EditLog | null>(applyDelta, null)).toEqual(entry().log);
  });

  test('many changes at once are sent in messages of an accepted size', async () => {
    const { actions, bridge, entry, openOne, rest } = setUp();
    await openOne();
    const { key } = entry();
    bridge.answers['edits.write'] = () => fakeFailure('DISK_FULL');
    const points = Array.from({ length: 6000 }, (_, i) => 1000.0625 + i);
    for (let i = 0; i < 60; i++) actions.paint(key, { kind: 'stroke', mode: 'paint', size: 5, hardness: 1, points });
    await rest();
    delete bridge.answers['edits.write'];
    const before = bridge.named('edits.write').length;
    actions.paint(key, { kind: 'invert' });
    await rest();
    const sent = bridge.named('edits.write').slice(before);
    expect(sent.length).toBeGreaterThan(1);
    for (const { request } of sent) expect(JSON.stringify(request).length).toBeLessThan(500_000);
    expect(written(bridge).slice(before).reduce<EditLog | null>(applyDelta, null)).toEqual(entry().log);
  });

  test('a mask from a file can be undone; one of another size is reported', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    await openOne();
    const { key } = entry();
    actions.takeMask(key, new File(['x'], 'mask.png'));
    await settle();
    expect(entry().edit?.mask.at(-1)).toEqual({ kind: 'bitmap', mode: 'replace', id: 'a'.repeat(64) });
    expect(bridge.calls.findIndex(({ name }) => name === 'edits.write')).toBeLessThan(
      bridge.calls.findIndex(({ name }) => name === 'masks.import'),
    );
    notices().at(-1)!.action!.run();
    expect(entry().edit?.mask).toEqual(DETECTED_MASK);
    bridge.answers['masks.import'] = () => fakeFailure('MASK_SIZE');
    actions.takeMask(key, new File(['x'], 'other.png'));
    await settle();
    expect(notices().at(-1)).toMatchObject({ text: 'maskFailed', failure: { code: 'MASK_SIZE' } });
  });
});

describe('tools', () => {
  test('the split view makes room for painting, and returns when the editing ends', () => {
    const { actions, stores } = setUp();
    const mode = () => stores.view.getState().mode;
    const { tools, view } = actions;
    tools.take('brush');
    expect(mode()).toBe('original');
    tools.toggleAtOnce();
    expect(mode()).toBe('result');
    tools.take('lasso');
    tools.take(null);
    expect(mode()).toBe('split');
    // The user's own choice is kept.
    tools.take('brush');
    view.setMode('result');
    tools.take('eraser');
    tools.take(null);
    expect(mode()).toBe('result');
    view.setMode('side');
    tools.repairAtOnce();
    expect(mode()).toBe('side');
    view.setMode('variants');
    expect(stores.tools.getState().tool).toBeNull();
    expect(mode()).toBe('variants');
  });

  test('a repaired place is moved by one entry of the history, and moved back by one undo', async () => {
    const { actions, entry, openOne } = setUp();
    await openOne();
    const { key } = entry();
    const dab = (x: number): MaskOp & { kind: 'stroke' } => ({
      kind: 'stroke',
      mode: 'paint',
      size: 9,
      hardness: 1,
      points: [x, 5, 1],
    });
    for (const x of [1, 2, 3]) actions.repairPlace(key, dab(x));
    const [first, second, third] = entry().edit!.repairs.map(({ id }) => id);
    const order = () => entry().edit!.repairs.map(({ id }) => id);
    actions.moveRepair(key, first!, third!);
    expect(order()).toEqual([second, third, first]);
    expect(entry().log!.actions).toHaveLength(4);
    actions.undo(key);
    expect(order()).toEqual([first, second, third]);
  });
});

describe('repairs by hand', () => {
  const dab = (x: number, mode: 'paint' | 'erase' = 'paint') => ({
    kind: 'stroke' as const,
    mode,
    size: 9,
    hardness: 1,
    points: [x, 500, 1],
  });

  test('from a source, which the first stroke aligns; without one in this photo nothing is done, and that is said', async () => {
    const { actions, entry, notices, openOne } = setUp();
    await openOne();
    const { key } = entry();
    actions.tools.repairAtOnce();
    actions.tools.set({ fill: 'heal' });
    expect(actions.repairPlace(key, dab(100))).toBe(false);
    actions.tools.setSource('another photo', { x: 300, y: 480 });
    actions.tools.align(key, { x: 100, y: 500 });
    expect(actions.repairPlace(key, dab(100))).toBe(false);
    expect(notices().at(-1)).toMatchObject({ tone: 'info', text: 'noSource' });
    expect(entry().edit!.repairs).toEqual([]);

    actions.tools.setSource(key, { x: 300.4, y: 480 });
    for (const x of [100, 140]) {
      actions.tools.align(key, { x, y: 500 });
      expect(actions.repairPlace(key, dab(x))).toBe(true);
    }
    const source = { blend: 'heal', dx: 200, dy: -20 };
    expect(entry().edit!.repairs).toMatchObject([{ source }, { source }]);
    // Beside the right edge the source lies wholly outside.
    expect(actions.repairPlace(key, dab(2900))).toBe(false);
    expect(notices().at(-1)).toMatchObject({ text: 'sourceOutside' });
    actions.refillRepair(key, entry().edit!.repairs[1]!.id);
    expect(entry().edit!.repairs[1]!.source).toEqual({ ...source, blend: 'clone' });
    expect(historyOf(entry().log!).map(({ name }) => name.text)).toEqual(['begin', 'heal', 'heal', 'repairFilled']);
  });

  test('the eraser takes a stroke out of the repairs under it, and says where there are none', async () => {
    const { actions, entry, notices, openOne } = setUp();
    await openOne();
    const { key } = entry();
    for (const x of [100, 104, 300]) actions.repairPlace(key, dab(x));
    expect(actions.eraseRepairs(key, dab(106, 'erase'))).toBe(true);
    expect(entry().edit!.repairs.map(({ mask }) => mask.length)).toEqual([2, 2, 1]);
    actions.undo(key);
    expect(entry().edit!.repairs.map(({ mask }) => mask.length)).toEqual([1, 1, 1]);
    expect(actions.eraseRepairs(key, dab(900, 'erase'))).toBe(false);
    expect(notices().at(-1)).toMatchObject({ tone: 'info', text: 'nothingErased' });
  });

  test.each([
    ['style', 'styleMask'],
    ['keep', 'keepMask'],
    ['repair', 'mask'],
  ] as const)('the eraser also takes strokes out of the mask of: %s', async (target, mask) => {
    const { actions, entry, openOne } = setUp();
    await openOne();
    const { key } = entry();
    actions.tools.editMask(target);
    actions.paint(key, dab(100));
    actions.tools.take('eraser');
    actions.paint(key, dab(102, 'erase'));
    expect(entry().edit![mask].slice(-2)).toEqual([dab(100), dab(102, 'erase')]);
    expect(entry().edit!.repairs).toEqual([]);
  });

  test('red eyes that are found are one entry of the history; those found again, and none, are said', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    await openOne();
    const { key } = entry();
    const eye = (x: number): MaskArea => ({
      kind: 'area',
      shape: 'polygon',
      mode: 'add',
      points: [x - 5, 400, x + 5, 400, x + 5, 410, x - 5, 410],
    });
    bridge.answers['photos.redEyes'] = () => ok({ eyes: [eye(100), eye(160)] });
    actions.correctEyes(key, null);
    await settle();
    expect(entry().edit!.repairs).toMatchObject([{ redEye: true }, { redEye: true }]);
    expect(historyOf(entry().log!).map(({ name }) => name.text)).toEqual(['begin', 'redEyes']);
    actions.correctEyes(key, { x: 101, y: 404, reach: 40 });
    await settle();
    expect(notices().at(-1)).toMatchObject({ text: 'eyesCorrected' });
    actions.undo(key);
    expect(entry().edit!.repairs).toEqual([]);
    bridge.answers['photos.redEyes'] = () => ok({ eyes: [] });
    actions.correctEyes(key, { x: 101, y: 404, reach: 40 });
    await settle();
    expect(notices().at(-1)).toMatchObject({ tone: 'info', text: 'noRedEye' });
  });
});

describe('recipes of the user', () => {
  test('settings are saved under a name; undo restores a removed recipe', async () => {
    const { actions, bridge, entry, notices, openOne, settle } = setUp();
    await openOne();
    actions.saveRecipe(entry().key, 'Mine', null);
    await settle();
    expect(entry().recipe).toMatchObject({ id: 'mine', name: 'Mine' });
    actions.removeRecipe(entry().recipe!);
    await settle();
    notices().at(-1)!.action!.run();
    await settle();
    expect(bridge.named('recipes.save').map(({ request }) => request.name)).toEqual(['Mine', 'Mine']);
  });
});
