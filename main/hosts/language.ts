import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Language, Settings } from '../../contract/app';
import { languageFor } from '../../text';
import { userDataFolder } from './places';

/**
 * The language of the command line: `--language`, else the one chosen in the window, else that of the locale, else
 * English. It is needed before the options are parsed, because the help is written in it.
 */
export function languageOfCommand(argv: readonly string[], env: NodeJS.ProcessEnv): Language {
  const asked = Language.safeParse(optionOf('--language', argv));
  if (asked.success) return asked.data;
  const folder = dataFolderOfCommand(argv, env);
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || Intl.DateTimeFormat().resolvedOptions().locale;
  // `pt_BR.UTF-8`
  return languageFor(chosenIn(folder), [locale.replace(/[.@].*$/, '').replace('_', '-')]);
}

/** The data folder, which is needed before the options are parsed. */
export function dataFolderOfCommand(argv: readonly string[], env: NodeJS.ProcessEnv): string {
  return optionOf('--user-data', argv) ?? env.EMULSION_USER_DATA ?? userDataFolder();
}

function optionOf(name: string, argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at === -1) return undefined;
  const word = argv[at]!;
  return word === name ? argv[at + 1] : word.slice(name.length + 1);
}

/** Null if no language was chosen. */
function chosenIn(folder: string): Language | null {
  try {
    const stored = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as { language?: unknown } | null;
    return Settings.shape.language.parse(stored?.language);
  } catch {
    // The command reports settings that it needs and cannot read.
    return null;
  }
}
