import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAnnotations } from './annotation-sidecar';
import { captionOf } from './caption';
import { NO_METADATA } from './metadata';
import { ratingIn, withRating } from './xmp';

let folder: string;
let photo: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  photo = join(folder, 'lake.jpg');
  await writeFile(photo, 'the original');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (name: string) => readFile(join(folder, name), 'utf8');
const stranger = (rating: number) =>
  withRating(null, rating, new Date(0))!.replace(
    '</rdf:Description>',
    '<a:b xmlns:a="urn:a">kept</a:b></rdf:Description>',
  );

const rate = (photo: string, rating: number) => writeAnnotations(photo, { rating, caption: {} });

test('a rating goes into a new file beside the photo, which stays as it is', async () => {
  expect(await rate(photo, 4)).toEqual({ name: 'lake.jpg.xmp', backup: null });
  expect(ratingIn(await read('lake.jpg.xmp'))).toBe(4);
  // What was written here is no state of another program.
  expect(await rate(photo, 2)).toEqual({ name: 'lake.jpg.xmp', backup: null });
  expect(await readdir(folder)).toEqual(['lake.jpg', 'lake.jpg.xmp']);
  expect(ratingIn(await read('lake.jpg.xmp'))).toBe(2);
  expect(await read('lake.jpg')).toBe('the original');
});

test('a file of another program keeps its name and everything else, and its former state lies beside it', async () => {
  await writeFile(join(folder, 'lake.xmp'), stranger(5));
  expect(await rate(photo, 1)).toEqual({ name: 'lake.xmp', backup: 'lake.xmp.bak' });
  expect(await read('lake.xmp')).toContain('kept');
  expect(ratingIn(await read('lake.xmp'))).toBe(1);
  expect(await read('lake.xmp.bak')).toBe(stranger(5));
  expect(await rate(photo, 2)).toMatchObject({ backup: null });
  // It was written by another program again.
  await writeFile(join(folder, 'lake.xmp'), stranger(3));
  expect(await rate(photo, 4)).toEqual({ name: 'lake.xmp', backup: 'lake.xmp-2.bak' });
  expect(await read('lake.xmp.bak')).toBe(stranger(5));
});

test('a damaged file and a link are left alone', async () => {
  await writeFile(join(folder, 'lake.xmp'), 'no XMP');
  await expect(rate(photo, 1)).rejects.toMatchObject({ code: 'METADATA_DAMAGED' });
  expect(await readdir(folder)).toEqual(['lake.jpg', 'lake.xmp']);
  await rm(join(folder, 'lake.xmp'));
  await writeFile(join(folder, 'other.xmp'), stranger(5));
  await symlink('other.xmp', join(folder, 'lake.jpg.xmp'));
  await expect(rate(photo, 1)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await read('other.xmp')).toBe(stranger(5));
});

test('ratings in a row are written one after the other', async () => {
  await Promise.all([1, 2, 3, 4, 5].map((stars) => rate(photo, stars)));
  expect(ratingIn(await read('lake.jpg.xmp'))).toBe(5);
  expect(await readdir(folder)).toEqual(['lake.jpg', 'lake.jpg.xmp']);
});

test('a caption goes beside the photo, without the rating if there is none to write', async () => {
  await writeAnnotations(photo, { rating: null, caption: { title: 'Three sisters', date: '192X' } });
  const text = await readFile(`${photo}.xmp`, 'utf8');
  expect(captionOf({ ...NO_METADATA, xmp: text })).toEqual({ title: 'Three sisters', date: '192X' });
  expect(text).not.toContain('Rating');
  await writeAnnotations(photo, { rating: 3, caption: { title: '' } });
  const after = await readFile(`${photo}.xmp`, 'utf8');
  expect(captionOf({ ...NO_METADATA, xmp: after })).toEqual({ date: '192X' });
  expect(ratingIn(after)).toBe(3);
});
