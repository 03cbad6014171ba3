import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../out/main/cli.js', import.meta.url));

export interface CliRun {
  seconds: number;
  /** Sum of the peak resident sizes of the command and its engine in MB; NaN if the system does not report them. */
  peakMegabytes: number;
  records: Record<string, unknown>[];
}

/** Runs the built command line and watches its memory. Throws if it fails. */
export async function runCli(args: readonly string[]): Promise<CliRun> {
  const started = performance.now();
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const peaks = new Map<number, number>();
  const watch = setInterval(() => child.pid !== undefined && recordPeaks(child.pid, peaks), 20);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`emulsion ${args.join(' ')} ended with ${code}`);
  const peakMegabytes = peaks.size === 0 ? Number.NaN : [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  return {
    seconds,
    peakMegabytes,
    records: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
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
