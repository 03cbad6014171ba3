import { useState } from 'react';
import type { Settings } from '../../contract/app';
import { ExportChoice, type ExportPlace } from '../../contract/output';
import { useApp, useSession } from '../state/context';

/** What an export begins with: as the last one, or, before the first, with the metadata that the settings say. */
export function firstChoice({ lastExport, keepMetadata }: Settings): ExportChoice & { place: ExportPlace } {
  return lastExport ?? { ...ExportChoice.parse({ metadata: keepMetadata ? 'all' : 'none' }), place: 'ask' };
}

/** Whether two choices write the same, in whatever order their settings were made. */
export const sameChoice = (one: ExportChoice, other: ExportChoice): boolean =>
  JSON.stringify(ExportChoice.parse(one)) === JSON.stringify(ExportChoice.parse(other));

/** The settings of an export without what else a draft holds. */
export const choiceIn = (draft: ExportChoice): ExportChoice => ExportChoice.parse(draft);

/**
 * What an export dialog holds. It outlives the dialog while a folder is chosen in another one.
 *
 * @param firstName what was typed as a name before; null: nothing
 */
export function useDraft(firstName: string | null) {
  const settings = useApp((state) => state.settings);
  const { many } = useSession().stores;
  const [held, setHeld] = useState(() => many.getState().draft ?? { choice: firstChoice(settings), name: firstName });
  const set = (change: Partial<typeof held>) => {
    const next = { ...held, ...change };
    many.setState({ draft: next });
    setHeld(next);
  };
  return {
    draft: held.choice,
    typed: held.name,
    setDraft: (choice: typeof held.choice) => set({ choice }),
    setTyped: (name: string) => set({ name }),
    /** The dialog is closed, and the next one begins anew. */
    forget: () => many.setState({ draft: null }),
  };
}
