import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { LANGUAGES, PROVIDERS } from '../../../contract/app';
import type { Words } from '../../../text/message';
import { forkEngine } from '../../engine/launch';
import type { EngineOptions } from '../../engine/protocol';
import { createEngine, type Engine } from '../../engine/supervisor';
import { createRecipes, type Recipes } from '../../userdata/recipes';
import { whole } from '../arguments';
import { userDataFolder } from '../places';

/*
 * Options that several commands share, and what they stand for.
 */

export interface JsonFlag {
  json?: boolean;
}

export interface EngineFlags extends JsonFlag {
  provider: EngineOptions['provider'];
  threads: number;
  models: string;
}

export interface UserDataFlag {
  userData: string;
}

/** The language is read before the options are parsed, see `languageOfCommand`; this documents and checks it. */
export function addLanguage(command: Command, { t }: Words): Command {
  return command
    .optionsGroup(t('manual.groups.general'))
    .addOption(new Option('--language <tag>', t('manual.options.language')).choices(LANGUAGES));
}

/** To be added last, so that `--help` stands beside it. */
export function addJson(command: Command, words: Words): Command {
  const { t } = words;
  return addLanguage(
    command.optionsGroup(t('manual.groups.general')).option('--json', t('manual.options.json')),
    words,
  );
}

export function addUserData(command: Command, { t }: Words): Command {
  return command
    .optionsGroup(t('manual.groups.general'))
    .addOption(
      new Option('--user-data <folder>', t('manual.options.userData'))
        .default(userDataFolder())
        .env('EMULSION_USER_DATA'),
    );
}

export function addEngine(command: Command, { t }: Words): Command {
  return command
    .optionsGroup(t('manual.groups.computing'))
    .addOption(
      new Option('--provider <provider>', t('manual.options.provider')).choices(['auto', ...PROVIDERS]).default('auto'),
    )
    .option('--threads <n>', t('manual.options.threads', { count: availableParallelism() }), whole(0, 256), 0)
    .addOption(
      new Option('--models <folder>', t('manual.options.models'))
        .default(fileURLToPath(new URL('../../models', import.meta.url)), t('manual.options.shipped'))
        .env('EMULSION_MODELS'),
    );
}

/** Runs something with an engine of its own; the exit code that it answers becomes the program's. */
export async function withEngine(flags: EngineFlags, run: (engine: Engine) => Promise<number>): Promise<void> {
  process.exitCode = await askEngine(flags, run);
}

/** What an engine of its own answers. */
export async function askEngine<T>(flags: EngineFlags, ask: (engine: Engine) => Promise<T>): Promise<T> {
  const { models, provider, threads } = flags;
  const engine = createEngine({ launch: forkEngine(), options: { models, provider, threads }, onStatus: () => {} });
  try {
    return await ask(engine);
  } finally {
    await engine.close();
  }
}

/** The recipes that ship and one's own: those of the window. */
export function openRecipes({ userData }: UserDataFlag): Recipes {
  return createRecipes(join(userData, 'recipes'));
}
