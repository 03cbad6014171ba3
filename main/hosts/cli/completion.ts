import type { Argument, Command, Option } from 'commander';
import { STEP_KINDS } from '../../../contract/recipe';
import type { Translator } from '../../../text/message';
import { NAMED_RECIPES } from '../../restoration/recipe';
import { userDataFolder } from '../places';
import { bash, fish, zsh } from './completion-scripts';
import type { Candidates, CompletedCommand, Completions } from './completion-types';
import { document, pathOf } from './help';
import { settingsOf } from './settings';

const SCRIPTS = { bash, zsh, fish };
type Shell = keyof typeof SCRIPTS;

export function addCompletion(program: Command, words: Translator): void {
  const { t } = words;
  const command = program
    .command('completion')
    .summary(t('manual.completion.summary'))
    .description(t('manual.completion.about'))
    .addArgument(program.createArgument('<shell>', t('manual.completion.shell')).choices(Object.keys(SCRIPTS)))
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell](completionsOf(program)));
    });
  document(command, {
    sections: {
      [t('manual.titles.installation')]: [
        ['bash', t('manual.completion.bash')],
        ['zsh', t('manual.completion.zsh')],
        ['fish', 'emulsion completion fish | source, in ~/.config/fish/config.fish'],
      ],
    },
    examples: [
      ['emulsion completion bash', t('manual.completion.examples.plain')],
      ['emulsion completion fish > ~/.config/fish/completions/emulsion.fish', t('manual.completion.examples.fish')],
    ],
  });
}

export function completionsOf(program: Command): Completions {
  return {
    commands: everyCommand(program).map(completed),
    recipes: NAMED_RECIPES.map(({ id }) => id),
    settings: STEP_KINDS.flatMap((kind) =>
      Object.entries(settingsOf(kind)).flatMap(([key, type]) => {
        const values = type.kind === 'choice' ? type.choices : type.kind === 'boolean' ? [true, false] : [''];
        return values.map((value) => `${kind}.${key}=${value}`);
      }),
    ),
    userData: userDataFolder(),
  };
}

/** A command and all its subcommands. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function completed(command: Command): CompletedCommand {
  const helper = command.createHelp();
  const [argument] = command.registeredArguments;
  const root = everyCommand(command.parent ?? command)[0]!;
  return {
    path: pathOf(command),
    commands: helper
      .visibleCommands(command)
      .map((each) => ({ name: each.name(), description: each.summary() || each.description() })),
    options: helper.visibleOptions(command).map((option) => ({
      short: option.short,
      long: option.long!,
      description: option.description,
      value: option.required || option.optional ? candidatesOf(option, root) : null,
      optional: option.optional,
      repeatable: Array.isArray(option.defaultValue),
    })),
    argument: argument ? candidatesOf(argument, root) : null,
  };
}

/** From its choices, otherwise from the name of its value in the help. */
function candidatesOf(of: Option | Argument, root: Command): Candidates {
  if (of.argChoices) return { kind: 'choice', words: of.argChoices };
  const name = 'flags' in of ? /[<[]([^[\]<>]+)[\]>]/.exec(of.flags)![1]! : of.name();
  switch (name) {
    case 'command':
      return { kind: 'choice', words: root.commands.map((each) => each.name()) };
    case 'recipe':
      return { kind: 'recipe' };
    case 'name|file':
      return { kind: 'recipe or file' };
    case 'step.key=value':
      return { kind: 'setting' };
    case 'folder':
      return { kind: 'folder' };
    case 'file':
    case 'net':
    case 'path':
    case 'photo':
      return { kind: 'file' };
    default:
      return { kind: 'anything' };
  }
}
