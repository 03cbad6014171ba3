import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RECIPE_FORMAT, type Recipe, StyleSettings } from '../../contract/recipe';
import { GeneratorStore } from '../generators/store';
import { createRaster, type Raster, readSrgb, writeSrgb } from '../restoration/raster';
import { PAINTED_EDGE } from '../restoration/steps/style/style';
import { random } from '../restoration/testing/random';
import { copyOf } from '../restoration/testing/rasters';
import { testScene } from '../restoration/testing/scene';
import { PAINTING } from '../restoration/tools';
import { forkEngine } from './launch';
import { type Borders, bordersOf, seamRatio } from './seams';
import { Sessions } from './sessions';
import { createEngine } from './supervisor';
import { buildEngine, temporaryFolder } from './test-support';
import { planTiles } from './tile-plan';
import { runTilePass, type TileNet } from './tiles';
import { Verdicts } from './verdicts';

const noisy = (seed: number, width = 512, height = 384): Raster => {
  const raster = createRaster(width, height, 3, 8);
  const next = random(seed);
  for (let i = 0; i < raster.data.length; i++) raster.data[i] = 100 + 30 * (next() + next());
  return raster;
};

/** A picture that is so many levels lighter from a column on. */
const stepped = (raster: Raster, column: number, levels: number): Raster => {
  const out = copyOf(raster);
  for (let i = 0; i < out.data.length; i++) {
    if (Math.floor(i / 3) % out.width >= column) out.data[i]! += levels;
  }
  return out;
};

describe('the seam ratio', () => {
  const borders: Borders = { columns: [160, 320], rows: [200] };

  test('is about 1 in texture, gradients and flat pictures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const ratio = seamRatio(noisy(seed), borders, 8);
        expect(ratio).toBeGreaterThan(0.5);
        expect(ratio).toBeLessThan(2);
      }),
      { numRuns: 12 },
    );
    const slope = createRaster(512, 384, 3, 8);
    expect(seamRatio(slope, borders, 8)).toBe(1);
    for (let i = 0; i < slope.data.length; i++) slope.data[i] = Math.floor((Math.floor(i / 3) % 512) / 2);
    expect(seamRatio(slope, borders, 8)).toBeCloseTo(1, 1);
  });

  test('rises with a step at a tile border that is weaker than the texture, and not with one beside it', () => {
    const noise = noisy(1);
    const at = (column: number, levels: number) =>
      seamRatio(stepped(noise, column, levels), { columns: [160], rows: [] }, 8);
    expect(at(160, 8)).toBeGreaterThan(1.5 * at(160, 0));
    expect(at(160, 16)).toBeGreaterThan(1.5 * at(160, 8));
    expect(at(200, 16)).toBeLessThan(1.2 * at(160, 0));
  });

  test('finds the tile borders of an enlarged picture', () => {
    const half = stepped(noisy(2), 160, 16);
    const twice = createRaster(1024, 768, 3, 8);
    for (let i = 0; i < twice.data.length; i++) {
      const pixel = Math.floor(i / 3);
      twice.data[i] = half.data[3 * ((pixel >> 11) * 512 + ((pixel % 1024) >> 1)) + (i % 3)]!;
    }
    expect(seamRatio(twice, { columns: [160], rows: [] }, 8, 2)).toBeGreaterThan(3);
    expect(seamRatio(twice, { columns: [400], rows: [] }, 8, 2)).toBeLessThan(1.6);
  });

  test('takes the borders from a tile plan', () => {
    const plan = planTiles({ ...store.find('style', PAINTING)!.card, tile: 256, halo: 80 }, { width: 700, height: 96 });
    const { width } = plan.cores[0]!;
    expect(plan.cores.length).toBeGreaterThan(2);
    expect(bordersOf(plan)).toEqual({ columns: plan.cores.slice(1).map((_, i) => (i + 1) * width), rows: [] });
  });
});

const MODELS = join(import.meta.dirname, '..', '..', 'models');
const STYLE = 'van-gogh-starry-night';
/** Painted at half the size: the borders are on whole pixels of both. */
const SCALE = 2;
const SMALL = { width: 1240, height: 800 };
const LARGE = { width: SCALE * SMALL.width, height: SCALE * SMALL.height };

const store = new GeneratorStore(MODELS);
const sessions = new Sessions({
  provider: 'cpu',
  threads: 1,
  avoid: [],
  budget: 1 << 30,
  verdicts: new Verdicts(undefined),
  onUse: () => {},
  onProvider: () => {},
  busy: () => {},
});
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [folder] = await Promise.all([temporaryFolder(), store.refresh()]);
});
afterAll(async () => {
  await Promise.all([sessions.release(), folder.remove()]);
});

const ofLarge = (data: Uint8Array): Raster => ({ ...LARGE, channels: 3, depth: 8, data });

async function enlarged({ data }: Raster): Promise<Raster> {
  const { width, height } = LARGE;
  const pipeline = sharp(data, { raw: { ...SMALL, channels: 3 } }).resize(width, height, { kernel: 'lanczos3' });
  return ofLarge(await pipeline.raw().toBuffer());
}

/** Painted by the engine, as the app has it painted. */
async function painted(path: string): Promise<{ picture: Raster; tiles: number | undefined }> {
  const built = await buildEngine();
  const options = { models: MODELS, provider: 'cpu', threads: 1 } as const;
  const engine = createEngine({ launch: forkEngine(built.entry), options, onStatus: () => {} });
  try {
    const settings = StyleSettings.parse({ style: STYLE, brush: PAINTED_EDGE / SMALL.width });
    const steps: Recipe['steps'] = [{ kind: 'style', enabled: true, settings }];
    const { output, passes } = await engine.request('restore', {
      path,
      recipe: { format: RECIPE_FORMAT, id: 'painted', name: 'Painted', gate: 'always', steps },
      format: 'tiff',
      quality: 92,
      metadata: 'all',
      target: { folder: folder.path, stem: 'painted' },
    });
    const picture = ofLarge(await sharp(output!.path).raw().toBuffer());
    return { picture, tiles: passes.find(({ generator }) => generator === 'style')?.tiles };
  } finally {
    await engine.close();
    await built.remove();
  }
}

/** The same painting where each tile goes by what is seen in it alone, and not by what is seen in the whole picture. */
async function paintedApart(small: Raster): Promise<Raster> {
  const installed = store.find('style', PAINTING)!;
  const net = await sessions.acquire(installed);
  const run: TileNet['run'] = async (input, width, height, output, extras, vectors) => {
    const content = await sessions.statistics(installed, input, width, height);
    return net.run(input, width, height, output, extras, { ...vectors, content });
  };
  const result = createRaster(small.width, small.height, 3, 8);
  await runTilePass(
    { card: net.card, provider: net.provider, run },
    {
      task: 'style',
      ...SMALL,
      vectors: { style: Float32Array.from(installed.presets.find(({ id }) => id === STYLE)!.code) },
      read: (rect, planes) => readSrgb(small, rect, null, planes),
      write: (rect, planes) => writeSrgb(result, rect, null, planes),
    },
    { breathe: () => Promise.resolve(), busy: () => {} },
  );
  return enlarged(result);
}

test('painting at a smaller size avoids the seams that separate tiles would leave', {
  timeout: 300_000,
}, async () => {
  const small = testScene(SMALL.width, SMALL.height, 3);
  const { data } = await enlarged(small);
  const path = join(folder.path, 'scene.jpg');
  await writeFile(
    path,
    await sharp(data, { raw: { ...LARGE, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer(),
  );

  const { card } = store.find('style', PAINTING)!;
  const plan = planTiles(card, SMALL);
  const borders = bordersOf(plan);
  expect(borders.columns.length + borders.rows.length).toBeGreaterThanOrEqual(1);

  const { picture, tiles } = await painted(path);
  expect(tiles).toBe(plan.cores.length);
  const ratio = seamRatio(picture, borders, card.input.multiple, SCALE);
  expect(ratio).toBeGreaterThan(0.6);
  expect(ratio).toBeLessThan(1.4);
  // What the ratio is where each tile goes by itself: it can tell.
  expect(seamRatio(await paintedApart(small), borders, card.input.multiple, SCALE)).toBeGreaterThan(3);
});
