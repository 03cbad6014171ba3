import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import packageInfo from '../../../package.json' with { type: 'json' };
import {
  BATCH_ORDERS,
  BatchSettings,
  COLOUR_VARIANTS,
  CONFLICT_RULES,
  ColoriseSettings,
  EXPORT_FORMATS,
  PROVIDERS,
  type Recipe,
  type Step,
  UpscaleSettings,
} from '../../../preload/contract';
import { localWorkshop } from '../../batch/workshop';
import { type EditDocument, readEditFile } from '../../edit-files';
import { forkEngine } from '../../engine/launch';
import type { EngineOptions } from '../../engine/protocol';
import { createEngine, type Engine } from '../../engine/supervisor';
import { EmulsionError, toFailure } from '../../errors';
import { findRecipe, NAMED_RECIPES, parseRecipe } from '../../restoration/recipe';
import { readSize, whole } from '../arguments';
import { runBatch, tellPlan } from './batch';
import { EXIT } from './exit-codes';
import { analyseOne, listGenerators } from './inspect';
import { createReporter } from './reporter';
import { restoreAll } from './restore';

const HELP = `
Exit codes:
  0    every photo was done (or needed nothing)
  1    at least one photo could not be done; each is named with its reason
  2    the command was not understood; nothing was done
  130  interrupted; finished photos stay, nothing half-written is left

Examples:
  emulsion restore portrait.jpg --out restored
  emulsion restore scans/ --out restored --recipe scratched-print --format tiff
  emulsion restore scans/ --out restored --colour --enlarge 30cm@300dpi
  emulsion restore scans/ --out restored --json > report.jsonl
  emulsion restore portrait.jpg --out restored --edit portrait.emulsion
  emulsion analyse portrait.jpg`;

interface CommonOptions {
  provider: EngineOptions['provider'];
  threads: number;
  models: string;
  json?: boolean;
}

const signal = interruptible();
const program = new Command('emulsion')
  .description('Restores damaged photographs on this computer. Originals are never changed.')
  .version(packageInfo.version)
  .addHelpText('after', HELP)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'emulsion: ')) });

common(program.command('restore'))
  .description('restore photos, or every photo below folders, into new files')
  .argument('<path...>', 'photos and folders')
  .requiredOption('-o, --out <folder>', 'folder for the restored photos (made when missing)')
  .option('-r, --recipe <name|file>', 'a named recipe or a recipe file; default: what each photo is found to need')
  .addOption(
    new Option('-e, --edit <file>', 'an edit file saved from the window, for the one photo it was made for').conflicts(
      'recipe',
    ),
  )
  .addOption(
    new Option('-f, --format <format>', 'format of the output; default: that of the photo').choices(EXPORT_FORMATS),
  )
  .addOption(
    new Option('--enlarge <size>', 'make larger: 2x, 4x, a longer edge (3000px) or a print (30cm, 30cm@240dpi)')
      .argParser(readSize)
      .conflicts('edit'),
  )
  .addOption(
    new Option('--crisp', 'enlarge soft, noisy or compressed photos: draws texture as it most likely was').conflicts(
      'edit',
    ),
  )
  .addOption(
    new Option('--colour [palette]', 'imagine colours for photos that have none')
      .choices(COLOUR_VARIANTS)
      .preset(COLOUR_VARIANTS[0])
      .conflicts('edit'),
  )
  .option('-q, --quality <1-100>', 'quality of JPEG, WebP and AVIF', whole(1, 100), 92)
  .option('--strip-metadata', 'leave out camera data, place and captions of the original')
  .action((paths: string[], options: CommonOptions & RestoreFlags) =>
    withEngine(options, async (engine) => {
      if (options.crisp && options.enlarge === undefined) program.error('--crisp is a way to --enlarge: name a size');
      const recipe = options.recipe === undefined ? null : loadRecipe(options.recipe);
      const edit = options.edit === undefined ? null : await loadEdit(options.edit, paths);
      return restoreAll({
        engine,
        signal,
        paths,
        out: options.out,
        recipe,
        added: addedSteps(options),
        edit,
        format: options.format ?? null,
        quality: options.quality,
        keepMetadata: options.stripMetadata !== true,
        reporter: createReporter({ json: options.json === true }),
      });
    }),
  );

common(program.command('batch'))
  .description('restore a whole folder; goes on where it was broken off')
  .argument('<folder>', 'the originals; folders inside it are mirrored')
  .requiredOption('-o, --out <folder>', 'folder for the restored photos (made when missing)')
  .option('-r, --recipe <name|file>', 'a named recipe or a recipe file; default: what each photo is found to need')
  .addOption(
    new Option('-f, --format <format>', 'format of the output; default: that of the photo').choices(EXPORT_FORMATS),
  )
  .addOption(
    new Option(
      '--enlarge <size>',
      'make larger: 2x, 4x, a longer edge (3000px) or a print (30cm, 30cm@240dpi)',
    ).argParser(readSize),
  )
  .option('--crisp', 'enlarge soft, noisy or compressed photos')
  .addOption(
    new Option('--colour [palette]', 'imagine colours for photos that have none')
      .choices(COLOUR_VARIANTS)
      .preset(COLOUR_VARIANTS[0]),
  )
  .option('-q, --quality <1-100>', 'quality of JPEG, WebP and AVIF', whole(1, 100), 92)
  .option('--strip-metadata', 'leave out camera data, place and captions of the original')
  .option(
    '--name <pattern>',
    'names of the written files; {name}, {folder}, {date} and {recipe} are filled in',
    '{name}',
  )
  .addOption(
    new Option('--on-conflict <rule>', 'where a file of that name is there').choices(CONFLICT_RULES).default('rename'),
  )
  .option('--include <glob>', 'only these (may be given several times)', collect, [])
  .option('--exclude <glob>', 'not these (may be given several times)', collect, [])
  .addOption(new Option('--order <order>', 'which photos come first').choices(BATCH_ORDERS).default('name'))
  .option('-j, --jobs <n>', 'photos at once; 0: by cores and memory', whole(0, 64), 0)
  .option('--watch', 'go on taking photos that are put into the folder, until Ctrl-C')
  .option('--retry-failed', 'try failed photos, and those set aside, again')
  .option('--dry-run', 'say what would be done, and write nothing')
  .option('--no-report', 'write no report')
  .action(async (input: string, options: CommonOptions & BatchFlags) => {
    const settings = batchSettings(options);
    const job = {
      input,
      output: options.out,
      settings,
      signal,
      reporter: createReporter({ json: options.json === true }),
      report: options.report,
    };
    if (options.dryRun) {
      process.exitCode = await tellPlan(job);
      return;
    }
    const { models, provider, threads } = options;
    const workshop = localWorkshop(forkEngine(), { models, provider, threads }, settings.concurrency);
    process.exitCode = await runBatch({ ...job, workshop, retry: options.retryFailed === true });
  });

common(program.command('analyse'))
  .description('say what a photo needs, and why, without changing anything')
  .argument('<photo>', 'a photo')
  .action((path: string, options: CommonOptions) =>
    withEngine(options, (engine) => analyseOne({ engine, signal, path, json: options.json === true })),
  );

common(program.command('generators'))
  .description('list the installed generators with their measured quality')
  .action((options: CommonOptions) =>
    withEngine(options, (engine) => listGenerators({ engine, json: options.json === true })),
  );

program
  .command('recipes')
  .description('list the recipes that ship with Emulsion')
  .option('--json', 'one JSON object a line')
  .action((options: { json?: boolean }) => {
    for (const recipe of NAMED_RECIPES) {
      console.log(options.json === true ? JSON.stringify(recipe) : `${recipe.id.padEnd(28)}${recipe.name}`);
    }
  });

interface RestoreFlags {
  out: string;
  recipe?: string;
  edit?: string;
  enlarge?: ReturnType<typeof readSize>;
  crisp?: boolean;
  colour?: (typeof COLOUR_VARIANTS)[number];
  format?: (typeof EXPORT_FORMATS)[number];
  quality: number;
  stripMetadata?: boolean;
}

interface BatchFlags extends RestoreFlags {
  name: string;
  onConflict: BatchSettings['conflict'];
  include: string[];
  exclude: string[];
  order: BatchSettings['order'];
  jobs: number;
  watch?: boolean;
  retryFailed?: boolean;
  dryRun?: boolean;
  report: boolean;
}

function batchSettings(options: BatchFlags): BatchSettings {
  const parsed = BatchSettings.safeParse({
    recipe: options.recipe === undefined ? null : loadRecipe(options.recipe),
    added: addedSteps(options),
    format: options.format ?? null,
    quality: options.quality,
    keepMetadata: options.stripMetadata !== true,
    name: options.name,
    conflict: options.onConflict,
    include: options.include,
    exclude: options.exclude,
    order: options.order,
    concurrency: options.jobs,
    watch: options.watch === true,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new EmulsionError('BAD_REQUEST', { message: `--${issue?.path.join('.')}: ${issue?.message}` });
  }
  return parsed.data;
}

/** Gathers an option that may be given several times. */
function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    const { code, message, detail } = toFailure(error);
    console.error(`emulsion: ${message} (${code})${detail === undefined ? '' : `\n  ${detail}`}`);
    const isUsage = code.startsWith('RECIPE_') || code.startsWith('EDIT_') || code === 'BAD_REQUEST';
    process.exitCode = code === 'CANCELLED' ? EXIT.interrupted : isUsage ? EXIT.usage : EXIT.failed;
  }
}

function common(command: Command): Command {
  return command
    .option('--json', 'one JSON object a line on standard output')
    .addOption(new Option('--provider <provider>', 'what computes').choices(['auto', ...PROVIDERS]).default('auto'))
    .option('--threads <n>', `threads of the CPU; 0: all ${availableParallelism()}`, whole(0, 256), 0)
    .addOption(
      new Option('--models <folder>', 'folder with the generators')
        .default(fileURLToPath(new URL('../../models', import.meta.url)), 'those that ship')
        .env('EMULSION_MODELS'),
    );
}

async function withEngine(options: CommonOptions, run: (engine: Engine) => Promise<number>): Promise<void> {
  const { models, provider, threads } = options;
  const engine = createEngine({ launch: forkEngine(), options: { models, provider, threads }, onStatus: () => {} });
  try {
    process.exitCode = await run(engine);
  } finally {
    await engine.close();
  }
}

/** The steps that options ask for. */
function addedSteps({ enlarge, crisp, colour }: RestoreFlags): Step[] {
  const steps: Step[] = [];
  if (colour) steps.push({ kind: 'colorise', enabled: true, settings: ColoriseSettings.parse({ variant: colour }) });
  if (enlarge) {
    const settings = UpscaleSettings.parse({ ...enlarge, variant: crisp ? 'crisp' : 'faithful' });
    steps.push({ kind: 'upscale', enabled: true, settings });
  }
  return steps;
}

/** A named recipe, or a file. What a person chose by hand runs as the recipe itself says (its gate). */
function loadRecipe(nameOrFile: string): Recipe {
  const named = findRecipe(nameOrFile);
  if (named !== null) return named;
  let text: string;
  try {
    text = readFileSync(nameOrFile, 'utf8');
  } catch (cause) {
    throw new EmulsionError('RECIPE_UNKNOWN', {
      message: `There is no recipe and no file called “${nameOrFile}”. Known recipes: ${NAMED_RECIPES.map((recipe) => recipe.id).join(', ')}.`,
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EmulsionError('RECIPE_INVALID', { message: `“${nameOrFile}” is not valid JSON.`, cause });
  }
  return parseRecipe(value);
}

/** An edit is of one photo; whether of this very one is told when it is that photo's turn. */
async function loadEdit(file: string, paths: readonly string[]): Promise<EditDocument> {
  if (paths.length !== 1 || statSync(paths[0]!, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EmulsionError('BAD_REQUEST', { message: 'An edit file is for one photo. Name that one alone.' });
  }
  return readEditFile(file).catch((cause: unknown) => {
    const { code, message, detail } = toFailure(cause);
    // A missing file, too, is a command that cannot be followed.
    const told = code.startsWith('EDIT_') ? code : 'EDIT_FILE_INVALID';
    throw new EmulsionError(told, { message: `“${file}”: ${message}`, detail, cause });
  });
}

/** Aborts on Ctrl-C or SIGTERM; a second Ctrl-C ends the program at once. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
