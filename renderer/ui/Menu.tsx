import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

/** A menu that drops from its trigger (a `DropdownMenu.Trigger`). The page behind stays usable. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      {trigger}
      {/* Not in a portal: it belongs to the landmark that its trigger is in. */}
      <DropdownMenu.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        className="z-50 min-w-44 rounded-md border border-line bg-raised p-1 text-text shadow-md"
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

interface MenuItemProps {
  shortcut?: string;
  disabled?: boolean;
  onSelect(): void;
  children: ReactNode;
}

export function MenuItem({ shortcut, disabled, onSelect, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className="flex h-7 items-center justify-between gap-6 rounded-md px-2 outline-none data-disabled:opacity-45 data-highlighted:bg-accent data-highlighted:text-on-accent"
    >
      {children}
      {shortcut !== undefined && <kbd className="font-sans text-xs">{shortcut}</kbd>}
    </DropdownMenu.Item>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="mx-1 my-1 h-px bg-line" />;
}
