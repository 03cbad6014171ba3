import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../photos/test-support';
import { cleanPartials, type FileSystem, safeStem, writePhoto } from './write';

const { chmod, mkdir, readdir, readFile, writeFile } = nodeFs;
const base = temporaryFolder();
let folders = 0;

async function freshFolder(): Promise<string> {
  const folder = join(base(), String(++folders));
  await mkdir(folder);
  return folder;
}

const target = (folder: string, stem = 'photo') => ({ folder, stem, extension: 'jpg' });
const fill = (text: string) => (path: string) => writeFile(path, text);
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

describe('writePhoto', () => {
  test('writes a file, and creates its folder', async () => {
    const folder = join(base(), 'new', 'deep');
    const written = await writePhoto(target(folder), async (path) => {
      await writeFile(path, 'picture');
      return 42;
    });
    expect(written).toEqual({ path: join(folder, 'photo.jpg'), bytes: 7, produced: 42 });
    expect(await readdir(folder)).toEqual(['photo.jpg']);
  });

  test('never changes an existing file', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'photo.jpg'), 'original');
    await writeFile(join(folder, 'photo-2.jpg'), 'another');
    expect((await writePhoto(target(folder), fill('new'))).path).toBe(join(folder, 'photo-3.jpg'));
    expect(await readFile(join(folder, 'photo.jpg'), 'utf8')).toBe('original');
    expect(await readFile(join(folder, 'photo-2.jpg'), 'utf8')).toBe('another');
  });

  test('replaces the one file that the person has agreed to replace, and only as a whole', async () => {
    const folder = await freshFolder();
    const old = join(folder, 'photo.jpg');
    await writeFile(old, 'old');
    const broken = writePhoto({ ...target(folder), replace: old }, async (path) => {
      await writeFile(path, 'half');
      throw new Error('no more');
    });
    await expect(broken).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await readFile(old, 'utf8')).toBe('old');
    expect((await writePhoto({ ...target(folder), replace: old }, fill('new'))).path).toBe(old);
    expect(await readFile(old, 'utf8')).toBe('new');
    // Consent is for that file alone.
    const other = await writePhoto({ ...target(folder), replace: join(folder, 'other.jpg') }, fill('third'));
    expect(other.path).toBe(join(folder, 'photo-2.jpg'));
    expect(await readdir(folder)).toHaveLength(2);
  });

  const withoutLinks: FileSystem = { ...nodeFs, link: failing('EPERM') };

  test.each([
    ['with', nodeFs as FileSystem],
    ['without', withoutLinks],
  ])('many writers of one name get one file each, %s hard links', async (_, fs) => {
    const folder = await freshFolder();
    const texts = Array.from({ length: 20 }, (_, i) => `picture ${i}`);
    const written = await Promise.all(texts.map((text) => writePhoto(target(folder), fill(text), { fs })));
    expect(new Set(written.map(({ path }) => path)).size).toBe(20);
    const found = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    expect(found.sort()).toEqual(texts.sort());
  });

  test('leaves nothing behind when producing fails', async () => {
    const folder = await freshFolder();
    const failed = writePhoto(target(folder), async (path) => {
      await writeFile(path, 'half a pic');
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
    await expect(failed).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('leaves nothing behind when it is cancelled', async () => {
    const folder = await freshFolder();
    const cancel = new AbortController();
    const cancelled = writePhoto(
      target(folder),
      async (path) => {
        await writeFile(path, 'picture');
        cancel.abort();
      },
      { signal: cancel.signal },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EROFS', 'FOLDER_UNWRITABLE'],
    ['EACCES', 'FOLDER_UNWRITABLE'],
    ['ENOENT', 'FOLDER_MISSING'],
    ['EIO', 'INTERNAL'],
  ])('names %s from the system %s', async (system, code) => {
    const folder = await freshFolder();
    const fs: FileSystem = { ...nodeFs, open: failing(system) };
    await expect(writePhoto(target(folder), fill('picture'), { fs })).rejects.toMatchObject({ code });
    expect(await readdir(folder)).toEqual([]);
  });

  test('refuses a folder that is a file', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'file'), '');
    for (const path of [join(folder, 'file'), join(folder, 'file', 'below')]) {
      await expect(writePhoto(target(path), fill('x'))).rejects.toMatchObject({ code: 'FOLDER_MISSING' });
    }
  });

  test('refuses a read-only folder, unless the system lets this user write everywhere', async () => {
    const folder = await freshFolder();
    await chmod(folder, 0o555);
    const code = await writePhoto(target(folder), fill('x')).then(
      () => 'written',
      (error: { code: string }) => error.code,
    );
    const writesEverywhere = process.getuid?.() === 0 || process.platform === 'win32';
    expect(code).toBe(writesEverywhere ? 'written' : 'FOLDER_UNWRITABLE');
    await chmod(folder, 0o755);
  });

  test('shortens names to what the file system takes, without splitting letters', async () => {
    const folder = await freshFolder();
    for (let i = 0; i < 2; i++) await writePhoto(target(folder, '👩‍👩‍👧é'.repeat(60)), fill('x'));
    const names = await readdir(folder);
    expect(names.length).toBe(2);
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(name).toMatch(/^(👩‍👩‍👧é?)+(-2)?\.jpg$/u);
    }
  });

  test('shortens further if the file system requires it', async () => {
    const folder = await freshFolder();
    const fs: FileSystem = {
      ...nodeFs,
      link: async (from, to) =>
        String(to).length - folder.length > 144 ? failing('ENAMETOOLONG')() : nodeFs.link(from, to),
    };
    const { path } = await writePhoto(target(folder, 'x'.repeat(300)), fill('x'), { fs });
    expect(path).toBe(join(folder, `${'x'.repeat(139)}.jpg`));
  });

  test('a killed writer leaves no file under a final name, and its partial file can be removed', async () => {
    const folder = await freshFolder();
    const program = await bundledWriter();
    const child = fork(program, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await once(child, 'message');
    expect((await readdir(folder)).length).toBe(1);
    expect((await cleanPartials(folder)).removed).toBe(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = await readdir(folder);
    expect(left).toEqual([expect.stringMatching(/^\.photo\..*\.emulsion-part$/)]);
    await writeFile(join(folder, 'photo.jpg'), 'mine');
    await writeFile(join(folder, '.notes.emulsion-part'), 'of somebody else');
    expect((await cleanPartials(folder)).removed).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(['.notes.emulsion-part', 'photo.jpg']);
  });
});

/** A program that writes half a photo, says so and waits. */
async function bundledWriter(): Promise<string> {
  const source = join(base(), 'writer.ts');
  const outDir = join(base(), 'writer');
  await writeFile(
    source,
    `import { writeFile } from 'node:fs/promises';
     import { writePhoto } from ${JSON.stringify(join(import.meta.dirname, 'write.ts'))};
     await writePhoto({ folder: process.argv[2], stem: 'photo', extension: 'jpg' }, async (path) => {
       await writeFile(path, 'half a pic');
       process.send('half');
       await new Promise(() => setInterval(() => undefined, 1000));
     });`,
  );
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: source, outDir, rollupOptions: { output: { format: 'es', entryFileNames: 'writer.mjs' } } },
  });
  return join(outDir, 'writer.mjs');
}

describe('safeStem', () => {
  test.each([
    ['holiday 1958', 'holiday 1958'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['CON', '_CON'],
    ['lpt1.scan', '_lpt1.scan'],
    ['console', 'console'],
    ['trailing. . ', 'trailing'],
    ['..', 'photo'],
    ['', 'photo'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['line\nbreak\0', 'line_break_'],
    ['e\u0301', 'é'],
  ])('%j becomes %j', (stem, safe) => expect(safeStem(stem)).toBe(safe));

  test('makes a plain file name of anything, and keeps safe names unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (stem) => {
        const safe = safeStem(stem);
        expect(safe).toMatch(/^[^<>:"/\\|?*\p{Cc}. ]([^<>:"/\\|?*\p{Cc}]*[^<>:"/\\|?*\p{Cc}. ])?$/u);
        expect(safeStem(safe)).toBe(safe);
      }),
    );
  });
});
