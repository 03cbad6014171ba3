// A lower bound for the same work: only `session.run`, over as many tiles of the same shape.
// Argument: JSON list of { model, shape, tiles, vectors: { name: size } }. Prints the seconds spent in `run`, with the
// sessions already loaded.
import { InferenceSession, Tensor } from 'onnxruntime-node';

let seconds = 0;
for (const { model, shape, tiles, vectors } of JSON.parse(process.argv[2])) {
  const session = await InferenceSession.create(model, { executionProviders: ['cpu'] });
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => ((index * 7919) % 997) / 997);
  const feeds = { [session.inputNames[0]]: new Tensor('float32', data, shape) };
  for (const [name, size] of Object.entries(vectors)) {
    feeds[name] = new Tensor('float32', new Float32Array(size).fill(0.5), [1, size]);
  }
  await session.run(feeds);
  const started = performance.now();
  for (let tile = 0; tile < tiles; tile += 1) await session.run(feeds);
  seconds += (performance.now() - started) / 1000;
  await session.release();
}
console.log(seconds);
