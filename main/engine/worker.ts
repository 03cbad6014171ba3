import PQueue from 'p-queue';
import type { EngineStatus, Provider, Refusal } from '../../contract/app';
import { EmulsionError } from '../errors';
import { GeneratorStore } from '../generators/store';
import { log, sendLog } from '../log/log';
import { freePictures } from '../photos/sharp';
import { toEngineError } from './failures';
import { inspectFile } from './inspect-file';
import { Job } from './job';
import { budgetsFor, MEGABYTE } from './memory';
import { OpenPhotos } from './open-photos';
import { watchOwnMemory } from './own-memory';
import { Pairs } from './pairs';
import type { EngineOptions, FromEngine, RequestKind, Requests, ToEngine } from './protocol';
import { listProviders, tryListed } from './provider-list';
import { canReadResidentMemory, memoryBudget } from './resident';
import { Sessions, threadsFor } from './sessions';
import { printsOn, splitScan } from './split';
import { thumbnailOf } from './thumbnail';
import { JobTools } from './tools';
import { Verdicts } from './verdicts';

/**
 * The engine's process: a forked Node, or Electron's utilityProcess. It decodes, computes and writes, so that a
 * malicious file or a failing driver can crash only this process. Jobs run one at a time; pictures are answered in
 * between.
 */

/** The connection to the app in an Electron utilityProcess. Declared here, since the engine imports no host. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const parentPort = (process as NodeJS.Process & { parentPort?: ParentPort }).parentPort;

function send(message: FromEngine): void {
  if (parentPort) parentPort.postMessage(message);
  // If the app is gone, `disconnect` ends this process.
  else process.send?.(message, undefined, undefined, () => {});
}

// Every picture that is scrolled away ends in a cancellation, which only a debugger wants to know.
const LEAST_LOGGED = process.env.EMULSION_LOG === 'debug' ? 'debug' : 'info';
sendLog('engine', (record) => send({ type: 'log', record }), LEAST_LOGGED);

/** Sets the most memory that this process may have, where the app cannot see how much it has. */
const limitMemory = canReadResidentMemory ? () => {} : watchOwnMemory();

const SECONDS_TO_CLEAN_UP = 10;
/** A driver may compile for a while before it computes for the first time. */
const TRIAL_SECONDS = 120;
/** While the user is looking, a job lets pictures go first between two tiles, for at most this many milliseconds. */
const PICTURES_FIRST = 2000;
/** Milliseconds that a job waits for more pictures, since the page requests only a few at a time. */
const NEXT_PICTURES = 30;
/** Idle milliseconds after which the engine starts the fine pass over the last used photo. */
const IDLE = 500;

class Worker {
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #jobs = new Map<string, Job>();
  readonly #photos = new OpenPhotos(
    (job, colour) => new JobTools(job, this.#store, this.#sessions, colour, this.#options),
    budgetsFor(0).renderings,
    (photoId) => send({ type: 'evidence', photoId }),
    (ids) => this.#store.restrictions(ids),
  );
  readonly #pairs = new Pairs();
  /** Abort controllers of the pictures that are being made, by request id. */
  readonly #pictures = new Map<string, AbortController>();
  #picturesDone: () => void = () => {};
  /** Work without a request. Any request cancels it; it resumes later. */
  #idleJob: Job | null = null;
  #idleTimer: NodeJS.Timeout | undefined;
  #options: EngineOptions = { models: '', provider: 'cpu', threads: 0 };
  #store = new GeneratorStore('');
  #sessions = this.#newSessions();
  /** Sessions with outdated options, to be freed before the next job. */
  #outdated: Sessions[] = [];
  #provider: Provider | null = null;
  #device: string | null = null;
  #refused: readonly Refusal[] = [];

  receive(message: ToEngine): void {
    this.#idleSoon();
    if (message.type === 'cancel') {
      this.#jobs.get(message.id)?.cancel();
      this.#pictures.get(message.id)?.abort(new EmulsionError('CANCELLED'));
      return;
    }
    const { id } = message;
    switch (message.kind) {
      case 'configure':
        this.#answer(id, async () => this.#configure(message.body));
        break;
      case 'close':
        this.#idleJob?.cancel();
        this.#answer(id, async () => this.#photos.close(message.body));
        break;
      case 'picture':
        if (this.#photos.hasPicture(message.body)) {
          void this.#answerPicture(id, (signal) => this.#photos.picture(message.body, signal));
        } else {
          this.#enqueue(id, async (job) => {
            await this.#photos.analyse(job, message.body);
            return this.#photos.picture(message.body);
          });
        }
        break;
      case 'histogram':
        if (this.#photos.isAwake(message.body.photoId)) this.#answer(id, () => this.#photos.histogram(message.body));
        else {
          this.#enqueue(id, async (job) => {
            await this.#photos.analyse(job, message.body);
            return this.#photos.histogram(message.body);
          });
        }
        break;
      case 'generators':
        this.#answer(id, async () => {
          await this.#store.refresh();
          return this.#store.list();
        });
        break;
      case 'open':
        this.#enqueue(id, (job) => this.#photos.open(job, message.body));
        break;
      case 'openResult':
        this.#enqueue(id, (job) => this.#photos.openResult(job, message.body));
        break;
      case 'thumbnail':
        this.#enqueue(id, (job) => thumbnailOf(job, message.body));
        break;
      case 'analyse':
        this.#enqueue(id, (job) => this.#photos.analyse(job, message.body));
        break;
      case 'redEyes':
        this.#enqueue(id, (job) => this.#photos.redEyes(job, message.body));
        break;
      case 'measureNegative':
        this.#enqueue(id, (job) => this.#photos.measureNegative(job, message.body));
        break;
      case 'findPrints':
        this.#enqueue(id, (job) => this.#photos.findPrints(job, message.body));
        break;
      case 'render': {
        const known = this.#photos.rendered(message.body);
        if (known) this.#answer(id, async () => known);
        else this.#enqueue(id, (job) => this.#photos.render(job, message.body));
        break;
      }
      case 'export':
        this.#enqueue(id, (job) => this.#photos.export(job, message.body));
        break;
      case 'estimate':
        if (this.#photos.isAwake(message.body.photoId)) this.#answer(id, () => this.#photos.estimate(message.body));
        else {
          this.#enqueue(id, async (job) => {
            await this.#photos.analyse(job, message.body);
            return this.#photos.estimate(message.body);
          });
        }
        break;
      case 'exportMask':
        this.#enqueue(id, (job) => this.#photos.exportMask(job, message.body));
        break;
      case 'readMask':
        this.#enqueue(id, (job) => this.#photos.readMask(job, message.body));
        break;
      case 'readStyle':
        this.#enqueue(id, (job) => this.#photos.readStyle(job, message.body));
        break;
      case 'readExample':
        this.#enqueue(id, (job) => this.#photos.readExample(job, message.body));
        break;
      case 'pair':
        this.#enqueue(id, (job) => this.#pairs.make(job, message.body, this.#store, this.#sessions));
        break;
      case 'styles':
        this.#answer(id, async () => {
          await this.#store.refresh();
          return this.#store.styles();
        });
        break;
      case 'providers':
        this.#answer(id, () => listProviders(new Verdicts(this.#options.providers)));
        break;
      case 'tryProvider':
        this.#enqueue(id, (job) => {
          const { provider, device } = message.body;
          job.busy(TRIAL_SECONDS);
          const verdicts = new Verdicts(this.#options.providers);
          return tryListed(provider, device, verdicts, (use) => send({ type: 'using', use }));
        });
        break;
      case 'inspect':
        this.#enqueue(id, (job) => inspectFile(job, message.body.path, threadsFor(this.#options.threads)));
        break;
      case 'printsOn':
        this.#enqueue(id, (job) => printsOn(job, message.body));
        break;
      case 'split':
        this.#enqueue(id, (job) => splitScan(job, message.body));
        break;
      case 'restore':
        this.#enqueue(id, (job) => this.#photos.restore(job, message.body));
        break;
    }
  }

  /** Cancels everything, so that no half-written file remains, and ends the process. */
  async end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#idleJob?.cancel();
    for (const job of this.#jobs.values()) job.cancel();
    const timer = setTimeout(() => process.exit(1), SECONDS_TO_CLEAN_UP * 1000);
    timer.unref();
    await this.#queue.onIdle();
    process.exit(0);
  }

  #configure(options: EngineOptions): EngineStatus {
    this.#options = options;
    this.#outdated.push(this.#sessions);
    this.#store = new GeneratorStore(options.models, options.imported);
    this.#sessions = this.#newSessions();
    this.#photos.limit(budgetsFor(options.memory ?? 0).renderings);
    limitMemory(memoryBudget(options.memory));
    this.#provider = null;
    this.#device = null;
    this.#refused = [];
    this.#tellStatus();
    return this.#status();
  }

  #newSessions(): Sessions {
    return new Sessions({
      provider: this.#options.provider,
      threads: this.#options.threads,
      avoid: this.#options.avoid ?? [],
      budget: budgetsFor(this.#options.memory ?? 0).generators,
      device: this.#options.device,
      verdicts: new Verdicts(this.#options.providers),
      onUse: (use) => send({ type: 'using', use }),
      onProvider: (provider, refused, device) => {
        this.#provider = provider;
        this.#device = device;
        this.#refused = refused;
        this.#tellStatus();
      },
      busy: (seconds) => send({ type: 'busy', seconds }),
    });
  }

  /** Makes pictures at once. Jobs let them pass between two tiles. */
  async #answerPicture(id: string, make: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController();
    this.#pictures.set(id, controller);
    await this.#answer(id, async () => make(controller.signal));
    this.#pictures.delete(id);
    if (this.#pictures.size === 0) this.#picturesDone();
  }

  /** Settles when no picture is being made and none follows, or after a while. */
  async #letPicturesPass(): Promise<void> {
    const end = performance.now() + PICTURES_FIRST;
    while (this.#pictures.size > 0 && performance.now() < end) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#picturesDone = resolve;
        timer = setTimeout(resolve, end - performance.now());
      });
      clearTimeout(timer);
      await new Promise((resolve) => setTimeout(resolve, NEXT_PICTURES));
    }
    this.#picturesDone = () => {};
  }

  /** Starts idle work after some time without requests. */
  #idleSoon(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.#jobs.size === 0 && this.#idleJob === null && this.#photos.needsFinePass) this.#workIdly();
    }, IDLE);
  }

  /** Idle work does not show in the status and sends no answer. */
  #workIdly(): void {
    const job = new Job('idle', send, () => this.#letPicturesPass());
    this.#idleJob = job;
    const work = async () => {
      for (const sessions of this.#outdated.splice(0)) await sessions.release();
      await this.#store.refresh();
      await this.#photos.runFinePass(job);
    };
    // A cancelled job ends with its tile. It stays in the queue until then, so that no other job runs beside it.
    this.#queue
      .add(work)
      // The same failure is reported when a result needs the fine pass.
      .catch((error) => log.failure('The fine pass did not finish', toEngineError(error)))
      .finally(() => {
        this.#idleJob = null;
        this.#idleSoon();
      });
  }

  /** Runs a job after the jobs before it. */
  #enqueue<K extends RequestKind>(id: string, run: (job: Job) => Promise<Requests[K]['response']>): void {
    const job = new Job(id, send, () => this.#letPicturesPass());
    this.#idleJob?.cancel();
    this.#jobs.set(id, job);
    const work = async () => {
      this.#tellStatus();
      await this.#answer(id, async () => {
        for (const sessions of this.#outdated.splice(0)) await sessions.release();
        await this.#store.refresh();
        return run(job);
      });
      this.#jobs.delete(id);
      await Promise.allSettled(job.leftovers);
      freePictures();
      this.#tellStatus();
      this.#idleSoon();
    };
    let begun = false;
    this.#queue
      .add(
        () => {
          begun = true;
          return work();
        },
        { signal: job.signal },
      )
      .catch((error: unknown) => {
        // A job that has started answers by itself. This one was cancelled while it waited.
        if (begun) return;
        this.#jobs.delete(id);
        void this.#answer(id, () => Promise.reject(error));
      });
  }

  /** Answers a request with the result of `run`, or with the coded error that it throws. */
  async #answer(id: string, run: () => Promise<unknown>): Promise<void> {
    try {
      const value = await run();
      send({ type: 'answer', id, result: { ok: true, value } });
    } catch (thrown) {
      const error = toEngineError(thrown);
      // The stack does not cross to the app.
      log.failure('A request failed', error);
      send({ type: 'answer', id, result: { ok: false, error: error.toFailure() } });
    }
  }

  #status(): EngineStatus {
    const budgets = budgetsFor(this.#options.memory ?? 0);
    return {
      state: this.#jobs.size > 0 ? 'busy' : 'ready',
      provider: this.#provider,
      device: this.#device,
      threads: threadsFor(this.#options.threads),
      memory: Math.round((budgets.generators + budgets.renderings) / MEGABYTE),
      refused: [...this.#refused],
      note: null,
    };
  }

  #told = '';

  #tellStatus(): void {
    const status = this.#status();
    const text = JSON.stringify(status);
    if (text === this.#told) return;
    this.#told = text;
    send({ type: 'status', status });
  }
}

const worker = new Worker();
if (parentPort) {
  parentPort.on('message', ({ data }) => worker.receive(data as ToEngine));
} else {
  process.on('message', (message) => worker.receive(message as ToEngine));
  process.on('disconnect', () => void worker.end());
}
process.on('SIGTERM', () => void worker.end());
// Ctrl-C reaches every process of the terminal. The app cancels the work of this one.
process.on('SIGINT', () => {});
send({ type: 'ready' });
