import { existsSync } from 'node:fs';
import { mkdtemp, open as openFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mountSmallDisk, unmountDisk } from '../photos/test-support';
import { type OpenFolder, openFolder } from '../storage/open-folder';
import { type Journal, openJournal, RESERVE_BYTES, readJournal } from './journal';

interface Head {
  n: string;
}

const headOf = (value: unknown) => value as Head;

let folder: string;
const open: Journal<Head>[] = [];
const places: OpenFolder[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((journal) => journal.close()));
  await Promise.all(places.splice(0).map((place) => place.close()));
  await rm(folder, { recursive: true, force: true });
});

async function opened(where = folder): Promise<{ journal: Journal<Head>; heads: Head[]; places: number[] }> {
  const heads: Head[] = [];
  const at: number[] = [];
  const place = await openFolder(where);
  places.push(place);
  const journal = await openJournal(place, headOf, (head, position) => {
    heads.push(head);
    at.push(position);
  });
  open.push(journal);
  return { journal, heads, places: at };
}

async function closed(journal: Journal<Head>): Promise<void> {
  open.splice(open.indexOf(journal), 1);
  await journal.close();
}

const line = fc.record({
  head: fc.record({ n: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
  body: fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }),
});

test('all appended lines are read back in order, at the positions returned for them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (groups) => {
      const at = await mkdtemp(join(folder, 'j-'));
      const { journal } = await opened(at);
      // All at once: lines that are appended together are written together.
      const places = (await Promise.all(groups.map((group) => journal.append(...group)))).flat();
      const lines = groups.flat();
      for (const [index, place] of places.entries()) {
        const { head, body } = lines[index]!;
        expect(await journal.read(place)).toEqual({ head, body: JSON.parse(JSON.stringify({ body })).body });
      }
      await closed(journal);
      const again = await opened(at);
      expect(again.heads).toEqual(lines.map(({ head }) => head));
      expect(again.places).toEqual(places);
      expect(again.journal.damaged).toBe(0);
      await closed(again.journal);
    }),
    { numRuns: 40 },
  );
});

test('a journal cut off anywhere keeps its complete lines, and new lines follow them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(), async (lines, cut) => {
      const at = await mkdtemp(join(folder, 'j-'));
      const first = await opened(at);
      await first.journal.append(...lines);
      await closed(first.journal);
      const path = join(at, 'journal');
      const { size } = await stat(path);
      const length = cut % (size + 1);
      await truncate(path, length);

      const kept: Head[] = [];
      await readJournal(at, headOf, (head) => kept.push(head)).catch(() => kept.splice(0));
      expect(kept).toEqual(lines.map(({ head }) => head).slice(0, kept.length));
      const bytes = (await readFile(path)).subarray(0, length);
      expect(kept.length).toBe(bytes.filter((byte) => byte === 0x0a).length);

      const second = await opened(at);
      await second.journal.append({ head: { n: 'after' } });
      await closed(second.journal);
      const third = await opened(at);
      expect(third.heads).toEqual([...kept, { n: 'after' }]);
      expect(third.journal.damaged).toBe(0);
      await closed(third.journal);
    }),
    { numRuns: 60 },
  );
});

test('a flipped bit in the middle loses only that line, and is counted', async () => {
  const { journal, places } = await opened();
  const at = await journal.append(...['a', 'b', 'c'].map((n) => ({ head: { n }, body: { n } })));
  expect(places).toEqual([]);
  await closed(journal);
  const path = join(folder, 'journal');
  const bytes = await readFile(path);
  bytes[at[1]! + 14]! ^= 1;
  await writeFile(path, bytes);
  const again = await opened();
  expect(again.heads).toEqual([{ n: 'a' }, { n: 'c' }]);
  expect(again.journal.damaged).toBe(1);
});

test('a file that is not a journal is refused and not changed', async () => {
  const path = join(folder, 'journal');
  await writeFile(path, 'Dear Ada,\nthe photo is in the other envelope.\n');
  await expect(opened()).rejects.toMatchObject({ code: 'JOURNAL_INVALID' });
  expect(await readFile(path, 'utf8')).toContain('Dear Ada');
});

const disk = mountSmallDisk('1m');
afterAll(() => disk && unmountDisk(disk));

/** Makes all writing to files fail, as on a full disk, while `isFull` returns true. */
async function refuseWriting(isFull: () => boolean): Promise<() => void> {
  const probe = await openFile(import.meta.filename);
  const prototype = Object.getPrototypeOf(probe) as { write(...parameters: unknown[]): Promise<unknown> };
  await probe.close();
  const { write } = prototype;
  prototype.write = async function (...parameters) {
    if (isFull()) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return write.apply(this, parameters);
  };
  return () => {
    prototype.write = write;
  };
}

describe('on a full disk', () => {
  test('the reserve takes the lines that report it; without it nothing more is taken, and the rest stays whole', async () => {
    const { journal } = await opened();
    await journal.append({ head: { n: 'first' } });
    const reserve = join(folder, 'reserve');
    expect((await stat(reserve)).size).toBe(RESERVE_BYTES);
    // There is room again as soon as the reserve is deleted.
    const giveBack = await refuseWriting(() => existsSync(reserve));
    try {
      await journal.append({ head: { n: 'the disk is full' } });
    } finally {
      giveBack();
    }
    const allow = await refuseWriting(() => true);
    try {
      await expect(journal.append({ head: { n: 'lost' } })).rejects.toMatchObject({ code: 'DISK_FULL' });
    } finally {
      allow();
    }
    await expect(journal.append({ head: { n: 'late' } })).rejects.toMatchObject({ code: 'DISK_FULL' });
    await closed(journal);
    const again = await opened();
    expect(again.heads).toEqual([{ n: 'first' }, { n: 'the disk is full' }]);
    expect(again.journal.damaged).toBe(0);
  });

  if (disk === null) return;

  test('there is room for the last lines; then nothing more is taken, and the written lines stay whole', async () => {
    const { journal } = await opened(disk!);
    expect((await stat(join(disk!, 'reserve'))).size).toBe(RESERVE_BYTES);
    await writeFile(join(disk!, 'filler'), new Uint8Array(2 ** 20)).catch(() => undefined);
    const large = 'x'.repeat(100_000);
    await journal.append({ head: { n: 'first' }, body: large });
    expect(await readdir(disk!)).not.toContain('reserve');
    let taken = 1;
    const add = async () => {
      for (;;) {
        await journal.append({ head: { n: `line ${taken}` }, body: large });
        taken += 1;
      }
    };
    await expect(add()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(taken).toBeGreaterThan(2);
    await expect(journal.append({ head: { n: 'late' } })).rejects.toMatchObject({ code: 'DISK_FULL' });
    await closed(journal);
    await rm(join(disk!, 'filler'));
    const again = await opened(disk!);
    expect(again.heads).toHaveLength(taken);
    expect(again.journal.damaged).toBe(0);
    await closed(again.journal);
    expect((await readdir(disk!)).sort()).toEqual(['journal']);
  });
});
