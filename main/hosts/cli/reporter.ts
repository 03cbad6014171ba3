import type { Progress } from '../../../contract/app';
import type { Translator } from '../../../text/message';
import { jsonLine, oneLine, plainText } from './terminal';

/**
 * Reports results and progress to the user or to a program. Results go to standard output, the rest to standard error.
 */
export interface Reporter {
  /** Texts in the user's language. Records for programs are in English. */
  translator: Translator;
  /** Reports a result: as one line of text, or as one JSON line with the record. */
  line(text: string, record: Record<string, unknown>): void;
  /** Reports a problem with one photo. */
  problem(text: string, record: Record<string, unknown>): void;
  /** Reports the progress of the current photo; `label` names it. */
  progress(label: string, progress: Omit<Progress, 'jobId'>): void;
}

interface Streams {
  out: { write(text: string): unknown };
  err: { write(text: string): unknown; isTTY?: boolean; columns?: number };
}

/** Shows a bar on a terminal. Other outputs get a line for every quarter of a photo. */
export function createReporter({
  json,
  translator,
  streams = { out: process.stdout, err: process.stderr },
}: {
  json: boolean;
  translator: Translator;
  streams?: Streams;
}): Reporter {
  const { out, err } = streams;
  const isTerminal = err.isTTY === true;
  let quarter = { label: '', done: 0 };
  const clear = (): void => {
    if (isTerminal) err.write('\r\x1b[2K');
  };
  return {
    translator,
    line(text, record) {
      clear();
      out.write(`${json ? jsonLine(record) : plainText(text)}\n`);
    },
    problem(text, record) {
      clear();
      if (json) out.write(`${jsonLine(record)}\n`);
      err.write(`emulsion: ${plainText(text)}\n`);
    },
    progress(name, { done, secondsLeft, step, stage }) {
      const label = oneLine(name);
      const left = secondsLeft === null ? '' : `, ${translator.t('cli.left', { time: timeLeft(secondsLeft) })}`;
      const doing = translator.t(step === null ? `cli.stages.${stage}` : `steps.${step}`);
      if (isTerminal) {
        const filled = Math.round(done * 20);
        const bar = `${'#'.repeat(filled)}${'-'.repeat(20 - filled)}`;
        const text = `[${bar}] ${String(Math.round(done * 100)).padStart(3)} % ${doing}${left}  ${label}`;
        err.write(`\r\x1b[2K${text.slice(0, (err.columns ?? 80) - 1)}`);
      } else if (!json) {
        const reached = Math.floor(done * 4);
        if (label !== quarter.label) quarter = { label, done: 0 };
        if (reached > quarter.done && reached < 4) {
          quarter.done = reached;
          err.write(`${label}: ${reached * 25} %${left}\n`);
        }
      }
    },
  };
}

export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
