import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatchSettings } from '../../contract/batch';
import type { Corners } from '../../contract/scan';
import type { PagePrints } from './journal-lines';
import { BATCH_FOLDER } from './journal-state';
import { startBatch } from './run';
import { photo, processorOf, type Trials } from './test-support';
import type { Batch } from './types';

let folder: string;
let input: string;
let output: string;
const batches: Batch[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-split-'));
  [input, output] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(input);
  await writeFile(join(input, 'album.gif'), photo('a page of an album'));
  await writeFile(join(input, 'empty.gif'), photo('an empty page'));
});
afterEach(async () => {
  await Promise.all(batches.splice(0).map((batch) => batch.close()));
  await rm(folder, { recursive: true, force: true });
});

const printAt = (x: number): Corners => [
  [x, 10],
  [x + 50, 10],
  [x + 50, 90],
  [x, 90],
];
const three: PagePrints = { corners: [10, 110, 210].map(printAt), whole: null };

/** Runs a batch that splits; `pages` says what is found on each. */
async function run(
  pages: Record<string, PagePrints>,
  { trials = {}, isShown }: { trials?: Trials; isShown?: boolean } = {},
) {
  const { processor } = processorOf(trials, 1);
  const looked: string[] = [];
  const cut: string[] = [];
  const batch = await startBatch({
    input,
    output,
    settings: BatchSettings.parse({ split: true, order: 'name' }),
    processor: {
      ...processor,
      process: (task, control) => {
        const { print } = task.found;
        cut.push(`${task.found.name} ${print && 'number' in print ? print.corners[0][0] : print?.whole}`);
        return processor.process(task, control);
      },
      prints: async ({ found }) => {
        looked.push(found.name);
        return pages[found.name]!;
      },
    },
    newId: () => 'batch-1',
    isShown,
  });
  batches.push(batch);
  const state = await batch.ended;
  const { rows } = await batch.rows('all', 0, 100);
  await batch.close();
  return { state, rows, looked, cut };
}

const results = async () => (await readdir(output)).filter((name) => name !== BATCH_FOLDER).sort();
const pages = { 'album.gif': three, 'empty.gif': { corners: [], whole: 'empty' } } satisfies Record<string, PagePrints>;

test('each print on a page is a photo of its own, and a page without prints is one that says so', async () => {
  const { state, rows, cut } = await run(pages);
  expect(state.counts).toMatchObject({ found: 4, waiting: 0, restored: 4 });
  expect(await results()).toEqual(['album-1.png', 'album-2.png', 'album-3.png', 'empty.png']);
  expect(cut.sort()).toEqual(['album.gif 10', 'album.gif#print=2 110', 'album.gif#print=3 210', 'empty.gif empty']);
  const row = (name: string) => rows.find((each) => each.name === name)!;
  expect(row('empty.gif').notes).toContainEqual({ key: 'notes.pageEmpty' });
  expect(row('album.gif#print=2')).toMatchObject({ state: 'restored', written: 'album-2.png' });
});

test('a batch that is resumed knows the prints of its pages', async () => {
  await run(pages);
  const again = await run({});
  expect(again).toMatchObject({ looked: [], cut: [] });
  expect(again.state.counts).toMatchObject({ found: 4, waiting: 0, restored: 4 });
  // As after a kill between two prints: the second has been computed and has no name, the third was not begun.
  const path = join(output, BATCH_FOLDER, 'journal');
  const lines = (await readFile(path, 'utf8')).split('\n');
  const isKept = (line: string) =>
    !/"t":"stop"/.test(line) &&
    !/"n":"album.gif#print=3"/.test(line) &&
    !/"t":"done","n":"album.gif#print=2"/.test(line);
  await writeFile(path, lines.filter(isKept).join('\n'));
  await rm(join(output, 'album-2.png'));
  await rm(join(output, 'album-3.png'));
  const resumed = await run({});
  expect(resumed.looked).toEqual([]);
  expect(resumed.cut.sort()).toEqual(['album.gif#print=2 110', 'album.gif#print=3 210']);
  expect(await results()).toEqual(['album-1.png', 'album-2.png', 'album-3.png', 'empty.png']);
  // Without its folder of originals, the batch still shows the results of each print.
  const shown = await run({}, { isShown: true });
  expect(shown.rows.map(({ name, written }) => [name, written])).toEqual([
    ['album.gif', 'album-1.png'],
    ['album.gif#print=2', 'album-2.png'],
    ['album.gif#print=3', 'album-3.png'],
    ['empty.gif', 'empty.png'],
  ]);
});

test('a page that has changed is looked at again', async () => {
  await run(pages);
  await writeFile(join(input, 'album.gif'), photo('the same page, scanned once more'));
  await utimes(join(input, 'album.gif'), 1, 1);
  const { looked, cut } = await run({ 'album.gif': { corners: [printAt(20), printAt(120)], whole: null } });
  expect(looked).toEqual(['album.gif']);
  expect(cut.sort()).toEqual(['album.gif 20', 'album.gif#print=2 120']);
});

test('one print that fails leaves the others of its page alone', async () => {
  let count = 0;
  const trials: Trials = {
    before: (name) => {
      count += name === 'album.gif' ? 1 : 0;
      if (name === 'album.gif' && count === 2) throw new Error('broken');
    },
  };
  const { state } = await run(pages, { trials });
  expect(state.counts).toMatchObject({ found: 4, restored: 3, failed: 1 });
  expect(await results()).toHaveLength(3);
});
