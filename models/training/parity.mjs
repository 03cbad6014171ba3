// Runs one ONNX file on one input: node parity.mjs <folder with node_modules> <model> <shape> <in> <out>
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [root, model, shape, input, output] = process.argv.slice(2);
const ort = createRequire(join(resolve(root), 'package.json'))('onnxruntime-node');
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
const bytes = readFileSync(input);
const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const started = performance.now();
const result = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', data, JSON.parse(shape)) });
const seconds = (performance.now() - started) / 1000;
const values = result[session.outputNames[0]].data;
writeFileSync(output, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
console.log(JSON.stringify({ seconds }));
