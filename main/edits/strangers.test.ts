import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ColourHint, EDIT_FORMAT, type EditAction, type EditState, type MaskOp } from '../../contract/edit';
import { applyAction, freshState, stateOf } from '../../document/edit';
import { anyOp } from '../../document/testing';
import { EmulsionError } from '../errors';
import { findBeside, readEditFile } from './file';

/*
 * Edit files that somebody else has made.
 */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const RUNS = Number(process.env.EMULSION_FUZZ ?? 60);
const recipe = { format: 1, id: 'r', name: 'R', gate: 'needed', steps: [] } as const;
const subject = { name: 'lake.jpg', sha256: 'a'.repeat(64), width: 768, height: 512 };

const documentOf = (change: Partial<EditState>, actions: EditAction[] = []) => ({
  emulsion: EDIT_FORMAT,
  photo: subject,
  generation: 1,
  savedAt: new Date(0).toISOString(),
  log: { base: { ...freshState({ ...recipe, steps: [] }), mask: [], ...change }, actions, at: actions.length },
  bitmaps: {},
  view: null,
});

async function read(content: unknown) {
  const path = join(folder, 'lake.emulsion');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readEditFile(path);
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const area: MaskOp = { kind: 'area', shape: 'rectangle', mode: 'add', points: [1, 1, 9, 1, 9, 9, 1, 9] };
const stroke = (size: number, points: number): MaskOp => {
  return {
    kind: 'stroke',
    mode: 'paint',
    size,
    hardness: 0,
    points: times(points * 3, (i) => (i % 3 === 2 ? 1 : i % 500)),
  };
};
const hint = (radius: number, points: number): ColourHint => {
  return { colour: '#aa3020', radius, points: times(points * 2, (i) => i % 500) };
};
const repair = (id: string) => ({ id, enabled: true, mask: [area as Extract<MaskOp, { kind: 'area' }>] });

test.each<[string, unknown]>([
  [
    '100,000 strokes of nothing',
    documentOf(
      {},
      times(100_000, () => ({ name: 'mask', paint: { kind: 'clear' } })),
    ),
  ],
  ['200 grows', documentOf({ mask: [area, ...times(200, (): MaskOp => ({ kind: 'grow', radius: 100 }))] })],
  [
    'feathers and shrinks',
    documentOf({ mask: times(5000, (i): MaskOp => ({ kind: i % 2 ? 'feather' : 'shrink', radius: 9 })) }),
  ],
  ['strokes as wide as the photo', documentOf({ mask: times(30, () => stroke(4000, 20_000)) })],
  [
    '100,000 hints',
    documentOf(
      {},
      times(100_000, () => ({ name: 'colourHint', hint: hint(1, 1) })),
    ),
  ],
  ['hints as wide as the photo', documentOf({ hints: times(30, () => hint(2000, 20_000)) })],
  [
    'outlines of many corners',
    documentOf({ mask: times(30, (): MaskOp => ({ ...area, points: times(40_000, (i) => i % 500) }) as MaskOp) }),
  ],
  [
    'moves of many repairs',
    documentOf(
      { repairs: times(1000, (i) => repair(`r${i}`)) },
      times(20_000, (i) => ({ name: 'repairMoved', move: { id: 'r9', to: i % 1000 } })),
    ),
  ],
  [
    'erasures of many repairs',
    documentOf(
      { repairs: times(100, (i) => repair(`r${i}`)) },
      times(2000, () => ({
        name: 'repairErased',
        erase: {
          ids: times(100, (i) => `r${i}`),
          stroke: { kind: 'stroke', mode: 'erase', size: 1, hardness: 1, points: [1, 1, 1] },
        },
      })),
    ),
  ],
  ['deep brackets', `{"emulsion":4,"photo":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
])('work without end is refused: %s', async (_, content) => {
  await expect(read(content)).rejects.toMatchObject({ code: 'EDIT_FILE_INVALID' });
});

test('a colour that is none is refused', async () => {
  for (const colour of ['#12345', 'red', '#GG0000', '#aabbccdd']) {
    const content = documentOf({ hints: [{ ...hint(4, 1), colour }] });
    await expect(read(content)).rejects.toMatchObject({ code: 'EDIT_FILE_INVALID' });
  }
  await expect(read(documentOf({ hints: [hint(4, 1)] }))).resolves.toMatchObject({
    log: { base: { hints: [hint(4, 1)] } },
  });
});

test('a long day of work is read', async () => {
  const actions = times(3000, (i): EditAction => ({ name: 'mask', paint: stroke(20 + (i % 60), 60) }));
  const grown = times(200, (): EditAction => ({ name: 'mask', paint: { kind: 'grow', radius: 3 } }));
  const repaired = times(300, (i): EditAction => ({ name: 'repair', repair: repair(`r${i}`) }));
  const { log } = await read(documentOf({}, [...actions, ...grown, ...repaired]));
  expect(stateOf(log)).toMatchObject({ mask: { length: 3200 }, repairs: { length: 300 } });
});

test('adding operations in place gives the same state as adding them one by one', () => {
  const actions = fc.array(
    fc.oneof(
      anyOp.map((paint): EditAction => ({ name: 'mask', paint })),
      anyOp.map((paintStyle): EditAction => ({ name: 'styleMask', paintStyle })),
      anyOp.map((paintKeep): EditAction => ({ name: 'keepMask', paintKeep })),
      fc.nat(9).map((at): EditAction => ({ name: 'colourHint', hint: hint(1 + at, 1) })),
      fc.nat(2).map((count): EditAction => ({ name: 'colourHintsRemoved', hints: times(count, () => hint(1, 1)) })),
      fc.array(anyOp, { maxLength: 3 }).map((mask): EditAction => ({ name: 'maskReset', mask })),
      fc.constantFrom('a', 'b').map((id): EditAction => ({ name: 'repair', repair: repair(id) })),
      fc.constantFrom('a', 'b').map((remove): EditAction => ({ name: 'repairRemoved', remove })),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(actions, fc.nat(12), (all, at) => {
      const base = freshState({ ...recipe, steps: [] });
      const before = structuredClone({ base, all });
      const log = { base, actions: all, at: Math.min(at, all.length) };
      expect(stateOf(log)).toEqual(all.slice(0, log.at).reduce(applyAction, base));
      expect({ base, all }).toEqual(before);
    }),
  );
});

test('whatever an edit file holds, it is read or refused with a code', async () => {
  const sound = JSON.stringify(
    documentOf({ mask: [area], repairs: [repair('a')] }, [{ name: 'mask', paint: stroke(9, 4) }]),
  );
  const cut = fc.nat(sound.length).map((at) => sound.slice(0, at));
  const swapped = fc
    .tuple(fc.nat(sound.length - 1), fc.constantFrom('"', '{', ']', '9', 'null', '1e999', '-', '\\u0000', '__proto__'))
    .map(([at, sign]) => sound.slice(0, at) + sign + sound.slice(at + 1));
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(-1, 1e300, null, '..', 2 ** 40));
  const replaced = fc
    .tuple(
      fc.constantFrom('photo', 'log', 'bitmaps', 'view', 'emulsion', 'savedAt', 'width', 'mask', 'points', 'at'),
      value,
    )
    .map(([key, other]) => JSON.stringify(JSON.parse(sound), (name, old) => (name === key ? other : old)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(cut, swapped, replaced, fc.string()), async (text) => {
      const document = await read(text).catch((error: unknown) => {
        expect(error).toBeInstanceOf(EmulsionError);
        expect((error as EmulsionError).code).toMatch(/^(EDIT_FILE_|FILE_EMPTY)/);
        return null;
      });
      if (document) stateOf(document.log);
    }),
    { numRuns: RUNS, seed: 19 },
  );
  expect(await readdir(folder)).toEqual(['lake.emulsion']);
});

test.runIf(process.platform !== 'win32')('a pipe beside a photo is not waited for', async () => {
  const own = await mkdtemp(join(folder, 'pipe-'));
  execFileSync('mkfifo', [join(own, 'photo.emulsion')]);
  const found = await findBeside(join(own, 'photo.jpg'), subject);
  expect(found).toMatchObject({ error: { code: 'FILE_UNREADABLE' } });
  await rm(own, { recursive: true });
});
