import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import type { GeneratorInfo, Progress, Provider } from '../../../contract/app';
import { translated } from '../../../text/card';
import { figureWords } from '../../../text/figures';
import { inEnglish, say, sentenceOf, type Translator } from '../../../text/message';
import { createInspector } from '../../engine/inspector';
import { forkEngine } from '../../engine/launch';
import { checkProviders } from '../../engine/provider-check';
import type { Engine } from '../../engine/supervisor';
import { benchmark, withTrialEngine } from '../../engine/trials';
import { EmulsionError, toEmulsionError } from '../../errors';
import type { AnyCard } from '../../generators/card';
import { importGenerator, nameFor, removeGenerator, renameGenerator } from '../../generators/import';
import { type Answers, answered, confirmed, parseAnswer } from '../../generators/inspect/card';
import { written } from '../../generators/inspect/choices';
import {
  type Decision,
  type Decisions,
  FIELD_NAMES,
  type FieldName,
  questionsOf,
} from '../../generators/inspect/decision';
import type { InspectedFile } from '../../generators/inspect/inspected';
import { stageModel } from '../../generators/stage';
import { isUsed, sentenceFor } from '../../generators/store';
import { logged } from '../../log/log';
import { meant } from '../../nearest';
import { makeScratch } from '../../storage/scratch';
import { BadArgument } from '../arguments';
import type { LocalizedCommand } from './command';
import { EXIT } from './exit-codes';
import { document, exitsIn } from './help';
import {
  addEngine,
  addJson,
  addUserData,
  askEngine,
  type EngineFlags,
  engineOptions,
  importedIn,
  openRecipes,
  type UserDataFlag,
  withEngine,
} from './options';
import { createReporter, type Reporter } from './reporter';
import { fieldsOf, withCode } from './tell';
import { oneLine } from './terminal';

type Flags = EngineFlags & UserDataFlag;

export function addGenerators(program: LocalizedCommand, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const generators = program
    .command('generators')
    .helpCommand(false)
    .summary(t('manual.generators.summary'))
    .description(t('manual.generators.about'));
  addList(generators, translator);
  addAdd(generators, signal, translator);
  addRename(generators, translator);
  addRemove(generators, translator);
  addBenchmark(generators, signal, translator);
  document(generators, {
    examples: [
      ['emulsion generators', t('manual.generators.examples.plain')],
      ['emulsion generators add 4x-net.onnx', t('manual.generators.examples.add')],
      ['emulsion generators remove 4x-net', t('manual.generators.examples.remove')],
    ],
    seeAlso: ['emulsion help generators add'],
  });
}

function addList(generators: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = generators
    .command('list', { isDefault: true })
    .summary(t('manual.generators.list.summary'))
    .description(t('manual.generators.list.about'))
    // Unknown subcommands arrive here too, and get a better message below.
    .allowExcessArguments();
  addJson(addUserData(addEngine(command, translator), translator), translator).action((flags: Flags) => {
    const [surplus] = command.args;
    if (surplus !== undefined) {
      const known = generators.commands.map((each) => each.name());
      command.refuse(say('cli.usage.unknownCommand', { name: `generators ${surplus}` }), ...meant(surplus, known));
    }
    return withEngine(flags, (engine) => list(engine, createReporter({ json: flags.json === true, translator })));
  });
  document(command, {
    examples: [
      ['emulsion generators', t('manual.generators.examples.plain')],
      ['emulsion generators list --models ./models --json', t('manual.generators.examples.json')],
    ],
    exits: [
      [String(EXIT.done), t('manual.generators.exits.done')],
      [String(EXIT.failed), t('manual.generators.exits.failed')],
      exitsIn(translator).usage,
    ],
  });
}

/** Lists the installed generators. */
async function list(engine: Engine, reporter: Reporter): Promise<number> {
  const { t, format, language } = reporter.translator;
  const generators = await engine.request('generators', null);
  for (const english of generators) {
    const generator = translated(english, language);
    const words = (text: string) => figureWords(text, language);
    const facts = [
      generator.task,
      format.bytes(generator.bytes),
      generator.licence,
      generator.commercial === 'no' ? t('models.nonCommercial') : '',
      generator.origin === 'imported' ? t('models.imported') : '',
    ];
    const lines = [
      `${generator.id} ${generator.version} (${facts.filter(Boolean).join(', ')}): ${t(`cli.states.${generator.state}`)}`,
      generator.origin === 'imported' ? `  ${generator.name}` : `  ${generator.description}`,
      ...generator.measured.map(
        ({ metric, value, unit, data }) =>
          `  ${words(metric)}: ${format.number(value, 3)}${unit === '' ? '' : ` ${words(unit)}`}, ${words(data)}`,
      ),
      ...(generator.limits === '' ? [] : [`  ${t('cli.limits')}: ${generator.limits}`]),
      ...(generator.isUsed || generator.state === 'damaged' ? [] : [`  ${t('models.unused')}`]),
    ];
    reporter.line(lines.join('\n'), { type: 'generator', ...english });
  }
  return generators.every((generator) => generator.state === 'ready') ? EXIT.done : EXIT.failed;
}

interface AddFlags extends Flags {
  yes?: boolean;
  set: readonly [FieldName, unknown][];
  name?: string;
}

function addAdd(generators: LocalizedCommand, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = generators
    .command('add')
    .summary(t('manual.generators.add.summary'))
    .description(t('manual.generators.add.about'))
    .argument('<net>', t('manual.generators.add.file'));
  command
    .option('--yes', t('manual.generators.add.yes'))
    .addOption(
      new Option('--set <field=value>', t('manual.generators.add.set'))
        .argParser(readAnswer)
        .default([], t('manual.options.none')),
    )
    .option('--name <name>', t('manual.generators.add.name'));
  addJson(addUserData(addEngine(command, translator), translator), translator).action(
    async (path: string, flags: AddFlags) => {
      process.exitCode = await add(path, flags, signal, createReporter({ json: flags.json === true, translator }));
    },
  );
  document(command, {
    sections: {
      [t('manual.titles.settings')]: FIELD_NAMES.map((field) => [field, t(`models.fields.${field}`)] as const),
    },
    examples: [
      ['emulsion generators add 4x-net.onnx', t('manual.generators.add.examples.plain')],
      ['emulsion generators add candy.onnx --yes --name Candy', t('manual.generators.add.examples.yes')],
      ['emulsion generators add net.onnx --set task=denoise --set order=bgr', t('manual.generators.add.examples.set')],
      ['emulsion generators add net.onnx --json', t('manual.generators.add.examples.json')],
    ],
    exits: [
      [String(EXIT.done), t('manual.generators.add.exits.done')],
      [String(EXIT.failed), t('manual.generators.add.exits.failed')],
      [String(EXIT.usage), t('manual.generators.add.exits.open')],
    ],
  });
}

function readAnswer(text: string, previous: readonly [FieldName, unknown][]): [FieldName, unknown][] {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const field = FIELD_NAMES.find((each) => each === name);
  if (!field) throw new BadArgument(say('models.unknownField', { field: name, fields: FIELD_NAMES.join(', ') }));
  const value = parseAnswer(field, text.slice(at + 1));
  if (at < 0 || value === null) throw new BadArgument(say('models.badAnswer', { field, value: text.slice(at + 1) }));
  return [...previous, [field, value]];
}

/** Finds out how a file is used, and adds it if nothing is left open. */
async function add(path: string, flags: AddFlags, signal: AbortSignal, reporter: Reporter): Promise<number> {
  const scratch = await makeScratch();
  try {
    return await addStaged(await stageModel(resolve(path), [], join(scratch, 'source')), path, flags, signal, reporter);
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
  }
}

/** @param file the ONNX file of what was named with `path` */
async function addStaged(file: string, path: string, flags: AddFlags, signal: AbortSignal, reporter: Reporter) {
  const { t } = reporter.translator;
  const inspector = createInspector(forkEngine(), flags.threads);
  let inspected: InspectedFile;
  try {
    inspected = await inspector.inspect(file, {
      signal,
      onProgress: (progress) => reporter.progress(path, progress),
    });
  } finally {
    await inspector.close();
  }
  const said = answered(inspected.decisions, Object.fromEntries(flags.set) as Answers);
  const decisions = flags.yes ? confirmed(said) : said;
  const open = questionsOf(decisions);
  reporter.line(describe(inspected, decisions, reporter.translator), {
    type: 'decisions',
    file: path,
    sha256: inspected.sha256,
    known: inspected.known,
    inputs: inspected.inputs,
    outputs: inspected.outputs,
    runs: inspected.runs,
    decisions: Object.fromEntries(Object.entries(decisions).map(([field, each]) => [field, forPrograms(each)])),
    open,
  });
  if (open.length > 0) {
    const lines = open.map((field) => `  --set ${field}=${written(decisions[field])}`);
    reporter.problem([t('models.questions.open', { count: open.length }), ...lines].join('\n'), {
      type: 'open',
      file: path,
      questions: open.map((field) => ({ field, proposal: decisions[field]?.value })),
    });
    return EXIT.usage;
  }
  const shipped = await askEngine({ ...flags, userData: undefined }, (engine) => engine.request('generators', null));
  const card = await importGenerator(importedIn(flags), file, {
    inspected,
    decisions,
    name: flags.name ?? nameFor(inspected),
    taken: shipped.map(({ id }) => id),
  });
  const isOfUse = isUsed(card);
  const lines = [
    t('models.added', { name: oneLine(card.name), id: card.id }),
    ...(isOfUse ? [] : [t('models.unused')]),
  ];
  reporter.line(lines.join('\n'), {
    type: 'added',
    id: card.id,
    name: card.name,
    task: card.task,
    isUsed: isOfUse,
    card,
  });
  return EXIT.done;
}

const forPrograms = ({ evidence, said, ...decision }: Decision) => ({
  ...decision,
  said: said === true,
  evidence: evidence.map((each) => ({ ...each, sentence: sentenceOf(sentenceFor(each), inEnglish()) })),
});

/** Everything that was decided, each with its confidence and why. */
function describe({ name, known }: InspectedFile, decisions: Decisions, { t, sentence }: Translator): string {
  const lines = [known === null ? oneLine(name) : `${oneLine(name)} (${known})`];
  for (const field of FIELD_NAMES) {
    const decision: Decision | undefined = decisions[field];
    if (!decision || decision.value === '') continue;
    const value = field === 'task' && decisions.task ? t(`models.uses.${decisions.task.value}`) : written(decision);
    const confidence = t(`models.confidence.${decision.said ? 'said' : decision.confidence}`);
    const text = t('models.questions.line', { field: t(`models.fields.${field}`), value: oneLine(value) });
    lines.push(
      `  ${text} (${confidence})`,
      ...decision.evidence.map((each) => `    ${oneLine(sentence(sentenceFor(each)))}`),
    );
  }
  return lines.join('\n');
}

function addRename(generators: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = generators
    .command('rename')
    .summary(t('manual.generators.rename.summary'))
    .description(t('manual.generators.rename.about'))
    .argument('<id>', t('manual.generators.rename.id'))
    .argument('<name>', t('manual.generators.rename.name'));
  addJson(addUserData(addEngine(command, translator), translator), translator).action(
    async (id: string, name: string, flags: Flags) => {
      await refuseShipped(id, flags);
      const card: AnyCard = await renameGenerator(importedIn(flags), id, name);
      const text = t('models.renamed', { id, name: oneLine(card.name) });
      createReporter({ json: flags.json === true, translator }).line(text, { type: 'renamed', id, name: card.name });
    },
  );
  document(command, {
    examples: [['emulsion generators rename 4x-net "Sharp, four times"', t('manual.generators.rename.example')]],
  });
}

function addRemove(generators: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = generators
    .command('remove')
    .summary(t('manual.generators.remove.summary'))
    .description(t('manual.generators.remove.about'))
    .argument('<id>', t('manual.generators.remove.id'));
  addJson(addUserData(addEngine(command, translator), translator), translator).action(
    async (id: string, flags: Flags) => {
      await refuseShipped(id, flags);
      const name = await removeGenerator(importedIn(flags), id);
      const { recipes } = await openRecipes(flags).list();
      const missing = recipes
        .filter(({ steps }) =>
          steps.some(({ settings }) =>
            ['generator', 'detector', 'finder'].some((each) => Reflect.get(settings, each) === id),
          ),
        )
        .map((recipe) => recipe.name);
      const names = missing.map((each) => `“${oneLine(each)}”`).join(', ');
      const lines = [
        t('models.removed', { name: oneLine(name), id }),
        ...(missing.length > 0 ? [t('models.missed', { count: missing.length, recipes: names })] : []),
      ];
      const reporter = createReporter({ json: flags.json === true, translator });
      reporter.line(lines.join('\n'), { type: 'removed', id, name, recipes: missing });
    },
  );
  document(command, { examples: [['emulsion generators remove 4x-net', t('manual.generators.remove.example')]] });
}

interface BenchmarkFlags extends Flags {
  everyProvider?: boolean;
}

function addBenchmark(generators: LocalizedCommand, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = generators
    .command('benchmark')
    .summary(t('manual.generators.benchmark.summary'))
    .description(t('manual.generators.benchmark.about'))
    .argument('[id]', t('manual.generators.benchmark.id'));
  command.option('--every-provider', t('manual.generators.benchmark.everyProvider'));
  addJson(addUserData(addEngine(command, translator), translator), translator).action(
    async (id: string | undefined, flags: BenchmarkFlags) => {
      const reporter = createReporter({ json: flags.json === true, translator });
      process.exitCode = await runBenchmarks(id, flags, signal, reporter);
    },
  );
  document(command, {
    examples: [
      ['emulsion generators benchmark', t('manual.generators.benchmark.examples.all')],
      ['emulsion generators benchmark 4x-net --json', t('manual.generators.benchmark.examples.one')],
      ['emulsion generators benchmark restorer --every-provider', t('manual.generators.benchmark.examples.every')],
    ],
    exits: [
      [String(EXIT.done), t('manual.generators.benchmark.exits.done')],
      [String(EXIT.failed), t('manual.generators.benchmark.exits.failed')],
      exitsIn(translator).usage,
    ],
  });
}

/** Measures one generator, or all that a step can use. */
async function runBenchmarks(id: string | undefined, flags: BenchmarkFlags, signal: AbortSignal, reporter: Reporter) {
  const all = await askEngine(flags, (engine) => engine.request('generators', null));
  const usable = all.filter((each) => each.setting === 'generator' && each.isUsed && each.state === 'ready');
  const chosen = id === undefined ? usable : usable.filter((each) => each.id === id);
  if (chosen.length === 0) {
    const isThere = all.some((each) => each.id === id);
    const reason = isThere ? say('models.unusedYet', { name: id! }) : say('models.none', { id: id ?? '' });
    throw new EmulsionError(isThere ? 'GENERATOR_MISSING' : 'FILE_MISSING', { reason });
  }
  const asked = flags.everyProvider ? await working(flags, signal) : [flags.provider];
  const scratch = await makeScratch();
  let failed = 0;
  try {
    for (const generator of chosen) {
      for (const provider of asked) {
        const folder = join(scratch, generator.id, provider);
        await mkdir(folder, { recursive: true });
        if (!(await measure(generator, { ...flags, provider }, folder, signal, reporter))) failed += 1;
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
  }
  return failed === 0 ? EXIT.done : EXIT.failed;
}

/** The providers that can compute here. */
async function working(flags: Flags, signal: AbortSignal): Promise<Provider[]> {
  const { providers } = await checkProviders(forkEngine(), engineOptions(flags), { signal });
  return providers.filter(({ state }) => state === 'ready').map(({ provider }) => provider);
}

/** Measures a generator with a provider, and says which was really used, and why it was not the one that was asked for. */
async function measure(
  { id, step, scale, takesExample }: GeneratorInfo,
  flags: Flags,
  folder: string,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<boolean> {
  const { t, format } = reporter.translator;
  const asked = flags.provider;
  try {
    const request = { kind: step!, generator: id, scale, folder, takesExample };
    const { secondsPerMegapixel, pass, memory, refused, device } = await withTrialEngine(
      forkEngine(),
      { ...engineOptions(flags), examples: folder },
      async (engine) => {
        const control = { signal, onProgress: (progress: Omit<Progress, 'jobId'>) => reporter.progress(id, progress) };
        const measured = await benchmark(engine, request, control);
        return { ...measured, refused: engine.status().refused, device: engine.status().device };
      },
    );
    const text = t('models.speed', {
      id,
      seconds: format.number(secondsPerMegapixel, 3),
      provider: t(`providers.${pass.provider as Provider}`),
      memory: format.bytes(memory),
    });
    const why = refused.map(({ reason, provider }) => `  ${t(`refusals.${reason}`, { provider })}`);
    const facts = { secondsPerMegapixel, provider: pass.provider, tiles: pass.tiles, tile: pass.tile, memory };
    reporter.line([text, ...why].join('\n'), { type: 'benchmark', id, asked, device, refused, ...facts });
    return true;
  } catch (error) {
    const failure = toEmulsionError(error);
    if (failure.code === 'CANCELLED') throw failure;
    reporter.problem(`${id}: ${withCode(failure.toFailure(), reporter)}`, {
      type: 'failed',
      id,
      asked,
      ...fieldsOf(failure.toFailure()),
    });
    return false;
  }
}

/** Throws NOT_ALLOWED for a generator that ships. */
async function refuseShipped(id: string, flags: Flags): Promise<void> {
  const shipped = await askEngine({ ...flags, userData: undefined }, (engine) => engine.request('generators', null));
  if (shipped.some((each) => each.id === id))
    throw new EmulsionError('NOT_ALLOWED', { reason: say('models.shipped', { id }) });
}
