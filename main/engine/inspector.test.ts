import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inEnglish, sentencesOf } from '../../text/message';
import { EmulsionError } from '../errors';
import { randomNumbers } from '../restoration/random';
import { createInspector, type Inspector } from './inspector';
import { forkEngine } from './launch';
import { buildEngine, temporaryFolder } from './test-support';

const FIXTURES = join(import.meta.dirname, '..', 'generators', 'inspect', 'fixtures');
const ENGINE_FIXTURES = join(import.meta.dirname, 'fixtures');
/** Milliseconds until an answer, whatever the file does. */
const LIMIT = 60_000;

let engine: Awaited<ReturnType<typeof buildEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let inspector: Inspector;
beforeAll(async () => {
  engine = await buildEngine();
  folder = await temporaryFolder();
  // A run may take ten seconds here, and the process two gigabytes.
  inspector = createInspector(forkEngine(engine.entry), 1, { busy: 10, silence: 10, memory: 2 * 2 ** 30 });
}, 120_000);
afterAll(async () => {
  await inspector.close();
  await engine.remove();
  await folder.remove();
});

/** The codes and reasons why a file cannot be used; `usable` if it can. */
async function verdict(path: string): Promise<string> {
  try {
    const { decisions } = await inspector.inspect(path);
    return decisions.task ? 'usable' : 'undecided';
  } catch (error) {
    if (!(error instanceof EmulsionError) || error.code !== 'GENERATOR_REFUSED' || !error.reason) throw error;
    expect(sentencesOf(error.reason, inEnglish())).toMatch(/^[A-Z].*[.]$/);
    return error.reason[0]!.key;
  }
}

it(
  'inspects a file in a process of its own',
  async () => {
    const found = await inspector.inspect(join(FIXTURES, '2x-int8.onnx'));
    expect(found).toMatchObject({ name: '2x-int8.onnx', opset: 17, weights: [], decisions: { scale: { value: 2 } } });
  },
  LIMIT,
);

it(
  'names what is wrong',
  async () => {
    const write = async (name: string, content: string | Buffer) => {
      await writeFile(join(folder.path, name), content);
      return verdict(join(folder.path, name));
    };
    expect(await write('empty.onnx', '')).toBe('models.refused.empty');
    expect(await write('page.onnx', '<!DOCTYPE html><title>Sign in</title>')).toBe('models.refused.webPage');
    expect(await write('pointer.onnx', 'version https://git-lfs.github.com/spec/v1\n')).toBe('models.refused.pointer');
    expect(await write('net.pth', Buffer.from('PK\x03\x04archive/data.pkl', 'latin1'))).toBe(
      'models.refused.otherFormat',
    );
    expect(await write('letter.onnx', 'Dear Ada')).toBe('models.refused.notOnnx');
    expect(await verdict(join(FIXTURES, 'foreign-operator.onnx'))).toBe('models.refused.operator');
    // Without its weights.
    await copyFile(join(FIXTURES, 'weights-beside.onnx'), join(folder.path, 'alone.onnx'));
    expect(await verdict(join(folder.path, 'alone.onnx'))).toBe('models.refused.missingWeights');
    await expect(inspector.inspect(join(folder.path, 'none.onnx'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  },
  LIMIT,
);

it(
  'survives a run without an end, and one that takes all memory',
  async () => {
    expect(await verdict(join(FIXTURES, 'endless.onnx'))).toBe('models.refused.endless');
    expect(['usable', 'models.refused.memory']).toContain(await verdict(join(ENGINE_FIXTURES, 'huge.onnx')));
    expect(await verdict(join(FIXTURES, '2x-int8.onnx'))).toBe('usable');
  },
  2 * LIMIT,
);

it(
  'can be given up',
  async () => {
    const signal = AbortSignal.timeout(300);
    await expect(inspector.inspect(join(FIXTURES, 'square-512.onnx'), { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  },
  LIMIT,
);

it('answers any change to a file with a sentence', async () => {
  const names = (await readdir(FIXTURES)).filter(
    (name) =>
      /^(2x|4x|ffdnet|drunet|migan_p|residual|fbcnn|weights-b|two|endless)/.test(name) && name.endsWith('.onnx'),
  );
  const files = await Promise.all(names.map((name) => readFile(join(FIXTURES, name))));
  const path = join(folder.path, 'mutated.onnx');
  const counts = new Map<string, number>();
  await fc.assert(
    // Only a seed, since the small numbers that fast-check prefers would change the first bytes alone.
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = randomNumbers(seed);
      const base = files[Math.floor(random() * files.length)]!;
      let bytes: Buffer = Buffer.from(base);
      for (let times = random() < 0.6 ? 1 : 3; times > 0; times--) bytes = mutated(bytes, random);
      await writeFile(path, bytes);
      const started = performance.now();
      const outcome = await verdict(path);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      expect(performance.now() - started).toBeLessThan(3 * LIMIT);
    }),
    { numRuns: Number(process.env.EMULSION_FUZZ ?? 25), seed: 20, endOnFailure: true },
  );
  if (process.env.EMULSION_FUZZ) console.log(Object.fromEntries(counts));
}, 3_600_000);

function mutated(bytes: Buffer, random: () => number): Buffer {
  const place = Math.floor(random() * bytes.length);
  const byte = Math.floor(random() * 256);
  const kind = random();
  if (kind < 0.35) bytes[place] = byte;
  else if (kind < 0.7) bytes[place] = bytes[place]! ^ (1 << (byte % 8));
  else if (kind < 0.76) return bytes.subarray(0, place);
  else if (kind < 0.84) return Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.max(0, place - byte))]);
  else if (kind < 0.92) return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + (byte % 16))]);
  // A shape or a length that no memory holds.
  else Buffer.from([0xff, 0xff, 0xff, 0x7f]).copy(bytes, place);
  return bytes;
}
