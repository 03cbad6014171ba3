import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../../preload/contract';
import { encodePhoto } from './encode';
import { metadataFor, NO_METADATA } from './metadata';
import { writePhoto } from './write';

/** A disk of 256 KiB, where this user may mount one; null elsewhere. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'emulsion-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'emulsion-test', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const disk = mountSmallDisk();
afterAll(() => {
  if (disk === null) return;
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

/** Noise, which no format makes small. */
const noise = { width: 300, height: 300, channels: 3, depth: 8, data: randomBytes(300 * 300 * 3) } as const;
const edit = { version: '1', recipe: { id: 'a', name: 'A' }, reports: [], at: new Date(0) };
const { metadata } = metadataFor(NO_METADATA, edit, noise);

describe('a full disk', () => {
  if (disk === null) {
    test('is told by the system’s code (no small disk can be mounted here)', async () => {
      const full = writePhoto({ folder: tmpdir(), stem: 'x', extension: 'png' }, () =>
        Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })),
      );
      await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
    });
    return;
  }

  test.each(EXPORT_FORMATS)('is told and leaves nothing behind: %s', async (format) => {
    await writeFile(join(disk, 'filler'), new Uint8Array(220 * 1024));
    const full = writePhoto({ folder: disk, stem: 'photo', extension: format }, (path) =>
      encodePhoto({ raster: noise, alpha: null, profile: null, metadata, format, quality: 95, path }),
    );
    await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(disk)).toEqual(['filler']);
  });
});
