import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MaskOp } from '../../contract/edit';
import { RECIPE_FORMAT, type Recipe, Step, type StepKind, type StyleExample } from '../../contract/recipe';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { keepExample } from '../userdata/examples';
import type { EngineOptions, EnginePass, LaunchEngine } from './protocol';
import { memoryBudget } from './resident';
import { createEngine, type Engine, type RequestControl } from './supervisor';

/*
 * Generators are tried in a process of their own, so that one that crashes takes nothing else with it.
 */

const GIGABYTE = 2 ** 30;
/** A run that took longer than this many seconds is not repeated to leave out the time of loading. */
const SLOW = 8;
/** Edge in pixels of the picture of a benchmark, and of the one before it, which loads the generator. */
const BENCHMARK_EDGE = 1000;
const WARM_UP_EDGE = 160;

/** Runs work with an engine of its own. */
export async function withTrialEngine<T>(
  launch: LaunchEngine,
  options: EngineOptions,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = createEngine({
    launch,
    options,
    onStatus: () => {},
    limits: { memory: Math.min(memoryBudget(), 12 * GIGABYTE), backoff: 0.05 },
  });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** What a step does to a picture with one generator. */
export interface Tried {
  png: Buffer;
  width: number;
  height: number;
  secondsPerMegapixel: number;
  pass: EnginePass;
  memory: number;
}

interface TrialRequest {
  kind: StepKind;
  /** Absent: the one that ships. */
  generator?: string;
  /** How far it enlarges. */
  scale: number;
  /** What a generator copies that copies the style of a picture. */
  example?: StyleExample;
  /** A picture of `width` by `height` pixels. */
  path: string;
  width: number;
  height: number;
  /** Name of the result, without extension. */
  stem: string;
  folder: string;
}

/** Runs the step that uses a generator over a small picture, twice if the first run was quick, so that loading is left out. */
export async function tryOut(engine: Engine, request: TrialRequest, control?: RequestControl): Promise<Tried> {
  const first = await once(engine, request, control);
  if (first.seconds > SLOW) return resultOf(first, request);
  return resultOf(await once(engine, { ...request, stem: `${request.stem}-2` }, control), request);
}

type Once = Awaited<ReturnType<typeof once>>;

async function once(engine: Engine, request: TrialRequest, control?: RequestControl) {
  const { kind, path, folder, stem } = request;
  const answer = await engine.request(
    'restore',
    {
      path,
      recipe: recipeFor(request),
      edit: { mask: kind === 'repair' ? holeIn(request) : [], repairs: [], bitmaps: new Map() },
      format: 'png',
      quality: 90,
      metadata: 'none',
      target: { folder, stem },
    },
    control,
  );
  const report = answer.reports.find((each) => each.kind === kind);
  const pass = answer.passes.findLast(({ generator }) => report?.generator?.split(', ').includes(generator));
  if (kind === 'faces' && !pass) throw new EmulsionError('BAD_REQUEST', { reason: say('models.noFaceToTry') });
  if (report?.outcome !== 'done' || !pass || !answer.output)
    throw new EmulsionError('OUTPUT_INVALID', { detail: `the step "${kind}" did nothing` });
  return { seconds: report.seconds, pass, output: answer.output, memory: answer.peak };
}

async function resultOf({ seconds, pass, output, memory }: Once, { width, height }: TrialRequest): Promise<Tried> {
  return {
    png: await readFile(output.path),
    width: output.width,
    height: output.height,
    secondsPerMegapixel: seconds / ((width * height) / 1e6),
    pass,
    memory,
  };
}

function recipeFor({ kind, generator, scale, example }: TrialRequest): Recipe {
  const own = {
    film: {},
    repair: {},
    restore: { strength: 1 },
    tone: {},
    colorise: {},
    light: {},
    upscale: { scale: scale >= 4 ? 4 : 2 },
    faces: { strength: 1 },
    style: { style: 'van-gogh-starry-night', ...(example && { example }) },
  }[kind];
  const step = Step.parse({ kind, enabled: true, settings: { ...own, ...(generator && { generator }) } });
  return { format: RECIPE_FORMAT, id: 'trial', name: 'Trial', gate: 'always', steps: [step] };
}

/** A square hole in the middle, for generators that fill holes. */
function holeIn({ width, height }: TrialRequest): MaskOp[] {
  const half = Math.round(Math.min(width, height) / 8);
  const [x, y] = [Math.round(width / 2), Math.round(height / 2)];
  const points = [x - half, y - half, x + half, y - half, x + half, y + half, x - half, y + half];
  return [{ kind: 'area', shape: 'polygon', mode: 'add', points }];
}

/**
 * How fast a generator is for a picture of one megapixel, after it was loaded for a small one. The engine looks for pictures
 * whose style is copied in `folder`.
 */
export async function benchmark(
  engine: Engine,
  request: Pick<TrialRequest, 'kind' | 'generator' | 'scale' | 'folder'> & { takesExample: boolean },
  control?: RequestControl,
): Promise<Omit<Tried, 'png'>> {
  const picture = async (name: string, edge: number) => {
    const path = join(request.folder, `${name}.bmp`);
    await writeFile(path, scene(edge));
    return { ...request, path, width: edge, height: edge, stem: name };
  };
  const small = await picture('small', WARM_UP_EDGE);
  const example = request.takesExample
    ? await keepExample(request.folder, small.path, (path) => engine.request('readExample', { path }, control))
    : undefined;
  await once(engine, { ...small, example }, control);
  const large = { ...(await picture('large', BENCHMARK_EDGE)), example };
  return resultOf(await once(engine, large, control), large);
}

/** A picture with soft shapes and some grain, as a BMP. */
function scene(edge: number): Buffer {
  const row = Math.ceil((3 * edge) / 4) * 4;
  const bytes = Buffer.alloc(54 + row * edge);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(edge, 18);
  bytes.writeInt32LE(edge, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  let noise = 1;
  for (let y = 0; y < edge; y++) {
    for (let i = 0; i < 3 * edge; i++) {
      noise = (noise * 48_271) % 2_147_483_647;
      const value = 128 + 60 * Math.sin(i / 90) * Math.cos(y / 41) + (noise % 17) - 8;
      bytes[54 + y * row + i] = Math.max(0, Math.min(255, value));
    }
  }
  return bytes;
}
