import { useEffect } from 'react';
import { commandFor, isStroke, perform } from './commands';
import type { Session } from './state/context';

/** Held down, the original is seen. */
export const PEEK = '\\';

/** Listens for the keys of all commands wherever the focus is, except where somebody types or a dialog is open. */
export function useShortcuts(session: Session): void {
  useEffect(() => {
    const { view } = session.actions;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || session.stores.view.getState().dialog !== null) return;
      const press = { key: event.key, command: event.ctrlKey || event.metaKey, shift: event.shiftKey };
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      // A number that has been entered leaves undo to the recipe; one that is being typed keeps it.
      const editing = typing && event.target.dataset.editing !== 'false';
      if (typing && !press.command) return;
      if (isStroke(PEEK, press)) {
        event.preventDefault();
        view.setPeek(true);
        return;
      }
      const command = commandFor(press);
      if (command === null || (editing && (command.id === 'undo' || command.id === 'redo'))) return;
      event.preventDefault();
      perform(command, session);
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === PEEK) view.setPeek(false);
    };
    // A key that is let go in another window is let go all the same.
    const onBlur = () => view.setPeek(false);
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', onBlur);
    };
  }, [session]);
}
