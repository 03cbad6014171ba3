import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatchSettings, type BatchState } from '../../contract/batch';
import { EmulsionError } from '../errors';
import { type Batches, createBatches } from './batches';
import { photo, processorOf, type Trials } from './test-support';

let folder: string;
let input: string;
let output: string;
const open: Batches[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  [input, output] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(input);
  for (const name of ['a.gif', 'b.gif', 'c.gif']) await writeFile(join(input, name), photo(name));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((batches) => batches.close()));
  await rm(folder, { recursive: true, force: true });
});

/** The batches of a program that has just started. */
function started(trials: Trials = {}) {
  const states: BatchState[] = [];
  const batches = createBatches({
    path: join(folder, 'data', 'batches.json'),
    processor: () => processorOf(trials, 1).processor,
    onState: (state) => states.push(state),
  });
  open.push(batches);
  return { batches, states };
}

const settings = BatchSettings.parse({ quality: 77 });
const slow: Trials = { before: () => new Promise((resolve) => setTimeout(resolve, 20)) };

test('only one batch runs at a time; another is refused until it has ended', async () => {
  const { batches, states } = started(slow);
  const { id } = await batches.start(input, output, settings);
  expect(batches.busy()).toBe(true);
  await expect(batches.start(input, join(folder, 'other'), settings)).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
  expect((await batches.find(id).ended).counts.restored).toBe(3);
  expect(batches.busy()).toBe(false);
  expect(states.at(-1)).toMatchObject({ id, phase: 'done' });
  await batches.start(input, join(folder, 'other'), settings);
  expect(() => batches.find(id)).toThrowError(EmulsionError);
});

test('after a restart an unfinished batch is listed and continues with its own settings', async () => {
  const first = started(slow);
  const { id } = await first.batches.start(input, output, settings);
  await expect.poll(() => first.batches.state()?.scanning, { interval: 1 }).toBe(false);
  await first.batches.close();
  expect(first.batches.state()?.counts.waiting).toBeGreaterThan(0);

  const second = started();
  expect(second.batches.state()).toBeNull();
  expect(await second.batches.known()).toMatchObject([{ id, input, output, finished: false }]);
  const state = await second.batches.resume(id);
  expect(state).toMatchObject({ id, settings: { quality: 77 } });
  expect((await second.batches.find(id).ended).counts.restored).toBe(3);
  await expect.poll(async () => (await second.batches.known())[0]?.finished).toBe(true);

  await second.batches.forget(id);
  expect(await second.batches.known()).toEqual([]);
  await expect(second.batches.resume(id)).rejects.toMatchObject({ code: 'BATCH_UNKNOWN' });
});

test('failed photos are tried again after the batch has ended', async () => {
  let broken = true;
  const { batches } = started({
    before: () => {
      if (broken) throw new EmulsionError('PHOTO_DAMAGED');
    },
  });
  const { id } = await batches.start(input, output, settings);
  expect((await batches.find(id).ended).counts.failed).toBe(3);
  broken = false;
  await batches.resume(id, true);
  expect((await batches.find(id).ended).counts).toMatchObject({ failed: 0, restored: 3 });
});

test('an unreadable list is replaced by an empty one', async () => {
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'batches.json'), '{"half": ');
  const { batches } = started();
  expect(await batches.known()).toEqual([]);
  await batches.start(input, output, settings);
  expect(await batches.known()).toHaveLength(1);
});

test('closing while a batch starts stops it', async () => {
  const { batches } = started(slow);
  const starting = batches.start(input, output, settings).catch(() => null);
  await batches.close();
  await starting;
  expect(batches.busy()).toBe(false);
  await expect(batches.start(input, output, settings)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a batch that has ended releases its folder, and can still be viewed', async () => {
  const { batches } = started();
  const { id } = await batches.start(input, output, settings);
  await batches.find(id).ended;
  const other = started();
  await other.batches.start(input, output, settings);
  await other.batches.find(id).ended;
  const { rows } = await batches.find(id).rows('all', 0, 10);
  expect(rows.map(({ written }) => written)).toEqual(['a.png', 'b.png', 'c.png']);
  expect((await batches.find(id).thumbnails(0))?.after.length).toBe(3);
});

test('if it cannot be continued because the drive is missing, its results stay on display', async () => {
  const { batches } = started();
  const { id } = await batches.start(input, output, settings);
  await batches.find(id).ended;
  await rename(input, `${input}-gone`);
  await expect(batches.resume(id)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  expect(batches.state()?.id).toBe(id);
});
