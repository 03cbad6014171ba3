import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BatchRow, BatchSettings, type BatchState } from '../../contract/batch';
import { Recipe } from '../../contract/recipe';
import { inEnglish } from '../../text/message';
import { EmulsionError } from '../errors';
import { takeLock } from '../storage/lock';
import { openFolder } from '../storage/open-folder';
import { scan } from '../storage/scan';
import { readJournal } from './journal';
import { type Head, headOf } from './journal-lines';
import { BATCH_FOLDER, REPORT_FOLDER, Written } from './journal-state';
import { planBatch } from './plan';
import { csvCell, writeReport } from './report';
import { startBatch } from './run';
import { photo, processorOf, type Trials } from './test-support';
import type { Batch } from './types';

let folder: string;
let input: string;
let output: string;
const batches: Batch[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  [input, output] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(input);
});
afterEach(async () => {
  await Promise.all(batches.splice(0).map((batch) => batch.close()));
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, text = name): Promise<string> {
  const path = join(input, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, photo(text));
  return path;
}

async function begin(
  trials: Trials = {},
  settings: Partial<BatchSettings> = {},
  more: { retry?: boolean; engines?: number; interval?: number } = {},
) {
  const { processor, computed, most } = processorOf(trials, more.engines);
  const rows: BatchRow[] = [];
  const batch = await startBatch({
    input,
    output,
    settings: BatchSettings.parse(settings),
    processor,
    newId: () => 'batch-1',
    retry: more.retry,
    onRow: (row, isNew) => isNew && rows.push(row),
    interval: more.interval ?? 0.05,
  });
  batches.push(batch);
  return { batch, computed, rows, most };
}

/** A batch from its beginning to its end. */
async function run(
  ...parameters: Parameters<typeof begin>
): Promise<{ state: BatchState; computed: string[]; rows: BatchRow[] }> {
  const { batch, computed, rows } = await begin(...parameters);
  const state = await batch.ended;
  await batch.close();
  return { state, computed, rows };
}

/** Every file of the output folder that is not the batch's own. */
async function outputs(): Promise<string[]> {
  const all = await readdir(output, { recursive: true, withFileTypes: true }).catch(() => []);
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(output.length + 1))
    .filter((name) => !name.startsWith(BATCH_FOLDER) && !name.startsWith(REPORT_FOLDER))
    .sort();
}

async function journalHeads(): Promise<Head[]> {
  const heads: Head[] = [];
  await readJournal(join(output, BATCH_FOLDER), headOf, (head) => heads.push(head));
  return heads;
}

test('the back of a print is copied as it is, and its result says so', async () => {
  for (const name of ['lake.gif', 'lake_b.gif', 'lone_b.gif']) await put(name);
  const recipe = Recipe.parse({ format: 1, id: 'gentle', name: 'Gentle', steps: [{ kind: 'tone', settings: {} }] });
  const { rows } = await run({}, { recipe });
  const made = (name: string) => readFile(join(output, name), 'utf8');
  expect(await made('lake.png')).toContain('gentle');
  expect(await made('lake_b.png')).not.toContain('gentle');
  expect(await made('lone_b.png')).toContain('gentle');
  const back = rows.find(({ name }) => name === 'lake_b.gif');
  expect(back).toMatchObject({ state: 'unchanged' });
  expect(back?.notes).toContainEqual({ key: 'notes.back', values: { name: 'lake.gif' } });
});

test('beside each result lie the mask of what was changed and checksums, and nothing of another program is replaced', async () => {
  await put('a.gif');
  await put('deep/b.gif');
  await mkdir(output);
  await writeFile(join(output, 'a-changes.png'), 'theirs');
  const { batch } = await begin({}, { saveChanges: true });
  await batch.ended;
  const below = async (name: string) =>
    (await readdir(join(output, name))).filter((each) => /png$|SUMS/.test(each)).sort();
  expect(await below('')).toEqual(['SHA256SUMS', 'a-changes-2.png', 'a-changes.png', 'a.png']);
  expect(await below('deep')).toEqual(['SHA256SUMS', 'b-changes.png', 'b.png']);
  expect(await readFile(join(output, 'a-changes.png'), 'utf8')).toBe('theirs');
  expect(await readFile(join(output, 'a-changes-2.png'), 'utf8')).toBe('changes of a.gif');
  const sums = (await readFile(join(output, 'deep', 'SHA256SUMS'), 'utf8')).trimEnd().split('\n');
  expect(sums.map((line) => line.slice(66))).toEqual(['../../in/deep/b.gif', 'b.png', 'b-changes.png']);
});

describe('a batch', () => {
  test('mirrors the folders, leaves the originals alone, and reports the outcome of every file', async () => {
    const originals = [await put('a.gif'), await put('1931/b.gif'), await put('1931/line\nbreak 😀.gif')];
    await writeFile(join(input, 'notes.txt'), 'Dear Ada');
    await writeFile(join(input, 'letter.jpg'), 'Dear Ada');
    const before = await Promise.all(originals.map((path) => readFile(path)));
    const { state, rows } = await run();
    expect(state).toMatchObject({ phase: 'done', halt: null, scanning: false });
    expect(state.counts).toMatchObject({ found: 5, restored: 3, failed: 1, passed: 1, waiting: 0 });
    expect(state.errors).toEqual([{ code: 'NOT_A_PHOTO', count: 1 }]);
    // A line end is not in the name of any file that is written.
    expect(await outputs()).toEqual(['1931/b.png', '1931/line_break 😀.png', 'a.png']);
    expect(await Promise.all(originals.map((path) => readFile(path)))).toEqual(before);
    expect(rows.find(({ name }) => name === '1931/line\nbreak 😀.gif')).toMatchObject({
      state: 'restored',
      written: '1931/line_break 😀.png',
    });
    expect(rows.find(({ name }) => name === 'letter.jpg')?.failure?.code).toBe('NOT_A_PHOTO');
  });

  test('skips finished photos, and restores again what changed or whose result is missing', async () => {
    for (const name of ['a.gif', 'b.gif', 'c.gif', 'd.gif']) await put(name);
    expect((await run()).computed).toHaveLength(4);
    expect((await run()).computed).toEqual([]);
    const later = new Date(Date.now() + 10_000);
    await put('a.gif', 'another');
    await utimes(join(input, 'b.gif'), later, later);
    await rm(join(output, 'c.png'));
    const again = await run();
    expect(again.computed.sort()).toEqual(['a.gif', 'c.gif']);
    expect(again.state.counts).toMatchObject({ found: 4, restored: 4 });
    // What had been restored from the older file stays as it was.
    expect(await outputs()).toEqual(['a-2.png', 'a.png', 'b.png', 'c.png', 'd.png']);
  });

  test('reports settings that differ from those of the last run', async () => {
    await put('a.gif');
    await run();
    const { state, computed } = await run({}, { quality: 50 });
    expect(computed).toEqual(['a.gif']);
    expect(state.notes).toEqual([{ key: 'batch.notes.changed', values: { count: 1 } }]);
    expect((await run({}, { quality: 50, order: 'largest', concurrency: 3 })).computed).toEqual([]);
  });

  test('interrupted at any point and resumed, it leaves one output per photo', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 6 }), fc.boolean(), async (stops, afterStaging) => {
        await rm(folder, { recursive: true });
        await mkdir(input, { recursive: true });
        const names = Array.from({ length: 6 }, (_, index) => `${index}.gif`);
        for (const name of names) await put(name);
        for (const stop of stops) {
          let count = 0;
          const { batch } = await begin({
            [afterStaging ? 'staged' : 'before']: () => {
              count += 1;
              if (count === stop) batch.cancel();
            },
          });
          await batch.ended;
          await batch.close();
        }
        const { state } = await run();
        expect(state.counts).toMatchObject({ found: 6, restored: 6, waiting: 0 });
        expect(await outputs()).toEqual(names.map((name) => name.replace('gif', 'png')));
        const done = (await journalHeads()).filter(({ t }) => t === 'done').map((head) => (head as { n: string }).n);
        expect(done.sort()).toEqual(names);
      }),
      { numRuns: 25 },
    );
  });

  test('killed between writing the journal and publishing the file, in either order, it publishes each photo once', async () => {
    for (const name of ['a.gif', 'b.gif']) await put(name);
    await run();
    // As after a kill: the last word of each photo is missing; one has its name, the other has not.
    const path = join(output, BATCH_FOLDER, 'journal');
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, lines.filter((line) => !/"t":"(done|stop)"/.test(line)).join('\n'));
    await rm(join(output, 'b.png'));
    const { state, computed } = await run();
    expect(computed).toEqual(['b.gif']);
    expect(state.counts.restored).toBe(2);
    expect(await outputs()).toEqual(['a.png', 'b.png']);
  });

  test('removes staged files of a killed run whose engines outlive it', async () => {
    await put('a.gif');
    await mkdir(output, { recursive: true });
    const engine = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    const computer = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    const left = join(output, `.a.${computer}-${engine.pid}-0123456789ab.emulsion-part`);
    await writeFile(left, 'staged for a program that is gone');
    const { state } = await run({
      async before() {
        expect(await readdir(output)).toContain(basename(left));
        engine.kill('SIGKILL');
        await once(engine, 'exit');
      },
    });
    expect(state.counts).toMatchObject({ restored: 1 });
    expect(await outputs()).toEqual(['a.png']);
  });

  test('is refused while another batch runs in the folder, or if the journal belongs to another folder', async () => {
    await put('a.gif');
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { batch } = await begin({ before: () => held });
    await expect(begin()).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    goOn();
    await batch.close();
    await mkdir(join(folder, 'other'));
    input = join(folder, 'other');
    await expect(begin()).rejects.toMatchObject({ code: 'JOURNAL_INVALID' });
    // Nor is anything written over, or among, the originals.
    for (const place of [input, folder]) {
      output = place;
      await expect(begin()).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
    }
  });

  test('never exceeds its concurrency, pauses between photos and resumes', async () => {
    for (let index = 0; index < 12; index++) await put(`${index}.gif`);
    let begun = 0;
    const { batch, most, computed } = await begin(
      {
        before: async () => {
          begun += 1;
          if (begun === 4) batch.pause();
          await new Promise((resolve) => setTimeout(resolve, 5));
        },
      },
      {},
      { engines: 3 },
    );
    await expect.poll(() => batch.state().phase).toBe('paused');
    const sofar = computed.length;
    expect(sofar).toBeLessThan(12);
    expect(batch.state().running).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(computed).toHaveLength(sofar);
    batch.resume();
    expect((await batch.ended).counts.restored).toBe(12);
    expect(most()).toBe(3);
  });
});

describe('failures', () => {
  test('an error affects only its photo; failed photos are retried on request, in the same run or a later one', async () => {
    for (const name of ['a.gif', 'b.gif', 'c.gif']) await put(name);
    let broken = true;
    const trials: Trials = {
      before: (name) => {
        if (broken && name !== 'b.gif') throw new EmulsionError('PHOTO_DAMAGED');
      },
    };
    const first = await run(trials);
    expect(first.state.counts).toMatchObject({ restored: 1, failed: 2 });
    expect((await run(trials)).state.counts).toMatchObject({ restored: 1, failed: 2 });
    broken = false;
    const { state, computed } = await run(trials, {}, { retry: true });
    expect(computed.sort()).toEqual(['a.gif', 'c.gif']);
    expect(state.counts).toMatchObject({ restored: 3, failed: 0 });
    expect(state.errors).toEqual([]);
  });

  test('a photo that crashes the engine twice is quarantined, and the rest continues', async () => {
    for (const name of ['a.gif', 'bomb.gif', 'c.gif', 'unlucky.gif']) await put(name);
    const crashes: Record<string, number> = { 'bomb.gif': 9, 'unlucky.gif': 1 };
    const trials: Trials = {
      before: (name) => {
        if ((crashes[name] ?? 0) === 0) return;
        crashes[name]! -= 1;
        throw new EmulsionError('ENGINE_CRASHED');
      },
    };
    const { state, rows } = await run(trials);
    expect(state.counts).toMatchObject({ restored: 3, quarantined: 1, failed: 0 });
    expect(rows.find(({ name }) => name === 'bomb.gif')?.failure).toMatchObject({ code: 'PHOTO_QUARANTINED' });
    expect(crashes['bomb.gif']).toBe(7);
    // A later run leaves it where it is.
    expect((await run(trials)).state.counts.quarantined).toBe(1);
    expect(crashes['bomb.gif']).toBe(7);
  });

  test('a crash in an earlier run counts, unless the photo or the settings have changed', async () => {
    await put('bomb.gif', 'a bomb');
    let tries = 0;
    /** Ends the batch in the middle of a photo's second try. */
    const once = async (settings = {}) => {
      tries = 0;
      const { batch } = await begin(
        {
          before: () => {
            tries += 1;
            if (tries === 2) batch.cancel();
            throw new EmulsionError('ENGINE_CRASHED');
          },
        },
        settings,
      );
      const { counts } = await batch.ended;
      await batch.close();
      return counts;
    };
    expect((await once()).quarantined).toBe(0);
    expect((await journalHeads()).filter(({ t }) => t === 'crash')).toMatchObject([{ n: 'bomb.gif', b: 13 }]);
    await put('bomb.gif', 'another bomb');
    expect((await once()).quarantined).toBe(0);
    expect((await once({ format: 'png' })).quarantined).toBe(0);
    expect((await once({ format: 'png' })).quarantined).toBe(1);
    expect(tries).toBe(1);
  });

  test('an engine that always crashes stops the batch and quarantines no photo', async () => {
    for (let index = 0; index < 20; index++) await put(`${index}.gif`);
    const { state } = await run({
      before: () => {
        throw new EmulsionError('ENGINE_CRASHED');
      },
    });
    expect(state).toMatchObject({ phase: 'halted', halt: { code: 'ENGINE_FAILED' } });
    expect(state.counts.quarantined).toBeLessThan(3);
    expect((await run()).state.counts.restored + state.counts.quarantined).toBe(20);
  });

  test('a full disk stops the batch without failed photos, and the batch can be resumed', async () => {
    for (let index = 0; index < 8; index++) await put(`${index}.gif`);
    let isFull = true;
    let done = 0;
    const trials: Trials = {
      staged: () => {
        done += 1;
        if (isFull && done > 3) throw new EmulsionError('DISK_FULL');
      },
    };
    const { state } = await run(trials, {}, { engines: 1 });
    expect(state).toMatchObject({ phase: 'halted', halt: { code: 'DISK_FULL' } });
    expect(state.counts).toMatchObject({ found: 8, restored: 3, failed: 0, waiting: 5 });
    isFull = false;
    expect((await run(trials)).state.counts).toMatchObject({ restored: 8, failed: 0 });
  });

  test('if all originals disappear, the batch stops; if one does, it is reported', async () => {
    for (const name of ['a.gif', 'b.gif', 'c.gif']) await put(name);
    const one = await run(
      { before: (name) => (name === 'a.gif' ? rm(join(input, 'b.gif'), { force: true }) : undefined) },
      {},
      { engines: 1 },
    );
    expect(one.state.counts).toMatchObject({ restored: 2, failed: 1 });
    expect(one.state.errors).toEqual([{ code: 'FILE_MISSING', count: 1 }]);

    for (let index = 0; index < 5; index++) await put(`more-${index}.gif`);
    const { state } = await run(
      { before: () => rename(input, `${input}-gone`).catch(() => undefined) },
      {},
      { engines: 1 },
    );
    expect(state).toMatchObject({ phase: 'halted', halt: { code: 'FILE_MISSING' } });
    await rename(`${input}-gone`, input);
    expect((await run()).state.counts).toMatchObject({ restored: 7, failed: 0 });
  });

  test('a file that changes during the work is tried once more, then reported', async () => {
    const path = await put('a.gif');
    let times = 0;
    const grow = (until: number): Trials => ({
      staged: async () => {
        times += 1;
        if (times <= until) await writeFile(path, photo(`longer by ${times}`));
      },
    });
    expect((await run(grow(1))).state.counts).toMatchObject({ restored: 1, failed: 0 });
    await put('a.gif', 'again');
    times = 0;
    const { state } = await run(grow(9));
    expect(state.errors).toEqual([{ code: 'PHOTO_CHANGED', count: 1 }]);
    expect(await outputs()).toEqual(['a.png']);
  });
});

describe('names already in use', () => {
  const contents = () => readFile(join(output, 'a.png'), 'utf8');

  beforeEach(async () => {
    await mkdir(output);
    await writeFile(join(output, 'a.png'), 'older');
    await put('a.gif');
    await put('b.gif');
  });

  test('are numbered, skipped or replaced, as the conflict rule says', async () => {
    expect((await run({}, { conflict: 'skip' })).state.counts).toMatchObject({ restored: 1, kept: 1 });
    expect(await contents()).toBe('older');
    await run();
    expect(await contents()).toBe('older');
    expect(await outputs()).toEqual(['a-2.png', 'a.png', 'b.png']);
    await run({}, { conflict: 'overwrite', quality: 1 });
    expect(await contents()).toBe(photo('a.gif'));
  });

  test('photos of one batch never replace each other, under any rule', async () => {
    await rm(join(output, 'a.png'));
    await writeFile(join(input, 'a.jpg'), Buffer.from('ffd8ff00', 'hex'));
    for (const conflict of ['skip', 'overwrite', 'rename'] as const) {
      await rm(output, { recursive: true, force: true });
      const { state } = await run({}, { conflict, format: 'png' });
      expect(state.counts, conflict).toMatchObject({ restored: 3, kept: 0 });
      expect(await outputs(), conflict).toEqual(['a-2.png', 'a.png', 'b.png']);
    }
  });

  test('an original is never replaced, even if the folders are nested', async () => {
    output = folder;
    await put('in/in.gif');
    await rm(join(folder, 'out'), { recursive: true });
    const path = join(folder, 'photo.png');
    await writeFile(path, photo('mine'));
    input = folder;
    output = join(folder, 'sub');
    await mkdir(output);
    const before = await readFile(path);
    await run({}, { conflict: 'overwrite', name: '{name}' });
    expect(await readFile(path)).toEqual(before);
  });

  test('follow the name pattern', async () => {
    await put('1931/lake.gif');
    await utimes(join(input, '1931/lake.gif'), new Date(2020, 4, 6), new Date(2020, 4, 6));
    await run({}, { name: '{folder} {name} {date} ({recipe})', include: ['lake*'] });
    expect(await outputs()).toContain('1931/1931 lake 2020-05-06 (proposal).png');
    expect(BatchSettings.safeParse({ name: '../{name}' }).success).toBe(false);
    expect(BatchSettings.safeParse({ name: 'photo' }).success).toBe(false);
    expect(BatchSettings.safeParse({ name: '{name} {nonsense}' }).success).toBe(false);
  });
});

test('photos of a watched folder are taken once they stop growing', async () => {
  await put('a.gif');
  // Looked at far less often than it grows, however late a write may be.
  const { batch, computed } = await begin({}, { watch: true }, { interval: 0.25 });
  await expect.poll(() => batch.state().phase).toBe('watching');
  const path = join(input, 'slow.gif');
  for (let size = 0; size < 6; size++) {
    await writeFile(path, photo('x'.repeat(size * 100)));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await expect.poll(() => computed).toEqual(['a.gif', 'slow.gif']);
  await expect.poll(() => batch.state().phase).toBe('watching');
  expect((await stat(join(output, 'slow.png'))).size).toBe(photo('x'.repeat(500)).length);
  await put('a.gif', 'another content');
  await expect.poll(() => computed).toEqual(['a.gif', 'slow.gif', 'a.gif']);
  batch.cancel();
  expect((await batch.ended).phase).toBe('cancelled');
});

test('a dry run lists the work and writes nothing', async () => {
  for (const name of ['a.gif', '1931/b.gif']) await put(name);
  await writeFile(join(input, 'notes.txt'), 'x');
  await writeFile(join(input, 'bad.jpg'), 'x');
  const settings = BatchSettings.parse({ name: '{name}-restored', format: 'tiff' });
  const answer = await planBatch(input, output, settings);
  expect(answer).toMatchObject({ photos: 2, others: 1, done: 0, unreadable: [{ name: 'bad.jpg' }] });
  expect(answer.examples).toEqual([
    { name: 'a.gif', written: 'a-restored.tif' },
    { name: '1931/b.gif', written: '1931/b-restored.tif' },
  ]);
  expect(await stat(output).catch(() => null)).toBeNull();
  await run({}, settings);
  expect((await planBatch(input, output, settings)).done).toBe(2);
  expect((await planBatch(input, output, { ...settings, quality: 3 })).done).toBe(0);
});

describe('the report', () => {
  test('lists every file with pictures and reasons as HTML and CSV, and escapes every name', async () => {
    const nasty = '<img src=x onerror=alert(1)>.gif';
    for (let index = 0; index < 205; index++) await put(`${String(index).padStart(3, '0')}.gif`);
    await put(nasty);
    await put('=cmd()|a, "b".gif');
    await writeFile(join(input, 'bad.jpg'), 'x');
    const { batch } = await begin({}, {}, { engines: 4 });
    await batch.ended;
    await writeReport(batch, inEnglish());
    const { path } = await writeReport(batch, inEnglish());
    const read = (name: string) => readFile(join(output, REPORT_FOLDER, name), 'utf8');
    expect((await readdir(join(output, REPORT_FOLDER))).sort()).toEqual([
      'index.html',
      'page-2.html',
      'photos.csv',
      'photos.json',
    ]);
    const pages = (await readFile(path, 'utf8')) + (await read('page-2.html'));
    expect(pages.match(/<article>/g)).toHaveLength(208);
    expect(pages.match(/data:image\/jpeg;base64,/g)).toHaveLength(2 * 207);
    expect(pages).not.toMatch(/<script|<img src=x/);
    expect(pages).toContain('NOT_A_PHOTO');
    const { batch: summary, photos } = JSON.parse(await read('photos.json'));
    expect(summary.counts.restored).toBe(207);
    expect(photos.map(({ name }: { name: string }) => name)).toContain(nasty);
    const table = await read('photos.csv');
    expect(table).toContain(`"'=cmd()|a, ""b"".gif",restored`);
    expect(table.trimEnd().split('\r\n')).toHaveLength(209);
  });

  test('a CSV cell is never a formula, whatever a spreadsheet takes for the separator, and survives quoting', () => {
    const sign = fc.constantFrom('=', '+', '-', '@', ';', '\t', '\n', '"', "'", ',', ' ', 'a');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: sign })), (text) => {
        const cell = csvCell(text);
        const plain = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(plain.replaceAll("'", '')).toBe(text.replaceAll("'", ''));
        for (const separator of [';', '\t', '\n']) {
          for (const piece of cell.split(separator)) expect(piece.replace(/^[ "]+/, '')).not.toMatch(/^[=+\-@]/);
        }
      }),
    );
    expect(csvCell('a - b, +5 %')).toBe('"a - b, +5 %"');
  });
});

test('the journal holds the hashes of the files', async () => {
  const path = await put('a.gif');
  await run();
  const made = (await journalHeads()).find((head) => head.t === 'made');
  const sum = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  expect(made).toMatchObject({ n: 'a.gif', o: 'a.png', h: await sum(path), oh: await sum(join(output, 'a.png')) });
});

/** How many files the counts account for. */
const adds = ({ counts: { found: _, ...others } }: BatchState) =>
  Object.values(others).reduce((sum, each) => sum + each, 0);

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('resuming after damage', () => {
  test('an unplugged drive that leaves an empty folder stops the batch', async () => {
    for (let index = 0; index < 6; index++) await put(`${index}.gif`);
    let gone = false;
    const { state } = await run(
      {
        before: async () => {
          if (gone) return;
          gone = true;
          await rename(input, `${input}-gone`);
          await mkdir(input);
        },
      },
      {},
      { engines: 1 },
    );
    await rm(input, { recursive: true });
    await rename(`${input}-gone`, input);
    const next = await run();
    expect.soft(state.phase).toBe('halted');
    expect(next.state.counts).toMatchObject({ restored: 6, failed: 0 });
  });

  test('a drive that disappears during the scan is reported once', async () => {
    for (let index = 0; index < 50; index++) await put(`${String(index).padStart(2, '0')}/a.gif`);
    const names: string[] = [];
    let error: unknown = null;
    try {
      for await (const each of scan(input, { except: [] })) {
        if (names.length === 0) await rename(input, `${input}-gone`);
        names.push('error' in each ? `${each.name}!` : each.name);
      }
    } catch (e) {
      error = e;
    }
    expect(names.filter((name) => name.endsWith('!'))).toEqual([]);
    expect(error).not.toBeNull();
  });

  test('on a disk without links, a reserved name that was never filled does not block a photo', async () => {
    await put('a.gif');
    await run({}, { conflict: 'skip' });
    const path = join(output, BATCH_FOLDER, 'journal');
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, lines.filter((line) => !/"t":"(done|stop)"/.test(line)).join('\n'));
    await writeFile(join(output, 'a.png'), '');
    const { state } = await run({}, { conflict: 'skip' });
    expect(state.counts).toMatchObject({ restored: 1, kept: 0 });
  });

  test('on a disk without links, no empty file remains', async () => {
    await put('a.gif');
    await run();
    const path = join(output, BATCH_FOLDER, 'journal');
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, lines.filter((line) => !/"t":"(done|stop)"/.test(line)).join('\n'));
    await writeFile(join(output, 'a.png'), '');
    await run();
    expect(await outputs()).toEqual(['a.png']);
  });

  test('an engine that crashes in run after run quarantines no photo', async () => {
    for (let index = 0; index < 20; index++) await put(`${index}.gif`);
    const broken: Trials = {
      before: () => {
        throw new EmulsionError('ENGINE_CRASHED');
      },
    };
    for (let times = 0; times < 4; times++) expect((await run(broken)).state.phase).toBe('halted');
    expect((await run()).state.counts).toMatchObject({ restored: 20, quarantined: 0 });
  });

  test('a quarantined photo that was replaced gets two new tries', async () => {
    await put('a.gif', 'bomb');
    let crashes = 2;
    const trials: Trials = {
      before: () => {
        crashes -= 1;
        if (crashes >= 0) throw new EmulsionError('ENGINE_CRASHED');
      },
    };
    expect((await run(trials)).state.counts.quarantined).toBe(1);
    await put('a.gif', 'another photo altogether');
    crashes = 1;
    expect((await run(trials)).state.counts).toMatchObject({ restored: 1, quarantined: 0 });
  });

  test('a journal that cannot be written stops the batch, and the counts add up', async () => {
    for (const name of ['a.gif', 'b.gif', 'c.gif']) await put(name);
    // After a few lines the disk answers EIO.
    let lines = 0;
    const probe = await open(join(input, 'a.gif'));
    const FileHandle = Object.getPrototypeOf(probe).constructor;
    await probe.close();
    const write = FileHandle.prototype.datasync;
    FileHandle.prototype.datasync = function (...parameters: []) {
      lines += 1;
      if (lines > 3) throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
      return write.apply(this, parameters);
    };
    try {
      const { state } = await run({}, {}, { engines: 1 });
      expect.soft(state.phase).toBe('halted');
      expect.soft(state.running).toEqual([]);
      expect(adds(state)).toBe(state.counts.found);
    } finally {
      FileHandle.prototype.datasync = write;
    }
  });

  test('a missing generator stops the batch instead of failing every photo', async () => {
    for (let index = 0; index < 30; index++) await put(`${index}.gif`);
    const { state } = await run({
      before: () => {
        throw new EmulsionError('GENERATOR_MISSING');
      },
    });
    const next = await run();
    expect.soft(state.phase).toBe('halted');
    expect(next.state.counts.restored).toBe(30);
  });

  test('the same folder under another spelling resumes', async () => {
    await put('a.gif');
    await run();
    await symlink(input, join(folder, 'alias'));
    input = join(folder, 'alias');
    expect((await run()).state.counts.restored).toBe(1);
  });

  test('other settings are noticed even if the journal has lost its first line', async () => {
    await put('a.gif');
    await run();
    const path = join(output, BATCH_FOLDER, 'journal');
    const bytes = await readFile(path);
    bytes[20]! ^= 1;
    await writeFile(path, bytes);
    expect((await run({}, { quality: 5 })).computed).toEqual(['a.gif']);
  });

  test('found files are waiting, running or finished', async () => {
    for (const name of ['a.gif', 'b.gif', 'c.gif']) await put(name);
    const { batch } = await begin({ before: () => later(100) });
    await expect.poll(() => batch.state().running.length).toBe(2);
    await expect.poll(() => batch.state().scanning).toBe(false);
    expect(adds(batch.state())).toBe(batch.state().counts.found);
  });

  test('a finished batch does not retry failed photos', async () => {
    await put('a.gif');
    let broken = true;
    const { batch } = await begin({
      before: () => {
        if (broken) throw new EmulsionError('PHOTO_DAMAGED');
      },
    });
    await batch.ended;
    broken = false;
    expect(await batch.retryFailed()).toBe(false);
    expect(batch.state().counts).toMatchObject({ waiting: 0 });
  });
});

describe('names and folders', () => {
  test('an output folder that links to the originals is not written to', async () => {
    const original = await put('box/a.png', 'the original png');
    await put('box/a.gif', 'a gif of the same name');
    await mkdir(output);
    await symlink(join(input, 'box'), join(output, 'box'));
    await run({}, { conflict: 'overwrite', exclude: ['*.png'], format: 'png' });
    expect(await readFile(original, 'utf8')).toBe(photo('the original png'));
  });

  test('two photos that get the same name at the same time are both written', async () => {
    let lost = 0;
    for (let round = 0; round < 16; round++) {
      await rm(output, { recursive: true, force: true });
      await put('a.gif', 'first');
      await writeFile(join(input, 'a.jpg'), Buffer.from('ffd8ff00', 'hex'));
      await run({ staged: (name) => (name === 'a.jpg' ? later(round / 2) : undefined) } as Trials, {
        conflict: 'overwrite',
        format: 'png',
      });
      if ((await outputs()).length !== 2) lost += 1;
    }
    expect(lost).toBe(0);
  });

  test('with the rule overwrite, a changed photo replaces its earlier result', async () => {
    await put('a.gif', 'one');
    await run({}, { conflict: 'overwrite' });
    await put('a.gif', 'two, longer');
    await run({}, { conflict: 'overwrite' });
    expect(await outputs()).toEqual(['a.png']);
  });

  test('the rule skip also covers a file named .jpg that is written as .png', async () => {
    await put('a.jpg'); // content is a GIF, written as png
    await mkdir(output);
    await writeFile(join(output, 'a.png'), 'older');
    const { state } = await run({}, { conflict: 'skip' });
    expect(await outputs()).toEqual(['a.png']);
    expect(state.counts.kept).toBe(1);
  });

  test('a folder whose name is not valid text is reported', async () => {
    const dir = Buffer.concat([Buffer.from(`${input}/`), Buffer.from([0x66, 0xe9])]);
    await mkdir(dir);
    await writeFile(Buffer.concat([dir, Buffer.from('/a.gif')]), photo('x'));
    const { state } = await run({}, { include: ['*.gif'] });
    expect(state.counts.found).toBe(1);
  });

  test('a folder with the name of a result is avoided', async () => {
    await put('a.gif');
    await mkdir(join(output, 'a.png'), { recursive: true });
    const { state } = await run({}, { conflict: 'overwrite' });
    expect(state.counts).toMatchObject({ restored: 1, failed: 0 });
  });

  test('a file is known as one of the batch under every name that some system takes for the same', () => {
    const written = new Written();
    written.add('/results/Box/Caf\u00e9.png', 'Box/a.gif');
    expect(written.ownerOf('/results/box/Cafe\u0301.PNG')).toBe('Box/a.gif');
    expect(written.ownerOf('/results/box/Cafe.png')).toBeUndefined();
  });
});

describe('a watched folder', () => {
  test('a file that changes while waiting is restored once', async () => {
    await put('a.gif');
    await put('b.gif', 'half');
    let first = true;
    const { batch, computed } = await begin(
      {
        before: async (name) => {
          if (name !== 'a.gif' || !first) return;
          first = false;
          await put('b.gif', 'whole, and longer');
        },
      },
      { watch: true },
      { engines: 1 },
    );
    // A busy disk may be watched for a while before the first photo is taken.
    await expect.poll(() => computed.length).toBe(2);
    await expect.poll(() => batch.state().phase).toBe('watching');
    await later(600);
    expect(computed).toEqual(['a.gif', 'b.gif']);
    await expect.poll(outputs).toEqual(['a.png', 'b.png']);
  });

  test('a file that changes during its restoration is written once', async () => {
    await put('a.gif', 'half');
    let first = true;
    const { batch } = await begin(
      {
        staged: async () => {
          if (!first) return;
          first = false;
          await put('a.gif', 'whole, and longer');
        },
      },
      { watch: true },
      { engines: 1 },
    );
    await expect.poll(() => batch.state().counts.restored).toBe(1);
    await later(600);
    expect(await outputs()).toEqual(['a.png']);
  });

  test('a file renamed before its turn is not a failure', async () => {
    await put('a.gif');
    await put('b.tmp.gif', 'b');
    const { batch } = await begin(
      {
        before: async (name) => {
          if (name === 'a.gif') await rename(join(input, 'b.tmp.gif'), join(input, 'b.gif')).catch(() => undefined);
        },
      },
      { watch: true },
      { engines: 1 },
    );
    await expect.poll(() => batch.state().counts.restored).toBe(2);
    expect(batch.state().counts.failed).toBe(0);
  });

  test('a batch cancelled during the first scan says that it did not see everything', async () => {
    for (let index = 0; index < 200; index++) await put(`${index}/a.gif`);
    const { batch } = await begin({}, { watch: true }, { engines: 8 });
    batch.cancel();
    const { phase, counts, scanning } = await batch.ended;
    // What the command line takes for a clean end of a watched folder:
    expect(phase === 'cancelled' && counts.waiting === 0 && !scanning).toBe(false);
  });
});

describe('the lock of a batch', () => {
  test('of several processes that find an abandoned lock, one gets it', async () => {
    const place = await openFolder(folder);
    let worst = 0;
    for (let round = 0; round < 50; round++) {
      await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 5, host: hostname() }));
      const taken = await Promise.allSettled(Array.from({ length: 4 }, () => takeLock(place)));
      const held = taken.filter(({ status }) => status === 'fulfilled') as PromiseFulfilledResult<
        () => Promise<void>
      >[];
      worst = Math.max(worst, held.length);
      await Promise.all(held.map(({ value }) => value()));
    }
    expect(worst).toBe(1);
    await place.close();
  });

  test('a lock whose holder is suspended is still held', async () => {
    await put('a.gif');
    const { batch } = await begin({ before: () => later(200) });
    const old = new Date(Date.now() - 180_000);
    await utimes(join(output, BATCH_FOLDER, 'lock'), old, old);
    await expect(begin()).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    await batch.ended;
  });

  test('releasing does not remove another process’s lock', async () => {
    const place = await openFolder(folder);
    const release = await takeLock(place);
    const other = JSON.stringify({ pid: 1, host: 'other' });
    await rm(join(folder, 'lock'));
    await writeFile(join(folder, 'lock'), other);
    await release();
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(other);
    await place.close();
  });
});

test('pages of an earlier, longer report are removed', async () => {
  for (let index = 0; index < 201; index++) await put(`${index}.gif`);
  const one = await begin({}, {}, { engines: 8 });
  await one.batch.ended;
  await writeReport(one.batch, inEnglish());
  await one.batch.close();
  for (let index = 0; index < 10; index++) await rm(join(input, `${index}.gif`));
  const two = await begin();
  await two.batch.ended;
  await writeReport(two.batch, inEnglish());
  expect((await readdir(join(output, REPORT_FOLDER))).sort()).toEqual(['index.html', 'photos.csv', 'photos.json']);
});
