import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPhoto } from './open';
import { encodeRegion, encodeThumbnail, encodeTile, resizeRaster } from './raster';
import { freePictures, loadSharp, MAX_DECODED_BYTES, ownBytes } from './sharp';

// As in Electron on Linux, before any of the modules is loaded.
vi.hoisted(() => Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.0.0' } }));

const WIDTH = 900;
const HEIGHT = 600;
let folder: string;
let path: string;
const samples = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 31 + (i >> 8)) & 255);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  path = join(folder, 'photo.png');
  const sharp = await loadSharp();
  await sharp(samples, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toFile(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Frees what nobody uses, and fills that memory again. */
async function reuseMemory(): Promise<void> {
  freePictures();
  // What was collected is freed in a task of its own.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const sharp = await loadSharp();
  const others: Buffer[] = [];
  for (let i = 0; i < 20; i++) {
    const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
    others.push(await sharp(new Uint8Array(samples.length).fill(i), { raw }).raw().toBuffer());
  }
}

describe.skipIf(process.platform !== 'linux')('the WebAssembly build of sharp', () => {
  it('is the one in use', async () => {
    const { versions } = await loadSharp();
    expect(versions).toHaveProperty('emscripten');
  });

  it('does not overwrite the pixels of a photo that is open', async () => {
    const { raster } = await openPhoto(path);
    await reuseMemory();
    expect(Buffer.compare(raster.data as Uint8Array, samples)).toBe(0);
    const smaller = await resizeRaster(raster, WIDTH / 2, HEIGHT / 2);
    const before = Uint8Array.from(smaller.data);
    await reuseMemory();
    expect(Buffer.compare(smaller.data as Uint8Array, before)).toBe(0);
  });

  it('returns pictures that Electron can send: no memory that is shared', async () => {
    const { raster } = await openPhoto(path);
    const rect = { x: 10, y: 20, width: 400, height: 300 };
    const pictures = [
      (await encodeRegion({ raster, rect, width: 400, height: 300 })).bytes,
      (await encodeRegion({ raster, rect, width: 40, height: 30, lossless: true })).bytes,
      await encodeTile(raster),
      await encodeThumbnail(raster, 64, null),
    ];
    for (const { buffer } of pictures) expect(buffer).not.toBeInstanceOf(SharedArrayBuffer);
  });

  it('has room again after each photo, and after each use of an open one', async () => {
    const sharp = await loadSharp();
    /** The size of its memory, which only grows. */
    const used = async () => (await sharp(path).raw().toBuffer()).buffer.byteLength;
    const sides = 2400;
    const large = join(folder, 'large.jpg');
    await sharp({ create: { width: sides, height: sides, channels: 3, background: 'red' } })
      .jpeg()
      .toFile(large);
    await openPhoto(large);
    freePictures();
    const before = await used();
    const open: unknown[] = [];
    for (let i = 0; i < 12; i++) {
      const photo = await openPhoto(large);
      open.push(photo);
      await resizeRaster(photo.raster, 300, 300);
      freePictures();
      await new Promise((resolve) => setTimeout(resolve));
    }
    // Room for two or three photos, not for twelve, although all of them are open.
    expect((await used()) - before).toBeLessThan(3 * sides * sides * 3);
    expect(open).toHaveLength(12);
  });

  it('refuses a photo that it has no room for, before it decodes', async () => {
    const sharp = await loadSharp();
    // 180 megapixels of 16 bits are 1030 MB, and twice that while they are turned.
    const [width, height] = [18_000, 10_000];
    const flat = join(folder, 'flat.tif');
    await sharp({ create: { width, height, channels: 3, background: 'white' }, limitInputPixels: false })
      .toColourspace('rgb16')
      .withMetadata({ orientation: 6 })
      .tiff({ compression: 'deflate', tile: true })
      .toFile(flat);
    expect(width * height * 3 * 2 * 2).toBeGreaterThan(MAX_DECODED_BYTES);
    const onDecoding = vi.fn();
    await expect(openPhoto(flat, { onDecoding })).rejects.toMatchObject({
      code: 'PHOTO_TOO_LARGE',
      reason: [{ key: 'failures.tooLargeToDecode', values: { megapixels: 180, bits: 16, size: 1030 } }],
    });
    expect(onDecoding).not.toHaveBeenCalled();
  });

  it('leaves the native build’s memory where it is', () => {
    const returned = Buffer.from([1, 2, 3]);
    expect(ownBytes(returned).buffer).toBe(returned.buffer);
  });
});
