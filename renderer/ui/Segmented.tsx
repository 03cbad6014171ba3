import type { LucideIcon } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import { Icon } from './Icon';
import { Tooltip } from './Tooltip';

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: LucideIcon; shortcut?: string; disabled?: boolean }[];
  onChange(value: T): void;
}

/** One choice of a few, all visible. Where there is little room, options with an icon are shown without their text. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        // Radix reports an empty value when the chosen option is pressed again. Here one is always chosen.
        if (next !== '') onChange(next as T);
      }}
      className="inline-flex h-7 items-stretch rounded-md border border-line bg-panel p-px"
    >
      {options.map((option) => (
        <Segment key={option.value} {...option} />
      ))}
    </ToggleGroup.Root>
  );
}

function Segment<T extends string>({ value, label, icon, shortcut, disabled }: SegmentedProps<T>['options'][number]) {
  const item = (
    <ToggleGroup.Item
      value={value}
      disabled={disabled}
      aria-label={label}
      data-testid={`segment-${value}`}
      className="flex items-center rounded-[5px] px-2.5 whitespace-nowrap text-secondary transition-colors hover:text-text disabled:pointer-events-none disabled:opacity-45 aria-checked:bg-raised aria-checked:text-accent"
    >
      {icon !== undefined && (
        <span className="xl:hidden">
          <Icon of={icon} />
        </span>
      )}
      <span className={icon === undefined ? undefined : 'hidden xl:inline'}>{label}</span>
    </ToggleGroup.Item>
  );
  return icon === undefined ? (
    item
  ) : (
    <Tooltip text={label} shortcut={shortcut}>
      {item}
    </Tooltip>
  );
}
