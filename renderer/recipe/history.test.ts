import { expect, test } from 'vitest';
import type { EditAction, EditLog, MaskOp } from '../../contract/edit';
import type { Recipe } from '../../contract/recipe';
import { freshLog } from '../../document/edit';
import { createTranslations } from '../../text';
import { withMix, withStyle } from '../state/recipes';
import { PROPOSAL } from '../testing/fakeBridge';
import { historyOf } from './history';

const log = (actions: EditAction[]): EditLog => ({ ...freshLog(PROPOSAL), actions, at: actions.length });
const dab: MaskOp = { kind: 'stroke', mode: 'paint', size: 5, hardness: 1, points: [1, 1, 1] };
const spot = { id: 'a', enabled: true, mask: [dab] };
const withSteps = (change: (steps: Recipe['steps']) => Recipe['steps']): Recipe => ({
  ...PROPOSAL,
  steps: change(PROPOSAL.steps),
});

test('each action has a name that tells what it changed', () => {
  const gentler = withSteps(([repair, tone]) => [
    repair!,
    { ...tone!, settings: { ...tone!.settings, strength: 0.7 } } as never,
  ]);
  const off = {
    ...gentler,
    steps: gentler.steps.map((step) => (step.kind === 'repair' ? { ...step, enabled: false } : step)),
  };
  const names = historyOf(
    log([
      { name: 'setting', recipe: gentler },
      { name: 'step', recipe: off },
      { name: 'mask', paint: dab, recipe: gentler },
      { name: 'mask', paint: { ...dab, mode: 'erase' } },
      { name: 'mask', paint: { kind: 'area', shape: 'lasso', mode: 'subtract', points: [0, 0, 1, 1, 0, 1] } },
      { name: 'mask', paint: { kind: 'grow', radius: 4 } },
      {
        name: 'mask',
        paint: { kind: 'area', shape: 'lasso', mode: 'subtract', points: [0, 0, 9, 9, 0, 9], skips: true },
      },
      { name: 'mask', mask: [{ kind: 'detected', sensitivity: null, grow: null }, dab] },
      { name: 'repair', repair: spot },
      { name: 'repair', repair: { ...spot, id: 'b' } },
      { name: 'repairRemoved', remove: 'a' },
      { name: 'repairOff', toggle: { id: 'b', enabled: false } },
      { name: 'repairFilled', refill: { id: 'b', filling: 'texture' } },
      { name: 'mask', paint: { kind: 'filling', x: 5, y: 5, filling: null } },
      { name: 'turned', orientation: 6 },
      { name: 'turned', orientation: 3 },
      { name: 'turned', orientation: 4 },
      { name: 'step', recipe: withStyle(off, { style: 'waves' }) },
      { name: 'setting', recipe: withMix(withStyle(off, { style: 'waves' }), { style: 'night', share: 0.5 }) },
      { name: 'styleMask', paintStyle: dab },
      { name: 'step', recipe: withStyle(withStyle(off, { style: 'waves' }), null) },
    ]),
  ).map(({ name }) => name);
  expect(names).toMatchObject([
    { text: 'begin' },
    { text: 'setting', step: 'tone', control: { name: 'strength' }, value: 0.7 },
    { text: 'off', step: 'repair' },
    { text: 'brush' },
    { text: 'eraser' },
    { text: 'lassoOut' },
    { text: 'grow', radius: 4 },
    { text: 'placeSkipped' },
    { text: 'placeKept' },
    { text: 'repair', place: 1 },
    { text: 'repair', place: 2 },
    { text: 'repairRemoved', place: 1 },
    { text: 'repairOff', place: 2 },
    { text: 'repairFilled', place: 2 },
    { text: 'placeFilled', filling: null },
    { text: 'right' },
    { text: 'right' },
    { text: 'mirror' },
    { text: 'style', choice: { style: 'waves' } },
    { text: 'mix' },
    { text: 'styleMask' },
    { text: 'off', step: 'style' },
  ]);
});

test('an action and its continuations are one entry, which ends with the last of them', () => {
  const entries = historyOf(
    log([
      { name: 'mask', paint: dab },
      { name: 'mask', paint: dab, continues: true },
      { name: 'mask', paint: dab, continues: true },
      { name: 'mask', paint: { kind: 'invert' } },
    ]),
  );
  expect(entries.map(({ at }) => at)).toEqual([0, 3, 4]);
});

test('every name has a text in every language', () => {
  const ops: MaskOp[] = [
    dab,
    { ...dab, mode: 'erase' },
    ...(['rectangle', 'polygon', 'lasso'] as const).flatMap((shape) =>
      (['add', 'subtract'] as const).map((mode): MaskOp => ({ kind: 'area', shape, mode, points: [0, 0, 1, 1, 0, 1] })),
    ),
    { kind: 'defect', mode: 'add', x: 1, y: 1, sensitivity: null },
    { kind: 'defect', mode: 'remove', x: 1, y: 1, sensitivity: null },
    { kind: 'bitmap', mode: 'replace', id: 'a'.repeat(64) },
    { kind: 'detected', sensitivity: null, grow: null },
    { kind: 'grow', radius: 1 },
    { kind: 'shrink', radius: 1 },
    { kind: 'feather', radius: 1 },
    { kind: 'filling', x: 5, y: 5, filling: 'smooth' },
    { kind: 'invert' },
    { kind: 'clear' },
  ];
  const actions: EditAction[] = [
    ...ops.map((paint): EditAction => ({ name: 'mask', paint })),
    { name: 'setting' },
    { name: 'step' },
    { name: 'recipe' },
    { name: 'maskReset', mask: [] },
    { name: 'styleMask', paintStyle: dab },
    { name: 'styleMaskReset', styleMask: [] },
    { name: 'step', recipe: withStyle(PROPOSAL, { style: 'waves' }) },
    { name: 'setting', recipe: withMix(withStyle(PROPOSAL, { style: 'waves' }), { style: 'night', share: 0.5 }) },
    { name: 'repair', repair: spot },
    { name: 'repairOn', toggle: { id: 'a', enabled: true } },
    { name: 'repairMoved', move: { id: 'a', to: 0 } },
    { name: 'repairFilled', refill: { id: 'a', filling: null } },
    { name: 'turned', orientation: 8 },
    { name: 'turned', orientation: 4 },
    { name: 'startOver' },
    { name: 'taken' },
  ];
  for (const language of ['en', 'pt-BR'] as const) {
    const translations = createTranslations(language);
    for (const { name } of historyOf(log(actions))) {
      expect(translations.exists(`history.${name.text}`), `${language}: ${name.text}`).toBe(true);
    }
  }
});
