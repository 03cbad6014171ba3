import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fixtureCard, installFixture, temporaryFolder } from '../engine/test-support';
import { openTrialNet } from '../engine/trial-net';
import { hashFile } from '../storage/hash';
import { AnyCard } from './card';
import { idFor, importGenerator, nameFor, removeGenerator, renameGenerator } from './import';
import { inspectNet } from './inspect';
import { answered, confirmed } from './inspect/card';
import type { InspectedFile } from './inspect/inspected';
import { readOnnxFile } from './inspect/onnx-file';
import { bytesOf } from './inspect/protobuf';
import { GeneratorStore } from './store';

const FIXTURES = join(import.meta.dirname, 'inspect', 'fixtures');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let models = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  models = join(folder.path, 'data', 'models');
});
afterEach(() => folder.remove());

/** What the inspection of a stand-in gives, without a process of its own. */
async function inspected(path: string): Promise<InspectedFile> {
  const bytes = await readFile(path);
  const file = readOnnxFile(bytesOf(bytes));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const found = await inspectNet({
    name: basename(path),
    sha256,
    file,
    load: () => openTrialNet(path, 1),
    announce: async () => {},
  });
  const weights = await Promise.all(
    file.external.map(async (name) => ({ file: name, bytes: 1, sha256: await hashFile(join(path, '..', name)) })),
  );
  const { inputs, outputs, parameters } = file;
  return {
    name: basename(path),
    bytes: bytes.length,
    sha256,
    weights,
    opset: 17,
    parameters,
    inputs,
    outputs,
    seconds: 1,
    ...found,
  };
}

async function add(name: string, change: Partial<Parameters<typeof importGenerator>[2]> = {}) {
  const path = join(FIXTURES, `${name}.onnx`);
  const found = await inspected(path);
  const decisions = confirmed(found.decisions);
  return importGenerator(models, path, { inspected: found, decisions, name: nameFor(found), ...change });
}

async function listed(shipped = join(folder.path, 'shipped')) {
  const store = new GeneratorStore(shipped, models);
  await store.refresh();
  return { store, list: await store.list() };
}

it('copies the file into a folder of its own, with a card that says how everything was found out', async () => {
  const card = await add('4x-Standin-compact-fp32');
  expect(card).toMatchObject({
    id: '4x-standin-compact-fp32',
    name: '4x-Standin-compact-fp32',
    task: 'upscale',
    commercial: 'unknown',
    origin: { kind: 'imported', file: '4x-Standin-compact-fp32.onnx' },
    input: { name: 'input', channels: 'rgb', range: [0, 1], multiple: 1, fixed: null },
    output: { name: 'output', scale: 4, offset: 0 },
    halo: 1,
    tile: 256,
  });
  expect(card.evidence.scale).toMatchObject({ confidence: 'certain', said: false });
  expect((await readdir(join(models, card.id))).sort()).toEqual(['card.json', 'generator.onnx']);
  expect(await hashFile(join(models, card.id, 'generator.onnx'))).toBe(card.sha256);
  expect(AnyCard.parse(JSON.parse(await readFile(join(models, card.id, 'card.json'), 'utf8')))).toEqual(card);
  const { list } = await listed();
  expect(list).toMatchObject([{ id: card.id, state: 'ready', origin: 'imported', isUsed: true }]);
});

it('takes the weights beside the file along, and notices when they change', async () => {
  const card = await add('weights-beside');
  expect((await readdir(join(models, card.id))).sort()).toEqual([
    'card.json',
    'generator.onnx',
    'weights-beside.onnx.data',
  ]);
  expect((await listed()).list[0]?.state).toBe('ready');
  // The runtime finds them there.
  await openTrialNet(join(models, card.id, 'generator.onnx'), 1);
  await writeFile(join(models, card.id, 'weights-beside.onnx.data'), Buffer.alloc(36));
  expect((await listed()).list[0]?.state).toBe('damaged');
});

it('keeps what no step can use yet, and says so', async () => {
  expect(await add('u2net')).toMatchObject({ task: 'segment' });
  expect((await listed()).list).toMatchObject([{ task: 'segment', state: 'ready', isUsed: false }]);
});

it('finds a restorer of faces without its id, because none ships', async () => {
  const card = await add('codeformer');
  expect(card).toMatchObject({ task: 'face', template: 'ffhq', extraInputs: [{ name: 'w', type: 'float64' }] });
  const { store, list } = await listed();
  expect(list).toMatchObject([{ task: 'face', state: 'ready', isUsed: true }]);
  expect(store.find('face')?.card.id).toBe(card.id);
});

it('finds several for one task only by their ids, so that adding one changes no result', async () => {
  const shipped = join(folder.path, 'shipped');
  await installFixture(shipped, await fixtureCard('double', { id: 'upscaler-x2', task: 'upscale' }));
  const one = await add('2x-homogeneous');
  const other = await add('2x-int8', { name: 'Eight bits' });
  const { store, list } = await listed(shipped);
  expect(list.map(({ id }) => id)).toEqual(['upscaler-x2', one.id, other.id]);
  expect(other.id).toBe('eight-bits');
  expect(store.find('upscale')?.card.id).toBe('upscaler-x2');
  expect(store.find('upscale', { id: one.id })?.path).toBe(join(models, one.id, 'generator.onnx'));
  expect(store.find('upscale', { id: other.id })?.card.name).toBe('Eight bits');
  expect(store.find('restore', { id: one.id })).toBeNull();
});

it('never takes the place of a generator that ships, whatever its name is', async () => {
  const shipped = join(folder.path, 'shipped');
  await installFixture(shipped, await fixtureCard('double', { id: 'upscaler-x2', task: 'upscale' }));
  const card = await add('2x-int8', { name: 'Upscaler x2', taken: ['upscaler-x2'] });
  expect(card.id).toBe('upscaler-x2-2');
  // Nor does a folder that was put there by hand.
  await mkdir(join(models, 'by-hand'));
  await copyFile(join(models, card.id, 'generator.onnx'), join(models, 'by-hand', 'generator.onnx'));
  await writeFile(join(models, 'by-hand', 'card.json'), JSON.stringify({ ...card, id: 'upscaler-x2' }));
  const { store, list } = await listed(shipped);
  expect(list.map(({ id, origin }) => [id, origin])).toEqual([
    ['upscaler-x2', 'shipped'],
    ['upscaler-x2-2', 'imported'],
  ]);
  expect(store.find('upscale', { id: 'upscaler-x2' })?.path).toContain('shipped');
});

it('adds a file once', async () => {
  const { id } = await add('2x-int8');
  await expect(add('2x-int8', { name: 'again' })).rejects.toMatchObject({
    code: 'NAME_TAKEN',
    reason: [{ key: 'models.already', values: { id } }],
  });
  expect(await readdir(models)).toEqual([id]);
});

it('leaves nothing behind if the file changes between inspection and copy', async () => {
  const path = join(folder.path, 'net.onnx');
  await copyFile(join(FIXTURES, '2x-int8.onnx'), path);
  const found = await inspected(path);
  await copyFile(join(FIXTURES, '2x-homogeneous.onnx'), path);
  await expect(
    importGenerator(models, path, { inspected: found, decisions: found.decisions, name: 'net' }),
  ).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
  expect(await readdir(models)).toEqual([]);
});

it('follows no link out of the models folder', async () => {
  await mkdir(models, { recursive: true });
  const elsewhere = join(folder.path, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'card.json'), '{}');
  await symlink(elsewhere, join(models, 'linked'));
  await removeGenerator(models, 'linked');
  expect(await readdir(elsewhere)).toEqual(['card.json']);
  await expect(removeGenerator(models, '../elsewhere')).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

it('keeps what a person said beside what was measured', async () => {
  const found = await inspected(join(FIXTURES, 'sharpen-bgr.onnx'));
  const decisions = answered(found.decisions, { task: 'jpeg', order: 'bgr', licence: 'MIT', commercial: 'yes' });
  const card = await add('sharpen-bgr', { decisions });
  expect(card).toMatchObject({
    task: 'restore',
    purpose: 'jpeg',
    licence: 'MIT',
    commercial: 'yes',
    input: { channels: 'bgr' },
  });
  expect(card).toMatchObject({ output: { channels: 'bgr' } });
  expect(card.evidence.task).toMatchObject({ said: true, evidence: [{ code: 'gains' }] });
});

it('refuses answers that do not fit together', async () => {
  const found = await inspected(join(FIXTURES, '2x-int8.onnx'));
  const decisions = answered(found.decisions, { halo: 8000 });
  await expect(add('2x-int8', { decisions })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(await readdir(models).catch(() => [])).toEqual([]);
});

it('renames and removes', async () => {
  const { id } = await add('2x-int8');
  await renameGenerator(models, id, 'Twice, small');
  expect((await listed()).list).toMatchObject([{ id, name: 'Twice, small', state: 'ready' }]);
  expect(await removeGenerator(models, id)).toBe('Twice, small');
  expect((await listed()).list).toEqual([]);
  await expect(renameGenerator(models, id, 'gone')).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

it('makes an id of any name', () => {
  expect(idFor('4x-UltraSharp.fp16')).toBe('4x-ultrasharp-fp16');
  expect(idFor('Café  Crème')).toBe('cafe-creme');
  expect(idFor('写真')).toBe('generator');
  expect(idFor('x'.repeat(300))).toHaveLength(56);
});
