import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { PROVIDERS } from '../../../contract/app';
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

/** The help is listed in this group as well. */
export const GENERAL = 'GENERAL OPTIONS';

/** To be added last, so that `--help` stands beside it. */
export function addJson(command: Command): Command {
  return command.optionsGroup(GENERAL).option('--json', 'one JSON object a line on standard output');
}

export function addUserData(command: Command): Command {
  return command
    .optionsGroup(GENERAL)
    .addOption(
      new Option('--user-data <folder>', 'where one’s own recipes and the settings of the window are kept')
        .default(userDataFolder())
        .env('EMULSION_USER_DATA'),
    );
}

export function addEngine(command: Command): Command {
  return command
    .optionsGroup('COMPUTING OPTIONS')
    .addOption(new Option('--provider <provider>', 'what computes').choices(['auto', ...PROVIDERS]).default('auto'))
    .option('--threads <n>', `threads of the CPU; 0: all ${availableParallelism()}`, whole(0, 256), 0)
    .addOption(
      new Option('--models <folder>', 'folder with the generators')
        .default(fileURLToPath(new URL('../../models', import.meta.url)), 'those that ship')
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
