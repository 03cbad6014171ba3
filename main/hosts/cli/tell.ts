import type { Message } from '../../../contract/basics';
import type { Failure } from '../../../contract/errors';
import type { Need, StepReport } from '../../../contract/photo';
import { inEnglish, sentenceOf, sentencesOf } from '../../../text/message';
import type { Reporter } from './reporter';

/*
 * What several commands say of a photo, in the same words and with the same fields.
 */

/** A name may hold line ends, and signs that a terminal obeys; a line may not. */
export const oneLine = (text: string): string => text.replace(/[\r\n]+/g, '⏎').replace(/\p{Cc}/gu, '·');

/** A sentence with the code that stands for it in every language. */
export function withCode(failure: Pick<Failure, 'code' | 'reason'>, { words }: Reporter): string {
  return `${words.failure(failure)} (${failure.code})`;
}

/** What a record says of a failure: its sentence is in English for programs. */
export const fieldsOf = ({ code, message, detail }: Failure) => ({ code, message, detail });

/** A photo that could not be done. `record` has the type, and what else there is to say. */
export function tellFailed(name: string, failure: Failure, reporter: Reporter, record: Record<string, unknown>): void {
  reporter.problem(`${oneLine(name)}: ${withCode(failure, reporter)}`, {
    ...record,
    input: name,
    ...fieldsOf(failure),
  });
}

/** A file that was never meant to be a photo. */
export function tellPassed(name: string, reporter: Reporter, record: Record<string, unknown>): void {
  reporter.line(`${oneLine(name)}: ${reporter.words.t('cli.notAPhoto')}`, { ...record, input: name });
}

/** What is to be said of a run as a whole. */
export function tellNote(note: Message, reporter: Reporter): void {
  reporter.line(reporter.words.sentence(note), { type: 'note', note: sentenceOf(note, inEnglish()) });
}

/** Reports for programs: with an English sentence each. */
export const reportsFor = (reports: readonly StepReport[]) =>
  reports.map(({ said, sentence, ...report }) => ({
    ...report,
    said,
    sentence: sentencesOf(said, inEnglish()) || sentence,
  }));

/** Needs for programs: with an English sentence each. */
export const needsFor = (needs: readonly Need[]) =>
  needs.map((need) => ({ ...need, sentence: sentenceOf({ key: need.reason, values: need.figures }, inEnglish()) }));
