import type { RefObject } from 'react';
import { useActions } from '../state/context';

/** The browser's own way to choose files, out of sight; a button clicks it. */
export function FileInput({ ref }: { ref?: RefObject<HTMLInputElement | null> }) {
  const { takeFiles } = useActions();
  return (
    <input
      ref={ref}
      type="file"
      multiple
      accept="image/*"
      tabIndex={-1}
      aria-hidden="true"
      data-testid="file-input"
      className="hidden"
      onChange={(event) => {
        void takeFiles([...(event.target.files ?? [])]);
        // The same file can be chosen again.
        event.target.value = '';
      }}
    />
  );
}
