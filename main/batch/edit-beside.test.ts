import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatchSettings } from '../../contract/batch';
import type { ColourHint } from '../../contract/edit';
import type { Scan } from '../../contract/scan';
import { freshState } from '../../document/edit';
import { DETECTED_MASK } from '../../document/mask';
import { scanFor } from '../../document/scan';
import { createEdits } from '../edits/store';
import type { Engine } from '../engine/supervisor';
import { hashFile } from '../storage/hash';
import { editBeside } from './edit-beside';
import { workOf } from './journal-state';
import { restorePhoto } from './photo';
import { copyingEngine, photo } from './test-support';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-print-'));
  path = join(folder, 'page.gif');
  await writeFile(path, photo('a page'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const page = { width: 400, height: 300 };
const scan = scanFor({ straighten: 3 }, page)!;

/** Saves an edit of this file that cuts out a print. */
async function saveEdit(name: string, print: Scan | null, of = path, hints: ColourHint[] = []): Promise<void> {
  const edits = createEdits(join(folder, 'data'));
  const recipe = { format: 1, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] } as const;
  await edits.open('p', { name: 'page.gif', sha256: await hashFile(of), ...page }, null);
  const base = { ...freshState({ ...recipe, steps: [] }), scan: print, hints };
  await edits.write('p', { base, from: 0, actions: [], at: 0 });
  await writeFile(join(folder, name), await edits.asFile('p', null));
  await edits.closeAll();
}

test('the edit file beside a photo says which print of its page it is', async () => {
  expect(await editBeside({ path })).toEqual({ scan: null, hints: [], notes: [] });
  await saveEdit('page.emulsion', scan);
  expect(await editBeside({ path })).toEqual({
    scan,
    hints: [],
    notes: [{ key: 'notes.printOf', values: { name: 'page.emulsion' } }],
  });
  await saveEdit('page.emulsion', null);
  expect(await editBeside({ path })).toEqual({ scan: null, hints: [], notes: [] });
  // One of another photo says nothing of this one, and one that cannot be read is told.
  const other = join(folder, 'other.gif');
  await writeFile(other, photo('another page'));
  await saveEdit('page.emulsion', scan, other);
  expect(await editBeside({ path })).toEqual({ scan: null, hints: [], notes: [] });
  await writeFile(join(folder, 'page.gif.emulsion'), 'no edit');
  expect(await editBeside({ path })).toEqual({
    scan: null,
    hints: [],
    notes: [{ key: 'notes.editUnread', values: { name: 'page.gif.emulsion' } }],
  });
});

const area: Scan = { corners: scanFor({ straighten: 1 }, page)!.corners };

/** What a batch asks of the engine for the photo, and what comes of it. */
async function restored(settings: object, print?: { number: number; corners: Scan['corners'] }) {
  const { engine } = copyingEngine({});
  const asked: Record<string, unknown>[] = [];
  const spy = {
    request(kind: string, body: Record<string, unknown>) {
      asked.push(body);
      return engine.request(kind as never, body as never);
    },
  };
  const output = join(folder, 'out');
  const made = await restorePhoto(
    spy as unknown as Engine,
    {
      found: { name: 'page.gif', path, bytes: 1, modified: 0, ...(print && { print }) },
      folder: output,
      root: output,
      settings: BatchSettings.parse({ salvage: true, ...settings }),
      input: folder,
      output,
    },
    { onMade: async () => {}, isOwn: () => false },
  );
  return { asked: asked[0]!, made };
}

test('a batch cuts that print out, and its report and journal say so', async () => {
  await saveEdit('page.emulsion', scan);
  const { asked, made } = await restored({});
  expect(asked).toMatchObject({ scan });
  expect(made).toMatchObject({ scan, notes: [{ key: 'notes.printOf' }, {}, {}] });
});

test('a batch gives places the colours of the edit file, over the damage that is found', async () => {
  const hint: ColourHint = { colour: '#8fb4dc', radius: 4, points: [20, 30] };
  await saveEdit('page.emulsion', null, path, [hint]);
  const { asked, made } = await restored({});
  expect(asked).toMatchObject({ edit: { mask: DETECTED_MASK, hints: [hint], repairs: [] } });
  expect(asked).not.toHaveProperty('scan');
  expect(made).toMatchObject({
    notes: [{ key: 'notes.hintsOf', values: { count: 1, name: 'page.emulsion' } }, {}, {}],
  });
  await saveEdit('page.emulsion', null);
  expect((await restored({})).asked).not.toHaveProperty('edit');
});

test('a batch develops negatives, and so prints of a page; where an edit is beside the photo, that decides', async () => {
  const negative = { kind: 'auto', base: [0.4, 0.2, 0.1] } as const;
  expect((await restored({ negative })).asked).toMatchObject({ wish: { negative } });
  const { asked } = await restored({ negative }, { number: 1, corners: area.corners });
  expect(asked).toMatchObject({ scan: area, wish: { negative } });
  await saveEdit('page.emulsion', scan);
  expect((await restored({ negative })).asked).not.toHaveProperty('wish');
  // Photos that were done without are done again.
  const work = workOf(BatchSettings.parse({}));
  expect(workOf(BatchSettings.parse({ negative }))).not.toBe(work);
  expect(workOf(BatchSettings.parse({ negative: null }))).toBe(work);
});
