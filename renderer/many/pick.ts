import type { MouseEvent } from 'react';
import type { PickHow } from '../state/selection';

/** How a click with its modifiers changes the selection. */
export function pickOf({ shiftKey, ctrlKey, metaKey }: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>): PickHow {
  const adds = ctrlKey || metaKey;
  if (shiftKey) return adds ? 'rangeToo' : 'range';
  return adds ? 'toggle' : 'only';
}
