import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Message } from '../../../contract/basics';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { logged } from '../../log/log';
import { EXPORT_EXTENSIONS } from '../../photos/extensions';
import { nameOf, pathIn, storageOf } from '../../storage/remote';
import { pathsFor } from '../../storage/write';
import { workOf } from '../journal-state';
import { type Kept, type Made, type PhotoControl, type PhotoTask, stemOf } from '../photo';
import type { PhotoProcessor } from '../types';
import {
  askToStop,
  connect,
  forgetIntentions,
  fromWire,
  jobIdOf,
  join as joinQueue,
  type Membership,
  QUEUE,
  QueueJob,
  QueueProgress,
  QueueResult,
  takeStopBack,
  toQueueError,
  VERSION,
} from './queue';

/** Photos on the queue for each one that the workers compute at the same time: one in progress, one waiting. */
const AHEAD = 2;
/** Photos on the queue while there is no worker. */
const WITHOUT_WORKERS = 2;
/** Milliseconds between two checks of the photos on the queue. */
const LOOK = 250;
/** Length of the queue's event log, which nothing reads. */
const EVENTS = 100;
/** Seconds to wait for a lost queue. */
const PATIENCE = 60;
/** Seconds to wait for a worker that was told to stop. */
const STOP_PATIENCE = 20;
/** Seconds until a written file has to be visible on this machine. Network drives cache that a file was missing. */
const SHOW_PATIENCE = 10;
/** Seconds without a worker before the user is told. */
const ALONE = 3;

interface Waiting {
  data: QueueJob;
  onProgress: PhotoControl['onProgress'];
  resolve(result: QueueResult): void;
  reject(error: EmulsionError): void;
}

/**
 * Has photos computed by workers on other machines. Only a few photos for each worker are on the queue at any time.
 * Throws BAD_REQUEST, QUEUE_UNREACHABLE and QUEUE_VERSION.
 *
 * @param name shown to workers of another version
 * @param onNote receives notes for the user while the batch runs
 */
export async function queueProcessor(
  url: string,
  name: string,
  onNote: (note: Message) => void,
): Promise<PhotoProcessor> {
  const client = await connect(url, PATIENCE);
  try {
    const { Queue } = await import('bullmq');
    const queue = new Queue(QUEUE, { connection: client, streams: { events: { maxLen: EVENTS } } });
    queue.on('error', () => undefined);
    const processor = new QueueProcessor(client, queue, onNote);
    await processor.join(name);
    return processor;
  } catch (error) {
    client.disconnect();
    throw toQueueError(error);
  }
}

class QueueProcessor implements PhotoProcessor {
  readonly provider = null;
  readonly #client: Redis;
  readonly #queue: Queue;
  readonly #onNote: (note: Message) => void;
  readonly #waiting = new Map<string, Waiting>();
  /**
   * Photos whose files could get the same name, if the file system does not settle that. Each waits for the previous
   * one.
   */
  readonly #turns = new Map<string, Promise<void>>();
  #membership: Membership | null = null;
  #batch: { id: string; work: string; input: string; output: string } | null = null;
  #onMore: () => void = () => undefined;
  #looking: Promise<void> | null = null;
  #alone: NodeJS.Timeout | undefined;
  #wasStopped = false;
  #isClosed = false;

  constructor(client: Redis, queue: Queue, onNote: (note: Message) => void) {
    this.#client = client;
    this.#queue = queue;
    this.#onNote = onNote;
  }

  async join(name: string): Promise<void> {
    const me = { role: 'batch', name, version: VERSION, jobs: 0, threads: 0, key: randomUUID() } as const;
    this.#membership = await joinQueue(this.#client, me, () => {
      this.#watchWorkers();
      this.#onMore();
    });
    this.#watchWorkers();
  }

  /** Tells the user when there is no worker; once each time. */
  #watchWorkers(): void {
    if (this.shape.engines > 0) {
      clearTimeout(this.#alone);
      this.#alone = undefined;
    } else {
      this.#alone ??= setTimeout(() => {
        this.#onNote(say('batch.notes.noWorker'));
      }, ALONE * 1000);
    }
  }

  get #workers() {
    return this.#membership?.members().filter(({ role }) => role === 'worker') ?? [];
  }

  get shape() {
    const workers = this.#workers;
    return {
      engines: workers.reduce((sum, { jobs }) => sum + jobs, 0),
      threads: Math.max(0, ...workers.map(({ threads }) => threads)),
    };
  }

  limit(): number {
    return Math.max(WITHOUT_WORKERS, AHEAD * this.shape.engines);
  }

  async begin(
    { id, input, output, settings }: Parameters<NonNullable<PhotoProcessor['begin']>>[0],
    onMore: () => void,
  ) {
    const work = `${workOf(settings)}-${settings.conflict}`;
    this.#batch = { id, work, input, output };
    this.#onMore = onMore;
    await this.#sweep((job) => job.work !== work || job.version !== VERSION).catch((error: unknown) =>
      Promise.reject(toQueueError(error)),
    );
    this.#looking = this.#look();
  }

  /** Removes this batch's jobs of an earlier run from the queue. Jobs in progress are told to stop. */
  async #sweep(isObsolete: (job: QueueJob) => boolean): Promise<void> {
    for (const job of await this.#queue.getJobs(['wait', 'active', 'completed', 'failed'])) {
      const { data } = QueueJob.safeParse(job.data);
      if (data?.batch !== this.#batch!.id || !isObsolete(data)) continue;
      await this.#withdraw(job);
    }
  }

  /** Removes a job from the queue. Returns false if a worker has it; the worker is told to stop. */
  async #withdraw(job: Job): Promise<boolean> {
    try {
      await job.remove();
      return true;
    } catch (error) {
      if (!(await job.isActive())) throw error;
      await askToStop(this.#client, job.id!);
      return false;
    }
  }

  async process(task: PhotoTask, control: PhotoControl): Promise<Made | Kept> {
    if (task.settings.conflict === 'rename') return this.#process(task, control);
    const target = pathIn(task.folder, stemOf(task.found, task.settings)).toLowerCase();
    const before = this.#turns.get(target);
    const work = (before ?? Promise.resolve()).then(() => this.#process(task, control));
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(target, settled);
    try {
      return await work;
    } finally {
      if (this.#turns.get(target) === settled) this.#turns.delete(target);
    }
  }

  async #process(task: PhotoTask, control: PhotoControl): Promise<Made | Kept> {
    const data = await this.#jobFor(task, control);
    const id = jobIdOf(data);
    const result = await this.#compute(id, data, control);
    if (result.type === 'failed') {
      await this.#acknowledge(id);
      const { code, reason, detail } = result.failure;
      throw new EmulsionError(code, {
        reason,
        detail: [detail, `worker: ${result.worker}`].filter(Boolean).join('; '),
      });
    }
    if (result.type === 'kept') {
      await this.#acknowledge(id);
      return { outcome: 'kept', path: pathIn(task.folder, result.file) };
    }
    const path = pathIn(task.folder, result.made.written.file);
    await assertShows(path, result.made.written.bytes);
    const made = fromWire(result.made, path);
    // Machines may round times differently. The batch uses the time that it sees itself.
    if (made.original.bytes === task.found.bytes) made.original.modified = task.found.modified;
    await control.onMade(made);
    await this.#acknowledge(id);
    await forgetIntentions(this.#client, id).catch((error: unknown) => Promise.reject(toQueueError(error)));
    return made;
  }

  async #jobFor({ found, folder, settings }: PhotoTask, { isOwn }: PhotoControl): Promise<QueueJob> {
    const { id, work, input, output } = this.#batch!;
    // Reads the current size and time: a photo that has changed since it was found is another job.
    const now = await (await storageOf(found.path)).stat(found.path);
    if (now === null) throw new EmulsionError('FILE_MISSING');
    return {
      version: VERSION,
      batch: id,
      work,
      name: found.name,
      input,
      output,
      path: found.path,
      page: found.page,
      folder,
      ...now,
      settings: { ...settings, include: [], exclude: [], only: [] },
      own: settings.conflict === 'rename' ? [] : ownNames(folder, stemOf(found, settings), isOwn),
    };
  }

  /** Puts a photo on the queue, or finds it there, and waits for its result. */
  async #compute(id: string, data: QueueJob, { signal, onProgress }: PhotoControl): Promise<QueueResult> {
    const answer = new Promise<QueueResult>((resolve, reject) => {
      this.#waiting.set(id, { data, onProgress, resolve, reject });
    });
    // It may fail before it is awaited below.
    answer.catch(() => undefined);
    let patience: NodeJS.Timeout | undefined;
    const stop = async () => {
      this.#wasStopped = true;
      const { reject } = this.#waiting.get(id) ?? {};
      const job: Job | undefined = await this.#queue.getJob(id);
      const isGone = job === undefined || (!(await job.isCompleted()) && (await this.#withdraw(job)));
      if (isGone) reject?.(new EmulsionError('CANCELLED'));
      // The next run finds on the queue what a worker has not returned by then.
      else patience = setTimeout(() => reject?.(new EmulsionError('CANCELLED')), STOP_PATIENCE * 1000);
    };
    const onAbort = () => void stop().catch((error: unknown) => this.#waiting.get(id)?.reject(toQueueError(error)));
    try {
      await this.#add(id, data);
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      return await answer;
    } catch (error) {
      throw toQueueError(error);
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener('abort', onAbort);
      this.#waiting.delete(id);
    }
  }

  async #add(id: string, data: QueueJob): Promise<void> {
    const there: Job | undefined = await this.#queue.getJob(id);
    // An earlier run has already reported this failure, or the photo is worth another try.
    if (there && (await hasFailed(there))) await there.remove();
    await takeStopBack(this.#client, id);
    await this.#queue.add('photo', data, { jobId: id });
  }

  /** Removes a job after the batch has recorded its result. */
  async #acknowledge(id: string): Promise<void> {
    try {
      await this.#queue.remove(id);
    } catch (error) {
      throw toQueueError(error);
    }
  }

  /**
   * Checks the photos on the queue until the end. No result can be missed, since results stay until they are
   * acknowledged.
   */
  async #look(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await Promise.all([...this.#waiting].map(([id, waiting]) => this.#lookAt(id, waiting)));
      } catch (error) {
        for (const { reject } of this.#waiting.values()) reject(toQueueError(error));
      }
      await sleep(LOOK);
    }
  }

  async #lookAt(id: string, { data, onProgress, resolve }: Waiting): Promise<void> {
    const job: Job | undefined = await this.#queue.getJob(id);
    if (!this.#waiting.has(id)) return;
    if (job === undefined) {
      // Redis restarted without its data, or somebody emptied the queue.
      if (!this.#wasStopped) await this.#queue.add('photo', data, { jobId: id });
    } else if (job.failedReason) {
      const failure = new EmulsionError('ENGINE_CRASHED', {
        reason: say('failures.workersGone'),
        detail: job.failedReason,
      }).toFailure();
      resolve({ type: 'failed', failure, worker: job.processedBy ?? 'unknown' });
    } else if (job.finishedOn) {
      resolve(resultOf(job));
    } else {
      const progress = QueueProgress.safeParse(job.progress).data;
      if (progress) onProgress?.({ stage: 'computing', secondsLeft: null, ...progress });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#alone);
    await this.#looking;
    const left = logged('Something of this batch may stay on the queue');
    // After a complete run, no later run needs the results on the queue. After any other run, the next one may.
    if (this.#batch && !this.#wasStopped) await this.#sweep(() => true).catch(left);
    await this.#membership?.leave().catch(left);
    await this.#queue.close().catch(left);
    this.#client.disconnect();
  }
}

/** File names already written by this batch that this photo could get. */
function ownNames(folder: string, stem: string, isOwn: PhotoControl['isOwn']): string[] {
  const own: string[] = [];
  for (const extension of new Set(Object.values(EXPORT_EXTENSIONS))) {
    for (const path of pathsFor({ folder, stem, extension })) {
      const there = pathIn(folder, nameOf(path));
      if (!isOwn(there)) break;
      own.push(nameOf(there));
    }
  }
  return own;
}

function resultOf(job: Job): QueueResult {
  const { data, error } = QueueResult.safeParse(job.returnvalue);
  if (data) return data;
  const failure = new EmulsionError('BAD_REQUEST', { detail: `the worker's answer: ${error.message}` }).toFailure();
  return { type: 'failed', failure, worker: job.processedBy ?? 'unknown' };
}

async function hasFailed(job: Job): Promise<boolean> {
  if (await job.isFailed()) return true;
  return (await job.isCompleted()) && resultOf(job).type === 'failed';
}

/** A file that a worker has written must be visible from here. Otherwise the worker has written to another folder. */
async function assertShows(path: string, bytes: number): Promise<void> {
  const storage = await storageOf(path);
  for (let second = 0; ; second++) {
    if ((await storage.stat(path))?.bytes === bytes) return;
    if (second === SHOW_PATIENCE) break;
    await sleep(1000);
  }
  throw new EmulsionError('FILE_MISSING', {
    reason: say('failures.notSeen', { path }),
  });
}
