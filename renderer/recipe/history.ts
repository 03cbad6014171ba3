import type { EditAction, EditLog, EditState, Filling, MaskOp } from '../../contract/edit';
import type { Recipe, StepKind } from '../../contract/recipe';
import { applyAction } from '../../document/edit';
import { type Turn, turned } from '../darkroom/geometry';
import { isSameStyle, type StyleChoice, stepOf, styleOf } from '../state/recipes';
import { type Control, controlsOf, settingOf } from './controls';

/** The name of a history entry. `text` is a key under `history`. */
export type HistoryName =
  | { text: HistoryText }
  | { text: 'setting'; step: StepKind; control: Control; value: unknown }
  | { text: 'on' | 'off'; step: StepKind }
  | { text: 'recipe'; recipe: Recipe }
  | { text: 'style'; choice: StyleChoice }
  | { text: 'grow' | 'shrink' | 'feather'; radius: number }
  | { text: RepairText; place: number }
  | { text: 'placeFilled'; filling: Filling | null }
  | { text: 'rated'; count: number };

type RepairText =
  | 'repair'
  | 'heal'
  | 'clone'
  | 'repairOn'
  | 'repairOff'
  | 'repairRemoved'
  | 'repairMoved'
  | 'repairFilled';

type HistoryText =
  | 'begin'
  | 'captioned'
  | 'settings'
  | 'mix'
  | 'order'
  | 'brush'
  | 'eraser'
  | 'lasso'
  | 'lassoOut'
  | 'polygon'
  | 'polygonOut'
  | 'rectangle'
  | 'rectangleOut'
  | 'defectIn'
  | 'defectOut'
  | 'bitmap'
  | 'placeSkipped'
  | 'placeKept'
  | 'detected'
  | 'invert'
  | 'clear'
  | 'maskReset'
  | 'styleMask'
  | 'styleMaskReset'
  | 'keepMask'
  | 'keepMaskReset'
  | 'repairErased'
  | 'redEyes'
  | 'colourHint'
  | 'colourHintsRemoved'
  | 'turned'
  | 'cropped'
  | 'uncropped'
  | Turn
  | 'startOver'
  | 'taken'
  | 'pasted';

export interface HistoryEntry {
  /** The position in the log when this entry is the latest. */
  at: number;
  name: HistoryName;
}

/** The history as the user sees it: the start, then one entry for each action, including undone ones. */
export function historyOf({ base, actions }: EditLog): HistoryEntry[] {
  const entries: HistoryEntry[] = [{ at: 0, name: { text: 'begin' } }];
  const places: string[] = [];
  let state = base;
  for (const [index, action] of actions.entries()) {
    if (action.repair) places.push(action.repair.id);
    const next = applyAction(state, action);
    const last = entries.at(-1)!;
    if (action.continues === true && index > 0) last.at = index + 1;
    else entries.push({ at: index + 1, name: nameOf(action, state, next, places) });
    state = next;
  }
  return entries;
}

function nameOf(action: EditAction, before: EditState, after: EditState, places: readonly string[]): HistoryName {
  const place = (id: string | undefined) => 1 + places.indexOf(id ?? '');
  switch (action.name) {
    case 'setting':
      return changeOf(before.recipe, after.recipe);
    case 'step':
      return switchOf(before.recipe, after.recipe);
    case 'recipe':
      return { text: 'recipe', recipe: after.recipe };
    case 'mask':
      if (action.paint) return paintOf(action.paint);
      return { text: action.mask !== undefined && action.mask.length < before.mask.length ? 'placeKept' : 'maskReset' };
    case 'repair':
      return { text: action.repair?.source?.blend ?? 'repair', place: place(action.repair?.id) };
    case 'repairOn':
    case 'repairOff':
      return { text: action.name, place: place(action.toggle?.id) };
    case 'repairRemoved':
      return { text: 'repairRemoved', place: place(action.remove) };
    case 'repairMoved':
      return { text: 'repairMoved', place: place(action.move?.id) };
    case 'repairFilled':
      return { text: 'repairFilled', place: place(action.refill?.id ?? action.reblend?.id) };
    case 'rated':
      return { text: 'rated', count: after.rating ?? 0 };
    case 'turned': {
      const ways = ['right', 'left', 'mirror', 'flip'] as const;
      return { text: ways.find((way) => turned(before.orientation, way) === after.orientation) ?? 'turned' };
    }
    default:
      return { text: action.name };
  }
}

function changeOf(before: Recipe, after: Recipe): HistoryName {
  for (const { kind, settings } of after.steps) {
    const former = before.steps.find((step) => step.kind === kind)?.settings;
    for (const control of controlsOf(kind)) {
      const value = settingOf(control, settings);
      const was = former && settingOf(control, former);
      if (JSON.stringify(value) !== JSON.stringify(was)) return { text: 'setting', step: kind, control, value };
    }
  }
  const [mix, formerMix] = [after, before].map((recipe) => stepOf(recipe, 'style')?.settings.mix);
  return { text: JSON.stringify(mix) === JSON.stringify(formerMix) ? 'settings' : 'mix' };
}

function switchOf(before: Recipe, after: Recipe): HistoryName {
  const [style, formerStyle] = [styleOf(after), styleOf(before)];
  if (style !== null && (formerStyle === null || !isSameStyle(style, formerStyle))) {
    return { text: 'style', choice: style };
  }
  for (const { kind, enabled } of after.steps) {
    const former = before.steps.find((step) => step.kind === kind)?.enabled ?? false;
    if (enabled !== former) return { text: enabled ? 'on' : 'off', step: kind };
  }
  return { text: 'order' };
}

function paintOf(op: MaskOp): HistoryName {
  switch (op.kind) {
    case 'stroke':
      return { text: op.mode === 'erase' ? 'eraser' : 'brush' };
    case 'area':
      if (op.skips) return { text: 'placeSkipped' };
      return { text: op.mode === 'add' ? op.shape : `${op.shape}Out` };
    case 'defect':
      return { text: op.mode === 'add' ? 'defectIn' : 'defectOut' };
    case 'filling':
      return { text: 'placeFilled', filling: op.filling };
    case 'grow':
    case 'shrink':
    case 'feather':
      return { text: op.kind, radius: op.radius };
    default:
      return { text: op.kind };
  }
}
