import {
  type EditAction,
  type EditDelta,
  type EditLog,
  type EditState,
  MAX_REPAIR_OPS,
  type MaskOp,
  type Orientation,
} from '../contract/edit';
import type { Recipe } from '../contract/recipe';
import type { Scan } from '../contract/scan';
import { DETECTED_MASK } from './mask';
import { isSameScan } from './scan';

/*
 * The edit document: a first state and the actions since then. Undo and redo move a position along the actions. Nothing is
 * copied as a whole: the state holds the same objects as the actions.
 */

/** The state of a photo without edits. */
export function freshState(recipe: Recipe, orientation: Orientation = 1, scan: Scan | null = null): EditState {
  return {
    scan,
    recipe,
    mask: [...DETECTED_MASK],
    repairs: [],
    styleMask: [],
    keepMask: [],
    hints: [],
    orientation,
    crop: null,
    rating: null,
    caption: {},
  };
}

export function freshLog(recipe: Recipe, orientation?: Orientation, scan?: Scan): EditLog {
  return { base: freshState(recipe, orientation, scan), actions: [], at: 0 };
}

/** The state after one more action. */
export function applyAction(state: EditState, action: EditAction): EditState {
  const {
    scan = state.scan,
    recipe = state.recipe,
    orientation = state.orientation,
    crop = state.crop,
    rating = state.rating,
    caption,
    paint,
    toggle,
    refill,
    reblend,
    erase,
    repair,
    remove,
    move,
  } = action;
  let { mask, repairs, styleMask, keepMask, hints } = state;
  if (action.mask) mask = action.mask;
  if (paint) mask = [...mask, paint];
  if (action.styleMask) styleMask = action.styleMask;
  if (action.paintStyle) styleMask = [...styleMask, action.paintStyle];
  if (action.keepMask) keepMask = action.keepMask;
  if (action.paintKeep) keepMask = [...keepMask, action.paintKeep];
  if (action.hints) hints = action.hints;
  if (action.hint) hints = [...hints, action.hint];
  if (action.repairs) repairs = action.repairs;
  if (repair) repairs = [...repairs, repair];
  if (toggle) repairs = repairs.map((each) => (each.id === toggle.id ? { ...each, enabled: toggle.enabled } : each));
  if (refill) {
    const { id, filling } = refill;
    repairs = repairs.map((each) => (each.id === id ? { ...each, filling: filling ?? undefined } : each));
  }
  if (reblend) {
    const { id, blend } = reblend;
    repairs = repairs.map((each) =>
      each.id === id && each.source ? { ...each, source: { ...each.source, blend } } : each,
    );
  }
  if (erase) {
    const ids = new Set(erase.ids);
    repairs = repairs.map((each) =>
      ids.has(each.id) && each.mask.length < MAX_REPAIR_OPS ? { ...each, mask: [...each.mask, erase.stroke] } : each,
    );
  }
  if (remove !== undefined) repairs = repairs.filter(({ id }) => id !== remove);
  const moved = move && repairs.find(({ id }) => id === move.id);
  if (move && moved) repairs = repairs.filter((each) => each !== moved).toSpliced(move.to, 0, moved);
  const said = caption ? { ...state.caption, ...caption } : state.caption;
  return { scan, recipe, mask, repairs, styleMask, keepMask, hints, orientation, crop, rating, caption: said };
}

/** Whether two states give the same picture before rotation and crop, so that nothing has to be computed again. */
export function isSamePicture(a: EditState, b: EditState): boolean {
  return a.recipe === b.recipe && isSameScan(a.scan, b.scan) && isSameByHand(a, b);
}

/** Whether two states have the same masks, hints and local repairs, which people change by hand. */
export function isSameByHand(a: EditState, b: EditState): boolean {
  if (a === b) return true;
  return (
    isSameMask(a.mask, b.mask) &&
    isSameMask(a.styleMask, b.styleMask) &&
    isSameMask(a.keepMask, b.keepMask) &&
    isSameList(a.hints, b.hints) &&
    a.repairs.length === b.repairs.length &&
    a.repairs.every(({ id, enabled, filling, source, mask }, i) => {
      const other = b.repairs[i];
      return (
        id === other?.id &&
        enabled === other.enabled &&
        filling === other.filling &&
        source?.blend === other.source?.blend &&
        isSameMask(mask, other.mask)
      );
    })
  );
}

/** Whether two masks hold the same operation objects. */
export const isSameMask: (a: readonly MaskOp[], b: readonly MaskOp[]) => boolean = isSameList;

/** Whether two lists hold the same objects. */
export function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((each, i) => each === b[i]));
}

/** The state that a log describes. */
export function stateOf({ base, actions, at }: EditLog): EditState {
  // Most actions add one operation. Adding them in place takes a time that grows with their number and not with its square.
  let state = base;
  let isOwn = false;
  for (const action of actions.slice(0, at)) {
    const { paint, paintStyle, paintKeep, hint } = action;
    if (!isOnlyPaint(action)) {
      state = applyAction(state, action);
      isOwn = false;
      continue;
    }
    if (!isOwn) {
      state = {
        ...state,
        mask: [...state.mask],
        styleMask: [...state.styleMask],
        keepMask: [...state.keepMask],
        hints: [...state.hints],
      };
    }
    isOwn = true;
    if (paint) state.mask.push(paint);
    if (paintStyle) state.styleMask.push(paintStyle);
    if (paintKeep) state.keepMask.push(paintKeep);
    if (hint) state.hints.push(hint);
  }
  return state;
}

const OF_PAINT = ['name', 'continues', 'paint', 'paintStyle', 'paintKeep', 'hint'];
const isOnlyPaint = (action: EditAction): boolean =>
  Object.entries(action).every(([key, value]) => value === undefined || OF_PAINT.includes(key));

/** A log after a change. Throws a RangeError if the change does not fit it. */
export function applyDelta(log: EditLog | null, delta: EditDelta): EditLog {
  const base = delta.base ?? log?.base;
  const before = delta.base ? [] : (log?.actions ?? []);
  if (base === undefined) throw new RangeError('a log needs something to begin with');
  if (delta.from > before.length) throw new RangeError(`no action ${delta.from} of ${before.length}`);
  const actions = [...before.slice(0, delta.from), ...delta.actions];
  if (delta.at > actions.length) throw new RangeError(`mark ${delta.at} beyond ${actions.length} actions`);
  return { base, actions, at: delta.at };
}
