import type { ReactNode } from 'react';

/** The settings of a run, at the left of its preview. */
export function SetUpColumn({ label, testId, children }: { label: string; testId: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      data-testid={testId}
      className="w-[27.5rem] shrink-0 space-y-5 overflow-y-auto border-r border-line p-4 max-xl:w-[25rem]"
    >
      {children}
    </section>
  );
}
