import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Settings } from '../../contract/app';
import { openSettings } from './settings';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('settings survive a restart', async () => {
  const first = await openSettings(join(folder, 'new'));
  expect(first.get()).toEqual(Settings.parse({}));
  await first.set({ theme: 'light', threads: 3 });
  expect((await openSettings(join(folder, 'new'))).get()).toMatchObject({ theme: 'light', threads: 3 });
});

test('a bad value loses only itself, a broken file only its content', async () => {
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ theme: 'purple', threads: 2, unknown: 1 }));
  expect((await openSettings(folder)).get()).toEqual({ ...Settings.parse({}), threads: 2 });
  await writeFile(join(folder, 'settings.json'), '{"theme": "li');
  expect((await openSettings(folder)).get()).toEqual(Settings.parse({}));
});

test('the last of many quick changes wins, and leaves no partial file', async () => {
  const store = await openSettings(folder);
  await Promise.all([1, 2, 3, 4, 5].map((threads) => store.set({ threads })));
  expect(JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8')).threads).toBe(5);
  expect(await readdir(folder)).toEqual(['settings.json']);
});

test('an impossible value is refused and changes nothing', async () => {
  const store = await openSettings(folder);
  await expect(store.set({ threads: -1 })).rejects.toThrow();
  expect(store.get().threads).toBe(0);
});
