import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BATCH_FOLDER } from './journal-state';
import { photo } from './test-support';

/*
 * A batch, or a decision about one of its results, that is killed, or whose disk is full, at each operation that changes
 * the disk. The batch is then continued.
 */

/** How many operations to stop at, evenly over the batch; the long run takes all. */
const POINTS = Number(process.env.EMULSION_FUZZ ?? 12);
const NAMES = ['a', 'b', '1931/c'];

let base: string;
let program: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  program = await bundled();
}, 120_000);
afterAll(() => rm(base, { recursive: true, force: true }));

/** A program that runs a batch or redoes a photo, and fails or ends at a certain operation. It tells how many there were. */
async function bundled(): Promise<string> {
  const source = join(base, 'batch.ts');
  const at = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  await writeFile(
    source,
    `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     const [, , input, output, how, point, what] = process.argv;
     let count = 0;
     const step = () => {
       count += 1;
       if (count < Number(point)) return;
       if (how === 'kill') process.kill(process.pid, 'SIGKILL');
       if (how === 'full') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
     };
     const patch = (object, names) => {
       for (const name of names) {
         const before = object[name];
         object[name] = async function (...parameters) {
           step();
           return before.apply(this, parameters);
         };
       }
     };
     const probe = await fs.promises.open(process.execPath);
     patch(Object.getPrototypeOf(probe), ['write', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate']);
     await probe.close();
     patch(fs.promises, ['rename', 'link', 'mkdir', 'writeFile']);
     syncBuiltinESMExports();
     const { startBatch } = await import(${at('run.ts')});
     const { writeReport } = await import(${at('report.ts')});
     const { processorOf, copyingEngine } = await import(${at('test-support.ts')});
     const { BatchSettings } = await import(${at('../../contract/batch.ts')});
     const { createTranslations } = await import(${at('../../text/index.ts')});
     const { processor } = processorOf({}, 1);
     let phase = 'refused';
     try {
       const settings = BatchSettings.parse({});
       const isShown = what === 'redo';
       const batch = await startBatch({ input, output, settings, processor, newId: () => 'batch', isShown });
       phase = (await batch.ended).phase;
       if (isShown) {
         const recipe = { format: 1, id: 'gentle', name: 'Gentle', gate: 'needed', steps: [{ kind: 'tone', enabled: true, settings: {} }] };
         await batch.review.redo(1, { recipe, added: [] }, 'redone', copyingEngine({}).engine, { agreed: false });
       }
       else await writeReport(batch, createTranslations('en')).catch(() => undefined);
       await batch.close();
     } catch {
       phase = 'refused';
     }
     process.send({ phase, count });`,
  );
  const outDir = join(base, 'program');
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: source, outDir, rollupOptions: { output: { format: 'es', entryFileNames: 'batch.mjs' } } },
  });
  return join(outDir, 'batch.mjs');
}

interface Ended {
  phase: string;
  count: number;
}

async function run(folder: string, how: string, point: number, what = 'batch'): Promise<Ended | null> {
  const parameters = [join(folder, 'in'), join(folder, 'out'), how, String(point), what];
  const child = fork(program, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let ended: Ended | null = null;
  child.on('message', (message) => {
    ended = message as Ended;
    child.disconnect();
  });
  await once(child, 'exit');
  return ended;
}

async function fresh(name: string): Promise<string> {
  const folder = join(base, name);
  await mkdir(join(folder, 'in', '1931'), { recursive: true });
  for (const each of NAMES) await writeFile(join(folder, 'in', `${each}.gif`), photo(each));
  return folder;
}

/** The files of a folder with their content, besides those of the batch itself. */
async function filesIn(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = [join(folder, BATCH_FOLDER), join(folder, 'emulsion-report')];
  const others = paths.filter((path) => !own.some((each) => path.startsWith(each))).sort();
  return Promise.all(others.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')]));
}

test.each(['kill', 'full'])(
  '%s: originals stay, no file is half, and the batch continues',
  { timeout: 1_200_000 },
  async (how) => {
    const whole = await run(await fresh(`${how}-whole`), 'never', Number.POSITIVE_INFINITY);
    expect(whole?.phase).toBe('done');
    const operations = whole!.count;
    const points = Math.min(POINTS, operations);
    for (let index = 0; index < points; index++) {
      const point = 1 + Math.round((index * (operations - 1)) / Math.max(1, points - 1));
      const folder = await fresh(`${how}-${point}`);
      const originals = await filesIn(join(folder, 'in'));
      const first = await run(folder, how, point);
      if (how === 'kill') expect(first, `operation ${point}`).toBeNull();
      else expect(['done', 'halted', 'refused'], `operation ${point}`).toContain(first?.phase);
      const wanted = NAMES.map((name) => [`${name}.png`, photo(name)]).sort();
      for (const [name, content] of await filesIn(join(folder, 'out'))) {
        if (!name.endsWith('.emulsion-part')) expect(wanted, `operation ${point}`).toContainEqual([name, content]);
      }
      expect((await run(folder, 'never', Number.POSITIVE_INFINITY))?.phase, `operation ${point}`).toBe('done');
      expect(await filesIn(join(folder, 'out')), `operation ${point}`).toEqual(wanted);
      expect(await filesIn(join(folder, 'in'))).toEqual(originals);
      await rm(folder, { recursive: true });
    }
  },
);

/** The last operations of a decision, among which its result is replaced. */
const LAST = 16;

test('killed while a photo is redone: its result is the old one or the new one, and the journal knows which', {
  timeout: 1_200_000,
}, async () => {
  const how = 'kill';
  const never = Number.POSITIVE_INFINITY;
  const done = async (name: string) => {
    const folder = await fresh(name);
    expect((await run(folder, 'never', never))?.phase).toBe('done');
    return folder;
  };
  const whole = await run(await done(`${how}-redo-whole`), 'never', never, 'redo');
  expect(whole?.phase).toBe('done');
  const operations = whole!.count;
  const first = process.env.EMULSION_FUZZ ? 1 : operations - LAST;
  const points = Math.min(POINTS, operations - first + 1);
  const seen = new Set<string>();
  for (let index = 0; index < points; index++) {
    const point = first + Math.round((index * (operations - first)) / Math.max(1, points - 1));
    const folder = await done(`${how}-redo-${point}`);
    const ended = await run(folder, how, point, 'redo');
    expect(ended, `operation ${point}`).toBeNull();
    const results = async () => (await filesIn(join(folder, 'out'))).filter(([name]) => name.endsWith('.png'));
    const after = await results();
    const [old, others] = [
      photo('a'),
      NAMES.filter((name) => name !== 'a').map((name) => [`${name}.png`, photo(name)]),
    ];
    const redone = after.find(([name]) => name === 'a.png')?.[1] ?? 'none';
    expect([old, `${old} gentle`], `operation ${point}`).toContain(redone);
    expect(after, `operation ${point}`).toEqual([...others, ['a.png', redone]].sort());
    seen.add(redone);
    expect((await run(folder, 'never', never))?.phase, `operation ${point}`).toBe('done');
    expect(await results(), `operation ${point}`).toEqual(after);
    const { photos } = JSON.parse(await readFile(join(folder, 'out', 'emulsion-report', 'photos.json'), 'utf8'));
    const row = photos.find(({ name }: { name: string }) => name === 'a.gif');
    expect(row.decision, `operation ${point}`).toBe(redone === old ? null : 'redone');
    await rm(folder, { recursive: true });
  }
  expect(seen.size).toBe(2);
});
