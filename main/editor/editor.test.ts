import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFile } from '../storage/hash';
import { editAsked } from './asked';
import { formerIn, replaceableFormat, replaceFile } from './in-place';
import { awaitTicket, isTicket, newTicket, redeemTicket, takeTicket } from './ticket';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-editor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const put = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

describe('what another program asks', () => {
  test.each([
    [['edit', 'a.tif', '--in-place'], { path: '/photos/a.tif', inPlace: true, recipe: null, out: null }],
    [
      ['edit', '-r', 'My prints', '/b.tif', '--out', 'o'],
      { path: '/b.tif', inPlace: false, recipe: 'My prints', out: '/photos/o' },
    ],
    [
      ['edit', '--user-data-dir=/d', 'c.jpg', '--in-place', '--no-first-run'],
      { path: '/photos/c.jpg', inPlace: true, recipe: null, out: null },
    ],
    [['a.tif'], null],
    [[], null],
  ])('%j', (args, asked) => {
    expect(editAsked(args, '/photos')).toEqual(asked);
  });

  test.each([
    [['edit']],
    [['edit', 'a', 'b']],
    [['edit', 'a', '--recipe']],
    [['edit', 'a', '--in-place', '--out', 'o']],
  ])('%j is refused', (args) =>
    expect(() => editAsked(args, '/')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' })),
  );
});

describe('a file that is replaced', () => {
  const former = () => formerIn(join(folder, 'data'));

  test('is exactly that file, through links and with its rights; its former state is kept', async () => {
    const photo = await put('lake.tiff', 'the original');
    const result = await put('result.tif', 'restored');
    await chmod(photo, 0o640);
    const link = join(folder, 'link.tiff');
    await symlink(photo, link);
    const sha256 = await hashFile(photo);
    const done = await replaceFile(link, result, { sha256, former: former() });
    expect(await readFile(photo, 'utf8')).toBe('restored');
    expect((await stat(photo)).mode & 0o777).toBe(0o640);
    expect(await readFile(done.former, 'utf8')).toBe('the original');
    expect(done.former).toBe(join(former(), sha256, 'lake.tiff'));
    expect((await readdir(folder)).sort()).toEqual(['data', 'lake.tiff', 'link.tiff', 'result.tif']);
    // The same state again is kept once.
    await writeFile(photo, 'the original');
    await replaceFile(photo, result, { sha256, former: former() });
    expect(await readdir(join(former(), sha256))).toEqual(['lake.tiff']);
  });

  test('is left alone if it is another one by now', async () => {
    const photo = await put('lake.tif', 'the original');
    const sha256 = await hashFile(photo);
    await writeFile(photo, 'changed by another program');
    const result = await put('result.tif', 'restored');
    const refused = replaceFile(photo, result, { sha256, former: former() });
    await expect(refused).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
    expect(await readFile(photo, 'utf8')).toBe('changed by another program');
    expect((await readdir(folder)).sort()).toEqual(['lake.tif', 'result.tif']);
  });

  test('has a format that can be written, and one photo', () => {
    expect(replaceableFormat('tiff', 1)).toBe('tiff');
    for (const refused of [() => replaceableFormat('heic', 1), () => replaceableFormat('tiff', 2)]) {
      expect(refused).toThrow(expect.objectContaining({ code: 'FORMAT_UNSUPPORTED' }));
    }
  });
});

describe('a ticket', () => {
  test('is waited for until it is redeemed, and then it is gone', async () => {
    const ticket = newTicket(folder);
    const paths = [ticket, '/etc/passwd', join(ticket, 'deeper')];
    expect(paths.map((path) => isTicket(path, folder))).toEqual([true, false, false]);
    const waited = awaitTicket(ticket);
    await takeTicket(ticket);
    let isOver = false;
    void waited.then(() => {
      isOver = true;
    });
    expect(isOver).toBe(false);
    await redeemTicket(ticket);
    expect(await waited).toBe(true);
    await expect(stat(ticket)).rejects.toMatchObject({ code: 'ENOENT' });
    // Who waited may be gone; nothing is left behind then.
    await redeemTicket(ticket);
    await expect(stat(ticket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that nobody takes is given up, and the end of the program ends the wait', async () => {
    expect(await awaitTicket(newTicket(folder), 0)).toBe(false);
    const ticket = newTicket(folder);
    await writeFile(ticket, String(2 ** 22 - 3));
    expect(await awaitTicket(ticket)).toBe(true);
  });
});
