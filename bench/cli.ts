import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../out/main/cli.js', import.meta.url));

export interface CliRun {
  seconds: number;
  /** Sum of the peak resident sizes of the program and those that it starts, in MB; NaN if the system does not report them. */
  peakMegabytes: number;
  records: Record<string, unknown>[];
}

/** Runs the built command line and watches its memory. Throws if it fails. */
export async function runCli(args: readonly string[]): Promise<CliRun> {
  const { output, ...run } = await runWatched(process.execPath, [CLI, ...args]);
  const records = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { ...run, records };
}

/** Runs a program and watches its time and memory. Throws if it fails. */
export async function runWatched(
  program: string,
  args: readonly string[],
): Promise<Omit<CliRun, 'records'> & { output: string }> {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errors = (errors + part).slice(-2000);
  });
  const peaks = new Map<number, number>();
  const watch = setInterval(() => child.pid !== undefined && recordPeaks(child.pid, peaks), 20);
  const code = await new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail));
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${errors}`);
  const peakMegabytes = peaks.size === 0 ? Number.NaN : [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  return { seconds, peakMegabytes, output };
}

/** Records the kernel's peak memory of a process and its children. It only grows, so the last reading counts. */
function recordPeaks(pid: number, peaks: Map<number, number>): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status);
    if (peak !== null) peaks.set(pid, Number(peak[1]) / 1024);
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim();
      for (const child of children === '' ? [] : children.split(' ')) recordPeaks(Number(child), peaks);
    }
  } catch {
    // The process has ended, or this system has no /proc.
  }
}
