import { LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchPlan } from '../state/batch';
import type { PairsPreview } from '../state/pairs';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';

interface PreviewProps {
  label: string;
  title: string;
  testId: string;
  titleTestId: string;
  /** `none`: with these settings there is nothing to show. */
  phase: BatchPlan['phase'] | PairsPreview['phase'];
  /** Beside the title. */
  tools?: ReactNode;
  /** Why it failed. */
  failure: string | null;
  /** The text of the button below a failure. */
  again: string;
  onAgain(): void;
  children: ReactNode;
}

/** A preview of a run with the settings beside it, or why there is none. */
export function Preview({
  label,
  title,
  testId,
  titleTestId,
  phase,
  tools,
  failure,
  again,
  onAgain,
  children,
}: PreviewProps) {
  const { t } = useTranslation();
  return (
    <section
      aria-label={label}
      data-testid={testId}
      data-phase={phase}
      className="flex min-w-0 grow flex-col bg-surround"
    >
      <div className="flex min-h-12 shrink-0 items-center gap-3 px-4 pt-3 pb-1">
        <h2 className="min-w-0 truncate text-lg font-medium" data-testid={titleTestId}>
          {title}
        </h2>
        {(phase === 'looking' || phase === 'making') && <Icon of={LoaderCircle} className="shrink-0 animate-spin" />}
        <div className="grow" />
        {tools}
      </div>
      {phase === 'none' ? (
        <Message>{t('folderPage.fix')}</Message>
      ) : failure !== null ? (
        <Message isFault>
          {failure}
          <Button onClick={onAgain}>{again}</Button>
        </Message>
      ) : (
        children
      )}
      <p role="status" className="sr-only">
        {phase === 'ready' && title}
      </p>
    </section>
  );
}

function Message({ isFault = false, children }: { isFault?: boolean; children: ReactNode }) {
  return (
    <div
      role={isFault ? 'alert' : undefined}
      className="mx-auto flex max-w-120 grow flex-col items-center justify-center gap-3 p-6 text-center text-balance"
    >
      {isFault && <Icon of={TriangleAlert} className="text-danger" />}
      {children}
    </div>
  );
}
