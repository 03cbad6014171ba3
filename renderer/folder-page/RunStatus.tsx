import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FileName } from '../ui/FileName';
import { ProgressBar } from '../ui/ProgressBar';
import { useFormat } from '../useFormat';

interface RunStatusProps {
  testId: string;
  status: string;
  title: string;
  isFault: boolean;
  /** What happened, what is safe and what can be done, in a sentence or two. */
  text: string | null;
  input: string;
  output: string;
  /** Null: no bar is shown. */
  progress: { label: string; text: string; done: number; total: number } | null;
  facts: string[];
  factsTestId: string;
  secondsLeft: number | null;
  children: ReactNode;
}

/** The status of a run, with its progress and folders. */
export function RunStatus({
  testId,
  status,
  title,
  isFault,
  text,
  input,
  output,
  progress,
  facts,
  factsTestId,
  secondsLeft,
  children,
}: RunStatusProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section
      aria-label={t('folderPage.status')}
      data-testid={testId}
      data-status={status}
      className="shrink-0 border-b border-line px-4 py-3 select-text"
    >
      <div className="flex items-baseline justify-between gap-4">
        <h2 className={`shrink-0 text-lg font-medium ${isFault ? 'text-danger' : ''}`}>{title}</h2>
        <Places input={input} output={output} />
      </div>
      {text !== null && <p className="mt-0.5">{text}</p>}
      {progress !== null && <ProgressBar className="mt-2 h-1" {...progress} />}
      {facts.length > 0 && (
        <div className="mt-2 flex items-baseline justify-between gap-4 text-xs text-secondary">
          <p className="min-w-0 truncate" data-testid={factsTestId}>
            {facts.join(' · ')}
          </p>
          {secondsLeft !== null && (
            <p className="shrink-0 text-text">{t('folderPage.left', { time: format.duration(secondsLeft) })}</p>
          )}
        </div>
      )}
      {children}
      {/* Without the figures, which change too often to be read aloud. */}
      <p role="status" className="sr-only">
        {[title, text].filter((part) => part !== null).join('. ')}
      </p>
    </section>
  );
}

function Places({ input, output }: { input: string; output: string }) {
  return (
    <p className="flex min-w-0 gap-1.5 text-xs text-secondary" title={`${input} → ${output}`}>
      <FileName name={input} />
      <span>→</span>
      <FileName name={shortened(output, input)} />
    </p>
  );
}

/** Shortens the path of the output where it lies inside the input folder or next to it. */
function shortened(output: string, input: string): string {
  const parent = input.slice(0, Math.max(input.lastIndexOf('/'), input.lastIndexOf('\\')));
  const start = [input, parent].find(
    (folder) => folder !== '' && /^[\\/]./.test(output.slice(folder.length)) && output.startsWith(folder),
  );
  return start === undefined ? output : output.slice(start.length + 1);
}
