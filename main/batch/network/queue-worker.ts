import { randomUUID } from 'node:crypto';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Message } from '../../../contract/basics';
import type { ErrorCode, Failure } from '../../../contract/errors';
import { say } from '../../../text/message';
import { EmulsionError, toEmulsionError } from '../../errors';
import { log, logged } from '../../log/log';
import { nameOf, pathIn, storageOf } from '../../storage/remote';
import { cleanPartials } from '../../storage/write';
import type { PhotoControl, PhotoTask } from '../photo';
import type { PhotoProcessor } from '../types';
import {
  connect,
  intend,
  intentionsOf,
  isAskedToStop,
  join,
  type Member,
  type Membership,
  QUEUE,
  QueueJob,
  type QueueMade,
  type QueueProgress,
  type QueueResult,
  toQueueError,
  toWire,
  VERSION,
} from './queue';
import { Places, type PlacesSetup, Unreachable } from './queue-places';

/** Milliseconds without a sign of life after which a worker's photo is given to another worker. */
const LOCK = 20_000;
const STALLED_CHECK = 10_000;
/** How many workers may be lost on one photo before the batch is told. */
const STALLS = 1;
/** Milliseconds between two progress reports for a photo. */
const PROGRESS = 500;
/**
 * Size and time tell whether a photo is still the one that was found. File systems round times to this many
 * milliseconds.
 */
const ROUNDING = 2000;

/** Failures of this machine and not of the photo. Other machines may succeed. */
const OF_THIS_MACHINE: readonly ErrorCode[] = ['PROVIDER_FAILED', 'STORAGE_UNREACHABLE'];

/** A photo that this worker has finished. */
export interface Worked {
  name: string;
  outcome: QueueResult['type'];
  /** Path on this machine. */
  written: string | null;
  seconds: number | null;
  failure: Failure | null;
}

export interface QueueWorkerSetup extends PlacesSetup {
  url: string;
  name: string;
  /** Computes photos on this machine. */
  processor: PhotoProcessor;
  /** On abort, the worker gives its photos back and ends. */
  signal: AbortSignal;
  onReady(): void;
  onPhoto(worked: Worked): void;
  onNote(note: Message): void;
}

/** An earlier worker has already published the photo. */
class Published extends Error {
  constructor(readonly made: QueueMade) {
    super('published before');
  }
}

/**
 * Processes photos from a queue until `signal`. Throws BAD_REQUEST, FOLDER_MISSING, QUEUE_UNREACHABLE, QUEUE_VERSION,
 * and failures that make this machine useless to the batch: PROVIDER_FAILED, STORAGE_UNREACHABLE, FOLDER_MISSING.
 */
export async function runQueueWorker(setup: QueueWorkerSetup): Promise<void> {
  try {
    const places = await Places.open(setup);
    const client = await connect(setup.url);
    try {
      await new QueueWorker(setup, places, client).run();
    } finally {
      client.disconnect();
    }
  } finally {
    await setup.processor.close();
  }
}

class QueueWorker {
  readonly #setup: QueueWorkerSetup;
  readonly #places: Places;
  readonly #client: Redis;
  readonly #control = new AbortController();
  /** Abort controllers of the photos in progress, by job. */
  readonly #atWork = new Map<string, AbortController>();
  readonly #swept = new Set<string>();
  #worker!: Worker;
  #membership!: Membership;
  #fatal: EmulsionError | null = null;

  constructor(setup: QueueWorkerSetup, places: Places, client: Redis) {
    this.#setup = setup;
    this.#places = places;
    this.#client = client;
  }

  async run(): Promise<void> {
    const { name, processor, signal, onReady, onNote } = this.#setup;
    const { Worker } = await import('bullmq');
    const stopped = new Promise<void>((resolve) => {
      this.#control.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const stop = () => this.#control.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) return;
    const jobs = Math.max(1, processor.limit(0));
    const me: Member = {
      role: 'worker',
      name,
      version: VERSION,
      jobs,
      threads: processor.shape.threads,
      key: randomUUID(),
    };
    this.#membership = await join(this.#client, me).catch((error: unknown) => Promise.reject(toQueueError(error)));
    this.#worker = new Worker(QUEUE, (job: Job, token?: string) => this.#one(job, token!), {
      connection: this.#client,
      concurrency: jobs,
      name,
      lockDuration: LOCK,
      stalledInterval: STALLED_CHECK,
      maxStalledCount: STALLS,
    });
    // The connection itself reports its failures.
    this.#worker.on('error', () => undefined);
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#atWork.get(id)?.abort();
    });
    this.#client.on('close', () => {
      if (!this.#control.signal.aborted) onNote(say('batch.notes.reconnecting'));
    });
    await this.#worker.waitUntilReady();
    onReady();
    await stopped;
    await this.#worker.close();
    await this.#membership.leave().catch(logged('The worker could not leave the queue'));
    if (this.#fatal) throw this.#fatal;
  }

  async #one(job: Job, token: string): Promise<QueueResult> {
    const { name, onPhoto } = this.#setup;
    const broken = new AbortController();
    this.#atWork.set(job.id!, broken);
    try {
      return await this.#compute(job, token, broken);
    } catch (error) {
      const coded = toEmulsionError(error);
      if (coded instanceof Unreachable || OF_THIS_MACHINE.includes(coded.code)) {
        this.#fatal = coded;
        this.#control.abort();
      }
      if (this.#control.signal.aborted) {
        const { WaitingError } = await import('bullmq');
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const failure = coded.toFailure();
      log.failure('A photo of the queue failed', coded, { file: String(job.data?.name) });
      onPhoto({ name: String(job.data?.name), outcome: 'failed', written: null, seconds: null, failure });
      return { type: 'failed', failure, worker: name };
    } finally {
      this.#atWork.delete(job.id!);
      await this.#adapt().catch(logged('The worker could not tell the queue how much it takes'));
    }
  }

  /** Adjusts the number of photos at the same time to the provider and the memory use, as they become known. */
  async #adapt(): Promise<void> {
    const { processor } = this.#setup;
    const jobs = Math.max(1, processor.limit(this.#atWork.size));
    if (jobs === this.#worker.concurrency) return;
    this.#worker.concurrency = jobs;
    await this.#membership.update({ jobs, threads: processor.shape.threads });
  }

  async #compute(job: Job, token: string, broken: AbortController): Promise<QueueResult> {
    const { processor, onPhoto } = this.#setup;
    const { data, error } = QueueJob.safeParse(job.data);
    if (error) throw new EmulsionError('BAD_REQUEST', { detail: error.message });
    if (data.version !== VERSION) {
      throw new EmulsionError('QUEUE_VERSION', {
        reason: say('failures.jobVersion', { other: data.version, mine: VERSION }),
      });
    }
    const id = job.id!;
    const task = await this.#places.taskOf(data);
    const { folder, found } = task;
    const done = ({ written, seconds }: QueueMade) =>
      onPhoto({
        name: data.name,
        outcome: 'made',
        written: pathIn(folder, written.file),
        seconds,
        failure: null,
      });
    try {
      await this.#assertUnpublished(id, task);
      await this.#sweep(folder, job.attemptsStarted > 1);
      await assertSame(found);
      const answer = await this.#withProgress(job, broken, (onProgress) =>
        processor.process(task, {
          signal: AbortSignal.any([broken.signal, this.#control.signal]),
          isOwn: (path) => data.own.includes(nameOf(path)),
          onProgress,
          onMade: async (made) => {
            await this.#assertUnpublished(id, task);
            const lock = this.#worker.toKey(`${id}:lock`);
            await intend(this.#client, id, lock, token, toWire(made, nameOf(made.written.path)));
          },
        }),
      );
      if (answer.outcome === 'kept') {
        onPhoto({ name: data.name, outcome: 'kept', written: answer.path, seconds: null, failure: null });
        return { type: 'kept', file: nameOf(answer.path) };
      }
      const made = toWire(answer, nameOf(answer.written.path));
      done(made);
      return { type: 'made', made };
    } catch (error) {
      if (!(error instanceof Published)) throw error;
      done(error.made);
      return { type: 'made', made: error.made };
    }
  }

  /** Checks whether an earlier worker has published the photo. Throws {@link Published} if so. */
  async #assertUnpublished(id: string, { folder }: PhotoTask): Promise<void> {
    for (const made of await intentionsOf(this.#client, id)) {
      const path = pathIn(folder, made.written.file);
      const storage = await storageOf(path);
      if ((await storage.hash(path)) === made.written.sha256) throw new Published(made);
    }
  }

  /** Removes from a folder the remains of killed workers of this machine. */
  async #sweep(folder: string, isRetry: boolean): Promise<void> {
    if (this.#swept.has(folder) && !isRetry) return;
    this.#swept.add(folder);
    await cleanPartials(folder);
  }

  /** Reports progress, and aborts the photo if the batch asks for it. */
  async #withProgress<T>(
    job: Job,
    broken: AbortController,
    work: (onProgress: PhotoControl['onProgress']) => Promise<T>,
  ): Promise<T> {
    let latest: QueueProgress | null = null;
    let told: QueueProgress | null = null;
    const tell = async () => {
      if (await isAskedToStop(this.#client, job.id!)) broken.abort();
      if (latest === null || latest === told) return;
      told = latest;
      await this.#adapt();
      await job.updateProgress(latest);
    };
    const timer = setInterval(() => void tell().catch(logged('The queue did not take a progress')), PROGRESS);
    try {
      return await work(({ done, step }) => {
        latest = { done, step };
      });
    } finally {
      clearInterval(timer);
    }
  }
}

/** Refuses a photo that has changed since it was found. */
async function assertSame({ path, bytes, modified }: PhotoTask['found']): Promise<void> {
  const now = await (await storageOf(path)).stat(path);
  if (now === null) throw new EmulsionError('FILE_MISSING');
  if (now.bytes !== bytes || Math.abs(now.modified - modified) > ROUNDING) throw new EmulsionError('PHOTO_CHANGED');
}
