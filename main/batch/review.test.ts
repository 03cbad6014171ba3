import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BatchSettings, type PhotoWork } from '../../contract/batch';
import { Recipe } from '../../contract/recipe';
import { createTranslations } from '../../text';
import { EmulsionError } from '../errors';
import { UNTOUCHED } from '../restoration/untouched';
import { hashFile } from '../storage/hash';
import { takeLock } from '../storage/lock';
import { openFolder } from '../storage/open-folder';
import { BATCH_FOLDER } from './journal-state';
import { planBatch } from './plan';
import { writeReport } from './report';
import { startBatch } from './run';
import { copyingEngine, photo, processorOf, type Trials } from './test-support';
import type { Batch } from './types';

let folder: string;
let input: string;
let output: string;
const batches: Batch[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  [input, output] = [join(folder, 'in'), join(folder, 'out')];
  for (const name of ['a.gif', 'b.gif', 'c.gif']) await put(name);
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

async function begin(settings: Partial<BatchSettings> = {}, trials: Trials = {}, isShown = false) {
  const { processor, computed } = processorOf(trials, 1);
  const parsed = BatchSettings.parse(settings);
  const batch = await startBatch({ input, output, settings: parsed, processor, newId: () => 'batch', isShown });
  batches.push(batch);
  const state = await batch.ended;
  return { batch, computed, state, review: batch.review };
}

const written = (name: string) => readFile(join(output, name), 'utf8');
const names = async () => (await readdir(output)).filter((name) => name !== BATCH_FOLDER).sort();
const rowsOf = async (batch: Batch) => (await batch.rows('all', 0, 10)).rows;

const gentle = Recipe.parse({ format: 1, id: 'gentle', name: 'Gentle', steps: [{ kind: 'tone', settings: {} }] });
const work: PhotoWork = { recipe: gentle, added: [], changes: [] };
const { engine } = copyingEngine({});
const change = { agreed: false };

describe('decisions', () => {
  test('replace the result, are in the journal, and are there after a restart, which does nothing again', async () => {
    const { batch, review } = await begin();
    expect(await review.redo(1, work, 'redone', engine, change)).toMatchObject({
      name: 'b.gif',
      state: 'restored',
      written: 'b.png',
      decision: 'redone',
      seen: true,
      undoable: true,
      masked: true,
    });
    expect(await review.redo(2, UNTOUCHED, 'original', engine, change)).toMatchObject({ decision: 'original' });
    expect(await review.mark({ indices: [0, 1] }, true)).toEqual([0]);
    expect(await names()).toEqual(['a.png', 'b.png', 'c.png']);
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
    expect(await review.workOf(1)).toEqual(work);
    expect(batch.state()).toMatchObject({
      counts: { found: 3, restored: 2, unchanged: 1, waiting: 0 },
      review: { unseen: 0, original: 1, redone: 1 },
    });
    await batch.close();

    for (const isShown of [true, false]) {
      const again = await begin({}, {}, isShown);
      expect(again.computed).toEqual([]);
      expect(again.state.phase).toBe('done');
      expect(await rowsOf(again.batch)).toMatchObject([
        { name: 'a.gif', decision: null, seen: true },
        { name: 'b.gif', decision: 'redone', seen: true, undoable: true },
        { name: 'c.gif', state: 'unchanged', decision: 'original' },
      ]);
      await again.batch.close();
    }
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
  });

  test('hold under other settings of the batch, also where files are replaced', async () => {
    const { batch, review } = await begin();
    await review.redo(1, work, 'redone', engine, change);
    await batch.close();
    const other = { quality: 50, conflict: 'overwrite' } as const;
    const plan = await planBatch(input, output, BatchSettings.parse(other));
    expect(plan.done).toBe(1);
    const again = await begin(other);
    expect(again.computed.sort()).toEqual(['a.gif', 'c.gif']);
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
    expect(again.state.notes).toMatchObject([{ values: { count: 2 } }]);
  });

  test('go with the photo: another file in its place is restored, and nobody has looked at it', async () => {
    const { batch, review } = await begin();
    await review.redo(1, work, 'redone', engine, change);
    await batch.close();
    const later = new Date(Date.now() + 10_000);
    await utimes(await put('b.gif', 'another'), later, later);
    const again = await begin();
    expect(again.computed).toEqual(['b.gif']);
    expect((await rowsOf(again.batch))[1]).toMatchObject({ decision: null, seen: false, written: 'b-2.png' });
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
  });

  test('are undone to the last byte, and the undoing can be undone', async () => {
    const { review } = await begin();
    const before = await hashFile(join(output, 'b.png'));
    await review.redo(1, work, 'redone', engine, change);
    expect(await review.undo(1, change)).toMatchObject({ decision: null, seen: true, undoable: true });
    expect(await hashFile(join(output, 'b.png'))).toBe(before);
    expect(await review.undo(1, change)).toMatchObject({ decision: 'redone' });
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
    await expect(review.undo(0, change)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    // Another file in the place of the kept one is not taken for it.
    const kept = join(output, BATCH_FOLDER, 'former');
    for (const name of await readdir(kept)) await writeFile(join(kept, name), 'another');
    await expect(review.undo(1, change)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
    await rm(kept, { recursive: true });
    await expect(review.undo(1, change)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });

  test('bring the mask of what was changed and the checksums with them, and put both back', async () => {
    await mkdir(output, { recursive: true });
    await writeFile(join(output, 'c-changes.png'), 'of a person');
    const { review } = await begin({ saveChanges: true });
    const all = ['SHA256SUMS', ...['a', 'b', 'c'].flatMap((stem) => [`${stem}-changes.png`, `${stem}.png`])];
    const expected = [...all, 'c-changes-2.png'].sort();
    const areRight = async () => {
      expect(await names()).toEqual(expected);
      for (const line of (await written('SHA256SUMS')).trimEnd().split('\n')) {
        expect(await hashFile(join(output, line.slice(66))), line).toBe(line.slice(0, 64));
      }
    };
    await areRight();
    const first = await written('b-changes.png');
    await review.redo(1, work, 'redone', engine, change);
    await review.redo(2, work, 'redone', engine, change);
    await areRight();
    expect(await written('b-changes.png')).toBe(`${first} gentle`);
    expect(await written('c-changes.png')).toBe('of a person');
    await review.undo(1, change);
    await areRight();
    expect(await written('b-changes.png')).toBe(first);
    await review.undo(1, change);
    await areRight();
    expect(await written('b-changes.png')).toBe(`${first} gentle`);
    // What a person has painted over is theirs, and stays.
    await writeFile(join(output, 'b-changes.png'), 'painted over');
    expected.push('b-changes-2.png');
    await review.redo(1, UNTOUCHED, 'original', engine, change);
    expect(await names()).toEqual(expected.sort());
    expect(await written('b-changes.png')).toBe('painted over');
    expect(await written('b-changes-2.png')).toBe(`${first} original`);
  });

  test('never replace silently what somebody else has changed, and keep it where it is agreed', async () => {
    const { review } = await begin();
    await writeFile(join(output, 'b.png'), 'somebody’s work');
    for (const act of [
      () => review.redo(1, work, 'redone', engine, change),
      () => review.redo(1, UNTOUCHED, 'original', engine, change),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
      expect(await written('b.png')).toBe('somebody’s work');
    }
    await review.redo(1, work, 'redone', engine, { agreed: true });
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
    await writeFile(join(output, 'b.png'), 'changed again');
    await expect(review.undo(1, change)).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
    await review.undo(1, { agreed: true });
    expect(await written('b.png')).toBe('somebody’s work');
  });

  test('that come while a result is computed are seen before it is replaced', async () => {
    const { review } = await begin();
    const { engine: slow } = copyingEngine({ staged: () => writeFile(join(output, 'b.png'), 'somebody’s work') });
    await expect(review.redo(1, work, 'redone', slow, change)).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
    expect(await written('b.png')).toBe('somebody’s work');
    expect(await names()).toEqual(['a.png', 'b.png', 'c.png']);
  });

  test('about a result that was removed write it anew', async () => {
    const { review } = await begin();
    await rm(join(output, 'b.png'));
    expect(await review.redo(1, work, 'redone', engine, change)).toMatchObject({ undoable: false });
    expect(await written('b.png')).toBe(photo('b.gif gentle'));
  });

  test('about a photo that failed write its first result', async () => {
    let isBroken = true;
    const trials: Trials = {
      before: (name) => {
        if (isBroken && name === 'b.gif') throw new EmulsionError('PHOTO_DAMAGED');
      },
    };
    const { batch, review } = await begin({}, trials);
    expect(batch.state().counts).toMatchObject({ failed: 1, restored: 2 });
    isBroken = false;
    expect(await review.redo(1, work, 'redone', engine, change)).toMatchObject({ state: 'restored', undoable: false });
    expect(batch.state()).toMatchObject({ counts: { failed: 0, restored: 3 }, errors: [] });
  });

  test('that fail leave the result as it was', async () => {
    const { review } = await begin();
    const failing = copyingEngine({
      before: () => {
        throw new EmulsionError('GENERATOR_MISSING');
      },
    });
    const before = await written('b.png');
    await expect(review.redo(1, work, 'redone', failing.engine, change)).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
    });
    expect(await written('b.png')).toBe(before);
  });

  test('take an edited photo in, turned and cropped, under the name and in the format of the result', async () => {
    const path = join(input, 'b.gif');
    const { engine: editor } = copyingEngine({ edited: path });
    const { review } = await begin();
    const shape = { orientation: 6, crop: { x: 1, y: 1, width: 2, height: 2 }, rating: null };
    const edited = { photoId: 'open', recipe: gentle, scan: null, ...shape, sha256: await hashFile(path) };
    const { row, notes } = await review.takeEdit(1, edited, editor, change);
    expect(row).toMatchObject({ decision: 'edited', written: 'b.png', undoable: true });
    expect(notes).toEqual([{ key: 'notes.rounded' }]);
    expect(await review.files(1)).toMatchObject({ shownAs: { scan: null, orientation: 6, crop: shape.crop } });
    // The photo was exchanged since it was opened.
    await expect(review.takeEdit(1, { ...edited, sha256: '0' }, editor, change)).rejects.toMatchObject({
      code: 'PHOTO_CHANGED',
    });
  });

  test('wait for the program that has the folder', async () => {
    const { review } = await begin();
    const place = await openFolder(join(output, BATCH_FOLDER));
    const release = await takeLock(place);
    await expect(review.mark({ indices: [0] }, true)).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    await release();
    await place.close();
    expect(await review.mark({ indices: [0] }, true)).toEqual([0]);
  });

  test('stand in the report', async () => {
    const { batch, review } = await begin();
    await review.redo(0, UNTOUCHED, 'original', engine, change);
    await review.mark({ indices: [1] }, true);
    const { path } = await writeReport(batch, createTranslations('en'));
    const place = dirname(path);
    const html = await readFile(path, 'utf8');
    expect(html).toContain('Original kept');
    expect(html).toContain('Not reviewed yet');
    const { batch: summary, photos } = JSON.parse(await readFile(join(place, 'photos.json'), 'utf8'));
    expect(summary.review).toMatchObject({ original: 1, unseen: 1 });
    expect(photos.map(({ decision, seen }: { decision: string; seen: boolean }) => [decision, seen])).toEqual([
      ['original', true],
      [null, true],
      [null, false],
    ]);
    const lines = (await readFile(join(place, 'photos.csv'), 'utf8')).trim().split('\r\n');
    expect(lines.map((line) => line.split(',').at(-1))).toEqual(['decision', 'original', 'seen', '']);
  });
});

describe('looking', () => {
  test('goes through what a filter lists, also from a photo that it no longer lists', async () => {
    const { review } = await begin();
    const at = async (...of: Parameters<typeof review.beside>) => {
      const { row, rank, total } = await review.beside(...of);
      return [row?.index ?? null, rank, total];
    };
    expect(await at('unseen', 0, 0)).toEqual([0, 0, 3]);
    await review.mark({ indices: [0] }, true);
    expect(await at('unseen', 0, 1)).toEqual([1, 0, 2]);
    expect(await at('unseen', 1, 1)).toEqual([2, 1, 2]);
    expect(await at('unseen', 2, 1)).toEqual([null, 2, 2]);
    expect(await at('unseen', 1, -1)).toEqual([null, 0, 2]);
    expect(await at('all', 2, -1)).toEqual([1, 1, 3]);
    expect(await review.mark({ filter: 'unseen' }, true)).toEqual([1, 2]);
    expect(await review.mark({ indices: [1, 2] }, false)).toEqual([1, 2]);
    expect((await review.beside('all', 1, 0)).row).toMatchObject({ seen: false });
  });

  test('a batch that is only shown opens at once what its journal has, and computes nothing', async () => {
    const { batch } = await begin();
    await batch.close();
    await put('d.gif');
    await rm(join(output, 'c.png'));
    const shown = await begin({}, {}, true);
    expect(shown.computed).toEqual([]);
    expect((await rowsOf(shown.batch)).map(({ name, state }) => [name, state])).toEqual([
      ['a.gif', 'restored'],
      ['b.gif', 'restored'],
      ['c.gif', 'waiting'],
    ]);
    expect(shown.batch.state()).toMatchObject({ phase: 'done', scanning: false });
    expect(await shown.review.thumbnails(0)).not.toBeNull();
    expect((await shown.review.repaired(0))?.toString('latin1')).toContain('mask');
    await expect(shown.review.redo(2, work, 'redone', engine, change)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
