import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCircles } from './circles.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'emulsion-circles-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function source(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

it('finds modules that import one another, through folders and other modules', () => {
  source('main/a.ts', "import { b } from './b';\nexport const a = b;\n");
  source('main/b.ts', "import {\n  type T,\n  c,\n} from './c';\nexport const b = c;\n");
  source('main/c/index.ts', "export { a } from '../a';\nexport const c = 1;\nexport type T = 1;\n");
  source('main/d.ts', "import { a } from './a';\nexport const d = a;\n");
  expect(findCircles(root)).toEqual([['main/a.ts', 'main/b.ts', 'main/c/index.ts']]);
});

it('ignores types and packages', () => {
  source(
    'main/a.ts',
    "import type { B } from './b';\nimport { z } from 'zod';\nexport type A = B;\nexport const a = z;\n",
  );
  source('main/b.ts', "import { type A, type C } from './a';\nexport type B = A | C;\n");
  expect(findCircles(root)).toEqual([]);
});
