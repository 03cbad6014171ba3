import type { Argument, Command, Option } from 'commander';
import { STEP_KINDS } from '../../../contract/recipe';
import { NAMED_RECIPES } from '../../restoration/recipe';
import { userDataFolder } from '../places';
import { bash, fish, zsh } from './completion-scripts';
import type { CompletedCommand, Completions, Words } from './completion-types';
import { document, pathOf } from './help';
import { settingsOf } from './settings';

const SCRIPTS = { bash, zsh, fish };
type Shell = keyof typeof SCRIPTS;

export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description(
      'Prints a script that lets a shell complete the commands, options, recipes and settings of Emulsion. It is loaded where the shell starts; bash and zsh read it as in the examples.',
    )
    .addArgument(program.createArgument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell](completionsOf(program)));
    });
  document(command, {
    sections: {
      INSTALLATION: [
        ['bash', 'source <(emulsion completion bash), in ~/.bashrc'],
        ['zsh', 'source <(emulsion completion zsh), in ~/.zshrc after compinit'],
        ['fish', 'emulsion completion fish | source, in ~/.config/fish/config.fish'],
      ],
    },
    examples: [
      ['emulsion completion bash', 'the script, on standard output'],
      ['emulsion completion fish > ~/.config/fish/completions/emulsion.fish', 'kept where fish looks for it'],
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

/** A command and all below it. */
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
      value: option.required || option.optional ? wordsOf(option, root) : null,
      optional: option.optional,
      repeatable: Array.isArray(option.defaultValue),
    })),
    argument: argument ? wordsOf(argument, root) : null,
  };
}

/** By the choices that it has, else by what its help calls it. */
function wordsOf(of: Option | Argument, root: Command): Words {
  if (of.argChoices) return { kind: 'choice', words: of.argChoices };
  const name = 'flags' in of ? /[<[]([^\]>]+)[\]>]/.exec(of.flags)![1]! : of.name();
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
    case 'path':
    case 'photo':
      return { kind: 'file' };
    default:
      return { kind: 'anything' };
  }
}
