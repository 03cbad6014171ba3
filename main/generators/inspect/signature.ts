import type { models } from '../../../text/en/models';
import { because, type Decisions, decide } from './decision';
import type { Graph } from './ends';
import { headOf } from './ends';
import type { ElementType, OnnxFile, ValueInfo } from './onnx-file';

/*
 * What a net is by the names and shapes of its inputs and outputs.
 */

/** Why a file cannot be used: a code, whose sentence is in `text/`, and what it is about. */
export class Refused extends Error {
  constructor(
    readonly code: keyof typeof models.models.refused,
    readonly figures: Record<string, string | number> = {},
  ) {
    super(code);
  }
}

export type Layout = 'nchw' | 'nhwc' | 'hwc';

export interface PictureInput {
  info: ValueInfo;
  layout: Layout;
  /** Every dimension is free: the other layout is tried if this one does not run. */
  unsure: boolean;
  channels: number;
  /** Null where it is free. */
  width: number | null;
  height: number | null;
}

export interface Signature {
  image: PictureInput;
  /** A mask as an input of its own. */
  mask: PictureInput | null;
  /** Inputs that take one number, or a map of one number. */
  scalars: ValueInfo[];
  /** A second picture: the style to copy. */
  example: PictureInput | null;
  /** Whether the outputs are read as a picture; null if they are decoded some other way and only have to come. */
  kind: 'picture' | 'fill' | 'detector' | 'mask' | 'example';
}

const PICTURE_TYPES: readonly ElementType[] = ['float32', 'float16', 'float64', 'uint8'];
const FIRST_CHANNELS = [1, 2, 3, 4];
const LAST_CHANNELS = [1, 3, 4];
/** Channels of several frames, or of features of another net. */
const MOST_SIDE = 4096;

const lower = (name: string) => name.toLowerCase();
const sizeOf = (dim: number | string | null | undefined): number | null =>
  typeof dim === 'number' && dim > 0 ? dim : null;

function pictureOf(info: ValueInfo, graph: Graph | null): PictureInput | null {
  const { shape, type } = info;
  if (!info.isTensor || !PICTURE_TYPES.includes(type) || shape === null) return null;
  if (shape.length === 3 && shape[2] === 3) {
    return { info, layout: 'hwc', unsure: false, channels: 3, width: sizeOf(shape[1]), height: sizeOf(shape[0]) };
  }
  if (shape.length !== 4) return null;
  const [, second, third, last] = shape.map(sizeOf);
  const nchw = (channels: number, unsure = false): PictureInput => ({
    info,
    layout: 'nchw',
    unsure,
    channels,
    width: last ?? null,
    height: third ?? null,
  });
  const nhwc = (channels: number, unsure = false): PictureInput => ({
    info,
    layout: 'nhwc',
    unsure,
    channels,
    width: third ?? null,
    height: second ?? null,
  });
  if (second !== null && second !== undefined && FIRST_CHANNELS.includes(second)) {
    // A second dimension of four pixels is unheard of.
    return nchw(second);
  }
  if (last !== null && last !== undefined && LAST_CHANNELS.includes(last)) return nhwc(last);
  if (second === null && last === null) {
    const turns = graph !== null && headOf(graph, info.name, 3).turnsFromNhwc;
    return turns ? nhwc(3) : nchw(3, true);
  }
  return second !== null && second !== undefined ? nchw(second) : null;
}

/** Names that belong to nets which need a partner, or prepare pictures for another net. */
const HELPERS = ['image_embeddings', 'point_coords', 'batched_images', 'batched_point_coords', 'high_res_feats_0'];
const SCALAR_NAMES =
  /^(w|weight|fidelity|fidelity_ratio|strength|sigma|noise|noise_level|noise_std|exposure|qf|qf_input|quality|alpha|ratio|denoise|saturation|brightness|gamma)$/;
const MASK_NAMES = /mask|hole/;

/** Throws Refused if the interface is none that pictures can go through. */
export function signatureOf(file: OnnxFile, graph: Graph, decisions: Decisions): Signature {
  const names = file.inputs.map(({ name }) => lower(name));
  for (const { name, isTensor, type } of file.inputs) {
    if (!isTensor || type === 'string') throw new Refused('inputKind', { name });
  }
  if (names.some((name) => HELPERS.includes(name))) throw new Refused('helper');
  if (file.outputs.some(({ shape }) => shape?.length === 4 && shape[1] === 256 && shape[2] === 64))
    throw new Refused('helper');
  for (const { shape, name } of file.inputs)
    if (shape && shape.length > 4) throw new Refused('dimensions', { name, dimensions: shape.length });

  const pictures = file.inputs.flatMap((info) => pictureOf(info, graph) ?? []);
  const isMask = ({ info }: PictureInput) => MASK_NAMES.test(lower(info.name)) && !/image/.test(lower(info.name));
  const big = pictures.filter(
    ({ channels, info }) => channels >= 1 && !isScalarShape(info) && !SCALAR_NAMES.test(lower(info.name)),
  );
  const others = big.filter((each) => !isMask(each));
  const [image, second] = [...others].sort((a, b) => likelyImage(b) - likelyImage(a));
  if (!image) throw new Refused('noPicture');
  const batch = sizeOf(image.info.shape?.[0]);
  if (image.layout !== 'hwc' && batch !== null && batch !== 1) throw new Refused('batch', { pictures: batch });
  if (image.channels > 4)
    throw new Refused(image.channels % 3 === 0 ? 'frames' : 'channels', { channels: image.channels });
  if ((image.width ?? 0) > MOST_SIDE || (image.height ?? 0) > MOST_SIDE) {
    throw new Refused('tooLarge', { width: image.width ?? 0, height: image.height ?? 0 });
  }
  const masks = big.filter(isMask);
  let mask = masks[0] ?? null;
  let example: PictureInput | null = null;
  if (second && mask === null) {
    if (second.channels === 1 && image.channels === 3) mask = second;
    else if (names.includes('style') || names.includes('content')) example = second;
    else throw new Refused('severalPictures', { first: image.info.name, second: second.info.name });
  }
  const taken = new Set([image, mask, example].flatMap((each) => each?.info.name ?? []));
  const rest = file.inputs.filter(({ name }) => !taken.has(name));
  const scalars = rest.filter((info) => isScalarShape(info) || (SCALAR_NAMES.test(lower(info.name)) && isMap(info)));
  const strange = rest.find((info) => !scalars.includes(info));
  if (strange) throw new Refused(strange.type === 'int64' ? 'helper' : 'unknownInput', { name: strange.name });
  const unfit = scalars.find(({ type }) => !PICTURE_TYPES.includes(type) || type === 'uint8');
  if (unfit) throw new Refused(unfit.type === 'int64' ? 'helper' : 'unknownInput', { name: unfit.name });

  decide(decisions, 'inputType', image.info.type as 'float32', 'certain', because('declared'));
  const kind = kindOf(file, image, mask, example, decisions);
  return { image, mask, example, scalars, kind };
}

const isScalarShape = ({ shape }: ValueInfo) => shape?.every((size) => size === 1) === true;
const isMap = ({ shape }: ValueInfo) =>
  shape !== null && (shape.length <= 2 || (shape.length === 4 && (shape[1] === 1 || typeof shape[1] !== 'number')));

function likelyImage({ channels, info }: PictureInput): number {
  const name = lower(info.name);
  const named = /^(input|image|img|x|lq|data|content|input\.1|inputimage|x_lq)/.test(name) ? 2 : 0;
  return named + (channels === 3 ? 3 : channels === 4 ? 2 : 1) - (name === 'style' ? 4 : 0);
}

function kindOf(
  file: OnnxFile,
  image: PictureInput,
  mask: PictureInput | null,
  example: PictureInput | null,
  decisions: Decisions,
): Signature['kind'] {
  if (detector(file, image, decisions)) return 'detector';
  if (mask) {
    decide(decisions, 'task', 'inpaint', 'certain', because('signatureMask', { name: mask.info.name }));
    decide(decisions, 'channels', 'rgb', 'certain', because('signatureMask', { name: mask.info.name }));
    decide(decisions, 'maskPlace', 'input', 'certain', because('signatureMask', { name: mask.info.name }));
    return 'fill';
  }
  if (example) {
    decide(decisions, 'task', 'style', 'certain', because('signatureExample'));
    decide(decisions, 'channels', 'rgb', 'certain', because('signatureExample'));
    return 'example';
  }
  const pictures = file.outputs.filter(
    ({ shape, isTensor }) => isTensor && (shape === null || shape.length === 4 || shape.length === 3),
  );
  if (pictures.length === 0)
    throw new Refused('noPictureOut', { name: file.outputs[0]?.name ?? '', shape: shapeText(file.outputs[0]) });
  // One output of one channel, or several that are all such, from a picture in colours.
  const channels = file.outputs.map(({ shape }) =>
    shape?.length === 4 ? sizeOf(image.layout === 'nchw' ? shape[1] : shape[3]) : null,
  );
  if (image.channels === 3 && channels.every((count) => count === 1)) return 'mask';
  return 'picture';
}

export const shapeText = (info: ValueInfo | undefined): string =>
  `[${(info?.shape ?? []).map((size) => size ?? '?').join(', ')}]`;

/** Finders of faces are known by their outputs alone. */
function detector(file: OnnxFile, image: PictureInput, decisions: Decisions): boolean {
  const names = file.outputs.map(({ name }) => lower(name));
  const lasts = file.outputs.map(({ shape }) => shape?.at(-1));
  const ranks = file.outputs.map(({ shape }) => shape?.length ?? 0);
  const has = (...wanted: string[]) => wanted.every((name) => names.includes(name));
  const finds = (
    decoder: NonNullable<Decisions['decoder']>['value'],
    order: 'rgb' | 'bgr',
    range: NonNullable<Decisions['inputRange']>['value'],
  ) => {
    const evidence = because('signatureDetector', { decoder });
    decide(decisions, 'task', 'find-face', 'certain', evidence);
    decide(decisions, 'decoder', decoder, 'certain', evidence);
    decide(decisions, 'channels', 'rgb', 'certain', evidence);
    decide(decisions, 'order', order, 'certain', evidence);
    decide(decisions, 'inputRange', range, 'certain', evidence);
    decide(decisions, 'outputChannels', 'none', 'certain', evidence);
    return true;
  };
  if (image.channels !== 3) return false;
  if (names.length === 12 && has('cls_8', 'obj_16', 'bbox_32', 'kps_8')) return finds('yunet', 'bgr', '0..255');
  // Other finders call two of their outputs the same.
  if (has('loc', 'conf', 'landms')) {
    decide(decisions, 'normalise', 'caffe', 'certain', because('signatureDetector', { decoder: 'retinaface' }));
    return finds('retinaface', 'bgr', '0..255');
  }
  if (has('scores', 'boxes') && names.length === 2 && lasts.includes(2) && lasts.includes(4))
    return finds('ultra-light', 'rgb', '(x-127)/128');
  if (has('537', '538', '539', '540')) return finds('centerface', 'rgb', '0..255');
  if (names.length === 1 && ranks[0] === 3 && file.outputs[0]?.shape?.[1] === 20) return finds('yolo', 'rgb', '0..1');
  if ([6, 9, 10, 15].includes(names.length) && ranks.every((rank) => rank === 2 || rank === 3)) {
    const counts = [1, 4, 10].map((wanted) => lasts.filter((last) => last === wanted).length);
    const levels = counts[0] ?? 0;
    if (levels >= 3 && counts[1] === levels && (counts[2] === levels || counts[2] === 0))
      return finds(counts[2] === 0 ? 'boxes' : 'scrfd', 'rgb', '(x-127.5)/128');
  }
  if (lasts.includes(16) && file.outputs.some(({ shape }) => shape?.includes(896)))
    return finds('blazeface', 'rgb', '-1..1');
  return false;
}

/** What the remaining inputs and outputs say of a net that returns a picture, once the picture's output is known. */
export function signatureOfPicture(
  file: OnnxFile,
  { image, scalars }: Signature,
  given: { output: ValueInfo; channels: number; scale: number },
  decisions: Decisions,
): void {
  const { channels, scale } = given;
  const named = scalars.find(({ name }) => ['w', 'weight', 'fidelity', 'fidelity_ratio'].includes(lower(name)));
  const square = image.width !== null && image.width === image.height && [256, 512, 1024, 2048].includes(image.width);
  if (image.channels === 3 && channels === 3 && square && scale === 1 && named) {
    const evidence = because('signatureFace', { name: named.name });
    decide(decisions, 'task', 'face', 'certain', evidence);
    decide(decisions, 'template', 'ffhq', 'certain', evidence);
    decide(decisions, 'inputRange', '-1..1', 'certain', evidence);
    decide(decisions, 'outputRange', '-1..1', 'certain', evidence);
    decide(decisions, 'order', 'rgb', 'certain', evidence);
    decide(decisions, 'outputOrder', 'rgb', 'certain', evidence);
  }
  const quality = file.outputs.find(
    ({ name, shape }) => name !== given.output.name && shape?.length === 2 && shape[1] === 1,
  );
  if (channels === image.channels && scale === 1 && quality) {
    decide(decisions, 'task', 'jpeg', 'certain', because('signatureQuality', { name: quality.name }));
  }
  const sigma = scalars.find(({ name }) => /^(sigma|noise)/.test(lower(name)));
  if (sigma && scale === 1)
    decide(decisions, 'task', 'denoise', 'certain', because('signatureSigma', { name: sigma.name }));
  const exposure = scalars.find(({ name }) => lower(name) === 'exposure');
  if (exposure) decide(decisions, 'task', 'tone', 'certain', because('signatureExposure', { name: exposure.name }));
}
