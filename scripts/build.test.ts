import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import config from '../electron.vite.config';
import { ensureBuilt, isFresh, ROOT, SOURCES } from './build.mjs';

let root: string;
const quiet = { onBuild: () => {} };

/** Writes a source and sets its time, and that of its folders, to `age` seconds ago. */
function source(path: string, age: number): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  const time = new Date(Date.now() - age * 1000);
  for (let at = file; at !== root; at = dirname(at)) utimesSync(at, time, time);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'emulsion-build-'));
  source('main/app.ts', 100);
  source('main/engine/worker.ts', 100);
  source('package-lock.json', 100);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The build's entries and all files that they import, directly or indirectly. Paths are relative to the checkout. */
function filesOfTheBuild(): string[] {
  const { main, preload, renderer } = config as Record<string, { build: { rollupOptions: { input: unknown } } }>;
  const inputs = [main!, preload!, renderer!].flatMap(({ build: { rollupOptions } }) =>
    typeof rollupOptions.input === 'string' ? [rollupOptions.input] : Object.values(rollupOptions.input as object),
  ) as string[];
  const found = new Set<string>();
  const waiting = [...inputs];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = readFileSync(file, 'utf8');
    const named =
      extname(file) === '.html'
        ? [...text.matchAll(/src="(?:\.?\/)?([^"]+)"/g)].map((match) => `./${match[1]}`)
        : [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
    for (const name of named) {
      if (!name.startsWith('.')) continue; // a package
      const path = join(dirname(file), name.replace(/\?.*$/, ''));
      const tried = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'].map((end) => `${path}${end}`);
      const target = tried.find((each) => existsSync(each) && statSync(each).isFile());
      if (target === undefined) throw new Error(`${relative(ROOT, file)} imports ${name}, which is not there`);
      waiting.push(target);
    }
  }
  return [...found].map((file) => relative(ROOT, file));
}

it('watches every folder that the build reads', () => {
  const files = filesOfTheBuild();
  expect(files.length).toBeGreaterThan(150);
  expect([...new Set(files.map((file) => file.split(sep)[0]))].filter((top) => !SOURCES.includes(top!))).toEqual([]);
});

describe('ensureBuilt', () => {
  it('builds what is missing, once', async () => {
    const build = vi.fn(async () => {});
    expect(await ensureBuilt({ root, build, ...quiet })).toBe(true);
    expect(await ensureBuilt({ root, build, ...quiet })).toBe(false);
    expect(build).toHaveBeenCalledTimes(1);
  });

  it.each(['main/app.ts', 'main/engine/worker.ts', 'package-lock.json', 'renderer/new.tsx', 'electron.vite.config.ts'])(
    'builds again when %s is newer',
    async (path) => {
      const build = vi.fn(async () => {});
      await ensureBuilt({ root, build, ...quiet });
      expect(isFresh(root)).toBe(true);
      source(path, -1);
      expect(isFresh(root)).toBe(false);
    },
  );

  it('builds again when a source was removed', async () => {
    await ensureBuilt({ root, build: async () => {}, ...quiet });
    utimesSync(join(root, 'out', '.built'), new Date(Date.now() - 50_000), new Date(Date.now() - 50_000));
    expect(isFresh(root)).toBe(true);
    rmSync(join(root, 'main/engine/worker.ts'));
    expect(isFresh(root)).toBe(false);
  });

  it('treats a source that changed during a build as newer', async () => {
    const build = async () => {
      source('main/app.ts', -1);
    };
    await ensureBuilt({ root, build, ...quiet });
    expect(isFresh(root)).toBe(false);
  });

  it('reports a failed build, and tries again the next time', async () => {
    const failing = async () => {
      throw new Error('a type is wrong');
    };
    await expect(ensureBuilt({ root, build: failing, ...quiet })).rejects.toThrow('a type is wrong');
    expect(existsSync(join(root, 'out', '.building'))).toBe(false);
    expect(await ensureBuilt({ root, build: async () => {}, ...quiet })).toBe(true);
  });

  it('builds once for two programs that start together', async () => {
    const build = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 50)));
    const built = await Promise.all([ensureBuilt({ root, build, ...quiet }), ensureBuilt({ root, build, ...quiet })]);
    expect(built.sort()).toEqual([false, true]);
    expect(build).toHaveBeenCalledTimes(1);
  });

  it('takes over the lock of a program that was killed', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.once('exit', resolve));
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out', '.building'), String(gone.pid));
    expect(await ensureBuilt({ root, build: async () => {}, ...quiet })).toBe(true);
  });
});
