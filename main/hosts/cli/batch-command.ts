import { type Command, Option } from 'commander';
import { BATCH_ORDERS, BatchSettings, CONFLICT_RULES } from '../../../contract/batch';
import type { Translator } from '../../../text/message';
import { BATCH_FOLDER, REPORT_FOLDER } from '../../batch/journal-state';
import { localProcessor } from '../../batch/local-processor';
import { forkEngine } from '../../engine/launch';
import { EmulsionError } from '../../errors';
import { describeIssues } from '../../restoration/recipe-schema';
import { whole } from '../arguments';
import { runBatch, tellPlan } from './batch';
import { document, exitsIn, ownRecipes } from './help';
import { sharedProcessor } from './network';
import { addEngine, addJson, addUserData, type EngineFlags, engineOptions } from './options';
import { type QueueFlags, queueUrlOf } from './queue-url';
import { createReporter } from './reporter';
import {
  addOpening,
  addOutput,
  addSteps,
  askedFor,
  negativesOf,
  type OpeningFlags,
  type OutputFlags,
  outputOf,
  type StepFlags,
  stepSettingEntries,
} from './restoration-options';

interface BatchFlags extends EngineFlags, StepFlags, OutputFlags, OpeningFlags, QueueFlags {
  name: string;
  onConflict: BatchSettings['conflict'];
  include: string[];
  exclude: string[];
  order: BatchSettings['order'];
  jobs: number;
  journal?: string;
  watch?: boolean;
  retryFailed?: boolean;
  dryRun?: boolean;
  report: boolean;
}

export function addBatch(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('batch')
    .summary(t('manual.batch.summary'))
    .description([t('manual.batch.about'), t('manual.batch.journal'), t('manual.batch.storage')].join('\n'))
    .argument('<folder>', t('manual.batch.folder'));
  addOutput(command, translator)
    .option('--name <pattern>', t('manual.batch.name'), '{name}')
    .addOption(new Option('--on-conflict <rule>', t('manual.batch.conflict')).choices(CONFLICT_RULES).default('rename'))
    .option('--no-report', t('manual.batch.noReport'));
  addSteps(command, translator);
  addOpening(command, translator)
    .optionsGroup(t('manual.groups.selection'))
    .addOption(
      new Option('--include <glob>', t('manual.batch.include')).argParser(collect).default([], t('manual.options.all')),
    )
    .addOption(
      new Option('--exclude <glob>', t('manual.batch.exclude'))
        .argParser(collect)
        .default([], t('manual.options.none')),
    )
    .addOption(new Option('--order <order>', t('manual.batch.order')).choices(BATCH_ORDERS).default('name'))
    .option('--watch', t('manual.batch.watch'))
    .option('--retry-failed', t('manual.batch.retry'))
    .option('--dry-run', t('manual.batch.dryRun'));
  command
    .optionsGroup(t('manual.groups.sharing'))
    .addOption(
      new Option('--queue [url]', t('manual.batch.queue')).conflicts([
        'jobs',
        'provider',
        'device',
        'threads',
        'saveChanges',
        'split',
      ]),
    )
    .addOption(
      new Option('--queue-file <file>', t('manual.batch.queueFile')).conflicts([
        'queue',
        'jobs',
        'provider',
        'device',
        'threads',
        'saveChanges',
        'split',
      ]),
    )
    .option('--journal <folder>', t('manual.batch.journalFolder'));
  addEngine(command, translator).option('-j, --jobs <n>', t('manual.options.jobs'), whole(0, 64), 0);
  addJson(addUserData(command, translator), translator).action(async (input: string, flags: BatchFlags) => {
    const settings = await settingsFor(flags);
    const job = {
      input,
      output: flags.out,
      journalIn: flags.journal,
      settings,
      signal,
      reporter: createReporter({ json: flags.json === true, translator }),
      report: flags.report,
    };
    if (flags.dryRun) {
      process.exitCode = await tellPlan(job);
      return;
    }
    const { queue, queueFile } = flags;
    const processor = async () =>
      queue === undefined && queueFile === undefined
        ? localProcessor(forkEngine(), engineOptions(flags), settings.concurrency)
        : sharedProcessor(await queueUrlOf(flags, job.reporter), job.reporter);
    process.exitCode = await runBatch({ ...job, processor, retry: flags.retryFailed === true });
  });
  document(command, {
    sections: { [t('manual.titles.settings')]: stepSettingEntries(translator) },
    examples: [
      ['emulsion batch scans/ --out restored', t('manual.batch.examples.proposal')],
      ['emulsion batch scans/ --out restored --dry-run', t('manual.batch.examples.dryRun')],
      [
        'emulsion batch scans/ --out restored --recipe scratched-print --format tiff --name "{name}-restored"',
        t('manual.batch.examples.recipe'),
      ],
      [
        'emulsion batch scans/ --out restored --set repair.sensitivity=0.7 --include "*.tif" --exclude "private/**"',
        t('manual.batch.examples.some'),
      ],
      ['emulsion batch albums/ --out restored --split', t('manual.batch.examples.split')],
      ['emulsion batch scans/ --out restored --retry-failed', t('manual.batch.examples.retry')],
      ['emulsion batch scans/ --out restored --queue redis://archive:6379', t('manual.batch.examples.queue')],
      [
        'emulsion batch s3://archive/scans --out s3://archive/restored --journal record/',
        t('manual.batch.examples.storage'),
      ],
      ['emulsion batch inbox/ --out restored --watch --json', t('manual.batch.examples.watch')],
    ],
    exits: exitsIn(translator).batch,
    files: [
      [`<out>/${BATCH_FOLDER}/`, t('manual.batch.files.journal')],
      [`<out>/${REPORT_FOLDER}/`, t('manual.batch.files.report')],
      ownRecipes(translator),
    ],
    seeAlso: ['emulsion help restore', 'emulsion help recipes', 'emulsion help worker'],
  });
}

async function settingsFor(flags: BatchFlags): Promise<BatchSettings> {
  const wanted = {
    ...(await askedFor(flags)),
    ...outputOf(flags),
    name: flags.name,
    conflict: flags.onConflict,
    include: flags.include,
    exclude: flags.exclude,
    order: flags.order,
    concurrency: flags.jobs,
    pages: flags.pages,
    split: flags.split === true,
    salvage: flags.salvage === true,
    negative: await negativesOf(flags),
    watch: flags.watch === true,
  };
  const parsed = BatchSettings.safeParse(wanted);
  if (!parsed.success) {
    const [problem] = describeIssues(parsed.error, wanted);
    throw new EmulsionError('BAD_REQUEST', { reason: problem!.messages });
  }
  return parsed.data;
}

/** Collects the values of an option that may be given several times. */
function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
