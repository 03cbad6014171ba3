import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EditAction, type EditLog, type LocalRepair, MAX_REPAIR_OPS, type MaskStroke } from '../contract/edit';
import type { Recipe } from '../contract/recipe';
import { applyAction, applyDelta, freshLog, freshState, isSameByHand, isSamePicture, stateOf } from './edit';
import { anyOp } from './testing';

const recipe: Recipe = { format: 1, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] };

const spot = (id: string): LocalRepair => ({
  id,
  enabled: true,
  mask: [{ kind: 'stroke', mode: 'paint', size: 5, hardness: 1, points: [1, 1, 1] }],
});
const id = fc.constantFrom('a', 'b', 'c');
const eraser: MaskStroke = { kind: 'stroke', mode: 'erase', size: 4, hardness: 1, points: [1, 2, 1] };
const action: fc.Arbitrary<EditAction> = fc.oneof(
  anyOp.map((paint): EditAction => ({ name: 'mask', paint })),
  fc.constantFrom('x', 'y').map((name): EditAction => ({ name: 'recipe', recipe: { ...recipe, name } })),
  id.map((each): EditAction => ({ name: 'repair', repair: spot(each) })),
  fc
    .tuple(id, fc.boolean())
    .map(([each, enabled]): EditAction => ({ name: 'repairOff', toggle: { id: each, enabled } })),
  id.map((each): EditAction => ({ name: 'repairRemoved', remove: each })),
  fc.tuple(id, fc.nat(4)).map(([each, to]): EditAction => ({ name: 'repairMoved', move: { id: each, to } })),
  fc.integer({ min: 1, max: 8 }).map((orientation): EditAction => ({ name: 'turned', orientation })),
  fc.constantFrom(null, { x: 1, y: 2, width: 30, height: 20 }).map((crop): EditAction => ({ name: 'cropped', crop })),
  fc.constant<EditAction>({ name: 'startOver', recipe, mask: freshState(recipe).mask, styleMask: [], repairs: [] }),
  fc.constant<EditAction>({ name: 'styleMask', paintStyle: { kind: 'invert' } }),
  fc.constant<EditAction>({ name: 'keepMask', paintKeep: { kind: 'invert' } }),
  fc
    .constantFrom('a', 'b', 'c')
    .map((id): EditAction => ({ name: 'repairErased', erase: { ids: [id], stroke: eraser } })),
  fc.constant<EditAction>({ name: 'colourHint', hint: { colour: '#aa3020', radius: 8, points: [1, 2] } }),
  fc.constant<EditAction>({ name: 'colourHintsRemoved', hints: [] }),
);
const actions = fc.array(action, { maxLength: 12 });

test('moving a local repair puts it in the given place and keeps the order of the others', () => {
  const state = { ...freshState(recipe), repairs: ['a', 'b', 'c', 'd'].map(spot) };
  const order = (moved: string, to: number) =>
    applyAction(state, { name: 'repairMoved', move: { id: moved, to } })
      .repairs.map((repair) => repair.id)
      .join('');
  expect([order('a', 2), order('d', 0), order('b', 3), order('c', 99), order('z', 0)]).toEqual([
    'bcad',
    'dabc',
    'acdb',
    'abdc',
    'abcd',
  ]);
});

describe('an edit log', () => {
  test('undoing everything gives the first state, and redoing gives exactly the last', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const log: EditLog = { ...freshLog(recipe), actions: list, at: list.length };
        const states = list.map((_, at) => stateOf({ ...log, at }));
        expect(stateOf({ ...log, at: 0 })).toEqual(freshState(recipe));
        for (const [at, each] of list.entries()) {
          expect(applyAction(states[at]!, each)).toEqual(stateOf({ ...log, at: at + 1 }));
        }
      }),
    );
  });

  test('gives another picture after a change, but not after a rotation or after the same actions are read again', () => {
    fc.assert(
      fc.property(actions, action, (list, next) => {
        const log: EditLog = { ...freshLog(recipe), actions: [...list, next], at: list.length };
        const [before, after] = [stateOf(log), stateOf({ ...log, at: list.length + 1 })];
        expect(isSamePicture(before, stateOf(log))).toBe(true);
        expect(isSamePicture(before, applyAction(before, { name: 'turned', orientation: 6 }))).toBe(true);
        const { orientation: _, crop: _crop, ...one } = before;
        const { orientation: __, crop: __crop, ...other } = after;
        // The converse does not hold: equal operations that are different objects may be computed again.
        if (isSamePicture(before, after)) expect(one).toEqual(other);
      }),
    );
  });

  test('is the same written change by change or at once; a change may be written twice', () => {
    fc.assert(
      fc.property(actions, fc.nat(), (list, mark) => {
        const at = mark % (list.length + 1);
        let log = applyDelta(null, { base: freshState(recipe), from: 0, actions: [], at: 0 });
        for (const [from, each] of list.entries()) {
          const delta = { from, actions: [each], at: from + 1 };
          log = applyDelta(applyDelta(log, delta), delta);
        }
        log = applyDelta(log, { from: list.length, actions: [], at });
        expect(log).toEqual({ base: freshState(recipe), actions: list, at });
      }),
    );
  });

  test('a new action after an undo drops the undone actions; a change that does not fit is refused', () => {
    const log = { ...freshLog(recipe), actions: [{ name: 'mask', paint: { kind: 'invert' } } as EditAction], at: 0 };
    expect(applyDelta(log, { from: 0, actions: [{ name: 'mask', paint: { kind: 'clear' } }], at: 1 }).actions).toEqual([
      { name: 'mask', paint: { kind: 'clear' } },
    ]);
    expect(() => applyDelta(null, { from: 0, actions: [], at: 0 })).toThrow(RangeError);
    expect(() => applyDelta(log, { from: 2, actions: [], at: 0 })).toThrow(RangeError);
    expect(() => applyDelta(log, { from: 1, actions: [], at: 2 })).toThrow(RangeError);
  });

  test('the state holds the same operation objects as the actions', () => {
    const paint = { kind: 'invert' } as const;
    const log: EditLog = { ...freshLog(recipe), actions: [{ name: 'mask', paint }], at: 1 };
    expect(stateOf(log).mask.at(-1)).toBe(paint);
  });
});

test('the eraser is added to the repairs that it names, up to the most that one can have', () => {
  const state = { ...freshState(recipe), repairs: [spot('a'), spot('b')] };
  const erase = { ids: ['a'], stroke: eraser };
  const once = applyAction(state, { name: 'repairErased', erase });
  expect(once.repairs.map(({ mask }) => mask.length)).toEqual([2, 1]);
  expect(once.repairs[0]!.mask[1]).toBe(eraser);
  expect(isSameByHand(state, once)).toBe(false);
  let full = state;
  for (let i = 0; i < MAX_REPAIR_OPS + 5; i++) full = applyAction(full, { name: 'repairErased', erase });
  expect(full.repairs[0]!.mask).toHaveLength(MAX_REPAIR_OPS);
});

test('how a source is used can be changed, and only of a repair that has one', () => {
  const healed: LocalRepair = { ...spot('a'), source: { blend: 'heal', dx: 3, dy: -4 } };
  const state = { ...freshState(recipe), repairs: [healed, spot('b')] };
  const next = applyAction(state, { name: 'repairFilled', reblend: { id: 'a', blend: 'clone' } });
  expect(next.repairs[0]!.source).toEqual({ blend: 'clone', dx: 3, dy: -4 });
  expect(isSameByHand(state, next)).toBe(false);
  expect(applyAction(state, { name: 'repairFilled', reblend: { id: 'b', blend: 'clone' } }).repairs).toEqual(
    state.repairs,
  );
});
