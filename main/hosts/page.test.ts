import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadPage } from './page';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emulsion-page-'));
  mkdirSync(join(folder, 'assets'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('holds the built page and nothing else', async () => {
  for (const name of ['index.html', 'assets/page-abc.js', 'assets/page-abc.js.map', 'assets/page-abc.css', 'notes']) {
    writeFileSync(join(folder, name), name);
  }
  const page = await loadPage(folder);
  expect([...page.keys()].sort()).toEqual(['/', '/assets/page-abc.css', '/assets/page-abc.js']);
  expect(page.get('/')).toMatchObject({ type: 'text/html; charset=utf-8', hashed: false });
  expect(new TextDecoder().decode(page.get('/')!.bytes)).toBe('index.html');
  expect(page.get('/assets/page-abc.js')).toMatchObject({ type: 'text/javascript; charset=utf-8', hashed: true });
});

it('reports that the page is not built', async () => {
  await expect(loadPage(folder)).rejects.toThrow('the page is not built');
});
