import { ToggleGroup } from 'radix-ui';

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; disabled?: boolean }[];
  onChange(value: T): void;
}

/** One choice of a few, all in sight. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        // Radix reports an empty value where the chosen one is pressed again; one is always chosen here.
        if (next !== '') onChange(next as T);
      }}
      className="inline-flex h-7 items-stretch rounded-md border border-line bg-panel p-px"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          data-testid={`segment-${option.value}`}
          className="rounded-[5px] px-2.5 whitespace-nowrap text-secondary transition-colors hover:text-text disabled:pointer-events-none disabled:opacity-45 data-[state=on]:bg-raised data-[state=on]:text-accent"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
