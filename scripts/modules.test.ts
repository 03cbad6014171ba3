import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, ROOT } from './build.mjs';

const OUT = join(ROOT, 'out');
const NATIVE = ['sharp', 'onnxruntime-node'];

beforeAll(() => ensureBuilt(), 300_000);

/** Packages and built-in modules that a built program imports, directly or through its chunks, at the start or later. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = [join(OUT, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    const specifiers = text.matchAll(/\b(?:from|import|require(?:\.resolve)?)\s*\(?\s*["']([\w@./:-]+)["']/g);
    for (const [, name] of specifiers) {
      const path = join(dirname(file), name!);
      if (!name!.startsWith('.')) packages.add(name!);
      else if (existsSync(path)) waiting.push(path);
    }
  }
  return packages;
}

describe('the built programs', () => {
  it('load the libraries for photos and nets only in the engine', () => {
    const engine = packagesOf('main/engine.js');
    for (const name of NATIVE) expect(engine).toContain(name);
    for (const entry of ['main/electron.js', 'main/browser.js', 'main/cli.js', 'preload/electron.cjs']) {
      const packages = packagesOf(entry);
      expect(packages.size, entry).toBeGreaterThan(0);
      for (const name of NATIVE) expect(packages, entry).not.toContain(name);
    }
  });

  it('have a page that contains everything it needs', () => {
    const scripts = readdirSync(join(OUT, 'renderer', 'assets')).filter((name) => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(0);
    for (const name of scripts) expect([...packagesOf(join('renderer/assets', name))], name).toEqual([]);
  });
});
