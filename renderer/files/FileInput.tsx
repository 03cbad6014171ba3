import type { RefObject } from 'react';
import { useActions } from '../state/context';

export interface FileInputProps {
  ref?: RefObject<HTMLInputElement | null>;
  /** MIME types or extensions, as in HTML. */
  accept: string;
  multiple?: boolean;
  testId: string;
  onFiles(files: [File, ...File[]]): void;
}

/** The browser's file chooser. It is hidden and opened by a button. */
export function FileInput({ ref, accept, multiple = false, testId, onFiles }: FileInputProps) {
  return (
    <input
      ref={ref}
      type="file"
      multiple={multiple}
      accept={accept}
      tabIndex={-1}
      aria-hidden="true"
      data-testid={testId}
      className="hidden"
      onChange={(event) => {
        const [first, ...rest] = event.target.files ?? [];
        if (first !== undefined) onFiles([first, ...rest]);
        // Otherwise choosing the same file again would not send an event.
        event.target.value = '';
      }}
    />
  );
}

/** Chooses photos and edit files and opens them. */
export function PhotoInput({ ref }: Pick<FileInputProps, 'ref'>) {
  const { takeFiles } = useActions();
  return (
    <FileInput
      ref={ref}
      accept="image/*,.emulsion"
      multiple
      testId="file-input"
      onFiles={(files) => void takeFiles(files)}
    />
  );
}
