import type { EditAction, EditLog } from '../../../contract/edit';
import type { Recipe, StepKind } from '../../../contract/recipe';
import { applyAction, isSamePicture, stateOf } from '../../../document/edit';
import { DETECTED_MASK } from '../../../document/mask';
import { type Turn, turned } from '../../darkroom/geometry';
import { recipeKey } from '../comparison';
import type { Notice } from '../model';
import { appliedTo, type SettingValue, withEnabled, withOrder, withSetting } from '../recipes';
import { orientationOf } from '../view';
import type { Context } from './context';

/** How long the hand has to rest before a changed setting is computed, in milliseconds. */
export const PREVIEW_DELAY = 250;

/** What is done to a photo, entry by entry, and back. */
export function createHistory(context: Context) {
  const { find, patch, editSync } = context;
  const { app, view } = context.stores;

  /**
   * Adds an entry to the history. `setting` names what is under the hand: changes of the same one in a row are one
   * entry. The picture follows after `delay` milliseconds.
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
    if (!isSamePicture(entry.edit, edit)) context.rendering.schedule(key, delay);
  }

  function setRecipe(key: string, name: EditAction['name'], recipe: Recipe, setting: string | null = null): void {
    commit(key, { name, recipe }, setting, setting === null ? 0 : PREVIEW_DELAY);
  }

  function setEnabled(key: string, kind: StepKind, enabled: boolean): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withEnabled(recipe, kind, enabled));
  }

  /** Lets a step run where another does, as far as the order is free. */
  function moveStep(key: string, kind: StepKind, place: StepKind): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withOrder(recipe, kind, place));
  }

  function setSetting(key: string, kind: StepKind, name: string, value: SettingValue): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'setting', withSetting(recipe, kind, name, value), `${kind}.${name}`);
  }

  /** The hand has left the slider: the next change is a step of the history of its own. */
  function settleSetting(key: string): void {
    patch(key, { editing: null });
  }

  /** Applies a named recipe, or the proposal again. */
  function chooseRecipe(key: string, id: string): void {
    const analysis = find(key)?.analysis;
    if (analysis == null) return;
    const named = app.getState().recipes.find((recipe) => recipe.id === id);
    const recipe =
      id === analysis.recipe.id ? analysis.recipe : named === undefined ? null : appliedTo(named, analysis);
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
    if (entry.edit === null || !isSamePicture(entry.edit, edit)) context.rendering.schedule(key, 0);
  }

  /** Turns or mirrors a photo. Before it is measured there is no history yet: that begins with the photo as it is seen. */
  function turn(key: string, how: Turn): void {
    const orientation = turned(orientationOf(view.getState(), key), how);
    if (find(key)?.log == null) context.view.setOrientation(key, orientation);
    else commit(key, { name: 'turned', orientation });
  }

  /** Takes the recipe of a variant as it is, unless the photo has it already. */
  function chooseVariant(key: string, recipe: Recipe): void {
    const now = find(key)?.recipe;
    if (now == null || recipeKey(now) === recipeKey(recipe)) return;
    commitTold(key, { name: 'recipe', recipe }, 'variantApplied');
  }

  /** What continues the action before it goes and comes back with that. */
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

  /** An action that says so, with a way back. */
  function commitTold(key: string, action: EditAction, text: Notice['text']): void {
    const name = find(key)?.name ?? '';
    commit(key, action);
    context.notices.tellUndoable(key, { tone: 'info', text, params: { name } });
  }

  /** Back to the proposal, as one entry of the history; before the photo is measured anew, to that of the first time. */
  function startOver(key: string): void {
    const entry = find(key);
    const proposal = entry?.analysis?.recipe ?? entry?.log?.base.recipe;
    if (proposal === undefined) return;
    commitTold(
      key,
      { name: 'startOver', recipe: proposal, mask: [...DETECTED_MASK], styleMask: [], repairs: [] },
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
    chooseRecipe,
    moveTo,
    turn,
    chooseVariant,
    undo,
    redo,
    commitTold,
    startOver,
  };
}
