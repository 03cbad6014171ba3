import { type RunBitmap, RunWriter } from '../../document/runs';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Raster } from '../restoration/raster';
import { openPhoto } from './open';
import { inputOf, loadSharp } from './sharp';

/** Largest mask in memory, in bytes: hundreds of times a painted one, but less than a picture full of noise. */
const MAX_BYTES = 64 * 1024 ** 2;

/** Writes a grey raster as a PNG. */
export async function writeMask(raster: Raster, path: string): Promise<void> {
  const sharp = await loadSharp();
  const { width, height, channels } = raster;
  await sharp(inputOf(raster.data), { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toFile(path);
}

/**
 * Reads a picture as a mask in 8-bit grey. White areas will be filled; transparent pixels count as black. Throws MASK_SIZE
 * if it does not have the photo's size, MASK_UNSUITABLE if it does not look like a mask, and what `openPhoto` throws.
 */
export async function readMask(path: string, photo: { width: number; height: number }): Promise<RunBitmap> {
  const { raster, alpha } = await openPhoto(path);
  const { width, height, channels, data, depth } = raster;
  if (width !== photo.width || height !== photo.height) {
    throw new EmulsionError('MASK_SIZE', {
      reason: say('failures.maskSize', { width, height, ownWidth: photo.width, ownHeight: photo.height }),
    });
  }
  const shift = depth === 16 ? 8 : 0;
  const writer = new RunWriter(width, height);
  const row = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      const at = index * channels;
      // In a coloured picture the brightest channel counts, so that a red overlay works as well.
      const value = channels === 1 ? data[at]! : Math.max(data[at]!, data[at + 1]!, data[at + 2]!);
      const opacity = alpha === null ? 255 : alpha.data[index]! >> shift;
      row[x] = opacity === 255 ? value >> shift : Math.round(((value >> shift) * opacity) / 255);
    }
    writer.add(row);
    if (writer.size > MAX_BYTES) throw new EmulsionError('MASK_UNSUITABLE');
  }
  return writer.finish();
}
