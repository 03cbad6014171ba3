import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstalledGenerator } from '../generators/store';
import { Sessions } from './sessions';
import { fixtureCard, installFixture, temporaryFolder } from './test-support';
import { runTilePass, type TileHooks } from './tiles';
import { Verdicts } from './verdicts';

let models: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  models = await temporaryFolder();
});
afterAll(() => models.remove());

const hooks: TileHooks = { breathe: () => Promise.resolve(), busy: () => {} };

function sessions(changes: Partial<ConstructorParameters<typeof Sessions>[0]> = {}): Sessions {
  return new Sessions({
    provider: 'cpu',
    threads: 1,
    avoid: [],
    budget: 1e9,
    verdicts: new Verdicts(undefined),
    onUse: () => {},
    onProvider: () => {},
    busy: () => {},
    ...changes,
  });
}

async function install(file: string, changes: Parameters<typeof fixtureCard>[1] = {}): Promise<InstalledGenerator> {
  const card = await fixtureCard(file, changes);
  return { card, path: await installFixture(models.path, card), presets: [] };
}

/** Runs a fixture over planes of floats and returns the resulting planes. */
async function compute(
  generator: InstalledGenerator,
  width: number,
  height: number,
  sample: (plane: number, x: number, y: number) => number,
  extras?: Record<string, number>,
) {
  const scale = generator.card.output.scale;
  const planesOut = Array.isArray(generator.card.output.channels) ? generator.card.output.channels.length : 3;
  const output = new Float32Array(planesOut * width * height * scale ** 2);
  const net = await sessions().acquire(generator);
  const report = await runTilePass(
    net,
    {
      task: 'restore',
      width,
      height,
      extras,
      read: (rect, into) => {
        const count = rect.width * rect.height;
        for (let i = 0; i < into.length; i++) {
          into[i] = sample(
            Math.floor(i / count),
            rect.x + ((i % count) % rect.width),
            rect.y + Math.floor((i % count) / rect.width),
          );
        }
      },
      write: (rect, planes) => {
        for (let i = 0; i < planes.length; i++) {
          const plane = Math.floor(i / (rect.width * rect.height));
          const y = rect.y + Math.floor((i % (rect.width * rect.height)) / rect.width);
          const x = rect.x + ((i % (rect.width * rect.height)) % rect.width);
          output[(plane * height * scale + y) * width * scale + x] = planes[i]!;
        }
      },
    },
    hooks,
  );
  return { output, report };
}

const texture = (plane: number, x: number, y: number) => ((x * 7 + y * 13 + plane * 29 + ((x * y) % 11)) % 256) / 255;

describe('Sessions', () => {
  it('runs a real net exactly', async () => {
    const { output } = await compute(await install('identity', { tile: 32 }), 50, 41, texture);
    for (let i = 0; i < output.length; i++) {
      const x = (i % (50 * 41)) % 50;
      const y = Math.floor((i % (50 * 41)) / 50);
      expect(output[i]).toBe(Math.fround(texture(Math.floor(i / (50 * 41)), x, y)));
    }
  });

  it('gives the same picture tiled and whole, with a real net of known receptive field', async () => {
    const tiled = await install('blur', { id: 'blur-tiled', tile: 24, halo: 2 });
    const whole = await install('blur', { id: 'blur-whole', tile: 1024, halo: 2 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 2, 7, 61, 97), fc.constantFrom(1, 3, 20, 53, 89), async (width, height) => {
        const { output } = await compute(tiled, width, height, texture);
        const { output: expected } = await compute(whole, width, height, texture);
        let worst = 0;
        for (let i = 0; i < output.length; i++) worst = Math.max(worst, Math.abs(output[i]! - expected[i]!));
        expect(worst).toBeLessThan(1e-5);
      }),
      { numRuns: 12 },
    );
  });

  it('keeps the grid of a real net with strides', async () => {
    const input = { ...(await fixtureCard('cells')).input, multiple: 4 };
    const tiled = await compute(await install('cells', { id: 'cells-tiled', tile: 16, input }), 40, 40, texture);
    const whole = await compute(await install('cells', { id: 'cells-whole', tile: 64, input }), 40, 40, texture);
    expect(tiled.report.tiles).toBeGreaterThan(whole.report.tiles);
    expect(tiled.output).toEqual(whole.output);
  });

  it('enlarges', async () => {
    const output = { ...(await fixtureCard('identity')).output, scale: 2 };
    const result = await compute(await install('double', { tile: 16, halo: 2, output }), 20, 10, texture);
    expect(result.output[1]).toBe(Math.fround(texture(0, 0, 0)));
    expect(result.output[40 * 20 * 2 + 40 * 3 + 7]).toBe(Math.fround(texture(2, 3, 1)));
  });

  it('gives as many planes as a detector has', async () => {
    const base = await fixtureCard('detector');
    const generator = await install('detector', {
      tile: 32,
      halo: 3,
      input: { ...base.input, channels: 'luma' },
      output: { ...base.output, channels: ['lines', 'blobs'] },
    });
    const { output } = await compute(generator, 40, 40, (_, x, y) => (x === 20 ? 1 : 0.2 + y / 1000));
    expect(output[10 * 40 + 20]).toBeGreaterThan(0.9);
    expect(output[10 * 40 + 5]).toBeLessThan(0.1);
    expect(output[1600 + 10 * 40 + 20]).toBeLessThan(0.1);
  });

  it('passes the defaults of extra inputs', async () => {
    const gain = { name: 'gain', label: 'Gain', min: 0, max: 2, default: 0.5 };
    const { output } = await compute(await install('gain', { extraInputs: [gain] }), 8, 8, () => 0.5);
    expect(new Set(output)).toEqual(new Set([0.25]));
  });

  it('passes the values of extra inputs given for the pass', async () => {
    const strength = { name: 'strength', label: 'Expected error', min: 0, max: 0.3, default: 0.05 };
    const generator = await install('restorer', { tile: 32, halo: 1, extraInputs: [strength] });
    const dot = (_: number, x: number, y: number) => (x === 20 && y === 20 ? 1 : 0);
    const centre = async (extras?: Record<string, number>) =>
      (await compute(generator, 40, 40, dot, extras)).output[20 * 40 + 20]!;
    expect(await centre({ strength: 0 })).toBe(1);
    expect(await centre({ strength: 0.1 })).toBeCloseTo(1 / 9, 5);
    // Without a value, the default of the card applies, also after passes with a value.
    expect(await centre()).toBeCloseTo(1 - 0.5 * (8 / 9), 5);
  });

  it('refuses a net that lacks an input of the card', async () => {
    const gain = { name: 'gain', label: 'Gain', min: 0, max: 2, default: 1 };
    const generator = await install('identity', { id: 'no-gain', extraInputs: [gain] });
    await expect(sessions().acquire(generator)).rejects.toMatchObject({ code: 'GENERATOR_REFUSED' });
  });

  it('makes tiles smaller if onnxruntime cannot allocate', async () => {
    const { report, output } = await compute(await install('huge', { tile: 160 }), 150, 150, texture);
    expect(report.tile).toBeLessThan(128);
    expect(output[149]).toBe(Math.fround(texture(0, 149, 0)));
  });

  it.each([
    ['constant', 'OUTPUT_INVALID'],
    ['nan', 'OUTPUT_INVALID'],
  ])('refuses the output of the net "%s"', async (file, code) => {
    await expect(compute(await install(file), 64, 64, texture)).rejects.toMatchObject({ code });
  });

  it('refuses an output of another size than the card says', async () => {
    const output = { ...(await fixtureCard('identity')).output, scale: 2 };
    const generator = await install('identity', { id: 'no-scale', output });
    await expect(compute(generator, 32, 32, texture)).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it('refuses a file that differs from its card', async () => {
    const generator = await install('identity', { id: 'altered', sha256: '0'.repeat(64) });
    await expect(sessions().acquire(generator)).rejects.toMatchObject({ code: 'GENERATOR_DAMAGED' });
  });

  it('refuses a file that is not a net, even if its hash is right', async () => {
    const text = 'not a protobuf';
    const path = join(models.path, 'garbage.onnx');
    await writeFile(path, text);
    const card = await fixtureCard('identity', { sha256: createHash('sha256').update(text).digest('hex') });
    await expect(sessions().acquire({ card, path, presets: [] })).rejects.toMatchObject({ code: 'GENERATOR_DAMAGED' });
  });

  it.each([
    ['an input of another name', { input: { name: 'picture' } }],
    ['an output of another name', { output: { name: 'picture' } }],
  ])('refuses a card with %s', async (_, { input, output }: { input?: object; output?: object }) => {
    const base = await fixtureCard('identity');
    const generator = await install('identity', {
      id: 'misnamed',
      input: { ...base.input, ...input },
      output: { ...base.output, ...output },
    });
    await expect(sessions().acquire(generator)).rejects.toMatchObject({ code: 'GENERATOR_REFUSED' });
  });

  it('refuses a net with an input that the card does not name', async () => {
    const generator = await install('gain', { id: 'secret-input' });
    await expect(sessions().acquire(generator)).rejects.toMatchObject({ code: 'GENERATOR_REFUSED' });
  });

  it('keeps what fits in its budget and frees the least recently used', async () => {
    const first = await install('identity', { id: 'first' });
    const second = await install('identity', { id: 'second' });
    const roomy = sessions();
    const net = await roomy.acquire(first);
    await roomy.acquire(second);
    expect(await roomy.acquire(first)).toBe(net);

    const tight = sessions({ budget: 1 });
    const before = await tight.acquire(first);
    await tight.acquire(second);
    expect(await tight.acquire(first)).not.toBe(before);
  });

  it('computes on the CPU and reports why, if the requested provider is missing', async () => {
    const told: unknown[] = [];
    const asked = process.platform === 'win32' ? 'coreml' : 'dml';
    const here = sessions({ provider: asked, onProvider: (...args) => void told.push(args) });
    await here.acquire(await install('identity'));
    expect(told).toEqual([['cpu', [{ provider: asked, reason: 'missing', detail: expect.any(String) }], null]]);
  });

  it('does not use a provider that crashed the engine before', async () => {
    const tried: unknown[] = [];
    const told: unknown[] = [];
    const careful = sessions({
      provider: 'webgpu',
      avoid: ['webgpu'],
      onUse: (use) => void (use && tried.push(use)),
      onProvider: (...args) => void told.push(args),
    });
    await careful.acquire(await install('identity'));
    expect(tried).toEqual([]);
    expect(told).toEqual([['cpu', [{ provider: 'webgpu', reason: 'crashed', detail: expect.any(String) }], null]]);
  });
});
