import type { LucideIcon } from 'lucide-react';

/** All icons are drawn alike. */
export function Icon({ of: Drawing, className }: { of: LucideIcon; className?: string }) {
  return <Drawing size={16} strokeWidth={1.5} aria-hidden="true" className={className} />;
}
