import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import packageInfo from '../../package.json' with { type: 'json' };
import { LEVELS, type Level, type LogProcess, type LogRecord, log, sendLog } from './log';

/*
 * The log's file. The libraries for this (pino-roll, electron-log, rotating-file-stream) expect to be alone with their
 * file or write it later. Here the window and commands may write at once, and the last record before a crash counts: each
 * record is one `appendFileSync`, and the size is asked of the file.
 */

const FILES = 5;
const MOST_BYTES = 1_000_000;

/** Where the log of a data folder is. The file may not exist. */
export function logPath(userData: string): string {
  return join(userData, 'logs', 'emulsion.log');
}

/** The log's files, the newest first. */
export function logFiles(path: string): string[] {
  const stem = path.replace(/\.log$/, '');
  return Array.from({ length: FILES }, (_, age) => (age === 0 ? path : `${stem}.${age}.log`));
}

/**
 * Writes the records of this program, one JSON object in each line, to the log in the data folder, and those of uncaught
 * errors too. `EMULSION_LOG=debug` writes more and prints everything to standard error; `EMULSION_LOG=off` writes nothing.
 *
 * @param least records below this level are left out
 */
export function openLog(options: {
  userData: string;
  process: LogProcess;
  least?: Level;
  setting?: string | undefined;
  mostBytes?: number;
}): void {
  const { userData, process: origin, setting = process.env.EMULSION_LOG, mostBytes = MOST_BYTES } = options;
  if (setting === 'off') return;
  const isDebugging = setting === 'debug';
  const least = LEVELS.indexOf(isDebugging ? 'debug' : (options.least ?? 'info'));
  const path = logPath(userData);
  sendLog(origin, (record) => {
    if (LEVELS.indexOf(record.level) < least) return;
    if (isDebugging) print(record);
    append(path, `${JSON.stringify(record)}\n`, mostBytes);
  });
  const { versions, platform, arch } = process;
  const { node, electron } = versions as NodeJS.ProcessVersions & { electron?: string };
  log.info('The program has started', undefined, { version: packageInfo.version, platform, arch, node, electron });
  // Only watches: what an uncaught error does to the program stays the same.
  process.on('uncaughtExceptionMonitor', (error, how) => log.error('An error was not caught', error, { how }));
}

/** Adds a line, after a full file was put aside. If the disk is full or the folder is read-only, the line is lost. */
function append(path: string, line: string, mostBytes: number): void {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) mkdirSync(dirname(path), { recursive: true });
    else if (size > 0 && size + Buffer.byteLength(line) > mostBytes) rotate(path);
    // SECURITY: only this user can read it.
    appendFileSync(path, line, { mode: 0o600 });
  } catch {
    // The log never fails the program, and there is nowhere else to tell.
  }
}

/** Another program may do the same at the same time: then one of the two finds that a file is gone. */
function rotate(path: string): void {
  const files = logFiles(path);
  for (let age = files.length - 1; age > 0; age -= 1) {
    try {
      renameSync(files[age - 1]!, files[age]!);
    } catch {
      // There is no file of this age yet, or another program has it open on Windows: the newest file then grows on.
    }
  }
}

function print({ time, level, process: origin, pid, text, ...more }: LogRecord): void {
  const rest =
    Object.keys(more).length === 0 ? '' : ` ${inspect(more, { depth: 5, breakLength: Number.POSITIVE_INFINITY })}`;
  console.error(`${time} ${level} ${origin} ${pid}: ${text}${rest}`);
}
