import type { Message } from '../../../contract/basics';
import type { Failure } from '../../../contract/errors';
import type { Need, StepReport } from '../../../contract/photo';
import { inEnglish, sentenceOf, sentencesOf } from '../../../text/message';
import type { Reporter } from './reporter';

/*
 * Messages about photos that several commands share, with the same sentences and the same fields.
 */

/** A name on a single line: replaces line ends and control characters of terminals. */
export const oneLine = (text: string): string => text.replace(/[\r\n]+/g, '⏎').replace(/\p{Cc}/gu, '·');

/** A sentence with the error code, which is the same in every language. */
export function withCode(failure: Pick<Failure, 'code' | 'reason'>, { words }: Reporter): string {
  return `${words.failure(failure)} (${failure.code})`;
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

/** Reports a file that is not a photo. */
export function tellPassed(name: string, reporter: Reporter, record: Record<string, unknown>): void {
  reporter.line(`${oneLine(name)}: ${reporter.words.t('cli.notAPhoto')}`, { ...record, input: name });
}

/** Reports a note on the whole run. */
export function tellNote(note: Message, reporter: Reporter): void {
  reporter.line(reporter.words.sentence(note), { type: 'note', note: sentenceOf(note, inEnglish()) });
}

/** Reports for programs, each with an English sentence. */
export const reportsFor = (reports: readonly StepReport[]) =>
  reports.map(({ said, sentence, ...report }) => ({
    ...report,
    said,
    sentence: sentencesOf(said, inEnglish()) || sentence,
  }));

/** Needs for programs, each with an English sentence. */
export const needsFor = (needs: readonly Need[]) =>
  needs.map((need) => ({ ...need, sentence: sentenceOf({ key: need.reason, values: need.figures }, inEnglish()) }));
