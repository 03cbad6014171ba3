import type { Card } from '../generators/card';
import { bytesOf, type Field, MalformedFile, WireReader } from '../generators/inspect/protobuf';
import { log } from '../log/log';
import { LoadedNet, type NetSource } from './loaded-net';
import { inputPlanes, outputPlanes, outputSide } from './tile-plan';

/*
 * Nets that declare one size although they could take any: the numbers are taken out of the file. Only runs tell whether the
 * net is still the same.
 */

/** Numbers of the fields of ONNX's messages. */
const MODEL_GRAPH = 7;
const GRAPH = { input: 11, output: 12, valueInfo: 13 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE_TENSOR = 1;
const TENSOR_SHAPE = 2;
const SHAPE_DIM = 1;
const DIM_PARAM = 2;

/** Nets of larger sizes lose little by their halos. */
const SMALL = 256;
const TILE = { enlarging: 256, local: 512 } as const;
const STEPS = [1, 2, 4, 8, 16, 32, 64];
/** As a share of the range: what arithmetic in another order changes, and what nobody sees. */
const SAME = 1e-5;
const UNSEEN = 1 / 255;

/** Whether it is worth finding out if a net takes other sizes than the one that it declares. */
export function mayBeFreed(
  { input: { fixed }, origin, global, mask, example, output }: Card,
  { content }: NetSource,
): boolean {
  const isLocal = origin.kind === 'imported' && global === 'none' && mask === null && example === undefined;
  const isSmall = fixed !== null && Math.min(fixed.width, fixed.height) < SMALL;
  return isLocal && isSmall && output.offset === 0 && typeof content !== 'string';
}

/**
 * The same net for tiles of any size, if that is what it is in spite of its declaration: at its own size it returns the same,
 * and of a larger picture the same wherever it sees the same. Null for all others.
 */
export async function freed(
  net: LoadedNet,
  file: NetSource,
  threads: number,
): Promise<{ net: LoadedNet; source: NetSource } | null> {
  const { card } = net;
  const { fixed, layout } = card.input;
  const { bytes, content } = file;
  if (!mayBeFreed(card, file) || fixed === null || typeof content === 'string') return null;
  const places = ({ nchw: [2, 3], nhwc: [1, 2], hwc: [0, 1] } as const)[layout];
  const open = (input: Partial<Card['input']>, tile = card.tile): Card => ({
    ...card,
    tile,
    input: { ...card.input, fixed: null, ...input },
  });
  try {
    const larger = withoutSize(content, card.input.name, places);
    if (larger === null) return null;
    const source = { bytes, content: Buffer.from(larger) };
    const trial = await LoadedNet.create(open({}), source, { provider: 'cpu', threads });
    try {
      const multiple = await stepOf(net, trial, fixed);
      if (multiple === null) return null;
      const remainder = fixed.width % multiple;
      if (fixed.height % multiple !== remainder) return null;
      const least = Math.max(card.output.scale > 1 ? TILE.enlarging : TILE.local, 3 * card.halo);
      const tile = remainder + Math.ceil((least - remainder) / multiple) * multiple;
      const minimum = Math.min(fixed.width, fixed.height);
      const final = await LoadedNet.create(open({ multiple, remainder, minimum }, tile), source, {
        provider: 'cpu',
        threads,
      });
      return { net: final, source };
    } finally {
      await trial.release();
    }
  } catch (error) {
    // Whatever is wrong with the copy, the net itself has been loaded and keeps its size.
    log.info('A generator keeps its one size', {
      generator: card.id,
      why: error instanceof MalformedFile ? '' : String(error),
    });
    return null;
  }
}

/** The step by which sides may differ from the declared ones; null if there is none, or the net is another one then. */
async function stepOf(
  net: LoadedNet,
  trial: LoadedNet,
  fixed: { width: number; height: number },
): Promise<number | null> {
  const { card } = net;
  const { scale, range } = card.output;
  const [low, high] = range;
  const unit = Math.abs(high - low);
  const seen = { width: fixed.width - card.halo, height: fixed.height - card.halo };
  if (Math.min(seen.width, seen.height) < 8) return null;
  const largest = STEPS.at(-1)!;
  const stride = fixed.width + largest;
  const scene = sceneFor(card, stride, fixed.height + largest);
  const run = async (each: LoadedNet, width: number, height: number) => {
    const input = new Float32Array(inputPlanes(card) * width * height);
    for (let row = 0; row < inputPlanes(card) * height; row++) {
      const from = (Math.floor(row / height) * (fixed.height + largest) + (row % height)) * stride;
      input.set(scene.subarray(from, from + width), row * width);
    }
    const output = new Float32Array(outputPlanes(card) * outputSide(card, width) * outputSide(card, height));
    await each.run(input, width, height, output);
    return { output, width: outputSide(card, width), height: outputSide(card, height) };
  };
  type Result = Awaited<ReturnType<typeof run>>;
  const apart = (one: Result, other: Result, width: number, height: number) => {
    let most = 0;
    for (let plane = 0; plane < outputPlanes(card); plane++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const a = one.output[(plane * one.height + y) * one.width + x]!;
          const b = other.output[(plane * other.height + y) * other.width + x]!;
          // Also true for NaN.
          if (!(Math.abs(a - b) / unit <= most)) most = Math.abs(a - b) / unit;
        }
    return most;
  };
  const own = await run(net, fixed.width, fixed.height);
  if (!(apart(own, await run(trial, fixed.width, fixed.height), own.width, own.height) <= SAME)) return null;
  for (const step of STEPS) {
    // A net with strides does not run at most sizes.
    const larger = await run(trial, fixed.width + step, fixed.height + step).catch(() => null);
    if (!larger) continue;
    return apart(own, larger, seen.width * scale, seen.height * scale) <= UNSEEN ? step : null;
  }
  return null;
}

/** Planes of smooth and of fine structure, in the net's range. */
function sceneFor(card: Card, width: number, height: number): Float32Array {
  const [low, high] = card.input.range;
  const pixels = width * height;
  return Float32Array.from({ length: inputPlanes(card) * pixels }, (_, i) => {
    const [x, y] = [i % width, Math.floor((i % pixels) / width)];
    const value =
      0.5 + 0.25 * Math.sin(x / 9 + i / pixels) * Math.cos(y / 7) + 0.2 * (((x * 7 + y * 13) % 17) / 17 - 0.5);
    return low + value * (high - low);
  });
}

/**
 * A copy of an ONNX file in which two dimensions of an input, and the same of all outputs, have no size. Null if the input
 * declares no size there. Throws MalformedFile.
 *
 * @param places the positions of height and width in its shape
 */
export function withoutSize(file: Uint8Array, input: string, places: readonly [number, number]): Uint8Array | null {
  const wire = new WireReader(bytesOf(file));
  let isChanged = false;
  /** Copies the fields of a message; what `change` returns replaces the content, null drops the field. */
  const rewritten = (from: number, to: number, change: (field: Field) => Uint8Array | null | undefined): Uint8Array => {
    const parts: Uint8Array[] = [];
    let at = from;
    for (const field of wire.fields(from, to)) {
      const content = field.wire === 2 ? change(field) : undefined;
      if (content === undefined) parts.push(file.subarray(at, field.end));
      else if (content !== null) parts.push(message(field.number, content));
      at = field.end;
    }
    return Buffer.concat(parts);
  };
  const shape = ({ start, end }: Field): Uint8Array => {
    let index = -1;
    return rewritten(start, end, (dim) => {
      if (dim.number !== SHAPE_DIM) return undefined;
      index += 1;
      const place = places.indexOf(index);
      return place < 0 ? undefined : message(DIM_PARAM, Buffer.from(place === 0 ? 'emulsion_h' : 'emulsion_w'));
    });
  };
  const value = ({ start, end }: Field, isFixed: boolean): Uint8Array =>
    rewritten(start, end, (type) => {
      if (type.number !== VALUE.type) return undefined;
      return rewritten(type.start, type.end, (tensor) => {
        if (tensor.number !== TYPE_TENSOR) return undefined;
        return rewritten(tensor.start, tensor.end, (each) => {
          if (each.number !== TENSOR_SHAPE) return undefined;
          if (isFixed) isChanged = sizesOf(wire, each, places).every((size) => size > 0);
          return shape(each);
        });
      });
    });
  const graph = ({ start, end }: Field): Uint8Array =>
    rewritten(start, end, (field) => {
      switch (field.number) {
        case GRAPH.input:
          return nameOf(wire, field) === input ? value(field, true) : undefined;
        case GRAPH.output:
          return value(field, false);
        case GRAPH.valueInfo:
          return null;
        default:
          return undefined;
      }
    });
  const changed = rewritten(0, file.length, (field) => (field.number === MODEL_GRAPH ? graph(field) : undefined));
  return isChanged ? changed : null;
}

function nameOf(wire: WireReader, { start, end }: Field): string {
  for (const field of wire.fields(start, end)) {
    if (field.number === VALUE.name && field.wire === 2) return wire.text(field, 1024);
  }
  return '';
}

/** The declared sizes of two dimensions, 0 where there is none. */
function sizesOf(wire: WireReader, shape: Field, places: readonly [number, number]): [number, number] {
  const sizes: [number, number] = [0, 0];
  let index = -1;
  for (const dim of wire.fields(shape.start, shape.end)) {
    if (dim.number !== SHAPE_DIM) continue;
    index += 1;
    const place = places.indexOf(index);
    if (place < 0) continue;
    for (const each of wire.fields(dim.start, dim.end))
      if (each.number === 1 && each.wire === 0) sizes[place] = each.value;
  }
  return sizes;
}

function message(number: number, content: Uint8Array): Uint8Array {
  const head: number[] = [number * 8 + 2];
  let length = content.length;
  for (; length > 127; length = Math.floor(length / 128)) head.push((length % 128) + 128);
  head.push(length);
  return Buffer.concat([Buffer.from(head), content]);
}
