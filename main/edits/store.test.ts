import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EditAction } from '../../contract/edit';
import type { Recipe } from '../../contract/recipe';
import { freshState } from '../../document/edit';
import { packRuns, RunWriter, unpackRuns } from '../../document/runs';
import { scanFor } from '../../document/scan';
import { hashFile } from '../storage/hash';
import { createEdits } from './store';

const recipe: Recipe = { format: 1, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] };
const subject = { name: 'lake.jpg', sha256: 'a'.repeat(64), width: 4, height: 2 };
const begin = { base: freshState(recipe), from: 0, actions: [], at: 0 };
const invert: EditAction = { name: 'mask', paint: { kind: 'invert' } };
const clear: EditAction = { name: 'mask', paint: { kind: 'clear' } };

let folder: string;
const edits = () => createEdits(join(folder, 'edits'));
const files = () => readdir(join(folder, 'edits')).catch(() => []);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-edits-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function begun() {
  const kept = edits();
  await kept.open('p', subject, '/photos/lake.jpg');
  await kept.write('p', begin);
  await kept.write('p', { from: 0, actions: [invert], at: 1 });
  return kept;
}

function bitmap(width = 4, height = 2): Uint8Array {
  const writer = new RunWriter(width, height);
  for (let y = 0; y < height; y++) writer.add(new Uint8Array(width).fill(y === 0 ? 255 : 0));
  return packRuns(writer.finish());
}

describe('edits', () => {
  test('viewing a photo leaves no file', async () => {
    const kept = edits();
    expect(await kept.open('p', subject, null)).toEqual({ log: null, recovered: false, heldBy: null });
    expect(kept.edit('p')).toBeUndefined();
    await kept.close('p');
    expect(await files()).toEqual([]);
  });

  test('the prints on a page have edits of their own', async () => {
    const kept = await begun();
    await kept.open('q', { ...subject, print: 1 }, null);
    expect(kept.state('q')).toBeNull();
    await kept.write('q', begin);
    await kept.closeAll();
    expect((await files()).filter((name) => name.endsWith('.emulsion')).sort()).toEqual([
      `${subject.sha256}-n1.emulsion`,
      `${subject.sha256}.emulsion`,
    ]);
  });

  test('confirmed changes are on the disk: a program that is killed loses nothing', async () => {
    await begun();
    // Nothing was closed: a later program finds the files as they are now.
    const later = edits();
    expect(await later.open('q', subject, null)).toEqual({
      log: { base: begin.base, actions: [invert], at: 1 },
      recovered: true,
      heldBy: null,
    });
    await later.close('q');
    // This time it was closed properly.
    expect(await edits().open('r', subject, null)).toMatchObject({ recovered: false, log: { at: 1 } });
    expect(await files()).toEqual([`${subject.sha256}.emulsion`]);
  });

  test('a photo that is closed and opened again at once has all of its edits, at whatever moment', async () => {
    const kept = await begun();
    let at = 1;
    for (let round = 0; round < 12; round++) {
      await kept.write('p', { from: at, actions: [invert], at: at + 1 });
      at += 1;
      const closed = kept.close('p');
      // Lets the saving get a little further each time.
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
      const { log } = await kept.open('p', subject, null);
      expect(log?.actions, `opened after ${round} turns`).toHaveLength(at);
      await closed;
    }
    await kept.close('p');
    expect((await edits().open('q', subject, null)).log?.actions).toHaveLength(at);
  });

  test('an unfinished stroke is not part of the edit, but becomes a step of the history after a crash', async () => {
    const stroke: EditAction = {
      name: 'repair',
      repair: {
        id: 'unfinished',
        enabled: true,
        mask: [{ kind: 'stroke', mode: 'paint', size: 3, hardness: 1, points: [1, 1, 1] }],
      },
    };
    const kept = await begun();
    await kept.write('p', { from: 1, actions: [], at: 1, unfinished: clear });
    await kept.write('p', { from: 1, actions: [], at: 1, unfinished: stroke });
    expect(kept.edit('p')?.repairs).toEqual([]);
    const later = edits();
    const { log, recovered } = await later.open('q', subject, null);
    expect([recovered, log?.at, log?.actions[0]]).toEqual([true, 2, invert]);
    expect(log?.actions[1]?.repair?.mask).toEqual(stroke.repair?.mask);
    await later.write('q', { from: 2, actions: [], at: 2, unfinished: stroke });
    // The document is rewritten during the stroke, and the page is reloaded.
    await later.keepBitmap('q', bitmap());
    const reloaded = await later.open('r', subject, null, []);
    expect([reloaded.recovered, reloaded.log?.at]).toEqual([true, 3]);
    expect(new Set(reloaded.log?.actions.map(({ repair }) => repair?.id)).size).toBe(3);
    await later.write('r', { from: 3, actions: [], at: 3, unfinished: clear });
    await later.keepBitmap('r', bitmap());
    const last = edits();
    expect(await last.open('s', subject, null)).toMatchObject({ recovered: true, log: { at: 4 } });
    // After it is finished or given up, it is gone.
    await last.write('s', { from: 4, actions: [], at: 4, unfinished: clear });
    await last.write('s', { from: 4, actions: [], at: 4 });
    expect(await edits().open('t', subject, null)).toMatchObject({ log: { at: 4 } });
  });

  test('a journal whose last line was cut off gives all lines before it', async () => {
    const kept = await begun();
    await kept.write('p', { from: 1, actions: [clear], at: 2 });
    const path = join(folder, 'edits', `${subject.sha256}.journal`);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -9));
    expect(await edits().open('q', subject, null)).toMatchObject({ log: { actions: [invert], at: 1 } });
  });

  test('a journal from before the document was written does not count', async () => {
    const kept = await begun();
    const path = join(folder, 'edits', `${subject.sha256}.journal`);
    const stale = await readFile(path, 'utf8');
    await kept.write('p', { from: 0, actions: [clear], at: 1 });
    await kept.close('p');
    await writeFile(path, stale);
    expect(await edits().open('q', subject, null)).toMatchObject({ recovered: false, log: { actions: [clear] } });
  });

  test('undo is saved too: the history continues from the same position', async () => {
    const kept = await begun();
    await kept.write('p', { from: 1, actions: [], at: 0 });
    await kept.close('p');
    const later = edits();
    expect(await later.open('q', subject, null)).toMatchObject({ log: { actions: [invert], at: 0 } });
    expect(later.edit('q')).toMatchObject({ mask: begin.base.mask });
  });

  test('opening the same photo twice reports the first; a photo that is no longer open is taken over', async () => {
    const kept = await begun();
    expect(await kept.open('second', subject, null, ['p'])).toMatchObject({ heldBy: 'p' });
    await expect(async () => kept.write('second', begin)).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
    expect(await kept.open('third', subject, null, [])).toMatchObject({ heldBy: null, log: { at: 1 } });
    await kept.write('third', { from: 1, actions: [clear], at: 2 });
    await expect(async () => kept.write('p', begin)).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
  });

  test('imported masks are saved with the document, and a mask of another size is refused', async () => {
    const kept = await begun();
    const id = await kept.keepBitmap('p', bitmap());
    const paint = { kind: 'bitmap', mode: 'replace', id } as const;
    await kept.write('p', { from: 1, actions: [{ name: 'mask', paint }], at: 2 });
    const wrong = await kept.keepBitmap('p', bitmap(5));
    await expect(async () =>
      kept.write('p', { from: 2, actions: [{ name: 'mask', paint: { ...paint, id: wrong } }], at: 3 }),
    ).rejects.toMatchObject({ code: 'MASK_SIZE' });
    await expect(async () =>
      kept.write('p', { from: 2, actions: [{ name: 'mask', paint: { ...paint, id: 'f'.repeat(64) } }], at: 3 }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const later = edits();
    await later.open('q', subject, null);
    expect(later.edit('q')?.bitmaps.get(id)).toEqual(Buffer.from(bitmap()));
    expect(later.bitmap('q', id)).toEqual(Buffer.from(bitmap()));
  });

  test('an unreadable document is put aside and kept; a newer one is left alone', async () => {
    await (await begun()).close('p');
    const path = join(folder, 'edits', `${subject.sha256}.emulsion`);
    const good = await readFile(path, 'utf8');
    await writeFile(path, good.slice(0, 40));
    await expect(edits().open('q', subject, null)).rejects.toMatchObject({ code: 'EDIT_INVALID' });
    expect((await files()).some((name) => name.includes('.damaged-'))).toBe(true);
    expect(await edits().open('q', subject, null)).toMatchObject({ log: null });
    const newer = good.replace(/"emulsion":\d+/, '"emulsion":99');
    await writeFile(path, newer);
    await expect(edits().open('q', subject, null)).rejects.toMatchObject({ code: 'EDIT_NEWER' });
    expect(await readFile(path, 'utf8')).toBe(newer);
  });

  test('a change that does not fit the log is refused and changes nothing', async () => {
    const kept = await begun();
    await expect(async () => kept.write('p', { from: 5, actions: [clear], at: 1 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    expect(kept.edit('p')?.mask.at(-1)).toEqual({ kind: 'invert' });
  });

  test('another print of the page takes along what is painted, and is refused where it cannot be cut out', async () => {
    const page = { ...subject, width: 40, height: 20 };
    const kept = edits();
    await kept.open('p', page, null);
    await expect(kept.carry('p', null)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await kept.write('p', begin);
    const id = await kept.keepBitmap('p', bitmap(40, 20));
    const op = { kind: 'bitmap', mode: 'add', id } as const;
    await kept.write('p', { from: 0, actions: [{ name: 'mask', paint: op }], at: 1 });
    const scan = scanFor({ crop: { x: 4, y: 0, width: 30, height: 16 } }, page)!;
    const action = await kept.carry('p', scan);
    const [, carried] = action.mask as (typeof op)[];
    expect(unpackRuns(kept.bitmap('p', carried!.id))).toMatchObject({ width: 30, height: 16 });
    await kept.write('p', { from: 1, actions: [action], at: 2 });
    expect(kept.state('p')).toMatchObject({ scan, mask: action.mask });
    // A mask has the size of the print that it lies on.
    const old = { name: 'mask', paint: op } as const;
    await expect(async () => kept.write('p', { from: 2, actions: [old], at: 3 })).rejects.toMatchObject({
      code: 'MASK_SIZE',
    });
    const outside = scanFor({ crop: { x: 4, y: 0, width: 60, height: 16 } }, page)!;
    await expect(kept.carry('p', outside)).rejects.toMatchObject({
      code: 'CROP_IMPOSSIBLE',
      reason: [{ key: 'failures.cropOutside', values: { width: 40, height: 20 } }],
    });
    await expect(async () =>
      kept.write('p', { from: 2, actions: [{ name: 'cropped', scan: outside }], at: 3 }),
    ).rejects.toMatchObject({ code: 'CROP_IMPOSSIBLE' });
    kept.move('p', 'q');
    expect(kept.state('q')).toMatchObject({ scan });
    expect(kept.edit('p')).toBeUndefined();
    await kept.closeAll();
    // All of it is there again, the mask of before as well.
    const later = edits();
    await later.open('r', page, null);
    expect(later.state('r')).toMatchObject({ scan });
    expect(unpackRuns(later.bitmap('r', id))).toMatchObject({ width: 40, height: 20 });
  });

  test('the photos edited last can be found again; uploads cannot', async () => {
    const kept = await begun();
    await kept.open('up', { ...subject, sha256: 'b'.repeat(64), name: 'upload.jpg' }, null);
    await kept.write('up', begin);
    await kept.closeAll();
    expect(await edits().recent()).toMatchObject([{ name: 'lake.jpg', path: '/photos/lake.jpg' }]);
    await writeFile(join(folder, 'edits', 'recent.json'), 'not json');
    expect(await edits().recent()).toEqual([]);
  });

  test('if the data folder cannot be written to, this is reported and the work continues in memory', async () => {
    await writeFile(join(folder, 'edits'), 'a file in its place');
    const kept = edits();
    expect(await kept.open('p', subject, null)).toMatchObject({ log: null });
    await expect(kept.write('p', begin)).rejects.toMatchObject({ code: 'EDITS_UNSAVED' });
    expect(kept.edit('p')).toBeDefined();
  });
});

test('a file is recognised by its content', async () => {
  const path = join(folder, 'x');
  await writeFile(path, 'abc');
  expect(await hashFile(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await expect(hashFile(join(folder, 'missing'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
});
