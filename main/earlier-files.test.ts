import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatchRow, BatchSettings } from '../contract/batch';
import { stateOf } from '../document/edit';
import { createTranslations } from '../text';
import { openJournal } from './batch/journal';
import { headOf } from './batch/journal-lines';
import { BATCH_FOLDER, openJournalState, readOutcomes, workOf } from './batch/journal-state';
import { writeReport } from './batch/report';
import { startBatch } from './batch/run';
import { photo, processorOf } from './batch/test-support';
import { readEditFile } from './edits/file';
import { AnyCard } from './generators/card';
import { parseRecipe, recipeProblems } from './restoration/recipe';
import { hashFile } from './storage/hash';
import { openFolder } from './storage/open-folder';

/*
 * Files of earlier versions, which must open as before. They are never rewritten: if a format changes, a new file is
 * added beside them.
 */

const earlier = (name: string) => join(import.meta.dirname, 'fixtures', 'earlier', name);
const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(earlier(name), 'utf8'));

let output = '';
beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), 'emulsion-earlier-'));
});
afterEach(() => rm(output, { recursive: true, force: true }));

test('a recipe', async () => {
  const stored = await json('my-prints.json');
  expect(recipeProblems(stored)).toEqual([]);
  // Settings that did not exist yet get the value that does what was done before.
  const { steps, ...recipe } = parseRecipe(stored);
  expect({ ...recipe, steps }).toMatchObject(stored as object);
  expect(steps.find(({ kind }) => kind === 'repair')?.settings).toMatchObject({ keepWriting: true });
});

test('an edit file, with every kind of action, its mask and its history', async () => {
  const { photo, log, bitmaps } = await readEditFile(earlier('lake.emulsion'));
  expect(photo).toMatchObject({ name: 'lake.jpg', width: 40, height: 30 });
  expect(log.actions.map(({ name }) => name)).toEqual(['mask', 'mask', 'repair', 'mask', 'turned', 'recipe', 'mask']);
  expect([log.at, bitmaps.size]).toEqual([6, 1]);
  const state = stateOf(log);
  expect(state.mask.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['stroke', 'detected', 'bitmap']));
  expect(state).toMatchObject({ orientation: 6, recipe: { id: 'scratched-print', gate: 'always' } });
  expect(state.repairs).toHaveLength(1);
});

test.each([
  'damage-detector-0.1.json',
  'inpainter.json',
  'upscaler-x4.json',
  'style.json',
  'fading.json',
  'damage-synthesiser.json',
])('the card of a generator, %s', async (name) => {
  const stored = (await json(name)) as { input?: object; output: object };
  // Everything that it says stays, and what format 2 adds means what was done before.
  const { input, output, ...card } = stored;
  const read = AnyCard.parse(stored);
  expect(read).toMatchObject({
    ...card,
    format: 2,
    output,
    commercial: 'yes',
    origin: { kind: 'shipped' },
    weights: [],
  });
  if (!('border' in read)) return;
  expect(read).toMatchObject({ mask: null, global: 'none', overlap: 0, guard: false });
  expect(read.input).toMatchObject({
    ...input,
    type: 'float32',
    normalise: null,
    remainder: 0,
    minimum: 1,
    square: false,
  });
  expect(read.output).toMatchObject({ type: 'float32', layout: 'nchw', offset: 0 });
});

/** The journal of a batch of five files: three restored, one damaged, one that is not a photo. */
const settings = BatchSettings.parse({});
const copyJournal = () => cp(earlier('journal'), join(output, BATCH_FOLDER), { recursive: true });

test('the journal of a batch: finished photos are not done again', async () => {
  await copyJournal();
  const isDone = await readOutcomes(output, settings);
  expect(isDone({ name: 'lake 1.png', bytes: 76_615, modified: 1_795_955_786_235.3752 })).toBe(true);
  expect(isDone({ name: 'lake 1.png', bytes: 76_616, modified: 1_795_955_786_235.3752 })).toBe(false);
  expect(isDone({ name: 'cut.jpg', bytes: 300, modified: 1_795_955_786_340.0464 })).toBe(false);
  const state = await openJournalState('/tmp/bf/in', output, settings, () => 'fresh');
  expect(state.notes).toEqual([]);
  expect([...state.entries].map(([name, { outcome, sure }]) => [name, outcome, sure])).toEqual([
    ['cut.jpg', 'failed', true],
    ['lake 1.png', 'restored', true],
    ['notes.txt', 'passed', true],
    ['crease.tif', 'restored', true],
    ['small.jpg', 'restored', true],
  ]);
  await state.close();
});

test('the journal of a batch: its sentences, which were in English, are still shown', async () => {
  const [input, out, name] = [join(output, 'in'), join(output, 'out'), 'a.png'];
  await mkdir(input);
  await mkdir(join(out, BATCH_FOLDER), { recursive: true });
  await writeFile(join(input, name), photo('a'));
  await writeFile(join(out, name), photo('restored'));
  const { size: b, mtimeMs: m } = await stat(join(input, name));
  const body = {
    ...{ bytes: 1, width: 1, height: 1, notes: [], seconds: 1, thumbnails: null },
    reports: [{ kind: 'tone', outcome: 'done', sentence: 'Faded.', seconds: 1, generator: null, provider: null }],
  };
  const journal = await openJournal(await openFolder(join(out, BATCH_FOLDER)), headOf, () => {});
  const about = {
    format: 1,
    id: 'old',
    input,
    work: workOf(settings),
    at: new Date(0).toISOString(),
    version: '0.1.0',
  };
  const sums = { h: await hashFile(join(input, name)), oh: await hashFile(join(out, name)) };
  await journal.append(
    { head: { t: 'run', ...about }, body: { settings } },
    { head: { t: 'made', n: name, b, m, o: name, x: 'restored', ...sums }, body },
    { head: { t: 'done', n: name } },
  );
  await journal.close();

  const { processor, computed } = processorOf({}, 1);
  const batch = await startBatch({ input, output: out, settings, processor, newId: () => 'new' });
  await batch.ended;
  const { rows } = await batch.rows('all', 0, 10);
  expect(rows.find((row) => row.name === name)?.reports).toMatchObject([{ messages: [], sentence: 'Faded.' }]);
  expect(BatchRow.array().parse(rows)).toEqual(rows);
  const { path } = await writeReport(batch, createTranslations('pt-BR'));
  expect(await readFile(path, 'utf8')).toContain('<li>Faded.</li>');
  expect(computed).not.toContain(name);
  await batch.close();
});
