import { useEffect } from 'react';
import type { Session } from '../../state/context';
import { activePhoto } from '../../state/stores';

/** What a key does to the active tool; null where it does nothing. */
export function toolKey(key: string): 'smaller' | 'larger' | 'softer' | 'harder' | 'leave' | null {
  if (key === '[') return 'smaller';
  if (key === ']') return 'larger';
  if (key === '{') return 'softer';
  if (key === '}') return 'harder';
  return key === 'Escape' ? 'leave' : null;
}

/** While a mask is edited, the bracket keys change the brush, and Escape ends editing. */
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
    // On the document: before the window's shortcuts, and after the mask tool, which uses Escape to discard a stroke.
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [stores, actions]);
}
