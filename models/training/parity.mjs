// Runs one ONNX file: node parity.mjs <folder with node_modules> <model> <job as JSON>; prints the seconds of a run as JSON.
// job: { inputs: { name: { shape, file } }, output: { name, file }, threads, runs }, files of float32; the median is printed.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [root, model, job] = process.argv.slice(2);
const { inputs, output, threads, runs } = JSON.parse(job);
const ort = createRequire(join(resolve(root), 'package.json'))('onnxruntime-node');
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: threads, logSeverityLevel: 3 });
const feeds = {};
for (const [name, { shape, file }] of Object.entries(inputs)) {
  const bytes = new Uint8Array(readFileSync(file));
  feeds[name] = new ort.Tensor('float32', new Float32Array(bytes.buffer), shape);
}
const seconds = [];
let values;
for (let run = 0; run < runs; run++) {
  const begin = performance.now();
  values = (await session.run(feeds))[output.name].data;
  seconds.push((performance.now() - begin) / 1000);
}
writeFileSync(output.file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
console.log(JSON.stringify(seconds.sort((a, b) => a - b)[Math.floor(runs / 2)]));
