import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EDIT_FORMAT, type EditAction, type EditLog, type MaskOp } from '../../contract/edit';
import type { Recipe } from '../../contract/recipe';
import { freshLog, freshState, stateOf } from '../../document/edit';
import { packRuns, RunWriter } from '../../document/runs';
import { anyOp } from '../../document/testing';
import type { Subject } from '../restoration/sidecar';
import { hashFile } from '../storage/hash';
import { findBeside, findPhoto, readEditFile } from './file';
import type { EditDocument } from './parse';
import { createEdits } from './store';

const recipe: Recipe = { format: 1, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] };
const subject: Subject = { name: 'lake.jpg', sha256: 'a'.repeat(64), width: 40, height: 30, bytes: 5 };
const invert: EditAction = { name: 'mask', paint: { kind: 'invert' } };
const clear: EditAction = { name: 'mask', paint: { kind: 'clear' } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-edit-files-'));
});
afterEach(async () => {
  // What is still to be written would come after the folder has gone.
  await Promise.all(opened.splice(0).map((edits) => edits.closeAll()));
  await rm(folder, { recursive: true, force: true });
});

const opened: ReturnType<typeof createEdits>[] = [];
let places = 0;
/** Edits of a photo in a data folder of their own, with a log that is there already. */
async function kept(log: EditLog | null, photo = subject) {
  const edits = createEdits(join(folder, `data-${places++}`));
  opened.push(edits);
  await edits.open('p', photo, null);
  if (log) await edits.write('p', { base: log.base, from: 0, actions: log.actions, at: log.at });
  return edits;
}

async function written(text: string, name = 'lake.emulsion'): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

function bitmap(width = subject.width, height = subject.height): Uint8Array {
  const writer = new RunWriter(width, height);
  for (let y = 0; y < height; y++) writer.add(new Uint8Array(width).fill(y % 2 === 0 ? 255 : 0));
  return packRuns(writer.finish());
}

/** A file that is sound, to be spoilt. */
async function soundFile(): Promise<Record<string, unknown>> {
  const edits = await kept({ base: freshState(recipe), actions: [invert], at: 1 });
  const id = await edits.keepBitmap('p', bitmap());
  await edits.write('p', { from: 1, actions: [{ name: 'mask', paint: { kind: 'bitmap', mode: 'add', id } }], at: 2 });
  return JSON.parse(await edits.asFile('p', null));
}

describe('an edit file', () => {
  const op = anyOp.filter(({ kind }: MaskOp) => kind !== 'bitmap');
  const action = fc.oneof(
    op.map((paint): EditAction => ({ name: 'mask', paint })),
    fc.constant<EditAction>({ name: 'mask', paint: { kind: 'invert' }, continues: true }),
    fc
      .string({ minLength: 1, maxLength: 20 })
      .map((name): EditAction => ({ name: 'recipe', recipe: { ...recipe, name } })),
    fc.integer({ min: 1, max: 8 }).map((orientation): EditAction => ({ name: 'turned', orientation })),
    fc.uuid().map(
      (id): EditAction => ({
        name: 'repair',
        repair: {
          id,
          enabled: true,
          mask: [{ kind: 'area', shape: 'lasso', mode: 'add', points: [1, 1, 9, 1, 9, 9] }],
        },
      }),
    ),
  );
  const log = fc
    .tuple(fc.array(action, { maxLength: 8 }), fc.nat())
    .map(([actions, mark]): EditLog => ({ base: freshState(recipe), actions, at: mark % (actions.length + 1) }));
  const view = fc.option(
    fc.record({
      // JSON knows no -0.
      x: fc.double({ min: -99, max: 9999, noNaN: true }).map((x) => x + 0),
      y: fc.double({ min: -99, max: 9999, noNaN: true }).map((y) => y + 0),
      scale: fc.double({ min: 0.001, max: 32, noNaN: true }),
    }),
  );

  test('holds all that another program needs: history, view and photo', async () => {
    await fc.assert(
      fc.asyncProperty(log, view, async (one, looked) => {
        const text = await (await kept(one)).asFile('p', looked);
        const file = await readEditFile(await written(text));
        expect({ photo: file.photo, view: file.view }).toEqual({ photo: subject, view: looked });
        const other = await kept(null);
        const taken = await other.take('p', file);
        expect(JSON.parse(JSON.stringify(taken))).toEqual(JSON.parse(JSON.stringify({ log: one, undoable: false })));
        await other.close('p');
      }),
      { numRuns: 30 },
    );
  });

  test('contains the imported masks that are used, and no others', async () => {
    const edits = await kept({ base: freshState(recipe), actions: [], at: 0 });
    const id = await edits.keepBitmap('p', bitmap());
    const paint = { kind: 'bitmap', mode: 'replace', id } as const;
    await edits.write('p', { from: 0, actions: [{ name: 'mask', paint }], at: 1 });
    const unused = new RunWriter(subject.width, subject.height);
    for (let y = 0; y < subject.height; y++) unused.add(new Uint8Array(subject.width));
    await edits.keepBitmap('p', packRuns(unused.finish()));
    const file = await readEditFile(await written(await edits.asFile('p', null)));
    expect([...file.bitmaps.keys()]).toEqual([id]);
    const other = await kept(null);
    await other.take('p', file);
    expect(other.edit('p')?.bitmaps.get(id)).toEqual(Buffer.from(bitmap()));
  });

  test('opened over existing edits is one action that can be undone', async () => {
    const mine: EditLog = { base: freshState(recipe), actions: [clear, invert], at: 2 };
    const theirs: EditLog = { base: { ...freshState(recipe), orientation: 6 }, actions: [invert], at: 1 };
    const file = await readEditFile(await written(await (await kept(theirs)).asFile('p', null)));
    const edits = await kept(mine);
    const { log: after, undoable } = await edits.take('p', file);
    expect(undoable).toBe(true);
    expect(after.actions.slice(0, 2)).toEqual(mine.actions);
    expect(stateOf(after)).toEqual(stateOf(theirs));
    expect(stateOf({ ...after, at: 2 })).toEqual(stateOf(mine));
    // The same once more changes nothing.
    expect(await edits.take('p', file)).toEqual({ log: after, undoable: false });
  });

  test('of another photo is refused, and existing edits stay', async () => {
    const other = await kept(
      { base: freshState(recipe), actions: [clear], at: 1 },
      { ...subject, sha256: 'b'.repeat(64) },
    );
    const file = await readEditFile(await written(await other.asFile('p', null)));
    const edits = await kept({ base: freshState(recipe), actions: [invert], at: 1 });
    await expect(edits.take('p', file)).rejects.toMatchObject({ code: 'EDIT_FOREIGN' });
    expect(edits.edit('p')?.mask.at(-1)).toEqual({ kind: 'invert' });
  });

  test('truncated at any byte is reported as damaged', async () => {
    const text = JSON.stringify(await soundFile());
    for (let length = 1; length < text.length; length += 7) {
      await expect(readEditFile(await written(text.slice(0, length)))).rejects.toMatchObject({
        code: 'EDIT_FILE_INVALID',
      });
    }
    await expect(readEditFile(await written(''))).rejects.toMatchObject({ code: 'FILE_EMPTY' });
    await expect(readEditFile(join(folder, 'none.emulsion'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });

  const many = { kind: 'stroke', mode: 'paint', size: 4, hardness: 1, points: Array(60_003).fill(1) };
  test.each<[string, (file: Record<string, unknown>) => unknown]>([
    ['a list', () => []],
    ['a photo', () => 'ÿØÿà'],
    ['without a photo', ({ photo: _, ...file }) => file],
    ['with a path for a hash', (file) => ({ ...file, photo: { ...subject, sha256: '../../settings' } })],
    ['with a mask that it does not hold', (file) => ({ ...file, bitmaps: {} })],
    [
      'with a mask that is not what its name says',
      ({ bitmaps, ...file }) => {
        const [id] = Object.keys(bitmaps as object);
        return { ...file, bitmaps: { [id!]: deflateSync(bitmap(subject.width, 8)).toString('base64') } };
      },
    ],
    [
      'with a mask that is no deflated data',
      ({ bitmaps, ...file }) => ({ ...file, bitmaps: { [Object.keys(bitmaps as object)[0]!]: 'bm90IGRlZmxhdGVk' } }),
    ],
    ['of a photo with another size than its mask', (file) => ({ ...file, photo: { ...subject, width: 41 } })],
    [
      'with a stroke of too many points',
      (file) => ({ ...file, log: { ...freshLog(recipe), actions: [{ name: 'mask', paint: many }] } }),
    ],
    ['with a mark beyond its actions', (file) => ({ ...file, log: { ...freshLog(recipe), at: 1 } })],
    ['with a view at no scale', (file) => ({ ...file, view: { x: 1, y: 1, scale: 0 } })],
  ])('%s is refused', async (_, spoil) => {
    const path = await written(JSON.stringify(spoil(await soundFile())));
    await expect(readEditFile(path)).rejects.toMatchObject({ code: 'EDIT_FILE_INVALID' });
  });

  test('with a mask that decompresses without end is refused', async () => {
    const file = await soundFile();
    const id = Object.keys(file.bitmaps as object)[0]!;
    const bomb = deflateSync(Buffer.alloc(129 * 1024 ** 2)).toString('base64');
    const path = await written(JSON.stringify({ ...file, bitmaps: { [id]: bomb } }));
    await expect(readEditFile(path)).rejects.toMatchObject({ code: 'EDIT_FILE_INVALID' });
  });

  test('of a newer version is refused by name; one of an older version is read', async () => {
    const file = await soundFile();
    await expect(
      readEditFile(await written(JSON.stringify({ ...file, emulsion: EDIT_FORMAT + 1 }))),
    ).rejects.toMatchObject({ code: 'EDIT_FILE_NEWER' });
    const { view: __, ...old } = file;
    expect(await readEditFile(await written(JSON.stringify({ ...old, emulsion: 2 })))).toMatchObject({ view: null });
  });
});

describe('an edit file beside a photo', () => {
  const stamped = async (name: string, savedAt: string, change: object = {}) =>
    written(JSON.stringify({ ...(await soundFile()), savedAt, ...change }), name);

  test('is found under the photo’s name: the newest that belongs to this photo', async () => {
    const photo = join(folder, 'lake.jpg');
    expect(await findBeside(photo, subject)).toBeNull();
    await stamped('lake.emulsion', '2026-01-01T00:00:00.000Z');
    const latest = await stamped('lake-2.emulsion', '2026-03-01T00:00:00.000Z');
    await stamped('lake.jpg.emulsion', '2026-02-01T00:00:00.000Z');
    await stamped('lake-3.emulsion', '2026-04-01T00:00:00.000Z', { photo: { ...subject, sha256: 'b'.repeat(64) } });
    await stamped('lakeside.emulsion', '2026-05-01T00:00:00.000Z');
    expect(await findBeside(photo, subject)).toMatchObject({ path: latest });
  });

  test('that cannot be read is reported, unless another one can be read', async () => {
    await written('{', 'lake.emulsion');
    expect(await findBeside(join(folder, 'lake.jpg'), subject)).toMatchObject({
      path: join(folder, 'lake.emulsion'),
      error: { code: 'EDIT_FILE_INVALID' },
    });
    const good = await stamped('lake-2.emulsion', '2026-01-01T00:00:00.000Z');
    expect(await findBeside(join(folder, 'lake.jpg'), subject)).toMatchObject({ path: good });
  });

  test('is offered only if it is newer and differs, until the user keeps their own', async () => {
    const at = (savedAt: string, actions: EditAction[]): EditDocument => ({
      emulsion: EDIT_FORMAT,
      photo: subject,
      generation: 0,
      savedAt,
      log: { base: freshState(recipe), actions, at: actions.length },
      bitmaps: new Map(),
      view: null,
    });
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await kept(null)).isNews('p', at('2020-01-01T00:00:00.000Z', []))).toBe(true);
    const edits = await kept({ base: freshState(recipe), actions: [clear], at: 1 });
    await edits.keep('p');
    expect(edits.isNews('p', at(soon, [invert]))).toBe(true);
    expect(edits.isNews('p', at(soon, [clear]))).toBe(false);
    expect(edits.isNews('p', at('2020-01-01T00:00:00.000Z', [invert]))).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = at(new Date().toISOString(), [invert]);
    expect(edits.isNews('p', now)).toBe(true);
    await edits.keep('p');
    expect(edits.isNews('p', now)).toBe(false);
  });
});

describe('the photo of an edit file', () => {
  test('is found beside it, even renamed, or at its earlier place; never with other content', async () => {
    const edit = join(folder, 'edits', 'lake.emulsion');
    await mkdir(join(folder, 'edits'));
    await mkdir(join(folder, 'elsewhere'));
    const photo = join(folder, 'edits', 'lake.jpg');
    await writeFile(photo, 'waves');
    const of = { ...subject, sha256: await hashFile(photo) };
    expect(await findPhoto(edit, of, [])).toBe(photo);
    const renamed = join(folder, 'edits', 'sea.JPG');
    await rename(photo, renamed);
    await writeFile(photo, 'stone');
    expect(await findPhoto(edit, of, [])).toBe(renamed);
    const moved = join(folder, 'elsewhere', 'lake.jpg');
    await rename(renamed, moved);
    expect(await findPhoto(edit, of, [])).toBeNull();
    expect(await findPhoto(edit, of, [join(folder, 'gone.jpg'), photo, moved])).toBe(moved);
    // A name that leads out of the folder leads nowhere.
    expect(await findPhoto(edit, { ...of, name: '../elsewhere/lake.jpg' }, [])).toBeNull();
    expect((await readdir(join(folder, 'edits'))).sort()).toEqual(['lake.jpg']);
  });
});
