import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, open, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFile } from './hash';
import { openRegular, readText } from './open-file';
import { openFolder, openOwn } from './open-folder';
import { openTarget, publishAs, stageIn, writePhoto } from './write';

let base: string;
/** The folder that others can write to, and one that they cannot. */
let out: string;
let home: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  [out, home] = [join(base, 'out'), join(base, 'home')];
  await Promise.all([mkdir(out), mkdir(home)]);
  await writeFile(join(home, 'photo.png'), 'original');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const isLinux = process.platform === 'linux';
/** Exchanges a folder of the output for a link to the originals. */
async function exchange(name: string): Promise<void> {
  await rename(join(out, name), join(base, 'away'));
  await symlink(home, join(out, name));
}

describe.each([
  ['by handle', true],
  ['by path, as on systems without /proc', false],
])('an open folder, %s', (_, proc) => {
  const options = { proc: proc && isLinux };

  test('is created below its root, and its files are reached', async () => {
    const folder = await openFolder(join(out, 'a', 'b'), { root: out, create: true, ...options });
    await writeFile(folder.at('x'), 'text');
    await folder.close();
    expect(await readFile(join(out, 'a', 'b', 'x'), 'utf8')).toBe('text');
  });

  test('a link on the way to the root is followed, one below it is refused', async () => {
    await symlink(out, join(base, 'mine'));
    const folder = await openFolder(join(base, 'mine', 'sub'), { root: join(base, 'mine'), create: true, ...options });
    await folder.close();
    expect(await readdir(out)).toEqual(['sub']);
    await symlink(home, join(out, 'theirs'));
    for (const path of [join(out, 'theirs'), join(out, 'theirs', 'deep')]) {
      await expect(openFolder(path, { root: out, create: true, ...options })).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
        reason: [{ key: 'failures.link', values: { path: join(out, 'theirs') } }],
      });
    }
    expect(await readdir(home)).toEqual(['photo.png']);
  });

  test('a folder that is exchanged later is not followed', async () => {
    const folder = await openFolder(join(out, 'sub'), { root: out, create: true, ...options });
    await exchange('sub');
    const refused = await folder.verify().then(
      () => false,
      () => true,
    );
    if (!refused) await writeFile(folder.at('photo.png'), 'restored');
    await folder.close();
    expect(await readFile(join(home, 'photo.png'), 'utf8')).toBe('original');
  });

  test('no name leads out of it', async () => {
    const folder = await openFolder(out, options);
    for (const name of ['..', '.', '', '../home/photo.png', 'a/b', 'a\0']) expect(() => folder.at(name)).toThrow();
    await folder.close();
    await expect(openFolder(join(out, '..', 'home'), { root: out, ...options })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
  });
});

describe('a file of the program’s own', () => {
  test('is not opened through a link, under a second name, or if it is no file', async () => {
    const folder = await openFolder(out);
    await symlink(join(home, 'photo.png'), join(out, 'journal'));
    await link(join(home, 'photo.png'), join(out, 'thumbnails'));
    await symlink('/nowhere', join(out, 'new'));
    for (const name of ['journal', 'thumbnails', 'new']) {
      await expect(openOwn(folder, name)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    }
    await folder.close();
    expect(await readFile(join(home, 'photo.png'), 'utf8')).toBe('original');
  });
});

describe('writing into a folder that somebody else changes', () => {
  test('a link in the place of a result is neither followed nor replaced', async () => {
    await symlink(join(home, 'photo.png'), join(out, 'photo.png'));
    const target = { folder: out, stem: 'photo', extension: 'png' };
    const { path } = await writePhoto(target, (temporary) => writeFile(temporary, 'restored'));
    expect(path).toBe(join(out, 'photo-2.png'));
    expect(await readFile(join(home, 'photo.png'), 'utf8')).toBe('original');
  });

  test.runIf(isLinux)('the encoder writes to its own file, even if a link takes its place', async () => {
    const target = { folder: out, stem: 'photo', extension: 'png' };
    const written = writePhoto(target, async (temporary) => {
      await writeFile(temporary, 'rest');
      const [name] = await readdir(out);
      await rm(join(out, name!));
      await symlink(join(home, 'photo.png'), join(out, name!));
      // An encoder that opens its file again, as for the metadata.
      const file = await open(temporary, 'r+');
      await file.write('REST', 0);
      await file.close();
    });
    await expect(written).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await readFile(join(home, 'photo.png'), 'utf8')).toBe('original');
  });

  test.runIf(isLinux)('a folder exchanged before publishing gets nothing, also when files are replaced', async () => {
    const target = { folder: join(out, 'sub'), root: out };
    const place = await openTarget(target);
    const { path } = await stageIn(place, 'photo', (temporary) => writeFile(temporary, 'restored'));
    await exchange('sub');
    await publishAs(place, path, 'photo.png', { replace: true });
    await place.close();
    expect(await readFile(join(home, 'photo.png'), 'utf8')).toBe('original');
    expect(await readdir(home)).toEqual(['photo.png']);
    expect(await readFile(join(base, 'away', 'photo.png'), 'utf8')).toBe('restored');
    await expect(openTarget(target)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});

describe('special files', () => {
  test.runIf(process.platform !== 'win32')('a pipe, a device and a socket are refused and not waited for', async () => {
    const pipe = join(out, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero']) {
      await expect(openRegular(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      await expect(openRegular(path, { follow: false })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      await expect(hashFile(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    }
  });

  test('a file that grows is read as far as it went, and one that is too long is refused', async () => {
    const path = join(out, 'text');
    await writeFile(path, 'x'.repeat(100));
    expect((await readText(path, 100)).length).toBe(100);
    await expect(readText(path, 99)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
