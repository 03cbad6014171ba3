import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from './state/context';
import { StatusLine } from './status/StatusLine';
import { Button } from './ui/Button';
import { Icon } from './ui/Icon';

interface PageProps {
  testId: string;
  title: string;
  /** Where the way back leads, if not to the darkroom. */
  back?: { label: string; go(): void };
  /** At the right of the title. */
  buttons?: ReactNode;
  children: ReactNode;
}

/** A full page with a way back, by default to the darkroom, which stays as it was. */
export function Page({ testId, title, back, buttons, children }: PageProps) {
  const { t } = useTranslation();
  const { view } = useActions();
  return (
    <div data-testid={testId} className="flex h-full flex-col bg-panel">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-2">
        <Button look="quiet" data-testid="back" onClick={() => (back ? back.go() : view.goTo('darkroom'))}>
          <Icon of={ArrowLeft} />
          {back?.label ?? t('common.back')}
        </Button>
        <h1 className="min-w-0 grow truncate font-medium">{title}</h1>
        {buttons}
      </header>
      <main className="flex min-h-0 grow flex-col">{children}</main>
      <StatusLine />
    </div>
  );
}
