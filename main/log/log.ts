import { type ErrorCode, Failure } from '../../contract/errors';
import { EmulsionError } from '../errors';
import { nameOf, withoutFolders } from './shorten';

/*
 * What the program notes about itself, for whoever looks for the cause of a fault. Every module may write to `log`;
 * the program's entry decides where the records go (`sendLog`). Until then they go nowhere, as in unit tests.
 */

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** The program or process that wrote a record. */
export type LogProcess = 'window' | 'browser host' | 'command line' | 'engine';

/** Figures and names that belong to a record. Of a path only the name is kept. */
export type Facts = Record<string, string | number | boolean | null | undefined>;

export interface LogRecord {
  time: string;
  level: Level;
  process: LogProcess;
  pid: number;
  text: string;
  facts?: Facts;
  /** Of the error. */
  code?: string;
  /** What the error says more exactly than its code: keys of `text/` with their values. */
  reason?: { key: string; values?: Facts }[];
  detail?: string;
  /** Lines, with those of the causes. */
  stack?: string[];
}

/** No record is longer than a few of these. Characters. */
const MOST_TEXT = 4000;
const MOST_FRAMES = 20;
const MOST_CAUSES = 5;

/** Errors that a fault of the program or of the computer has caused, and not a file or the user. */
const FAULTS: readonly ErrorCode[] = [
  'INTERNAL',
  'ENGINE_CRASHED',
  'ENGINE_HUNG',
  'ENGINE_FAILED',
  'OUT_OF_MEMORY',
  'OUTPUT_INVALID',
  'GENERATOR_DAMAGED',
];

let origin: LogProcess = 'command line';
let sink: ((record: LogRecord) => void) | undefined;

/** Says where the records of this process go. */
export function sendLog(process: LogProcess, to: ((record: LogRecord) => void) | undefined): void {
  origin = process;
  sink = to;
}

export const log = {
  debug: (text: string, error?: unknown, facts?: Facts) => write('debug', text, error, facts),
  info: (text: string, error?: unknown, facts?: Facts) => write('info', text, error, facts),
  warn: (text: string, error?: unknown, facts?: Facts) => write('warn', text, error, facts),
  error: (text: string, error?: unknown, facts?: Facts) => write('error', text, error, facts),
  /** At the level that the error deserves: what the user has cancelled is no fault. */
  failure(text: string, error: unknown, facts?: Facts): void {
    write(levelOf(error), text, error, facts);
  },
  /** Passes on the record of another process. */
  pass: (record: LogRecord) => deliver(record),
};

/** For `.catch`: logs the error as a warning and answers undefined. */
export function logged(text: string): (error: unknown) => undefined {
  return (error) => {
    log.warn(text, error);
    return undefined;
  };
}

/** The same, but what is not there yet is no fault. */
export function loggedUnlessMissing(text: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as { code?: unknown } | null)?.code !== 'ENOENT') log.warn(text, error);
    return undefined;
  };
}

function write(level: Level, text: string, error?: unknown, facts?: Facts): void {
  if (sink === undefined) return;
  deliver({
    time: new Date().toISOString(),
    level,
    process: origin,
    pid: process.pid,
    text,
    ...(facts && { facts: namesOnly(facts) }),
    ...(error !== undefined && describe(error)),
  });
}

function deliver(record: LogRecord): void {
  try {
    sink?.(record);
  } catch {
    // The log never fails the program, and there is nowhere else to tell.
  }
}

function levelOf(error: unknown): Level {
  if (!(error instanceof EmulsionError || isFailure(error))) return 'error';
  if (error.code === 'CANCELLED') return 'debug';
  return FAULTS.includes(error.code) ? 'error' : 'warn';
}

function describe(error: unknown): Pick<LogRecord, 'code' | 'reason' | 'detail' | 'stack'> {
  const code = (error as { code?: unknown } | null)?.code;
  const { reason, detail } = error instanceof EmulsionError || isFailure(error) ? error : ({} as Partial<Failure>);
  return {
    ...(typeof code === 'string' && { code }),
    ...(reason && { reason: reason.map(({ key, values }) => ({ key, ...(values && { values: namesOnly(values) }) })) }),
    ...(detail !== undefined && { detail: shortened(detail) }),
    ...(!isFailure(error) && { stack: stackOf(error) }),
  };
}

/** An error that has been written down for the page or a report, and has no stack any more. */
function isFailure(error: unknown): error is Failure {
  return !(error instanceof Error) && Failure.safeParse(error).success;
}

function stackOf(error: unknown): string[] {
  const lines: string[] = [];
  let each = error;
  for (let depth = 0; depth < MOST_CAUSES && each !== undefined; depth += 1) {
    lines.push(`${depth === 0 ? '' : 'caused by '}${headOf(each)}`);
    if (!(each instanceof Error)) break;
    const frames = (each.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    lines.push(...frames.slice(0, MOST_FRAMES).map((line) => shortened(line.trim())));
    each = each.cause;
  }
  return lines;
}

function headOf(error: unknown): string {
  // The sentence of an EmulsionError may hold names in the middle of a text; code, reason and detail say the same.
  if (error instanceof EmulsionError) return `${error.name} ${error.code}`;
  // The parser of JSON quotes what it has read.
  if (error instanceof SyntaxError) return error.name;
  return shortened(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

function namesOnly(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? cut(nameOf(value)) : value]),
  );
}

const shortened = (text: string) => cut(withoutFolders(text));
const cut = (text: string) => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}...` : text);
