import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureBuilt, isFresh } from './build.mjs';

let root: string;
const quiet = { onBuild: () => {} };

/** Writes a source as if `age` seconds ago, its folders included. */
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

  it('counts what changed during a build as newer', async () => {
    const build = async () => {
      source('main/app.ts', -1);
    };
    await ensureBuilt({ root, build, ...quiet });
    expect(isFresh(root)).toBe(false);
  });

  it('passes a failure on, and tries anew the next time', async () => {
    const failing = async () => {
      throw new Error('a type is wrong');
    };
    await expect(ensureBuilt({ root, build: failing, ...quiet })).rejects.toThrow('a type is wrong');
    expect(existsSync(join(root, 'out', '.building'))).toBe(false);
    expect(await ensureBuilt({ root, build: async () => {}, ...quiet })).toBe(true);
  });

  it('builds once for two that start together', async () => {
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
