import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { LANGUAGES, PROVIDERS } from '../../../contract/app';
import type { Translator } from '../../../text/message';
import { forkEngine } from '../../engine/launch';
import type { EngineOptions } from '../../engine/protocol';
import { createEngine, type Engine } from '../../engine/supervisor';
import { ownFolders as foldersOf } from '../../userdata/folders';
import { createRecipes, type Recipes } from '../../userdata/recipes';
import { whole } from '../arguments';
import { userDataFolder } from '../places';

/*
 * Options that several commands share, and their values.
 */

export interface JsonFlag {
  json?: boolean;
}

export interface EngineFlags extends JsonFlag {
  provider: EngineOptions['provider'];
  device?: string;
  threads: number;
  models: string;
}

export interface UserDataFlag {
  userData: string;
}

/** The folder of the generators that a person has added. */
export const importedIn = ({ userData }: UserDataFlag): string => join(userData, 'models');

/** The folder for what is remembered of providers, and for added libraries. */
export const providersIn = ({ userData }: UserDataFlag): string => join(userData, 'providers');

/** The folders of a person's own that an engine reads. */
export const ownFolders = ({ userData }: UserDataFlag) => foldersOf(userData);

/** The options of an engine for these flags. Without a data folder, there are no added generators, and nothing is remembered. */
export function engineOptions({
  models,
  provider,
  device,
  threads,
  userData,
}: EngineFlags & Partial<UserDataFlag>): EngineOptions {
  const own = userData === undefined ? {} : ownFolders({ userData });
  return { models, provider, device, threads, ...own };
}

/** Documents and checks the language. `languageOfCommand` reads it before the options are parsed. */
export function addLanguage(command: Command, { t }: Translator): Command {
  return command
    .optionsGroup(t('manual.groups.general'))
    .addOption(new Option('--language <tag>', t('manual.options.language')).choices(LANGUAGES));
}

/** Add this last, so that it is listed next to `--help`. */
export function addJson(command: Command, translator: Translator): Command {
  const { t } = translator;
  return addLanguage(
    command.optionsGroup(t('manual.groups.general')).option('--json', t('manual.options.json')),
    translator,
  );
}

export function addUserData(command: Command, { t }: Translator): Command {
  return command
    .optionsGroup(t('manual.groups.general'))
    .addOption(
      new Option('--user-data <folder>', t('manual.options.userData'))
        .default(userDataFolder())
        .env('EMULSION_USER_DATA'),
    );
}

export function addEngine(command: Command, { t }: Translator): Command {
  return command
    .optionsGroup(t('manual.groups.computing'))
    .addOption(
      new Option('--provider <provider>', t('manual.options.provider')).choices(['auto', ...PROVIDERS]).default('auto'),
    )
    .option('--device <name>', t('manual.options.device'))
    .option('--threads <n>', t('manual.options.threads', { count: availableParallelism() }), whole(0, 256), 0)
    .addOption(
      new Option('--models <folder>', t('manual.options.models'))
        .default(shippedModels(), t('manual.options.shipped'))
        .env('EMULSION_MODELS'),
    );
}

/** The folder of the generators that ship, found from `out/main`, from its `chunks`, or from the sources. */
function shippedModels(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const candidates = [join(here, '../../models'), join(here, '../../../models')];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

/** Runs work with a new engine. The returned exit code becomes that of the program. */
export async function withEngine(
  flags: EngineFlags & Partial<UserDataFlag>,
  run: (engine: Engine) => Promise<number>,
): Promise<void> {
  process.exitCode = await askEngine(flags, run);
}

/** Returns the answer of a new engine. */
export async function askEngine<T>(
  flags: EngineFlags & Partial<UserDataFlag>,
  ask: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = createEngine({ launch: forkEngine(), options: engineOptions(flags), onStatus: () => {} });
  try {
    return await ask(engine);
  } finally {
    await engine.close();
  }
}

/** The same recipes as in the window: those that ship with the app and those of the user. */
export function openRecipes({ userData }: UserDataFlag): Recipes {
  return createRecipes(join(userData, 'recipes'));
}
