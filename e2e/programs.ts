import { type ChildProcess, spawn } from 'node:child_process';
import { EMULSION } from './command-line';

const running = new Set<ChildProcess>();

export interface Program {
  child: ChildProcess;
  records: Record<string, unknown>[];
  err: () => string;
  done: Promise<number | null>;
  /** Settles with the first line that fits. */
  says(fits: (record: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

/** Starts the real command line with `--json`. */
export const start = (...args: string[]): Program => startWith({}, ...args);

/** @param env besides what this process has */
export function startWith(env: Record<string, string>, ...args: string[]): Program {
  const child = spawn(process.execPath, [EMULSION, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const records: Record<string, unknown>[] = [];
  let rest = '';
  let err = '';
  let onLine: () => void = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    records.push(...lines.map((line) => JSON.parse(line)));
    onLine();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const done = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return {
    child,
    records,
    err: () => err,
    done,
    async says(fits) {
      const found = () => records.find(fits);
      await new Promise<void>((resolve, reject) => {
        onLine = () => found() && resolve();
        onLine();
        void done.then((code) => reject(new Error(`ended with ${code}: ${JSON.stringify(records)} ${err}`)));
      });
      return found()!;
    },
  };
}

/** Ends every program that a story has started and that still runs. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}
