import { type ChangeEvent, type FocusEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readNumber } from '../../text/number';

const isLetter = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) =>
  !(ctrlKey || metaKey || altKey) && /^\p{L}$/u.test(key);

/**
 * Props for a text field that takes a number. It is applied on blur or Enter, and discarded on Escape. `onTyped`
 * receives null for empty or invalid text.
 */
export function useNumberInput(shown: string, onTyped: (value: number | null) => void) {
  const { i18n } = useTranslation();
  const [draft, setDraft] = useState<string | null>(null);
  const leave = () => setDraft(null);
  const commit = () => {
    onTyped(draft === null ? null : readNumber(draft, i18n.language));
    leave();
  };
  return {
    /** Discards what was typed. */
    leave,
    field: {
      type: 'text',
      inputMode: 'decimal',
      value: draft ?? shown,
      'data-editing': draft !== null,
      onChange: (event: ChangeEvent<HTMLInputElement>) => setDraft(event.target.value),
      onFocus: (event: FocusEvent<HTMLInputElement>) => event.target.select(),
      onBlur: commit,
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Enter') commit();
        else if (event.key === 'Escape') leave();
        // A letter is no part of a number: the number is applied, and the letter is a shortcut again.
        else if (isLetter(event)) (event.target as HTMLElement).blur();
      },
    },
  } as const;
}
