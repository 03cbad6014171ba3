import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MaskOp } from '../../contract/edit';
import { type Recipe, StyleSettings } from '../../contract/recipe';
import { testScene } from '../restoration/testing/scene';
import { forkEngine } from './launch';
import type { EngineEdit } from './protocol';
import { createEngine, type Engine } from './supervisor';
import { buildEngine, temporaryFolder } from './test-support';

const MODELS = join(import.meta.dirname, '..', '..', 'models');
let built: Awaited<ReturnType<typeof buildEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const engines: Engine[] = [];

beforeAll(async () => {
  [built, folder] = await Promise.all([buildEngine(), temporaryFolder()]);
});
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await Promise.all([built.remove(), folder.remove()]);
});

function start(models: string): Engine {
  const engine = createEngine({
    launch: forkEngine(built.entry),
    options: { models, provider: 'cpu', threads: 1 },
    onStatus: () => {},
  });
  engines.push(engine);
  return engine;
}

/** The shipped generator alone, with tiles of this edge. */
async function modelsWithTiles(edge: number): Promise<string> {
  const models = join(folder.path, `models-${edge}`);
  const style = join(models, 'style');
  await mkdir(style, { recursive: true });
  for (const name of ['generator.onnx', 'statistics.onnx', 'presets.json'])
    await copyFile(join(MODELS, 'style', name), join(style, name));
  const card = JSON.parse(await readFile(join(MODELS, 'style', 'card.json'), 'utf8'));
  await writeFile(join(style, 'card.json'), JSON.stringify({ ...card, tile: edge }));
  return models;
}

async function paint(engine: Engine, path: string, settings: Partial<StyleSettings>, name: string): Promise<Buffer> {
  const recipe: Recipe = {
    format: 1,
    id: 'painted',
    name: 'Painted',
    gate: 'always',
    steps: [
      { kind: 'style', enabled: true, settings: StyleSettings.parse({ style: 'hokusai-great-wave', ...settings }) },
    ],
  };
  const { output } = await engine.request('restore', {
    path,
    recipe,
    format: 'png',
    quality: 92,
    metadata: 'all',
    target: { folder: folder.path, stem: name },
  });
  return sharp(output!.path).raw().toBuffer();
}

test('the shipped generator paints the same in tiles as at once, has presets, and accepts any picture as a style', {
  timeout: 180_000,
}, async () => {
  const scene = testScene(460, 300, 4);
  const path = join(folder.path, 'scene.png');
  await sharp(scene.data, { raw: { width: 460, height: 300, channels: 3 } }).toFile(path);
  const small = start(await modelsWithTiles(256));
  const whole = start(await modelsWithTiles(640));
  const { presets: styles } = await small.request('styles', null);
  expect(styles.length).toBeGreaterThanOrEqual(10);

  const [tiled, once] = [await paint(small, path, {}, 'tiled'), await paint(whole, path, {}, 'once')];
  let most = 0;
  for (let i = 0; i < once.length; i++) most = Math.max(most, Math.abs(once[i]! - tiled[i]!));
  expect(most).toBeLessThanOrEqual(1);
  // It paints: most of the picture is another, and another style is another picture.
  const differs = (a: Uint8Array, b: Uint8Array) =>
    a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
  expect(differs(once, scene.data as Uint8Array)).toBeGreaterThan(8);
  const code = await small.request('readStyle', { path });
  const own = await paint(small, path, { style: 'scene.png', code }, 'own');
  // In its own manner a photo stays nearer to itself than in another's.
  expect(differs(own, scene.data as Uint8Array)).toBeLessThan(differs(once, scene.data as Uint8Array));
  expect(differs(own, once)).toBeGreaterThan(4);
});

test('the right painting is cached, and outside a mask the photo stays bit-identical', {
  timeout: 180_000,
}, async () => {
  const [width, height] = [220, 150];
  const scene = testScene(width, height, 6);
  const path = join(folder.path, 'small-scene.png');
  await sharp(scene.data, { raw: { width, height, channels: 3 } }).toFile(path);
  const recipe = (strength: number, toned: boolean): Recipe => ({
    format: 1,
    id: 'mine',
    name: 'Mine',
    gate: 'always',
    steps: [
      { kind: 'tone', enabled: toned, settings: { strength: 1, cast: 1, contrast: 1 } },
      { kind: 'style', enabled: true, settings: StyleSettings.parse({ style: 'munch-the-scream', strength }) },
    ],
  });
  const open = async () => {
    const engine = start(MODELS);
    await engine.request('open', { photoId: 'p', path, name: 'scene.png' });
    return engine;
  };
  const picture = async (engine: Engine, asked: Recipe, styleMask?: readonly MaskOp[]): Promise<Buffer> => {
    const edit: EngineEdit = { mask: [], repairs: [], bitmaps: new Map(), styleMask };
    const { revision } = await engine.request('render', { photoId: 'p', recipe: asked, size: 'full', edit });
    const all = { x: 0, y: 0, w: width, h: height, width, height };
    const { bytes } = await engine.request('picture', {
      ...{ photoId: 'p', layer: 'result', revision, lossless: 1 },
      ...all,
    });
    return sharp(bytes).removeAlpha().raw().toBuffer();
  };
  const engine = await open();
  const whole = await picture(engine, recipe(1, false));
  // The tone step lies before the painting: what was painted of the photo without it is no use.
  const toned = await picture(engine, recipe(1, true));
  const half = await picture(engine, recipe(0.5, true));
  const fresh = await open();
  expect(half).toEqual(await picture(fresh, recipe(0.5, true)));
  expect(toned).not.toEqual(whole);

  const left: MaskOp = { kind: 'area', shape: 'rectangle', mode: 'add', points: [0, 0, 100, 0, 100, 150, 0, 150] };
  const masked = await picture(engine, recipe(1, false), [left]);
  for (let i = 0; i < masked.length; i++) {
    const wanted = Math.floor(i / 3) % width < 100 ? whole : scene.data;
    if (masked[i] !== wanted[i]) expect(masked[i], `sample ${i}`).toBe(wanted[i]);
  }
  // A mask that is drawn and taken back is none.
  expect(await picture(engine, recipe(1, false), [])).toEqual(whole);
});

test('a style code of another generator is refused before any computation', { timeout: 180_000 }, async () => {
  const engine = start(MODELS);
  const path = join(folder.path, 'scene.png');
  const code = { by: 'f'.repeat(64), values: [1, 2, 3] };
  await expect(paint(engine, path, { style: 'scene.png', code }, 'refused')).rejects.toMatchObject({
    code: 'STYLE_UNKNOWN',
  });
});
