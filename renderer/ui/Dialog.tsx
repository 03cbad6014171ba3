import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { Icon } from './Icon';

/** The open dialogs, topmost last. */
const open = createStore<readonly HTMLDialogElement[]>(() => []);

/** The topmost dialog, which makes everything else inert; null where there is none. */
export const useTopDialog = (): HTMLDialogElement | null => useStore(open, (dialogs) => dialogs.at(-1) ?? null);

export const isDialogOpen = (): boolean => open.getState().length > 0;

interface DialogProps {
  title: string;
  onClose(): void;
  children: ReactNode;
  footer?: ReactNode;
  width?: number;
  /** True where it contains nothing focusable; then the text itself gets the focus, so that the keys scroll it. */
  textOnly?: boolean;
  testId?: string;
}

/**
 * The browser's own modal dialog: it keeps the focus, closes on Escape and returns the focus. An element marked `data-
 * initial-focus` is focused first.
 */
export function Dialog({ title, onClose, children, footer, width = 440, textOnly = false, testId }: DialogProps) {
  const { t } = useTranslation();
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || dialog.open) return;
    dialog.showModal();
    // The browser would focus the first control, which closes the dialog.
    (dialog.querySelector<HTMLElement>('[data-initial-focus]') ?? dialog).focus();
    open.setState((dialogs) => [...dialogs, dialog], true);
    return () => open.setState((dialogs) => dialogs.filter((each) => each !== dialog), true);
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog closes it; Escape does so by keyboard.
    <dialog
      ref={ref}
      aria-labelledby={id}
      tabIndex={-1}
      data-testid={testId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) ref.current?.close();
      }}
      style={{ width: `${width / 16}rem` }}
      className="m-auto max-h-[calc(100vh-48px)] max-w-[calc(100vw-48px)] flex-col overflow-hidden rounded-md border border-line bg-panel p-0 text-text shadow-lg outline-none open:flex"
    >
      <header className="flex h-11 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
        <h2 id={id} className="font-medium">
          {title}
        </h2>
        <button
          type="button"
          aria-label={t('common.close')}
          onClick={() => ref.current?.close()}
          className="inline-flex size-7 items-center justify-center rounded-md hover:bg-raised"
        >
          <Icon of={X} />
        </button>
      </header>
      <div
        className="min-h-0 grow overflow-y-auto p-4 outline-offset-[-2px]"
        {...(textOnly && { role: 'region', 'aria-labelledby': id, tabIndex: 0, 'data-initial-focus': true })}
      >
        {children}
      </div>
      {footer !== undefined && (
        <footer className="flex shrink-0 items-center justify-end gap-2 border-t border-line px-4 py-3">
          {footer}
        </footer>
      )}
    </dialog>
  );
}
