import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BatchRow, BatchSettings, BatchState } from '../../../contract/batch';
import type { ErrorCode } from '../../../contract/errors';
import { inEnglish, say, sentenceOf } from '../../../text/message';
import { REPORT_FOLDER } from '../../batch/journal-state';
import { plan } from '../../batch/plan';
import { reportType, writeReport } from '../../batch/report';
import { startBatch } from '../../batch/run';
import type { Batch, BatchSetup, PhotoProcessor } from '../../batch/types';
import { EmulsionError, toFailure } from '../../errors';
import { isRemote, pathIn, remoteStorage } from '../../storage/remote';
import { EXIT } from './exit-codes';
import { allowRemoteStorage } from './network';
import type { Reporter } from './reporter';
import { fieldsOf, reportsFor, tellFailed, tellNote, tellPassed, totalOf, withCode } from './tell';
import { oneLine } from './terminal';

export interface BatchJob {
  input: string;
  output: string;
  /** Folder on this computer for the journal and the report, if the output is in network storage. */
  journalIn?: string;
  settings: BatchSettings;
  /** Opens the processor of the photos. */
  processor(): PhotoProcessor | Promise<PhotoProcessor>;
  retry: boolean;
  report: boolean;
  signal: AbortSignal;
  reporter: Reporter;
}

/** `emulsion batch`: starts or continues a batch. Returns the exit code. */
export async function runBatch(job: BatchJob): Promise<number> {
  const { reporter, signal, settings } = job;
  const { t } = reporter.translator;
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
    const failure = toFailure(error);
    if (!STANDS_IN_THE_WAY.includes(failure.code)) throw error;
    reporter.problem(withCode(failure, reporter), { type: 'halted', ...fieldsOf(failure) });
    return null;
  });
  if (batch === null) return EXIT.halted;
  const cancel = () => batch.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const state = await batch.ended;
    for (const note of state.notes) tellNote(note, reporter);
    const report = job.report ? await tryReport(batch, job) : null;
    if (state.halt) {
      const text = `${withCode(state.halt, reporter)}\n  ${t('cli.continues')}`;
      reporter.problem(text, { type: 'halted', ...fieldsOf(state.halt) });
    }
    if (hasEarlierProblems) tellNote(say('cli.failedBefore'), reporter);
    tellSummary(state, report, reporter);
    const { counts, phase } = state;
    if (phase === 'halted') return EXIT.halted;
    // Ctrl-C is the only way to end the batch of a watched folder.
    if (phase === 'cancelled' && !(settings.watch && counts.waiting === 0 && !state.scanning)) return EXIT.interrupted;
    return counts.failed + counts.quarantined === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await batch.close();
  }
}

async function begin(job: BatchJob, told: Pick<BatchSetup, 'newId' | 'onRow' | 'onState'>): Promise<Batch> {
  if (job.settings.saveChanges && (isRemote(job.output) || isRemote(job.input))) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.saveChangesLocal') });
  }
  if (job.settings.split && isRemote(job.input)) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.splitLocal') });
  }
  if (isRemote(job.output) !== (job.journalIn !== undefined)) {
    throw new EmulsionError('BAD_REQUEST', {
      reason: say(isRemote(job.output) ? 'cli.errors.journalNeeded' : 'cli.errors.journalUnneeded'),
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

/** Codes of a correct command whose batch cannot start. */
const STANDS_IN_THE_WAY: readonly ErrorCode[] = [
  'FILE_MISSING',
  'FOLDER_MISSING',
  'FOLDER_UNWRITABLE',
  'DISK_FULL',
  'NOT_ALLOWED',
  'BATCH_RUNNING',
  'JOURNAL_INVALID',
  'JOURNAL_NEWER',
  'QUEUE_UNREACHABLE',
  'QUEUE_VERSION',
  'STORAGE_UNREACHABLE',
];

async function tryReport(batch: Batch, { journalIn, reporter }: BatchJob): Promise<string | null> {
  try {
    const { path } = await writeReport(batch, reporter.translator.translations, journalIn);
    const { output } = batch.state();
    if (!isRemote(output)) return path;
    const storage = await remoteStorage();
    const there = pathIn(output, REPORT_FOLDER);
    for (const name of (await readdir(dirname(path))).filter((each) => reportType(each) !== null)) {
      await storage.put(join(dirname(path), name), pathIn(there, name), { sha256: null, replace: true });
    }
    return pathIn(there, basename(path));
  } catch (error) {
    const failure = toFailure(error);
    const { code, message } = failure;
    const text = `${reporter.translator.t('cli.noReport')} ${withCode(failure, reporter)}`;
    reporter.problem(text, { type: 'report', code, message });
    return null;
  }
}

function tellSummary(state: BatchState, report: string | null, reporter: Reporter): void {
  const { id, phase, counts, review, seconds, concurrency, threads, provider } = state;
  const interrupted = phase === 'cancelled';
  const total = totalOf(counts, { seconds, interrupted }, reporter.translator);
  const place = report === null ? '' : `\n${reporter.translator.t('cli.report', { path: report })}`;
  reporter.line(`${total}${place}`, {
    type: 'summary',
    id,
    phase,
    ...counts,
    review,
    seconds,
    concurrency,
    threads,
    provider,
    interrupted,
    report,
  });
}

function tellRow(row: BatchRow, { reporter }: BatchJob): void {
  const { name, state, failure, written, reports, seconds } = row;
  const { t } = reporter.translator;
  if (failure && (state === 'failed' || state === 'quarantined')) {
    tellFailed(name, failure, reporter, { type: state });
  } else if (failure) {
    const { code, message } = failure;
    if (state === 'passed') tellPassed(name, failure, reporter, { type: state, code, message });
    else reporter.line(`${oneLine(name)}: ${t('cli.kept')}`, { type: state, input: name, code, message });
  } else {
    const done = reports.filter(({ outcome }) => outcome === 'done').map(({ kind }) => kind);
    const what = done.length === 0 ? t('cli.unchanged') : done.map((kind) => t(`doneTo.${kind}`)).join(', ');
    const notes = row.notes.map((note) => `\n  ${reporter.translator.sentence(note)}`).join('');
    reporter.line(`${oneLine(name)} -> ${oneLine(written ?? '')}: ${what}${notes}`, {
      type: 'photo',
      input: name,
      outcome: state,
      output: written,
      notes: row.notes.map((note) => sentenceOf(note, inEnglish())),
      reports: reportsFor(reports),
      seconds,
    });
  }
}

function shareOf({ counts, secondsLeft }: BatchState) {
  const done = counts.found - counts.waiting;
  const share = counts.found === 0 ? 0 : done / counts.found;
  return { stage: 'computing', step: null, done: share, secondsLeft } as const;
}

/** Reports the whole folder, so that outside a terminal not every photo is reported. */
function stateLine({ input, reporter }: BatchJob, { phase }: BatchState): string {
  return phase === 'watching' ? `${basename(input)}: ${reporter.translator.t('cli.watching')}` : basename(input);
}

/** `emulsion batch --dry-run`: shows what would be done, without writing anything. */
export async function tellPlan(job: Omit<BatchJob, 'processor' | 'retry' | 'report'>): Promise<number> {
  const { input, output, settings, signal, reporter } = job;
  allowRemoteStorage();
  const counts = { photos: 0, passed: 0, failed: 0, bytes: 0 };
  for await (const planned of plan(input, output, settings, { signal })) {
    const { name } = planned;
    if (planned.error === null) {
      counts.photos += 1;
      counts.bytes += planned.found.bytes;
      const { written } = planned;
      reporter.line(`${oneLine(name)} -> ${oneLine(written)}`, { type: 'planned', input: name, output: written });
      continue;
    }
    const { code } = planned.error;
    if (planned.stray) {
      counts.passed += 1;
      tellPassed(name, planned.error.toFailure(), reporter, { type: 'passed', code });
    } else {
      counts.failed += 1;
      tellFailed(name, planned.error.toFailure(), reporter, { type: 'failed' });
    }
  }
  const { photos, passed, failed, bytes } = counts;
  const { t, format } = reporter.translator;
  const parts = [
    t('cli.plan.photos', { count: photos, size: format.bytes(bytes) }),
    t('cli.plan.others', { count: passed }),
    t('cli.plan.unreadable', { count: failed }),
  ];
  reporter.line(t('cli.plan.total', { list: parts.join(', ') }), { type: 'summary', dryRun: true, ...counts });
  return failed === 0 ? EXIT.done : EXIT.failed;
}
