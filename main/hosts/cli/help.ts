import type { Argument, Command, Help, Option } from 'commander';
import type { Translator } from '../../../text/message';
import { userDataFolder } from '../places';
import { EXIT } from './exit-codes';

/** Parts of a command's help besides its arguments and options. */
export interface Page {
  /** Complete command lines and their purposes. A test checks that each can be parsed. */
  examples: readonly (readonly [line: string, purpose: string])[];
  /** Additional sections, before the examples. */
  sections?: Readonly<Record<string, readonly Entry[]>>;
  /** The exit codes if they are not the usual ones, see {@link exitsIn}. */
  exits?: readonly Entry[];
  files?: readonly Entry[];
  seeAlso?: readonly string[];
}
type Entry = readonly [term: string, description: string];

/** The exit codes of simple commands, of commands that process photos, and of batches. */
export function exitsIn({ t }: Translator): Record<'simple' | 'photos' | 'batch', readonly Entry[]> & { usage: Entry } {
  const usage: Entry = [String(EXIT.usage), t('manual.exits.usage')];
  const interrupted: Entry = [String(EXIT.interrupted), t('manual.exits.interrupted')];
  const photos: readonly Entry[] = [
    [String(EXIT.done), t('manual.exits.photosDone')],
    [String(EXIT.failed), t('manual.exits.photosFailed')],
    usage,
  ];
  return {
    usage,
    simple: [[String(EXIT.done), t('manual.exits.done')], [String(EXIT.failed), t('manual.exits.failed')], usage],
    photos: [...photos, interrupted],
    batch: [...photos, [String(EXIT.halted), t('manual.exits.halted')], interrupted],
  };
}

export const ownRecipes = ({ t }: Translator): Entry => [
  `${userDataFolder()}/recipes/<id>.json`,
  t('manual.ownRecipes'),
];

const pages = new WeakMap<Command, Page>();

/** Adds the other parts of the help to a command. */
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
export function formatHelp(translator: Translator): (command: Command, helper: Help) => string {
  const { t } = translator;
  return (command, helper) => {
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
      (option) => option.helpGroupHeading ?? t('manual.groups.options'),
    );
    const variables = command.options.filter((option): option is Option & { envVar: string } => Boolean(option.envVar));
    const own = Object.entries(page?.sections ?? {}).flatMap(([title, list]) => section(title, entries(list)));
    return [
      ...section(t('manual.titles.name'), indented(`${pathOf(command)} - ${command.summary()}`)),
      ...section(t('manual.titles.synopsis'), indented(helper.commandUsage(command))),
      ...section(
        t('manual.titles.description'),
        command
          .description()
          .split('\n')
          .flatMap((paragraph) => indented(paragraph)),
      ),
      ...section(
        t('manual.titles.arguments'),
        entries(
          helper.visibleArguments(command).map((each) => [helper.argumentTerm(each), describe(each, translator)]),
        ),
      ),
      ...[...options].flatMap(([title, list]) =>
        section(title, entries(list.map((option) => [helper.optionTerm(option), describe(option, translator)]))),
      ),
      ...section(
        t('manual.titles.commands'),
        entries(
          helper
            .visibleCommands(command)
            .map((each) => [helper.subcommandTerm(each).replace(' [options]', ''), each.summary()]),
        ),
      ),
      ...own,
      ...section(
        t('manual.titles.examples'),
        (page?.examples ?? []).flatMap(([line, purpose]) => [`  ${line}`, ...indented(purpose, 6)]),
      ),
      ...section(t('manual.titles.exits'), entries(page?.exits ?? exitsIn(translator).simple)),
      ...section(
        t('manual.titles.environment'),
        entries(variables.map(({ envVar, long }) => [envVar, t('manual.env', { option: long! })])),
      ),
      ...section(t('manual.titles.files'), entries(page?.files ?? [])),
      ...section(
        t('manual.titles.seeAlso'),
        (page?.seeAlso ?? []).map((line) => `  ${line}`),
      ),
    ].join('\n');
  };
}

/** Purpose, choices and default of an option or argument. */
function describe(of: Option | Argument, { t }: Translator): string {
  const { argChoices, defaultValue, defaultValueDescription, description } = of;
  const isFlag = 'isBoolean' in of && of.isBoolean() && typeof defaultValue === 'boolean';
  const facts = [
    argChoices && `${t('manual.choices')}: ${argChoices.join(', ')}`,
    defaultValue !== undefined && !isFlag && `${t('manual.default')}: ${defaultValueDescription ?? defaultValue}`,
  ].filter(Boolean);
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`;
}
