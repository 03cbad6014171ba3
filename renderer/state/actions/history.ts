import type { Crop, EditAction, EditLog } from '../../../contract/edit';
import type { Recipe, StepKind } from '../../../contract/recipe';
import { applyAction, isSamePicture, stateOf } from '../../../document/edit';
import { DETECTED_MASK } from '../../../document/mask';
import { type Turn, turned } from '../../darkroom/geometry';
import { recipeKey } from '../comparison';
import type { Notice } from '../model';
import { appliedTo, type SettingValue, withEnabled, withOrder, withSetting } from '../recipes';
import { orientationOf } from '../view';
import type { Context } from './context';

/** How long no setting may change before the preview is computed, in milliseconds. */
export const PREVIEW_DELAY = 250;

/** Changes of a photo, with undo and redo. */
export function createHistory(context: Context) {
  const { find, patch, editSync } = context;
  const { app, view } = context.stores;

  /**
   * Adds an entry to the history. Changes of the same `setting` in a row become one entry. The preview follows after
   * `delay` milliseconds.
   */
  function commit(key: string, action: EditAction, setting: string | null = null, delay = 0): void {
    const entry = find(key);
    if (entry?.log == null || entry.edit === null) return;
    context.notices.withdrawUndo(key);
    const { log, editing } = entry;
    const from = setting !== null && setting === editing ? log.at - 1 : log.at;
    const next: EditLog = { ...log, actions: [...log.actions.slice(0, from), action], at: from + 1 };
    const edit = from === log.at ? applyAction(entry.edit, action) : stateOf(next);
    patch(key, { log: next, edit, recipe: edit.recipe, editing: setting });
    editSync.changed(key, from);
    if (!isSamePicture(entry.edit, edit)) context.rendering.changed(key, delay);
  }

  function setRecipe(key: string, name: EditAction['name'], recipe: Recipe, setting: string | null = null): void {
    commit(key, { name, recipe }, setting, setting === null ? 0 : PREVIEW_DELAY);
  }

  function setEnabled(key: string, kind: StepKind, enabled: boolean): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withEnabled(recipe, kind, enabled));
  }

  /** Moves a step to the place of another, as far as the order allows. */
  function moveStep(key: string, kind: StepKind, place: StepKind): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withOrder(recipe, kind, place));
  }

  function setSetting(key: string, kind: StepKind, name: string, value: SettingValue): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'setting', withSetting(recipe, kind, name, value), `${kind}.${name}`);
  }

  /** The slider was released: the next change is a new history entry. */
  function settleSetting(key: string): void {
    patch(key, { editing: null });
  }

  /** A named recipe, or the proposal, as it applies to a photo. Null before the photo is analysed. */
  function recipeFor(key: string, id: string): Recipe | null {
    const analysis = find(key)?.analysis;
    if (analysis == null) return null;
    const named = app.getState().recipes.find((recipe) => recipe.id === id);
    return id === analysis.recipe.id ? analysis.recipe : named === undefined ? null : appliedTo(named, analysis);
  }

  /** Applies a named recipe, or the proposal again. */
  function chooseRecipe(key: string, id: string): void {
    const recipe = recipeFor(key, id);
    if (recipe !== null) commitTold(key, { name: 'recipe', recipe }, 'recipeApplied');
  }

  function moveTo(key: string, at: number): void {
    const entry = find(key);
    if (entry?.log == null || at < 0 || at > entry.log.actions.length || at === entry.log.at) return;
    context.notices.withdrawUndo(key);
    const next = { ...entry.log, at };
    const edit = stateOf(next);
    patch(key, { log: next, edit, recipe: edit.recipe, editing: null });
    editSync.changed(key, next.actions.length);
    if (entry.edit === null || !isSamePicture(entry.edit, edit)) context.rendering.changed(key, 0);
  }

  /** Turns or mirrors a photo. Before the analysis there is no history; it will start with the current orientation. */
  function turn(key: string, how: Turn): void {
    const orientation = turned(orientationOf(view.getState(), key), how);
    if (find(key)?.log == null) context.view.setOrientation(key, orientation);
    else commit(key, { name: 'turned', orientation });
  }

  /** Crops a photo to a part of it, or (null) shows it whole again. */
  function crop(key: string, part: Crop | null): void {
    commit(key, { name: part ? 'cropped' : 'uncropped', crop: part });
  }

  /** Applies the recipe of a variant, unless the photo already has it. */
  function chooseVariant(key: string, recipe: Recipe): void {
    const now = find(key)?.recipe;
    if (now == null || recipeKey(now) === recipeKey(recipe)) return;
    commitTold(key, { name: 'recipe', recipe }, 'variantApplied');
  }

  /** Actions that continue an earlier one are undone and redone together with it. */
  function undo(key: string): void {
    const log = find(key)?.log;
    if (log == null) return;
    let at = log.at - 1;
    while (at > 0 && log.actions[at]?.continues === true) at--;
    moveTo(key, at);
  }

  function redo(key: string): void {
    const log = find(key)?.log;
    if (log == null) return;
    let at = log.at + 1;
    while (log.actions[at]?.continues === true) at++;
    moveTo(key, at);
  }

  /** Commits an action and tells the user, with an offer to undo it. */
  function commitTold(key: string, action: EditAction, text: Notice['text']): void {
    const name = find(key)?.name ?? '';
    commit(key, action);
    context.notices.tellUndoable(key, { tone: 'info', text, params: { name } });
  }

  /** Back to the proposal, as one history entry. Before a new analysis, the proposal is that of the earlier one. */
  function startOver(key: string): void {
    const entry = find(key);
    const proposal = entry?.analysis?.recipe ?? entry?.log?.base.recipe;
    if (proposal === undefined) return;
    commitTold(
      key,
      {
        name: 'startOver',
        recipe: proposal,
        mask: [...DETECTED_MASK],
        styleMask: [],
        keepMask: [],
        hints: [],
        repairs: [],
        crop: null,
      },
      'startedOver',
    );
  }

  return {
    commit,
    setRecipe,
    setEnabled,
    moveStep,
    setSetting,
    settleSetting,
    recipeFor,
    chooseRecipe,
    moveTo,
    turn,
    crop,
    chooseVariant,
    undo,
    redo,
    commitTold,
    startOver,
  };
}
