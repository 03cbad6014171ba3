import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';

interface DisclosureButtonProps {
  open: boolean;
  /** Id of what it opens. */
  controls: string;
  /** "More" where it is left out. */
  label?: string;
  testId?: string;
  onClick(): void;
}

/** Opens and closes details that are rarely needed. */
export function DisclosureButton({ open, controls, label, testId, onClick }: DisclosureButtonProps) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-controls={controls}
      data-testid={testId}
      onClick={onClick}
      className="-ml-1 flex h-6 items-center gap-0.5 rounded-md pr-1.5 text-xs text-secondary hover:text-text"
    >
      <Icon of={ChevronRight} className={`transition-transform ${open ? 'rotate-90' : ''}`} />
      {label ?? t('restore.more')}
    </button>
  );
}
