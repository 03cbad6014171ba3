import { afterAll, beforeAll, expect, test } from 'vitest';
import { EDIT_FORMAT } from '../../contract/edit';
import { freshLog } from '../../document/edit';
import { buildProgram } from '../engine/test-support';
import { parseApart } from './apart';

let built: Awaited<ReturnType<typeof buildProgram>>;
beforeAll(async () => {
  built = await buildProgram('main/edits/thread.ts');
});
afterAll(() => built.remove());

const recipe = { format: 1 as const, id: 'r', name: 'R', gate: 'needed' as const, steps: [] };
const document = {
  emulsion: EDIT_FORMAT,
  photo: { name: 'lake.jpg', sha256: 'a'.repeat(64), width: 40, height: 30 },
  generation: 1,
  savedAt: new Date(0).toISOString(),
  log: freshLog(recipe),
  bitmaps: {},
  view: null,
};
const bytesOf = (content: unknown) => Buffer.from(JSON.stringify(content));
const read = (content: unknown, seconds = 20) => parseApart(bytesOf(content), { seconds, thread: built.entry });

test('a document comes back from the thread as it is', async () => {
  expect(await read(document)).toEqual({ ...document, bitmaps: new Map() });
});

test('a refusal comes back with its code and its reason', async () => {
  await expect(read({ ...document, emulsion: EDIT_FORMAT + 1 })).rejects.toMatchObject({ code: 'EDIT_FILE_NEWER' });
  const grown = Array.from({ length: 200 }, () => ({ kind: 'grow', radius: 100 }));
  await expect(
    read({ ...document, log: { ...document.log, base: { ...document.log.base, mask: grown } } }),
  ).rejects.toMatchObject({
    code: 'EDIT_FILE_INVALID',
    reason: [{ key: 'failures.editTooMuch' }],
  });
});

test('what takes too long is given up, with a code of its own', async () => {
  const actions = Array.from({ length: 90_000 }, () => ({ name: 'mask', paint: { kind: 'invert' } }));
  await expect(read({ ...document, log: { ...document.log, actions, at: 90_000 } }, 0.02)).rejects.toMatchObject({
    code: 'EDIT_FILE_SLOW',
  });
});
