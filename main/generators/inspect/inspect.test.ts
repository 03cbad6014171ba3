import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTrialNet } from '../../engine/trial-net';
import { AnyCard, type Card } from '../card';
import { inspectNet, type Subject } from '.';
import { answered, parseAnswer } from './card';
import { questionsOf } from './decision';
import { Graph, headOf, tailOf } from './ends';
import { readOnnxFile } from './onnx-file';
import { commercialUse } from './open-model';
import type { TrialNet } from './probe';
import { bytesOf } from './protobuf';

const FIXTURES = join(import.meta.dirname, 'fixtures');

async function subject(name: string, change: Partial<Subject> = {}): Promise<Subject> {
  const path = join(FIXTURES, `${name}.onnx`);
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = readOnnxFile(bytesOf(bytes));
  return { name: `${name}.onnx`, sha256, file, load: () => openTrialNet(path, 1), announce: async () => {}, ...change };
}

it.each([
  ['upscaler-x2', {}],
  ['upscaler-x4-crisp', {}],
  ['inpainter', { maskPlace: 'last', maskPolarity: 'hole', maskValue: '1', composited: true }],
  ['restorer', {}],
])('finds out of a trained net, %s, what its card says', { timeout: 60_000 }, async (id, more) => {
  const folder = join(import.meta.dirname, '../../../models', id);
  const card = AnyCard.parse(JSON.parse(await readFile(join(folder, 'card.json'), 'utf8'))) as Card;
  const path = join(folder, card.file);
  const file = readOnnxFile(bytesOf(await readFile(path)));
  const load = () => openTrialNet(path, 1);
  const { decisions } = await inspectNet({ name: 'net.onnx', sha256: '', file, load, announce: async () => {} });
  const values = Object.fromEntries(Object.entries(decisions).map(([field, { value }]) => [field, value]));
  expect(values).toMatchObject({
    inputRange: '0..1',
    outputRange: '0..1',
    order: 'rgb',
    channels: card.input.channels,
    scale: card.output.scale,
    output: card.output.name,
    ...more,
  });
  // Only what it is for can be seen of a restorer no better than of any net that keeps the size.
  const unclear = id === 'restorer' ? ['task'] : [];
  expect(questionsOf(decisions)).toEqual(unclear);
  expect(card.input.multiple % decisions.size!.value.multiple).toBe(0);
  expect(decisions.halo!.value).toBeLessThanOrEqual(Math.max(card.halo, decisions.size!.value.multiple));
});

it('a known hash answers what would be asked, and brings licence and author', async () => {
  const candy9 = '9d11a3529d1e547da6ae07201d93484dbab2ec0a3614535752c8f40f0fe2968a';
  const { decisions, known } = await inspectNet(await subject('normalises-first', { sha256: candy9 }));
  expect(known).toBe('Candy');
  expect(decisions).toMatchObject({
    task: { value: 'style', confidence: 'certain' },
    inputRange: { value: '0..255', confidence: 'certain' },
    licence: { value: 'BSD-3-Clause' },
    commercial: { value: 'yes' },
  });
});

it('a metadata file of OpenModelDB counts if it lists the hash', async () => {
  const { sha256 } = await subject('2x-int8');
  const beside = (hash: string) =>
    JSON.stringify({
      name: 'Two',
      author: ['ada', 'bob'],
      license: 'CC-BY-NC-SA-4.0',
      scale: 2,
      resources: [{ sha256: hash }],
    });
  const own = await inspectNet(await subject('2x-int8', { beside: beside(sha256) }));
  expect(own).toMatchObject({
    known: 'Two',
    decisions: { author: { value: 'ada, bob' }, licence: { value: 'CC-BY-NC-SA-4.0' }, commercial: { value: 'no' } },
  });
  const other = await inspectNet(await subject('2x-int8', { beside: beside('0'.repeat(64)) }));
  expect(other).toMatchObject({ known: null, decisions: { licence: { value: '' }, commercial: { value: 'unknown' } } });
  expect((await inspectNet(await subject('2x-int8', { beside: '[' }))).known).toBeNull();
});

it.each([
  ['MIT', 'yes'],
  ['CC-BY-4.0', 'yes'],
  ['CC-BY-NC-SA-4.0', 'no'],
  ['CC BY-NC 4.0', 'no'],
  ['Free for personal or research use', 'no'],
  ['Custom', 'unknown'],
  ['', 'unknown'],
])('the licence “%s” allows commercial use: %s', (licence, expected) => {
  expect(commercialUse(licence)).toBe(expected);
});

it('constants at both ends tell ranges and orders, and a factor alone tells nothing', async () => {
  const ends = async (name: string, input: string, output: string, channels = 3) => {
    const { file } = await subject(name);
    const graph = new Graph(file);
    return { head: headOf(graph, input, channels), tail: tailOf(graph, output) };
  };
  expect(await ends('deoldify_artistic', 'input', 'output')).toMatchObject({
    head: { range: '0..255', order: 'rgb' },
    tail: { range: '0..255', by: 'Clip' },
  });
  expect(await ends('ddcolor', 'input', 'output')).toMatchObject({ head: { range: '0..1', order: 'rgb' } });
  expect((await ends('colorization_siggraph17', 'input', 'output', 1)).head.range).toBe('0..100');
  expect(await ends('mosaic-scaler', 'inputImage', 'outputImage')).toMatchObject({
    tail: { range: '0..255', order: 'bgr', by: 'Tanh' },
  });
  expect(await ends('square-512', 'input', 'output')).toMatchObject({
    head: { range: null },
    tail: { range: '-1..1', by: 'Tanh' },
  });
});

it('a net that fails or gives no numbers is refused, and one that gives others each time is never tiled', async () => {
  const broken = (run: TrialNet['run']) => subject('sharpen-bgr', { load: async () => ({ run }) });
  const failing = await broken(async () => {
    throw new Error('Non-zero status code');
  });
  await expect(inspectNet(failing)).rejects.toMatchObject({ code: 'neverRuns' });
  const nan = await broken(async ({ x }) => ({ y: { ...x!, data: x!.data.map(() => Number.NaN) } }));
  await expect(inspectNet(nan)).rejects.toMatchObject({ code: 'notFinite' });
  let runs = 0;
  const restless = await broken(async ({ x }) => {
    const drift = 0.01 * (runs++ % 3);
    return { y: { ...x!, data: x!.data.map((value) => value + drift) } };
  });
  expect((await inspectNet(restless)).decisions).toMatchObject({
    deterministic: { value: false },
    global: { value: 'whole' },
  });
});

it('reads answers as text or as JSON, and takes no others', async () => {
  expect(parseAnswer('order', 'bgr')).toBe('bgr');
  expect(parseAnswer('scale', '4')).toBe(4);
  expect(parseAnswer('size', '{"multiple":8,"remainder":0,"minimum":64,"square":false,"fixed":null}')).toMatchObject({
    multiple: 8,
  });
  expect(parseAnswer('order', 'gbr')).toBeNull();
  expect(parseAnswer('scale', '400')).toBeNull();
  expect(answered({}, { scale: 2 }).scale).toEqual({ value: 2, confidence: 'certain', evidence: [], said: true });
});
