import { Tooltip as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useTopDialog } from './Dialog';

export function TooltipProvider({ children }: { children: ReactNode }) {
  return <Radix.Provider delayDuration={500}>{children}</Radix.Provider>;
}

interface TooltipProps {
  text: string;
  shortcut?: string;
  /** Set where something else also opens it. */
  open?: boolean;
  onOpen?(open: boolean): void;
  children: ReactNode;
}

/** Shows a text and its shortcut beside a control after half a second. The control must take a ref. */
export function Tooltip({ text, shortcut, open, onOpen, children }: TooltipProps) {
  const dialog = useTopDialog();
  const [shown, setShown] = useState(false);
  // A dialog that opens closes the tooltip, which would otherwise cover it and handle the first Escape.
  const [under, setUnder] = useState(dialog);
  if (under !== dialog) {
    setUnder(dialog);
    setShown(false);
  }
  return (
    <Radix.Root
      open={open ?? shown}
      onOpenChange={(next) => {
        setShown(next);
        onOpen?.(next);
      }}
    >
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      {/* Inside a landmark, as accessibility rules require, and never below a dialog. */}
      <Radix.Portal container={dialog ?? document.querySelector('main')}>
        <Radix.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-xs text-text shadow-md"
        >
          {text}
          {shortcut !== undefined && <kbd className="font-sans text-secondary">{shortcut}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
