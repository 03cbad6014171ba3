import type { EngineStatus, Progress, Provider } from '../../contract/app';
import type { Message } from '../../contract/basics';
import { EmulsionError } from '../errors';
import { log } from '../log/log';
import { missingLibrary } from './failures';
import { OVER_BUDGET } from './own-memory';
import { addedRuntime } from './pack';
import type {
  EngineOptions,
  EngineProcess,
  FromEngine,
  LaunchEngine,
  RequestKind,
  Requests,
  ToEngine,
} from './protocol';
import { memoryBudget, residentMemoryOf } from './resident';
import { type Use, Verdicts } from './verdicts';

export interface RequestControl {
  onProgress?: (progress: Omit<Progress, 'jobId'>) => void;
  signal?: AbortSignal;
}

/** The engine as the app sees it: every request is answered or fails with a code, whatever happens to the process. */
export interface Engine {
  /**
   * Throws an EmulsionError: the engine's error, CANCELLED after `signal`, ENGINE_CRASHED, ENGINE_HUNG or MEMORY_LIMIT if
   * the process ended or had to be ended, ENGINE_FAILED if it is not restarted automatically any more, UNKNOWN_PHOTO for a photo
   * that was never opened.
   */
  request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    control?: RequestControl,
  ): Promise<Requests[K]['response']>;
  /** Changes the options, from the next request on and after every restart. */
  configure(options: EngineOptions): void;
  status(): EngineStatus;
  /** Starts the process again if automatic restarts were given up. */
  restart(): void;
  /** Cancels all jobs, gives them a moment to clean up, and ends the process. */
  close(): Promise<void>;
}

/** Limits of the supervisor; times in seconds. Tests shorten them. */
export interface EngineLimits {
  /** Until the process is ready. */
  start: number;
  /** Without a sign of life during a job, unless the engine has announced a longer stretch. */
  silence: number;
  /** The longest stretch that an announcement may claim. */
  busy: number;
  /** After a cancel, until the process is ended. */
  cancel: number;
  /** Before the first restart; doubled with every further crash. */
  backoff: number;
  /** For jobs to clean up when the engine is closed. */
  close: number;
  /** Between two looks at the memory of the process. */
  look: number;
  /** The most resident memory of the process, in bytes; null: by the computer's memory. */
  memory: number | null;
}

/** The status before the first message of the process. */
const NOTHING_KNOWN: Omit<EngineStatus, 'state'> = {
  provider: null,
  device: null,
  threads: 0,
  memory: 0,
  refused: [],
  note: null,
};

const LIMITS: EngineLimits = {
  start: 60,
  silence: 60,
  busy: 3600,
  cancel: 20,
  backoff: 0.25,
  close: 10,
  look: 0.1,
  memory: null,
};

/** After this many crashes in this time, with no answer in between, automatic restarts are given up. */
const CRASHES = 3;
const CRASH_SECONDS = 60;

/** Requests that are answered while a job computes. */
const BESIDE_JOBS: readonly RequestKind[] = [
  'configure',
  'close',
  'picture',
  'histogram',
  'generators',
  'styles',
  'providers',
];

interface Pending {
  kind: RequestKind;
  resolve: (value: unknown) => void;
  reject: (error: EmulsionError) => void;
  control: RequestControl | undefined;
  cancelled: boolean;
  /** Settles, and never rejects, when the request is answered or has failed. */
  readonly settled: Promise<void>;
}

/** One run of the process. */
class Life {
  /** Settles when the process is ready to take requests; rejects if it ends before. */
  readonly ready: Promise<void>;
  /** Settles when the process has ended. */
  readonly over: Promise<void>;
  readonly pending = new Map<string, Pending>();
  /** Photos that this process has opened or is opening. */
  readonly photos = new Map<string, Promise<unknown>>();
  /** Seconds without a sign of life after which it counts as hung. */
  patience: number;
  isReady = false;
  isOver = false;
  /** The net that is being computed on a provider other than the CPU, until the request is answered. */
  use: Use | null = null;
  /** Why the supervisor ended the process; null if it ended by itself. */
  ended: 'hung' | 'cancel' | 'close' | 'memory' | null = null;
  becameReady!: () => void;
  failedToStart!: (error: EmulsionError) => void;
  becameOver!: () => void;

  constructor(
    readonly process: EngineProcess,
    patience: number,
  ) {
    this.patience = patience;
    this.ready = new Promise((resolve, reject) => {
      this.becameReady = resolve;
      this.failedToStart = reject;
    });
    // If nothing waits for it, the failure to start still shows in the status and in the log.
    this.ready.catch(() => {});
    this.over = new Promise((resolve) => {
      this.becameOver = resolve;
    });
  }

  /** Ends the process at once. */
  end(reason: NonNullable<Life['ended']>): void {
    if (this.isOver) return;
    this.ended ??= reason;
    this.process.kill();
  }

  /** The error for the pending requests. */
  failure(detail: string, reason?: Message): EmulsionError {
    if (this.ended === 'close') return new EmulsionError('CANCELLED', { detail: 'the engine was closed' });
    if (this.ended === 'memory') return new EmulsionError('MEMORY_LIMIT', { detail });
    return new EmulsionError(this.ended === null ? 'ENGINE_CRASHED' : 'ENGINE_HUNG', { detail, reason });
  }
}

export function createEngine(setup: {
  launch: LaunchEngine;
  options: EngineOptions;
  onStatus: (status: EngineStatus) => void;
  /** Called when the fine pass over an open photo has finished. */
  onEvidence?: (photoId: string) => void;
  limits?: Partial<EngineLimits>;
}): Engine {
  const { launch, options, onStatus, onEvidence = () => {}, limits } = setup;
  return new Supervisor(launch, options, { onStatus, onEvidence }, { ...LIMITS, ...limits });
}

class Supervisor implements Engine {
  readonly #launch: LaunchEngine;
  readonly #limits: EngineLimits;
  readonly #onStatus: (status: EngineStatus) => void;
  readonly #onEvidence: (photoId: string) => void;
  #options: EngineOptions;
  #status: EngineStatus = { ...NOTHING_KNOWN, state: 'starting' };
  #life: Life | null = null;
  /** The wait before a restart. */
  #backoff: Promise<void> | null = null;
  /** Times of the last crashes, in seconds. */
  #crashes: number[] = [];
  #avoid: Provider[] = [];
  /** How to reopen the photos that the app holds open. */
  readonly #photos = new Map<string, Requests['open']['request']>();
  #nextId = 1;
  #closed = false;

  constructor(
    launch: LaunchEngine,
    options: EngineOptions,
    listeners: { onStatus: (status: EngineStatus) => void; onEvidence: (photoId: string) => void },
    limits: EngineLimits,
  ) {
    this.#launch = launch;
    this.#options = options;
    this.#onStatus = listeners.onStatus;
    this.#onEvidence = listeners.onEvidence;
    this.#limits = limits;
    this.#start();
  }

  async request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    control?: RequestControl,
  ): Promise<Requests[K]['response']> {
    const life = await this.#running();
    const photoId = body !== null && 'photoId' in body ? body.photoId : null;
    if (photoId === null) return this.#send(life, kind, body, control);
    if (kind === 'open') {
      const answer = this.#send(life, kind, body, control);
      await answer;
      life.photos.set(photoId, answer);
      this.#photos.set(photoId, body as Requests['open']['request']);
      return answer;
    }
    if (kind === 'close') {
      this.#photos.delete(photoId);
      // A restarted process does not hold the photo.
      if (!life.photos.delete(photoId)) return null as Requests[K]['response'];
    } else {
      await this.#reopen(life, photoId);
    }
    return this.#send(life, kind, body, control);
  }

  configure(options: EngineOptions): void {
    this.#options = options;
    // A new choice by the user gives failed providers another chance.
    this.#avoid = [];
    if (this.#life?.isReady) this.#sendOptions(this.#life);
  }

  status(): EngineStatus {
    return this.#status;
  }

  restart(): void {
    if (this.#closed || this.#status.state !== 'failed') return;
    this.#crashes = [];
    this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const life = this.#life;
    if (!life) return;
    for (const id of life.pending.keys()) this.#cancel(life, id);
    const answered = [...life.pending.values()].map((pending) => pending.settled);
    const patience = new AbortController();
    await Promise.race([Promise.all(answered), life.over, wait(this.#limits.close, patience.signal)]);
    // A remaining timer would keep the whole program alive.
    patience.abort();
    life.end('close');
    await life.over;
  }

  // ---------------------------------------------------------------------------------------- the process

  /** Returns the running process, or starts one. */
  async #running(): Promise<Life> {
    await this.#backoff;
    if (this.#closed) throw new EmulsionError('CANCELLED', { detail: 'the engine was closed' });
    const life = this.#life ?? this.#start();
    await life.ready;
    return life;
  }

  #start(): Life {
    const life = new Life(this.#launch(addedRuntime(this.#options.providers)), this.#limits.start);
    this.#life = life;
    const state = this.#crashes.length > 0 ? 'restarting' : 'starting';
    this.#setStatus({ ...NOTHING_KNOWN, state });
    this.#watch(life);
    life.process.onMessage((message) => this.#receive(life, message));
    life.process.onExit((code, signal, stderr) => this.#exited(life, code, signal, stderr));
    return life;
  }

  /**
   * Ends the process if it gives no sign of life for too long, or takes more memory than it may. Counts ticks instead of
   * using the clock, because a computer that was asleep has not hung.
   */
  #watch(life: Life): void {
    const tick = Math.min(1, this.#limits.silence / 4, this.#limits.start / 4);
    const timer = setInterval(() => {
      if (life.isReady && life.pending.size === 0) {
        life.patience = this.#limits.silence;
        return;
      }
      life.patience -= tick;
      if (life.patience <= 0) life.end('hung');
    }, tick * 1000);
    const memory = setInterval(() => {
      const budget = this.#limits.memory ?? memoryBudget(this.#options.memory);
      if ((residentMemoryOf(life.process.pid) ?? 0) > budget) life.end('memory');
    }, this.#limits.look * 1000);
    memory.unref();
    void life.over.then(() => {
      clearInterval(timer);
      clearInterval(memory);
    });
  }

  #receive(life: Life, message: FromEngine): void {
    life.patience = this.#limits.silence;
    switch (message.type) {
      case 'ready':
        life.isReady = true;
        log.info('The engine is ready', undefined, { engine: life.process.pid });
        this.#setStatus({ ...this.#status, state: 'ready' });
        this.#sendOptions(life);
        life.becameReady();
        break;
      case 'busy':
        life.patience = Math.min(this.#limits.busy, Math.max(this.#limits.silence, message.seconds));
        break;
      case 'using':
        if (message.use && (life.use?.sha256 !== message.use.sha256 || life.use.provider !== message.use.provider)) {
          const { provider, device, driver, generator } = message.use;
          log.info('The engine uses a provider', undefined, { provider, device, driver, generator });
        }
        life.use = message.use;
        break;
      case 'status':
        this.#setStatus(message.status);
        break;
      case 'log':
        log.pass(message.record);
        break;
      case 'evidence':
        this.#onEvidence(message.photoId);
        break;
      case 'progress': {
        const pending = life.pending.get(message.id);
        if (pending && !pending.cancelled) pending.control?.onProgress?.(message.progress);
        break;
      }
      case 'answer': {
        const pending = life.pending.get(message.id);
        life.pending.delete(message.id);
        // What ends the process later is not the fault of a net that is done. Pictures are answered in the middle of a job.
        if (pending && !BESIDE_JOBS.includes(pending.kind)) life.use = null;
        if (message.result.ok) {
          if (pending && pending.kind !== 'configure') this.#crashes = [];
          pending?.resolve(message.result.value);
        } else {
          const { code, reason, detail } = message.result.error;
          pending?.reject(new EmulsionError(code, { reason, detail }));
        }
        break;
      }
    }
  }

  #exited(life: Life, code: number | null, signal: string | null, stderr = ''): void {
    life.isOver = true;
    if (this.#life === life) this.#life = null;
    if (stderr.includes(OVER_BUDGET)) life.ended ??= 'memory';
    const detail = [`exit code ${code}, signal ${signal}`, stderr.trim()].filter(Boolean).join('\n');
    // The provider in use or being tried is the first suspect. The CPU is never avoided.
    const suspect = life.use?.provider ?? this.#status.provider;
    let remembered: Promise<unknown> = Promise.resolve();
    if (life.ended !== 'cancel' && life.ended !== 'memory' && !this.#closed) {
      if (suspect !== null && suspect !== 'cpu' && !this.#avoid.includes(suspect)) this.#avoid.push(suspect);
      if (life.use) remembered = new Verdicts(this.#options.providers).remember(life.use, { outcome: 'crashed' });
      const now = performance.now() / 1000;
      this.#crashes = [...this.#crashes.filter((time) => now - time < CRASH_SECONDS), now];
    }
    const isGivenUp = this.#crashes.length >= CRASHES && !this.#closed;
    const reason = missingLibrary(stderr);
    const failure = () =>
      isGivenUp ? new EmulsionError('ENGINE_FAILED', { detail, reason }) : life.failure(detail, reason);
    log.failure('The engine has ended', failure(), { engine: life.process.pid });
    life.failedToStart(failure());
    for (const pending of life.pending.values()) {
      pending.reject(pending.cancelled ? new EmulsionError('CANCELLED') : failure());
    }
    life.pending.clear();
    life.becameOver();
    if (this.#closed) return;
    if (isGivenUp) {
      this.#setStatus({ ...NOTHING_KNOWN, state: 'failed', note: detail });
      return;
    }
    this.#setStatus({ ...NOTHING_KNOWN, state: 'restarting' });
    const delay = this.#limits.backoff * 2 ** Math.max(0, this.#crashes.length - 1);
    // The next process reads what is remembered.
    this.#backoff = Promise.all([wait(delay), remembered]).then(() => {
      this.#backoff = null;
      if (!this.#closed && !this.#life) this.#start();
    });
  }

  #setStatus(status: EngineStatus): void {
    this.#status = status;
    this.#onStatus(status);
  }

  // --------------------------------------------------------------------------------------- the messages

  /** If sending the options fails, the requests that follow report it. */
  #sendOptions(life: Life): void {
    this.#send(life, 'configure', { ...this.#options, avoid: this.#avoid }).catch(() => {});
  }

  async #send<K extends RequestKind>(
    life: Life,
    kind: K,
    body: Requests[K]['request'],
    control?: RequestControl,
  ): Promise<Requests[K]['response']> {
    if (control?.signal?.aborted) throw new EmulsionError('CANCELLED');
    if (life.isOver) throw life.failure('the process ended before the request was sent');
    const id = String(this.#nextId++);
    const abort = () => this.#cancel(life, id);
    let resolve!: (value: unknown) => void;
    let reject!: (error: EmulsionError) => void;
    const answer = new Promise<unknown>((...settle) => {
      [resolve, reject] = settle;
    });
    const settled = answer.then(
      () => {},
      () => {},
    );
    life.pending.set(id, { kind, control, resolve, reject, settled, cancelled: false });
    control?.signal?.addEventListener('abort', abort, { once: true });
    life.process.send({ type: 'request', id, kind, body } as ToEngine);
    try {
      return (await answer) as Requests[K]['response'];
    } finally {
      control?.signal?.removeEventListener('abort', abort);
    }
  }

  /** Asks the engine to stop a request, and ends the process if it does not stop in time. */
  #cancel(life: Life, id: string): void {
    const pending = life.pending.get(id);
    if (!pending || pending.cancelled) return;
    pending.cancelled = true;
    life.process.send({ type: 'cancel', id });
    // A cancelled picture may wait for its turn between two tiles, so its silence does not mean that the engine hangs.
    if (pending.kind === 'picture') return;
    const timer = setTimeout(() => life.end('cancel'), this.#limits.cancel * 1000);
    void pending.settled.then(() => clearTimeout(timer));
  }

  /** Reopens a photo that the app holds open, if the process was restarted since. */
  async #reopen(life: Life, photoId: string): Promise<void> {
    const open = this.#photos.get(photoId);
    if (!open) throw new EmulsionError('UNKNOWN_PHOTO');
    let held = life.photos.get(photoId);
    if (!held) {
      held = this.#send(life, 'open', open);
      life.photos.set(photoId, held);
    }
    try {
      await held;
    } catch (error) {
      // Stops reopening a photo that crashes the engine.
      this.#photos.delete(photoId);
      life.photos.delete(photoId);
      throw error;
    }
  }
}

/** Also settles when `signal` aborts. */
function wait(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
