import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmulsionError } from '../errors';
import { measurePixels, measureSamples, type PixelSamples } from '../restoration/pixels';
import { testScene } from '../restoration/testing/scene';
import { fakeTools } from '../restoration/testing/tools';
import { MeasuringThread } from './measuring-thread';
import { buildProgram, temporaryFolder } from './test-support';

let built: Awaited<ReturnType<typeof buildProgram>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [built, folder] = await Promise.all([buildProgram('main/engine/measuring.ts'), temporaryFolder()]);
});
afterAll(() => Promise.all([built.remove(), folder.remove()]));

const scene = testScene(300, 200, 1);
const never = new AbortController().signal;
const still = () => Promise.resolve();

/** The samples of the scene, measured by `measure`. */
const measured = (measure: (samples: PixelSamples) => ReturnType<typeof measureSamples>) =>
  measurePixels(scene, { ...fakeTools(), pixels: measure });

/** A thread that runs this code. */
async function threadOf(code: string): Promise<MeasuringThread> {
  const path = join(folder.path, `${Math.random()}.mjs`);
  await writeFile(path, `import { parentPort, threadId } from 'node:worker_threads';\n${code}`);
  return new MeasuringThread(path);
}

test('the thread measures what is measured here, also several photos at once', async () => {
  const thread = new MeasuringThread(built.entry);
  const here = await measured((samples) => measureSamples(samples, still));
  const apart = () => measured((samples) => thread.measure(samples, never, still));
  const [one, other] = await Promise.all([apart(), apart()]);
  await thread.end();
  expect(here.tone.colour).toBe('colour');
  expect(one).toEqual(here);
  expect(other).toEqual(here);
});

test('a failure comes back with its code', async () => {
  const thread = new MeasuringThread(built.entry);
  const broken = measured((samples) =>
    thread.measure({ ...samples, film: { ...samples.film, scratches: null as never } }, never, still),
  );
  await expect(broken).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(measured((samples) => thread.measure(samples, never, still))).resolves.toMatchObject({ small: scene });
  await thread.end();
});

test('a cancel is answered at once and reaches the thread', async () => {
  const thread = await threadOf(`
    let held;
    parentPort.on('message', ({ id, cancel }) => {
      const answer = (to) => parentPort.postMessage({ id: to, result: { ok: true, value: {} } });
      if (id === 1) answer(1);
      else if (cancel === undefined) held = id;
      else answer(held);
    });
    parentPort.postMessage('ready');`);
  const controller = new AbortController();
  const measure = (signal: AbortSignal) => measured((samples) => thread.measure(samples, signal, still));
  await measure(never);
  const first = measure(controller.signal);
  await new Promise((resolve) => setImmediate(resolve));
  const second = measure(never);
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  // Answered when the thread hears of the cancel.
  await second;
  await expect(measure(controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  await thread.end();
});

test('a thread that ends fails what it was measuring, and the next photo gets another one', async () => {
  const thread = await threadOf(`
    parentPort.on('message', ({ id }) => {
      if (id === 1) throw new Error('out of luck');
      parentPort.postMessage({ id, result: { ok: true, value: { thread: threadId } } });
    });
    parentPort.postMessage('ready');`);
  const measure = () => measured((samples) => thread.measure(samples, never, still));
  await expect(measure()).rejects.toMatchObject({ code: 'INTERNAL', detail: expect.stringContaining('measurements') });
  expect(await measure()).toMatchObject({ thread: expect.any(Number) });
  await thread.end();
});

test('where the thread does not start, the photo is measured here, and can be cancelled', async () => {
  const thread = await threadOf(`throw new Error('not here');`);
  const here = await measured((samples) => measureSamples(samples, still));
  expect(await measured((samples) => thread.measure(samples, never, still))).toEqual(here);
  const cancelled = () => Promise.reject(new EmulsionError('CANCELLED'));
  await expect(measured((samples) => thread.measure(samples, never, cancelled))).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});
