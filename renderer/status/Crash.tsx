import { Component, type ErrorInfo, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../contract/errors';
import { Button } from '../ui/Button';

const CODE: ErrorCode = 'INTERNAL';

/** Shows an error page instead of an empty one when rendering fails. */
export class CrashBoundary extends Component<{ children: ReactNode }, { details: string | null }> {
  override state: { details: string | null } = { details: null };

  static getDerivedStateFromError(error: unknown) {
    return { details: textOf(error) };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    this.setState({ details: `${textOf(error)}\n${componentStack ?? ''}` });
  }

  override render(): ReactNode {
    const { details } = this.state;
    return details === null ? (
      this.props.children
    ) : (
      <CrashPage details={`${CODE}\n${navigator.userAgent}\n${details}`} />
    );
  }
}

const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** The deprecated way to copy. The newer one needs a permission that the window does not have. */
function copy(text: string): boolean {
  const onCopy = (event: ClipboardEvent) => {
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
  };
  document.addEventListener('copy', onCopy, { once: true });
  try {
    return document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', onCopy);
  }
}

function CrashPage({ details }: { details: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <main
      data-testid="crash"
      className="flex h-full flex-col items-center justify-center gap-1 bg-panel p-6 text-center"
    >
      <div role="alert">
        <h1 className="text-lg font-medium">{t('crash.title')}</h1>
        <p className="mt-1 max-w-96 text-balance">{t('crash.text')}</p>
      </div>
      <p className="text-xs text-secondary select-text">{CODE}</p>
      <div className="mt-4 flex gap-2">
        <Button autoFocus look="primary" onClick={() => location.reload()}>
          {t('crash.reload')}
        </Button>
        <Button onClick={() => setCopied(copy(details))}>{t('crash.copy')}</Button>
      </div>
      <p role="status" className="mt-2 h-4 text-xs text-secondary">
        {copied && t('crash.copied')}
      </p>
      <details className="mt-2 w-full max-w-160 text-xs text-secondary">
        <summary className="mx-auto w-fit rounded-md">{t('common.details')}</summary>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys scroll it.
          tabIndex={0}
          className="mt-2 max-h-48 overflow-y-auto rounded-md border border-line bg-raised p-2 text-left break-words whitespace-pre-wrap text-text select-text"
        >
          {details}
        </pre>
      </details>
    </main>
  );
}
