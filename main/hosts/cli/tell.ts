import type { Message } from '../../../contract/basics';
import { BATCH_OUTCOMES, type BatchOutcome } from '../../../contract/batch';
import type { Failure } from '../../../contract/errors';
import type { Need, StepReport } from '../../../contract/photo';
import { inEnglish, sentenceOf, sentencesOf, type Translator } from '../../../text/message';
import { type Reporter, timeLeft } from './reporter';
import { oneLine } from './terminal';

/*
 * Messages about photos that several commands share, with the same sentences and the same fields.
 */

/** A sentence with the error code, which is the same in every language. */
export function withCode(failure: Pick<Failure, 'code' | 'reason'>, { translator }: Reporter): string {
  return `${translator.failure(failure)} (${failure.code})`;
}

/** The fields of a failure in a record. Its sentence is in English for programs. */
export const fieldsOf = ({ code, message, detail }: Failure) => ({ code, message, detail });

/** Reports a photo that failed. `record` holds its type and further fields. */
export function tellFailed(name: string, failure: Failure, reporter: Reporter, record: Record<string, unknown>): void {
  reporter.problem(`${oneLine(name)}: ${withCode(failure, reporter)}`, {
    ...record,
    input: name,
    ...fieldsOf(failure),
  });
}

/** Reports a file that is not a photo, or a folder that is left out. */
export function tellPassed(
  name: string,
  failure: Pick<Failure, 'reason'>,
  reporter: Reporter,
  record: Record<string, unknown>,
): void {
  const [reason] = failure.reason ?? [];
  const why = reason?.key === 'failures.systemFolder' ? reporter.translator.sentence(reason) : undefined;
  reporter.line(`${oneLine(name)}: ${why ?? reporter.translator.t('cli.notAPhoto')}`, { ...record, input: name });
}

/** Reports something about a run as a whole. A warning goes to standard error. */
export function tellNote(note: Message, reporter: Reporter, how: 'line' | 'problem' = 'line'): void {
  reporter[how](reporter.translator.sentence(note), { type: 'note', note: sentenceOf(note, inEnglish()) });
}

interface RunEnd {
  seconds: number;
  interrupted: boolean;
}

/** The last line of a run over photos: how many ended in which way, and how long it took. */
export function totalOf(
  counts: Partial<Record<BatchOutcome | 'waiting', number>>,
  end: RunEnd,
  translator: Translator,
): string {
  const parts = ([...BATCH_OUTCOMES, 'waiting'] as const).flatMap((outcome) => {
    const count = counts[outcome] ?? 0;
    return count > 0 ? translator.t(`cli.counts.${outcome}`, { count }) : [];
  });
  return withTime(parts.join(', ') || translator.t('cli.nothing'), end, translator);
}

/** What a run did, how long it took, and whether it was interrupted. */
export function withTime(list: string, { seconds, interrupted }: RunEnd, { t }: Translator): string {
  const total = t('cli.total', { list, time: timeLeft(seconds) });
  return interrupted ? `${t('cli.interrupted')}: ${total}` : total;
}

/** Reports for programs, each with an English sentence. */
export const reportsFor = (reports: readonly StepReport[]) =>
  reports.map(({ messages, sentence, ...report }) => ({
    ...report,
    messages,
    sentence: sentencesOf(messages, inEnglish()) || sentence,
  }));

/** Needs for programs, each with an English sentence. */
export const needsFor = (needs: readonly Need[]) =>
  needs.map((need) => ({ ...need, sentence: sentenceOf({ key: need.reason, values: need.figures }, inEnglish()) }));
