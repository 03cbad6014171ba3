import { useEffect } from 'react';
import { type CommandId, commandFor, commandOf, isStroke, perform } from './commands';
import type { Session } from './state/context';
import { isDialogOpen } from './ui/Dialog';

/** While this key is held down, the original is shown. */
export const PEEK = '\\';

/** Does what the system's menu asks for. */
export function obeyMenu(id: CommandId, session: Session): void {
  const field = document.activeElement;
  const isTyping =
    field instanceof HTMLElement && field.matches('input, textarea') && field.dataset.editing !== 'false';
  // While a text is typed, these are about the text.
  if (isTyping && (id === 'undo' || id === 'redo')) document.execCommand(id);
  else perform(commandOf(id), session);
}

/** What has keys of its own now. */
function modeOf({ stores }: Session): 'crop' | 'review' | 'mask' | 'results' | null {
  if (stores.view.getState().page === 'batch') return stores.results.getState().shown === null ? null : 'results';
  if (stores.crop.getState().cropping !== null && stores.view.getState().page === 'darkroom') return 'crop';
  if (stores.review.getState().key !== null) return 'review';
  return stores.tools.getState().tool !== null && stores.view.getState().page === 'darkroom' ? 'mask' : null;
}

/**
 * The rating that a key gives: Shift and a digit, wherever that digit is on the keyboard; on the light table, where nothing
 * zooms, the digit alone. Null for any other key.
 */
export function starsOf(
  { code, key, shiftKey, ctrlKey, metaKey }: Pick<KeyboardEvent, 'code' | 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>,
  isAlone: boolean,
): number | null {
  if (ctrlKey || metaKey) return null;
  if (isAlone && /^[0-5]$/.test(key)) return Number(key);
  // Where digits are typed with Shift, they are those of the zoom.
  const digit = /^Digit([0-5])$/.exec(code)?.[1];
  return digit !== undefined && key !== digit && shiftKey ? Number(digit) : null;
}

const isPressable = (target: EventTarget | null) =>
  target instanceof Element && target.closest('button, a, [role="slider"], [role="menuitem"]') !== null;

/** Listens for the shortcuts of all commands, except while a text is typed or a dialog is open. */
export function useShortcuts(session: Session): void {
  useEffect(() => {
    const { view } = session.actions;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || session.stores.view.getState().dialog !== null) return;
      // The space bar and Enter press the button that has the focus. A dialog of a page has the keys for itself.
      if (([' ', 'Enter'].includes(event.key) && isPressable(event.target)) || isDialogOpen()) return;
      const press = { key: event.key, command: event.ctrlKey || event.metaKey, shift: event.shiftKey };
      const isField = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      // A number field gives the focus up for a letter.
      const typing = isField && event.target === document.activeElement;
      // In a number field, undo belongs to the field while a number is typed, and to the photo otherwise.
      const editing = typing && event.target.dataset.editing !== 'false';
      if (typing && !press.command) return;
      if (isStroke(PEEK, press)) {
        event.preventDefault();
        view.setPeek(true);
        return;
      }
      const stars = typing ? null : starsOf(event, session.stores.view.getState().page === 'table');
      if (stars !== null && session.stores.photos.getState().activeKey !== null) {
        event.preventDefault();
        session.actions.rateAll(stars);
        return;
      }
      const command = commandFor(press, modeOf(session));
      if (typing && command?.id === 'selectAll') return;
      if (command === null || (editing && (command.id === 'undo' || command.id === 'redo'))) return;
      event.preventDefault();
      perform(command, session);
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === PEEK) view.setPeek(false);
    };
    // The key may be released in another window.
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
