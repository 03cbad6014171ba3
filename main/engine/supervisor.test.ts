import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineStatus } from '../../contract/app';
import type { Photo } from '../../contract/photo';
import { type LogRecord, sendLog } from '../log/log';
import { missingLibrary } from './failures';
import { OVER_BUDGET } from './own-memory';
import type { EngineOptions, EngineProcess, FromEngine, RequestKind, Requests, ToEngine } from './protocol';
import { createEngine, type Engine, type EngineLimits } from './supervisor';
import { temporaryFolder } from './test-support';
import { type Use, Verdicts } from './verdicts';

type RequestMessage = Extract<ToEngine, { type: 'request' }>;

/** A process controlled by the test. */
class FakeProcess implements EngineProcess {
  readonly pid = 1;
  readonly received: ToEngine[] = [];
  killed = false;
  /** Answers to each request; undefined leaves it unanswered. */
  answers: (request: RequestMessage) => FromEngine[] | undefined;
  #message: (message: FromEngine) => void = () => {};
  #exit: (code: number | null, signal: string | null, stderr?: string) => void = () => {};

  constructor(answers: FakeProcess['answers']) {
    this.answers = answers;
  }

  send(message: ToEngine): void {
    this.received.push(message);
    if (message.type !== 'request') return;
    for (const answer of this.answers(message) ?? []) queueMicrotask(() => this.say(answer));
  }
  onMessage(listener: (message: FromEngine) => void): void {
    this.#message = listener;
  }
  onExit(listener: (code: number | null, signal: string | null, stderr?: string) => void): void {
    this.#exit = listener;
  }
  kill(): void {
    this.killed = true;
    this.end(null, 'SIGKILL');
  }
  say(message: FromEngine): void {
    this.#message(message);
  }
  end(code: number | null, signal: string | null, stderr?: string): void {
    queueMicrotask(() => this.#exit(code, signal, stderr));
  }
  requests(kind: RequestKind): RequestMessage[] {
    return this.received.filter(
      (message): message is RequestMessage => message.type === 'request' && message.kind === kind,
    );
  }
}

const ok = (request: RequestMessage, value: unknown = null): FromEngine[] => [
  { type: 'answer', id: request.id, result: { ok: true, value } },
];
const photo = { id: 'a' } as Photo;
const options: EngineOptions = { models: '/models', provider: 'auto', threads: 0 };
const use: Use = {
  generator: 'restorer',
  sha256: 'a'.repeat(64),
  provider: 'webgpu',
  device: 'A card',
  driver: '1',
  runtime: '1',
};

let processes: FakeProcess[];
let statuses: EngineStatus[];
let engine: Engine;

/** Starts an engine whose processes answer everything except the `silent` kinds. */
function start(limits: Partial<EngineLimits> = {}, silent: RequestKind[] = [], begin = true, own = options): void {
  processes = [];
  statuses = [];
  engine = createEngine({
    launch: () => {
      const fake = new FakeProcess((request) =>
        silent.includes(request.kind) ? undefined : ok(request, request.kind === 'open' ? photo : null),
      );
      processes.push(fake);
      if (begin) queueMicrotask(() => fake.say({ type: 'ready' }));
      return fake;
    },
    options: own,
    onStatus: (status) => void statuses.push(status),
    limits,
  });
}

const openRequest = { photoId: 'a', path: '/a.jpg', name: 'a.jpg' };
const states = () => statuses.map(({ state }) => state);
/** Lets due promises and timers run. */
const pass = (seconds = 0) => vi.advanceTimersByTimeAsync(seconds * 1000);

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  const closing = engine.close();
  await pass(10);
  await closing;
  vi.useRealTimers();
});

describe('requests', () => {
  it('configures a new process first and passes values through', async () => {
    start();
    expect(await engine.request('open', openRequest)).toBe(photo);
    const [first, second] = processes[0]!.received as RequestMessage[];
    expect(first).toMatchObject({ kind: 'configure', body: { models: '/models', provider: 'auto' } });
    expect(second).toMatchObject({ kind: 'open', body: openRequest });
  });

  it('passes coded failures through', async () => {
    start();
    const reason = [{ key: 'failures.isFolder' }];
    processes[0]!.answers = ({ id }) => [
      {
        type: 'answer',
        id,
        result: { ok: false, error: { code: 'NOT_A_PHOTO', message: 'No.', reason, detail: 'text' } },
      },
    ];
    await expect(engine.request('open', openRequest)).rejects.toMatchObject({
      code: 'NOT_A_PHOTO',
      message: 'This is a folder, not a photo.',
      reason,
      detail: 'text',
    });
  });

  it('refuses a photo that is not open without asking the process', async () => {
    start();
    await expect(engine.request('analyse', { photoId: 'b' })).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
    expect(processes[0]!.requests('analyse')).toHaveLength(0);
  });

  it('forgets a closed photo', async () => {
    start();
    await engine.request('open', openRequest);
    await engine.request('close', { photoId: 'a' });
    await expect(engine.request('analyse', { photoId: 'a' })).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
  });

  it('reports progress until the job is cancelled', async () => {
    start({}, ['generators']);
    const controller = new AbortController();
    const seen: number[] = [];
    const job = engine.request('generators', null, {
      signal: controller.signal,
      onProgress: ({ done }) => void seen.push(done),
    });
    const failed = expect(job).rejects.toMatchObject({ code: 'CANCELLED' });
    await pass();
    const [{ id } = { id: '' }] = processes[0]!.requests('generators');
    const progress = (done: number): FromEngine => ({
      type: 'progress',
      id,
      progress: { stage: 'computing', step: null, done, secondsLeft: null },
    });
    processes[0]!.say(progress(0.25));
    controller.abort();
    processes[0]!.say(progress(0.5));
    expect(processes[0]!.received.at(-1)).toEqual({ type: 'cancel', id });
    processes[0]!.say({ type: 'answer', id, result: { ok: false, error: { code: 'CANCELLED', message: '' } } });
    await failed;
    expect(seen).toEqual([0.25]);
    await pass(100);
    expect(processes).toHaveLength(1);
  });

  it('sends nothing for a job that was cancelled before it started', async () => {
    start();
    await expect(engine.request('generators', null, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(processes[0]!.requests('generators')).toHaveLength(0);
  });
});

describe('a process that ends', () => {
  it('fails its requests, with the end of its error output, and is restarted', async () => {
    start({}, ['generators']);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      detail: expect.stringMatching(/SIGSEGV[\s\S]*stack smashed/),
    });
    await pass();
    processes[0]!.end(null, 'SIGSEGV', 'stack smashed\n');
    await failed;
    expect(engine.status().state).toBe('restarting');
    await pass(1);
    expect(processes).toHaveLength(2);
    expect(engine.status().state).toBe('ready');
  });

  it('reopens photos once, when they are next requested', async () => {
    start();
    await engine.request('open', openRequest);
    processes[0]!.end(1, null);
    await pass(1);
    expect(processes[1]!.requests('open')).toHaveLength(0);
    await Promise.all([engine.request('analyse', { photoId: 'a' }), engine.request('analyse', { photoId: 'a' })]);
    expect(processes[1]!.requests('open')).toHaveLength(1);
    const kinds = processes[1]!.received.map((message) => message.type === 'request' && message.kind);
    expect(kinds).toEqual(['configure', 'open', 'analyse', 'analyse']);
  });

  it('stops reopening a photo that crashes it', async () => {
    start();
    await engine.request('open', openRequest);
    processes[0]!.end(1, null);
    await pass(1);
    processes[1]!.answers = (request) => {
      if (request.kind === 'open') processes[1]!.end(1, null);
      return undefined;
    };
    const failed = expect(engine.request('analyse', { photoId: 'a' })).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
    });
    await pass(5);
    await failed;
    await expect(engine.request('analyse', { photoId: 'a' })).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
  });

  it('is not restarted after three crashes in a row, until the next request', async () => {
    start();
    await pass();
    for (let crash = 0; crash < 3; crash++) {
      processes.at(-1)!.end(1, null, 'no library');
      await pass(5);
    }
    expect(engine.status()).toMatchObject({ state: 'failed', note: expect.stringContaining('no library') });
    expect(processes).toHaveLength(3);
    await engine.request('generators', null);
    expect(processes).toHaveLength(4);
    expect(engine.status().state).toBe('ready');
  });

  it('is restarted on demand after that, with as many chances as at first', async () => {
    start();
    await pass();
    const crash = async () => {
      processes.at(-1)!.end(1, null);
      await pass(5);
    };
    await crash();
    // A running process needs no restart.
    engine.restart();
    expect(processes).toHaveLength(2);
    await crash();
    processes.at(-1)!.answers = () => undefined;
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await pass();
    await crash();
    await failed;
    expect(engine.status().state).toBe('failed');

    engine.restart();
    await pass();
    expect(engine.status()).toMatchObject({ state: 'ready', note: null });
    expect(processes).toHaveLength(4);
    await crash();
    expect(engine.status().state).toBe('ready');
    expect(processes).toHaveLength(5);
  });

  it('keeps being restarted if it has answered in between', async () => {
    start();
    for (let crash = 0; crash < 5; crash++) {
      await engine.request('generators', null);
      processes.at(-1)!.end(1, null);
      await pass(5);
    }
    expect(states()).not.toContain('failed');
  });

  it.each([
    ['was computing a net', (fake: FakeProcess) => fake.say({ type: 'using', use })],
    [
      'was in use',
      (fake: FakeProcess) =>
        fake.say({
          type: 'status',
          status: { state: 'busy', provider: 'webgpu', device: null, threads: 1, memory: 512, refused: [], note: null },
        }),
    ],
  ])('is told to avoid the provider that %s', async (_, say) => {
    start();
    await pass();
    say(processes[0]!);
    processes[0]!.end(null, 'SIGSEGV');
    await pass(1);
    expect(processes[1]!.requests('configure')[0]?.body).toMatchObject({ avoid: ['webgpu'] });
    engine.configure(options);
    expect(processes[1]!.requests('configure')[1]?.body).toMatchObject({ avoid: [] });
  });

  it.each([
    ['crashed', {}, (fake: FakeProcess) => fake.end(null, 'SIGSEGV'), 1],
    ['hung', { silence: 5 }, () => {}, 1],
    // Neither is a fault of what it computed.
    ['took too much memory', {}, (fake: FakeProcess) => fake.end(null, 'SIGKILL', OVER_BUDGET), 0],
  ])('remembers the net and the provider with which it %s', async (_, limits, end, count) => {
    const folder = await temporaryFolder();
    try {
      const verdicts = new Verdicts(folder.path);
      start(limits, ['analyse'], true, { ...options, providers: folder.path });
      await engine.request('open', openRequest);
      const failed = expect(engine.request('analyse', { photoId: 'a' })).rejects.toThrow();
      await pass();
      processes[0]!.say({ type: 'using', use });
      end(processes[0]!);
      await pass(6);
      await failed;
      await vi.waitFor(async () => expect(await verdicts.list()).toHaveLength(count));
      if (count > 0) expect(await verdicts.find(use)).toEqual({ outcome: 'crashed' });
    } finally {
      await folder.remove();
    }
  });

  it('blames no net that was done, or that the CPU computed, when it ended', async () => {
    const folder = await temporaryFolder();
    try {
      start({}, [], true, { ...options, providers: folder.path });
      await pass();
      processes[0]!.say({ type: 'using', use });
      await engine.request('open', openRequest);
      processes[0]!.end(null, 'SIGSEGV');
      await pass(1);
      processes[1]!.say({ type: 'using', use });
      processes[1]!.say({ type: 'using', use: null });
      processes[1]!.end(null, 'SIGSEGV');
      await pass(5);
      expect(processes).toHaveLength(3);
      expect(await new Verdicts(folder.path).list()).toEqual([]);
    } finally {
      await folder.remove();
    }
  });

  it('is in the log with what it said at its end, and so are its own records', async () => {
    const records: LogRecord[] = [];
    sendLog('window', (record) => void records.push(record));
    start();
    await pass();
    const own: LogRecord = { time: '', level: 'warn', process: 'engine', pid: 1, text: 'a request failed' };
    processes[0]!.say({ type: 'log', record: own });
    processes[0]!.end(null, 'SIGSEGV', "cannot open '/home/ada/lib.so'");
    await pass();
    sendLog('window', undefined);
    expect(records).toContainEqual(own);
    expect(records.at(-1)).toMatchObject({
      level: 'error',
      process: 'window',
      code: 'ENGINE_CRASHED',
      detail: "exit code null, signal SIGSEGV\ncannot open 'lib.so'",
    });
  });

  it('names the runtime that is missing on a fresh Windows', async () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    start({}, [], false);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringContaining('Visual C++ Redistributable'),
    });
    const binding = '\\\\?\\C:\\emulsion\\bin\\napi-v6\\win32\\x64\\onnxruntime_binding.node';
    const stderr = `Error: Das angegebene Modul wurde nicht gefunden.\n${binding}\n  code: 'ERR_DLOPEN_FAILED'`;
    processes[0]!.end(1, null, stderr);
    await pass();
    await failed;
    platform.mockRestore();
    expect(missingLibrary(stderr, 'linux')).toBeUndefined();
    expect(missingLibrary("Error: broken\n  code: 'ERR_DLOPEN_FAILED'", 'win32')).toBeUndefined();
  });

  it('fails requests if it ends before it is ready', async () => {
    start({}, [], false);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
    processes[0]!.end(1, null, 'cannot find module');
    await pass();
    await failed;
  });
});

describe('a process that does not answer', () => {
  it('is ended if it is silent for longer than it announced', async () => {
    start({ silence: 5 }, ['generators']);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'ENGINE_HUNG' });
    await pass();
    processes[0]!.say({ type: 'busy', seconds: 30 });
    await pass(25);
    expect(processes[0]!.killed).toBe(false);
    await pass(10);
    expect(processes[0]!.killed).toBe(true);
    await failed;
  });

  it('may be silent for ever while it has no request', async () => {
    start({ silence: 5 });
    await engine.request('generators', null);
    await pass(1000);
    expect(processes).toHaveLength(1);
    expect(processes[0]!.killed).toBe(false);
  });

  it('is ended if it never becomes ready', async () => {
    start({ start: 10 }, [], false);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'ENGINE_HUNG' });
    await pass(15);
    await failed;
  });

  it('is ended some time after a cancel, which does not count as a crash', async () => {
    start({ cancel: 4 }, ['generators']);
    const controller = new AbortController();
    const failed = expect(engine.request('generators', null, { signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    await pass();
    controller.abort();
    await pass(3);
    expect(processes[0]!.killed).toBe(false);
    await pass(2);
    await failed;
    expect(processes).toHaveLength(2);
    expect(engine.status().state).toBe('ready');
  });
});

describe('the memory of the process', () => {
  it.runIf(process.platform === 'linux')(
    'is watched, and above its budget the process is ended with a code',
    async () => {
      start({ memory: 1 }, ['restore']);
      const request = { path: '/swells.tif' } as Requests['restore']['request'];
      const failed = expect(engine.request('restore', request)).rejects.toMatchObject({ code: 'MEMORY_LIMIT' });
      await pass(1);
      await failed;
      expect(processes[0]!.killed).toBe(true);
    },
  );

  it('is limited by the process itself where only that can see it', async () => {
    start({}, ['restore']);
    const request = { path: '/swells.tif' } as Requests['restore']['request'];
    const failed = expect(engine.request('restore', request)).rejects.toMatchObject({ code: 'MEMORY_LIMIT' });
    await pass();
    processes[0]!.end(null, 'SIGKILL', OVER_BUDGET);
    await failed;
  });

  it('is let alone within its budget', async () => {
    start({ memory: Number.MAX_SAFE_INTEGER });
    await engine.request('generators', null);
    await pass(5);
    expect(processes[0]!.killed).toBe(false);
  });
});

describe('close', () => {
  it('cancels, waits for the answers, ends the process and starts no other', async () => {
    start({ close: 3 }, ['generators']);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'CANCELLED' });
    await pass();
    const closing = engine.close();
    await pass(1);
    expect(processes[0]!.received.at(-1)).toMatchObject({ type: 'cancel' });
    expect(processes[0]!.killed).toBe(false);
    const [{ id } = { id: '' }] = processes[0]!.requests('generators');
    processes[0]!.say({ type: 'answer', id, result: { ok: false, error: { code: 'CANCELLED', message: '' } } });
    await pass();
    await closing;
    await failed;
    expect(processes[0]!.killed).toBe(true);
    await pass(100);
    expect(processes).toHaveLength(1);
    await expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('does not wait for ever', async () => {
    start({ close: 3 }, ['generators']);
    const failed = expect(engine.request('generators', null)).rejects.toMatchObject({ code: 'CANCELLED' });
    await pass();
    const closing = engine.close();
    await pass(4);
    await closing;
    await failed;
  });
});
