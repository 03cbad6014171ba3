import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { Queue, Worker } from 'bullmq';
import sharp from 'sharp';
import { BatchSettings } from '../contract/batch';
import { readJournal } from '../main/batch/journal';
import { headOf } from '../main/batch/journal-lines';
import { BATCH_FOLDER } from '../main/batch/journal-state';
import { jobIdOf, QUEUE, QueueJob, VERSION } from '../main/batch/network/queue';
import { damageScene } from '../main/restoration/testing/damage';
import { testScene } from '../main/restoration/testing/scene';
import { endPrograms, type Program, start } from './programs';
import { hasRedis, type RedisServer, startRedis } from './redis';

test.skip(!hasRedis, 'NOT TESTED: there is no redis-server here');

let redis: RedisServer;
test.beforeEach(async () => {
  redis = await startRedis();
});
test.afterEach(async () => {
  endPrograms();
  await redis.close();
});

const place = (...parts: string[]) => join(test.info().outputPath(), ...parts);
const worker = (name: string, ...more: string[]) =>
  start('worker', '--queue', redis.url, '--name', name, '--read', place('scans'), '--allow', place('out'), ...more);
const batch = (...more: string[]) =>
  start('batch', place('scans'), '--out', place('out'), '--queue', redis.url, ...more);
const isReady = ({ type }: Record<string, unknown>) => type === 'ready';

async function writeScans(count: number, width = 200, height = 150): Promise<void> {
  await mkdir(place('scans', 'album'), { recursive: true });
  await mkdir(place('out'), { recursive: true });
  for (let number = 0; number < count; number++) {
    const { data, channels } = damageScene(testScene(width, height, number), number).raster;
    const name = `${String(number).padStart(2, '0')}.${number % 3 === 0 ? 'png' : 'jpg'}`;
    const path = number % 2 === 0 ? place('scans', name) : place('scans', 'album', name);
    await sharp(data, { raw: { width, height, channels } }).toFile(path);
  }
}

/** Files below a folder with their hashes, those of the batch itself left out. */
async function filesBelow(folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile() || name.startsWith(BATCH_FOLDER) || name.startsWith('emulsion-report')) continue;
    sums[name] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return sums;
}

/** Names of the photos that the journal calls done, one for each time. */
async function doneInJournal(): Promise<string[]> {
  const names: string[] = [];
  await readJournal(place('out', BATCH_FOLDER), headOf, (head) => {
    if (head.t === 'done') names.push(head.n);
  });
  return names.sort();
}

async function expectAllOnce(originals: Record<string, string>): Promise<void> {
  const names = Object.keys(originals).sort();
  expect(await filesBelow(place('scans'))).toEqual(originals);
  // No second copy, no temporary file.
  expect(Object.keys(await filesBelow(place('out'))).sort()).toEqual(names);
  expect(await doneInJournal()).toEqual(names);
  for (const name of names) {
    const { width, height } = await sharp(await sharp(place('out', name)).toBuffer()).metadata();
    expect([width, height]).toEqual([200, 150]);
  }
}

/** Photos that a worker holds now. */
async function photosOf(name: string): Promise<string[]> {
  const active = await withQueue((queue) => queue.getActive());
  return active.filter(({ processedBy }) => processedBy === name).map(({ data }) => data.name);
}

/** Stops a worker by SIGSTOP while it holds a photo. */
async function stopAtWork({ child }: Program, name: string): Promise<void> {
  await expect
    .poll(async () => {
      child.kill('SIGSTOP');
      const held = await photosOf(name);
      // Between photos it goes on: what it has asked for would come to it in its sleep.
      if (held.length === 0) child.kill('SIGCONT');
      return held;
    })
    .not.toEqual([]);
}

async function withQueue<T>(work: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = new Queue(QUEUE, { connection: { url: redis.url } });
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}

/** Puts a job on the queue and waits for its result. */
async function ask(what: Record<string, unknown>): Promise<Record<string, unknown>> {
  return withQueue(async (queue) => {
    const { id } = await queue.add('photo', what);
    let job = await queue.getJob(id!);
    while (!job?.finishedOn) {
      await sleep(50);
      job = await queue.getJob(id!);
    }
    return job.returnvalue ?? { failed: job.failedReason };
  });
}

/** A job as a batch of this test would put it on the queue. */
async function jobFor(name: string, more: Partial<QueueJob> = {}): Promise<QueueJob> {
  const path = place('scans', name);
  const { size, mtimeMs } = await stat(path);
  return QueueJob.parse({
    version: VERSION,
    batch: 'of-the-test',
    work: 'work',
    name,
    input: place('scans'),
    output: place('out'),
    path,
    folder: place('out'),
    bytes: size,
    modified: mtimeMs,
    settings: BatchSettings.parse({}),
    own: [],
    ...more,
  });
}

const keysLeft = async () => {
  const keys = await redis.client.keys('*');
  return keys.filter((key) => /photo-/.test(key));
};

test('with two workers, one of them killed, every photo is restored once and no original changes', async () => {
  await writeScans(12);
  const originals = await filesBelow(place('scans'));
  const [one, other] = [worker('one'), worker('other')];
  await Promise.all([one.says(isReady), other.says(isReady)]);
  const whole = batch();
  await one.says(({ type }) => type === 'made');
  await stopAtWork(one, 'one');
  one.child.kill('SIGKILL');
  expect(await photosOf('one')).not.toEqual([]);

  expect(await whole.done).toBe(0);
  expect(whole.records.at(-1)).toMatchObject({ type: 'summary', failed: 0, quarantined: 0, waiting: 0 });
  await expectAllOnce(originals);
  expect(await keysLeft()).toEqual([]);

  other.child.kill('SIGTERM');
  expect(await other.done).toBe(0);
});

test('the photo of a worker that returns too late is not written twice', async () => {
  await writeScans(2);
  const originals = await filesBelow(place('scans'));
  const late = worker('late', '--jobs', '1');
  await late.says(isReady);
  const whole = batch();
  await stopAtWork(late, 'late');
  const other = worker('other');
  expect(await whole.done).toBe(0);
  late.child.kill('SIGCONT');
  await late.says(({ type }) => type === 'failed');

  await expectAllOnce(originals);
  expect(other.records.filter(({ type }) => type === 'made').length).toBeGreaterThan(0);
});

test('a photo whose worker was killed right after publishing is found and not computed again', async () => {
  await writeScans(1);
  const job = await jobFor('00.png');
  // What stands for the published photo is another picture, so that computing it once more would show.
  const published = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  await writeFile(place('out', '00.png'), published);
  const sha256 = createHash('sha256').update(published).digest('hex');
  const made = {
    outcome: 'restored',
    original: { bytes: job.bytes, modified: job.modified, sha256: '0'.repeat(64) },
    written: { file: '00.png', sha256, bytes: published.length, width: 8, height: 8 },
    reports: [],
    notes: [],
    thumbnails: null,
    seconds: 1,
    peak: 0,
  };
  const id = jobIdOf(job);
  await redis.client.rpush(`emulsion:intentions:${id}`, JSON.stringify(made));
  await withQueue((queue) => queue.add('photo', job, { jobId: id }));
  const one = worker('one');
  await one.says(({ type }) => type === 'made');
  await expect
    .poll(() => withQueue(async (queue) => (await queue.getJob(id))?.returnvalue))
    .toEqual({ type: 'made', made });
  expect(await filesBelow(place('out'))).toEqual({ '00.png': sha256 });
});

test('a killed batch resumes with what its workers have done meanwhile', async () => {
  await writeScans(6);
  const originals = await filesBelow(place('scans'));
  const one = worker('one');
  await one.says(isReady);
  const first = batch();
  await first.says(({ type }) => type === 'photo');
  first.child.kill('SIGKILL');
  await first.done;
  // What was on the queue is done without the batch, and its result kept.
  await expect.poll(() => withQueue((queue) => queue.getCompletedCount())).toBeGreaterThan(0);
  await expect
    .poll(() => withQueue(async (queue) => (await queue.getWaitingCount()) + (await queue.getActiveCount())))
    .toBe(0);

  const second = batch();
  expect(await second.done).toBe(0);
  await expectAllOnce(originals);
  expect(one.records.filter(({ type }) => type === 'made')).toHaveLength(6);
  expect(await keysLeft()).toEqual([]);
});

test('a stopped worker returns its photo; a stopped batch removes its photos from the queue', async () => {
  await writeScans(6);
  const originals = await filesBelow(place('scans'));
  const one = worker('one');
  await one.says(isReady);
  const first = batch();
  await first.says(({ type }) => type === 'photo');
  await expect.poll(() => photosOf('one')).not.toEqual([]);
  one.child.kill('SIGTERM');
  expect(await one.done).toBe(0);
  expect(await photosOf('one')).toEqual([]);
  expect(await withQueue((queue) => queue.getWaitingCount())).toBeGreaterThan(0);

  first.child.kill('SIGINT');
  expect(await first.done).toBe(130);
  expect(await withQueue((queue) => queue.getJobCounts())).toMatchObject({ waiting: 0, active: 0, failed: 0 });
  for (const name of Object.keys(await filesBelow(place('out')))) expect(Object.keys(originals)).toContain(name);

  const other = worker('other');
  await other.says(isReady);
  expect(await batch().done).toBe(0);
  await expectAllOnce(originals);
});

test('without a worker only a few photos are queued, and the batch says so; a Redis restart loses no photo', async () => {
  await writeScans(10);
  const originals = await filesBelow(place('scans'));
  const whole = batch();
  await whole.says(({ note }) => String(note).includes('No worker'));
  expect(await withQueue((queue) => queue.getWaitingCount())).toBe(2);

  await redis.restart();
  const one = worker('one');
  expect(await whole.done).toBe(0);
  await expectAllOnce(originals);
  one.child.kill('SIGTERM');
  expect(await one.done).toBe(0);
});

test('an unreachable queue or one of another version is refused with a reason, and nothing is written', async () => {
  await writeScans(1);
  // Nothing listens on the first port, and no program gets it by chance.
  const nowhere = 'redis://:secret@127.0.0.1:1';
  const programs = [
    start('batch', place('scans'), '--out', place('new'), '--queue', nowhere),
    start('worker', '--queue', nowhere, '--allow', place('out')),
  ];
  for (const program of programs) {
    expect(await program.done).toBe(3);
    expect(program.err()).toMatch(/cannot be reached.*\(QUEUE_UNREACHABLE\)/);
    expect(program.err()).not.toContain('secret');
  }
  await redis.client.config('SET', 'requirepass', 'secret');
  const locked = start('worker', '--queue', redis.url, '--allow', place('out'));
  expect(await locked.done).toBe(3);
  expect(locked.err()).toMatch(/denied access.*\(QUEUE_UNREACHABLE\)/);
  await redis.client.config('SET', 'requirepass', '');
  const open = start('worker', '--queue', redis.url);
  expect(await open.done).toBe(2);
  expect(open.err()).toContain('--allow');

  const old = { role: 'worker', name: 'attic', version: '0.0.1', jobs: 1, threads: 1, key: 'attic-1' };
  const [seconds] = await redis.client.time();
  await redis.client.zadd('emulsion:members', Number(seconds) + 60, JSON.stringify(old));
  for (const program of [worker('one'), batch()]) {
    expect(await program.done).toBe(3);
    expect(program.err()).toMatch(/“attic”.*0\.0\.1.*\(QUEUE_VERSION\)/);
  }
  expect(await readdir(place())).toEqual(['out', 'scans']);
  expect(await readdir(place('out'))).toEqual([]);
});

test('a worker touches nothing outside its folders, whatever a job asks for', async () => {
  await writeScans(2);
  await mkdir(place('private'));
  await writeFile(place('private', 'diary.png'), await readFile(place('scans', '00.png')));
  await symlink(place('private'), place('out', 'way-out'));
  await symlink(place('private', 'diary.png'), place('scans', 'link.png'));
  const before = { scans: await filesBelow(place('scans')), private: await filesBelow(place('private')) };
  const one = worker('one');
  await one.says(isReady);
  const job = await jobFor('00.png');
  const overwrite = { ...job.settings, conflict: 'overwrite' as const };
  const refused: Record<string, unknown>[] = [
    { ...job, output: place('private'), folder: place('private') },
    { ...job, folder: `${place('out')}/../private` },
    { ...job, folder: place('out', 'way-out') },
    { ...job, output: place('scans'), folder: place('scans'), settings: overwrite },
    { ...job, input: place('private'), path: place('private', 'diary.png') },
    { ...job, path: place('scans', 'link.png') },
  ];
  for (const each of refused) {
    expect(await ask(each)).toMatchObject({ type: 'failed', failure: { code: 'NOT_ALLOWED' } });
  }
  const malformed: [Record<string, unknown>, string][] = [
    [{ ...job, version: '0.0.1' }, 'QUEUE_VERSION'],
    [{ ...job, settings: { ...job.settings, name: '../{name}' } }, 'BAD_REQUEST'],
    [{ ...job, more: 'than is known' }, 'BAD_REQUEST'],
    [{ ...job, bytes: job.bytes + 1 }, 'PHOTO_CHANGED'],
  ];
  for (const [each, code] of malformed) expect(await ask(each)).toMatchObject({ type: 'failed', failure: { code } });
  expect({ scans: await filesBelow(place('scans')), private: await filesBelow(place('private')) }).toEqual(before);
  expect(await filesBelow(place('out'))).toEqual({});

  // Where the folder of the originals may be written to, nothing is replaced.
  one.child.kill('SIGTERM');
  await one.done;
  const both = start('worker', '--queue', redis.url, '--allow', place());
  await both.says(isReady);
  expect(await ask({ ...job, settings: overwrite })).toMatchObject({ failure: { code: 'NOT_ALLOWED' } });
  expect(await ask({ ...job })).toMatchObject({ type: 'made', made: { written: { file: '00.png' } } });
});

test('folders may have other paths on the worker’s machine', async () => {
  await writeScans(2);
  const originals = await filesBelow(place('scans'));
  await symlink(place(), place('..', `${basename(place())}-theirs`));
  const theirs = place('..', `${basename(place())}-theirs`);
  const mapped = start('worker', '--queue', redis.url, '--map', `${theirs}=${place()}`);
  await mapped.says(isReady);
  const whole = start('batch', join(theirs, 'scans'), '--out', join(theirs, 'out'), '--queue', redis.url);
  expect(await whole.done).toBe(0);
  await expectAllOnce(originals);
  expect(mapped.records.find(({ type }) => type === 'made')).toMatchObject({
    output: expect.stringContaining(`${place('out')}/`),
  });
});

test('failures of workers keep their codes, and a missing result is not accepted', async () => {
  await writeScans(3);
  const answers: Record<string, unknown> = {
    '00.png': failure('ENGINE_CRASHED'),
    'album/01.jpg': failure('PHOTO_DAMAGED'),
    '02.jpg': madeElsewhere('../../02.jpg'),
  };
  const fake = new Worker(QUEUE, async (job) => answers[job.data.name], {
    connection: { url: redis.url, maxRetriesPerRequest: null },
  });
  const whole = batch();
  expect(await whole.done).toBe(1);
  await fake.close();
  const codes = whole.records.filter(({ code }) => code).map(({ type, input, code }) => [input, type, code]);
  expect(codes.sort()).toEqual([
    ['00.png', 'quarantined', 'PHOTO_QUARANTINED'],
    ['02.jpg', 'failed', 'BAD_REQUEST'],
    ['album/01.jpg', 'failed', 'PHOTO_DAMAGED'],
  ]);
  expect(await filesBelow(place('out'))).toEqual({});

  answers['02.jpg'] = madeElsewhere('02.jpg');
  const believing = new Worker(QUEUE, async (job) => answers[job.data.name], {
    connection: { url: redis.url, maxRetriesPerRequest: null },
  });
  const again = batch('--retry-failed', '--include', '02.jpg');
  expect(await again.done).toBe(1);
  await believing.close();
  expect(again.records.find(({ input }) => input === '02.jpg')).toMatchObject({ code: 'FILE_MISSING' });
});

const failure = (code: string) => ({ type: 'failed', failure: { code, message: `It says ${code}.` }, worker: 'fake' });
const madeElsewhere = (file: string) => ({
  type: 'made',
  made: {
    outcome: 'restored',
    original: { bytes: 1, modified: 1, sha256: '0'.repeat(64) },
    written: { file, sha256: '0'.repeat(64), bytes: 1, width: 1, height: 1 },
    reports: [],
    notes: [],
    thumbnails: null,
    seconds: 1,
    peak: 0,
  },
});

test('the window’s program contains no code for queues and remote storage', async () => {
  const main = fileURLToPath(new URL('../out/main/', import.meta.url));
  const met = new Set<string>();
  const follow = async (file: string): Promise<void> => {
    if (met.has(file)) return;
    met.add(file);
    const code = await readFile(file, 'utf8');
    expect(code, file).not.toMatch(/(from|import)\s*\(?\s*["'](bullmq|ioredis|@aws-sdk)/);
    const imports = code.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g);
    await Promise.all([...imports].map(([, path]) => follow(join(file, '..', path!))));
  };
  await Promise.all(['electron.js', 'browser.js', 'engine.js'].map((file) => follow(join(main, file))));
  expect(met.size).toBeGreaterThan(5);
});
