import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { localProcessor } from '../../batch/local-processor';
import type { Worked } from '../../batch/network/queue-worker';
import { forkEngine } from '../../engine/launch';
import { EmulsionError, toFailure } from '../../errors';
import { whole } from '../arguments';
import { EXIT } from './exit-codes';
import { document, UNDERSTOOD } from './help';
import { allowRemoteStorage, loadQueueWorker } from './network';
import { addEngine, addJson, type EngineFlags } from './options';
import { createReporter, type Reporter } from './reporter';

interface WorkerFlags extends EngineFlags {
  queue: string;
  name: string;
  jobs: number;
  allow: string[];
  read: string[];
  map: { theirs: string; mine: string }[];
}

/** `emulsion worker`. */
export function addWorker(program: Command, signal: AbortSignal): void {
  const command = program
    .command('worker')
    .summary('restore photos of batches that run on other machines')
    .description(
      [
        'Takes photos from the queue of “emulsion batch --queue” on other machines and restores them on this one, until Ctrl-C, which gives the photos at work back.',
        'It sees the pictures in a folder that all machines share, or in S3. Whatever the queue says, it touches nothing outside the folders (or s3://bucket/folder) that are named here, and replaces files only where originals cannot be. All machines run the same version of Emulsion.',
      ].join('\n'),
    )
    .optionsGroup('SHARING OPTIONS')
    .requiredOption('--queue <url>', 'redis://[user:password@]host[:port][/db], or rediss:// with TLS')
    .addOption(
      new Option('--allow <folder>', 'photos may be read and written below it; may be given several times')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--read <folder>', 'originals may be read below it; may be given several times')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--map <theirs=mine>',
        'a folder that is called otherwise on this machine; it is allowed; may be given several times',
      )
        .argParser(collectMap)
        .default([], 'none'),
    )
    .option('--name <name>', 'by which the batch calls this worker', hostname());
  addEngine(command).option('-j, --jobs <n>', 'photos at once; 0: by cores and memory', whole(0, 64), 0);
  addJson(command).action(async (flags: WorkerFlags) => {
    process.exitCode = await runWorker(flags, signal, createReporter({ json: flags.json === true }));
  });
  document(command, {
    examples: [
      [
        'emulsion worker --queue redis://archive:6379 --read /archive/scans --allow /archive/restored',
        'originals are read, restored photos written, and nothing else',
      ],
      [
        'emulsion worker --queue redis://archive:6379 --map /archive=/mnt/archive --jobs 4',
        'the shared folder has another name here',
      ],
      [
        'emulsion worker --queue redis://archive:6379 --read s3://archive/scans --allow s3://archive/restored',
        'in storage that speaks S3',
      ],
    ],
    exits: [
      [String(EXIT.done), 'stopped by Ctrl-C or SIGTERM; nothing half-written is left'],
      UNDERSTOOD,
      [String(EXIT.halted), 'this machine cannot take photos: no queue, no folder, no processor'],
    ],
    seeAlso: ['emulsion help batch'],
  });
}

async function runWorker(flags: WorkerFlags, signal: AbortSignal, reporter: Reporter): Promise<number> {
  const { queue, name, jobs, allow, read, map, models, provider, threads } = flags;
  if (allow.length === 0 && map.length === 0) {
    throw new EmulsionError('BAD_REQUEST', {
      message: 'Name the folder that restored photos may be written to with --allow (or --map).',
    });
  }
  allowRemoteStorage();
  const { runQueueWorker } = await loadQueueWorker();
  const counts = { done: 0, failed: 0 };
  const halt = await runQueueWorker({
    url: queue,
    name,
    allow,
    read,
    maps: map,
    processor: localProcessor(forkEngine(), { models, provider, threads }, jobs),
    signal,
    onReady: () => reporter.line(`${name}: waiting for photos`, { type: 'ready', name }),
    onPhoto: (worked) => {
      counts[worked.outcome === 'failed' ? 'failed' : 'done'] += 1;
      tell(worked, reporter);
    },
    onNote: (note) => reporter.problem(note, { type: 'note', note }),
  }).then(
    () => null,
    (error: unknown) => toFailure(error),
  );
  if (halt?.code === 'BAD_REQUEST') throw new EmulsionError('BAD_REQUEST', halt);
  if (halt) reporter.problem(`${halt.message} (${halt.code})`, { type: 'halted', ...halt });
  const { done, failed } = counts;
  reporter.line(`${done} photos done, ${failed} failed`, { type: 'summary', ...counts });
  return halt ? EXIT.halted : EXIT.done;
}

function tell({ name, outcome, written, seconds, failure }: Worked, reporter: Reporter): void {
  if (failure) {
    reporter.problem(`${name}: ${failure.message} (${failure.code})`, { type: 'failed', input: name, ...failure });
  } else {
    const text = outcome === 'kept' ? 'left, as a file of its name is there' : `-> ${written}`;
    reporter.line(`${name} ${text}`, { type: outcome, input: name, output: written, seconds });
  }
}

const collect = (value: string, before: string[]) => [...before, value];

function collectMap(value: string, before: WorkerFlags['map']): WorkerFlags['map'] {
  const [theirs, mine, ...more] = value.split('=');
  if (!theirs || !mine || more.length > 0) {
    throw new InvalidArgumentError('It is a folder there and one here: /archive=/mnt/archive.');
  }
  return [...before, { theirs, mine }];
}
