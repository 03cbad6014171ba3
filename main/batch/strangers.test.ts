import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BatchRow, BatchSettings } from '../../contract/batch';
import { createTranslations } from '../../text';
import { EmulsionError } from '../errors';
import { BATCH_FOLDER, REPORT_FOLDER, workOf } from './journal-state';
import { writeReport } from './report';
import { startBatch } from './run';
import { photo, processorOf, type Trials } from './test-support';
import type { Batch, BatchSetup } from './types';

/*
 * Folders that somebody else has made, or changes while a batch runs.
 */

let base: string;
let input: string;
let output: string;
/** A folder that nothing may change. */
let home: string;
const batches: Batch[] = [];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  [input, output, home] = [join(base, 'in'), join(base, 'out'), join(base, 'home')];
  for (const folder of [input, home, join(output, BATCH_FOLDER)]) await mkdir(folder, { recursive: true });
  for (const name of ['photo.png', 'data', 'index.html']) await writeFile(join(home, name), `precious ${name}`);
});
afterEach(async () => {
  await Promise.all(batches.splice(0).map((batch) => batch.close()));
  await rm(base, { recursive: true, force: true });
});

const settings = BatchSettings.parse({});

async function run(change: Partial<BatchSetup> = {}, trials: Trials = {}): Promise<Batch> {
  const { processor } = processorOf(trials, 1);
  const batch = await startBatch({ input, output, settings, processor, newId: () => 'batch', ...change });
  batches.push(batch);
  await batch.ended;
  return batch;
}

/** Every file below a folder, with its content. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, await readFile(path, 'latin1')])));
}

describe('links in the output folder', () => {
  test('are named together, and the batch does not start', async () => {
    await writeFile(join(input, 'a.gif'), photo('a'));
    await symlink(join(home, 'photo.png'), join(output, BATCH_FOLDER, 'reserve'));
    await symlink(join(home, 'data'), join(output, BATCH_FOLDER, 'journal'));
    await symlink(home, join(output, REPORT_FOLDER));
    const before = await contentOf(home);
    const failed: EmulsionError = await run().then(
      () => Promise.reject(new Error('it began')),
      (error) => error,
    );
    expect(failed.code).toBe('NOT_ALLOWED');
    for (const name of ['reserve', 'journal', REPORT_FOLDER]) expect(failed.message).toContain(name);
    expect(await contentOf(home)).toEqual(before);
  });

  test.each(['lock', 'journal', 'thumbnails', 'reserve'])(
    'a second name of another file as %s changes nothing',
    async (own) => {
      await writeFile(join(input, 'a.gif'), photo('a'));
      await link(join(home, 'data'), join(output, BATCH_FOLDER, own));
      const before = await contentOf(home);
      await run().catch((error: EmulsionError) => expect(['NOT_ALLOWED', 'BATCH_RUNNING']).toContain(error.code));
      expect(await contentOf(home)).toEqual(before);
    },
  );

  test('a link that appears in the place of the report later is not followed', async () => {
    await writeFile(join(input, 'a.gif'), photo('a'));
    const batch = await run();
    await symlink(home, join(output, REPORT_FOLDER));
    const before = await contentOf(home);
    await expect(writeReport(batch, createTranslations('en'))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await contentOf(home)).toEqual(before);
  });

  test('a folder exchanged while a photo is computed gets nothing, also when files are replaced', async () => {
    await mkdir(join(input, 'sub'));
    await mkdir(join(output, 'sub'));
    // The name of the result is that of an original.
    await writeFile(join(input, 'sub', 'photo.png'), photo('a'));
    await writeFile(join(output, 'sub', 'photo.png'), 'old');
    for (const moment of ['before', 'staged'] as const) {
      const before = await contentOf(home);
      const exchange = async () => {
        await rename(join(output, 'sub'), join(base, moment));
        await symlink(home, join(output, 'sub'));
      };
      const batch = await run({ settings: { ...settings, conflict: 'overwrite' } }, { [moment]: exchange });
      expect(batch.state()).toMatchObject({ phase: 'halted', halt: { code: 'NOT_ALLOWED' } });
      expect(await contentOf(home)).toEqual(before);
      await rm(join(output, 'sub'));
      await rename(join(base, moment), join(output, 'sub'));
    }
  });
});

describe('links among the originals', () => {
  test('are not followed out of the folder that the program was started for', async () => {
    await writeFile(join(home, 'secret.gif'), photo('secret'));
    await symlink(home, join(input, 'folder'));
    await symlink(join(home, 'secret.gif'), join(input, 'photo.gif'));
    await writeFile(join(input, 'a.gif'), photo('a'));
    const batch = await run({ within: input });
    const { rows } = await batch.rows('all', 0, 10);
    expect(rows.map(({ name, state, failure }) => [name, state, failure?.code]).sort()).toEqual([
      ['a.gif', 'restored', undefined],
      ['folder', 'failed', 'NOT_ALLOWED'],
      ['photo.gif', 'failed', 'NOT_ALLOWED'],
    ]);
    expect((await readdir(output)).sort()).toEqual([BATCH_FOLDER, 'a.png']);
  });

  test('an original exchanged for a link after it was found is not read', async () => {
    await writeFile(join(home, 'secret.gif'), photo('secret'));
    await writeFile(join(input, 'a.gif'), photo('a'));
    const before = async () => {
      await rm(join(input, 'a.gif'));
      await symlink(join(home, 'secret.gif'), join(input, 'a.gif'));
    };
    const batch = await run({ within: input }, { before });
    expect(batch.state().counts.restored).toBe(0);
    expect(await readdir(output)).toEqual([BATCH_FOLDER]);
  });
});

// ------------------------------------------------------------------------------------------------ journals

const TAG = '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/leak">';

function line(head: unknown, body?: unknown): string {
  const text = JSON.stringify(head) + (body === undefined ? '' : `\t${JSON.stringify(body)}`);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

const begun = () => line({ t: 'run', format: 1, id: 'x', input, work: workOf(settings), at: 'x', version: '0.1.0' });
const put = (text: string) => writeFile(join(output, BATCH_FOLDER, 'journal'), text);

describe('a journal that came with the folder', () => {
  test('claims no file outside of the results, removes none, and writes no tags into the report', async () => {
    await writeFile(join(base, 'empty'), '');
    const about: Record<string, { b: number; m: number }> = {};
    for (const name of ['a.gif', 'b.gif', 'c.gif', 'd.gif']) {
      await writeFile(join(input, name), photo(name));
      const { size, mtimeMs } = await stat(join(input, name));
      about[name] = { b: size, m: mtimeMs };
    }
    const made = { t: 'made', h: 'x', oh: createHash('sha256').update('').digest('hex'), x: 'restored' };
    const report = { kind: 'repair', outcome: 'done', sentence: TAG, seconds: 1, generator: TAG, provider: TAG };
    await put(
      begun() +
        line({ ...made, n: 'a.gif', ...about['a.gif'], o: '../in/a.gif' }, { reports: [report] }) +
        line({ t: 'done', n: 'a.gif' }) +
        line({ t: 'end', n: 'b.gif', ...about['b.gif'], x: 'failed' }, { failure: { code: TAG, message: TAG } }) +
        line({ ...made, n: 'c.gif', ...about['c.gif'], o: '../empty' }, {}) +
        line({ ...made, n: 'd.gif', ...about['d.gif'], o: `${home}/data` }, {}),
    );
    const batch = await run();
    expect(batch.state().counts).toMatchObject({ restored: 3, failed: 1 });
    expect(await readFile(join(base, 'empty'), 'utf8')).toBe('');
    expect(await readdir(output)).toContain('a.png');
    const { path } = await writeReport(batch, createTranslations('en'));
    expect(await readFile(path, 'utf8')).not.toContain('<meta http-equiv="refresh"');
    const { rows } = await batch.rows('all', 0, 10);
    expect(BatchRow.array().parse(rows)).toEqual(rows);
  });

  test('texts of a journal are shown as text', async () => {
    await writeFile(join(input, 'a.gif'), photo('a'));
    await writeFile(join(output, 'a.png'), 'result');
    const { size: b, mtimeMs: m } = await stat(join(input, 'a.gif'));
    const report = { kind: 'repair', outcome: 'done', sentence: TAG, seconds: 1, generator: TAG, provider: TAG };
    const body = { bytes: 1, width: 1, height: 1, notes: [TAG], seconds: 1, thumbnails: null, reports: [report] };
    const head = { t: 'made', n: 'a.gif', b, m, h: 'x', o: 'a.png', oh: 'x', x: 'restored' };
    await put(begun() + line(head, body) + line({ t: 'done', n: 'a.gif' }));
    const batch = await run();
    const { path } = await writeReport(batch, createTranslations('en'));
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(TAG);
    expect(text).toContain('&#60;meta http-equiv=');
  });

  test('whatever its lines hold, a batch runs and keeps to its folder', async () => {
    await writeFile(join(input, 'a.gif'), photo('a'));
    const { size: b, mtimeMs: m } = await stat(join(input, 'a.gif'));
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('__proto__', '..', '/', -1, 1e300, null, [null]),
    );
    const good = {
      n: 'a.gif',
      b,
      m,
      h: 'x',
      o: 'a.png',
      oh: 'x',
      x: 'restored',
      t: 'made',
      c: 'ENGINE_CRASHED',
      how: 'done',
    };
    const head = fc
      .record({
        t: fc.constantFrom('run', 'made', 'done', 'end', 'crash', 'excuse', 'retry', 'stop', 'other'),
        change: fc.dictionary(fc.constantFrom(...Object.keys(good), 'format', 'id', 'input', 'work'), odd),
      })
      .map(({ t, change }) => ({ ...good, t, ...change }));
    const lines = fc.array(fc.oneof(fc.tuple(head, odd), fc.tuple(odd, odd)), { maxLength: 6 });
    const before = await contentOf(home);
    await fc.assert(
      fc.asyncProperty(lines, async (heads) => {
        await put(begun() + heads.map(([each, body]) => line(each, body)).join(''));
        const batch = await run().catch((error: unknown) => {
          expect(error).toBeInstanceOf(EmulsionError);
          return null;
        });
        if (batch === null) return;
        expect(['done', 'halted']).toContain(batch.state().phase);
        const { rows } = await batch.rows('all', 0, 10);
        expect(BatchRow.array().parse(rows)).toEqual(rows);
        await writeReport(batch, createTranslations('en'));
        await batch.close();
        await rm(join(output, BATCH_FOLDER), { recursive: true });
        await mkdir(join(output, BATCH_FOLDER));
      }),
      { numRuns: Number(process.env.EMULSION_FUZZ ?? 40), seed: 19 },
    );
    expect(await contentOf(home)).toEqual(before);
    expect((await readdir(base)).sort()).toEqual(['home', 'in', 'out']);
  });
});

test.each([
  'null',
  '[]',
  '{"pid":"1","host":7}',
  'x'.repeat(10_000),
  JSON.stringify({ pid: 2 ** 22 + 5, host: '\u001b]0;x\u0007' }),
])('a lock that somebody else has written, %#, ends in a code', async (content) => {
  await writeFile(join(input, 'a.gif'), photo('a'));
  await writeFile(join(output, BATCH_FOLDER, 'lock'), content);
  await expect(run()).rejects.toMatchObject({ code: expect.stringMatching(/^(BATCH_RUNNING|FILE_UNREADABLE)$/) });
});
