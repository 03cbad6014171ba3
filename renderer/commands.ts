import type { Photo } from '../contract/photo';
import type { CommandId } from '../text';
import type { en } from '../text/en';
import type { Size } from './darkroom/geometry';
import { MASK_COMMANDS } from './darkroom/mask/commands';
import type { Session } from './state/context';
import { pageViewKey } from './state/crop';
import type { OpenPhoto } from './state/model';
import { resultViewKey } from './state/results';
import { canReview } from './state/review';
import { activePhoto } from './state/stores';
import { COMPARE_MODES, type CompareMode } from './state/view';

/**
 * Every command of the window. The shortcuts, the list of keys, the command palette and the tooltips all read this
 * list. Titles are `commands.<id>` in the translation.
 */

/**
 * A key with its modifiers: `Mod+Shift+Z`, `Shift+R`, `?`. `Mod` is Ctrl, or Command on a Mac. Shift is only given with
 * letters, because keyboards differ in where other characters are.
 */
export type Stroke = string;

export const COMMAND_GROUPS = [
  'file',
  'edit',
  'crop',
  'mask',
  'review',
  'results',
  'view',
  'compare',
  'window',
] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

/**
 * What must be open for a command to be available. `picture`: one is shown large, in the darkroom or of a batch; `result`:
 * beside its result; `results`: one of a batch.
 */
type Needs = 'nothing' | 'entry' | 'photo' | 'picture' | 'result' | 'crop' | 'mask' | 'places' | 'review' | 'results';

interface Context {
  session: Session;
  entry: OpenPhoto;
  photo: Photo;
  /** The picture that is shown large, with the key of its view. */
  picture: Picture;
}

interface Picture {
  key: string;
  size: Size;
}

export type { CommandId } from '../text';

export interface Command {
  id: CommandId;
  group: CommandGroup;
  keys: readonly Stroke[];
  needs: Needs;
  run(context: Context): void;
}

function command(
  id: CommandId,
  group: CommandGroup,
  keys: readonly Stroke[],
  needs: Needs,
  run: (context: Context) => void,
): Command {
  return { id, group, keys, needs, run };
}

const MODE_KEYS: Record<CompareMode, Stroke> = {
  result: 'A',
  split: 'S',
  side: 'D',
  original: 'O',
  difference: 'X',
  variants: 'G',
};

/** Comparison modes that need a result. */
const NEEDS_RESULT: readonly CompareMode[] = ['result', 'split', 'side', 'difference'];

export const COMMANDS: readonly Command[] = [
  command('open', 'file', ['Mod+O'], 'nothing', ({ session }) => void session.actions.pickPhotos()),
  command('export', 'file', ['Mod+E'], 'photo', ({ session }) => session.actions.view.show('export')),
  command('exportAgain', 'file', ['Mod+Shift+S'], 'photo', ({ session }) => session.actions.exportAgain()),
  command('print', 'file', ['Mod+P'], 'result', ({ session }) => session.actions.view.show('print')),
  command('copyPicture', 'file', [], 'result', ({ session, entry }) => session.actions.copyPicture(entry.key)),
  command('saveEdit', 'file', ['Mod+S'], 'photo', ({ session, entry }) => session.actions.saveEdit(entry.key)),
  command('closePhoto', 'file', [], 'entry', ({ session }) => session.actions.closeAll()),
  command('previousPhoto', 'file', ['['], 'entry', ({ session }) => session.actions.activateNext(-1)),
  command('nextPhoto', 'file', [']'], 'entry', ({ session }) => session.actions.activateNext(1)),
  command('selectAll', 'file', ['Mod+A'], 'entry', ({ session }) => session.actions.selectAll()),

  command('undo', 'edit', ['Mod+Z'], 'photo', ({ session, entry }) => session.actions.undo(entry.key)),
  command('redo', 'edit', ['Mod+Shift+Z', 'Mod+Y'], 'photo', ({ session, entry }) => session.actions.redo(entry.key)),
  command('turnRight', 'edit', ['R'], 'photo', ({ session }) => session.actions.turnAll('right')),
  command('turnLeft', 'edit', ['Shift+R'], 'photo', ({ session }) => session.actions.turnAll('left')),
  command('mirror', 'edit', ['F'], 'photo', ({ session }) => session.actions.turnAll('mirror')),
  command('flip', 'edit', ['Shift+F'], 'photo', ({ session }) => session.actions.turnAll('flip')),

  command('copySettings', 'edit', ['Mod+Shift+C'], 'photo', ({ session }) => session.actions.view.show('copySettings')),
  command('pasteSettings', 'edit', ['Mod+Shift+V'], 'photo', ({ session }) => session.actions.pasteSettings()),

  command('startOver', 'edit', [], 'photo', ({ session, entry }) => session.actions.startOver(entry.key)),

  command('crop', 'crop', ['C'], 'photo', ({ session, entry }) => {
    const { cropTool } = session.actions;
    if (session.stores.crop.getState().cropping === null) cropTool.start(entry.key);
    else cropTool.cancel();
  }),
  command('cropApply', 'crop', ['Enter'], 'crop', ({ session }) => void session.actions.cropTool.apply()),
  command('cropSwap', 'crop', ['X'], 'crop', ({ session }) => session.actions.cropTool.swap()),
  command('cropFind', 'crop', ['N'], 'crop', ({ session }) => void session.actions.cropTool.find()),
  command('cropSplit', 'crop', ['Shift+N'], 'crop', ({ session }) => void session.actions.cropTool.split()),
  command('cropReset', 'crop', [], 'crop', ({ session }) => session.actions.cropTool.reset()),
  command('cropCancel', 'crop', ['Escape'], 'crop', ({ session }) => session.actions.cropTool.cancel()),

  ...MASK_COMMANDS,

  command('reviewPlaces', 'review', ['V'], 'places', ({ session, entry }) => session.actions.review.start(entry.key)),
  command('reviewNext', 'review', ['N'], 'review', ({ session }) => session.actions.review.next()),
  command('reviewPrevious', 'review', ['P'], 'review', ({ session }) => session.actions.review.previous()),
  command('reviewKeep', 'review', ['K'], 'review', ({ session }) => session.actions.review.keep()),
  command('reviewSkip', 'review', ['S'], 'review', ({ session }) => session.actions.review.skip()),
  command('reviewFill', 'review', ['F'], 'review', ({ session }) => session.actions.review.fill()),
  command('reviewEnd', 'review', ['Escape'], 'review', ({ session }) => session.actions.review.end()),

  command('resultNext', 'results', ['ArrowRight', ' '], 'results', ({ session }) => session.actions.results.go(1)),
  command('resultPrevious', 'results', ['ArrowLeft'], 'results', ({ session }) => session.actions.results.go(-1)),
  command('resultKeep', 'results', ['K'], 'results', ({ session }) => session.actions.results.keepOriginal()),
  command('resultRedo', 'results', ['R'], 'results', ({ session }) => session.actions.results.startRedo()),
  command('resultEdit', 'results', ['E'], 'results', ({ session }) => session.actions.results.edit()),
  command('resultShow', 'results', ['F'], 'results', ({ session }) => session.actions.results.showInFolder()),
  command('resultUndo', 'results', ['Mod+Z'], 'results', ({ session }) => session.actions.results.undo()),
  command('resultLeave', 'results', ['Escape'], 'results', ({ session }) => session.actions.results.leave()),

  command('zoomIn', 'view', ['+', '='], 'picture', ({ session, picture }) =>
    session.actions.view.zoomStep(picture.key, picture.size, 1),
  ),
  command('zoomOut', 'view', ['-'], 'picture', ({ session, picture }) =>
    session.actions.view.zoomStep(picture.key, picture.size, -1),
  ),
  command('zoomFit', 'view', ['0'], 'picture', ({ session, picture }) => session.actions.view.zoomFit(picture.key)),
  command('zoomActual', 'view', ['1'], 'picture', ({ session, picture }) =>
    session.actions.view.zoomTo(picture.key, picture.size, 100),
  ),
  command('zoomDouble', 'view', ['2'], 'picture', ({ session, picture }) =>
    session.actions.view.zoomTo(picture.key, picture.size, 200),
  ),
  command('mask', 'view', ['M'], 'picture', ({ session }) => session.actions.view.toggleMask()),
  command('clipping', 'view', ['J'], 'picture', ({ session }) => session.actions.view.toggleClipping()),
  command('styles', 'view', ['T'], 'entry', ({ session }) => session.actions.view.showTab('style')),
  command('history', 'view', ['Shift+H'], 'entry', ({ session }) => session.actions.view.showTab('history')),
  command('lightTable', 'view', ['L'], 'entry', ({ session }) => {
    const { page } = session.stores.view.getState();
    session.actions.view.goTo(page === 'table' ? 'darkroom' : 'table');
  }),
  command('panel', 'view', ['P'], 'entry', ({ session }) => session.actions.view.togglePanel()),

  ...COMPARE_MODES.map((mode) =>
    command(
      `mode-${mode}`,
      'compare',
      [MODE_KEYS[mode]],
      NEEDS_RESULT.includes(mode) ? 'result' : mode === 'variants' ? 'photo' : 'picture',
      ({ session }) => session.actions.view.setMode(mode),
    ),
  ),

  command('palette', 'window', ['Mod+K'], 'nothing', ({ session }) => session.actions.view.show('palette')),
  command('batch', 'window', ['Mod+B'], 'nothing', ({ session }) => session.actions.view.goTo('batch')),
  command('pairs', 'window', [], 'nothing', ({ session }) => session.actions.view.goTo('pairs')),
  command('generators', 'window', [], 'nothing', ({ session }) => session.actions.view.goTo('generators')),
  command('settings', 'window', ['Mod+,'], 'nothing', ({ session }) => session.actions.view.show('settings')),
  command('help', 'window', ['F1'], 'nothing', ({ session }) => session.actions.view.goTo('help')),
  command('tour', 'window', [], 'nothing', ({ session }) => session.actions.view.show('tour')),
  command('keys', 'window', ['?'], 'nothing', ({ session }) => session.actions.view.show('keys')),
];

/** Keys and gestures that are not commands: name in the translation (`keys.<name>`), group and keys. */
export const OTHER_KEYS: readonly { name: keyof typeof en.keys; group: CommandGroup; keys: readonly Stroke[] }[] = [
  { name: 'paste', group: 'file', keys: ['Mod+V'] },
  { name: 'extend', group: 'file', keys: ['Shift+←', 'Shift+→'] },
  { name: 'rate', group: 'file', keys: ['Shift+0 – 5'] },
  { name: 'brushSize', group: 'mask', keys: ['[ ]'] },
  { name: 'brushHardness', group: 'mask', keys: ['{ }'] },
  { name: 'setSource', group: 'mask', keys: ['Alt+click'] },
  { name: 'leaveMask', group: 'mask', keys: ['Esc'] },
  { name: 'pan', group: 'view', keys: ['←', '→', '↑', '↓'] },
  { name: 'move', group: 'view', keys: ['Space'] },
  { name: 'peek', group: 'compare', keys: ['\\'] },
  { name: 'notices', group: 'window', keys: ['F8'] },
];

export const commandOf = (id: CommandId): Command => {
  const found = COMMANDS.find((each) => each.id === id);
  if (found === undefined) throw new Error(`There is no command "${id}".`);
  return found;
};

/** Commands about all selected photos, which the light table shows. */
const ON_TABLE: readonly CommandId[] = [
  'lightTable',
  'export',
  'exportAgain',
  'closePhoto',
  'previousPhoto',
  'nextPhoto',
  'selectAll',
  'copySettings',
  'pasteSettings',
  'turnRight',
  'turnLeft',
  'mirror',
  'flip',
  'undo',
  'redo',
];

/** The picture that is shown large, and whether its result is; null where there is none. */
function pictureIn({ stores }: Session): (Picture & { hasResult: boolean }) | null {
  const { page } = stores.view.getState();
  const { shown } = stores.results.getState();
  if (page === 'batch' && shown?.look) {
    const { width, height, result } = shown.look;
    return { key: resultViewKey(shown.row), size: { width, height }, hasResult: result !== null };
  }
  const { cropping } = stores.crop.getState();
  if (page === 'darkroom' && cropping) {
    return { key: pageViewKey(cropping.key), size: cropping.page, hasResult: false };
  }
  const entry = page === 'darkroom' ? activePhoto(stores.photos.getState()) : null;
  return entry?.photo ? { key: entry.key, size: entry.photo, hasResult: entry.rendering !== null } : null;
}

/** Commands about the photo as it was, which are not there while its page is shown to be cropped. */
const NOT_WHILE_CROPPING: readonly CommandGroup[] = ['mask', 'review', 'compare'];

/** Whether a command is available now. */
export function isReady({ id, group, needs }: Pick<Command, 'id' | 'group' | 'needs'>, session: Session): boolean {
  const { stores } = session;
  if (needs === 'nothing') return true;
  const isCropping = stores.crop.getState().cropping !== null && stores.view.getState().page === 'darkroom';
  if (needs === 'crop') return isCropping;
  if (isCropping && NOT_WHILE_CROPPING.includes(group)) return false;
  const picture = pictureIn(session);
  if (needs === 'picture') return picture !== null;
  if (needs === 'result') return picture?.hasResult === true;
  if (needs === 'results') {
    return stores.view.getState().page === 'batch' && stores.results.getState().shown !== null;
  }
  // Other pages do not show the photo, so commands must not change it there.
  const { page } = stores.view.getState();
  if (page !== 'darkroom' && !(page === 'table' && ON_TABLE.includes(id))) return false;
  const entry = activePhoto(stores.photos.getState());
  if (needs === 'entry') return entry !== null;
  if (entry?.photo == null) return false;
  if (needs === 'mask') return stores.tools.getState().tool !== null && entry.edit !== null;
  const review = stores.review.getState();
  if (needs === 'review') return review.key === entry.key;
  if (needs === 'places') return review.key !== entry.key && canReview(review, entry);
  return true;
}

/** Runs a command if it is available. */
export function perform(command: Command, session: Session): void {
  if (!isReady(command, session)) return;
  const entry = activePhoto(session.stores.photos.getState());
  // The command only reads what it needs, which `isReady` has checked.
  const picture = pictureIn(session) as Picture;
  command.run({ session, entry: entry as OpenPhoto, photo: entry?.photo as Photo, picture });
}

export interface KeyPress {
  key: string;
  /** Ctrl, or Command on a Mac. */
  command: boolean;
  shift: boolean;
}

/** Whether a key press matches a shortcut. */
export function isStroke(stroke: Stroke, press: KeyPress): boolean {
  const { mod, shift, key } = parseStroke(stroke);
  if (key.toLowerCase() !== press.key.toLowerCase() || mod !== press.command) return false;
  return !/^[a-z]$/i.test(key) || shift === press.shift;
}

function parseStroke(stroke: Stroke): { mod: boolean; shift: boolean; key: string } {
  const mod = stroke.startsWith('Mod+');
  const rest = mod ? stroke.slice(4) : stroke;
  const shift = rest.startsWith('Shift+');
  return { mod, shift, key: shift ? rest.slice(6) : rest };
}

/**
 * The command for a key press; null where there is none. During a review, and while a mask is edited or a photo cropped, their keys come before those
 * of the window.
 */
export function commandFor(
  press: KeyPress,
  during: 'crop' | 'review' | 'mask' | 'results' | null = null,
): Command | null {
  const all = COMMANDS.filter(({ keys }) => keys.some((stroke) => isStroke(stroke, press)));
  const own = all.find(({ needs }) => needs === during);
  const ofWindow = all.find(({ needs }) => !['crop', 'review', 'mask', 'results'].includes(needs));
  return own ?? ofWindow ?? all.find(({ needs }) => needs === 'mask') ?? null;
}

const KEY_NAMES: Record<string, string> = { Escape: 'Esc', ArrowRight: '→', ArrowLeft: '←' };

/** A shortcut as it is written on this computer. */
export function strokeText(stroke: Stroke, onMac: boolean): string {
  const { mod, shift, key } = parseStroke(stroke);
  const name = KEY_NAMES[key] ?? key;
  return [mod && (onMac ? '⌘' : 'Ctrl'), shift && (onMac ? '⇧' : 'Shift'), name].filter(Boolean).join(' ');
}
