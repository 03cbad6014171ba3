import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon } from './Icon';

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

interface MenuChoiceProps<T extends string> {
  value: T;
  options: readonly { value: T; label: string }[];
  onChange(value: T): void;
}

/** A group of options of which one is chosen. */
export function MenuChoice<T extends string>({ value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {options.map((option) => (
        <DropdownMenu.RadioItem
          key={option.value}
          value={option.value}
          className="flex h-7 items-center gap-2 rounded-md pr-3 pl-7 outline-none data-highlighted:bg-accent data-highlighted:text-on-accent"
        >
          <DropdownMenu.ItemIndicator className="absolute left-2.5">
            <Icon of={Check} />
          </DropdownMenu.ItemIndicator>
          <span className="max-w-60 truncate">{option.label}</span>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
