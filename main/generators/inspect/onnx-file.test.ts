import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfToFloat, type OnnxFile, readOnnxFile } from './onnx-file';
import { type Bytes, bytesOf, MalformedFile } from './protobuf';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const read = async (name: string) => readOnnxFile(bytesOf(await readFile(join(FIXTURES, `${name}.onnx`))));

/** A message of the wire format: a key and a length before the content. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

const VERSION = Buffer.from([8, 8]);
const model = (...graph: Buffer[]) => Buffer.concat([VERSION, field(7, Buffer.concat(graph))]);
const problemOf = (bytes: Uint8Array): string => {
  try {
    readOnnxFile(bytesOf(bytes));
    return 'none';
  } catch (error) {
    return error instanceof MalformedFile ? error.problem : String(error);
  }
};

describe('what a file says', () => {
  it('names, shapes and types of its interface, without the weights among the inputs', async () => {
    const { inputs, outputs, metadata, opsets, initializers } = await read('candy');
    expect(inputs).toEqual([
      {
        name: 'inputImage',
        type: 'float32',
        shape: ['None', 3, 720, 720],
        isTensor: true,
        doc: '',
        denotation: 'IMAGE',
      },
    ]);
    expect(outputs.map(({ name }) => name)).toEqual(['outputImage']);
    expect(metadata['Image.BitmapPixelFormat']).toBe('Bgr8');
    expect(opsets).toEqual([{ domain: '', version: 8 }]);
    expect(initializers.get('sc')?.values).toEqual([70, 60, 80]);
  });

  it('types of numbers, descriptions, operators inside other nodes, and files with weights', async () => {
    const { inputs } = await read('codeformer');
    expect(inputs.map(({ type, shape }) => [type, shape])).toEqual([
      ['float32', [1, 3, 512, 512]],
      ['float64', [1]],
    ]);
    expect((await read('mosaic-scaler')).inputs[0]?.doc).toBe('Image to stylize. Image(s) in BGR format.');
    expect((await read('vqfr')).inputs[1]?.shape).toEqual([]);
    expect((await read('foreign-operator')).operators).toEqual({ 'com.microsoft.extensions:Decode': 1 });
    expect((await read('endless')).operators).toEqual({ ':Loop': 1, ':Identity': 2 });
    expect((await read('weights-beside')).external).toEqual(['weights-beside.onnx.data']);
  });

  it('reads next to nothing of the weights', async () => {
    // One tensor of 40 MB between two names.
    const weights = Buffer.alloc(40 << 20);
    const tensor = Buffer.concat([Buffer.from([8, 1, 16, 1]), field(9, weights), field(8, 'w')]);
    const whole = model(field(5, tensor), field(2, 'graph'));
    let bytes = 0;
    const counted: Bytes = {
      length: whole.length,
      read: (at, into) => {
        const count = bytesOf(whole).read(at, into);
        bytes += count;
        return count;
      },
    };
    expect(readOnnxFile(counted).initializers.has('w')).toBe(true);
    expect(bytes).toBeLessThan(64 << 10);
  });

  it('converts halves as IEEE 754 says', () => {
    const halves = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0x0000];
    expect(halves.map(halfToFloat)).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14, Number.POSITIVE_INFINITY, 0]);
    expect(halfToFloat(0x7e00)).toBeNaN();
  });
});

describe('files that somebody has made', () => {
  it('refuses what is no ONNX file', () => {
    expect(problemOf(Buffer.alloc(0))).toBe('malformed');
    expect(problemOf(Buffer.from('Dear Ada, the net is in the other envelope.'))).toBe('malformed');
    expect(problemOf(VERSION)).toBe('malformed');
    // A length beyond the end.
    expect(problemOf(Buffer.concat([VERSION, Buffer.from([58, 127, 1])]))).toBe('malformed');
    // Two graphs.
    expect(problemOf(Buffer.concat([model(), field(7, '')]))).toBe('malformed');
  });

  it('refuses graphs inside graphs without end, and more nodes than any net has', () => {
    let graph: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 60; depth++) graph = field(1, field(5, field(6, graph)));
    expect(problemOf(model(graph))).toBe('too complicated');
    const nodes = Buffer.concat(Array.from({ length: 200_001 }, () => Buffer.from([10, 0])));
    expect(problemOf(model(nodes))).toBe('too complicated');
  });

  it('believes no size that a tensor claims', () => {
    const huge = Buffer.concat([
      Buffer.from([8]),
      varint(2 ** 53),
      Buffer.from([8]),
      varint(2 ** 53),
      Buffer.from([16, 1]),
    ]);
    const file = readOnnxFile(bytesOf(model(field(5, huge))));
    expect([...file.initializers.values()][0]?.values).toBeNull();
  });

  it('answers any change to a real file with a file or a refusal', async () => {
    const names = (await readdir(FIXTURES)).filter((name) => name.endsWith('.onnx'));
    const files = await Promise.all(names.map((name) => readFile(join(FIXTURES, name))));
    const change = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      byte: fc.nat(255),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.array(change, { minLength: 1, maxLength: 6 }), (index, changes) => {
        let bytes = Buffer.from(files[index]!);
        for (const { at, byte, cut } of changes) {
          const place = Math.floor(at * bytes.length);
          if (cut) bytes = bytes.subarray(0, place);
          else bytes[place] = byte;
        }
        let file: OnnxFile | null = null;
        try {
          file = readOnnxFile(bytesOf(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFile);
        }
        if (file) expect(file.nodes.length).toBeLessThan(1000);
      }),
      { numRuns: Number(process.env.EMULSION_FUZZ ?? 50) * 10, seed: 20 },
    );
  });
});
