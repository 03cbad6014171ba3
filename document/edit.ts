import type { EditAction, EditDelta, EditLog, EditState, Recipe } from '../preload/contract';
import { DETECTED_MASK } from './mask';

/*
 * The edit document: a state to begin with and the actions since. Undo and redo move a mark along the actions; nothing
 * is ever copied as a whole, and the objects of an action are the very ones that the state holds.
 */

/** Where the work on a photo begins. */
export function freshState(recipe: Recipe): EditState {
  return { recipe, mask: [...DETECTED_MASK], repairs: [] };
}

export function freshLog(recipe: Recipe): EditLog {
  return { base: freshState(recipe), actions: [], at: 0 };
}

/** A state after one more action. */
export function applyAction(state: EditState, action: EditAction): EditState {
  const { recipe = state.recipe, paint, toggle, repair, remove, move } = action;
  let { mask, repairs } = state;
  if (action.mask) mask = action.mask;
  if (paint) mask = [...mask, paint];
  if (action.repairs) repairs = action.repairs;
  if (repair) repairs = [...repairs, repair];
  if (toggle) repairs = repairs.map((each) => (each.id === toggle.id ? { ...each, enabled: toggle.enabled } : each));
  if (remove !== undefined) repairs = repairs.filter(({ id }) => id !== remove);
  const moved = move && repairs.find(({ id }) => id === move.id);
  if (move && moved) repairs = repairs.filter((each) => each !== moved).toSpliced(move.to, 0, moved);
  return { recipe, mask, repairs };
}

/** The state that a log stands for. */
export function stateOf({ base, actions, at }: EditLog): EditState {
  return actions.slice(0, at).reduce(applyAction, base);
}

/** A log after a change. Throws a RangeError where the change does not fit it. */
export function applyDelta(log: EditLog | null, delta: EditDelta): EditLog {
  const base = delta.base ?? log?.base;
  const before = delta.base ? [] : (log?.actions ?? []);
  if (base === undefined) throw new RangeError('a log needs something to begin with');
  if (delta.from > before.length) throw new RangeError(`no action ${delta.from} of ${before.length}`);
  const actions = [...before.slice(0, delta.from), ...delta.actions];
  if (delta.at > actions.length) throw new RangeError(`mark ${delta.at} beyond ${actions.length} actions`);
  return { base, actions, at: delta.at };
}
