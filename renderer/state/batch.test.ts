import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BatchRow, BatchSettings, type BatchState } from '../../contract/batch';
import type { Request, Response } from '../../contract/calls';
import type { Recipe } from '../../contract/recipe';
import { createFakeBridge, fakeBatch, fakeFailure, fakeRow, ok } from '../testing/fakeBridge';
import { createActions } from './actions';
import { type BatchDraft, finishedCount, PLAN_DELAY, ROWS_INTERVAL, settingsOf, statusOf } from './batch';
import { createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function setUp() {
  const bridge = createFakeBridge();
  const stores = createStores();
  const pages: string[] = [];
  let ids = 0;
  const actions = createActions(bridge, stores, {
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    download: () => {},
    openPage: (url) => void pages.push(url),
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  await actions.start();
  actions.batch.proposeName('Restored');
  return {
    bridge,
    stores,
    pages,
    batch: actions.batch,
    actions,
    get: stores.batch.getState,
    notices: () => stores.notices.getState().notices,
    settle: () => vi.advanceTimersByTimeAsync(0),
    rest: () => vi.advanceTimersByTimeAsync(PLAN_DELAY),
    plans: () => bridge.named('batch.plan').map(({ request }) => request),
  };
}

const SCANS = { token: 'scans', name: 'scans' };
const plan: Response<'batch.plan'> = { photos: 3, others: 1, bytes: 9e6, done: 0, examples: [], unreadable: [] };

function rowsOf({ from, count }: Pick<Request<'batch.rows'>, 'from' | 'count'>, total: number): BatchRow[] {
  return Array.from({ length: Math.max(0, Math.min(total, from + count) - from) }, (_, place) =>
    fakeRow({ index: from + place, name: `${from + place}.jpg`, state: 'waiting' }),
  );
}

const draft: BatchDraft = { ...BatchSettings.parse({}), recipe: null, gate: null, include: '', exclude: '' };

describe('a draft', () => {
  test('becomes settings, with one pattern per line', () => {
    const { settings } = settingsOf({ ...draft, include: '*.tif\n\n 1931/** ', exclude: '*.{gif,png}' }, []);
    expect(settings).toMatchObject({ include: ['*.tif', '1931/**'], exclude: ['*.{gif,png}'], recipe: null });
  });

  test('keeps the gate of its recipe unless another is chosen', () => {
    const recipes: Recipe[] = [{ format: 1, id: 'prints', name: 'Prints', gate: 'needed', steps: [] }];
    const gateOf = (gate: BatchDraft['gate']) => settingsOf({ ...draft, recipe: 'prints', gate }, recipes).settings;
    expect(gateOf(null)?.recipe).toEqual(recipes[0]);
    expect(gateOf('always')?.recipe).toEqual({ ...recipes[0], gate: 'always' });
    expect(settingsOf({ ...draft, gate: 'always' }, recipes).settings?.recipe).toBeNull();
  });

  test.each([
    ['', 'empty'],
    ['restored/{name}', 'folders'],
    ['restored', 'nameMissing'],
    ['{name} {time}', 'tokenUnknown'],
    [`{name}${'x'.repeat(120)}`, 'tooLong'],
  ] as const)('with the name "%s" has the problem %s', (name, fault) => {
    expect(settingsOf({ ...draft, name }, [])).toEqual({ settings: null, faults: { name: fault } });
  });

  test('reports too many patterns', () => {
    const many = Array.from({ length: 101 }, (_, each) => `${each}.jpg`).join('\n');
    expect(settingsOf({ ...draft, exclude: many }, []).faults).toEqual({ exclude: 'tooLong' });
  });
});

describe('the state of a batch', () => {
  const none = { found: 0, waiting: 0, restored: 0, unchanged: 0, kept: 0, failed: 0, quarantined: 0, passed: 0 };
  const counted = (counts: Partial<BatchState['counts']>, change: Partial<BatchState> = {}) =>
    statusOf(fakeBatch({ phase: 'done', counts: { ...none, ...counts }, running: [], ...change }));

  test('is more exact than its phase', () => {
    expect(counted({ restored: 3, passed: 2 })).toBe('done');
    expect(counted({ restored: 3, quarantined: 1 })).toBe('problems');
    expect(counted({ failed: 2 })).toBe('allFailed');
    expect(counted({ passed: 2 })).toBe('nothingFound');
    expect(counted({}, { phase: 'running', scanning: true })).toBe('scanning');
    expect(counted({ restored: 1 }, { phase: 'running', scanning: true })).toBe('running');
    expect(counted({ failed: 1 }, { phase: 'halted' })).toBe('halted');
  });

  test('counts all finished files', () => {
    expect(finishedCount(fakeBatch())).toBe(1019);
  });
});

describe('setting up', () => {
  test('a chosen folder is scanned at once, for results in a new folder inside it', async () => {
    const { batch, get, plans, settle } = await setUp();
    batch.choose('input', SCANS);
    await settle();
    expect(plans()).toMatchObject([{ input: 'scans', output: 'scans', below: 'Restored' }]);
    expect(get().plan).toMatchObject({ phase: 'ready', result: { photos: 3120 } });
    batch.choose('output', { token: 'done', name: 'done' });
    await settle();
    expect(plans()[1]).toMatchObject({ input: 'scans', output: 'done', below: null });
  });

  test('a change is scanned after a pause, and cancels the previous scan', async () => {
    const { batch, bridge, get, plans, rest, settle } = await setUp();
    bridge.held.add('batch.plan');
    batch.choose('input', SCANS);
    await settle();
    batch.set({ include: '*.t' });
    batch.set({ include: '*.tif' });
    expect(bridge.named('jobs.cancel')).toHaveLength(1);
    expect(get().plan.phase).toBe('looking');
    await rest();
    expect(plans().map(({ settings }) => settings.include)).toEqual([[], ['*.tif']]);
    bridge.named('batch.plan')[1]?.answer(ok(plan));
    await settle();
    expect(get().plan).toMatchObject({ phase: 'ready', result: plan });
    batch.set({ concurrency: 2, watch: true });
    await rest();
    expect(plans()).toHaveLength(2);
  });

  test('invalid settings are neither scanned nor started', async () => {
    const { batch, bridge, get, plans, rest } = await setUp();
    batch.choose('input', SCANS);
    await rest();
    batch.set({ name: 'all the same' });
    await rest();
    batch.start();
    await rest();
    expect(plans()).toHaveLength(1);
    expect(get().plan.phase).toBe('none');
    expect(bridge.named('batch.start')).toHaveLength(0);
    batch.set({ name: '{name}' });
    batch.setBelow('..');
    await rest();
    expect(get().plan.phase).toBe('none');
  });

  test('a scan can be stopped and started again', async () => {
    const { batch, bridge, get, settle } = await setUp();
    bridge.held.add('batch.plan');
    batch.choose('input', SCANS);
    await settle();
    batch.stopPreview();
    await settle();
    expect(get().plan).toMatchObject({ phase: 'stopped', failure: null });
    bridge.held.clear();
    bridge.answers['batch.plan'] = () => fakeFailure('OUTPUT_IS_INPUT');
    batch.refreshPreview();
    await settle();
    expect(get().plan).toMatchObject({ phase: 'failed', failure: { code: 'OUTPUT_IS_INPUT' } });
  });

  test('metadata follows the settings until the user changes it', async () => {
    const { actions, batch, get, plans, settle, rest } = await setUp();
    await actions.setSettings({ keepMetadata: false });
    batch.choose('input', SCANS);
    await settle();
    expect(plans()[0]?.settings.metadata).toBe('none');
    batch.set({ metadata: 'all' });
    await rest();
    batch.choose('input', { token: 'other', name: 'other' });
    await settle();
    expect(get().draft.metadata).toBe('all');
  });
});

describe('a batch', () => {
  test('starts with the id of its recipe, and is then shown by the page', async () => {
    const { batch, bridge, get, settle } = await setUp();
    batch.choose('input', SCANS);
    batch.set({ recipe: 'enlarge', format: 'png' });
    await settle();
    batch.start();
    await settle();
    expect(bridge.named('batch.start')[0]?.request.settings).toMatchObject({
      recipe: { id: 'enlarge', gate: 'always' },
      format: 'png',
    });
    expect(get()).toMatchObject({ shown: true, batch: { id: 'batch-1' }, input: null });
  });

  test('that is refused is reported, and its settings stay', async () => {
    const { batch, bridge, get, notices, settle } = await setUp();
    bridge.answers['batch.start'] = () => fakeFailure('FOLDER_UNWRITABLE');
    batch.choose('input', SCANS);
    await settle();
    batch.start();
    await settle();
    expect(notices()).toMatchObject([{ text: 'batchFailed', failure: { code: 'FOLDER_UNWRITABLE' } }]);
    expect(get()).toMatchObject({ shown: false, starting: false, input: SCANS });
  });

  test('that is running when the page loads is shown, and its end is reported on other pages', async () => {
    const bridge = createFakeBridge();
    bridge.answers['batch.state'] = () => ok({ state: fakeBatch(), known: [] });
    const stores = createStores();
    const actions = createActions(bridge, stores, {
      newId: () => 'id',
      download: () => {},
      openPage: () => {},
      copyPicture: async () => {},
      printPicture: async () => {},
    });
    await actions.start();
    expect(stores.batch.getState()).toMatchObject({ shown: true, batch: { phase: 'running' } });
    const told = () => stores.notices.getState().notices.map(({ text, params }) => [text, params.name]);
    bridge.emit('batch.state', fakeBatch({ phase: 'paused' }));
    expect(told()).toEqual([]);
    bridge.emit('batch.state', fakeBatch({ phase: 'done' }));
    bridge.emit('batch.state', fakeBatch({ phase: 'done' }));
    expect(told()).toEqual([['batchDone', 'photos']]);
    stores.notices.getState().notices[0]?.action?.run();
    expect(stores.view.getState().page).toBe('batch');
    bridge.emit('batch.state', fakeBatch({ phase: 'halted', halt: { code: 'DISK_FULL', message: '' } }));
    expect(told()).toHaveLength(1);
  });

  test('keeps a dropped folder waiting, and lets it be scanned afterwards', async () => {
    const { actions, batch, bridge, get, notices, plans, settle } = await setUp();
    bridge.emit('batch.state', fakeBatch());
    batch.showBatch('batch-1');
    actions.openFiles([{ token: 'more', name: 'More', kind: 'folder' }]);
    await settle();
    expect(notices()).toMatchObject([{ text: 'folderWaits', params: { name: 'More' } }]);
    expect(get().shown).toBe(true);
    expect(plans()).toEqual([]);
    bridge.emit('batch.state', fakeBatch({ phase: 'done' }));
    batch.leave();
    await settle();
    expect(plans()).toMatchObject([{ input: 'more' }]);
  });

  test('of an earlier run can be continued, or removed from the list', async () => {
    const { batch, bridge, get, notices, settle } = await setUp();
    const entry = { id: 'old', input: '/a/scans', output: '/a/done', begunAt: '2026-11-01T00:00:00Z', finished: false };
    bridge.answers['batch.state'] = () => ok({ state: null, known: [entry] });
    bridge.answers['batch.continue'] = ({ id }) => ok(fakeBatch({ id }));
    await batch.loadKnown();
    batch.continueBatch('old');
    await settle();
    expect(get()).toMatchObject({ shown: true, batch: { id: 'old' } });
    bridge.answers['batch.state'] = () => ok({ state: null, known: [] });
    batch.forget(entry);
    await settle();
    expect(get().known).toEqual([]);
    expect(notices()).toMatchObject([{ text: 'batchForgotten', params: { name: 'scans' } }]);
  });

  test('that has ended is shown without going on with it', async () => {
    const { batch, bridge, get, settle } = await setUp();
    bridge.answers['review.open'] = ({ id }) => ok(fakeBatch({ id, phase: 'done' }));
    batch.showBatch('old');
    await settle();
    expect(get()).toMatchObject({ shown: true, batch: { id: 'old' } });
    batch.leave();
    batch.showBatch('old');
    expect(get().shown).toBe(true);
    expect(bridge.named('review.open')).toHaveLength(1);
    expect(bridge.named('batch.continue')).toEqual([]);
  });

  test('opens its report in a new window, or through the system', async () => {
    const { batch, bridge, notices, pages, settle } = await setUp();
    bridge.emit('batch.state', fakeBatch());
    batch.report('en');
    await settle();
    expect(pages).toEqual(['/download/report-1/index.html']);
    expect(notices()).toMatchObject([{ text: 'reportWritten', action: { label: 'openReport' } }]);
    bridge.answers['batch.report'] = () => ok({ place: '/photos/Restored/emulsion-report', page: null });
    batch.report('en');
    await settle();
    expect(pages).toHaveLength(1);
    expect(notices().at(-1)).toMatchObject({
      text: 'reportOpened',
      params: { place: '/photos/Restored/emulsion-report' },
    });
  });
});

describe('rows', () => {
  async function withRows(total: number) {
    const all = await setUp();
    const { bridge, settle, get, batch } = all;
    bridge.answers['batch.rows'] = (request) => ok({ total, rows: rowsOf(request, total) });
    bridge.emit('batch.state', fakeBatch());
    return {
      ...all,
      asked: () => bridge.named('batch.rows').map(({ request }) => request),
      names: () => get().rows?.rows.map(({ name }) => name) ?? [],
      async see(from: number, to: number) {
        batch.setVisibleRows({ from, to });
        await settle();
      },
    };
  }

  test('are fetched around the visible ones, and only if they are missing', async () => {
    const { asked, names, see } = await withRows(100_000);
    await see(0, 20);
    await see(10, 30);
    await see(50_000, 50_020);
    expect(asked().map(({ from, count }) => [from, count])).toEqual([
      [0, 200],
      [49_910, 200],
    ]);
    expect(names()[0]).toBe('49910.jpg');
  });

  test('of the last visible place are the only ones fetched during fast scrolling', async () => {
    const { asked, bridge, see, settle } = await withRows(100_000);
    bridge.held.add('batch.rows');
    await see(0, 20);
    for (const from of [1000, 2000, 3000]) await see(from, from + 20);
    bridge.held.clear();
    bridge.named('batch.rows')[0]?.answer(ok({ total: 100_000, rows: rowsOf({ from: 0, count: 200 }, 100_000) }));
    await settle();
    expect(asked().map(({ from }) => from)).toEqual([0, 2910]);
  });

  test('are fetched again while the batch runs, a few times per second at most', async () => {
    const { asked, bridge, see, batch } = await withRows(500);
    await see(0, 20);
    for (let step = 0; step < 10; step++) bridge.emit('batch.state', fakeBatch());
    await vi.advanceTimersByTimeAsync(ROWS_INTERVAL);
    expect(asked()).toHaveLength(2);
    batch.setVisibleRows(null);
    bridge.emit('batch.state', fakeBatch());
    await vi.advanceTimersByTimeAsync(ROWS_INTERVAL);
    expect(asked()).toHaveLength(2);
  });

  test('of another filter replace the old ones only after they have arrived', async () => {
    const { asked, bridge, get, batch, see, settle } = await withRows(500);
    await see(0, 20);
    bridge.held.add('batch.rows');
    batch.setFilter('problems');
    await settle();
    expect(get().rows).toMatchObject({ filter: 'all', total: 500 });
    bridge.named('batch.rows')[1]?.answer(ok({ total: 1, rows: rowsOf({ from: 0, count: 1 }, 1) }));
    await settle();
    expect(get().rows).toMatchObject({ filter: 'problems', total: 1 });
    expect(asked()[1]).toMatchObject({ filter: 'problems', from: 0 });
  });

  test('that fail to load leave the existing ones, and are not requested endlessly', async () => {
    const { asked, bridge, names, see, settle } = await withRows(500);
    await see(0, 20);
    bridge.answers['batch.rows'] = () => fakeFailure('BATCH_UNKNOWN');
    await see(400, 420);
    bridge.answers['batch.rows'] = () => ok({ total: 500, rows: [] });
    await see(440, 460);
    await settle();
    expect(asked()).toHaveLength(3);
    expect(names()).toEqual([]);
  });
});
