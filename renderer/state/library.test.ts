import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failure } from '../../contract/errors';
import { createFakeBridge, fakeInspection, ok, PROPOSAL } from '../testing/fakeBridge';
import { createActions } from './actions';
import { choicesFor, recipesWith, withoutWaiting } from './library';
import { stepOf, withSetting, withStyle } from './recipes';
import { createStores } from './stores';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function setUp() {
  const stores = createStores();
  const bridge = createFakeBridge();
  let ids = 0;
  const actions = createActions(bridge, stores, {
    newId: () => `job-${++ids}`,
    download: () => {},
    openPage: () => {},
    copyPicture: async () => {},
    printPicture: async () => {},
  });
  actions.openFiles([{ token: 'lake', name: 'lake.jpg', kind: 'photo' }]);
  await vi.advanceTimersByTimeAsync(0);
  bridge.held.add('generators.try');
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { stores, bridge, actions, settle, library: () => stores.library.getState() };
}

const NET = { token: 'net', name: 'net.onnx', kind: 'model' } as const;

test('nets that are dropped together wait for one another, and their weights go with them', async () => {
  const { bridge, actions, settle, library } = await setUp();
  let count = 0;
  bridge.answers['generators.inspect'] = () => ok({ ...fakeInspection(), id: `inspection-${++count}` });
  bridge.answers['generators.answer'] = ({ id }) => ok({ ...fakeInspection(), id });
  actions.openFiles([NET, { ...NET, token: 'other' }, { token: 'data', name: 'net.onnx.data', kind: 'weights' }]);
  await settle();
  expect(bridge.named('generators.inspect').map(({ request }) => request)).toMatchObject([
    { token: 'net', beside: ['data'] },
    { token: 'other', beside: ['data'] },
  ]);
  expect(library().inspections.map(({ id }) => id)).toEqual(['inspection-1', 'inspection-2']);
  expect(bridge.named('generators.try')).toHaveLength(1);
  void actions.library.answer('order', 'bgr');
  await settle();
  void actions.library.add('Mine');
  await settle();
  expect(bridge.named('generators.add')[0]!.request).toEqual({
    id: 'inspection-1',
    answers: { order: 'bgr' },
    name: 'Mine',
  });
  // The next one begins without the answers of the first.
  expect(library()).toMatchObject({ inspections: [{ id: 'inspection-2' }], answers: {}, adding: false });
  actions.library.discard();
  await settle();
  expect(library().inspections).toEqual([]);
  expect(bridge.named('generators.discard')[0]!.request).toEqual({ id: 'inspection-2' });
});

test('an answer is tried at once, and the result of the trial before it is not shown', async () => {
  const { bridge, actions, settle, library } = await setUp();
  actions.openFiles([NET]);
  await settle();
  void actions.library.answer('order', 'bgr');
  await settle();
  const [first, second] = bridge.named('generators.try');
  expect(bridge.named('jobs.cancel').map(({ request }) => request.jobId)).toEqual([first!.request.jobId]);
  expect(second!.request.subject).toEqual({ inspection: 'inspection', answers: { order: 'bgr' } });
  second!.answer(ok({ id: 'new', sides: [] }));
  first!.answer(ok({ id: 'old', sides: [] }));
  await settle();
  expect(library().candidate).toMatchObject({ jobId: null, trial: { id: 'new' } });
});

test('a refusal is a notice with its reason, and a cancelled inspection is none', async () => {
  const { stores, bridge, actions, settle, library } = await setUp();
  bridge.answers['generators.inspect'] = () => failure('GENERATOR_REFUSED', 'It takes no picture.');
  actions.openFiles([NET]);
  await settle();
  bridge.answers['generators.inspect'] = () => failure('CANCELLED', 'Cancelled.');
  actions.openFiles([NET]);
  await settle();
  expect(stores.notices.getState().notices).toMatchObject([{ text: 'modelRefused', params: { name: 'net.onnx' } }]);
  expect(library().inspections).toEqual([]);
});

test('the recipes that name a generator, and the generators that a step can name', () => {
  const upscale = { kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful', generator: 'net' } };
  const recipe = { ...PROPOSAL, name: 'Large', steps: [...PROPOSAL.steps, upscale] } as typeof PROPOSAL;
  expect(recipesWith([PROPOSAL, recipe], 'net')).toEqual(['Large']);
  expect(recipesWith([PROPOSAL, recipe], 'other')).toEqual([]);
  const info = { step: 'upscale', setting: 'generator', isUsed: true, origin: 'imported' } as const;
  const generators = [
    { ...info, id: 'net' },
    { ...info, id: 'ships', origin: 'shipped' },
    { ...info, id: 'unused', isUsed: false },
    { ...info, id: 'other', step: 'restore' },
  ] as unknown as Parameters<typeof choicesFor>[0];
  expect(choicesFor(generators, 'upscale', 'generator').map(({ id }) => id)).toEqual(['net']);
  expect(choicesFor(generators, 'upscale', 'detector')).toEqual([]);
  expect(choicesFor(null, 'upscale', 'generator')).toEqual([]);
});

test('a style waits for the picture that its generator copies, and nothing else waits', async () => {
  const generators = [{ id: 'adain', takesExample: true }] as unknown as Parameters<typeof withoutWaiting>[1];
  const named = withSetting(withStyle(PROPOSAL, { style: 'scream' }), 'style', 'generator', 'adain');
  const waiting = withoutWaiting(named, generators);
  expect(stepOf(waiting, 'style')!.enabled).toBe(false);
  expect(waiting.steps.filter(({ kind }) => kind !== 'style')).toEqual(
    named.steps.filter(({ kind }) => kind !== 'style'),
  );
  const given = withSetting(named, 'style', 'example', { sha256: 'e'.repeat(64), name: 'rug.jpg' });
  expect(withoutWaiting(given, generators)).toBe(given);
  expect(withoutWaiting(named, [])).toBe(named);
  // A style of the gallery is painted by the generator that knows it.
  expect(stepOf(withStyle(given, { style: 'wave' }), 'style')!.settings).not.toHaveProperty('generator');
});

test('a picture to be copied is kept by the program, and the recipe names it', async () => {
  const { stores, bridge, actions, settle } = await setUp();
  const key = stores.photos.getState().photos[0]!.key;
  const recipe = () => stores.photos.getState().photos[0]!.recipe!;
  actions.styles.choose(key, { style: 'scream' });
  void actions.styles.take(key, new File(['threads'], 'carpet.jpg'), true);
  await settle();
  expect(bridge.named('styles.example')).toHaveLength(1);
  expect(bridge.named('styles.add')).toEqual([]);
  expect(stepOf(recipe(), 'style')!.settings.example).toEqual({ sha256: 'e'.repeat(64), name: 'carpet.jpg' });
  bridge.answers['styles.example'] = () => failure('NOT_A_PHOTO', 'No photo.');
  void actions.styles.take(key, new File(['text'], 'list.txt'), true);
  await settle();
  expect(stores.notices.getState().notices).toMatchObject([{ text: 'styleFailed' }]);
  expect(stepOf(recipe(), 'style')!.settings.example?.name).toBe('carpet.jpg');
});

test('the numbers of a generator go with it', () => {
  const set = withSetting(withSetting(PROPOSAL, 'restore', 'generator', 'net'), 'restore', 'inputs', { exposure: 0.3 });
  expect(stepOf(withSetting(set, 'restore', 'strength', 0.5), 'restore')!.settings).toMatchObject({
    generator: 'net',
    inputs: { exposure: 0.3 },
    strength: 0.5,
  });
  expect(stepOf(withSetting(set, 'restore', 'generator', 'other'), 'restore')!.settings).not.toHaveProperty('inputs');
  expect(stepOf(withSetting(set, 'restore', 'generator', null), 'restore')!.settings).not.toHaveProperty('inputs');
});
