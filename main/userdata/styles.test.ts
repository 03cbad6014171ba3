import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStyles } from './styles';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-styles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const code = (by: string, ...values: number[]) => ({ by: by.repeat(64), values });

test('styles of the user survive a restart, are sorted by name, and can be removed for good', async () => {
  const styles = createStyles(join(folder, 'styles'));
  expect(await styles.list('a'.repeat(64))).toEqual([]);
  const quilt = await styles.keep('Quilt', code('a', 1, 2));
  const door = await styles.keep('Church door', code('a', 3, 4));
  expect(await createStyles(join(folder, 'styles')).list('a'.repeat(64))).toEqual([door, quilt]);
  await styles.remove(quilt.id);
  expect(await styles.list('a'.repeat(64))).toEqual([door]);
  await expect(styles.remove(quilt.id)).rejects.toMatchObject({ code: 'STYLE_UNKNOWN' });
});

test('the same picture gives one style, which takes the newer name; a long name is cut', async () => {
  const styles = createStyles(folder);
  await styles.keep('one', code('a', 1, 2));
  const again = await styles.keep('x'.repeat(200), code('a', 1, 2));
  expect(again.name).toHaveLength(64);
  expect(await styles.list('a'.repeat(64))).toEqual([again]);
});

test('styles of another generator are not listed; an unreadable one does not hide the others and stays', async () => {
  const styles = createStyles(folder);
  const mine = await styles.keep('mine', code('a', 1));
  await styles.keep('of the former one', code('b', 1));
  await writeFile(join(folder, 'broken.json'), '{"id":');
  await writeFile(join(folder, 'foreign.json'), '{"id":"x","name":"","code":1}');
  expect(await styles.list('a'.repeat(64))).toEqual([mine]);
  expect(await styles.list(null)).toEqual([]);
  expect((await readdir(folder)).sort()).toContain('broken.json');
});
