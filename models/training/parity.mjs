// Runs one ONNX file once: node parity.mjs <folder with node_modules> <model> <job as JSON>
// job: { input: { name, shape, file }, extras: { name: number }, output: { name, file } }, files of float32.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [root, model, job] = process.argv.slice(2);
const { input, extras, output } = JSON.parse(job);
const ort = createRequire(join(resolve(root), 'package.json'))('onnxruntime-node');
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
const bytes = readFileSync(input.file);
const feeds = {
  [input.name]: new ort.Tensor(
    'float32',
    new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
    input.shape,
  ),
};
for (const [name, value] of Object.entries(extras)) feeds[name] = new ort.Tensor('float32', [value], [1]);
const result = await session.run(feeds);
const values = result[output.name].data;
writeFileSync(output.file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
