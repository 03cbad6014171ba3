import type { LucideIcon } from 'lucide-react';

/** All icons have the same size and stroke. */
export function Icon({ of: Drawing, className }: { of: LucideIcon; className?: string }) {
  return <Drawing size="1rem" strokeWidth={1.5} aria-hidden="true" className={className} />;
}
