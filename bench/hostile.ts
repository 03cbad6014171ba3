import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { ErrorCode } from '../contract/errors';
import { forkEngine } from '../main/engine/launch';
import { residentMemoryOf } from '../main/engine/resident';
import { createEngine } from '../main/engine/supervisor';
import { toEmulsionError } from '../main/errors';
import { dng } from '../main/photos/test-dng';
import { testScene } from '../main/restoration/testing/scene';
import type { Figure } from './figure';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENGINE = join(ROOT, 'out', 'main', 'engine.js');
const PICTURES = Number(process.env.EMULSION_FUZZ_PICTURES ?? 10_000);
/** Runs of each property test; the gate runs fewer. */
const RUNS = process.env.EMULSION_FUZZ ?? '500';
/** Metadata blocks of the property test about photos. */
const BLOCKS = process.env.EMULSION_FUZZ_BLOCKS ?? '2000';
const SUITES = [
  'batch/strangers',
  'batch/every-write',
  'edits/strangers',
  'generators/store',
  'generators/inspect/onnx-file',
  'engine/inspector',
  'photos/strangers',
].map((name) => `main/${name}.test.ts`);
const FIXTURES = join(ROOT, 'main', 'photos', 'fixtures');
/** Pictures that harmed the engine stay here after the run. */
const HARMFUL = join(ROOT, 'out', 'bench', 'harmful');
/** Codes that mean that the engine itself was harmed. */
const HARMED: readonly ErrorCode[] = ['ENGINE_CRASHED', 'ENGINE_HUNG', 'ENGINE_FAILED', 'MEMORY_LIMIT', 'INTERNAL'];

/** Keeps a picture that harmed the engine, for a test of its own. */
async function keep(path: string, bytes: Buffer, error: Error): Promise<void> {
  await mkdir(HARMFUL, { recursive: true });
  await writeFile(path, bytes);
  console.log(`${path}: ${error.message}`, error.cause ?? '');
}

/** Opens thousands of broken pictures in one engine, and runs the property tests about strangers' files for longer. */
export async function benchHostile(folder: string): Promise<Figure[]> {
  const bases = await pictures();
  const place = join(folder, 'pictures');
  await mkdir(place);
  let pid: number | undefined;
  const launch = forkEngine(ENGINE);
  const engine = createEngine({
    launch: () => {
      const started = launch();
      pid = started.pid;
      return started;
    },
    options: { models: join(ROOT, 'models'), provider: 'cpu', threads: 1 },
    onStatus: () => {},
  });
  const counts = new Map<string, number>();
  const random = seeded(19);
  let peak = 0;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const path = join(place, 'photo');
  for (let index = 0; index < PICTURES; index++) {
    const bytes = mutated(bases[index % bases.length]!, random);
    await writeFile(path, bytes);
    const photoId = String(index);
    const outcome = await engine.request('open', { photoId, path, name: 'photo' }).then(
      () => 'opened',
      async (cause: unknown) => {
        const error = toEmulsionError(cause);
        if (HARMED.includes(error.code)) await keep(join(HARMFUL, `${index}-${error.code}`), bytes, error);
        return error.code;
      },
    );
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (outcome === 'opened') await engine.request('close', { photoId });
    peak = Math.max(peak, (residentMemoryOf(process.pid) ?? 0) + (residentMemoryOf(pid) ?? 0));
  }
  delay.disable();
  await engine.close();
  const harmed = HARMED.reduce((sum, code) => sum + (counts.get(code) ?? 0), 0);
  for (const [outcome, count] of counts) console.log(`${outcome}: ${count}`);
  const left = (await readdir(place)).filter((name) => name !== 'photo').length;
  return [
    { name: `pictures of ${PICTURES} that harmed the engine`, value: harmed, unit: '', limit: 0 },
    {
      name: 'delay of the main process, 99.9th percentile',
      value: delay.percentile(99.9) / 1e6,
      unit: 'ms',
      limit: 250,
    },
    { name: 'peak of main process and engine together', value: peak / 2 ** 20, unit: 'MB', limit: 700 },
    { name: 'files left behind', value: left, unit: '', limit: 0 },
    { name: `property tests that fail, with ${RUNS} runs each`, value: suites(), unit: '', limit: 0 },
  ];
}

function suites(): number {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--testTimeout=1200000', ...SUITES], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, EMULSION_FUZZ: RUNS, EMULSION_FUZZ_BLOCKS: BLOCKS },
  });
  return status === 0 ? 0 : 1;
}

/** A small photo in every format. */
async function pictures(): Promise<Buffer[]> {
  const { data, width, height, channels } = testScene(96, 72, 1);
  const raw = () =>
    sharp(data, { raw: { width, height, channels } })
      .withExif({ IFD0: { Make: 'Emulsion', ImageDescription: 'A lake' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>b</a></x:xmpmeta>');
  return Promise.all([
    raw().jpeg({ quality: 80 }).toBuffer(),
    raw().jpeg({ progressive: true }).toBuffer(),
    raw().png().toBuffer(),
    raw().tiff({ compression: 'lzw' }).toBuffer(),
    raw().tiff({ compression: 'none' }).toBuffer(),
    raw().webp().toBuffer(),
    raw().gif().toBuffer(),
    raw().avif({ effort: 0 }).toBuffer(),
    dng(),
    ...(await readdir(FIXTURES))
      .filter((name) => name.startsWith('ramp'))
      .map((name) => readFile(join(FIXTURES, name))),
  ]);
}

/** A picture with a few bytes changed, repeated, removed or cut off. */
function mutated(base: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(base);
  const upTo = (most: number) => Math.floor(random() * most);
  for (let times = 1 + upTo(4); times > 0 && bytes.length > 8; times--) {
    // Most of what a decoder trusts stands at the beginning.
    const at = random() < 0.5 ? upTo(Math.min(bytes.length, 512)) : upTo(bytes.length);
    switch (upTo(5)) {
      case 0:
        bytes[at] = upTo(256);
        break;
      case 1:
        bytes.fill(random() < 0.5 ? 0xff : 0, at, Math.min(bytes.length, at + 1 + upTo(4)));
        break;
      case 2:
        bytes = bytes.subarray(0, Math.max(8, at));
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - upTo(64)))]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + upTo(64))]);
    }
  }
  return bytes;
}

/** Random numbers of 0..1 from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
