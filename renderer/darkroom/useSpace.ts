import { type RefObject, useEffect } from 'react';
import { useActions } from '../state/context';

/**
 * Space moves the photo while it is held, whatever tool is in hand, as long as the pointer is over the viewer. A control that
 * was reached by keys since the pointer last moved there keeps it, and so does a text that is typed.
 */
export function useSpace(ref: RefObject<HTMLDivElement | null>): void {
  const { setSpace } = useActions().view;
  useEffect(() => {
    const viewer = ref.current;
    let isByPointer = false;
    const onPointerMove = () => {
      isByPointer = true;
    };
    const isOurs = (event: KeyboardEvent): boolean => {
      if (event.key !== ' ' || event.ctrlKey || event.metaKey || viewer === null || !viewer.matches(':hover'))
        return false;
      const { target } = event;
      if (!(target instanceof HTMLElement) || target === document.body) return true;
      if (target.matches('[data-testid="viewer"], [data-testid="mask-tool"]')) return true;
      return isByPointer && !target.matches('input, textarea');
    };
    let isHeld = false;
    // A control that gets the focus keeps it until the pointer moves over the photo again.
    const onFocus = () => {
      isByPointer = false;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isOurs(event)) return;
      // A button that was pressed with the mouse has the focus, and would be pressed again.
      event.preventDefault();
      if (event.repeat) return;
      isHeld = true;
      setSpace('held');
    };
    const release = () => {
      if (isHeld) setSpace('up');
      isHeld = false;
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key !== ' ' || !isHeld) return;
      event.preventDefault();
      // After the tool has seen whether the key was used.
      queueMicrotask(release);
    };
    viewer?.addEventListener('pointermove', onPointerMove);
    document.addEventListener('focusin', onFocus);
    // Before the controls, which would take it.
    window.addEventListener('keydown', onKeyDown, { capture: true });
    window.addEventListener('keyup', onKeyUp);
    // The key may be released in another window.
    window.addEventListener('blur', release);
    return () => {
      viewer?.removeEventListener('pointermove', onPointerMove);
      document.removeEventListener('focusin', onFocus);
      window.removeEventListener('keydown', onKeyDown, { capture: true });
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', release);
      release();
    };
  }, [ref, setSpace]);
}
