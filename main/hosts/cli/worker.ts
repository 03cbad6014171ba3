import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { say, type Translator } from '../../../text/message';
import { localProcessor } from '../../batch/local-processor';
import type { Worked } from '../../batch/network/queue-worker';
import { forkEngine } from '../../engine/launch';
import { EmulsionError, toFailure } from '../../errors';
import { BadArgument, whole } from '../arguments';
import { EXIT } from './exit-codes';
import { document, exitsIn } from './help';
import { allowRemoteStorage, loadQueueWorker } from './network';
import {
  addEngine,
  addJson,
  addUserData,
  askEngine,
  type EngineFlags,
  engineOptions,
  type UserDataFlag,
} from './options';
import { type QueueFlags, queueUrlOf } from './queue-url';
import { createReporter, type Reporter } from './reporter';
import { keepStyleExample } from './restoration-options';
import { fieldsOf, tellFailed, tellNote, withCode } from './tell';
import { oneLine } from './terminal';

interface WorkerFlags extends EngineFlags, QueueFlags, UserDataFlag {
  name: string;
  jobs: number;
  allow: string[];
  read: string[];
  map: { theirs: string; mine: string }[];
  styleExample: string[];
}

/** `emulsion worker`. */
export function addWorker(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('worker')
    .summary(t('manual.worker.summary'))
    .description([t('manual.worker.about'), t('manual.worker.folders')].join('\n'))
    .optionsGroup(t('manual.groups.sharing'))
    .option('--queue [url]', t('manual.worker.queue'))
    .addOption(new Option('--queue-file <file>', t('manual.worker.queueFile')).conflicts('queue'))
    .addOption(
      new Option('--allow <folder>', t('manual.worker.allow')).argParser(collect).default([], t('manual.options.none')),
    )
    .addOption(
      new Option('--read <folder>', t('manual.worker.read')).argParser(collect).default([], t('manual.options.none')),
    )
    .addOption(
      new Option('--map <theirs=mine>', t('manual.worker.map'))
        .argParser(collectMap)
        .default([], t('manual.options.none')),
    )
    .addOption(
      new Option('--style-example <picture>', t('manual.worker.styleExample'))
        .argParser(collect)
        .default([], t('manual.options.none')),
    )
    .option('--name <name>', t('manual.worker.name'), hostname());
  addEngine(command, translator).option('-j, --jobs <n>', t('manual.options.jobs'), whole(0, 64), 0);
  addJson(addUserData(command, translator), translator).action(async (flags: WorkerFlags) => {
    process.exitCode = await runWorker(flags, signal, createReporter({ json: flags.json === true, translator }));
  });
  document(command, {
    examples: [
      [
        'emulsion worker --queue redis://archive:6379 --read /archive/scans --allow /archive/restored',
        t('manual.worker.examples.apart'),
      ],
      [
        'emulsion worker --queue redis://archive:6379 --map /archive=/mnt/archive --jobs 4',
        t('manual.worker.examples.map'),
      ],
      [
        'emulsion worker --queue redis://archive:6379 --read s3://archive/scans --allow s3://archive/restored',
        t('manual.batch.examples.storage'),
      ],
    ],
    exits: [
      [String(EXIT.done), t('manual.worker.exits.done')],
      exitsIn(translator).usage,
      [String(EXIT.halted), t('manual.worker.exits.halted')],
    ],
    seeAlso: ['emulsion help batch'],
  });
}

async function runWorker(flags: WorkerFlags, signal: AbortSignal, reporter: Reporter): Promise<number> {
  const { name, jobs, allow, read, map } = flags;
  if (allow.length === 0 && map.length === 0) {
    throw new EmulsionError('BAD_REQUEST', {
      reason: say('cli.errors.allow'),
    });
  }
  if (flags.styleExample.length > 0)
    await askEngine(flags, async (engine) => {
      for (const path of flags.styleExample) await keepStyleExample(path, flags, engine);
    });
  allowRemoteStorage();
  const { runQueueWorker } = await loadQueueWorker();
  const counts = { done: 0, failed: 0 };
  const { t } = reporter.translator;
  const halt = await runQueueWorker({
    url: await queueUrlOf(flags, reporter),
    name,
    allow,
    read,
    maps: map,
    processor: localProcessor(forkEngine(), engineOptions(flags), jobs),
    signal,
    onReady: () => reporter.line(`${name}: ${t('cli.workerReady')}`, { type: 'ready', name }),
    onPhoto: (worked) => {
      counts[worked.outcome === 'failed' ? 'failed' : 'done'] += 1;
      tell(worked, reporter);
    },
    onNote: (note) => tellNote(note, reporter, 'problem'),
  }).then(
    () => null,
    (error: unknown) => toFailure(error),
  );
  if (halt?.code === 'BAD_REQUEST') throw new EmulsionError('BAD_REQUEST', halt);
  if (halt) reporter.problem(withCode(halt, reporter), { type: 'halted', ...fieldsOf(halt) });
  const { done, failed } = counts;
  const parts = [t('cli.counts.done', { count: done }), t('cli.counts.failed', { count: failed })];
  reporter.line(parts.join(', '), { type: 'summary', ...counts });
  return halt ? EXIT.halted : EXIT.done;
}

function tell({ name, outcome, written, seconds, failure }: Worked, reporter: Reporter): void {
  if (failure) {
    tellFailed(name, failure, reporter, { type: 'failed' });
  } else {
    const text = outcome === 'kept' ? `: ${reporter.translator.t('cli.kept')}` : ` -> ${oneLine(written ?? '')}`;
    reporter.line(`${oneLine(name)}${text}`, { type: outcome, input: name, output: written, seconds });
  }
}

const collect = (value: string, before: string[]) => [...before, value];

function collectMap(value: string, before: WorkerFlags['map']): WorkerFlags['map'] {
  const [theirs, mine, ...more] = value.split('=');
  if (!theirs || !mine || more.length > 0) {
    throw new BadArgument(say('cli.usage.map'));
  }
  return [...before, { theirs, mine }];
}
