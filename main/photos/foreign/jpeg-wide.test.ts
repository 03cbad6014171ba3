import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Raster } from '../../restoration/raster';
import { openPhoto } from '../open';
import { RAMP, rampAt } from '../test-dng';
import { temporaryFolder } from '../test-support';

const folder = temporaryFolder();
const fixture = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url));

async function open(bytes: Uint8Array, salvage = false) {
  const path = join(folder(), 'photo.jpg');
  await writeFile(path, bytes);
  return openPhoto(path, { salvage });
}

/** The largest difference from the ramp in the first rows, in levels of 8 bits. */
function difference({ data, width }: Raster, rows: number): number {
  let most = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      for (const [c, value] of rampAt(x, y).entries()) {
        most = Math.max(most, Math.abs(data[3 * (y * width + x) + c]! / 257 - value));
      }
    }
  }
  return most;
}

test.each([
  ['12 bits with colours at half the size', 'ramp-12bit.jpg', 3],
  ['16 bits without loss', 'ramp-lossless.jpg', 0.01],
])('a JPEG of %s', async (_, name, tolerance) => {
  const photo = await open(await fixture(name));
  expect(photo).toMatchObject({ format: 'jpeg', missing: [], raster: { ...RAMP, channels: 3, depth: 16 } });
  expect(difference(photo.raster, RAMP.height)).toBeLessThan(tolerance);
});

test.each(['ramp-12bit.jpg', 'ramp-lossless.jpg'])('%s that breaks off is read as far as it goes', async (name) => {
  const whole = await fixture(name);
  const cut = whole.subarray(0, Math.round(0.8 * whole.length));
  await expect(open(cut)).rejects.toMatchObject({
    code: 'PHOTO_DAMAGED',
    reason: [{ key: 'failures.partlyReadable' }],
  });
  const { raster, missing } = await open(cut, true);
  const { y, height } = missing[0]!;
  expect(y).toBeGreaterThan(RAMP.height / 4);
  expect(y + height).toBe(RAMP.height);
  // Colours at half the size reach into the rows above.
  expect(difference(raster, y - 2)).toBeLessThan(3);
  expect(raster.data[3 * y * RAMP.width]).toBe(0x8080);
});

test('scans that name unknown components, and missing tables, end with a code', async () => {
  const whole = await fixture('ramp-12bit.jpg');
  for (const marker of [0xda, 0xc4, 0xdb]) {
    const broken = Uint8Array.from(whole);
    const at = whole.indexOf(Buffer.of(0xff, marker));
    broken.fill(0x77, at + 4, at + 10);
    await expect(open(broken)).rejects.toMatchObject({ code: 'PHOTO_DAMAGED' });
  }
});
