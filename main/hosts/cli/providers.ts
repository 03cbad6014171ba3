import { Argument } from 'commander';
import { PROVIDERS, type Provider } from '../../../contract/app';
import type { PackInfo, ProviderInfo } from '../../../contract/providers';
import { say, type Translator } from '../../../text/message';
import { forkEngine } from '../../engine/launch';
import { addPack, readPack, removePack } from '../../engine/pack';
import { checkProviders } from '../../engine/provider-check';
import { Verdicts } from '../../engine/verdicts';
import { meant } from '../../nearest';
import type { LocalizedCommand } from './command';
import { EXIT } from './exit-codes';
import { document, exitsIn } from './help';
import {
  addEngine,
  addJson,
  addUserData,
  type EngineFlags,
  engineOptions,
  providersIn,
  type UserDataFlag,
} from './options';
import { createReporter, type Reporter } from './reporter';
import { oneLine } from './terminal';

type Flags = EngineFlags & UserDataFlag;

/** `emulsion providers`. */
export function addProviders(program: LocalizedCommand, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const providers = program
    .command('providers')
    .helpCommand(false)
    .summary(t('manual.providers.summary'))
    .description(t('manual.providers.about'));
  addList(providers, signal, translator);
  addAdd(providers, translator);
  addRemove(providers, translator);
  addReset(providers, translator);
  document(providers, {
    examples: [
      ['emulsion providers', t('manual.providers.examples.plain')],
      ['emulsion providers add onnxruntime_gpu.whl', t('manual.providers.examples.add')],
      ['emulsion providers reset', t('manual.providers.examples.reset')],
    ],
    seeAlso: ['emulsion help providers add', 'emulsion help generators benchmark'],
  });
}

function addList(providers: LocalizedCommand, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = providers
    .command('list', { isDefault: true })
    .summary(t('manual.providers.list.summary'))
    .description(t('manual.providers.list.about'))
    // Unknown subcommands arrive here too, and get a better message below.
    .allowExcessArguments();
  addJson(addUserData(addEngine(command, translator), translator), translator).action(async (flags: Flags) => {
    const [surplus] = command.args;
    if (surplus !== undefined) {
      const known = providers.commands.map((each) => each.name());
      command.refuse(say('cli.usage.unknownCommand', { name: `providers ${surplus}` }), ...meant(surplus, known));
    }
    await list(flags, signal, createReporter({ json: flags.json === true, translator }));
  });
  document(command, {
    examples: [
      ['emulsion providers', t('manual.providers.examples.plain')],
      ['emulsion providers list --json', t('manual.providers.examples.json')],
    ],
    exits: exitsIn(translator).simple,
  });
}

async function list(flags: Flags, signal: AbortSignal, reporter: Reporter): Promise<void> {
  const { t } = reporter.translator;
  const { runtime, providers, pack } = await checkProviders(forkEngine(), engineOptions(flags), { signal });
  const system = `${process.platform} ${process.arch}`;
  reporter.line(t('packs.runtime', { version: runtime, system }), { type: 'runtime', runtime, system });
  for (const info of providers) reporter.line(describe(info, reporter), { type: 'provider', ...info });
  if (pack) reporter.line(describePack(pack, reporter), { type: 'pack', ...pack });
}

function describe(
  { provider, state, detail, devices, choosesDevice, remembered }: ProviderInfo,
  reporter: Reporter,
): string {
  const { t, format } = reporter.translator;
  const why = detail === '' ? '' : ` (${oneLine(detail)})`;
  const lines = [`${provider}: ${t(`packs.states.${state}`)}${why}`];
  for (const { name, driver } of devices)
    lines.push(`  ${t('packs.device', { device: oneLine(name), driver: oneLine(driver) || '?' })}`);
  if (devices.length > 1 && !choosesDevice) lines.push(`  ${t('packs.choosesItself')}`);
  for (const { generator, outcome, worst, seconds, secondsOnCpu, holds } of remembered) {
    const text = t(`packs.remembered.${outcome}`, {
      generator: oneLine(generator),
      share: format.percent(worst ?? 0),
      seconds: format.number(seconds ?? 0, 3),
      onCpu: format.number(secondsOnCpu ?? 0, 3),
    });
    lines.push(`  ${text}${holds ? '' : ` (${t('packs.remembered.elsewhere')})`}`);
  }
  return lines.join('\n');
}

function describePack({ runtime, from, files, fault }: PackInfo, { translator }: Reporter): string {
  const { t, format, sentence } = translator;
  const size = format.bytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const lines = [t('packs.pack', { version: runtime, from: oneLine(from), size })];
  for (const { name } of files) lines.push(`  ${name}`);
  if (fault) lines.push(`  ${sentence(fault)}`);
  return lines.join('\n');
}

function addAdd(providers: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = providers
    .command('add')
    .summary(t('manual.providers.add.summary'))
    .description(t('manual.providers.add.about'))
    .argument('<folder|archive>', t('manual.providers.add.path'));
  addJson(addUserData(command, translator), translator).action(async (path: string, flags: Flags) => {
    const pack = await addPack(providersIn(flags), path);
    // What is remembered was found out with other libraries.
    for (const provider of ['cuda', 'tensorrt'] as const) await new Verdicts(providersIn(flags)).forget(provider);
    const values = { count: pack.files.length, version: pack.runtime, from: oneLine(pack.from) };
    const reporter = createReporter({ json: flags.json === true, translator });
    reporter.line(t('packs.added', values), { type: 'added', ...pack });
  });
  document(command, {
    examples: [
      ['emulsion providers add onnxruntime_gpu.whl', t('manual.providers.add.examples.wheel')],
      ['emulsion providers add onnxruntime-linux-x64-gpu.tgz', t('manual.providers.add.examples.release')],
      ['emulsion providers add ./cuda-libraries', t('manual.providers.add.examples.folder')],
    ],
    exits: [
      [String(EXIT.done), t('manual.providers.add.exits.done')],
      [String(EXIT.failed), t('manual.providers.add.exits.failed')],
      exitsIn(translator).usage,
    ],
    files: [['<data folder>/providers/pack', t('manual.providers.add.files')]],
  });
}

function addRemove(providers: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = providers
    .command('remove')
    .summary(t('manual.providers.remove.summary'))
    .description(t('manual.providers.remove.about'));
  addJson(addUserData(command, translator), translator).action(async (flags: Flags) => {
    const pack = await readPack(providersIn(flags));
    const isRemoved = await removePack(providersIn(flags));
    const reporter = createReporter({ json: flags.json === true, translator });
    reporter.line(t(isRemoved ? 'packs.removed' : 'packs.none'), {
      type: 'removed',
      removed: isRemoved,
      from: pack?.from ?? null,
    });
  });
  document(command, {
    examples: [['emulsion providers remove', t('manual.providers.remove.example')]],
    exits: exitsIn(translator).simple,
  });
}

function addReset(providers: LocalizedCommand, translator: Translator): void {
  const { t } = translator;
  const command = providers
    .command('reset')
    .summary(t('manual.providers.reset.summary'))
    .description(t('manual.providers.reset.about'))
    .addArgument(
      new Argument('[provider]', t('manual.providers.reset.provider')).choices(
        PROVIDERS.filter((each) => each !== 'cpu'),
      ),
    );
  addJson(addUserData(command, translator), translator).action(async (provider: Provider | undefined, flags: Flags) => {
    const count = await new Verdicts(providersIn(flags)).forget(provider);
    const text = count === 0 ? t('packs.nothing') : t('packs.forgotten', { count });
    createReporter({ json: flags.json === true, translator }).line(text, {
      type: 'reset',
      provider: provider ?? null,
      count,
    });
  });
  document(command, {
    examples: [
      ['emulsion providers reset', t('manual.providers.reset.examples.all')],
      ['emulsion providers reset webgpu', t('manual.providers.reset.examples.one')],
    ],
    exits: exitsIn(translator).simple,
  });
}
