import { type Command, InvalidArgumentError, Option } from 'commander';
import { Recipe, type StepChange } from '../../../contract/recipe';
import { EmulsionError, toEmulsionError } from '../../errors';
import { hint } from '../../nearest';
import { NAMED_RECIPES, parseRecipe, recipeProblems, withChanges } from '../../restoration/recipe';
import type { RecipeProblem } from '../../restoration/recipe-schema';
import { type Recipes, readRecipeFile } from '../../userdata/recipes';
import { EXIT } from './exit-codes';
import { document, OWN_RECIPES, UNDERSTOOD } from './help';
import { addJson, addUserData, type JsonFlag, openRecipes, type UserDataFlag } from './options';
import { createReporter } from './reporter';
import { checkChanges, setOption, settingEntries, writeValue } from './settings';

type Flags = JsonFlag & UserDataFlag;

export function addRecipes(program: Command): void {
  const recipes = program
    .command('recipes')
    .helpCommand(false)
    .summary('list, show, save, validate and remove recipes')
    .description(
      'A recipe says which steps a photo goes through and with which settings. Some ship with Emulsion; those of one’s own are shared with the window. Without a command, all are listed.',
    );
  addList(recipes);
  addShow(recipes);
  addSave(recipes);
  addValidate(recipes);
  addRemove(recipes);
  document(recipes, {
    examples: [
      ['emulsion recipes', 'all recipes'],
      ['emulsion recipes show scratched-print', 'what one of them does'],
      ['emulsion recipes save "My prints" --from scratched-print --set repair.sensitivity=0.7', 'one of one’s own'],
      ['emulsion restore scans/ --out restored --recipe my-prints', 'its use'],
    ],
    files: [OWN_RECIPES],
    seeAlso: ['emulsion help recipes save', 'emulsion help restore'],
  });
}

function addList(recipes: Command): void {
  const command = recipes
    .command('list', { isDefault: true })
    .summary('list the recipes that ship and one’s own')
    .description('Lists the recipes that ship with Emulsion and one’s own, and says which is which.')
    // What is no command of `recipes` ends up here: it is told better below.
    .allowExcessArguments();
  addJson(addUserData(command)).action(async (flags: Flags) => {
    const [surplus] = command.args;
    if (surplus !== undefined) {
      const known = recipes.commands.map((each) => each.name());
      command.error(`error: unknown command “recipes ${surplus}”${hint(surplus, known)}`);
    }
    await list(openRecipes(flags), flags.json === true);
  });
  document(command, {
    examples: [
      ['emulsion recipes', 'id, name and origin of each'],
      ['emulsion recipes list --json', 'whole recipes, for a program'],
    ],
    exits: [
      [String(EXIT.done), 'done'],
      [String(EXIT.failed), 'one of one’s own recipes cannot be read; the others are listed'],
      UNDERSTOOD,
    ],
    files: [OWN_RECIPES],
  });
}

async function list(recipes: Recipes, json: boolean): Promise<void> {
  const reporter = createReporter({ json });
  const { recipes: all, own } = await recipes.list();
  const wide = Math.max(...all.map(({ id }) => id.length));
  for (const recipe of all) {
    const isShipped = !own.includes(recipe.id);
    const origin = isShipped ? 'ships with Emulsion' : 'your own';
    reporter.line(`${recipe.id.padEnd(wide)}  ${recipe.name} (${origin})`, {
      type: 'recipe',
      shipped: isShipped,
      recipe,
    });
  }
  const broken = await recipes.unreadable();
  for (const file of broken) {
    reporter.problem(`${file} is no recipe that can be read (RECIPE_INVALID)`, {
      type: 'invalid',
      file,
      problems: await problemsOf(file),
    });
  }
  if (broken.length > 0) process.exitCode = EXIT.failed;
}

function addShow(recipes: Command): void {
  const command = recipes
    .command('show')
    .summary('show the steps of a recipe with their settings')
    .description('Shows a recipe: its steps in the order in which they run, and their settings as --set takes them.')
    .argument('<name|file>', 'a recipe’s name, or a file');
  addJson(addUserData(command)).action(async (nameOrFile: string, flags: Flags) => {
    const own = openRecipes(flags);
    const recipe = await loadRecipe(nameOrFile, own);
    // With --json the recipe alone: what comes out can be saved as a recipe file.
    createReporter({ json: flags.json === true }).line(describeRecipe(recipe), recipe);
  });
  document(command, {
    examples: [
      ['emulsion recipes show scratched-print', 'for reading'],
      ['emulsion recipes show scratched-print --json > mine.json', 'a recipe file to change by hand'],
    ],
    files: [OWN_RECIPES],
  });
}

/** Steps and settings, a line each. */
export function describeRecipe({ id, name, gate, steps }: Recipe): string {
  const rule = gate === 'needed' ? 'A step runs where a photo is found to need it.' : 'Every step runs on every photo.';
  return [
    `${name} (${id})`,
    rule,
    ...steps.map(({ kind, enabled, settings }, index) => {
      const values = Object.entries(settings).filter(([, value]) => value !== undefined);
      const text = values.map(([key, value]) => `${key}=${writeValue(value)}`).join(' ');
      return `  ${index + 1}. ${kind.padEnd(9)} ${text}${enabled ? '' : ' (switched off)'}`;
    }),
  ].join('\n');
}

interface SaveFlags extends Flags {
  from: string;
  set: StepChange[];
  gate?: Recipe['gate'];
  replace?: boolean;
}

function addSave(recipes: Command): void {
  const command = recipes
    .command('save')
    .summary('keep a recipe among one’s own')
    .description(
      'Keeps a recipe, with changes to it, under a name among one’s own. Other than with restore, a step that --set switches on in a recipe still runs only where the recipe’s gate lets it.',
    )
    .argument('<name>', 'its name, as the window shows it', readName)
    .optionsGroup('RECIPE OPTIONS')
    .requiredOption('--from <name|file>', 'the recipe to start from')
    .addOption(setOption())
    .addOption(
      new Option('--gate <gate>', 'whether a step runs only where it is needed, or always').choices(
        Recipe.shape.gate.unwrap().options,
      ),
    )
    .option('--replace', 'change the recipe of this name if there is one');
  addJson(addUserData(command)).action(async (name: string, flags: SaveFlags) => {
    const own = openRecipes(flags);
    const from = await loadRecipe(flags.from, own);
    checkChanges(flags.set, from);
    const recipe = withChanges({ ...from, gate: flags.gate ?? from.gate }, flags.set);
    const taken = await own.named(name);
    const isOwn = taken !== null && (await own.list()).own.includes(taken.id);
    if (taken && !(isOwn && flags.replace)) {
      const way = isOwn ? 'Choose another name, or --replace it.' : 'It ships with Emulsion; choose another name.';
      throw new EmulsionError('NAME_TAKEN', { message: `There is a recipe “${taken.name}” already. ${way}` });
    }
    const saved = await own.save(taken?.id ?? null, name, recipe);
    createReporter({ json: flags.json === true }).line(`Saved.\n${describeRecipe(saved)}`, {
      type: 'saved',
      recipe: saved,
    });
  });
  document(command, {
    sections: {
      SETTINGS: settingEntries('true switches a step on, and adds it where it is missing; false switches it off'),
    },
    examples: [
      [
        'emulsion recipes save "My prints" --from scratched-print --set repair.sensitivity=0.7',
        'a variant of one that ships',
      ],
      ['emulsion recipes save Posters --from enlarge --set upscale.target=60cm@150dpi', 'a size of one’s own'],
      ['emulsion recipes save "From Ada" --from ada.json', 'a recipe file that somebody sent'],
      ['emulsion recipes save Posters --from posters --set upscale.variant=crisp --replace', 'a change of mind'],
    ],
    files: [OWN_RECIPES],
    seeAlso: ['emulsion help recipes validate'],
  });
}

function readName(text: string): string {
  const name = Recipe.shape.name.safeParse(text.trim());
  if (!name.success) throw new InvalidArgumentError('It must be 1 to 120 characters long.');
  return name.data;
}

function addValidate(recipes: Command): void {
  const command = recipes
    .command('validate')
    .summary('check recipe files')
    .description(
      'Says of each file whether it is a recipe, and of each problem where in the file it is. Keys that would be left out count as problems.',
    )
    .argument('<file...>', 'recipe files');
  addJson(command).action(async (files: string[], flags: JsonFlag) => {
    const reporter = createReporter({ json: flags.json === true });
    for (const file of files) {
      const problems = await problemsOf(file);
      if (problems.length === 0) {
        reporter.line(`${file}: valid`, { type: 'valid', file });
      } else {
        process.exitCode = EXIT.failed;
        const lines = problems.map(({ path, message }) => `${file}: ${path}: ${message}`);
        reporter.line(lines.join('\n'), { type: 'invalid', file, problems });
      }
    }
  });
  document(command, {
    examples: [
      ['emulsion recipes validate mine.json', 'one file'],
      ['emulsion recipes validate recipes/*.json --json', 'many, for a program'],
    ],
    exits: [
      [String(EXIT.done), 'every file is a recipe'],
      [String(EXIT.failed), 'at least one is none, or cannot be read'],
      UNDERSTOOD,
    ],
  });
}

/** What is wrong with a recipe file, the reading of it included. */
async function problemsOf(file: string): Promise<RecipeProblem[]> {
  try {
    return recipeProblems(await readRecipeFile(file));
  } catch (error) {
    const { message, detail } = toEmulsionError(error);
    return [{ path: 'recipe', message: detail === undefined ? message : `${message} (${detail})` }];
  }
}

function addRemove(recipes: Command): void {
  const command = recipes
    .command('remove')
    .summary('remove one of one’s own recipes')
    .description(
      'Removes one of one’s own recipes. Those that ship stay. Photos that were restored with it stay as they are.',
    )
    .argument('<recipe>', 'its name');
  addJson(addUserData(command)).action(async (name: string, flags: Flags) => {
    const own = openRecipes(flags);
    const recipe = await own.named(name);
    if (!recipe) throw await unknown(name, own);
    if (NAMED_RECIPES.some(({ id }) => id === recipe.id)) {
      throw new EmulsionError('RECIPE_UNKNOWN', {
        message: `“${recipe.name}” ships with Emulsion and cannot be removed.`,
      });
    }
    await own.remove(recipe.id);
    createReporter({ json: flags.json === true }).line(`Removed “${recipe.name}” (${recipe.id}).`, {
      type: 'removed',
      recipe,
    });
  });
  document(command, {
    examples: [['emulsion recipes remove my-prints', 'by id or by name']],
    files: [OWN_RECIPES],
  });
}

/**
 * A recipe that ships, one of one's own, or a file. Throws RECIPE_UNKNOWN where there is neither a recipe nor a file of
 * that name, and RECIPE_INVALID, for keys that are not known as well.
 */
export async function loadRecipe(nameOrFile: string, recipes: Recipes): Promise<Recipe> {
  const named = await recipes.named(nameOrFile);
  if (named) return named;
  let value: unknown;
  try {
    value = await readRecipeFile(nameOrFile);
  } catch (error) {
    const { code, detail } = toEmulsionError(error);
    if (code === 'RECIPE_INVALID') {
      throw new EmulsionError(code, { message: `“${nameOrFile}” is not valid JSON.`, detail, cause: error });
    }
    throw await unknown(nameOrFile, recipes, ' and no file', error);
  }
  const recipe = parseRecipe(value);
  // A misspelt key would leave its setting at the default, unnoticed.
  const [problem] = recipeProblems(value);
  if (!problem) return recipe;
  throw new EmulsionError('RECIPE_INVALID', {
    message: `“${nameOrFile}” cannot be used: ${problem.path}: ${problem.message}.`,
  });
}

async function unknown(name: string, recipes: Recipes, besides = '', cause?: unknown): Promise<EmulsionError> {
  const known = (await recipes.list()).recipes.map(({ id }) => id);
  return new EmulsionError('RECIPE_UNKNOWN', {
    message: `There is no recipe${besides} called “${name}”${hint(name, known)}. Known recipes: ${known.join(', ')}.`,
    cause,
  });
}
