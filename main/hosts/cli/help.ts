import type { Command, Help, Option } from 'commander';
import { userDataFolder } from '../places';
import { EXIT } from './exit-codes';

/** What the help of a command says beyond its arguments and options. */
export interface Page {
  /** A whole command line and what it is for. A test holds that each is understood. */
  examples: readonly (readonly [line: string, purpose: string])[];
  /** Sections of its own, before the examples. */
  sections?: Readonly<Record<string, readonly Entry[]>>;
  /** What the exit codes mean where it is not {@link EXITS}. */
  exits?: readonly Entry[];
  files?: readonly Entry[];
  seeAlso?: readonly string[];
}
type Entry = readonly [term: string, description: string];

export const UNDERSTOOD: Entry = [String(EXIT.usage), 'the command was not understood; nothing was done'];

/** Of commands that do one thing and are not interrupted. */
export const EXITS: readonly Entry[] = [
  [String(EXIT.done), 'done'],
  [String(EXIT.failed), 'it could not be done; the reason is on standard error'],
  UNDERSTOOD,
];

const INTERRUPTED: Entry = [
  String(EXIT.interrupted),
  'interrupted; finished photos stay, nothing half-written is left',
];

/** Of commands that work through photos. */
export const PHOTO_EXITS: readonly Entry[] = [
  [String(EXIT.done), 'every photo was done (or needed nothing)'],
  [String(EXIT.failed), 'at least one photo could not be done; each is named with its reason'],
  UNDERSTOOD,
  INTERRUPTED,
];

export const BATCH_EXITS: readonly Entry[] = [
  ...PHOTO_EXITS.slice(0, -1),
  [
    String(EXIT.halted),
    'a batch was halted by what stands in the way of all photos, such as a full disk; the same command goes on',
  ],
  INTERRUPTED,
];

export const OWN_RECIPES: Entry = [
  `${userDataFolder()}/recipes/<id>.json`,
  'one’s own recipes, the same that the window shows (see --user-data)',
];

const pages = new WeakMap<Command, Page>();

/** Gives a command what its help says beyond its summary, description, arguments and options. */
export function document(command: Command, page: Page): Command {
  pages.set(command, page);
  return command;
}

export function examplesOf(command: Command): readonly string[] {
  return pages.get(command)?.examples.map(([line]) => line) ?? [];
}

/** The words that name a command, as `emulsion recipes save`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** The help of a command in the order of a manual page. */
export function formatHelp(command: Command, helper: Help): string {
  const page = pages.get(command);
  const width = Math.min(helper.helpWidth ?? 80, 100);
  const indented = (text: string, by = 2) =>
    helper
      .boxWrap(text, width - by)
      .split('\n')
      .map((line) => ' '.repeat(by) + line);
  const entries = (list: readonly Entry[]) => {
    const pad = Math.max(...list.map(([term]) => term.length));
    const isNarrow = pad > 0.4 * width;
    return list.flatMap(([term, text]) =>
      isNarrow ? [`  ${term}`, ...indented(text, 6)] : [helper.formatItem(term, pad, text, helper)],
    );
  };
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [title, ...lines, '']);

  const options = helper.groupItems(
    [...command.options],
    [...helper.visibleOptions(command)],
    (option) => option.helpGroupHeading ?? 'OPTIONS',
  );
  const variables = command.options.filter((option): option is Option & { envVar: string } => Boolean(option.envVar));
  return [
    ...section('NAME', indented(`${pathOf(command)} - ${command.summary()}`)),
    ...section('SYNOPSIS', indented(helper.commandUsage(command))),
    ...section(
      'DESCRIPTION',
      command
        .description()
        .split('\n')
        .flatMap((paragraph) => indented(paragraph)),
    ),
    ...section(
      'ARGUMENTS',
      entries(
        helper.visibleArguments(command).map((each) => [helper.argumentTerm(each), helper.argumentDescription(each)]),
      ),
    ),
    ...[...options].flatMap(([title, list]) =>
      section(title, entries(list.map((option) => [helper.optionTerm(option), helper.optionDescription(option)]))),
    ),
    ...section(
      'COMMANDS',
      entries(
        helper
          .visibleCommands(command)
          .map((each) => [helper.subcommandTerm(each).replace(' [options]', ''), each.summary()]),
      ),
    ),
    ...Object.entries(page?.sections ?? {}).flatMap(([title, list]) => section(title, entries(list))),
    ...section(
      'EXAMPLES',
      (page?.examples ?? []).flatMap(([line, purpose]) => [`  ${line}`, ...indented(purpose, 6)]),
    ),
    ...section('EXIT STATUS', entries(page?.exits ?? EXITS)),
    ...section(
      'ENVIRONMENT',
      entries(variables.map(({ envVar, long }) => [envVar, `used where ${long} is not given`])),
    ),
    ...section('FILES', entries(page?.files ?? [])),
    ...section(
      'SEE ALSO',
      (page?.seeAlso ?? []).map((line) => `  ${line}`),
    ),
  ].join('\n');
}
