import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frontOf, frontStems } from './backs';

test('a back is known by its name, if its front lies beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  try {
    const names = [
      'lake.jpg',
      'lake_b.jpg',
      'tree front.tif',
      'tree-Verso.tif',
      'house_a.jpg',
      'house_b.jpg',
      'x_b.png',
    ];
    for (const name of names) await writeFile(join(folder, name), '');
    const fronts = await Promise.all(names.map((name) => frontOf(join(folder, name))));
    expect(fronts).toEqual([null, 'lake.jpg', null, 'tree front.tif', null, null, null]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('other names are no backs', () => {
  for (const stem of ['back', 'lake', 'lakeback', 'lake-b', '_b', 'lake_back_2', 'horseback']) {
    expect(frontStems(stem), stem).toEqual([]);
  }
  expect(frontStems('lake_BACK')[0]).toBe('lake');
});
