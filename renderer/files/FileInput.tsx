import type { RefObject } from 'react';
import { useActions } from '../state/context';

export interface FileInputProps {
  ref?: RefObject<HTMLInputElement | null>;
  /** MIME types or endings, as in HTML. */
  accept: string;
  /** Several files may be chosen at once. */
  multiple?: boolean;
  testId: string;
  onFiles(files: [File, ...File[]]): void;
}

/** The browser's own way to choose files, out of sight; a button clicks it. */
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
        // The same file can be chosen again.
        event.target.value = '';
      }}
    />
  );
}

/** Chooses photos and edit files, which are opened. */
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
