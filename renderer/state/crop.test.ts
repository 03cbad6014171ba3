import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MaskOp } from '../../contract/edit';
import type { Scan } from '../../contract/scan';
import { carriedTo, carrying } from '../../document/carry';
import { wholeArea } from '../../document/quad';
import { turnedRect } from '../../document/scan';
import { createFakeBridge, fakeAnalysis, fakeFailure, fakeNegative, ok, PROPOSAL } from '../testing/fakeBridge';
import { createActions } from './actions';
import { type Cropping, cropFault, cropScan, cropSize, pageViewKey, shapeOf } from './crop';
import { activePhoto, createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const page = { width: 3000, height: 2000 };
const print: Scan = { corners: turnedRect({ x: 300, y: 200, width: 1200, height: 800 }, 0) };

async function setUp() {
  const bridge = createFakeBridge();
  // As the main side answers it.
  bridge.answers['scan.carry'] = ({ scan }) => {
    const { edit } = entry();
    return ok(carriedTo(edit!, scan, carrying(edit!.scan, scan, page), (id) => id));
  };
  const stores = createStores();
  let ids = 0;
  const actions = createActions(bridge, stores, {
    newId: () => `id-${++ids}`,
    download: () => {},
    openPage: () => {},
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  const entry = () => activePhoto(stores.photos.getState())!;
  const settle = () => vi.advanceTimersByTimeAsync(0);
  actions.openFiles([{ token: 'lake', name: 'lake.jpg', kind: 'photo' }]);
  await settle();
  const tool = () => stores.crop.getState().cropping;
  const notices = () => stores.notices.getState().notices.map(({ text }) => text);
  const named = bridge.named;
  return { bridge, stores, actions, entry, settle, tool, notices, named, key: entry().key };
}

const stroke: MaskOp = { kind: 'stroke', mode: 'paint', size: 40, hardness: 1, points: [500, 500, 1] };

describe('a photo that is cropped', () => {
  test('is opened as the print, analysed again and rendered; what is painted and the proposal follow', async () => {
    const { bridge, actions, entry, settle, key, named } = await setUp();
    actions.paint(key, stroke);
    const before = entry();
    const other = { ...PROPOSAL, steps: PROPOSAL.steps.slice(0, 1) };
    bridge.answers['photos.analyse'] = () => ok(fakeAnalysis({ recipe: other }));
    bridge.held.add('scan.apply');
    actions.cropTool.start(key);
    await settle();
    actions.cropTool.drag('topLeft', { x: 300, y: 200 });
    void actions.cropTool.apply();
    await settle();
    // What is changed meanwhile waits, as the photo gets another id.
    const writes = named('edits.write').length;
    actions.paint(key, { ...stroke, size: 20 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(named('edits.write')).toHaveLength(writes);
    bridge.held.delete('scan.apply');
    const [call] = named('scan.apply');
    const { others: _, editor: __, sha256: ___, ...photo } = { ...before.photo!, others: [], editor: null, sha256: '' };
    const { scan } = call!.request;
    call!.answer(ok({ ...photo, id: 'print', width: 2700, height: 1800, page: { ...page, scan: scan! } }));
    await settle();
    const now = entry();
    expect(now.photo).toMatchObject({ id: 'print', width: 2700, height: 1800 });
    expect(now.edit!.mask.slice(-2)).toEqual([
      { ...stroke, points: [200, 300, 1] },
      { ...stroke, size: 20 },
    ]);
    expect(named('edits.write').at(-1)!.request.photoId).toBe('print');
    expect(named('photos.close').map(({ request }) => request.photoId)).toEqual([before.photo!.id]);
    expect(named('photos.analyse').at(-1)!.request.photoId).toBe('print');
    // It was changed meanwhile, so nothing is proposed anew.
    expect(now.recipe).toEqual(PROPOSAL);
    await vi.advanceTimersByTimeAsync(1000);
    expect(named('photos.render').at(-1)!.request.photoId).toBe('print');
  });

  test('gets the proposal for the print where nobody has changed that for the page; undo gives back both', async () => {
    const { bridge, actions, entry, settle, key, stores } = await setUp();
    const proposed = entry().recipe;
    const other = { ...PROPOSAL, steps: PROPOSAL.steps.slice(0, 1) };
    bridge.answers['photos.analyse'] = () => ok(fakeAnalysis({ recipe: other }));
    actions.cropTool.start(key);
    actions.cropTool.drag('topLeft', { x: 300, y: 200 });
    await actions.cropTool.apply();
    expect(stores.crop.getState().cropping).toBeNull();
    expect(entry().recipe).toEqual(other);
    expect(entry().photo).toMatchObject({ width: 2700, height: 1800 });
    actions.undo(key);
    await settle();
    expect(entry().recipe).toEqual(proposed);
    expect(entry().edit!.scan).toBeNull();
    expect(entry().photo).toMatchObject(page);
    actions.redo(key);
    await settle();
    expect(entry().recipe).toEqual(other);
    expect(entry().photo).toMatchObject({ width: 2700, height: 1800 });
  });

  test('stays as it was where that fails or is cancelled, and says so', async () => {
    const { bridge, actions, entry, settle, key, notices, tool, stores } = await setUp();
    bridge.answers['scan.apply'] = () => fakeFailure('OUT_OF_MEMORY');
    actions.cropTool.start(key);
    actions.cropTool.drag('topLeft', { x: 300, y: 200 });
    await actions.cropTool.apply();
    await settle();
    expect(notices()).toContain('cropFailed');
    expect(entry()).toMatchObject({ phase: 'ready', photo: page });
    expect(entry().edit!.scan).toBeNull();
    // The tool stays as it was set.
    expect(tool()!.frame).toMatchObject({ width: 2700, height: 1800 });
    for (const { id } of stores.notices.getState().notices) actions.dismiss(id);
    bridge.answers['scan.carry'] = () => fakeFailure('CROP_IMPOSSIBLE');
    await actions.cropTool.apply();
    expect(notices()).toContain('cropFailed');
    expect(entry().photo).toMatchObject(page);
  });

  test('is exported as the print, however quickly', async () => {
    const { actions, entry, key, named, settle, bridge } = await setUp();
    bridge.held.add('photos.analyse');
    actions.cropTool.start(key);
    actions.cropTool.drag('topLeft', { x: 300, y: 200 });
    void actions.cropTool.apply();
    await settle();
    actions.exportAgain();
    await settle();
    bridge.held.delete('photos.analyse');
    for (const call of named('photos.analyse')) if (!call.answered) call.answer(ok(fakeAnalysis()));
    await settle();
    for (const { request } of named('photos.export')) expect(request.photoId).toBe(entry().photo!.id);
  });

  test('opens as the print that its earlier edits say', async () => {
    const { bridge, actions, entry, settle, named } = await setUp();
    const { log } = entry();
    const cut = { ...log!, base: { ...log!.base, scan: print } };
    bridge.answers['edits.load'] = () => ok({ log: cut, recovered: false, heldBy: null });
    actions.openFiles([{ token: 'pond', name: 'pond.jpg', kind: 'photo' }]);
    await settle();
    expect(entry().photo).toMatchObject({ width: 1200, height: 800 });
    expect(named('photos.analyse').at(-1)!.request.photoId).toBe(entry().photo!.id);
    expect(named('photos.close').at(-1)!.request.photoId).not.toBe(entry().photo!.id);
    // The page was being analysed already.
    const [, early] = named('photos.analyse');
    expect(early!.request.photoId).not.toBe(entry().photo!.id);
    expect(named('jobs.cancel').map(({ request }) => request.jobId)).toEqual([early!.request.jobId]);
  });
});

describe('the tool', () => {
  test('works on the page of a photo that is cropped already, and closes it again', async () => {
    const { actions, entry, key, named, settle, tool } = await setUp();
    actions.cropTool.start(key);
    actions.cropTool.drag('topLeft', { x: 300, y: 200 });
    await actions.cropTool.apply();
    const { id } = entry().photo!;
    actions.cropTool.start(key);
    await settle();
    expect(tool()).toMatchObject({ page, mode: 'frame', frame: { width: 2700, height: 1800 } });
    const opened = tool()!.page.id;
    expect(opened).not.toBe(id);
    actions.cropTool.cancel();
    expect(named('photos.close').at(-1)!.request.photoId).toBe(opened);
    expect(entry().photo!.id).toBe(id);
  });

  test('has a history of its own, in which a drag is one entry', async () => {
    const { actions, key, tool, entry } = await setUp();
    actions.cropTool.start(key);
    const whole = tool()!.frame;
    actions.cropTool.begin();
    for (let x = 100; x <= 500; x += 100) actions.cropTool.drag('left', { x, y: 1000 });
    actions.cropTool.end();
    actions.cropTool.turn(5);
    expect(tool()!.past).toHaveLength(2);
    actions.undo(key);
    expect(tool()!.frame).toMatchObject({ width: 2500, angle: 0 });
    actions.undo(key);
    expect(tool()!.frame).toEqual(whole);
    actions.undo(key);
    actions.redo(key);
    expect(tool()!.frame).toMatchObject({ width: 2500 });
    actions.cropTool.reset();
    expect(tool()!.frame).toEqual(whole);
    // The photo itself was not changed.
    expect(entry().log!.actions).toEqual([]);
  });

  test('takes its turn back without losing the size', async () => {
    const { actions, key, tool } = await setUp();
    actions.cropTool.start(key);
    const whole = tool()!.frame;
    actions.cropTool.turn(20);
    expect(tool()!.frame.width).toBeLessThan(2700);
    actions.cropTool.turn(0);
    expect(tool()!.frame).toEqual(whole);
  });

  test('keeps proportions, which lie down or stand', async () => {
    const { actions, key, tool } = await setUp();
    actions.cropTool.start(key);
    actions.cropTool.setRatio('4:3');
    expect(tool()!.frame.width / tool()!.frame.height).toBeCloseTo(4 / 3, 6);
    actions.cropTool.swap();
    expect(tool()!.frame.width / tool()!.frame.height).toBeCloseTo(3 / 4, 6);
    actions.cropTool.setMode('corners');
    actions.cropTool.drag('topRight', { x: 1900, y: 300 });
    const { width, height } = cropSize(tool()!);
    expect(width / height).toBeCloseTo(3 / 4, 2);
  });

  test('splits the page into its prints, which lie beside it as photos of their own', async () => {
    const { actions, stores, key, tool, bridge, named, settle } = await setUp();
    actions.cropTool.start(key);
    bridge.answers['scan.split'] = () => ok({ files: [], found: 1 });
    await actions.cropTool.split();
    expect(tool()).toMatchObject({ found: { count: 1 }, isFinding: false });
    const files = ['lake-1.jpg', 'lake-2.jpg'].map((name) => ({
      token: `token of ${name}`,
      name,
      kind: 'photo' as const,
      bytes: 9,
    }));
    bridge.answers['scan.split'] = () => ok({ files, found: 2 });
    await actions.cropTool.split();
    expect(tool()).toBeNull();
    await settle();
    const { photos, activeKey } = stores.photos.getState();
    expect(photos.map(({ name, phase }) => [name, phase])).toEqual([
      ['lake.jpg', 'ready'],
      ['lake-1.jpg', 'ready'],
      ['lake-2.jpg', 'ready'],
    ]);
    expect(activeKey).toBe(photos[1]!.key);
    expect(
      named('photos.open')
        .slice(-2)
        .map(({ request }) => request.token),
    ).toEqual(files.map(({ token }) => token));
  });

  test('goes to the prints that are found on the page, one after the other, and says how many there are', async () => {
    const { actions, key, tool, bridge, named } = await setUp();
    actions.cropTool.start(key);
    await actions.cropTool.find();
    expect(tool()).toMatchObject({ found: { count: 0 }, frame: page, past: [], isFinding: false });
    const prints = [
      turnedRect({ x: 300, y: 200, width: 900, height: 600 }, 2),
      turnedRect({ x: 1600, y: 900, width: 900, height: 600 }, -4),
    ];
    // One that lies beyond the page is no print.
    bridge.answers['scan.find'] = () =>
      ok({ prints: [...prints, turnedRect({ x: 9000, y: 200, width: 90, height: 60 }, 0)] });
    await actions.cropTool.find();
    expect(named('scan.find').at(-1)!.request.photoId).toBe(tool()!.page.id);
    expect(tool()).toMatchObject({ found: { count: 2, at: 0 }, mode: 'frame' });
    expect(tool()!.frame.angle).toBeCloseTo(2, 6);
    await actions.cropTool.find();
    expect(tool()!.found).toEqual({ count: 2, at: 1 });
    expect(tool()!.frame.angle).toBeCloseTo(-4, 6);
    await actions.cropTool.find();
    expect(tool()!.found).toEqual({ count: 2, at: 0 });
    actions.undo(key);
    expect(tool()!.frame.angle).toBeCloseTo(-4, 6);
    actions.cropTool.move({ x: 5, y: 0 });
    expect(tool()!.found).toBeNull();
  });

  test('refuses corners that cross, and ends when another photo or another tool comes', async () => {
    const { actions, key, tool, settle, stores } = await setUp();
    actions.cropTool.start(key);
    actions.cropTool.setMode('corners');
    const { corners } = tool()!;
    actions.cropTool.drag('topLeft', { x: 2990, y: 1990 });
    expect(tool()!.corners).toEqual(corners);
    actions.cropTool.drag('topLeft', { x: -50, y: 120 });
    expect(tool()!.corners[0]).toEqual([0, 120]);
    actions.tools.editMask('repair');
    expect(tool()).toBeNull();
    actions.cropTool.start(key);
    expect(stores.tools.getState().tool).toBeNull();
    expect(tool()).not.toBeNull();
    actions.openFiles([{ token: 'pond', name: 'pond.jpg', kind: 'photo' }]);
    await settle();
    expect(tool()).toBeNull();
    expect(stores.view.getState().views[pageViewKey(key)]).toBeUndefined();
  });
});

describe('what the tool is set to', () => {
  const set = (shape: Partial<Cropping>, size = page) =>
    ({ ...shapeOf(null, size), page: size, ...shape }) as Parameters<typeof cropScan>[0];

  test('is the whole page, whole pixels, or a turned frame', () => {
    expect(cropScan(set({}))).toBeNull();
    const frame = { x: 500.3, y: 400.2, width: 301.2, height: 199.1, angle: 0 };
    const upright = cropScan(set({ frame }))!;
    expect(upright.corners.flat().every(Number.isInteger)).toBe(true);
    const turned = cropScan(set({ frame: { ...frame, angle: 3 } }))!;
    expect(turned.corners.flat().every(Number.isInteger)).toBe(false);
  });

  test('is found again from the print', () => {
    expect(shapeOf(print, page)).toMatchObject({ mode: 'frame', frame: { width: 1200, height: 800, angle: 0 } });
    const [a, b, c, d] = print.corners;
    expect(shapeOf({ corners: [a, b, [c[0] + 90, c[1]], d] }, page)).toMatchObject({ mode: 'corners', ratio: 'free' });
    const chosen = { corners: [a, b, [c[0] + 90, c[1]] as const, d] as const, size: { width: 1280, height: 720 } };
    expect(shapeOf(chosen, page)).toMatchObject({ mode: 'corners', ratio: '16:9', isUpright: false });
    const { size } = cropScan(set({ ...shapeOf(chosen, page) }))!;
    expect(size!.width / size!.height).toBeCloseTo(16 / 9, 2);
  });

  test('a page that is too small cannot be cropped', () => {
    const tiny = { width: 1, height: 1 };
    expect(cropFault(set({}, tiny))).toBeNull();
    expect(cropFault(set({ mode: 'corners' }, tiny))).toBe('small');
  });
});

describe('a negative', () => {
  test('is measured, shown developed, and applied with the crop; the sliders of a person stay when it is measured again', async () => {
    const { actions, settle, tool, named, key } = await setUp();
    await actions.cropTool.develop(key);
    await settle();
    expect(tool()).toMatchObject({ base: 'strip', negative: { kind: 'colour', exposure: 0 } });
    expect(tool()!.preview?.negative).toBe(tool()!.negative);
    actions.cropTool.begin();
    actions.cropTool.film.setDevelopment({ exposure: 0.4 });
    actions.cropTool.film.setDevelopment({ exposure: 0.5 });
    const shown = named('scan.page').length;
    actions.cropTool.end();
    await settle();
    // Not for each value on the way.
    expect(named('scan.page')).toHaveLength(shown + 1);
    actions.cropTool.drag('left', { x: 300, y: 800 });
    await actions.cropTool.film.pickBase([10, 20]);
    await settle();
    // By the picture in the frame, but its base may lie beside it.
    const frame = turnedRect({ x: 300, y: 0, width: 2700, height: 2000 }, 0);
    expect(named('scan.negative').at(-1)!.request).toMatchObject({ at: [10, 20], scan: { corners: frame } });
    expect(tool()).toMatchObject({ base: 'picked', negative: { exposure: 0.5 } });
    expect(cropScan(tool()!)).toMatchObject({ corners: frame, negative: { exposure: 0.5 } });
    actions.cropTool.undo();
    actions.cropTool.undo();
    actions.cropTool.undo();
    await settle();
    expect(tool()).toMatchObject({ negative: { exposure: 0 } });
    expect(cropScan(tool()!)).toMatchObject({ corners: wholeArea(page) });
    const previews = named('scan.page').length;
    actions.cropTool.cancel();
    // What was opened to be looked at is closed again.
    expect(named('photos.close').length).toBe(previews);
  });

  test('gets the film base of the roll where it has no unexposed film of its own', async () => {
    const { bridge, actions, settle, tool, stores, named, key } = await setUp();
    await actions.cropTool.develop(key);
    await settle();
    const base = tool()!.negative!.base;
    expect(stores.crop.getState().roll).toMatchObject({ kind: 'colour', base });
    actions.cropTool.cancel();
    bridge.answers['scan.negative'] = ({ kind, base: given }) =>
      ok({
        negative: fakeNegative({ kind, ...(given && { base: given }) }),
        base: given ? 'given' : 'picture',
        notes: [],
      });
    await actions.cropTool.develop(key);
    await settle();
    expect(named('scan.negative').at(-1)!.request.base).toEqual(base);
    expect(tool()).toMatchObject({ base: 'roll' });
    // Of another kind of film it says nothing.
    actions.cropTool.film.setFilm('mono');
    await settle();
    expect(tool()).toMatchObject({ base: 'picture', negative: { kind: 'mono' } });
  });
});
