import { useEffect } from 'react';
import type { Actions } from './state/actions';
import type { Session } from './state/context';
import { activePhoto } from './state/stores';
import { COMPARE_MODES, type CompareMode } from './state/view';

export interface KeyPress {
  key: string;
  /** Ctrl, or Command on a Mac. */
  command: boolean;
  shift: boolean;
}

export type Shortcut =
  | 'open'
  | 'export'
  | 'undo'
  | 'redo'
  | 'settings'
  | 'keys'
  | 'zoomIn'
  | 'zoomOut'
  | 'zoomFit'
  | 'zoomActual'
  | 'mask'
  | 'panel'
  | 'previousPhoto'
  | 'nextPhoto'
  | `mode-${CompareMode}`;

const PLAIN: Record<string, Shortcut> = {
  '?': 'keys',
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '0': 'zoomFit',
  '1': 'zoomActual',
  m: 'mask',
  p: 'panel',
  '[': 'previousPhoto',
  ']': 'nextPhoto',
  s: 'mode-split',
  d: 'mode-side',
  o: 'mode-original',
  x: 'mode-difference',
};

const COMMAND: Record<string, Shortcut> = {
  o: 'open',
  e: 'export',
  z: 'undo',
  y: 'redo',
  ',': 'settings',
};

/** What a key asks for; null where it is nothing of ours. */
export function shortcutFor({ key, command, shift }: KeyPress): Shortcut | null {
  const lower = key.toLowerCase();
  if (command) return lower === 'z' && shift ? 'redo' : (COMMAND[lower] ?? null);
  return PLAIN[lower] ?? null;
}

function perform(shortcut: Shortcut, { stores, actions }: Session): void {
  const entry = activePhoto(stores.photos.getState());
  if (shortcut === 'open') void actions.pickPhotos();
  else if (shortcut === 'settings' || shortcut === 'keys') actions.view.show(shortcut);
  else if (shortcut === 'panel') actions.view.togglePanel();
  else if (entry !== null) performOnPhoto(shortcut, entry.key, stores, actions);
}

function performOnPhoto(shortcut: Shortcut, key: string, stores: Session['stores'], actions: Actions): void {
  const photo = stores.photos.getState().photos.find((entry) => entry.key === key)?.photo;
  const mode = COMPARE_MODES.find((each) => shortcut === `mode-${each}`);
  if (shortcut === 'previousPhoto') actions.activateNext(-1);
  else if (shortcut === 'nextPhoto') actions.activateNext(1);
  else if (photo == null) return;
  else if (mode !== undefined) actions.view.setMode(mode);
  else if (shortcut === 'export') actions.view.show('export');
  else if (shortcut === 'undo') actions.undo(key);
  else if (shortcut === 'redo') actions.redo(key);
  else if (shortcut === 'mask') actions.view.toggleMask();
  else if (shortcut === 'zoomFit') actions.view.zoomFit(key);
  else if (shortcut === 'zoomActual') actions.view.zoomTo(key, photo, 100);
  else if (shortcut === 'zoomIn') actions.view.zoomStep(key, photo, 1);
  else if (shortcut === 'zoomOut') actions.view.zoomStep(key, photo, -1);
}

/** Listens for the shortcuts wherever the focus is, except where somebody types or a dialog is open. */
export function useShortcuts(session: Session): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || session.stores.view.getState().dialog !== null) return;
      const command = event.ctrlKey || event.metaKey;
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      // A number that has been entered leaves undo to the recipe; one that is being typed keeps it.
      const editing = typing && event.target.dataset.editing !== 'false';
      if (typing && !command) return;
      const shortcut = shortcutFor({ key: event.key, command, shift: event.shiftKey });
      if (shortcut === null || (editing && (shortcut === 'undo' || shortcut === 'redo'))) return;
      event.preventDefault();
      perform(shortcut, session);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [session]);
}
