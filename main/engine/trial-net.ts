import { InferenceSession, Tensor } from 'onnxruntime-node';
import { halfToFloat } from '../generators/inspect/onnx-file';
import type { Feed, TrialNet } from '../generators/inspect/probe';
import { SESSION_DEFAULTS } from './session-defaults';

/** Loads a file for trial runs on the CPU. The runtime finds weights beside it by its path. */
export async function openTrialNet(path: string, threads: number): Promise<TrialNet> {
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Without it, each size that is tried keeps its memory.
    enableCpuMemArena: false,
    ...SESSION_DEFAULTS,
  });
  return {
    async run(feeds) {
      const inputs = Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)] as const);
      const outputs = await session.run(Object.fromEntries(inputs));
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, toFeed(tensor)]));
    },
  };
}

export function toTensor({ type, dims, data }: Feed): Tensor {
  switch (type) {
    case 'float16':
      return new Tensor('float16', toHalves(data), dims);
    case 'float64':
      return new Tensor('float64', Float64Array.from(data), dims);
    case 'uint8':
      return new Tensor('uint8', toBytes(data), dims);
    default:
      return new Tensor('float32', data, dims);
  }
}

/** Values of 0..255 as bytes, rounded. */
export function toBytes(data: Float32Array): Uint8Array {
  return Uint8Array.from(data, (value) => Math.max(0, Math.min(255, Math.round(value))));
}

export function toFeed({ type, dims, data }: Tensor): Feed {
  if (data instanceof Float32Array) return { type: 'float32', dims, data };
  if (type === 'float16') return { type: 'float16', dims, data: fromHalves(data as Uint16Array) };
  if (Array.isArray(data)) return { type: 'string', dims, data: new Float32Array(0) };
  return {
    type: type as Feed['type'],
    dims,
    data: Float32Array.from(data as ArrayLike<number | bigint> as ArrayLike<number>, Number),
  };
}

/**
 * Where the runtime has a `Float16Array`, onnxruntime returns one; else the halves are bare numbers of 16 bits.
 */
export function fromHalves(data: ArrayLike<number>): Float32Array {
  if (!(data instanceof Uint16Array)) return Float32Array.from(data);
  const table = halves();
  return Float32Array.from(data, (half) => table[half]!);
}

let table: Float32Array | undefined;

/** Every value of a half-precision float. */
function halves(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => halfToFloat(half));
  return table;
}

const exact = new Float32Array(1);
const bits = new Uint32Array(exact.buffer);

/** Rounds to the nearest half-precision float, ties to even. */
export function toHalves(data: Float32Array): Uint16Array {
  const out = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    exact[0] = data[i]!;
    const value = bits[0]!;
    const sign = (value >>> 16) & 0x8000;
    const exponent = ((value >>> 23) & 0xff) - 112;
    const fraction = value & 0x7fffff;
    if (exponent >= 31) out[i] = sign | 0x7c00 | (((value >>> 23) & 0xff) === 0xff && fraction !== 0 ? 0x200 : 0);
    else if (exponent <= 0) {
      // Smaller than the smallest normal number.
      const shift = 14 - exponent;
      const whole = fraction | 0x800000;
      out[i] = shift > 24 ? sign : sign | (whole >>> shift) | 0;
      if (shift <= 24 && (whole >>> (shift - 1)) & 1) out[i] = out[i]! + 1;
    } else {
      const kept = (exponent << 10) | (fraction >>> 13);
      const rest = fraction & 0x1fff;
      const up = rest > 0x1000 || (rest === 0x1000 && (kept & 1) === 1) ? 1 : 0;
      out[i] = sign | (kept + up);
    }
  }
  return out;
}
