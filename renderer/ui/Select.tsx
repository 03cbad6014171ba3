import { ChevronDown } from 'lucide-react';

interface SelectProps<T extends string> {
  value: T;
  options: readonly { value: T; label: string; disabled?: boolean }[];
  onChange(value: T): void;
  label?: string;
  id?: string;
  describedBy?: string;
  className?: string;
  testId?: string;
}

/** The system's own list, which users and screen readers know. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { value, options, onChange, label, id, describedBy, className = '', testId } = props;
  return (
    <span className={`relative inline-flex min-w-0 items-center ${className}`}>
      <select
        id={id}
        aria-label={label}
        aria-describedby={describedBy}
        data-testid={testId}
        value={value}
        onChange={(event) => onChange(event.target.value as T)}
        className="h-7 w-full min-w-0 appearance-none truncate rounded-md border border-line bg-raised pr-7 pl-2.5 text-text transition-colors hover:border-track"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown size={16} strokeWidth={1.5} className="pointer-events-none absolute right-2 text-secondary" />
    </span>
  );
}
