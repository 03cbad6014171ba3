import { Switch as Radix } from 'radix-ui';

interface SwitchProps {
  checked: boolean;
  onChange(checked: boolean): void;
  label?: string;
  id?: string;
  describedBy?: string;
  disabled?: boolean;
}

export function Switch({ checked, onChange, label, id, describedBy, disabled }: SwitchProps) {
  return (
    <Radix.Root
      id={id}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      aria-label={label}
      aria-describedby={describedBy}
      className="h-[1.125rem] w-8 shrink-0 rounded-full border border-track bg-transparent p-px transition-colors disabled:opacity-45 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Radix.Thumb className="block size-3.5 rounded-full bg-track transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-on-accent" />
    </Radix.Root>
  );
}
