import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaceSettings, type Recipe } from '../../contract/recipe';
import { isUsed, stepFor } from '../generators/store';
import { encodeReduced } from '../photos/raster';
import { decodeFaces } from '../restoration/face-decoders';
import { createRaster } from '../restoration/raster';
import { Job } from './job';
import { OpenPhotos } from './open-photos';
import { addStandIn, ownForEachTest } from './standin-support';
import { JobTools } from './tools';

/* Finders of faces from elsewhere: each stand-in finds a white block of 32 pixels, and says of it what is known. */

const own = ownForEachTest();

const models = () => join(own.folder.path, 'models');
const job = () => new Job('1', () => {});

/** Black, with white blocks of 32 pixels at these places. */
function blocks(width: number, height: number, ...places: readonly (readonly [number, number])[]) {
  const raster = createRaster(width, height, 3, 8);
  for (const [x, y] of places)
    for (let row = y; row < y + 32; row++) raster.data.fill(255, 3 * (row * width + x), 3 * (row * width + x + 32));
  return raster;
}

const STANDARD_POINTS = [
  [-0.8, -0.6],
  [0.8, -0.6],
  [0, 0],
  [-0.6, 0.8],
  [0.6, 0.8],
] as const;

test.each([
  // Four strides around the middle of the cell.
  ['face_detection_yunet_2023mar', { x: 272, y: 272, side: 128 }, { x: 336, y: 336, unit: 32 }],
  // Two strides to each side of the cell's corner.
  ['scrfd_2.5g', { x: 256, y: 256, side: 128 }, { x: 320, y: 320, unit: 32 }],
  // Half a box of 256 pixels, moved by a twentieth of it, and points in tenths of it.
  ['retinaface_mobile0.25', { x: 284.8, y: 259.2, side: 128 }, { x: 336, y: 336, unit: 25.6 }],
])('%s finds the block, with eyes, nose and mouth', async (name, box, points) => {
  const { store, id } = await addStandIn(models(), name);
  const [info] = await store.list();
  expect(info).toMatchObject({ isUsed: true, step: 'faces', setting: 'finder', state: 'ready' });
  const tools = new JobTools(job(), store, own.sessions, null, { threads: 1 });
  const faces = (await tools.faces(blocks(640, 640, [320, 320]), id))!;
  expect(faces).toHaveLength(1);
  const [face] = faces;
  const near = (value: number, pixels: number) => expect(Math.abs(value * 640 - pixels)).toBeLessThan(0.1);
  near(face!.x, box.x);
  near(face!.y, box.y);
  near(face!.width, box.side);
  near(face!.height, box.side);
  expect(face!.certainty).toBeGreaterThan(0.95);
  for (const [k, [x, y]] of STANDARD_POINTS.entries()) {
    near(face!.points[k]!.x, points.x + x * points.unit);
    near(face!.points[k]!.y, points.y + y * points.unit);
  }
  expect(await tools.faces(blocks(640, 640), id)).toEqual([]);
});

test('a small face of a large photo is found at the second look, once, and not where a tile cuts it', async () => {
  const { store, id } = await addStandIn(models(), 'face_detection_yunet_2023mar');
  const tools = new JobTools(job(), store, own.sessions, null, { threads: 1 });
  // Reduced to the 640 pixels of the net, the blocks are a quarter of a cell.
  const faces = (await tools.faces(blocks(1280, 960, [352, 352], [960, 480]), id))!;
  const middles = faces.map(({ x, y, width, height }) => [(x + width / 2) * 1280, (y + height / 2) * 960]);
  expect(middles.sort((a, b) => a[0]! - b[0]!).map(([x, y]) => [Math.round(x!), Math.round(y!)])).toEqual([
    [368, 368],
    [976, 496],
  ]);
});

test('a smaller photo lies in the corner of what the net sees', async () => {
  const { store, id } = await addStandIn(models(), 'scrfd_2.5g');
  const tools = new JobTools(job(), store, own.sessions, null, { threads: 1 });
  const [face] = (await tools.faces(blocks(300, 200, [96, 64]), id))!;
  expect([face!.x * 300, face!.y * 200, face!.width * 300].map(Math.round)).toEqual([32, 0, 128]);
});

test('a finder that is not here, or has changed, says so', async () => {
  const { store, id } = await addStandIn(models(), 'scrfd_2.5g');
  const tools = new JobTools(job(), store, own.sessions, null, { threads: 1 });
  await expect(tools.faces(blocks(64, 64), 'other')).rejects.toMatchObject({
    code: 'GENERATOR_MISSING',
    reason: [{ key: 'failures.finderNotHere', values: { id: 'other' } }],
  });
  await appendFile(store.finder(id)!.path, ' ');
  await expect(tools.faces(blocks(64, 64), id)).rejects.toMatchObject({ code: 'GENERATOR_DAMAGED' });
});

test('outputs of another shape are refused', () => {
  const output = { dims: [1, 3, 4], data: new Float32Array(12) };
  for (const decoder of ['yunet', 'scrfd', 'retinaface'] as const)
    expect(() => decodeFaces(decoder, { loc: output }, 64, 64)).toThrow(
      expect.objectContaining({ code: 'OUTPUT_INVALID' }),
    );
});

test('nets that find faces without their eyes are kept, and used by no step', () => {
  expect(stepFor('find-face')).toEqual({ kind: 'faces', setting: 'finder' });
  const origin = { kind: 'imported' };
  const input = { channels: 'rgb', layout: 'nchw' };
  expect(isUsed({ task: 'find-face', decoder: 'boxes', origin, input } as never)).toBe(false);
  expect(isUsed({ task: 'find-face', decoder: 'scrfd', origin, input } as never)).toBe(true);
});

test('a recipe names the finder: its faces are restored, shown and reported', async () => {
  const { id: finder } = await addStandIn(models(), 'face_detection_yunet_2023mar');
  const { store, id: generator } = await addStandIn(models(), 'codeformer');
  const photos = new OpenPhotos(
    (each, colour) => new JobTools(each, store, own.sessions, colour, { threads: 1 }),
    2 ** 28,
  );
  const path = join(own.folder.path, 'block.png');
  await writeFile(path, await encodeReduced(blocks(640, 640, [320, 320]), 640, null));
  await photos.open(job(), { photoId: 'p', path, name: 'block.png' });
  const { faces: none } = await photos.analyse(job(), { photoId: 'p' });
  expect(none).toBeNull();
  const recipe = (named: boolean, gate: Recipe['gate'] = 'needed'): Recipe => ({
    ...{ format: 1, id: 'faces', name: 'Faces', gate },
    steps: [
      {
        kind: 'faces',
        enabled: true,
        settings: FaceSettings.parse({ generator, ...(named && { finder }), chosen: [{ x: 0.5, y: 0.5 }] }),
      },
    ],
  });
  const ask = (of: Recipe) => ({ photoId: 'p', recipe: of, size: 'full' as const });
  const done = await photos.render(job(), ask(recipe(true)));
  expect(done.faces).toHaveLength(1);
  expect(done.reports[0]).toMatchObject({ outcome: 'done', generator: `${generator}, ${finder}` });
  expect(done.reports[0]!.messages).toContainEqual({ key: 'did.faces.finder', values: { id: finder } });
  // What is cached is found again, with its faces.
  expect(photos.rendered(ask(recipe(true)))?.faces).toHaveLength(1);
  const without = await photos.render(job(), ask(recipe(false)));
  expect(without).not.toHaveProperty('faces');
  expect(without.reports[0]!.outcome).toBe('skipped');
});
