import { useEffect } from 'react';
import type { Session } from '../../state/context';
import { activePhoto } from '../../state/stores';

/** What a key does to the tool in hand; null where it is nothing of it. */
export function toolKey(key: string): 'smaller' | 'larger' | 'softer' | 'harder' | 'leave' | null {
  if (key === '[') return 'smaller';
  if (key === ']') return 'larger';
  if (key === '{') return 'softer';
  if (key === '}') return 'harder';
  return key === 'Escape' ? 'leave' : null;
}

/** While a mask is edited, the brackets change the brush and not the photo, and Escape ends the editing. */
export function useToolKeys({ stores, actions }: Session): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const { page, dialog } = stores.view.getState();
      if (page !== 'darkroom' || dialog !== null || activePhoto(stores.photos.getState()) === null) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="menu"]')) return;
      const action = toolKey(event.key);
      if (action === null || stores.tools.getState().tool === null) return;
      event.preventDefault();
      if (action === 'smaller' || action === 'larger') actions.tools.resize(action === 'larger' ? 1 : -1);
      else if (action === 'softer' || action === 'harder') actions.tools.harden(action === 'harder' ? 1 : -1);
      else actions.tools.take(null);
    };
    // Before the window's own listener, and after the surface under the tool, which may want Escape for itself.
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [stores, actions]);
}
