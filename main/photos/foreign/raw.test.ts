import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesOf } from '../containers/file-bytes';
import { readDirectories, TAG, textOf } from '../exif';
import { openPhoto } from '../open';
import { dng, RAMP, rampAt } from '../test-dng';
import { temporaryFolder } from '../test-support';

const folder = temporaryFolder();

async function open(bytes: Buffer) {
  const path = join(folder(), 'photo.dng');
  await writeFile(path, bytes);
  return openPhoto(path);
}

/** The middle of the ramp: a mosaic is less exact at its edges. */
function* places() {
  for (let y = 8; y < RAMP.height - 8; y += 5) for (let x = 8; x < RAMP.width - 8; x += 5) yield [x, y] as const;
}

test.each([
  ['a mosaic', false, 6],
  ['all colours of each pixel', true, 2],
])('a DNG with %s is developed with the white balance of the camera', async (_, isLinear, tolerance) => {
  const photo = await open(dng({ isLinear }));
  expect(photo).toMatchObject({ format: 'raw', alpha: null, raster: { ...RAMP, channels: 3, depth: 16 } });
  expect(photo.notes.map(({ key }) => key)).toEqual(['notes.raw']);
  let worst = 0;
  for (const [x, y] of places()) {
    for (const [c, value] of rampAt(x, y).entries()) {
      worst = Math.max(worst, Math.abs(photo.raster.data[3 * (y * RAMP.width + x) + c]! / 257 - value));
    }
  }
  expect(worst).toBeLessThan(tolerance);
});

test('a camera held on its side gives an upright photo, whose metadata say nothing else', async () => {
  const { raster, metadata } = await open(dng({ orientation: 6 }));
  expect([raster.width, raster.height]).toEqual([RAMP.height, RAMP.width]);
  expect(metadata.orientation).toBe(1);
  expect(textOf(readDirectories(bytesOf(metadata.exif!))!.image.get(TAG.make))).toBe('Agfa');
  // What was the left edge, which has little red, is at the top.
  const red = (y: number) => raster.data[3 * (y * raster.width + 24)]! / 257;
  expect(red(8)).toBeCloseTo(rampAt(8, 0)[0], -1);
  expect(red(56)).toBeCloseTo(rampAt(56, 0)[0], -1);
});

test('a compression that is not read is named, and a file that breaks off is not a success', async () => {
  await expect(open(dng({ compression: 52546 }))).rejects.toMatchObject({
    code: 'FORMAT_UNSUPPORTED',
    reason: [{ key: 'failures.unreadRaw' }],
  });
  const short = dng().subarray(0, -3000);
  await expect(open(short)).rejects.toMatchObject({ code: 'PHOTO_DAMAGED' });
});
