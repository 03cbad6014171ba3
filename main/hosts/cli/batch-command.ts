import { type Command, Option } from 'commander';
import { BATCH_ORDERS, BatchSettings, CONFLICT_RULES } from '../../../contract/batch';
import { BATCH_FOLDER } from '../../batch/journal-state';
import { localProcessor } from '../../batch/local-processor';
import { REPORT_FOLDER } from '../../batch/report';
import { forkEngine } from '../../engine/launch';
import { EmulsionError } from '../../errors';
import { whole } from '../arguments';
import { runBatch, tellPlan } from './batch';
import { BATCH_EXITS, document, OWN_RECIPES } from './help';
import { sharedProcessor } from './network';
import { addEngine, addJson, addUserData, type EngineFlags } from './options';
import { createReporter } from './reporter';
import {
  addOutput,
  addSteps,
  askedFor,
  type OutputFlags,
  outputOf,
  STEP_SETTING_ENTRIES,
  type StepFlags,
} from './restoration-options';

interface BatchFlags extends EngineFlags, StepFlags, OutputFlags {
  name: string;
  onConflict: BatchSettings['conflict'];
  include: string[];
  exclude: string[];
  order: BatchSettings['order'];
  jobs: number;
  queue?: string;
  journal?: string;
  watch?: boolean;
  retryFailed?: boolean;
  dryRun?: boolean;
  report: boolean;
}

export function addBatch(program: Command, signal: AbortSignal): void {
  const command = program
    .command('batch')
    .summary('restore a whole folder; goes on where it was broken off')
    .description(
      [
        'Restores every photo below a folder into new files in a mirrored tree, several at once. Originals are never changed.',
        'What is done is kept in a journal in the output folder: the same command goes on where it was broken off, by Ctrl-C or by a power cut, and does nothing twice. It ends with a report that shows each photo before and after.',
        'Folders may be s3://bucket/folder; address and keys come from AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without --queue and s3:// nothing is sent anywhere.',
      ].join('\n'),
    )
    .argument('<folder>', 'the originals; folders inside it are mirrored');
  addOutput(command)
    .option(
      '--name <pattern>',
      'names of the written files; {name}, {folder}, {date} and {recipe} are filled in',
      '{name}',
    )
    .addOption(
      new Option('--on-conflict <rule>', 'where a file of that name is there')
        .choices(CONFLICT_RULES)
        .default('rename'),
    )
    .option('--no-report', 'write no report');
  addSteps(command)
    .optionsGroup('SELECTION OPTIONS')
    .addOption(
      new Option('--include <glob>', 'only these; may be given several times').argParser(collect).default([], 'all'),
    )
    .addOption(
      new Option('--exclude <glob>', 'not these; may be given several times').argParser(collect).default([], 'none'),
    )
    .addOption(new Option('--order <order>', 'which photos come first').choices(BATCH_ORDERS).default('name'))
    .option('--watch', 'go on taking photos that are put into the folder, until Ctrl-C')
    .option('--retry-failed', 'try failed photos, and those set aside, again')
    .option('--dry-run', 'say what would be done, and write nothing');
  command
    .optionsGroup('SHARING OPTIONS')
    .addOption(
      new Option(
        '--queue <url>',
        'have “emulsion worker” on other machines restore them: redis://[user:password@]host[:port][/db], or rediss:// with TLS',
      ).conflicts(['jobs', 'provider', 'threads']),
    )
    .option('--journal <folder>', 'folder of this computer for the record of a batch into S3');
  addEngine(command).option('-j, --jobs <n>', 'photos at once; 0: by cores and memory', whole(0, 64), 0);
  addJson(addUserData(command)).action(async (input: string, flags: BatchFlags) => {
    const settings = await settingsFor(flags);
    const job = {
      input,
      output: flags.out,
      journalIn: flags.journal,
      settings,
      signal,
      reporter: createReporter({ json: flags.json === true }),
      report: flags.report,
    };
    if (flags.dryRun) {
      process.exitCode = await tellPlan(job);
      return;
    }
    const { models, provider, threads, queue } = flags;
    const processor = () =>
      queue === undefined
        ? localProcessor(forkEngine(), { models, provider, threads }, settings.concurrency)
        : sharedProcessor(queue, job.reporter);
    process.exitCode = await runBatch({ ...job, processor, retry: flags.retryFailed === true });
  });
  document(command, {
    sections: { SETTINGS: STEP_SETTING_ENTRIES },
    examples: [
      ['emulsion batch scans/ --out restored', 'what each photo needs; the same line again goes on where it stopped'],
      ['emulsion batch scans/ --out restored --dry-run', 'which photos would be restored, and to where'],
      [
        'emulsion batch scans/ --out restored --recipe scratched-print --format tiff --name "{name}-restored"',
        'one recipe, and names of its own',
      ],
      [
        'emulsion batch scans/ --out restored --set repair.sensitivity=0.7 --include "*.tif" --exclude "private/**"',
        'some of the photos, repaired more readily',
      ],
      ['emulsion batch scans/ --out restored --retry-failed', 'once more what had failed'],
      ['emulsion batch scans/ --out restored --queue redis://archive:6379', 'with workers on many machines'],
      ['emulsion batch s3://archive/scans --out s3://archive/restored --journal record/', 'in storage that speaks S3'],
      ['emulsion batch inbox/ --out restored --watch --json', 'whatever a scanner puts there, for a program'],
    ],
    exits: BATCH_EXITS,
    files: [
      [`<out>/${BATCH_FOLDER}/`, 'the journal of the batch, by which it goes on; can be deleted when it is finished'],
      [`<out>/${REPORT_FOLDER}/`, 'the report: index.html, photos.csv, photos.json'],
      OWN_RECIPES,
    ],
    seeAlso: ['emulsion help restore', 'emulsion help recipes', 'emulsion help worker'],
  });
}

async function settingsFor(flags: BatchFlags): Promise<BatchSettings> {
  const parsed = BatchSettings.safeParse({
    ...(await askedFor(flags)),
    ...outputOf(flags),
    name: flags.name,
    conflict: flags.onConflict,
    include: flags.include,
    exclude: flags.exclude,
    order: flags.order,
    concurrency: flags.jobs,
    watch: flags.watch === true,
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
