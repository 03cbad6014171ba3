import type { ComponentProps, ReactNode } from 'react';
import { Tooltip } from './Tooltip';

const LOOKS = {
  primary: 'px-4 bg-accent text-on-accent font-medium hover:brightness-110',
  outline: 'px-3 border border-line bg-raised hover:border-track',
  quiet: 'px-3 hover:bg-raised',
};

type ButtonProps = ComponentProps<'button'> & { look?: keyof typeof LOOKS };

export function Button({ look = 'outline', className = '', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md whitespace-nowrap transition-colors disabled:opacity-45 disabled:pointer-events-none ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  /** Its name for screen readers and its tooltip. */
  label: string;
  shortcut?: string;
  children: ReactNode;
};

export function IconButton({ label, shortcut, className = '', children, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-text transition-colors hover:bg-raised disabled:pointer-events-none disabled:opacity-40 ${className}`}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
}
