import { Command } from 'commander';
import packageInfo from '../../../package.json' with { type: 'json' };
import { addBatch } from './batch-command';
import { addCompletion } from './completion';
import { BATCH_EXITS, document, formatHelp } from './help';
import { addAnalyse, addGenerators, addStyles } from './inspect';
import { GENERAL } from './options';
import { addRecipes } from './recipes';
import { addRestore } from './restore-command';
import { addSynthesise } from './synthesise';
import { addWorker } from './worker';

/**
 * The whole command line, ready to parse. What is not understood is thrown as a CommanderError, after it was told.
 *
 * @param signal aborts what is running
 */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('emulsion')
    .summary('restores damaged photographs on this computer')
    .description(
      'Restores damaged photographs on this computer. Originals are never changed, and nothing is sent anywhere but to a queue or storage that a command names.\nEvery command prints one JSON object a line with --json.',
    )
    .optionsGroup(GENERAL)
    .version(packageInfo.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ formatHelp })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'emulsion: ')) });
  addRestore(program, signal);
  addBatch(program, signal);
  addWorker(program, signal);
  addAnalyse(program, signal);
  addRecipes(program);
  addStyles(program);
  addGenerators(program);
  addSynthesise(program, signal);
  addCompletion(program);
  addHelp(program);
  return document(program, {
    examples: [
      ['emulsion restore portrait.jpg --out restored', 'one photo'],
      ['emulsion restore scans/ --out restored --recipe scratched-print', 'a folder, with one recipe'],
      ['emulsion batch scans/ --out restored', 'a large folder, with a report; goes on where it was broken off'],
      ['emulsion analyse portrait.jpg', 'what a photo needs, and why'],
      ['emulsion help recipes save', 'the help of a command'],
    ],
    exits: BATCH_EXITS,
  });
}

/** `help recipes save`, where commander's own knows one word only. */
function addHelp(program: Command): void {
  const command = program
    .command('help')
    .summary('print the help of a command')
    .description('Prints the help of a command, or of the program.')
    .argument('[command...]', 'the words of the command')
    .action((words: string[]) => {
      const found = words.reduce<Command>((at, word) => {
        const below = at.commands.find((each) => each.name() === word);
        return below ?? command.error(`error: there is no command “${words.join(' ')}”`);
      }, program);
      found.outputHelp();
    });
  document(command, { examples: [['emulsion help recipes save', 'the same as emulsion recipes save --help']] });
}
