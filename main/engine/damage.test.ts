import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MaskOp } from '../../contract/edit';
import type { Recipe } from '../../contract/recipe';
import { unpackEvidence } from '../../document/evidence';
import { DETECTED_MASK } from '../../document/mask';
import type { Card } from '../generators/card';
import { GeneratorStore } from '../generators/store';
import { DAMAGE_PLANES, detectDamage } from '../restoration/damage';
import { createRaster, type Raster } from '../restoration/raster';
import { sameSamples } from '../restoration/testing/rasters';
import { Job } from './job';
import { forkEngine } from './launch';
import type { Requests } from './protocol';
import { Sessions } from './sessions';
import { createEngine, type Engine } from './supervisor';
import { buildEngine, fixtureCard, fourPlaneCard, installFixture, temporaryFolder } from './test-support';
import { JobTools } from './tools';
import { Verdicts } from './verdicts';

/**
 * Tests a detector that sees colours, takes statistics of the whole photo and runs two passes, in the engine's process.
 */

type Colour = readonly [number, number, number];
const GREY: Colour = [150, 150, 150];
const BLACK: Colour = [0, 0, 0];

function draw(width: number, height: number, colour: (x: number, y: number) => Colour | null): Raster {
  const raster = createRaster(width, height, 3, 8);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) raster.data.set(colour(x, y) ?? GREY, i);
  }
  return raster;
}

let built: Awaited<ReturnType<typeof buildEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** Larger than the preview, with a hairline that only the fine pass can see. */
let hairline: string;
let models: string;
let engine: Engine;
/** Photos whose fine pass was reported. */
let told: string[] = [];

const HAIR = { x: 300, y: 901 };
const SIZE = { width: 2000, height: 1500 };

beforeAll(async () => {
  [built, folder] = await Promise.all([buildEngine(), temporaryFolder()]);
  hairline = await write(
    'hairline',
    draw(SIZE.width, SIZE.height, (x, y) => (y === HAIR.y && x < 1000 ? BLACK : null)),
  );
  models = await install('good');
});
beforeEach(() => {
  told = [];
  engine = start(models);
});
afterEach(() => engine.close());
afterAll(() => Promise.all([built.remove(), folder.remove()]));

async function write(name: string, { data, width, height, channels }: Raster): Promise<string> {
  const path = join(folder.path, `${name}.png`);
  await sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toFile(path);
  return path;
}

async function install(name: string, changes: Partial<Card> = {}): Promise<string> {
  const path = join(folder.path, 'models', name);
  await installFixture(path, await fourPlaneCard({ tile: 256, ...changes }));
  const inpainter = await fixtureCard('inpainter', { task: 'inpaint', tile: 512 });
  await installFixture(path, { ...inpainter, input: { ...inpainter.input, channels: 'rgb+mask' } });
  return path;
}

function start(from: string): Engine {
  return createEngine({
    launch: forkEngine(built.entry),
    options: { models: from, provider: 'cpu', threads: 1 },
    onStatus: () => {},
    onEvidence: (photoId) => void told.push(photoId),
    limits: { backoff: 0.01 },
  });
}

const recipe = (enabled: boolean): Recipe => ({
  format: 1,
  id: 'test',
  name: 'Test',
  gate: 'always',
  steps: [
    { kind: 'repair', enabled, settings: { sensitivity: 0.5, grow: 1, keepWriting: true } },
    { kind: 'tone', enabled: true, settings: { strength: 0.2, cast: 1, contrast: 1 } },
  ],
});
const repair: Recipe = { ...recipe(true), steps: recipe(true).steps.slice(0, 1) };
const edit = (...mask: MaskOp[]) => ({ mask, repairs: [], bitmaps: new Map() });

const open = (path: string, photoId = 'p') => engine.request('open', { photoId, path, name: 'photo.png' });
const evidence = async (photoId = 'p') => {
  const region = { x: 0, y: 0, w: 100, h: 100, width: 1, height: 1 };
  return unpackEvidence(
    (await engine.request('picture', { photoId, layer: 'evidence', revision: 0, ...region })).bytes,
  )!;
};
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
}
/** Whether a rendering of the large photo differs from the original at the hairline. */
async function isRepaired(revision: number): Promise<boolean> {
  const region = { x: HAIR.x, y: HAIR.y, w: 2, h: 1, width: 2, height: 1, lossless: 1 };
  const { bytes } = await engine.request('picture', { photoId: 'p', layer: 'result', revision, ...region });
  return (await sharp(bytes).greyscale().raw().toBuffer())[0]! > 100;
}
const restore = (path: string, changes: Partial<Requests['restore']['request']> = {}) =>
  engine.request('restore', {
    path,
    recipe: repair,
    format: 'png',
    quality: 90,
    metadata: 'all',
    target: { folder: folder.path, stem: 'restored' },
    ...changes,
  });

describe('in the window', () => {
  it('the fine pass runs on its own while the engine is idle, and is reported once', async () => {
    await open(hairline);
    const analysis = await engine.request('analyse', { photoId: 'p' });
    const coarse = await evidence();
    expect(coarse.width * coarse.height).toBeLessThanOrEqual(1e6);
    expect(told).toEqual([]);
    const preview = await engine.request('render', { photoId: 'p', recipe: repair, size: 'preview' });
    await until(() => told.length > 0);
    expect(told).toEqual(['p']);
    const fine = await evidence();
    expect([fine.width, fine.height, fine.fullWidth, fine.fullHeight]).toEqual([
      SIZE.width,
      SIZE.height,
      SIZE.width,
      SIZE.height,
    ]);
    expect(fine.rules).toEqual({ smallest: 2, seed: 16, flank: 16 });
    // The proposal stays the same; each picture keeps its mask.
    expect(await engine.request('analyse', { photoId: 'p' })).toEqual(analysis);
    const again = await engine.request('render', { photoId: 'p', recipe: repair, size: 'preview' });
    expect(again.revision).not.toBe(preview.revision);
    expect(again.masked).toBeGreaterThan(preview.masked);
    const full = await engine.request('render', { photoId: 'p', recipe: repair, size: 'full' });
    expect(await isRepaired(full.revision)).toBe(true);
    expect(full.masked).toBeCloseTo(again.masked, 3);
    expect(told).toEqual(['p']);
  });

  it('a full-size rendering that depends on the damage waits for the fine pass; another one does not', async () => {
    await open(hairline);
    const untouched = await engine.request('render', { photoId: 'p', recipe: recipe(false), size: 'full' });
    expect(told).toEqual([]);
    const drawn = edit({ kind: 'area', shape: 'lasso', mode: 'add', points: [0, 0, 9, 0, 9, 9] });
    await engine.request('render', { photoId: 'p', recipe: repair, size: 'full', edit: drawn });
    expect(told).toEqual([]);
    const full = await engine.request('render', { photoId: 'p', recipe: repair, size: 'full' });
    expect(told).toEqual(['p']);
    expect(await isRepaired(full.revision)).toBe(true);
    // A rendering that does not depend on the damage is still cached.
    const again = await engine.request('render', { photoId: 'p', recipe: recipe(false), size: 'full' });
    expect(again.revision).toBe(untouched.revision);
  });

  it('a photo that is its own preview is shown with the coarse pass and exported with both', async () => {
    const hair = (x: number, y: number) => (y === 601 && x < 900 ? BLACK : null);
    await open(await write('medium', draw(1500, 1200, hair)));
    const request = { photoId: 'p', recipe: repair } as const;
    await engine.request('render', { ...request, size: 'preview' });
    expect(told).toEqual([]);
    const full = await engine.request('render', { ...request, size: 'full' });
    expect(told).toEqual(['p']);
    expect(full.masked).toBeGreaterThan(0.0005);
    const shown = await engine.request('render', { ...request, size: 'preview' });
    expect(shown.revision).toBe(full.revision);
  });

  it('the tones of the preview are those of the full size', async () => {
    await open(hairline);
    const region = { x: 0, y: 0, w: 64, h: 64, width: 1, height: 1, lossless: 1 };
    const tones = [];
    for (const size of ['preview', 'full'] as const) {
      const { revision } = await engine.request('render', { photoId: 'p', recipe: recipe(true), size });
      const { bytes } = await engine.request('picture', { photoId: 'p', layer: 'result', revision, ...region });
      tones.push([...(await sharp(bytes).raw().toBuffer())]);
    }
    expect(tones[1]).toEqual(tones[0]);
  });

  it('a request interrupts the fine pass and is answered first; the pass resumes afterwards', async () => {
    await engine.close();
    // A thousand tiles, so that the pass takes a while.
    engine = start(await install('slow', { tile: 64, halo: 16 }));
    await open(hairline);
    await engine.request('analyse', { photoId: 'p' });
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 600));
      await engine.request('render', { photoId: 'p', recipe: recipe(false), size: 'small' });
      expect(told).toEqual([]);
    }
    await until(() => told.length > 0);
    expect((await evidence()).width).toBe(SIZE.width);
  });

  it('the fine pass runs only for the photo on the screen, and not for a closed one', async () => {
    for (const id of ['p', 'q', 'r']) {
      await open(hairline, id);
      await engine.request('analyse', { photoId: id });
    }
    await engine.request('close', { photoId: 'r' });
    await engine.request('render', { photoId: 'p', recipe: recipe(false), size: 'small' });
    await until(() => told.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(told).toEqual(['p']);
    expect((await evidence('q')).width).toBeLessThan(1300);
  });

  it('a mask is exported as it is filled; a defect that no longer exists is ignored', async () => {
    await open(hairline);
    const ops: MaskOp[] = [
      ...DETECTED_MASK,
      { kind: 'defect', mode: 'remove', x: 1700, y: 200, sensitivity: null },
      { kind: 'defect', mode: 'add', x: 1600, y: 1300, sensitivity: 1 },
    ];
    const target = { folder: folder.path, stem: 'mask' };
    const written = await engine.request('exportMask', { photoId: 'p', recipe: repair, edit: edit(...ops), target });
    const { data, info } = await sharp(written.path).greyscale().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([SIZE.width, SIZE.height]);
    expect(data[HAIR.y * SIZE.width + HAIR.x]).toBe(255);
    expect(data[200 * SIZE.width + 1700]).toBe(0);
    const hair = edit(...DETECTED_MASK, { kind: 'defect', mode: 'remove', ...HAIR, sensitivity: null });
    const full = await engine.request('render', { photoId: 'p', recipe: repair, size: 'full', edit: hair });
    expect(await isRepaired(full.revision)).toBe(false);
  });
});

describe('in batches and on the command line', () => {
  it('both passes run if the damage is repaired, otherwise only one', async () => {
    const repaired = await restore(hairline);
    expect(repaired.passes.map(({ generator }) => generator)).toEqual(['four-planes', 'four-planes', 'inpainter']);
    const { data } = await sharp(repaired.output!.path).raw().toBuffer({ resolveWithObject: true });
    expect(data[3 * (HAIR.y * SIZE.width + HAIR.x)]).toBe(128);
    expect((await restore(hairline, { recipe: recipe(false) })).passes).toHaveLength(1);
    expect((await restore(hairline, { target: null })).passes).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it('progress never decreases', async () => {
    const shares: number[] = [];
    await engine.request(
      'restore',
      {
        ...{ path: hairline, recipe: repair, format: 'png', quality: 90, metadata: 'all' },
        target: { folder: folder.path, stem: 'progress' },
      },
      { onProgress: ({ done }) => void shares.push(done) },
    );
    expect(shares.length).toBeGreaterThan(5);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('every tile gets the statistics of the whole photo', async () => {
    // The green in the last tile makes the detector doubt the line in the first.
    const line = (x: number, y: number) => (x === 30 && y > 20 && y < 200 ? BLACK : null);
    const plain = draw(700, 300, line);
    const green = draw(700, 300, (x, y) => (x >= 500 ? [0, 255, 0] : line(x, y)));
    const found = async (name: string, raster: Raster) =>
      (await restore(await write(name, raster), { target: null })).analysis.damage;
    expect(await found('plain', plain)).toBeGreaterThan(0);
    expect(await found('green', green)).toBe(0);
  });

  it.each([
    ['one pixel wide', () => sharp({ create: { width: 1, height: 900, channels: 3, background: '#fff' } })],
    ['one pixel', () => sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })],
    ['white', () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#fff' } })],
    ['blue', () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#00f' } })],
    [
      'see-through, grey and of 16 bits',
      () =>
        sharp(
          Uint16Array.from({ length: 300 * 200 * 2 }, (_, i) => (i * 7919) % 65536),
          {
            raw: { width: 300, height: 200, channels: 2 },
          },
        ).toColourspace('grey16'),
    ],
  ])('a photo that is %s can be analysed', async (name, make) => {
    const path = join(folder.path, `${name}.png`);
    await make().png().toFile(path);
    const { output, analysis } = await restore(path);
    expect(output).not.toBeNull();
    if (name === 'blue') expect(analysis.damage).toBe(0);
    if (name === 'white') expect(analysis.damage).toBe(1);
  });

  it('a statistics graph that differs from its card is refused', async () => {
    const path = await install('altered');
    await writeFile(join(path, 'four-planes', 'summary.onnx'), 'something else');
    await engine.close();
    engine = start(path);
    await expect(restore(hairline)).rejects.toMatchObject({ code: 'GENERATOR_DAMAGED' });
    const listed = await engine.request('generators', null);
    expect(listed.map(({ id, state }) => [id, state])).toEqual([
      ['four-planes', 'damaged'],
      ['inpainter', 'ready'],
    ]);
  });
});

it('tiles give the same result as one piece', async () => {
  const store = async (name: string, tile: number) => {
    const found = new GeneratorStore(await install(name, { tile }));
    await found.refresh();
    return found;
  };
  const sessions = new Sessions({
    ...{ provider: 'cpu', threads: 1, avoid: [], budget: 1 << 30 },
    ...{ verdicts: new Verdicts(undefined), onUse: () => {}, onProvider: () => {}, busy: () => {} },
  });
  const photo = draw(500, 330, (x, y) => {
    if ((x + 2 * y) % 97 === 0) return BLACK;
    if (x > 300 && x < 330 && y > 90 && y < 200) return [255, 255, 255];
    if (Math.hypot(x - 120, y - 127) < 9) return [0, 0, 255];
    return (x * y) % 89 === 0 ? [250, 250, 250] : null;
  });
  const look = async (from: GeneratorStore) =>
    detectDamage(photo, new JobTools(new Job('test', () => {}), from, sessions, null));
  const [pieces, whole] = [await look(await store('pieces', 96)), await look(await store('whole', 2048))];
  expect([pieces.report.tiles > 20, whole.report.tiles]).toEqual([true, 1]);
  for (const kind of DAMAGE_PLANES) {
    expect(whole[kind].some((value) => value > 200)).toBe(true);
    expect(sameSamples(pieces[kind], whole[kind])).toBe(true);
  }
  await sessions.release();
});
