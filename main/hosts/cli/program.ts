import type { Command } from 'commander';
import packageInfo from '../../../package.json' with { type: 'json' };
import { say, type Translator } from '../../../text/message';
import { addBatch } from './batch-command';
import { LocalizedCommand } from './command';
import { addCompletion } from './completion';
import { addEdit } from './edit-command';
import { addGenerators } from './generators';
import { document, exitsIn, formatHelp } from './help';
import { addAnalyse, addStyles } from './inspect';
import { addLanguage } from './options';
import { addProviders } from './providers';
import { addRecipes } from './recipes';
import { addRestore } from './restore-command';
import { addSplit } from './split';
import { addSynthesise } from './synthesise';
import { addWorker } from './worker';

/**
 * The complete command line, ready to parse. Usage errors are reported and then thrown as a CommanderError.
 *
 * @param signal aborts the running command
 */
export function createProgram(signal: AbortSignal, translator: Translator): LocalizedCommand {
  const { t } = translator;
  const program = new LocalizedCommand('emulsion', translator)
    .summary(t('manual.program.summary'))
    .description(t('manual.program.description'))
    .optionsGroup(t('manual.groups.general'))
    .version(packageInfo.version, '-V, --version', t('manual.program.version'))
    .helpOption('-h, --help', t('manual.program.help'))
    .helpCommand(false)
    .configureHelp({ formatHelp: formatHelp(translator) })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'emulsion: ')) });
  addRestore(program, signal, translator);
  addBatch(program, signal, translator);
  addEdit(program, signal, translator);
  addWorker(program, signal, translator);
  addSplit(program, signal, translator);
  addAnalyse(program, signal, translator);
  addRecipes(program, translator);
  addStyles(program, translator);
  addGenerators(program, signal, translator);
  addProviders(program, signal, translator);
  addSynthesise(program, signal, translator);
  addCompletion(program, translator);
  addHelp(program, translator);
  addLanguage(program, translator);
  const exits = exitsIn(translator);
  document(program, {
    examples: [
      ['emulsion restore portrait.jpg --out restored', t('manual.program.examples.one')],
      ['emulsion restore scans/ --out restored --recipe scratched-print', t('manual.program.examples.folder')],
      ['emulsion batch scans/ --out restored', t('manual.program.examples.batch')],
      ['emulsion analyse portrait.jpg', t('manual.program.examples.analyse')],
      ['emulsion help recipes save', t('manual.program.examples.help')],
    ],
    exits: exits.batch,
  });
  return program;
}

/** `help recipes save`. The help command of commander accepts only one word. */
function addHelp(program: LocalizedCommand, { t }: Translator): void {
  const command = program
    .command('help')
    .summary(t('manual.help.summary'))
    .description(t('manual.help.description'))
    .argument('[command...]', t('manual.help.command'))
    .action((words: string[]) => {
      const found = words.reduce<Command>((at, word) => {
        const below = at.commands.find((each) => each.name() === word);
        return below ?? command.refuse(say('cli.usage.unknownCommand', { name: words.join(' ') }));
      }, program);
      found.outputHelp();
    });
  document(command, { examples: [['emulsion help recipes save', t('manual.help.example')]] });
}
