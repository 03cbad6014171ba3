import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../generators/card';
import { importGenerator } from '../generators/import';
import { inspectNet } from '../generators/inspect';
import { type Answers, answered, confirmed } from '../generators/inspect/card';
import { readOnnxFile } from '../generators/inspect/onnx-file';
import { bytesOf } from '../generators/inspect/protobuf';
import { isRunnable } from '../generators/runnable';
import { GeneratorStore } from '../generators/store';
import type { Mask } from '../restoration/mask';
import { createRaster, type Raster, type Rect } from '../restoration/raster';
import { inpaint } from '../restoration/steps/repair/inpaint';
import type { StepTools, Wanted } from '../restoration/tools';
import { Job } from './job';
import { Sessions } from './sessions';
import { temporaryFolder } from './test-support';
import { JobTools } from './tools';
import { openTrialNet } from './trial-net';

/*
 * Nets from elsewhere in their steps: from the file to the photo. What comes out is known of each stand-in, and computed
 * here once more.
 */

const FIXTURES = join(import.meta.dirname, '..', 'generators', 'inspect', 'fixtures');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let sessions: Sessions;
beforeEach(async () => {
  folder = await temporaryFolder();
  sessions = new Sessions({
    provider: 'cpu',
    threads: 1,
    avoid: [],
    budget: 2 ** 28,
    onTrying: () => {},
    onProvider: () => {},
    busy: () => {},
  });
});
afterEach(async () => {
  await sessions.release();
  await folder.remove();
});

interface Added {
  card: Card;
  tools: StepTools;
  wanted: Wanted;
}

/** Adds a stand-in with its proposals, and gives the tools of a job to whom it is known. */
async function add(name: string, answers: Answers = {}): Promise<Added> {
  const path = join(FIXTURES, `${name}.onnx`);
  const bytes = await readFile(path);
  const file = readOnnxFile(bytesOf(bytes));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const load = () => openTrialNet(path, 1);
  const found = await inspectNet({ name: basename(path), sha256, file, load, announce: async () => {} });
  const inspected = {
    ...file,
    ...found,
    name: basename(path),
    bytes: bytes.length,
    sha256,
    weights: [],
    opset: 17,
    seconds: 1,
  };
  const models = join(folder.path, 'models');
  const decisions = confirmed(answered(found.decisions, answers));
  const { id, task } = await importGenerator(models, path, { inspected, decisions, name });
  const store = new GeneratorStore(join(folder.path, 'none'), models);
  await store.refresh();
  const { card } = store.find(task as Card['task'], { id }) ?? {};
  if (!card) throw new Error(`${name} cannot be run`);
  expect(isRunnable(card)).toBe(true);
  return { card, tools: new JobTools(new Job('1', () => {}), store, sessions, null), wanted: { id } };
}

/** A picture whose values are smooth, so that it has no grain. */
function drawn(width: number, height: number, value: (c: number, x: number, y: number) => number, depth: 8 | 16 = 8) {
  const raster = createRaster(width, height, 3, depth);
  const most = depth === 8 ? 255 : 65535;
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) raster.data[3 * i + c] = Math.round(most * value(c, i % width, Math.floor(i / width)));
  return raster;
}

const valueAt = ({ data, width, channels, depth }: Raster, c: number, x: number, y: number) =>
  data[(y * width + x) * channels + (channels === 3 ? c : 0)]! / (depth === 8 ? 255 : 65535);

const STEP = 1 / 255;

/** The largest distance from an expected picture, where it is judged. */
function worst(
  raster: Raster,
  expected: (c: number, x: number, y: number) => number,
  isJudged: (x: number, y: number) => boolean = () => true,
): number {
  let most = 0;
  for (let y = 0; y < raster.height; y++)
    for (let x = 0; x < raster.width; x++)
      for (let c = 0; c < 3; c++)
        if (isJudged(x, y)) most = Math.max(most, Math.abs(valueAt(raster, c, x, y) - expected(c, x, y)));
  return most;
}

/** A mask of rectangles. */
function maskOf(width: number, height: number, holes: readonly Rect[]): Mask {
  const has = (x: number, y: number) =>
    holes.some((hole) => x >= hole.x && y >= hole.y && x < hole.x + hole.width && y < hole.y + hole.height);
  return {
    width,
    height,
    any: ({ x, y, width: across, height: down }) =>
      holes.some(
        (hole) => x < hole.x + hole.width && hole.x < x + across && y < hole.y + hole.height && hole.y < y + down,
      ),
    read: (rect, bytes) => {
      for (let y = 0; y < rect.height; y++)
        for (let x = 0; x < rect.width; x++) bytes[y * rect.width + x] = has(rect.x + x, rect.y + y) ? 255 : 0;
    },
    coverage: () => 0,
  } satisfies Partial<Mask> as unknown as Mask;
}

const slope = (c: number, x: number, y: number) => 0.2 + 0.0006 * x + 0.0004 * y + 0.1 * c;

describe('repair', () => {
  const hole = { x: 330, y: 300, width: 30, height: 24 };
  /** The mean of what a net sees of the picture around the hole: a square without what it does not see. */
  const meanOf = (c: number, side: number) => {
    const left = Math.round(hole.x + hole.width / 2 - side / 2);
    const top = Math.round(hole.y + hole.height / 2 - side / 2);
    let [sum, count] = [0, 0];
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) {
        const grown = 3;
        if (x >= hole.x - grown && x < hole.x + hole.width + grown)
          if (y >= hole.y - grown && y < hole.y + hole.height + grown) continue;
        sum += slope(c, x, y);
        count++;
      }
    return sum / count;
  };
  const isDeep = (x: number, y: number) =>
    x >= hole.x + 5 && x < hole.x + hole.width - 5 && y >= hole.y + 5 && y < hole.y + hole.height - 5;
  const isInside = (x: number, y: number) =>
    x >= hole.x && x < hole.x + hole.width && y >= hole.y && y < hole.y + hole.height;

  it.each([
    ['lama_fp32', 512, 1],
    ['migan_pipeline_v2', 256, 1],
    ['migan', 256, 1],
    ['lama_4ch', 256, 1],
    ['fill-known-255', 256, 1],
    ['fill-tinted', 256, 0.9],
  ] as const)('%s fills the hole by what is around it, and nothing else', async (name, side, tint) => {
    const { tools, wanted, card } = await add(name);
    // What is in the hole must not matter.
    const raster = drawn(700, 600, (c, x, y) => (isInside(x, y) ? 1 : slope(c, x, y)), 16);
    const before = raster.data.slice();
    const report = await inpaint(raster, maskOf(700, 600, [hole]), tools, { wanted });
    expect(report).toMatchObject({ generator: card.id, tiles: 1, tile: side });
    expect(worst(raster, (c) => tint * meanOf(c, side), isDeep)).toBeLessThan(STEP);
    let changed = 0;
    for (let i = 0; i < before.length; i++) {
      const pixel = Math.floor(i / 3);
      if (before[i] !== raster.data[i] && !isInside(pixel % 700, Math.floor(pixel / 700))) changed++;
    }
    expect(changed).toBe(0);
    // Just inside its edge, the filling is as bright as what is outside.
    const edge = (x: number, y: number) => isInside(x, y) && y === hole.y && Math.abs(x - 345) < 4;
    const step = (c: number) => Math.abs(tint * meanOf(c, side) - slope(c, 345, hole.y));
    expect(worst(raster, slope, edge)).toBeLessThan(0.3 * Math.max(step(0), step(1), step(2)) + STEP);
  });

  it('shows a large hole reduced, and long damage piece by piece', async () => {
    const { tools, wanted } = await add('lama_fp32');
    const large = { x: 300, y: 200, width: 260, height: 240 };
    const long = { x: 20, y: 700, width: 860, height: 3 };
    const raster = drawn(900, 760, () => 0.4);
    for (const { x, y, width, height } of [large, long])
      for (let row = y; row < y + height; row++)
        raster.data.fill(255, 3 * (row * 900 + x), 3 * (row * 900 + x + width));
    const report = await inpaint(raster, maskOf(900, 760, [large, long]), tools, { wanted });
    expect(worst(raster, () => 0.4)).toBeLessThan(STEP);
    expect(report.tiles).toBeGreaterThan(2);
  });
});
