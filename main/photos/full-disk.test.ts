import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../../contract/photo';
import { writePhoto } from '../storage/write';
import { encodePhoto } from './encode';
import { metadataFor, NO_METADATA } from './metadata';
import { mountSmallDisk, unmountDisk } from './test-support';

const disk = mountSmallDisk('256k');
afterAll(() => disk && unmountDisk(disk));

/** Noise, which no format compresses much. */
const noise = { width: 300, height: 300, channels: 3, depth: 8, data: randomBytes(300 * 300 * 3) } as const;
const edit = { version: '1', recipe: { id: 'a', name: 'A' }, reports: [], at: new Date(0) };
const { metadata } = metadataFor(NO_METADATA, edit, noise);

describe('a full disk', () => {
  if (disk === null) {
    test('is recognised by the system’s error code (no small disk can be mounted here)', async () => {
      const full = writePhoto({ folder: tmpdir(), stem: 'x', extension: 'png' }, () =>
        Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })),
      );
      await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
    });
    return;
  }

  test.each(EXPORT_FORMATS)('is reported and leaves nothing behind: %s', async (format) => {
    await writeFile(join(disk, 'filler'), new Uint8Array(220 * 1024));
    const full = writePhoto({ folder: disk, stem: 'photo', extension: format }, (path) =>
      encodePhoto({ raster: noise, alpha: null, profile: null, metadata, format, quality: 95, path }),
    );
    await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(disk)).toEqual(['filler']);
  });
});
