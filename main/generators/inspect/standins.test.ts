import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTrialNet } from '../../engine/trial-net';
import { inspectNet } from '.';
import { confirmed } from './card';
import { type FieldName, questionsOf, type ValueOf } from './decision';
import { readOnnxFile } from './onnx-file';
import { bytesOf } from './protobuf';
import type { Refused } from './signature';

/*
 * Tiny nets with the exact interfaces of nets that are in wide use, and of those that leave something open. Each is decided,
 * asked about or refused, and nothing is decided wrongly without being asked.
 */

const FIXTURES = join(import.meta.dirname, 'fixtures');
/** A run without an end belongs to the process that can be ended, see `inspector.test.ts`. */
const ELSEWHERE = ['endless.onnx'];

type Wanted = { [F in FieldName]?: ValueOf<F> };
const free = (multiple = 1, remainder = 0) =>
  expect.objectContaining({ multiple, remainder, square: false, fixed: null });
const only = (width: number, height = width) => expect.objectContaining({ fixed: { width, height } });

interface Row {
  /** What is decided, or proposed where it is asked about. */
  found?: Partial<Record<FieldName, unknown>> & Partial<Wanted>;
  /** Fields that are asked about. */
  asks?: FieldName[];
  refused?: Refused['code'];
}

const upscale = (scale: number) => ({ task: 'upscale', scale, inputRange: '0..1', outputRange: '0..1' }) as const;

const TABLE: Record<string, Row> = {
  // The interfaces of files that are in wide use.
  '4x-Standin-compact-fp32': { found: { ...upscale(4), size: free(), halo: 1, global: 'none', layout: 'nchw' } },
  'realesrgan-x4': { found: { ...upscale(4), size: only(64), global: 'none', output: '1895' } },
  '2x_Standin_unshuffle_fp16': { found: { ...upscale(2), inputType: 'float16', outputType: 'float16', size: free(2) } },
  swin_unet_art_scale2x: { found: { ...upscale(2), size: free(48, 16), offset: 32 } },
  lama_fp32: {
    found: {
      task: 'inpaint',
      maskPlace: 'input',
      maskPolarity: 'hole',
      maskValue: '1',
      composited: true,
      inputRange: '0..1',
      outputRange: '0..255',
      size: only(512),
      global: 'fixed',
    },
  },
  migan_pipeline_v2: {
    found: {
      task: 'inpaint',
      inputType: 'uint8',
      maskPolarity: 'known',
      maskValue: '255',
      inputRange: '0..255',
      outputRange: '0..255',
      size: free(),
      global: 'whole',
    },
  },
  codeformer: {
    found: {
      task: 'face',
      inputRange: '-1..1',
      outputRange: '-1..1',
      output: 'y',
      size: only(512),
      global: 'fixed',
      scalars: [expect.objectContaining({ name: 'w', type: 'float64', shape: [1], hidden: false })],
    },
  },
  ddcolor: {
    found: {
      task: 'colorise',
      inputRange: '0..1',
      outputChannels: 'lab-ab',
      outputRange: 'lab',
      size: only(512),
      global: 'fixed',
    },
  },
  deoldify_artistic: {
    found: { task: 'colorise', inputRange: '0..255', outputRange: '0..255', size: free(32), global: 'whole' },
  },
  face_detection_yunet_2023mar: {
    found: { task: 'find-face', decoder: 'yunet', order: 'bgr', inputRange: '0..255', size: only(640) },
  },
  drunet_color: {
    found: { task: 'denoise', channels: 'rgb+sigma', maskPlace: 'last', size: free(8), inputRange: '0..1' },
  },
  candy: {
    found: {
      task: 'style',
      order: 'bgr',
      outputOrder: 'bgr',
      inputRange: '0..255',
      outputRange: '0..255',
      size: only(720),
      global: 'fixed',
    },
    asks: ['task'],
  },
  'mosaic-scaler': {
    found: {
      task: 'style',
      order: 'bgr',
      outputOrder: 'bgr',
      inputRange: '0..255',
      outputRange: '0..255',
      size: only(720),
    },
    asks: ['task'],
  },
  AnimeGANv3_Hayao_36: {
    found: { task: 'style', layout: 'nhwc', inputRange: '-1..1', outputRange: '-1..1', size: free(8), global: 'whole' },
    asks: ['task'],
  },
  u2net: { found: { task: 'segment', normalise: 'imagenet', output: '1959', outputRange: '0..1', size: only(320) } },
  fbcnn_color: { found: { task: 'jpeg', output: 'output', size: free(), inputRange: '0..1' } },
  colorization_siggraph17: {
    found: { task: 'colorise', channels: 'l100', inputRange: '0..100', outputChannels: 'lab-ab', size: only(256) },
  },
  ffdnet_color: {
    found: {
      task: 'denoise',
      scalars: [expect.objectContaining({ name: 'sigma', shape: [1, 1, 1, 1], hidden: false })],
      size: free(),
    },
  },
  nafnet_sidd: {
    found: { task: 'denoise', size: free(16), global: 'weak', overlap: 32, inputRange: '0..1' },
    asks: ['task'],
  },
  'retinaface_mobile0.25': {
    found: {
      task: 'find-face',
      decoder: 'retinaface',
      order: 'bgr',
      normalise: 'caffe',
      inputRange: '0..255',
      size: only(640),
    },
  },
  'scrfd-boxes': { found: { task: 'find-face', decoder: 'boxes' } },
  'scrfd_2.5g': { found: { task: 'find-face', decoder: 'scrfd', order: 'rgb', inputRange: '(x-127.5)/128' } },
  zero_dce: {
    found: { task: 'tone', outputChannels: 'curves', inputRange: '0..1', size: only(160, 96) },
    asks: ['task', 'inputRange', 'outputChannels'],
  },
  // What leaves something open, in the order of `make_standins.py`.
  '2x-global': { found: { ...upscale(2), global: 'whole' } },
  '2x-global-64': { found: { ...upscale(2), size: only(64), global: 'fixed' } },
  '2x-homogeneous': { found: { ...upscale(2), size: free() } },
  'bounded-correction': { found: { inputRange: '0..1', outputRange: '0..1', halo: 1 }, asks: ['task'] },
  'normalises-first': { found: { task: 'style', outputRange: '0..1', global: 'whole' }, asks: ['task'] },
  'two-chroma': {
    found: { outputChannels: 'cbcr', outputRange: '-0.5..0.5' },
    asks: ['task', 'inputRange', 'outputChannels'],
  },
  'two-classes': { found: { outputChannels: 'classes' }, asks: ['task', 'inputRange', 'outputChannels'] },
  'deoldify-art': {
    found: { task: 'colorise', inputRange: '0..1', outputRange: '0..1', size: only(256), global: 'fixed' },
    asks: ['order'],
  },
  migan: {
    found: {
      task: 'inpaint',
      channels: 'mask+rgb',
      maskPlace: 'first',
      maskPolarity: 'known',
      maskValue: 'centred',
      inputRange: '-1..1',
      size: only(256),
    },
  },
  lama_4ch: {
    found: {
      task: 'inpaint',
      channels: 'rgb+mask',
      maskPlace: 'last',
      maskPolarity: 'hole',
      maskValue: '1',
      maskCleared: true,
      inputRange: '0..1',
      global: 'whole',
    },
  },
  rgba: { refused: 'alpha' },
  rawdenoise: { refused: 'raw' },
  'luma-x2': { found: { ...upscale(2), channels: 'luma', outputChannels: 'luma' } },
  'grey-denoise': { found: { task: 'denoise', channels: 'luma', inputRange: '0..1' }, asks: ['task'] },
  'scratch-logits': { found: { task: 'detect', channels: 'luma' }, asks: ['task', 'inputRange', 'outputRange'] },
  residual: {
    found: { task: 'denoise', outputChannels: 'residual', inputRange: '0..1' },
    asks: ['task', 'inputRange', 'outputRange', 'outputChannels'],
  },
  'fill-known-255': {
    found: {
      task: 'inpaint',
      maskPolarity: 'known',
      maskValue: '255',
      composited: true,
      inputRange: '0..1',
      outputRange: '0..1',
    },
  },
  'fill-tinted': {
    found: { task: 'inpaint', maskPolarity: 'known', composited: false },
    asks: ['maskPolarity', 'maskValue'],
  },
  vqfr: {
    found: {
      task: 'face',
      output: 'main_dec',
      inputRange: '-1..1',
      scalars: [expect.objectContaining({ name: 'fidelity_ratio', shape: [], hidden: false })],
    },
  },
  pairlie: {
    found: {
      task: 'tone',
      scalars: [expect.objectContaining({ name: 'exposure', shape: [1], default: 0.2 })],
      inputRange: '0..1',
    },
  },
  'padding-baked': { found: { size: only(64) }, asks: ['task'] },
  '2x-cuts-odd': { found: { ...upscale(2), size: free(2) } },
  'sharpen-bgr': { found: { order: 'rgb', inputRange: '0..1', halo: 1 }, asks: ['task'] },
  'up2x-pro': {
    found: { task: 'upscale', inputRange: '0.15..0.85', outputRange: '0.15..0.85' },
    asks: ['inputRange', 'outputRange'],
  },
  'linear-light': { found: { task: 'tone', light: 'linear' }, asks: ['task', 'inputRange', 'outputRange', 'light'] },
  'square-512': { found: { task: 'face', inputRange: '-1..1', outputRange: '-1..1', size: only(512) }, asks: ['task'] },
  'nhwc-free': { found: { layout: 'nhwc', inputRange: '0..1', size: free() }, asks: ['task'] },
  pad: { refused: 'helper' },
  'sam-decoder': { refused: 'helper' },
  '2x-int8': { found: { ...upscale(2), size: free() } },
  'two-frames': { refused: 'frames' },
  'two-pictures': { refused: 'severalPictures' },
  'batch-of-four': { refused: 'batch' },
  classifier: { refused: 'noPictureOut' },
  adain: { found: { task: 'style', inputRange: '0..1', global: 'whole' } },
  'foreign-operator': { refused: 'operator' },
  'weights-beside': { found: { inputRange: '0..1' }, asks: ['task'] },
  modnet: {
    found: { task: 'segment', size: free(32), inputRange: '-1..1', outputRange: '0..1' },
    asks: ['inputRange'],
  },
  'yunet-2022': { refused: 'noPictureOut' },
  'weights-outside': { refused: 'weightsOutside' },
};

async function inspect(name: string) {
  const path = join(FIXTURES, `${name}.onnx`);
  const bytes = await readFile(path);
  const file = readOnnxFile(bytesOf(bytes));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return inspectNet({
    name: `${name}.onnx`,
    sha256,
    file,
    load: () => openTrialNet(path, 1),
    announce: async () => {},
  });
}

describe('stand-ins', () => {
  it('are all in the table', async () => {
    const files = (await readdir(FIXTURES)).filter((name) => name.endsWith('.onnx') && !ELSEWHERE.includes(name));
    expect(files.map((name) => name.slice(0, -5)).sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(Object.entries(TABLE))('%s', { timeout: 120_000 }, async (name, { found, asks = [], refused }) => {
    if (refused) {
      await expect(inspect(name)).rejects.toMatchObject({ code: refused });
      return;
    }
    const { decisions } = await inspect(name);
    const values = Object.fromEntries(Object.entries(decisions).map(([field, { value }]) => [field, value]));
    expect(values).toMatchObject(found ?? {});
    expect([...questionsOf(decisions)].sort()).toEqual([...asks].sort());
    expect(questionsOf(confirmed(decisions))).toEqual([]);
    // Whoever wants to know why is told.
    for (const [field, { evidence }] of Object.entries(decisions)) expect(evidence, field).not.toEqual([]);
  });
});
