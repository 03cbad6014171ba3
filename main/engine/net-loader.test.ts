import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Provider } from '../../contract/app';
import { inEnglish, sentencesOf } from '../../text/message';
import type { GeneratorStore, InstalledGenerator } from '../generators/store';
import type { Device } from './devices';
import { Job } from './job';
import type { LoadedNet } from './loaded-net';
import { compare, TOLERANCE } from './net-loader';
import { Sessions } from './sessions';
import { fixtureCard, installFixture, temporaryFolder } from './test-support';
import { JobTools } from './tools';
import { type Use, Verdicts } from './verdicts';

/** A graphics card that the CPU plays: what it does wrong, and what was loaded for which provider. */
const card = vi.hoisted(() => ({
  offset: 0,
  wrongFor: (_bytes: number): boolean => true,
  refuses: (_bytes: number): boolean => false,
  /** Milliseconds that a run takes, on a clock of its own. */
  slow: 1,
  slowCpu: 10,
  clock: 0,
  devices: [{ name: 'A card', driver: '1.0' }] as Device[],
  created: [] as string[],
}));

vi.mock('./devices', async (original) => ({
  ...(await original<typeof import('./devices')>()),
  devicesFor: async () => card.devices,
}));

vi.mock('onnxruntime-node', async (original) => {
  const real = await original<typeof import('onnxruntime-node')>();
  const create = async (content: Buffer, options: InferenceSession.SessionOptions) => {
    const [wanted] = options.executionProviders as [string | { name: string }];
    const name = typeof wanted === 'string' ? wanted : wanted.name;
    card.created.push(name);
    if (name !== 'cpu' && card.refuses(content.length)) throw new Error('no adapter');
    const session = await real.InferenceSession.create(content, { ...options, executionProviders: ['cpu'] });
    return new Proxy(session, {
      get(target, key) {
        if (key !== 'run') {
          const value = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (...args: Parameters<InferenceSession['run']>) => {
          const answer = (await target.run(...args)) as Record<string, Tensor>;
          card.clock += name === 'cpu' ? card.slowCpu : card.slow;
          if (name === 'cpu' || card.offset === 0 || !card.wrongFor(content.length)) return answer;
          // The picture is in the caller's tensors, see `LoadedNet.run`.
          for (const { data } of Object.values(args[1] as Record<string, Tensor>))
            for (let i = 0; i < data.length; i++) (data as Float32Array)[i]! += card.offset;
          return answer;
        };
      },
    });
  };
  return {
    ...real,
    listSupportedBackends: () => ['cpu', 'webgpu'].map((name) => ({ name, bundled: true })),
    InferenceSession: { create },
  };
});

let models: Awaited<ReturnType<typeof temporaryFolder>>;
let data: Awaited<ReturnType<typeof temporaryFolder>>;
let blur: InstalledGenerator;
let gain: InstalledGenerator;
beforeAll(async () => {
  [models, data] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  vi.spyOn(performance, 'now').mockImplementation(() => card.clock);
  blur = await install('blur', { halo: 2 });
  gain = await install('identity');
});
afterEach(async () => {
  Object.assign(card, { offset: 0, slow: 1, wrongFor: () => true, refuses: () => false });
  card.devices = [{ name: 'A card', driver: '1.0' }];
  card.created = [];
  await new Verdicts(data.path).forget();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([models.remove(), data.remove()]);
});

async function install(file: string, changes: Parameters<typeof fixtureCard>[1] = {}): Promise<InstalledGenerator> {
  const made = await fixtureCard(file, changes);
  return { card: made, path: await installFixture(models.path, made), presets: [] };
}

/** The sessions of a new process, and what they tell. */
function process(provider: 'auto' | Provider = 'webgpu', device: string | null = null) {
  const told: { used: string; reasons: string[]; device: string | null }[] = [];
  const uses: (Use | null)[] = [];
  card.created = [];
  const sessions = new Sessions({
    provider,
    device,
    threads: 1,
    avoid: [],
    budget: 1e9,
    verdicts: new Verdicts(data.path),
    onUse: (use) => void uses.push(use),
    onProvider: (used, refused, on) =>
      void told.push({ used, reasons: refused.map(({ provider: which, reason }) => `${which} ${reason}`), device: on }),
    busy: () => {},
  });
  return { sessions, told, uses, load: (net: InstalledGenerator) => sessions.acquire(net) };
}

describe('a net on a provider other than the CPU', () => {
  it('proves itself once: then it is remembered, and the CPU is not asked again', async () => {
    const first = process();
    expect((await first.load(blur)).provider).toBe('webgpu');
    expect(card.created).toEqual(['cpu', 'webgpu']);
    expect(first.told).toEqual([{ used: 'webgpu', reasons: [], device: 'A card' }]);
    expect(first.uses[0]).toMatchObject({ generator: 'blur', provider: 'webgpu', device: 'A card', driver: '1.0' });
    expect(await new Verdicts(data.path).list()).toMatchObject([
      { use: { sha256: blur.card.sha256 }, verdict: { outcome: 'compared', isRight: true, worst: 0 } },
    ]);

    const second = process();
    expect((await second.load(blur)).provider).toBe('webgpu');
    expect(card.created).toEqual(['webgpu']);
  });

  it('is tried again with another driver, device or version', async () => {
    await process().load(blur);
    card.devices = [{ name: 'A card', driver: '2.0' }];
    await process().load(blur);
    expect(card.created).toEqual(['cpu', 'webgpu']);
    card.devices = [{ name: 'Another card', driver: '2.0' }];
    await process().load(blur);
    expect(card.created).toEqual(['cpu', 'webgpu']);
    expect(await new Verdicts(data.path).list()).toHaveLength(3);
  });

  it('is computed on the CPU if its answer is wrong, and other nets are not', async () => {
    card.offset = 0.02;
    const bytes = (await import('node:fs')).statSync(blur.path).size;
    card.wrongFor = (length) => length === bytes;
    const { load, told, sessions } = process('auto');
    const net = await load(blur);
    expect(net.provider).toBe('cpu');
    expect((await load(gain)).provider).toBe('webgpu');
    expect(told).toEqual([
      { used: 'cpu', reasons: ['webgpu differs'], device: null },
      { used: 'webgpu', reasons: [], device: 'A card' },
    ]);
    // What is used from the cache is told as well.
    await load(blur);
    expect(told.at(-1)).toEqual(told[0]);
    expect(sessions.whyNot(net)).toMatchObject([{ provider: 'webgpu', reason: 'differs' }]);

    // The next process does not even try.
    const next = process('auto');
    expect((await next.load(blur)).provider).toBe('cpu');
    expect(card.created).toEqual(['cpu']);
    expect(next.told).toEqual([{ used: 'cpu', reasons: ['webgpu differs'], device: null }]);
    await new Verdicts(data.path).forget('webgpu');
    card.offset = 0;
    expect((await process('auto').load(blur)).provider).toBe('webgpu');
  });

  it('is computed on the CPU if that is faster, unless the provider was chosen', async () => {
    card.slow = 12;
    expect((await process('auto').load(blur)).provider).toBe('cpu');
    card.slow = 1;
    expect((await process('auto').load(blur)).provider).toBe('cpu');
    expect((await process('webgpu').load(blur)).provider).toBe('webgpu');
  });

  it('is not tried where it stopped the engine, and no net where two did', async () => {
    const { load, uses } = process();
    await load(blur);
    const use = uses[0]!;
    const verdicts = new Verdicts(data.path);
    await verdicts.remember(use, { outcome: 'crashed' });
    const next = process('auto');
    expect((await next.load(blur)).provider).toBe('cpu');
    expect(card.created).toEqual(['cpu']);
    expect(next.told).toEqual([{ used: 'cpu', reasons: ['webgpu crashed'], device: null }]);
    expect((await next.load(gain)).provider).toBe('webgpu');

    await verdicts.remember({ ...use, sha256: 'f'.repeat(64) }, { outcome: 'crashed' });
    expect((await process().load(gain)).provider).toBe('cpu');
    card.devices = [{ name: 'A card', driver: '2.0' }];
    expect((await process().load(gain)).provider).toBe('webgpu');
  });

  it('is not tried any more if its provider cannot even compute a tiny one; otherwise only this net is not', async () => {
    const bytes = (await import('node:fs')).statSync(gain.path).size;
    card.refuses = (length) => length === bytes;
    const some = process();
    expect((await some.load(gain)).provider).toBe('cpu');
    expect(some.told[0]!.reasons).toEqual(['webgpu failed']);
    expect((await some.load(blur)).provider).toBe('webgpu');

    card.refuses = () => true;
    await new Verdicts(data.path).forget();
    const none = process();
    await none.load(gain);
    card.created = [];
    await none.load(blur);
    expect(card.created).toEqual(['cpu']);
    expect(none.told.map(({ reasons }) => reasons)).toEqual([['webgpu failed'], ['webgpu failed']]);
  });
});

it('why a net was not computed where it should be stands in the report of its step, and of no other', async () => {
  card.offset = 0.02;
  const find = () => blur;
  const tools = new JobTools(new Job('1', () => {}), { find } as unknown as GeneratorStore, process().sessions, null);
  const pass = {
    task: 'restore' as const,
    ...{ width: 64, height: 64 },
    read: (_rect: unknown, into: Float32Array) => void into.fill(0.5).fill(0.2, 0, 99),
    write: () => {},
  };
  tools.beginStep();
  expect((await tools.runTiles(pass)).provider).toBe('cpu');
  await tools.runTiles(pass);
  expect(tools.notes()).toEqual([{ key: 'refusals.differs', values: { provider: 'webgpu' } }]);
  expect(sentencesOf(tools.notes(), inEnglish())).toMatch(/^Graphics \(WebGPU\) computes this net differently/);
  tools.beginStep();
  expect(tools.notes()).toEqual([]);
});

describe('the tolerance', () => {
  const net = (type: string, add: (i: number) => number) =>
    ({
      card: {
        input: { type, channels: 'rgb', range: [0, 1], multiple: 1, remainder: 0, minimum: 1 },
        output: { type, channels: 'rgb', range: [0, 1], scale: 1, offset: 0 },
        tile: 64,
      },
      furtherFor: () => ({}),
      run: async (input: Float32Array, _w: number, _h: number, output: Float32Array) =>
        output.set(input.map((value, i) => value + add(i))),
    }) as unknown as LoadedNet;
  const right = async (type: string, add: (i: number) => number) =>
    (
      await compare(
        net(type, add),
        net(type, () => 0),
      )
    ).isRight;

  it.each(['float32', 'float16'] as const)('of %s lets rounding pass, and nothing that is seen', async (type) => {
    const { worst, mean } = TOLERANCE[type];
    expect(await right(type, (i) => (i % 2 === 0 ? 0.9 : -0.9) * mean)).toBe(true);
    // A cast of colour that no single pixel shows.
    expect(await right(type, () => 1.1 * mean)).toBe(false);
    expect(await right(type, (i) => (i === 77 ? 0.9 * worst : 0))).toBe(true);
    expect(await right(type, (i) => (i === 77 ? 1.1 * worst : 0))).toBe(false);
    expect(await right(type, (i) => (i === 77 ? Number.NaN : 0))).toBe(false);
  });

  it('is wider for 16 bits', async () => {
    const add = (i: number) => (i === 77 ? 3 / 255 : 0);
    expect(await right('float16', add)).toBe(true);
    expect(await right('float32', add)).toBe(false);
  });
});
