import { Option } from 'commander';
import { Recipe, type StepChange } from '../../../contract/recipe';
import { inEnglish, say, sentencesOf, type Translator } from '../../../text/message';
import { EmulsionError, toEmulsionError } from '../../errors';
import { meant } from '../../nearest';
import { NAMED_RECIPES, parseRecipe, recipeProblems, withChanges } from '../../restoration/recipe';
import type { RecipeProblem } from '../../restoration/recipe-schema';
import { type Recipes, readRecipeFile } from '../../userdata/recipes';
import { BadArgument } from '../arguments';
import type { LocalizedCommand } from './command';
import { EXIT } from './exit-codes';
import { document, exitsIn, ownRecipes } from './help';
import { addJson, addUserData, type JsonFlag, openRecipes, type UserDataFlag } from './options';
import { createReporter, type Reporter } from './reporter';
import { checkChanges, setOption, settingEntries, writeValue } from './settings';

type Flags = JsonFlag & UserDataFlag;

export function addRecipes(program: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const recipes = program
    .command('recipes')
    .helpCommand(false)
    .summary(t('manual.recipes.summary'))
    .description(t('manual.recipes.about'));
  addList(recipes, translator);
  addShow(recipes, translator);
  addSave(recipes, translator);
  addValidate(recipes, translator);
  addRemove(recipes, translator);
  document(recipes, {
    examples: [
      ['emulsion recipes', t('manual.recipes.examples.all')],
      ['emulsion recipes show scratched-print', t('manual.recipes.examples.show')],
      [
        'emulsion recipes save "My prints" --from scratched-print --set repair.sensitivity=0.7',
        t('manual.recipes.examples.save'),
      ],
      ['emulsion restore scans/ --out restored --recipe my-prints', t('manual.recipes.examples.use')],
    ],
    files: [ownRecipes(translator)],
    seeAlso: ['emulsion help recipes save', 'emulsion help restore'],
  });
}

function addList(recipes: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = recipes
    .command('list', { isDefault: true })
    .summary(t('manual.recipes.list.summary'))
    .description(t('manual.recipes.list.about'))
    // Unknown subcommands of `recipes` arrive here too, and get a better message below.
    .allowExcessArguments();
  addJson(addUserData(command, translator), translator).action(async (flags: Flags) => {
    const [surplus] = command.args;
    if (surplus !== undefined) {
      const known = recipes.commands.map((each) => each.name());
      command.refuse(say('cli.usage.unknownCommand', { name: `recipes ${surplus}` }), ...meant(surplus, known));
    }
    await list(openRecipes(flags), createReporter({ json: flags.json === true, translator }));
  });
  document(command, {
    examples: [
      ['emulsion recipes', t('manual.recipes.list.examples.plain')],
      ['emulsion recipes list --json', t('manual.recipes.list.examples.json')],
    ],
    exits: [
      [String(EXIT.done), t('manual.exits.done')],
      [String(EXIT.failed), t('manual.recipes.list.failed')],
      exitsIn(translator).usage,
    ],
    files: [ownRecipes(translator)],
  });
}

async function list(recipes: Recipes, reporter: Reporter): Promise<void> {
  const { t } = reporter.translator;
  const { recipes: all, own } = await recipes.list();
  const wide = Math.max(...all.map(({ id }) => id.length));
  for (const recipe of all) {
    const isShipped = !own.includes(recipe.id);
    const origin = t(isShipped ? 'cli.recipes.shipped' : 'cli.recipes.own');
    reporter.line(`${recipe.id.padEnd(wide)}  ${recipe.name} (${origin})`, {
      type: 'recipe',
      shipped: isShipped,
      recipe,
    });
  }
  const broken = await recipes.unreadable();
  for (const file of broken) {
    reporter.problem(`${t('cli.recipes.unreadable', { file })} (RECIPE_INVALID)`, {
      type: 'invalid',
      file,
      problems: problemsFor(await problemsOf(file)),
    });
  }
  if (broken.length > 0) process.exitCode = EXIT.failed;
}

function addShow(recipes: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = recipes
    .command('show')
    .summary(t('manual.recipes.show.summary'))
    .description(t('manual.recipes.show.about'))
    .argument('<name|file>', t('manual.recipes.show.name'));
  addJson(addUserData(command, translator), translator).action(async (nameOrFile: string, flags: Flags) => {
    const own = openRecipes(flags);
    const recipe = await loadRecipe(nameOrFile, own);
    // With --json, prints only the recipe, so that the output is a valid recipe file.
    createReporter({ json: flags.json === true, translator }).line(describeRecipe(recipe, translator), recipe);
  });
  document(command, {
    examples: [
      ['emulsion recipes show scratched-print', t('manual.recipes.show.examples.plain')],
      ['emulsion recipes show scratched-print --json > mine.json', t('manual.recipes.show.examples.json')],
    ],
    files: [ownRecipes(translator)],
  });
}

/** Steps and settings, one per line. */
export function describeRecipe({ id, name, gate, steps }: Recipe, { t }: Translator): string {
  const rule = t(`cli.recipes.gates.${gate}`);
  return [
    `${name} (${id})`,
    rule,
    ...steps.map(({ kind, enabled, settings }, index) => {
      const values = Object.entries(settings).filter(([, value]) => value !== undefined);
      const text = values.map(([key, value]) => `${key}=${writeValue(value)}`).join(' ');
      return `  ${index + 1}. ${kind.padEnd(9)} ${text}${enabled ? '' : ` (${t('cli.recipes.off')})`}`;
    }),
  ].join('\n');
}

interface SaveFlags extends Flags {
  from: string;
  set: StepChange[];
  gate?: Recipe['gate'];
  replace?: boolean;
}

function addSave(recipes: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = recipes
    .command('save')
    .summary(t('manual.recipes.save.summary'))
    .description(t('manual.recipes.save.about'))
    .argument('<name>', t('manual.recipes.save.name'), readName)
    .optionsGroup(t('manual.groups.recipe'))
    .requiredOption('--from <name|file>', t('manual.recipes.save.from'))
    .addOption(setOption(translator))
    .addOption(new Option('--gate <gate>', t('manual.recipes.save.gate')).choices(Recipe.shape.gate.unwrap().options))
    .option('--replace', t('manual.recipes.save.replace'));
  addJson(addUserData(command, translator), translator).action(async (name: string, flags: SaveFlags) => {
    const own = openRecipes(flags);
    const from = await loadRecipe(flags.from, own);
    checkChanges(flags.set, from);
    const recipe = withChanges({ ...from, gate: flags.gate ?? from.gate }, flags.set);
    const taken = await own.named(name);
    const isOwn = taken !== null && (await own.list()).own.includes(taken.id);
    if (taken && !(isOwn && flags.replace)) {
      const way = say(isOwn ? 'cli.errors.recipeTaken' : 'cli.errors.recipeShipped', { name: taken.name });
      throw new EmulsionError('NAME_TAKEN', { reason: way });
    }
    const saved = await own.save(taken?.id ?? null, name, recipe);
    createReporter({ json: flags.json === true, translator }).line(
      `${translator.t('cli.recipes.saved')}\n${describeRecipe(saved, translator)}`,
      {
        type: 'saved',
        recipe: saved,
      },
    );
  });
  document(command, {
    sections: {
      [t('manual.titles.settings')]: settingEntries(t('manual.recipes.save.enabled'), translator),
    },
    examples: [
      [
        'emulsion recipes save "My prints" --from scratched-print --set repair.sensitivity=0.7',
        t('manual.recipes.save.examples.variant'),
      ],
      [
        'emulsion recipes save Posters --from enlarge --set upscale.target=60cm@150dpi',
        t('manual.recipes.save.examples.size'),
      ],
      ['emulsion recipes save "From Ada" --from ada.json', t('manual.recipes.save.examples.file')],
      [
        'emulsion recipes save Posters --from posters --set upscale.variant=crisp --replace',
        t('manual.recipes.save.examples.replace'),
      ],
    ],
    files: [ownRecipes(translator)],
    seeAlso: ['emulsion help recipes validate'],
  });
}

function readName(text: string): string {
  const name = Recipe.shape.name.safeParse(text.trim());
  if (!name.success) throw new BadArgument(say('cli.usage.length', { longest: 120 }));
  return name.data;
}

function addValidate(recipes: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = recipes
    .command('validate')
    .summary(t('manual.recipes.validate.summary'))
    .description(t('manual.recipes.validate.about'))
    .argument('<file...>', t('manual.recipes.validate.files'));
  addJson(command, translator).action(async (files: string[], flags: JsonFlag) => {
    const reporter = createReporter({ json: flags.json === true, translator });
    for (const file of files) {
      const problems = await problemsOf(file);
      if (problems.length === 0) {
        reporter.line(`${file}: ${translator.t('cli.recipes.valid')}`, { type: 'valid', file });
      } else {
        process.exitCode = EXIT.failed;
        const lines = problems.map(({ messages }) => `${file}: ${translator.sentences(messages)}`);
        reporter.line(lines.join('\n'), { type: 'invalid', file, problems: problemsFor(problems) });
      }
    }
  });
  document(command, {
    examples: [
      ['emulsion recipes validate mine.json', t('manual.recipes.validate.examples.one')],
      ['emulsion recipes validate recipes/*.json --json', t('manual.recipes.validate.examples.many')],
    ],
    exits: [
      [String(EXIT.done), t('manual.recipes.validate.exits.done')],
      [String(EXIT.failed), t('manual.recipes.validate.exits.failed')],
      exitsIn(translator).usage,
    ],
  });
}

/** The problems of a recipe file, including those of reading it. */
async function problemsOf(file: string): Promise<RecipeProblem[]> {
  try {
    return recipeProblems(await readRecipeFile(file));
  } catch (error) {
    const { code, reason = [say(`errors.${code}`)], detail } = toEmulsionError(error);
    const why = detail === undefined ? [] : [say('problems.other', { path: 'recipe', detail })];
    return [{ path: 'recipe', messages: [...reason, ...why] }];
  }
}

/** Problems for programs, each with an English sentence. */
const problemsFor = (problems: readonly RecipeProblem[]) =>
  problems.map(({ path, messages }) => ({ path, message: sentencesOf(messages, inEnglish()) }));

function addRemove(recipes: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = recipes
    .command('remove')
    .summary(t('manual.recipes.remove.summary'))
    .description(t('manual.recipes.remove.about'))
    .argument('<recipe>', t('manual.recipes.remove.name'));
  addJson(addUserData(command, translator), translator).action(async (name: string, flags: Flags) => {
    const own = openRecipes(flags);
    const recipe = await own.named(name);
    if (!recipe) throw await unknown(name, own);
    if (NAMED_RECIPES.some(({ id }) => id === recipe.id)) {
      throw new EmulsionError('RECIPE_UNKNOWN', {
        reason: say('cli.errors.cannotRemove', { name: recipe.name }),
      });
    }
    await own.remove(recipe.id);
    createReporter({ json: flags.json === true, translator }).line(
      translator.t('cli.recipes.removed', { name: recipe.name, id: recipe.id }),
      {
        type: 'removed',
        recipe,
      },
    );
  });
  document(command, {
    examples: [['emulsion recipes remove my-prints', t('manual.recipes.remove.example')]],
    files: [ownRecipes(translator)],
  });
}

/**
 * Loads a shipped recipe, a recipe of the user, or a file. Throws RECIPE_UNKNOWN if neither a recipe nor a file has
 * that name, and RECIPE_INVALID, also for unknown keys.
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
      const reason = [say('failures.recipeFileUnusable', { file: nameOrFile }), say('problems.notJson')];
      throw new EmulsionError(code, { reason, detail, cause: error });
    }
    throw await unknown(nameOrFile, recipes, error);
  }
  const recipe = parseRecipe(value);
  // A misspelt key would otherwise leave its setting at the default without notice.
  const [problem] = recipeProblems(value);
  if (!problem) return recipe;
  throw new EmulsionError('RECIPE_INVALID', {
    reason: [say('failures.recipeFileUnusable', { file: nameOrFile }), ...problem.messages],
  });
}

async function unknown(name: string, recipes: Recipes, cause?: unknown): Promise<EmulsionError> {
  const known = (await recipes.list()).recipes.map(({ id }) => id);
  const missing = say(cause === undefined ? 'cli.errors.noRecipe' : 'cli.errors.noRecipeOrFile', { name });
  const list = say('cli.errors.knownRecipes', { list: known.join(', ') });
  return new EmulsionError('RECIPE_UNKNOWN', { reason: [missing, ...meant(name, known), list], cause });
}
