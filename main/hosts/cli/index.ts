import { CommanderError } from 'commander';
import type { ErrorCode } from '../../../contract/errors';
import { translatorFor } from '../../../text/message';
import { toFailure } from '../../errors';
import { openLog } from '../../log/file';
import { log } from '../../log/log';
import { dataFolderOfCommand, languageOfCommand } from '../language';
import { EXIT } from './exit-codes';
import { createProgram } from './program';
import { createReporter } from './reporter';
import { fieldsOf, withCode } from './tell';

/** Codes that mean an error in the command itself. */
const USAGE: readonly ErrorCode[] = ['BAD_REQUEST', 'OUTPUT_IS_INPUT', 'STYLE_UNKNOWN', 'FOLDER_TAKEN', 'PAIRS_DIFFER'];
/** Nobody reads standard output any more. */
let isUnread = false;
const json = process.argv.includes('--json');
const translator = translatorFor(languageOfCommand(process.argv, process.env));
const reporter = createReporter({ json, translator });
// A command that goes well leaves no trace but its results.
openLog({ userData: dataFolderOfCommand(process.argv, process.env), process: 'command line', least: 'warn' });
const program = createProgram(interruptible(), translator);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Reports an error unless it was already reported. Returns the exit code. */
function report(error: unknown): number {
  if (isUnread) return EXIT.interrupted;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    const message = error.message.replace(/^error: /, '');
    if (json) reporter.line(message, { type: 'error', code: 'BAD_REQUEST', message });
    return EXIT.usage;
  }
  const failure = toFailure(error);
  const { code, detail } = failure;
  const text = `${withCode(failure, reporter)}${detail === undefined ? '' : `\n  ${detail}`}`;
  reporter.problem(text, { type: 'error', ...fieldsOf(failure) });
  const isUsage = code.startsWith('RECIPE_') || code.startsWith('EDIT_') || USAGE.includes(code);
  // A mistyped command is no fault.
  if (!isUsage) log.failure('The command failed', error);
  return code === 'CANCELLED' ? EXIT.interrupted : isUsage ? EXIT.usage : EXIT.failed;
}

/** Aborts on Ctrl-C or SIGTERM. A second Ctrl-C ends the program at once. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  // Nobody reads the results any more, as in `emulsion batch --json | head`. What is begun is left in good order.
  process.stdout.on('error', () => {
    isUnread = true;
    controller.abort();
  });
  process.stderr.on('error', () => controller.abort());
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
