import { ContextMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/**
 * A menu for the right mouse button, a long press or the menu key. The trigger must take a ref. The page behind stays
 * usable.
 */
export function ContextMenu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      {/* Inside the main landmark, so that screen readers find it there. */}
      <Radix.Portal container={document.querySelector('main')}>
        <Radix.Content
          collisionPadding={8}
          className="z-50 min-w-44 rounded-md border border-line bg-raised p-1 text-text shadow-md"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ContextItemProps {
  shortcut?: string;
  disabled?: boolean;
  onSelect(): void;
  children: ReactNode;
}

export function ContextItem({ shortcut, disabled, onSelect, children }: ContextItemProps) {
  return (
    <Radix.Item
      disabled={disabled}
      onSelect={onSelect}
      className="flex h-7 items-center justify-between gap-6 rounded-md px-2 outline-none data-disabled:opacity-45 data-highlighted:bg-accent data-highlighted:text-on-accent"
    >
      {children}
      {shortcut !== undefined && <kbd className="font-sans text-xs">{shortcut}</kbd>}
    </Radix.Item>
  );
}

export function ContextLine() {
  return <Radix.Separator className="mx-1 my-1 h-px bg-line" />;
}
