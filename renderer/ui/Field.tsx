import type { ReactNode } from 'react';

/** The look of all text fields. They set their own size. */
export const TEXT_FIELD =
  'rounded-md border border-line bg-raised px-2 text-text select-text hover:border-track aria-invalid:border-danger';

interface FieldProps {
  label: string;
  htmlFor?: string;
  hint?: string;
  hintId?: string;
  children: ReactNode;
}

/** The heading of a group of rows. */
export function FieldHeading({ children }: { children: ReactNode }) {
  return <h2 className="mb-1 text-xs font-medium text-secondary">{children}</h2>;
}

/** A row of a form: label and hint at the left, the control at the right. */
export function Field({ label, htmlFor, hint, hintId, children }: FieldProps) {
  return (
    <div className="flex min-h-9 items-center justify-between gap-4 py-1">
      <div className="min-w-0">
        {htmlFor === undefined ? <span>{label}</span> : <label htmlFor={htmlFor}>{label}</label>}
        {hint !== undefined && (
          <p id={hintId} className="text-xs text-secondary">
            {hint}
          </p>
        )}
      </div>
      <div className="flex shrink-0 items-center">{children}</div>
    </div>
  );
}

/** A hint below a row whose control leaves no room beside it. */
export function FieldHint({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p id={id} className="mb-1 text-xs text-secondary">
      {children}
    </p>
  );
}

/** An error about the row above. It stays in the page while it is empty, so that screen readers announce its text. */
export function FieldFault({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} role="alert" className="text-xs text-danger">
      {children}
    </p>
  );
}
