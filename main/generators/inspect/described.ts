import { because, type Decisions, decide } from './decision';
import type { Graph } from './ends';
import type { OnnxFile, ValueInfo } from './onnx-file';
import { commercialUse } from './open-model';

/*
 * What a file says of itself in words: the metadata of Windows ML, and descriptions of the inputs.
 */

const ORDERS: Record<string, 'rgb' | 'bgr'> = { rgb8: 'rgb', bgr8: 'bgr', rgba8: 'rgb', bgra8: 'bgr' };

export function readDescriptions(file: OnnxFile, image: ValueInfo, graph: Graph, decisions: Decisions): void {
  const entries = new Map(Object.entries(file.metadata).map(([key, value]) => [key.toLowerCase(), value]));
  const order = ORDERS[entries.get('image.bitmappixelformat')?.toLowerCase() ?? ''];
  if (order) {
    const evidence = because('metadata', { key: 'Image.BitmapPixelFormat', value: order });
    decide(decisions, 'order', order, 'certain', evidence);
    decide(decisions, 'outputOrder', order, 'certain', evidence);
  }
  const range = entries.get('image.nominalpixelrange')?.toLowerCase() ?? '';
  const name = { nominalrange_0_255: '0..255', normalized_0_1: '0..1', normalized_1_1: '-1..1' } as const;
  const found = Object.hasOwn(name, range) ? name[range as keyof typeof name] : null;
  if (found) {
    const evidence = because('metadata', { key: 'Image.NominalPixelRange', value: found });
    decide(decisions, 'inputRange', found, 'certain', evidence);
    decide(decisions, 'outputRange', found, 'certain', evidence);
  }
  const light = entries.get('image.colorspacegamma')?.toLowerCase();
  if (light)
    decide(
      decisions,
      'light',
      light === 'linear' ? 'linear' : 'srgb',
      'certain',
      because('metadata', { key: 'Image.ColorSpaceGamma', value: light }),
    );
  const licence = entries.get('license') ?? entries.get('licence');
  if (licence) {
    const told = because('metadata', { key: 'license', value: licence.slice(0, 100) });
    decide(decisions, 'licence', licence.slice(0, 200), 'certain', told);
    decide(decisions, 'commercial', commercialUse(licence), 'probable', told);
  }
  const author = entries.get('author');
  if (author)
    decide(
      decisions,
      'author',
      author.slice(0, 200),
      'certain',
      because('metadata', { key: 'author', value: author.slice(0, 100) }),
    );
  describe(image, 'order', decisions);
  for (const output of file.outputs) describe(output, 'outputOrder', decisions);
  const scaler = graph.consumersOf(image.name).find(({ op }) => op === 'ImageScaler');
  const bias = scaler?.attributes.find((each) => each.name === 'bias')?.floats;
  // Caffe's means: blue has the smallest.
  if (bias?.length === 3 && bias.every((value) => value < -80 && value > -140)) {
    const first = bias[0]! > bias[2]! ? 'bgr' : 'rgb';
    decide(
      decisions,
      'order',
      first,
      'certain',
      because('means', { values: bias.map((value) => Math.round(value)).join(' '), order: first }),
    );
    decide(
      decisions,
      'inputRange',
      '0..255',
      'certain',
      because('means', { values: bias.map((value) => Math.round(value)).join(' '), order: first }),
    );
  }
}

function describe(info: ValueInfo, field: 'order' | 'outputOrder', decisions: Decisions): void {
  const text = info.doc;
  if (text === '') return;
  const shown = text.slice(0, 100);
  const isBgr = /\bBGR\b/i.test(text);
  if (isBgr !== /\bRGB\b/i.test(text))
    decide(decisions, field, isBgr ? 'bgr' : 'rgb', 'certain', because('described', { text: shown }));
  if (field !== 'order') return;
  if (/\b0\s?(?:-|to|\.\.)\s?255\b/.test(text))
    decide(decisions, 'inputRange', '0..255', 'probable', because('described', { text: shown }));
  if (/\[0,\s?1\]/.test(text))
    decide(decisions, 'inputRange', '0..1', 'probable', because('described', { text: shown }));
}
