import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, truncateSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { openPhoto } from '../open';
import { countPhotos } from '../pages';
import { temporaryFolder } from '../test-support';

const folder = temporaryFolder();
let path: string;
beforeEach(async () => {
  path = join(folder(), 'photo.tif');
  const picture = { create: { width: 64, height: 48, channels: 3, background: '#654321' } } as const;
  await writeFile(path, await sharp(picture).tiff({ compression: 'none' }).toBuffer());
});

test.each<[string, () => void]>([
  ['grows', () => appendFileSync(path, 'more')],
  ['shrinks', () => truncateSync(path, 200)],
])('a file that %s while it is read has changed, whatever the decoder says', async (_, onDecoding) => {
  await expect(openPhoto(path, { onDecoding })).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
});

describe.runIf(process.platform === 'linux')('special files', () => {
  const pipe = () => {
    const there = join(folder(), `pipe-${Math.random()}.tif`);
    execFileSync('mkfifo', [there]);
    return there;
  };

  test('are refused and never waited for', async () => {
    for (const special of [pipe(), '/dev/zero']) {
      await expect(openPhoto(special)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      expect(await countPhotos(special)).toBe(1);
    }
    // It says that it is empty, and it could be read.
    await expect(openPhoto('/proc/self/maps')).rejects.toMatchObject({ code: 'FILE_EMPTY' });
  });

  test('in the place of a photo that is open change nothing: the decoders read the open file', async () => {
    const swapped = pipe();
    const { raster } = await openPhoto(path, { onDecoding: () => renameSync(swapped, path) });
    expect(Array.from(raster.data.subarray(0, 3))).toEqual([0x65, 0x43, 0x21]);
  });
});
