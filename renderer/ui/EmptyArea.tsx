import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyAreaProps {
  icon: LucideIcon;
  title: string;
  text: string;
  testId: string;
  children: ReactNode;
}

/** Shown where nothing is open yet: what can be opened here, and how. */
export function EmptyArea({ icon: Drawing, title, text, testId, children }: EmptyAreaProps) {
  return (
    <div className="h-full overflow-y-auto bg-surround p-4">
      <div
        data-testid={testId}
        className="flex min-h-full flex-col items-center justify-center rounded-md border border-dashed border-track px-6 py-8 text-center"
      >
        <Drawing size={32} strokeWidth={1} aria-hidden="true" />
        <h2 className="mt-4 text-lg font-medium">{title}</h2>
        <p className="mt-1 max-w-128 text-balance">{text}</p>
        {children}
      </div>
    </div>
  );
}
