import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import sharp from 'sharp';
import { readJournal } from '../main/batch/journal';
import { headOf } from '../main/batch/journal-lines';
import { BATCH_FOLDER } from '../main/batch/journal-state';
import { damageScene } from '../main/restoration/testing/damage';
import { testScene } from '../main/restoration/testing/scene';
import { endPrograms, type Program, startWith } from './programs';
import { hasRedis, startRedis } from './redis';
import { type S3Server, startS3 } from './s3-server';

let s3: S3Server;
test.beforeEach(async () => {
  s3 = await startS3();
  await mkdir(place('temporary'));
});
test.afterEach(async () => {
  endPrograms();
  await s3.close();
});

const place = (...parts: string[]) => join(test.info().outputPath(), ...parts);
const start = (...args: string[]): Program => startWith({ ...s3.env, TMPDIR: place('temporary') }, ...args);
const IN = 's3://archive/scans';
const OUT = 's3://restored/1931';
const batch = (...more: string[]) => start('batch', IN, '--out', OUT, '--journal', place('journal'), ...more);

async function picture(seed: number): Promise<Buffer> {
  const { data, width, height, channels } = damageScene(testScene(200, 150, seed), seed).raster;
  return sharp(data, { raw: { width, height, channels } }).jpeg().toBuffer();
}

const put = (key: string, body: Buffer) => s3.files.set(key, { body, metadata: {}, time: new Date(1e12) });
const namesBelow = (prefix: string) => [...s3.files.keys()].filter((key) => key.startsWith(prefix)).sort();
/** Restored photos, without the report. */
const restored = () => namesBelow('restored/').filter((key) => !key.includes('/emulsion-report/'));

async function putScans(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, number) =>
    number % 2 === 0 ? `${number}.jpg` : `album/${number}.jpg`,
  );
  for (const [number, name] of names.entries()) put(`archive/scans/${name}`, await picture(number));
  return names.sort();
}

const sums = (keys: string[]) => keys.map((key) => createHash('sha256').update(s3.files.get(key)!.body).digest('hex'));

async function expectAllOnce(names: string[]): Promise<void> {
  expect(restored()).toEqual(names.map((name) => `restored/1931/${name}`));
  for (const key of restored()) {
    const { body, metadata } = s3.files.get(key)!;
    expect(metadata['x-amz-meta-sha256']).toBe(createHash('sha256').update(body).digest('hex'));
    const { width, height } = await sharp(await sharp(body).toBuffer()).metadata();
    expect([width, height]).toEqual([200, 150]);
  }
  const done: string[] = [];
  await readJournal(place('journal', BATCH_FOLDER), headOf, (head) => {
    if (head.t === 'done') done.push(head.n);
  });
  expect(done.sort()).toEqual(names);
  expect((await readdir(place('temporary'))).filter((name) => name.startsWith('emulsion-'))).toEqual([]);
}

test('a folder in S3 is restored into another, once, and can be resumed; only the journal is local', async () => {
  const names = await putScans(4);
  put('archive/scans/letter.jpg', Buffer.from('Dear Ada'));
  put('archive/scans/empty.jpg', Buffer.alloc(0));
  const originals = sums(namesBelow('archive/'));

  const first = batch();
  expect(await first.done).toBe(1);
  expect(first.records.filter(({ type }) => type === 'failed').map(({ input, code }) => [input, code])).toEqual([
    ['empty.jpg', 'FILE_EMPTY'],
    ['letter.jpg', 'NOT_A_PHOTO'],
  ]);
  await expectAllOnce(names);
  expect(sums(namesBelow('archive/'))).toEqual(originals);
  expect(first.records.at(-1)).toMatchObject({ report: `${OUT}/emulsion-report/index.html` });
  expect(s3.files.get('restored/1931/emulsion-report/index.html')?.body.toString()).toContain('album/1.jpg');

  s3.files.delete(`restored/1931/${names[0]}`);
  put('archive/scans/9.jpg', await picture(9));
  const again = batch();
  expect(await again.done).toBe(1);
  const photos = again.records.filter(({ type }) => type === 'photo').map(({ input }) => input);
  expect(photos.sort()).toEqual([names[0], '9.jpg'].sort());
});

for (const conditions of [true, false]) {
  test(`an existing file is not replaced (a server that supports conditions: ${conditions})`, async () => {
    s3.behaviour.conditions = conditions;
    await putScans(1);
    put('restored/1931/0.jpg', Buffer.from('somebody else'));
    s3.behaviour.loseAnswers = 1;
    expect(await batch('--no-report').done).toBe(0);
    expect(restored()).toEqual(['restored/1931/0-2.jpg', 'restored/1931/0.jpg']);
    expect(s3.files.get('restored/1931/0.jpg')?.body.toString()).toBe('somebody else');

    const original = sums(['archive/scans/0.jpg']);
    const over = ['--on-conflict', 'overwrite', '--format', 'jpeg', '--no-report', '--journal', place('other')];
    expect(await start('batch', IN, '--out', OUT, ...over).done).toBe(0);
    expect(restored()).toEqual(['restored/1931/0-2.jpg', 'restored/1931/0.jpg']);
    expect((await sharp(s3.files.get('restored/1931/0.jpg')!.body).metadata()).width).toBe(200);
    expect(sums(['archive/scans/0.jpg'])).toEqual(original);
  });
}

test('from S3 into a folder, from a folder into S3', async () => {
  const names = await putScans(2);
  const down = start('batch', IN, '--out', place('out'), '--no-report');
  expect(await down.done).toBe(0);
  expect((await readdir(place('out'))).sort()).toEqual(['.emulsion-batch', '0.jpg', 'album']);
  const up = start('batch', place('out'), '--out', OUT, '--journal', place('journal'), '--no-report');
  expect(await up.done).toBe(0);
  await expectAllOnce(names);
  expect(await readFile(place('out', '0.jpg'))).not.toHaveLength(0);
});

test('an impossible batch is refused before it starts', async () => {
  await putScans(1);
  const cases: [string[], number, RegExp][] = [
    [['batch', IN, '--out', OUT], 2, /--journal/],
    [['batch', IN, '--out', place('out'), '--journal', place('journal')], 2, /--journal/],
    [['batch', `${IN}/1931`, '--out', OUT, '--journal', place('journal')], 3, /nothing below.*FILE_MISSING/],
    [['batch', IN, '--out', `${IN}/`, '--journal', place('journal')], 2, /OUTPUT_IS_INPUT/],
    [['batch', IN, '--out', dirname(IN), '--journal', place('journal')], 2, /originals are inside.*OUTPUT_IS_INPUT/],
  ];
  for (const [args, code, text] of cases) {
    const program = start(...args);
    expect(await program.done).toBe(code);
    expect(program.err()).toMatch(text);
  }
  const planned = start('batch', IN, '--out', OUT, '--dry-run');
  expect(await planned.done).toBe(0);
  expect(planned.records[0]).toMatchObject({ type: 'planned', input: '0.jpg', output: '0.jpg' });
  const stranger = startWith(
    { ...s3.env, AWS_ACCESS_KEY_ID: 'of-somebody-else' },
    ...['batch', IN, '--out', OUT, '--journal', place('journal')],
  );
  expect(await stranger.done).toBe(3);
  expect(stranger.err()).toContain('STORAGE_UNREACHABLE');
  expect(restored()).toEqual([]);
  expect((await readdir(place())).sort()).toEqual(['temporary']);
});

test('through a queue, with a killed worker, every photo is restored once', async () => {
  test.skip(!hasRedis, 'NOT TESTED: there is no redis-server here');
  const redis = await startRedis();
  try {
    const names = await putScans(6);
    const worker = (name: string, allow: string) =>
      start('worker', '--queue', redis.url, '--name', name, '--read', IN, '--allow', allow);
    const one = worker('one', OUT);
    await one.says(({ type }) => type === 'ready');
    const whole = batch('--queue', redis.url);
    await one.says(({ type }) => type === 'made');
    one.child.kill('SIGKILL');
    await one.done;
    const other = worker('other', OUT);
    expect(await whole.done).toBe(0);
    other.child.kill('SIGTERM');
    expect(await other.done).toBe(0);
    await expectAllOnce(names);

    // SECURITY: a worker refuses a batch whose folders it may not use.
    s3.files.delete(`restored/1931/${names[0]}`);
    const narrow = worker('narrow', `${OUT}/album`);
    await narrow.says(({ type }) => type === 'ready');
    const refused = batch('--queue', redis.url);
    expect(await refused.done).toBe(3);
    expect(refused.err()).toContain('NOT_ALLOWED');
    expect(restored()).toHaveLength(names.length - 1);
  } finally {
    await redis.close();
  }
});
