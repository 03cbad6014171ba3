import { join } from 'node:path';
import sharp from 'sharp';
import { damageScene } from '../main/restoration/testing/damage';
import { testScene } from '../main/restoration/testing/scene';

/** Writes the procedural photograph, damaged or clean, as a JPEG of about this many megapixels (4:3). Returns its path. */
export async function writeScene(folder: string, megapixels: number, damaged = true): Promise<string> {
  const height = Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4));
  const width = Math.round((height * 4) / 3);
  const clean = testScene(width, height, 1);
  const raster = damaged ? damageScene(clean, 1).raster : clean;
  const path = join(folder, `scene-${megapixels}.jpg`);
  await sharp(raster.data, { raw: { width, height, channels: raster.channels }, limitInputPixels: false })
    .jpeg({ quality: 92 })
    .toFile(path);
  return path;
}
