import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BATCH_OUTCOMES, type BatchRow, type BatchSettings, type BatchState } from '../../../contract/batch';
import type { ErrorCode } from '../../../contract/errors';
import { plan } from '../../batch/plan';
import { REPORT_FOLDER, reportType, writeReport } from '../../batch/report';
import { startBatch } from '../../batch/run';
import type { Batch, BatchSetup, PhotoProcessor } from '../../batch/types';
import { EmulsionError, toFailure } from '../../errors';
import { isRemote, pathIn, remoteStorage } from '../../storage/remote';
import { EXIT } from './exit-codes';
import { allowRemoteStorage } from './network';
import { type Reporter, timeLeft } from './reporter';

export interface BatchJob {
  input: string;
  output: string;
  /** Folder of this computer for the journal and the report of an output in the network. */
  journalIn?: string;
  settings: BatchSettings;
  /** Opens what computes the photos. */
  processor(): PhotoProcessor | Promise<PhotoProcessor>;
  retry: boolean;
  report: boolean;
  signal: AbortSignal;
  reporter: Reporter;
}

/** `emulsion batch`: begins a batch or goes on with it; answers the exit code. */
export async function runBatch(job: BatchJob): Promise<number> {
  const { reporter, signal, settings } = job;
  allowRemoteStorage();
  let hasEarlierProblems = false;
  const batch = await begin(job, {
    newId: randomUUID,
    onRow: (row, isNew) => {
      const isProblem = row.state === 'failed' || row.state === 'quarantined';
      hasEarlierProblems ||= isProblem && !isNew;
      if (isNew || isProblem) tellRow(row, job);
    },
    onState: (state) => reporter.progress(stateLine(job, state), shareOf(state)),
  }).catch((error: unknown) => {
    const { code, message, detail } = toFailure(error);
    if (!STANDS_IN_THE_WAY.includes(code)) throw error;
    reporter.problem(`${message} (${code})`, { type: 'halted', code, message, detail });
    return null;
  });
  if (batch === null) return EXIT.halted;
  const cancel = () => batch.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const state = await batch.ended;
    for (const note of state.notes) reporter.line(note, { type: 'note', note });
    const report = job.report ? await tryReport(batch, job) : null;
    if (state.halt) {
      const { code, message, detail } = state.halt;
      const text = `${message} (${code})\n  The same command goes on where this one has stopped.`;
      reporter.problem(text, { type: 'halted', code, message, detail });
    }
    if (hasEarlierProblems) {
      const text = 'What had failed before was left alone; --retry-failed tries it again.';
      reporter.line(text, { type: 'note', note: text });
    }
    tellSummary(state, report, reporter);
    const { counts, phase } = state;
    if (phase === 'halted') return EXIT.halted;
    // A folder that is watched has no other end than Ctrl-C.
    if (phase === 'cancelled' && !(settings.watch && counts.waiting === 0 && !state.scanning)) return EXIT.interrupted;
    return counts.failed + counts.quarantined === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await batch.close();
  }
}

async function begin(job: BatchJob, told: Pick<BatchSetup, 'newId' | 'onRow' | 'onState'>): Promise<Batch> {
  if (isRemote(job.output) !== (job.journalIn !== undefined)) {
    throw new EmulsionError('BAD_REQUEST', {
      message: isRemote(job.output)
        ? 'The record of a batch into S3 lies on this computer: name a folder for it with --journal.'
        : '--journal is for a batch into S3; in any other it lies with the restored photos.',
    });
  }
  const processor = await job.processor();
  try {
    return await startBatch({ ...job, ...told, processor });
  } catch (error) {
    await processor.close();
    throw error;
  }
}

/** What keeps a batch from being begun, though the command is right. */
const STANDS_IN_THE_WAY: readonly ErrorCode[] = [
  'FILE_MISSING',
  'FOLDER_MISSING',
  'FOLDER_UNWRITABLE',
  'DISK_FULL',
  'BATCH_RUNNING',
  'JOURNAL_INVALID',
  'JOURNAL_NEWER',
  'QUEUE_UNREACHABLE',
  'QUEUE_VERSION',
  'STORAGE_UNREACHABLE',
];

async function tryReport(batch: Batch, { journalIn, reporter }: BatchJob): Promise<string | null> {
  try {
    const { path } = await writeReport(batch, journalIn);
    const { output } = batch.state();
    if (!isRemote(output)) return path;
    const storage = await remoteStorage();
    const there = pathIn(output, REPORT_FOLDER);
    for (const name of (await readdir(dirname(path))).filter((each) => reportType(each) !== null)) {
      await storage.put(join(dirname(path), name), pathIn(there, name), { sha256: null, replace: true });
    }
    return pathIn(there, basename(path));
  } catch (error) {
    const { code, message } = toFailure(error);
    reporter.problem(`The report could not be written: ${message} (${code})`, { type: 'report', code, message });
    return null;
  }
}

function tellSummary(state: BatchState, report: string | null, reporter: Reporter): void {
  const { id, phase, counts, seconds, concurrency, threads, provider } = state;
  const words = BATCH_OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${counts[outcome]} ${WORDS[outcome]}`,
  );
  if (counts.waiting > 0) words.push(`${counts.waiting} still to be done`);
  const total = `${words.join(', ') || 'No photos'} in ${timeLeft(seconds)}`;
  const interrupted = phase === 'cancelled';
  const text = `${interrupted ? 'Interrupted: ' : ''}${total}${report === null ? '' : `\nReport: ${report}`}`;
  reporter.line(text, {
    type: 'summary',
    id,
    phase,
    ...counts,
    seconds,
    concurrency,
    threads,
    provider,
    interrupted,
    report,
  });
}

const WORDS: Record<(typeof BATCH_OUTCOMES)[number], string> = {
  restored: 'restored',
  unchanged: 'with nothing to repair',
  kept: 'left, as a file of their name was there',
  failed: 'failed',
  quarantined: 'set aside',
  passed: 'passed over',
};

function tellRow(row: BatchRow, { reporter }: BatchJob): void {
  const { name, state, failure, written, reports, seconds } = row;
  if (failure && (state === 'failed' || state === 'quarantined')) {
    const { code, message, detail } = failure;
    reporter.problem(`${oneLine(name)}: ${message} (${code})`, { type: state, input: name, code, message, detail });
  } else if (failure) {
    const { code, message } = failure;
    const text = state === 'passed' ? 'not a photo, passed over' : 'left, as a file of its name is there';
    reporter.line(`${oneLine(name)}: ${text}`, { type: state, input: name, code, message });
  } else {
    const done = reports.filter(({ outcome }) => outcome === 'done').map(({ kind }) => kind);
    const what = done.length === 0 ? 'nothing to repair' : done.join(', ');
    reporter.line(`${oneLine(name)} -> ${oneLine(written ?? '')}: ${what}`, {
      type: 'photo',
      input: name,
      outcome: state,
      output: written,
      reports,
      seconds,
    });
  }
}

/** A name may hold line ends, and signs that a terminal obeys; a line may not. */
const oneLine = (text: string) => text.replace(/[\r\n]+/g, '⏎').replace(/\p{Cc}/gu, '·');

function shareOf({ counts, secondsLeft }: BatchState) {
  const done = counts.found - counts.waiting;
  const share = counts.found === 0 ? 0 : done / counts.found;
  return { stage: 'computing', step: null, done: share, secondsLeft } as const;
}

/** Of the folder and not of a photo, so that whoever does not look at a terminal is not told of each. */
function stateLine({ input }: BatchJob, { phase }: BatchState): string {
  return phase === 'watching' ? `${basename(input)}: waiting for further photos` : basename(input);
}

/** `emulsion batch --dry-run`: what would be done; nothing is written. */
export async function tellPlan(job: Omit<BatchJob, 'processor' | 'retry' | 'report'>): Promise<number> {
  const { input, output, settings, signal, reporter } = job;
  allowRemoteStorage();
  const counts = { photos: 0, passed: 0, failed: 0, bytes: 0 };
  for await (const planned of plan(input, output, settings, signal)) {
    const { name } = planned;
    if (planned.error === null) {
      counts.photos += 1;
      counts.bytes += planned.found.bytes;
      const { written } = planned;
      reporter.line(`${oneLine(name)} -> ${oneLine(written)}`, { type: 'planned', input: name, output: written });
      continue;
    }
    const { code, message } = planned.error;
    if (planned.stray) {
      counts.passed += 1;
      reporter.line(`${oneLine(name)}: not a photo`, { type: 'passed', input: name, code });
    } else {
      counts.failed += 1;
      reporter.problem(`${oneLine(name)}: ${message} (${code})`, { type: 'failed', input: name, code, message });
    }
  }
  const { photos, passed, failed, bytes } = counts;
  reporter.line(
    `${photos} photos (${(bytes / 2 ** 20).toFixed(1)} MiB), ${passed} other files, ${failed} that cannot be read. Nothing was written.`,
    { type: 'summary', dryRun: true, ...counts },
  );
  return failed === 0 ? EXIT.done : EXIT.failed;
}
